//! Says which half of a data set is asked for.

/// Names the half that is used. The other need not be present.
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
    /// Returns whether training images are asked for.
    pub fn trains(self) -> bool {
        self != Half::Test
    }

    /// Returns whether test images are asked for.
    pub fn tests(self) -> bool {
        self != Half::Train
    }
}
