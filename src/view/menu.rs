//! The choices of the menus: for a node, a link or a message, for running until a condition, and for branches.

use super::action::{toggle_direction, toggle_link};
use super::command::{key_of, Command};
use super::format::{ms, NodeName};
use super::geometry::Point;
use super::lang::Text;
use super::on_message::MessageAct;
use super::on_node::NodeAct;
use super::selection::{find, Selection};
use super::until::Until;
use crate::lab::play::branches::{Branch, BranchId};
use crate::lab::vocab::action::Action;
use crate::lab::vocab::id::Link;
use crate::lab::world::World;
use crate::lab::Player;
use crate::raft::NodeId;
use crate::runtime::Micros;

/// What a menu applies to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MenuTarget {
    /// A part of the cluster.
    Selection(Selection),
    /// The condition to run until.
    Until,
    /// The branches of the run.
    Branches,
    /// The cluster as a whole.
    Cluster,
}

/// A branch of the run, as a choice of a menu.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BranchChoice {
    /// The branch's id.
    pub id: BranchId,
    /// Its name.
    pub name: String,
    /// The time of its end; none for the branch that is present.
    pub end: Option<Micros>,
}

/// The branches of a run, in order of creation.
pub fn branch_choices(player: &Player) -> Vec<BranchChoice> {
    let present = player.branches().present();
    let choice = |(id, branch): (BranchId, &Branch)| {
        let end = (id != present).then_some(branch.end.now);
        BranchChoice { id, name: branch.name.clone(), end }
    };
    player.branches().all().map(choice).collect()
}

/// One choice.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// Its text.
    pub name: String,
    /// The equivalent shortcut, as shown on the page.
    pub key: Option<&'static str>,
    /// What is done when it is picked.
    pub action: MenuAction,
}

/// What a choice does.
#[derive(Clone, Debug, PartialEq)]
pub enum MenuAction {
    /// Acts on the cluster.
    Act(Action),
    /// Moves the focus to the form, to write to this node.
    Write(NodeId),
    /// Moves the focus to the form, to read from this node.
    Read(NodeId),
    /// Opens the dialog of the links for this link.
    Links(Link),
    /// Runs until the condition holds.
    Until(Until),
    /// Switches to this branch.
    Branch(BranchId),
    /// Deletes all branches except the present one.
    ForgetOthers,
    /// Carries out a command.
    Command(Command),
}

/// A menu: its titles, and its choices in groups.
#[derive(Clone, Debug, PartialEq)]
pub struct Choices {
    /// The visible title, hidden from screen readers.
    pub title: String,
    /// The accessible name.
    pub name: String,
    /// The choices, in groups; no group is empty.
    pub groups: Vec<Vec<Item>>,
    /// The choices of the second level, which are used seldom; empty if there is none.
    pub more: Vec<Vec<Item>>,
}

