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
  actions?: Action[];
  /** Settings that differ from the preset's. */
  config?: ConfigPatch;
  /** What it shows, in Markdown. */
  description?: string;
  expect?: Condition[];
  format: "raft-lab/1";
  /** Nodes that receive the log without a vote. */
  learners?: number[];
  /** What the network does to messages. */
  network?: NetworkPatch;
  /** The voters. */
  nodes: number[];
  /** Where the settings start from. */
  preset?: Preset | null;
  /** Rules that no node obeys. */
  rules_off?: Rule[];
  /** What chance begins with: at most 2^53 − 1. */
  seed?: number;
  /** What nodes start with; an empty log, if they are not named. */
  start?: { [key: string]: Start };
  stop?: Stop;
  /** How long the disks take. */
  storage?: StoragePatch;
  /** A name for people. */
  title?: string;
};

export type Action = {
  after?: number;
  at?: Milliseconds;
  do: "campaign";
  /** Whose. */
  node: number;
  polls?: number;
  when?: Condition;
} | {
  after?: number;
  at?: Milliseconds;
  do: "timer";
  /** How long from now. */
  in: Milliseconds;
  /** Whose. */
  node: number;
  polls?: number;
  when?: Condition;
} | {
  after?: number;
  at?: Milliseconds;
  /** Which client asks. Default 1. */
  client?: number | null;
  do: "write";
  /** The key. */
  key: string;
  /** The node to ask, whatever it is. */
  node?: number | null;
  polls?: number;
  /** The value. */
  value: string;
  when?: Condition;
} | {
  after?: number;
  at?: Milliseconds;
  /** Which client asks. Default 1. */
  client?: number | null;
  do: "read";
  /** The key. */
  key: string;
  /** The node to ask, whatever it is. */
  node?: number | null;
  polls?: number;
  when?: Condition;
} | {
  after?: number;
  at?: Milliseconds;
  /** A closed loop of so many clients, each writing again when it is answered. Default 1. */
  clients?: number | null;
  /** How many writes. */
  count: number;
  do: "write_many";
  /** An open loop: one write each so often, whatever becomes of the others; 0 is all at once. */
  every?: Milliseconds | null;
  polls?: number;
  /** The length of each value. Default: the number of the write. */
  value_bytes?: number | null;
  when?: Condition;
} | {
  after?: number;
  at?: Milliseconds;
  do: "partition";
  /** The groups. */
  groups: number[][];
  polls?: number;
  when?: Condition;
} | {
  after?: number;
  at?: Milliseconds;
  do: "cut";
  /** The links, as [from, to]. */
  links: ([number, number])[];
  /** A name by which they can be rejoined. */
  name?: string | null;
  polls?: number;
  when?: Condition;
} | {
  after?: number;
  at?: Milliseconds;
  do: "join";
  /** The links, as [from, to]. */
  links?: ([number, number])[] | null;
  /** The name of a cut. */
  name?: string | null;
  polls?: number;
  when?: Condition;
} | {
  after?: number;
  at?: Milliseconds;
  do: "heal";
  polls?: number;
  when?: Condition;
} | {
  after?: number;
  at?: Milliseconds;
  do: "link";
  /** The fraction of messages that are sent twice. */
  duplicate?: Probability | null;
  /** Only links from this node. */
  from?: number | null;
  /** The range that latencies are drawn from. */
  latency?: [Milliseconds, Milliseconds] | null;
  /** The fraction of messages that is lost. */
  loss?: Probability | null;
  polls?: number;
  /** Only links to this node. */
  to?: number | null;
  when?: Condition;
} | {
  after?: number;
  at?: Milliseconds;
  /** So many: of the messages that are still to be sent (`hold`, `drop`: in addition to all that are in flight), or of those in flight, the oldest first (all others). */
  count?: number | null;
  do: "drop";
  /** Only messages from this node. */
  from?: number | null;
  /** This message, and no other; the other fields are left out then. */
  id?: number | null;
  /** Only appends that carry the entry at this index. */
  index?: number | null;
  /** Only messages of this kind. */
  kind?: MessageKind | null;
  /** Only chunks that begin at this offset. */
  offset?: number | null;
  polls?: number;
  /** Only messages to this node. */
  to?: number | null;
  when?: Condition;
} | {
  after?: number;
  at?: Milliseconds;
  /** So many: of the messages that are still to be sent (`hold`, `drop`: in addition to all that are in flight), or of those in flight, the oldest first (all others). */
  count?: number | null;
  do: "hold";
  /** Only messages from this node. */
  from?: number | null;
  /** This message, and no other; the other fields are left out then. */
  id?: number | null;
  /** Only appends that carry the entry at this index. */
  index?: number | null;
  /** Only messages of this kind. */
  kind?: MessageKind | null;
  /** Only chunks that begin at this offset. */
  offset?: number | null;
  polls?: number;
  /** Only messages to this node. */
  to?: number | null;
  when?: Condition;
} | {
  after?: number;
  at?: Milliseconds;
  /** So many: of the messages that are still to be sent (`hold`, `drop`: in addition to all that are in flight), or of those in flight, the oldest first (all others). */
  count?: number | null;
  do: "release";
  /** Only messages from this node. */
  from?: number | null;
  /** This message, and no other; the other fields are left out then. */
  id?: number | null;
  /** Only appends that carry the entry at this index. */
  index?: number | null;
  /** Only messages of this kind. */
  kind?: MessageKind | null;
  /** Only chunks that begin at this offset. */
  offset?: number | null;
  polls?: number;
  /** Only messages to this node. */
  to?: number | null;
  when?: Condition;
} | {
  after?: number;
  at?: Milliseconds;
  /** So much later. */
  by: Milliseconds;
  /** So many: of the messages that are still to be sent (`hold`, `drop`: in addition to all that are in flight), or of those in flight, the oldest first (all others). */
  count?: number | null;
  do: "delay";
  /** Only messages from this node. */
  from?: number | null;
  /** This message, and no other; the other fields are left out then. */
  id?: number | null;
  /** Only appends that carry the entry at this index. */
  index?: number | null;
  /** Only messages of this kind. */
  kind?: MessageKind | null;
  /** Only chunks that begin at this offset. */
  offset?: number | null;
  polls?: number;
  /** Only messages to this node. */
  to?: number | null;
  when?: Condition;
} | {
  after?: number;
  at?: Milliseconds;
  /** So many: of the messages that are still to be sent (`hold`, `drop`: in addition to all that are in flight), or of those in flight, the oldest first (all others). */
  count?: number | null;
  do: "duplicate";
  /** Only messages from this node. */
  from?: number | null;
  /** This message, and no other; the other fields are left out then. */
  id?: number | null;
  /** Only appends that carry the entry at this index. */
  index?: number | null;
  /** Only messages of this kind. */
  kind?: MessageKind | null;
  /** Only chunks that begin at this offset. */
  offset?: number | null;
  polls?: number;
  /** Only messages to this node. */
  to?: number | null;
  when?: Condition;
} | {
  after?: number;
  at?: Milliseconds;
  /** So many: of the messages that are still to be sent (`hold`, `drop`: in addition to all that are in flight), or of those in flight, the oldest first (all others). */
  count?: number | null;
  do: "deliver";
  /** Only messages from this node. */
  from?: number | null;
  /** This message, and no other; the other fields are left out then. */
  id?: number | null;
  /** Only appends that carry the entry at this index. */
  index?: number | null;
  /** Only messages of this kind. */
  kind?: MessageKind | null;
  /** Only chunks that begin at this offset. */
  offset?: number | null;
  polls?: number;
  /** Only messages to this node. */
  to?: number | null;
  when?: Condition;
} | {
  after?: number;
  at?: Milliseconds;
  do: "crash";
  /** Which. */
  node: number;
  polls?: number;
  when?: Condition;
} | {
  after?: number;
  at?: Milliseconds;
  do: "restart";
  /** Which. */
  node: number;
  polls?: number;
  when?: Condition;
} | {
  after?: number;
  at?: Milliseconds;
  do: "pause";
  /** Which. */
  node: number;
  polls?: number;
  when?: Condition;
} | {
  after?: number;
  at?: Milliseconds;
  do: "resume";
  /** Which. */
  node: number;
  polls?: number;
  when?: Condition;
} | {
  after?: number;
  at?: Milliseconds;
  do: "disk";
  /** Whether reading and writing fail. The node shuts down when it notices. */
  fail?: boolean | null;
  /** Whose. */
  node: number;
  polls?: number;
  when?: Condition;
  /** The range that the time until a write is durable is drawn from. */
  write_delay?: [Milliseconds, Milliseconds] | null;
} | {
  after?: number;
  at?: Milliseconds;
  do: "snapshot";
  /** Of the state at this index; of all that is applied, if it is left out. */
  index?: number | null;
  /** Which. */
  node: number;
  polls?: number;
  when?: Condition;
} | {
  after?: number;
  at?: Milliseconds;
  do: "add_learner";
  /** Which. */
  node: number;
  polls?: number;
  when?: Condition;
} | {
  after?: number;
  at?: Milliseconds;
  do: "members";
  polls?: number;
  /** The voters from then on. */
  voters: number[];
  when?: Condition;
} | {
  after?: number;
  at?: Milliseconds;
  do: "transfer";
  polls?: number;
  /** To this voter. */
  to: number;
  when?: Condition;
} | {
  after?: number;
  at?: Milliseconds;
  /** A leader that does not hear from a majority steps down. */
  check_quorum?: boolean | null;
  /** A follower that refuses an append says where to look next; else the leader steps back one by one. */
  conflict_hint?: boolean | null;
  do: "config";
  /** The end, exclusive, of the range that election timeouts are drawn from, in ms. */
  election_timeout_max?: Milliseconds | null;
  /** The shortest time without a valid leader after which a follower campaigns, in ms. */
  election_timeout_min?: Milliseconds | null;
  /** How often a leader makes itself heard; also the time limit of one append, in ms. */
  heartbeat_interval?: Milliseconds | null;
  /** The time limit of one chunk, in ms. */
  install_snapshot_timeout?: Milliseconds | null;
  /** The most entries that one append carries. */
  max_payload_entries?: number | null;
  polls?: number;
  /** A node asks whether it could win before it campaigns. */
  pre_vote?: boolean | null;
  /** A follower that is further behind than this is lagging. */
  replication_lag_threshold?: number | null;
  /** The most bytes of a snapshot that one chunk carries. */
  snapshot_max_chunk_size?: number | null;
  /** When a node makes a snapshot. */
  snapshot_policy?: SnapshotPolicy | null;
  when?: Condition;
} | {
  after?: number;
  at?: Milliseconds;
  do: "rule";
  /** Which. */
  name: Rule;
  /** Whether it is obeyed. */
  on: boolean;
  polls?: number;
  when?: Condition;
} | {
  after?: number;
  at?: Milliseconds;
  do: "note";
  polls?: number;
  /** The text. */
  text: string;
  when?: Condition;
};

