// The JavaScript API of Raft Lab. The running lab of the page is `window.raftLab`; a script makes others with
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

/** What goes beyond a limit is refused, with its place: 16 MiB of JSON text; 127 objects and lists within each other; integers, and so seeds, up to 9007199254740991; 9 nodes; 4096 bytes in a key or value; 10000 entries in a log to start with, terms and indices there up to 1000000000; 1000000 writes and 1024 clients of one write_many, 1000000 writes and 128 MiB of all together; in a browser, 100000 writes of one with `every`, 300000 of all such together; an action repeated 10000 times; at least 1 ms between heartbeats and as the time limit of a chunk; times up to 1000000000000 ms. A run halts after 3000000 events, or when they take 768 MiB, and says so in its report; outside browsers, each write of a write_many allows for 200 events and 100 KiB more. */
export type Scenario = {
  format: "raft-lab/1";
  /** The title, for people. */
  title?: string;
  /** What the scenario demonstrates, in Markdown. */
  description?: string;
  /** The seed of the random number generators, ≤ 2^53 − 1. */
  seed?: number;
  /** The preset that the settings are based on. */
  preset?: Preset | null;
  /** The ids of the initial voters. */
  nodes: number[];
  /** The ids of the initial learners, which receive the log but do not vote. */
  learners?: number[];
  /** Settings of the nodes that differ from the preset. */
  config?: ConfigPatch;
  /** Settings of single nodes that differ from those of all nodes, also when those change. */
  node_config?: { [key: string]: ConfigPatch };
  /** How fast the clock of a node runs: 2 makes all that it waits for come in half the time. Default: 1. */
  clocks?: { [key: string]: ClockRate };
  /** Settings of the network that differ from the default. */
  network?: NetworkPatch;
  /** Settings of the disks that differ from the default. */
  storage?: StoragePatch;
  /** Rules of Raft that are switched off in every node. */
  rules_off?: Rule[];
  /** The initial state of each node; an empty log for nodes not listed. */
  start?: { [key: string]: Start };
  actions?: Action[];
  stop?: Stop;
  expect?: Condition[];
};

