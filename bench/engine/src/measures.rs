//! What is measured, in which order, and how it is compared with its goal.

use anyhow::{bail, Result};
use serde::Serialize;

use crate::task::Task;

/// A figure, in each of the rounds.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// The name of the measure, for `--only`.
    pub measure: &'static str,
    /// What is counted.
    pub what: String,
    /// Its unit; a ratio has `×`.
    pub unit: &'static str,
    /// The figure of each round.
    pub rounds: Vec<f64>,
    /// What is wanted; none for what is there to be compared with.
    pub goal: Option<Goal>,
}

/// What is wanted of a figure.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Goal {
    /// At least this.
    AtLeast(f64),
    /// At most this.
    AtMost(f64),
}

/// A measure: its name, what it is, and what does it, in so many rounds, with this part of the work.
struct Measure {
    name: &'static str,
    what: &'static str,
    run: fn(rounds: u32, part: u64) -> Result<Vec<Row>>,
}

const MEASURES: [Measure; 4] = [
    Measure {
        name: "writes",
        what: "committed writes a second of 3 nodes, beside async-raft and openraft",
        run: writes,
    },
    Measure {
        name: "simulation",
        what: "virtual seconds a second of 5 nodes that are written to each 100 ms",
        run: simulation,
    },
    Measure { name: "explore", what: "random runs a second and core", run: explore },
    Measure { name: "flat", what: "whether long runs cost more for each entry and event than short ones", run: flat },
];

/// By how much the cost of an entry or an event of the longest run may be above that of the shortest.
const FLAT: Goal = Goal::AtMost(1.25);

/// Runs the measures with these names, or all.
///
/// # Errors
/// If there is none of a name, or a process fails.
pub fn run(only: &[String], rounds: u32, short: bool) -> Result<Vec<Row>> {
    let known = |name: &String| MEASURES.iter().any(|measure| measure.name == name);
    if let Some(unknown) = only.iter().find(|name| !known(name)) {
        let names: Vec<String> = MEASURES.iter().map(|it| format!("  {:<11} {}", it.name, it.what)).collect();
        bail!("there is no measure {unknown}; there are\n{}", names.join("\n"));
    }
    let part = if short { 100 } else { 1 };
    let mut rows = Vec::new();
    for Measure { name, what, run } in &MEASURES {
        if only.is_empty() || only.iter().any(|wanted| wanted == name) {
            eprintln!("measuring {what}");
            rows.extend(run(rounds, part)?);
        }
    }
    Ok(rows)
}

/// Clients, and how many writes take each side about a second.
const LOADS: [(u32, u64); 3] = [(1, 20_000), (64, 100_000), (1024, 200_000)];

fn writes(rounds: u32, part: u64) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for (clients, writes) in LOADS {
        let writes = writes / part;
        // A quiet run ends where the observed one ended: where that is does not depend on the round.
        let lab = |until| Task::Lab { clients, writes, snapshots: false, until, times: 1 };
        let end = lab(None).measure()?.virtual_us;
        let sides = [
            ("async-raft 0.6.1", Task::AsyncRaft { clients, writes }),
            ("openraft 0.9", Task::Openraft { clients, writes }),
            ("Raft Lab, quiet", lab(Some(end))),
            ("Raft Lab, all on", lab(None)),
        ];
        let rates = in_turns(rounds, &sides.map(|(_, task)| task), |taken| writes as f64 / taken.seconds)?;
        let goals = [None, None, Some(Goal::AtLeast(1.5)), Some(Goal::AtLeast(0.4))];
        let plural = if clients == 1 { "" } else { "s" };
        for (((name, _), rounds), goal) in sides.iter().zip(&rates).zip(goals) {
            let what = format!("{clients} client{plural}: {name}");
            rows.push(Row { measure: "writes", what, unit: "/s", rounds: rounds.clone(), goal: None });
            if *name != sides[0].0 {
                let what = format!("{clients} client{plural}: {name} ÷ async-raft");
                let rounds = rounds.iter().zip(&rates[0]).map(|(rate, reference)| rate / reference).collect();
                rows.push(Row { measure: "writes", what, unit: "×", rounds, goal });
            }
        }
    }
    Ok(rows)
}

