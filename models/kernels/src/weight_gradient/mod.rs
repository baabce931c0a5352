//! Computes the gradient of the weights, `dw[o][i][tap] = Σ_pixels dy[o][pixel] · x[i][pixel + tap]`. Input channels
//! are in the lanes of the microkernel, output channels in its rows and pixels in its sum.
//!
//! - `plan`: how a shape's gradient is cut, by the shape alone.
//! - `chunk`: the products of some rows of some images; `panel` packs the input for it, pixel after pixel.

mod chunk;
mod panel;
mod plan;

use rayon::prelude::*;

use crate::convolution::Convolution;
use crate::scratch::Scratch;
use crate::work;
use chunk::Chunk;
use plan::Plan;

impl Convolution<'_> {
    /// Overwrites `dw`, `[output, input, kernel, kernel]`, with the gradient of the weights. It takes the input and
    /// `dy`, the gradient of the output.
    ///
    /// # Panics
    /// Panics if `x` or `dy` is shorter than the shape says, or if `dw` has another length.
    pub fn weight_gradient(&self, x: &[f32], dy: &[f32], dw: &mut [f32]) {
        self.check(x.len(), dw.len(), dy.len());
        work::count(self.shape.multiply_adds(), self.shape.operands());
        let plan = Plan::new(self);
        let size = plan.partial();
        let mut partials = Scratch::take(plan.groups * plan.parts * size);
        partials.par_chunks_exact_mut(size).with_max_len(1).enumerate().for_each(|(index, partial)| {
            plan.sum(x, dy, index / plan.parts, index % plan.parts, partial);
        });
        let filter = dw.len() / self.shape.output;
        let least = (1 << 14) / (filter * plan.groups);
        dw.par_chunks_exact_mut(filter).with_min_len(least.max(1)).enumerate().for_each(|(output, dw)| {
            plan.reduce(&partials, output, dw);
        });
    }
}

impl Plan<'_> {
    /// Sums group `group` for the lanes of part `part`.
    fn sum(&self, x: &[f32], dy: &[f32], group: usize, part: usize, partial: &mut [f32]) {
        let batch = self.shape.batch;
        let (first, end) = (group * batch / self.groups, (group + 1) * batch / self.groups);
        let lanes = part * self.part..((part + 1) * self.part).min(self.lanes);
        let mut accumulate = false;
        for image in (first..end).step_by(self.images) {
            let images = image..(image + self.images).min(end);
            for row in (0..self.shape.out_height()).step_by(self.rows) {
                let rows = row..(row + self.rows).min(self.shape.out_height());
                let chunk = Chunk::new(self, images.clone(), rows, dy);
                for lane in lanes.clone().step_by(self.panel) {
                    let count = self.panel.min(lanes.end - lane);
                    chunk.add(x, lane..lane + count, &mut partial[lane - lanes.start..], accumulate);
                }
                accumulate = true;
            }
        }
    }

    /// Adds the groups' partial sums for one output channel, in order.
    fn reduce(&self, partials: &[f32], output: usize, dw: &mut [f32]) {
        let size = self.partial();
        let mut sums = Scratch::take(self.part);
        for part in 0..self.parts {
            let lanes = part * self.part..((part + 1) * self.part).min(self.lanes);
            for tap in 0..self.taps.len() {
                let row = (tap * self.shape.output + output) * self.part;
                let of = |group: usize| &partials[(group * self.parts + part) * size + row..][..lanes.len()];
                sums[..lanes.len()].copy_from_slice(of(0));
                for group in 1..self.groups {
                    sums.iter_mut().zip(of(group)).for_each(|(sum, partial)| *sum += partial);
                }
                for (lane, &sum) in lanes.clone().zip(sums.iter()) {
                    dw[self.place(lane, tap)] = sum;
                }
            }
        }
    }

    /// Returns where a lane and a tap are in `[input, kernel, kernel]`.
    fn place(&self, lane: usize, tap: usize) -> usize {
        let (kernel, input) = (self.shape.kernel, self.shape.input);
        if self.merged { ((lane % input) * kernel + tap) * kernel + lane / input } else { lane * kernel * kernel + tap }
    }
}
