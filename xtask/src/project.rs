//! The folders of the project, and the versions of its tools.

use crate::Result;
use std::fs;
use std::path::{Path, PathBuf};

/// The version of Trunk that the page is built with.
pub const TRUNK_VERSION: &str = "0.21.14";

/// The version of cargo-deny that looks at the crates.
pub const DENY_VERSION: &str = "0.20.2";

/// The target triple of the browser.
pub const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// The project's root folder.
pub fn root() -> PathBuf {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().expect("xtask/ lies in the project's root").to_path_buf()
}

/// The folder of the project's own tools; not committed.
pub fn tools() -> PathBuf {
    root().join(".tools")
}

/// The folder of the npm packages; not committed.
pub fn node_modules() -> PathBuf {
    root().join("node_modules")
}

/// The folder of the optimised page.
pub fn dist() -> PathBuf {
    root().join("dist")
}

/// The manifest of what measures the engine beside its peers: a workspace of its own.
pub fn engine_bench() -> PathBuf {
    root().join("bench").join("engine").join("Cargo.toml")
}

/// The target directory of what measures the engine.
pub fn bench_target_dir() -> PathBuf {
    root().join("target").join("bench")
}

/// The target directory of everything built for the browser, tests included. It is shared, so that the standard library
/// is built once, and separate from the native one, so that neither build waits for the other.
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

    /// Only the exact name matches, not a prefix.
    #[test]
    fn finds_the_version_of_exactly_that_crate() {
        let lock =
            "[[package]]\nname = \"a-b\"\nversion = \"2.0.0\"\n\n[[package]]\nname = \"a\"\nversion = \"1.2.3\"\n";
        assert_eq!(version_in(lock, "a").as_deref(), Some("1.2.3"));
        assert_eq!(version_in(lock, "b"), None);
    }

    /// The installed tool has the version of the library.
    #[test]
    fn the_projects_lock_file_names_wasm_bindgen() {
        assert!(locked_version("wasm-bindgen").is_ok());
    }
}