fn simulation(rounds: u32, part: u64) -> Result<Vec<Row>> {
    let seconds = (1200 / part).max(10);
    let task = |quiet| Task::Simulation { seconds, quiet, times: 1 };
    let rates = in_turns(rounds, &[task(true), task(false)], |taken| seconds as f64 / taken.seconds)?;
    let named = [("quiet", Goal::AtLeast(5000.0)), ("all on", Goal::AtLeast(2000.0))];
    let row = |((name, goal), rounds): ((&str, Goal), Vec<f64>)| Row {
        measure: "simulation",
        what: format!("virtual seconds a second, {name}"),
        unit: "/s",
        rounds,
        goal: Some(goal),
    };
    Ok(named.into_iter().zip(rates).map(row).collect())
}

fn explore(rounds: u32, part: u64) -> Result<Vec<Row>> {
    let seeds = (100 / part).max(2);
    let mut rates = in_turns(rounds, &[Task::Explore { seeds }], |taken| seeds as f64 / taken.seconds)?;
    let goal = Some(Goal::AtLeast(45.0));
    let what = "seeds a second and core".to_string();
    Ok(vec![Row { measure: "explore", what, unit: "/s", rounds: rates.remove(0), goal }])
}

/// Lengths of runs that write, in entries, and how often each is run at a time.
const ENTRIES: [(u64, u32); 4] = [(1000, 100), (10_000, 10), (100_000, 1), (1_000_000, 1)];

/// Lengths of simulations, in virtual seconds, and how often each is run at a time.
const SECONDS: [(u64, u32); 3] = [(30, 40), (300, 4), (3000, 1)];

fn flat(rounds: u32, part: u64) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    let part_of = |count: u64| (count / part).max(10);
    let lab = |writes, until, times| Task::Lab { clients: 64, writes: part_of(writes), snapshots: true, until, times };
    let all_on = ENTRIES.map(|(writes, times)| lab(writes, None, times));
    let mut quiet = Vec::new();
    for task in ENTRIES.map(|(writes, _)| lab(writes, None, 1)) {
        quiet.push(task.measure()?.virtual_us);
    }
    let quiet: Vec<Task> =
        ENTRIES.iter().zip(quiet).map(|(&(writes, times), end)| lab(writes, Some(end), times)).collect();
    let each = |(writes, _): (u64, u32), taken: f64| taken / part_of(writes) as f64 * 1e6;
    for (name, tasks) in [("quiet", quiet), ("all on", all_on.to_vec())] {
        let costs = in_turns(rounds, &tasks, |taken| taken.seconds)?;
        let costs = ENTRIES.iter().zip(costs).map(|(&entries, rounds)| {
            (format!("{} entries", entries.0), rounds.iter().map(|&taken| each(entries, taken)).collect())
        });
        rows.extend(rising(&format!("64 clients, {name}"), "an entry", costs.collect()));
    }
    let tasks = SECONDS.map(|(seconds, times)| Task::Simulation { seconds: part_of(seconds), quiet: false, times });
    let costs = in_turns(rounds, &tasks, |taken| taken.seconds / taken.events as f64 * 1e6)?;
    let costs = SECONDS.iter().zip(costs).map(|(&(seconds, _), rounds)| (format!("{seconds} virtual seconds"), rounds));
    rows.extend(rising("simulation, all on", "an event", costs.collect()));
    Ok(rows)
}

/// What something costs in runs of growing length, and that of the last as a multiple of that of the first.
fn rising(run: &str, of: &str, costs: Vec<(String, Vec<f64>)>) -> Vec<Row> {
    let ratio = match (costs.first(), costs.last()) {
        (Some((_, first)), Some((_, last))) => last.iter().zip(first).map(|(last, first)| last / first).collect(),
        _ => Vec::new(),
    };
    let row = |what, unit, rounds, goal| Row { measure: "flat", what, unit, rounds, goal };
    let cost = |(length, rounds)| row(format!("{run}: {of} of {length}"), "µs", rounds, None);
    let mut rows: Vec<Row> = costs.into_iter().map(cost).collect();
    rows.push(row(format!("{run}: {of}, longest ÷ shortest"), "×", ratio, Some(FLAT)));
    rows
}

/// Carries the tasks out in turns, A B C A B C …, so that what else the machine does is the same for all; what each
/// round gave, for each task.
fn in_turns(rounds: u32, tasks: &[Task], figure: impl Fn(crate::task::Taken) -> f64) -> Result<Vec<Vec<f64>>> {
    let mut figures = vec![Vec::new(); tasks.len()];
    for _ in 0..rounds {
        for (task, figures) in tasks.iter().zip(&mut figures) {
            figures.push(figure(task.measure()?));
        }
    }
    Ok(figures)
}
