//! The node as a value: an input, and what it wants done.

use std::sync::Arc;

use super::*;
use crate::raft::event::{RoleWhy, VoteWhy};
use crate::raft::log::{Entry, SharedEntry};
use crate::raft::membership::Memberships;
use crate::raft::rpc::{AppendResult, Hint, InstallResult};
use crate::raft::Snapshot;

/// A node of three, its disk kept waiting as long as a test likes, and everything that it ever wanted.
struct Rig {
    node: Node,
    now: Micros,
    last_token: Token,
    /// Writes that the disk has not confirmed.
    writes: Vec<(u64, Write)>,
    /// Whether it confirms at once.
    prompt: bool,
    appended: Vec<(Token, AppendResponse)>,
    voted: Vec<(Token, VoteResponse)>,
    installed: Vec<(Token, InstallResponse)>,
    answered: Vec<(Token, WriteResult)>,
    requests: Vec<(NodeId, VoteRequest)>,
    to_streams: Vec<(NodeId, FromCore)>,
    streams: Vec<NodeId>,
    builds: Vec<SnapshotMeta>,
    reads: Vec<(Token, ReadResult)>,
    gets: Vec<(Token, String)>,
    changes: Vec<(Token, MembersResult)>,
    told: Vec<NodeId>,
    applies: Vec<(Index, Index)>,
    events: Vec<Event>,
}

fn entry(index: Index, term: Term) -> SharedEntry {
    Arc::new(Entry { index, term, payload: Payload::Set { key: "x".into(), value: index.to_string() } })
}

fn config() -> Config {
    Config { snapshot_threshold: 10, ..Config::classroom() }
}

impl Rig {
    /// Node 1 of nodes 1 to 3, restarted with this term and these entries.
    fn new(term: Term, terms: &[Term]) -> Rig {
        Rig::with_voters(term, terms, 3)
    }

    fn with_voters(term: Term, terms: &[Term], voters: NodeId) -> Rig {
        let persisted = Persisted {
            hard_state: HardState { term, voted_for: None },
            terms: terms.iter().copied().collect(),
            memberships: Memberships::new(0, Membership::new(1..=voters, [])),
            snapshot: None,
            applied: 0,
        };
        let setup = Setup { config: config(), rng: Rng::new(1, "timeout", 1), start_as_leader: None };
        let mut rig = Rig {
            node: Node::new(Micros::ZERO, 1, setup, persisted),
            now: Micros::ZERO,
            last_token: 0,
            writes: Vec::new(),
            prompt: true,
            appended: Vec::new(),
            voted: Vec::new(),
            installed: Vec::new(),
            answered: Vec::new(),
            requests: Vec::new(),
            to_streams: Vec::new(),
            streams: Vec::new(),
            builds: Vec::new(),
            reads: Vec::new(),
            gets: Vec::new(),
            changes: Vec::new(),
            told: Vec::new(),
            applies: Vec::new(),
            events: Vec::new(),
        };
        rig.carry_out();
        rig
    }

    fn carry_out(&mut self) {
        loop {
            let outputs = self.node.take_outputs();
            if outputs.is_empty() {
                return;
            }
            for output in outputs {
                match output {
                    Output::AnswerAppend(token, answer) => self.appended.push((token, answer)),
                    Output::AnswerVote(token, answer) => self.voted.push((token, answer)),
                    Output::AnswerInstall(token, answer) => self.installed.push((token, answer)),
                    Output::AnswerWrite(token, answer) => self.answered.push((token, answer)),
                    Output::RequestVote(voter, request) => self.requests.push((voter, request)),
                    Output::Write(number, write) => self.writes.push((number, write)),
                    Output::Apply { first, last } => {
                        self.applies.push((first, last));
                        self.node.handle(self.now, Input::Applied(last));
                    }
                    Output::BuildSnapshot(meta) => self.builds.push(meta),
                    Output::StartStream(stream) => self.streams.push(stream.target()),
                    Output::StopStreams => self.streams.clear(),
                    Output::StopStream(target) => self.streams.retain(|&it| it != target),
                    Output::AnswerRead(token, answer) => self.reads.push((token, answer)),
                    Output::Get(token, key) => self.gets.push((token, key)),
                    Output::AnswerMembers(token, answer) => self.changes.push((token, answer)),
                    Output::TimeoutNow(target, _) => self.told.push(target),
                    Output::ToStream(target, event) => self.to_streams.push((target, event)),
                    Output::Emit(event) => self.events.push(event),
                }
            }
            if self.prompt {
                self.sync();
            }
        }
    }

    /// The disk confirms all writes.
    fn sync(&mut self) {
        let last = self.writes.drain(..).next_back();
        if let Some((number, _)) = last {
            self.input(Input::Written(number));
        }
    }

    fn input(&mut self, input: Input) -> &mut Rig {
        self.node.handle(self.now, input);
        self.carry_out();
        self
    }

    fn token(&mut self) -> Token {
        self.last_token += 1;
        self.last_token
    }

    /// Node 2 leads `term` and appends entries of these terms behind prev.
    fn append(&mut self, term: Term, prev: (Index, Term), terms: &[Term], commit: Index) -> AppendResult {
        let token = self.token();
        let entries = (prev.0 + 1..).zip(terms).map(|(index, &term)| entry(index, term)).collect();
        let request = AppendEntries {
            term,
            leader: 2,
            prev_log_index: prev.0,
            prev_log_term: prev.1,
            leader_commit: commit,
            entries,
        };
        self.input(Input::Append(token, request));
        self.appended.last().filter(|(last, _)| *last == token).expect("answered").1.result
    }

    fn request_vote(&mut self, candidate: NodeId, term: Term, last: (Index, Term)) -> (bool, VoteWhy) {
        let token = self.token();
        let request = VoteRequest {
            term,
            candidate,
            last_log_index: last.0,
            last_log_term: last.1,
            pre_vote: false,
            transfer: false,
        };
        self.input(Input::Vote(token, request));
        let granted = self.voted.last().filter(|(last, _)| *last == token).expect("answered").1.granted;
        let why = self.events.iter().rev().find_map(|event| match event {
            Event::Vote { why, .. } => Some(*why),
            _ => None,
        });
        (granted, why.unwrap())
    }

