//! Class token, patches and positions.

use proptest::prelude::*;
use skipbench_kernels::tokens::{gradient, tokens};

use super::{cases, close, pool};
use crate::reference::{column_sums, noise, wide};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(48)))]

    #[test]
    fn tokens_are_where_they_belong(images in 1..6usize, count in 1..40usize, width in 1..50usize, seed in 0..1000u64) {
        let size = (count + 1) * width;
        let (patches, class) = (noise(images * count * width, seed), noise(width, seed + 1));
        let (positions, dy) = (noise(size, seed + 2), noise(images * size, seed + 3));
        let y = tokens(&patches, &class, &positions);
        prop_assert_eq!(y.len(), images * size);
        for (y, patches) in y.chunks(size).zip(patches.chunks(count * width)) {
            let expected: Vec<f32> = class.iter().chain(patches).zip(&positions).map(|(x, at)| x + at).collect();
            prop_assert!(y == expected);
        }
        let [dpatches, dclass, dpositions] = gradient(&dy, size, width);
        let expected: Vec<f32> = dy.chunks(size).flat_map(|dy| dy[width..].to_vec()).collect();
        prop_assert!(dpatches == expected);
        let sums = column_sums(&wide(&dy), size);
        close("the positions' gradient", &dpositions, &sums, 1e-5)?;
        close("the class token's gradient", &dclass, &sums[..width], 1e-5)?;
    }
}

#[test]
fn results_do_not_depend_on_threads() {
    let dy = noise(7 * 1300, 1);
    let alone = pool(1).install(|| gradient(&dy, 1300, 13));
    for threads in [2, 3] {
        assert!(pool(threads).install(|| gradient(&dy, 1300, 13)) == alone, "{threads} threads");
    }
}
