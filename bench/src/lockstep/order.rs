//! Decides in which order programs take turns.

use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

/// Orders turns in random blocks in which every program follows itself and each other program exactly once. What one
/// program leaves behind for the next (caches, a warmer processor) then affects all alike.
///
/// A block of m programs is a random Eulerian circuit of the complete directed graph with loops: m² turns, m of each.
/// Blocks begin and end at the same program, so their junctions are balanced too.
#[derive(Debug)]
pub struct Order {
    members: usize,
    start: usize,
    rng: ChaCha8Rng,
    rest: Vec<usize>,
}

impl Order {
    /// Creates an order of `members` programs, beginning with `start`.
    pub fn new(members: usize, start: usize, rng: ChaCha8Rng) -> Self {
        Self { members, start, rng, rest: Vec::new() }
    }

    /// Finds a circuit by Hierholzer's algorithm (1873): walk until stuck, then walk the loops that were left out.
    fn circuit(&mut self) -> Vec<usize> {
        let mut leaving: Vec<Vec<usize>> = (0..self.members).map(|_| self.shuffled()).collect();
        let (mut walk, mut circuit) = (vec![self.start], Vec::new());
        while let Some(here) = walk.last() {
            match leaving[*here].pop() {
                Some(next) => walk.push(next),
                None => circuit.extend(walk.pop()),
            }
        }
        // The walk's own first program took its turn at the end of the block before.
        circuit.pop();
        circuit
    }

    fn shuffled(&mut self) -> Vec<usize> {
        let mut members: Vec<usize> = (0..self.members).collect();
        members.shuffle(&mut self.rng);
        members
    }
}

impl Iterator for Order {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        if self.members == 0 {
            return None;
        }
        if self.rest.is_empty() {
            self.rest = self.circuit();
        }
        self.rest.pop()
    }
}
