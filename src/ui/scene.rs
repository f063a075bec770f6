//! The inputs of panels and dialogs.

use std::rc::Rc;

use yew::Callback;

use super::driver::{Driver, Frame};
use super::rest::Rest;
use super::source::Source;
use crate::lab::vocab::action::Action;
use crate::view::command::Command;
use crate::view::config_form::Wish;
use crate::view::menu::MenuAction;
use crate::view::page::{Change, Page};
use crate::view::selection::Highlight;

/// The callbacks with which components act. They stay the same for the life of the page.
#[derive(Clone, PartialEq)]
pub struct Actions {
    /// Changes the page's state.
    pub change: Callback<Change>,
    /// Acts on the cluster.
    pub act: Callback<Action>,
    /// Acts on the cluster, and shows the resulting partition in words.
    pub partition: Callback<Action>,
    /// Changes the settings of the cluster, or begins a new run with others.
    pub wish: Callback<Wish>,
    /// Carries out a command.
    pub command: Callback<Command>,
    /// Carries out a choice of a menu.
    pub pick: Callback<MenuAction>,
    /// Stops the clock at the moment after this event.
    pub go_to: Callback<u64>,
    /// Closes the open dialog.
    pub close_dialog: Callback<()>,
    /// The way to the whole run.
    pub source: Source,
}

/// The page at one moment. Each panel takes only what it shows, so that other changes do not redraw it.
pub struct Scene<'a> {
    /// The state of the run.
    pub frame: &'a Frame,
    /// The state of the page.
    pub page: &'a Page,
    /// What is highlighted in every panel.
    pub highlight: Rc<Highlight>,
    /// The callbacks with which to act.
    pub actions: &'a Actions,
    /// For data that is too expensive to be in every frame.
    pub driver: &'a Driver,
    /// Whether the rest of the program is there.
    pub rest: Rest,
}
