//! Published figures: each has a source, and stands only beside what may stand beside it.

use skipbench_reports::analyses::published::{compare_published, published};
use skipbench_reports::rows::record::RunRow;
use skipbench_reports::rows::store::Run;
use skipbench_reports::table::{self, Format};

use super::row;

#[test]
fn every_figure_has_its_source_and_is_there_once() {
    let all = published().unwrap_or_else(|error| panic!("{error}"));
    assert!(all.len() > 70);
    let mut seen = std::collections::HashSet::new();
    for figure in &all {
        let traced = figure.source.contains("arXiv:") || figure.source.contains("github.com/");
        assert!(traced && !figure.model.is_empty() && !figure.data.is_empty(), "{figure:?}");
        assert!(
            ["paper", "authors' code", "rerun by others", "quoted"].contains(&figure.seen_in.as_str()),
            "{figure:?}"
        );
        assert!(figure.value > 0.0 && figure.n > 0 && figure.spread.is_none_or(|spread| spread > 0.0), "{figure:?}");
        assert!(!figure.metric.ends_with("_percent") || figure.value < 100.0, "{figure:?}");
        let key = (&figure.model, &figure.data, figure.augmented, &figure.metric, &figure.source);
        assert!(seen.insert(format!("{key:?}")), "twice: {figure:?}");
    }
}

/// Known from the papers' abstracts and tables.
#[test]
fn well_known_figures_are_the_papers() {
    let all = published().expect("read");
    let of = |model: &str, augmented: bool| {
        let own = |figure: &&skipbench_reports::analyses::published::Published| {
            figure.model == model
                && figure.data == "cifar10"
                && figure.augmented == augmented
                && figure.source.contains("table")
        };
        all.iter().find(own).map(|figure| figure.value)
    };
    assert_eq!(of("resnet56", true), Some(6.97));
    assert_eq!(of("densenet-40-12", true), Some(5.24));
    assert_eq!(of("densenet-bc-190-40", true), Some(3.46));
    assert_eq!(of("densenet-40-12", false), Some(7.0));
}

fn trained(model: &str, data: &str, images: u64, seed: u64) -> Run {
    let row = RunRow {
        data: data.into(),
        train_images: images,
        test_images: images / 5,
        test_correct: Some(9000 + seed),
        test_total: Some(10_000),
        epochs: Some(164),
        recipe: "{\"augment\":\"usual\"}".into(),
        ..row(model, "train", seed)
    };
    Run { row, samples: Vec::new() }
}

#[test]
fn measured_stands_beside_published_and_says_when_it_may_not_be_compared() {
    let runs: Vec<Run> = [1, 2, 3].map(|seed| trained("resnet20", "cifar10", 50_000, seed)).to_vec();
    let found = compare_published(&runs);
    assert_eq!((found.len(), found[0].published.len(), &found[0].otherwise), (1, 3, &None));
    assert_eq!(found[0].measured.n, 3);
    insta::assert_snapshot!(table::published(&found).format(Format::Markdown), @r"
    | model    | data    | may be compared | published in                                                             | epochs here |         test error here |      published |
    |----------|---------|-----------------|--------------------------------------------------------------------------|-------------|-------------------------|----------------|
    | resnet20 | cifar10 | yes             | arXiv:1512.03385, table 6<br>paper                                       |         164 | 9.98 ± 0.02 % (3 seeds) | 8.75 % (1 run) |
    | resnet20 | cifar10 | yes             | github.com/techxzen/pytorch-residual-networks, README<br>rerun by others |         164 | 9.98 ± 0.02 % (3 seeds) | 8.74 % (1 run) |
    | resnet20 | cifar10 | yes             | arXiv:1712.09913 (300 epochs)<br>quoted                                  |         164 | 9.98 ± 0.02 % (3 seeds) | 7.37 % (1 run) |
    ");
    let jpeg = compare_published(&[trained("resnet20", "folder:cifar10-jpeg", 50_000, 1)]);
    assert!(jpeg[0].otherwise.as_deref().is_some_and(|why| why.contains("JPEG")));
    let part = compare_published(&[trained("resnet20", "cifar10", 1000, 1)]);
    assert!(part[0].otherwise.as_deref().is_some_and(|why| why.contains("1000 for training")));
    assert!(compare_published(&[trained("resnet20", "digits", 597, 1)]).is_empty());
    assert!(compare_published(&[trained("backbone-add-22-w8", "cifar10", 50_000, 1)]).is_empty());
}

/// Figures with and without augmentation are not mixed.
#[test]
fn augmentation_must_be_alike() {
    let mut run = trained("densenet-40-12", "cifar10", 50_000, 1);
    let value = |run: &Run| compare_published(std::slice::from_ref(run))[0].published[0].value;
    assert_eq!(value(&run), 5.24);
    run.row.recipe = "{\"augment\":\"none\"}".into();
    assert_eq!(value(&run), 7.0);
}
