//! The verbosity of setup.

/// The verbosity of setup.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Talk {
    /// Prints every step, including what was already there.
    Always,
    /// Prints only what has to be done.
    WhenWorking,
}

impl Talk {
    /// Prints that something was already there.
    pub fn found(self, what: &str) {
        if self == Talk::Always {
            println!("{what}: there");
        }
    }
}
