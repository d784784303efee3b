//! The ways of a route: tiers of connectors, of which the first with a connector that is well takes the message, each connector of
//! it as many as its weight says.

use serde::{Deserialize, Serialize};
use sms::Msisdn;
use store::ConnectorId;

/// Names a connector, and its share of its tier's messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Weighted {
    /// The connector's number.
    pub connector: i64,
    /// How many messages it takes in proportion to the others; at least 1.
    #[serde(default = "one")]
    pub weight: u32,
}

impl Weighted {
    /// Returns the connector.
    pub const fn id(self) -> ConnectorId {
        ConnectorId(self.connector)
    }
}

const fn one() -> u32 {
    1
}

/// Names the connectors that a route shall lead to: tiers in the order in which they are tried, of connectors' names with weights.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ways(pub Vec<Vec<(String, u32)>>);

impl From<&str> for Ways {
    fn from(connector: &str) -> Self {
        Self(vec![vec![(connector.to_owned(), 1)]])
    }
}

/// Is what a route leads to, tier by tier; no tier is empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tiers(Vec<Vec<Weighted>>);

impl Tiers {
    /// Takes tiers as they are stored; a route from before there were any has one of all its connectors.
    pub(super) fn read(stored: &[Vec<Weighted>], connectors: &[ConnectorId]) -> Self {
        let tiers: Vec<_> = stored
            .iter()
            .filter(|tier| !tier.is_empty())
            .cloned()
            .collect();
        if tiers.is_empty() {
            let weighted = |id: &ConnectorId| Weighted {
                connector: id.0,
                weight: 1,
            };
            return Self(vec![connectors.iter().map(weighted).collect()]);
        }
        Self(tiers)
    }

    /// Lists the tiers, the one that is tried first first.
    pub fn iter(&self) -> impl Iterator<Item = &[Weighted]> {
        self.0.iter().map(Vec::as_slice)
    }

    /// Finds the tier that a connector is in, counted from 0; the first, if it is in several.
    pub fn tier_of(&self, connector: ConnectorId) -> Option<usize> {
        self.0
            .iter()
            .position(|tier| tier.iter().any(|way| way.id() == connector))
    }

    /// Picks the connector for a message: of the first tier with one that is not passed over. Where all are, the message waits
    /// for one of the first tier. `None` only for a route without any connector.
    pub fn pick(
        &self,
        recipient: &Msisdn,
        is_passed_over: impl Fn(ConnectorId) -> bool,
    ) -> Option<ConnectorId> {
        self.pick_from(0, recipient, is_passed_over)
            .or_else(|| draw(self.0.first()?, recipient, |_| true))
    }

    /// Picks a connector that is not passed over, of this tier or a later one.
    pub fn pick_from(
        &self,
        tier: usize,
        recipient: &Msisdn,
        is_passed_over: impl Fn(ConnectorId) -> bool,
    ) -> Option<ConnectorId> {
        let mut tiers = self.0.iter().skip(tier);
        tiers.find_map(|tier| draw(tier, recipient, |id| !is_passed_over(id)))
    }
}

/// Draws one connector of a tier by weight, always the same one for the same recipient, so that what is sent to one handset takes
/// one way. When a connector falls out, only the recipients that it had are drawn anew (rendezvous hashing with weights).
fn draw(
    tier: &[Weighted],
    recipient: &Msisdn,
    is_usable: impl Fn(ConnectorId) -> bool,
) -> Option<ConnectorId> {
    let usable = tier.iter().filter(|way| is_usable(way.id()));
    let scored = usable.map(|way| {
        let luck = uniform(hash(recipient.as_str(), way.connector));
        (f64::from(way.weight.max(1)) / -luck.ln(), way.id())
    });
    let best = scored.max_by(|a, b| a.0.total_cmp(&b.0))?;
    Some(best.1)
}

