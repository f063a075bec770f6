//! The links between the nodes, and the cuts.

use std::f64::consts::FRAC_PI_2;
use std::rc::Rc;

use web_sys::{DomRect, Element};
use yew::prelude::*;

use super::screen::Screen;
use crate::lab::vocab::action::Action;
use crate::lab::vocab::id::Link;
use crate::raft::NodeId;
use crate::ui::text;
use crate::view::cluster::{nearest, LinkGlyph};
use crate::view::command::Command;
use crate::view::cuts::StrokeGlyph;
use crate::view::format::NodeName;
use crate::view::geometry::Point;
use crate::view::link_words::{LinkWords, LINE};
use crate::view::menu::MenuTarget;
use crate::view::page::{Change, Menu, Pointed};
use crate::view::selection::Selection;

/// The distance between the two directions of a link when both are drawn, in units of the picture.
const APART: f64 = 3.0;

/// The distance of a link's name from the link.
const BESIDE: f64 = 14.0;

/// The properties of the links.
#[derive(Properties, PartialEq)]
pub struct LinksProps {
    /// The links.
    pub links: Rc<Vec<LinkGlyph>>,
    /// Where the picture is on the screen.
    pub screen: Screen,
    /// The directions that the stroke being drawn would cut.
    pub doomed: Vec<Link>,
    /// The highlighted nodes; a link is lit if both its ends are.
    pub lit: Vec<NodeId>,
    /// The selected link, the smaller node first.
    pub selected: Option<Link>,
    /// Called to open a link's menu.
    pub change: Callback<Change>,
    /// Called to move to the next link.
    pub command: Callback<Command>,
}

/// All links. A pointer means the nearest one: near a crossing, several are in reach.
#[component]
pub fn Links(props: &LinksProps) -> Html {
    let LinksProps { links, screen, doomed, lit, selected, change, .. } = props;
    // A single tab stop: the arrow keys move on from there.
    let stop = selected.or(links.first().map(|glyph| glyph.link));
    let near = use_state_eq(|| None::<Link>);
    let meant = {
        let (links, screen) = (links.clone(), screen.clone());
        move |event: &MouseEvent| match event.type_() == "click" && event.detail() == 0 {
            // Not by a pointer, but by a program that reads the page aloud.
            true => of_target(&links, event),
            false => nearest(&links, screen.place(event.client_x(), event.client_y())),
        }
    };
    // The streams over the link are highlighted with it.
    let looks = {
        let (near, change) = (near.clone(), change.clone());
        move |link: Option<Link>| {
            if *near != link {
                near.set(link);
                change.emit(Change::Point(link.map(|link| Pointed::Selection(Selection::Link(link)))));
            }
        }
    };
    let onpointermove = {
        let (meant, looks) = (meant.clone(), looks.clone());
        move |event: PointerEvent| looks(meant(&event))
    };
    let onclick = {
        let change = change.clone();
        move |event: MouseEvent| {
            if let Some(link) = meant(&event) {
                open(&change, link, Point::new(event.client_x().into(), event.client_y().into()));
            }
        }
    };
    let named = links.iter().filter(|glyph| Some(glyph.link) == *near || Some(glyph.link) == *selected);
    html! {
        <g class="links" {onpointermove} onpointerout={move |_: PointerEvent| looks(None)} {onclick}>
            for glyph in links.iter() {
                <g
                    key={format!("{}-{}", glyph.link.0, glyph.link.1)}
                    class={classes!("link", (*near == Some(glyph.link)).then_some("near"))}
                    data-link={format!("{}-{}", glyph.link.0, glyph.link.1)}
                >
                    { lines(glyph, lit.len() == 2 && lit.contains(&glyph.link.0) && lit.contains(&glyph.link.1)) }
                    { threatened(glyph, doomed) }
                    { reach(glyph, *selected == Some(glyph.link), stop == Some(glyph.link), props) }
                </g>
            }
            for glyph in named {
                { short_name(glyph) }
            }
        </g>
    }
}

/// The link that an event was sent to.
fn of_target(links: &[LinkGlyph], event: &MouseEvent) -> Option<Link> {
    let name = event.target_dyn_into::<Element>()?.parent_element()?.get_attribute("data-link")?;
    links.iter().map(|glyph| glyph.link).find(|(a, b)| format!("{a}-{b}") == name)
}

