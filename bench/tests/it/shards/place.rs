//! Which share a task does, from the command line or the engine's variables.

use skipbench::internals::run::{Asked, Place};

fn asked(word: &str, variables: &[(&str, &str)]) -> Result<(usize, usize), String> {
    let read = |name: &str| variables.iter().find(|(other, _)| *other == name).map(|(_, value)| (*value).to_owned());
    let place = word.parse::<Asked>()?.place(&read);
    place.map(|Place { number, of }| (number, of)).map_err(|error| format!("{error:#}"))
}

#[test]
fn a_share_is_named_by_its_number() {
    assert_eq!(asked("3/40", &[]), Ok((3, 40)));
    for (word, said) in [
        ("0/40", "from 1 to 40"),
        ("41/40", "from 1 to 40"),
        ("1/0", "no share of none"),
        ("3", "give K/N, such as 3/40"),
        ("x/4", "K/N, auto or auto/N"),
        ("", "K/N, auto or auto/N"),
        ("1/9999999999", "at most"),
    ] {
        let error = asked(word, &[]).expect_err(word);
        assert!(error.to_lowercase().contains(&said.to_lowercase()), "{word}: {error}");
    }
}

#[test]
fn every_engine_says_it_in_its_own_words() {
    let slurm = |id, min, max, step, count| {
        [
            ("SLURM_ARRAY_TASK_ID", id),
            ("SLURM_ARRAY_TASK_MIN", min),
            ("SLURM_ARRAY_TASK_MAX", max),
            ("SLURM_ARRAY_TASK_STEP", step),
            ("SLURM_ARRAY_TASK_COUNT", count),
        ]
    };
    assert_eq!(asked("auto", &slurm("1", "1", "40", "1", "40")), Ok((1, 40)));
    assert_eq!(asked("auto", &slurm("39", "0", "39", "1", "40")), Ok((40, 40)));
    assert_eq!(asked("auto", &slurm("14", "10", "18", "4", "3")), Ok((2, 3)));
    let sge = |id| [("SGE_TASK_ID", id), ("SGE_TASK_FIRST", "1"), ("SGE_TASK_LAST", "9"), ("SGE_TASK_STEPSIZE", "2")];
    assert_eq!(asked("auto", &sge("9")), Ok((5, 5)));
    assert_eq!(asked("auto/40", &[("JOB_COMPLETION_INDEX", "0")]), Ok((1, 40)));
    assert_eq!(asked("auto/40", &[("HQ_TASK_ID", "7"), ("SLURM_ARRAY_TASK_ID", "1")]), Ok((7, 40)));
    assert_eq!(asked("auto", &[("AWS_BATCH_JOB_ARRAY_INDEX", "0"), ("AWS_BATCH_JOB_ARRAY_SIZE", "5")]), Ok((1, 5)));
    assert_eq!(asked("auto/8", &[("PBS_ARRAY_INDEX", "8")]), Ok((8, 8)));
    assert_eq!(asked("auto", &[("CI_NODE_INDEX", "2"), ("CI_NODE_TOTAL", "6")]), Ok((2, 6)));
}

/// Three of forty are submitted once more: their numbers are those of the whole array.
#[test]
fn a_part_of_an_array_needs_the_number_of_all() {
    let part = [
        ("SLURM_ARRAY_TASK_ID", "7"),
        ("SLURM_ARRAY_TASK_MIN", "3"),
        ("SLURM_ARRAY_TASK_MAX", "20"),
        ("SLURM_ARRAY_TASK_COUNT", "3"),
    ];
    let error = asked("auto", &part).expect_err("a part");
    assert!(error.contains("a part of one; give --shard auto/N"), "{error}");
    assert_eq!(asked("auto/40", &part), Ok((7, 40)));
}

#[test]
fn what_no_engine_says_is_asked_for() {
    let none = asked("auto", &[("SGE_TASK_ID", "undefined")]).expect_err("no engine");
    assert!(none.contains("SLURM_ARRAY_TASK_ID") && none.contains("give --shard K/N"), "{none}");
    let uncounted = asked("auto", &[("JOB_COMPLETION_INDEX", "3")]).expect_err("of how many?");
    assert!(uncounted.contains("JOB_COMPLETION_INDEX") && uncounted.contains("give --shard auto/N"), "{uncounted}");
    let early = asked("auto/4", &[("SLURM_ARRAY_TASK_ID", "0")]).expect_err("from 0");
    assert!(early.contains("begin the array at 1"), "{early}");
    let late = asked("auto/4", &[("JOB_COMPLETION_INDEX", "4")]).expect_err("a fifth");
    assert!(late.contains("from 1 to 4"), "{late}");
}
