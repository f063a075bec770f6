//! The bar with the controls of time, at the bottom of the page.

use std::cell::Cell;

use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use super::clock::{set, use_moving, Pace, Shown};
use super::icons::{icon, Icon};
use super::shared::Shared;
use super::text;
use crate::lab::vocab::invariant::Invariant;
use crate::lab::{StepKind, World};
use crate::view::command::Command;
use crate::view::format::ms;
use crate::view::pace::Pacing;
use crate::view::page::Change;
use crate::view::settings::Setting;
use crate::view::speed::Speed;

/// The properties of the bar.
#[derive(Properties, PartialEq)]
pub struct TransportProps {
    /// The world at the moment shown.
    pub world: Shared<World>,
    /// Whether the clock runs.
    pub playing: bool,
    /// The speed of the clock.
    pub speed: Speed,
    /// What decides how fast the clock runs.
    pub pace: Pacing,
    /// Whether the clock runs faster than chosen, since nothing that matters is on its way.
    pub hurries: bool,
    /// Whether no election has begun yet.
    pub opening: bool,
    /// Whether more events are due than a frame can take.
    pub behind: bool,
    /// During a replay to another present: the part that is done, in percent.
    pub replay_progress: Option<u64>,
    /// While the past is shown: the number of events in all.
    pub past_of: Option<u64>,
    /// What "step" and "back" move by.
    pub step: StepKind,
    /// Called to carry out a command.
    pub command: Callback<Command>,
    /// Called to change the kind of step, or the speed.
    pub change: Callback<Change>,
}

/// The bar.
#[component]
pub fn Transport(props: &TransportProps) -> Html {
    let t = text();
    let TransportProps { world, playing, behind, replay_progress, past_of, .. } = props;
    let ask = |command: Command| {
        let ask = props.command.clone();
        Callback::from(move |_: MouseEvent| ask.emit(command))
    };
    let count = past_of.map_or_else(|| t.event_number(world.n), |all| t.event_of(world.n, all));
    html! {
        <section class={classes!("transport", past_of.map(|_| "past"))} aria-label={t.transport()}>
            <Buttons playing={*playing} command={props.command.clone()} />
            <Steps step={props.step} change={props.change.clone()} />
            <SpeedSlider
                speed={props.speed} pace={props.pace} hurries={props.hurries} opening={props.opening}
                change={props.change.clone()}
            />
            <div class="state">
                if let Some(percent) = replay_progress {
                    <span class="badge">{ t.replay_progress(*percent) }</span>
                } else if past_of.is_some() {
                    <button
                        type="button" class="badge" data-past="" data-home=".transport .primary"
                        onclick={ask(Command::Present)}
                    >
                        { t.to_present() }{ icon(Icon::Present) }
                    </button>
                } else if *behind {
                    <span class="badge">{ t.running_behind() }</span>
                }
                { invariants(world, ask(Command::Invariants)) }
                <ClockFace />
                <span class="count" data-room={room(&count)}><span data-events="">{ count }</span></span>
            </div>
        </section>
    }
}

#[derive(Properties, PartialEq)]
struct ButtonsProps {
    playing: bool,
    command: Callback<Command>,
}

/// The buttons that start, stop and step the clock.
#[component]
fn Buttons(props: &ButtonsProps) -> Html {
    let t = text();
    let ask = |command: Command| {
        let ask = props.command.clone();
        Callback::from(move |_: MouseEvent| ask.emit(command))
    };
    let button = |class: &'static str, name: &'static str, picture: Icon, command: Command| {
        html! {
            <button type="button" class={classes!("icon", class)} aria-label={name} title={name} onclick={ask(command)}>
                { icon(picture) }
            </button>
        }
    };
    html! {
        <>
            <div class="buttons">
                { button("", t.to_start(), Icon::Start, Command::Start) }
                { button("", t.back(), Icon::Back, Command::Back) }
                if props.playing {
                    { button("primary", t.pause(), Icon::Pause, Command::PlayPause) }
                } else {
                    { button("primary", t.play(), Icon::Play, Command::PlayPause) }
                }
                { button("", t.step(), Icon::Step, Command::Step) }
            </div>
            <button type="button" class="ahead" data-run-until="" aria-haspopup="menu" onclick={ask(Command::RunUntil)}>{ t.run_until() }</button>
        </>
    }
}

/// The virtual clock.
#[component]
fn ClockFace() -> Html {
    let element = use_node_ref();
    let length = Cell::new(0);
    use_moving(&element, Pace::NowAndThen, (), move |element, (), Shown { now, .. }| {
        let shown = format!("{} ms", ms(now, 2));
        if length.replace(shown.len()) != shown.len() {
            if let Some(clock) = element.parent_element() {
                set(&clock, "data-room", &room(&shown));
            }
        }
        // A text that is changed costs the browser less than one that is replaced.
        match element.first_child() {
            Some(text) => text.set_node_value(Some(&shown)),
            None => element.set_text_content(Some(&shown)),
        }
    });
    html! { <span class="clock"><span ref={element} data-clock="" /></span> }
}

