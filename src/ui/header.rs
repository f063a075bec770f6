//! The top of the page: its name, one sentence that says what is going on, and what concerns the page as a whole.

use yew::prelude::*;

use super::icons::{brand, icon, Icon};
use super::shared::Shared;
use super::text;
use crate::lab::World;
use crate::view::command::Command;
use crate::view::headline::headline;

/// What the header needs.
#[derive(Properties, PartialEq)]
pub struct HeaderProps {
    /// Everything that is known.
    pub world: Shared<World>,
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
    html! {
        <header class="top">
            <h1 class="brand">{ brand() }{ t.brand() }</h1>
            <p class="headline">{ headline(&props.world, t) }</p>
            <div class="buttons">
                <button type="button" onclick={ask(Command::NewRun)}>{ t.new_run() }</button>
                <button type="button" class="icon" aria-label={t.theme()} title={t.theme()} onclick={ask(Command::Theme)}>
                    { icon(Icon::Theme) }
                </button>
                <button type="button" class="icon" aria-label={t.help()} title={t.help()} onclick={ask(Command::Help)}>
                    { icon(Icon::Help) }
                </button>
            </div>
        </header>
    }
}
