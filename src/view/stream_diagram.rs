//! The state machine of a replication stream as a diagram, with the transitions that one stream has made.

use StreamState::{Lagging, LineRate, Snapshotting};

use super::geometry::Point;
use super::lang::Text;
use crate::lab::world::{StreamInfo, Transition};
use crate::raft::event::{StreamState, StreamWhy};

/// The size of a state's box.
pub const BOX: Point = Point::new(104.0, 32.0);

/// The radius of the dot that marks the initial state.
pub const DOT: f64 = 5.0;

/// The layout of the diagram, by the room that there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// The states side by side.
    Wide,
    /// The lagging state below the others.
    Tall,
}

/// The diagram of one stream.
#[derive(Clone, Debug, PartialEq)]
pub struct Diagram {
    /// Its width and height.
    pub size: Point,
    /// The centre of the dot that marks the initial state.
    pub begin: Point,
    /// The states.
    pub states: Vec<StateBox>,
    /// The transitions.
    pub edges: Vec<Edge>,
    /// The accessible name: a description of all of it.
    pub name: String,
}

/// A state in the diagram.
#[derive(Clone, Debug, PartialEq)]
pub struct StateBox {
    /// The state.
    pub state: StreamState,
    /// Its upper left corner.
    pub at: Point,
    /// Its size.
    pub size: Point,
    /// Whether the stream is in this state.
    pub on: bool,
}

/// A transition from a state to another one, or to the same.
#[derive(Clone, Debug, PartialEq)]
pub struct Edge {
    /// The state that it leaves; none for the initial transition.
    pub from: Option<StreamState>,
    /// The state that it enters.
    pub to: StreamState,
    /// The line, as SVG path data.
    pub path: String,
    /// The arrow head: its tip, and its direction in degrees.
    pub head: (Point, f64),
    /// The causes of the transition.
    pub causes: Vec<Cause>,
}

impl Edge {
    /// Whether the stream has made this transition.
    pub fn taken(&self) -> bool {
        self.causes.iter().any(|cause| cause.times > 0)
    }

    /// Whether it is the latest transition of the stream.
    pub fn last(&self) -> bool {
        self.causes.iter().any(|cause| cause.last)
    }
}

/// A cause of a transition.
#[derive(Clone, Debug, PartialEq)]
pub struct Cause {
    /// The cause.
    pub why: StreamWhy,
    /// The number of times that it has occurred.
    pub times: u32,
    /// Whether it is that of the latest transition.
    pub last: bool,
    /// The place of its text.
    pub at: Point,
    /// How the text is aligned to that place.
    pub anchor: Anchor,
    /// The text.
    pub words: String,
}

/// The alignment of a text to a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// The text starts there.
    Start,
    /// The text is centred there.
    Middle,
    /// The text ends there.
    End,
}

impl Anchor {
    /// The value of SVG's `text-anchor`.
    pub fn text(self) -> &'static str {
        match self {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        }
    }
}

/// An edge as it is laid out, with the places of its causes.
struct Drawn {
    from: Option<StreamState>,
    to: StreamState,
    path: &'static str,
    /// The tip of the arrow (x, y) and its direction in degrees.
    head: (f64, f64, f64),
    causes: &'static [(StreamWhy, f64, f64, Anchor)],
}

const WIDE: [Drawn; 7] = [
    Drawn {
        from: None,
        to: Lagging,
        path: "M264 116V88",
        head: (264.0, 88.0, -90.0),
        causes: &[(StreamWhy::NewLeader, 254.0, 120.0, Anchor::End)],
    },
    Drawn {
        from: Some(Lagging),
        to: LineRate,
        path: "M248 79H106",
        head: (106.0, 79.0, 180.0),
        causes: &[(StreamWhy::CaughtUp, 177.0, 98.0, Anchor::Middle)],
    },
    Drawn {
        from: Some(LineRate),
        to: Lagging,
        path: "M106 65H248",
        head: (248.0, 65.0, 0.0),
        causes: &[
            (StreamWhy::LagAboveThreshold, 177.0, 39.0, Anchor::Middle),
            (StreamWhy::Refused, 177.0, 54.0, Anchor::Middle),
        ],
    },
    Drawn {
        from: Some(Lagging),
        to: Lagging,
        path: "M314 88C314 114 342 114 342 88",
        head: (342.0, 88.0, -90.0),
        causes: &[(StreamWhy::Refused, 350.0, 120.0, Anchor::Start)],
    },
    Drawn {
        from: Some(Lagging),
        to: Snapshotting,
        path: "M352 65H494",
        head: (494.0, 65.0, 0.0),
        causes: &[
            (StreamWhy::NeededCompacted, 423.0, 39.0, Anchor::Middle),
            (StreamWhy::TooFarBehind, 423.0, 54.0, Anchor::Middle),
        ],
    },
    Drawn {
        from: Some(LineRate),
        to: Snapshotting,
        path: "M54 56V14Q54 8 60 8H540Q546 8 546 14V56",
        head: (546.0, 56.0, 90.0),
        causes: &[
            (StreamWhy::NeededCompacted, 300.0, 22.0, Anchor::End),
            (StreamWhy::TooFarBehind, 330.0, 22.0, Anchor::Start),
        ],
    },
    Drawn {
        from: Some(Snapshotting),
        to: Lagging,
        path: "M494 79H352",
        head: (352.0, 79.0, 180.0),
        causes: &[(StreamWhy::SnapshotInstalled, 423.0, 98.0, Anchor::Middle)],
    },
];