/// Makes a number between 0 and 1, without either, of the upper half of a hash.
fn uniform(hash: u64) -> f64 {
    let mantissa = u32::try_from(hash >> 32).unwrap_or(u32::MAX);
    (f64::from(mantissa) + 0.5) / (f64::from(u32::MAX) + 1.0)
}

/// Hashes a recipient for one connector: FNV-1a over both, then mixed, because FNV leaves the upper bits of short inputs alike.
/// Not the standard library's hash, which another version may change: all processes must agree.
fn hash(recipient: &str, connector: i64) -> u64 {
    let octets = recipient.bytes().chain(connector.to_le_bytes());
    let mut hash = octets.fold(0xcbf2_9ce4_8422_2325_u64, |hash, octet| {
        (hash ^ u64::from(octet)).wrapping_mul(0x0100_0000_01b3)
    });
    hash ^= hash >> 30;
    hash = hash.wrapping_mul(0xbf58_476d_1ce4_e5b9);
    hash ^= hash >> 27;
    hash = hash.wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^ (hash >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tiers(tiers: &[&[(i64, u32)]]) -> Tiers {
        let weighted = |&(connector, weight): &(i64, u32)| Weighted { connector, weight };
        let tier = |tier: &&[(i64, u32)]| tier.iter().map(weighted).collect();
        Tiers(tiers.iter().map(tier).collect())
    }

    fn recipient(index: u64) -> Msisdn {
        Msisdn::parse(&format!("38067{index:07}")).unwrap()
    }

    #[test]
    fn a_tier_is_shared_by_weight() {
        let tiers = tiers(&[&[(1, 1), (2, 3), (3, 6)]]);
        let mut drawn = [0_u32; 3];
        for index in 0..10_000 {
            let ConnectorId(id) = tiers.pick(&recipient(index), |_| false).unwrap();
            drawn[usize::try_from(id - 1).unwrap()] += 1;
        }
        for (drawn, expected) in drawn.into_iter().zip([1_000, 3_000, 6_000]) {
            // Five standard deviations of the widest.
            assert!(drawn.abs_diff(expected) < 250, "{drawn} of {expected}");
        }
    }

    #[test]
    fn only_those_of_a_connector_that_is_passed_over_go_elsewhere() {
        let tiers = tiers(&[&[(1, 1), (2, 1), (3, 1)]]);
        for index in 0..1_000 {
            let recipient = recipient(index);
            let before = tiers.pick(&recipient, |_| false).unwrap();
            let after = tiers.pick(&recipient, |id| id.0 == 2).unwrap();
            assert_ne!(after.0, 2);
            assert!(before == after || before.0 == 2, "{before:?} {after:?}");
        }
    }

    #[test]
    fn the_next_tier_takes_what_a_whole_tier_cannot() {
        let tiers = tiers(&[&[(1, 1), (2, 1)], &[(3, 1)], &[(4, 1)]]);
        let recipient = recipient(7);
        let picked = |away: &[i64]| tiers.pick(&recipient, |id| away.contains(&id.0)).unwrap().0;
        assert!([1, 2].contains(&picked(&[])));
        assert_eq!(picked(&[1]), 2);
        assert_eq!(picked(&[1, 2]), 3);
        assert_eq!(picked(&[1, 2, 3]), 4);
        assert!(
            [1, 2].contains(&picked(&[1, 2, 3, 4])),
            "it waits for the first"
        );
        assert_eq!(
            tiers.pick_from(1, &recipient, |id| id.0 == 3),
            Some(ConnectorId(4))
        );
        assert_eq!(tiers.pick_from(3, &recipient, |_| false), None);
    }

    #[test]
    fn a_route_from_before_there_were_tiers_has_one() {
        let read = Tiers::read(&[], &[ConnectorId(5)]);
        assert_eq!(read, tiers(&[&[(5, 1)]]));
        assert_eq!(read.tier_of(ConnectorId(5)), Some(0));
        assert_eq!(read.tier_of(ConnectorId(6)), None);
    }
}