/// The menu of `target`; without choices if nothing can be done.
pub fn choices(world: &World, branches: &[BranchChoice], target: MenuTarget, t: &dyn Text) -> Choices {
    let mut more = Vec::new();
    let (title, name, mut groups) = match target {
        MenuTarget::Selection(Selection::Node(node) | Selection::Entry(node, _)) => {
            let groups;
            (groups, more) = of_node(world, node, t);
            (NodeName(node).to_string(), t.node_menu(NodeName(node)), groups)
        }
        MenuTarget::Selection(Selection::Link((a, b)) | Selection::Stream(a, b)) => {
            (t.link_title(NodeName(a), NodeName(b)), t.link_name(NodeName(a), NodeName(b)), of_link(world, (a, b), t))
        }
        MenuTarget::Selection(Selection::Message(id)) => {
            let title = find(world, id).map_or_else(String::new, |it| t.arrow(NodeName(it.from), NodeName(it.to)));
            let act = |act: MessageAct| {
                let (what, name) = act.of(world, id, t)?;
                Some(item(name.into(), Some(Command::Message(act)), MenuAction::Act(what), t))
            };
            (title, t.message_menu().into(), vec![MessageAct::ALL.into_iter().filter_map(act).collect()])
        }
        MenuTarget::Until => {
            let until = |until: Until| item(until.name(t).into(), None, MenuAction::Until(until), t);
            (t.run_until().into(), t.run_until().into(), vec![Until::ALL.map(until).into()])
        }
        MenuTarget::Branches => {
            let to = |branch: &BranchChoice| {
                let name = match branch.end {
                    Some(end) => t.run_to(&branch.name, &ms(end, 1)),
                    None => t.run_here(&branch.name),
                };
                item(name, None, MenuAction::Branch(branch.id), t)
            };
            let forget = item(t.forget_others().into(), None, MenuAction::ForgetOthers, t);
            (t.runs().into(), t.runs().into(), vec![branches.iter().map(to).collect(), vec![forget]])
        }
        MenuTarget::Cluster => {
            let groups = CLUSTER.map(|group| group.iter().map(|&command| of_cluster(command, t)).collect());
            (t.whole_cluster().into(), t.whole_cluster().into(), groups.into())
        }
    };
    groups.retain(|group| !group.is_empty());
    more.retain(|group| !group.is_empty());
    Choices { title, name, groups, more }
}

fn item(name: String, command: Option<Command>, action: MenuAction, t: &dyn Text) -> Item {
    Item { name, key: command.and_then(|command| key_of(command, t)), action }
}

/// The commands on the whole cluster, in the groups of their menu.
const CLUSTER: [&[Command]; 3] = [
    &[Command::AlignTimers, Command::SpreadTimers],
    &[Command::CrashAll, Command::RestartAll],
    &[Command::Partition, Command::Links, Command::AddNode],
];

fn of_cluster(command: Command, t: &dyn Text) -> Item {
    let name = match command {
        Command::AlignTimers => t.menu_align(),
        Command::SpreadTimers => t.menu_spread(),
        Command::CrashAll => t.menu_crash_all(),
        Command::RestartAll => t.menu_restart_all(),
        Command::Partition => t.partition(),
        Command::Links => t.links(),
        _ => t.add_node(),
    };
    item(name.into(), Some(command), MenuAction::Command(command), t)
}

/// The choices for a node: those of the first level, and those of the second.
fn of_node(world: &World, node: NodeId, t: &dyn Text) -> (Vec<Vec<Item>>, Vec<Vec<Item>>) {
    let clients = vec![
        item(t.menu_write().into(), Some(Command::Write), MenuAction::Write(node), t),
        item(t.menu_read().into(), Some(Command::Read), MenuAction::Read(node), t),
    ];
    let act = |&act: &NodeAct| {
        let (what, name) = act.of(world, node, t)?;
        Some(item(name.into(), Some(Command::Node(act)), MenuAction::Act(what), t))
    };
    if !world.nodes.contains_key(&node) {
        return (Vec::new(), Vec::new());
    }
    let often = NodeAct::OFTEN.iter().filter_map(act).collect();
    (vec![clients, often], NodeAct::SELDOM.iter().map(|group| group.iter().filter_map(act).collect()).collect())
}

fn of_link(world: &World, (a, b): Link, t: &dyn Text) -> Vec<Vec<Item>> {
    let one_way = |(from, to)| {
        let name = match world.cut.contains(&(from, to)) {
            true => t.rejoin_direction(NodeName(from), NodeName(to)),
            false => t.cut_direction(NodeName(from), NodeName(to)),
        };
        item(name, None, MenuAction::Act(toggle_direction(world, (from, to))), t)
    };
    let both = toggle_link(world, (a, b));
    let name = if matches!(both, Action::Join { .. }) { t.rejoin_both() } else { t.cut_both() };
    let cuts = vec![item(name.into(), None, MenuAction::Act(both), t), one_way((a, b)), one_way((b, a))];
    vec![cuts, vec![item(t.menu_links().into(), Some(Command::Links), MenuAction::Links((a, b)), t)]]
}

