//! The form of the cluster's settings: what it is filled in with, what it asks for, what it refuses, what it warns of.

use super::lang::values::Figure;
use super::lang::Text;
use crate::lab::vocab::action::Action;
use crate::lab::vocab::probability::Probability;
use crate::lab::vocab::settings::{ConfigPatch, NetworkPatch, SnapshotPolicy};
use crate::lab::vocab::spec::LinkSpec;
use crate::lab::Scenario;
use crate::raft::{Config, NodeId};
use crate::runtime::Micros;

/// The most nodes of a cluster on the page.
pub const NODES_MAX: NodeId = 9;

/// The longest time that the form accepts, in ms.
const TIME_MAX: f64 = 60_000.0;

/// The greatest number that the form accepts.
const NUMBER_MAX: u64 = 1_000_000_000;

/// Values to start from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preset {
    /// Small numbers: everything happens within seconds.
    Classroom,
    /// The defaults of the engine.
    Lab,
    /// The figures of the paper (§9.3): timeouts of 150 to 300 ms, heartbeats after half of the shortest, a broadcast in
    /// about 15 ms.
    Paper,
}

impl Preset {
    /// Every preset.
    pub const ALL: [Preset; 3] = [Preset::Classroom, Preset::Lab, Preset::Paper];

    /// Its name.
    pub fn name(self, t: &dyn Text) -> &'static str {
        match self {
            Preset::Classroom => t.preset_classroom(),
            Preset::Lab => t.preset_lab(),
            Preset::Paper => t.preset_paper(),
        }
    }

    /// What it sets.
    fn values(self) -> (Config, LinkSpec) {
        let usual = LinkSpec::default();
        match self {
            Preset::Classroom => (Config::classroom(), usual),
            Preset::Lab => (Config::default(), usual),
            Preset::Paper => (
                Config { heartbeat_interval: Micros::from_ms(75), ..Config::default() },
                LinkSpec { latency: (Micros(7000), Micros(8000)), ..usual },
            ),
        }
    }
}

/// What the form asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum Wish {
    /// These actions on the run; none if nothing was changed.
    Act(Vec<Action>),
    /// A new run with so many nodes, and these settings.
    Begin(NodeId, Box<Config>, LinkSpec),
}

/// The content of the form.
#[derive(Clone, Debug, PartialEq)]
pub struct ConfigForm {
    /// The number of nodes.
    pub nodes: NodeId,
    /// The texts of the fields, in the order of [`Figure::ALL`].
    pub values: [String; Figure::ALL.len()],
    /// Whether a node asks first whether it could win.
    pub pre_vote: bool,
    /// Whether a leader that hears from no majority steps down.
    pub check_quorum: bool,
    /// What it was filled in with.
    before: (NodeId, Config, LinkSpec),
}

/// A time in milliseconds without needless decimals.
fn whole(time: Micros) -> String {
    format!("{}", time.0 as f64 / 1000.0)
}

fn texts(config: &Config, spec: &LinkSpec) -> [String; Figure::ALL.len()] {
    Figure::ALL.map(|figure| match figure {
        Figure::ElectionMin => whole(config.election_timeout_min),
        Figure::ElectionMax => whole(config.election_timeout_max),
        Figure::Heartbeat => whole(config.heartbeat_interval),
        Figure::LatencyMin => whole(spec.latency.0),
        Figure::LatencyMax => whole(spec.latency.1),
        Figure::Loss => format!("{}", f64::from(spec.loss.per_million) / 10_000.0),
        Figure::Payload => config.max_payload_entries.to_string(),
        Figure::LagThreshold => config.replication_lag_threshold.to_string(),
        Figure::SnapshotEvery => config.snapshot_threshold.to_string(),
        Figure::ChunkSize => config.snapshot_max_chunk_size.to_string(),
    })
}

