//! Debian packages: the last resort for what no language registry has.

use crate::run;
use crate::Result;

/// Whether this system has apt.
pub fn is_here() -> bool {
    run::which("apt-get").is_some()
}

/// Installs packages as root; otherwise the error has the command to run.
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

/// A non-interactive apt command.
fn apt() -> std::process::Command {
    let mut command = run::program("apt-get");
    command.env("DEBIAN_FRONTEND", "noninteractive");
    command
}