const TALL: [Drawn; 7] = [
    Drawn {
        from: None,
        to: Lagging,
        path: "M20 236V208",
        head: (20.0, 208.0, -90.0),
        causes: &[(StreamWhy::NewLeader, 30.0, 240.0, Anchor::Start)],
    },
    Drawn {
        from: Some(Lagging),
        to: LineRate,
        path: "M14 176V76",
        head: (14.0, 76.0, -90.0),
        causes: &[(StreamWhy::CaughtUp, 20.0, 128.0, Anchor::Start)],
    },
    Drawn {
        from: Some(LineRate),
        to: Lagging,
        path: "M94 76V176",
        head: (94.0, 176.0, 90.0),
        causes: &[
            (StreamWhy::LagAboveThreshold, 100.0, 97.0, Anchor::Start),
            (StreamWhy::Refused, 100.0, 112.0, Anchor::Start),
        ],
    },
    Drawn {
        from: Some(Lagging),
        to: Lagging,
        path: "M290 208C290 236 318 236 318 208",
        head: (318.0, 208.0, -90.0),
        causes: &[(StreamWhy::Refused, 284.0, 226.0, Anchor::End)],
    },
    Drawn {
        from: Some(Lagging),
        to: Snapshotting,
        path: "M266 176V76",
        head: (266.0, 76.0, -90.0),
        causes: &[
            (StreamWhy::NeededCompacted, 260.0, 149.0, Anchor::End),
            (StreamWhy::TooFarBehind, 260.0, 164.0, Anchor::End),
        ],
    },
    Drawn {
        from: Some(LineRate),
        to: Snapshotting,
        path: "M54 44V14Q54 8 60 8H280Q286 8 286 14V44",
        head: (286.0, 44.0, 90.0),
        causes: &[
            (StreamWhy::NeededCompacted, 170.0, 23.0, Anchor::Middle),
            (StreamWhy::TooFarBehind, 170.0, 38.0, Anchor::Middle),
        ],
    },
    Drawn {
        from: Some(Snapshotting),
        to: Lagging,
        path: "M330 76V176",
        head: (330.0, 176.0, 90.0),
        causes: &[(StreamWhy::SnapshotInstalled, 326.0, 130.0, Anchor::End)],
    },
];

impl Layout {
    fn size(self) -> Point {
        match self {
            Layout::Wide => Point::new(600.0, 126.0),
            Layout::Tall => Point::new(340.0, 246.0),
        }
    }

    fn begin(self) -> Point {
        match self {
            Layout::Wide => Point::new(264.0, 117.0),
            Layout::Tall => Point::new(20.0, 237.0),
        }
    }

    /// The upper left corner and the size of a state.
    fn state(self, state: StreamState) -> (Point, Point) {
        match (self, state) {
            (Layout::Wide, LineRate) => (Point::new(2.0, 56.0), BOX),
            (Layout::Wide, Lagging) => (Point::new(248.0, 56.0), BOX),
            (Layout::Wide, _) => (Point::new(494.0, 56.0), BOX),
            (Layout::Tall, LineRate) => (Point::new(2.0, 44.0), BOX),
            (Layout::Tall, Lagging) => (Point::new(2.0, 176.0), Point::new(336.0, BOX.y)),
            (Layout::Tall, _) => (Point::new(234.0, 44.0), BOX),
        }
    }

