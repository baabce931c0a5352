//! The order of turns.

use std::collections::HashMap;

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use skipbench::internals::lockstep::order::Order;

fn turns(members: usize, blocks: usize, seed: u64) -> Vec<usize> {
    let order = Order::new(members, members - 1, ChaCha8Rng::seed_from_u64(seed));
    order.take(blocks * members * members).collect()
}

#[test]
fn every_program_follows_itself_and_each_other_equally_often() {
    for members in 2..=6 {
        let blocks = 20;
        let turns = turns(members, blocks, 7);
        let mut pairs: HashMap<(usize, usize), usize> = HashMap::new();
        // Before the first turn stands the program that every block ends with.
        let before = std::iter::once(members - 1).chain(turns.iter().copied());
        before.zip(&turns).for_each(|(first, second)| *pairs.entry((first, *second)).or_default() += 1);
        assert_eq!(pairs.len(), members * members);
        assert!(pairs.values().all(|count| *count == blocks), "{members}: {pairs:?}");
    }
}

#[test]
fn blocks_differ_and_the_seed_decides() {
    let turns_of_three = turns(3, 10, 1);
    let blocks: std::collections::HashSet<&[usize]> = turns_of_three.chunks(9).collect();
    assert!(blocks.len() > 3, "{blocks:?}");
    assert_eq!(turns_of_three, turns(3, 10, 1));
    assert_ne!(turns_of_three, turns(3, 10, 2));
    assert_eq!(Order::new(0, 0, ChaCha8Rng::seed_from_u64(1)).next(), None);
}
