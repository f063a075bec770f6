//! What panels and dialogs are drawn from.

use std::rc::Rc;

use yew::Callback;

use super::driver::{Driver, Frame};
use crate::lab::vocab::action::Action;
use crate::view::command::Command;
use crate::view::menu::MenuAction;
use crate::view::page::{Change, Page};
use crate::view::selection::Highlight;

/// How components act. The callbacks stay the same for as long as the page lives.
#[derive(Clone, PartialEq)]
pub struct Actions {
    /// Changes what the page remembers.
    pub change: Callback<Change>,
    /// Acts on the cluster.
    pub act: Callback<Action>,
    /// Acts on the cluster, and says in words what the partition is then.
    pub partition: Callback<Action>,
    /// Carries out a command of the table of commands.
    pub command: Callback<Command>,
    /// Carries out the choice of a menu.
    pub pick: Callback<MenuAction>,
    /// Closes the dialog that is open.
    pub close_dialog: Callback<()>,
}

/// The page at one moment. Each panel takes from it what it shows, and no more: what a panel does not get does not make
/// it be drawn again.
pub struct Scene<'a> {
    /// The run.
    pub frame: &'a Frame,
    /// What the page remembers.
    pub page: &'a Page,
    /// What is highlighted in every panel.
    pub highlight: Rc<Highlight>,
    /// How to act.
    pub actions: &'a Actions,
    /// For what is too much to be in every frame.
    pub driver: &'a Driver,
}
