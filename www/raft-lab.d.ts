// The JavaScript API of Raft Lab. The running lab of the page is `window.raftLab`; a script makes others with
// `new window.raftLab.constructor(scenario)`. Made from the Rust types: `cargo test --test schema -- --ignored` writes it anew.

/** A running lab. What is refused throws an `Error` whose message names the place; the lab is then as it was. */
export class RaftLab {
  /** Builds the cluster of a scenario, an object or its JSON text, and starts its nodes at time 0. */
  constructor(scenario: Scenario | string);
  /** The virtual clock, in milliseconds. */
  readonly now: Milliseconds;
  /** Lets virtual time pass. False if the run has halted. */
  advance(ms: Milliseconds): boolean;
  /** One step. False if nothing of that kind happens within 10 s. */
  step(kind: "event" | "message" | "transition"): boolean;
  /** Runs until a condition holds, for so much virtual time at most. Whether it holds then. */
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
type Untimed<A> = A extends unknown ? Omit<A, "at" | "after" | "polls" | "when"> : never;

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
  clients: { writes: number; acknowledged: number; refused: number; unknown: number; reads: number };
  invariants: {
    name: Invariant;
    held: boolean;
    violation?: { event: number; nodes: number[]; entries: number[]; text: string };
  }[];
  expect: { held: boolean; expected: Condition }[];
}

/** How a cluster starts, what is done to it, and what should then hold. */
export type Scenario = {
  format: "raft-lab/1";
  /** A name for people. */
  title?: string;
  /** What it shows, in Markdown. */
  description?: string;
  /** What chance begins with: at most 2^53 − 1. */
  seed?: number;
  /** Where the settings start from. */
  preset?: Preset | null;
  /** The voters. */
  nodes: number[];
  /** Nodes that receive the log without a vote. */
  learners?: number[];
  /** Settings that differ from the preset's. */
  config?: ConfigPatch;
  /** What the network does to messages. */
  network?: NetworkPatch;
  /** How long the disks take. */
  storage?: StoragePatch;
  /** Rules that no node obeys. */
  rules_off?: Rule[];
  /** What nodes start with; an empty log, if they are not named. */
  start?: { [key: string]: Start };
  actions?: Action[];
  stop?: Stop;
  expect?: Condition[];
};

