//! The properties of links in words, and the form that changes them.

use super::lang::Text;
use crate::lab::vocab::action::Action;
use crate::lab::vocab::links::Links;
use crate::lab::vocab::probability::Probability;
use crate::lab::vocab::settings::NetworkPatch;
use crate::lab::vocab::spec::LinkSpec;
use crate::raft::NodeId;
use crate::runtime::Micros;

/// The longest latency that the form accepts.
const LATENCY_MAX: Micros = Micros::from_ms(10_000);

/// The properties of a link in words: "5–15 ms, 20 % lost, 5 % twice".
pub fn in_words(spec: &LinkSpec, t: &dyn Text) -> String {
    let any = |part: Probability| Some(part).filter(|part| part.per_million > 0);
    let (latency, loss, duplicate) = (Some(spec.latency), any(spec.loss), any(spec.duplicate));
    change_in_words(&NetworkPatch { latency, loss, duplicate }, t)
}

/// A change of a link in the same words.
pub fn change_in_words(change: &NetworkPatch, t: &dyn Text) -> String {
    t.parts(&parts(change, t))
}

fn parts(change: &NetworkPatch, t: &dyn Text) -> Vec<String> {
    let latency = change.latency.map(|(low, high)| t.link_latency(&whole(low), &whole(high)));
    let loss = change.loss.map(|loss| t.link_loss(&percent(loss)));
    let duplicate = change.duplicate.map(|duplicate| t.link_duplicate(&percent(duplicate)));
    [latency, loss, duplicate].into_iter().flatten().collect()
}

/// The properties that differ from the usual ones, in words, one by one.
pub fn in_short(spec: &LinkSpec, usual: &LinkSpec, t: &dyn Text) -> Vec<String> {
    let whole = *spec == *usual || spec.latency != usual.latency;
    let any = |part: Probability| Some(part).filter(|part| part.per_million > 0);
    let (loss, duplicate) = (any(spec.loss), any(spec.duplicate));
    let nothing_else = loss.is_none() && duplicate.is_none();
    parts(&NetworkPatch { latency: (whole || nothing_else).then_some(spec.latency), loss, duplicate }, t)
}

/// A time in milliseconds without needless decimals.
fn whole(time: Micros) -> String {
    format!("{}", time.0 as f64 / 1000.0)
}

fn percent(part: Probability) -> String {
    format!("{}", f64::from(part.per_million) / 10_000.0)
}

/// The content of the form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Form {
    /// The sender; none means every node.
    pub from: Option<NodeId>,
    /// The receiver; none means every node.
    pub to: Option<NodeId>,
    /// Whether the change applies to the opposite direction as well.
    pub both_ways: bool,
    /// The texts of the fields, in the order of [`Field::ALL`].
    pub values: [String; 4],
}

/// A field of the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// The shortest latency, in ms.
    LatencyMin,
    /// The longest latency, in ms.
    LatencyMax,
    /// The loss rate, in percent.
    Loss,
    /// The duplication rate, in percent.
    Duplicate,
}

impl Field {
    /// Every field, in the order of the form.
    pub const ALL: [Field; 4] = [Field::LatencyMin, Field::LatencyMax, Field::Loss, Field::Duplicate];

    /// The label of the field.
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
    /// The form, filled in with the present properties of the links.
    pub fn new(links: &Links, from: Option<NodeId>, to: Option<NodeId>, both_ways: bool) -> Form {
        let spec = from.zip(to).map_or(links.usual, |link| links.of(link));
        let (low, high) = spec.latency;
        let values = [whole(low), whole(high), percent(spec.loss), percent(spec.duplicate)];
        Form { from, to, both_ways, values }
    }

    /// The actions that the form describes.
    ///
    /// # Errors
    /// The first invalid field, and what is wrong with it.
    pub fn read(&self, t: &dyn Text) -> Result<Vec<Action>, (Field, String)> {
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
        let link = |(from, to)| Action::Link { from, to, latency, loss, duplicate };
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
    use crate::view::lang::English;

    #[test]
    fn a_link_in_words() {
        let part = |percent: u32| Probability { per_million: percent * 10_000 };
        let usual = LinkSpec::default();
        assert_eq!(in_words(&usual, &English), "5–15\u{a0}ms");
        let lossy = LinkSpec { loss: part(20), duplicate: part(5), ..usual };
        assert_eq!(in_words(&lossy, &English), "5–15\u{a0}ms, 20\u{a0}% lost, 5\u{a0}% twice");
        assert_eq!(in_short(&lossy, &usual, &English), ["20\u{a0}% lost", "5\u{a0}% twice"]);
        let slow = LinkSpec { latency: (Micros(2500), Micros(2500)), ..usual };
        assert_eq!(in_short(&slow, &usual, &English), ["2.5\u{a0}ms"]);
        assert_eq!(in_short(&usual, &lossy, &English), ["5–15\u{a0}ms"]);
    }

    #[test]
    fn the_form_asks_for_actions_or_says_what_is_wrong() {
        let usual = Links::default();
        let form = Form::new(&usual, Some(1), Some(2), true);
        assert_eq!(form.values, ["5", "15", "0", "0"]);
        let with = |field: Field, value: &str| {
            let mut form = form.clone();
            form.values[field as usize] = value.into();
            form.read(&English)
        };
        let links = |what: Vec<Action>| -> Vec<(Option<NodeId>, Option<NodeId>)> {
            what.iter()
                .map(|what| match what {
                    Action::Link { from, to, .. } => (*from, *to),
                    other => panic!("{other:?}"),
                })
                .collect()
        };
        assert_eq!(links(with(Field::Loss, "2.5").unwrap()), [(Some(1), Some(2)), (Some(2), Some(1))]);
        assert_eq!(links(Form::new(&usual, None, None, true).read(&English).unwrap()), [(None, None)]);
        assert_eq!(links(Form::new(&usual, Some(1), Some(2), false).read(&English).unwrap()).len(), 1);
        let refused = [
            (Field::LatencyMin, "-1", "must be a number from 0 to 10000"),
            (Field::LatencyMax, "4", "must not be less than the shortest latency"),
            (Field::Loss, "101", "must be a number from 0 to 100"),
            (Field::Duplicate, "much", "must be a number from 0 to 100"),
        ];
        for (field, value, why) in refused {
            assert_eq!(with(field, value), Err((field, why.to_string())), "{value}");
        }
    }
}
