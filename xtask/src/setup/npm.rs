//! npm's packages: wasm-opt for the page; Playwright and axe for its tests. Exact versions stand in `package-lock.json`.

use super::talk::Talk;
use crate::project;
use crate::run;
use crate::Result;
use std::fs;

/// The oldest Node.js that will do.
const NODE_MAJOR_MIN: u32 = 20;

/// Installs the packages of `package-lock.json` when they are not there yet, or others are.
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

/// Refuses a Node.js that is missing or too old.
fn check_node() -> Result<()> {
    let version = run::output(run::program("node").arg("--version"));
    match version.as_deref().and_then(major) {
        Some(number) if number >= NODE_MAJOR_MIN => Ok(()),
        _ => Err(format!(
            "Node.js {NODE_MAJOR_MIN} or newer is needed (found: {}): it runs wasm-opt and the tests. Install it from \
             your system's packages or from nodejs.org",
            version.as_deref().unwrap_or("none")
        )),
    }
}

/// The major number of a version like `v20.20.2`.
fn major(version: &str) -> Option<u32> {
    version.strip_prefix('v')?.split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Only the major number counts.
    #[test]
    fn reads_the_major_number() {
        assert_eq!(major("v20.20.2"), Some(20));
        assert_eq!(major("20"), None);
    }
}
