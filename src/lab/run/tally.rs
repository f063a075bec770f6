//! How much has happened: what the limits of a run are measured by.

use crate::lab::vocab::event::{Event, LabEvent};
use crate::raft::rpc::Message;
use crate::raft::{self, SharedSnapshot};

/// The bytes that a record takes beside what its event refers to: the record itself, its place in the list of all,
/// and its share of the kept worlds.
const RECORD_BYTES: u64 = 256;

/// Counts events, their bytes, and those that lead somewhere.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tally {
    /// The number of events.
    pub events: u64,
    /// The bytes that their records take, about. What several of them share is counted once, as far as that is known.
    pub bytes: u64,
    /// The number of events that bring the cluster on. An endless loop at one moment of virtual time has none: it
    /// sends, fails, and sends again.
    pub progress: u64,
}

impl Tally {
    /// Counts one event.
    pub fn note(&mut self, event: &Event) {
        self.events += 1;
        self.bytes += RECORD_BYTES + bytes(event);
        self.progress += u64::from(is_progress(event));
    }
}

fn is_progress(event: &Event) -> bool {
    use raft::Event as Node;
    match event {
        Event::Node(event) => matches!(
            event,
            Node::Append { .. }
                | Node::Commit { .. }
                | Node::Apply { .. }
                | Node::Match { .. }
                | Node::Chunk { .. }
                | Node::Installed { .. }
        ),
        Event::Lab(LabEvent::Client { result, .. }) => result.is_final(),
        Event::Lab(LabEvent::Members { result, .. }) => result.is_some(),
        Event::Lab(_) => false,
    }
}

/// The bytes that an event refers to, and no event before it.
fn bytes(event: &Event) -> u64 {
    let text = |text: &Option<String>| text.as_ref().map_or(0, String::len);
    let snapshot = |snapshot: &SharedSnapshot| snapshot.data.len();
    let bytes = match event {
        Event::Node(raft::Event::Append { entry, .. }) => entry.payload.as_write().map_or(0, |write| {
            write.key.len() + write.value.map_or(0, str::len) + write.only_if.flatten().map_or(0, str::len)
        }),
        Event::Node(raft::Event::Installed { snapshot: it, .. } | raft::Event::CompactionDone { snapshot: it, .. }) => {
            snapshot(it)
        }
        Event::Lab(LabEvent::Sent { message, copy_of: None, .. }) => match &**message {
            Message::Append(append) => append.entries.len() * size_of::<usize>(),
            Message::Install(chunk) => chunk.data.len(),
            _ => 0,
        },
        Event::Lab(LabEvent::Client { key, value, read, form, .. }) => {
            key.len() + text(value) + text(read) + form.only_if.as_ref().map_or(0, text)
        }
        Event::Lab(LabEvent::Crash { kept, .. }) => kept.log.len() * size_of::<usize>(),
        Event::Lab(LabEvent::Note { text }) => text.len(),
        _ => 0,
    };
    bytes as u64
}