export type Action = {
  /** Whose. */
  node: number;
  do: "campaign";
  at?: Milliseconds;
  when?: Condition;
  after?: number;
  polls?: number;
} | {
  /** Whose. */
  node: number;
  /** How long from now. */
  in: Milliseconds;
  do: "timer";
  at?: Milliseconds;
  when?: Condition;
  after?: number;
  polls?: number;
} | {
  /** The key. */
  key: string;
  /** The value. */
  value: string;
  /** The node to ask, whatever it is. */
  node?: number | null;
  /** Which client asks. Default 1. */
  client?: number | null;
  do: "write";
  at?: Milliseconds;
  when?: Condition;
  after?: number;
  polls?: number;
} | {
  /** The key. */
  key: string;
  /** The node to ask, whatever it is. */
  node?: number | null;
  /** Which client asks. Default 1. */
  client?: number | null;
  do: "read";
  at?: Milliseconds;
  when?: Condition;
  after?: number;
  polls?: number;
} | {
  /** How many writes. */
  count: number;
  /** An open loop: one write each so often, whatever becomes of the others; 0 is all at once. */
  every?: Milliseconds | null;
  /** A closed loop of so many clients, each writing again when it is answered. Default 1. */
  clients?: number | null;
  /** The length of each value. Default: the number of the write. */
  value_bytes?: number | null;
  do: "write_many";
  at?: Milliseconds;
  when?: Condition;
  after?: number;
  polls?: number;
} | {
  /** The groups. */
  groups: number[][];
  do: "partition";
  at?: Milliseconds;
  when?: Condition;
  after?: number;
  polls?: number;
} | {
  /** The links, as [from, to]. */
  links: ([number, number])[];
  /** A name by which they can be rejoined. */
  name?: string | null;
  do: "cut";
  at?: Milliseconds;
  when?: Condition;
  after?: number;
  polls?: number;
} | {
  /** The links, as [from, to]. */
  links?: ([number, number])[] | null;
  /** The name of a cut. */
  name?: string | null;
  do: "join";
  at?: Milliseconds;
  when?: Condition;
  after?: number;
  polls?: number;
} | {
  do: "heal";
  at?: Milliseconds;
  when?: Condition;
  after?: number;
  polls?: number;
} | {
  /** Only links from this node. */
  from?: number | null;
  /** Only links to this node. */
  to?: number | null;
  /** The range that latencies are drawn from. */
  latency?: [Milliseconds, Milliseconds] | null;
  /** The fraction of messages that is lost. */
  loss?: Probability | null;
  /** The fraction of messages that are sent twice. */
  duplicate?: Probability | null;
  do: "link";
  at?: Milliseconds;
  when?: Condition;
  after?: number;
  polls?: number;
} | {
  /** This message, and no other; the other fields are left out then. */
  id?: number | null;
  /** Only messages from this node. */
  from?: number | null;
  /** Only messages to this node. */
  to?: number | null;
  /** Only messages of this kind. */
  kind?: MessageKind | null;
  /** Only chunks that begin at this offset. */
  offset?: number | null;
  /** Only appends that carry the entry at this index. */
  index?: number | null;
  /** So many: of the messages that are still to be sent (`hold`, `drop`: in addition to all that are in flight), or of those in flight, the oldest first (all others). */
  count?: number | null;
  do: "drop";
  at?: Milliseconds;
  when?: Condition;
  after?: number;
  polls?: number;
} | {
  /** This message, and no other; the other fields are left out then. */
  id?: number | null;
  /** Only messages from this node. */
  from?: number | null;
  /** Only messages to this node. */
  to?: number | null;
  /** Only messages of this kind. */
  kind?: MessageKind | null;
  /** Only chunks that begin at this offset. */
  offset?: number | null;
  /** Only appends that carry the entry at this index. */
  index?: number | null;
  /** So many: of the messages that are still to be sent (`hold`, `drop`: in addition to all that are in flight), or of those in flight, the oldest first (all others). */
  count?: number | null;
  do: "hold";
  at?: Milliseconds;
  when?: Condition;
  after?: number;
  polls?: number;
} | {
  /** This message, and no other; the other fields are left out then. */
  id?: number | null;
  /** Only messages from this node. */
  from?: number | null;
  /** Only messages to this node. */
  to?: number | null;
  /** Only messages of this kind. */
  kind?: MessageKind | null;
  /** Only chunks that begin at this offset. */
  offset?: number | null;
  /** Only appends that carry the entry at this index. */
  index?: number | null;
  /** So many: of the messages that are still to be sent (`hold`, `drop`: in addition to all that are in flight), or of those in flight, the oldest first (all others). */
  count?: number | null;
  do: "release";
  at?: Milliseconds;
  when?: Condition;
  after?: number;
  polls?: number;
} | {
  /** So much later. */
  by: Milliseconds;
  /** This message, and no other; the other fields are left out then. */
  id?: number | null;
  /** Only messages from this node. */
  from?: number | null;
  /** Only messages to this node. */
  to?: number | null;
  /** Only messages of this kind. */
  kind?: MessageKind | null;
  /** Only chunks that begin at this offset. */
  offset?: number | null;
  /** Only appends that carry the entry at this index. */
  index?: number | null;
  /** So many: of the messages that are still to be sent (`hold`, `drop`: in addition to all that are in flight), or of those in flight, the oldest first (all others). */
  count?: number | null;
  do: "delay";
  at?: Milliseconds;
  when?: Condition;
  after?: number;
  polls?: number;
} | {
  /** This message, and no other; the other fields are left out then. */
  id?: number | null;
  /** Only messages from this node. */
  from?: number | null;
  /** Only messages to this node. */
  to?: number | null;
  /** Only messages of this kind. */
  kind?: MessageKind | null;
  /** Only chunks that begin at this offset. */
  offset?: number | null;
  /** Only appends that carry the entry at this index. */
  index?: number | null;
  /** So many: of the messages that are still to be sent (`hold`, `drop`: in addition to all that are in flight), or of those in flight, the oldest first (all others). */
  count?: number | null;
  do: "duplicate";
  at?: Milliseconds;
  when?: Condition;
  after?: number;
  polls?: number;
} | {
  /** This message, and no other; the other fields are left out then. */
  id?: number | null;
  /** Only messages from this node. */
  from?: number | null;
  /** Only messages to this node. */
  to?: number | null;
  /** Only messages of this kind. */
  kind?: MessageKind | null;
  /** Only chunks that begin at this offset. */
  offset?: number | null;
  /** Only appends that carry the entry at this index. */
  index?: number | null;
  /** So many: of the messages that are still to be sent (`hold`, `drop`: in addition to all that are in flight), or of those in flight, the oldest first (all others). */
  count?: number | null;
  do: "deliver";
  at?: Milliseconds;
  when?: Condition;
  after?: number;
  polls?: number;
} | {
  /** Which. */
  node: number;
  do: "crash";
  at?: Milliseconds;
  when?: Condition;
  after?: number;
  polls?: number;
} | {
  /** Which. */
  node: number;
  do: "restart";
  at?: Milliseconds;
  when?: Condition;
  after?: number;
  polls?: number;
} | {
  /** Which. */
  node: number;
  do: "pause";
  at?: Milliseconds;
  when?: Condition;
  after?: number;
  polls?: number;
} | {
  /** Which. */
  node: number;
  do: "resume";
  at?: Milliseconds;
  when?: Condition;
  after?: number;
  polls?: number;
} | {
  /** Whose. */
  node: number;
  /** The range that the time until a write is durable is drawn from. */
  write_delay?: [Milliseconds, Milliseconds] | null;
  /** Whether reading and writing fail. The node shuts down when it notices. */
  fail?: boolean | null;
  do: "disk";
  at?: Milliseconds;
  when?: Condition;
  after?: number;
  polls?: number;
} | {
  /** Which. */
  node: number;
  /** Of the state at this index; of all that is applied, if it is left out. */
  index?: number | null;
  do: "snapshot";
  at?: Milliseconds;
  when?: Condition;
  after?: number;
  polls?: number;
} | {
  /** Which. */
  node: number;
  do: "add_learner";
  at?: Milliseconds;
  when?: Condition;
  after?: number;
  polls?: number;
} | {
  /** The voters from then on. */
  voters: number[];
  do: "members";
  at?: Milliseconds;
  when?: Condition;
  after?: number;
  polls?: number;
} | {
  /** To this voter. */
  to: number;
  do: "transfer";
  at?: Milliseconds;
  when?: Condition;
  after?: number;
  polls?: number;
} | {
  /** The shortest time without a valid leader after which a follower campaigns, in ms. */
  election_timeout_min?: Milliseconds | null;
  /** The end, exclusive, of the range that election timeouts are drawn from, in ms. */
  election_timeout_max?: Milliseconds | null;
  /** How often a leader makes itself heard; also the time limit of one append, in ms. */
  heartbeat_interval?: Milliseconds | null;
  /** The most entries that one append carries. */
  max_payload_entries?: number | null;
  /** A follower that is further behind than this is lagging. */
  replication_lag_threshold?: number | null;
  /** When a node makes a snapshot. */
  snapshot_policy?: SnapshotPolicy | null;
  /** The most bytes of a snapshot that one chunk carries. */
  snapshot_max_chunk_size?: number | null;
  /** The time limit of one chunk, in ms. */
  install_snapshot_timeout?: Milliseconds | null;
  /** A follower that refuses an append says where to look next; else the leader steps back one by one. */
  conflict_hint?: boolean | null;
  /** A node asks whether it could win before it campaigns. */
  pre_vote?: boolean | null;
  /** A leader that does not hear from a majority steps down. */
  check_quorum?: boolean | null;
  do: "config";
  at?: Milliseconds;
  when?: Condition;
  after?: number;
  polls?: number;
} | {
  /** Which. */
  name: Rule;
  /** Whether it is obeyed. */
  on: boolean;
  do: "rule";
  at?: Milliseconds;
  when?: Condition;
  after?: number;
  polls?: number;
} | {
  /** The text. */
  text: string;
  do: "note";
  at?: Milliseconds;
  when?: Condition;
  after?: number;
  polls?: number;
};

