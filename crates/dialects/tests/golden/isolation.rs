//! An account's ids are its own: with another account's id every method answers as with one that never was, octet for octet,
//! and does nothing to what that account has.

use std::collections::BTreeSet;
use std::path::Path;

use futures_util::{StreamExt, stream};
use testkit::golden;

use crate::caller::call;
use crate::world::{ANOTHER, World};

const OWN: (&str, &str) = ("public_key", "private_key");

/// What the account has, and then, with ids of their own, what the other one has.
const WORLD: &str = "book clients, phone 380632587852, variable name, \
     for another account, next book 71, book friends described mine, \
     next phone 72, phone 380632587852 with Anna, phone 380632587853, \
     next variable 74, variable name, \
     next exception 75, exception 380632587853 because never, \
     next sender 76, sender qwerty UA, next submission 77, sent by another account";

const BOOK: i64 = 71;
const PHONE: i64 = 72;
const STOPPED_PHONE: i64 = 73;
const VARIABLE: i64 = 74;
const EXCEPTION: i64 = 75;
const SENDER: i64 = 76;
const CAMPAIGN: i64 = 77;

/// An id that nothing has.
const NEVER: i64 = 999;

/// How methods take ids: the id in question stands at `{}`; in `{book}`, `{phone}` and `{variable}` a caller gives its own.
/// Then the other account's id of that kind.
const CALLS: &[(&str, &str, i64)] = &[
    ("delAddressbook", "idAddressBook={}", BOOK),
    (
        "editAddressbook",
        "idAddressBook={}&newName=a&newDescr=b",
        BOOK,
    ),
    ("getAddressbook", "idAddressBook={}", BOOK),
    ("cloneaddressbook", "idAddressBook={}", BOOK),
    (
        "addAddressBookVariable",
        "idAddressBook={}&varName=city",
        BOOK,
    ),
    ("getAllAddressBookVariables", "idAddressBook={}", BOOK),
    (
        "editAddressBookVariable",
        "idAddressBook={}&varId={variable}&varName=city",
        BOOK,
    ),
    (
        "editAddressBookVariable",
        "idAddressBook={book}&varId={}&varName=city",
        VARIABLE,
    ),
    (
        "delAddressBookVariable",
        "idAddressBook={}&varId={variable}",
        BOOK,
    ),
    (
        "delAddressBookVariable",
        "idAddressBook={book}&varId={}",
        VARIABLE,
    ),
    (
        "addPhoneToAddressBook",
        "idAddressBook={}&phone=380501112233",
        BOOK,
    ),
    (
        "addPhoneToAddressBook",
        "idAddressBook={}&data=[[380501112233]]",
        BOOK,
    ),
    ("getPhoneFromAddressBook", "idAddressBook={}", BOOK),
    (
        "getPhoneFromAddressBook",
        "idAddressBook={}&phone=380632587852",
        BOOK,
    ),
    (
        "getPhoneFromAddressBook",
        "idAddressBook={}&idPhone={phone}",
        BOOK,
    ),
    ("getPhoneFromAddressBook", "idPhone={}", PHONE),
    (
        "getPhoneFromAddressBook",
        "idPhone={}&idAddressBook={book}",
        PHONE,
    ),
    ("delPhoneFromAddressBook", "idAddressBook={}", BOOK),
    (
        "delPhoneFromAddressBook",
        "idAddressBook={}&idPhone={phone}",
        BOOK,
    ),
    ("delPhoneFromAddressBook", "idPhone={}", PHONE),
    ("delphonefromaddressbookgroup", "idPhones={}", PHONE),
    ("delphonefromaddressbookgroup", "idPhones={phone},{}", PHONE),
    (
        "editPhone",
        "idPhone={}&phone=380501112233&variables=a",
        PHONE,
    ),
    ("searchPhones", "searchFields[idAddressBook]={}", BOOK),
    ("addPhoneToExceptions", "idPhone={}&reason=a", PHONE),
    ("delPhoneFromExceptions", "idPhone={}", STOPPED_PHONE),
    ("delPhoneFromExceptions", "idException={}", EXCEPTION),
    ("editExceptions", "idException={}&reason=a", EXCEPTION),
    ("getException", "idException={}", EXCEPTION),
    ("getException", "idPhone={}", STOPPED_PHONE),
    ("getException", "idAddressBook={}", BOOK),
    ("getException", "idAddressBook={}&phone=380632587853", BOOK),
    ("searchPhonesInExceptions", "searchFields[id]={}", EXCEPTION),
    ("searchPhonesInExceptions", "idException={}", EXCEPTION),
    ("getSenderStatus", "idName={}", SENDER),
    ("createCampaign", "sender=Info&text=a&list_id={}", BOOK),
    ("checkCampaignPrice", "sender=Info&text=a&list_id={}", BOOK),
    ("getCampaignInfo", "id={}", CAMPAIGN),
    ("getCampaignDeliveryStats", "id={}", CAMPAIGN),
    ("getcampaigndeliverystatsgroup", "id={}", CAMPAIGN),
    ("gettaskinfo", "taskIds={}", CAMPAIGN),
    ("cancelCampaign", "id={}", CAMPAIGN),
    ("deleteCampaign", "id={}", CAMPAIGN),
];

