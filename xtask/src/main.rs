//! The project's own commands: `cargo xtask setup`, `serve`, `test`, `dist`, `bench`, `film`, `wasm`.
//!
//! Everything special about building for the browser is here and affects child processes only: no global setting, no
//! environment variable to export, nothing in `.cargo/config.toml` except the alias. Native builds and tests remain
//! plain `cargo`.

mod bench;
mod budget;
mod cargo;
mod count;
mod dist;
mod film;
mod http;
mod project;
mod run;
mod serve;
mod setup;
mod split;
mod test;
mod wasm;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// The result of a command; the error is a sentence that includes the remedy.
type Result<T> = std::result::Result<T, String>;

/// Raft Lab's own commands.
#[derive(Parser)]
#[command(name = "cargo xtask", disable_help_subcommand = true)]
struct Arguments {
    /// What to do.
    #[command(subcommand)]
    command: Command,
}

/// One command of the project.
#[derive(Subcommand)]
enum Command {
    /// Find or install what building and testing the page needs (into .tools/ and node_modules/)
    Setup,
    /// Build the page and serve it on this machine
    Serve(serve::Options),
    /// Check and test everything: format, lints, docs, crates, native tests, wasm tests, the page in a browser
    Test(test::Options),
    /// Build the optimised page into dist/ and print its sizes
    Dist,
    /// Measure the optimised page in a browser, or the engine beside its peers
    #[command(subcommand)]
    Bench(bench::Bench),
    /// Film the first seconds of the optimised page on a laptop and on a phone, into target/film/
    Film(film::Options),
    /// Run cargo for the browser's target, e.g. `cargo xtask wasm check`
    Wasm(cargo::Options),
}

/// Runs a command, prints its error, and sets the exit status.
fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Setup => setup::everything(setup::Talk::Always).map(|_| true),
        Command::Serve(options) => serve::serve(&options).map(|()| true),
        Command::Test(options) => test::test(&options),
        Command::Dist => dist::dist().map(|()| true),
        Command::Bench(what) => bench::bench(&what),
        Command::Film(options) => film::film(&options),
        Command::Wasm(options) => cargo::cargo(&options),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(trouble) => {
            eprintln!("\nerror: {trouble}");
            ExitCode::FAILURE
        }
    }
}
