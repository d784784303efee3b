//! The methods of this API, as a table: a method more is a row more, and a place in each match.
//!
//! Codes come from the provider's downloadable list; where that has none for a method, those of its nearest relative answer, or
//! the general ones.

use super::faults::Codes;
use super::request::Arguments;

/// Names a method.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Method {
    AddAddressBook,
    DelAddressBook,
    EditAddressBook,
    GetAddressBook,
    SearchAddressBook,
    CloneAddressBook,
    AddAddressBookVariable,
    GetAllAddressBookVariables,
    EditAddressBookVariable,
    DelAddressBookVariable,
    AddPhoneToAddressBook,
    GetPhoneFromAddressBook,
    DelPhoneFromAddressBook,
    DelPhoneFromAddressBookGroup,
    EditPhone,
    SearchPhones,
    AddPhoneToExceptions,
    DelPhoneFromExceptions,
    EditExceptions,
    GetException,
    SearchPhonesInExceptions,
    GetUserBalance,
    RegisterSender,
    RegisterSenderName,
    GetSenderStatus,
    CreateCampaign,
    SendSms,
    SendSmsGroup,
    GetCampaignInfo,
    GetCampaignDeliveryStats,
    GetCampaignDeliveryStatsGroup,
    GetTaskInfo,
    CancelCampaign,
    DeleteCampaign,
    CheckCampaignPrice,
    CheckCampaignPriceGroup,
    GetCampaignList,
}

/// Describes a method, or another name of one.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) method: Method,
    /// The name as the documents spell it; programs spell it in any case.
    pub(super) name: &'static str,
    /// The codes of its errors.
    pub(super) codes: Codes,
    /// The other codes that it has when certain parameters are given: the first that fits counts.
    ways: &'static [Way],
}

/// Holds the codes of a method for the calls that give these parameters.
#[derive(Debug)]
struct Way {
    given: &'static [&'static str],
    codes: Codes,
}

impl Row {
    /// Returns the codes of a call with these arguments.
    pub(super) fn codes_of(&self, arguments: Arguments<'_>) -> &Codes {
        let mut ways = self.ways.iter();
        let fits = |way: &&Way| way.given.iter().all(|name| arguments.has(name));
        ways.find(fits).map_or(&self.codes, |way| &way.codes)
    }
}

static METHODS: [Row; 38] = [
    row(Method::AddAddressBook, "addAddressbook", Codes::only(201)),
    row(
        Method::DelAddressBook,
        "delAddressbook",
        Codes {
            unknown_list: 202,
            ..Codes::only(203)
        },
    ),
    row(
        Method::EditAddressBook,
        "editAddressbook",
        Codes {
            unknown_list: 204,
            ..Codes::only(205)
        },
    ),
    row(
        Method::GetAddressBook,
        "getAddressbook",
        Codes {
            unknown_list: 206,
            no_rows: 208,
            ..Codes::only(207)
        },
    ),
    row(
        Method::SearchAddressBook,
        "searchAddressBook",
        Codes {
            no_rows: 210,
            ..Codes::only(209)
        },
    ),
    row(Method::CloneAddressBook, "cloneaddressbook", ONE_BOOK),
    row(
        Method::AddAddressBookVariable,
        "addAddressBookVariable",
        ONE_BOOK,
    ),
    row(
        Method::GetAllAddressBookVariables,
        "getAllAddressBookVariables",
        ONE_BOOK,
    ),
    row(
        Method::EditAddressBookVariable,
        "editAddressBookVariable",
        ONE_BOOK,
    ),
    row(
        Method::DelAddressBookVariable,
        "delAddressBookVariable",
        ONE_BOOK,
    ),
    row(
        Method::AddPhoneToAddressBook,
        "addPhoneToAddressBook",
        ADDING_PHONES,
    ),
    // One client calls adding many so.
    row(
        Method::AddPhoneToAddressBook,
        "addPhonesToAddressBook",
        ADDING_PHONES,
    ),
    Row {
        ways: &[
            way(&["idPhone", "idAddressBook"], finding(217, 216)),
            way(&["idPhone"], finding(215, 214)),
            way(&["phone"], finding(219, 220)),
            way(&["idAddressBook"], finding(224, 223)),
        ],
        ..row(
            Method::GetPhoneFromAddressBook,
            "getPhoneFromAddressBook",
            finding(222, 221),
        )
    },
    Row {
        ways: &[way(&["idPhone"], finding(226, 225))],
        ..row(
            Method::DelPhoneFromAddressBook,
            "delPhoneFromAddressBook",
            finding(228, 227),
        )
    },
    row(
        Method::DelPhoneFromAddressBookGroup,
        "delphonefromaddressbookgroup",
        finding(226, 225),
    ),
    row(
        Method::EditPhone,
        "editPhone",
        Codes {
            unknown_contact: 229,
            ..Codes::only(230)
        },
    ),
    row(Method::SearchPhones, "searchPhones", finding(232, 231)),
    Row {
        ways: &[way(
            &["idPhone"],
            Codes {
                already_there: 235,
                unknown_contact: 237,
                ..Codes::only(236)
            },
        )],
        ..row(
            Method::AddPhoneToExceptions,
            "addPhoneToExceptions",
            Codes {
                already_there: 233,
                ..Codes::only(234)
            },
        )
    },
    Row {
        ways: &[
            way(&["idException"], finding(243, 244)),
            way(
                &["idPhone"],
                Codes {
                    unknown_contact: 240,
                    ..finding(242, 241)
                },
            ),
        ],
        ..row(
            Method::DelPhoneFromExceptions,
            "delPhoneFromExceptions",
            finding(238, 239),
        )
    },
    row(Method::EditExceptions, "editExceptions", Codes::only(245)),
    Row {
        ways: &[
            way(&["idException"], finding(247, 246)),
            way(
                &["idPhone"],
                Codes {
                    unknown_contact: 250,
                    ..finding(249, 248)
                },
            ),
            way(&["phone"], finding(252, 251)),
            way(&["idAddressBook"], finding(254, 253)),
        ],
        ..row(Method::GetException, "getException", finding(256, 255))
    },
    row(
        Method::SearchPhonesInExceptions,
        "searchPhonesInExceptions",
        finding(258, 257),
    ),
    row(Method::GetUserBalance, "getUserBalance", Codes::GENERAL),
    row(Method::RegisterSender, "registerSender", REGISTERING),
    row(
        Method::RegisterSenderName,
        "registerSenderName",
        REGISTERING,
    ),
    Row {
        ways: &[
            way(&["idName"], finding(264, 267)),
            way(&["name"], finding(265, 267)),
        ],
        ..row(
            Method::GetSenderStatus,
            "getSenderStatus",
            finding(266, 267),
        )
    },
    row(Method::CreateCampaign, "createCampaign", Codes::SENDING),
    row(Method::SendSms, "sendSMS", Codes::SENDING),
    row(Method::SendSmsGroup, "sendsmsgroup", Codes::SENDING),
    row(
        Method::GetCampaignInfo,
        "getCampaignInfo",
        Codes {
            unknown_campaign: 310,
            deleted_campaign: 311,
            ..Codes::GENERAL
        },
    ),
    row(
        Method::GetCampaignDeliveryStats,
        "getCampaignDeliveryStats",
        STATISTICS,
    ),
    row(
        Method::GetCampaignDeliveryStatsGroup,
        "getcampaigndeliverystatsgroup",
        STATISTICS,
    ),
    row(
        Method::GetTaskInfo,
        "gettaskinfo",
        Codes {
            unknown_campaign: 310,
            deleted_campaign: 311,
            no_rows: 310,
            ..Codes::GENERAL
        },
    ),
    row(
        Method::CancelCampaign,
        "cancelCampaign",
        Codes {
            unknown_campaign: 330,
            deleted_campaign: 331,
            started_campaign: 332,
            ..Codes::GENERAL
        },
    ),
    row(
        Method::DeleteCampaign,
        "deleteCampaign",
        Codes {
            unknown_campaign: 340,
            deleted_campaign: 341,
            ..Codes::GENERAL
        },
    ),
    row(
        Method::CheckCampaignPrice,
        "checkCampaignPrice",
        Codes::PRICING,
    ),
    row(
        Method::CheckCampaignPriceGroup,
        "checkCampaignPriceGroup",
        Codes::PRICING,
    ),
    row(
        Method::GetCampaignList,
        "getCampaignList",
        Codes {
            no_rows: 350,
            ..Codes::GENERAL
        },
    ),
];