export type Action = {
  /** The node whose election timer fires. */
  node: number;
  do: "campaign";
  at?: Milliseconds;
  when?: Condition;
  after_ms?: Milliseconds;
  repeat?: Repeat;
  /** Recorded: the number of the event that it came behind. If that event does not come by the time of the action, it is carried out at that time, and the report lists it under `displaced`. */
  after?: number;
  /** Recorded: how many polls without an event it came behind that event. */
  polls?: number;
} | {
  /** The nodes whose election timer is set. */
  node: Targets;
  /** The time from now until it fires, in ms. The next valid append draws a new one. */
  in?: Milliseconds | null;
  /** Whether the timer is switched off. */
  off?: boolean;
  do: "timer";
  at?: Milliseconds;
  when?: Condition;
  after_ms?: Milliseconds;
  repeat?: Repeat;
  /** Recorded: the number of the event that it came behind. If that event does not come by the time of the action, it is carried out at that time, and the report lists it under `displaced`. */
  after?: number;
  /** Recorded: how many polls without an event it came behind that event. */
  polls?: number;
} | {
  /** The key to set. */
  key: string;
  /** The value to set. */
  value: string;
  /** Compare-and-set: the value that the key must have for the write to be done, null if it must not be set. Otherwise, the outcome is "not-matched". Default: the write is done in any case. */
  if?: string | null;
  /** The node to send the request to, whatever its role. */
  node?: number | null;
  /** The id of the client. Default: 1. */
  client?: number | null;
  /** After how many ms the client sends the write again if its outcome is unknown: to the leader, in a session, so that it is done once. Default: never. */
  retry_after?: Milliseconds | null;
  do: "write";
  at?: Milliseconds;
  when?: Condition;
  after_ms?: Milliseconds;
  repeat?: Repeat;
  /** Recorded: the number of the event that it came behind. If that event does not come by the time of the action, it is carried out at that time, and the report lists it under `displaced`. */
  after?: number;
  /** Recorded: how many polls without an event it came behind that event. */
  polls?: number;
} | {
  /** The key to delete. */
  key: string;
  /** As in `write`. */
  if?: string | null;
  /** The node to send the request to, whatever its role. */
  node?: number | null;
  /** The id of the client. Default: 1. */
  client?: number | null;
  /** As in `write`. */
  retry_after?: Milliseconds | null;
  do: "delete";
  at?: Milliseconds;
  when?: Condition;
  after_ms?: Milliseconds;
  repeat?: Repeat;
  /** Recorded: the number of the event that it came behind. If that event does not come by the time of the action, it is carried out at that time, and the report lists it under `displaced`. */
  after?: number;
  /** Recorded: how many polls without an event it came behind that event. */
  polls?: number;
} | {
  /** The key to read. */
  key: string;
  /** The node to send the request to, whatever its role. */
  node?: number | null;
  /** The id of the client. Default: 1. */
  client?: number | null;
  do: "read";
  at?: Milliseconds;
  when?: Condition;
  after_ms?: Milliseconds;
  repeat?: Repeat;
  /** Recorded: the number of the event that it came behind. If that event does not come by the time of the action, it is carried out at that time, and the report lists it under `displaced`. */
  after?: number;
  /** Recorded: how many polls without an event it came behind that event. */
  polls?: number;
} | {
  /** The number of writes: at most 1,000,000 of all together. In a browser, at most 100,000 of those with `every`, and 300,000 of all such together. */
  count: number;
  /** Open loop: the interval between two writes in ms, without waiting for results; 0 starts all at once. */
  every?: Milliseconds | null;
  /** Closed loop: the number of clients, each of which waits for a result before its next write. Default: 1. */
  clients?: number | null;
  /** The length of each value in bytes: at most 4096, and 128 MiB in all. Default: the value is the number of the write. */
  value_bytes?: number | null;
  /** How the keys begin: each write then has a key of its own, this text and the number of the write, so that the state grows; at most 1,000 writes. Default: a few keys in turn. */
  keys?: string | null;
  /** Closed loop: as in `write`. */
  retry_after?: Milliseconds | null;
  do: "write_many";
  at?: Milliseconds;
  when?: Condition;
  after_ms?: Milliseconds;
  repeat?: Repeat;
  /** Recorded: the number of the event that it came behind. If that event does not come by the time of the action, it is carried out at that time, and the report lists it under `displaced`. */
  after?: number;
  /** Recorded: how many polls without an event it came behind that event. */
  polls?: number;
} | {
  /** The groups of node ids; no node is in two groups. */
  groups: number[][];
  do: "partition";
  at?: Milliseconds;
  when?: Condition;
  after_ms?: Milliseconds;
  repeat?: Repeat;
  /** Recorded: the number of the event that it came behind. If that event does not come by the time of the action, it is carried out at that time, and the report lists it under `displaced`. */
  after?: number;
  /** Recorded: how many polls without an event it came behind that event. */
  polls?: number;
} | {
  /** The links, as [from, to]. */
  links: ([number, number])[];
  /** A name by which the links can be rejoined. */
  name?: string | null;
  do: "cut";
  at?: Milliseconds;
  when?: Condition;
  after_ms?: Milliseconds;
  repeat?: Repeat;
  /** Recorded: the number of the event that it came behind. If that event does not come by the time of the action, it is carried out at that time, and the report lists it under `displaced`. */
  after?: number;
  /** Recorded: how many polls without an event it came behind that event. */
  polls?: number;
} | {
  /** The links, as [from, to]. */
  links?: ([number, number])[] | null;
  /** The name of a previous cut. */
  name?: string | null;
  do: "join";
  at?: Milliseconds;
  when?: Condition;
  after_ms?: Milliseconds;
  repeat?: Repeat;
  /** Recorded: the number of the event that it came behind. If that event does not come by the time of the action, it is carried out at that time, and the report lists it under `displaced`. */
  after?: number;
  /** Recorded: how many polls without an event it came behind that event. */
  polls?: number;
} | {
  do: "heal";
  at?: Milliseconds;
  when?: Condition;
  after_ms?: Milliseconds;
  repeat?: Repeat;
  /** Recorded: the number of the event that it came behind. If that event does not come by the time of the action, it is carried out at that time, and the report lists it under `displaced`. */
  after?: number;
  /** Recorded: how many polls without an event it came behind that event. */
  polls?: number;
} | {
  /** Only links from this node. Default: from any. */
  from?: number | null;
  /** Only links to this node. Default: to any. */
  to?: number | null;
  /** The shortest and the longest latency, in ms. */
  latency?: [Milliseconds, Milliseconds] | null;
  /** The fraction of messages that are lost, from 0 to 1. */
  loss?: Probability | null;
  /** The fraction of messages that are sent twice, from 0 to 1. */
  duplicate?: Probability | null;
  do: "link";
  at?: Milliseconds;
  when?: Condition;
  after_ms?: Milliseconds;
  repeat?: Repeat;
  /** Recorded: the number of the event that it came behind. If that event does not come by the time of the action, it is carried out at that time, and the report lists it under `displaced`. */
  after?: number;
  /** Recorded: how many polls without an event it came behind that event. */
  polls?: number;
} | {
  /** Only the message with this id; all other fields must be left out. */
  id?: number | null;
  /** Only messages from this node. */
  from?: number | null;
  /** Only messages to this node. */
  to?: number | null;
  /** Only messages of this kind. */
  kind?: MessageKind | null;
  /** Only chunks that begin at this offset. */
  offset?: number | null;
  /** Only appends that carry the entry at this index, or one within these bounds. */
  index?: Number | null;
  /** Only messages whose sender is in this term. */
  term?: Number | null;
  /** Only answers that say yes, or no: an append or a chunk that was taken, a vote that is granted. */
  success?: boolean | null;
  /** The most messages: of those still to be sent (`hold`, `drop`: in addition to all in flight), or else of those in flight, the oldest first. */
  count?: number | null;
  do: "drop";
  at?: Milliseconds;
  when?: Condition;
  after_ms?: Milliseconds;
  repeat?: Repeat;
  /** Recorded: the number of the event that it came behind. If that event does not come by the time of the action, it is carried out at that time, and the report lists it under `displaced`. */
  after?: number;
  /** Recorded: how many polls without an event it came behind that event. */
  polls?: number;
} | {
  /** Only the message with this id; all other fields must be left out. */
  id?: number | null;
  /** Only messages from this node. */
  from?: number | null;
  /** Only messages to this node. */
  to?: number | null;
  /** Only messages of this kind. */
  kind?: MessageKind | null;
  /** Only chunks that begin at this offset. */
  offset?: number | null;
  /** Only appends that carry the entry at this index, or one within these bounds. */
  index?: Number | null;
  /** Only messages whose sender is in this term. */
  term?: Number | null;
  /** Only answers that say yes, or no: an append or a chunk that was taken, a vote that is granted. */
  success?: boolean | null;
  /** The most messages: of those still to be sent (`hold`, `drop`: in addition to all in flight), or else of those in flight, the oldest first. */
  count?: number | null;
  do: "hold";
  at?: Milliseconds;
  when?: Condition;
  after_ms?: Milliseconds;
  repeat?: Repeat;
  /** Recorded: the number of the event that it came behind. If that event does not come by the time of the action, it is carried out at that time, and the report lists it under `displaced`. */
  after?: number;
  /** Recorded: how many polls without an event it came behind that event. */
  polls?: number;
} | {
  /** Only the message with this id; all other fields must be left out. */
  id?: number | null;
  /** Only messages from this node. */
  from?: number | null;
  /** Only messages to this node. */
  to?: number | null;
  /** Only messages of this kind. */
  kind?: MessageKind | null;
  /** Only chunks that begin at this offset. */
  offset?: number | null;
  /** Only appends that carry the entry at this index, or one within these bounds. */
  index?: Number | null;
  /** Only messages whose sender is in this term. */
  term?: Number | null;
  /** Only answers that say yes, or no: an append or a chunk that was taken, a vote that is granted. */
  success?: boolean | null;
  /** The most messages: of those still to be sent (`hold`, `drop`: in addition to all in flight), or else of those in flight, the oldest first. */
  count?: number | null;
  do: "release";
  at?: Milliseconds;
  when?: Condition;
  after_ms?: Milliseconds;
  repeat?: Repeat;
  /** Recorded: the number of the event that it came behind. If that event does not come by the time of the action, it is carried out at that time, and the report lists it under `displaced`. */
  after?: number;
  /** Recorded: how many polls without an event it came behind that event. */
  polls?: number;
} | {
  /** The additional latency, in ms. */
  by: Milliseconds;
  /** Only the message with this id; all other fields must be left out. */
  id?: number | null;
  /** Only messages from this node. */
  from?: number | null;
  /** Only messages to this node. */
  to?: number | null;
  /** Only messages of this kind. */
  kind?: MessageKind | null;
  /** Only chunks that begin at this offset. */
  offset?: number | null;
  /** Only appends that carry the entry at this index, or one within these bounds. */
  index?: Number | null;
  /** Only messages whose sender is in this term. */
  term?: Number | null;
  /** Only answers that say yes, or no: an append or a chunk that was taken, a vote that is granted. */
  success?: boolean | null;
  /** The most messages: of those still to be sent (`hold`, `drop`: in addition to all in flight), or else of those in flight, the oldest first. */
  count?: number | null;
  do: "delay";
  at?: Milliseconds;
  when?: Condition;
  after_ms?: Milliseconds;
  repeat?: Repeat;
  /** Recorded: the number of the event that it came behind. If that event does not come by the time of the action, it is carried out at that time, and the report lists it under `displaced`. */
  after?: number;
  /** Recorded: how many polls without an event it came behind that event. */
  polls?: number;
} | {
  /** Only the message with this id; all other fields must be left out. */
  id?: number | null;
  /** Only messages from this node. */
  from?: number | null;
  /** Only messages to this node. */
  to?: number | null;
  /** Only messages of this kind. */
  kind?: MessageKind | null;
  /** Only chunks that begin at this offset. */
  offset?: number | null;
  /** Only appends that carry the entry at this index, or one within these bounds. */
  index?: Number | null;
  /** Only messages whose sender is in this term. */
  term?: Number | null;
  /** Only answers that say yes, or no: an append or a chunk that was taken, a vote that is granted. */
  success?: boolean | null;
  /** The most messages: of those still to be sent (`hold`, `drop`: in addition to all in flight), or else of those in flight, the oldest first. */
  count?: number | null;
  do: "duplicate";
  at?: Milliseconds;
  when?: Condition;
  after_ms?: Milliseconds;
  repeat?: Repeat;
  /** Recorded: the number of the event that it came behind. If that event does not come by the time of the action, it is carried out at that time, and the report lists it under `displaced`. */
  after?: number;
  /** Recorded: how many polls without an event it came behind that event. */
  polls?: number;
} | {
  /** Only the message with this id; all other fields must be left out. */
  id?: number | null;
  /** Only messages from this node. */
  from?: number | null;
  /** Only messages to this node. */
  to?: number | null;
  /** Only messages of this kind. */
  kind?: MessageKind | null;
  /** Only chunks that begin at this offset. */
  offset?: number | null;
  /** Only appends that carry the entry at this index, or one within these bounds. */
  index?: Number | null;
  /** Only messages whose sender is in this term. */
  term?: Number | null;
  /** Only answers that say yes, or no: an append or a chunk that was taken, a vote that is granted. */
  success?: boolean | null;
  /** The most messages: of those still to be sent (`hold`, `drop`: in addition to all in flight), or else of those in flight, the oldest first. */
  count?: number | null;
  do: "deliver";
  at?: Milliseconds;
  when?: Condition;
  after_ms?: Milliseconds;
  repeat?: Repeat;
  /** Recorded: the number of the event that it came behind. If that event does not come by the time of the action, it is carried out at that time, and the report lists it under `displaced`. */
  after?: number;
  /** Recorded: how many polls without an event it came behind that event. */
  polls?: number;
} | {
  /** The nodes to crash. */
  node: Targets;
  do: "crash";
  at?: Milliseconds;
  when?: Condition;
  after_ms?: Milliseconds;
  repeat?: Repeat;
  /** Recorded: the number of the event that it came behind. If that event does not come by the time of the action, it is carried out at that time, and the report lists it under `displaced`. */
  after?: number;
  /** Recorded: how many polls without an event it came behind that event. */
  polls?: number;
} | {
  /** The nodes to restart. */
  node: Targets;
  do: "restart";
  at?: Milliseconds;
  when?: Condition;
  after_ms?: Milliseconds;
  repeat?: Repeat;
  /** Recorded: the number of the event that it came behind. If that event does not come by the time of the action, it is carried out at that time, and the report lists it under `displaced`. */
  after?: number;
  /** Recorded: how many polls without an event it came behind that event. */
  polls?: number;
} | {
  /** The nodes to pause. */
  node: Targets;
  do: "pause";
  at?: Milliseconds;
  when?: Condition;
  after_ms?: Milliseconds;
  repeat?: Repeat;
  /** Recorded: the number of the event that it came behind. If that event does not come by the time of the action, it is carried out at that time, and the report lists it under `displaced`. */
  after?: number;
  /** Recorded: how many polls without an event it came behind that event. */
  polls?: number;
} | {
  /** The nodes to resume. */
  node: Targets;
  do: "resume";
  at?: Milliseconds;
  when?: Condition;
  after_ms?: Milliseconds;
  repeat?: Repeat;
  /** Recorded: the number of the event that it came behind. If that event does not come by the time of the action, it is carried out at that time, and the report lists it under `displaced`. */
  after?: number;
  /** Recorded: how many polls without an event it came behind that event. */
  polls?: number;
} | {
  /** The nodes whose disks are changed. */
  node: Targets;
  /** The shortest and the longest time until a write is durable, in ms. */
  write_delay?: [Milliseconds, Milliseconds] | null;
  /** Whether reads and writes fail. The node shuts down at the first failure. */
  fail?: boolean | null;
  /** Whether reads hang: what is read comes only when they no longer do. */
  hang?: boolean | null;
  /** The shortest and the longest time until one entry is applied, in ms. */
  apply_delay?: [Milliseconds, Milliseconds] | null;
  do: "disk";
  at?: Milliseconds;
  when?: Condition;
  after_ms?: Milliseconds;
  repeat?: Repeat;
  /** Recorded: the number of the event that it came behind. If that event does not come by the time of the action, it is carried out at that time, and the report lists it under `displaced`. */
  after?: number;
  /** Recorded: how many polls without an event it came behind that event. */
  polls?: number;
} | {
  /** The nodes whose disks are emptied. */
  node: Targets;
  do: "wipe";
  at?: Milliseconds;
  when?: Condition;
  after_ms?: Milliseconds;
  repeat?: Repeat;
  /** Recorded: the number of the event that it came behind. If that event does not come by the time of the action, it is carried out at that time, and the report lists it under `displaced`. */
  after?: number;
  /** Recorded: how many polls without an event it came behind that event. */
  polls?: number;
} | {
  /** The nodes whose disks are taken back. */
  node: Targets;
  /** The last index of the log then; at least that of the snapshot. */
  to: number;
  do: "roll_back";
  at?: Milliseconds;
  when?: Condition;
  after_ms?: Milliseconds;
  repeat?: Repeat;
  /** Recorded: the number of the event that it came behind. If that event does not come by the time of the action, it is carried out at that time, and the report lists it under `displaced`. */
  after?: number;
  /** Recorded: how many polls without an event it came behind that event. */
  polls?: number;
} | {
  /** The node that builds the snapshot. */
  node: number;
  /** The last included index. Default: the last applied index. */
  index?: number | null;
  do: "snapshot";
  at?: Milliseconds;
  when?: Condition;
  after_ms?: Milliseconds;
  repeat?: Repeat;
  /** Recorded: the number of the event that it came behind. If that event does not come by the time of the action, it is carried out at that time, and the report lists it under `displaced`. */
  after?: number;
  /** Recorded: how many polls without an event it came behind that event. */
  polls?: number;
} | {
  /** The node to add. */
  node: number;
  /** The node that is asked, once, whatever its role. Default: the leader. */
  of?: number | null;
  do: "add_learner";
  at?: Milliseconds;
  when?: Condition;
  after_ms?: Milliseconds;
  repeat?: Repeat;
  /** Recorded: the number of the event that it came behind. If that event does not come by the time of the action, it is carried out at that time, and the report lists it under `displaced`. */
  after?: number;
  /** Recorded: how many polls without an event it came behind that event. */
  polls?: number;
} | {
  /** The ids of the new set of voters. */
  voters: number[];
  /** The ids of the new set of learners: who is in neither set leaves, a voter in this one is demoted. Without it, the learners stay that are not to vote. */
  learners?: number[] | null;
  /** The node that is asked, once, whatever its role. Default: the leader. */
  of?: number | null;
  do: "members";
  at?: Milliseconds;
  when?: Condition;
  after_ms?: Milliseconds;
  repeat?: Repeat;
  /** Recorded: the number of the event that it came behind. If that event does not come by the time of the action, it is carried out at that time, and the report lists it under `displaced`. */
  after?: number;
  /** Recorded: how many polls without an event it came behind that event. */
  polls?: number;
} | {
  /** The voter that shall become the leader. */
  to: number;
  /** The node that is asked, whatever its role. Default: the leader. */
  of?: number | null;
  do: "transfer";
  at?: Milliseconds;
  when?: Condition;
  after_ms?: Milliseconds;
  repeat?: Repeat;
  /** Recorded: the number of the event that it came behind. If that event does not come by the time of the action, it is carried out at that time, and the report lists it under `displaced`. */
  after?: number;
  /** Recorded: how many polls without an event it came behind that event. */
  polls?: number;
} | {
  /** The shortest election timeout, in ms: the time without a message from a leader after which a follower campaigns. */
  election_timeout_min?: Milliseconds | null;
  /** The exclusive upper bound of the random election timeout, in ms. */
  election_timeout_max?: Milliseconds | null;
  /** The interval between heartbeats, and the time limit of an append, in ms; at least 1. */
  heartbeat_interval?: Milliseconds | null;
  /** The most entries in one append. */
  max_payload_entries?: number | null;
  /** A stream at line rate becomes lagging if its target is more entries behind than this. */
  replication_lag_threshold?: number | null;
  /** When a node builds a snapshot. */
  snapshot_policy?: SnapshotPolicy | null;
  /** The most bytes in one chunk of a snapshot. */
  snapshot_max_chunk_size?: number | null;
  /** The time limit of one chunk of a snapshot, in ms; at least 1. */
  install_snapshot_timeout?: Milliseconds | null;
  /** Whether a follower that refuses an append hints where the logs may agree. Otherwise the leader lowers its next index by one. */
  conflict_hint?: boolean | null;
  /** Whether a node asks the voters whether it could win before it campaigns (pre-vote). */
  pre_vote?: boolean | null;
  /** Whether a leader that does not hear from a majority within `election_timeout_max` steps down. */
  check_quorum?: boolean | null;
  /** The most entries that a leader keeps before its snapshot for a follower that is being sent one. */
  snapshot_tail_limit?: number | null;
  do: "config";
  at?: Milliseconds;
  when?: Condition;
  after_ms?: Milliseconds;
  repeat?: Repeat;
  /** Recorded: the number of the event that it came behind. If that event does not come by the time of the action, it is carried out at that time, and the report lists it under `displaced`. */
  after?: number;
  /** Recorded: how many polls without an event it came behind that event. */
  polls?: number;
} | {
  /** The rule. */
  name: Rule;
  /** Whether the nodes obey the rule. */
  on: boolean;
  do: "rule";
  at?: Milliseconds;
  when?: Condition;
  after_ms?: Milliseconds;
  repeat?: Repeat;
  /** Recorded: the number of the event that it came behind. If that event does not come by the time of the action, it is carried out at that time, and the report lists it under `displaced`. */
  after?: number;
  /** Recorded: how many polls without an event it came behind that event. */
  polls?: number;
} | {
  /** The text of the caption. */
  text: string;
  do: "note";
  at?: Milliseconds;
  when?: Condition;
  after_ms?: Milliseconds;
  repeat?: Repeat;
  /** Recorded: the number of the event that it came behind. If that event does not come by the time of the action, it is carried out at that time, and the report lists it under `displaced`. */
  after?: number;
  /** Recorded: how many polls without an event it came behind that event. */
  polls?: number;
};

