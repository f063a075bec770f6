//! The picture of the cluster, without what moves in it ([`message`](super::message)).

use super::colour::term_class;
use super::geometry::{arc, distance_to, Point};
use super::lang::Text;
use super::node::{label, name, Standing};
use super::on_link;
use super::ring::{Ring, TIMER_GAP};
use crate::lab::vocab::id::Link;
use crate::lab::world::{NodeState, World};
use crate::raft::{NodeId, Term};
use crate::runtime::Micros;

/// The average width of a letter of a node's label. A leader's label is bold.
const LETTER: f64 = 8.1;

/// The height of a node's label.
const WORDS_HEIGHT: f64 = 16.0;

/// One node.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeGlyph {
    /// The node's id.
    pub id: NodeId,
    /// Its centre.
    pub at: Point,
    /// The middle of the base line of its label.
    pub label_at: Point,
    /// Its standing: its role, and whether it runs.
    pub standing: Standing,
    /// Its current term.
    pub term: Term,
    /// The CSS class of the term's colour.
    pub colour: &'static str,
    /// While it campaigns, or asks whether it may: the answer of each voter. Otherwise empty.
    pub votes: Vec<VoteDot>,
    /// Its label: its standing, unless it is a follower, and anything unusual about it. Empty if there is nothing to say.
    pub words: String,
    /// Whether its process is stopped.
    pub paused: bool,
    /// Its accessible name.
    pub name: String,
}

impl NodeGlyph {
    /// The centre of its label, and half the label's size.
    pub fn words_area(&self) -> (Point, Point) {
        let half = Point::new(LETTER * self.words.chars().count() as f64 / 2.0, WORDS_HEIGHT / 2.0);
        (Point::new(self.label_at.x, self.label_at.y - 5.0), half)
    }
}

/// The answer of one voter, drawn on the candidate's outline, on the side on which the voter stands in the ring.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct VoteDot {
    /// The voter.
    pub voter: NodeId,
    /// The centre of the dot.
    pub at: Point,
    /// Granted or refused; none while there is no answer.
    pub answer: Option<bool>,
}

/// One link, with its two directions.
#[derive(Clone, Debug, PartialEq)]
pub struct LinkGlyph {
    /// The two nodes, the smaller id first.
    pub link: Link,
    /// The ends of the line, in the order of `link`.
    pub ends: (Point, Point),
    /// Whether the direction of `link` is cut.
    pub cut: bool,
    /// Whether the other direction is cut.
    pub cut_back: bool,
    /// Its accessible name.
    pub name: String,
}

/// The nodes of the ring.
pub fn nodes(world: &World, ring: &Ring, t: &dyn Text) -> Vec<NodeGlyph> {
    let glyph = |node: &NodeState| {
        let at = ring.place(node.id);
        let standing = Standing::of(world, node);
        let words = label(world, node, t);
        let campaigns = standing == Standing::Candidate || (node.alive && node.pre_voting);
        NodeGlyph {
            id: node.id,
            at,
            label_at: label_at(ring, node.id, &words),
            words,
            standing,
            term: node.term,
            colour: term_class(node.term),
            votes: if campaigns { votes(node, ring) } else { Vec::new() },
            paused: node.paused,
            name: name(world, node, t),
        }
    };
    world.nodes.values().map(|node| glyph(node)).collect()
}

/// The place of a node's label with this text, moved so that it stays in the picture.
fn label_at(ring: &Ring, node: NodeId, words: &str) -> Point {
    let place = label_place(ring, node);
    let half = (LETTER * words.chars().count() as f64 / 2.0).min(ring.width / 2.0);
    Point::new(place.x.clamp(half, ring.width - half), place.y)
}

/// The middle of the base line of a node's label. The ring that highlights the node has room between the two.
fn label_place(ring: &Ring, node: NodeId) -> Point {
    let (at, away) = (ring.place(node), ring.node_radius + TIMER_GAP);
    Point::new(at.x, if ring.labelled_above(node) { at.y - away - 13.0 } else { at.y + away + 23.0 })
}

