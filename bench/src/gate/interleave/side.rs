//! The programs of a job, as which their rows are kept.

/// Which program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Base,
    Head,
    /// The base in another layout.
    Relinked,
}

impl Side {
    pub(super) const ALL: [Side; 3] = [Side::Base, Side::Head, Side::Relinked];

    /// Its word, and the name of its directory.
    pub(super) fn word(self) -> &'static str {
        match self {
            Side::Base => "base",
            Side::Head => "head",
            Side::Relinked => "relinked",
        }
    }
}