/** How often an action is executed. */
export type Repeat = {
  /** The time from one to the next, in ms. */
  every: Milliseconds;
  /** How often in all. */
  count: number;
};

export type Milliseconds = number;

/** The nodes that an action is about. */
export type Targets = number | number[] | Every;

/** Every node. */
export type Every = "all";

export type Probability = number;

/** Selects the messages that match all given fields; all messages if there are none. */
export type Selector = {
  /** Only the message with this id; all other fields must be left out. */
  id?: number | null;
  /** Only messages from this node. */
  from?: number | null;
  /** Only messages to this node. */
  to?: number | null;
  /** Only messages of this kind. */
  kind?: MessageKind | null;
  /** Only chunks that begin at this offset. */
  offset?: number | null;
  /** Only appends that carry the entry at this index, or one within these bounds. */
  index?: Number | null;
  /** Only messages whose sender is in this term. */
  term?: Number | null;
  /** Only answers that say yes, or no: an append or a chunk that was taken, a vote that is granted. */
  success?: boolean | null;
  /** The most messages: of those still to be sent (`hold`, `drop`: in addition to all in flight), or else of those in flight, the oldest first. */
  count?: number | null;
};

export type MessageKind = "append" | "heartbeat" | "append-answer" | "vote" | "vote-answer" | "chunk" | "chunk-answer" | "pre-vote" | "pre-vote-answer" | "timeout-now";

