//! Layer 6: the command line, a thin wrapper around the laboratory.

mod explore;
mod help;
mod io;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};
use serde::Serialize;

use crate::lab::{Lab, Report, Scenario, ScenarioError, UnobservedReport};
use crate::runtime::Micros;
use io::{is_same_file, load_all, name_of, print_text, tell, write_file, Failure};
use io::{HELD, NOT_HELD, REFUSED, STANDARD, UNWRITTEN};

/// See how a replicated log works: the engine of the page, without the page.
#[derive(Parser)]
#[command(name = "raft-lab", version, after_help = help::statuses(), after_long_help = help::all())]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run scenarios to their end and print a report for each
    #[command(after_help = help::statuses())]
    Run(Run),
    /// Try random runs until one fails, shorten it, and print it as a scenario
    ///
    /// Progress goes to standard error. Exit status: 0 if nothing was found, 1 if something was.
    #[command(after_long_help = help::rules())]
    Explore(explore::Options),
    /// Check scenario files without running them
    #[command(after_help = help::statuses())]
    Check {
        /// Scenario files; - is standard input
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// Print a JSON Schema of scenario files
    Schema,
    /// Print a script that lets a shell complete commands: `raft-lab completions bash > FILE`
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

#[derive(clap::Args)]
struct Run {
    /// Scenario files; - is standard input
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Write every event as a line of JSON (with one file); - is standard output, and goes with --report
    #[arg(long, value_name = "OUT.jsonl")]
    trace: Option<PathBuf>,
    /// Write the reports there instead of standard output
    #[arg(long, value_name = "OUT.json", default_value = STANDARD, hide_default_value = true)]
    report: PathBuf,
    /// Stop at this virtual time at the latest, in milliseconds
    #[arg(long, value_name = "MS", value_parser = milliseconds)]
    until: Option<Micros>,
    /// Run without observers: nothing is recorded or checked, and the report has null there
    #[arg(long, conflicts_with = "trace")]
    quiet: bool,
}

/// Runs the command line. Returns the exit status: see [`help::statuses`].
pub fn main() -> ExitCode {
    let done = match Arguments::try_parse() {
        Ok(arguments) => carry_out(arguments.command),
        Err(other) => {
            // Usage goes to standard error, help and version to standard output.
            match other.print() {
                Err(error) if !other.use_stderr() && error.kind() != std::io::ErrorKind::BrokenPipe => Ok(UNWRITTEN),
                _ => Ok(if other.use_stderr() { REFUSED } else { HELD }),
            }
        }
    };
    ExitCode::from(done.unwrap_or_else(|Failure { status, text }| {
        tell(&text);
        status
    }))
}

fn carry_out(command: Command) -> Result<u8, Failure> {
    match command {
        Command::Run(options) => {
            options.check()?;
            if options.quiet {
                options.carry_out(Lab::unobserved, UnobservedReport::new, |report| report.halted.is_none())
            } else {
                options.carry_out(Lab::new, Lab::report, Report::held)
            }
        }
        Command::Explore(options) => explore::run(options),
        Command::Check { files } => load_all(&files).map(|_| HELD).map_err(Failure::from),
        Command::Schema => {
            let schema = serde_json::to_string_pretty(&crate::lab::export::schema::schema()).unwrap_or_default();
            print_text(&format!("{schema}\n")).map(|()| HELD)
        }
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Arguments::command(), "raft-lab", &mut script);
            print_text(&String::from_utf8_lossy(&script)).map(|()| HELD)
        }
    }
}

fn milliseconds(text: &str) -> Result<Micros, String> {
    serde_json::from_str(text).map_err(|_| "not a time in milliseconds".into())
}

impl Run {
    /// Refuses what would lose something.
    fn check(&self) -> Result<(), String> {
        let outputs = [("--trace", self.trace.as_deref()), ("--report", Some(self.report.as_path()))];
        for (option, path) in outputs {
            let Some(path) = path.filter(|path| *path != Path::new(STANDARD)) else { continue };
            if let Some(input) = self.files.iter().find(|file| is_same_file(file, path)) {
                return Err(format!("{option} would overwrite {}, which is to be run", name_of(input)));
            }
        }
        match self.trace.as_deref() {
            Some(_) if self.files.len() > 1 => Err("--trace goes with one file".into()),
            Some(trace) if trace == self.report || is_same_file(trace, &self.report) => {
                Err("--trace and --report lead to the same place".into())
            }
            _ => Ok(()),
        }
    }

    /// Runs the scenarios one after the other. No lab outlives its report: a run may take much memory.
    fn carry_out<T: Serialize>(
        &self,
        lab: fn(Scenario) -> Result<Lab, ScenarioError>,
        report_of: fn(&Lab) -> T,
        held: fn(&T) -> bool,
    ) -> Result<u8, Failure> {
        let mut reports = Vec::new();
        let mut traced = Ok(());
        for (scenario, file) in load_all(&self.files)?.into_iter().zip(&self.files) {
            let mut lab = lab(scenario).map_err(|error| format!("{}: {error}", name_of(file)))?;
            if self.trace.is_none() {
                lab = lab.forgetful();
            }
            lab.run_to_stop(self.until);
            reports.push(report_of(&lab));
            if let Some(trace) = &self.trace {
                traced = write_file(trace, |out| write_trace(&lab, out));
            }
        }
        write_file(&self.report, |out| write_reports(&reports, out))?;
        // A trace that could not be written does not take the report with it.
        traced?;
        Ok(if reports.iter().all(held) { HELD } else { NOT_HELD })
    }
}

/// Writes every event of a run as a line of JSON.
fn write_trace(lab: &Lab, out: &mut dyn Write) -> std::io::Result<()> {
    let mut written = Ok(());
    let repeated = lab.for_each_record(0, lab.events(), |record| {
        if written.is_ok() {
            written = serde_json::to_writer(&mut *out, record).map_err(Into::into).and_then(|()| out.write_all(b"\n"));
        }
        Ok(())
    });
    written.and(repeated.map_err(std::io::Error::other))
}

/// Writes one report as itself, several as a list.
fn write_reports<T: Serialize>(reports: &[T], out: &mut dyn Write) -> std::io::Result<()> {
    match reports {
        [report] => serde_json::to_writer_pretty(&mut *out, report)?,
        reports => serde_json::to_writer_pretty(&mut *out, reports)?,
    }
    out.write_all(b"\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A run of which few events are in memory leaves the trace of one that keeps all.
    #[test]
    fn a_trace_has_every_event() {
        let [all, few] = [u64::MAX, 0].map(|keeps| {
            let mut lab = Lab::new(Scenario::classroom(3)).unwrap().keeping(keeps);
            lab.advance_to(Micros::from_ms(60_000), u64::MAX);
            let mut trace = Vec::new();
            write_trace(&lab, &mut trace).unwrap();
            let in_memory = lab.records().len();
            (in_memory, trace)
        });
        assert!(few.0 < all.0 && few.1 == all.1, "{} of {} events in memory", few.0, all.0);
    }
}
