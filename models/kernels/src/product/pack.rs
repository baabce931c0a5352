//! Packing: a matrix in units of neighboring rows or columns, each read from front to back by the microkernel.

use crate::micro::{Isa, Transpose};

/// Side of the square that is transposed at a time.
const SQUARE: usize = 8;

/// A matrix in memory, rows `distance` floats apart.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Matrix<'a> {
    pub(crate) data: &'a [f32],
    pub(crate) rows: usize,
    pub(crate) columns: usize,
    pub(crate) distance: usize,
}

impl<'a> Matrix<'a> {
    /// Rows that follow one another.
    pub(crate) fn dense(data: &'a [f32], columns: usize) -> Self {
        Self { data, rows: data.len() / columns, columns, distance: columns }
    }

    /// `count` columns from `first` on.
    pub(crate) fn columns(self, first: usize, count: usize) -> Self {
        Self { data: &self.data[first..], columns: count, ..self }
    }

    /// `count` rows from `first` on.
    pub(crate) fn rows(self, first: usize, count: usize) -> Self {
        Self { data: &self.data[first * self.distance..], rows: count, ..self }
    }
}

/// How matrices are cut into units.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Units {
    isa: Isa,
    /// Rows or columns of a unit.
    size: usize,
    /// Whether the last unit is as long as the others, filled up with zeros.
    padded: bool,
}

impl Units {
    /// Blocks of a left matrix.
    pub(crate) fn left(isa: Isa) -> Self {
        Self { isa, size: isa.channels(), padded: false }
    }

    /// Panels of a right matrix.
    pub(crate) fn right(isa: Isa) -> Self {
        Self { isa, size: isa.lanes(), padded: true }
    }

    /// Floats of `count` rows or columns with so many terms.
    pub(crate) fn floats(self, count: usize, terms: usize) -> usize {
        terms * if self.padded { count.next_multiple_of(self.size) } else { count }
    }

    /// Each unit's first row or column, how many it has, and how far its terms lie apart.
    fn each(self, count: usize) -> impl Iterator<Item = (usize, usize, usize)> {
        (0..count).step_by(self.size).map(move |first| {
            let width = self.size.min(count - first);
            (first, width, if self.padded { self.size } else { width })
        })
    }

    /// Packs the columns of `from` as `[unit][row][column]`: the sum runs over its rows.
    pub(crate) fn columns(self, from: Matrix, to: &mut [f32]) {
        for (first, width, pitch) in self.each(from.columns) {
            let to = &mut to[first * from.rows..][..pitch * from.rows];
            match (width, pitch) {
                (32, 32) => copy::<32>(from, first, to),
                (16, 16) => copy::<16>(from, first, to),
                (12, 12) => copy::<12>(from, first, to),
                (6, 6) => copy::<6>(from, first, to),
                (4, 4) => copy::<4>(from, first, to),
                _ => copy_part(from, (first, width, pitch), to),
            }
        }
    }

    /// Packs the rows of `from` as `[unit][column][row]`: the sum runs over its columns.
    pub(crate) fn rows(self, from: Matrix, to: &mut [f32]) {
        for (first, width, pitch) in self.each(from.rows) {
            let to = &mut to[first * from.columns..][..pitch * from.columns];
            if width < pitch {
                to.fill(0.0);
            }
            if width == pitch && width < SQUARE && from.rows >= first + SQUARE && from.columns >= SQUARE {
                self.narrow(from, (first, width), to);
                continue;
            }
            let (isa, distance) = (self.isa, from.distance);
            let transpose = Transpose { isa, rows: width, columns: from.columns, distance, pitch };
            transpose.run(&from.data[first * distance..], to);
        }
    }

    /// Packs fewer rows than a square has, of which more follow: a square is transposed aside, and a part of it kept.
    fn narrow(self, from: Matrix, (first, width): (usize, usize), to: &mut [f32]) {
        let mut square = [0.0; SQUARE * SQUARE];
        for start in (0..from.columns).step_by(SQUARE) {
            let start = start.min(from.columns - SQUARE);
            self.isa.square(&from.data[first * from.distance + start..], from.distance, &mut square, SQUARE);
            let to = to[start * width..].chunks_exact_mut(width);
            to.zip(square.chunks_exact(SQUARE)).for_each(|(to, column)| to.copy_from_slice(&column[..width]));
        }
    }
}

/// Copies units of `N` columns from `first` on; a constant makes it a few moves a row.
fn copy<const N: usize>(from: Matrix, first: usize, to: &mut [f32]) {
    let rows = from.data[first..].chunks(from.distance);
    for (to, row) in to.as_chunks_mut::<N>().0.iter_mut().zip(rows) {
        to.copy_from_slice(&row[..N]);
    }
}

/// The same of any number, with zeros up to the unit's end.
fn copy_part(from: Matrix, (first, width, pitch): (usize, usize, usize), to: &mut [f32]) {
    for (to, row) in to.chunks_exact_mut(pitch).zip(from.data[first..].chunks(from.distance)) {
        to[..width].copy_from_slice(&row[..width]);
        to[width..].fill(0.0);
    }
}
