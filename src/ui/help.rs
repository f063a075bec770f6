//! The help dialog: every shortcut, from the table of commands, and the legend.

use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::cluster::nodes::{outline, vote};
use super::cluster::shapes::{bars, capsule, cross, shape, PERSON};
use super::dialog::Modal;
use super::logs::{cell_class, inside};
use super::{media, text};
use crate::view::capsule::Capsule;
use crate::view::command::{key_name, Command, Group, Row, COMMANDS};
use crate::view::legend::{columns, entries, nodes, votes, Column, SampleNode};
use crate::view::logs::LogCell;
use crate::view::page::Change;
use crate::view::settings::Setting;
use crate::view::shape::Shape;

/// The properties of the help dialog.
#[derive(Properties, PartialEq)]
pub struct HelpProps {
    /// Whether single characters are shortcuts.
    pub characters: bool,
    /// Called to change the setting.
    pub change: Callback<Change>,
    /// Called to close the dialog.
    pub close: Callback<()>,
}

/// The help dialog.
#[component]
pub fn Help(props: &HelpProps) -> Html {
    let t = text();
    let characters = {
        let change = props.change.clone();
        move |event: Event| {
            if let Some(field) = event.target_dyn_into::<HtmlInputElement>() {
                change.emit(Change::Set(Setting::Characters(field.checked())));
            }
        }
    };
    html! {
        <Modal title={t.help_title()} close={props.close.clone()}>
            <div class="help">
                <section>
                    <h3>{ t.help_picture() }</h3>
                    <div class="legends">{ legend() }</div>
                    <p>{ t.help_cut(media::by_finger().holds()) }</p>
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
                        <input type="checkbox" checked={props.characters} onchange={characters} />
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

/// The view box of a message in the legend.
const MESSAGE: &str = "-16 -16 32 32";
const WIDE: &str = "-23 -12 54 24";
const NODE: &str = "-22 -22 44 44";

/// The radius of a node in the legend.
const RADIUS: f64 = 15.0;

fn line(picture: Html, words: &'static str) -> Html {
    html! { <li>{ picture }<span>{ words }</span></li> }
}

fn drawn(view_box: &'static str, content: Html) -> Html {
    html! { <svg viewBox={view_box} aria-hidden="true">{ content }</svg> }
}

/// The legend, drawn by the same code as the page.
fn legend() -> Html {
    let t = text();
    let message = |content: Html, words: &'static str| line(drawn(MESSAGE, content), words);
    // The message as it is drawn where there is room, and where there is little.
    let told = |kind: Shape| {
        let small = drawn(MESSAGE, shape(kind, 0.0));
        let pictures = match Capsule::sample(kind, t) {
            Some(sample) => {
                html! { <><svg class="wide" viewBox={WIDE} aria-hidden="true">{ capsule(&sample, 0.0) }</svg>{ small }</> }
            }
            None => small,
        };
        line(pictures, kind.legend(t))
    };
    let held = html! { <g class="message held">{ shape(Shape::Append, 0.0) }{ bars() }</g> };
    let votes = html! { for dot in &votes() { { vote(dot) } } };
    let node = |node: SampleNode| {
        let SampleNode { standing, paused, colour, words } = node;
        let class = classes!("node", standing.class(), paused.then_some("paused"));
        line(drawn(NODE, html! { <g {class}>{ outline(standing, colour, paused, RADIUS) }</g> }), words)
    };
    let entry = |(cell, words): (LogCell, &'static str)| {
        line(html! { <span class={cell_class(&cell)} aria-hidden="true">{ inside(&cell) }</span> }, words)
    };
    html! {
        <>
            <div>
                <h4>{ t.messages() }</h4>
                <ul class="pictures">
                    for kind in Shape::ALL {
                        { told(kind) }
                    }
                    { line(drawn("-16 -10 32 34", held), t.legend_held()) }
                    { message(html! { <>{ shape(Shape::Heartbeat, 0.0) }{ cross() }</> }, t.legend_lost()) }
                </ul>
            </div>
            <div>
                <h4>{ t.legend_nodes() }</h4>
                <ul class="pictures">
                    for sample in nodes(t) {
                        { node(sample) }
                    }
                    { message(html! { <path class="timer" d="M0-11A11 11 0 1 1-11 0" /> }, t.legend_timer()) }
                    { line(drawn("-18 -18 36 36", votes), t.legend_votes()) }
                    { message(html! { <path class="person" d={PERSON} transform="scale(1.6)" /> }, t.legend_client()) }
                    { message(html! { <circle class="body term-4" r="10" /> }, t.legend_term()) }
                </ul>
            </div>
            <div>
                <h4>{ t.legend_entries() }</h4>
                <ul class="pictures">
                    for sample in entries(t) {
                        { entry(sample) }
                    }
                </ul>
            </div>
            <div>
                <h4>{ t.legend_streams() }</h4>
                <dl>
                    <div><dt>{ t.column_state() }</dt><dd>{ t.column_state_means() }</dd></div>
                    for Column { name, words } in columns(t) {
                        <div><dt>{ name }</dt><dd>{ words }</dd></div>
                    }
                    <div><dt>{ t.column_lag_plot() }</dt><dd>{ t.column_lag_plot_means() }</dd></div>
                </dl>
            </div>
        </>
    }
}
