//! The panel of the inspector: the data of the selection, with links to what it refers to.

use yew::prelude::*;

use super::focus::home_of;
use super::icons::{icon, Icon};
use super::scene::Scene;
use super::shared::Shared;
use super::text;
use crate::lab::World;
use crate::view::inspector::{inspect, Value};
use crate::view::page::Change;
use crate::view::selection::Selection;

/// The length, in bytes, from which on the sentence may need scrolling.
const LONG: usize = 200;

/// The properties of the inspector.
#[derive(Properties, PartialEq)]
pub struct InspectorProps {
    /// The world at the moment shown.
    pub world: Shared<World>,
    /// What is selected.
    pub selection: Selection,
    /// Called to change the selection.
    pub change: Callback<Change>,
}

/// The panel, if anything is selected.
pub fn panel(scene: &Scene) -> Option<Html> {
    let Scene { frame, page, actions, .. } = scene;
    let selection = page.selected?;
    Some(html! { <Inspector world={frame.panels.rest.clone()} {selection} change={actions.change.clone()} /> })
}

/// The panel.
#[component]
pub fn Inspector(props: &InspectorProps) -> Html {
    let t = text();
    let sheet = inspect(&props.world, props.selection, t);
    let let_go = {
        let change = props.change.clone();
        move |_: MouseEvent| change.emit(Change::Deselect)
    };
    html! {
        <section class="card inspector" data-home={home_of(props.selection, &props.world)} aria-labelledby="inspector-title">
            <div class="card-head">
                <h2 id="inspector-title">{ sheet.title }</h2>
                <button type="button" class="icon small" aria-label={t.let_go()} title={t.let_go()} onclick={let_go}>
                    { icon(Icon::Close) }
                </button>
            </div>
            <div class="scroller" tabindex="0" role="group" aria-labelledby="inspector-title" data-scroller="">
                if !sheet.lead.is_empty() {
                    { lead(sheet.lead) }
                }
                <dl>
                    for (i, field) in sheet.fields.into_iter().enumerate() {
                        <div key={i}>
                            <dt>{ field.name }</dt>
                            <dd>
                                for value in field.values {
                                    { show(value, &props.change) }
                                }
                            </dd>
                        </div>
                    }
                </dl>
            </div>
        </section>
    }
}

/// The sentence about the subject. A long one scrolls by itself, so that the fields stay in view.
fn lead(sentence: String) -> Html {
    if sentence.len() < LONG {
        return html! { <p class="lead">{ sentence }</p> };
    }
    html! { <p class="lead" tabindex="0" role="group" aria-labelledby="inspector-title" data-scroller="">{ sentence }</p> }
}

fn show(Value { text, to }: Value, change: &Callback<Change>) -> Html {
    let Some(to) = to else { return html! { <span>{ text }</span> } };
    let change = change.clone();
    html! {
        <button type="button" class="leads" onclick={move |_: MouseEvent| change.emit(Change::Select(Some(to)))}>
            { text }
        </button>
    }
}
