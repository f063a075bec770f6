//! The panel of the cluster: the ring, and what can be done to it.

mod links;
pub mod moving;
mod nodes;
pub mod partition;
pub mod shapes;
mod stage;
mod write;

use std::rc::Rc;

use yew::prelude::*;

use super::page::{Change, Strokes};
use super::shared::Shared;
use super::text;
use crate::lab::{Do, World};
use crate::raft::NodeId;
use crate::view::command::Command;
use crate::view::feed::About;
use crate::view::message;
use crate::view::node;

/// What the panel needs.
#[derive(Properties, PartialEq)]
pub struct ClusterProps {
    /// Everything that is known.
    pub world: Shared<World>,
    /// The selected node.
    pub selected: Option<NodeId>,
    /// What is highlighted.
    pub look: Rc<About>,
    /// The strokes as they were drawn.
    pub drawn: Rc<Strokes>,
    /// Whether the clock stands.
    pub still: bool,
    /// Where the next write goes.
    pub write_to: Option<NodeId>,
    /// Counts the times that the form was asked for.
    pub write_asked: u32,
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
    let ask = |command: Command| {
        let ask = props.command.clone();
        move |_: MouseEvent| ask.emit(command)
    };
    html! {
        <section class="card cluster" id="cluster" tabindex="-1" aria-labelledby="cluster-title">
            <div class="card-head">
                <h2 id="cluster-title">{ t.cluster() }</h2>
                <span class="hint">{ t.cluster_hint() }</span>
            </div>
            <stage::Stage
                world={props.world.clone()}
                selected={props.selected}
                look={props.look.clone()}
                drawn={props.drawn.clone()}
                still={props.still}
                act={props.act.clone()}
                change={props.change.clone()}
            />
            <p class="caption">{ caption(&props.world, &props.look) }</p>
            <div class="tools">
                <write::Write
                    nodes={props.world.nodes.keys().copied().collect::<Vec<NodeId>>()}
                    to={props.write_to}
                    asked={props.write_asked}
                    act={props.act.clone()}
                    change={props.change.clone()}
                    command={props.command.clone()}
                />
                <div class="group">
                    <button type="button" onclick={ask(Command::Partition)}>{ t.partition() }</button>
                    <button type="button" onclick={ask(Command::RejoinAll)} disabled={props.world.cut.is_empty()}>
                        { t.rejoin_all() }
                    </button>
                </div>
            </div>
        </section>
    }
}

/// What is pointed at, in full.
fn caption(world: &World, look: &About) -> String {
    let t = text();
    if let Some(id) = look.message {
        let lost = world.lost.iter().find(|lost| lost.message.id == id);
        let on_its_way = world.messages.get(&id).map(|message| message::name(message, t));
        if let Some(name) = on_its_way.or_else(|| lost.map(|lost| message::lost_name(lost, t))) {
            return name;
        }
    }
    match look.nodes.as_slice() {
        [only] => world.nodes.get(only).map_or_else(String::new, |found| node::name(world, found, t)),
        _ => t.cluster_caption().to_string(),
    }
}
