//! Invalid scenarios are rejected with an error message that contains the path.
#![cfg(not(target_family = "wasm"))]

mod files;

use std::process::Command;

use proptest::prelude::*;
use serde_json::{json, Value};

use raft_lab::lab::{Lab, Scenario};
use raft_lab::runtime::Micros;

/// A scenario of three nodes, with one thing changed.
fn with(path: &str, value: Value) -> String {
    let mut scenario = json!({ "format": "raft-lab/1", "nodes": [1, 2, 3] });
    scenario[path] = value;
    scenario.to_string()
}

fn action(action: Value) -> String {
    with("actions", json!([{ "at": 0, "do": "heal" }, action]))
}

fn expect(condition: Value) -> String {
    with("expect", json!([condition]))
}

/// Invalid scenarios with their error messages.
fn mistakes() -> Vec<(String, &'static str)> {
    vec![
        ("{".into(), "not JSON: EOF while parsing an object at line 1 column 1"),
        ("[]".into(), "[] is not an object"),
        ("\u{feff}{}".into(), "not JSON: a byte order mark at line 1 column 1"),
        (include_str!("files/dup-keys.json").into(), "nodes: this field is there twice"),
        (r#"{ "format": "raft-lab/1", "nodes": [1], "actions": [{ "at": 1, "do": "heal", "at": 2 }] }"#.into(), "actions[0].at: this field is there twice"),
        (r#"{ "format": "raft-lab/1", "nodes": [1], "start": { "1": { "log": [1] }, "1": {} } }"#.into(), "start.1: this field is there twice"),
        (include_str!("files/esc-in-key.json").into(), "\\u{1b}[2J\\u{1b}[1;31mowned\\u{1b}]0;title\\u{7}: unknown field `\\u{1b}[2J\\u{1b}[1;31mowned\\u{1b}]0;title\\u{7}`, expected one of `format`, `title`, `description`, `seed`, `preset`, `nodes`, `learners`, `config`, `node_config`, `clocks`, `network`, `storage`, `rules_off`, `start`"),
        (with("start", json!({ "01": {} })), "start.01: invalid type: string \"01\", expected u32"),
        (with("start", json!({ "+1": {} })), "start.+1: invalid type: string \"+1\", expected u32"),
        (expect(json!({ "event": "commit", "to": 9007199254740993u64 })), "expect[0].to: 9007199254740993 is above 9007199254740991"),
        (expect(json!({ "node": 1, "term": -9007199254740993i64 })), "expect[0].term: -9007199254740993 is below -9007199254740991"),
        (json!({ "nodes": [1] }).to_string(), "missing field `format` (\"raft-lab/1\")"),
        (with("format", json!("raft-lab/9")), "format: \"raft-lab/9\" is not \"raft-lab/1\""),
        (with("nodes", json!([])), "nodes: a cluster has at least one node"),
        (with("nodes", json!([1, 1])), "nodes[1]: node 1 is named twice"),
        (with("nodes", json!([0])), "nodes[0]: a node's id is at least 1"),
        (with("nodes", json!([1, -2])), "nodes[1]: invalid value: integer `-2`, expected u32"),
        (with("nodes", json!([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])), "nodes: a cluster has at most 9 nodes"),
        (with("learners", json!([3])), "learners[0]: node 3 is named twice"),
        (with("colour", json!("red")), "colour: unknown field `colour`, expected one of `format`, `title`, `description`, `seed`, `preset`, `nodes`, `learners`, `config`, `node_config`, `clocks`, `network`, `storage`, `rules_off`, `start`"),
        (with("seed", json!(9007199254740993u64)), "seed: 9007199254740993 is above 9007199254740991"),
        (with("seed", json!("seven")), "seed: invalid type: string \"seven\", expected u64"),
        (with("preset", json!("exam")), "preset: unknown variant `exam`, expected `classroom` or `lab`"),
        (with("config", json!({ "heartbeat": 3 })), "config.heartbeat: unknown field `heartbeat`, expected one of `election_timeout_min`, `election_timeout_max`, `heartbeat_interval`, `max_payload_entries`, `replication_lag_threshold`, `snapshot_policy`, `snapshot_max_chunk_size`, `install_snapshot_timeout`, `conflict_hint`, `pre_vote`, `check_quorum`, `snapshot_tail_limit`"),
        (with("config", json!({ "max_payload_entries": 0 })), "config.max_payload_entries: max_payload_entries is 0, but must be at least 1"),
        (with("config", json!({ "election_timeout_min": 300 })), "config.election_timeout_max: election_timeout_max is 300 ms, but must be greater than election_timeout_min (300 ms)"),
        (with("config", json!({ "heartbeat_interval": 0.999 })), "config.heartbeat_interval: 0.999 ms is below 1 ms"),
        (with("config", json!({ "install_snapshot_timeout": 0.5 })), "config.install_snapshot_timeout: 0.5 ms is below 1 ms"),
        (with("actions", json!(vec![json!({ "at": 3, "do": "write_many", "count": 300_000 }); 6])), "actions[3]: more than 1000000 writes together with those before it"),
        (action(json!({ "at": 3, "do": "write_many", "count": 1_000_001 })), "actions[1].count: 1000001 is above 1000000"),
        (action(json!({ "at": 3, "do": "write_many", "count": 1, "clients": 1025 })), "actions[1].clients: from 1 to 1024 clients"),
        (action(json!({ "at": 3, "do": "write_many", "count": 1001, "keys": "a" })), "actions[1].count: 1001 is above 1000, the most with `keys`"),
        (action(json!({ "at": 3, "do": "write_many", "count": 2, "keys": "a=" })), "actions[1].keys: a key is not empty and has no `=`; neither key nor value has a line break"),
        (action(json!({ "at": 3, "do": "write_many", "count": 40_000, "value_bytes": 4096 })), "actions[1]: more than 134217728 bytes together with the writes before it"),
        (action(json!({ "at": 3, "do": "config", "heartbeat_interval": 0.1 })), "actions[1].heartbeat_interval: 0.1 ms is below 1 ms"),
        (with("config", json!({ "heartbeat_interval": -1 })), "config.heartbeat_interval: invalid value: floating point `-1.0`, expected a time in milliseconds, from 0 to 1e12"),
        (with("network", json!({ "latency": [9, 2] })), "network.latency: 9 ms to 2 ms is no range"),
        (with("network", json!({ "loss": 1.5 })), "network.loss: invalid value: floating point `1.5`, expected a fraction from 0 to 1"),
        (with("rules_off", json!(["majority", "majority"])), "rules_off[1]: majority is named twice"),
        (with("network", json!([])), "network: [] is not an object"),
        (with("start", json!({ "1": [1] })), "start.1: [1] is not an object"),
        (with("start", json!({ "x": {} })), "start.x: invalid type: string \"x\", expected u32"),
        (with("start", json!({ "1": {}, "-1": { "log": [1] } })), "start.-1: invalid type: string \"-1\", expected u32"),
        (with("start", json!({ "1": { "log": [1], "role": "leader", "match": { "two": 1 } } })), "start.1.match.two: invalid type: string \"two\", expected u32"),
        (with("start", json!({ "9": {} })), "start.9: 9 is not a node of this cluster"),
        (with("start", json!({ "1": { "log": [1, 3, 2] } })), "start.1.log[2]: term 2 follows 3; terms never decrease along a log"),
        (with("start", json!({ "1": { "log": [0] } })), "start.1.log[0]: terms begin at 1"),
        (with("start", json!({ "1": { "log": [{ "term": 1 }] } })), "start.1.log[0]: an entry has exactly one of set, delete, blank (true) and members"),
        (with("start", json!({ "1": { "log": [4], "term": 3 } })), "start.1.term: below the last entry's term (4)"),
        (with("actions", json!({})), "actions: {} is not a list"),
        (action(json!({ "do": "heal" })), "actions[1]: missing field `at` (or `when`)"),
        (action(json!({ "at": 3 })), "actions[1]: missing field `do`"),
        (action(json!({ "at": "soon", "do": "heal" })), "actions[1].at: invalid type: string \"soon\", expected f64"),
        (action(json!({ "at": 3, "do": "explode" })), "actions[1].do: there is no action `explode`; expected one of `campaign`, `timer`, `write`, `delete`, `read`, `write_many`, `partition`, `cut`, `join`, `heal`, `link`, `drop`, `hold`, `release`, `delay`, `duplicate`, `deliver`, `crash`, `restart`, `pause`, `resume`, `disk`, `wipe`, `roll_back`, `snapshot`, `add_learner`, `members`, `transfer`, `config`, `rule`, `note`"),
        (action(json!({ "at": 3, "do": "crash" })), "actions[1]: missing field `node`"),
        (action(json!({ "at": 3, "do": "crash", "node": 9 })), "actions[1].node: 9 is not a node of this cluster"),
        (action(json!({ "at": 3, "do": "crash", "node": 1, "hard": true })), "actions[1].hard: unknown field `hard`, expected `node`"),
        (action(json!({ "at": 3, "do": "partition", "groups": [[1, 2], [2]] })), "actions[1].groups[1][0]: node 2 is in two groups, or twice in one"),
        (action(json!({ "at": 3, "do": "cut", "links": [[1, 2], [3, 3]] })), "actions[1].links[1]: node 3 has no link to itself"),
        (action(json!({ "at": 3, "do": "join" })), "actions[1]: a join has either `links` or `name`"),
        (action(json!({ "at": 3, "do": "link", "latency": [5, 1] })), "actions[1].latency: 5 ms to 1 ms is no range"),
        (action(json!({ "at": 3, "do": "write_many", "count": 5, "every": 1, "clients": 2 })), "actions[1].clients: `every` makes an open loop, `clients` a closed one: only one of them"),
        (with("actions", json!([{ "at": 5, "do": "heal" }, { "at": 4, "do": "heal" }])), "actions[1].at: 4 ms is before the action before it (5 ms)"),
        (action(json!({ "at": 3, "do": "hold", "id": 4, "from": 1 })), "actions[1].id: a message's id stands alone"),
        (action(json!({ "at": 3, "do": "drop", "kind": "vote", "offset": 3 })), "actions[1].offset: only a chunk has an offset, not a message of kind vote"),
        (action(json!({ "at": 3, "do": "hold", "kind": "letter" })), "actions[1].kind: unknown variant `letter`, expected one of `append`, `heartbeat`, `append-answer`, `vote`, `vote-answer`, `chunk`, `chunk-answer`, `pre-vote`, `pre-vote-answer`, `timeout-now`"),
        (action(json!({ "at": 3, "do": "deliver", "to": 8 })), "actions[1].to: 8 is not a node of this cluster"),
        (action(json!({ "at": 3, "do": "disk", "node": 1 })), "actions[1]: nothing is said of the disk: `write_delay`, `fail`, `hang`, `apply_delay`"),
        (action(json!({ "at": 3, "do": "snapshot", "node": 1, "index": 0 })), "actions[1].index: indices begin at 1"),
        (action(json!({ "at": 3, "do": "config", "heartbeat_interval": 500 })), "actions[1].election_timeout_min: election_timeout_min is 150 ms, but must be greater than heartbeat_interval (500 ms)"),
        (action(json!({ "at": 3, "when": { "leader": true }, "do": "heal" })), "actions[1].at: an action with `when` has no other time"),
        (action(json!({ "when": { "leader": 8 }, "do": "heal" })), "actions[1].when.leader: 8 is not a node of this cluster"),
        (with("start", json!({ "1": { "role": "leader" } })), "start.1.role: nobody leads term 0"),
        (with("start", json!({ "1": { "log": [1], "match": { "2": 1 } } })), "start.1.match: only a leader (`role`) has proven anything"),
        (with("start", json!({ "1": { "log": [1, 1], "role": "leader", "match": { "2": 1 } } })), "start.1.match.2: the logs agree up to 0 only"),
        (with("start", json!({ "1": { "log": [1], "role": "leader" }, "2": { "log": [1], "role": "leader" } })), "start.2.role: node 1 leads term 1 already"),
        (with("start", json!({ "1": { "log": [{ "term": 1, "set": ["x", "1"], "delete": "x" }] } })), "start.1.log[0]: an entry has exactly one of set, delete, blank (true) and members"),
        (with("start", json!({ "1": { "log": [{ "term": 1, "blank": true, "if": null }] } })), "start.1.log[0]: `if` goes with set or delete"),
        (with("start", json!({ "1": { "log": [{ "term": 1, "delete": "" }] } })), "start.1.log[0].delete: a key is not empty and has no `=`; neither key nor value has a line break"),
        (with("start", json!({ "1": { "log": [{ "term": 1, "delete": "x", "if": "a\nb" }] } })), "start.1.log[0].if: a key is not empty and has no `=`; neither key nor value has a line break"),
        (with("start", json!({ "1": { "log": [{ "term": 1, "delete": "x", "client": 1 }] } })), "start.1.log[0]: a session has both client and serial"),
        (with("start", json!({ "1": { "log": [{ "term": 1, "delete": "x", "client": 1, "serial": 0 }] } })), "start.1.log[0].serial: serial numbers begin at 1"),
        (with("start", json!({ "1": { "log": [{ "term": 1, "blank": true, "client": 1, "serial": 1 }] } })), "start.1.log[0]: only a write (set or delete) is in a session"),
        (with("start", json!({ "1": { "log": [{ "term": 1, "set": ["x", null] }] } })), "start.1.log[0]: invalid type: null, expected a string"),
        (action(json!({ "at": 3, "do": "write", "key": "x", "value": null })), "actions[1].value: invalid type: null, expected a string"),
        (action(json!({ "at": 3, "do": "write", "key": "x", "value": "1", "if": 3 })), "actions[1].if: invalid type: integer `3`, expected a string"),
        (action(json!({ "at": 3, "do": "delete", "key": "x", "if": "a\nb" })), "actions[1].if: a key is not empty and has no `=`; neither key nor value has a line break"),
        (action(json!({ "at": 3, "do": "delete", "key": "x=", "if": null })), "actions[1].key: a key is not empty and has no `=`; neither key nor value has a line break"),
        (action(json!({ "at": 3, "do": "delete", "key": "x", "node": 7 })), "actions[1].node: 7 is not a node of this cluster"),
        (with("start", json!({ "1": { "log": [{ "term": 1, "members": [] }] } })), "start.1.log[0].members: a configuration has at least one voter"),
        (with("start", json!({ "1": { "log": [{ "term": 1, "members": [1, 7] }] } })), "start.1.log[0].members: 7 is not a node of this cluster"),
        (with("start", json!({ "1": { "log": [1, 1, 3, 3, 3] }, "2": { "log": [1, 1, 2, 2, 3] } })), "start.2.log[4]: entry 5 has the term of start.1.log[4], but the logs differ before it: start.1.log[2] and start.2.log[2]"),
        (with("start", json!({ "1": { "log": [1] }, "3": { "log": [{ "term": 1, "set": ["x", "2"] }] } })), "start.3.log[0]: entry 1 has the term of start.1.log[0], but another content"),
        (with("start", json!({ "1": { "snapshot": { "index": 2, "term": 2 } }, "2": { "log": [1, 1, 2], "term": 2 } })), "start.1.snapshot: entry 2 of term 2 cannot be committed: no majority has it, it is not in start.2, start.3"),
        (with("start", json!({ "1": { "term": 3, "log": [1, 1, 3], "role": "leader" }, "2": { "log": [1, 1] }, "3": { "term": 3, "voted_for": 2 } })), "start.1.role: no majority can have elected it in term 3: start.2 is in term 1, start.3 voted for 2"),
        (with("start", json!({ "1": { "log": [1, 1], "commit": 2 }, "2": { "log": [1] } })), "start.1.commit: entry 2 of term 1 cannot be committed: no majority has it, it is not in start.2, start.3"),
        (with("start", json!({ "1": { "log": [1, 2], "commit": 2 }, "2": { "log": [1, 2], "commit": 1 }, "3": { "log": [3], "commit": 1 } })), "start.3.log[0]: entry 1 is committed, and so is another one there: start.1.log[0]"),
        (with("start", json!({ "1": { "snapshot": { "index": 2, "term": 1 } }, "2": { "snapshot": { "index": 2, "term": 1, "state": { "x": "1" } } } })), "start.2.snapshot: another state at index 2 than start.1.snapshot"),
        (with("stop", json!({})), "stop: missing field `at`"),
        (with("stop", json!({ "at": 5, "after": 3 })), "stop.after: unknown field; a stop has `at`, `when` and `on_violation`"),
        (expect(json!({})), "expect[0]: a condition has one of: leader, converged, node, stream, event, visited, before, clients, violated, outcome, not, all, any"),
        (expect(json!({ "violated": "luck" })), "expect[0].violated: data did not match any variant of untagged enum Violated"),
        (expect(json!({ "leader": 9 })), "expect[0].leader: 9 is not a node of this cluster"),
        (expect(json!({ "converged": true, "leader": true })), "expect[0]: two conditions in one: leader, converged"),
        (expect(json!({ "converged": true, "term": 3 })), "expect[0].term: unknown field beside `converged`"),
        (action(json!({ "at": 0, "do": "add_learner", "node": 0 })), "actions[1].node: a node's id is at least 1"),
        (action(json!({ "at": 0, "do": "members", "voters": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] })), "actions[1].voters: a cluster has at most 9 nodes"),
        (with("actions", json!([{ "at": 0, "do": "crash", "node": 4 }, { "at": 1, "do": "add_learner", "node": 4 }])), "actions[0].node: 4 is not a node of this cluster"),
        (action(json!({ "at": 0, "do": "transfer", "to": 4 })), "actions[1].to: 4 is not a node of this cluster"),
        (action(json!({ "at": 0, "do": "read", "key": "a=b" })), "actions[1].key: a key is not empty and has no `=`; neither key nor value has a line break"),
        (action(json!({ "at": 0, "do": "read", "key": "x", "node": 7 })), "actions[1].node: 7 is not a node of this cluster"),
        (expect(json!({ "node": 1, "role": "king" })), "expect[0].role: unknown variant `king`, expected one of `learner`, `follower`, `candidate`, `leader`, `shutdown`"),
        (expect(json!({ "stream": [1, 7], "state": "lagging" })), "expect[0].stream[1]: 7 is not a node of this cluster"),
        (expect(json!({ "event": "explosion" })), "expect[0].event: there is no event \"explosion\""),
        (expect(json!({ "event": "commit", "index": 3, "count": 0 })), "expect[0].index: unknown field `index`; \"commit\" has `node`, `from`, `to`"),
        (expect(json!({ "event": "commit", "to": "3" })), "expect[0].to: \"3\" is not a whole number"),
        (expect(json!({ "event": "apply", "at": "noon" })), "expect[0].at: \"noon\" is not a time in milliseconds"),
        (expect(json!({ "event": "role", "from": 3 })), "expect[0].from: 3 is not one of `learner`, `follower`, `candidate`, `leader`, `shutdown`, or null"),
        (expect(json!({ "event": "append", "entry": { "member": { "voters": [[1]] } }, "count": 0 })), "expect[0].entry.member: unknown field `member`; it has `index`, `term`, `set`, `delete`, `if`, `blank`, `members`, `client`, `serial`"),
        (expect(json!({ "event": "append", "entry": { "members": { "voter": [[1]] } }, "count": 0 })), "expect[0].entry.members.voter: unknown field `voter`; it has `voters`, `learners`"),
        (expect(json!({ "event": "sent", "entries": [{ "term": "3" }] })), "expect[0].entries[0].term: \"3\" is not a whole number"),
        (expect(json!({ "event": "sent", "prev": 3 })), "expect[0].prev: unknown field `prev`; \"sent\" has `id`, `from`, `to`, `kind`, `re`, `copy_of`, `arrives`, `term`, `leader`, `prev_log_index`, `prev_log_term`, `leader_commit`, `entries`, `result`, `candidate`, `last_log_index`, `last_log_term`, `pre_vote`, `transfer`, `granted`, `snapshot`, `last_included_index`, `last_included_term`, `offset`, `bytes`, `done`"),
        (expect(json!({ "event": "sent", "result": { "conflict": { "at": 3 } } })), "expect[0].result.conflict.at: unknown field `at`; it has `term`, `index`"),
        (expect(json!({ "event": "commit", "to": { "least": 3 } })), "expect[0].to.least: unknown field `least`; a range has `min`, `max`"),
        (expect(json!({ "event": "commit", "to": { "in": [3, "4"] } })), "expect[0].to.in[1]: \"4\" is not a whole number"),
        (expect(json!({ "event": "commit", "to": { "in": [] } })), "expect[0].to.in: nothing to choose from"),
        (expect(json!({ "event": "commit", "to": { "min": 4, "max": 3 } })), "expect[0].to: 4 to 3 is no range"),
        (expect(json!({ "event": "commit", "to": { "min": { "min": 4 } } })), "expect[0].to.min: {\"min\":4} is not a whole number"),
        (expect(json!({ "event": "commit", "node": 9, "count": 0 })), "expect[0].node: 9 is not a node of this cluster"),
        (expect(json!({ "event": "match", "target": { "in": [1, 9] } })), "expect[0].target: 9 is not a node of this cluster"),
        (expect(json!({ "at": 6000, "leader": true })), "expect[0]: nobody knows what holds at 6000 ms: the run ends at 5000 ms"),
        (expect(json!({ "at": "noon", "leader": true })), "expect[0].at: invalid type: string \"noon\", expected f64"),
        (expect(json!({ "before": [{ "leader": true }] })), "expect[0].before: at least two conditions: the first one, and what it was before"),
        (expect(json!({ "before": [{ "leader": true }, { "leader": 9 }] })), "expect[0].before[1].leader: 9 is not a node of this cluster"),
        (expect(json!({ "visited": [{ "node": 1, "role": "leader" }, { "leader": 2 }] })), "expect[0].visited: only a node or a stream can have been visited"),
        (expect(json!({ "visited": [{ "node": 1 }, { "node": 9 }] })), "expect[0].visited[1].node: 9 is not a node of this cluster"),
        (action(json!({ "at": 3, "do": "timer", "node": 1 })), "actions[1]: a timer has either `in` or `off` (true)"),
        (action(json!({ "at": 3, "do": "timer", "node": "all", "in": 5, "off": true })), "actions[1]: a timer has either `in` or `off` (true)"),
        (action(json!({ "at": 3, "do": "crash", "node": [1, 9] })), "actions[1].node[1]: 9 is not a node of this cluster"),
        (action(json!({ "at": 3, "do": "pause", "node": [1, 2, 1] })), "actions[1].node[2]: node 1 is named twice"),
        (action(json!({ "at": 3, "do": "resume", "node": "any" })), "actions[1].node: data did not match any variant of untagged enum Targets"),
        (action(json!({ "at": 3, "do": "transfer", "to": 1, "of": 9 })), "actions[1].of: 9 is not a node of this cluster"),
        (action(json!({ "at": 3, "do": "members", "voters": [1], "of": 9 })), "actions[1].of: 9 is not a node of this cluster"),
        (action(json!({ "at": 3, "do": "add_learner", "node": 4, "of": 4 })), "actions[1].of: 4 is not a node of this cluster"),
        (action(json!({ "at": 3, "after_ms": 3, "do": "heal" })), "actions[1].after_ms: `after_ms` goes with `when`"),
        (action(json!({ "at": 3, "after": 3, "repeat": { "every": 1, "count": 2 }, "do": "heal" })), "actions[1].repeat: a recorded action is done once"),
        (action(json!({ "at": 3, "repeat": { "every": 0, "count": 2 }, "do": "heal" })), "actions[1].repeat.every: 0 ms is below 1 ms"),
        (action(json!({ "at": 3, "repeat": { "every": 1, "count": 0 }, "do": "heal" })), "actions[1].repeat.count: from 1 to 10000 times"),
        (action(json!({ "at": 3, "do": "drop", "kind": "vote", "success": true })), "actions[1].success: only an answer says yes or no, not a message of kind vote"),
        (action(json!({ "at": 3, "do": "drop", "index": 3, "success": true })), "actions[1].success: an answer has no offset and carries no entry"),
        (with("start", json!({ "1": { "log": [{ "term": 1, "members": { "voters": [[1], [2], [3]] } }] } })), "start.1.log[0].members: a configuration has one set of voters, or two while it changes"),
        (with("start", json!({ "1": { "log": [{ "term": 1, "members": { "voters": [[1, 2], []] } }] } })), "start.1.log[0].members: a configuration has at least one voter"),
        (with("start", json!({ "1": { "snapshot": { "index": 1, "term": 1, "members": { "voters": [[1, 2]], "learners": [2] } } } })), "start.1.snapshot.members: node 2 is both a voter and a learner"),
        (with("start", json!({ "1": { "snapshot": { "index": 1, "term": 1, "members": [1, 7] } } })), "start.1.snapshot.members: 7 is not a node of this cluster"),
        (with("node_config", json!({ "7": { "pre_vote": true } })), "node_config.7: 7 is not a node of this cluster"),
        (with("node_config", json!({ "2": { "election_timeout_min": 300 } })), "node_config.2.election_timeout_max: of node 2, election_timeout_max is 300 ms, but must be greater than election_timeout_min (300 ms)"),
        (with("node_config", json!({ "2": { "heartbeat": 3 } })), "node_config.2.heartbeat: unknown field `heartbeat`, expected one of `election_timeout_min`, `election_timeout_max`, `heartbeat_interval`, `max_payload_entries`, `replication_lag_threshold`, `snapshot_policy`, `snapshot_max_chunk_size`, `install_snapshot_timeout`, `conflict_hint`, `pre_vote`, `check_quorum`, `snapshot_tail_limit`"),
        (with("clocks", json!({ "2": 0 })), "clocks.2: invalid value: floating point `0.0`, expected the rate of a clock, from 0.1 to 10"),
        (with("clocks", json!({ "8": 1 })), "clocks.8: 8 is not a node of this cluster"),
        (with("storage", json!({ "apply_delay": [2, 1] })), "storage.apply_delay: 2 ms to 1 ms is no range"),
        (action(json!({ "at": 3, "do": "disk", "node": 1, "apply_delay": [2, 1] })), "actions[1].apply_delay: 2 ms to 1 ms is no range"),
        (action(json!({ "at": 3, "do": "wipe", "node": 9 })), "actions[1].node: 9 is not a node of this cluster"),
        (action(json!({ "at": 3, "do": "roll_back", "node": 1 })), "actions[1]: missing field `to`"),
        (expect(json!({ "all": [{ "not": { "leader": 8 } }] })), "expect[0].all[0].not.leader: 8 is not a node of this cluster"),
        (expect(json!({ "visited": { "converged": true } })), "expect[0].visited: only a node or a stream can have been visited"),
    ]
}

#[test]
fn mistakes_are_named_with_their_place() {
    let cases = mistakes();
    assert!(cases.len() >= 60, "{}", cases.len());
    let mut wrong = Vec::new();
    for (text, expected) in cases {
        match Scenario::from_json(&text) {
            Ok(_) => wrong.push(format!("taken: {text}")),
            Err(error) if error.to_string() == expected => {}
            Err(error) => wrong.push(format!("for {text}\n   expected {expected}\n   found    {error}")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What a rule prevents, it does not prevent while it is off: a lesson may open in such a state.
#[test]
fn a_start_may_break_what_a_rule_that_is_off_would_guarantee() {
    let unmatched = json!({ "1": { "log": [1, 1, 3, 3, 3] }, "2": { "log": [1, 1, 2, 2, 3] } });
    let unelected = json!({ "1": { "term": 3, "log": [1, 1, 3], "role": "leader" } });
    let uncommitted = json!({ "1": { "log": [1, 1], "commit": 2 } });
    for (start, rule, same) in [
        (&unmatched, "log-matching-check", false),
        (&unmatched, "majority", false),
        (&unmatched, "commit-own-term-only", true),
        (&unelected, "one-vote-per-term", false),
        (&unelected, "log-matching-check", true),
        (&uncommitted, "commit-own-term-only", false),
        (&uncommitted, "confirm-reads", true),
    ] {
        let document = json!({ "format": "raft-lab/1", "nodes": [1, 2, 3], "rules_off": [rule], "start": start });
        assert_eq!(Scenario::from_value(document).is_err(), same, "{rule}: {start}");
    }
}

#[test]
fn a_rule_that_does_not_exist_is_named_with_its_place() {
    for (text, place) in [
        (with("rules_off", json!(["majority", "manners"])), "rules_off[1]: unknown variant `manners`, expected"),
        (action(json!({ "at": 3, "do": "rule", "name": "manners", "on": true })), "actions[1].name: unknown variant"),
    ] {
        let error = Scenario::from_json(&text).unwrap_err().to_string();
        assert!(error.starts_with(place), "{error}");
    }
}

#[test]
fn a_refused_action_changes_nothing() {
    let mut lab = Lab::new(Scenario::classroom(3)).unwrap();
    lab.step(raft_lab::lab::vocab::step::StepKind::Event);
    let before = (lab.trace_hash(), lab.scenario().clone());
    let error = lab.act(raft_lab::lab::vocab::action::Action::Crash { node: 4.into() }).unwrap_err();
    assert_eq!(error.to_string(), "node: 4 is not a node of this cluster");
    assert_eq!((lab.trace_hash(), lab.scenario().clone()), before);
}

fn raft_lab(arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_raft-lab")).args(arguments).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

/// A file in the test's own folder.
fn file(name: &str, text: &str) -> String {
    let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, text).unwrap();
    path.display().to_string()
}

#[test]
fn every_mistake_in_a_file_ends_with_status_2_and_its_place() {
    let name = |place: usize| format!("mistake-{place}.json");
    let files: Vec<(String, &str)> =
        mistakes().into_iter().enumerate().map(|(place, (text, says))| (file(&name(place), &text), says)).collect();
    for (path, says) in &files {
        let (status, report, complaint) = raft_lab(&["run", path]);
        assert_eq!((status, report.as_str(), complaint.trim_end()), (Some(2), "", format!("{path}: {says}").as_str()));
    }
    let all: Vec<&str> = std::iter::once("check").chain(files.iter().map(|(path, _)| path.as_str())).collect();
    let (status, _, complaint) = raft_lab(&all);
    assert_eq!((status, complaint.lines().count()), (Some(2), files.len()), "check names them all");
}

proptest! {
    /// Any file is either rejected or can be run; nothing panics.
    #[test]
    fn spoilt_files_are_refused_or_run(
        file in prop::sample::select(files::scenarios()),
        spoils in prop::collection::vec((any::<prop::sample::Index>(), 0..12usize, ".{0,3}"), 1..4),
    ) {
        let mut text: Vec<char> = std::fs::read_to_string(file).unwrap().chars().collect();
        for (place, length, instead) in spoils {
            let from = place.index(text.len() + 1);
            let to = (from + length).min(text.len());
            text.splice(from..to, instead.chars());
        }
        if let Ok(mut scenario) = Scenario::from_json(&text.into_iter().collect::<String>()) {
            scenario.stop = None;
            Lab::new(scenario).unwrap().run_on(Some(Micros::from_ms(200)), 2000);
        }
    }
}

#[test]
fn the_command_line_says_how_it_went() {
    let held = file("held.json", &with("expect", json!([{ "leader": true }])));
    let (status, report, complaint) = raft_lab(&["run", &held]);
    assert_eq!((status, complaint.as_str()), (Some(0), ""));
    let report: Value = serde_json::from_str(&report).unwrap();
    assert_eq!(report["format"], "raft-lab-report/1");
    assert_eq!(report["expect"][0], json!({ "held": true, "expected": { "leader": true } }));

    let not_held = file("not-held.json", &with("expect", json!([{ "leader": false }])));
    assert_eq!(raft_lab(&["run", &not_held]).0, Some(1));

    let wrong = file("wrong.json", &action(json!({ "at": 3, "do": "crash", "node": 9 })));
    let (status, report, complaint) = raft_lab(&["run", &held, &wrong]);
    assert_eq!((status, report.as_str()), (Some(2), ""));
    assert_eq!(complaint.trim_end(), format!("{wrong}: actions[1].node: 9 is not a node of this cluster"));

    let unknown = file("unknown.json", &action(json!({ "at": 3, "do": "explode" })));
    let (status, _, complaint) = raft_lab(&["check", &held, &unknown]);
    assert_eq!(status, Some(2));
    assert!(complaint.contains("actions[1].do: there is no action `explode`"), "{complaint}");
    assert_eq!(raft_lab(&["check", &held]).0, Some(0));
    assert_eq!(raft_lab(&["run", "no/such/file.json"]).0, Some(2));
}

#[test]
fn the_trace_has_a_line_for_every_event() {
    let scenario = file("traced.json", &with("expect", json!([{ "leader": true }])));
    let trace = file("trace.jsonl", "");
    let (status, report, _) = raft_lab(&["run", &scenario, "--trace", &trace, "--until", "400"]);
    assert_eq!(status, Some(0));
    let report: Value = serde_json::from_str(&report).unwrap();
    let lines: Vec<Value> =
        std::fs::read_to_string(&trace).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len() as u64, report["events"].as_u64().unwrap());
    assert_eq!(report["virtual_ms"], 400);
    assert!(lines.iter().zip(1..).all(|(line, n)| line["n"] == n));
}
