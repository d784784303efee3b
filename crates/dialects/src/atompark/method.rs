//! The methods of this API, as a table: a method more is a row more.

use futures_util::future::BoxFuture;
use gateway::{Account, Gateway};

use super::answer::Reply;
use super::faults::{Codes, Failure};
use super::request::Arguments;
use super::{balance, books, campaigns, contacts, exceptions, senders, sending, variables};

/// Does what a call asks for.
pub(super) type Call =
    for<'a> fn(&'a Gateway, &'a Account, Arguments<'a>) -> BoxFuture<'a, Result<Reply, Failure>>;

/// Describes a method.
#[derive(Debug)]
pub(super) struct Row {
    /// The name as the documents spell it; programs spell it in any case.
    pub(super) name: &'static str,
    /// What else programs call it.
    aliases: &'static [&'static str],
    /// The codes of its errors by the way of calling it: the first way that fits counts. Where none does, the general codes.
    ways: &'static [Way],
    pub(super) call: Call,
}

/// Holds the codes of a method when certain parameters are given.
#[derive(Debug)]
struct Way {
    given: &'static [&'static str],
    codes: Codes,
}

impl Way {
    /// However the method is called.
    const fn any(codes: Codes) -> Self {
        Self { given: &[], codes }
    }

    /// When these parameters are given.
    const fn by(given: &'static [&'static str], codes: Codes) -> Self {
        Self { given, codes }
    }
}

impl Row {
    const fn new(name: &'static str, ways: &'static [Way], call: Call) -> Self {
        Self {
            name,
            aliases: &[],
            ways,
            call,
        }
    }

    /// Finds the codes of a call; of one that could not be read, those of a call without parameters.
    pub(super) fn codes(&self, arguments: Option<Arguments<'_>>) -> &Codes {
        let is_given = |name: &&str| arguments.is_some_and(|arguments| arguments.has(name));
        self.ways
            .iter()
            .find(|way| way.given.iter().all(is_given))
            .map_or(&Codes::GENERAL, |way| &way.codes)
    }
}

/// Names the function of a method.
macro_rules! call {
    ($function:path) => {
        |gateway, account, arguments| Box::pin($function(gateway, account, arguments))
    };
}

