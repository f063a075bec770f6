//! Navigation in time: stepping back and forward, undo, branches.

pub mod branches;
pub mod head;
pub mod player;
pub mod rerun;
mod travel;
