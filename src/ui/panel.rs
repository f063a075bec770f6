//! The parts that all panels have: a title that folds the panel.

use yew::prelude::*;

use super::rest::Rest;
use super::text;
use crate::view::page::Change;
use crate::view::settings::{PanelName, CLUSTER};

/// The properties of a title.
#[derive(Properties, PartialEq)]
pub struct TitleProps {
    /// The panel that it folds.
    pub panel: PanelName,
    /// Its text.
    pub title: AttrValue,
    /// Whether the panel is folded.
    #[prop_or_default]
    pub folded: bool,
    /// Called to fold or unfold the panel.
    pub change: Callback<Change>,
}

/// The title of a panel: a button that folds or unfolds it. Its text has the id `<panel>-title`.
#[component]
pub fn Title(props: &TitleProps) -> Html {
    let TitleProps { panel, title, folded, change } = props;
    let onclick = {
        let (change, panel) = (change.clone(), *panel);
        move |_: MouseEvent| change.emit(Change::Fold(panel))
    };
    let id = format!("{panel}-title");
    html! {
        <h2 class="title">
            <button
                type="button" aria-expanded={(!folded).to_string()} title={text().fold()} {onclick}
                data-home={format!("button:has(> #{id})")}
            >
                <span {id}>{ title }</span>
            </button>
        </h2>
    }
}

/// The place of a panel that waits for the rest of the program.
pub fn awaited(panel: PanelName, title: &'static str, rest: Rest, change: &Callback<Change>) -> Html {
    let t = text();
    html! {
        <section class={classes!("card", panel)} aria-labelledby={format!("{panel}-title")} aria-busy="true">
            <div class="card-head"><Title {panel} {title} change={change.clone()} /></div>
            <p class="hint" role="status">{ if rest == Rest::Missing { t.part_missing() } else { t.part_coming() } }</p>
        </section>
    }
}

/// A folded panel.
pub fn folded(panel: PanelName, title: &'static str, change: &Callback<Change>) -> Html {
    // The skip link leads to the cluster, so its target must exist.
    let id = (panel == CLUSTER).then_some("cluster");
    html! {
        <section class={classes!("card", "folded", panel)} {id} tabindex={id.map(|_| "-1")} aria-labelledby={format!("{panel}-title")}>
            <Title {panel} {title} folded=true change={change.clone()} />
        </section>
    }
}
