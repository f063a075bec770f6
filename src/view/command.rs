//! The commands of the page: one table, from which keys, menus and the help dialog are made.

use super::lang::Text;
use super::on_message::MessageAct;
use super::on_node::NodeAct;
use crate::raft::NodeId;

/// A command of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// Plays or pauses.
    PlayPause,
    /// Goes one step of the chosen kind forward.
    Step,
    /// Goes one step of the chosen kind back.
    Back,
    /// Goes to the next transition, whatever kind of step is chosen.
    NextTransition,
    /// Goes to the previous transition.
    PreviousTransition,
    /// Shows the start of the run.
    Start,
    /// Shows the present.
    Present,
    /// Undoes the last action.
    Undo,
    /// Redoes the action that was undone last.
    Redo,
    /// Opens the menu of branches.
    Branches,
    /// Starts a new run, with other random numbers.
    NewRun,
    /// Opens the menu of conditions to run until.
    RunUntil,
    /// Selects the next slower speed.
    Slower,
    /// Selects the next faster speed.
    Faster,
    /// Makes the timeline taller, or low again.
    TallTimeline,
    /// Switches between an adaptive and a steady pace.
    Pace,
    /// Moves the focus to the form, to write.
    Write,
    /// Writes ten values at once.
    WriteMany,
    /// Selects a node.
    Select(NodeId),
    /// Clears the selection.
    Deselect,
    /// Moves the focus to the form, to read.
    Read,
    /// Applies an action to the selected node.
    Node(NodeAct),
    /// Makes the election timeouts fire one after the other.
    SpreadTimers,
    /// Makes the election timeouts fire all at once.
    AlignTimers,
    /// Crashes every node.
    CrashAll,
    /// Restarts every node that is down.
    RestartAll,
    /// Opens the menu of the whole cluster.
    Cluster,
    /// Adds a node.
    AddNode,
    /// Selects the message that arrives next after the selected one.
    NextMessage,
    /// Selects the message that arrives before the selected one.
    PreviousMessage,
    /// Applies an action to the selected message.
    Message(MessageAct),
    /// Selects the link between the two nodes whose keys are pressed next.
    PickLink,
    /// Selects the next link.
    NextLink,
    /// Selects the previous link.
    PreviousLink,
    /// Opens the dialog that partitions the cluster.
    Partition,
    /// Opens the dialog of the links.
    Links,
    /// Rejoins all links.
    RejoinAll,
    /// Changes which messages are drawn: all, all with some faint, or only some.
    Scope,
    /// Opens the list of invariants.
    Invariants,
    /// Opens the settings of the cluster.
    Settings,
    /// Switches between light and dark.
    Theme,
    /// Opens the help: shortcuts and legend.
    Help,
}

/// The section of the help dialog that lists a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// Time.
    Time,
    /// Clients and links.
    Cluster,
    /// Nodes.
    Nodes,
    /// Messages in flight.
    Messages,
    /// The page itself.
    Page,
}

impl Group {
    /// Every group, in the order of the help dialog.
    pub const ALL: [Group; 5] = [Group::Time, Group::Cluster, Group::Nodes, Group::Messages, Group::Page];

    /// The title of the section.
    pub fn title(self, t: &dyn Text) -> &'static str {
        match self {
            Group::Time => t.group_time(),
            Group::Cluster => t.group_cluster(),
            Group::Nodes => t.group_nodes(),
            Group::Messages => t.messages(),
            Group::Page => t.group_page(),
        }
    }
}

/// A row of the table of commands.
#[derive(Clone, Copy)]
pub struct Row {
    /// The command. In the row of [`Command::Select`], the node stands for the digit pressed.
    pub command: Command,
    /// The keys that trigger it, each by itself: `KeyboardEvent.key`, with `Ctrl+` and `Shift+` before it.
    pub keys: &'static [&'static str],
    /// The section of the help dialog that lists it.
    pub group: Group,
    /// Its description.
    pub name: fn(&dyn Text) -> &'static str,
}

