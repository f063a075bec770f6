//! The dialog of the cluster's settings.

use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use super::dialog::Modal;
use super::text;
use crate::lab::vocab::spec::LinkSpec;
use crate::raft::{Config, NodeId};
use crate::view::config_form::{ConfigForm, Preset, Wish, NODES_MAX};
use crate::view::lang::values::Figure;

/// The properties of the dialog.
#[derive(Properties, PartialEq)]
pub struct ConfigProps {
    /// The number of nodes.
    pub nodes: NodeId,
    /// The settings of all nodes.
    pub config: Config,
    /// The properties of a link that has none of its own.
    pub usual: LinkSpec,
    /// Called with what is asked for.
    pub wish: Callback<Wish>,
    /// Called to close the dialog.
    pub close: Callback<()>,
}

/// The dialog.
#[component]
pub fn ClusterSettings(props: &ConfigProps) -> Html {
    let t = text();
    let form = use_state(|| ConfigForm::new(props.nodes, &props.config, &props.usual));
    let refused = use_state_eq(|| None::<(Figure, String)>);
    let set = {
        let (form, refused) = (form.clone(), refused.clone());
        move |next: ConfigForm| {
            form.set(next);
            refused.set(None);
        }
    };
    let onsubmit = {
        let (form, refused) = (form.clone(), refused.clone());
        let (wish, close) = (props.wish.clone(), props.close.clone());
        move |event: SubmitEvent| {
            event.prevent_default();
            match form.read(text()) {
                Ok(what) => {
                    close.emit(());
                    wish.emit(what);
                }
                Err(why) => refused.set(Some(why)),
            }
        }
    };
    let cancel = props.close.reform(|_: MouseEvent| ());
    let nodes = {
        let (form, set) = (form.clone(), set.clone());
        move |event: Event| {
            let chosen = event.target_dyn_into::<HtmlSelectElement>().and_then(|field| field.value().parse().ok());
            if let Some(nodes) = chosen {
                let mut next = (*form).clone();
                next.nodes = nodes;
                set(next);
            }
        }
    };
    let check = |name: &'static str, on: bool, change: fn(&mut ConfigForm, bool)| {
        let (form, set) = (form.clone(), set.clone());
        let onchange = move |event: Event| {
            let Some(field) = event.target_dyn_into::<HtmlInputElement>() else { return };
            let mut next = (*form).clone();
            change(&mut next, field.checked());
            set(next);
        };
        html! { <label class="check"><input type="checkbox" checked={on} {onchange} />{ name }</label> }
    };
    let number = |figure: Figure| {
        let (now, set) = (form.clone(), set.clone());
        let oninput = move |event: InputEvent| {
            let Some(field) = event.target_dyn_into::<HtmlInputElement>() else { return };
            let mut next = (*now).clone();
            next.values[figure as usize] = field.value();
            set(next);
        };
        let wrong = (*refused).clone().filter(|(which, _)| *which == figure).map(|(_, why)| why);
        let id = format!("wrong-{}", figure as usize);
        html! {
            <label key={figure as usize}>
                <span>{ t.figure(figure) }</span>
                <input
                    inputmode="decimal" value={form.values[figure as usize].clone()} {oninput} autocomplete="off"
                    aria-invalid={wrong.is_some().then_some("true")} aria-describedby={wrong.is_some().then(|| id.clone())}
                />
                if let Some(why) = wrong {
                    <small class="wrong" {id} role="alert">{ why }</small>
                }
            </label>
        }
    };
    let preset = |preset: Preset| {
        let (form, set) = (form.clone(), set.clone());
        let onclick = move |_: MouseEvent| set(form.preset(preset));
        html! { <button type="button" key={preset as usize} {onclick}>{ preset.name(t) }</button> }
    };
    html! {
        <Modal title={t.settings()} close={props.close.clone()}>
            <form class="links-form settings-form" {onsubmit} novalidate=true>
                <p>{ t.settings_text() }</p>
                <div class="presets" role="group" aria-label={t.settings_presets()}>
                    <span>{ t.settings_presets() }</span>
                    for one in Preset::ALL {
                        { preset(one) }
                    }
                </div>
                <label>
                    <span>{ t.settings_nodes() }</span>
                    <select onchange={nodes}>
                        for count in 1..=NODES_MAX {
                            <option key={count} value={count.to_string()} selected={count == form.nodes}>{ count }</option>
                        }
                    </select>
                </label>
                for figure in Figure::ALL {
                    { number(figure) }
                }
                { check(t.pre_vote(), form.pre_vote, |form, on| form.pre_vote = on) }
                { check(t.check_quorum(), form.check_quorum, |form, on| form.check_quorum = on) }
                <div class="unwise" role="status">
                    for warning in form.warnings(t) {
                        <p>{ warning }</p>
                    }
                </div>
                <div class="actions">
                    <button type="button" onclick={cancel}>{ t.cancel() }</button>
                    <button type="submit" class="primary">
                        { if form.begins() { t.settings_new_run() } else { t.settings_apply() } }
                    </button>
                </div>
            </form>
        </Modal>
    }
}
