use super::*;
use crate::lab::vocab::action::Action;
use crate::lab::vocab::event::{LossWhy, Record, TrapDoes};
use crate::lab::vocab::image::Image;
use crate::lab::vocab::invariant::Invariant;
use crate::lab::vocab::probability::Probability;
use crate::lab::vocab::selector::Selector;
use crate::lab::vocab::violation::ViolationDetail;
use crate::lab::vocab::write_form::WriteForm;
use crate::lab::{Lab, Scenario};
use crate::raft::event::{RoleWhy, StreamWhy, VoteWhy};
use crate::raft::log::{Entry, Payload};
use crate::raft::rpc::{Message, VoteRequest};
use crate::view::feed::{Feed, Feeds, Filter, Topic};
use crate::view::lang::English;
use std::rc::Rc;
use std::sync::Arc;

/// The description of the last of these events in a cluster of five nodes: the text, and the reason after a dash.
fn tell(events: Vec<Event>) -> String {
    let records: Vec<Rc<Record>> =
        events.into_iter().zip(1..).map(|(event, n)| Rc::new(Record { at: Micros::from_ms(n), n, event })).collect();
    let mut feed = Feed::default();
    feed.take(&records);
    let Description { text, why } = describe(&feed.last(Filter::Everything, 1)[0], 5, &English);
    why.map_or(text.clone(), |why| format!("{text} — {why}")).replace('\u{a0}', " ")
}

fn node(event: raft::Event) -> String {
    tell(vec![Event::Node(event)])
}

fn lab(event: LabEvent) -> String {
    tell(vec![Event::Lab(event)])
}

#[test]
fn elections_in_words() {
    use raft::Event::*;
    let change = |from, to, why| node(Role { node: 3, from, to, term: 2, why });
    use self::Role as R;
    assert_eq!(
        change(Some(R::Follower), R::Candidate, RoleWhy::ElectionTimeout),
        "S3 starts an election for term 2 — it has not heard from a leader in time"
    );
    assert_eq!(
        change(Some(R::Candidate), R::Leader, RoleWhy::WonElection),
        "S3 is elected leader of term 2 — a majority voted for it"
    );
    assert_eq!(change(Some(R::Leader), R::Follower, RoleWhy::HigherTerm), "S3 steps down — it saw a higher term");
    let vote = |granted, why| node(Vote { node: 2, candidate: 3, term: 2, granted, why });
    assert_eq!(
        vote(true, VoteWhy::Granted),
        "S2 votes for S3 in term 2 — S3’s log is up to date, and S2 had not voted yet"
    );
    assert_eq!(vote(false, VoteWhy::LogBehind), "S2 denies S3 its vote in term 2 — S3’s log is behind");
    assert_eq!(node(VoteCounted { node: 3, voter: 2, term: 2, granted: true }), "S3 counts the vote of S2");
    assert_eq!(node(Term { node: 1, from: 1, to: 2 }), "S1 moves from term 1 to term 2");
}

#[test]
fn a_vote_is_denied_for_the_reason_that_a_student_can_see() {
    use raft::Event::*;
    let role = |to| Event::Node(Role { node: 2, from: None, to, term: 1, why: RoleWhy::Started });
    let vote = |candidate, term, granted, why| Event::Node(Vote { node: 2, candidate, term, granted, why });
    let heard = [
        role(self::Role::Follower),
        Event::Node(Leader { node: 2, leader: Some(4) }),
        Event::Node(Timer { node: 2, deadline: Some(Micros::from_ms(200)) }),
    ];
    let denied = vote(3, 2, false, VoteWhy::HearsLeader);
    let after = |events: &[Event]| tell([&heard, events, std::slice::from_ref(&denied)].concat());
    assert_eq!(after(&[]), "S2 denies S3 its vote in term 2 — it heard from leader S4 1 ms ago");
    let own = vote(2, 2, true, VoteWhy::Own);
    assert_eq!(tell(vec![role(self::Role::Candidate), own.clone()]), "S2 votes for itself");
    // Its election was forced while it still heard the leader.
    assert_eq!(after(&[own]), "S2 denies S3 its vote in term 2 — it had voted for itself already");
    let other = vote(5, 2, true, VoteWhy::Granted);
    assert_eq!(after(&[other]), "S2 denies S3 its vote in term 2 — it had voted for S5 already");
    let leads = vec![role(self::Role::Leader), vote(3, 2, false, VoteWhy::IsLeader)];
    assert_eq!(tell(leads), "S2 denies S3 its vote in term 2 — it is the leader");
}

