//! The compiler for the browser's target.
//!
//! Usually this is the user's own, and rustup adds the target's standard library. If rustup's server cannot be reached,
//! there is a second way on Debian: its packages have a compiler *and* the source of the matching standard library,
//! which is then built from source. The two must have the same version, since they share internals. This second
//! compiler is used for the browser's target only.

use super::debian;
use super::talk::Talk;
use crate::project::WASM_TARGET;
use crate::run;
use crate::Result;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The environment variable that forces one way, `rustup` or `debian`, to test each where both work.
const CHOICE_VARIABLE: &str = "RAFT_LAB_WASM_FROM";

/// The time limit of rustup. Without a network it mostly fails at once, but behind some firewalls it hangs.
const RUSTUP_TIME_LIMIT: Duration = Duration::from_secs(90);

/// The packages of Debian's compiler, without the linker, whose package name has a version in it.
const DEBIAN_PACKAGES: [&str; 5] = ["rustc-web", "cargo-web", "rust-web-src", "rust-web-llvm", "rust-web-clippy"];

/// The linker that Debian's compiler calls: a link to a versioned linker in another package.
const DEBIAN_LINKER: &str = "/usr/bin/rust-lld";

/// The compiler that builds for the browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compiler {
    /// The user's own, with the target's standard library installed.
    Own {
        /// Whether the standard library's source is installed: built from it, the page is 5 % smaller.
        has_source: bool,
    },
    /// Debian's, which builds the standard library from source.
    Debian,
}

/// Finds or installs a compiler for the browser's target.
pub fn provide(talk: Talk) -> Result<Compiler> {
    let choice = env::var(CHOICE_VARIABLE).unwrap_or_default();
    let (rustup_allowed, debian_allowed) = (choice != "debian", choice != "rustup");
    if rustup_allowed && own_has_target() {
        talk.found("Rust's target for the browser");
        return Ok(Compiler::Own { has_source: own_has_source() });
    }
    if debian_allowed && debian_is_complete() {
        talk.found("Debian's Rust for the browser");
        return Ok(Compiler::Debian);
    }
    if rustup_allowed && add_with_rustup() {
        return Ok(Compiler::Own { has_source: own_has_source() || add_source_with_rustup() });
    }
    if !debian_allowed || !debian::is_here() {
        return Err(format!(
            "the Rust target {WASM_TARGET} is missing, and rustup could not add it. With a network, this adds it:\n  \
             rustup target add {WASM_TARGET}"
        ));
    }
    run::step("installing Debian's Rust for the browser's target (about half a minute)", install_debian)?;
    Ok(Compiler::Debian)
}

/// Whether the user's own compiler has the target's standard library.
fn own_has_target() -> bool {
    own_library().is_some_and(|folder| folder.join(WASM_TARGET).is_dir())
}

/// Whether the user's own compiler has the source of the standard library.
fn own_has_source() -> bool {
    own_library().is_some_and(|folder| folder.join("src/rust/library/Cargo.lock").is_file())
}

/// The folder with the standard libraries of the user's own compiler.
fn own_library() -> Option<PathBuf> {
    let sysroot = run::output(run::program("rustc").args(["--print", "sysroot"]))?;
    Some(Path::new(&sysroot).join("lib/rustlib"))
}

/// Lets rustup add the source of the standard library, which is optional. Returns whether it succeeded.
fn add_source_with_rustup() -> bool {
    let add = || {
        let mut rustup = run::program("rustup");
        let added = run::succeeds_within(rustup.args(["component", "add", "rust-src"]), RUSTUP_TIME_LIMIT);
        (added && own_has_source()).then_some(()).ok_or_else(String::new)
    };
    run::step("adding the standard library's source with rustup, for a smaller page", add).is_ok()
}

/// Lets rustup add the target. Returns whether it succeeded.
fn add_with_rustup() -> bool {
    if run::which("rustup").is_none() {
        return false;
    }
    let add = || {
        let mut rustup = run::program("rustup");
        let added = run::succeeds_within(rustup.args(["target", "add", WASM_TARGET]), RUSTUP_TIME_LIMIT);
        (added && own_has_target()).then_some(()).ok_or_else(String::new)
    };
    run::step("adding Rust's target for the browser with rustup", add).is_ok()
}

/// Installs Debian's compiler and its linker, whose version is read from the link that the compiler installs.
fn install_debian() -> Result<()> {
    debian::install(&DEBIAN_PACKAGES)?;
    if !Path::new(DEBIAN_LINKER).exists() {
        let aim = fs::read_link(DEBIAN_LINKER).map_err(|e| format!("rust-web-llvm brought no {DEBIAN_LINKER}: {e}"))?;
        let package =
            lld_package(&aim).ok_or_else(|| format!("{DEBIAN_LINKER} leads to an unknown place: {}", aim.display()))?;
        debian::install(&[&package])?;
    }
    if debian_is_complete() {
        return Ok(());
    }
    Err(format!(
        "Debian's packages {} do not give a compiler with the matching source of its standard library here",
        DEBIAN_PACKAGES.join(", ")
    ))
}

/// The package of the linker that a link points to: `lld-22` is in the package of that name.
fn lld_package(aim: &Path) -> Option<String> {
    let name = aim.file_name()?.to_str()?;
    let version = name.strip_prefix("lld-")?;
    version.bytes().all(|byte| byte.is_ascii_digit()).then(|| name.to_string())
}

/// Whether Debian's compiler, linker and lints and the matching source of the standard library are installed.
fn debian_is_complete() -> bool {
    let parts = ["/usr/bin/rustc", "/usr/bin/cargo", "/usr/bin/rustdoc", "/usr/bin/clippy-driver", DEBIAN_LINKER];
    parts.iter().all(|part| Path::new(part).exists()) && debian_source_matches()
}

/// Whether the standard library's source matches Debian's compiler.
fn debian_source_matches() -> bool {
    let Some(version) = run::output(run::program("/usr/bin/rustc").arg("--version")) else {
        return false;
    };
    let number = version.split_whitespace().nth(1).unwrap_or_default();
    let source: PathBuf = Path::new("/usr/src").join(format!("rustc-{number}"));
    source.join("library/Cargo.lock").is_file()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The linker's package follows the link, whatever the version.
    #[test]
    fn the_linkers_package_is_read_off_the_link() {
        assert_eq!(lld_package(Path::new("lld-22")).as_deref(), Some("lld-22"));
        assert_eq!(lld_package(Path::new("/usr/bin/lld-23")).as_deref(), Some("lld-23"));
        assert_eq!(lld_package(Path::new("/usr/bin/lld")), None);
    }
}