/** A number, exact or within bounds. */
export type Number = number | Range;

/** Bounds, both included. */
export type Range = {
  /** The lower bound. */
  min?: number | null;
  /** The upper bound. */
  max?: number | null;
};

/** A selector, and the time by which the messages are delayed. */
export type Delay = {
  /** The additional latency, in ms. */
  by: Milliseconds;
  /** Only the message with this id; all other fields must be left out. */
  id?: number | null;
  /** Only messages from this node. */
  from?: number | null;
  /** Only messages to this node. */
  to?: number | null;
  /** Only messages of this kind. */
  kind?: MessageKind | null;
  /** Only chunks that begin at this offset. */
  offset?: number | null;
  /** Only appends that carry the entry at this index, or one within these bounds. */
  index?: Number | null;
  /** Only messages whose sender is in this term. */
  term?: Number | null;
  /** Only answers that say yes, or no: an append or a chunk that was taken, a vote that is granted. */
  success?: boolean | null;
  /** The most messages: of those still to be sent (`hold`, `drop`: in addition to all in flight), or else of those in flight, the oldest first. */
  count?: number | null;
};

/** Settings of the nodes that differ from the preset, or from the current ones. */
export type ConfigPatch = {
  /** The shortest election timeout, in ms: the time without a message from a leader after which a follower campaigns. */
  election_timeout_min?: Milliseconds | null;
  /** The exclusive upper bound of the random election timeout, in ms. */
  election_timeout_max?: Milliseconds | null;
  /** The interval between heartbeats, and the time limit of an append, in ms; at least 1. */
  heartbeat_interval?: Milliseconds | null;
  /** The most entries in one append. */
  max_payload_entries?: number | null;
  /** A stream at line rate becomes lagging if its target is more entries behind than this. */
  replication_lag_threshold?: number | null;
  /** When a node builds a snapshot. */
  snapshot_policy?: SnapshotPolicy | null;
  /** The most bytes in one chunk of a snapshot. */
  snapshot_max_chunk_size?: number | null;
  /** The time limit of one chunk of a snapshot, in ms; at least 1. */
  install_snapshot_timeout?: Milliseconds | null;
  /** Whether a follower that refuses an append hints where the logs may agree. Otherwise the leader lowers its next index by one. */
  conflict_hint?: boolean | null;
  /** Whether a node asks the voters whether it could win before it campaigns (pre-vote). */
  pre_vote?: boolean | null;
  /** Whether a leader that does not hear from a majority within `election_timeout_max` steps down. */
  check_quorum?: boolean | null;
  /** The most entries that a leader keeps before its snapshot for a follower that is being sent one. */
  snapshot_tail_limit?: number | null;
};

/** When a node builds a snapshot. */
export type SnapshotPolicy = {
  /** The number of entries applied since the last snapshot after which the next one is built. */
  logs_since_last: number;
};

export type Rule = "majority" | "one-vote-per-term" | "persist-vote" | "election-restriction" | "lexicographic-up-to-date" | "commit-own-term-only" | "reject-stale-term" | "log-matching-check" | "check-heartbeats-too" | "commit-only-what-is-proven" | "truncate-only-on-conflict" | "truncate-on-conflict" | "match-needs-proof" | "match-starts-at-zero" | "conflict-search-whole-log" | "refill-at-line-rate" | "back-off-when-unreachable" | "apply-from-storage" | "heartbeats-while-snapshotting" | "one-snapshot-per-stream" | "ignore-old-snapshots" | "keep-suffix-after-snapshot" | "blank-entry-on-election" | "confirm-reads" | "joint-consensus" | "count-members-only" | "count-new-members" | "sync-before-answer" | "adopt-higher-term" | "randomized-timeouts" | "leader-stickiness" | "client-sessions";

export type Stop = {
  at?: Milliseconds;
  when?: Condition;
  on_violation?: OnViolation;
};

export type Condition = NodeIs | StreamIs | EventWas | {
  leader: LeaderIs;
  /** The virtual time at which it is to hold, after the last event of that time. Default: the end of the run. */
  at?: Milliseconds;
} | {
  converged: boolean;
  /** The virtual time at which it is to hold, after the last event of that time. Default: the end of the run. */
  at?: Milliseconds;
} | {
  clients: ClientsAre;
  /** The virtual time at which it is to hold, after the last event of that time. Default: the end of the run. */
  at?: Milliseconds;
} | {
  violated: Violated;
  /** The virtual time at which it is to hold, after the last event of that time. Default: the end of the run. */
  at?: Milliseconds;
} | {
  outcome: OutcomeIs;
  /** The virtual time at which it is to hold, after the last event of that time. Default: the end of the run. */
  at?: Milliseconds;
} | {
  visited: Condition | Condition[];
  /** The virtual time at which it is to hold, after the last event of that time. Default: the end of the run. */
  at?: Milliseconds;
} | {
  before: Condition[];
  /** The virtual time at which it is to hold, after the last event of that time. Default: the end of the run. */
  at?: Milliseconds;
} | {
  not: Condition;
  /** The virtual time at which it is to hold, after the last event of that time. Default: the end of the run. */
  at?: Milliseconds;
} | {
  all: Condition[];
  /** The virtual time at which it is to hold, after the last event of that time. Default: the end of the run. */
  at?: Milliseconds;
} | {
  any: Condition[];
  /** The virtual time at which it is to hold, after the last event of that time. Default: the end of the run. */
  at?: Milliseconds;
};

/** Who leads: any node, none, this node, or some node in this term. */
export type LeaderIs = boolean | number | {
  /** The term. */
  term: Number;
};

/** A condition about the numbers of client requests by outcome. */
export type ClientsAre = {
  /** Writes and reads that were answered with success. */
  acknowledged?: Number | null;
  /** Requests that are not answered yet. */
  unanswered?: Number | null;
  /** Requests that were refused. */
  refused?: Number | null;
  /** Requests with unknown outcome. */
  unknown?: Number | null;
  /** Compare-and-sets whose key had another value. */
  not_matched?: Number | null;
};

/** Which invariant was violated: this one, any, or none. */
export type Violated = boolean | Invariant;

export type Invariant = "election-safety" | "leader-append-only" | "log-matching" | "leader-completeness" | "state-machine-safety" | "votes-kept" | "monotonic" | "applied-once" | "match-is-true" | "acknowledged-kept" | "linearizable";

