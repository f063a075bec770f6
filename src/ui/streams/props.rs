//! The properties of the panel of the replication streams.

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
    /// The world at the moment shown.
    pub world: Shared<World>,
    /// The highlight.
    pub look: Rc<Highlight>,
    /// What is selected.
    pub selected: Option<Selection>,
    /// The open stream.
    pub open: Option<Link>,
    /// Called to change the highlight, the selection and the open stream.
    pub change: Callback<Change>,
}