/// For methods about one address book that have no codes of their own: those of `getAddressbook` with an id.
const ONE_BOOK: Codes = Codes {
    unknown_list: 206,
    no_rows: 208,
    ..Codes::only(207)
};

const ADDING_PHONES: Codes = Codes {
    already_there: 211,
    number: 212,
    unknown_list: 213,
    ..Codes::only(218)
};

/// The list has a code for a wrong status, 263, too; but no parameter is a status.
const REGISTERING: Codes = Codes {
    already_there: 259,
    name: 260,
    country: 261,
    ..Codes::only(262)
};

const STATISTICS: Codes = Codes {
    unknown_campaign: 320,
    deleted_campaign: 321,
    no_rows: 322,
    ..Codes::GENERAL
};

/// For methods that look for something: one code when it is not there, whatever that means, and one for the rest.
const fn finding(nothing: i16, other: i16) -> Codes {
    Codes {
        unknown_list: nothing,
        unknown_contact: nothing,
        unknown_stop: nothing,
        unknown_sender: nothing,
        no_rows: nothing,
        ..Codes::only(other)
    }
}

const fn row(method: Method, name: &'static str, codes: Codes) -> Row {
    Row {
        method,
        name,
        codes,
        ways: &[],
    }
}

const fn way(given: &'static [&'static str], codes: Codes) -> Way {
    Way { given, codes }
}

/// Finds a method by its name in any case: the documents themselves mix `sendSMS` and `sendsms`.
pub(super) fn find(name: &str) -> Option<&'static Row> {
    METHODS
        .iter()
        .find(|row| row.name.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{form, php};

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

    #[test]
    fn no_name_is_of_two_rows() {
        let mut names: Vec<_> = METHODS.iter().map(|row| row.name.to_lowercase()).collect();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), METHODS.len());
    }

    #[test]
    fn codes_are_those_of_the_parameters_that_are_given() {
        let no_rows = |name: &str, query: &str| {
            let parameters = php::fold(form::pairs(query.as_bytes()));
            find(name).unwrap().codes_of(Arguments(&parameters)).no_rows
        };
        for (query, code) in [
            ("idPhone=1&idAddressBook=2", 217),
            ("idPhone=1&phone=2", 215),
            ("PHONE=1&idAddressBook=2", 219),
            ("idPhone=&idAddresbook=2", 224),
            ("from=1", 222),
        ] {
            assert_eq!(no_rows("getPhoneFromAddressBook", query), code, "{query}");
        }
    }
}
