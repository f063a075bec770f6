//! Films the first seconds of the page, to look at what somebody sees who touches nothing.

use crate::project;
use crate::run;
use crate::setup::{self, Talk};
use crate::wasm::{Profile, Wasm};
use crate::Result;

/// What is filmed.
#[derive(clap::Args)]
pub struct Options {
    /// How long, in seconds
    #[arg(long, default_value_t = 20)]
    seconds: u32,
    /// The time between two pictures, in milliseconds
    #[arg(long, default_value_t = 300)]
    every: u32,
    /// The dark colours
    #[arg(long)]
    dark: bool,
}

/// Builds the page into dist/ and films it on a laptop and on a phone, into target/film/.
pub fn film(options: &Options) -> Result<bool> {
    let wasm = Wasm::new(setup::everything(Talk::WhenWorking)?);
    if !wasm.build_page(Profile::Release, &project::dist())? {
        return Err("the page could not be built".to_string());
    }
    let mut node = run::program("node");
    node.arg("tests/film/film.mjs");
    node.args(["--seconds", &options.seconds.max(1).to_string(), "--every", &options.every.max(20).to_string()]);
    if options.dark {
        node.arg("--dark");
    }
    if let Some(chromium) = wasm.chromium() {
        node.env("CHROMIUM", chromium);
    }
    run::loudly(&mut node)
}
