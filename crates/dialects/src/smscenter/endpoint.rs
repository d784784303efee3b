//! The addresses of this API, as a table: an address more is a row more.

use futures_util::future::BoxFuture;

use super::answer::Answered;
use super::call::Call;
use super::faults::{Codes, Failure};
use super::{balance, get, info, jobs, phones, send, senders, status, templates, users};
use crate::wire::form::{Plus, decode};

/// Answers a call of one address.
pub(super) type Function = for<'a> fn(Call<'a>) -> BoxFuture<'a, Result<Answered, Failure>>;

/// Describes an address.
pub(super) struct Endpoint {
    /// The name in the path.
    pub(super) name: &'static str,
    /// The codes of its errors.
    pub(super) codes: Codes,
    /// Whether errors that concern a message name its id.
    pub(super) names_id: bool,
    pub(super) answer: Function,
}

impl Endpoint {
    const fn new(name: &'static str, codes: Codes, answer: Function) -> Self {
        Self {
            name,
            codes,
            names_id: false,
            answer,
        }
    }
}

/// Names the function that answers.
macro_rules! call {
    ($function:path) => {
        |call| Box::pin($function(call))
    };
}

/// What is served; every other name under `/sys/` is answered as an error in the parameters.
static ENDPOINTS: &[Endpoint] = &[
    Endpoint {
        names_id: true,
        ..Endpoint::new("send", Codes::SEND, call!(send::send))
    },
    Endpoint::new("status", Codes::STATUS, call!(status::status)),
    Endpoint::new("balance", Codes::PLAIN, call!(balance::balance)),
    Endpoint::new("jobs", Codes::JOBS, call!(jobs::jobs)),
    Endpoint::new("phones", Codes::KEPT, call!(phones::phones)),
    Endpoint::new("templates", Codes::KEPT, call!(templates::templates)),
    Endpoint::new("senders", Codes::SENDERS, call!(senders::senders)),
    Endpoint::new("users", Codes::USERS, call!(users::users)),
    Endpoint::new("get", Codes::FOUND, call!(get::get)),
    Endpoint::new("info", Codes::FOUND, call!(info::info)),
];

/// Says which address a path means.
pub(super) struct Called {
    /// `None` for a name that is not served.
    pub(super) endpoint: Option<&'static Endpoint>,
    /// Whether it is one of those that speak JSON in UTF-8 both ways.
    pub(super) rest: bool,
}

impl Called {
    /// Reads a path: `/sys/NAME.php`, the same without its ending, or `/rest/NAME/`; `None` for any other. Blanks behind it are
    /// some program's mistake.
    pub(super) fn of(path: &str) -> Option<Self> {
        let decoded = decode(path.as_bytes(), Plus::IsPlus);
        let path = std::str::from_utf8(&decoded).ok()?.trim_end();
        let (rest, name) = match path.strip_prefix("/sys/") {
            Some(name) => (false, name.strip_suffix(".php").unwrap_or(name)),
            None => (true, path.strip_prefix("/rest/")?),
        };
        let name = name.strip_suffix('/').filter(|_| rest).unwrap_or(name);
        let is_name = |octet: u8| octet.is_ascii_lowercase() || octet == b'_';
        (!name.is_empty() && name.bytes().all(is_name)).then(|| Self {
            endpoint: ENDPOINTS.iter().find(|row| row.name == name),
            rest,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_known_with_and_without_its_ending() {
        for (path, name, rest) in [
            ("/sys/balance.php", Some("balance"), false),
            ("/sys/balance", Some("balance"), false),
            ("/sys/balance.php%20", Some("balance"), false),
            ("/rest/balance/", Some("balance"), true),
            ("/rest/balance", Some("balance"), true),
            ("/rest/balance/%20", Some("balance"), true),
            ("/sys/soap.php", None, false),
        ] {
            let called = Called::of(path).unwrap_or_else(|| panic!("{path}"));
            assert_eq!(called.endpoint.map(|row| row.name), name, "{path}");
            assert_eq!(called.rest, rest, "{path}");
        }
        for path in [
            "/",
            "/sys/",
            "/rest/",
            "/sys/.php",
            "/sys/a/b.php",
            "/sys/balance.php/",
            "/sysbalance.php",
            "/sys/%FF",
            "/rest/send/x",
        ] {
            assert!(Called::of(path).is_none(), "{path}");
        }
    }

    #[test]
    fn every_address_has_a_name_of_its_own() {
        for (at, row) in ENDPOINTS.iter().enumerate() {
            assert!(!ENDPOINTS[..at].iter().any(|other| other.name == row.name));
        }
    }
}