/// The table of all commands.
pub const COMMANDS: &[Row] = &[
    time(&[" ", "."], Command::PlayPause, |t| t.do_play_pause()),
    time(&["ArrowRight", "PageDown"], Command::Step, |t| t.do_step()),
    time(&["ArrowLeft", "PageUp"], Command::Back, |t| t.do_back()),
    time(&["Shift+ArrowRight"], Command::NextTransition, |t| t.do_next_transition()),
    time(&["Shift+ArrowLeft"], Command::PreviousTransition, |t| t.do_previous_transition()),
    time(&["Home"], Command::Start, |t| t.do_start()),
    time(&["End"], Command::Present, |t| t.do_present()),
    time(&["Ctrl+z"], Command::Undo, |t| t.do_undo()),
    time(&["Ctrl+Shift+z", "Ctrl+y"], Command::Redo, |t| t.do_redo()),
    time(&["R"], Command::Branches, |t| t.do_branches()),
    time(&["n"], Command::NewRun, |t| t.do_new_run()),
    time(&["u"], Command::RunUntil, |t| t.do_run_until()),
    time(&["["], Command::Slower, |t| t.do_slower()),
    time(&["]"], Command::Faster, |t| t.do_faster()),
    time(&["="], Command::Pace, |t| t.do_pace()),
    time(&["T"], Command::TallTimeline, |t| t.do_tall_timeline()),
    Row { command: Command::Write, keys: &["w"], group: Group::Cluster, name: |t| t.do_write() },
    Row { command: Command::WriteMany, keys: &["W"], group: Group::Cluster, name: |t| t.do_write_many() },
    Row { command: Command::Read, keys: &["v"], group: Group::Cluster, name: |t| t.do_read() },
    Row { command: Command::Partition, keys: &["p"], group: Group::Cluster, name: |t| t.do_partition() },
    Row { command: Command::Links, keys: &["k"], group: Group::Cluster, name: |t| t.do_links() },
    Row { command: Command::PickLink, keys: &["L"], group: Group::Cluster, name: |t| t.do_pick_link() },
    Row { command: Command::NextLink, keys: &[","], group: Group::Cluster, name: |t| t.do_next_link() },
    Row { command: Command::PreviousLink, keys: &[";"], group: Group::Cluster, name: |t| t.do_previous_link() },
    Row { command: Command::RejoinAll, keys: &["r"], group: Group::Cluster, name: |t| t.do_rejoin_all() },
    Row { command: Command::AddNode, keys: &["+"], group: Group::Cluster, name: |t| t.do_add_node() },
    Row { command: Command::Settings, keys: &["Z"], group: Group::Cluster, name: |t| t.do_settings() },
    Row { command: Command::SpreadTimers, keys: &["t"], group: Group::Cluster, name: |t| t.do_spread() },
    Row { command: Command::AlignTimers, keys: &["a"], group: Group::Cluster, name: |t| t.do_align() },
    Row { command: Command::CrashAll, keys: &["C"], group: Group::Cluster, name: |t| t.do_crash_all() },
    Row { command: Command::RestartAll, keys: &["S"], group: Group::Cluster, name: |t| t.do_restart_all() },
    Row { command: Command::Cluster, keys: &["G"], group: Group::Cluster, name: |t| t.do_cluster() },
    Row {
        command: Command::Select(0),
        keys: &["1", "2", "3", "4", "5", "6", "7", "8", "9"],
        group: Group::Nodes,
        name: |t| t.do_select(),
    },
    Row { command: Command::Deselect, keys: &["Escape"], group: Group::Nodes, name: |t| t.do_let_go() },
    node(&["e"], NodeAct::Campaign, |t| t.do_campaign()),
    node(&["l"], NodeAct::PutOff, |t| t.do_put_off()),
    node(&["o"], NodeAct::Transfer, |t| t.do_transfer()),
    node(&["c"], NodeAct::CrashOrRestart, |t| t.do_crash_or_restart()),
    node(&["z"], NodeAct::PauseOrResume, |t| t.do_pause_or_resume()),
    node(&["x"], NodeAct::IsolateOrRejoin, |t| t.do_isolate_or_rejoin()),
    node(&["y"], NodeAct::SlowOrFast, |t| t.do_slow_disk()),
    node(&["f"], NodeAct::FailOrMend, |t| t.do_fail_disk()),
    node(&["s"], NodeAct::Snapshot, |t| t.do_snapshot()),
    node(&["i"], NodeAct::InOrOut, |t| t.do_in_or_out()),
    Row { command: Command::NextMessage, keys: &["m"], group: Group::Messages, name: |t| t.do_next_message() },
    Row { command: Command::PreviousMessage, keys: &["M"], group: Group::Messages, name: |t| t.do_previous_message() },
    Row { command: Command::Scope, keys: &["q"], group: Group::Messages, name: |t| t.do_scope() },
    message(&["g"], MessageAct::Deliver, |t| t.do_deliver()),
    message(&["Delete"], MessageAct::Drop, |t| t.do_drop()),
    message(&["h"], MessageAct::HoldOrRelease, |t| t.do_hold_or_release()),
    message(&["j"], MessageAct::Delay, |t| t.do_delay()),
    message(&["b"], MessageAct::Duplicate, |t| t.do_duplicate()),
    Row { command: Command::Invariants, keys: &["P"], group: Group::Page, name: |t| t.do_invariants() },
    Row { command: Command::Theme, keys: &["d"], group: Group::Page, name: |t| t.do_theme() },
    Row { command: Command::Help, keys: &["?"], group: Group::Page, name: |t| t.do_help() },
];