/// Codes come from the provider's downloadable list; where that has none for a method, those of its nearest relative answer, or the
/// general ones.
static METHODS: &[Row] = &[
    Row::new(
        "addAddressbook",
        &[Way::any(Codes::only(201))],
        call!(books::add),
    ),
    Row::new(
        "delAddressbook",
        &[Way::any(Codes {
            unknown_list: 202,
            ..Codes::only(203)
        })],
        call!(books::delete),
    ),
    Row::new(
        "editAddressbook",
        &[Way::any(Codes {
            unknown_list: 204,
            ..Codes::only(205)
        })],
        call!(books::edit),
    ),
    Row::new("getAddressbook", &[Way::any(ONE_BOOK)], call!(books::get)),
    Row::new(
        "searchAddressBook",
        &[Way::any(Codes::finding(210, 209))],
        call!(books::search),
    ),
    Row::new(
        "cloneaddressbook",
        &[Way::any(ONE_BOOK)],
        call!(books::clone),
    ),
    Row::new(
        "addAddressBookVariable",
        &[Way::any(ONE_BOOK)],
        call!(variables::add),
    ),
    Row::new(
        "getAllAddressBookVariables",
        &[Way::any(ONE_BOOK)],
        call!(variables::list),
    ),
    Row::new(
        "editAddressBookVariable",
        &[Way::any(ONE_BOOK)],
        call!(variables::edit),
    ),
    Row::new(
        "delAddressBookVariable",
        &[Way::any(ONE_BOOK)],
        call!(variables::delete),
    ),
    Row {
        // One client calls adding many so.
        aliases: &["addPhonesToAddressBook"],
        ..Row::new(
            "addPhoneToAddressBook",
            &[Way::any(Codes {
                already_there: 211,
                number: 212,
                unknown_list: 213,
                ..Codes::only(218)
            })],
            call!(contacts::add),
        )
    },
    Row::new(
        "getPhoneFromAddressBook",
        &[
            Way::by(&["idPhone", "idAddressBook"], Codes::finding(217, 216)),
            Way::by(&["idPhone"], Codes::finding(215, 214)),
            Way::by(&["phone"], Codes::finding(219, 220)),
            Way::by(&["idAddressBook"], Codes::finding(224, 223)),
            Way::any(Codes::finding(222, 221)),
        ],
        call!(contacts::get),
    ),
    Row::new(
        "delPhoneFromAddressBook",
        &[
            Way::by(&["idPhone"], Codes::finding(226, 225)),
            Way::any(Codes::finding(228, 227)),
        ],
        call!(contacts::delete),
    ),
    Row::new(
        "delphonefromaddressbookgroup",
        &[Way::any(Codes::finding(226, 225))],
        call!(contacts::delete_several),
    ),
    Row::new(
        "editPhone",
        &[Way::any(Codes::finding(229, 230))],
        call!(contacts::edit),
    ),
    Row::new(
        "searchPhones",
        &[Way::any(Codes::finding(232, 231))],
        call!(contacts::search),
    ),
    Row::new(
        "addPhoneToExceptions",
        &[
            Way::by(
                &["idPhone"],
                Codes {
                    already_there: 235,
                    unknown_contact: 237,
                    ..Codes::only(236)
                },
            ),
            Way::any(Codes {
                already_there: 233,
                ..Codes::only(234)
            }),
        ],
        call!(exceptions::add),
    ),
    Row::new(
        "delPhoneFromExceptions",
        &[
            Way::by(&["idException"], Codes::finding(243, 244)),
            Way::by(
                &["idPhone"],
                Codes {
                    unknown_contact: 240,
                    ..Codes::finding(242, 241)
                },
            ),
            Way::any(Codes::finding(238, 239)),
        ],
        call!(exceptions::delete),
    ),
    Row::new(
        "editExceptions",
        &[Way::any(Codes::only(245))],
        call!(exceptions::edit),
    ),
    Row::new(
        "getException",
        &[
            Way::by(&["idException"], Codes::finding(247, 246)),
            Way::by(
                &["idPhone"],
                Codes {
                    unknown_contact: 250,
                    ..Codes::finding(249, 248)
                },
            ),
            Way::by(&["phone"], Codes::finding(252, 251)),
            Way::by(&["idAddressBook"], Codes::finding(254, 253)),
            Way::any(Codes::finding(256, 255)),
        ],
        call!(exceptions::get),
    ),
    Row::new(
        "searchPhonesInExceptions",
        &[Way::any(Codes::finding(258, 257))],
        call!(exceptions::search),
    ),
    Row::new(
        "registerSender",
        &[Way::any(REGISTERING)],
        call!(senders::register),
    ),
    Row::new(
        "registerSenderName",
        &[Way::any(REGISTERING)],
        call!(senders::register_with_particulars),
    ),
    Row::new(
        "getSenderStatus",
        &[
            Way::by(&["idName"], Codes::finding(264, 267)),
            Way::by(&["name"], Codes::finding(265, 267)),
            Way::any(Codes::finding(266, 267)),
        ],
        call!(senders::get),
    ),
    Row::new("getUserBalance", &[], call!(balance::get)),
    Row::new(
        "createCampaign",
        &[Way::any(Codes::SENDING)],
        call!(sending::create),
    ),
    Row::new("sendSMS", &[Way::any(Codes::SENDING)], call!(sending::send)),
    Row::new(
        "sendsmsgroup",
        &[Way::any(Codes::SENDING)],
        call!(sending::send_to_group),
    ),
    Row::new(
        "checkCampaignPrice",
        &[Way::any(Codes::PRICING)],
        call!(sending::price),
    ),
    Row::new(
        "checkCampaignPriceGroup",
        &[Way::any(Codes::PRICING)],
        call!(sending::price_of_group),
    ),
    Row::new(
        "getCampaignInfo",
        &[Way::any(Codes {
            unknown_campaign: 310,
            deleted_campaign: 311,
            ..Codes::GENERAL
        })],
        call!(campaigns::info),
    ),
    Row::new(
        "getCampaignDeliveryStats",
        &[Way::any(Codes {
            unknown_campaign: 320,
            deleted_campaign: 321,
            no_rows: 322,
            ..Codes::GENERAL
        })],
        call!(campaigns::deliveries),
    ),
    Row::new(
        "getcampaigndeliverystatsgroup",
        &[Way::any(Codes {
            unknown_campaign: 320,
            deleted_campaign: 321,
            no_rows: 322,
            ..Codes::GENERAL
        })],
        call!(campaigns::deliveries_of_several),
    ),
    Row::new(
        "gettaskinfo",
        &[Way::any(Codes {
            unknown_campaign: 310,
            deleted_campaign: 311,
            ..Codes::GENERAL
        })],
        call!(campaigns::messages),
    ),
    Row::new(
        "cancelCampaign",
        &[Way::any(Codes {
            unknown_campaign: 330,
            deleted_campaign: 331,
            started_campaign: 332,
            ..Codes::GENERAL
        })],
        call!(campaigns::cancel),
    ),
    Row::new(
        "deleteCampaign",
        &[Way::any(Codes {
            unknown_campaign: 340,
            deleted_campaign: 341,
            ..Codes::GENERAL
        })],
        call!(campaigns::delete),
    ),
    Row::new(
        "getCampaignList",
        &[Way::any(Codes {
            no_rows: 350,
            ..Codes::GENERAL
        })],
        call!(campaigns::list),
    ),
];

