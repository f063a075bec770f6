//! What the panel of the replication streams needs.

use std::rc::Rc;

use yew::prelude::*;

use crate::lab::event::Link;
use crate::lab::World;
use crate::ui::shared::Shared;
use crate::view::page::Change;
use crate::view::selection::{Highlight, Selection};

/// What the panel needs.
#[derive(Properties, PartialEq)]
pub struct StreamsProps {
    /// Everything that is known.
    pub world: Shared<World>,
    /// What is highlighted.
    pub look: Rc<Highlight>,
    /// What is selected.
    pub selected: Option<Selection>,
    /// The stream that is open.
    pub open: Option<Link>,
    /// To highlight the two ends of a stream, and to open it.
    pub change: Callback<Change>,
}
