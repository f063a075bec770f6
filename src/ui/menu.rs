//! The context menu: for a node, a link or a message, for conditions to run until, and for branches.

use std::rc::Rc;

use wasm_bindgen::JsCast;
use web_sys::Element;
use yew::prelude::*;

use super::focus::{give, home_of, is_lost};
use super::media;
use super::scene::Scene;
use super::shared::Shared;
use super::text;
use crate::lab::World;
use crate::view::geometry::Point;
use crate::view::menu::{beside, choices, BranchChoice, Choices, Item, MenuAction, MenuTarget, Rect};
use crate::view::page::{Change, Menu};
use crate::view::selection::Selection;

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
    // Whether the second level is shown.
    let deep = use_state_eq(|| false);
    use_focus_within(&element, *deep);
    let choices = choices(world, branches, open.target, t);
    let home = match open.target {
        MenuTarget::Selection(selection) => home_of(selection, world),
        MenuTarget::Until => "[data-run-until]".into(),
        MenuTarget::Branches => "[data-branches]".into(),
        MenuTarget::Cluster => "[data-whole]".into(),
    };
    let shown = Rc::new(if *deep { choices.more.clone() } else { choices.groups.clone() });
    let switch = {
        let (element, deep) = (element.clone(), deep.clone());
        move || {
            // The choice that has the focus goes: the menu keeps it meanwhile.
            if let Some(menu) = element.cast::<Element>() {
                give(&menu);
            }
            deep.set(!*deep);
        }
    };
    let close = {
        let change = change.clone();
        move || change.emit(Change::Menu(None))
    };
    let onkeydown = {
        let (element, close, switch, pick) = (element.clone(), close.clone(), switch.clone(), pick.clone());
        let (shown, is_deep, has_more) = (shown.clone(), *deep, !choices.more.is_empty());
        move |event: KeyboardEvent| {
            let key = event.key();
            // A choice's own key works here as everywhere.
            let own = shown.iter().flatten().find(|item| item.key == Some(key.as_str()));
            if let Some(item) = own.filter(|_| !event.ctrl_key() && !event.meta_key()) {
                event.prevent_default();
                close();
                return pick.emit(item.action.clone());
            }
            let to = match key.as_str() {
                "ArrowDown" => To::Next,
                "ArrowUp" => To::Before,
                "Home" => To::First,
                "End" => To::Last,
                "ArrowLeft" | "Escape" if is_deep => {
                    event.prevent_default();
                    return switch();
                }
                "ArrowRight" if has_more && !is_deep && is_on_last(&element) => {
                    event.prevent_default();
                    return switch();
                }
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
    let at = use_place(open, &home, &choices);
    let place = format!("left:{:.0}px;top:{:.0}px", at.x, at.y);
    let level = {
        let switch = switch.clone();
        move |_: MouseEvent| switch()
    };
    html! {
        <div
            ref={element} class="menu" role="menu" tabindex="-1" aria-label={choices.name} ~style={place} {onkeydown} {onfocusout}
            data-home={home}
        >
            <p aria-hidden="true">{ choices.title }</p>
            if choices.groups.is_empty() {
                <button type="button" role="menuitem" tabindex="-1" aria-disabled="true">{ t.gone() }</button>
            }
            if *deep {
                <button type="button" role="menuitem" tabindex="-1" key="back" class="level" onclick={level.clone()}>
                    <span>{ "‹ " }{ t.menu_less() }</span>
                </button>
            }
            for (i, group) in shown.iter().enumerate() {
                if i > 0 || *deep {
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
            if !*deep && !choices.more.is_empty() {
                <div role="separator" key="line more"></div>
                <button
                    type="button" role="menuitem" tabindex="-1" key="more" class="level" aria-haspopup="menu"
                    aria-expanded="false" onclick={level}
                >
                    <span>{ t.menu_more() }</span><span aria-hidden="true">{ "›" }</span>
                </button>
            }
        </div>
    }
}

/// The width of a menu, in rem; the style sheet has the same.
const WIDTH: f64 = 18.0;

/// The upper left corner of a menu, in pixels of the window. It stays there while it is open.
#[hook]
fn use_place(open: &Menu, home: &str, choices: &Choices) -> Point {
    let rows = |groups: &[Vec<Item>]| groups.iter().map(Vec::len).sum::<usize>() as f64;
    // Each level has a row that leads to the other, and lines between groups.
    let rows = rows(&choices.groups).max(rows(&choices.more)) + f64::from(u8::from(!choices.more.is_empty()));
    let height = 2.2 * rows + 0.7 * choices.groups.len().max(choices.more.len()) as f64 + 2.6;
    let place = use_memo(open.target, |target| {
        let rem = media::rem();
        let root = media::document().document_element();
        let window =
            root.map_or(Point::default(), |it| Point::new(it.client_width().into(), it.client_height().into()));
        // A link is long: its menu lies beside the place that was pointed at.
        let selector = home.split('|').next().filter(|_| !matches!(target, MenuTarget::Selection(Selection::Link(_))));
        let element = selector.and_then(|home| media::document().query_selector(home).ok().flatten());
        let of = element.map_or(Rect { from: open.at, to: open.at }, |element| {
            let rect = element.get_bounding_client_rect();
            Rect { from: Point::new(rect.left(), rect.top()), to: Point::new(rect.right(), rect.bottom()) }
        });
        let is_of_button = !matches!(target, MenuTarget::Selection(_));
        beside(of, Point::new(WIDTH * rem, height * rem), window, is_of_button)
    });
    *place.as_ref()
}

/// Whether the last choice has the focus.
fn is_on_last(menu: &NodeRef) -> bool {
    let last = menu.cast::<Element>().and_then(|menu| menu.last_element_child());
    last.is_some() && last == media::document().active_element()
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

/// Moves the focus to the first choice of a level, and back when the menu closes.
#[hook]
fn use_focus_within(menu: &NodeRef, deep: bool) {
    let before = use_memo((), |()| media::document().active_element());
    {
        let menu = menu.clone();
        // The second level begins with the way back.
        use_effect_with(deep, move |&deep| {
            move_focus(&menu, &To::First);
            if deep {
                move_focus(&menu, &To::Next);
            }
        });
    }
    let menu = menu.clone();
    use_effect_with((), move |()| {
        let before = before.clone();
        move || {
            let inside = menu.get().is_some_and(|menu| menu.contains(media::document().active_element().as_deref()));
            if let Some(before) = before.as_ref().as_ref().filter(|_| is_lost() || inside) {
                give(before);
            }
        }
    });
}