const fn time(keys: &'static [&'static str], command: Command, name: fn(&dyn Text) -> &'static str) -> Row {
    Row { command, keys, group: Group::Time, name }
}

const fn node(keys: &'static [&'static str], act: NodeAct, name: fn(&dyn Text) -> &'static str) -> Row {
    Row { command: Command::Node(act), keys, group: Group::Nodes, name }
}

const fn message(keys: &'static [&'static str], act: MessageAct, name: fn(&dyn Text) -> &'static str) -> Row {
    Row { command: Command::Message(act), keys, group: Group::Messages, name }
}

/// Whether a key is a single printable character. Such shortcuts can be switched off (WCAG 2.1.4), because speech input
/// or a slip of the hand may trigger them.
pub fn is_character(key: &str) -> bool {
    key != " " && key.chars().count() == 1
}

/// The command of a key. With `characters` false, keys that are printable characters have none.
pub fn of_key(key: &str, characters: bool) -> Option<Command> {
    if is_character(key) && !characters {
        return None;
    }
    let command = COMMANDS.iter().find(|row| row.keys.contains(&key))?.command;
    Some(match command {
        Command::Select(_) => Command::Select(key.parse().ok()?),
        command => command,
    })
}

/// The kind of element that has the focus, as far as keys are concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Focus {
    /// No element that uses keys.
    Page,
    /// A text field.
    Text,
    /// A list to choose from.
    List,
    /// A slider.
    Slider,
    /// A radio button or a check box.
    Choice,
    /// A button, or an element that acts as one.
    Button,
    /// A region that scrolls.
    Scroller,
    /// A dialog or a menu.
    Dialog,
}

/// Whether the focused element uses a key itself, so that it is no command there.
pub fn wanted_by(focus: Focus, key: &str) -> bool {
    let plain = key.trim_start_matches("Shift+");
    let moves = matches!(plain, "ArrowRight" | "ArrowLeft" | "PageDown" | "PageUp" | "Home" | "End");
    match focus {
        Focus::Page => false,
        // This includes undo, which undoes typing there.
        Focus::Text | Focus::Dialog => true,
        Focus::Slider | Focus::Scroller => moves,
        Focus::Choice => key == " " || moves,
        Focus::List => matches!(key, " " | "Enter" | "Escape" | "ArrowUp" | "ArrowDown") || moves,
        Focus::Button => key == " ",
    }
}

