//! Sums that other programs have computed: each row is a request as a query, and the variant that explains its sum.

use super::*;
use crate::wire::{form, php};

const PUBLIC: &str = "3f1c9a0b5d7e42868c1de6a7f0b92d54";
const PRIVATE: &str = "b7e0d4c2198f4a3e9c65a1f07d3e8b21";

fn verified(private: &str, action: &str, query: &str, sum: &str, strict: bool) -> Option<Variant> {
    let parameters = php::fold(form::pairs(query.as_bytes())).unwrap();
    let canonical_action = match action.to_ascii_lowercase().as_str() {
        "sendsms" => "sendSMS",
        _ => action,
    };
    let signed = Signed {
        parameters: &parameters,
        action,
        canonical_action,
    };
    verify(signed, private, sum.as_bytes(), Variant::allowed(strict))
}

/// Checks a request that is signed with the keys of this module.
fn check(action: &str, query: &str, sum: &str, expected: Variant) {
    let query = format!("key={PUBLIC}&{query}&sum={sum}");
    let found = verified(PRIVATE, action, &query, sum, false);
    assert_eq!(found, Some(expected), "{action} {query}");
    let strict = verified(PRIVATE, action, &query, sum, true);
    assert_eq!(
        strict,
        Some(expected).filter(|&found| found == Variant::Canonical),
        "{query}"
    );
}

/// The MD5 of the text and the private key of this module, for variants that nobody has published a sum of.
fn sum_of(text: &str) -> String {
    hex::encode(digest(&[(b"", Cow::Borrowed(text.as_bytes()))], PRIVATE))
}

const SEND: &str = "sender=Info&text=Testing+SMS&phone=380972920383&datetime=&sms_lifetime=0";
const OPTION: &str = "sendOption=%7B%22sendTypeCountry%22:%7B%22211%22:%22national_ua%22%7D%7D";

#[test]
fn sums_of_the_documents_algorithm_are_verified() {
    let send_test = format!("{SEND}&test=1");
    let send_option = format!("{SEND}&{OPTION}");
    for (action, query, sum) in [
        (
            "addAddressbook",
            "name=Test+addressbook&description=Test+description",
            "6cc6ec200289a4b5d2cb97faee816164",
        ),
        ("sendSMS", &send_test, "3bfcb166d4ebd673d66a59a3370ff24f"),
        ("sendSMS", SEND, "e3ae7544472d51448346ea18f854fda8"),
        (
            "sendsmsgroup",
            "sender=Info&text=Привет, %251%25!&phones=[[\"380631692300\",\"Сергей\"],\
             [\"380678521400\"]]&datetime=2013-01-19 00:00:00&sms_lifetime=0",
            "61bb889470ea79e4885122ecd9085e12",
        ),
        (
            "addPhoneToAddressBook",
            "idAddressBook=2432&phone=380638962555&variables=Иван;Васильевич",
            "e484a09a997e4d81fe0abc514f004757",
        ),
        (
            "createCampaign",
            "sender=Info&text=Testing SMS&list_id=1234&datetime=&batch=0&batchinterval=0\
             &sms_lifetime=0&control_phone=&userapp=MyShop",
            "c7236048f9282fca6b48472cbd4f023f",
        ),
        ("sendSMS", &send_option, "d45da80f2f0a2efe144adecb1a252b45"),
        (
            "checkCampaignPriceGroup",
            "sender=Info&text=Testing SMS&phones[0][0]=380972920383",
            "dcda99b24fdf52550551d9adce36550c",
        ),
    ] {
        check(action, query, sum, Variant::Canonical);
        check(action, query, &sum.to_uppercase(), Variant::Canonical);
    }
}

#[test]
fn sums_published_with_other_peoples_programs_are_verified() {
    for (private, action, query, sum) in [
        (
            "456",
            "getUserBalance",
            "key=123&currency=RUB&test=0",
            "5fba07eec2f840e869e1033b7f514e41",
        ),
        (
            "456",
            "sendSMS",
            "key=123&phone=7921421423&sender=2233&test=0&text=hello!",
            "c4c099c18f92c07fbc4c6ff734e44b51",
        ),
        (
            "456",
            "checkCampaignPriceGroup",
            "key=123&phones=[[7921421423]]&sender=2233&test=0&text=hello!",
            "55074e55a6039561fc486b72d25724df",
        ),
        (
            "privateKey",
            "getAddressbook",
            "key=publicKey&offset=2&test=1",
            "a1b6f5a0faff9f304ec37a8299fa430b",
        ),
    ] {
        let found = verified(private, action, query, sum, true);
        assert_eq!(found, Some(Variant::Canonical), "{action}");
    }
}

