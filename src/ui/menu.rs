//! A small menu at a place of the screen: for a node, or for a link.

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};
use yew::prelude::*;

use super::media;
use super::page::{Change, Menu as Open, Of};
use super::text;
use crate::lab::{Do, World};
use crate::raft::NodeId;
use crate::ui::shared::Shared;
use crate::view::action::{crash_or_restart, isolate_or_rejoin, toggle_direction, toggle_link};
use crate::view::command::{key_of, Command};
use crate::view::format::S;
use crate::view::node::is_isolated;

/// What the menu needs.
#[derive(Properties, PartialEq)]
pub struct MenuProps {
    /// What it is about, and where.
    pub open: Open,
    /// Everything that is known.
    pub world: Shared<World>,
    /// To act upon the cluster.
    pub act: Callback<Do>,
    /// To close it.
    pub change: Callback<Change>,
}

/// One choice.
struct Item {
    name: String,
    key: Option<&'static str>,
    what: What,
}

/// What a choice does.
#[derive(Clone)]
enum What {
    Act(Do),
    Change(NodeId),
}

fn items(world: &World, of: Of) -> Vec<Item> {
    let t = text();
    let item = |name: String, command: Option<Command>, what: What| Item {
        name,
        key: command.and_then(|command| key_of(command, t)),
        what,
    };
    match of {
        Of::Node(node) => {
            let alive = world.nodes.get(&node).is_some_and(|node| node.alive);
            let mut items = vec![item(t.menu_write().into(), Some(Command::Write), What::Change(node))];
            if alive {
                let campaign = What::Act(Do::Campaign { node });
                items.push(item(t.menu_campaign().into(), Some(Command::Campaign), campaign));
            }
            if let Some(what) = crash_or_restart(world, node) {
                let name = if alive { t.menu_crash() } else { t.menu_restart() };
                items.push(item(name.into(), Some(Command::CrashOrRestart), What::Act(what)));
            }
            if let Some(what) = isolate_or_rejoin(world, node) {
                let name = if is_isolated(world, node) { t.menu_rejoin() } else { t.menu_isolate() };
                items.push(item(name.into(), Some(Command::IsolateOrRejoin), What::Act(what)));
            }
            items
        }
        Of::Link((a, b)) => {
            let one_way = |(from, to)| {
                let name = match world.cut.contains(&(from, to)) {
                    true => t.rejoin_direction(S(from), S(to)),
                    false => t.cut_direction(S(from), S(to)),
                };
                item(name, None, What::Act(toggle_direction(world, (from, to))))
            };
            let both = toggle_link(world, (a, b));
            let name = if matches!(both, Do::Join { .. }) { t.rejoin_both() } else { t.cut_both() };
            vec![item(name.into(), None, What::Act(both)), one_way((a, b)), one_way((b, a))]
        }
    }
}

/// The menu.
#[component]
pub fn Menu(props: &MenuProps) -> Html {
    let MenuProps { open, world, act, change } = props;
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
            let by = match event.key().as_str() {
                "ArrowDown" => 1,
                "ArrowUp" => -1,
                "Escape" | "Tab" => {
                    event.prevent_default();
                    return close();
                }
                _ => return,
            };
            event.prevent_default();
            move_focus(&element, by);
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
    let (name, name_of_menu) = match open.of {
        Of::Node(node) => (S(node).to_string(), t.node_menu(S(node))),
        Of::Link((a, b)) => (format!("{} – {}", S(a), S(b)), t.link_name(S(a), S(b))),
    };
    let pick = |what: What| {
        let (act, change, close) = (act.clone(), change.clone(), close.clone());
        move |_: MouseEvent| {
            close();
            match what.clone() {
                What::Act(what) => act.emit(what),
                What::Change(node) => change.emit(Change::Write(Some(node))),
            }
        }
    };
    let items = items(world, open.of);
    // It stays on the screen: this much room its width and height need.
    let place = format!(
        "left:min({:.0}px,100vw - 15rem);top:min({:.0}px,100dvh - {}rem)",
        open.at.x,
        open.at.y,
        2.6 * items.len() as f64 + 3.5
    );
    html! {
        <div ref={element} class="menu" role="menu" aria-label={name_of_menu} style={place} {onkeydown} {onfocusout}>
            <p aria-hidden="true">{ name }</p>
            for item in items {
                <button type="button" role="menuitem" tabindex="-1" key={item.name.clone()} onclick={pick(item.what.clone())}>
                    <span>{ item.name.clone() }</span>
                    if let Some(key) = item.key {
                        <kbd aria-hidden="true">{ key }</kbd>
                    }
                </button>
            }
        </div>
    }
}

fn focus(element: &Element) {
    if let Some(element) = element.dyn_ref::<HtmlElement>() {
        // What cannot have the focus leaves it where it is.
        let _ = element.focus();
    } else if let Some(element) = element.dyn_ref::<web_sys::SvgElement>() {
        let _ = element.focus();
    }
}

/// Moves the focus to the next choice, or the one before, around the ends.
fn move_focus(menu: &NodeRef, by: i32) {
    let Some(menu) = menu.cast::<Element>() else { return };
    let Ok(items) = menu.query_selector_all("[role=menuitem]") else { return };
    let active = media::document().active_element();
    let count = items.length() as i32;
    let current = (0..count).find(|&i| items.get(i as u32) == active.clone().map(Into::into)).unwrap_or(-1);
    let next = (current + by).rem_euclid(count.max(1));
    if let Some(item) = items.get(next as u32).and_then(|item| item.dyn_into::<Element>().ok()) {
        focus(&item);
    }
}

/// Takes the focus to the first choice, and gives it back to where it was.
#[hook]
fn use_focus_within(menu: &NodeRef) {
    let menu = menu.clone();
    use_effect_with((), move |()| {
        let before = media::document().active_element();
        move_focus(&menu, 1);
        move || {
            let lost = media::document().active_element().is_none_or(|active| active.tag_name() == "BODY");
            let inside = menu.get().is_some_and(|menu| menu.contains(media::document().active_element().as_deref()));
            if let Some(before) = before.filter(|_| lost || inside) {
                focus(&before);
            }
        }
    });
}