    fn edges(self) -> &'static [Drawn] {
        match self {
            Layout::Wide => &WIDE,
            Layout::Tall => &TALL,
        }
    }
}

/// The diagram of `stream`.
pub fn diagram(stream: &StreamInfo, layout: Layout, t: &dyn Text) -> Diagram {
    let states = [LineRate, Lagging, Snapshotting].map(|state| {
        let (at, size) = layout.state(state);
        StateBox { state, at, size, on: state == stream.state }
    });
    let edges = layout.edges().iter().map(|drawn| edge(stream, drawn, t)).collect();
    Diagram { size: layout.size(), begin: layout.begin(), states: states.into(), edges, name: name(stream, t) }
}

fn edge(stream: &StreamInfo, drawn: &Drawn, t: &dyn Text) -> Edge {
    let cause = |&(why, x, y, anchor): &(StreamWhy, f64, f64, Anchor)| {
        let way = Transition { from: drawn.from, to: drawn.to, why };
        let times = stream.ways.get(&way).copied().unwrap_or(0);
        let last = stream.last_way == way;
        let words = t.way_taken(way_words(way, t), times, last);
        Cause { why, times, last, at: Point::new(x, y), anchor, words }
    };
    let (x, y, turn) = drawn.head;
    Edge {
        from: drawn.from,
        to: drawn.to,
        path: drawn.path.into(),
        head: (Point::new(x, y), turn),
        causes: drawn.causes.iter().map(cause).collect(),
    }
}

/// A transition's cause, in few words.
fn way_words(way: Transition, t: &dyn Text) -> &'static str {
    if way.from == Some(way.to) {
        t.way_back()
    } else {
        t.way_why(way.why)
    }
}

