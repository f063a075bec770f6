//! Carries out the user's commands, given by key, button or menu.

use std::cell::Cell;
use std::rc::Rc;

use yew::prelude::*;

use super::driver::Driver;
use super::focus::find_and_give as focus;
use super::page::PageState;
use super::scene::Actions;
use super::{media, text};
use crate::lab::play::branches::BranchId;
use crate::lab::vocab::action::Action;
use crate::lab::{ScenarioError, StepKind};
use crate::raft::NodeId;
use crate::view::action::{partition_in_words, toggle_link};
use crate::view::command::Command;
use crate::view::config_form::Wish;
use crate::view::geometry::Point;
use crate::view::menu::{MenuAction, MenuTarget};
use crate::view::on_link::{between as link_between, next as next_link, picked, second_end};
use crate::view::on_message::{next as next_message, MessageAct};
use crate::view::on_node::{add_node, align_timers, crash_all, restart_all, spread_timers, NodeAct};
use crate::view::page::{Change, Dialog, Menu};
use crate::view::selection::Selection;
use crate::view::settings::{Setting, Theme, TIMELINE};
use crate::view::until::Until;
use crate::view::why_not::why_not;
use crate::view::writes::ten_writes;

/// What commands read and act on: the run, and the page's state at the time of the command.
#[derive(Clone)]
struct CommandContext {
    driver: Driver,
    page: PageState,
    /// Which node of a link is to be chosen by the next key.
    picking: Rc<Cell<Pick>>,
    /// The node or link whose messages are gone through.
    walk: Rc<Cell<Option<Selection>>>,
}

/// Which node of a link is to be chosen by the next key.
#[derive(Clone, Copy, Default)]
enum Pick {
    /// None.
    #[default]
    Nothing,
    /// Its first.
    First,
    /// Its second; this is the first.
    Second(NodeId),
}

/// The callbacks with which components act. Made once.
#[hook]
pub fn use_actions(driver: &Driver, page: &PageState) -> Rc<Actions> {
    use_memo((), |()| {
        let context =
            CommandContext { driver: driver.clone(), page: page.clone(), picking: Rc::default(), walk: Rc::default() };
        Actions {
            change: context.callback(CommandContext::change),
            act: context.callback(CommandContext::act),
            partition: context.callback(CommandContext::partition),
            wish: context.callback(CommandContext::wish),
            command: context.callback(|context, command| {
                // A notice about the previous command is outdated.
                context.notice(None);
                context.carry_out(command);
            }),
            pick: context.callback(CommandContext::pick),
            go_to: context.callback(|context, event| {
                context.notice(None);
                context.driver.go_to(event);
            }),
            close_dialog: context.callback(|context, ()| context.change(Change::Dialog(None))),
            source: driver.source(),
        }
    })
}