/// Selects a link and opens its menu.
fn open(change: &Callback<Change>, link: Link, at: Point) {
    change.emit(Change::Select(Some(Selection::Link(link))));
    change.emit(Change::Menu(Some(Menu { target: MenuTarget::Selection(Selection::Link(link)), at })));
}

/// The name of a link, beside its middle. The accessible name of the link says more.
fn short_name(glyph: &LinkGlyph) -> Html {
    let ((a, b), (from, to)) = (glyph.ends, glyph.link);
    let at = a.toward(b, 0.5).polar(a.angle_to(b) + FRAC_PI_2, BESIDE);
    let name = text().link_brief(NodeName(from), NodeName(to));
    html! {
        <text key={format!("name {from}-{to}")} class="link-name" aria-hidden="true" x={format!("{:.1}", at.x)} y={format!("{:.1}", at.y + 4.0)}>{ name }</text>
    }
}

fn line(class: &'static str, (a, b): (Point, Point), lit: bool) -> Html {
    html! {
        <line
            class={classes!("line", class, lit.then_some("lit"))}
            x1={format!("{:.1}", a.x)} y1={format!("{:.1}", a.y)}
            x2={format!("{:.1}", b.x)} y2={format!("{:.1}", b.y)}
        />
    }
}

/// The line from `a` to `b`, shifted to the right-hand side by `by`, seen from `a`.
fn aside((a, b): (Point, Point), by: f64) -> (Point, Point) {
    let right = a.angle_to(b) + FRAC_PI_2;
    (a.polar(right, by), b.polar(right, by))
}

/// One line if both directions are alike, otherwise one for each.
fn lines(glyph: &LinkGlyph, lit: bool) -> Html {
    let (there, back) = (glyph.ends, (glyph.ends.1, glyph.ends.0));
    match (glyph.cut, glyph.cut_back) {
        (false, false) => line("open", there, lit),
        (true, true) => line("cut", there, lit),
        (cut, _) => {
            let (open, closed) = if cut { (back, there) } else { (there, back) };
            let (open, closed) = (aside(open, APART), aside(closed, APART));
            html! {
                <>
                    { line("open", open, lit) }
                    { arrow(open) }
                    { line("cut", closed, lit) }
                </>
            }
        }
    }
}

/// An arrow head in the middle of a line.
fn arrow((a, b): (Point, Point)) -> Html {
    let (at, angle) = (a.toward(b, 0.5), a.angle_to(b).to_degrees());
    let transform = format!("translate({:.1} {:.1}) rotate({angle:.1})", at.x, at.y);
    html! { <path class="way" d="M-4-4 4 0-4 4" {transform} /> }
}

/// The links that the stroke being drawn would cut, with an arrow if only one direction is concerned.
fn threatened(glyph: &LinkGlyph, doomed: &[Link]) -> Html {
    let (a, b) = glyph.link;
    let (there, back) = (doomed.contains(&(a, b)), doomed.contains(&(b, a)));
    let ends = glyph.ends;
    match (there, back) {
        (false, false) => Html::default(),
        (true, true) => line("doomed", ends, false),
        (true, false) => html! { <>{ line("doomed", ends, false) }{ arrow(ends) }</> },
        (false, true) => html! { <>{ line("doomed", ends, false) }{ arrow((ends.1, ends.0)) }</> },
    }
}

/// A wide invisible line, the target for pointer and keyboard.
fn reach(glyph: &LinkGlyph, selected: bool, stop: bool, props: &LinksProps) -> Html {
    let ((a, b), link) = (glyph.ends, glyph.link);
    let change = props.change.clone();
    let command = props.command.clone();
    let onkeydown = move |event: KeyboardEvent| {
        match event.key().as_str() {
            "Enter" => {
                let rect = event.target_dyn_into::<Element>().map(|element| element.get_bounding_client_rect());
                let middle =
                    |rect: DomRect| Point::new(rect.left() + rect.width() / 2.0, rect.top() + rect.height() / 2.0);
                open(&change, link, rect.map_or(Point::default(), middle));
            }
            "ArrowDown" => command.emit(Command::NextLink),
            "ArrowUp" => command.emit(Command::PreviousLink),
            _ => return,
        }
        event.prevent_default();
    };
    // A link that gets the focus is selected, so that the arrow keys start from it.
    let onfocus = {
        let change = props.change.clone();
        move |_: FocusEvent| {
            if !selected {
                change.emit(Change::Select(Some(Selection::Link(link))));
            }
        }
    };
    html! {
        <line
            class="reach"
            role="button"
            aria-haspopup="menu"
            aria-label={glyph.name.clone()}
            tabindex={if stop { "0" } else { "-1" }}
            x1={a.x.to_string()} y1={a.y.to_string()} x2={b.x.to_string()} y2={b.y.to_string()}
            {onkeydown} {onfocus}
        >
            <title>{ glyph.name.clone() }</title>
        </line>
    }
}