    fn vote_from(&mut self, voter: NodeId, granted: bool) -> &mut Rig {
        let term = self.node.term();
        self.input(Input::VoteAnswered { voter, term, response: VoteResponse { term, granted, pre_vote: false } })
    }

    fn lead(&mut self) -> &mut Rig {
        self.input(Input::Campaign).vote_from(2, true);
        assert_eq!(self.node.role(), Role::Leader);
        self
    }

    fn matched(&mut self, target: NodeId, index: Index) -> &mut Rig {
        let term = self.node.term();
        self.input(Input::Stream { target, term, event: ToCore::UpdateMatchIndex(index) })
    }

    fn write(&mut self, value: &str) -> Token {
        let token = self.token();
        self.input(Input::Write(token, Payload::Set { key: "x".into(), value: value.into() }));
        token
    }

    fn log(&self) -> Vec<Term> {
        self.node.terms.iter().collect()
    }

    fn chunk(&mut self, id: u64, index: Index, offset: u64, data: &str, done: bool) -> InstallResult {
        let token = self.token();
        let meta = SnapshotMeta { id, index, term: 3, membership: (0, Membership::new(1..=3, [])) };
        let term = self.node.term();
        let data = data.as_bytes().to_vec();
        self.input(Input::Install(token, InstallSnapshot { term, leader: 2, meta, offset, data, done }));
        self.installed.last().filter(|(last, _)| *last == token).expect("answered").1.result
    }
}

// Elections.

#[test]
fn a_candidate_asks_only_when_its_own_vote_is_durable() {
    let mut rig = Rig::new(3, &[1, 3]);
    rig.prompt = false;
    rig.input(Input::Campaign);
    assert_eq!((rig.node.role(), rig.node.term()), (Role::Candidate, 4));
    assert_eq!(rig.requests, []);
    rig.sync();
    let request =
        VoteRequest { term: 4, candidate: 1, last_log_index: 2, last_log_term: 3, pre_vote: false, transfer: false };
    assert_eq!(rig.requests, [(2, request.clone()), (3, request)]);
}

#[test]
fn a_majority_elects_and_a_single_voter_elects_itself() {
    let mut rig = Rig::with_voters(0, &[], 5);
    rig.input(Input::Campaign).vote_from(2, true).vote_from(2, true).vote_from(3, false);
    assert_eq!(rig.node.role(), Role::Candidate, "two of five, however often they say it");
    rig.vote_from(4, true);
    assert_eq!((rig.node.role(), &rig.streams[..]), (Role::Leader, &[2, 3, 4, 5][..]));

    let mut alone = Rig::with_voters(0, &[], 1);
    alone.prompt = false;
    alone.input(Input::Campaign);
    assert_eq!(alone.node.role(), Role::Candidate, "its own vote is not durable yet");
    alone.sync();
    assert_eq!(alone.node.role(), Role::Leader);
}

#[test]
fn a_vote_goes_to_a_log_that_is_up_to_date_last_term_first() {
    for (last, granted) in [
        ((3, 2), true),
        ((4, 2), true),
        ((1, 3), true), // shorter, but its last term is later: component-wise, the two would block each other
        ((2, 2), false),
        ((9, 1), false),
    ] {
        let mut rig = Rig::new(2, &[1, 1, 2]);
        assert_eq!(rig.request_vote(3, 5, last).0, granted, "{last:?}");
    }
}

#[test]
fn there_is_one_vote_in_a_term_and_it_is_durable_before_it_is_given() {
    let mut rig = Rig::new(2, &[1]);
    assert_eq!(rig.request_vote(2, 3, (1, 1)), (true, VoteWhy::Granted));
    assert_eq!(rig.request_vote(3, 3, (9, 2)), (false, VoteWhy::AlreadyVoted));
    assert_eq!(rig.request_vote(2, 3, (1, 1)), (true, VoteWhy::Granted), "the same one asks again");
    assert_eq!(rig.request_vote(3, 2, (9, 2)), (false, VoteWhy::StaleTerm));

    rig.prompt = false;
    let token = rig.token();
    rig.input(Input::Vote(
        token,
        VoteRequest { term: 7, candidate: 3, last_log_index: 9, last_log_term: 6, pre_vote: false, transfer: false },
    ));
    assert_ne!(rig.voted.last().unwrap().0, token);
    assert_eq!(rig.writes[0].1.hard_state, Some(HardState { term: 7, voted_for: Some(3) }));
    rig.sync();
    assert_eq!(rig.voted.last(), Some(&(token, VoteResponse { term: 7, granted: true, pre_vote: false })));
}

#[test]
fn who_hears_a_leader_neither_votes_nor_adopts_the_term() {
    let mut rig = Rig::new(2, &[1]);
    rig.append(2, (1, 1), &[], 0);
    rig.now = Micros::from_ms(149);
    assert_eq!(rig.request_vote(3, 9, (9, 8)), (false, VoteWhy::HearsLeader));
    assert_eq!(rig.node.term(), 2);
    rig.now = Micros::from_ms(150);
    assert!(rig.request_vote(3, 9, (9, 8)).0);

    let mut leader = Rig::new(2, &[1]);
    leader.lead();
    assert_eq!(leader.request_vote(3, 9, (9, 8)), (false, VoteWhy::HearsLeader), "a leader hears itself");
}

#[test]
fn election_timeouts_are_in_their_range_and_drawn_anew() {
    let mut rig = Rig::new(1, &[1]);
    let mut drawn = std::collections::BTreeSet::new();
    for _ in 0..200 {
        rig.append(1, (1, 1), &[], 0);
        drawn.insert(rig.node.next_deadline().unwrap());
    }
    assert!(drawn.len() > 150);
    assert!(drawn.iter().all(|at| (Micros::from_ms(150)..Micros::from_ms(300)).contains(at)));
    rig.now = *drawn.last().unwrap();
    rig.input(Input::Time);
    assert_eq!(rig.node.role(), Role::Candidate);
}