impl ConfigForm {
    /// The form, filled in with the present settings.
    pub fn new(nodes: NodeId, config: &Config, spec: &LinkSpec) -> ConfigForm {
        let (pre_vote, check_quorum) = (config.pre_vote, config.check_quorum);
        let before = (nodes, config.clone(), *spec);
        ConfigForm { nodes, values: texts(config, spec), pre_vote, check_quorum, before }
    }

    /// The form, filled in with a preset; the number of nodes stays.
    pub fn preset(&self, preset: Preset) -> ConfigForm {
        let (config, spec) = preset.values();
        let (pre_vote, check_quorum) = (config.pre_vote, config.check_quorum);
        ConfigForm { values: texts(&config, &spec), pre_vote, check_quorum, ..self.clone() }
    }

    /// Whether it asks for a new run.
    pub fn begins(&self) -> bool {
        self.nodes != self.before.0
    }

    fn text(&self, figure: Figure) -> &str {
        self.values[figure as usize].trim()
    }

    fn within(&self, figure: Figure, most: f64, t: &dyn Text) -> Result<f64, (Figure, String)> {
        let value = self.text(figure).parse::<f64>().ok().filter(|value| (0.0..=most).contains(value));
        value.ok_or_else(|| (figure, t.must_be_within(&format!("{most}"))))
    }

    fn time(&self, figure: Figure, t: &dyn Text) -> Result<Micros, (Figure, String)> {
        Ok(Micros((self.within(figure, TIME_MAX, t)? * 1000.0).round() as u64))
    }

    fn count(&self, figure: Figure, t: &dyn Text) -> Result<u64, (Figure, String)> {
        let value = self.text(figure).parse::<u64>().ok().filter(|value| (1..=NUMBER_MAX).contains(value));
        value.ok_or_else(|| (figure, t.must_be_whole().into()))
    }

    /// The settings that are written in the form.
    fn settings(&self, t: &dyn Text) -> Result<(Config, LinkSpec), (Figure, String)> {
        let more = |figure: Figure, than: Figure| Err((figure, t.must_be_more(self.text(than))));
        let heartbeat_interval = self.time(Figure::Heartbeat, t)?;
        let [election_timeout_min, election_timeout_max] =
            [self.time(Figure::ElectionMin, t)?, self.time(Figure::ElectionMax, t)?];
        if heartbeat_interval < Micros::from_ms(1) {
            return Err((Figure::Heartbeat, t.must_be_whole().into()));
        }
        if election_timeout_min <= heartbeat_interval {
            return more(Figure::ElectionMin, Figure::Heartbeat);
        }
        if election_timeout_max <= election_timeout_min {
            return more(Figure::ElectionMax, Figure::ElectionMin);
        }
        let latency = (self.time(Figure::LatencyMin, t)?, self.time(Figure::LatencyMax, t)?);
        if latency.1 < latency.0 {
            return Err((Figure::LatencyMax, t.must_not_be_less().into()));
        }
        let loss = Probability { per_million: (self.within(Figure::Loss, 100.0, t)? * 10_000.0).round() as u32 };
        let config = Config {
            election_timeout_min,
            election_timeout_max,
            heartbeat_interval,
            max_payload_entries: self.count(Figure::Payload, t)? as u32,
            replication_lag_threshold: self.count(Figure::LagThreshold, t)?,
            snapshot_threshold: self.count(Figure::SnapshotEvery, t)?,
            snapshot_max_chunk_size: self.count(Figure::ChunkSize, t)?,
            pre_vote: self.pre_vote,
            check_quorum: self.check_quorum,
            ..self.before.1.clone()
        };
        Ok((config, LinkSpec { latency, loss, ..self.before.2 }))
    }

