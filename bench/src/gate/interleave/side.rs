//! Names the programs of a job, under which their rows are kept.

/// Names one of the programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Base,
    Head,
    /// The base in another layout.
    Relinked,
}

impl Side {
    pub(super) const ALL: [Side; 3] = [Side::Base, Side::Head, Side::Relinked];

    /// Returns its word, which is also the name of its directory.
    pub(super) fn word(self) -> &'static str {
        match self {
            Side::Base => "base",
            Side::Head => "head",
            Side::Relinked => "relinked",
        }
    }
}