/** A condition that at least one client request meets. */
export type OutcomeIs = {
  /** The client. */
  client?: number | null;
  /** The number of the request. */
  op?: number | null;
  /** The outcome; "sent" counts as waiting. */
  result: ClientResult;
  /** The value that was read. */
  value?: string | null;
};

export type ClientResult = "waiting" | "sent" | "ok" | "refused" | "unknown" | "retrying" | "not-matched";

/** A condition about one or several nodes: every field that is given must hold. */
export type NodeIs = {
  /** The nodes. */
  node: Which;
  /** Whether the node is running. */
  alive?: boolean | null;
  /** The role. */
  role?: Role | null;
  /** The current term. */
  term?: Number | null;
  /** The node voted for in the current term; 0 is none. */
  voted_for?: number | null;
  /** The commit index. */
  commit?: Number | null;
  /** The highest applied index. */
  applied?: Number | null;
  /** The last index of the log. */
  last_index?: Number | null;
  /** The terms of the retained entries, in order. */
  log?: number[] | null;
  /** The terms of the first entries, from index 1. */
  log_prefix?: number[] | null;
  /** An entry of the log. */
  entry?: EntryIs | null;
  /** The latest snapshot. */
  snapshot?: SnapshotIs | null;
  /** The configuration in force. */
  members?: MembersAre | null;
  /** Keys of the state machine with their values; other keys are ignored. */
  state?: { [key: string]: string } | null;
  /** The virtual time at which it is to hold, after the last event of that time. Default: the end of the run. */
  at?: Milliseconds;
};

/** The nodes that a condition is about. */
export type Which = number | number[] | Live;

/** All or any of the live nodes. */
export type Live = "all" | "any";

export type Role = "learner" | "follower" | "candidate" | "leader" | "shutdown";

/** A condition about an entry. */
export type EntryIs = {
  /** The index. */
  index: number;
  /** The term. */
  term?: number | null;
  /** The key and the value that it sets. */
  set?: [string, string] | null;
};

/** A condition about a snapshot. */
export type SnapshotIs = {
  /** The last included index. */
  index?: Number | null;
  /** The term of the last included entry. */
  term?: Number | null;
  /** The size in bytes. */
  bytes?: Number | null;
};

/** A condition about a configuration, as a report shows it. */
export type MembersAre = {
  /** The sets of voters: two while the configuration changes. */
  voters?: number[][] | null;
  /** The learners. */
  learners?: number[] | null;
  /** The index of its entry in the log; 0 for the one that the cluster began with. */
  index?: Number | null;
};

/** A condition about a replication stream. */
export type StreamIs = {
  /** The leader and the target. */
  stream: [number, number];
  /** The state. */
  state?: StreamState | null;
  /** The index of the next entry to send. */
  next?: Number | null;
  /** The highest index known to be replicated on the target; `match < next`. */
  match?: Number | null;
  /** The lag: the last index of the leader minus match. */
  lag?: Number | null;
  /** The virtual time at which it is to hold, after the last event of that time. Default: the end of the run. */
  at?: Milliseconds;
};

export type StreamState = "line-rate" | "lagging" | "snapshotting" | "shutdown";

