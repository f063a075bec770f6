//! A sheet of the inspector: a title, a sentence, and fields whose values may be links.

use crate::raft::NodeId;
use crate::view::format::NodeName;
use crate::view::lang::Text;
use crate::view::selection::Selection;

/// The most pairs of a state machine, entries of a message or messages of a link that are listed.
pub(super) const LISTED_MAX: usize = 8;

/// The sheet of a subject.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sheet {
    /// The subject's name.
    pub title: String,
    /// A sentence that describes the subject.
    pub lead: String,
    /// The subject's fields, in display order.
    pub fields: Vec<Field>,
}

/// A field of a sheet.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Its values, each with an optional link.
    pub values: Vec<Value>,
}

/// A value of a field.
#[derive(Clone, Debug, PartialEq)]
pub struct Value {
    /// The value as text.
    pub text: String,
    /// What a click on it selects; none if it is no link.
    pub to: Option<Selection>,
}

pub(super) fn sheet(title: String, lead: String) -> Sheet {
    Sheet { title, lead, fields: Vec::new() }
}

pub(super) fn plain(text: impl Into<String>) -> Vec<Value> {
    vec![Value { text: text.into(), to: None }]
}

pub(super) fn to_node(node: NodeId) -> Value {
    Value { text: NodeName(node).to_string(), to: Some(Selection::Node(node)) }
}

pub(super) fn to_nodes(nodes: impl IntoIterator<Item = NodeId>, t: &dyn Text) -> Vec<Value> {
    let values: Vec<Value> = nodes.into_iter().map(to_node).collect();
    if values.is_empty() {
        plain(t.nobody())
    } else {
        values
    }
}

impl Sheet {
    pub(super) fn add(&mut self, name: &str, values: Vec<Value>) {
        self.fields.push(Field { name: name.into(), values });
    }
}

/// At most [`LISTED_MAX`] of the values, and the number of the others.
pub(super) fn listed(mut values: Vec<Value>, t: &dyn Text) -> Vec<Value> {
    let more = values.len().saturating_sub(LISTED_MAX);
    if more > 0 {
        values.truncate(LISTED_MAX);
        values.push(Value { text: t.and_so_many_more(more as u64), to: None });
    }
    values
}
