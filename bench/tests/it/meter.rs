//! The timed loop on a device whose times are known.

use std::convert::Infallible;
use std::sync::Mutex;
use std::time::Duration;

use anyhow::anyhow;
use burn::tensor::Device;
use skipbench::internals::meter::WarmUp;
use skipbench::internals::meter::live_bytes;
use skipbench::internals::meter::{Limits, Timed, repeat};
use skipbench::internals::tasks::{HeapUse, growth, passes};
use skipbench_reports::inside::far_above;
use skipbench_reports::stats::median;

const LIMITS: Limits = Limits {
    warmup: Duration::from_millis(30),
    warmup_most: Duration::from_millis(1000),
    timed: Duration::from_millis(50),
    timed_steps: 10,
    most_steps: 100,
};

/// A device whose `n`-th step, from 0, takes `time(n)` microseconds.
fn device(limits: &Limits, mut time: impl FnMut(u32) -> f64) -> Timed {
    let mut count = 0;
    let step = || {
        count += 1;
        Ok::<_, Infallible>(Duration::from_nanos((time(count - 1) * 1000.0) as u64))
    };
    let Ok(timed) = repeat(limits, step, |_| {});
    timed
}

fn nanoseconds(times: &[Duration]) -> Vec<f64> {
    times.iter().map(|time| time.as_nanos() as f64).collect()
}

#[test]
fn a_device_that_slows_up_to_its_pace_is_timed_at_its_pace() {
    let timed = device(&LIMITS, |step| 5000.0 * (1.0 + 4.0 * (-f64::from(step) / 2.0).exp()));
    assert!(timed.steady);
    let median = median(&nanoseconds(&timed.times)).expect("timed");
    assert!((median / 5e6 - 1.0).abs() < 0.02, "{median}");
    assert!(timed.warmup.times()[0] > 2e7, "what the warm-up saw is kept");
}

#[test]
fn noise_of_two_percent_is_steady_and_its_median_is_known() {
    let timed = device(&LIMITS, |step| 5000.0 * (1.0 + 0.02 * (f64::from(step) * 2.4).sin()));
    assert!(timed.steady && timed.warmup.spent() < Duration::from_millis(60));
    assert!((median(&nanoseconds(&timed.times)).expect("timed") / 5e6 - 1.0).abs() < 0.02);
}

#[test]
fn a_device_that_never_settles_is_timed_after_the_longest_warm_up_and_said_to_be_unsteady() {
    let timed = device(&LIMITS, |step| 1000.0 * 1.15f64.powi(step as i32).min(1e5));
    assert!(!timed.steady);
    assert!(timed.warmup.spent() >= LIMITS.warmup_most);
    assert_eq!(timed.times.len(), 10);
}

#[test]
fn both_the_time_and_the_steps_are_reached() {
    let fast = device(&LIMITS, |_| 2000.0);
    assert_eq!(fast.times.len(), 25, "50 ms of 2 ms");
    let slow = device(&LIMITS, |_| 20_000.0);
    assert_eq!(slow.times.len(), 10, "ten steps, though 50 ms are over");
    let instant = device(&LIMITS, |step| if step < 60 { 1000.0 } else { 0.0 });
    assert_eq!(instant.times.len(), 100, "a clock that stands still ends too");
}

#[test]
fn planted_slow_steps_are_seen() {
    let limits = Limits { timed_steps: 40, ..LIMITS };
    let timed = device(&limits, |step| if step % 20 == 19 { 15_000.0 } else { 5000.0 + f64::from(step % 7) });
    let times = nanoseconds(&timed.times);
    assert_eq!(far_above(&times), 2);
    assert!((median(&times).expect("timed") / 5e6 - 1.0).abs() < 0.01, "and leave the median alone");
}

#[test]
fn the_first_error_ends_the_loop() {
    let mut left = 3;
    let step = || {
        left -= 1;
        if left == 0 { Err("device lost") } else { Ok(Duration::from_millis(1)) }
    };
    assert_eq!(repeat(&LIMITS, step, |_| {}), Err("device lost"));
}

#[test]
fn six_steps_are_the_fewest_that_can_be_steady() {
    let mut warmup = WarmUp::default();
    for count in 1..=6 {
        warmup.add(Duration::from_millis(1));
        assert_eq!(warmup.is_steady(), count >= 6, "{count}");
    }
}

/// Planted leaks would see each other. Other tests of this process allocate at the same time too, but nothing near as
/// much.
static PLANTING: Mutex<()> = Mutex::new(());

#[test]
fn a_leak_in_every_step_is_seen_by_the_allocator() {
    let _alone = PLANTING.lock();
    const LEAK: usize = 64 << 20;
    let mut kept = Vec::new();
    let alive: Vec<u64> = (0..5)
        .map(|_| {
            kept.push(vec![0u8; LEAK]);
            live_bytes()
        })
        .collect();
    let growth = growth(&alive).expect("enough steps") as f64;
    assert!((growth / LEAK as f64 - 1.0).abs() < 0.25, "{growth} bytes per step of {LEAK}");
}

/// The curve of `peak-memory-infer`: passes that keep something, and passes that only need it.
#[test]
fn a_leak_in_every_forward_pass_is_seen_in_the_curve_of_inference() {
    const BYTES: usize = 64 << 20;
    let _alone = PLANTING.lock();
    let close = |found: f64, expected: f64| (found / expected - 1.0).abs() < 0.25;
    let live = |curve: &[HeapUse]| curve.iter().map(|pass| pass.live).collect::<Vec<u64>>();
    let before = live_bytes();
    let mut kept = Vec::new();
    let leaking = passes(&Device::flex(), 5, |_| {
        kept.push(vec![0u8; BYTES]);
        Ok(())
    })
    .expect("nothing fails");
    assert_eq!(leaking.len(), 5);
    let grown = growth(&live(&leaking)).expect("enough passes") as f64;
    assert!(close(grown, BYTES as f64), "{grown} bytes a pass of {BYTES}");
    assert!(close((leaking[4].peak - before) as f64, 5.0 * BYTES as f64), "{leaking:?}");
    drop(kept);
    let sound = passes(&Device::flex(), 5, |_| {
        std::hint::black_box(vec![0u8; BYTES]);
        Ok(())
    })
    .expect("nothing fails");
    let grown = growth(&live(&sound)).expect("enough passes") as f64;
    assert!(grown.abs() < 0.25 * BYTES as f64, "{grown} bytes a pass, though nothing is kept");
    assert!(sound.iter().any(|pass| pass.peak >= pass.live + BYTES as u64 / 2), "{sound:?}");
    let failing = passes(&Device::flex(), 5, |pass| if pass < 2 { Ok(()) } else { Err(anyhow!("device lost")) });
    assert_eq!(failing.expect_err("the third").to_string(), "device lost");
}

/// The first step makes the optimizer's state; what comes after it must come to nothing.
#[test]
fn a_planted_leak_is_the_growth_of_every_step() {
    assert_eq!(growth(&[1000, 5000, 5000, 5000, 5000]), Some(0));
    assert_eq!(growth(&[1000, 5000, 5064, 5128, 5192]), Some(64));
    assert_eq!(growth(&[1000, 5000, 5000, 9000, 9000, 9000]), Some(0), "one jump is no leak");
    assert_eq!(growth(&[1000, 5000, 4900, 4800]), Some(-100));
    assert_eq!(growth(&[1000, 5000]), None);
}