#[test]
fn a_candidate_gives_way_to_the_leader_of_its_term_and_a_leader_to_a_higher_term() {
    let mut rig = Rig::new(1, &[1]);
    rig.input(Input::Campaign);
    rig.append(2, (1, 1), &[], 0);
    assert_eq!((rig.node.role(), rig.node.leader), (Role::Follower, Some(2)));
    rig.lead();
    let token = rig.write("1");
    rig.append(9, (1, 1), &[], 0);
    assert_eq!((rig.node.role(), rig.node.term()), (Role::Follower, 9));
    assert_eq!(rig.answered, [(token, WriteResult::Unknown)], "no client is left hanging");
    assert!(rig.streams.is_empty());
}

// The follower's log.

#[test]
fn an_append_is_answered_with_what_it_proves_once_it_is_durable() {
    let mut rig = Rig::new(1, &[1, 1]);
    assert_eq!(rig.append(1, (2, 1), &[1, 1], 0), AppendResult::Success(4));
    rig.prompt = false;
    let token = rig.token();
    let request = AppendEntries {
        term: 1,
        leader: 2,
        prev_log_index: 4,
        prev_log_term: 1,
        leader_commit: 0,
        entries: vec![entry(5, 1)],
    };
    rig.input(Input::Append(token, request));
    assert_ne!(rig.appended.last().unwrap().0, token);
    rig.sync();
    assert_eq!(rig.appended.last().unwrap().1.result, AppendResult::Success(5));
}

#[test]
fn a_refusal_hints_at_the_last_place_where_the_logs_may_agree() {
    for (terms, prev, hint) in [
        (&[1, 1, 1, 4, 4, 4, 4][..], (10, 6), (7, 4)),         // Figure 7 (e)
        (&[1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3], (10, 6), (9, 3)), // Figure 7 (f)
        (&[1, 1, 1, 4], (10, 6), (4, 4)),
        (&[5, 5, 5], (3, 2), (0, 0)),
        (&[], (3, 2), (0, 0)),
    ] {
        let mut rig = Rig::new(9, terms);
        let expected = Hint { index: hint.0, term: hint.1 };
        assert_eq!(rig.append(9, prev, &[9], 0), AppendResult::Conflict(Some(expected)), "{terms:?}");
        assert_eq!(rig.log(), terms, "a refusal changes nothing");
    }
}

#[test]
fn only_a_conflict_cuts_the_log() {
    let mut rig = Rig::new(1, &[1, 1]);
    rig.append(1, (2, 1), &[1, 1, 1], 0);
    assert_eq!(rig.append(1, (2, 1), &[1], 5), AppendResult::Success(3), "an older append, delayed");
    assert_eq!(rig.log(), [1, 1, 1, 1, 1], "what the later one brought stays");
    assert_eq!(rig.append(1, (0, 0), &[1], 0), AppendResult::Success(1));
    assert_eq!(rig.log().len(), 5);
    assert_eq!(rig.append(2, (3, 1), &[2], 0), AppendResult::Success(4));
    assert_eq!(rig.log(), [1, 1, 1, 2]);
    assert_eq!(rig.append(3, (0, 0), &[3], 0), AppendResult::Success(1), "before the log: everything agrees");
    assert_eq!(rig.log(), [3]);
}

#[test]
fn heartbeats_are_checked_too_and_commit_only_what_is_proven() {
    let mut rig = Rig::new(1, &[1, 1, 1]);
    assert!(matches!(rig.append(3, (9, 3), &[], 3), AppendResult::Conflict(_)));
    assert_eq!(rig.node.commit_index, 0, "a refused heartbeat commits nothing");
    assert_eq!(rig.append(3, (1, 1), &[], 3), AppendResult::Success(1));
    assert_eq!(rig.node.commit_index, 1, "entries 2 and 3 may be another leader's");
    assert_eq!(rig.append(3, (3, 1), &[], 99), AppendResult::Success(3));
    assert_eq!(rig.node.commit_index, 3);
    assert_eq!(rig.append(3, (3, 1), &[], 1), AppendResult::Success(3));
    assert_eq!(rig.node.commit_index, 3, "it never goes back");
}

#[test]
fn a_lower_term_is_refused_and_nothing_changes() {
    let mut rig = Rig::new(5, &[1]);
    assert_eq!(rig.append(4, (1, 1), &[4], 1), AppendResult::StaleTerm);
    assert_eq!((rig.log(), rig.node.commit_index, rig.node.leader), (vec![1], 0, None));
}

#[test]
fn nonsense_is_refused_and_never_panics() {
    let mut rig = Rig::new(1, &[1, 1]);
    let token = rig.token();
    let entries = vec![entry(9, 1), entry(4, 1), entry(0, 0)];
    let request =
        AppendEntries { term: 1, leader: 2, prev_log_index: 2, prev_log_term: 1, leader_commit: Index::MAX, entries };
    rig.input(Input::Append(token, request));
    assert!(matches!(rig.appended.last().unwrap().1.result, AppendResult::Conflict(_)));
    assert_eq!(rig.log(), [1, 1]);
    let far = AppendEntries {
        term: 1,
        leader: 2,
        prev_log_index: Index::MAX,
        prev_log_term: 1,
        leader_commit: 0,
        entries: vec![entry(1, 1)],
    };
    rig.input(Input::Append(token, far));
    assert_eq!(rig.log(), [1, 1]);
    rig.input(Input::Vote(
        token,
        VoteRequest {
            term: Term::MAX,
            candidate: 3,
            last_log_index: 9,
            last_log_term: 9,
            pre_vote: false,
            transfer: false,
        },
    ));
    rig.input(Input::VoteAnswered {
        voter: 3,
        term: 1,
        response: VoteResponse { term: Term::MAX, granted: true, pre_vote: false },
    });
    rig.input(Input::Campaign);
    assert_eq!(rig.node.term(), 2, "a term that no cluster gets to is not adopted");
}

