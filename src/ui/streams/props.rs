//! What the panel of the replication streams needs.

use std::rc::Rc;

use yew::prelude::*;

use crate::lab::vocab::id::Link;
use crate::lab::World;
use crate::ui::shared::Shared;
use crate::view::page::Change;
use crate::view::selection::{Highlight, Selection};

/// The properties of the panel.
#[derive(Properties, PartialEq)]
pub struct StreamsProps {
    /// The world at the moment that is shown.
    pub world: Shared<World>,
    /// What is highlighted.
    pub look: Rc<Highlight>,
    /// What is selected.
    pub selected: Option<Selection>,
    /// The stream that is open.
    pub open: Option<Link>,
    /// Changes what the page remembers: what is pointed at, and the stream that is open.
    pub change: Callback<Change>,
}
