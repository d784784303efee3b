//! Requests of the Atompark API, each signed with its checksum.

use std::cell::RefCell;
use std::rc::Rc;

use anyhow::{Context, ensure};
use md5::{Digest, Md5};
use serde_json::{Value, json};

use super::{form, post};
use crate::contender::Requests;
use crate::contender::heliogram::{PRIVATE_KEY, PUBLIC_KEY};
use crate::load::http::{Answer, Connection};
use crate::load::phone;
use crate::stamp::Stamp;

/// `sendSMS`: a message a request.
#[derive(Default)]
pub(crate) struct Single {
    /// The ids that were answered, for those who ask for them.
    pub(crate) ids: Rc<RefCell<Vec<u64>>>,
}

impl Requests for Single {
    fn write(&self, number: u32, stamp: Stamp, into: &mut Vec<u8>) {
        let text = format!("Your code is {number:06} {stamp}");
        let to = phone(number);
        let parameters = [("sender", "Heliogram"), ("text", &text), ("phone", &to)];
        write_call("sendSMS", &parameters, into);
    }

    fn accepted(&self, answer: &Answer<'_>) -> anyhow::Result<u32> {
        let id = id_in(answer.success()?);
        self.ids
            .borrow_mut()
            .push(id.with_context(|| refusal(answer))?);
        Ok(1)
    }
}

/// `sendsmsgroup`: many recipients a request, each with a name of its own in the text.
pub(crate) struct Group {
    /// Of one request.
    recipients: u32,
}

/// How many recipients a group has where there are as many.
const RECIPIENTS: u32 = 1_000;

impl Group {
    /// The requests to so many recipients, and their number: all are groups of a thousand, or there is one of fewer.
    pub(crate) fn requests(recipients: u32) -> (Rc<dyn Requests>, u32) {
        let group = Self {
            recipients: RECIPIENTS.min(recipients),
        };
        (Rc::new(group), recipients.div_ceil(RECIPIENTS))
    }
}

impl Requests for Group {
    fn write(&self, number: u32, stamp: Stamp, into: &mut Vec<u8>) {
        let first = number * self.recipients;
        let rows: Vec<_> = (first..first + self.recipients)
            .map(|number| json!([phone(number), format!("Name{number}")]))
            .collect();
        let text =
            format!("Hello %1%, your parcel has arrived and waits for you until Friday {stamp}");
        let rows = Value::from(rows).to_string();
        let parameters = [("sender", "Heliogram"), ("text", &text), ("phones", &rows)];
        write_call("sendsmsgroup", &parameters, into);
    }

    fn accepted(&self, answer: &Answer<'_>) -> anyhow::Result<u32> {
        id_in(answer.success()?).with_context(|| refusal(answer))?;
        Ok(self.recipients)
    }
}

/// `addPhoneToAddressBook`: many contacts a call.
pub(crate) struct AddContacts<F> {
    pub(crate) list: u64,
    /// Of one call.
    pub(crate) each: u32,
    /// Makes so many from this one on, as the API takes them.
    pub(crate) rows: F,
}

impl<F: Fn(u32, u32) -> Value> Requests for AddContacts<F> {
    fn write(&self, number: u32, _: Stamp, into: &mut Vec<u8>) {
        let rows = (self.rows)(number * self.each, self.each).to_string();
        let list = self.list.to_string();
        let parameters = [("idAddressBook", list.as_str()), ("data", &rows)];
        write_call("addPhoneToAddressBook", &parameters, into);
    }

    fn accepted(&self, answer: &Answer<'_>) -> anyhow::Result<u32> {
        ensure!(is_result(answer.success()?), "{}", refusal(answer));
        Ok(0)
    }
}

/// `getCampaignInfo`: asks for the state of what was sent, one after another.
pub(crate) struct Polling {
    /// What there is to ask for, of [`Single`].
    pub(crate) ids: Rc<RefCell<Vec<u64>>>,
}

impl Requests for Polling {
    fn write(&self, number: u32, _: Stamp, into: &mut Vec<u8>) {
        let ids = self.ids.borrow();
        // Most ask for what was sent a moment ago.
        let back = (number as usize).wrapping_mul(7) % 1_000;
        let id = ids
            .len()
            .checked_sub(1)
            .map_or(1, |last| ids[last.saturating_sub(back)]);
        write_call("getCampaignInfo", &[("id", &id.to_string())], into);
    }

