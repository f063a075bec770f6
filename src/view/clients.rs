//! The clients in the picture: beside each node that was asked, what is asked of it, what waits and why, and what was
//! answered.

use super::cluster::NodeGlyph;
use super::cuts::{StrokeGlyph, TAG_HEIGHT};
use super::format::NodeName;
use super::geometry::Point;
use super::hint::reaches_majority;
use super::lang::Text;
use super::ring::{Ring, TIMER_GAP};
use crate::lab::vocab::event::ClientResult;
use crate::lab::world::{ClientOp, World, OVER_SHOWN};
use crate::raft::event::Role;
use crate::raft::NodeId;
use crate::runtime::Micros;

/// The height of a line.
pub const LINE: f64 = 15.0;

/// The average width of a letter, and of one of a reason.
const LETTER: f64 = 6.6;
const REASON_LETTER: f64 = 5.5;

/// The room for what is drawn before the text, with its margin on either side.
pub const HEAD: f64 = 24.0;
const MARGIN: f64 = 8.0;

/// The most requests beside a node; the others are counted.
const ROWS_MAX: usize = 3;

/// The scale of the picture below which there is room for less: one request beside a node, and no reason.
const SCALE_MIN: f64 = 0.94;

/// The most letters in a line of a reason.
const REASON_LETTERS: usize = 20;

/// The time after which it is said why a request waits.
const SOON: Micros = Micros::from_ms(40);

/// The margin between a box and labels, tags and other boxes.
const GAP: f64 = 7.0;

/// The distance from the node's outline to a box.
const AWAY: f64 = 12.0;

/// What a client knows of its request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It waits.
    Waits,
    /// Done, or answered.
    Done,
    /// Not done.
    Refused,
    /// Perhaps done.
    Unknown,
}

impl Status {
    fn of(result: ClientResult) -> Status {
        match result {
            ClientResult::Waiting | ClientResult::Sent => Status::Waits,
            ClientResult::Ok => Status::Done,
            ClientResult::Refused | ClientResult::NotMatched => Status::Refused,
            ClientResult::Unknown | ClientResult::Retrying => Status::Unknown,
        }
    }

    /// Its CSS class.
    pub fn class(self) -> &'static str {
        match self {
            Status::Waits => "waits",
            Status::Done => "done",
            Status::Refused => "refused",
            Status::Unknown => "unknown",
        }
    }

    /// Its sign.
    pub fn sign(self) -> &'static str {
        match self {
            Status::Waits => "…",
            Status::Done => "✓",
            Status::Refused => "✕",
            Status::Unknown => "?",
        }
    }
}

/// A request of a client.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// What is asked, or answered: `x=1`, `x?`, `x is 1`.
    pub text: String,
    /// What the client knows.
    pub status: Status,
    /// Whether it reads.
    pub reads: bool,
}

/// The requests to one node, or those for which there is no node.
#[derive(Clone, Debug, PartialEq)]
pub struct ClientGlyph {
    /// The node; none if no leader is known.
    pub node: Option<NodeId>,
    /// The requests: those that are over, then those that are not.
    pub rows: Vec<Row>,
    /// Why the first of them waits, or what its outcome means, in lines.
    pub why: Vec<String>,
    /// The middle of its box.
    pub at: Point,
    /// The size of its box.
    pub size: Point,
    /// The point of the node that it is tied to.
    pub tied_to: Option<Point>,
    /// Its accessible name.
    pub name: String,
}

/// The clients, each beside the node that it asked.
pub fn clients(
    world: &World,
    ring: &Ring,
    nodes: &[NodeGlyph],
    strokes: &[StrokeGlyph],
    t: &dyn Text,
) -> Vec<ClientGlyph> {
    match world.clients.open.is_empty() && world.clients.over.is_empty() {
        true => Vec::new(),
        false => beside_nodes(world, ring, nodes, strokes, t),
    }
}

/// Not part of its caller, which runs at every start: there are no clients then.
#[inline(never)]
fn beside_nodes(
    world: &World,
    ring: &Ring,
    nodes: &[NodeGlyph],
    strokes: &[StrokeGlyph],
    t: &dyn Text,
) -> Vec<ClientGlyph> {
    let over = world.clients.over.iter().filter(|over| over.since + OVER_SHOWN >= world.at);
    let all: Vec<&ClientOp> = over.chain(world.clients.open.values()).map(|op| &**op).collect();
    let mut asked: Vec<Option<NodeId>> = Vec::new();
    for op in &all {
        if !asked.contains(&op.node) {
            asked.push(op.node);
        }
    }
    let mut taken: Vec<(Point, Point)> =
        nodes.iter().filter(|node| !node.words.is_empty()).map(NodeGlyph::words_area).collect();
    taken.extend(strokes.iter().map(|tag| (tag.tag, Point::new(tag.tag_width / 2.0, TAG_HEIGHT / 2.0))));
    let mut found = Vec::new();
    for node in asked {
        let requests: Vec<&ClientOp> = all.iter().filter(|op| op.node == node).copied().collect();
        let mut glyph = glyph(world, node, &requests, ring.scale >= SCALE_MIN, t);
        let half = Point::new(glyph.size.x / 2.0, glyph.size.y / 2.0);
        glyph.at = place(ring, node, half, &taken);
        glyph.tied_to = node.map(|node| {
            let at = ring.place(node);
            at.polar(at.angle_to(glyph.at), ring.node_radius + TIMER_GAP)
        });
        taken.push((glyph.at, half));
        found.push(glyph);
    }
    found
}

