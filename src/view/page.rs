//! The state of the page apart from the run (selection, pointer, open parts), and how each change alters it.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::geometry::Point;
use super::menu::MenuTarget;
use super::pace::Pacing;
use super::selection::{find, violation_highlight, Highlight, Selection};
use super::settings::{PanelName, Setting, Settings, Theme, CLUSTER};
use super::speed::Speed;
use crate::lab::vocab::id::Link;
use crate::lab::world::World;
use crate::raft::NodeId;

/// A dialog that covers the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialog {
    /// Shortcuts and legend.
    Help,
    /// The invariants of Raft, and which were violated.
    Invariants,
    /// Sorts the nodes into groups that cannot reach each other.
    Partition,
    /// The settings of the cluster.
    Settings,
    /// Latency, loss and duplication of links. Opens for this link; none means for all.
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

/// What the pointer or the keyboard focus is on.
#[derive(Clone, Debug, PartialEq)]
pub enum Pointed {
    /// Something with a fixed highlight.
    Highlight(Rc<Highlight>),
    /// Something whose highlight depends on the current world.
    Selection(Selection),
}

/// A line of the event feed that was clicked.
#[derive(Clone, Debug, PartialEq)]
pub struct Pin {
    /// The sequence number of the event.
    pub event: u64,
    /// What is highlighted with it.
    pub highlight: Rc<Highlight>,
}

/// The points of the strokes that cut links, as they were drawn, by the name of the cut.
pub type Strokes = BTreeMap<String, Rc<[Point]>>;

/// The state of the page apart from the run.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    /// What is selected; commands apply to it.
    pub selected: Option<Selection>,
    /// What the pointer or the focus is on.
    pub pointed: Option<Pointed>,
    /// The line of the event feed that was clicked last. None once something else is selected.
    pub pinned: Option<Pin>,
    /// The stream whose details are shown. It may no longer exist.
    pub open: Option<Link>,
    /// The open menu.
    pub menu: Option<Menu>,
    /// The open dialog.
    pub dialog: Option<Dialog>,
    /// A message to the user, shown until it is dismissed.
    pub notice: Option<Rc<str>>,
    /// The node that the form sends requests to; none means the leader.
    pub write_to: Option<NodeId>,
    /// Requests for the focus of the form.
    pub form_focus: FocusRequests,
    /// The strokes as they were drawn.
    pub strokes: Rc<Strokes>,
    /// The settings of the page.
    pub settings: Settings,
}

/// A change of the page's state.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// Selects something, or clears the selection. Selecting a stream opens it.
    Select(Option<Selection>),
    /// The pointer is on something, or on nothing.
    Point(Option<Pointed>),
    /// The line of an event was clicked: its highlight stays, and this is selected.
    Pin(Pin, Option<Selection>),
    /// Closes the open stream.
    CloseStream,
    /// Clears the selection and the pinned highlight.
    Deselect,
    /// Opens this menu; none closes it.
    Menu(Option<Menu>),
    /// Opens this dialog; none closes it.
    Dialog(Option<Dialog>),
    /// Shows this message; none removes it.
    Notice(Option<Rc<str>>),
    /// Moves the focus to the form to write to this node; none means the leader.
    Write(Option<NodeId>),
    /// Moves the focus to the form to read from this node; none means the leader.
    Read(Option<NodeId>),
    /// Sets the node that the form sends requests to; none means the leader.
    WriteTo(Option<NodeId>),
    /// Keeps the points of the cut with this name.
    Stroke(String, Rc<[Point]>),
    /// Changes a setting.
    Set(Setting),
    /// Switches to the next scope of messages, cyclically.
    NextScope,
    /// Folds or unfolds a panel.
    Fold(PanelName),
    /// A new run has begun: clears what belonged to the old one.
    NewRun,
}

/// A side effect of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Store the current settings.
    StoreSettings,
    /// Stop the clock, so that a selected message is not delivered before the user can act on it.
    StopClock,
    /// Set the speed of the clock.
    SetSpeed(Speed),
    /// Set what decides how fast the clock runs.
    SetPace(Pacing),
    /// Set the theme of the page.
    SetTheme(Theme),
}

impl Page {
    /// The initial page.
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

    /// The page after a change, and the side effects in order.
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
                    Setting::Pace(pace) => Some(Effect::SetPace(pace)),
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
                // When the form is drawn again, it must not take the focus because of an earlier request.
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

    /// Unfolds the panel of the form. This is not stored, since the user did not choose it.
    fn show_form(&mut self, node: Option<NodeId>) -> &mut FocusRequests {
        self.settings.folded.unfold(CLUSTER);
        self.write_to = node;
        &mut self.form_focus
    }

    fn forget_run(&mut self) {
        (self.pointed, self.pinned, self.open) = (None, None, None);
        (self.menu, self.notice, self.strokes) = (None, None, Rc::default());
        // Every run has the same nodes, but ids of messages and indices of entries mean something else in another run.
        self.selected = self.selected.filter(|selected| matches!(selected, Selection::Node(_)));
    }

    /// What is highlighted: what the pointer is on, else the pinned line, else the selection, else the first violated
    /// invariant.
    pub fn highlight(&self, world: &World) -> Rc<Highlight> {
        let is_empty = |highlight: &Highlight| *highlight == Highlight::default();
        // A message that has left the network is no longer pointed at.
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
        // Such changes only show a notice and close the menu of branches.
        let selected = after(&page(), [select(Selection::Entry(2, 5))]);
        let page = after(&selected, [Change::Menu(None), Change::Notice(Some("nothing to undo".into()))]);
        assert_eq!(page.selected, Some(Selection::Entry(2, 5)));
        // A message that is not in the other branch is not highlighted.
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
            (Change::Set(Setting::Pace(Pacing::Steady)), vec![Effect::SetPace(Pacing::Steady), Effect::StoreSettings]),
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
        let Settings { theme, characters, speed, pace, step, scope, folded, .. } = page.settings;
        assert_eq!((theme, characters, speed, pace), (Some(Theme::Dark), false, Speed::MAX.step(), Pacing::Steady));
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
        // The stream stays open while something else is selected.
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
