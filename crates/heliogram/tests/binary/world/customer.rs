//! A customer whose program speaks the Atompark dialect, its checksum computed apart from ours.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;

use md5::{Digest, Md5};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use super::Connection;

/// The checksum of a call [atompark-en]: what `printf %s VALUES KEY | md5sum` prints, the values in the order of their names.
pub(crate) fn sum(method: &str, parameters: &[(&str, &str)], private_key: &str) -> String {
    let mut values = BTreeMap::from([("action", method), ("version", "3.0")]);
    values.extend(parameters.iter().copied());
    let mut signed: String = values.into_values().collect();
    signed += private_key;
    Md5::digest(signed.as_bytes())
        .iter()
        .flat_map(|octet| [octet >> 4, octet & 15])
        .map(|digit| char::from_digit(digit.into(), 16).unwrap())
        .collect()
}

/// Writes parameters and their checksum as a query or a form.
pub(crate) fn signed_form(method: &str, parameters: &[(&str, &str)], private_key: &str) -> String {
    let sum = sum(method, parameters, private_key);
    let pairs: Vec<_> = parameters
        .iter()
        .copied()
        .chain([("sum", sum.as_str())])
        .map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC)))
        .collect();
    pairs.join("&")
}

/// A customer with a key pair.
#[derive(Clone)]
pub(crate) struct Customer {
    pub(crate) http: SocketAddr,
    pub(crate) public_key: String,
    pub(crate) private_key: String,
}

impl Customer {
    /// Calls a method over a new connection; gives the whole answer, whatever it says.
    pub(crate) async fn ask(&self, method: &str, parameters: &[(&str, &str)]) -> io::Result<Value> {
        let mut all = vec![("key", self.public_key.as_str())];
        all.extend_from_slice(parameters);
        let form = signed_form(method, &all, &self.private_key);
        let target = format!("/api/sms/3.0/{method}");
        let content_type = "application/x-www-form-urlencoded";
        let answer = Connection::open(self.http)
            .await?
            .ask("POST", &target, content_type, form.as_bytes())
            .await?;
        Ok(answer.json())
    }

    /// Calls a method that must succeed; gives its result.
    pub(crate) async fn call(&self, method: &str, parameters: &[(&str, &str)]) -> Value {
        let mut answer = self.ask(method, parameters).await.unwrap();
        assert!(answer.get("error").is_none(), "{method}: {answer}");
        answer["result"].take()
    }

    /// Reads how a campaign stands; `None` when there is none of that number.
    pub(crate) async fn campaign(&self, id: i64) -> Option<Value> {
        let id = id.to_string();
        let mut answer = self.ask("getCampaignInfo", &[("id", &id)]).await.unwrap();
        if answer.get("error").is_some() {
            assert_eq!(answer["code"], "310", "{answer}");
            return None;
        }
        Some(answer["result"].take())
    }

    /// Reads what can be spent, in the account's currency.
    pub(crate) async fn balance(&self) -> String {
        self.call("getUserBalance", &[]).await["balance_currency"].to_string()
    }

    /// Reads each phone of a campaign with the word for its message.
    pub(crate) async fn phones(&self, id: i64) -> Vec<(String, String)> {
        let id = id.to_string();
        let listed = self.call("getCampaignDeliveryStats", &[("id", &id)]).await;
        let column =
            |name: &str| -> Vec<String> { serde_json::from_value(listed[name].clone()).unwrap() };
        column("phone").into_iter().zip(column("status")).collect()
    }
}