/// The glyph of these requests, without its place.
fn glyph(world: &World, node: Option<NodeId>, requests: &[&ClientOp], has_room: bool, t: &dyn Text) -> ClientGlyph {
    let rows_max = if has_room { ROWS_MAX } else { 1 };
    // Those that wait are shown rather than those that are over.
    let waiting = requests.iter().filter(|op| !op.result.is_final()).count();
    let left_out = requests.len().saturating_sub(rows_max);
    let over_left_out = left_out.min(requests.len() - waiting);
    let mut skipped = (0, 0);
    let shown = requests.iter().filter(|op| {
        let (count, most) = match op.result.is_final() {
            true => (&mut skipped.0, over_left_out),
            false => (&mut skipped.1, left_out - over_left_out),
        };
        *count += 1;
        *count > most
    });
    let several = requests.iter().any(|op| op.client != requests[0].client);
    let shown: Vec<&ClientOp> = shown.copied().collect();
    let mut rows: Vec<Row> = shown.iter().map(|op| row(op, several, t)).collect();
    if left_out > 0 {
        rows.push(Row { text: t.so_many_more(left_out as u64), status: Status::Waits, reads: false });
    }
    let reason = shown.iter().find_map(|op| why(world, op, t)).unwrap_or_default();
    let why = if has_room { lines(&reason) } else { Vec::new() };
    let letters = |lines: usize, letter: f64| letter * lines as f64;
    let wide = rows.iter().map(|row| letters(row.text.chars().count() + 3, LETTER)).fold(0.0, f64::max);
    let wide = why.iter().map(|line| letters(line.chars().count(), REASON_LETTER)).fold(wide, f64::max);
    let size = Point::new(wide + HEAD + MARGIN, LINE * (rows.len() + why.len()) as f64 + MARGIN);
    let told: Vec<String> = shown.iter().map(|op| told(op, t)).collect();
    let name = t.client_name(node.map(NodeName), &told, &reason);
    ClientGlyph { node, rows, why, at: Point::default(), size, tied_to: None, name }
}

fn row(op: &ClientOp, several: bool, t: &dyn Text) -> Row {
    let asked = match (&op.value, op.is_read(), op.result) {
        (_, true, ClientResult::Ok) => t.client_got(&op.key, op.read.as_deref()),
        (_, true, _) => format!("{}?", op.key),
        (Some(value), _, _) => format!("{}={value}", op.key),
        (None, false, _) => t.deletes(&op.key),
    };
    let text = if several { format!("C{} {asked}", op.client) } else { asked };
    Row { text, status: Status::of(op.result), reads: op.is_read() }
}

/// A request with its status, for who cannot see it.
fn told(op: &ClientOp, t: &dyn Text) -> String {
    format!("{}: {}", row(op, false, t).text, t.client_status(op.result))
}

/// Why a request waits, if it has waited for a while, or what its outcome means; none if that goes without saying.
fn why(world: &World, op: &ClientOp, t: &dyn Text) -> Option<String> {
    let words = match op.result {
        ClientResult::Waiting => t.client_no_leader(),
        ClientResult::Unknown => t.client_cannot_tell(),
        ClientResult::Retrying => t.client_asks_again(),
        ClientResult::Refused => t.client_no_answer(),
        ClientResult::NotMatched => t.client_other_value(),
        ClientResult::Ok => return None,
        ClientResult::Sent => {
            let node = world.nodes.get(&op.node?)?;
            match (op.is_read(), node.role) {
                _ if node.paused => t.client_node_paused(),
                (_, role) if role != Role::Leader => return None,
                (true, _) if !reaches_majority(world, &node.members.1, node.id) => t.client_cannot_prove(),
                (false, _) if !reaches_majority(world, &node.members.1, node.id) => t.client_cannot_commit(),
                _ if world.at < op.since + SOON => return None,
                (true, _) => t.client_until_proven(),
                (false, _) => t.client_until_stored(),
            }
        }
    };
    Some(words.into())
}

/// A text in lines of a few words.
fn lines(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + word.chars().count() < REASON_LETTERS => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.into()),
        }
    }
    lines
}

