//! A small menu at a place of the screen: for a node, a link or a message, and for how far to run.

use wasm_bindgen::JsCast;
use web_sys::Element;
use yew::prelude::*;

use super::focus::{give, home_of, is_lost};
use super::media;
use super::page::{Change, Dialog, Menu};
use super::text;
use crate::lab::history::BranchId;
use crate::lab::{Do, World};
use crate::ui::shared::Shared;
use crate::view::menu::{choices, BranchChoice, MenuAction, MenuTarget};
use crate::view::until::Until;

/// What the menu needs.
#[derive(Properties, PartialEq)]
pub struct MenuProps {
    /// What it is about, and where.
    pub open: Menu,
    /// Everything that is known.
    pub world: Shared<World>,
    /// The ways that the run went.
    pub branches: Vec<BranchChoice>,
    /// To act upon the cluster.
    pub act: Callback<Do>,
    /// To close it.
    pub change: Callback<Change>,
    /// To run until something happens.
    pub run_until: Callback<Until>,
    /// To go to another branch, or to forget them all.
    pub go: Callback<Option<BranchId>>,
}

/// The menu.
#[component]
pub fn MenuOf(props: &MenuProps) -> Html {
    let MenuProps { open, world, branches, act, change, run_until, go } = props;
    let t = text();
    let element = use_node_ref();
    use_focus_within(&element);
    let close = {
        let change = change.clone();
        move || change.emit(Change::Menu(None))
    };
    let onkeydown = {
        let (element, close) = (element.clone(), close.clone());
        move |event: KeyboardEvent| {
            let to = match event.key().as_str() {
                "ArrowDown" => To::Next,
                "ArrowUp" => To::Before,
                "Home" => To::First,
                "End" => To::Last,
                "Escape" | "Tab" => {
                    event.prevent_default();
                    return close();
                }
                // The space bar picks the choice.
                key if key == " " || key.chars().count() > 1 || event.ctrl_key() || event.meta_key() => return,
                key => To::Letter(key.to_lowercase()),
            };
            event.prevent_default();
            move_focus(&element, &to);
        }
    };
    let onfocusout = {
        let (element, close) = (element.clone(), close.clone());
        move |event: FocusEvent| {
            let to = event.related_target().and_then(|target| target.dyn_into::<web_sys::Node>().ok());
            let inside = element.get().is_some_and(|menu| menu.contains(to.as_ref()));
            if !inside {
                close();
            }
        }
    };
    let pick = |what: &MenuAction| {
        let (what, act, change) = (what.clone(), act.clone(), change.clone());
        let (run_until, go) = (run_until.clone(), go.clone());
        let close = close.clone();
        move |_: MouseEvent| {
            close();
            match what.clone() {
                MenuAction::Act(what) => act.emit(what),
                MenuAction::Write(node) => change.emit(Change::Write(Some(node))),
                MenuAction::Read(node) => change.emit(Change::Read(Some(node))),
                MenuAction::Links(link) => change.emit(Change::Dialog(Some(Dialog::Links(Some(link))))),
                MenuAction::Until(until) => run_until.emit(until),
                MenuAction::Branch(branch) => go.emit(Some(branch)),
                MenuAction::ForgetOthers => go.emit(None),
            }
        }
    };
    let choices = choices(world, branches, open.target, t);
    let home = match open.target {
        MenuTarget::Selection(subject) => home_of(subject, world),
        MenuTarget::Until => "[data-run-until]".into(),
        MenuTarget::Branches => "[data-branches]".into(),
    };
    // It stays on the screen: this much room its width and height need.
    let items = choices.groups.iter().map(Vec::len).sum::<usize>();
    let height = 2.2 * items as f64 + 0.7 * choices.groups.len() as f64 + 3.2;
    let place = format!(
        "left:max(.3rem,min({:.0}px,100vw - 18.5rem));top:max(.3rem,min({:.0}px,100dvh - {height:.1}rem))",
        open.at.x, open.at.y,
    );
    html! {
        <div
            ref={element} class="menu" role="menu" aria-label={choices.name} style={place} {onkeydown} {onfocusout}
            data-home={home}
        >
            <p aria-hidden="true">{ choices.title }</p>
            if choices.groups.is_empty() {
                <button type="button" role="menuitem" tabindex="-1" aria-disabled="true">{ t.gone() }</button>
            }
            for (i, group) in choices.groups.iter().enumerate() {
                if i > 0 {
                    <div role="separator" key={format!("line {i}")}></div>
                }
                for item in group {
                    <button type="button" role="menuitem" tabindex="-1" key={item.name.clone()} onclick={pick(&item.action)}>
                        <span>{ item.name.clone() }</span>
                        if let Some(key) = item.key {
                            <kbd aria-hidden="true">{ key }</kbd>
                        }
                    </button>
                }
            }
        </div>
    }
}

/// To which choice.
enum To {
    /// The next one, around the end.
    Next,
    /// The one before.
    Before,
    First,
    Last,
    /// The next one that begins with this letter.
    Letter(String),
}

/// Moves the focus to another choice.
fn move_focus(menu: &NodeRef, to: &To) {
    let Some(menu) = menu.cast::<Element>() else { return };
    let Ok(items) = menu.query_selector_all("[role=menuitem]") else { return };
    let items: Vec<Element> = (0..items.length()).filter_map(|i| items.get(i)?.dyn_into().ok()).collect();
    let active = media::document().active_element();
    let current = items.iter().position(|item| Some(item) == active.as_ref());
    // All of them, from the one after the current one on.
    let (before, after) = items.split_at(current.map_or(0, |current| current + 1));
    let mut around = after.iter().chain(before);
    let begins =
        |item: &Element, letter: &str| item.text_content().is_some_and(|name| name.to_lowercase().starts_with(letter));
    let item = match to {
        To::Next => around.next(),
        To::Before => before.iter().rev().skip(usize::from(current.is_some())).chain(after.iter().rev()).next(),
        To::First => items.first(),
        To::Last => items.last(),
        To::Letter(letter) => around.find(|item| begins(item, letter)),
    };
    if let Some(item) = item {
        give(item);
    }
}

/// Takes the focus to the first choice, and gives it back to where it was.
#[hook]
fn use_focus_within(menu: &NodeRef) {
    let menu = menu.clone();
    use_effect_with((), move |()| {
        let before = media::document().active_element();
        move_focus(&menu, &To::First);
        move || {
            let inside = menu.get().is_some_and(|menu| menu.contains(media::document().active_element().as_deref()));
            if let Some(before) = before.filter(|_| is_lost() || inside) {
                give(&before);
            }
        }
    });
}
