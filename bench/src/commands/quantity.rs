//! Amounts on the command line: `2GiB`, `300k`, `1.5ms`.

/// What a suffix multiplies by. Times are in nanoseconds, as rows have them.
const SUFFIXES: [(&str, f64); 20] = [
    ("KiB", 1024.0),
    ("MiB", 1_048_576.0),
    ("GiB", 1_073_741_824.0),
    ("TiB", 1_099_511_627_776.0),
    ("kB", 1e3),
    ("KB", 1e3),
    ("MB", 1e6),
    ("GB", 1e9),
    ("TB", 1e12),
    ("ns", 1.0),
    ("us", 1e3),
    ("µs", 1e3),
    ("ms", 1e6),
    ("min", 6e10),
    ("B", 1.0),
    ("s", 1e9),
    ("k", 1e3),
    ("M", 1e6),
    ("G", 1e9),
    ("%", 0.01),
];

/// Reads an amount; a number without a suffix is in the unit of rows: bytes, nanoseconds, images a second, a share.
pub(super) fn quantity(word: &str) -> Result<f64, String> {
    let word = word.trim();
    let suffix = SUFFIXES.iter().find_map(|(suffix, factor)| Some((word.strip_suffix(suffix)?, *factor)));
    let (number, factor) = suffix.unwrap_or((word, 1.0));
    let value: Option<f64> = number.trim().parse().ok().map(|number: f64| number * factor);
    let usable = value.filter(|value| value.is_finite() && *value >= 0.0);
    usable.ok_or_else(|| "an amount is needed, such as 2GiB, 500MB, 300k, 1.5ms, 95% or 500".to_owned())
}