/// The middle of a box of this half size beside a node, where it covers as little as possible; in a corner if there is
/// no node.
fn place(ring: &Ring, node: Option<NodeId>, half: Point, taken: &[(Point, Point)]) -> Point {
    let inside = |at: Point| {
        let (right, bottom) = ((ring.width - half.x).max(half.x), (ring.height - half.y).max(half.y));
        Point::new(at.x.clamp(half.x, right), at.y.clamp(half.y, bottom))
    };
    let Some(node) = node else { return inside(Point::default()) };
    let at = ring.place(node);
    let outward = ring.centre.angle_to(at);
    let overlap = |(x, y): (f64, f64)| x.min(y).max(0.0);
    let cost = |middle: Point| {
        let of_box = |&(other, size): &(Point, Point)| {
            overlap((
                half.x + size.x + GAP - (other.x - middle.x).abs(),
                half.y + size.y + GAP - (other.y - middle.y).abs(),
            ))
        };
        let of_node = |&(_, node): &(NodeId, Point)| {
            let nearest = Point::new(
                node.x.clamp(middle.x - half.x, middle.x + half.x),
                node.y.clamp(middle.y - half.y, middle.y + half.y),
            );
            (ring.node_radius + TIMER_GAP + 3.0 - node.distance(nearest)).max(0.0)
        };
        let of_link = |link: (NodeId, NodeId)| {
            let (a, b) = ring.link(link);
            let within = |point: Point| (point.x - middle.x).abs() < half.x && (point.y - middle.y).abs() < half.y;
            (0..=20).filter(|i| within(a.toward(b, f64::from(*i) / 20.0))).count() as f64
        };
        20.0 * (taken.iter().map(of_box).sum::<f64>() + ring.places().iter().map(of_node).sum::<f64>())
            + 5.0 * ring.pairs().map(of_link).sum::<f64>()
            + 0.2 * middle.distance(at)
    };
    let mut best = (f64::INFINITY, inside(at));
    for turn in 0..16 {
        // Alternately to either side of the way outwards.
        let sign = if turn % 2 == 0 { 1.0 } else { -1.0 };
        let angle = outward + sign * std::f64::consts::PI / 8.0 * f64::from((turn + 1) / 2);
        let reach = ring.node_radius + TIMER_GAP + AWAY;
        for further in [0.0, 20.0, 44.0, 76.0, 110.0] {
            let away = Point::default().polar(angle, reach + further);
            let side = |length: f64, half: f64| length + half * (length / (reach + further)).clamp(-1.0, 1.0);
            let middle = inside(Point::new(at.x + side(away.x, half.x), at.y + side(away.y, half.y)));
            let cost = cost(middle);
            if cost < best.0 {
                best = (cost, middle);
            }
        }
    }
    best.1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::run::lab::Lab;
    use crate::lab::Scenario;
    use crate::view::cluster::nodes;
    use crate::view::lang::English;

    const T: &dyn Text = &English;

    /// The clients of a run after these actions, at each millisecond.
    fn seen(actions: &str, ms: u64, look: &mut dyn FnMut(u64, &World, &[ClientGlyph])) {
        let run = format!(
            r#"{{"format": "raft-lab/1", "preset": "classroom", "nodes": [1, 2, 3, 4, 5],
                "actions": [{{"at": 0, "do": "campaign", "node": 1}}, {actions}]}}"#
        );
        let mut lab = Lab::new(Scenario::from_json(&run).unwrap()).unwrap();
        let ring = Ring::fitting(1..=5, Point::new(432.0, 560.0));
        for at in 0..ms {
            lab.advance_to(Micros::from_ms(at), u64::MAX);
            let world = lab.world();
            let glyphs = clients(&world, &ring, &nodes(&world, &ring, &English), &[], &English);
            look(at, &world, &glyphs);
        }
    }

    #[test]
    fn a_write_is_seen_from_the_question_to_the_answer() {
        let mut statuses = Vec::new();
        seen(r#"{"at": 100, "do": "write", "key": "x", "value": "1"}"#, 400, &mut |_, _, glyphs| {
            let now = glyphs.first().map(|glyph| (glyph.node, glyph.rows[0].text.clone(), glyph.rows[0].status));
            if statuses.last() != Some(&now) {
                statuses.push(now);
            }
        });
        let asked = |status| Some((Some(1), "x=1".to_string(), status));
        assert_eq!(statuses, [None, asked(Status::Waits), asked(Status::Done), None]);
    }

    #[test]
    fn a_read_from_a_leader_that_is_cut_off_says_why_it_waits() {
        let (mut why, mut name) = (Vec::new(), String::new());
        let cut = r#"{"at": 100, "do": "cut", "links": [[1,2],[2,1],[1,3],[3,1],[1,4],[4,1],[1,5],[5,1]]},
            {"at": 101, "do": "read", "key": "x", "node": 1}, {"at": 101, "do": "write", "key": "x", "value": "2", "node": 1}"#;
        seen(cut, 130, &mut |at, _, glyphs| {
            if at == 120 {
                (why, name) = (glyphs[0].why.clone(), glyphs[0].name.clone());
                let rows: Vec<(&str, bool)> = glyphs[0].rows.iter().map(|row| (&*row.text, row.reads)).collect();
                assert_eq!(rows, [("x?", true), ("x=2", false)]);
            }
        });
        assert_eq!(why.join(" "), T.client_cannot_prove());
        assert!(name.contains("S1") && name.contains(T.client_cannot_prove()), "{name}");
    }

    #[test]
    fn what_a_client_cannot_tell_looks_like_nothing_else() {
        let mut unknown = None;
        let actions =
            r#"{"at": 100, "do": "write", "key": "x", "value": "2", "node": 1}, {"at": 102, "do": "crash", "node": 1}"#;
        seen(actions, 120, &mut |_, _, glyphs| {
            unknown = glyphs.first().map(|glyph| (glyph.rows[0].status, glyph.why.join(" ")))
        });
        assert_eq!(unknown, Some((Status::Unknown, T.client_cannot_tell().to_string())));
        let all = [Status::Waits, Status::Done, Status::Refused, Status::Unknown];
        for (i, status) in all.iter().enumerate() {
            assert!(all[..i].iter().all(|other| other.sign() != status.sign() && other.class() != status.class()));
        }
    }

    #[test]
    fn many_requests_are_counted_and_the_boxes_cover_nothing() {
        let many = r#"{"at": 100, "do": "write_many", "count": 30}, {"at": 101, "do": "read", "key": "x", "node": 3}"#;
        let mut most = 0;
        seen(many, 200, &mut |_, world, glyphs| {
            let ring = Ring::fitting(1..=5, Point::new(432.0, 560.0));
            for (i, glyph) in glyphs.iter().enumerate() {
                most = most.max(glyph.rows.len());
                assert!(glyph.rows.len() <= ROWS_MAX + 1);
                let half = Point::new(glyph.size.x / 2.0, glyph.size.y / 2.0);
                assert!(glyph.at.x >= half.x - 0.1 && glyph.at.x + half.x <= ring.width + 0.1, "{glyph:?}");
                for (id, node) in ring.places() {
                    let near = Point::new(
                        node.x.clamp(glyph.at.x - half.x, glyph.at.x + half.x),
                        node.y.clamp(glyph.at.y - half.y, glyph.at.y + half.y),
                    );
                    assert!(node.distance(near) > ring.node_radius, "S{id} at {}: {glyph:?}", world.at);
                }
                for other in &glyphs[..i] {
                    let apart = (other.at.x - glyph.at.x).abs() >= (other.size.x + glyph.size.x) / 2.0
                        || (other.at.y - glyph.at.y).abs() >= (other.size.y + glyph.size.y) / 2.0;
                    assert!(apart, "{other:?} {glyph:?}");
                }
            }
        });
        assert_eq!(most, ROWS_MAX + 1);
    }

    #[test]
    fn in_a_small_picture_a_client_takes_little_room() {
        let run = r#"{"format": "raft-lab/1", "preset": "classroom", "nodes": [1, 2, 3, 4, 5], "actions": [
            {"at": 0, "do": "campaign", "node": 1}, {"at": 100, "do": "write_many", "count": 5},
            {"at": 100, "do": "cut", "links": [[1,2],[2,1],[1,3],[3,1],[1,4],[4,1],[1,5],[5,1]]}]}"#;
        let mut lab = Lab::new(Scenario::from_json(run).unwrap()).unwrap();
        lab.advance_to(Micros::from_ms(120), u64::MAX);
        let (world, ring) = (lab.world(), Ring::fitting(1..=5, Point::new(326.0, 375.0)));
        let glyphs = clients(&world, &ring, &nodes(&world, &ring, &English), &[], &English);
        assert!(glyphs[0].rows.len() <= 2 && glyphs[0].why.is_empty() && glyphs[0].size.x < 100.0, "{glyphs:?}");
        assert!(glyphs[0].name.contains(T.client_cannot_commit()), "who cannot see it is told: {}", glyphs[0].name);
    }

    #[test]
    fn without_a_leader_a_request_waits_in_a_corner() {
        let mut seen_waiting = false;
        seen(r#"{"at": 1, "do": "write", "key": "x", "value": "1"}"#, 6, &mut |_, _, glyphs| {
            seen_waiting |=
                glyphs.iter().any(|glyph| glyph.node.is_none() && glyph.why.join(" ") == T.client_no_leader());
        });
        assert!(seen_waiting);
    }
}
