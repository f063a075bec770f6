//! What the page itself remembers, beside the run: what is selected, pointed at, open.

use std::collections::BTreeMap;
use std::rc::Rc;

use yew::Reducible;

use super::store::{self, Panel, Settings};
use crate::lab::event::Link;
use crate::lab::World;
use crate::raft::NodeId;
use crate::view::geometry::Point;
use crate::view::menu::MenuTarget;
use crate::view::selection::Highlight;
use crate::view::selection::{find, violation_highlight, Selection};

/// A dialog that covers the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialog {
    /// Keys and legend.
    Help,
    /// What Raft promises.
    Promises,
    /// A group per node.
    Partition,
    /// What links do to messages; of one link to begin with, or of all.
    Links(Option<Link>),
}

/// An open menu: what it is about, and where on the screen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Menu {
    /// What it is about.
    pub target: MenuTarget,
    /// Where.
    pub at: Point,
}

/// How often the form was asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// To write.
    pub write: u32,
    /// To read.
    pub read: u32,
}

/// The strokes as they were drawn, by name.
pub type Strokes = BTreeMap<String, Rc<[Point]>>;

/// What the page remembers.
#[derive(Clone, PartialEq)]
pub struct Page {
    /// What keys act upon.
    pub selected: Option<Selection>,
    /// What is pointed at.
    pub look: Rc<Highlight>,
    /// The subject that is pointed at: all that belongs to it is highlighted, as the world is then.
    pub look_at: Option<Selection>,
    /// What was clicked, to be shown when nothing is pointed at.
    pub pinned: Rc<Highlight>,
    /// The event in whose line the click was.
    pub pinned_event: Option<u64>,
    /// The stream that is open.
    pub open: Option<Link>,
    /// The menu that is open.
    pub menu: Option<Menu>,
    /// The dialog that is open.
    pub dialog: Option<Dialog>,
    /// What is to be said about something that went wrong.
    pub notice: Option<Rc<str>>,
    /// Where the next write goes; none is the leader.
    pub write_to: Option<NodeId>,
    /// Counts the times that the form was asked for, to write and to read.
    pub asked: Asked,
    /// The strokes as they were drawn.
    pub strokes: Rc<Strokes>,
    /// What was chosen about the page.
    pub settings: Settings,
}

/// A change of what the page remembers.
pub enum Change {
    /// Selects something, or nothing.
    Select(Option<Selection>),
    /// Something is pointed at, or nothing any more.
    Look(Option<Highlight>),
    /// A subject is pointed at, or nothing any more.
    LookAt(Option<Selection>),
    /// The line of an event was clicked: what it is about stays highlighted, and what it leads to is selected.
    Pin(u64, Highlight, Option<Selection>),
    /// Closes the stream that is open.
    CloseStream,
    /// Lets go of what is selected and of what was clicked.
    Deselect,
    /// Opens a menu, or closes it.
    Menu(Option<Menu>),
    /// Opens a dialog, or closes it.
    Dialog(Option<Dialog>),
    /// Something is to be said, or nothing any more.
    Notice(Option<Rc<str>>),
    /// The form is wanted to write, to the leader or to a node.
    Write(Option<NodeId>),
    /// The form is wanted to read.
    Read(Option<NodeId>),
    /// The form's choice was changed.
    WriteTo(Option<NodeId>),
    /// A stroke was drawn.
    Stroke(String, Rc<[Point]>),
    /// Something was chosen about the page.
    Settings(Settings),
    /// A panel is folded, or unfolded.
    Fold(Panel),
    /// Other messages are to be drawn.
    NextScope,
    /// Another run: what belonged to the old one is forgotten.
    NewRun,
}

impl Page {
    /// A page on which nothing has been done.
    pub fn new(settings: Settings, notice: Option<String>) -> Page {
        Page {
            selected: None,
            look: Rc::default(),
            look_at: None,
            pinned: Rc::default(),
            pinned_event: None,
            open: None,
            menu: None,
            dialog: None,
            notice: notice.map(Rc::from),
            write_to: None,
            asked: Asked::default(),
            strokes: Rc::default(),
            settings,
        }
    }