#[test]
fn changes_of_the_members_in_words() {
    use raft::Event::*;
    let configuration = |index, members: Membership| {
        Event::Node(Append { node: 1, entry: Arc::new(Entry::new(index, 1, Payload::Members(members))) })
    };
    let change = |voters: &[NodeId], learners: Option<&[NodeId]>, result| {
        let set = |nodes: &[NodeId]| nodes.iter().copied().collect::<BTreeSet<NodeId>>();
        let (voters, learners) = (Some(set(voters)), learners.map(set));
        Event::Lab(LabEvent::Members { voters, learners, learner: None, node: Some(1), result })
    };
    let three = configuration(1, Membership::new([1, 2, 3], [4]));
    let told = |voters: &[NodeId], learners: Option<&[NodeId]>| {
        let asked = tell(vec![three.clone(), change(voters, learners, None)]);
        let new = configuration(2, Membership::new(voters.iter().copied(), []));
        let done = change(voters, learners, Some(MembersResult::Done));
        [asked, tell(vec![three.clone(), change(voters, learners, None), new, done])]
    };
    assert_eq!(told(&[1, 2, 3, 4], None), ["S1 is asked to add S4 as a voter", "Done: S4 is now a voter"]);
    assert_eq!(
        told(&[1, 2], None),
        ["S1 is asked to remove S3 from the cluster", "Done: S3 is no longer in the cluster"]
    );
    assert_eq!(
        told(&[1, 2, 3], Some(&[])),
        ["S1 is asked to remove S4 from the cluster", "Done: S4 is no longer in the cluster"]
    );
    assert_eq!(told(&[3], None), ["S1 is asked to make S3 the only voter", "Done: S3 is now the only voter"]);
    let role = |from, to| Event::Node(Role { node: 4, from: Some(from), to, term: 1, why: RoleWhy::Membership });
    use self::Role::{Follower, Learner};
    assert_eq!(tell(vec![three.clone(), role(Learner, Follower)]), "S4 becomes a voter");
    assert_eq!(tell(vec![three, role(Follower, Learner)]), "S4 is a learner — the configuration changed");
    let gone = configuration(2, Membership::new([1, 2], []));
    assert_eq!(tell(vec![gone, role(Follower, Learner)]), "S4 leaves the cluster");
}

#[test]
fn disks_in_words() {
    let pace = |hangs, low, high| {
        let apply_delay = (Micros::from_ms(low), Micros::from_ms(high));
        lab(LabEvent::DiskPace { node: 2, apply_delay, hangs })
    };
    assert_eq!(pace(true, 0, 0), "Reads from S2’s disk hang");
    assert_eq!(pace(false, 0, 0), "S2’s disk answers at once");
    assert_eq!(pace(false, 3, 3), "S2 takes 3.0 ms to apply an entry");
    assert_eq!(pace(false, 3, 4), "S2 takes 3.0 to 4.0 ms to apply an entry");
    let lost = |log| lab(LabEvent::DiskLost { node: 2, kept: Rc::new(Image { log, ..Image::default() }) });
    assert_eq!(lost(vec![]), "S2’s disk is empty now");
    let entry = Arc::new(Entry::new(1, 1, Payload::Blank));
    assert_eq!(lost(vec![entry]), "S2’s disk goes back to an earlier state: its log ends at entry 1");
}

