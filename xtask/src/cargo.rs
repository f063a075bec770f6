//! Runs cargo for the browser's target.

use crate::run;
use crate::setup::{self, Talk};
use crate::wasm::Wasm;
use crate::Result;

/// What `cargo xtask wasm` is asked to do.
#[derive(clap::Args)]
pub struct Options {
    /// A cargo command and its arguments; the target is added
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, required = true)]
    arguments: Vec<String>,
}

/// Runs a cargo command for the browser's target.
pub fn cargo(options: &Options) -> Result<bool> {
    let (subcommand, rest) = options.arguments.split_first().ok_or("a cargo command is missing")?;
    let tools =
        if subcommand == "test" { setup::everything(Talk::WhenWorking)? } else { setup::page(Talk::WhenWorking)? };
    run::loudly(Wasm::new(tools).cargo(subcommand).args(rest))
}
