//! The inspector's sheet for a message.

use super::sheet::{listed, plain, sheet, to_node, Sheet, Value};
use crate::lab::vocab::id::MessageId;
use crate::lab::world::{InFlight, World};
use crate::raft::log::SharedEntry;
use crate::raft::rpc::{
    AppendEntries, AppendResponse, AppendResult, InstallResponse, InstallSnapshot, Message, TimeoutNow, VoteRequest,
    VoteResponse,
};
use crate::raft::{Index, NodeId, Term};
use crate::view::format::{grouped, ms, percent, range};
use crate::view::lang::Text;
use crate::view::message::{full, short};
use crate::view::payload::{sized, told};
use crate::view::selection::Selection;

/// The most letters of a chunk that are shown.
const CHUNK_LETTERS: usize = 400;

/// The sheet of a message.
pub(super) fn of_message(world: &World, id: MessageId, t: &dyn Text) -> Sheet {
    let lost = world.lost.iter().find(|lost| lost.message.id == id);
    let Some(message) = world.messages.get(&id).or(lost.map(|lost| &lost.message)) else {
        return sheet(t.message_number(id), t.gone().into());
    };
    // Every field is named, so that a new one is not forgotten.
    let InFlight { id, from, to, kind, re, copy_of, sent, arrives, held, passed: _, message: said } = &**message;
    let mut sheet = sheet(short(said, t), full(said, t));
    sheet.add(t.field_from(), vec![to_node(*from)]);
    sheet.add(t.field_to(), vec![to_node(*to)]);
    sheet.add(t.field_sent(), plain(t.at_ms(&ms(*sent, 1))));
    match lost {
        Some(lost) => sheet.add(t.field_lost(), plain(t.lost_at(&ms(lost.at, 1), lost.why))),
        None if *held => sheet.add(t.field_arrives(), plain(t.held())),
        None => sheet.add(t.field_arrives(), plain(t.at_ms(&ms(*arrives, 1)))),
    }
    let gone = percent(message.passed_at(lost.map_or(world.at, |lost| lost.at)).into(), 1_000_000);
    sheet.add(t.field_way_gone(), plain(t.way_gone(gone)));
    sheet.add(t.field_number(), plain(format!("{} · {}", grouped(*id), t.message_kind(*kind))));
    let mut others = |name: &str, other: Option<MessageId>| {
        if let Some(other) = other {
            sheet.add(name, vec![Value { text: t.message_number(other), to: Some(Selection::Message(other)) }]);
        }
    };
    others(t.field_answers(), *re);
    others(t.field_copy_of(), *copy_of);
    match &**said {
        Message::Append(append) => of_append(&mut sheet, append, *from, t),
        Message::AppendResponse(answer) => of_append_answer(&mut sheet, answer, *from, t),
        Message::Vote(vote) => of_vote(&mut sheet, vote, t),
        Message::VoteResponse(answer) => of_vote_answer(&mut sheet, answer, t),
        Message::Install(chunk) => of_chunk(&mut sheet, chunk, t),
        Message::InstallResponse(answer) => of_chunk_answer(&mut sheet, answer, t),
        Message::TimeoutNow(TimeoutNow { term, leader }) => {
            sheet.add(t.field_term(), plain(grouped(*term)));
            sheet.add(t.field_leader(), vec![to_node(*leader)]);
        }
    }
    sheet
}

/// An entry of a log by index and term, or the start of the log.
fn entry_at(node: NodeId, index: Index, term: Term, t: &dyn Text) -> Vec<Value> {
    match index {
        0 => plain(t.log_begin()),
        _ => vec![Value { text: t.index_of_term(index, term), to: Some(Selection::Entry(node, index)) }],
    }
}

