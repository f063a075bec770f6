//! What the page remembers beside the run (what is selected, pointed at, open), and how each change alters it.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::geometry::Point;
use super::menu::MenuTarget;
use super::selection::{find, violation_highlight, Highlight, Selection};
use super::settings::{PanelName, Setting, Settings, Theme, CLUSTER};
use super::speed::Speed;
use crate::lab::vocab::id::Link;
use crate::lab::world::World;
use crate::raft::NodeId;

/// A dialog that covers the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialog {
    /// Keys and legend.
    Help,
    /// The invariants of Raft, and which of them were violated.
    Promises,
    /// Sorts the nodes into groups that cannot reach each other.
    Partition,
    /// Latency, loss and duplication of links. It opens with this link chosen, or with all of them.
    Links(Option<Link>),
}

/// An open menu.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Menu {
    /// What its choices apply to.
    pub target: MenuTarget,
    /// Its upper left corner, in pixels of the window.
    pub at: Point,
}

/// Requests for the keyboard focus. Each counter is increased by one with a request, so that a second request for the
/// same element differs from the first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FocusRequests {
    /// Requests for the field with the value to write.
    pub write: u32,
    /// Requests for the button that reads.
    pub read: u32,
}

/// What the pointer, or the keyboard focus, rests on.
#[derive(Clone, Debug, PartialEq)]
pub enum Pointed {
    /// Something whose highlight is fixed.
    Highlight(Rc<Highlight>),
    /// Something whose highlight follows from the world as it is then.
    Selection(Selection),
}

/// A line of the event feed that was clicked.
#[derive(Clone, Debug, PartialEq)]
pub struct Pin {
    /// The number of the event.
    pub event: u64,
    /// What the event is about.
    pub highlight: Rc<Highlight>,
}

/// The strokes with which links were cut, as they were drawn, by the name of the cut.
pub type Strokes = BTreeMap<String, Rc<[Point]>>;

/// What the page remembers beside the run.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    /// What commands act upon.
    pub selected: Option<Selection>,
    /// What is pointed at.
    pub pointed: Option<Pointed>,
    /// The line of the event feed that was clicked last. Nothing else was selected since.
    pub pinned: Option<Pin>,
    /// The stream whose details are shown; it need not exist any more.
    pub open: Option<Link>,
    /// The menu that is open.
    pub menu: Option<Menu>,
    /// The dialog that is open.
    pub dialog: Option<Dialog>,
    /// A message to the user, until it is dismissed.
    pub notice: Option<Rc<str>>,
    /// The node that the form sends requests to; none is the leader.
    pub write_to: Option<NodeId>,
    /// Requests for the focus to go to the form.
    pub form_focus: FocusRequests,
    /// The strokes as they were drawn.
    pub strokes: Rc<Strokes>,
    /// What was chosen about the page.
    pub settings: Settings,
}

/// A change of what the page remembers.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// Selects something, or nothing. A stream that is selected opens.
    Select(Option<Selection>),
    /// Something is pointed at, or nothing any more.
    Point(Option<Pointed>),
    /// The line of an event was clicked: its highlight stays, and what it leads to is selected.
    Pin(Pin, Option<Selection>),
    /// Closes the stream that is open.
    CloseStream,
    /// Selects nothing, and highlights nothing.
    Deselect,
    /// Opens a menu, or closes it.
    Menu(Option<Menu>),
    /// Opens a dialog, or closes it.
    Dialog(Option<Dialog>),
    /// Shows a message, or takes it away.
    Notice(Option<Rc<str>>),
    /// Goes to the form to write, to this node or to the leader.
    Write(Option<NodeId>),
    /// Goes to the form to read, from this node or from the leader.
    Read(Option<NodeId>),
    /// Chooses the node that the form sends requests to.
    WriteTo(Option<NodeId>),
    /// Keeps the stroke behind the cut of this name.
    Stroke(String, Rc<[Point]>),
    /// Changes a setting.
    Set(Setting),
    /// Draws the next choice of messages, around the end.
    NextScope,
    /// Folds a panel, or unfolds it.
    Fold(PanelName),
    /// Another run has begun: what belonged to the old one is forgotten.
    NewRun,
}

