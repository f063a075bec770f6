//! What stands in the fields of a trace line: what people are told of it, and what cannot be there.

use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

use super::log::Entry;
use super::snapshot::Snapshot;
use crate::runtime::Micros;

/// One event of a table.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// Its name in a trace.
    pub name: &'static str,
    /// What it means.
    #[cfg(not(target_family = "wasm"))]
    pub meaning: &'static str,
    /// What it says, beside its name.
    pub fields: &'static [Field],
}

impl Row {
    /// Whether it may have other fields than those of the table: one of them is written as its own fields.
    pub fn is_open(&self) -> bool {
        self.fields.iter().any(|field| field.is_flat)
    }
}

/// One field of an event.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its name in a trace.
    pub name: &'static str,
    /// What it means, where its name does not say it.
    #[cfg(not(target_family = "wasm"))]
    pub meaning: &'static str,
    /// Its type, as in the code.
    #[cfg(not(target_family = "wasm"))]
    pub type_name: &'static str,
    /// What stands in it.
    pub shape: Shape,
    /// Whether its own fields stand in its place.
    pub is_flat: bool,
}

/// How a value is written.
#[derive(Clone, Copy, Debug)]
pub enum Shape {
    /// True or false.
    Truth,
    /// A whole number, ≥ 0.
    Number,
    /// A time in milliseconds, ≥ 0.
    Time,
    /// A number from 0 to 1.
    Fraction,
    /// Any text.
    Text,
    /// One of the words of a list, which has a name.
    Word(&'static str, &'static [Word]),
    /// An object, which looks like this.
    Object(&'static str),
    /// That, or null.
    OrNull(&'static Shape),
    /// A list of such.
    List(&'static Shape),
    /// A list of these two.
    Pair(&'static Shape, &'static Shape),
}

/// One of a list of words.
#[derive(Clone, Copy, Debug)]
pub struct Word {
    /// The word.
    pub text: &'static str,
    /// What it means.
    #[cfg(not(target_family = "wasm"))]
    pub meaning: &'static str,
}

/// What can stand in a trace line.
pub trait Shown {
    /// How it is written there.
    const SHAPE: Shape;
}

macro_rules! shown {
    ($($type:ty = $shape:expr),* $(,)?) => {
        $(impl $crate::raft::shape::Shown for $type {
            const SHAPE: $crate::raft::shape::Shape = $shape;
        })*
    };
}
pub(crate) use shown;

shown! {
    bool = Shape::Truth,
    u32 = Shape::Number,
    u64 = Shape::Number,
    Micros = Shape::Time,
    String = Shape::Text,
    Entry = Shape::Object("{ index, term, and one of set: [key, value], blank: true, members }"),
    Snapshot = Shape::Object("{ id, index, term, bytes }"),
}

impl<T: Shown> Shown for Rc<T> {
    const SHAPE: Shape = T::SHAPE;
}

impl<T: Shown> Shown for Arc<T> {
    const SHAPE: Shape = T::SHAPE;
}

impl<T: Shown> Shown for Option<T> {
    const SHAPE: Shape = Shape::OrNull(&T::SHAPE);
}

impl<T: Shown> Shown for Vec<T> {
    const SHAPE: Shape = Shape::List(&T::SHAPE);
}

impl<T: Shown> Shown for BTreeSet<T> {
    const SHAPE: Shape = Shape::List(&T::SHAPE);
}

impl<A: Shown, B: Shown> Shown for (A, B) {
    const SHAPE: Shape = Shape::Pair(&A::SHAPE, &B::SHAPE);
}