export type EventWas = {
  event: "started";
  at?: EventTime;
  n?: EventNumber;
  count?: Number;
  node?: EventNumber;
  term?: EventNumber;
  voted_for?: EventNumberOrNull;
  last_index?: EventNumber;
} | {
  event: "role";
  at?: EventTime;
  n?: EventNumber;
  count?: Number;
  node?: EventNumber;
  from?: EventRoleOrNull;
  to?: EventRole;
  term?: EventNumber;
  why?: EventRoleWhy;
} | {
  event: "term";
  at?: EventTime;
  n?: EventNumber;
  count?: Number;
  node?: EventNumber;
  from?: EventNumber;
  to?: EventNumber;
} | {
  event: "leader";
  at?: EventTime;
  n?: EventNumber;
  count?: Number;
  node?: EventNumber;
  leader?: EventNumberOrNull;
} | {
  event: "timer";
  at?: EventTime;
  n?: EventNumber;
  count?: Number;
  node?: EventNumber;
  deadline?: EventTimeOrNull;
} | {
  event: "vote";
  at?: EventTime;
  n?: EventNumber;
  count?: Number;
  node?: EventNumber;
  candidate?: EventNumber;
  term?: EventNumber;
  granted?: EventBool;
  why?: EventVoteWhy;
} | {
  event: "pre-vote-begun";
  at?: EventTime;
  n?: EventNumber;
  count?: Number;
  node?: EventNumber;
  term?: EventNumber;
  why?: EventRoleWhy;
} | {
  event: "pre-vote";
  at?: EventTime;
  n?: EventNumber;
  count?: Number;
  node?: EventNumber;
  candidate?: EventNumber;
  term?: EventNumber;
  granted?: EventBool;
  why?: EventVoteWhy;
} | {
  event: "pre-vote-counted";
  at?: EventTime;
  n?: EventNumber;
  count?: Number;
  node?: EventNumber;
  voter?: EventNumber;
  term?: EventNumber;
  granted?: EventBool;
} | {
  event: "transfer-begun";
  at?: EventTime;
  n?: EventNumber;
  count?: Number;
  node?: EventNumber;
  target?: EventNumber;
} | {
  event: "transfer-given-up";
  at?: EventTime;
  n?: EventNumber;
  count?: Number;
  node?: EventNumber;
  target?: EventNumber;
} | {
  event: "transfer-refused";
  at?: EventTime;
  n?: EventNumber;
  count?: Number;
  node?: EventNumber;
  target?: EventNumber;
  why?: EventTransferRefusedWhy;
} | {
  event: "read-confirmed";
  at?: EventTime;
  n?: EventNumber;
  count?: Number;
  node?: EventNumber;
  read_index?: EventNumber;
  applied?: EventNumber;
} | {
  event: "vote-counted";
  at?: EventTime;
  n?: EventNumber;
  count?: Number;
  node?: EventNumber;
  voter?: EventNumber;
  term?: EventNumber;
  granted?: EventBool;
} | {
  event: "append";
  at?: EventTime;
  n?: EventNumber;
  count?: Number;
  node?: EventNumber;
  entry?: EventIndexTermSetDeleteIfBlankMembersClientSerial;
} | {
  event: "truncate";
  at?: EventTime;
  n?: EventNumber;
  count?: Number;
  node?: EventNumber;
  first?: EventNumber;
  last?: EventNumber;
} | {
  event: "commit";
  at?: EventTime;
  n?: EventNumber;
  count?: Number;
  node?: EventNumber;
  from?: EventNumber;
  to?: EventNumber;
} | {
  event: "apply";
  at?: EventTime;
  n?: EventNumber;
  count?: Number;
  node?: EventNumber;
  index?: EventNumber;
} | {
  event: "repeated";
  at?: EventTime;
  n?: EventNumber;
  count?: Number;
  node?: EventNumber;
  index?: EventNumber;
  first?: EventNumber;
} | {
  event: "stream-state";
  at?: EventTime;
  n?: EventNumber;
  count?: Number;
  node?: EventNumber;
  target?: EventNumber;
  from?: EventStreamStateOrNull;
  to?: EventStreamState;
  why?: EventStreamWhy;
} | {
  event: "next";
  at?: EventTime;
  n?: EventNumber;
  count?: Number;
  node?: EventNumber;
  target?: EventNumber;
  from?: EventNumber;
  to?: EventNumber;
} | {
  event: "match";
  at?: EventTime;
  n?: EventNumber;
  count?: Number;
  node?: EventNumber;
  target?: EventNumber;
  from?: EventNumber;
  to?: EventNumber;
} | {
  event: "match-lost";
  at?: EventTime;
  n?: EventNumber;
  count?: Number;
  node?: EventNumber;
  target?: EventNumber;
  from?: EventNumber;
  to?: EventNumber;
} | {
  event: "buffer";
  at?: EventTime;
  n?: EventNumber;
  count?: Number;
  node?: EventNumber;
  target?: EventNumber;
  replication?: EventNumber;
  replication_first?: EventNumber;
  outbound?: EventNumber;
} | {
  event: "answered";
  at?: EventTime;
  n?: EventNumber;
  count?: Number;
  node?: EventNumber;
  target?: EventNumber;
  rpc?: EventNumber;
  success?: EventBool;
  late?: EventBool;
  counted?: EventBool;
} | {
  event: "timed-out";
  at?: EventTime;
  n?: EventNumber;
  count?: Number;
  node?: EventNumber;
  target?: EventNumber;
  rpc?: EventNumber;
} | {
  event: "unreachable";
  at?: EventTime;
  n?: EventNumber;
  count?: Number;
  node?: EventNumber;
  target?: EventNumber;
  rpc?: EventNumber;
} | {
  event: "snapshot-offered";
  at?: EventTime;
  n?: EventNumber;
  count?: Number;
  node?: EventNumber;
  target?: EventNumber;
  snapshot?: EventIdIndexTermBytes;
} | {
  event: "chunk-sent";
  at?: EventTime;
  n?: EventNumber;
  count?: Number;
  node?: EventNumber;
  target?: EventNumber;
  snapshot?: EventNumber;
  offset?: EventNumber;
  bytes?: EventNumber;
  done?: EventBool;
  chunks_sent?: EventNumber;
} | {
  event: "chunk-answered";
  at?: EventTime;
  n?: EventNumber;
  count?: Number;
  node?: EventNumber;
  target?: EventNumber;
  snapshot?: EventNumber;
  offset?: EventNumber;
  installed?: EventBool;
  late?: EventBool;
  counted?: EventBool;
} | {
  event: "chunk-failed";
  at?: EventTime;
  n?: EventNumber;
  count?: Number;
  node?: EventNumber;
  target?: EventNumber;
  snapshot?: EventNumber;
  offset?: EventNumber;
} | {
  event: "chunk";
  at?: EventTime;
  n?: EventNumber;
  count?: Number;
  node?: EventNumber;
  snapshot?: EventNumber;
  index?: EventNumber;
  received?: EventNumber;
} | {
  event: "installed";
  at?: EventTime;
  n?: EventNumber;
  count?: Number;
  node?: EventNumber;
  snapshot?: EventIdIndexTermBytes;
  kept_suffix?: EventBool;
} | {
  event: "compaction-begun";
  at?: EventTime;
  n?: EventNumber;
  count?: Number;
  node?: EventNumber;
  index?: EventNumber;
} | {
  event: "compaction-done";
  at?: EventTime;
  n?: EventNumber;
  count?: Number;
  node?: EventNumber;
  snapshot?: EventIdIndexTermBytes;
  first_index?: EventNumber;
} | {
  event: "compaction-discarded";
  at?: EventTime;
  n?: EventNumber;
  count?: Number;
  node?: EventNumber;
  index?: EventNumber;
} | {
  event: "durable";
  at?: EventTime;
  n?: EventNumber;
  count?: Number;
  node?: EventNumber;
  index?: EventNumber;
} | {
  event: "storage-failed";
  at?: EventTime;
  n?: EventNumber;
  count?: Number;
  node?: EventNumber;
  error?: EventText;
} | {
  event: "sent";
  at?: EventTime;
  n?: EventNumber;
  count?: Number;
  id?: EventNumber;
  from?: EventNumber;
  to?: EventNumber;
  kind?: EventMessageKind;
  /** The request that this is the response to. */
  re?: EventNumberOrNull;
  /** The message of which this is a copy, made by the network. */
  copy_of?: EventNumberOrNull;
  arrives?: EventTime;
  term?: EventNumber;
  leader?: EventNumber;
  prev_log_index?: EventNumber;
  prev_log_term?: EventNumber;
  leader_commit?: EventNumber;
  entries?: EventIndexTermSetDeleteIfBlankMembersClientSerialList;
  result?: EventStaleTermOrInstalledOrSuccessConflictExpects;
  candidate?: EventNumber;
  last_log_index?: EventNumber;
  last_log_term?: EventNumber;
  pre_vote?: EventBool;
  transfer?: EventBool;
  granted?: EventBool;
  snapshot?: EventNumber;
  last_included_index?: EventNumber;
  last_included_term?: EventNumber;
  offset?: EventNumber;
  bytes?: EventNumber;
  done?: EventBool;
} | {
  event: "delivered";
  at?: EventTime;
  n?: EventNumber;
  count?: Number;
  id?: EventNumber;
  from?: EventNumber;
  to?: EventNumber;
  kind?: EventMessageKind;
} | {
  event: "lost";
  at?: EventTime;
  n?: EventNumber;
  count?: Number;
  id?: EventNumber;
  from?: EventNumber;
  to?: EventNumber;
  kind?: EventMessageKind;
  why?: EventLossWhy;
} | {
  event: "held";
  at?: EventTime;
  n?: EventNumber;
  count?: Number;
  id?: EventNumber;
  from?: EventNumber;
  to?: EventNumber;
  kind?: EventMessageKind;
} | {
  event: "released";
  at?: EventTime;
  n?: EventNumber;
  count?: Number;
  id?: EventNumber;
  from?: EventNumber;
  to?: EventNumber;
  kind?: EventMessageKind;
  arrives?: EventTime;
} | {
  event: "delayed";
  at?: EventTime;
  n?: EventNumber;
  count?: Number;
  id?: EventNumber;
  from?: EventNumber;
  to?: EventNumber;
  kind?: EventMessageKind;
  arrives?: EventTime;
} | {
  event: "trap-set";
  at?: EventTime;
  n?: EventNumber;
  count?: Number;
  trap?: EventNumber;
  does?: EventTrapDoes;
  id?: EventNumber;
  from?: EventNumber;
  to?: EventNumber;
  kind?: EventMessageKind;
  offset?: EventNumber;
  index?: EventNumberOrMinMax;
  term?: EventNumberOrMinMax;
  success?: EventBool;
} | {
  event: "trap-gone";
  at?: EventTime;
  n?: EventNumber;
  count?: Number;
  trap?: EventNumber;
} | {
  event: "pause";
  at?: EventTime;
  n?: EventNumber;
  count?: Number;
  node?: EventNumber;
} | {
  event: "resume";
  at?: EventTime;
  n?: EventNumber;
  count?: Number;
  node?: EventNumber;
} | {
  event: "disk";
  at?: EventTime;
  n?: EventNumber;
  count?: Number;
  node?: EventNumber;
  write_delay?: EventTimeTimePair;
  fails?: EventBool;
} | {
  event: "disk-pace";
  at?: EventTime;
  n?: EventNumber;
  count?: Number;
  node?: EventNumber;
  apply_delay?: EventTimeTimePair;
  hangs?: EventBool;
} | {
  event: "disk-lost";
  at?: EventTime;
  n?: EventNumber;
  count?: Number;
  node?: EventNumber;
  kept?: EventTermVotedForSnapshotFirstLast;
} | {
  event: "config";
  at?: EventTime;
  n?: EventNumber;
  count?: Number;
  election_timeout_min?: EventTime;
  election_timeout_max?: EventTime;
  heartbeat_interval?: EventTime;
  max_payload_entries?: EventNumber;
  replication_lag_threshold?: EventNumber;
  snapshot_policy?: EventLogsSinceLast;
  snapshot_max_chunk_size?: EventNumber;
  install_snapshot_timeout?: EventTime;
  conflict_hint?: EventBool;
  pre_vote?: EventBool;
  check_quorum?: EventBool;
  snapshot_tail_limit?: EventNumber;
} | {
  event: "rule";
  at?: EventTime;
  n?: EventNumber;
  count?: Number;
  name?: EventRule;
  on?: EventBool;
} | {
  event: "crash";
  at?: EventTime;
  n?: EventNumber;
  count?: Number;
  node?: EventNumber;
  kept?: EventTermVotedForSnapshotFirstLast;
} | {
  event: "restart";
  at?: EventTime;
  n?: EventNumber;
  count?: Number;
  node?: EventNumber;
} | {
  event: "new-node";
  at?: EventTime;
  n?: EventNumber;
  count?: Number;
  node?: EventNumber;
} | {
  event: "link";
  at?: EventTime;
  n?: EventNumber;
  count?: Number;
  /** Only links from this node; null: from any. */
  from?: EventNumberOrNull;
  /** Only links to this node; null: to any. If both are null, links of nodes added later change too. */
  to?: EventNumberOrNull;
  /** The shortest and the longest latency; null: unchanged. */
  latency?: EventTimeTimePairOrNull;
  /** The fraction of messages that are lost; null: unchanged. */
  loss?: EventFractionOrNull;
  /** The fraction of messages that are sent twice; null: unchanged. */
  duplicate?: EventFractionOrNull;
} | {
  event: "cut";
  at?: EventTime;
  n?: EventNumber;
  count?: Number;
  links?: EventNumberNumberPairList;
  name?: EventTextOrNull;
} | {
  event: "join";
  at?: EventTime;
  n?: EventNumber;
  count?: Number;
  links?: EventNumberNumberPairList;
} | {
  event: "client";
  at?: EventTime;
  n?: EventNumber;
  count?: Number;
  client?: EventNumber;
  op?: EventNumber;
  key?: EventText;
  value?: EventTextOrNull;
  node?: EventNumberOrNull;
  result?: EventClientResult;
  /** The index of a write's entry, once the write is completed. */
  index?: EventNumberOrNull;
  /** The result of a read, once it is completed; null if the key is not set. */
  read?: EventTextOrNull;
  delete?: EventBool;
  if?: EventTextOrNull;
} | {
  event: "members";
  at?: EventTime;
  n?: EventNumber;
  count?: Number;
  voters?: EventNumberListOrNull;
  learners?: EventNumberListOrNull;
  learner?: EventNumberOrNull;
  /** The node that was asked; null while there is no leader. */
  node?: EventNumberOrNull;
  /** The outcome; null until it is known. */
  result?: EventMembersResultOrNull;
} | {
  event: "violation";
  at?: EventTime;
  n?: EventNumber;
  count?: Number;
  invariant?: EventInvariant;
  nodes?: EventNumberList;
  entries?: EventNumberList;
  text?: EventText;
} | {
  event: "note";
  at?: EventTime;
  n?: EventNumber;
  count?: Number;
  text?: EventText;
};

