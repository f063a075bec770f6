//! The top of the page: its name, one sentence that says what is going on, and what concerns the page as a whole.

use yew::prelude::*;

use super::icons::{brand, icon, Icon};
use super::text;
use crate::view::command::Command;

/// What the header needs.
#[derive(Properties, PartialEq)]
pub struct HeaderProps {
    /// What is going on.
    pub headline: AttrValue,
    /// Which branch this is, of how many.
    pub branch: (usize, usize),
    /// To ask something of the page.
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
    let button = |name: &'static str, picture: Icon, command: Command| {
        html! {
            <button type="button" class="icon" aria-label={name} title={name} onclick={ask(command)}>{ icon(picture) }</button>
        }
    };
    html! {
        <header class="top">
            <h1 class="brand">{ brand() }{ t.brand() }</h1>
            <p class="headline">{ &props.headline }</p>
            <div class="buttons">
                if props.branch.1 > 1 {
                    <button type="button" data-branches="" aria-haspopup="menu" onclick={ask(Command::Branches)}>
                        { t.run_of(props.branch.0, props.branch.1) }
                    </button>
                }
                { button(t.undo(), Icon::Undo, Command::Undo) }
                { button(t.redo(), Icon::Redo, Command::Redo) }
                <button type="button" onclick={ask(Command::NewRun)}>{ t.new_run() }</button>
                { button(t.theme(), Icon::Theme, Command::Theme) }
                { button(t.help(), Icon::Help, Command::Help) }
            </div>
        </header>
    }
}