impl CommandContext {
    fn callback<T: 'static>(&self, act: impl Fn(&CommandContext, T) + 'static) -> Callback<T> {
        let context = self.clone();
        Callback::from(move |what| act(&context, what))
    }

    fn change(&self, change: Change) {
        self.page.change(change);
    }

    fn notice(&self, text: Option<&str>) {
        self.change(Change::Notice(text.map(Rc::from)));
    }

    fn wish(&self, wish: Wish) {
        self.notice(None);
        match wish {
            Wish::Act(what) if what.is_empty() => self.notice(Some(text().nothing_changed())),
            Wish::Act(what) => what.into_iter().for_each(|what| self.act(what)),
            Wish::Begin(nodes, config, spec) => match self.driver.begin(nodes, &config, &spec) {
                Ok(()) => self.change(Change::NewRun),
                Err(why) => self.refused(&why),
            },
        }
    }

    fn select(&self, selection: Selection, element: &str) {
        self.change(Change::Select(Some(selection)));
        focus(element);
    }

    fn selected(&self) -> Option<Selection> {
        self.page.now().selected
    }

    /// Dispatches a command. What takes more than a line is a method below.
    fn carry_out(&self, command: Command) {
        let (driver, t) = (&self.driver, text());
        let step = || self.page.now().settings.step;
        match (self.picking.take(), command) {
            (Pick::First, Command::Select(node)) if driver.world().nodes.contains_key(&node) => {
                return self.ask_for_node(Pick::Second(node), &second_end(node, t));
            }
            (Pick::Second(first), Command::Select(second)) => return self.pick_link(first, second),
            _ => {}
        }
        match command {
            // Time.
            Command::PlayPause => driver.play_pause(),
            Command::Step => self.done(driver.step(step()), t.nothing_to_step()),
            Command::Back => self.done(driver.back(step()), t.nothing_before()),
            Command::NextTransition => self.done(driver.step(StepKind::Transition), t.nothing_to_step()),
            Command::PreviousTransition => self.done(driver.back(StepKind::Transition), t.nothing_before()),
            Command::Start => driver.to_start(),
            Command::Present => driver.to_present(),
            Command::Undo => self.done_or_refused(driver.undo(), t.nothing_to_undo()),
            Command::Redo => self.done_or_refused(driver.redo(), t.nothing_to_redo()),
            Command::Branches => self.branches(),
            Command::RunUntil => self.menu(MenuTarget::Until, "[data-run-until]"),
            Command::NewRun => self.new_run(),
            Command::Slower => self.change(Change::Set(Setting::Speed(driver.speed().slower()))),
            Command::Faster => self.change(Change::Set(Setting::Speed(driver.speed().faster()))),
            Command::TallTimeline => self.tall_timeline(),
            Command::Pace => self.change(Change::Set(Setting::Pace(self.page.now().settings.pace.other()))),
            // Clients and links.
            Command::Write => self.change(Change::Write(self.selected_node())),
            Command::Read => self.change(Change::Read(self.selected_node())),
            Command::WriteMany => {
                self.act(ten_writes(&driver.world()));
            }
            Command::Partition => self.change(Change::Dialog(Some(Dialog::Partition))),
            Command::Links => self.links(),
            Command::Cluster => self.menu(MenuTarget::Cluster, "[data-whole]"),
            Command::PickLink => self.ask_for_node(Pick::First, t.pick_first()),
            Command::NextLink => self.next_link(true),
            Command::PreviousLink => self.next_link(false),
            Command::RejoinAll => self.rejoin_all(),
            // Nodes.
            Command::CrashAll => self.act_or_say(crash_all(&driver.world()), t.nobody_runs()),
            Command::RestartAll => self.act_or_say(restart_all(&driver.world()), t.everybody_runs()),
            Command::AddNode => self.act_or_say(add_node(&driver.world()), t.no_more_nodes()),
            Command::SpreadTimers => self.act_all(spread_timers(&driver.world()), t.no_timers()),
            Command::AlignTimers => self.act_all(align_timers(&driver.world()), t.no_timers()),
            Command::Select(node) => self.select_node(node),
            Command::Deselect => self.change(Change::Deselect),
            Command::Node(act) => self.on_node(act),
            // Messages.
            Command::NextMessage => self.next_message(true),
            Command::PreviousMessage => self.next_message(false),
            Command::Message(act) => self.on_message(act),
            Command::Scope => self.change(Change::NextScope),
            // The page.
            Command::Settings => self.change(Change::Dialog(Some(Dialog::Settings))),
            Command::Theme => self.other_theme(),
            Command::Invariants => self.change(Change::Dialog(Some(Dialog::Invariants))),
            Command::Help => self.change(Change::Dialog(Some(Dialog::Help))),
        }
    }
}

/// Helpers for commands and choices.
impl CommandContext {
    /// Shows `else_say` if nothing was done.
    fn done(&self, done: bool, else_say: &str) {
        self.notice((!done).then_some(else_say));
    }

    fn done_or_refused(&self, done: Result<bool, ScenarioError>, else_say: &str) {
        match done {
            Ok(done) => self.done(done, else_say),
            Err(why) => self.refused(&why),
        }
    }

    fn refused(&self, why: &ScenarioError) {
        self.notice(Some(&text().refused(why)));
    }

    fn act(&self, what: Action) {
        self.act_and_say(what, None);
    }

    /// Acts on the cluster, and shows what is special about the result, or else `done`.
    fn act_and_say(&self, what: Action, done: Option<&str>) {
        let before = self.run_name().filter(|_| self.driver.looks_back());
        match self.driver.act(what) {
            Err(why) => self.refused(&why),
            Ok(()) => match before.zip(self.run_name()) {
                Some((before, now)) => self.notice(Some(&text().another_run(&now, &before))),
                None => self.notice(done),
            },
        }
    }

    /// The name of the run that is shown.
    fn run_name(&self) -> Option<String> {
        self.driver.branches().into_iter().find(|branch| branch.end.is_none()).map(|branch| branch.name)
    }

    fn act_or_say(&self, what: Option<Action>, else_say: &str) {
        match what {
            Some(what) => self.act(what),
            None => self.notice(Some(else_say)),
        }
    }

    fn act_all(&self, all: Vec<Action>, else_say: &str) {
        if all.is_empty() {
            self.notice(Some(else_say));
        }
        all.into_iter().for_each(|what| self.act(what));
    }

    fn menu(&self, target: MenuTarget, button: &str) {
        self.change(Change::Menu(Some(Menu { target, at: below(button) })));
    }
}

/// Time.
impl CommandContext {
    fn branches(&self) {
        if self.driver.branches().len() > 1 {
            self.menu(MenuTarget::Branches, "[data-branches]");
        } else {
            self.notice(Some(text().one_run_only()));
        }
    }

    fn new_run(&self) {
        match self.driver.new_run() {
            Ok(()) => self.change(Change::NewRun),
            Err(why) => self.refused(&why),
        }
    }

    fn run_until(&self, until: Until) {
        let already = until == Until::Converged && self.driver.world().converged();
        match self.driver.run_until(until) {
            Ok(true) => self.notice(already.then(|| text().until_already())),
            Ok(false) => self.notice(Some(text().until_not())),
            Err(why) => self.refused(&why),
        }
    }

