//! Measures the optimised page in a real browser, the engine beside its peers, and instructions of fixed runs.

mod engine;
mod instructions;

pub use engine::check as check_engine;
pub use instructions::check as check_instructions;

use crate::project;
use crate::run;
use crate::setup::{self, Talk};
use crate::wasm::{Profile, Wasm};
use crate::Result;

/// What `cargo xtask bench` is asked to measure.
#[derive(clap::Subcommand)]
pub enum Bench {
    /// Build the optimised page into dist/, measure it in Chromium and print the figures beside their goals
    Page(PageOptions),
    /// Measure the engine and the laboratory beside async-raft and openraft, and print the figures beside their goals
    Engine(engine::Options),
    /// Count the instructions of three fixed runs, and compare them with the figures that are kept
    Instructions(instructions::Options),
}

/// How the page is measured.
#[derive(clap::Args)]
pub struct PageOptions {
    /// Measure this alone (may be given several times); an unknown name prints them all
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,
    /// Measure the page also beside another one, in turns: a folder with its index.html
    #[arg(long, value_name = "FOLDER")]
    beside: Option<String>,
    /// The number of repetitions of each measurement; the default is 5
    #[arg(long, value_name = "TIMES")]
    repeat: Option<u32>,
    /// Print the figures as JSON
    #[arg(long)]
    json: bool,
}

/// Runs the measurements. Slow results are not a failure.
pub fn bench(what: &Bench) -> Result<bool> {
    match what {
        Bench::Page(options) => page(options),
        Bench::Engine(options) => engine::measure(options),
        Bench::Instructions(options) => instructions::measure(options),
    }
}

fn page(options: &PageOptions) -> Result<bool> {
    let wasm = Wasm::new(setup::everything(Talk::WhenWorking)?);
    if !wasm.build_page(Profile::Release, &project::dist())? {
        return Err("the page could not be built".to_string());
    }
    let mut node = run::program("node");
    node.arg("tests/bench/page.mjs");
    for name in &options.only {
        node.args(["--only", name]);
    }
    if let Some(folder) = &options.beside {
        node.args(["--beside", folder]);
    }
    if let Some(times) = options.repeat {
        node.args(["--repeat", &times.max(1).to_string()]);
    }
    if options.json {
        node.arg("--json");
    }
    if let Some(chromium) = wasm.chromium() {
        node.env("CHROMIUM", chromium);
    }
    run::loudly(&mut node)
}