#[test]
fn committed_entries_are_applied_in_order_and_each_once() {
    let mut rig = Rig::new(1, &[1, 1, 1]);
    rig.append(1, (3, 1), &[1], 2);
    rig.append(2, (4, 1), &[2], 4); // another leader
    rig.append(2, (4, 1), &[2], 5); // the same again
    assert_eq!(rig.applies, [(1, 2), (3, 4), (5, 5)]);
}

/// Only a leader that breaks the rules takes back what is committed. Still, nothing is applied that is not there.
#[test]
fn what_is_not_in_the_log_is_not_applied() {
    let mut node = Rig::new(1, &[1, 1, 1]).node;
    let append = |term, prev_log_index, terms: &[Term], leader_commit| {
        let entries = (prev_log_index + 1..).zip(terms).map(|(index, &term)| entry(index, term)).collect();
        let request = AppendEntries { term, leader: 2, prev_log_index, prev_log_term: 1, leader_commit, entries };
        Input::Append(0, request)
    };
    let mut applies = |input| {
        node.handle(Micros::ZERO, input);
        let outputs = node.take_outputs().into_iter();
        let apply = |output| match output {
            Output::Apply { first, last } => Some((first, last)),
            _ => None,
        };
        outputs.filter_map(apply).collect::<Vec<_>>()
    };
    assert_eq!(applies(append(1, 3, &[], 1)), [(1, 1)]);
    assert_eq!(applies(append(1, 3, &[], 3)), [], "one batch at a time");
    assert_eq!(applies(append(2, 1, &[2], 0)), []);
    assert_eq!(applies(Input::Applied(1)), [(2, 2)]);
    assert_eq!(applies(Input::Applied(2)), []);
}

#[test]
fn a_configuration_holds_from_its_append_and_goes_with_its_entry() {
    let mut rig = Rig::new(1, &[1]);
    let five = Membership::new(1..=5, []);
    let with = Arc::new(Entry { index: 2, term: 1, payload: Payload::Members(five.clone()) });
    let token = rig.token();
    rig.input(Input::Append(
        token,
        AppendEntries {
            term: 1,
            leader: 2,
            prev_log_index: 1,
            prev_log_term: 1,
            leader_commit: 0,
            entries: vec![with],
        },
    ));
    assert_eq!(rig.node.membership(), &five);
    rig.append(2, (1, 1), &[2], 0);
    assert_eq!(rig.node.membership(), &Membership::new(1..=3, []));
}

// The leader.

#[test]
fn a_leader_commits_what_a_majority_has_of_its_own_term_only() {
    // Figure 8 (c): entry 2, of term 2, is on a majority.
    let mut rig = Rig::with_voters(3, &[1, 2], 5);
    rig.input(Input::Campaign).vote_from(2, true).vote_from(3, true);
    rig.matched(2, 2).matched(3, 2);
    assert_eq!(rig.node.commit_index, 0, "a majority has entry 2, of an earlier term: not safe");
    rig.matched(2, 3);
    assert_eq!(rig.node.commit_index, 0);
    rig.matched(3, 3);
    assert_eq!(rig.node.commit_index, 3, "with its own entry, everything before it");
}

#[test]
fn a_leader_counts_itself_only_up_to_what_is_durable() {
    let mut rig = Rig::new(1, &[1]);
    rig.lead();
    rig.prompt = false;
    rig.write("1");
    rig.matched(2, 3);
    assert_eq!(rig.node.commit_index, 2);
    rig.matched(3, 3);
    assert_eq!(rig.node.commit_index, 3, "two others are a majority without it");
    rig.write("2");
    rig.matched(2, 4);
    assert_eq!(rig.node.commit_index, 3);
    rig.sync();
    assert_eq!(rig.node.commit_index, 4);
}

#[test]
fn what_a_follower_has_lost_counts_no_longer() {
    let mut rig = Rig::with_voters(3, &[1, 3], 5);
    rig.input(Input::Campaign).vote_from(2, true).vote_from(3, true);
    rig.matched(2, 3);
    rig.input(Input::Stream { target: 2, term: 4, event: ToCore::MatchLost(2) });
    rig.matched(3, 3);
    assert_eq!(rig.node.commit_index, 0, "two of five");
    rig.matched(2, 3);
    assert_eq!(rig.node.commit_index, 3);
}

#[test]
fn a_write_is_answered_when_it_is_applied() {
    let mut rig = Rig::new(1, &[]);
    let refused = rig.write("0");
    assert_eq!(rig.answered, [(refused, WriteResult::ForwardToLeader(None))]);
    rig.lead();
    let token = rig.write("1");
    assert_eq!(rig.answered.len(), 1);
    rig.matched(3, 2);
    assert_eq!(rig.answered.last(), Some(&(token, WriteResult::Done(2))));
}

#[test]
fn what_old_streams_say_is_not_heard() {
    let mut rig = Rig::new(1, &[1]);
    rig.lead();
    rig.write("1");
    rig.input(Input::Stream { target: 2, term: 1, event: ToCore::UpdateMatchIndex(3) });
    assert_eq!(rig.node.commit_index, 0);
}

#[test]
fn a_failed_disk_stops_the_node_with_nothing_said_that_is_not_durable() {
    let mut rig = Rig::new(1, &[1]);
    rig.prompt = false;
    let token = rig.token();
    rig.input(Input::Vote(
        token,
        VoteRequest { term: 7, candidate: 3, last_log_index: 9, last_log_term: 6, pre_vote: false, transfer: false },
    ));
    rig.input(Input::StorageFailed(StorageError("no space left".into())));
    assert_eq!(rig.node.role(), Role::Shutdown);
    assert_eq!(rig.voted, []);
    let stopped = |event: &Event| matches!(event, Event::Role { to: Role::Shutdown, why: RoleWhy::StorageFailed, .. });
    assert!(rig.events.iter().any(stopped));
}

// Snapshots.