export type EventTime = number | {
  min?: number;
  max?: number;
} | {
  in: (number | {
    min?: number;
    max?: number;
  })[];
};

export type EventNumber = number | {
  min?: number;
  max?: number;
} | {
  in: (number | {
    min?: number;
    max?: number;
  })[];
};

export type EventNumberOrNull = number | {
  min?: number;
  max?: number;
} | null | {
  in: (number | {
    min?: number;
    max?: number;
  } | null)[];
};

export type EventRoleOrNull = "learner" | "follower" | "candidate" | "leader" | "shutdown" | null | {
  in: ("learner" | "follower" | "candidate" | "leader" | "shutdown" | null)[];
};

export type EventRole = "learner" | "follower" | "candidate" | "leader" | "shutdown" | {
  in: ("learner" | "follower" | "candidate" | "leader" | "shutdown")[];
};

export type EventRoleWhy = "started" | "election timeout" | "told to campaign" | "a majority voted for it" | "saw a higher term" | "another node leads this term" | "storage failed" | "the leader hands over" | "no majority answers" | "the configuration changed" | "no longer a member" | {
  in: ("started" | "election timeout" | "told to campaign" | "a majority voted for it" | "saw a higher term" | "another node leads this term" | "storage failed" | "the leader hands over" | "no majority answers" | "the configuration changed" | "no longer a member")[];
};

export type EventTimeOrNull = number | {
  min?: number;
  max?: number;
} | null | {
  in: (number | {
    min?: number;
    max?: number;
  } | null)[];
};

export type EventBool = boolean | {
  in: boolean[];
};

export type EventVoteWhy = "log is up to date and the vote was free" | "votes for itself" | "the candidate's term is over" | "already voted for another in this term" | "the candidate's log is behind" | "hears from a leader" | "it is the leader" | "the candidate is no voter" | {
  in: ("log is up to date and the vote was free" | "votes for itself" | "the candidate's term is over" | "already voted for another in this term" | "the candidate's log is behind" | "hears from a leader" | "it is the leader" | "the candidate is no voter")[];
};

export type EventTransferRefusedWhy = "this node does not lead" | "it leads already" | "it has no vote" | {
  in: ("this node does not lead" | "it leads already" | "it has no vote")[];
};

export type EventText = string | {
  in: string[];
};

export type EventTextTextPair = [EventText, EventText] | {
  in: ([EventText, EventText])[];
};

export type EventTextOrNull = string | null | {
  in: (string | null)[];
};

export type EventNumberList = EventNumber[] | {
  in: EventNumber[][];
};

export type EventNumberListList = EventNumberList[] | {
  in: EventNumberList[][];
};

export type EventVotersLearners = {
  voters?: EventNumberListList;
  learners?: EventNumberList;
} | {
  in: ({
    voters?: EventNumberListList;
    learners?: EventNumberList;
  })[];
};

export type EventIndexTermSetDeleteIfBlankMembersClientSerial = {
  index?: EventNumber;
  term?: EventNumber;
  set?: EventTextTextPair;
  delete?: EventText;
  if?: EventTextOrNull;
  blank?: EventBool;
  members?: EventVotersLearners;
  client?: EventNumber;
  serial?: EventNumber;
} | {
  in: ({
    index?: EventNumber;
    term?: EventNumber;
    set?: EventTextTextPair;
    delete?: EventText;
    if?: EventTextOrNull;
    blank?: EventBool;
    members?: EventVotersLearners;
    client?: EventNumber;
    serial?: EventNumber;
  })[];
};

export type EventStreamStateOrNull = "line-rate" | "lagging" | "snapshotting" | "shutdown" | null | {
  in: ("line-rate" | "lagging" | "snapshotting" | "shutdown" | null)[];
};

export type EventStreamState = "line-rate" | "lagging" | "snapshotting" | "shutdown" | {
  in: ("line-rate" | "lagging" | "snapshotting" | "shutdown")[];
};

export type EventStreamWhy = "new leader" | "caught up" | "lag above the threshold" | "append refused" | "saw a higher term" | "terminated" | "storage failed" | "needed entries are compacted" | "too far behind for the log" | "snapshot installed" | "added" | {
  in: ("new leader" | "caught up" | "lag above the threshold" | "append refused" | "saw a higher term" | "terminated" | "storage failed" | "needed entries are compacted" | "too far behind for the log" | "snapshot installed" | "added")[];
};

export type EventIdIndexTermBytes = {
  id?: EventNumber;
  index?: EventNumber;
  term?: EventNumber;
  bytes?: EventNumber;
} | {
  in: ({
    id?: EventNumber;
    index?: EventNumber;
    term?: EventNumber;
    bytes?: EventNumber;
  })[];
};

export type EventMessageKind = "append" | "heartbeat" | "append-answer" | "vote" | "vote-answer" | "chunk" | "chunk-answer" | "pre-vote" | "pre-vote-answer" | "timeout-now" | {
  in: ("append" | "heartbeat" | "append-answer" | "vote" | "vote-answer" | "chunk" | "chunk-answer" | "pre-vote" | "pre-vote-answer" | "timeout-now")[];
};

export type EventIndexTermSetDeleteIfBlankMembersClientSerialList = EventIndexTermSetDeleteIfBlankMembersClientSerial[] | {
  in: EventIndexTermSetDeleteIfBlankMembersClientSerial[][];
};

export type EventTermIndexOrNull = {
  term?: EventNumber;
  index?: EventNumber;
} | null | {
  in: ({
    term?: EventNumber;
    index?: EventNumber;
  } | null)[];
};

export type EventStaleTermOrInstalledOrSuccessConflictExpects = "stale-term" | "installed" | {
  success?: EventNumber;
  conflict?: EventTermIndexOrNull;
  expects?: EventNumber;
} | {
  in: ("stale-term" | "installed" | {
    success?: EventNumber;
    conflict?: EventTermIndexOrNull;
    expects?: EventNumber;
  })[];
};

