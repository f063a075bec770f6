//! What a person does with time: back, forward, undo, another way.

pub mod branches;
pub mod head;
pub mod player;
pub mod rerun;