/// A text that is as wide as `shown` and the same whatever its digits: an invisible one makes room for those, which are
/// laid out by themselves. Else the browser would lay out the page for each digit.
fn room(shown: &str) -> String {
    shown.chars().map(|letter| if letter.is_ascii_digit() { '0' } else { letter }).collect()
}

/// Whether all of Raft's guarantees have held so far; a button that opens their list.
fn invariants(world: &World, onclick: Callback<MouseEvent>) -> Html {
    let t = text();
    let broken = world.violations.len() as u64;
    let (class, mark, words) = match broken {
        0 => ("good", "✓ ", t.invariants_hold(Invariant::ALL.len() as u64)),
        _ => ("bad", "✗ ", t.invariants_broken(broken)),
    };
    html! {
        <button
            type="button" class={classes!("badge", class)} aria-haspopup="dialog" title={t.invariants_title()}
            data-promises="" data-broken={(broken > 0).then_some("")} {onclick}
        >
            { mark }<span class="words">{ words }</span>
        </button>
    }
}

#[derive(Properties, PartialEq)]
struct StepsProps {
    step: StepKind,
    change: Callback<Change>,
}

/// The choice of what "step" and "back" move by.
#[component]
fn Steps(props: &StepsProps) -> Html {
    let t = text();
    let choices = [
        (StepKind::Event, t.step_event()),
        (StepKind::Message, t.step_message()),
        (StepKind::Transition, t.step_transition()),
    ];
    let choose = |step: StepKind| {
        let change = props.change.clone();
        move |_: Event| change.emit(Change::Set(Setting::Step(step)))
    };
    let selected = {
        let change = props.change.clone();
        move |event: Event| {
            let chosen = event.target_dyn_into::<HtmlSelectElement>();
            let step = chosen.and_then(|it| Some(choices.get(usize::try_from(it.selected_index()).ok()?)?.0));
            if let Some(step) = step {
                change.emit(Change::Set(Setting::Step(step)));
            }
        }
    };
    // The style sheet shows the one or the other, as there is room.
    html! {
        <>
            <fieldset class="segments">
                <legend class="visually-hidden">{ t.step_kind() }</legend>
                for (step, name) in choices {
                    <label key={name}>
                        <input type="radio" name="step" checked={step == props.step} onchange={choose(step)} />
                        <span>{ name }</span>
                    </label>
                }
            </fieldset>
            <select class="steps" aria-label={t.step_kind()} onchange={selected}>
                for (step, name) in choices {
                    <option key={name} selected={step == props.step}>{ name }</option>
                }
            </select>
        </>
    }
}

#[derive(Properties, PartialEq)]
struct SpeedProps {
    speed: Speed,
    pace: Pacing,
    hurries: bool,
    opening: bool,
    change: Callback<Change>,
}

/// The slider of the speed, and whether the clock keeps to it.
#[component]
fn SpeedSlider(props: &SpeedProps) -> Html {
    let t = text();
    let SpeedProps { speed, pace, hurries, opening, .. } = props;
    let ((cluster, real), ms) = (speed.ratio(), speed.per_second().0 / 1000);
    let told = t.speed_valuetext(cluster, real, ms);
    let oninput = {
        let change = props.change.clone();
        move |event: InputEvent| {
            let step = event.target_dyn_into::<HtmlInputElement>().and_then(|field| field.value().parse().ok());
            if let Some(step) = step {
                change.emit(Change::Set(Setting::Speed(Speed::at(step))));
            }
        }
    };
    let onclick = {
        let (change, other) = (props.change.clone(), pace.other());
        move |_: MouseEvent| change.emit(Change::Set(Setting::Pace(other)))
    };
    let hurrying = match (hurries, opening) {
        (false, _) => None,
        (true, true) => Some(t.speed_opening()),
        (true, false) => Some(t.speed_hurries()),
    };
    html! {
        <div class="speed">
            <label title={told.clone()}>
                <input
                    type="range"
                    min="0"
                    max={Speed::MAX.step().to_string()}
                    value={speed.step().to_string()}
                    aria-label={t.speed()}
                    aria-valuetext={told}
                    {oninput}
                />
                <b class="long">{ t.speed_value(cluster, real) }</b>
                <b class="short">{ t.speed_ratio(cluster, real) }</b>
            </label>
            <button
                type="button" class="toggle" aria-pressed={(*pace == Pacing::Adaptive).to_string()} title={t.pace_why()}
                aria-label={t.pace_adaptive()} data-pace="" {onclick}
            >
                { icon(Icon::Adaptive) }
                <span class="long">{ t.pace_adaptive() }</span>
                // Its room stays when it goes.
                <i class={classes!("hurries", hurrying.is_some().then_some("on"))} title={hurrying}>{ icon(Icon::Present) }</i>
            </button>
        </div>
    }
}