/// What a change asks of the world outside the page's state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Store the settings as they are now.
    StoreSettings,
    /// Stop the clock: a message would be delivered before anything could be done to it.
    StopClock,
    /// Run the clock at this speed.
    SetSpeed(Speed),
    /// Show the page in this theme.
    SetTheme(Theme),
}

impl Page {
    /// A page on which nothing has been done.
    pub fn new(settings: Settings, notice: Option<String>) -> Page {
        Page {
            selected: None,
            pointed: None,
            pinned: None,
            open: None,
            menu: None,
            dialog: None,
            notice: notice.map(Rc::from),
            write_to: None,
            form_focus: FocusRequests::default(),
            strokes: Rc::default(),
            settings,
        }
    }

    /// The page after a change, and what is to be done besides, in this order.
    pub fn reduce(&self, change: Change) -> (Page, Vec<Effect>) {
        let mut page = self.clone();
        let effects = page.apply(change);
        (page, effects)
    }

    fn apply(&mut self, change: Change) -> Vec<Effect> {
        let mut effects = Vec::new();
        match change {
            Change::Select(selection) => effects.extend(self.select(selection)),
            Change::Point(pointed) => self.pointed = pointed,
            Change::Pin(pin, selection) => {
                effects.extend(self.select(selection));
                self.pinned = Some(pin);
            }
            Change::CloseStream => self.close_stream(),
            Change::Deselect => {
                if matches!(self.selected, Some(Selection::Stream(..))) {
                    self.close_stream();
                }
                (self.selected, self.pinned, self.pointed) = (None, None, None);
            }
            Change::Menu(menu) => self.menu = menu,
            Change::Dialog(dialog) => (self.dialog, self.menu) = (dialog, None),
            Change::Notice(notice) => self.notice = notice,
            Change::Write(node) => self.show_form(node).write += 1,
            Change::Read(node) => self.show_form(node).read += 1,
            Change::WriteTo(node) => self.write_to = node,
            Change::Stroke(name, points) => drop(Rc::make_mut(&mut self.strokes).insert(name, points)),
            Change::Set(setting) => {
                self.settings.set(setting);
                effects.extend(match setting {
                    Setting::Theme(theme) => Some(Effect::SetTheme(theme)),
                    Setting::Speed(speed) => Some(Effect::SetSpeed(speed)),
                    _ => None,
                });
                effects.push(Effect::StoreSettings);
            }
            Change::NextScope => {
                self.settings.scope = self.settings.scope.next();
                effects.push(Effect::StoreSettings);
            }
            Change::Fold(panel) => {
                self.settings.folded.toggle(panel);
                // A form that comes back must not take the focus because of an earlier request.
                self.form_focus = FocusRequests::default();
                effects.push(Effect::StoreSettings);
            }
            Change::NewRun => self.forget_run(),
        }
        effects
    }

    fn select(&mut self, selection: Option<Selection>) -> Option<Effect> {
        (self.selected, self.pinned) = (selection, None);
        if let Some(Selection::Stream(leader, target)) = selection {
            self.open = Some((leader, target));
        }
        matches!(selection, Some(Selection::Message(_))).then_some(Effect::StopClock)
    }

    fn close_stream(&mut self) {
        if let Some((leader, target)) = self.open.take() {
            self.selected = self.selected.filter(|selected| *selected != Selection::Stream(leader, target));
        }
    }

    /// Makes the form visible. That its panel is unfolded is not stored: nobody chose it.
    fn show_form(&mut self, node: Option<NodeId>) -> &mut FocusRequests {
        self.settings.folded.unfold(CLUSTER);
        self.write_to = node;
        &mut self.form_focus
    }

    fn forget_run(&mut self) {
        (self.pointed, self.pinned, self.open) = (None, None, None);
        (self.menu, self.notice, self.strokes) = (None, None, Rc::default());
        // Every run has the same nodes. The same number for a message, or index of an entry, means another one.
        self.selected = self.selected.filter(|selected| matches!(selected, Selection::Node(_)));
    }