#[test]
fn published_mistakes_are_understood() {
    let campaign = "sender=Info&text=Testing SMS&list_id=1234&datetime=&batch=0&batchinterval=0\
                    &sms_lifetime=0&control_phone=&userapp=MyShop";
    check(
        "createCampaign",
        campaign,
        "0bbec98138a0d71437e303efbd66f60e",
        Variant::WithUserapp,
    );
    let option = format!("{SEND}&{OPTION}");
    check(
        "sendSMS",
        &option,
        "cb7b1fe62ec035ff254b0331572ad16a",
        Variant::CaseIgnored,
    );
    check(
        "sendSMS",
        &option,
        "e3ae7544472d51448346ea18f854fda8",
        Variant::WithoutSendOption,
    );
}

#[test]
fn the_action_may_be_spelt_in_another_way_in_the_sum() {
    let rest = format!("{PUBLIC}380972920383Info0Testing SMS3.0");
    check(
        "sendsms",
        SEND,
        &sum_of(&format!("sendsms{rest}")),
        Variant::Canonical,
    );
    check(
        "sendsms",
        SEND,
        &sum_of(&format!("sendSMS{rest}")),
        Variant::CanonicalAction,
    );
    let sent = format!("action=SendSms&{SEND}");
    check(
        "sendsms",
        &sent,
        &sum_of(&format!("SendSms{rest}")),
        Variant::SentAction,
    );
    check(
        "sendsms",
        &sent,
        &sum_of(&format!("sendsms{rest}")),
        Variant::Canonical,
    );
}

#[test]
fn parameters_that_the_api_does_not_have_may_be_missing_from_the_sum() {
    let balance = format!("getUserBalance{PUBLIC}");
    let query = "test_mode=1";
    check(
        "getUserBalance",
        query,
        &sum_of(&format!("{balance}3.0")),
        Variant::KnownOnly,
    );
    check(
        "getUserBalance",
        query,
        &sum_of(&format!("{balance}13.0")),
        Variant::Canonical,
    );
}

#[test]
fn an_object_may_be_called_what_javascript_calls_it() {
    let sum = sum_of(&format!("searchAddressBook{PUBLIC}[object Object]3.0"));
    let object = "searchFields[name][operation]=like&searchFields[name][value]=a";
    check("searchAddressBook", object, &sum, Variant::ObjectObject);
    let list = format!("key={PUBLIC}&searchFields[]=a&sum={sum}");
    assert_eq!(
        verified(PRIVATE, "searchAddressBook", &list, &sum, false),
        None
    );
}

#[test]
fn arrival_order_counts_only_for_who_sends_version_and_action() {
    let query = "version=3.0&action=getUserBalance&currency=USD";
    let sum = sum_of(&format!("{PUBLIC}3.0getUserBalanceUSD"));
    check("getUserBalance", query, &sum, Variant::ArrivalOrder);
    let unsorted = sum_of(&format!("{PUBLIC}getUserBalanceUSD3.0"));
    let query = format!("key={PUBLIC}&currency=USD");
    assert_eq!(
        verified(PRIVATE, "getUserBalance", &query, &unsorted, false),
        None
    );
}

#[test]
fn no_sum_fits_without_the_private_key() {
    let query = format!("key={PUBLIC}&{SEND}&{OPTION}&version=3.0&action=x&userapp=y&z[a]=b");
    let right = sum_of(&format!("sendSMS{PUBLIC}380972920383Info0Testing SMS3.0"));
    for sum in [
        "",
        "0",
        "not a sum",
        &right[..31],
        &format!("{right}0"),
        &"0".repeat(32),
    ] {
        assert_eq!(
            verified(PRIVATE, "sendSMS", &query, sum, false),
            None,
            "{sum:?}"
        );
    }
}

#[test]
fn the_names_for_the_log_are_sorted_and_hold_no_values() {
    let parameters = php::fold(form::pairs(
        b"text=secret&key=1&sum=2&userapp=x&Phones[0]=1",
    ))
    .unwrap();
    let signed = Signed {
        parameters: &parameters,
        action: "a",
        canonical_action: "a",
    };
    assert_eq!(signed.names(), "Phones action key text version");
}