    fn switch_to(&self, branch: BranchId) {
        match self.driver.switch(branch) {
            Ok(_) => self.notice(None),
            Err(why) => self.refused(&why),
        }
    }

    fn forget_other_branches(&self) {
        self.driver.forget_others();
        self.notice(None);
    }
}

/// The cluster: clients, links, nodes, messages.
impl CommandContext {
    fn selected_node(&self) -> Option<NodeId> {
        self.selected().and_then(Selection::node)
    }

    fn partition(&self, what: Action) {
        let words = partition_in_words(&what, text());
        self.act_and_say(what, Some(&words));
    }

    fn links(&self) {
        let link = match self.selected() {
            Some(Selection::Link(link)) => Some(link),
            Some(Selection::Stream(leader, target)) => Some((leader, target)),
            _ => None,
        };
        self.change(Change::Dialog(Some(Dialog::Links(link))));
    }

    fn next_link(&self, forward: bool) {
        if let Some((a, b)) = next_link(&self.driver.world(), self.selected(), forward) {
            self.select(Selection::Link((a, b)), &format!("[data-link='{a}-{b}'] .reach"));
        }
    }

    /// The next key of a node chooses this one of a link.
    fn ask_for_node(&self, which: Pick, say: &str) {
        self.picking.set(which);
        self.notice(Some(say));
    }

    fn pick_link(&self, a: NodeId, b: NodeId) {
        match link_between(&self.driver.world(), a, b) {
            Some((a, b)) => {
                self.select(Selection::Link((a, b)), &format!("[data-link='{a}-{b}'] .reach"));
                self.notice(Some(&picked((a, b), text())));
            }
            None => self.notice(Some(text().pick_no_link())),
        }
    }

    fn rejoin_all(&self) {
        let anything_cut = !self.driver.world().cut.is_empty();
        self.act_or_say(anything_cut.then_some(Action::Heal {}), text().nothing_cut());
    }

    fn select_node(&self, node: NodeId) {
        if self.driver.world().nodes.contains_key(&node) {
            self.select(Selection::Node(node), &format!("[data-node='{node}']"));
        }
    }

    fn on_node(&self, act: NodeAct) {
        if let (NodeAct::IsolateOrRejoin, Some(Selection::Link(link))) = (act, self.selected()) {
            return self.act(toggle_link(&self.driver.world(), link));
        }
        match self.selected_node() {
            Some(node) => {
                let world = self.driver.world();
                let what = act.of(&world, node, text()).map(|(what, _)| what);
                self.act_or_say(what, &why_not(act, &world, node, text()));
            }
            None => self.notice(Some(text().select_first())),
        }
    }

    fn next_message(&self, forward: bool) {
        let selected = self.selected();
        let current = selected.and_then(Selection::message);
        if current.is_none() {
            self.walk.set(selected);
        }
        match next_message(&self.driver.world(), self.walk.get(), current, forward) {
            Some(message) => self.select(Selection::Message(message), &format!("[data-message='{message}']")),
            None => self.notice(Some(text().no_messages())),
        }
    }

    fn on_message(&self, act: MessageAct) {
        match self.selected().and_then(Selection::message) {
            Some(message) => {
                let what = act.of(&self.driver.world(), message, text()).map(|(what, _)| what);
                self.act_or_say(what, text().gone());
            }
            None => self.notice(Some(text().select_message_first())),
        }
    }
}

/// The page and its menus.
impl CommandContext {
    fn tall_timeline(&self) {
        let settings = &self.page.now().settings;
        let folded = settings.folded.contains(TIMELINE);
        self.change(Change::Set(Setting::TallTimeline(folded || !settings.tall_timeline)));
        if folded {
            self.change(Change::Fold(TIMELINE));
        }
    }

    fn other_theme(&self) {
        let now = self.page.now().settings.theme.unwrap_or_else(media::system_theme);
        let theme = if now == Theme::Dark { Theme::Light } else { Theme::Dark };
        self.change(Change::Set(Setting::Theme(theme)));
    }

    fn pick(&self, action: MenuAction) {
        match action {
            MenuAction::Act(what) => self.act(what),
            MenuAction::Write(node) => self.change(Change::Write(Some(node))),
            MenuAction::Read(node) => self.change(Change::Read(Some(node))),
            MenuAction::Links(link) => self.change(Change::Dialog(Some(Dialog::Links(Some(link))))),
            MenuAction::Until(until) => self.run_until(until),
            MenuAction::Branch(branch) => self.switch_to(branch),
            MenuAction::ForgetOthers => self.forget_other_branches(),
            MenuAction::Command(command) => self.carry_out(command),
        }
    }
}

/// The lower left corner of an element, in pixels of the window.
fn below(selector: &str) -> Point {
    let element = media::document().query_selector(selector).ok().flatten();
    element.map_or(Point::default(), |element| {
        let rect = element.get_bounding_client_rect();
        Point::new(rect.left(), rect.bottom())
    })
}
