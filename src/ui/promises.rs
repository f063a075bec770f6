//! The dialog of Raft's guarantees: the statement of each, its section in the paper, and whether it has held so far.

use yew::prelude::*;

use super::dialog::Modal;
use super::shared::Shared;
use super::text;
use crate::lab::World;
use crate::view::promises::{promises, Promise};

/// The properties of the dialog.
#[derive(Properties, PartialEq)]
pub struct PromisesProps {
    /// The world at the moment shown.
    pub world: Shared<World>,
    /// Called to close the dialog.
    pub close: Callback<()>,
}

/// The dialog.
#[component]
pub fn Promises(props: &PromisesProps) -> Html {
    let t = text();
    html! {
        <Modal title={t.promises_title()} close={props.close.clone()}>
            <p>{ t.promises_text() }</p>
            <ul class="promises">
                for promise in promises(&props.world, t) {
                    { show(promise) }
                }
            </ul>
        </Modal>
    }
}

fn show(Promise { invariant, name, sentence, section, broken }: Promise) -> Html {
    let t = text();
    let (mark, class, holds) =
        if broken.is_none() { ("✓", "good", t.promise_holds()) } else { ("✗", "bad", t.promise_is_broken()) };
    html! {
        <li key={invariant.text()} class={class} data-promise={invariant.text()}>
            <span class={classes!("badge", class)} aria-hidden="true">{ mark }</span>
            <div>
                <b>{ name }</b><span class="visually-hidden">{ ", " }{ holds }</span>
                <small>{ section }</small>
                <p>{ sentence }</p>
                if let Some(how) = broken {
                    <p class="wrong">{ how }</p>
                }
            </div>
        </li>
    }
}