export type Milliseconds = number;

export type Probability = number;

/** Selects messages: those of which everything that is given holds. With nothing given, all. */
export type Selector = {
  /** This message, and no other; the other fields are left out then. */
  id?: number | null;
  /** Only messages from this node. */
  from?: number | null;
  /** Only messages to this node. */
  to?: number | null;
  /** Only messages of this kind. */
  kind?: MessageKind | null;
  /** Only chunks that begin at this offset. */
  offset?: number | null;
  /** Only appends that carry the entry at this index. */
  index?: number | null;
  /** So many: of the messages that are still to be sent (`hold`, `drop`: in addition to all that are in flight), or of those in flight, the oldest first (all others). */
  count?: number | null;
};

export type MessageKind = "append" | "heartbeat" | "append-answer" | "vote" | "vote-answer" | "chunk" | "chunk-answer" | "pre-vote" | "pre-vote-answer" | "timeout-now";

/** A selector, and how much later the messages arrive. */
export type Delay = {
  /** So much later. */
  by: Milliseconds;
  /** This message, and no other; the other fields are left out then. */
  id?: number | null;
  /** Only messages from this node. */
  from?: number | null;
  /** Only messages to this node. */
  to?: number | null;
  /** Only messages of this kind. */
  kind?: MessageKind | null;
  /** Only chunks that begin at this offset. */
  offset?: number | null;
  /** Only appends that carry the entry at this index. */
  index?: number | null;
  /** So many: of the messages that are still to be sent (`hold`, `drop`: in addition to all that are in flight), or of those in flight, the oldest first (all others). */
  count?: number | null;
};