/// All that an account can see of itself.
const SEEN: &[(&str, &str)] = &[
    ("getAddressbook", ""),
    ("getAddressbook", "idAddressBook=71"),
    ("getAllAddressBookVariables", "idAddressBook=71"),
    ("searchPhones", ""),
    ("getException", ""),
    ("getSenderStatus", ""),
    ("getUserBalance", ""),
    ("getCampaignList", ""),
    ("getCampaignInfo", "id=77"),
    ("gettaskinfo", "taskIds=77"),
];

/// Parameters that hold ids: a spelling in small letters, and that of [`CALLS`].
const IDS: &[(&str, &str)] = &[
    ("idaddressbook", "idAddressBook"),
    ("idaddresbook", "idAddressBook"),
    ("idphone", "idPhone"),
    ("isphone", "idPhone"),
    ("idphones", "idPhones"),
    ("varid", "varId"),
    ("idexception", "idException"),
    ("idname", "idName"),
    ("list_id", "list_id"),
    ("id", "id"),
    ("taskids", "taskIds"),
];

/// How many worlds exist at a time.
const AT_ONCE: usize = 8;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_accounts_id_is_as_unknown_as_one_that_never_was() {
    stream::iter(CALLS)
        .for_each_concurrent(AT_ONCE, |&(method, parameters, id)| async move {
            let as_caller = parameters
                .replace("{book}", "1")
                .replace("{phone}", "1")
                .replace("{variable}", "1");
            let world = World::given(WORLD).await;
            let before = seen(&world).await;
            let theirs = call(&world, OWN, method, &filled(&as_caller, id)).await;
            assert_eq!(seen(&world).await, before, "{method} {parameters}");

            let untouched = World::given(WORLD).await;
            let never = call(&untouched, OWN, method, &filled(&as_caller, NEVER)).await;
            assert_eq!(theirs, never, "{method} {parameters}");

            let as_owner = parameters
                .replace("{book}", &BOOK.to_string())
                .replace("{phone}", &PHONE.to_string())
                .replace("{variable}", &VARIABLE.to_string());
            let own = call(&world, ANOTHER, method, &filled(&as_owner, id)).await;
            assert!(!own.contains("\"error\""), "{method} {parameters}: {own}");
        })
        .await;
}

/// A method that some golden file gives an id in a parameter must be in the table with it.
#[test]
fn no_method_that_takes_an_id_is_forgotten() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let mut forgotten = BTreeSet::new();
    for case in golden::read_all(&folder.join("atompark")) {
        let method = case.call();
        let request = &case.steps[0].request;
        let body = String::from_utf8_lossy(&request.body);
        let text = format!("{}&{body}", request.target).to_lowercase();
        for &(sent, parameter) in IDS {
            let is_sent = ["&", "?"].iter().any(|before| {
                text.contains(&format!("{before}{sent}="))
                    || text.contains(&format!("{before}{sent}["))
            });
            let is_called = CALLS.iter().any(|row| {
                row.0 == method && format!("&{}", row.1).contains(&format!("&{parameter}="))
            });
            if is_sent && !is_called && method != "unknown" {
                forgotten.insert(format!("{method} {parameter}"));
            }
        }
    }
    assert!(forgotten.is_empty(), "{forgotten:?}");
}

async fn seen(world: &World) -> Vec<String> {
    let mut answers = Vec::new();
    for (method, parameters) in SEEN {
        let answer = call(world, ANOTHER, method, parameters).await;
        assert!(
            !answer.contains("\"error\""),
            "{method} {parameters}: {answer}"
        );
        answers.push(answer);
    }
    answers
}

fn filled(parameters: &str, id: i64) -> String {
    parameters.replace("{}", &id.to_string())
}