export type EventLossWhy = "chance" | "link is cut" | "receiver is down" | "nobody waits for this answer" | "dropped by hand" | {
  in: ("chance" | "link is cut" | "receiver is down" | "nobody waits for this answer" | "dropped by hand")[];
};

export type EventTrapDoes = "drop" | "hold" | {
  in: ("drop" | "hold")[];
};

export type EventNumberOrMinMax = number | {
  min?: number;
  max?: number;
} | {
  min?: EventNumber;
  max?: EventNumber;
} | {
  in: (number | {
    min?: number;
    max?: number;
  } | {
    min?: EventNumber;
    max?: EventNumber;
  })[];
};

export type EventTimeTimePair = [EventTime, EventTime] | {
  in: ([EventTime, EventTime])[];
};

export type EventIdIndexTermBytesOrNull = {
  id?: EventNumber;
  index?: EventNumber;
  term?: EventNumber;
  bytes?: EventNumber;
} | null | {
  in: ({
    id?: EventNumber;
    index?: EventNumber;
    term?: EventNumber;
    bytes?: EventNumber;
  } | null)[];
};

export type EventTermVotedForSnapshotFirstLast = {
  term?: EventNumber;
  voted_for?: EventNumberOrNull;
  snapshot?: EventIdIndexTermBytesOrNull;
  first?: EventNumber;
  last?: EventNumber;
} | {
  in: ({
    term?: EventNumber;
    voted_for?: EventNumberOrNull;
    snapshot?: EventIdIndexTermBytesOrNull;
    first?: EventNumber;
    last?: EventNumber;
  })[];
};

export type EventLogsSinceLast = {
  logs_since_last?: EventNumber;
} | {
  in: ({
    logs_since_last?: EventNumber;
  })[];
};

export type EventRule = "majority" | "one-vote-per-term" | "persist-vote" | "election-restriction" | "lexicographic-up-to-date" | "commit-own-term-only" | "reject-stale-term" | "log-matching-check" | "check-heartbeats-too" | "commit-only-what-is-proven" | "truncate-only-on-conflict" | "truncate-on-conflict" | "match-needs-proof" | "match-starts-at-zero" | "conflict-search-whole-log" | "refill-at-line-rate" | "back-off-when-unreachable" | "apply-from-storage" | "heartbeats-while-snapshotting" | "one-snapshot-per-stream" | "ignore-old-snapshots" | "keep-suffix-after-snapshot" | "blank-entry-on-election" | "confirm-reads" | "joint-consensus" | "count-members-only" | "count-new-members" | "sync-before-answer" | "adopt-higher-term" | "randomized-timeouts" | "leader-stickiness" | "client-sessions" | {
  in: ("majority" | "one-vote-per-term" | "persist-vote" | "election-restriction" | "lexicographic-up-to-date" | "commit-own-term-only" | "reject-stale-term" | "log-matching-check" | "check-heartbeats-too" | "commit-only-what-is-proven" | "truncate-only-on-conflict" | "truncate-on-conflict" | "match-needs-proof" | "match-starts-at-zero" | "conflict-search-whole-log" | "refill-at-line-rate" | "back-off-when-unreachable" | "apply-from-storage" | "heartbeats-while-snapshotting" | "one-snapshot-per-stream" | "ignore-old-snapshots" | "keep-suffix-after-snapshot" | "blank-entry-on-election" | "confirm-reads" | "joint-consensus" | "count-members-only" | "count-new-members" | "sync-before-answer" | "adopt-higher-term" | "randomized-timeouts" | "leader-stickiness" | "client-sessions")[];
};

export type EventTimeTimePairOrNull = [EventTime, EventTime] | null | {
  in: ([EventTime, EventTime] | null)[];
};

export type EventFractionOrNull = number | {
  min?: number;
  max?: number;
} | null | {
  in: (number | {
    min?: number;
    max?: number;
  } | null)[];
};

export type EventNumberNumberPair = [EventNumber, EventNumber] | {
  in: ([EventNumber, EventNumber])[];
};

export type EventNumberNumberPairList = EventNumberNumberPair[] | {
  in: EventNumberNumberPair[][];
};

export type EventClientResult = "waiting" | "sent" | "ok" | "refused" | "unknown" | "retrying" | "not-matched" | {
  in: ("waiting" | "sent" | "ok" | "refused" | "unknown" | "retrying" | "not-matched")[];
};

export type EventNumberListOrNull = EventNumber[] | null | {
  in: (EventNumber[] | null)[];
};

export type EventMembersResultOrNull = "done" | "this node does not lead" | "another change is under way" | "a cluster without voters could do nothing" | "it is so already" | "the leader lost its office meanwhile" | "the leader stepped down before the change began" | "leadership is being transferred" | "a newer change took its place" | "a new voter does not answer" | null | {
  in: ("done" | "this node does not lead" | "another change is under way" | "a cluster without voters could do nothing" | "it is so already" | "the leader lost its office meanwhile" | "the leader stepped down before the change began" | "leadership is being transferred" | "a newer change took its place" | "a new voter does not answer" | null)[];
};

export type EventInvariant = "election-safety" | "leader-append-only" | "log-matching" | "leader-completeness" | "state-machine-safety" | "votes-kept" | "monotonic" | "applied-once" | "match-is-true" | "acknowledged-kept" | "linearizable" | {
  in: ("election-safety" | "leader-append-only" | "log-matching" | "leader-completeness" | "state-machine-safety" | "votes-kept" | "monotonic" | "applied-once" | "match-is-true" | "acknowledged-kept" | "linearizable")[];
};

/** Which invariant violations end a run. */
export type OnViolation = boolean | Invariant;

/** A named set of node settings. */
export type Preset = "classroom" | "lab";

export type ClockRate = number;

/** Settings of the network that differ from the default (latency 5 to 15 ms, no loss, no duplicates). */
export type NetworkPatch = {
  /** The shortest and the longest latency, in ms. */
  latency?: [Milliseconds, Milliseconds] | null;
  /** The fraction of messages that are lost, from 0 to 1. */
  loss?: Probability | null;
  /** The fraction of messages that are sent twice, from 0 to 1. */
  duplicate?: Probability | null;
};

/** Settings of the disks that differ from the default (no write delay, 20 ms for a snapshot). */
export type StoragePatch = {
  /** The shortest and the longest time until a write is durable, in ms. */
  write_delay?: [Milliseconds, Milliseconds] | null;
  /** The shortest and the longest time to build a snapshot, in ms, in addition to 1 µs per byte. */
  snapshot_delay?: [Milliseconds, Milliseconds] | null;
  /** The shortest and the longest time until one entry is applied, in ms. Default: none. */
  apply_delay?: [Milliseconds, Milliseconds] | null;
};

/** The initial state of one node. */
export type Start = {
  /** The current term. Default: the term of the last entry. */
  term?: number | null;
  /** The node that received its vote in that term. Default for a leader: itself. */
  voted_for?: number | null;
  /** The log, from index 1 or from the index after the snapshot. */
  log?: StartEntry[];
  /** The snapshot, if any. */
  snapshot?: StartSnapshot | null;
  /** The commit index and last applied index when the run begins. Volatile: lost in a crash. */
  commit?: number | null;
  /** The role. A leader at the start leads its term without having appended an entry of that term. */
  role?: StartRole | null;
  /** For a leader: the match index of each follower. */
  match?: { [key: string]: number } | null;
};

export type StartEntry = number | {
  term: number;
  set?: string[];
  delete?: string;
  if?: string | null;
  blank?: true;
  members?: StartMembers;
  client?: number;
  serial?: number;
};

export type StartMembers = number[] | {
  voters: number[][];
  learners?: number[];
};

/** The initial snapshot of a node. */
export type StartSnapshot = {
  /** The last included index. */
  index: number;
  /** The last included term. */
  term: number;
  /** The state machine at that index. */
  state?: { [key: string]: string };
  /** The configuration in force at that index. Default: that of `nodes` and `learners`. */
  members?: StartMembers | null;
};

/** The initial role of a node that is not a follower. */
export type StartRole = "leader";
