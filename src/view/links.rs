//! What links do to messages: their latency, their loss, their copies; and the form that changes it.
//!
//! The events do not tell it, so it is read from the scenario, which holds every action so far.

use std::collections::{BTreeMap, BTreeSet};

use super::text::Text;
use crate::lab::action::Probability;
use crate::lab::event::Link;
use crate::lab::{Do, Scenario};
use crate::raft::NodeId;
use crate::runtime::Micros;

/// The longest latency that the form takes.
const LATENCY_MAX: Micros = Micros::from_ms(10_000);

/// What a link does to messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Quality {
    /// The shortest and the longest latency.
    pub latency: (Micros, Micros),
    /// The fraction of messages that is lost.
    pub loss: Probability,
    /// The fraction of messages that is sent twice.
    pub duplicate: Probability,
}

/// What all links do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Network {
    /// What a link does that nothing else is said of.
    pub usual: Quality,
    /// Links that do something else.
    pub others: BTreeMap<Link, Quality>,
}

/// How many changes of links were done up to `now`.
pub fn changes(scenario: &Scenario, now: Micros) -> usize {
    let is_link = |what: &Do| matches!(what, Do::Link { .. });
    let due = |at: Option<Micros>| at.is_some_and(|at| at <= now);
    scenario.actions.iter().filter(|action| is_link(&action.what) && due(action.timing.at())).count()
}

impl Network {
    /// The links as they are at `now`. Changes that wait for a condition are not seen.
    pub fn of(scenario: &Scenario, now: Micros) -> Network {
        let spec = scenario.link_spec();
        let usual = Quality { latency: spec.latency, loss: spec.loss, duplicate: spec.duplicate };
        let mut nodes = scenario.first_nodes();
        let mut all: BTreeMap<Link, Quality> = BTreeMap::new();
        for action in scenario.actions.iter().filter(|action| action.timing.at().is_some_and(|at| at <= now)) {
            nodes.extend(action.what.newcomers());
            if let Do::Link { from, to, latency, loss, duplicate } = &action.what {
                let meant = |link: &Link| from.is_none_or(|from| link.0 == from) && to.is_none_or(|to| link.1 == to);
                for link in links(&nodes).filter(meant) {
                    let quality = all.entry(link).or_insert(usual);
                    quality.latency = latency.unwrap_or(quality.latency);
                    quality.loss = loss.unwrap_or(quality.loss);
                    quality.duplicate = duplicate.unwrap_or(quality.duplicate);
                }
            }
        }
        // Where all links are alike, that is what is usual.
        let alike = all
            .values()
            .next()
            .copied()
            .filter(|first| all.len() == links(&nodes).count() && all.values().all(|quality| quality == first));
        let usual = alike.unwrap_or(usual);
        all.retain(|_, quality| *quality != usual);
        Network { usual, others: all }
    }

    /// What a link does.
    pub fn quality(&self, link: Link) -> Quality {
        self.others.get(&link).copied().unwrap_or(self.usual)
    }
}

fn links(nodes: &BTreeSet<NodeId>) -> impl Iterator<Item = Link> + '_ {
    nodes.iter().flat_map(|&from| nodes.iter().filter(move |&&to| to != from).map(move |&to| (from, to)))
}

impl Quality {
    /// It in words: "5–15 ms, 20 % lost, 5 % twice".
    pub fn in_words(&self, t: &dyn Text) -> String {
        let (low, high) = self.latency;
        let range = if low == high { whole(low) } else { format!("{}–{}", whole(low), whole(high)) };
        let mut words = vec![t.link_latency(&range)];
        if self.loss.per_million > 0 {
            words.push(t.link_loss(&percent(self.loss)));
        }
        if self.duplicate.per_million > 0 {
            words.push(t.link_duplicate(&percent(self.duplicate)));
        }
        words.join(", ")
    }

    /// What is not as usual about it.
    pub fn in_short(&self, usual: &Quality, t: &dyn Text) -> String {
        let mut short = *self;
        if self.latency != usual.latency || (self.loss, self.duplicate) == (usual.loss, usual.duplicate) {
            return short.in_words(t);
        }
        short.latency = usual.latency;
        let words = short.in_words(t);
        words.split_once(", ").map_or(words.clone(), |(_, rest)| rest.to_string())
    }
}

/// Milliseconds without needless decimals.
fn whole(time: Micros) -> String {
    format!("{}", time.0 as f64 / 1000.0)
}

fn percent(part: Probability) -> String {
    format!("{}", f64::from(part.per_million) / 10_000.0)
}

/// The form, as it is filled in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Form {
    /// From whom; none is every node.
    pub from: Option<NodeId>,
    /// To whom; none is every node.
    pub to: Option<NodeId>,
    /// Whether it is meant the other way round, too.
    pub both_ways: bool,
    /// The fields, in the order of [`Field::ALL`].
    pub values: [String; 4],
}

/// A field of the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// The shortest latency, in ms.
    LatencyMin,
    /// The longest latency, in ms.
    LatencyMax,
    /// The loss, in percent.
    Loss,
    /// The copies, in percent.
    Duplicate,
}

impl Field {
    /// Every field.
    pub const ALL: [Field; 4] = [Field::LatencyMin, Field::LatencyMax, Field::Loss, Field::Duplicate];

    /// What it is called.
    pub fn name(self, t: &dyn Text) -> &'static str {
        match self {
            Field::LatencyMin => t.latency_min(),
            Field::LatencyMax => t.latency_max(),
            Field::Loss => t.loss(),
            Field::Duplicate => t.duplicate(),
        }
    }
}