/// One dot per voter, placed around the candidate as the voters are placed around the middle of the picture.
fn votes(node: &NodeState, ring: &Ring) -> Vec<VoteDot> {
    let at = ring.place(node.id);
    let dot = |voter: NodeId| VoteDot {
        voter,
        at: at.polar(ring.centre.angle_to(ring.place(voter)), ring.node_radius),
        answer: node.votes.get(&voter).copied(),
    };
    node.members.1.all_voters().into_iter().map(dot).collect()
}

/// The links of the ring.
pub fn links(world: &World, ring: &Ring, t: &dyn Text) -> Vec<LinkGlyph> {
    let glyph = |(a, b): Link| LinkGlyph {
        link: (a, b),
        ends: ring.link((a, b)),
        cut: world.cut.contains(&(a, b)),
        cut_back: world.cut.contains(&(b, a)),
        name: on_link::name(world, (a, b), t),
    };
    ring.pairs().map(glyph).collect()
}

/// The link that is nearest to a point: where links cross, several could be meant.
pub fn nearest(links: &[LinkGlyph], at: Point) -> Option<Link> {
    let distance = |glyph: &&LinkGlyph| distance_to(at, glyph.ends);
    links.iter().min_by(|a, b| distance(a).total_cmp(&distance(b))).map(|glyph| glyph.link)
}

/// The election timeouts of all nodes that have one running.
pub fn timers<'a>(world: &'a World, ring: &'a Ring) -> impl Iterator<Item = TimerArc> + 'a {
    let radius = ring.node_radius + TIMER_GAP;
    let timer = move |node: &NodeState| {
        let (armed, deadline) = node.timer.filter(|_| node.alive)?;
        Some(TimerArc { id: node.id, centre: ring.place(node.id), radius, armed, deadline })
    };
    world.nodes.values().filter_map(move |node| timer(node))
}

/// An election timeout, drawn as an arc that closes when the timeout fires.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TimerArc {
    /// The node whose timeout this is.
    pub id: NodeId,
    centre: Point,
    radius: f64,
    armed: Micros,
    deadline: Micros,
}

impl TimerArc {
    /// The elapsed part of the timeout at `now`, from 0 to 1.
    pub fn passed(&self, now: Micros) -> f64 {
        let (passed, whole) = ((now - self.armed).0 as f64, (self.deadline - self.armed).0.max(1) as f64);
        (passed / whole).clamp(0.0, 1.0)
    }

