//! The environment of all builds for the browser. It is set for child processes only.

use crate::project::{self, WASM_TARGET};
use crate::run;
use crate::setup::{Compiler, Toolchain};
use crate::split::split;
use crate::Result;
use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The time limit, in seconds, of all tests of one file in the browser. The runner's default is too short for a slow
/// machine.
const BROWSER_TIME_LIMIT_S: &str = "600";

/// A flag for the compiler of the optimised page, where it may be given unstable ones: a panic tells its file, and not its
/// line, which is 4 kB less.
const PAGE_FLAGS: &str = "-Zlocation-detail=file";

/// How the page is built.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// Optimised: small and fast.
    Release,
    /// Quick to build, with checks and symbol names.
    Debug,
}

/// Runs builds and tests for the browser with the installed tools.
#[derive(Clone)]
pub struct Wasm {
    /// The installed tools.
    tools: Toolchain,
}

impl Wasm {
    /// The environment for these tools.
    pub fn new(tools: Toolchain) -> Self {
        Wasm { tools }
    }

    /// Chromium: it says what runs in the first seconds, and runs the end-to-end tests.
    pub fn chromium(&self) -> Option<&Path> {
        self.tools.chromium.as_deref()
    }

    /// A cargo command with the browser's target.
    pub fn cargo(&self, subcommand: &str) -> Command {
        let mut command = match self.tools.compiler {
            Compiler::Own { .. } => run::cargo(),
            Compiler::Debian => run::program("/usr/bin/cargo"),
        };
        self.set(&mut command);
        command.args([subcommand, "--target", WASM_TARGET]);
        command
    }

    /// A Trunk command. Trunk calls cargo.
    fn trunk(&self) -> Command {
        let own = project::tools().join("bin").join(format!("trunk{}", env::consts::EXE_SUFFIX));
        let mut command = if own.is_file() { run::program(own) } else { run::program("trunk") };
        self.set(&mut command);
        command.env("TRUNK_SKIP_VERSION_CHECK", "true");
        // Trunk rejects the common value "1".
        command.env_remove("NO_COLOR");
        command
    }

    /// Builds the page into a folder.
    pub fn build_page(&self, profile: Profile, folder: &Path) -> Result<bool> {
        // Trunk runs offline, so dependencies must be fetched first, including those of the standard library if that is
        // built from source.
        let (mut fetch, mut command) = (self.cargo("fetch"), self.trunk());
        let builds_standard_library = self.tools.compiler != (Compiler::Own { has_source: false });
        if profile == Profile::Release && builds_standard_library {
            build_standard_library(&mut fetch);
            build_standard_library(&mut command);
            command.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", PAGE_FLAGS);
        }
        if !run::loudly(fetch.arg("--quiet"))? {
            return Ok(false);
        }
        command.args(["build", "--offline", "--dist"]).arg(folder);
        if profile == Profile::Release {
            command.arg("--release");
        }
        if !run::loudly(&mut command)? {
            return Ok(false);
        }
        if let (Profile::Release, Some(chromium)) = (profile, self.chromium()) {
            run::step("dividing the module by what runs in its first seconds", || split(folder, chromium))?;
        }
        Ok(true)
    }

    /// Sets the environment of one child process.
    fn set(&self, command: &mut Command) {
        command.env("PATH", self.path());
        command.env("CARGO_TARGET_DIR", project::wasm_target_dir());
        command.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", &self.tools.runner);
        command.env("WASM_BINDGEN_TEST_TIMEOUT", BROWSER_TIME_LIMIT_S);
        if let Some(chromedriver) = &self.tools.chromedriver {
            command.env("CHROMEDRIVER", chromedriver);
        }
        if self.tools.compiler == Compiler::Debian {
            command.env("CARGO", "/usr/bin/cargo");
            command.env("RUSTC", "/usr/bin/rustc");
            command.env("RUSTDOC", "/usr/bin/rustdoc");
            build_standard_library(command);
            // These variables refer to the other compiler.
            command.env_remove("RUSTUP_TOOLCHAIN").env_remove("LD_LIBRARY_PATH");
        }
    }

    /// `PATH` with the project's tools first, then the compiler's folder.
    fn path(&self) -> OsString {
        let mut folders = vec![project::tools().join("bin"), project::node_modules().join(".bin")];
        if self.tools.compiler == Compiler::Debian {
            folders.push(PathBuf::from("/usr/bin"));
        }
        let rest = env::var_os("PATH").unwrap_or_default();
        folders.extend(env::split_paths(&rest));
        env::join_paths(folders).unwrap_or(rest)
    }
}

/// Makes cargo build the standard library from source as well.
fn build_standard_library(command: &mut Command) {
    // `build-std` is unstable; this allows it on a stable compiler.
    command.env("RUSTC_BOOTSTRAP", "1");
    command.env("CARGO_UNSTABLE_BUILD_STD", "std,panic_abort");
    // This halves the code size of sorting.
    command.env("CARGO_UNSTABLE_BUILD_STD_FEATURES", "optimize_for_size");
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    /// Trunk builds the optimised page with a profile that exists.
    #[test]
    fn the_optimised_page_has_a_profile_of_its_own() {
        let read = |name: &str| fs::read_to_string(project::root().join(name)).expect("the file is there");
        assert!(read("index.html").contains("data-cargo-profile-release=\"page\""));
        assert!(read("Cargo.toml").contains("[profile.page]\ninherits = \"release\"\nopt-level = \"z\"\n"));
    }
}