/// A rectangle, in pixels of the window.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rect {
    /// Its upper left corner.
    pub from: Point,
    /// Its lower right corner.
    pub to: Point,
}

/// The distance between a menu and what it acts on, and that of both from the edges of the window, in pixels.
const APART: f64 = 8.0;

/// Where a menu of this size has its upper left corner: beside what it acts on, at the right, at the left, below or
/// above, where there is room, so that both are seen. With `column`, rather below or above: that is where one looks for
/// the menu of a button. Where there is no room at all, it is as near as the window lets it be.
pub fn beside(of: Rect, size: Point, window: Point, column: bool) -> Point {
    let into = |at: f64, size: f64, window: f64| at.min(window - size - APART).max(APART);
    let (left, top) = (into(of.from.x, size.x, window.x), into(of.from.y, size.y, window.y));
    let right_of = Point::new(of.to.x + APART, top);
    let left_of = Point::new(of.from.x - APART - size.x, top);
    let below = Point::new(left, of.to.y + APART);
    let above = Point::new(left, of.from.y - APART - size.y);
    let fits = |at: &Point| at.x >= 0.0 && at.y >= 0.0 && at.x + size.x <= window.x && at.y + size.y <= window.y;
    let places = if column { [below, above, right_of, left_of] } else { [right_of, left_of, below, above] };
    places.into_iter().find(fits).unwrap_or(Point::new(left, into(of.to.y + APART, size.y, window.y)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::world::NodeState;
    use crate::lab::{Lab, Scenario};
    use crate::raft::Membership;
    use crate::view::lang::{English, Menus};

    fn names(world: &World, target: MenuTarget) -> Vec<Vec<String>> {
        let groups = choices(world, &[], target, &English).groups;
        groups.into_iter().map(|group| group.into_iter().map(|item| item.name).collect()).collect()
    }

    #[test]
    fn a_link_is_cut_and_joined_and_changed() {
        let mut world = World::new((1..=2).map(|id| NodeState::new(id, Membership::new(1..=2, []), [])));
        world.cut.insert((2, 1));
        assert_eq!(
            names(&world, MenuTarget::Selection(Selection::Link((1, 2)))),
            [vec!["Cut both ways", "Cut S1 → S2", "Reconnect S2 → S1"], vec!["Latency and loss…"]]
        );
    }

    fn keys(groups: &[Vec<Item>]) -> Vec<String> {
        groups.iter().flatten().map(|item| format!("{} {}", item.key.unwrap_or("-"), item.name)).collect()
    }

    #[test]
    fn a_nodes_menu_names_the_keys() {
        let mut node = NodeState::new(1, Membership::new(1..=2, []), []);
        node.alive = true;
        let world = World::new([node]);
        let choices = choices(&world, &[], MenuTarget::Selection(Selection::Node(1)), &English);
        assert_eq!(choices.name, "Actions on S1");
        assert_eq!(keys(&choices.groups), ["w Write…", "v Read…", "e Start an election now", "c Crash", "z Pause"]);
        assert_eq!(
            keys(&choices.more),
            ["y Slow down its disk", "f Make its disk fail", "i Remove from the configuration"]
        );
    }

    /// The worlds of a run in which nodes come, go, fail and lead, one for each event.
    fn worlds() -> Vec<std::rc::Rc<World>> {
        let scenario = r#"{ "format": "raft-lab/1", "preset": "classroom", "nodes": [1, 2, 3], "actions": [
            { "at": 0, "do": "campaign", "node": 1 }, { "at": 200, "do": "add_learner", "node": 4 },
            { "at": 300, "do": "write_many", "count": 12 }, { "at": 400, "do": "members", "voters": [1, 2, 3, 4] },
            { "at": 500, "do": "crash", "node": 2 }, { "at": 520, "do": "pause", "node": 3 },
            { "at": 600, "do": "disk", "node": 1, "fail": true }, { "at": 700, "do": "restart", "node": "all" }
        ] }"#;
        let mut lab = Lab::new(Scenario::from_json(scenario).unwrap()).unwrap();
        let mut worlds = Vec::new();
        while lab.now() < Micros::from_ms(900) {
            lab.advance_to(lab.now() + Micros::from_ms(5), u64::MAX);
            worlds.push(lab.world());
        }
        worlds
    }

    #[test]
    fn no_level_of_a_menu_has_more_than_seven_choices_or_a_key_twice() {
        let mut seen = 0;
        for world in worlds() {
            let nodes = world.nodes.keys().map(|&node| Selection::Node(node));
            let messages = world.messages.keys().map(|&id| Selection::Message(id));
            let selections = nodes.chain(messages).chain([Selection::Link((1, 2))]).map(MenuTarget::Selection);
            for target in selections.chain([MenuTarget::Until, MenuTarget::Cluster]) {
                let Choices { groups, more, .. } = choices(&world, &[], target, &English);
                let count = |groups: &[Vec<Item>]| groups.iter().map(Vec::len).sum::<usize>();
                // Each level has one more: the way to the other.
                let other = usize::from(!more.is_empty());
                assert!(count(&groups) + other <= 7 && count(&more) < 7, "{target:?}");
                let mut keys: Vec<&str> = groups.iter().chain(&more).flatten().filter_map(|item| item.key).collect();
                keys.sort_unstable();
                assert!(keys.windows(2).all(|two| two[0] != two[1]), "{target:?}: {keys:?}");
                seen += keys.len();
            }
        }
        assert!(seen > 1000);
    }

    #[test]
    fn a_menu_lies_beside_what_it_acts_on() {
        let rect = |x: f64, y: f64| Rect { from: Point::new(x, y), to: Point::new(x + 80.0, y + 80.0) };
        let (size, window) = (Point::new(250.0, 300.0), Point::new(1000.0, 700.0));
        let at = |x, y, column| {
            let Point { x, y } = beside(rect(x, y), size, window, column);
            (x, y)
        };
        assert_eq!(at(100.0, 100.0, false), (188.0, 100.0), "at the right");
        assert_eq!(at(900.0, 100.0, false), (642.0, 100.0), "at the left");
        assert_eq!(at(100.0, 600.0, false), (188.0, 392.0), "moved up into the window");
        assert_eq!(at(100.0, 100.0, true), (100.0, 188.0), "below");
        assert_eq!(at(900.0, 600.0, true), (742.0, 292.0), "above");
        // A phone has no room at either side.
        let phone = |x, y| {
            let Point { x, y } = beside(rect(x, y), size, Point::new(390.0, 800.0), false);
            (x, y)
        };
        assert_eq!(phone(150.0, 100.0), (132.0, 188.0), "below");
        assert_eq!(phone(150.0, 600.0), (132.0, 292.0), "above");
    }

    #[test]
    fn other_runs_say_how_far_they_went() {
        let lab = |time| {
            let mut lab = Lab::new(Scenario::classroom(3)).unwrap();
            lab.advance_to(Micros::from_ms(time), u64::MAX);
            lab
        };
        let mut player = Player::new(lab(400), |number| English.run_name(number));
        player.look_at(3);
        player.act(Action::Crash { node: 1.into() }).unwrap();
        let choices = choices(&player.world(), &branch_choices(&player), MenuTarget::Branches, &English);
        let names: Vec<&str> = choices.groups[0].iter().map(|item| item.name.as_str()).collect();
        assert_eq!(names, ["Run\u{a0}1 (ends at 400.0\u{a0}ms)", "Run\u{a0}2 (this one)"]);
        assert_eq!(choices.groups[0][0].action, MenuAction::Branch(BranchId(1)));
    }

    #[test]
    fn what_is_gone_has_an_empty_menu() {
        assert!(names(&World::default(), MenuTarget::Selection(Selection::Message(4))).is_empty());
        assert_eq!(names(&World::default(), MenuTarget::Until)[0].len(), Until::ALL.len());
    }
}