#[test]
fn the_log_in_words() {
    use raft::Event::*;
    let set = Payload::Set { key: "x".into(), value: "1".into() };
    let append = Append { node: 3, entry: Arc::new(Entry::new(5, 2, set)) };
    assert_eq!(node(append.clone()), "S3 stores entry 5: x=1");
    let elected =
        Role { node: 3, from: Some(self::Role::Candidate), to: self::Role::Leader, term: 2, why: RoleWhy::WonElection };
    let as_leader = |event| tell(vec![Event::Node(elected.clone()), Event::Node(event)]);
    assert_eq!(as_leader(append), "S3 appends entry 5: x=1");
    assert_eq!(
        as_leader(Commit { node: 3, from: 3, to: 5 }),
        "Entries 4–5 are now committed — a majority has stored them"
    );
    assert_eq!(node(Commit { node: 2, from: 3, to: 5 }), "S2 learns that entries 4–5 are committed");
    assert_eq!(
        node(Truncate { node: 2, first: 4, last: 6 }),
        "S2 removes entries 4–6 — conflicts with the leader’s log"
    );
}

#[test]
fn streams_in_words() {
    use raft::Event::*;
    let (from, to) = (Some(self::StreamState::LineRate), self::StreamState::Lagging);
    let change = StreamState { node: 1, target: 4, from, to, why: StreamWhy::LagAboveThreshold };
    assert_eq!(node(change), "S1’s stream to S4: too many entries behind, now lagging");
    assert_eq!(
        node(Answered { node: 1, target: 4, rpc: 9, success: false, late: true, counted: false }),
        "S4 refused an append from S1 — too late to count"
    );
}

#[test]
fn messages_in_words() {
    let vote = Message::Vote(VoteRequest {
        term: 2,
        candidate: 3,
        last_log_index: 0,
        last_log_term: 0,
        pre_vote: false,
        transfer: false,
    });
    let (kind, message) = (vote.kind(), Rc::new(vote));
    let arrives = Micros::from_ms(9);
    let sent = LabEvent::Sent { id: 7, from: 3, to: 1, kind, re: None, copy_of: None, arrives, message };
    let lost = LabEvent::Lost { id: 7, from: 3, to: 1, kind, why: LossWhy::Cut };
    assert_eq!(lab(sent.clone()), "S3 → S1: asks for a vote in term 2");
    let both = vec![Event::Lab(sent.clone()), Event::Lab(lost.clone())];
    assert_eq!(tell(both), "S3 → S1: asks for a vote in term 2, is lost — the link is cut");
    let held = LabEvent::Held { id: 7, from: 3, to: 1, kind };
    let delayed = LabEvent::Delayed { id: 7, from: 3, to: 1, kind, arrives };
    let released = LabEvent::Released { id: 7, from: 3, to: 1, kind, arrives };
    let cases = [
        (vec![&held], "is held"),
        (vec![&delayed], "is delayed until 9.0 ms"),
        (vec![&held, &delayed], "is delayed, and still held"),
        (vec![&held, &released], "is released"),
        (vec![&held, &released, &delayed], "is delayed until 9.0 ms"),
    ];
    for (events, words) in cases {
        let events = std::iter::once(&sent).chain(events).cloned().map(Event::Lab).collect();
        assert_eq!(tell(events), format!("S3 → S1: asks for a vote in term 2, {words}"));
    }
    assert_eq!(
        lab(lost),
        "S3 → S1: vote request, is lost — the link is cut",
        "of a message from before the first event"
    );
}

#[test]
fn messages_that_are_still_to_be_sent_in_words() {
    let set = |does, which| lab(LabEvent::TrapSet { trap: 1, does, which });
    let appends = Selector { from: Some(1), kind: Some(MessageKind::Append), count: Some(2), ..Selector::default() };
    assert_eq!(set(TrapDoes::Drop, appends), "The next two messages from S1 (append) will be dropped");
    let one = Selector { to: Some(3), count: Some(1), ..Selector::default() };
    assert_eq!(set(TrapDoes::Hold, one), "The next message to S3 will be held");
    assert_eq!(set(TrapDoes::Hold, Selector::default()), "From now on, messages are held");
}

