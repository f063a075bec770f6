//! The form that writes and reads.

use web_sys::{HtmlElement, HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use crate::lab::vocab::action::Action;
use crate::raft::NodeId;
use crate::ui::text;
use crate::view::command::Command;
use crate::view::format::NodeName;
use crate::view::page::{Change, FocusRequests};

/// The properties of the form.
#[derive(Properties, PartialEq)]
pub struct WriteProps {
    /// The nodes that can be chosen.
    pub nodes: Vec<NodeId>,
    /// The node that receives the request; none means the leader.
    pub to: Option<NodeId>,
    /// Requests for the focus of the form.
    pub focus: FocusRequests,
    /// Called to write or read.
    pub act: Callback<Action>,
    /// Called to choose another node.
    pub change: Callback<Change>,
    /// Called to write many values.
    pub command: Callback<Command>,
}

/// The form.
#[component]
pub fn Write(props: &WriteProps) -> Html {
    let t = text();
    let (key, value) = (use_state(|| "x".to_string()), use_state(|| "1".to_string()));
    let value_field = use_node_ref();
    // Whether a key of the page led here: then Enter leads back.
    let by_key = use_mut_ref(|| false);
    {
        let (field, by_key) = (value_field.clone(), by_key.clone());
        use_effect_with(props.focus.write, move |&requests| {
            let field = field.cast::<HtmlInputElement>().filter(|_| requests > 0);
            if let Some(field) = field {
                // Focusing a field in the document cannot fail.
                let _ = field.focus();
                field.select();
                by_key.replace(true);
            }
        });
    }
    let read_button = use_node_ref();
    {
        let button = read_button.clone();
        use_effect_with(props.focus.read, move |&requests| {
            if let Some(button) = button.cast::<HtmlElement>().filter(|_| requests > 0) {
                // Focusing a button in the document cannot fail.
                let _ = button.focus();
            }
        });
    }
    let read = {
        let (key, act, to) = (key.clone(), props.act.clone(), props.to);
        move |_: MouseEvent| act.emit(Action::Read { key: (*key).clone(), node: to, client: None })
    };
    let onsubmit = {
        let (key, value, act, to) = (key.clone(), value.clone(), props.act.clone(), props.to);
        let (field, by_key) = (value_field.clone(), by_key.clone());
        move |event: SubmitEvent| {
            event.prevent_default();
            if let Some(field) = field.cast::<HtmlInputElement>().filter(|_| by_key.replace(false)) {
                // A field that cannot lose the focus keeps it.
                let _ = field.blur();
            }
            act.emit(Action::Write {
                key: (*key).clone(),
                value: (*value).clone(),
                node: to,
                client: None,
                only_if: None,
                retry_after: None,
            });
            if let Ok(number) = value.parse::<u32>() {
                value.set(number.wrapping_add(1).to_string());
            }
        }
    };
    let typed = |state: &UseStateHandle<String>| {
        let state = state.clone();
        move |event: InputEvent| {
            if let Some(field) = event.target_dyn_into::<HtmlInputElement>() {
                state.set(field.value());
            }
        }
    };
    let chosen = {
        let change = props.change.clone();
        move |event: Event| {
            if let Some(field) = event.target_dyn_into::<HtmlSelectElement>() {
                change.emit(Change::WriteTo(field.value().parse().ok()));
            }
        }
    };
    let left = move |_: FocusEvent| {
        by_key.replace(false);
    };
    let many = {
        let command = props.command.clone();
        move |_: MouseEvent| command.emit(Command::WriteMany)
    };
    html! {
        <form class="write" {onsubmit} autocomplete="off">
            <span class="pair">
                <input
                    class="key" aria-label={t.write_key()} value={(*key).clone()} oninput={typed(&key)} required=true
                    maxlength="40"
                />
                <span aria-hidden="true">{ "=" }</span>
                <input
                    ref={value_field} class="value" onblur={left} aria-label={t.write_value()} value={(*value).clone()}
                    oninput={typed(&value)} maxlength="40"
                />
            </span>
            <label>
                <span class="to">{ t.write_to() }</span>
                <select onchange={chosen} aria-label={t.write_to_node()}>
                    <option value="" selected={props.to.is_none()}>{ t.write_leader() }</option>
                    for node in &props.nodes {
                        <option key={*node} value={node.to_string()} selected={props.to == Some(*node)}>
                            { NodeName(*node).to_string() }
                        </option>
                    }
                </select>
            </label>
            <button type="submit" class="primary">{ t.write() }</button>
            <button ref={read_button} type="button" onclick={read}>{ t.read() }</button>
            <button type="button" onclick={many}>{ t.write_many() }</button>
        </form>
    }
}