#[test]
fn a_snapshot_is_made_at_the_threshold_and_the_log_before_it_goes() {
    let mut rig = Rig::new(1, &[1; 9]);
    rig.append(1, (9, 1), &[], 9);
    assert_eq!(rig.builds, []);
    rig.append(1, (9, 1), &[1], 10);
    let meta = rig.builds[0].clone();
    assert_eq!((meta.index, meta.term), (10, 1));
    rig.append(1, (10, 1), &[1; 12], 22); // appends go on, and a trigger comes meanwhile
    assert_eq!(rig.builds.len(), 1, "one at a time");
    let snapshot = Arc::new(Snapshot { meta, data: Vec::new() });
    rig.input(Input::SnapshotBuilt(Ok(snapshot)));
    assert_eq!((rig.node.terms.first_index(), rig.node.terms.last_index()), (11, 22));
    assert_eq!(rig.builds.len(), 2, "what came meanwhile is looked at again");
}

#[test]
fn a_leader_keeps_what_answering_followers_still_need_within_a_limit() {
    let keeps = |matched: Index, heard_ms: u64| {
        let mut rig = Rig::new(1, &[1; 100]);
        rig.lead();
        let term = rig.node.term();
        rig.input(Input::Stream { target: 3, term, event: ToCore::Heard { probe: 0 } });
        rig.matched(3, matched);
        rig.matched(2, 101);
        rig.now = Micros::from_ms(heard_ms);
        rig.input(Input::Stream { target: 2, term, event: ToCore::Heard { probe: 0 } });
        let meta = rig.builds[0].clone();
        rig.input(Input::SnapshotBuilt(Ok(Arc::new(Snapshot { meta, data: Vec::new() }))));
        rig.node.terms.first_index()
    };
    assert_eq!(keeps(95, 0), 96);
    assert_eq!(keeps(40, 0), 62, "at most 4 × 10 entries behind the snapshot at 101");
    assert_eq!(keeps(95, 301), 102, "who has not answered for 300 ms is not waited for");
}

#[test]
fn a_stream_gets_a_recent_snapshot_or_waits_for_a_new_one() {
    let mut rig = Rig::new(1, &[1; 9]);
    rig.lead();
    let term = rig.node.term();
    rig.matched(2, 10);
    let meta = rig.builds[0].clone();
    rig.input(Input::SnapshotBuilt(Ok(Arc::new(Snapshot { meta, data: Vec::new() }))));
    let handed = |rig: &Rig| {
        let snapshot = |(target, event): &(NodeId, FromCore)| match event {
            FromCore::Snapshot(snapshot) => Some((*target, snapshot.meta.index)),
            _ => None,
        };
        rig.to_streams.iter().filter_map(snapshot).collect::<Vec<_>>()
    };
    (0..5).for_each(|n| drop(rig.write(&n.to_string()).to_string()));
    rig.input(Input::Stream { target: 3, term, event: ToCore::NeedsSnapshot });
    assert_eq!(handed(&rig), [(3, 10)], "five behind is recent enough");
    // Between half the threshold and the whole of it, a library once asked for ever.
    rig.write("6");
    rig.matched(2, 16);
    rig.input(Input::Stream { target: 3, term, event: ToCore::NeedsSnapshot });
    assert_eq!(handed(&rig).len(), 1);
    assert_eq!(rig.builds.last().map(|meta| meta.index), Some(16), "a new one is made");
    let meta = rig.builds.last().unwrap().clone();
    rig.input(Input::SnapshotBuilt(Ok(Arc::new(Snapshot { meta, data: Vec::new() }))));
    assert_eq!(handed(&rig), [(3, 10), (3, 16)]);
}

#[test]
fn chunks_are_taken_in_order_and_each_once() {
    use InstallResult::{Expects, Installed};
    let mut rig = Rig::new(3, &[1]);
    assert_eq!(rig.chunk(1, 20, 4, "late", false), Expects(0), "of a stream that is not known");
    assert_eq!(rig.chunk(1, 20, 0, "a=1\n", false), Expects(4));
    assert_eq!(rig.chunk(1, 20, 0, "a=1\n", false), Expects(4), "again: nothing is written");
    assert_eq!(rig.chunk(1, 20, 8, "c=3\n", true), Expects(4), "one was lost");
    assert_eq!(rig.chunk(2, 30, 4, "z=9\n", true), Expects(0), "of another snapshot");
    assert_eq!(rig.chunk(1, 20, 4, "b=2\n", true), Installed);
    assert_eq!((rig.node.commit_index, rig.node.last_applied, rig.log().len()), (20, 20, 0));
    assert_eq!(rig.chunk(1, 20, 4, "", true), Installed, "the last one again: it is here already");
    let snapshot = rig.node.snapshot.clone().unwrap();
    assert_eq!(snapshot.data, b"a=1\nb=2\n");
}

#[test]
fn what_is_owed_for_a_log_that_a_snapshot_replaces_waits_for_the_snapshot() {
    let mut rig = Rig::new(3, &[1]);
    rig.prompt = false;
    let append = AppendEntries {
        term: 3,
        leader: 2,
        prev_log_index: 1,
        prev_log_term: 1,
        leader_commit: 0,
        entries: vec![entry(2, 3), entry(3, 3)],
    };
    rig.input(Input::Append(1, append));
    let meta = SnapshotMeta { id: 1, index: 20, term: 3, membership: (0, Membership::new(1..=3, [])) };
    let chunk = InstallSnapshot { term: 3, leader: 2, meta, offset: 0, data: b"a=1\n".to_vec(), done: true };
    rig.input(Input::Install(2, chunk));
    let writes: Vec<u64> = rig.writes.iter().map(|&(number, _)| number).collect();
    assert_eq!(writes.len(), 2, "the entries', and the snapshot's");
    rig.input(Input::Written(writes[0]));
    assert_eq!((rig.appended.len(), rig.installed.len()), (0, 0));
    rig.input(Input::Written(writes[1]));
    assert_eq!((rig.appended.len(), rig.installed.len(), rig.node.durable_index), (1, 1, 20));
}

#[test]
fn a_new_snapshot_begins_anew() {
    let mut rig = Rig::new(3, &[1]);
    rig.chunk(1, 20, 0, "a=1\n", false);
    assert_eq!(rig.chunk(2, 30, 0, "z=9\n", true), InstallResult::Installed);
    assert_eq!(rig.node.snapshot.clone().unwrap().data, b"z=9\n", "nothing of the other one is in it");
}

