//! npm packages: wasm-opt for the page; Playwright and axe for its tests. `package-lock.json` has their exact versions.

use super::talk::Talk;
use crate::project;
use crate::run;
use crate::Result;
use std::fs;

/// The oldest supported Node.js, major and minor version: it can run several test files at the same time.
const NODE_MIN: (u32, u32) = (20, 10);

/// Installs the packages of `package-lock.json`, unless exactly these are already installed.
pub fn provide(talk: Talk) -> Result<()> {
    check_node()?;
    let lock_file = project::root().join("package-lock.json");
    let stamp_file = project::node_modules().join(".raft-lab-lock");
    let lock = fs::read(&lock_file).map_err(|e| format!("cannot read {}: {e}", lock_file.display()))?;
    if fs::read(&stamp_file).is_ok_and(|stamp| stamp == lock) {
        talk.found("npm's packages");
        return Ok(());
    }
    run::step("installing npm's packages (a few seconds)", || {
        let npm = run::which("npm").ok_or("npm is missing; it comes with Node.js")?;
        run::quietly(run::program(npm).args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]), "npm-ci")?;
        fs::write(&stamp_file, &lock).map_err(|e| format!("cannot write {}: {e}", stamp_file.display()))
    })
}

/// Fails if Node.js is missing or too old.
fn check_node() -> Result<()> {
    let version = run::output(run::program("node").arg("--version"));
    let (major, minor) = NODE_MIN;
    match version.as_deref().and_then(numbers) {
        Some(numbers) if numbers >= NODE_MIN => Ok(()),
        _ => Err(format!(
            "Node.js {major}.{minor} or newer is needed (found: {}): it runs wasm-opt and the tests. Install it from \
             your system's packages or from nodejs.org",
            version.as_deref().unwrap_or("none")
        )),
    }
}

/// The major and the minor number of a version such as `v20.20.2`.
fn numbers(version: &str) -> Option<(u32, u32)> {
    let mut numbers = version.strip_prefix('v')?.split('.').map(|number| number.parse().ok());
    Some((numbers.next()??, numbers.next()??))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Only the first two numbers count, as numbers.
    #[test]
    fn reads_the_major_and_the_minor_number() {
        assert_eq!(numbers("v20.20.2"), Some((20, 20)));
        assert_eq!(numbers("20"), None);
        let is_new_enough = |version: &str| numbers(version).is_some_and(|numbers| numbers >= NODE_MIN);
        assert!(is_new_enough("v20.10.0") && is_new_enough("v22.1.0"));
        assert!(!is_new_enough("v20.9.0") && !is_new_enough("v18.20.0"));
    }
}
