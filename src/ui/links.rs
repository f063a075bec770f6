//! The dialog of the links: latency, loss and duplication of one link, of the links of a node, or of all.

use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use super::dialog::Modal;
use super::shared::Shared;
use super::text;
use crate::lab::vocab::action::Action;
use crate::lab::vocab::id::Link;
use crate::lab::vocab::links::Links as Specs;
use crate::raft::NodeId;
use crate::view::format::NodeName;
use crate::view::links::{Field, Form};

/// The properties of the dialog.
#[derive(Properties, PartialEq)]
pub struct LinksProps {
    /// The nodes of the cluster.
    pub nodes: Vec<NodeId>,
    /// The latency, loss and duplication of all links when the dialog opens.
    pub specs: Shared<Specs>,
    /// The link that is chosen initially; none means all.
    pub link: Option<Link>,
    /// Called to change links.
    pub act: Callback<Action>,
    /// Called to close the dialog.
    pub close: Callback<()>,
}

/// The dialog.
#[component]
pub fn Links(props: &LinksProps) -> Html {
    let t = text();
    let form = use_state(|| {
        let (from, to) = props.link.unzip();
        Form::new(&props.specs, from, to, true)
    });
    let refused = use_state_eq(|| None::<(Field, String)>);
    let onsubmit = {
        let (form, refused) = (form.clone(), refused.clone());
        let (act, close) = (props.act.clone(), props.close.clone());
        move |event: SubmitEvent| {
            event.prevent_default();
            match form.read(text()) {
                Ok(what) => {
                    what.into_iter().for_each(|what| act.emit(what));
                    close.emit(());
                }
                Err(why) => refused.set(Some(why)),
            }
        }
    };
    let cancel = {
        let close = props.close.clone();
        move |_: MouseEvent| close.emit(())
    };
    let node = |is_from: bool, chosen: Option<NodeId>| {
        let (form, specs) = (form.clone(), props.specs.clone());
        let onchange = move |event: Event| {
            let Some(field) = event.target_dyn_into::<HtmlSelectElement>() else { return };
            let node = field.value().parse().ok();
            let (from, to) = if is_from { (node, form.to) } else { (form.from, node) };
            form.set(Form::new(&specs, from, to, form.both_ways));
        };
        html! {
            <label>
                <span>{ if is_from { t.links_from() } else { t.links_to() } }</span>
                <select {onchange}>
                    <option value="" selected={chosen.is_none()}>{ t.links_every() }</option>
                    for node in &props.nodes {
                        <option key={*node} value={node.to_string()} selected={chosen == Some(*node)}>
                            { NodeName(*node).to_string() }
                        </option>
                    }
                </select>
            </label>
        }
    };
    let both = {
        let form = form.clone();
        move |event: Event| {
            if let Some(field) = event.target_dyn_into::<HtmlInputElement>() {
                form.set(Form { both_ways: field.checked(), ..(*form).clone() });
            }
        }
    };
    let wrong = (*refused).clone();
    let number = |field: Field| {
        let (form, refused, place) = (form.clone(), refused.clone(), field as usize);
        let value = form.values[place].clone();
        let oninput = move |event: InputEvent| {
            if let Some(input) = event.target_dyn_into::<HtmlInputElement>() {
                let mut changed = (*form).clone();
                changed.values[place] = input.value();
                form.set(changed);
                refused.set(None);
            }
        };
        let wrong = wrong.as_ref().filter(|(which, _)| *which == field).map(|(_, why)| why.clone());
        let id = format!("wrong-{place}");
        html! {
            <label key={place}>
                <span>{ field.name(t) }</span>
                <input
                    inputmode="decimal" {value} {oninput} autocomplete="off"
                    aria-invalid={wrong.is_some().then_some("true")}
                    aria-describedby={wrong.is_some().then(|| id.clone())}
                />
                if let Some(why) = wrong {
                    <small class="wrong" {id} role="alert">{ why }</small>
                }
            </label>
        }
    };
    html! {
        <Modal title={t.links_title()} close={props.close.clone()}>
            <form class="links-form" {onsubmit} novalidate=true>
                <p>{ t.links_text() }</p>
                { node(true, form.from) }
                { node(false, form.to) }
                <label class="check">
                    <input type="checkbox" checked={form.both_ways} onchange={both} />
                    { t.links_both() }
                </label>
                for field in Field::ALL {
                    { number(field) }
                }
                <div class="actions">
                    <button type="button" onclick={cancel}>{ t.cancel() }</button>
                    <button type="submit" class="primary">{ t.links_apply() }</button>
                </div>
            </form>
        </Modal>
    }
}