#[test]
fn a_long_value_does_not_swamp_the_feed() {
    let long = "a".repeat(2000);
    let set = Payload::Set { key: "x".into(), value: long.clone() };
    let entry = Arc::new(Entry::new(5, 2, set));
    let (key, value) = ("x".to_string(), Some(long.clone()));
    let client = |read| LabEvent::Client {
        client: 1,
        op: 1,
        key: key.clone(),
        value: value.clone().filter(|_| read),
        node: None,
        result: ClientResult::Ok,
        index: None,
        read: Some(long.clone()),
        form: WriteForm::default(),
    };
    let broken = LabEvent::Violation {
        invariant: Invariant::AcknowledgedKept,
        nodes: vec![],
        entries: vec![],
        text: ViolationDetail::AcknowledgedOther { write: long.clone(), index: 1 },
    };
    let told = [node(raft::Event::Append { node: 3, entry }), lab(client(true)), lab(client(false)), lab(broken)];
    assert_eq!(told[0], "S3 stores entry 5: x=aaaaaaaaaaaaaaaaaaaaaa… (2000 B)");
    for told in told {
        assert!(told.chars().count() < 400, "{told}");
    }
}

#[test]
fn cuts_in_words() {
    let both = |pairs: &[Link]| pairs.iter().flat_map(|&(a, b)| [(a, b), (b, a)]).collect::<Vec<Link>>();
    let cut = |links: Vec<Link>| lab(LabEvent::Cut { links, name: Some("cut 1".into()) });
    assert_eq!(cut(both(&[(3, 1), (3, 2), (3, 4), (3, 5)])), "S3 is cut off — cut 1");
    assert_eq!(cut(both(&[(1, 2)])), "Cut: S1–S2 — cut 1");
    assert_eq!(cut(vec![(1, 2), (2, 1), (4, 3)]), "Cut: S1–S2 and S4 → S3 — cut 1");
    let halves = both(&[(1, 3), (1, 4), (1, 5), (2, 3), (2, 4), (2, 5)]);
    assert_eq!(cut(halves), "Cut: six links between S1, S2, S3, S4 and S5 — cut 1");
    let all: Vec<Link> = (1..=5).flat_map(|a| (1..=5).filter(move |b| *b != a).map(move |b| (a, b))).collect();
    assert_eq!(lab(LabEvent::Join { links: all }), "Reconnected: all links");
    let alone = both(&[(3, 1), (3, 2), (3, 4), (3, 5)]);
    assert_eq!(lab(LabEvent::Join { links: alone }), "S3 is reconnected");
}

#[test]
fn changed_links_in_words() {
    let latency = Some((Micros::from_ms(80), Micros::from_ms(120)));
    let loss = Some(Probability { per_million: 200_000 });
    let link = |from, to, loss| lab(LabEvent::Link { from, to, latency, loss, duplicate: None });
    assert_eq!(link(Some(1), Some(3), None), "From now on, S1 → S3: 80–120 ms");
    assert_eq!(link(Some(1), None, None), "From now on, all links from S1: 80–120 ms");
    assert_eq!(link(None, Some(3), None), "From now on, all links to S3: 80–120 ms");
    assert_eq!(link(None, None, loss), "From now on, all links: 80–120 ms, 20 % lost");
}

#[test]
fn clients_in_words() {
    let told = |result, node| {
        let (key, value) = ("x".to_string(), Some("1".to_string()));
        lab(LabEvent::Client {
            client: 1,
            op: 1,
            key,
            value,
            node,
            result,
            index: None,
            read: None,
            form: WriteForm::default(),
        })
    };
    use ClientResult::*;
    let cases = [
        (Waiting, None, "The write x=1 waits for a leader"),
        (Sent, Some(2), "A client asks S2 to write x=1"),
        (Ok, Some(2), "The write x=1 is acknowledged"),
        (Refused, Some(2), "S2 refuses the write x=1 — it is not the leader"),
        (Unknown, Some(2), "The client cannot tell whether x=1 took effect — the node crashed or lost its leadership before it answered"),
        (Retrying, Some(2), "The client will send the write x=1 again — the node crashed or lost its leadership before it answered"),
    ];
    for (result, node, words) in cases {
        assert_eq!(told(result, node), words);
    }
    let of_form = |value: Option<&str>, form, result| {
        let (key, value, node) = ("x".to_string(), value.map(str::to_string), Some(2));
        lab(LabEvent::Client { client: 1, op: 1, key, value, node, result, index: None, read: None, form })
    };
    let form = |delete, only_if| WriteForm { delete, only_if };
    let expects = Some(Some("0".to_string()));
    assert_eq!(of_form(None, form(true, None), Sent), "A client asks S2 to delete x");
    assert_eq!(of_form(None, form(true, None), Ok), "The deletion of x is acknowledged");
    assert_eq!(
        of_form(Some("1"), form(false, expects), NotMatched),
        "The write x=1 if 0 is not done — the key has another value"
    );
}