/// The properties of the text beside links.
#[derive(Properties, PartialEq)]
pub struct WordsProps {
    /// The texts with their places.
    pub words: Vec<LinkWords>,
}

/// The text beside links.
#[component]
pub fn Words(props: &WordsProps) -> Html {
    html! {
        <g class="qualities" aria-hidden="true">
            for words in &props.words {
                { quality(words) }
            }
        </g>
    }
}

fn quality(words: &LinkWords) -> Html {
    let LinkWords { link: (from, to), at, lines, tied_to } = words;
    // The middle of a letter is above its base line.
    let first = at.y - LINE * (lines.len() as f64 - 1.0) / 2.0 + 4.0;
    html! {
        <g key={format!("{from}-{to}")} data-quality={format!("{from}-{to}")}>
            if let Some(place) = tied_to {
                { line("tie", (*at, *place), false) }
            }
            <text class="quality">
                for (i, line) in lines.iter().enumerate() {
                    <tspan key={i} x={format!("{:.1}", at.x)} y={format!("{:.1}", first + LINE * i as f64)}>{ line.clone() }</tspan>
                }
            </text>
        </g>
    }
}

/// The properties of the lines of the cuts.
#[derive(Properties, PartialEq)]
pub struct LinesProps {
    /// The cuts.
    pub strokes: Vec<StrokeGlyph>,
}

/// The lines of the named cuts, drawn behind the nodes and their labels.
#[component]
pub fn StrokeLines(props: &LinesProps) -> Html {
    html! {
        <g class="strokes" aria-hidden="true">
            for stroke in &props.strokes {
                <path key={stroke.name.clone()} class="stroke" d={stroke.path.clone()} />
            }
        </g>
    }
}

/// The properties of the tags of the cuts.
#[derive(Properties, PartialEq)]
pub struct StrokesProps {
    /// The cuts.
    pub strokes: Vec<StrokeGlyph>,
    /// Called to rejoin a cut.
    pub act: Callback<Action>,
}

/// The tags of the named cuts; a click rejoins the cut.
#[component]
pub fn Strokes(props: &StrokesProps) -> Html {
    let rejoin = |name: &str| {
        let (act, name) = (props.act.clone(), name.to_string());
        move || act.emit(Action::Join { links: None, name: Some(name.clone()) })
    };
    html! {
        <g class="strokes">
            for stroke in &props.strokes {
                { tag(stroke, rejoin(&stroke.name)) }
            }
        </g>
    }
}

fn tag(stroke: &StrokeGlyph, rejoin: impl Fn() + Clone + 'static) -> Html {
    let (words, width) = (&stroke.words, stroke.tag_width);
    let clicked = rejoin.clone();
    let onkeydown = move |event: KeyboardEvent| {
        if matches!(event.key().as_str(), "Enter" | " ") {
            event.prevent_default();
            rejoin();
        }
    };
    html! {
        <g
            key={format!("tag {}", stroke.name)}
            class="tag"
            role="button"
            tabindex="0"
            aria-label={format!("{words} {}", stroke.name)}
            data-stroke={stroke.name.clone()}
            transform={format!("translate({:.1} {:.1})", stroke.tag.x, stroke.tag.y)}
            onclick={move |_: MouseEvent| clicked()}
            {onkeydown}
        >
            <rect x={(-width / 2.0).to_string()} y="-13" width={width.to_string()} height="26" rx="13" />
            <text y="4.5">{ words.clone() }</text>
        </g>
    }
}
