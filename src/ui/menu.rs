//! The context menu: for a node, a link or a message, for conditions to run until, and for branches.

use wasm_bindgen::JsCast;
use web_sys::Element;
use yew::prelude::*;

use super::focus::{give, home_of, is_lost};
use super::media;
use super::scene::Scene;
use super::shared::Shared;
use super::text;
use crate::lab::World;
use crate::view::menu::{choices, BranchChoice, MenuAction, MenuTarget};
use crate::view::page::{Change, Menu};

/// The properties of the menu.
#[derive(Properties, PartialEq)]
pub struct MenuProps {
    /// What its choices apply to, and its place.
    pub open: Menu,
    /// The world at the moment shown.
    pub world: Shared<World>,
    /// The branches of the run; empty except for the menu of branches.
    pub branches: Vec<BranchChoice>,
    /// Called to close the menu.
    pub change: Callback<Change>,
    /// Called to carry out a choice.
    pub pick: Callback<MenuAction>,
}

/// The open menu, if any.
pub fn menu(scene: &Scene) -> Html {
    let Scene { frame, page, actions, driver, .. } = scene;
    let Some(open) = page.menu else { return Html::default() };
    let branches = if open.target == MenuTarget::Branches { driver.branches() } else { Vec::new() };
    html! {
        <MenuOf
            key={format!("{:?}", open.target)}
            {open}
            world={frame.world.clone()}
            {branches}
            change={actions.change.clone()}
            pick={actions.pick.clone()}
        />
    }
}

/// The menu.
#[component]
pub fn MenuOf(props: &MenuProps) -> Html {
    let MenuProps { open, world, branches, change, pick } = props;
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
    let picked = |action: &MenuAction| {
        let (action, pick, close) = (action.clone(), pick.clone(), close.clone());
        move |_: MouseEvent| {
            close();
            pick.emit(action.clone());
        }
    };
    let choices = choices(world, branches, open.target, t);
    let home = match open.target {
        MenuTarget::Selection(selection) => home_of(selection, world),
        MenuTarget::Until => "[data-run-until]".into(),
        MenuTarget::Branches => "[data-branches]".into(),
    };
    // The estimated width and height, to keep the menu on the screen.
    let items = choices.groups.iter().map(Vec::len).sum::<usize>();
    let height = 2.2 * items as f64 + 0.7 * choices.groups.len() as f64 + 3.2;
    let place = format!(
        "left:max(.3rem,min({:.0}px,100vw - 18.5rem));top:max(.3rem,min({:.0}px,100dvh - {height:.1}rem))",
        open.at.x, open.at.y,
    );
    html! {
        <div
            ref={element} class="menu" role="menu" aria-label={choices.name} ~style={place} {onkeydown} {onfocusout}
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
                    <button type="button" role="menuitem" tabindex="-1" key={item.name.clone()} onclick={picked(&item.action)}>
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

/// The target of a focus move.
enum To {
    /// The next choice, cyclically.
    Next,
    /// The previous choice, cyclically.
    Before,
    First,
    Last,
    /// The next choice that begins with this letter.
    Letter(String),
}

/// Moves the focus to another choice.
fn move_focus(menu: &NodeRef, to: &To) {
    let Some(menu) = menu.cast::<Element>() else { return };
    let Ok(items) = menu.query_selector_all("[role=menuitem]") else { return };
    let items: Vec<Element> = (0..items.length()).filter_map(|i| items.get(i)?.dyn_into().ok()).collect();
    let active = media::document().active_element();
    let current = items.iter().position(|item| Some(item) == active.as_ref());
    // All choices, starting after the current one.
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

/// Moves the focus to the first choice, and back when the menu closes.
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