#[test]
fn an_old_snapshot_rolls_nothing_back() {
    let mut rig = Rig::new(3, &[1; 10]);
    rig.append(3, (10, 1), &[], 10);
    assert_eq!(rig.chunk(1, 5, 0, "old=1\n", true), InstallResult::Installed);
    assert_eq!((rig.node.commit_index, rig.node.last_applied, rig.log().len()), (10, 10, 10));
    assert!(rig.node.snapshot.is_none());
}

#[test]
fn a_suffix_that_agrees_stays_and_any_other_log_goes() {
    let mut agrees = Rig::new(3, &[1, 1, 3, 3, 3]);
    agrees.chunk(1, 3, 0, "a=1\n", true);
    assert_eq!((agrees.node.terms.first_index(), agrees.log()), (4, vec![3, 3]));
    let mut differs = Rig::new(3, &[1, 1, 2, 2, 2]);
    differs.chunk(1, 3, 0, "a=1\n", true);
    assert_eq!((differs.node.terms.first_index(), differs.log()), (4, vec![]));
}

#[test]
fn a_snapshot_is_acknowledged_once_it_is_durable_and_so_is_its_repetition() {
    let mut rig = Rig::new(3, &[1]);
    rig.prompt = false;
    let meta = SnapshotMeta { id: 1, index: 9, term: 3, membership: (0, Membership::new(1..=3, [])) };
    let last = InstallSnapshot { term: 3, leader: 2, meta, offset: 0, data: b"a=1\n".to_vec(), done: true };
    rig.input(Input::Install(1, last.clone())).input(Input::Install(2, last));
    assert_eq!(rig.installed, []);
    rig.sync();
    assert_eq!(rig.installed.len(), 2);
}

#[test]
fn a_chunk_counts_as_a_heartbeat() {
    let mut rig = Rig::new(3, &[1]);
    let before = rig.node.next_deadline();
    rig.now = Micros::from_ms(100);
    rig.chunk(1, 20, 0, "a=1\n", false);
    assert!(rig.node.next_deadline() > before);
    assert_eq!(rig.node.leader, Some(2));
}

#[test]
fn a_compaction_that_an_install_overtook_is_discarded() {
    let mut rig = Rig::new(3, &[1; 10]);
    rig.append(3, (10, 1), &[], 10);
    let meta = rig.builds[0].clone();
    rig.chunk(9, 20, 0, "a=1\n", true);
    rig.input(Input::SnapshotBuilt(Ok(Arc::new(Snapshot { meta, data: Vec::new() }))));
    assert_eq!(rig.node.snapshot.clone().unwrap().meta.index, 20);
    assert!(rig.events.contains(&Event::CompactionDiscarded { node: 1, index: 10 }));
}

#[test]
fn a_snapshot_that_cannot_be_made_stops_the_node() {
    let mut rig = Rig::new(3, &[1; 10]);
    rig.append(3, (10, 1), &[], 10);
    rig.input(Input::SnapshotBuilt(Err(StorageError("full".into()))));
    assert_eq!(rig.node.role(), Role::Shutdown);
    assert!(rig.events.contains(&Event::StorageFailed { node: 1, error: "full".into() }));
}

#[test]
fn a_snapshot_that_is_too_large_is_not_taken() {
    let mut rig = Rig::new(3, &[1]);
    let too_large = "x".repeat(SNAPSHOT_BYTES_MAX);
    assert_eq!(rig.chunk(9, 20, 0, "x", false), InstallResult::Expects(1));
    assert_eq!(rig.chunk(9, 20, 1, &too_large, true), InstallResult::Expects(0));
    assert_eq!(rig.node.commit_index, 0);
}

#[test]
fn an_append_that_reaches_into_the_snapshot_agrees_there() {
    let mut rig = Rig::new(3, &[1]);
    rig.chunk(1, 20, 0, "a=1\n", true);
    let terms = [3; 6];
    assert_eq!(rig.append(3, (17, 3), &terms, 0), AppendResult::Success(23));
    assert_eq!((rig.node.terms.first_index(), rig.log()), (21, vec![3, 3, 3]));
}

// Reads.

#[test]
fn a_read_waits_for_a_majority_that_was_asked_after_it_and_for_this_terms_first_commit() {
    let mut rig = Rig::new(1, &[1]);
    rig.lead();
    let term = rig.node.term();
    let heard = |rig: &mut Rig, target, probe| {
        rig.input(Input::Stream { target, term, event: ToCore::Heard { probe } });
    };
    rig.input(Input::Read(71, "x".into()));
    assert!(rig.to_streams.contains(&(2, FromCore::Probe(1))), "the streams are asked to send");
    heard(&mut rig, 2, 1);
    assert_eq!(rig.gets, [], "nothing of its term is committed: it does not know how far the log is");
    rig.matched(2, 2);
    assert_eq!(rig.gets, [(71, "x".to_string())]);

    rig.input(Input::Read(72, "x".into()));
    heard(&mut rig, 2, 1);
    heard(&mut rig, 3, 1);
    assert_eq!(rig.gets.len(), 1, "answers to RPCs that left before the read confirm nothing");
    heard(&mut rig, 3, 2);
    assert_eq!(rig.gets.len(), 2);
}

#[test]
fn a_single_voter_reads_at_once_and_who_does_not_lead_sends_on() {
    let mut alone = Rig::with_voters(0, &[], 1);
    alone.input(Input::Campaign).input(Input::Read(5, "x".into()));
    assert_eq!(alone.gets.len(), 1);

    let mut follower = Rig::new(1, &[1]);
    follower.append(1, (1, 1), &[], 0);
    follower.input(Input::Read(6, "x".into()));
    assert_eq!(follower.reads, [(6, ReadResult::ForwardToLeader(Some(2)))]);

    let mut deposed = Rig::new(1, &[1]);
    deposed.lead().input(Input::Read(7, "x".into()));
    deposed.append(9, (1, 1), &[], 0);
    assert_eq!(deposed.reads, [(7, ReadResult::ForwardToLeader(None))]);
}