    /// What the form asks for.
    ///
    /// # Errors
    /// The first invalid field, and what is wrong with it.
    pub fn read(&self, t: &dyn Text) -> Result<Wish, (Figure, String)> {
        let (config, spec) = self.settings(t)?;
        if self.begins() {
            return Ok(Wish::Begin(self.nodes, Box::new(config), spec));
        }
        let (_, old, usual) = &self.before;
        let (change, network) = (changes(old, &config), link_changes(usual, &spec));
        let mut what = Vec::new();
        if !change.is_empty() {
            what.push(Action::Config(change));
        }
        if !network.is_empty() {
            let NetworkPatch { latency, loss, duplicate } = network;
            what.push(Action::Link { from: None, to: None, latency, loss, duplicate });
        }
        Ok(Wish::Act(what))
    }

    /// What will go wrong with these settings though they are allowed: timeouts that messages cannot keep.
    pub fn warnings(&self, t: &dyn Text) -> Vec<String> {
        let Ok((config, spec)) = self.settings(t) else { return Vec::new() };
        let timeout = config.election_timeout_min;
        let round_trip = Micros(2 * spec.latency.1 .0);
        // From one heartbeat to the next, if the first was as fast as can be and the second as slow.
        let late = Micros(config.heartbeat_interval.0 + spec.latency.1 .0 - spec.latency.0 .0);
        if timeout <= round_trip {
            vec![t.unwise_timeout(&whole(timeout), &whole(round_trip))]
        } else if timeout <= late {
            vec![t.unwise_heartbeat(&whole(late), &whole(timeout))]
        } else {
            Vec::new()
        }
    }
}

/// A scenario for a new run like that of `scenario`, of so many voters with these settings: without its actions, and
/// without what belongs to single nodes.
pub fn fresh(scenario: &Scenario, nodes: NodeId, config: &Config, spec: &LinkSpec, seed: u64) -> Scenario {
    let mut fresh = scenario.clone();
    fresh.config = ConfigPatch::default();
    let change = changes(&fresh.node_config(), config);
    let ConfigPatch { install_snapshot_timeout, conflict_hint, snapshot_tail_limit, .. } = scenario.config;
    fresh.config = ConfigPatch { install_snapshot_timeout, conflict_hint, snapshot_tail_limit, ..change };
    fresh.network = NetworkPatch { latency: Some(spec.latency), loss: Some(spec.loss), ..fresh.network };
    (fresh.seed, fresh.nodes, fresh.stop) = (seed, (1..=nodes).collect(), None);
    (fresh.learners, fresh.actions, fresh.expect) = Default::default();
    (fresh.node_config, fresh.clocks, fresh.start) = Default::default();
    fresh
}

/// The settings that differ.
fn changes(old: &Config, new: &Config) -> ConfigPatch {
    fn changed<T: PartialEq>(old: T, new: T) -> Option<T> {
        (old != new).then_some(new)
    }
    ConfigPatch {
        election_timeout_min: changed(old.election_timeout_min, new.election_timeout_min),
        election_timeout_max: changed(old.election_timeout_max, new.election_timeout_max),
        heartbeat_interval: changed(old.heartbeat_interval, new.heartbeat_interval),
        max_payload_entries: changed(old.max_payload_entries, new.max_payload_entries),
        replication_lag_threshold: changed(old.replication_lag_threshold, new.replication_lag_threshold),
        snapshot_policy: changed(old.snapshot_threshold, new.snapshot_threshold)
            .map(|logs_since_last| SnapshotPolicy { logs_since_last }),
        snapshot_max_chunk_size: changed(old.snapshot_max_chunk_size, new.snapshot_max_chunk_size),
        pre_vote: changed(old.pre_vote, new.pre_vote),
        check_quorum: changed(old.check_quorum, new.check_quorum),
        ..ConfigPatch::default()
    }
}

