//! The header: the page's name, the headline, and the buttons for the page as a whole.

use yew::prelude::*;

use super::icons::{brand, icon, Icon};
use super::text;
use crate::view::command::Command;

/// The properties of the header.
#[derive(Properties, PartialEq)]
pub struct HeaderProps {
    /// One sentence about the state of the cluster.
    pub headline: AttrValue,
    /// The position of this branch, from 1, and the number of branches.
    pub branch: (usize, usize),
    /// Whether there is something to undo, and to redo.
    pub undo: (bool, bool),
    /// Called to carry out a command.
    pub command: Callback<Command>,
}

/// The header.
#[component]
pub fn Header(props: &HeaderProps) -> Html {
    let t = text();
    let ask = |command: Command| {
        let ask = props.command.clone();
        move |_: MouseEvent| ask.emit(command)
    };
    // A button without effect can still be pressed: the command then says why nothing happens.
    let button = |name: &'static str, picture: Icon, command: Command, can: bool| {
        html! {
            <button
                type="button" class="icon" aria-label={name} title={name} aria-disabled={(!can).then_some("true")}
                onclick={ask(command)}
            >
                { icon(picture) }
            </button>
        }
    };
    html! {
        <header class="top">
            <h1 class="brand">{ brand() }{ t.brand() }</h1>
            <p class="headline">{ &props.headline }</p>
            <div class="buttons">
                if props.branch.1 > 1 {
                    <button type="button" data-branches="" data-home="" aria-haspopup="menu" onclick={ask(Command::Branches)}>
                        { t.run_of(props.branch.0, props.branch.1) }
                    </button>
                }
                { button(t.undo(), Icon::Undo, Command::Undo, props.undo.0) }
                { button(t.redo(), Icon::Redo, Command::Redo, props.undo.1) }
                <button type="button" onclick={ask(Command::NewRun)}>{ t.new_run() }</button>
                { button(t.theme(), Icon::Theme, Command::Theme, true) }
                { button(t.help(), Icon::Help, Command::Help, true) }
            </div>
        </header>
    }
}