/// The row of a command, if it has one.
pub fn row(command: Command) -> Option<&'static Row> {
    let same = |row: &&Row| match (row.command, command) {
        (Command::Select(_), Command::Select(_)) => true,
        (a, b) => a == b,
    };
    COMMANDS.iter().find(same)
}

/// The first key of a command, as shown on the page.
pub fn key_of(command: Command, t: &dyn Text) -> Option<&'static str> {
    row(command)?.keys.first().map(|key| key_name(key, t))
}

/// A key, as shown on the page.
pub fn key_name(key: &'static str, t: &dyn Text) -> &'static str {
    match key {
        " " => t.key_space(),
        "ArrowRight" => "→",
        "ArrowLeft" => "←",
        "Shift+ArrowRight" => t.key_shift_right(),
        "Shift+ArrowLeft" => t.key_shift_left(),
        "PageDown" => t.key_page_down(),
        "PageUp" => t.key_page_up(),
        "Home" => t.key_home(),
        "End" => t.key_end(),
        "Ctrl+z" => t.key_undo(),
        "Ctrl+Shift+z" => t.key_redo(),
        "Ctrl+y" => t.key_redo_too(),
        "Escape" => t.key_escape(),
        "Delete" => t.key_delete(),
        key => key,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::lang::English;
    use std::collections::BTreeSet;

    #[test]
    fn no_key_means_two_things() {
        let keys: Vec<&str> = COMMANDS.iter().flat_map(|row| row.keys).copied().collect();
        assert_eq!(keys.iter().collect::<BTreeSet<_>>().len(), keys.len());
    }

    #[test]
    fn keys_find_their_commands() {
        assert_eq!(of_key(" ", true), Some(Command::PlayPause));
        assert_eq!(of_key("PageDown", true), Some(Command::Step));
        assert_eq!(of_key("PageUp", true), Some(Command::Back));
        assert_eq!(of_key("Ctrl+Shift+z", false), Some(Command::Redo), "no character by itself");
        assert_eq!(of_key("Ctrl+w", true), None, "the browser's own keys stay the browser's");
        assert_eq!(of_key("4", true), Some(Command::Select(4)));
        assert_eq!(of_key("ä", true), None);
    }

    #[test]
    fn characters_can_be_switched_off_and_other_keys_stay() {
        for key in ["w", "4", ".", "[", "?"] {
            assert_eq!(of_key(key, false), None, "{key}");
        }
        for key in [" ", "ArrowRight", "Home"] {
            assert!(of_key(key, false).is_some(), "{key}");
        }
    }

    #[test]
    fn a_key_belongs_to_the_element_that_can_use_it() {
        let cases = [
            (Focus::Page, " ", false),
            (Focus::Text, "w", true),
            (Focus::Dialog, "?", true),
            (Focus::Slider, "ArrowRight", true),
            (Focus::Slider, " ", false),
            (Focus::Choice, " ", true),
            (Focus::Choice, "w", false),
            (Focus::Button, " ", true),
            (Focus::Button, "c", false),
            (Focus::Button, "ArrowRight", false),
            (Focus::Text, "Ctrl+z", true),
            (Focus::Button, "Ctrl+z", false),
            (Focus::Slider, "Shift+ArrowLeft", true),
            (Focus::Scroller, "Home", true),
            (Focus::Scroller, "w", false),
            (Focus::List, "ArrowDown", true),
            (Focus::List, "c", false),
            (Focus::List, "S", false),
        ];
        for (focus, key, wanted) in cases {
            assert_eq!(wanted_by(focus, key), wanted, "{focus:?} {key:?}");
        }
    }

    #[test]
    fn every_command_says_what_it_does_and_has_a_key() {
        for row in COMMANDS {
            assert!(!(row.name)(&English).is_empty() && !row.keys.is_empty());
            assert!(key_of(row.command, &English).is_some());
        }
        assert_eq!(key_of(Command::Select(3), &English), Some("1"));
        assert_eq!(key_of(Command::PlayPause, &English), Some("Space"));
    }
}
