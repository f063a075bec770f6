//! Builds and runs what measures the engine beside its peers: the workspace in `bench/engine/`.

use std::env;
use std::process::Command;

use crate::project;
use crate::run;
use crate::Result;

/// How the engine is measured.
#[derive(clap::Args)]
pub struct Options {
    /// Measure this alone (may be given several times); an unknown name prints them all
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,
    /// The number of rounds; the default is 5
    #[arg(long, value_name = "TIMES")]
    repeat: Option<u32>,
    /// Print the figures as JSON
    #[arg(long, conflicts_with = "markdown")]
    json: bool,
    /// Print the figures as the table of docs/performance.md
    #[arg(long)]
    markdown: bool,
}

/// Measures. Slow results are not a failure.
pub fn measure(options: &Options) -> Result<bool> {
    build()?;
    let mut program = program();
    for name in &options.only {
        program.args(["--only", name]);
    }
    if let Some(times) = options.repeat {
        program.args(["--repeat", &times.max(1).to_string()]);
    }
    for (flag, is_wanted) in [("--json", options.json), ("--markdown", options.markdown)] {
        if is_wanted {
            program.arg(flag);
        }
    }
    run::loudly(&mut program)
}

/// Checks that it can be built, that Clippy finds nothing in it, and that it measures: one round of a hundredth of the
/// work.
pub fn check() -> Result<bool> {
    run::step("looking at what measures the engine with Clippy (about a minute on 2 cores)", || {
        run::quietly(cargo("clippy").args(["--quiet", "--", "-D", "warnings"]), "clippy-bench")
    })?;
    build()?;
    run::loudly(program().args(["--short", "--repeat", "1"]))
}

fn build() -> Result<()> {
    // Not to standard output: figures go there.
    eprintln!("building what measures the engine, with its peers (about 3 min on 2 cores, the first time)");
    run::quietly(cargo("build").arg("--release"), "build-bench")
}

/// A cargo command for that workspace, with the crates of its own lock file.
fn cargo(subcommand: &str) -> Command {
    let mut cargo = run::cargo();
    cargo.args([subcommand, "--locked", "--manifest-path"]).arg(project::engine_bench());
    cargo.env("CARGO_TARGET_DIR", project::bench_target_dir());
    cargo
}

fn program() -> Command {
    let name = format!("bench-engine{}", env::consts::EXE_SUFFIX);
    run::program(project::bench_target_dir().join("release").join(name))
}