impl Form {
    /// The form for links, filled in with what they do now.
    pub fn new(network: &Network, from: Option<NodeId>, to: Option<NodeId>, both_ways: bool) -> Form {
        let quality = match (from, to) {
            (Some(from), Some(to)) => network.quality((from, to)),
            _ => network.usual,
        };
        let (low, high) = quality.latency;
        let values = [whole(low), whole(high), percent(quality.loss), percent(quality.duplicate)];
        Form { from, to, both_ways, values }
    }

    /// The actions that it asks for.
    ///
    /// # Errors
    /// The first field that cannot be, and what is wrong.
    pub fn read(&self, t: &dyn Text) -> Result<Vec<Do>, (Field, String)> {
        let number = |field: Field, most: f64| {
            let value = self.values[field as usize].trim().parse::<f64>().ok();
            let value = value.filter(|value| (0.0..=most).contains(value));
            value.ok_or_else(|| (field, t.must_be_within(&format!("{most}"))))
        };
        let micros = |ms: f64| Micros((ms * 1000.0).round() as u64);
        let part = |percent: f64| Probability { per_million: (percent * 10_000.0).round() as u32 };
        let latency_most = LATENCY_MAX.0 as f64 / 1000.0;
        let (low, high) = (number(Field::LatencyMin, latency_most)?, number(Field::LatencyMax, latency_most)?);
        if high < low {
            return Err((Field::LatencyMax, t.must_not_be_less().into()));
        }
        let (latency, loss) = (Some((micros(low), micros(high))), Some(part(number(Field::Loss, 100.0)?)));
        let duplicate = Some(part(number(Field::Duplicate, 100.0)?));
        let link = |(from, to)| Do::Link { from, to, latency, loss, duplicate };
        let there = (self.from, self.to);
        let back = (self.to, self.from);
        let mut what = vec![link(there)];
        if self.both_ways && there != back {
            what.push(link(back));
        }
        Ok(what)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::scenario::Action;
    use crate::view::text::English;

    fn slow(from: Option<NodeId>, to: Option<NodeId>) -> Do {
        let latency = Some((Micros::from_ms(80), Micros::from_ms(120)));
        Do::Link { from, to, latency, loss: None, duplicate: None }
    }

    fn scenario(actions: Vec<(u64, Do)>) -> Scenario {
        let actions = actions.into_iter().map(|(at, what)| Action::at(Micros::from_ms(at), what)).collect();
        let mut scenario = Scenario::classroom(3);
        scenario.actions = actions;
        scenario
    }

    #[test]
    fn changes_count_from_when_they_were_done() {
        let scenario = scenario(vec![(10, slow(Some(1), Some(2))), (20, slow(Some(2), None))]);
        let others = |ms| Network::of(&scenario, Micros::from_ms(ms)).others.into_keys().collect::<Vec<Link>>();
        assert_eq!(others(5), []);
        assert_eq!(others(10), [(1, 2)]);
        assert_eq!(others(99), [(1, 2), (2, 1), (2, 3)]);
        assert_eq!(changes(&scenario, Micros::from_ms(10)), 1);
    }

    #[test]
    fn what_all_links_do_is_usual() {
        let network = Network::of(&scenario(vec![(10, slow(None, None))]), Micros::from_ms(10));
        assert_eq!((network.others.len(), network.usual.in_words(&English)), (0, "80–120 ms".to_string()));
        assert_eq!(network.quality((1, 2)), network.usual);
    }

    #[test]
    fn a_quality_in_words() {
        let part = |percent: u32| Probability { per_million: percent * 10_000 };
        let usual = Quality { latency: (Micros::from_ms(5), Micros::from_ms(15)), ..Quality::default() };
        assert_eq!(usual.in_words(&English), "5–15 ms");
        let lossy = Quality { loss: part(20), duplicate: part(5), ..usual };
        assert_eq!(lossy.in_words(&English), "5–15 ms, 20 % lost, 5 % twice");
        assert_eq!(lossy.in_short(&usual, &English), "20 % lost, 5 % twice");
        let slow = Quality { latency: (Micros(2500), Micros(2500)), ..usual };
        assert_eq!(slow.in_short(&usual, &English), "2.5 ms");
    }

    #[test]
    fn the_form_asks_for_actions_or_says_what_is_wrong() {
        let network = Network::of(&Scenario::classroom(3), Micros::ZERO);
        let form = Form::new(&network, Some(1), Some(2), true);
        assert_eq!(form.values, ["5", "15", "0", "0"]);
        let with = |field: Field, value: &str| {
            let mut form = form.clone();
            form.values[field as usize] = value.into();
            form.read(&English)
        };
        let links = |what: Vec<Do>| -> Vec<(Option<NodeId>, Option<NodeId>)> {
            what.iter()
                .map(|what| match what {
                    Do::Link { from, to, .. } => (*from, *to),
                    other => panic!("{other:?}"),
                })
                .collect()
        };
        assert_eq!(links(with(Field::Loss, "2.5").unwrap()), [(Some(1), Some(2)), (Some(2), Some(1))]);
        assert_eq!(links(Form::new(&network, None, None, true).read(&English).unwrap()), [(None, None)]);
        assert_eq!(links(Form::new(&network, Some(1), Some(2), false).read(&English).unwrap()).len(), 1);
        let refused = [
            (Field::LatencyMin, "-1", "must be a number from 0 to 10000"),
            (Field::LatencyMax, "4", "must not be less than the shortest"),
            (Field::Loss, "101", "must be a number from 0 to 100"),
            (Field::Duplicate, "much", "must be a number from 0 to 100"),
        ];
        for (field, value, why) in refused {
            assert_eq!(with(field, value), Err((field, why.to_string())), "{value}");
        }
    }
}
