//! Tools that are Rust programs: Trunk, cargo-deny, and wasm-bindgen's command line with its test runner.

use super::talk::Talk;
use crate::project;
use crate::run;
use crate::Result;
use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

/// Finds or installs Trunk.
pub fn provide_trunk(talk: Talk) -> Result<()> {
    let version = project::TRUNK_VERSION;
    if find("trunk", "trunk", version).is_some() {
        talk.found(&format!("Trunk {version}"));
        return Ok(());
    }
    run::step(&format!("installing Trunk {version} (about 3 min on 2 cores)"), || {
        // A debug build takes half the time, and Trunk spends nearly all its time in the programs it calls.
        let mut command = install("trunk", version);
        command.args(["--locked", "--debug", "--no-default-features", "--features", "rustls"]);
        run::quietly(&mut command, "install-trunk")?;
        tidy()
    })
}

/// Finds or installs cargo-deny. Returns its path.
pub fn provide_deny(talk: Talk) -> Result<PathBuf> {
    let version = project::DENY_VERSION;
    let find = || find("cargo-deny", "cargo-deny", version);
    if let Some(program) = find() {
        talk.found(&format!("cargo-deny {version}"));
        return Ok(program);
    }
    run::step(&format!("installing cargo-deny {version} (about a minute on 2 cores)"), || {
        run::quietly(install("cargo-deny", version).args(["--locked", "--debug"]), "install-cargo-deny")?;
        tidy()?;
        find().ok_or_else(|| format!("cargo-deny {version} brought no program"))
    })
}

/// Finds or installs wasm-bindgen's command line in the version of the library. Returns the path of its test runner.
pub fn provide_wasm_bindgen(talk: Talk) -> Result<PathBuf> {
    let crate_name = "wasm-bindgen-cli";
    let version = project::locked_version("wasm-bindgen")?;
    let runner = || find(crate_name, "wasm-bindgen-test-runner", &version);
    if let (Some(runner), Some(_)) = (runner(), find(crate_name, "wasm-bindgen", &version)) {
        talk.found(&format!("wasm-bindgen {version}"));
        return Ok(runner);
    }
    run::step(&format!("installing wasm-bindgen {version} (about 2 min on 2 cores)"), || {
        // Not `--locked`: its lock file names crates that a mirror may lack.
        run::quietly(install(crate_name, &version).arg("--no-default-features"), "install-wasm-bindgen")?;
        tidy()?;
        runner().ok_or_else(|| format!("{crate_name} {version} brought no wasm-bindgen-test-runner"))
    })
}

/// A tool in exactly this version: the project's own, or one on `PATH`.
fn find(crate_name: &str, program: &str, version: &str) -> Option<PathBuf> {
    let own = project::tools().join("bin").join(format!("{program}{}", env::consts::EXE_SUFFIX));
    let receipt = fs::read_to_string(project::tools().join(".crates.toml")).unwrap_or_default();
    if own.is_file() && receipt.contains(&format!("\"{crate_name} {version} ")) {
        return Some(own);
    }
    let on_path = run::which(program)?;
    let said = run::output(run::program(&on_path).arg("--version"))?;
    (said.split_whitespace().nth(1) == Some(version)).then_some(on_path)
}

/// The `cargo install` of one crate in one version, into the project's tools.
fn install(crate_name: &str, version: &str) -> Command {
    let mut command = run::cargo();
    command.args(["install", crate_name, "--version", version, "--root"]).arg(project::tools());
    command.env("CARGO_TARGET_DIR", build_folder());
    command.env("CARGO_INCREMENTAL", "0").env("CARGO_PROFILE_DEV_DEBUG", "0");
    command.env("CARGO_RESOLVER_INCOMPATIBLE_RUST_VERSIONS", "fallback");
    command
}

/// The build folder of tools. It is kept when an install is interrupted, so that the next one can continue.
fn build_folder() -> PathBuf {
    project::tools().join("build")
}

/// Removes the build folder.
fn tidy() -> Result<()> {
    let folder = build_folder();
    match fs::remove_dir_all(&folder) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(format!("cannot remove {}: {error}", folder.display())),
    }
}
