//! The dialog of Raft's guarantees: the statement of each, its section in the paper, and whether it has held so far.

use yew::prelude::*;

use super::dialog::Modal;
use super::files::{awaited, use_file, File};
use super::shared::Shared;
use super::text;
use crate::lab::World;
use crate::view::invariants::{invariants, statements, InvariantStatus};

/// The properties of the dialog.
#[derive(Properties, PartialEq)]
pub struct InvariantsProps {
    /// The world at the moment shown.
    pub world: Shared<World>,
    /// Called to close the dialog.
    pub close: Callback<()>,
}

/// The dialog.
#[component]
pub fn Invariants(props: &InvariantsProps) -> Html {
    let t = text();
    let (mut file, again) = use_file(format!("{}/promises.json", t.language_tag()));
    let statements = match &file {
        File::Loaded(text) => statements(text),
        _ => Ok(Vec::new()),
    };
    if statements.is_err() {
        file = File::Missing;
    }
    let statements = statements.unwrap_or_default();
    html! {
        <Modal title={t.invariants_title()} close={props.close.clone()}>
            <p>{ t.invariants_text() }</p>
            { awaited(&file, again) }
            <ul class="promises">
                for status in invariants(&props.world, t) {
                    { show(&status, statements.iter().find(|(of, _)| *of == status.invariant).map(|(_, text)| text)) }
                }
            </ul>
        </Modal>
    }
}

/// A guarantee. Whether it holds is seen before its statement is loaded.
fn show(InvariantStatus { invariant, name, section, broken }: &InvariantStatus, statement: Option<&String>) -> Html {
    let t = text();
    let (mark, class, holds) =
        if broken.is_none() { ("✓", "good", t.invariant_holds()) } else { ("✗", "bad", t.invariant_is_violated()) };
    html! {
        <li key={invariant.text()} class={class} data-promise={invariant.text()}>
            <span class={classes!("badge", class)} aria-hidden="true">{ mark }</span>
            <div>
                <b>{ *name }</b><span class="visually-hidden">{ ", " }{ holds }</span>
                <small>{ *section }</small>
                <p>{ statement.cloned().unwrap_or_default() }</p>
                if let Some(how) = broken {
                    <p class="wrong">{ how.clone() }</p>
                }
            </div>
        </li>
    }
}
