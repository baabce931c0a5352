//! Transposes a matrix in squares that fit the registers.

use super::isa::Isa;

/// Side of the square that is transposed at a time.
const SQUARE: usize = 8;

/// Describes rows of floats in memory and the columns that they become.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Transpose {
    pub(crate) isa: Isa,
    pub(crate) rows: usize,
    pub(crate) columns: usize,
    /// Distance between rows, in floats.
    pub(crate) distance: usize,
    /// Distance between the columns written, in floats.
    pub(crate) pitch: usize,
}

impl Transpose {
    /// Writes column `c` of `from` to `to[c · pitch ..][.. rows]`.
    pub(crate) fn run(&self, from: &[f32], to: &mut [f32]) {
        let Self { isa, rows, columns, distance, pitch } = *self;
        if rows < SQUARE || columns < SQUARE {
            for row in 0..rows {
                for column in 0..columns {
                    to[column * pitch + row] = from[row * distance + column];
                }
            }
            return;
        }
        for column in starts(columns) {
            for row in starts(rows) {
                isa.square(&from[row * distance + column..], distance, &mut to[column * pitch + row..], pitch);
            }
        }
    }
}

/// Returns where squares start. The last one ends at `size`, and may repeat a part of the one before.
fn starts(size: usize) -> impl Iterator<Item = usize> {
    (0..size).step_by(SQUARE).map(move |start| start.min(size - SQUARE))
}