    /// The arc of the elapsed part, as SVG path data.
    pub fn path(&self, now: Micros) -> String {
        arc(self.centre, self.radius, self.passed(now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::raft::event::{Role, RoleWhy};
    use crate::raft::Membership;
    use crate::view::lang::English;

    fn world(count: NodeId, change: impl Fn(&mut NodeState)) -> World {
        let node = |id| {
            let mut node = NodeState::new(id, Membership::new(1..=count, []), []);
            node.alive = true;
            change(&mut node);
            node
        };
        World::new((1..=count).map(node))
    }

    #[test]
    fn a_candidate_shows_every_voters_answer() {
        let world = world(5, |node| {
            if node.id == 2 {
                (node.role, node.role_why, node.term) = (Role::Candidate, RoleWhy::ElectionTimeout, 3);
                node.votes.extend([(2, true), (4, false)]);
            }
        });
        let ring = Ring::new(1..=5);
        let glyphs = nodes(&world, &ring, &English);
        let candidate = &glyphs[1];
        assert_eq!((candidate.standing, candidate.colour), (Standing::Candidate, "term-3"));
        let answers: Vec<_> = candidate.votes.iter().map(|dot| (dot.voter, dot.answer)).collect();
        assert_eq!(answers, [(1, None), (2, Some(true)), (3, None), (4, Some(false)), (5, None)]);
        for VoteDot { voter, at, .. } in &candidate.votes {
            let (here, there) = (candidate.at.angle_to(*at), ring.centre.angle_to(ring.place(*voter)));
            assert!((here - there).abs() < 0.01, "S{voter} is where it stands in the ring");
            assert!((at.distance(candidate.at) - ring.node_radius).abs() < 0.01, "on the outline");
        }
        assert!(glyphs[0].votes.is_empty());
        assert_eq!(candidate.name, "S2, candidate, term\u{a0}3, commit\u{a0}0");
    }

    #[test]
    fn the_votes_of_nine_nodes_are_apart() {
        let world = world(9, |node| {
            if node.id == 8 {
                (node.pre_voting, node.term) = (true, 3);
                node.votes.insert(8, true);
            }
        });
        let ring = Ring::fitting(1..=9, Point::new(432.0, 560.0));
        let votes = &nodes(&world, &ring, &English)[7].votes;
        assert_eq!(votes.len(), 9, "a pre-vote shows its answers, too");
        for (i, one) in votes.iter().enumerate() {
            assert!(votes[..i].iter().all(|other| one.at.distance(other.at) > 11.0), "{votes:?}");
        }
    }

    #[test]
    fn only_what_is_not_usual_has_a_label() {
        let world = world(3, |node| match node.id {
            1 => node.role = Role::Leader,
            2 => node.paused = true,
            _ => {}
        });
        let words: Vec<String> =
            nodes(&world, &Ring::new(1..=3), &English).into_iter().map(|glyph| glyph.words).collect();
        assert_eq!(words, ["Leader", "paused", ""]);
        assert_eq!(nodes(&world, &Ring::new(1..=3), &English)[2].name, "S3, follower, term\u{a0}0, commit\u{a0}0");
    }

    #[test]
    fn near_a_crossing_the_nearest_link_is_meant() {
        let (world, ring) = (world(5, |_| {}), Ring::new(1..=5));
        let glyphs = links(&world, &ring, &English);
        for glyph in &glyphs {
            let (a, b) = glyph.ends;
            for way in [0.2, 0.45, 0.8] {
                let at = a.toward(b, way).polar(a.angle_to(b) + 1.57, 2.0);
                let found = nearest(&glyphs, at).unwrap();
                let distance = |link: Link| distance_to(at, ring.link(link));
                assert!(found == glyph.link || distance(found) < distance(glyph.link), "{found:?} {glyph:?}");
            }
            assert_eq!(nearest(&glyphs, a), Some(glyph.link));
        }
    }

    #[test]
    fn many_words_about_a_node_stay_in_the_picture() {
        let world = world(5, |node| {
            (node.paused, node.disk_fails) = (true, true);
        });
        let ring = Ring::new(1..=5);
        for glyph in nodes(&world, &ring, &English) {
            assert_eq!(glyph.words, "paused · failing disk");
            let half = LETTER * glyph.words.chars().count() as f64 / 2.0;
            assert!(glyph.label_at.x >= half && glyph.label_at.x + half <= ring.width, "{glyph:?}");
        }
    }

    #[test]
    fn a_leader_that_was_superseded_is_told_apart() {
        let world = world(3, |node| {
            if node.id < 3 {
                (node.role, node.term) = (Role::Leader, u64::from(node.id));
            }
        });
        let glyphs = nodes(&world, &Ring::new(1..=3), &English);
        let standings: Vec<_> = glyphs.iter().map(|glyph| glyph.standing).collect();
        assert_eq!(standings, [Standing::OldLeader, Standing::Leader, Standing::Follower]);
    }

    #[test]
    fn an_election_timeout_closes_as_the_clock_runs() {
        let world = world(1, |node| node.timer = Some((Micros::from_ms(100), Micros::from_ms(300))));
        let ring = Ring::new([1]);
        for (now, passed) in [(100, 0.0), (150, 0.25), (300, 1.0), (400, 1.0), (0, 0.0)] {
            let timer = timers(&world, &ring).next().expect("it is armed");
            assert_eq!(timer.passed(Micros::from_ms(now)), passed, "at {now} ms");
        }
    }

    #[test]
    fn a_link_knows_which_directions_are_cut() {
        let mut world = world(2, |_| {});
        world.cut.insert((2, 1));
        let ring = Ring::new(1..=2);
        let glyphs = links(&world, &ring, &English);
        assert_eq!((glyphs.len(), glyphs[0].cut, glyphs[0].cut_back), (1, false, true));
    }
}
