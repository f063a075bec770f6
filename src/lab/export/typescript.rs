//! The TypeScript declarations of the JavaScript API. The scenario types are generated from the schema; the rest is
//! text here.

use std::fmt::Write;

use serde_json::Value;

use crate::lab::export::schema::schema;

/// The types of `window.raftLab`.
const API: &str = r#"// The JavaScript API of Raft Lab. The running lab of the page is `window.raftLab`; a script makes others with
// `new window.raftLab.constructor(scenario)`. Made from the Rust types: `cargo test --test schema -- --ignored` writes it anew.

/**
 * A running lab. Whatever a method is given that is not as said here throws an `Error` whose message names the place; the
 * lab is then as it was.
 */
export class RaftLab {
  /** Builds the cluster of a scenario, an object or its JSON text, and starts its nodes at time 0. */
  constructor(scenario: Scenario | string);
  /** The virtual clock, in milliseconds. */
  readonly now: Milliseconds;
  /** Lets virtual time pass. False if the run has halted. */
  advance(ms: Milliseconds): boolean;
  /** One step. False if nothing of that kind happens within 10 s. */
  step(kind: "event" | "message" | "transition"): boolean;
  /** Runs until a condition holds, for so much virtual time at most. Whether it holds then. As in `stop.when`, what has
   * happened since the first event counts: the next of something is one more than there are now (`count`). */
  runUntil(condition: Condition | string, limitMs: Milliseconds): boolean;
  /** Runs to the end that the scenario sets. */
  runToStop(): void;
  /** Does something now, as a user would: `{ do: "crash", node: 3 }`. */
  act(action: Do | string): void;
  /** The report: equal to that of the command line. */
  report(): Report;
  /** The report as text: the same bytes as those of the command line. */
  reportJson(): string;
  /** Every event; from the one with number `from` on, counted from 1. */
  /** In a run of more than 200,000 events or so, old ones are not in memory: asking for them takes the time to run again. */
  trace(from?: number): TraceLine[];
  /** What was loaded, and every action since: running it again gives this run. */
  scenario(): Scenario;
  /** Gives back the memory. */
  free(): void;
}

declare global {
  interface Window {
    raftLab: RaftLab;
  }
}

/** What is done, as it stands in an action, without the time. */
export type Do = Untimed<Action>;
type Untimed<A> = A extends unknown ? Omit<A, "at" | "after" | "polls" | "when" | "after_ms" | "repeat"> : never;

/** One event: `docs/events.md` has them all. */
export interface TraceLine {
  at: Milliseconds;
  n: number;
  event: string;
  [field: string]: unknown;
}

/** What came of a run. */
export interface Report {
  format: "raft-lab-report/1";
  title: string;
  seed: number;
  virtual_ms: Milliseconds;
  events: number;
  /** Over every event, in order: the same on every machine. */
  trace_hash: string;
  /** Why the run could go no further, if so. */
  halted?: string;
  /** The recorded actions that came at another place than they were done at, since this is another run: their places in the list. */
  displaced?: number[];
  messages: { sent: number; delivered: number; dropped: number };
  nodes: {
    id: number;
    alive: boolean;
    role: Role | null;
    term: number;
    voted_for: number | null;
    leader: number | null;
    commit: number;
    applied: number;
    log: { first: number; last: number; terms: number[] };
    snapshot: { index: number; term: number; bytes: number } | null;
    members: { voters: number[][]; learners: number[]; index: number };
    state: { [key: string]: string };
  }[];
  streams: {
    leader: number;
    target: number;
    state: StreamState;
    next: number;
    match: number;
    replication_buffer: number;
    outbound_buffer: number;
    snapshot: { index: number; offset: number; bytes: number; chunks_sent: number } | null;
  }[];
  clients: { writes: number; acknowledged: number; refused: number; unknown: number; reads: number; not_matched?: number };
  /** Each invariant; of one that was broken, when, by whom and how for the first time. */
  invariants: ({ name: Invariant; held: true } | {
    name: Invariant;
    held: false;
    event: number;
    nodes: number[];
    entries: number[];
    text: string;
  })[];
  expect: { held: boolean; expected: Condition }[];
}
"#;

