//! Scripts and manifests for engines.

use std::process::Command;

use super::super::run::suite;
use super::super::{TINY, ends, refused, skipbench};

/// With options, so that all of them are seen to come through.
fn script(engine: &str) -> String {
    let dir = tempfile::tempdir().expect("temp");
    suite(dir.path(), TINY);
    let words =
        ["plan", "suite.toml", "--shards", "3", "--for", engine, "--threads", "2", "--seeds", "1,2", "--out", "r/t"];
    let (text, _) = ends(dir.path(), &words, 0);
    assert!(!text.contains('@') || engine != "kubernetes", "a name without a value: {text}");
    text
}

/// Identities of plans change with much that this text does not depend on.
fn without_identity(text: &str) -> String {
    let is_identity = |word: &&str| word.len() == 16 && word.chars().all(|c| c.is_ascii_hexdigit());
    let words = text.split(|c: char| !c.is_ascii_alphanumeric());
    words.filter(is_identity).fold(text.to_owned(), |text, word| text.replace(word, "PLAN"))
}

#[test]
fn slurm_gets_an_array_and_a_job_that_depends_on_it() {
    let text = script("slurm");
    for part in [
        "--array=1-3",
        "--cpus-per-task=2",
        "--requeue --signal=B:TERM@120 --open-mode=append --output=r/t/logs/%A_%a.log",
        "skipbench run suite.toml --device flex --threads 2 --seeds '1,2' --shard auto/3 --plan",
        "--dependency=afterany:\"$array\"",
        "skipbench merge r/t --out r/t-merged",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!((15..=24).contains(&text.lines().count()), "about twenty lines");
    let checked = Command::new("bash").args(["-n", "-c", &text]).status().expect("bash");
    assert!(checked.success(), "{text}");
}

/// Without what follows from how long cells are expected to take.
fn without_time(text: &str) -> String {
    let (before, rest) = text.split_once("about ").expect("a time");
    let (_, after) = rest.split_once(" each").expect("of each");
    without_identity(&format!("{before}about EACH each{after}")).replace(env!("CARGO_PKG_VERSION"), "VERSION")
}

#[test]
fn kubernetes_gets_an_indexed_job() {
    insta::assert_snapshot!(without_time(&script("kubernetes")), @r#"
    # 3 shares of tiny, about EACH each. The image is that of bench/Containerfile, and the claim `skipbench` a
    # volume that all nodes can write to. Afterwards, where that volume is: skipbench merge r/t --out r/t-merged
    apiVersion: batch/v1
    kind: Job
    metadata: {name: tiny}
    spec:
      completionMode: Indexed
      completions: 3
      parallelism: 3
      backoffLimitPerIndex: 20
      podReplacementPolicy: Failed
      podFailurePolicy:
        rules:
          - {action: Ignore, onPodConditions: [{type: DisruptionTarget, status: "True"}]}
          - {action: FailIndex, onExitCodes: {operator: In, values: [1, 2]}} # 1: every cell has a row; 2: nothing would help
      template:
        spec:
          restartPolicy: Never
          terminationGracePeriodSeconds: 120
          containers:
            - name: shard
              image: skipbench:VERSION
              workingDir: /work
              command: ["skipbench","run","suite.toml","--device","flex","--threads","2","--seeds","1,2","--shard","auto/3","--plan","PLAN","--out","r/t"]
              resources:
                requests: {cpu: "2", memory: 512Mi}
                limits: {cpu: "2", memory: 512Mi}
              volumeMounts: [{name: work, mountPath: /work}]
          volumes: [{name: work, persistentVolumeClaim: {claimName: skipbench}}]
    "#);
}

#[test]
fn github_gets_a_matrix() {
    insta::assert_snapshot!(without_time(&script("github")), @r#"
    # 3 shares of tiny, about EACH each, in a checkout of skipbench: .github/workflows/tiny.yml
    name: tiny
    on: workflow_dispatch
    jobs:
      shard:
        runs-on: ubuntu-latest
        timeout-minutes: 11
        strategy:
          fail-fast: false
          matrix: {shard: [1, 2, 3]}
        steps:
          - uses: actions/checkout@v4
          - run: cargo install --locked --path bench
          - run: skipbench run suite.toml --device flex --threads 2 --seeds '1,2' --shard ${{ matrix.shard }}/3 --plan PLAN --out r/t
          - uses: actions/upload-artifact@v4
            if: always()
            with: {name: "shard-${{ matrix.shard }}", path: r/t}
      merge:
        needs: shard
        if: always()
        runs-on: ubuntu-latest
        steps:
          - uses: actions/checkout@v4
          - run: cargo install --locked --path bench
          - uses: actions/download-artifact@v4
            with: {pattern: shard-*, merge-multiple: true, path: r/t}
          - run: skipbench merge r/t --out r/t-merged
          - uses: actions/upload-artifact@v4
            with: {name: merged, path: r/t-merged}
    "#);
}

/// The suite with few and short cells, and a script for two shares.
fn few(engine: &str) -> (tempfile::TempDir, String) {
    let dir = tempfile::tempdir().expect("temp");
    suite(dir.path(), TINY);
    let words = ["plan", "suite.toml", "--shards", "2", "--for", engine, "--threads", "1", "--out", "out"];
    let filter = ["--filter", "peak-memory-infer", "--seeds", "1"];
    let (text, _) = ends(dir.path(), &[&words[..], &filter].concat(), 0);
    (dir, text)
}

/// Index by index, as Kubernetes starts them.
#[test]
fn the_command_of_the_manifest_does_every_share() {
    let (dir, text) = few("kubernetes");
    let list = text.lines().find_map(|line| line.trim().strip_prefix("command: ")).expect("a command");
    let words: Vec<String> = serde_json::from_str(list).expect("a list");
    assert_eq!(words[0], "skipbench");
    for index in ["0", "1"] {
        let output = skipbench(dir.path()).args(&words[1..]).env("JOB_COMPLETION_INDEX", index).output();
        let output = output.expect("started");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    ends(dir.path(), &["merge", "out", "--out", "merged"], 0);
}

/// What stands in the script between its two marks, as Slurm starts it.
#[cfg(unix)]
#[test]
fn the_task_of_the_array_does_every_share() {
    let (dir, text) = few("slurm");
    let task = text.split("TASK'\n").nth(1).and_then(|rest| rest.split("\nTASK").next()).expect("a task");
    let bin = dir.path().join("bin");
    std::fs::create_dir(&bin).expect("made");
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_skipbench"), bin.join("skipbench")).expect("linked");
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap_or_default());
    for index in ["1", "2"] {
        let mut bash = Command::new("bash");
        bash.args(["-c", task]).current_dir(dir.path()).env("PATH", &path).env("SLURM_ARRAY_TASK_ID", index);
        let output = bash.output().expect("bash");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    ends(dir.path(), &["merge", "out", "--out", "merged"], 0);
}

#[test]
fn what_an_engine_cannot_start_is_refused() {
    let dir = tempfile::tempdir().expect("temp");
    let said = |arguments: &[&str]| refused(dir.path(), &[&["plan", "quick"], arguments].concat());
    assert!(said(&["--for", "slurm"]).contains("Give --shards N"));
    assert!(said(&["--for", "github", "--shards", "257"]).contains("at most 256"));
    assert!(said(&["--for", "slurm", "--shards", "2", "--out", "a b"]).contains("only letters, digits"));
    assert!(said(&["--for", "cron", "--shards", "2"]).contains("slurm, kubernetes, github"));
}