fn link_changes(old: &LinkSpec, new: &LinkSpec) -> NetworkPatch {
    NetworkPatch {
        latency: (old.latency != new.latency).then_some(new.latency),
        loss: (old.loss != new.loss).then_some(new.loss),
        duplicate: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::lang::English;

    fn form() -> ConfigForm {
        ConfigForm::new(5, &Config::classroom(), &LinkSpec::default())
    }

    fn with(figure: Figure, value: &str) -> ConfigForm {
        let mut form = form();
        form.values[figure as usize] = value.into();
        form
    }

    #[test]
    fn what_is_not_changed_asks_for_nothing() {
        assert_eq!(form().read(&English), Ok(Wish::Act(Vec::new())));
        assert!(form().warnings(&English).is_empty());
    }

    #[test]
    fn only_what_is_changed_is_asked_for() {
        let Ok(Wish::Act(what)) = with(Figure::Payload, "7").read(&English) else { panic!() };
        let change = ConfigPatch { max_payload_entries: Some(7), ..ConfigPatch::default() };
        assert_eq!(what, [Action::Config(change)]);
        let Ok(Wish::Act(what)) = with(Figure::Loss, "2.5").read(&English) else { panic!() };
        let loss = Some(Probability { per_million: 25_000 });
        assert_eq!(what, [Action::Link { from: None, to: None, latency: None, loss, duplicate: None }]);
    }

    #[test]
    fn a_field_that_cannot_be_is_refused_beside_it() {
        let refused = [
            (Figure::ElectionMin, "50", "must be more than 50"),
            (Figure::ElectionMax, "150", "must be more than 150"),
            (Figure::Heartbeat, "0", "must be a whole number, at least 1"),
            (Figure::LatencyMax, "4", "must not be less than the shortest latency"),
            (Figure::Loss, "101", "must be a number from 0 to 100"),
            (Figure::Payload, "0", "must be a whole number, at least 1"),
            (Figure::ChunkSize, "1.5", "must be a whole number, at least 1"),
            (Figure::LatencyMin, "soon", "must be a number from 0 to 60000"),
        ];
        for (figure, value, why) in refused {
            assert_eq!(with(figure, value).read(&English), Err((figure, why.to_string())), "{value}");
        }
    }

    #[test]
    fn another_number_of_nodes_begins_a_new_run() {
        let form = ConfigForm { nodes: 3, check_quorum: true, ..form() };
        let Ok(Wish::Begin(nodes, config, spec)) = form.read(&English) else { panic!() };
        assert!(nodes == 3 && config.check_quorum);
        let scenario = fresh(&Scenario::opening(), nodes, &config, &spec, 9);
        assert_eq!((scenario.nodes.len(), scenario.seed, scenario.actions.len()), (3, 9, 0));
        assert_eq!(scenario.node_config(), *config);
        assert!(Scenario::from_json(&scenario.to_json()).is_ok());
    }

    #[test]
    fn a_preset_fills_all_fields_and_is_allowed() {
        for preset in Preset::ALL {
            let (config, spec) = preset.values();
            assert_eq!(config.validate(), Ok(()));
            let Ok(Wish::Act(what)) = form().preset(preset).read(&English) else { panic!("{preset:?}") };
            let mut result = Config::classroom();
            for what in what {
                match what {
                    Action::Config(change) => change.apply_to(&mut result),
                    Action::Link { latency, .. } => assert_eq!(latency, Some(spec.latency)),
                    other => panic!("{other:?}"),
                }
            }
            let untouched = Config { snapshot_tail_limit: config.snapshot_tail_limit, ..result };
            assert_eq!(untouched, config);
        }
    }

    #[test]
    fn timings_that_are_unwise_are_told_with_their_numbers() {
        let mut form = with(Figure::LatencyMax, "80");
        assert_eq!(form.warnings(&English).len(), 1);
        assert!(form.warnings(&English)[0].contains("160"), "{:?}", form.warnings(&English));
        form = with(Figure::Heartbeat, "145");
        assert!(form.warnings(&English)[0].contains("155"), "{:?}", form.warnings(&English));
        assert!(form.read(&English).is_ok(), "a warning is no refusal");
    }
}
