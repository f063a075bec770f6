//! The panel of the cluster: the picture, and the controls below it.

mod clients;
mod links;
mod moving;
pub mod nodes;
pub mod partition;
mod screen;
pub mod shapes;
mod stage;
mod swarm;
mod write;

use std::rc::Rc;

use web_sys::HtmlSelectElement;
use yew::prelude::*;

use super::acts::use_acts;
use super::panel::Title;
use super::scene::Scene;
use super::shared::Shared;
use super::{media, text};
use crate::lab::vocab::action::Action;
use crate::lab::World;
use crate::raft::NodeId;
use crate::view::acts::{acts, Played};
use crate::view::command::Command;
use crate::view::hint::hint;
use crate::view::message::{self, Scope};
use crate::view::node;
use crate::view::page::{Change, FocusRequests, Strokes};
use crate::view::selection::{Highlight, Selection};
use crate::view::settings::{Setting, CLUSTER};

/// The properties of the panel.
#[derive(Properties, PartialEq)]
pub struct ClusterProps {
    /// The world at the moment shown.
    pub world: Shared<World>,
    /// What happened lately.
    pub lately: Vec<Played>,
    /// What is selected.
    pub selected: Option<Selection>,
    /// The messages that are drawn.
    pub scope: Scope,
    /// The highlight.
    pub look: Rc<Highlight>,
    /// The strokes as they were drawn.
    pub drawn: Rc<Strokes>,
    /// Whether the clock is stopped.
    pub still: bool,
    /// Whether the run has halted.
    pub halted: bool,
    /// The node that the form sends requests to; none means the leader.
    pub write_to: Option<NodeId>,
    /// Requests for the focus of the form.
    pub form_focus: FocusRequests,
    /// Called to act on the cluster.
    pub act: Callback<Action>,
    /// Called to change the page's state.
    pub change: Callback<Change>,
    /// Called to carry out a command.
    pub command: Callback<Command>,
}

/// The panel, from the scene.
pub fn panel(scene: &Scene) -> Option<Html> {
    let Scene { frame, page, highlight, actions, .. } = scene;
    Some(html! {
        <Cluster
            world={frame.panels.cluster.clone()}
            lately={acts(&frame.panels.feed, &frame.panels.cluster)}
            selected={page.selected}
            scope={page.settings.scope}
            look={highlight.clone()}
            drawn={page.strokes.clone()}
            still={!frame.playing}
            halted={frame.halted.is_some()}
            write_to={page.write_to}
            form_focus={page.form_focus}
            act={actions.act.clone()}
            change={actions.change.clone()}
            command={actions.command.clone()}
        />
    })
}

/// The panel.
#[component]
pub fn Cluster(props: &ClusterProps) -> Html {
    let t = text();
    let by_finger = use_memo((), |()| media::by_finger()).holds();
    let acts = use_acts(&props.lately, props.world.n);
    let ask = |command: Command| {
        let ask = props.command.clone();
        move |_: MouseEvent| ask.emit(command)
    };
    let choose = {
        let change = props.change.clone();
        move |event: Event| {
            let chosen = event.target_dyn_into::<HtmlSelectElement>().and_then(|field| field.value().parse().ok());
            if let Some(scope) = chosen.and_then(|place: usize| Scope::ALL.get(place)) {
                change.emit(Change::Set(Setting::Scope(*scope)));
            }
        }
    };
    let why_nothing = match props.halted {
        true => Some(t.hint_halted(by_finger).into()),
        false => hint(&props.world, !props.still, by_finger, t),
    };
    let caption = caption(&props.world, &props.look)
        .or(why_nothing.map(AttrValue::from))
        .unwrap_or(AttrValue::Static(t.cluster_caption(by_finger)));
    html! {
        <section class="card cluster" id="cluster" tabindex="-1" aria-labelledby="cluster-title">
            <div class="card-head">
                <Title panel={CLUSTER} title={t.cluster()} change={props.change.clone()} />
                <span class="hint">{ t.cluster_hint(by_finger) }</span>
                <select class="quiet" aria-label={t.scope()} title={t.scope_why()} onchange={choose}>
                    for (place, scope) in Scope::ALL.into_iter().enumerate() {
                        <option key={place} value={place.to_string()} selected={scope == props.scope}>{ scope.name(t) }</option>
                    }
                </select>
            </div>
            <stage::Stage
                world={props.world.clone()}
                {acts}
                selected={props.selected}
                scope={props.scope}
                look={props.look.clone()}
                drawn={props.drawn.clone()}
                still={props.still}
                act={props.act.clone()}
                change={props.change.clone()}
                command={props.command.clone()}
            />
            <div class="below">
                <p class="caption">{ caption }</p>
                if !props.world.cut.is_empty() {
                    <button type="button" data-home="[data-whole]" onclick={ask(Command::RejoinAll)}>{ t.rejoin_all() }</button>
                }
            </div>
            <div class="tools">
                <write::Write
                    nodes={props.world.nodes.keys().copied().collect::<Vec<NodeId>>()}
                    to={props.write_to}
                    focus={props.form_focus}
                    act={props.act.clone()}
                    change={props.change.clone()}
                    command={props.command.clone()}
                />
                <div class="group">
                    <button type="button" data-whole="" aria-haspopup="menu" onclick={ask(Command::Cluster)}>{ t.whole_cluster() }</button>
                </div>
            </div>
        </section>
    }
}

/// The description of what is pointed at.
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
