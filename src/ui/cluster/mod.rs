//! The panel of the cluster: the ring, and what can be done to it.

mod links;
mod moving;
pub mod nodes;
pub mod partition;
pub mod shapes;
mod stage;
mod write;

use std::rc::Rc;

use web_sys::HtmlSelectElement;
use yew::prelude::*;

use super::page::{Asked, Change, Strokes};
use super::panel::Title;
use super::shared::Shared;
use super::store::Panel;
use super::{media, text};
use crate::lab::{Do, World};
use crate::raft::NodeId;
use crate::view::command::Command;
use crate::view::message::{self, Scope};
use crate::view::node;
use crate::view::on_node::add_node;
use crate::view::selection::Highlight;
use crate::view::selection::Selection;

/// What the panel needs.
#[derive(Properties, PartialEq)]
pub struct ClusterProps {
    /// Everything that is known.
    pub world: Shared<World>,
    /// What is selected.
    pub selected: Option<Selection>,
    /// Which messages are drawn.
    pub scope: Scope,
    /// To choose others.
    pub choose_scope: Callback<Scope>,
    /// Why nothing happens, if it does not.
    pub hint: Option<AttrValue>,
    /// What is highlighted.
    pub look: Rc<Highlight>,
    /// The strokes as they were drawn.
    pub drawn: Rc<Strokes>,
    /// Whether the clock stands.
    pub still: bool,
    /// Where the next write goes.
    pub write_to: Option<NodeId>,
    /// Counts the times that the form was asked for.
    pub asked: Asked,
    /// To act upon the cluster.
    pub act: Callback<Do>,
    /// To change what the page remembers.
    pub change: Callback<Change>,
    /// To ask something of the page.
    pub command: Callback<Command>,
}

/// The panel.
#[component]
pub fn Cluster(props: &ClusterProps) -> Html {
    let t = text();
    let by_finger = use_memo((), |()| media::by_finger()).holds();
    let ask = |command: Command| {
        let ask = props.command.clone();
        move |_: MouseEvent| ask.emit(command)
    };
    let choose = {
        let choose = props.choose_scope.clone();
        move |event: Event| {
            let chosen = event.target_dyn_into::<HtmlSelectElement>().and_then(|field| field.value().parse().ok());
            if let Some(scope) = chosen.and_then(|place: usize| Scope::ALL.get(place)) {
                choose.emit(*scope);
            }
        }
    };
    html! {
        <section class="card cluster" id="cluster" tabindex="-1" aria-labelledby="cluster-title">
            <div class="card-head">
                <Title id="cluster-title" title={t.cluster()} panel={Panel::Cluster} change={props.change.clone()} />
                <span class="hint">{ t.cluster_hint(by_finger) }</span>
                <select class="quiet" aria-label={t.scope()} title={t.scope_why()} onchange={choose}>
                    for (place, scope) in Scope::ALL.into_iter().enumerate() {
                        <option key={place} value={place.to_string()} selected={scope == props.scope}>{ scope.name(t) }</option>
                    }
                </select>
            </div>
            <stage::Stage
                world={props.world.clone()}
                selected={props.selected}
                scope={props.scope}
                look={props.look.clone()}
                drawn={props.drawn.clone()}
                still={props.still}
                act={props.act.clone()}
                change={props.change.clone()}
                command={props.command.clone()}
            />
            <p class="caption">
                { caption(&props.world, &props.look).or(props.hint.clone()).unwrap_or(AttrValue::Static(t.cluster_caption(by_finger))) }
            </p>
            <div class="tools">
                <write::Write
                    nodes={props.world.nodes.keys().copied().collect::<Vec<NodeId>>()}
                    to={props.write_to}
                    asked={props.asked}
                    act={props.act.clone()}
                    change={props.change.clone()}
                    command={props.command.clone()}
                />
                <div class="group">
                    <button type="button" onclick={ask(Command::Partition)}>{ t.partition() }</button>
                    <button type="button" onclick={ask(Command::Links)}>{ t.links() }</button>
                    <button type="button" onclick={ask(Command::AddNode)} aria-disabled={add_node(&props.world).is_none().then_some("true")}>
                        { t.add_node() }
                    </button>
                    <button type="button" onclick={ask(Command::RejoinAll)} aria-disabled={props.world.cut.is_empty().then_some("true")}>
                        { t.rejoin_all() }
                    </button>
                </div>
            </div>
        </section>
    }
}

/// What is pointed at, in full.
fn caption(world: &World, look: &Highlight) -> Option<AttrValue> {
    let t = text();
    if let Some(id) = look.message {
        let lost = world.lost.iter().find(|lost| lost.message.id == id);
        let on_its_way = world.messages.get(&id).map(|message| message::name(message, t));
        if let Some(name) = on_its_way.or_else(|| lost.map(|lost| message::lost_name(lost, t))) {
            return Some(name.into());
        }
    }
    match look.nodes.as_slice() {
        [only] => world.nodes.get(only).map(|found| node::name(world, found, t).into()),
        _ => None,
    }
}
