//! Measures the engine and the laboratory, beside async-raft and openraft: see `docs/performance.md`.
//!
//! `cargo xtask bench engine` builds and runs this. Every measurement is a process of its own, which does one thing and
//! prints how long it took; the process that was started does nothing but start them, in turns, and print the table.

mod clients;
mod measures;
mod ours;
mod peer_async_raft;
mod peer_openraft;
mod table;
mod task;

use std::process::ExitCode;

use clap::Parser;

/// Raft Lab's command line allocates with this, so all that is measured does.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What is to be measured, and how it is printed.
#[derive(Parser)]
struct Options {
    /// Measure this alone (may be given several times); an unknown name prints them all
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,
    /// The number of rounds
    #[arg(long, value_name = "TIMES", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    repeat: u32,
    /// A hundredth of the work: tells whether everything works, and nothing about speed
    #[arg(long)]
    short: bool,
    /// Print the figures as JSON
    #[arg(long, conflicts_with = "markdown")]
    json: bool,
    /// Print the figures as a table for docs/performance.md
    #[arg(long)]
    markdown: bool,
    /// Do one task and print what it took; for the process that measures
    #[arg(long, hide = true, value_name = "TASK")]
    task: Option<String>,
}

fn main() -> ExitCode {
    let options = Options::parse();
    let done = match &options.task {
        Some(task) => task::carry_out(task),
        None => measure(&options),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(trouble) => {
            eprintln!("error: {trouble:#}");
            ExitCode::FAILURE
        }
    }
}

fn measure(options: &Options) -> anyhow::Result<()> {
    let rows = measures::run(&options.only, options.repeat, options.short)?;
    if options.json {
        println!("{}", table::json(&rows));
    } else if options.markdown {
        print!("{}", table::markdown(&rows));
    } else {
        print!("{}", table::text(&rows));
    }
    Ok(())
}