    /// Selects something; a stream opens.
    fn select(&mut self, subject: Option<Selection>) {
        (self.selected, self.pinned, self.pinned_event) = (subject, Rc::default(), None);
        if let Some(Selection::Stream(leader, target)) = subject {
            self.open = Some((leader, target));
        }
    }

    fn close_stream(&mut self) {
        if let Some((leader, target)) = self.open.take() {
            self.selected = self.selected.filter(|selected| *selected != Selection::Stream(leader, target));
        }
    }

    /// What is highlighted: what is pointed at, or else what was clicked, or else what is selected, or else where a
    /// promise was broken.
    pub fn highlight(&self, world: &World) -> Rc<Highlight> {
        // A message that is gone from under the pointer is not pointed at any more.
        let is_there = |about: &Highlight| {
            *about != Highlight::default() && about.message.is_none_or(|message| find(world, message).is_some())
        };
        if let Some(subject) = self.look_at {
            Rc::new(subject.highlight(world))
        } else if is_there(&self.look) {
            self.look.clone()
        } else if *self.pinned != Highlight::default() {
            self.pinned.clone()
        } else {
            Rc::new(self.selected.map_or_else(|| violation_highlight(world), |selected| selected.highlight(world)))
        }
    }
}

impl Reducible for Page {
    type Action = Change;

    fn reduce(self: Rc<Page>, change: Change) -> Rc<Page> {
        let mut page = (*self).clone();
        match change {
            Change::Select(subject) => page.select(subject),
            Change::Look(about) => (page.look, page.look_at) = (Rc::new(about.unwrap_or_default()), None),
            Change::LookAt(subject) => (page.look, page.look_at) = (Rc::default(), subject),
            Change::Pin(event, about, subject) => {
                page.select(subject);
                (page.pinned_event, page.pinned) = (Some(event), Rc::new(about));
            }
            Change::CloseStream => page.close_stream(),
            Change::Deselect => {
                if matches!(page.selected, Some(Selection::Stream(..))) {
                    page.close_stream();
                }
                page.select(None);
                (page.look, page.look_at) = (Rc::default(), None);
            }
            Change::Menu(menu) => page.menu = menu,
            Change::Dialog(dialog) => (page.dialog, page.menu) = (dialog, None),
            Change::Notice(notice) => page.notice = notice,
            Change::Write(node) => {
                page.settings.folded.cluster = false; // the form is there
                page.write_to = node;
                page.asked.write += 1;
            }
            Change::Read(node) => {
                page.settings.folded.cluster = false;
                page.write_to = node;
                page.asked.read += 1;
            }
            Change::WriteTo(node) => page.write_to = node,
            Change::Stroke(name, points) => drop(Rc::make_mut(&mut page.strokes).insert(name, points)),
            Change::Settings(settings) => {
                store::keep_settings(&settings);
                page.settings = settings;
            }
            Change::Fold(panel) => {
                page.settings.folded = page.settings.folded.toggled(panel);
                // A form that comes back is not asked for again.
                page.asked = Asked::default();
                store::keep_settings(&page.settings);
            }
            Change::NextScope => {
                page.settings.scope = page.settings.scope.next();
                store::keep_settings(&page.settings);
            }
            Change::NewRun => {
                (page.look, page.pinned, page.strokes) = (Rc::default(), Rc::default(), Rc::default());
                (page.look_at, page.pinned_event, page.open) = (None, None, None);
                (page.menu, page.notice) = (None, None);
                // Nodes are the same in every run; what else was selected is not.
                page.selected = page.selected.filter(|selected| matches!(selected, Selection::Node(_)));
            }
        }
        // A change that changes nothing draws nothing.
        if page == *self {
            self
        } else {
            Rc::new(page)
        }
    }
}
