//! Who a message is from, where originators need approval.

use std::collections::HashMap;

use sms::{Country, Originator, SenderStatus};
use store::SenderId;

/// Knows where originators need approval, and where those of one submission have it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Approvals {
    pub(crate) required: Vec<Country>,
    /// Of each originator that one of its messages may be from.
    pub(crate) own: HashMap<Originator, Registrations>,
    /// Of the alternative one.
    pub(crate) alternative: Registrations,
}

/// Lists the countries for which an originator is registered, and what was decided there.
pub(crate) type Registrations = Vec<(Country, SenderId, SenderStatus)>;

/// Says who one message is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FromWhom {
    Originator,
    Alternative,
    /// Not decided yet; `None` stands for a name that is not registered.
    Awaited {
        alternative: bool,
        sender: Option<SenderId>,
    },
    Nobody,
}

impl FromWhom {
    /// Tells whether the message is, or would be, from the alternative originator.
    pub(super) const fn is_alternative(self) -> bool {
        match self {
            Self::Alternative => true,
            Self::Awaited { alternative, .. } => alternative,
            Self::Originator | Self::Nobody => false,
        }
    }
}

impl Approvals {
    /// Says who a message to a country is from that is to be from an originator.
    pub(super) fn from(
        &self,
        originator: &Originator,
        country: Option<Country>,
        has_alternative: bool,
    ) -> FromWhom {
        let Some(country) = country.filter(|country| self.required.contains(country)) else {
            return FromWhom::Originator;
        };
        let find = |list: &Registrations| {
            let entry = list.iter().find(|(of, _, _)| *of == country);
            entry.map(|(_, sender, status)| (*sender, *status))
        };
        let own = self.own.get(originator).and_then(find);
        let other = find(&self.alternative).filter(|_| has_alternative);
        match (own, other) {
            (Some((_, SenderStatus::Approved)), _) => FromWhom::Originator,
            (_, Some((_, SenderStatus::Approved))) => FromWhom::Alternative,
            (Some((sender, SenderStatus::Pending)), _) => FromWhom::Awaited {
                alternative: false,
                sender: Some(sender),
            },
            (Some((_, SenderStatus::Denied)), Some((sender, SenderStatus::Pending))) => {
                FromWhom::Awaited {
                    alternative: true,
                    sender: Some(sender),
                }
            }
            (Some((_, SenderStatus::Denied)), _) => FromWhom::Nobody,
            (None, _) => FromWhom::Awaited {
                alternative: false,
                sender: None,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const UA: &str = "UA";

    fn originator() -> Originator {
        Originator::parse("Info").unwrap()
    }

    fn approvals(own: Option<SenderStatus>, alternative: Option<SenderStatus>) -> Approvals {
        let country = Country::parse(UA).unwrap();
        let entry = |id, status: Option<SenderStatus>| {
            status
                .map(|status| (country, SenderId(id), status))
                .into_iter()
                .collect()
        };
        Approvals {
            required: vec![country],
            own: HashMap::from([(originator(), entry(1, own))]),
            alternative: entry(2, alternative),
        }
    }

    #[test]
    fn a_message_is_from_whom_its_country_approved() {
        use SenderStatus::{Approved, Denied, Pending};
        let waits = |alternative, sender: Option<i64>| FromWhom::Awaited {
            alternative,
            sender: sender.map(SenderId),
        };
        for (own, alternative, expected) in [
            (Some(Approved), Some(Approved), FromWhom::Originator),
            (Some(Pending), Some(Approved), FromWhom::Alternative),
            (Some(Denied), Some(Approved), FromWhom::Alternative),
            (None, Some(Approved), FromWhom::Alternative),
            (Some(Pending), Some(Denied), waits(false, Some(1))),
            (Some(Denied), Some(Pending), waits(true, Some(2))),
            (Some(Denied), Some(Denied), FromWhom::Nobody),
            (Some(Denied), None, FromWhom::Nobody),
            (None, None, waits(false, None)),
        ] {
            let approvals = approvals(own, alternative);
            let country = Country::parse(UA).ok();
            assert_eq!(
                approvals.from(&originator(), country, true),
                expected,
                "{own:?} {alternative:?}"
            );
        }
    }

    #[test]
    fn elsewhere_nobody_needs_approval() {
        let approvals = approvals(Some(SenderStatus::Denied), None);
        assert_eq!(
            approvals.from(&originator(), Country::parse("PL").ok(), false),
            FromWhom::Originator
        );
        assert_eq!(
            approvals.from(&originator(), None, false),
            FromWhom::Originator
        );
    }
}