/** Settings of the nodes that differ from a preset's, or from what they were. */
export type ConfigPatch = {
  /** The shortest time without a valid leader after which a follower campaigns, in ms. */
  election_timeout_min?: Milliseconds | null;
  /** The end, exclusive, of the range that election timeouts are drawn from, in ms. */
  election_timeout_max?: Milliseconds | null;
  /** How often a leader makes itself heard; also the time limit of one append, in ms. */
  heartbeat_interval?: Milliseconds | null;
  /** The most entries that one append carries. */
  max_payload_entries?: number | null;
  /** A follower that is further behind than this is lagging. */
  replication_lag_threshold?: number | null;
  /** When a node makes a snapshot. */
  snapshot_policy?: SnapshotPolicy | null;
  /** The most bytes of a snapshot that one chunk carries. */
  snapshot_max_chunk_size?: number | null;
  /** The time limit of one chunk, in ms. */
  install_snapshot_timeout?: Milliseconds | null;
  /** A follower that refuses an append says where to look next; else the leader steps back one by one. */
  conflict_hint?: boolean | null;
  /** A node asks whether it could win before it campaigns. */
  pre_vote?: boolean | null;
  /** A leader that does not hear from a majority steps down. */
  check_quorum?: boolean | null;
};

/** When a node makes a snapshot. */
export type SnapshotPolicy = {
  /** When so many entries are applied since the last one. */
  logs_since_last: number;
};

export type Rule = "majority" | "one-vote-per-term" | "persist-vote" | "election-restriction" | "lexicographic-up-to-date" | "commit-own-term-only" | "reject-stale-term" | "log-matching-check" | "check-heartbeats-too" | "commit-only-what-is-proven" | "truncate-only-on-conflict" | "truncate-on-conflict" | "match-needs-proof" | "match-starts-at-zero" | "conflict-search-whole-log" | "refill-at-line-rate" | "back-off-when-unreachable" | "apply-from-storage" | "heartbeats-while-snapshotting" | "one-snapshot-per-stream" | "ignore-old-snapshots" | "keep-suffix-after-snapshot" | "blank-entry-on-election" | "confirm-reads" | "joint-consensus" | "count-members-only" | "count-new-members" | "sync-before-answer" | "adopt-higher-term" | "randomized-timeouts" | "leader-stickiness";

export type Stop = {
  at?: Milliseconds;
  when?: Condition;
  on_violation?: OnViolation;
};

export type Condition = NodeIs | StreamIs | EventWas | {
  leader: LeaderIs;
} | {
  converged: boolean;
} | {
  clients: ClientsAre;
} | {
  violated: Violated;
} | {
  outcome: OutcomeIs;
} | {
  visited: Condition;
} | {
  not: Condition;
} | {
  all: Condition[];
} | {
  any: Condition[];
};

/** Who leads: anyone, nobody, a node, or someone in a term. */
export type LeaderIs = boolean | number | {
  /** The term. */
  term: Number;
};

/** A number, exact or within bounds. */
export type Number = number | Range;

/** Bounds, both included. */
export type Range = {
  /** The least. */
  min?: number | null;
  /** The most. */
  max?: number | null;
};

/** How many requests stand how. */
export type ClientsAre = {
  /** Writes and reads that were answered with success. */
  acknowledged?: Number | null;
  /** Requests that are not answered yet. */
  unanswered?: Number | null;
  /** Requests that were refused. */
  refused?: Number | null;
  /** Requests of which nobody knows. */
  unknown?: Number | null;
};

/** Which promise was broken: this one, any, or none. */
export type Violated = boolean | Invariant;

export type Invariant = "election-safety" | "leader-append-only" | "log-matching" | "leader-completeness" | "state-machine-safety" | "votes-kept" | "monotonic" | "applied-once" | "match-is-true" | "acknowledged-kept" | "linearizable";

/** What holds of at least one request. */
export type OutcomeIs = {
  /** Whose. */
  client?: number | null;
  /** Its number. */
  op?: number | null;
  /** What is known of it. "sent" counts as waiting. */
  result: ClientResult;
  /** What was read. */
  value?: string | null;
};