    fn accepted(&self, answer: &Answer<'_>) -> anyhow::Result<u32> {
        ensure!(is_result(answer.success()?), "{}", refusal(answer));
        Ok(0)
    }
}

/// Calls the API over one connection, one call after another.
pub(crate) struct Caller {
    connection: Connection,
    request: Vec<u8>,
}

impl Caller {
    /// Calls over a connection.
    pub(crate) const fn over(connection: Connection) -> Self {
        Self {
            connection,
            request: Vec::new(),
        }
    }

    /// Calls a method and gives its `result`; a refusal is an error.
    pub(crate) async fn call(
        &mut self,
        method: &str,
        parameters: &[(&str, &str)],
    ) -> anyhow::Result<Value> {
        self.request.clear();
        write_call(method, parameters, &mut self.request);
        let answer = self.connection.exchange(&self.request).await?;
        let mut value: Value = serde_json::from_slice(answer.success()?)?;
        ensure!(value.get("error").is_none(), "{method} is refused: {value}");
        Ok(value["result"].take())
    }

    /// Calls a method whose answer is long, and lets it be heard as it comes.
    pub(crate) async fn listen(
        &mut self,
        method: &str,
        parameters: &[(&str, &str)],
        hear: impl FnMut(&[u8]),
    ) -> anyhow::Result<()> {
        self.request.clear();
        write_call(method, parameters, &mut self.request);
        self.connection.listen(&self.request, hear).await
    }
}

/// Writes a call: a form, signed.
fn write_call(method: &str, parameters: &[(&str, &str)], into: &mut Vec<u8>) {
    let mut all = vec![("key", PUBLIC_KEY)];
    all.extend_from_slice(parameters);
    let sum = sum(method, &all, PRIVATE_KEY);
    all.push(("sum", &sum));
    let path = format!("/api/sms/3.0/{method}");
    post(
        &path,
        &[("Content-Type", super::FORM)],
        form(&all).as_bytes(),
        into,
    );
}

/// Computes the checksum of a request [atompark-en]: values in the order of their names, then the private key.
pub(crate) fn sum(method: &str, parameters: &[(&str, &str)], private_key: &str) -> String {
    let mut all = vec![("version", "3.0"), ("action", method)];
    all.extend_from_slice(parameters);
    all.sort_unstable_by_key(|(name, _)| *name);
    let mut digest = Md5::new();
    for (_, value) in all {
        digest.update(value);
    }
    digest.update(private_key);
    hex::encode(digest.finalize())
}

/// Tells whether what was asked is done, without reading all of it: an answer begins with its result or its error.
fn is_result(body: &[u8]) -> bool {
    let first = body.iter().position(|octet| *octet == b'"');
    first.is_some_and(|at| body[at..].starts_with(b"\"result\""))
}

/// Finds the id in the result of a send, without reading all of it.
fn id_in(body: &[u8]) -> Option<u64> {
    const NAME: &[u8] = b"\"id\":";
    let at = body.windows(NAME.len()).position(|it| it == NAME)? + NAME.len();
    let digits = body[at..].iter().skip_while(|octet| **octet == b' ');
    let digits: Vec<_> = digits.copied().take_while(u8::is_ascii_digit).collect();
    let id = std::str::from_utf8(&digits).ok()?.parse().ok()?;
    is_result(body).then_some(id)
}

fn refusal(answer: &Answer<'_>) -> String {
    String::from_utf8_lossy(answer.body).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn computes_the_checksum_of_the_documents_example() {
        let parameters = [
            ("key", "3f1c9a0b5d7e42868c1de6a7f0b92d54"),
            ("name", "Test addressbook"),
            ("description", "Test description"),
        ];
        assert_eq!(
            sum(
                "addAddressbook",
                &parameters,
                "b7e0d4c2198f4a3e9c65a1f07d3e8b21"
            ),
            "6cc6ec200289a4b5d2cb97faee816164"
        );
    }

    #[test]
    fn the_id_of_what_was_sent_is_found_and_none_in_a_refusal() {
        let sent = b"{\n   \"result\":{\n      \"id\":4711,\n      \"price\":0.13\n   }\n}";
        assert_eq!(id_in(sent), Some(4_711));
        assert_eq!(id_in(b"{\"result\":{\"price\":0.13}}"), None);
        assert_eq!(id_in(b"{\"error\":\"no\",\"id\":1}"), None);
        assert!(is_result(sent) && !is_result(b"{ \"error\": \"no\" }") && !is_result(b"[]"));
    }
}