// Pre-vote, check-quorum, transfer.

#[test]
fn with_pre_vote_nobodys_term_rises_before_a_majority_says_yes() {
    let mut rig = Rig::new(3, &[1]);
    rig.node.config.pre_vote = true;
    rig.input(Input::Campaign);
    assert_eq!((rig.node.role(), rig.node.term()), (Role::Follower, 3));
    assert!(rig.requests.iter().all(|(_, request)| request.pre_vote && request.term == 4));
    let no = VoteResponse { term: 3, granted: false, pre_vote: true };
    rig.input(Input::VoteAnswered { voter: 2, term: 4, response: no });
    assert_eq!(rig.node.term(), 3);
    let yes = VoteResponse { term: 3, granted: true, pre_vote: true };
    rig.input(Input::VoteAnswered { voter: 3, term: 4, response: yes });
    assert_eq!((rig.node.role(), rig.node.term()), (Role::Candidate, 4));
}

#[test]
fn a_pre_vote_is_a_question_that_changes_nothing() {
    let mut rig = Rig::new(3, &[1, 2]);
    let before = rig.node.next_deadline();
    let ask = |term, last| VoteRequest {
        term,
        candidate: 3,
        last_log_index: last,
        last_log_term: 2,
        pre_vote: true,
        transfer: false,
    };
    rig.input(Input::Vote(1, ask(4, 2))).input(Input::Vote(2, ask(4, 1))).input(Input::Vote(3, ask(2, 9)));
    let granted: Vec<bool> = rig.voted.iter().map(|(_, response)| response.granted).collect();
    assert_eq!(granted, [true, false, false]);
    assert_eq!((rig.node.term(), rig.node.hard_state.voted_for, rig.node.next_deadline()), (3, None, before));
    rig.append(3, (2, 2), &[], 0);
    rig.input(Input::Vote(4, ask(4, 2)));
    assert!(!rig.voted.last().unwrap().1.granted, "it hears a leader");
}

#[test]
fn a_leader_that_hears_no_majority_steps_down_if_it_checks() {
    for (check_quorum, role) in [(true, Role::Follower), (false, Role::Leader)] {
        let mut rig = Rig::with_voters(1, &[1], 5);
        rig.node.config.check_quorum = check_quorum;
        rig.input(Input::Campaign).vote_from(2, true).vote_from(3, true);
        let term = rig.node.term();
        rig.now = Micros::from_ms(299);
        rig.input(Input::Stream { target: 2, term, event: ToCore::Heard { probe: 0 } });
        rig.input(Input::Stream { target: 3, term, event: ToCore::Heard { probe: 0 } });
        rig.now = Micros::from_ms(300);
        rig.input(Input::Time);
        assert_eq!(rig.node.role(), Role::Leader, "two others and itself");
        rig.now = Micros::from_ms(600);
        rig.input(Input::Stream { target: 2, term, event: ToCore::Heard { probe: 0 } });
        rig.input(Input::Time);
        assert_eq!(rig.node.role(), role);
    }
}

#[test]
fn an_office_is_handed_over_to_one_who_has_everything() {
    let mut rig = Rig::new(1, &[1]);
    rig.lead();
    let write = rig.write("1");
    rig.input(Input::Transfer(3));
    let refused = rig.write("2");
    assert_eq!(rig.answered, [(refused, WriteResult::ForwardToLeader(None))], "no writes meanwhile");
    assert!(rig.told.is_empty(), "it does not have everything yet");
    rig.matched(3, 3);
    assert_eq!(rig.told, [3]);
    assert_eq!(rig.answered.last(), Some(&(write, WriteResult::Done(3))));
    rig.now = Micros::from_ms(300);
    rig.input(Input::Time);
    assert!(rig.events.contains(&Event::TransferGivenUp { node: 1, target: 3 }));
    rig.write("3");
    assert_eq!(rig.log().len(), 4, "and writes go on");
}

#[test]
fn who_is_told_campaigns_at_once_and_is_not_refused_for_the_leader_that_is_heard() {
    let mut rig = Rig::new(2, &[1]);
    rig.node.config.pre_vote = true;
    rig.append(2, (1, 1), &[], 0);
    rig.input(Input::TimeoutNow(TimeoutNow { term: 1, leader: 2 }));
    assert_eq!(rig.node.role(), Role::Follower, "of an old term");
    rig.input(Input::TimeoutNow(TimeoutNow { term: 2, leader: 2 }));
    assert_eq!((rig.node.role(), rig.node.term()), (Role::Candidate, 3));
    let request = rig.requests.last().unwrap().1.clone();
    assert!(request.transfer && !request.pre_vote);

    let mut voter = Rig::new(2, &[1]);
    voter.append(2, (1, 1), &[], 0);
    voter.input(Input::Vote(9, VoteRequest { candidate: 3, ..request }));
    assert!(voter.voted.last().unwrap().1.granted);
}

// Members.

fn members(voters: &[&[NodeId]], learners: &[NodeId]) -> Membership {
    let set = |nodes: &[NodeId]| nodes.iter().copied().collect();
    Membership { voters: voters.iter().map(|nodes| set(nodes)).collect(), learners: set(learners) }
}

impl Rig {
    fn everyone_matched(&mut self) -> &mut Rig {
        let last = self.node.terms.last_index();
        for target in self.streams.clone() {
            self.matched(target, last);
        }
        self
    }
}

