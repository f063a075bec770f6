//! A task: what one process does, as a value that fits into an argument, and what it took.

use std::process::Command;
use std::time::Duration;

use anyhow::{ensure, Context, Result};
use raft_lab::runtime::Micros;
use serde::{Deserialize, Serialize};

use crate::clients::Load;
use crate::{ours, peer_async_raft, peer_openraft};

/// What one process does.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub enum Task {
    /// Writes by way of async-raft.
    AsyncRaft { clients: u32, writes: u64 },
    /// Writes by way of openraft.
    Openraft { clients: u32, writes: u64 },
    /// Writes in the laboratory, without observers if `until` says to which virtual time, in microseconds. As many runs,
    /// one after the other, as `times` says.
    Lab { clients: u32, writes: u64, snapshots: bool, until: Option<u64>, times: u32 },
    /// A simulation of so many virtual seconds.
    Simulation { seconds: u64, quiet: bool, times: u32 },
    /// Random runs.
    Explore { seeds: u64 },
}

/// What it took.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct Taken {
    /// Seconds on a core, of each run if there were several.
    pub seconds: f64,
    /// The virtual time at the end, in microseconds; 0 where there is none.
    pub virtual_us: u64,
    /// The number of events; 0 where there are none.
    pub events: u64,
}

/// Carries out a task in this process, and prints what it took.
pub fn carry_out(task: &str) -> Result<()> {
    let taken = match serde_json::from_str(task).context("no task")? {
        Task::AsyncRaft { clients, writes } => of(peer_async_raft::measure(Load { clients, writes })),
        Task::Openraft { clients, writes } => of(peer_openraft::measure(Load { clients, writes })),
        Task::Lab { clients, writes, snapshots, until, times } => {
            let document = ours::writes(Load { clients, writes }, snapshots);
            several(times, || match until {
                Some(until) => ours::quiet(&document, Micros(until)),
                None => ours::all_on(&document),
            })
        }
        Task::Simulation { seconds, quiet, times } => {
            let document = ours::simulation(seconds);
            several(times, || match quiet {
                true => ours::quiet(&document, Micros::from_ms(seconds * 1000)),
                false => ours::all_on(&document),
            })
        }
        Task::Explore { seeds } => of(ours::explore(seeds)),
    };
    println!("{}", serde_json::to_string(&taken)?);
    Ok(())
}

fn of(took: Duration) -> Taken {
    Taken { seconds: took.as_secs_f64(), ..Taken::default() }
}

/// The mean of several equal runs: one that is over in a millisecond cannot be measured alone.
fn several(times: u32, run: impl Fn() -> ours::Run) -> Taken {
    let runs: Vec<ours::Run> = (0..times).map(|_| run()).collect();
    let took: Duration = runs.iter().map(|run| run.took).sum();
    let last = runs.last().expect("there is at least one run");
    let seconds = took.as_secs_f64() / f64::from(times);
    Taken { seconds, virtual_us: last.virtual_time.0, events: last.events }
}

impl Task {
    /// Carries it out in a process of its own.
    ///
    /// # Errors
    /// If that process fails.
    pub fn measure(self) -> Result<Taken> {
        let program = std::env::current_exe()?;
        let output = Command::new(program).arg("--task").arg(serde_json::to_string(&self)?).output()?;
        let complaint = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "{self:?} failed: {complaint}");
        Ok(serde_json::from_slice(&output.stdout)?)
    }
}
