//! Where things are in the project, and which versions of the tools belong to it.

use crate::Result;
use std::fs;
use std::path::{Path, PathBuf};

/// The version of Trunk that the page is built with.
pub const TRUNK_VERSION: &str = "0.21.14";

/// The compiler's name of the browser's target.
pub const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// The project's root folder.
pub fn root() -> PathBuf {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().expect("xtask/ lies in the project's root").to_path_buf()
}

/// The folder of tools that belong to this project alone; not committed.
pub fn tools() -> PathBuf {
    root().join(".tools")
}

/// The folder of npm's packages; not committed.
pub fn node_modules() -> PathBuf {
    root().join("node_modules")
}

/// The optimised page.
pub fn dist() -> PathBuf {
    root().join("dist")
}

/// Everything built for the browser, tests included: one folder, so that the standard library is built for it
/// once, and apart from the native one, so that neither waits for the other.
pub fn wasm_target_dir() -> PathBuf {
    root().join("target").join("wasm")
}

/// The version of a crate in `Cargo.lock`.
pub fn locked_version(name: &str) -> Result<String> {
    let lock = root().join("Cargo.lock");
    let text = fs::read_to_string(&lock).map_err(|e| format!("cannot read {}: {e}", lock.display()))?;
    version_in(&text, name).ok_or_else(|| format!("{name} is not in Cargo.lock; run `cargo generate-lockfile`"))
}

/// The version of a crate in the text of a lock file.
fn version_in(lock: &str, name: &str) -> Option<String> {
    let mut lines = lock.lines();
    let wanted = format!("name = \"{name}\"");
    lines.find(|line| *line == wanted)?;
    let version = lines.next()?.strip_prefix("version = \"")?;
    Some(version.trim_end_matches('"').to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The whole name counts, not its beginning.
    #[test]
    fn finds_the_version_of_exactly_that_crate() {
        let lock =
            "[[package]]\nname = \"a-b\"\nversion = \"2.0.0\"\n\n[[package]]\nname = \"a\"\nversion = \"1.2.3\"\n";
        assert_eq!(version_in(lock, "a").as_deref(), Some("1.2.3"));
        assert_eq!(version_in(lock, "b"), None);
    }

    /// The tool that is installed is that of the library that is used.
    #[test]
    fn the_projects_lock_file_names_wasm_bindgen() {
        assert!(locked_version("wasm-bindgen").is_ok());
    }
}
