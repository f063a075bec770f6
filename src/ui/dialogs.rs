//! The component of each dialog.

use yew::prelude::*;

use super::cluster::partition::Partition;
use super::config::ClusterSettings;
use super::help::Help;
use super::invariants::Invariants;
use super::links::Links;
use super::scene::Scene;
use super::shared::Shared;
use crate::raft::NodeId;
use crate::view::page::Dialog;

/// The open dialog, if any.
pub fn dialog(scene: &Scene) -> Html {
    let Scene { frame, page, actions, .. } = scene;
    let (world, close) = (&frame.world, actions.close_dialog.clone());
    match page.dialog {
        None => Html::default(),
        Some(Dialog::Help) => html! {
            <Help characters={page.settings.characters} change={actions.change.clone()} {close} />
        },
        Some(Dialog::Invariants) => html! { <Invariants world={world.clone()} {close} /> },
        Some(Dialog::Partition) => html! {
            <Partition world={world.clone()} act={actions.partition.clone()} {close} />
        },
        Some(Dialog::Settings) => html! {
            <ClusterSettings
                nodes={world.nodes.len() as NodeId}
                config={scene.driver.config()}
                usual={world.links.usual}
                wish={actions.wish.clone()}
                {close}
            />
        },
        Some(Dialog::Links(link)) => html! {
            <Links
                nodes={world.nodes.keys().copied().collect::<Vec<NodeId>>()}
                specs={Shared(world.links.clone())}
                {link}
                act={actions.act.clone()}
                {close}
            />
        },
    }
}