export type ClientResult = "waiting" | "sent" | "ok" | "refused" | "unknown";

/** What holds of one or several nodes. */
export type NodeIs = {
  /** Which. */
  node: Which;
  /** Whether it runs. */
  alive?: boolean | null;
  /** Its role. */
  role?: Role | null;
  /** Its term. */
  term?: Number | null;
  /** Whom it voted for; 0 is nobody. */
  voted_for?: number | null;
  /** Its commit index. */
  commit?: Number | null;
  /** How far it has applied. */
  applied?: Number | null;
  /** Its last index. */
  last_index?: Number | null;
  /** The terms of its retained entries. */
  log?: number[] | null;
  /** The terms of its first entries, from index 1. */
  log_prefix?: number[] | null;
  /** One of its entries. */
  entry?: EntryIs | null;
  /** Its snapshot. */
  snapshot?: SnapshotIs | null;
  /** The configuration in force. */
  members?: MembersAre | null;
  /** Keys of its state machine; others do not matter. */
  state?: { [key: string]: string } | null;
};

/** Which nodes a condition speaks of. */
export type Which = number | number[] | Live;

/** Which of the live nodes. */
export type Live = "all" | "any";

export type Role = "learner" | "follower" | "candidate" | "leader" | "shutdown";

/** What holds of one entry. */
export type EntryIs = {
  /** Its index. */
  index: number;
  /** Its term. */
  term?: number | null;
  /** What it sets. */
  set?: [string, string] | null;
};

/** What holds of a snapshot. */
export type SnapshotIs = {
  /** The last index that it includes. */
  index?: Number | null;
  /** The term there. */
  term?: Number | null;
  /** Its size. */
  bytes?: Number | null;
};

/** What holds of a configuration, as a report shows it. */
export type MembersAre = {
  /** The sets of voters: two while the configuration changes. */
  voters?: number[][] | null;
  /** The learners. */
  learners?: number[] | null;
  /** The index of its entry in the log; 0 for the one that the cluster began with. */
  index?: Number | null;
};

/** What holds of one stream. */
export type StreamIs = {
  /** The leader and the target. */
  stream: [number, number];
  /** Its state. */
  state?: StreamState | null;
  /** Its next index. */
  next?: Number | null;
  /** Its match index. */
  match?: Number | null;
  /** How far the target is behind. */
  lag?: Number | null;
};

export type StreamState = "line-rate" | "lagging" | "snapshotting" | "shutdown";

