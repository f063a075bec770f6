//! What every panel has: a title that folds it.

use yew::prelude::*;

use super::page::Change;
use super::store::Panel;
use super::text;

/// What a title needs.
#[derive(Properties, PartialEq)]
pub struct TitleProps {
    /// The element's name, by which the panel is called.
    pub id: AttrValue,
    /// What it says.
    pub title: AttrValue,
    /// Whose it is.
    pub panel: Panel,
    /// Whether nothing but the title is seen.
    #[prop_or_default]
    pub folded: bool,
    /// To fold the panel, or unfold it.
    pub change: Callback<Change>,
}

/// The title of a panel: pressed, it folds the panel or unfolds it.
#[component]
pub fn Title(props: &TitleProps) -> Html {
    let TitleProps { id, title, panel, folded, change } = props;
    let onclick = {
        let (change, panel) = (change.clone(), *panel);
        move |_: MouseEvent| change.emit(Change::Fold(panel))
    };
    html! {
        <h2 class="title">
            <button
                type="button" aria-expanded={(!folded).to_string()} title={text().fold()} {onclick}
                data-home={format!("button:has(> #{id})")}
            >
                <span id={id.clone()}>{ title }</span>
            </button>
        </h2>
    }
}

/// A panel that is folded.
pub fn folded(panel: Panel, change: &Callback<Change>) -> Html {
    let t = text();
    let (class, title) = match panel {
        Panel::Happened => ("happened", t.happened()),
        Panel::Cluster => ("cluster", t.cluster()),
        Panel::Logs => ("logs", t.logs()),
        Panel::Streams => ("streams", t.streams()),
    };
    // Where links of the page lead must be there.
    let id = (panel == Panel::Cluster).then_some("cluster");
    html! {
        <section class={classes!("card", "folded", class)} {id} tabindex={id.map(|_| "-1")} aria-labelledby={format!("{class}-title")}>
            <Title id={format!("{class}-title")} {title} {panel} folded=true change={change.clone()} />
        </section>
    }
}
