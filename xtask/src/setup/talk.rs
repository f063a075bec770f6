//! How much is said while things are provided.

/// How much a set-up says.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Talk {
    /// Every step, also what was there before.
    Always,
    /// Only what has to be done.
    WhenWorking,
}

impl Talk {
    /// Tells that something was there already.
    pub fn found(self, what: &str) {
        if self == Talk::Always {
            println!("{what}: there");
        }
    }
}