/// The declarations, as shipped in `raft-lab.d.ts`.
pub fn typescript() -> String {
    let schema = serde_json::to_value(schema()).unwrap_or_default();
    let mut text = String::from(API);
    declare(&mut text, "Scenario", &schema);
    for (name, definition) in schema["$defs"].as_object().into_iter().flatten() {
        declare(&mut text, name, definition);
    }
    text
}

fn declare(text: &mut String, name: &str, schema: &Value) {
    text.push('\n');
    comment(text, schema, 0);
    let _ = writeln!(text, "export type {name} = {};", type_of(schema, 0)); // writing to a string cannot fail
}

fn comment(text: &mut String, schema: &Value, depth: usize) {
    if let Some(description) = schema["description"].as_str() {
        let _ = writeln!(text, "{}/** {} */", "  ".repeat(depth), description.replace('\n', " "));
    }
}

fn type_of(schema: &Value, depth: usize) -> String {
    if let Some(reference) = schema["$ref"].as_str() {
        return reference.trim_start_matches("#/$defs/").to_string();
    }
    if !schema["const"].is_null() {
        return schema["const"].to_string();
    }
    if let Some(words) = schema["enum"].as_array() {
        return union(words.iter().map(Value::to_string));
    }
    for choice in ["anyOf", "oneOf"] {
        if let Some(list) = schema[choice].as_array().filter(|_| schema["properties"].is_null()) {
            return union(list.iter().filter(|it| says_a_type(it)).map(|it| type_of(it, depth)));
        }
    }
    if let Some(list) = schema["allOf"].as_array() {
        let types = list.iter().map(|it| type_of(it, depth)).filter(|it| it != "unknown");
        return types.collect::<Vec<_>>().join(" & ");
    }
    match &schema["type"] {
        Value::String(name) => named(name, schema, depth),
        Value::Array(names) => union(names.iter().filter_map(Value::as_str).map(|name| named(name, schema, depth))),
        _ => "unknown".into(),
    }
}

/// Whether a schema describes a type, rather than only required fields.
fn says_a_type(schema: &Value) -> bool {
    ["type", "$ref", "const", "enum", "anyOf", "oneOf", "allOf"].iter().any(|key| !schema[*key].is_null())
}

fn named(name: &str, schema: &Value, depth: usize) -> String {
    match name {
        "integer" | "number" => "number".into(),
        "array" => match schema["prefixItems"].as_array() {
            Some(items) => {
                format!("[{}]", items.iter().map(|it| type_of(it, depth)).collect::<Vec<_>>().join(", "))
            }
            None => match type_of(&schema["items"], depth) {
                items if items.contains(' ') => format!("({items})[]"),
                items => format!("{items}[]"),
            },
        },
        "object" => object(schema, depth),
        other => other.into(),
    }
}

fn object(schema: &Value, depth: usize) -> String {
    let patterns = schema["patternProperties"].as_object().into_iter().flat_map(|map| map.values());
    if let Some(values) = patterns.chain(schema.get("additionalProperties").filter(|it| it.is_object())).next() {
        return format!("{{ [key: string]: {} }}", type_of(values, depth));
    }
    let mut text = String::from("{\n");
    let required = |field: &str| schema["required"].as_array().is_some_and(|list| list.iter().any(|it| it == field));
    for (field, of) in schema["properties"].as_object().into_iter().flatten() {
        comment(&mut text, of, depth + 1);
        let mark = if required(field) { "" } else { "?" };
        let _ = writeln!(text, "{}{field}{mark}: {};", "  ".repeat(depth + 1), type_of(of, depth + 1));
    }
    if schema["additionalProperties"] == true {
        let _ = writeln!(text, "{}[field: string]: unknown;", "  ".repeat(depth + 1));
    }
    text + &"  ".repeat(depth) + "}"
}

fn union(types: impl Iterator<Item = String>) -> String {
    let mut known: Vec<String> = Vec::new();
    types.for_each(|one| {
        if !known.contains(&one) && one != "unknown" {
            known.push(one);
        }
    });
    if known.is_empty() {
        "unknown".into()
    } else {
        known.join(" | ")
    }
}