export type EventWas = {
  event: "started";
  at?: number;
  n?: number;
  count?: Number;
  node?: number;
  term?: number;
  voted_for?: number | null;
  last_index?: number;
} | {
  event: "role";
  at?: number;
  n?: number;
  count?: Number;
  node?: number;
  from?: "learner" | "follower" | "candidate" | "leader" | "shutdown" | null;
  to?: "learner" | "follower" | "candidate" | "leader" | "shutdown";
  term?: number;
  why?: "started" | "election timeout" | "told to campaign" | "a majority voted for it" | "saw a higher term" | "another node leads this term" | "storage failed" | "the leader hands over" | "no majority answers" | "the configuration changed" | "no longer a member";
} | {
  event: "term";
  at?: number;
  n?: number;
  count?: Number;
  node?: number;
  from?: number;
  to?: number;
} | {
  event: "leader";
  at?: number;
  n?: number;
  count?: Number;
  node?: number;
  leader?: number | null;
} | {
  event: "timer";
  at?: number;
  n?: number;
  count?: Number;
  node?: number;
  deadline?: number | null;
} | {
  event: "vote";
  at?: number;
  n?: number;
  count?: Number;
  node?: number;
  candidate?: number;
  term?: number;
  granted?: boolean;
  why?: "log is up to date and the vote was free" | "votes for itself" | "the candidate's term is over" | "already voted for another in this term" | "the candidate's log is behind" | "hears from a leader";
} | {
  event: "pre-vote-begun";
  at?: number;
  n?: number;
  count?: Number;
  node?: number;
  term?: number;
  why?: "started" | "election timeout" | "told to campaign" | "a majority voted for it" | "saw a higher term" | "another node leads this term" | "storage failed" | "the leader hands over" | "no majority answers" | "the configuration changed" | "no longer a member";
} | {
  event: "pre-vote";
  at?: number;
  n?: number;
  count?: Number;
  node?: number;
  candidate?: number;
  term?: number;
  granted?: boolean;
  why?: "log is up to date and the vote was free" | "votes for itself" | "the candidate's term is over" | "already voted for another in this term" | "the candidate's log is behind" | "hears from a leader";
} | {
  event: "pre-vote-counted";
  at?: number;
  n?: number;
  count?: Number;
  node?: number;
  voter?: number;
  term?: number;
  granted?: boolean;
} | {
  event: "transfer-begun";
  at?: number;
  n?: number;
  count?: Number;
  node?: number;
  target?: number;
} | {
  event: "transfer-given-up";
  at?: number;
  n?: number;
  count?: Number;
  node?: number;
  target?: number;
} | {
  event: "transfer-refused";
  at?: number;
  n?: number;
  count?: Number;
  node?: number;
  target?: number;
  why?: "this node does not lead" | "it leads already" | "it has no vote";
} | {
  event: "read-confirmed";
  at?: number;
  n?: number;
  count?: Number;
  node?: number;
  read_index?: number;
  applied?: number;
} | {
  event: "vote-counted";
  at?: number;
  n?: number;
  count?: Number;
  node?: number;
  voter?: number;
  term?: number;
  granted?: boolean;
} | {
  event: "append";
  at?: number;
  n?: number;
  count?: Number;
  node?: number;
  entry?: {
  };
} | {
  event: "truncate";
  at?: number;
  n?: number;
  count?: Number;
  node?: number;
  first?: number;
  last?: number;
} | {
  event: "commit";
  at?: number;
  n?: number;
  count?: Number;
  node?: number;
  from?: number;
  to?: number;
} | {
  event: "apply";
  at?: number;
  n?: number;
  count?: Number;
  node?: number;
  index?: number;
} | {
  event: "stream-state";
  at?: number;
  n?: number;
  count?: Number;
  node?: number;
  target?: number;
  from?: "line-rate" | "lagging" | "snapshotting" | "shutdown" | null;
  to?: "line-rate" | "lagging" | "snapshotting" | "shutdown";
  why?: "new leader" | "caught up" | "lag above the threshold" | "append refused" | "saw a higher term" | "terminated" | "storage failed" | "needed entries are compacted" | "too far behind for the log" | "snapshot installed";
} | {
  event: "next";
  at?: number;
  n?: number;
  count?: Number;
  node?: number;
  target?: number;
  from?: number;
  to?: number;
} | {
  event: "match";
  at?: number;
  n?: number;
  count?: Number;
  node?: number;
  target?: number;
  from?: number;
  to?: number;
} | {
  event: "match-lost";
  at?: number;
  n?: number;
  count?: Number;
  node?: number;
  target?: number;
  from?: number;
  to?: number;
} | {
  event: "buffer";
  at?: number;
  n?: number;
  count?: Number;
  node?: number;
  target?: number;
  replication?: number;
  replication_first?: number;
  outbound?: number;
} | {
  event: "answered";
  at?: number;
  n?: number;
  count?: Number;
  node?: number;
  target?: number;
  rpc?: number;
  success?: boolean;
  late?: boolean;
  counted?: boolean;
} | {
  event: "timed-out";
  at?: number;
  n?: number;
  count?: Number;
  node?: number;
  target?: number;
  rpc?: number;
} | {
  event: "unreachable";
  at?: number;
  n?: number;
  count?: Number;
  node?: number;
  target?: number;
  rpc?: number;
} | {
  event: "snapshot-offered";
  at?: number;
  n?: number;
  count?: Number;
  node?: number;
  target?: number;
  snapshot?: {
  };
} | {
  event: "chunk-sent";
  at?: number;
  n?: number;
  count?: Number;
  node?: number;
  target?: number;
  snapshot?: number;
  offset?: number;
  bytes?: number;
  done?: boolean;
  chunks_sent?: number;
} | {
  event: "chunk-answered";
  at?: number;
  n?: number;
  count?: Number;
  node?: number;
  target?: number;
  snapshot?: number;
  offset?: number;
  installed?: boolean;
  late?: boolean;
  counted?: boolean;
} | {
  event: "chunk-failed";
  at?: number;
  n?: number;
  count?: Number;
  node?: number;
  target?: number;
  snapshot?: number;
  offset?: number;
} | {
  event: "chunk";
  at?: number;
  n?: number;
  count?: Number;
  node?: number;
  snapshot?: number;
  index?: number;
  received?: number;
} | {
  event: "installed";
  at?: number;
  n?: number;
  count?: Number;
  node?: number;
  snapshot?: {
  };
  kept_suffix?: boolean;
} | {
  event: "compaction-begun";
  at?: number;
  n?: number;
  count?: Number;
  node?: number;
  index?: number;
} | {
  event: "compaction-done";
  at?: number;
  n?: number;
  count?: Number;
  node?: number;
  snapshot?: {
  };
  first_index?: number;
} | {
  event: "compaction-discarded";
  at?: number;
  n?: number;
  count?: Number;
  node?: number;
  index?: number;
} | {
  event: "durable";
  at?: number;
  n?: number;
  count?: Number;
  node?: number;
  index?: number;
} | {
  event: "storage-failed";
  at?: number;
  n?: number;
  count?: Number;
  node?: number;
  error?: string;
} | {
  event: "sent";
  at?: number;
  n?: number;
  count?: Number;
  id?: number;
  from?: number;
  to?: number;
  kind?: "append" | "heartbeat" | "append-answer" | "vote" | "vote-answer" | "chunk" | "chunk-answer" | "pre-vote" | "pre-vote-answer" | "timeout-now";
  /** The request that this answers. */
  re?: number | null;
  /** The message of which this is a copy that the network made. */
  copy_of?: number | null;
  arrives?: number;
} | {
  event: "delivered";
  at?: number;
  n?: number;
  count?: Number;
  id?: number;
  from?: number;
  to?: number;
  kind?: "append" | "heartbeat" | "append-answer" | "vote" | "vote-answer" | "chunk" | "chunk-answer" | "pre-vote" | "pre-vote-answer" | "timeout-now";
} | {
  event: "lost";
  at?: number;
  n?: number;
  count?: Number;
  id?: number;
  from?: number;
  to?: number;
  kind?: "append" | "heartbeat" | "append-answer" | "vote" | "vote-answer" | "chunk" | "chunk-answer" | "pre-vote" | "pre-vote-answer" | "timeout-now";
  why?: "chance" | "link is cut" | "receiver is down" | "nobody waits for this answer" | "dropped by hand";
} | {
  event: "held";
  at?: number;
  n?: number;
  count?: Number;
  id?: number;
  from?: number;
  to?: number;
  kind?: "append" | "heartbeat" | "append-answer" | "vote" | "vote-answer" | "chunk" | "chunk-answer" | "pre-vote" | "pre-vote-answer" | "timeout-now";
} | {
  event: "released";
  at?: number;
  n?: number;
  count?: Number;
  id?: number;
  from?: number;
  to?: number;
  kind?: "append" | "heartbeat" | "append-answer" | "vote" | "vote-answer" | "chunk" | "chunk-answer" | "pre-vote" | "pre-vote-answer" | "timeout-now";
  arrives?: number;
} | {
  event: "delayed";
  at?: number;
  n?: number;
  count?: Number;
  id?: number;
  from?: number;
  to?: number;
  kind?: "append" | "heartbeat" | "append-answer" | "vote" | "vote-answer" | "chunk" | "chunk-answer" | "pre-vote" | "pre-vote-answer" | "timeout-now";
  arrives?: number;
} | {
  event: "trap-set";
  at?: number;
  n?: number;
  count?: Number;
  trap?: number;
  does?: "drop" | "hold";
} | {
  event: "trap-gone";
  at?: number;
  n?: number;
  count?: Number;
  trap?: number;
} | {
  event: "pause";
  at?: number;
  n?: number;
  count?: Number;
  node?: number;
} | {
  event: "resume";
  at?: number;
  n?: number;
  count?: Number;
  node?: number;
} | {
  event: "disk";
  at?: number;
  n?: number;
  count?: Number;
  node?: number;
  write_delay?: [number, number];
  fails?: boolean;
} | {
  event: "config";
  at?: number;
  n?: number;
  count?: Number;
} | {
  event: "rule";
  at?: number;
  n?: number;
  count?: Number;
  name?: "majority" | "one-vote-per-term" | "persist-vote" | "election-restriction" | "lexicographic-up-to-date" | "commit-own-term-only" | "reject-stale-term" | "log-matching-check" | "check-heartbeats-too" | "commit-only-what-is-proven" | "truncate-only-on-conflict" | "truncate-on-conflict" | "match-needs-proof" | "match-starts-at-zero" | "conflict-search-whole-log" | "refill-at-line-rate" | "back-off-when-unreachable" | "apply-from-storage" | "heartbeats-while-snapshotting" | "one-snapshot-per-stream" | "ignore-old-snapshots" | "keep-suffix-after-snapshot" | "blank-entry-on-election" | "confirm-reads" | "joint-consensus" | "count-members-only" | "count-new-members" | "sync-before-answer" | "adopt-higher-term" | "randomized-timeouts" | "leader-stickiness";
  on?: boolean;
} | {
  event: "crash";
  at?: number;
  n?: number;
  count?: Number;
  node?: number;
  kept?: {
  };
} | {
  event: "restart";
  at?: number;
  n?: number;
  count?: Number;
  node?: number;
} | {
  event: "new-node";
  at?: number;
  n?: number;
  count?: Number;
  node?: number;
} | {
  event: "link";
  at?: number;
  n?: number;
  count?: Number;
  /** Only links from this node. */
  from?: number | null;
  /** Only links to this node. Where neither is said, those of later nodes too. */
  to?: number | null;
  /** The range that latencies are drawn from; null is as before. */
  latency?: [number, number] | null;
  /** The fraction of messages that is lost; null is as before. */
  loss?: number | null;
  /** The fraction of messages that are sent twice; null is as before. */
  duplicate?: number | null;
} | {
  event: "cut";
  at?: number;
  n?: number;
  count?: Number;
  links?: ([number, number])[];
  name?: string | null;
} | {
  event: "join";
  at?: number;
  n?: number;
  count?: Number;
  links?: ([number, number])[];
} | {
  event: "client";
  at?: number;
  n?: number;
  count?: Number;
  client?: number;
  op?: number;
  key?: string;
  value?: string | null;
  node?: number | null;
  result?: "waiting" | "sent" | "ok" | "refused" | "unknown";
  /** The entry that a write became, once it is done. */
  index?: number | null;
  /** What a read gave, once it is answered; none is "no value". */
  read?: string | null;
} | {
  event: "members";
  at?: number;
  n?: number;
  count?: Number;
  voters?: number[] | null;
  learner?: number | null;
  /** Who was asked; none while nobody leads. */
  node?: number | null;
  /** What came of it; none until that is known. */
  result?: "done" | "this node does not lead" | "another change is under way" | "a cluster without voters could do nothing" | "it is so already" | "the leader lost its office meanwhile" | null;
} | {
  event: "violation";
  at?: number;
  n?: number;
  count?: Number;
  invariant?: "election-safety" | "leader-append-only" | "log-matching" | "leader-completeness" | "state-machine-safety" | "votes-kept" | "monotonic" | "applied-once" | "match-is-true" | "acknowledged-kept" | "linearizable";
  nodes?: number[];
  entries?: number[];
  text?: string;
} | {
  event: "note";
  at?: number;
  n?: number;
  count?: Number;
  text?: string;
};