export type ClientResult = "waiting" | "sent" | "ok" | "refused" | "unknown";

/** How many requests stand how. */
export type ClientsAre = {
  /** Writes and reads that were answered with success. */
  acknowledged?: Number | null;
  /** Requests that were refused. */
  refused?: Number | null;
  /** Requests that are not answered yet. */
  unanswered?: Number | null;
  /** Requests of which nobody knows. */
  unknown?: Number | null;
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

/** Settings of the nodes that differ from a preset's, or from what they were. */
export type ConfigPatch = {
  /** A leader that does not hear from a majority steps down. */
  check_quorum?: boolean | null;
  /** A follower that refuses an append says where to look next; else the leader steps back one by one. */
  conflict_hint?: boolean | null;
  /** The end, exclusive, of the range that election timeouts are drawn from, in ms. */
  election_timeout_max?: Milliseconds | null;
  /** The shortest time without a valid leader after which a follower campaigns, in ms. */
  election_timeout_min?: Milliseconds | null;
  /** How often a leader makes itself heard; also the time limit of one append, in ms. */
  heartbeat_interval?: Milliseconds | null;
  /** The time limit of one chunk, in ms. */
  install_snapshot_timeout?: Milliseconds | null;
  /** The most entries that one append carries. */
  max_payload_entries?: number | null;
  /** A node asks whether it could win before it campaigns. */
  pre_vote?: boolean | null;
  /** A follower that is further behind than this is lagging. */
  replication_lag_threshold?: number | null;
  /** The most bytes of a snapshot that one chunk carries. */
  snapshot_max_chunk_size?: number | null;
  /** When a node makes a snapshot. */
  snapshot_policy?: SnapshotPolicy | null;
};

/** A selector, and how much later the messages arrive. */
export type Delay = {
  /** So much later. */
  by: Milliseconds;
  /** So many: of the messages that are still to be sent (`hold`, `drop`: in addition to all that are in flight), or of those in flight, the oldest first (all others). */
  count?: number | null;
  /** Only messages from this node. */
  from?: number | null;
  /** This message, and no other; the other fields are left out then. */
  id?: number | null;
  /** Only appends that carry the entry at this index. */
  index?: number | null;
  /** Only messages of this kind. */
  kind?: MessageKind | null;
  /** Only chunks that begin at this offset. */
  offset?: number | null;
  /** Only messages to this node. */
  to?: number | null;
};

/** What holds of one entry. */
export type EntryIs = {
  /** Its index. */
  index: number;
  /** What it sets. */
  set?: [string, string] | null;
  /** Its term. */
  term?: number | null;
};

export type EventWas = {
  at?: number;
  count?: Number;
  event: "started";
  last_index?: number;
  n?: number;
  node?: number;
  term?: number;
  voted_for?: number | null;
} | {
  at?: number;
  count?: Number;
  event: "role";
  from?: "learner" | "follower" | "candidate" | "leader" | "shutdown" | null;
  n?: number;
  node?: number;
  term?: number;
  to?: "learner" | "follower" | "candidate" | "leader" | "shutdown";
  why?: "started" | "election timeout" | "told to campaign" | "a majority voted for it" | "saw a higher term" | "another node leads this term" | "storage failed" | "the leader hands over" | "no majority answers" | "the configuration changed" | "no longer a member";
} | {
  at?: number;
  count?: Number;
  event: "term";
  from?: number;
  n?: number;
  node?: number;
  to?: number;
} | {
  at?: number;
  count?: Number;
  event: "leader";
  leader?: number | null;
  n?: number;
  node?: number;
} | {
  at?: number;
  count?: Number;
  deadline?: number | null;
  event: "timer";
  n?: number;
  node?: number;
} | {
  at?: number;
  candidate?: number;
  count?: Number;
  event: "vote";
  granted?: boolean;
  n?: number;
  node?: number;
  term?: number;
  why?: "log is up to date and the vote was free" | "votes for itself" | "the candidate's term is over" | "already voted for another in this term" | "the candidate's log is behind" | "hears from a leader";
} | {
  at?: number;
  count?: Number;
  event: "pre-vote-begun";
  n?: number;
  node?: number;
  term?: number;
  why?: "started" | "election timeout" | "told to campaign" | "a majority voted for it" | "saw a higher term" | "another node leads this term" | "storage failed" | "the leader hands over" | "no majority answers" | "the configuration changed" | "no longer a member";
} | {
  at?: number;
  candidate?: number;
  count?: Number;
  event: "pre-vote";
  granted?: boolean;
  n?: number;
  node?: number;
  term?: number;
  why?: "log is up to date and the vote was free" | "votes for itself" | "the candidate's term is over" | "already voted for another in this term" | "the candidate's log is behind" | "hears from a leader";
} | {
  at?: number;
  count?: Number;
  event: "pre-vote-counted";
  granted?: boolean;
  n?: number;
  node?: number;
  term?: number;
  voter?: number;
} | {
  at?: number;
  count?: Number;
  event: "transfer-begun";
  n?: number;
  node?: number;
  target?: number;
} | {
  at?: number;
  count?: Number;
  event: "transfer-given-up";
  n?: number;
  node?: number;
  target?: number;
} | {
  at?: number;
  count?: Number;
  event: "transfer-refused";
  n?: number;
  node?: number;
  target?: number;
  why?: "this node does not lead" | "it leads already" | "it has no vote";
} | {
  applied?: number;
  at?: number;
  count?: Number;
  event: "read-confirmed";
  n?: number;
  node?: number;
  read_index?: number;
} | {
  at?: number;
  count?: Number;
  event: "vote-counted";
  granted?: boolean;
  n?: number;
  node?: number;
  term?: number;
  voter?: number;
} | {
  at?: number;
  count?: Number;
  entry?: {
  };
  event: "append";
  n?: number;
  node?: number;
} | {
  at?: number;
  count?: Number;
  event: "truncate";
  first?: number;
  last?: number;
  n?: number;
  node?: number;
} | {
  at?: number;
  count?: Number;
  event: "commit";
  from?: number;
  n?: number;
  node?: number;
  to?: number;
} | {
  at?: number;
  count?: Number;
  event: "apply";
  index?: number;
  n?: number;
  node?: number;
} | {
  at?: number;
  count?: Number;
  event: "stream-state";
  from?: "line-rate" | "lagging" | "snapshotting" | "shutdown" | null;
  n?: number;
  node?: number;
  target?: number;
  to?: "line-rate" | "lagging" | "snapshotting" | "shutdown";
  why?: "new leader" | "caught up" | "lag above the threshold" | "append refused" | "saw a higher term" | "terminated" | "storage failed" | "needed entries are compacted" | "too far behind for the log" | "snapshot installed";
} | {
  at?: number;
  count?: Number;
  event: "next";
  from?: number;
  n?: number;
  node?: number;
  target?: number;
  to?: number;
} | {
  at?: number;
  count?: Number;
  event: "match";
  from?: number;
  n?: number;
  node?: number;
  target?: number;
  to?: number;
} | {
  at?: number;
  count?: Number;
  event: "match-lost";
  from?: number;
  n?: number;
  node?: number;
  target?: number;
  to?: number;
} | {
  at?: number;
  count?: Number;
  event: "buffer";
  n?: number;
  node?: number;
  outbound?: number;
  replication?: number;
  target?: number;
} | {
  at?: number;
  count?: Number;
  counted?: boolean;
  event: "answered";
  late?: boolean;
  n?: number;
  node?: number;
  rpc?: number;
  success?: boolean;
  target?: number;
} | {
  at?: number;
  count?: Number;
  event: "timed-out";
  n?: number;
  node?: number;
  rpc?: number;
  target?: number;
} | {
  at?: number;
  count?: Number;
  event: "unreachable";
  n?: number;
  node?: number;
  rpc?: number;
  target?: number;
} | {
  at?: number;
  count?: Number;
  event: "snapshot-offered";
  n?: number;
  node?: number;
  snapshot?: {
  };
  target?: number;
} | {
  at?: number;
  bytes?: number;
  chunks_sent?: number;
  count?: Number;
  done?: boolean;
  event: "chunk-sent";
  n?: number;
  node?: number;
  offset?: number;
  snapshot?: number;
  target?: number;
} | {
  at?: number;
  count?: Number;
  counted?: boolean;
  event: "chunk-answered";
  installed?: boolean;
  late?: boolean;
  n?: number;
  node?: number;
  offset?: number;
  snapshot?: number;
  target?: number;
} | {
  at?: number;
  count?: Number;
  event: "chunk-failed";
  n?: number;
  node?: number;
  offset?: number;
  snapshot?: number;
  target?: number;
} | {
  at?: number;
  count?: Number;
  event: "chunk";
  index?: number;
  n?: number;
  node?: number;
  received?: number;
  snapshot?: number;
} | {
  at?: number;
  count?: Number;
  event: "installed";
  kept_suffix?: boolean;
  n?: number;
  node?: number;
  snapshot?: {
  };
} | {
  at?: number;
  count?: Number;
  event: "compaction-begun";
  index?: number;
  n?: number;
  node?: number;
} | {
  at?: number;
  count?: Number;
  event: "compaction-done";
  first_index?: number;
  n?: number;
  node?: number;
  snapshot?: {
  };
} | {
  at?: number;
  count?: Number;
  event: "compaction-discarded";
  index?: number;
  n?: number;
  node?: number;
} | {
  at?: number;
  count?: Number;
  event: "durable";
  index?: number;
  n?: number;
  node?: number;
} | {
  at?: number;
  count?: Number;
  error?: string;
  event: "storage-failed";
  n?: number;
  node?: number;
} | {
  arrives?: number;
  at?: number;
  /** The message of which this is a copy that the network made. */
  copy_of?: number | null;
  count?: Number;
  event: "sent";
  from?: number;
  id?: number;
  kind?: "append" | "heartbeat" | "append-answer" | "vote" | "vote-answer" | "chunk" | "chunk-answer" | "pre-vote" | "pre-vote-answer" | "timeout-now";
  n?: number;
  /** The request that this answers. */
  re?: number | null;
  to?: number;
} | {
  at?: number;
  count?: Number;
  event: "delivered";
  from?: number;
  id?: number;
  kind?: "append" | "heartbeat" | "append-answer" | "vote" | "vote-answer" | "chunk" | "chunk-answer" | "pre-vote" | "pre-vote-answer" | "timeout-now";
  n?: number;
  to?: number;
} | {
  at?: number;
  count?: Number;
  event: "lost";
  from?: number;
  id?: number;
  kind?: "append" | "heartbeat" | "append-answer" | "vote" | "vote-answer" | "chunk" | "chunk-answer" | "pre-vote" | "pre-vote-answer" | "timeout-now";
  n?: number;
  to?: number;
  why?: "chance" | "link is cut" | "receiver is down" | "nobody waits for this answer" | "dropped by hand";
} | {
  at?: number;
  count?: Number;
  event: "held";
  from?: number;
  id?: number;
  kind?: "append" | "heartbeat" | "append-answer" | "vote" | "vote-answer" | "chunk" | "chunk-answer" | "pre-vote" | "pre-vote-answer" | "timeout-now";
  n?: number;
  to?: number;
} | {
  arrives?: number;
  at?: number;
  count?: Number;
  event: "released";
  from?: number;
  id?: number;
  kind?: "append" | "heartbeat" | "append-answer" | "vote" | "vote-answer" | "chunk" | "chunk-answer" | "pre-vote" | "pre-vote-answer" | "timeout-now";
  n?: number;
  to?: number;
} | {
  arrives?: number;
  at?: number;
  count?: Number;
  event: "delayed";
  from?: number;
  id?: number;
  kind?: "append" | "heartbeat" | "append-answer" | "vote" | "vote-answer" | "chunk" | "chunk-answer" | "pre-vote" | "pre-vote-answer" | "timeout-now";
  n?: number;
  to?: number;
} | {
  at?: number;
  count?: Number;
  does?: "drop" | "hold";
  event: "trap-set";
  n?: number;
  trap?: number;
} | {
  at?: number;
  count?: Number;
  event: "trap-gone";
  n?: number;
  trap?: number;
} | {
  at?: number;
  count?: Number;
  event: "pause";
  n?: number;
  node?: number;
} | {
  at?: number;
  count?: Number;
  event: "resume";
  n?: number;
  node?: number;
} | {
  at?: number;
  count?: Number;
  event: "disk";
  fails?: boolean;
  n?: number;
  node?: number;
  write_delay?: [number, number];
} | {
  at?: number;
  count?: Number;
  event: "config";
  n?: number;
} | {
  at?: number;
  count?: Number;
  event: "rule";
  n?: number;
  name?: "majority" | "one-vote-per-term" | "persist-vote" | "election-restriction" | "lexicographic-up-to-date" | "commit-own-term-only" | "reject-stale-term" | "log-matching-check" | "check-heartbeats-too" | "commit-only-what-is-proven" | "truncate-only-on-conflict" | "truncate-on-conflict" | "match-needs-proof" | "match-starts-at-zero" | "conflict-search-whole-log" | "refill-at-line-rate" | "back-off-when-unreachable" | "apply-from-storage" | "heartbeats-while-snapshotting" | "one-snapshot-per-stream" | "ignore-old-snapshots" | "keep-suffix-after-snapshot" | "blank-entry-on-election" | "confirm-reads" | "joint-consensus" | "count-members-only" | "count-new-members" | "sync-before-answer" | "adopt-higher-term" | "randomized-timeouts" | "leader-stickiness";
  on?: boolean;
} | {
  at?: number;
  count?: Number;
  event: "crash";
  kept?: {
  };
  n?: number;
  node?: number;
} | {
  at?: number;
  count?: Number;
  event: "restart";
  n?: number;
  node?: number;
} | {
  at?: number;
  count?: Number;
  event: "new-node";
  n?: number;
  node?: number;
} | {
  at?: number;
  count?: Number;
  /** The fraction of messages that are sent twice; null is as before. */
  duplicate?: number | null;
  event: "link";
  /** Only links from this node. */
  from?: number | null;
  /** The range that latencies are drawn from; null is as before. */
  latency?: [number, number] | null;
  /** The fraction of messages that is lost; null is as before. */
  loss?: number | null;
  n?: number;
  /** Only links to this node. Where neither is said, those of later nodes too. */
  to?: number | null;
} | {
  at?: number;
  count?: Number;
  event: "cut";
  links?: ([number, number])[];
  n?: number;
  name?: string | null;
} | {
  at?: number;
  count?: Number;
  event: "join";
  links?: ([number, number])[];
  n?: number;
} | {
  at?: number;
  client?: number;
  count?: Number;
  event: "client";
  /** The entry that a write became, once it is done. */
  index?: number | null;
  key?: string;
  n?: number;
  node?: number | null;
  op?: number;
  /** What a read gave, once it is answered; none is "no value". */
  read?: string | null;
  result?: "waiting" | "sent" | "ok" | "refused" | "unknown";
  value?: string | null;
} | {
  at?: number;
  count?: Number;
  event: "members";
  learner?: number | null;
  n?: number;
  /** Who was asked; none while nobody leads. */
  node?: number | null;
  /** What came of it; none until that is known. */
  result?: "done" | "this node does not lead" | "another change is under way" | "a cluster without voters could do nothing" | "it is so already" | "the leader lost its office meanwhile" | null;
  voters?: number[] | null;
} | {
  at?: number;
  count?: Number;
  entries?: number[];
  event: "violation";
  invariant?: "election-safety" | "leader-append-only" | "log-matching" | "leader-completeness" | "state-machine-safety" | "votes-kept" | "monotonic" | "applied-once" | "match-is-true" | "acknowledged-kept" | "linearizable";
  n?: number;
  nodes?: number[];
  text?: string;
} | {
  at?: number;
  count?: Number;
  event: "note";
  n?: number;
  text?: string;
};

export type Invariant = "election-safety" | "leader-append-only" | "log-matching" | "leader-completeness" | "state-machine-safety" | "votes-kept" | "monotonic" | "applied-once" | "match-is-true" | "acknowledged-kept" | "linearizable";

/** Who leads: anyone, nobody, a node, or someone in a term. */
export type LeaderIs = boolean | number | {
  /** The term. */
  term: Number;
};

/** Which of the live nodes. */
export type Live = "all" | "any";

/** What holds of a configuration, as a report shows it. */
export type MembersAre = {
  /** The index of its entry in the log; 0 for the one that the cluster began with. */
  index?: Number | null;
  /** The learners. */
  learners?: number[] | null;
  /** The sets of voters: two while the configuration changes. */
  voters?: number[][] | null;
};

export type MessageKind = "append" | "heartbeat" | "append-answer" | "vote" | "vote-answer" | "chunk" | "chunk-answer" | "pre-vote" | "pre-vote-answer" | "timeout-now";

export type Milliseconds = number;

/** What the network does to messages, where it differs from the default (5 to 15 ms, none lost, none doubled). */
export type NetworkPatch = {
  /** The fraction of messages that is sent twice. */
  duplicate?: Probability | null;
  /** The shortest and the longest latency, in ms. */
  latency?: [Milliseconds, Milliseconds] | null;
  /** The fraction of messages that is lost. */
  loss?: Probability | null;
};

/** What holds of one or several nodes. */
export type NodeIs = {
  /** Whether it runs. */
  alive?: boolean | null;
  /** How far it has applied. */
  applied?: Number | null;
  /** Its commit index. */
  commit?: Number | null;
  /** One of its entries. */
  entry?: EntryIs | null;
  /** Its last index. */
  last_index?: Number | null;
  /** The terms of its retained entries. */
  log?: number[] | null;
  /** The terms of its first entries, from index 1. */
  log_prefix?: number[] | null;
  /** The configuration in force. */
  members?: MembersAre | null;
  /** Which. */
  node: Which;
  /** Its role. */
  role?: Role | null;
  /** Its snapshot. */
  snapshot?: SnapshotIs | null;
  /** Keys of its state machine; others do not matter. */
  state?: { [key: string]: string } | null;
  /** Its term. */
  term?: Number | null;
  /** Whom it voted for; 0 is nobody. */
  voted_for?: number | null;
};

/** A number, exact or within bounds. */
export type Number = number | Range;

/** Which broken promises end a run. */
export type OnViolation = boolean | Invariant;

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

/** A set of settings. */
export type Preset = "classroom" | "lab";

export type Probability = number;

/** Bounds, both included. */
export type Range = {
  /** The most. */
  max?: number | null;
  /** The least. */
  min?: number | null;
};

export type Role = "learner" | "follower" | "candidate" | "leader" | "shutdown";

export type Rule = "majority" | "one-vote-per-term" | "persist-vote" | "election-restriction" | "lexicographic-up-to-date" | "commit-own-term-only" | "reject-stale-term" | "log-matching-check" | "check-heartbeats-too" | "commit-only-what-is-proven" | "truncate-only-on-conflict" | "truncate-on-conflict" | "match-needs-proof" | "match-starts-at-zero" | "conflict-search-whole-log" | "refill-at-line-rate" | "back-off-when-unreachable" | "apply-from-storage" | "heartbeats-while-snapshotting" | "one-snapshot-per-stream" | "ignore-old-snapshots" | "keep-suffix-after-snapshot" | "blank-entry-on-election" | "confirm-reads" | "joint-consensus" | "count-members-only" | "count-new-members" | "sync-before-answer" | "adopt-higher-term" | "randomized-timeouts" | "leader-stickiness";

/** Selects messages: those of which everything that is given holds. With nothing given, all. */
export type Selector = {
  /** So many: of the messages that are still to be sent (`hold`, `drop`: in addition to all that are in flight), or of those in flight, the oldest first (all others). */
  count?: number | null;
  /** Only messages from this node. */
  from?: number | null;
  /** This message, and no other; the other fields are left out then. */
  id?: number | null;
  /** Only appends that carry the entry at this index. */
  index?: number | null;
  /** Only messages of this kind. */
  kind?: MessageKind | null;
  /** Only chunks that begin at this offset. */
  offset?: number | null;
  /** Only messages to this node. */
  to?: number | null;
};

/** What holds of a snapshot. */
export type SnapshotIs = {
  /** Its size. */
  bytes?: Number | null;
  /** The last index that it includes. */
  index?: Number | null;
  /** The term there. */
  term?: Number | null;
};

/** When a node makes a snapshot. */
export type SnapshotPolicy = {
  /** When so many entries are applied since the last one. */
  logs_since_last: number;
};

/** What one node starts with. */
export type Start = {
  /** How far it knows its log to be committed, and has applied it, when the run begins. Like all that is not durable, it is forgotten in a crash. */
  commit?: number | null;
  /** Its log, from index 1, or from behind the snapshot. */
  log?: StartEntry[];
  /** As a leader: how far each follower's log is proven to agree. */
  match?: { [key: string]: number } | null;
  /** It leads its term already, without the first entry of a leader. */
  role?: StartRole | null;
  /** Its snapshot. */
  snapshot?: StartSnapshot | null;
  /** Its term; that of its last entry, if left out. */
  term?: number | null;
  /** Whom it voted for in that term; a leader, itself. */
  voted_for?: number | null;
};

export type StartEntry = number | {
  blank?: true;
  members?: number[];
  set?: string[];
  term: number;
};

/** What a node is when the run begins, if it is not what it would be by itself. */
export type StartRole = "leader";

/** A snapshot that a node starts with. */
export type StartSnapshot = {
  /** The last index that it includes. */
  index: number;
  /** The state machine. */
  state?: { [key: string]: string };
  /** The term there. */
  term: number;
};

export type Stop = {
  at?: Milliseconds;
  on_violation?: OnViolation;
  when?: Condition;
};

/** How long the disks take, where that differs from the default (nothing, and 20 ms for a snapshot). */
export type StoragePatch = {
  /** The shortest and the longest time that a snapshot takes, in ms; a microsecond for each byte comes on top. */
  snapshot_delay?: [Milliseconds, Milliseconds] | null;
  /** The shortest and the longest time until a write is durable, in ms. */
  write_delay?: [Milliseconds, Milliseconds] | null;
};

/** What holds of one stream. */
export type StreamIs = {
  /** How far the target is behind. */
  lag?: Number | null;
  /** Its match index. */
  match?: Number | null;
  /** Its next index. */
  next?: Number | null;
  /** Its state. */
  state?: StreamState | null;
  /** The leader and the target. */
  stream: [number, number];
};

export type StreamState = "line-rate" | "lagging" | "snapshotting" | "shutdown";

/** Which promise was broken: this one, any, or none. */
export type Violated = boolean | Invariant;

/** Which nodes a condition speaks of. */
export type Which = number | number[] | Live;
