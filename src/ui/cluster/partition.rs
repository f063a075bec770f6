//! The dialog that partitions the cluster: each node is put into a group.

use std::rc::Rc;

use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::lab::vocab::action::Action;
use crate::lab::World;
use crate::raft::NodeId;
use crate::ui::dialog::Modal;
use crate::ui::shared::Shared;
use crate::ui::text;
use crate::view::action::{groups, partition};
use crate::view::format::NodeName;

/// The names of the groups.
const GROUPS: [&str; 4] = ["A", "B", "C", "D"];

/// The properties of the dialog.
#[derive(Properties, PartialEq)]
pub struct PartitionProps {
    /// The world at the time when the dialog opens.
    pub world: Shared<World>,
    /// Called to partition the cluster.
    pub act: Callback<Action>,
    /// Called to close the dialog.
    pub close: Callback<()>,
}

/// The dialog.
#[component]
pub fn Partition(props: &PartitionProps) -> Html {
    let t = text();
    let chosen = use_state(|| {
        let found = groups(&props.world).into_iter().map(|(node, group)| (node, group.min(GROUPS.len() - 1)));
        found.collect::<Vec<(NodeId, usize)>>()
    });
    let choose = {
        let chosen = chosen.clone();
        Rc::new(move |node: NodeId, group: usize| {
            let mut groups = (*chosen).clone();
            groups.iter_mut().filter(|(id, _)| *id == node).for_each(|(_, own)| *own = group);
            chosen.set(groups);
        })
    };
    let onsubmit = {
        let (chosen, act, close) = (chosen.clone(), props.act.clone(), props.close.clone());
        move |event: SubmitEvent| {
            event.prevent_default();
            act.emit(partition(&chosen));
            close.emit(());
        }
    };
    let cancel = {
        let close = props.close.clone();
        move |_: MouseEvent| close.emit(())
    };
    html! {
        <Modal title={t.partition_title()} close={props.close.clone()}>
            <form class="partition" {onsubmit}>
                <p>{ t.partition_text() }</p>
                for (node, group) in chosen.iter() {
                    <fieldset key={*node}>
                        <legend>{ t.partition_node(NodeName(*node)) }</legend>
                        <span class="name" aria-hidden="true">{ NodeName(*node).to_string() }</span>
                        <span class="segments">
                            for (i, name) in GROUPS.iter().enumerate() {
                                <label key={i}>
                                    <input
                                        type="radio"
                                        name={format!("group-{node}")}
                                        checked={i == *group}
                                        onchange={radio(&choose, *node, i)}
                                    />
                                    <span>{ *name }</span>
                                </label>
                            }
                        </span>
                    </fieldset>
                }
                <div class="actions">
                    <button type="button" onclick={cancel}>{ t.cancel() }</button>
                    <button type="submit" class="primary">{ t.partition_apply() }</button>
                </div>
            </form>
        </Modal>
    }
}

fn radio(choose: &Rc<impl Fn(NodeId, usize) + 'static>, node: NodeId, group: usize) -> Callback<Event> {
    let choose = choose.clone();
    Callback::from(move |event: Event| {
        if event.target_dyn_into::<HtmlInputElement>().is_some_and(|field| field.checked()) {
            choose(node, group);
        }
    })
}