/// The important lines after these actions on the opening run, each at a time, with the number that it stands for.
fn told_after(acts: &[(u64, Action)]) -> (Feed, Vec<(String, u64)>) {
    let mut lab = Lab::new(Scenario::opening()).unwrap();
    let mut feeds = Feeds::default();
    for (at, act) in acts {
        lab.advance_to(Micros::from_ms(*at), u64::MAX);
        lab.act(act.clone()).unwrap();
    }
    lab.advance_to(lab.world().at + Micros::from_ms(300), u64::MAX);
    let feed = feeds.at(&lab.past(), lab.events());
    let told = feed.last(Filter::Matters, 60).into_iter().map(|line| {
        let count = line.fold.as_ref().map_or(1, |fold| fold.count);
        (describe(&line, 5, &English).text.replace('\u{a0}', " "), count)
    });
    let told = told.collect();
    (Feed::clone(&feed), told)
}

#[test]
fn many_of_a_kind_are_one_line_with_their_number() {
    let write = Action::WriteMany {
        count: 10,
        every: None,
        clients: Some(10),
        value_bytes: None,
        keys: None,
        retry_after: None,
    };
    let (feed, told) = told_after(&[(700, write)]);
    let has = |words: &str| told.iter().find(|(text, _)| text.contains(words)).map(|(_, count)| *count);
    assert_eq!(has("10 writes are sent to S"), Some(10), "{told:?}");
    assert_eq!(has("10 writes are acknowledged"), Some(10), "{told:?}");
    assert_eq!(has(" appends entries "), Some(10), "{told:?}");
    assert_eq!(has("5 snapshots are taken"), Some(5), "{told:?}");
    assert_eq!(has("4 of S3’s streams are now at line rate"), Some(4), "{told:?}");
    assert!(feed.important().iter().all(|line| line.fold.is_none()), "on its own, each is there too");
}

#[test]
fn what_is_done_to_a_message_and_what_comes_of_it_is_always_told() {
    let write = Action::Write {
        key: "x".into(),
        value: "1".into(),
        only_if: None,
        node: None,
        client: None,
        retry_after: None,
    };
    let dropped = Selector { kind: Some(MessageKind::Append), count: Some(1), ..Selector::default() };
    let (feed, told) = told_after(&[(700, Action::Drop(dropped)), (701, write)]);
    let words = ["will be dropped", "is lost", "no answer in time", ": append ", "is acknowledged"];
    for words in words {
        assert!(told.iter().any(|(text, _)| text.contains(words)), "{words}: {told:?}");
    }
    let again = feed.important().into_iter().filter(|line| line.context.owed && line.record.event.name() == "sent");
    assert_eq!(again.count(), 1, "{told:?}");
}

#[test]
fn a_filter_keeps_to_a_node_or_an_entry() {
    let (feed, _) = told_after(&[]);
    let all = feed.last(Filter::Everything, usize::MAX);
    let of_node = feed.last(Filter::Node(2), usize::MAX);
    assert!(!of_node.is_empty() && of_node.len() < all.len());
    assert!(of_node.iter().all(|line| line.highlight().nodes.contains(&2) && line.topic != Topic::Messages));
    let of_entry: Vec<&str> =
        feed.last(Filter::Entry(1), usize::MAX).iter().map(|line| line.record.event.name()).collect();
    for event in ["append", "durable", "commit", "apply"] {
        assert!(of_entry.contains(&event), "{event}: {of_entry:?}");
    }
}
