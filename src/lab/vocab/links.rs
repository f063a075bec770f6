//! The settings of links. The network and the world each keep them, by applying the same changes.

use std::collections::{BTreeMap, BTreeSet};

use crate::lab::vocab::id::Link;
use crate::lab::vocab::settings::NetworkPatch;
use crate::lab::vocab::spec::LinkSpec;
use crate::raft::NodeId;

/// The settings of all links.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Links {
    /// The settings of links that are not in `others`, including those of nodes added later.
    pub usual: LinkSpec,
    /// The links with other settings.
    pub others: BTreeMap<Link, LinkSpec>,
}

impl Links {
    /// The settings of a link.
    pub fn of(&self, link: Link) -> LinkSpec {
        self.others.get(&link).copied().unwrap_or(self.usual)
    }

    /// Changes the links among these nodes from `from` to `to`; `None` means any node. If both are `None`, `usual`
    /// changes too.
    pub fn change(
        &mut self,
        nodes: &BTreeSet<NodeId>,
        (from, to): (Option<NodeId>, Option<NodeId>),
        change: &NetworkPatch,
    ) {
        let is_meant = |link: &Link| from.is_none_or(|from| link.0 == from) && to.is_none_or(|to| link.1 == to);
        for link in between(nodes).filter(is_meant) {
            change.apply_to(self.others.entry(link).or_insert(self.usual));
        }
        if (from, to) == (None, None) {
            change.apply_to(&mut self.usual);
        }
        self.others.retain(|_, spec| *spec != self.usual);
    }
}

/// All links among these nodes, in both directions.
pub fn between(nodes: &BTreeSet<NodeId>) -> impl Iterator<Item = Link> + '_ {
    nodes.iter().flat_map(|&from| nodes.iter().filter(move |&&to| to != from).map(move |&to| (from, to)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::vocab::probability::Probability;
    use crate::runtime::Micros;

    const SLOW: (Micros, Micros) = (Micros::from_ms(80), Micros::from_ms(120));

    fn slow() -> NetworkPatch {
        NetworkPatch { latency: Some(SLOW), ..NetworkPatch::default() }
    }

    fn lossy() -> NetworkPatch {
        NetworkPatch { loss: Some(Probability { per_million: 500_000 }), ..NetworkPatch::default() }
    }

    fn changed(changes: &[(Option<NodeId>, Option<NodeId>, NetworkPatch)]) -> Links {
        let mut links = Links::default();
        for (from, to, change) in changes {
            links.change(&BTreeSet::from([1, 2, 3]), (*from, *to), change);
        }
        links
    }

    #[test]
    fn a_change_is_of_those_that_it_names() {
        let others = |from, to| changed(&[(from, to, slow())]).others.into_keys().collect::<Vec<Link>>();
        assert_eq!(others(Some(1), Some(2)), [(1, 2)]);
        assert_eq!(others(Some(2), None), [(2, 1), (2, 3)]);
        assert_eq!(others(None, Some(2)), [(1, 2), (3, 2)]);
    }

    #[test]
    fn what_all_links_do_is_usual() {
        let links = changed(&[(Some(1), Some(2), slow()), (None, None, slow())]);
        assert_eq!(links, Links { usual: LinkSpec { latency: SLOW, ..LinkSpec::default() }, ..Links::default() });
        assert_eq!(links.of((1, 9)).latency, SLOW, "of a node that comes later, too");
    }

    #[test]
    fn a_change_of_all_leaves_what_it_does_not_name() {
        let links = changed(&[(Some(1), Some(2), slow()), (None, None, lossy())]);
        let loss = Probability { per_million: 500_000 };
        assert_eq!(links.usual, LinkSpec { loss, ..LinkSpec::default() });
        assert_eq!(links.others, BTreeMap::from([((1, 2), LinkSpec { latency: SLOW, ..links.usual })]));
    }
}
