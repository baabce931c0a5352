//! Holds the machine's state: its stack, its memory and the values made so far.

use std::collections::HashMap;
use std::io::Read;

use anyhow::{Context, Result, ensure};

use super::super::input::Input;
use super::super::value::{Id, Value, Values};

/// Maps persistent names to values, where the file has a table of them.
pub(in super::super) type Table = HashMap<String, Value>;

/// Error for a pickle that takes more than there is.
pub(super) const EMPTY: &str = "a pickle that takes more from its stack than is there";

/// The machine while it runs.
pub(super) struct Machine<'a, R> {
    pub(super) input: &'a mut Input<R>,
    pub(super) table: &'a Table,
    pub(super) values: Values,
    pub(super) stack: Vec<Id>,
    pub(super) marks: Vec<usize>,
    pub(super) memo: HashMap<u32, Id>,
    /// Number under which the next value without one is remembered.
    pub(super) next: u32,
}

impl<'a, R: Read> Machine<'a, R> {
    pub(super) fn new(input: &'a mut Input<R>, table: &'a Table) -> Self {
        Machine {
            input,
            table,
            values: Values::new(),
            stack: Vec::new(),
            marks: Vec::new(),
            memo: HashMap::new(),
            next: 0,
        }
    }

    pub(super) fn push(&mut self, id: Id) -> Result<()> {
        ensure!(self.stack.len() < 10_000_000, "its pickle needs a stack of more than 10,000,000 values");
        self.stack.push(id);
        Ok(())
    }

    pub(super) fn add(&mut self, value: Value) -> Result<()> {
        let id = self.values.add(value)?;
        self.push(id)
    }

    pub(super) fn pop(&mut self) -> Result<Id> {
        let bottom = self.marks.last().copied().unwrap_or(0);
        ensure!(self.stack.len() > bottom, EMPTY);
        self.stack.pop().context(EMPTY)
    }

    /// Returns what is above the last mark.
    pub(super) fn popped(&mut self) -> Result<Vec<Id>> {
        let mark = self.marks.pop().context("a pickle without the mark that it goes back to")?;
        ensure!(mark <= self.stack.len(), EMPTY);
        Ok(self.stack.split_off(mark))
    }
}
