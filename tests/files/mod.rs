//! The scenario files, for the tests that go through all of them.

use std::path::{Path, PathBuf};

/// Every scenario under `tests/scenarios`, in the order of their paths. At least 50: an empty walk proves nothing.
pub fn scenarios() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => folders.push(path),
                false => found.push(path),
            }
        }
    }
    found.sort();
    assert!(found.len() >= 50, "only {} scenarios were found", found.len());
    found
}