/** Which broken promises end a run. */
export type OnViolation = boolean | Invariant;

/** A set of settings. */
export type Preset = "classroom" | "lab";

/** What the network does to messages, where it differs from the default (5 to 15 ms, none lost, none doubled). */
export type NetworkPatch = {
  /** The shortest and the longest latency, in ms. */
  latency?: [Milliseconds, Milliseconds] | null;
  /** The fraction of messages that is lost. */
  loss?: Probability | null;
  /** The fraction of messages that is sent twice. */
  duplicate?: Probability | null;
};

/** How long the disks take, where that differs from the default (nothing, and 20 ms for a snapshot). */
export type StoragePatch = {
  /** The shortest and the longest time until a write is durable, in ms. */
  write_delay?: [Milliseconds, Milliseconds] | null;
  /** The shortest and the longest time that a snapshot takes, in ms; a microsecond for each byte comes on top. */
  snapshot_delay?: [Milliseconds, Milliseconds] | null;
};

/** What one node starts with. */
export type Start = {
  /** Its term; that of its last entry, if left out. */
  term?: number | null;
  /** Whom it voted for in that term; a leader, itself. */
  voted_for?: number | null;
  /** Its log, from index 1, or from behind the snapshot. */
  log?: StartEntry[];
  /** Its snapshot. */
  snapshot?: StartSnapshot | null;
  /** How far it knows its log to be committed, and has applied it, when the run begins. Like all that is not durable, it is forgotten in a crash. */
  commit?: number | null;
  /** It leads its term already, without the first entry of a leader. */
  role?: StartRole | null;
  /** As a leader: how far each follower's log is proven to agree. */
  match?: { [key: string]: number } | null;
};

export type StartEntry = number | {
  term: number;
  set?: string[];
  blank?: true;
  members?: number[];
};

/** A snapshot that a node starts with. */
export type StartSnapshot = {
  /** The last index that it includes. */
  index: number;
  /** The term there. */
  term: number;
  /** The state machine. */
  state?: { [key: string]: string };
};

/** What a node is when the run begins, if it is not what it would be by itself. */
export type StartRole = "leader";
