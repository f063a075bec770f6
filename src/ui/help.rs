//! The help dialog: every key, from the table of commands, and what the picture means.

use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::cluster::shapes::{cross, shape};
use super::dialog::Modal;
use super::store::Settings;
use super::text;
use crate::view::command::{key_name, Command, Group, Row, COMMANDS};
use crate::view::message::Shape;

/// What the dialog needs.
#[derive(Properties, PartialEq)]
pub struct HelpProps {
    /// What was chosen about the page.
    pub settings: Settings,
    /// To choose otherwise.
    pub choose: Callback<Settings>,
    /// To close it.
    pub close: Callback<()>,
}

/// The dialog.
#[component]
pub fn Help(props: &HelpProps) -> Html {
    let t = text();
    let characters = {
        let (settings, choose) = (props.settings, props.choose.clone());
        move |event: Event| {
            if let Some(field) = event.target_dyn_into::<HtmlInputElement>() {
                choose.emit(Settings { characters: field.checked(), ..settings });
            }
        }
    };
    html! {
        <Modal title={t.help_title()} close={props.close.clone()}>
            <div class="help">
                <section>
                    <h3>{ t.help_picture() }</h3>
                    { legend() }
                    <p>{ t.help_cut() }</p>
                </section>
                <section>
                    <h3>{ t.help_keys() }</h3>
                    <div class="keys">
                        for group in Group::ALL {
                            <div>
                                <h4>{ group.title(t) }</h4>
                                <dl>
                                    for row in COMMANDS.iter().filter(|row| row.group == group) {
                                        <div><dt>{ keys(row) }</dt><dd>{ (row.name)(t) }</dd></div>
                                    }
                                </dl>
                            </div>
                        }
                    </div>
                    <label class="choice">
                        <input type="checkbox" checked={props.settings.characters} onchange={characters} />
                        { t.help_single_keys() }
                    </label>
                </section>
            </div>
        </Modal>
    }
}

fn keys(row: &Row) -> Html {
    let t = text();
    if matches!(row.command, Command::Select(_)) {
        return html! { <><kbd>{ "1" }</kbd>{ " … " }<kbd>{ "9" }</kbd></> };
    }
    html! {
        for key in row.keys {
            <kbd>{ key_name(key, t) }</kbd>
        }
    }
}

/// What the picture means.
fn legend() -> Html {
    let t = text();
    let line = |picture: Html, words: &'static str| {
        html! {
            <li>
                <svg viewBox="-14 -14 28 28" width="28" height="28" aria-hidden="true">{ picture }</svg>
                <span>{ words }</span>
            </li>
        }
    };
    let votes = html! {
        <>
            <circle class="vote given" cx="-8" r="3.2" />
            <path class="vote refused" d="m-2.6-2.6 5.2 5.2m0-5.2-5.2 5.2" />
            <circle class="vote open" cx="8" r="2.6" />
        </>
    };
    html! {
        <ul class="pictures">
            for kind in Shape::ALL {
                { line(shape(kind, 0.0), kind.legend(t)) }
            }
            { line(html! { <>{ shape(Shape::Heartbeat, 0.0) }{ cross() }</> }, t.legend_lost()) }
            { line(html! { <path class="timer" d="M0-11A11 11 0 1 1-11 0" /> }, t.legend_timer()) }
            { line(votes, t.legend_votes()) }
            { line(html! { <circle class="body term-4" r="10" /> }, t.legend_term()) }
        </ul>
    }
}