fn of_append(sheet: &mut Sheet, append: &AppendEntries, from: NodeId, t: &dyn Text) {
    let AppendEntries { term, leader, prev_log_index, prev_log_term, leader_commit, entries } = append;
    sheet.add(t.field_term(), plain(grouped(*term)));
    sheet.add(t.field_leader(), vec![to_node(*leader)]);
    sheet.add(t.field_after(), entry_at(from, *prev_log_index, *prev_log_term, t));
    sheet.add(t.field_commit(), plain(grouped(*leader_commit)));
    let entry = |entry: &SharedEntry| Value {
        text: t.entry_of_term(entry.index, &told(&entry.payload, t), entry.term),
        to: Some(Selection::Entry(from, entry.index)),
    };
    if !entries.is_empty() {
        sheet.add(t.field_entries(), listed(entries.iter().map(entry).collect(), t));
    }
}

fn of_append_answer(sheet: &mut Sheet, answer: &AppendResponse, from: NodeId, t: &dyn Text) {
    let AppendResponse { term, result } = answer;
    sheet.add(t.field_term(), plain(grouped(*term)));
    match result {
        AppendResult::Success(index) => {
            let value = Value { text: grouped(*index), to: (*index > 0).then_some(Selection::Entry(from, *index)) };
            sheet.add(t.field_agrees(), vec![value]);
        }
        AppendResult::Conflict(Some(hint)) => sheet.add(t.field_hint(), entry_at(from, hint.index, hint.term, t)),
        AppendResult::Conflict(None) | AppendResult::StaleTerm => {}
    }
}

fn of_vote(sheet: &mut Sheet, vote: &VoteRequest, t: &dyn Text) {
    let VoteRequest { term, candidate, last_log_index, last_log_term, pre_vote, transfer } = vote;
    sheet.add(t.field_term(), plain(grouped(*term)));
    sheet.add(t.field_candidate(), vec![to_node(*candidate)]);
    sheet.add(t.field_last_entry(), entry_at(*candidate, *last_log_index, *last_log_term, t));
    sheet.add(t.field_pre_vote(), plain(t.yes_or_no(*pre_vote)));
    sheet.add(t.field_told_to(), plain(t.yes_or_no(*transfer)));
}

fn of_vote_answer(sheet: &mut Sheet, answer: &VoteResponse, t: &dyn Text) {
    let VoteResponse { term, granted, pre_vote } = answer;
    sheet.add(t.field_term(), plain(grouped(*term)));
    sheet.add(t.field_granted(), plain(t.yes_or_no(*granted)));
    sheet.add(t.field_pre_vote(), plain(t.yes_or_no(*pre_vote)));
}

fn of_chunk(sheet: &mut Sheet, chunk: &InstallSnapshot, t: &dyn Text) {
    let InstallSnapshot { term, leader, meta, offset, data, done } = chunk;
    sheet.add(t.field_term(), plain(grouped(*term)));
    sheet.add(t.field_leader(), vec![to_node(*leader)]);
    sheet.add(t.field_snapshot(), plain(t.snapshot_named(meta.id, meta.index, meta.term)));
    sheet.add(t.field_members(), plain(t.membership(&meta.membership.1)));
    let bytes = data.len() as u64;
    let place = if data.is_empty() { t.bytes(0) } else { range(*offset, offset + bytes - 1) };
    sheet.add(t.field_bytes(), plain(place));
    sheet.add(t.field_last_chunk(), plain(t.yes_or_no(*done)));
    let holds = String::from_utf8_lossy(data).replace('\n', "⏎");
    sheet.add(t.field_holds(), plain(sized(&holds, CHUNK_LETTERS, t)));
}

fn of_chunk_answer(sheet: &mut Sheet, answer: &InstallResponse, t: &dyn Text) {
    let InstallResponse { term, snapshot, last_included_index, last_included_term, result: _ } = answer;
    sheet.add(t.field_term(), plain(grouped(*term)));
    sheet.add(t.field_snapshot(), plain(t.snapshot_named(*snapshot, *last_included_index, *last_included_term)));
}
