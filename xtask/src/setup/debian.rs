//! Debian's packages: the last resort for what no registry of a language holds.

use crate::run;
use crate::Result;

/// Whether this is a system with apt.
pub fn is_here() -> bool {
    run::which("apt-get").is_some()
}

/// Installs packages: at once as root, else the error is the line to run.
pub fn install(packages: &[&str]) -> Result<()> {
    let list = packages.join(" ");
    if run::output(run::program("id").arg("-u")).as_deref() != Some("0") {
        return Err(format!(
            "packages are missing, and only root may install them. Run this line, then the same command again:\n  \
             sudo apt-get update && sudo apt-get install --no-install-recommends {list}"
        ));
    }
    let settings = ["-q", "-y", "-o", "DPkg::Lock::Timeout=300"];
    run::quietly(apt().args(settings).arg("update"), "apt-update")?;
    run::quietly(apt().args(settings).args(["install", "--no-install-recommends"]).args(packages), "apt-install")
}

/// apt, asking nothing.
fn apt() -> std::process::Command {
    let mut command = run::program("apt-get");
    command.env("DEBIAN_FRONTEND", "noninteractive");
    command
}