#[test]
fn new_voters_catch_up_as_learners_and_then_the_cluster_goes_through_the_joint_configuration() {
    let mut rig = Rig::new(1, &[1]);
    rig.lead().everyone_matched();
    rig.input(Input::Members(50, [1, 2, 3, 4, 5].into()));
    assert_eq!(rig.node.membership(), &members(&[&[1, 2, 3]], &[4, 5]));
    assert_eq!(rig.streams, [2, 3, 4, 5]);
    let last = rig.node.terms.last_index();
    rig.matched(2, last).matched(4, last);
    assert_eq!(rig.node.membership().voters.len(), 1, "5 has not caught up");
    rig.matched(5, last);
    assert_eq!(rig.node.membership(), &members(&[&[1, 2, 3], &[1, 2, 3, 4, 5]], &[]));

    let joint = rig.node.terms.last_index();
    rig.matched(4, joint).matched(5, joint);
    assert!(rig.node.commit_index < joint, "three of five, but one of three");
    rig.matched(2, joint);
    assert_eq!(rig.node.commit_index, joint);
    assert_eq!(rig.node.membership(), &members(&[&[1, 2, 3, 4, 5]], &[]));
    assert_eq!(rig.changes, []);
    rig.everyone_matched();
    assert_eq!(rig.changes, [(50, MembersResult::Done)]);
}

#[test]
fn changes_that_make_no_sense_are_refused_each_with_its_own_word() {
    let mut rig = Rig::new(1, &[1]);
    rig.input(Input::Members(1, [1].into()));
    rig.lead().everyone_matched();
    rig.input(Input::Members(2, [].into()));
    rig.input(Input::Members(3, [1, 2, 3].into()));
    rig.input(Input::AddLearner(4, 2));
    rig.input(Input::AddLearner(5, 9)).input(Input::Members(6, [1, 2].into()));
    use MembersResult::{Empty, InProgress, NoChange, NotLeader};
    assert_eq!(rig.changes, [(1, NotLeader), (2, Empty), (3, NoChange), (4, NoChange), (6, InProgress)]);
    rig.everyone_matched();
    assert_eq!(rig.changes.last(), Some(&(5, MembersResult::Done)));
    assert_eq!(rig.node.membership(), &members(&[&[1, 2, 3]], &[9]));
}

#[test]
fn a_removed_leader_leads_without_counting_itself_and_steps_down_at_the_end() {
    let mut rig = Rig::new(1, &[1]);
    rig.lead().everyone_matched();
    rig.input(Input::Members(1, [2, 3].into()));
    let joint = rig.node.terms.last_index();
    rig.matched(2, joint);
    assert!(rig.node.commit_index < joint, "of the new members, one of two");
    rig.matched(3, joint);
    assert_eq!((rig.node.commit_index, rig.node.role()), (joint, Role::Leader));
    assert_eq!(rig.node.membership(), &members(&[&[2, 3]], &[]));
    rig.matched(2, joint + 1);
    assert_eq!(rig.node.commit_index, joint, "itself does not count");
    rig.matched(3, joint + 1);
    assert_eq!((rig.node.commit_index, rig.node.role()), (joint + 1, Role::Learner));
    assert_eq!(rig.changes, [(1, MembersResult::Done)]);
    rig.input(Input::Campaign);
    assert_eq!(rig.node.role(), Role::Learner, "who has no vote does not campaign");
}

#[test]
fn a_removed_follower_is_told_and_let_go_or_given_up() {
    for knows in [true, false] {
        let mut rig = Rig::new(1, &[1]);
        rig.lead().everyone_matched();
        rig.input(Input::Members(1, [1, 2].into()));
        rig.everyone_matched();
        assert_eq!((rig.node.membership(), &rig.streams[..]), (&members(&[&[1, 2]], &[]), &[2, 3][..]));
        if knows {
            let last = rig.node.terms.last_index();
            rig.matched(3, last);
            assert_eq!(rig.streams, [2, 3], "it has the entry, and does not know that it is committed");
            rig.matched(2, last);
            let term = rig.node.term();
            rig.input(Input::Stream { target: 3, term, event: ToCore::Heard { probe: 0 } });
            assert_eq!(rig.streams, [2, 3], "that left before the commit");
            rig.input(Input::Stream { target: 3, term, event: ToCore::Heard { probe: 1 } });
        } else {
            rig.now = Micros::from_ms(300);
            rig.input(Input::Time);
        }
        assert_eq!(rig.streams, [2]);
    }
}

#[test]
fn whoever_leads_when_a_joint_configuration_commits_finishes_it() {
    let mut rig = Rig::new(1, &[1]);
    let joint = members(&[&[1, 2, 3], &[1, 2]], &[]);
    let entry = Arc::new(Entry { index: 2, term: 1, payload: Payload::Members(joint) });
    let request = AppendEntries {
        term: 1,
        leader: 2,
        prev_log_index: 1,
        prev_log_term: 1,
        leader_commit: 0,
        entries: vec![entry],
    };
    rig.input(Input::Append(1, request));
    rig.input(Input::Campaign).vote_from(2, true);
    assert_eq!(rig.node.role(), Role::Leader);
    rig.matched(2, 3);
    assert_eq!(rig.node.membership(), &members(&[&[1, 2]], &[]));
}

#[test]
fn a_learner_that_becomes_a_voter_follows_and_one_that_no_longer_is_learns() {
    let mut rig = Rig::new(1, &[1]);
    let append = |rig: &mut Rig, term, index, membership| {
        let entry = Arc::new(Entry { index, term, payload: Payload::Members(membership) });
        let request = AppendEntries {
            term,
            leader: 2,
            prev_log_index: index - 1,
            prev_log_term: 1,
            leader_commit: 0,
            entries: vec![entry],
        };
        rig.input(Input::Append(index, request));
    };
    append(&mut rig, 1, 2, members(&[&[2, 3]], &[1]));
    assert_eq!(rig.node.role(), Role::Follower, "it may still be needed");
    assert!(rig.node.next_deadline().is_some());
    rig.append(1, (2, 1), &[], 2);
    assert_eq!((rig.node.role(), rig.node.next_deadline()), (Role::Learner, None), "it is committed");
    rig.append(1, (2, 1), &[1], 3);
    append(&mut rig, 1, 4, members(&[&[1, 2, 3]], &[]));
    assert_eq!(rig.node.role(), Role::Follower, "committed or not");
    rig.append(2, (3, 1), &[2], 3);
    assert_eq!((rig.node.role(), rig.node.next_deadline()), (Role::Learner, None), "and undone by truncation");
}
