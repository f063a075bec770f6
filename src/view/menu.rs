//! The choices of the menus: for a node, a link or a message, for running until a condition, and for branches.

use super::action::{toggle_direction, toggle_link};
use super::command::{key_of, Command};
use super::format::{ms, NodeName};
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
}

/// The menu of `target`; without choices if nothing can be done.
pub fn choices(world: &World, branches: &[BranchChoice], target: MenuTarget, t: &dyn Text) -> Choices {
    let (title, name, mut groups) = match target {
        MenuTarget::Selection(Selection::Node(node) | Selection::Entry(node, _)) => {
            (NodeName(node).to_string(), t.node_menu(NodeName(node)), of_node(world, node, t))
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
    };
    groups.retain(|group| !group.is_empty());
    Choices { title, name, groups }
}

fn item(name: String, command: Option<Command>, action: MenuAction, t: &dyn Text) -> Item {
    Item { name, key: command.and_then(|command| key_of(command, t)), action }
}

fn of_node(world: &World, node: NodeId, t: &dyn Text) -> Vec<Vec<Item>> {
    let clients = vec![
        item(t.menu_write().into(), Some(Command::Write), MenuAction::Write(node), t),
        item(t.menu_read().into(), Some(Command::Read), MenuAction::Read(node), t),
    ];
    let act = |&act: &NodeAct| {
        let (what, name) = act.of(world, node, t)?;
        Some(item(name.into(), Some(Command::Node(act)), MenuAction::Act(what), t))
    };
    let acts = NodeAct::GROUPS.iter().map(|group| group.iter().filter_map(act).collect());
    std::iter::once(clients).chain(acts).collect()
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

    #[test]
    fn a_nodes_menu_names_the_keys() {
        let mut node = NodeState::new(1, Membership::new(1..=2, []), []);
        node.alive = true;
        let world = World::new([node]);
        let choices = choices(&world, &[], MenuTarget::Selection(Selection::Node(1)), &English);
        let keys: Vec<String> = (choices.groups.iter().flatten())
            .map(|item| format!("{} {}", item.key.unwrap_or("-"), item.name))
            .collect();
        assert_eq!(choices.name, "Actions on S1");
        assert_eq!(
            keys,
            [
                "w Write…",
                "v Read…",
                "e Start an election now",
                "c Crash",
                "z Pause",
                "y Slow down its disk",
                "f Make its disk fail",
                "i Remove from the configuration",
            ]
        );
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