/// The accessible name of the diagram: what the stream is doing, and every transition made.
fn name(stream: &StreamInfo, t: &dyn Text) -> String {
    let taken = stream.ways.iter().map(|(way, times)| {
        let from = way.from.map_or_else(|| t.way_begin(), |from| t.stream_state(from));
        t.way_in_words(from, t.stream_state(way.to), way_words(*way, t), *times)
    });
    t.diagram_name(stream.state, &taken.collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::vocab::event::Event;
    use crate::lab::{Lab, Scenario};
    use crate::raft;
    use crate::runtime::Micros;
    use crate::view::lang::English;
    use std::path::Path;
    use std::rc::Rc;

    const LAYOUTS: [Layout; 2] = [Layout::Wide, Layout::Tall];

    /// A stream that has made every transition a dozen times.
    fn well_travelled() -> StreamInfo {
        let ways = WIDE.iter().flat_map(|drawn| {
            drawn.causes.iter().map(|cause| (Transition { from: drawn.from, to: drawn.to, why: cause.0 }, 12))
        });
        let stream = StreamInfo::new(1, Micros::ZERO, Lagging, StreamWhy::NewLeader);
        StreamInfo { ways: Rc::new(ways.collect()), ..stream }
    }

    /// Left, top, right, bottom.
    type Area = [f64; 4];

    fn overlap(a: Area, b: Area) -> bool {
        a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3]
    }

    /// The estimated area of a text: letters of size 12 are about half as wide.
    fn area(cause: &Cause) -> Area {
        let width = 5.9 * cause.words.chars().count() as f64;
        let left = match cause.anchor {
            Anchor::Start => cause.at.x,
            Anchor::Middle => cause.at.x - width / 2.0,
            Anchor::End => cause.at.x - width,
        };
        [left, cause.at.y - 9.5, left + width, cause.at.y + 3.0]
    }

    #[test]
    fn nothing_covers_anything_however_often_it_was_taken() {
        for layout in LAYOUTS {
            let diagram = diagram(&well_travelled(), layout, &English);
            let causes: Vec<&Cause> = diagram.edges.iter().flat_map(|edge| &edge.causes).collect();
            assert_eq!(causes.len(), 10);
            let boxes: Vec<Area> = diagram
                .states
                .iter()
                .map(|state| [state.at.x, state.at.y, state.at.x + state.size.x, state.at.y + state.size.y])
                .collect();
            for (i, cause) in causes.iter().enumerate() {
                let here = area(cause);
                assert!(
                    here[0] >= 0.0 && here[2] <= diagram.size.x,
                    "{layout:?}: {} sticks out: {here:?}",
                    cause.words
                );
                assert!(
                    here[1] >= 0.0 && here[3] <= diagram.size.y,
                    "{layout:?}: {} sticks out: {here:?}",
                    cause.words
                );
                for other in &causes[i + 1..] {
                    assert!(!overlap(here, area(other)), "{layout:?}: {} and {}", cause.words, other.words);
                }
                let covered = boxes.iter().any(|state| overlap(here, *state));
                assert!(!covered, "{layout:?}: {} covers a state", cause.words);
            }
        }
    }

    #[test]
    fn an_arrow_ends_at_the_state_that_it_leads_to() {
        for layout in LAYOUTS {
            for drawn in layout.edges() {
                let ((at, size), (x, y, _)) = (layout.state(drawn.to), drawn.head);
                let on_side = (x == at.x || x == at.x + size.x) && (at.y..=at.y + size.y).contains(&y);
                let on_top = (y == at.y || y == at.y + size.y) && (at.x..=at.x + size.x).contains(&x);
                assert!(on_side || on_top, "{layout:?}: {:?} → {:?}", drawn.from, drawn.to);
            }
        }
    }

    fn run(file: &str, to: u64) -> Lab {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios/streams");
        let text = std::fs::read_to_string(folder.join(file)).unwrap();
        let mut lab = Lab::new(Scenario::from_json(&text).unwrap()).unwrap();
        lab.advance_to(Micros::from_ms(to), u64::MAX);
        lab
    }

    /// The transitions that are lit, in words, with a mark on the latest.
    fn lit(lab: &Lab, layout: Layout) -> Vec<String> {
        let world = lab.world();
        let (_, stream) = world.streams.iter().max_by_key(|(_, stream)| stream.ways.len()).unwrap();
        let diagram = diagram(stream, layout, &English);
        let on: Vec<_> = diagram.states.iter().filter(|state| state.on).map(|state| state.state).collect();
        assert_eq!(on, [stream.state]);
        let taken = diagram.edges.iter().filter(|edge| edge.taken()).flat_map(|edge| {
            let from = edge.from.map_or("begin", StreamState::text);
            let lit = edge.causes.iter().filter(|cause| cause.times > 0);
            lit.map(move |cause| format!("{from} → {}: {}", edge.to, cause.words))
        });
        taken.collect()
    }

    #[test]
    fn the_way_taken_is_lit() {
        let begin = "begin → lagging: new leader";
        let cases: [(&str, u64, &[&str]); 3] = [
            (
                "line-rate-to-snapshotting-and-back.json",
                60_000,
                &[
                    begin,
                    "lagging → line-rate: ● caught up ×2",
                    "line-rate → lagging: too many behind",
                    "lagging → snapshotting: too far behind",
                    "snapshotting → lagging: installed",
                ],
            ),
            (
                "one-step-down-for-each-conflicting-term.json",
                60_000,
                &[begin, "lagging → line-rate: ● caught up", "lagging → lagging: refused: next goes back"],
            ),
            ("a-burst-above-the-threshold-and-back.json", 290, &[begin, "lagging → line-rate: ● caught up"]),
        ];
        for (file, at, expected) in cases {
            let lab = run(file, at);
            for layout in LAYOUTS {
                assert_eq!(lit(&lab, layout), expected, "{file}");
            }
        }
    }

    #[test]
    fn every_way_that_a_stream_takes_is_drawn() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios/streams");
        let mut seen = std::collections::BTreeSet::new();
        for file in std::fs::read_dir(folder).unwrap() {
            let name = file.unwrap().file_name().into_string().unwrap();
            let lab = run(&name, 60_000);
            for record in lab.records().iter() {
                let Event::Node(raft::Event::StreamState { from, to, why, .. }) = record.event else { continue };
                if to != StreamState::Shutdown {
                    seen.insert(Transition { from, to, why });
                }
            }
        }
        let drawn = well_travelled().ways;
        let missing: Vec<&Transition> = seen.iter().filter(|way| !drawn.contains_key(way)).collect();
        assert!(missing.is_empty(), "{missing:?}");
        assert!(seen.len() >= 6, "{seen:?}");
        for layout in LAYOUTS {
            let edges = layout.edges().iter();
            let causes = edges.flat_map(|drawn| drawn.causes.iter().map(|it| (drawn.from, drawn.to, it.0)));
            let ways: std::collections::BTreeSet<Transition> =
                causes.map(|(from, to, why)| Transition { from, to, why }).collect();
            assert!(ways.iter().eq(drawn.keys()), "{layout:?}: {ways:?}");
        }
    }
}
