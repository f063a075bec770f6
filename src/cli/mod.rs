//! Layer 6: the command line, a thin wrapper around the laboratory.

mod explore;
mod io;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use serde::Serialize;

use crate::lab::{Lab, Report, Scenario, ScenarioError, UnobservedReport};
use crate::runtime::Micros;
use io::{load, print_text, write_trace, HELD, NOT_HELD, REFUSED};

/// See how a replicated log works: the engine of the page, without the page.
#[derive(Parser)]
#[command(name = "raft-lab", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run scenarios to their end and print a report for each
    Run {
        /// Scenario files
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// Write every event as a line of JSON (with one file)
        #[arg(long, value_name = "OUT.jsonl")]
        trace: Option<PathBuf>,
        /// Stop at this virtual time at the latest, in milliseconds
        #[arg(long, value_name = "MS", value_parser = milliseconds)]
        until: Option<Micros>,
        /// Run without observers: nothing is recorded or checked, and the report has null there
        #[arg(long, conflicts_with = "trace")]
        quiet: bool,
    },
    /// Try random runs until one fails, shorten it, and print it as a scenario
    ///
    /// Progress goes to standard error. Exit status: 0 if nothing was found, 1 if something was.
    Explore(explore::Options),
    /// Check scenario files without running them
    Check {
        /// Scenario files
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// Print a JSON Schema of scenario files
    Schema,
}

/// Runs the command line. Exit status: 0 if all expectations held, 1 if some did not, 2 if a file was refused.
pub fn main() -> ExitCode {
    let status = match Arguments::parse().command {
        Command::Run { files, until, quiet: true, .. } => run_quietly(&files, until),
        Command::Run { files, trace, until, quiet: false } => run(&files, trace.as_deref(), until),
        Command::Explore(options) => explore::run(options),
        Command::Check { files } => check(&files),
        Command::Schema => {
            let schema = serde_json::to_string_pretty(&crate::lab::export::schema::schema()).unwrap_or_default();
            print_text(&format!("{schema}\n")).map(|()| HELD)
        }
    };
    ExitCode::from(status.unwrap_or_else(|refusal| {
        eprintln!("{refusal}");
        REFUSED
    }))
}

fn milliseconds(text: &str) -> Result<Micros, String> {
    serde_json::from_str(text).map_err(|_| "not a time in milliseconds".into())
}

fn check(files: &[PathBuf]) -> Result<u8, String> {
    let refusals: Vec<String> = files.iter().filter_map(|file| load(file).err()).collect();
    match refusals.is_empty() {
        true => Ok(HELD),
        false => Err(refusals.join("\n")),
    }
}

fn run(files: &[PathBuf], trace: Option<&Path>, until: Option<Micros>) -> Result<u8, String> {
    if trace.is_some() && files.len() > 1 {
        return Err("--trace goes with one file".into());
    }
    let mut reports = Vec::new();
    for lab in &mut start(files, Lab::new)? {
        lab.run_to_stop(until);
        if let Some(trace) = trace {
            write_trace(lab, trace).map_err(|error| format!("{}: {error}", trace.display()))?;
        }
        reports.push(lab.report());
    }
    print(&reports)?;
    Ok(if reports.iter().all(Report::held) { HELD } else { NOT_HELD })
}

/// Runs without observers, at full speed; nothing is checked.
fn run_quietly(files: &[PathBuf], until: Option<Micros>) -> Result<u8, String> {
    let mut labs = start(files, Lab::unobserved)?;
    labs.iter_mut().for_each(|lab| lab.run_to_stop(until));
    let reports: Vec<UnobservedReport> = labs.iter().map(UnobservedReport::new).collect();
    print(&reports)?;
    Ok(if reports.iter().all(|report| report.halted.is_none()) { HELD } else { NOT_HELD })
}

/// A lab for each file. Fails if any file is refused.
fn start(files: &[PathBuf], lab: fn(Scenario) -> Result<Lab, ScenarioError>) -> Result<Vec<Lab>, String> {
    let scenarios = files.iter().map(|file| load(file)).collect::<Result<Vec<_>, _>>()?;
    let start =
        |(scenario, file): (Scenario, &PathBuf)| lab(scenario).map_err(|error| format!("{}: {error}", file.display()));
    scenarios.into_iter().zip(files).map(start).collect()
}

/// Prints one report as itself, several as a list.
fn print<T: Serialize>(reports: &[T]) -> Result<(), String> {
    let text = match reports {
        [report] => serde_json::to_string_pretty(report),
        reports => serde_json::to_string_pretty(reports),
    };
    print_text(&format!("{}\n", text.unwrap_or_default()))
}
