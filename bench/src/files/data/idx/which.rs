//! Whose files of one layout are: MNIST and its followers name theirs alike.

use std::path::Path;

use super::{FASHION, FILES, MNIST, file, place};

/// The first labels of the published sets, to train on and for the test.
const FIRST: [(&str, &str, [u8; 10]); 4] = [
    (MNIST.name, "train", [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]),
    (MNIST.name, "t10k", [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]),
    (FASHION.name, "train", [9, 0, 0, 3, 0, 2, 7, 2, 5, 5]),
    (FASHION.name, "t10k", [9, 2, 1, 1, 6, 1, 4, 6, 5, 7]),
];

/// Whose labels these are, where they begin as those of a published set.
pub(super) fn by_labels(half: &str, labels: &[u8]) -> Option<&'static str> {
    FIRST.iter().find(|(_, of, first)| *of == half && labels.starts_with(first)).map(|(name, ..)| *name)
}

/// Whose files a folder is named after: the last word of its path that is a set's.
pub(super) fn by_path(path: &Path) -> Option<&'static str> {
    const WORDS: [(&str, &str); 8] = [
        ("fashion", FASHION.name),
        ("kmnist", "KMNIST"),
        ("kuzushiji", "KMNIST"),
        ("emnist", "EMNIST"),
        ("qmnist", "QMNIST"),
        ("medmnist", "MedMNIST"),
        ("notmnist", "notMNIST"),
        ("mnist", MNIST.name),
    ];
    let of = |part: std::path::Component| {
        let part = part.as_os_str().to_string_lossy().to_lowercase();
        WORDS.iter().find(|(word, _)| part.contains(word)).map(|(_, name)| *name)
    };
    path.components().rev().find_map(of)
}

/// Whose files a folder holds: its labels say it, else its name.
pub(in super::super) fn of(dir: &Path) -> Option<&'static str> {
    let labels = FILES.iter().filter(|(_, labels)| *labels).find_map(|(half, _)| {
        let (_, labels) = file::contents::<1>(&place(dir, (half, true))?).ok()?;
        by_labels(half, &labels)
    });
    labels.or_else(|| by_path(dir))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_word_of_a_path_says_whose_files_they_are() {
        let of = |path: &str| by_path(Path::new(path));
        assert_eq!(of("data/FashionMNIST/raw"), Some("fashion-mnist"));
        assert_eq!(of("data/fashion-mnist/data/MNIST"), Some("mnist"));
        assert_eq!(of("data/KMNIST/raw"), Some("KMNIST"));
        assert_eq!(of("data/images"), None);
    }
}
