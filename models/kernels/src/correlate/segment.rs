//! Cuts the outputs of a task into segments of eight neighbors, and computes a tile of them.

use super::prefetch::Prefetch;
use crate::micro::{Isa, MAX_CHANNELS, MAX_SEGMENTS, SEGMENT, Tile};
use crate::shared::SharedOutput;

/// Up to eight neighboring outputs of a row.
#[derive(Debug, Clone, Copy)]
pub(super) struct Segment {
    /// Where their inputs start in the packed input.
    pub(super) source: usize,
    /// Where the outputs go, in the first output channel.
    pub(super) target: usize,
    /// How many outputs are valid. The lanes after them are computed and dropped.
    pub(super) valid: usize,
}

/// Describes an output of many channels.
#[derive(Clone, Copy)]
pub(super) struct Output {
    pub(super) start: SharedOutput,
    /// Number of floats before the block's first channel.
    pub(super) shift: usize,
    /// Distance between channels.
    pub(super) stride: usize,
    /// Distance between neighbors in a row. It is 1, or the stride of the convolution whose input gradient this is.
    pub(super) step: usize,
}

/// Describes the sum that every output of a channel block runs over.
#[derive(Clone, Copy)]
pub(super) struct Terms<'a> {
    pub(super) offsets: &'a [u32],
    /// Weights, `[offsets, channels]`.
    pub(super) weights: &'a [f32],
    pub(super) channels: usize,
}

/// Computes all `segments` of a block of channels. With each tile it fetches a share of the next task's input.
///
/// # Safety
/// `x` must hold eight floats at every source plus offset. `output` must have every target of every channel, and nobody
/// else may touch these meanwhile.
pub(super) unsafe fn compute(
    isa: Isa,
    x: &[f32],
    terms: Terms,
    segments: &[Segment],
    output: Output,
    prefetch: &mut Prefetch,
) {
    let mut stage = [0.0; MAX_CHANNELS * MAX_SEGMENTS * SEGMENT];
    for part in segments.chunks(isa.segments()) {
        prefetch.step();
        let at = |index: usize| part[index.min(part.len() - 1)];
        let direct = output.step == 1 && part.iter().all(|segment| segment.valid == SEGMENT);
        let tile = Tile {
            x: x.as_ptr(),
            offsets: terms.offsets.as_ptr(),
            steps: terms.offsets.len(),
            weights: terms.weights.as_ptr(),
            channels: terms.channels,
            segments: part.len(),
            sources: std::array::from_fn(|index| at(index).source),
            targets: std::array::from_fn(|index| {
                if direct { output.shift + at(index).target } else { SEGMENT * index.min(part.len() - 1) }
            }),
            y: if direct { output.start.pointer() } else { stage.as_mut_ptr() },
            stride: if direct { output.stride } else { MAX_SEGMENTS * SEGMENT },
            accumulate: false,
            start: None,
        };
        // SAFETY: the caller's promise for `x` and `output`; the stage has room for the largest tile.
        unsafe {
            isa.tile(&tile);
            if !direct {
                unstage(&stage, part, terms.channels, output);
            }
        }
    }
}

/// Copies the valid lanes of a staged tile to their places.
///
/// # Safety
/// The conditions of `compute` hold here too.
unsafe fn unstage(stage: &[f32], part: &[Segment], channels: usize, output: Output) {
    for (channel, rows) in stage.chunks_exact(MAX_SEGMENTS * SEGMENT).take(channels).enumerate() {
        for (segment, lanes) in part.iter().zip(rows.chunks_exact(SEGMENT)) {
            let start = output.shift + channel * output.stride + segment.target;
            for (index, &lane) in lanes[..segment.valid].iter().enumerate() {
                // SAFETY: the output has every target of every channel.
                unsafe { output.start.pointer().add(start + index * output.step).write(lane) };
            }
        }
    }
}
