//! The header: the page's name, the headline, and the buttons for the page as a whole.

use yew::prelude::*;

use super::icons::{brand, icon, Icon};
use super::shared::Shared;
use super::text;
use crate::lab::World;
use crate::view::colour::term_class;
use crate::view::command::Command;
use crate::view::headline::headline;
use crate::view::narrator::{pieces, Piece};

/// The properties of the header.
#[derive(Properties, PartialEq)]
pub struct HeaderProps {
    /// What is going on, in a sentence.
    pub story: AttrValue,
    /// The world at the moment shown.
    pub world: Shared<World>,
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
            <h1 class="brand">{ brand() }<span>{ t.brand() }</span></h1>
            <div class="telling">
                <p class="story" role="status" aria-live="polite">{ story(&props.story, &props.world) }</p>
                <p class="headline">{ headline(&props.world, t) }</p>
            </div>
            <div class="buttons">
                if props.branch.1 > 1 {
                    <button type="button" data-branches="" data-home="" aria-haspopup="menu" onclick={ask(Command::Branches)}>
                        { t.run_of(props.branch.0, props.branch.1) }
                    </button>
                }
                { button(t.undo(), Icon::Undo, Command::Undo, props.undo.0) }
                { button(t.redo(), Icon::Redo, Command::Redo, props.undo.1) }
                { button(t.settings(), Icon::Settings, Command::Settings, true) }
                <button type="button" onclick={ask(Command::NewRun)}>{ t.new_run() }</button>
                { button(t.theme(), Icon::Theme, Command::Theme, true) }
                { button(t.help(), Icon::Help, Command::Help, true) }
            </div>
        </header>
    }
}

/// The sentence of the narrator, with the names of nodes in the colours of their terms.
fn story(text: &str, world: &World) -> Html {
    let colour = |node| term_class(world.nodes.get(&node).map_or(0, |node| node.term));
    let piece = |piece: Piece| match piece {
        Piece::Words(words) => html! { words },
        Piece::Node(node, name) => html! { <b class={colour(node)}>{ name }</b> },
    };
    pieces(text, |node| world.nodes.contains_key(&node)).into_iter().map(piece).collect()
}
