//! `raft-lab explore`: random runs on all cores until one fails, which is then shortened.

#![allow(clippy::disallowed_types, reason = "the wall time of whoever waits: no run ever sees it")]

use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{mpsc, Arc};
use std::thread::Builder;
use std::time::{Duration, Instant};

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::Args;

use super::io::{load, print_text, tell, Failure as Refused, HELD, NOT_HELD};
use crate::lab::explore::random::FaultPlan;
use crate::lab::explore::{Explore, Failure, Progress, Shrink, Trial};
use crate::lab::scenario::limits::{NODES_MAX, SEED_MAX};
use crate::lab::Scenario;
use crate::raft::{NodeId, Rule};
use crate::runtime::Micros;

/// The command line options.
#[derive(Args)]
pub(super) struct Options {
    /// A scenario to which load and faults are added (- is standard input); without it, random clusters
    #[arg(long, value_name = "FILE")]
    base: Option<PathBuf>,
    /// The seeds to try, from A to B (exclusive)
    #[arg(long, value_name = "A..B", value_parser = seeds)]
    seeds: Option<std::ops::Range<u64>>,
    /// Switch a rule of Raft off (can be repeated)
    #[arg(long, value_name = "RULE", hide_possible_values = true, value_parser = rules())]
    off: Vec<Rule>,
    /// Give up after this many seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    budget: u64,
    /// The number of parallel runs; by default the number of cores
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    jobs: Option<u16>,
    /// The number of nodes; by default it varies from run to run
    #[arg(long, value_name = "N", conflicts_with = "base", value_parser = clap::value_parser!(NodeId).range(1..=NODES_MAX as i64))]
    nodes: Option<NodeId>,
}

fn seeds(text: &str) -> Result<std::ops::Range<u64>, String> {
    let (from, to) = text.split_once("..").ok_or("expected A..B")?;
    let number = |text: &str| text.parse::<u64>().map_err(|error| format!("{text}: {error}"));
    let (from, to) = (number(from)?, number(to)?);
    match from < to && to <= SEED_MAX + 1 {
        true => Ok(from..to),
        false => Err(format!("A is below B, and B is at most {}", SEED_MAX + 1)),
    }
}

fn rules() -> impl TypedValueParser<Value = Rule> {
    let names = PossibleValuesParser::new(Rule::ALL.iter().map(|rule| rule.text()));
    let of = |name: &String| Rule::ALL.iter().copied().find(|rule| rule.text() == name);
    names.try_map(move |name| of(&name).ok_or("not a rule"))
}

/// A finished run.
struct Done {
    virtual_time: Micros,
    failed: Option<Failed>,
}

/// A failed run.
struct Failed {
    seed: u64,
    scenario: Scenario,
    failure: Failure,
    at: Micros,
}

/// The state that the workers share.
struct Shared {
    explore: Explore,
    next: AtomicU64,
    /// Seeds from here on are skipped, since a smaller seed has failed.
    end: AtomicU64,
    time_is_up: AtomicBool,
}

impl Shared {
    /// Runs one seed after another.
    fn work(&self, out: &mpsc::Sender<Result<Done, String>>) {
        while !self.time_is_up.load(Ordering::Relaxed) {
            let seed = self.next.fetch_add(1, Ordering::Relaxed);
            if seed >= self.end.load(Ordering::Relaxed) {
                return;
            }
            let done = self.run(seed);
            if out.send(done).is_err() {
                return;
            }
        }
    }

    fn run(&self, seed: u64) -> Result<Done, String> {
        let scenario = self.explore.scenario(seed);
        let mut trial = Trial::new(scenario.clone()).map_err(|error| format!("seed {seed}: {error}"))?;
        trial.advance(u64::MAX);
        let failed = trial.failure().map(|(failure, at)| Failed { seed, scenario, failure, at });
        if failed.is_some() {
            self.end.fetch_min(seed, Ordering::Relaxed);
        }
        Ok(Done { virtual_time: trial.now(), failed })
    }
}

/// Explores. Returns the exit status: 0 if no run failed.
pub(super) fn run(options: Options) -> Result<u8, Refused> {
    let base = options.base.as_deref().map(load).transpose()?;
    let seeds = options.seeds.unwrap_or(0..SEED_MAX + 1);
    let plan = FaultPlan { nodes: options.nodes.unwrap_or(0), ..FaultPlan::default() };
    let shared = Arc::new(Shared {
        next: AtomicU64::new(seeds.start),
        end: AtomicU64::new(seeds.end),
        explore: Explore { seeds, plan, off: options.off, base },
        time_is_up: AtomicBool::new(false),
    });
    let jobs = options.jobs.map_or_else(|| std::thread::available_parallelism().map_or(1, usize::from), usize::from);
    let (sender, results) = mpsc::channel();
    for job in 0..jobs {
        let (shared, sender) = (shared.clone(), sender.clone());
        let worker = Builder::new().name(format!("job {job}")).spawn(move || shared.work(&sender));
        worker.map_err(|error| format!("job {job}: {error}"))?;
    }
    drop(sender); // the channel ends with the last worker

    let started = Instant::now();
    let (mut progress, mut found) = (Progress::default(), None::<Failed>);
    loop {
        match results.recv_timeout(Duration::from_millis(500)) {
            Ok(done) => {
                let Done { virtual_time, failed } = done?;
                progress.seeds += 1;
                progress.virtual_time += virtual_time;
                found = found.into_iter().chain(failed).min_by_key(|failed| failed.seed);
            }
            Err(mpsc::RecvTimeoutError::Timeout) => show(&line(progress, started.elapsed()), false),
            Err(mpsc::RecvTimeoutError::Disconnected) => break,
        }
        if started.elapsed().as_secs() >= options.budget {
            shared.time_is_up.store(true, Ordering::Relaxed);
        }
    }
    show(&line(progress, started.elapsed()), true);
    let Some(Failed { seed, scenario, failure, at }) = found else { return Ok(HELD) };
    show(&format!("seed {seed}: {}; making it shorter", failure.text()), true);
    let mut shrink = Shrink::new(scenario, failure, at);
    // What was found is shown however little of the budget is left.
    while !shrink.advance(10_000) && started.elapsed().as_secs() < options.budget {}
    let scenario = shrink.result(seed);
    show(&format!("{} actions, {} nodes", scenario.actions.len(), scenario.all_nodes().len()), true);
    let text = scenario.to_json();
    print_text(&format!("{text}\n")).inspect_err(|_| tell(&text))?;
    Ok(NOT_HELD)
}

fn line(progress: Progress, elapsed: Duration) -> String {
    let Progress { seeds, virtual_time } = progress;
    let rate = seeds as f64 / elapsed.as_secs_f64().max(0.001);
    format!("{seeds} seeds, {rate:.0} a second, {:.2} virtual hours", virtual_time.as_ms() / 3_600_000.0)
}

/// Shows progress. On a terminal each line replaces the one before, unless that one was to stay.
fn show(text: &str, stays: bool) {
    let mut out = std::io::stderr();
    // Who does not see the progress sees the exit status.
    let _ = match (out.is_terminal(), stays) {
        (true, true) => writeln!(out, "\r\x1b[K{text}"),
        (true, false) => write!(out, "\r\x1b[K{text}"),
        (false, true) => writeln!(out, "{text}"),
        (false, false) => Ok(()),
    };
}
