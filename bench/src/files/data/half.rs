//! Which half of a data set is asked for.

/// The half that is used; the other need not be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Half {
    /// Both.
    Both,
    /// The training images.
    Train,
    /// The test images.
    Test,
}

impl Half {
    /// Whether training images are asked for.
    pub fn trains(self) -> bool {
        self != Half::Test
    }

    /// Whether test images are asked for.
    pub fn tests(self) -> bool {
        self != Half::Train
    }
}
