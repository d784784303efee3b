//! The methods of this API, as a table: a method more is a row more, and a place in each match.

use super::faults::Codes;

/// Names a method.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Method {
    GetUserBalance,
    SendSms,
    SendSmsGroup,
    CheckCampaignPriceGroup,
    GetCampaignInfo,
    GetCampaignDeliveryStats,
}

/// Describes a method.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) method: Method,
    /// The name as the documents spell it; programs spell it in any case.
    pub(super) name: &'static str,
    /// The codes of its errors.
    pub(super) codes: Codes,
}

/// Codes come from the provider's downloadable list; where that has none, the general ones answer.
static METHODS: [Row; 6] = [
    Row {
        method: Method::GetUserBalance,
        name: "getUserBalance",
        codes: Codes::GENERAL,
    },
    Row {
        method: Method::SendSms,
        name: "sendSMS",
        codes: Codes::SENDING,
    },
    Row {
        method: Method::SendSmsGroup,
        name: "sendsmsgroup",
        codes: Codes::SENDING,
    },
    Row {
        method: Method::CheckCampaignPriceGroup,
        name: "checkCampaignPriceGroup",
        codes: Codes::PRICING,
    },
    Row {
        method: Method::GetCampaignInfo,
        name: "getCampaignInfo",
        codes: Codes {
            unknown_campaign: 310,
            ..Codes::GENERAL
        },
    },
    Row {
        method: Method::GetCampaignDeliveryStats,
        name: "getCampaignDeliveryStats",
        codes: Codes {
            unknown_campaign: 320,
            no_rows: 322,
            ..Codes::GENERAL
        },
    },
];

/// Finds a method by its name in any case: the documents themselves mix `sendSMS` and `sendsms`.
pub(super) fn find(name: &str) -> Option<&'static Row> {
    METHODS
        .iter()
        .find(|row| row.name.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_are_found_in_any_case() {
        for name in ["sendSMS", "sendSms", "SENDSMS"] {
            assert_eq!(
                find(name).map(|row| row.method),
                Some(Method::SendSms),
                "{name}"
            );
        }
        assert!(find("").is_none());
        assert!(find("sendSMSes").is_none());
    }
}