/// For methods about one address book, also those that have no codes of their own.
const ONE_BOOK: Codes = Codes {
    unknown_list: 206,
    no_rows: 208,
    ..Codes::only(207)
};

/// The provider's list has a code for a wrong status, 263, too; but no parameter is a status.
const REGISTERING: Codes = Codes {
    already_there: 259,
    name: 260,
    country: 261,
    ..Codes::only(262)
};

/// Finds a method by its name in any case: the documents themselves mix `sendSMS` and `sendsms`.
pub(super) fn find(name: &str) -> Option<&'static Row> {
    METHODS.iter().find(|row| {
        let is_it = |known: &str| known.eq_ignore_ascii_case(name);
        is_it(row.name) || row.aliases.iter().copied().any(is_it)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::atompark::Settings;
    use crate::atompark::request::Parameters;
    use crate::wire::{form, php};

    #[test]
    fn methods_are_found_in_any_case() {
        for name in ["sendSMS", "sendSms", "SENDSMS"] {
            assert_eq!(find(name).map(|row| row.name), Some("sendSMS"), "{name}");
        }
        assert!(find("").is_none());
        assert!(find("sendSMSes").is_none());
    }

    #[test]
    fn no_two_methods_share_a_name() {
        let names = METHODS
            .iter()
            .flat_map(|row| std::iter::once(&row.name).chain(row.aliases));
        let mut names: Vec<_> = names.map(|name| name.to_ascii_lowercase()).collect();
        let count = names.len();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), count);
    }

    #[test]
    fn codes_are_those_of_the_parameters_that_are_given() {
        for (query, code) in [
            ("idPhone=1&idAddressBook=2", 217),
            ("idPhone=1&phone=2", 215),
            ("PHONE=1&idAddressBook=2", 219),
            ("idPhone=&idAddresbook=2", 224),
            ("from=1", 222),
        ] {
            let parameters = Parameters::of(php::fold(form::pairs(query.as_bytes())).unwrap());
            let settings = Settings::default();
            let arguments = Arguments::new(&parameters, &settings);
            let row = find("getPhoneFromAddressBook").unwrap();
            assert_eq!(row.codes(Some(arguments)).no_rows, code, "{query}");
        }
    }
}
