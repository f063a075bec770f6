//! What is asked of every engine: so many clients, each of which writes its next entry when the last was applied.

use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::Arc;
use std::time::Duration;

use cpu_time::ProcessTime;

/// How much is written, and by how many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Load {
    /// The number of clients.
    pub clients: u32,
    /// The number of writes of all together.
    pub writes: u64,
}

/// The nodes of a cluster that is written to.
pub const NODES: [u64; 3] = [1, 2, 3];

/// The keys that are written, in turn: those of the laboratory's `write_many`.
const KEYS: [&str; 4] = ["x", "y", "z", "w"];

/// What is written: as cheap to copy as text can be, since the peers copy entries.
pub type Text = Arc<str>;

/// Lets tokio's clients write. Returns the time on a core from the first write to the last answer.
pub async fn write<F, Fut>(load: Load, write: F) -> Duration
where
    F: Fn(Text, Text) -> Fut + Clone + Send + 'static,
    Fut: Future<Output = ()> + Send,
{
    let keys = KEYS.map(Text::from);
    let begun = Arc::new(AtomicU64::new(0));
    let before = ProcessTime::now();
    let client = |_| {
        let (begun, keys, write) = (begun.clone(), keys.clone(), write.clone());
        tokio::spawn(async move {
            loop {
                let n = begun.fetch_add(1, Ordering::Relaxed);
                if n >= load.writes {
                    return;
                }
                write(keys[n as usize % KEYS.len()].clone(), (n + 1).to_string().into()).await;
            }
        })
    };
    let clients: Vec<_> = (0..load.clients).map(client).collect();
    for client in clients {
        client.await.expect("a client ends when everything is written");
    }
    before.elapsed()
}

/// Runs a peer on one thread.
pub fn on_one_thread<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    runtime.expect("a runtime without a network needs nothing").block_on(work)
}

/// So long a peer waits for a leader before it campaigns, in real milliseconds: a busy machine must not make it change
/// its leader while it is measured.
pub const ELECTION_TIMEOUT_MS: [u64; 2] = [3000, 6000];