    /// What is highlighted: what is pointed at, or else what was clicked, or else what is selected, or else where an
    /// invariant was violated.
    pub fn highlight(&self, world: &World) -> Rc<Highlight> {
        let is_empty = |highlight: &Highlight| *highlight == Highlight::default();
        // A message that is gone from under the pointer is not pointed at any more.
        let is_there = |highlight: &Highlight| highlight.message.is_none_or(|message| find(world, message).is_some());
        match (&self.pointed, &self.pinned) {
            (Some(Pointed::Selection(selection)), _) => Rc::new(selection.highlight(world)),
            (Some(Pointed::Highlight(it)), _) if !is_empty(it) && is_there(it) => it.clone(),
            (_, Some(pin)) if !is_empty(&pin.highlight) => pin.highlight.clone(),
            _ => Rc::new(self.selected.map_or_else(|| violation_highlight(world), |it| it.highlight(world))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::world::NodeState;
    use crate::lab::StepKind;
    use crate::raft::Membership;
    use crate::view::message::Scope;

    fn page() -> Page {
        Page::new(Settings::default(), None)
    }

    fn after(page: &Page, changes: impl IntoIterator<Item = Change>) -> Page {
        changes.into_iter().fold(page.clone(), |page, change| page.reduce(change).0)
    }

    fn select(selection: Selection) -> Change {
        Change::Select(Some(selection))
    }

    fn highlight(nodes: &[NodeId]) -> Rc<Highlight> {
        Rc::new(Highlight { nodes: nodes.to_vec(), ..Highlight::default() })
    }

    fn pin(event: u64, nodes: &[NodeId]) -> Pin {
        Pin { event, highlight: highlight(nodes) }
    }

    #[test]
    fn a_new_run_forgets_all_that_belonged_to_the_old_one() {
        let gone = [Selection::Message(7), Selection::Entry(1, 3), Selection::Stream(1, 2), Selection::Link((1, 2))];
        for selection in gone {
            let page = after(&page(), [select(selection), Change::NewRun]);
            assert_eq!(page.selected, None, "a command would act upon {selection:?} of another run");
        }
        let point = Point::default();
        let busy = after(
            &page(),
            [
                select(Selection::Stream(1, 2)),
                Change::Pin(pin(9, &[1]), Some(Selection::Node(3))),
                Change::Point(Some(Pointed::Selection(Selection::Node(2)))),
                Change::Stroke("cut 1".into(), [point].into()),
                Change::Menu(Some(Menu { target: MenuTarget::Until, at: point })),
                Change::Notice(Some("no".into())),
            ],
        );
        let page = after(&busy, [Change::NewRun]);
        assert_eq!(
            page,
            Page { selected: Some(Selection::Node(3)), ..self::page() },
            "nodes are the same in every run"
        );
    }

    #[test]
    fn undo_and_another_branch_keep_the_selection() {
        // They change the page by what they have to say, and by closing the menu of branches.
        let selected = after(&page(), [select(Selection::Entry(2, 5))]);
        let page = after(&selected, [Change::Menu(None), Change::Notice(Some("nothing to undo".into()))]);
        assert_eq!(page.selected, Some(Selection::Entry(2, 5)));
        // What the other branch does not have is not highlighted where it is not.
        let world = World::new((1..=3).map(|id| NodeState::new(id, Membership::new(1..=3, []), [])));
        assert_eq!(page.highlight(&world).nodes, [2]);
    }

    #[test]
    fn a_message_that_is_selected_stops_the_clock() {
        let effects = |change: Change| page().reduce(change).1;
        assert_eq!(effects(select(Selection::Message(4))), [Effect::StopClock]);
        assert_eq!(effects(Change::Pin(pin(9, &[]), Some(Selection::Message(4)))), [Effect::StopClock]);
        assert_eq!(effects(select(Selection::Node(4))), []);
        assert_eq!(effects(Change::Point(Some(Pointed::Selection(Selection::Message(4))))), []);
    }

    #[test]
    fn settings_are_kept_and_their_effects_asked_for() {
        let cases = [
            (Change::Set(Setting::Step(StepKind::Message)), vec![Effect::StoreSettings]),
            (Change::Set(Setting::Characters(false)), vec![Effect::StoreSettings]),
            (Change::Set(Setting::Speed(Speed::MAX)), vec![Effect::SetSpeed(Speed::MAX), Effect::StoreSettings]),
            (Change::Set(Setting::Theme(Theme::Dark)), vec![Effect::SetTheme(Theme::Dark), Effect::StoreSettings]),
            (Change::NextScope, vec![Effect::StoreSettings]),
            (Change::Fold("logs"), vec![Effect::StoreSettings]),
        ];
        let mut page = page();
        for (change, expected) in cases {
            let (next, effects) = page.reduce(change);
            assert_eq!(effects, expected);
            page = next;
        }
        let Settings { theme, characters, speed, step, scope, folded } = page.settings;
        assert_eq!((theme, characters, speed), (Some(Theme::Dark), false, Speed::MAX.step()));
        assert_eq!((step, scope, folded.contains("logs")), (StepKind::Message, Scope::Context, true));
    }

    #[test]
    fn settings_survive_a_new_run() {
        let page = after(&page(), [Change::Fold("logs"), Change::Set(Setting::Characters(false))]);
        assert_eq!(after(&page, [Change::NewRun]), page);
    }

    #[test]
    fn what_is_pointed_at_comes_before_what_was_clicked_before_what_is_selected() {
        let world = World::new((1..=3).map(|id| NodeState::new(id, Membership::new(1..=3, []), [])));
        let nodes = |page: &Page| page.highlight(&world).nodes.clone();
        let pinned = after(&page(), [Change::Pin(pin(9, &[1, 2]), Some(Selection::Node(3)))]);
        assert_eq!(nodes(&pinned), [1, 2]);
        let pointed = after(&pinned, [Change::Point(Some(Pointed::Highlight(highlight(&[2]))))]);
        assert_eq!(nodes(&pointed), [2]);
        let gone = Highlight { nodes: vec![1], message: Some(8), entries: None };
        let on_gone = after(&pointed, [Change::Point(Some(Pointed::Highlight(gone.into())))]);
        assert_eq!(nodes(&on_gone), [1, 2], "the message has left the network");
        let left = after(&pointed, [Change::Point(None)]);
        assert_eq!(left, pinned);
        let selected = after(&pinned, [select(Selection::Node(1))]);
        assert_eq!((nodes(&selected), selected.pinned), (vec![1], None));
        let deselected = after(&pointed, [Change::Deselect]);
        assert_eq!(deselected, page());
        assert!(nodes(&deselected).is_empty());
    }

    #[test]
    fn a_stream_opens_when_it_is_selected_and_is_let_go_when_it_closes() {
        let open = after(&page(), [select(Selection::Stream(1, 2))]);
        assert_eq!(open.open, Some((1, 2)));
        for close in [Change::CloseStream, Change::Deselect] {
            let closed = after(&open, [close]);
            assert_eq!((closed.open, closed.selected), (None, None));
        }
        // It stays open while something else is selected.
        let other = after(&open, [select(Selection::Node(2))]);
        let (closed, let_go) = (after(&other, [Change::CloseStream]), after(&other, [Change::Deselect]));
        assert_eq!((closed.open, closed.selected), (None, Some(Selection::Node(2))));
        assert_eq!((let_go.open, let_go.selected), (Some((1, 2)), None));
    }

    #[test]
    fn the_form_is_seen_when_it_is_asked_for() {
        let folded = after(&page(), [Change::Fold(CLUSTER)]);
        let (page, effects) = folded.reduce(Change::Write(Some(2)));
        assert!(!page.settings.folded.contains(CLUSTER) && effects.is_empty(), "nobody chose to unfold it");
        assert_eq!((page.write_to, page.form_focus), (Some(2), FocusRequests { write: 1, read: 0 }));
        let page = after(&page, [Change::Write(None), Change::Read(None)]);
        assert_eq!((page.write_to, page.form_focus), (None, FocusRequests { write: 2, read: 1 }));
        assert_eq!(after(&page, [Change::Fold("logs")]).form_focus, FocusRequests::default());
    }

    #[test]
    fn a_dialog_closes_the_menu_that_led_to_it() {
        let menu = Change::Menu(Some(Menu { target: MenuTarget::Branches, at: Point::default() }));
        let page = after(&page(), [menu, Change::Dialog(Some(Dialog::Links(Some((1, 2)))))]);
        assert_eq!((page.menu, page.dialog), (None, Some(Dialog::Links(Some((1, 2))))));
    }
}
