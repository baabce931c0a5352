//! Products of two packed matrices by the microkernel: `y[row][column] (+)= Σ_k left[k][row] · right[k][column]`.
//!
//! The left matrix is packed in blocks of as many rows as a tile has channels, `[block][k][row]`, the right one in
//! panels of as many columns as a tile has lanes, `[panel][k][column]` ([`pack`]). A panel's part of the sum stays in
//! the first-level cache while all blocks go over it.

pub(crate) mod pack;

use crate::micro::{Isa, MAX_CHANNELS, MAX_SEGMENTS, SEGMENT, Tile};

/// Terms of a sum that are added at a time: so many that a panel of them fits the first-level cache.
pub(crate) const DEPTH: usize = 256;

/// What a product adds to.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Start<'a> {
    /// Nothing.
    Zero,
    /// What lies there.
    Onto,
    /// The same row everywhere: one number a column, filled up to whole panels.
    Row(&'a [f32]),
}

/// Two packed matrices.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Product<'a> {
    pub(crate) isa: Isa,
    /// Terms of each sum.
    pub(crate) terms: usize,
    /// Rows of the result, and the blocks of them.
    pub(crate) rows: usize,
    pub(crate) left: &'a [f32],
    /// Columns of the result, and the panels of them.
    pub(crate) columns: usize,
    pub(crate) right: &'a [f32],
}

/// Where a result lies: rows `distance` floats apart.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    pub(crate) start: *mut f32,
    pub(crate) distance: usize,
}

impl Place {
    /// The same from another row and column on.
    ///
    /// # Safety
    /// They lie in the same allocation.
    unsafe fn at(self, row: usize, column: usize) -> Self {
        // SAFETY: the caller's promise.
        Self { start: unsafe { self.start.add(row * self.distance + column) }, distance: self.distance }
    }
}

/// A tile of the result, and the part of the sum that is added to it.
struct Piece {
    terms: usize,
    /// Where the block's and the panel's part of the sum begin.
    left: *const f32,
    right: *const f32,
    rows: usize,
    columns: usize,
    add: bool,
    start: Option<*const f32>,
}

impl Product<'_> {
    /// Computes the product.
    ///
    /// # Safety
    /// `columns` floats may be written at each of the `rows` rows of `to`, and nobody else touches them meanwhile. They
    /// hold numbers where the product starts from what lies there.
    pub(crate) unsafe fn run(&self, to: Place, start: Start) {
        let lanes = self.isa.lanes();
        assert!(self.left.len() >= self.rows * self.terms, "every row is packed");
        assert!(self.right.len() >= self.columns.next_multiple_of(lanes) * self.terms, "every column is packed");
        for column in (0..self.columns).step_by(lanes) {
            // SAFETY: the caller's promise, for some of the columns.
            unsafe { self.panel(to, column, start) };
        }
    }

    /// The columns of the panel that begins at `column`.
    ///
    /// # Safety
    /// As for `run`.
    unsafe fn panel(&self, to: Place, column: usize, start: Start) {
        let (lanes, most) = (self.isa.lanes(), self.isa.channels());
        let columns = lanes.min(self.columns - column);
        let begin = match start {
            Start::Row(values) => Some(values[column..][..lanes].as_ptr()),
            Start::Zero | Start::Onto => None,
        };
        let offsets: [u32; DEPTH] = std::array::from_fn(|term| (term * lanes) as u32);
        for first in (0..self.terms).step_by(DEPTH) {
            for row in (0..self.rows).step_by(most) {
                let rows = most.min(self.rows - row);
                // SAFETY: blocks and panels lie one after another, and `run` has asked for their lengths; the place is
                // one of the caller's.
                unsafe {
                    let piece = Piece {
                        terms: DEPTH.min(self.terms - first),
                        left: self.left.as_ptr().add(row * self.terms + first * rows),
                        right: self.right.as_ptr().add(column * self.terms + first * lanes),
                        rows,
                        columns,
                        add: first > 0 || matches!(start, Start::Onto),
                        start: begin,
                    };
                    self.piece(&piece, to.at(row, column), &offsets);
                }
            }
        }
    }

    /// Computes a tile, by way of a stage where its columns do not fill vectors.
    ///
    /// # Safety
    /// As for `run`; the offsets are as many as the piece has terms at least.
    unsafe fn piece(&self, piece: &Piece, to: Place, offsets: &[u32; DEPTH]) {
        // SAFETY: the caller's promise; the stage has room for the largest tile.
        unsafe {
            if piece.columns.is_multiple_of(self.isa.vector()) {
                return self.isa.tile(&piece.tile(piece.columns, to, offsets));
            }
            let mut stage = [0.0; MAX_CHANNELS * MAX_SEGMENTS * SEGMENT];
            let staged = Place { start: stage.as_mut_ptr(), distance: MAX_SEGMENTS * SEGMENT };
            if piece.add {
                copy(to, staged, piece);
            }
            let columns = piece.columns.next_multiple_of(self.isa.vector());
            self.isa.tile(&piece.tile(columns, staged, offsets));
            copy(staged, to, piece);
        }
    }
}

impl Piece {
    fn tile(&self, columns: usize, to: Place, offsets: &[u32; DEPTH]) -> Tile {
        let starts = std::array::from_fn(|segment| segment * SEGMENT);
        Tile {
            x: self.right,
            offsets: offsets.as_ptr(),
            steps: self.terms,
            weights: self.left,
            channels: self.rows,
            segments: columns / SEGMENT,
            sources: starts,
            targets: starts,
            y: to.start,
            stride: to.distance,
            accumulate: self.add,
            start: self.start,
        }
    }
}

/// Copies a piece's rows and columns.
///
/// # Safety
/// They may be read and written, and one is the stage, so that they do not overlap.
unsafe fn copy(from: Place, to: Place, piece: &Piece) {
    for row in 0..piece.rows {
        // SAFETY: the caller's promise.
        unsafe {
            let (from, to) = (from.start.add(row * from.distance), to.start.add(row * to.distance));
            to.copy_from_nonoverlapping(from, piece.columns);
        }
    }
}
