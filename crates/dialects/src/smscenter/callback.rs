//! What an account's own program is told, in this provider's words: form fields, XML or JSON, signed where its address asks for it.
//!
//! The address itself says how: of its query `charset`, `fmt`, and `md5`, `sha1` or `crc32` are read. Nothing of that is taken out of
//! the address that is called.

use gateway::Secret;
use gateway::callback::{Call, Event};
use md5::{Digest, Md5};
use sha1::Sha1;

use super::answer::{Answered, Format, Record, Reply};
use super::parameters::charset_named;
use super::states::Status;
use super::status::kind;
use super::times::written;
use crate::Content;
use crate::wire::charset::Charset;
use crate::wire::form::pairs;

/// Is what is posted to a program.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CallbackRequest {
    /// The content type, with its charset.
    pub content_type: &'static str,
    /// The body.
    pub body: Vec<u8>,
}

/// Says what happened as this provider does.
pub fn callback(call: &Call) -> CallbackRequest {
    let manner = Manner::of(&call.url);
    let (mut fields, signed) = match &call.event {
        Event::Ended(sent) => ended(sent, call),
        Event::Received(received) => {
            let fields = vec![
                ("phone", received.from.clone()),
                ("mes", received.text.clone()),
                ("to", received.to.clone()),
                ("id", received.id.to_string()),
                ("time", written(received.at)),
                ("ts", (received.at.as_millis() / 1000).to_string()),
            ];
            let signed = [&received.from, &received.text, &received.to].map(Clone::clone);
            (fields, signed)
        }
    };
    if let Some(secret) = &call.secret {
        fields.extend(manner.signatures(&signed, secret));
    }
    manner.written(fields)
}

type Fields = Vec<(&'static str, String)>;

/// Says what became of a message, and what of that is signed.
fn ended(sent: &gateway::Sent, call: &Call) -> (Fields, [String; 3]) {
    let message = &sent.message;
    let status = Status::of(message.state, message.reason);
    let id = sent
        .reference
        .clone()
        .unwrap_or_else(|| sent.submission.to_string());
    let at = message.done_at.unwrap_or(call.at);
    let kind = kind(sent.form).to_string();
    let fields = vec![
        ("id", id.clone()),
        ("phone", message.recipient.clone()),
        ("status", status.number.to_string()),
        ("time", written(at)),
        ("ts", (at.as_millis() / 1000).to_string()),
        ("err", status.error.to_string()),
        ("cnt", message.segments.to_string()),
        ("cost", message.price.decimal().to_string()),
        ("type", kind.clone()),
        ("flag", kind),
        ("sender", sent.originator.clone()),
        // Which operator a number has been taken along to is not known here, and neither are the codes of its network.
        ("mccmnc", String::new()),
    ];
    let signed = [id, message.recipient.clone(), status.number.to_string()];
    (fields, signed)
}

/// How a program wants to be told.
struct Manner {
    charset: Charset,
    format: Format,
    md5: bool,
    sha1: bool,
    crc32: bool,
}

impl Manner {
    /// Reads the query of a program's address.
    fn of(url: &str) -> Self {
        let query = url.split_once('?').map_or("", |(_, query)| query);
        let mut manner = Self {
            charset: Charset::Windows1251,
            format: Format::Text,
            md5: false,
            sha1: false,
            crc32: false,
        };
        for (name, value) in pairs(query.as_bytes()) {
            let is_on = value != b"0";
            match &name[..] {
                b"charset" => manner.charset = charset_named(&value),
                b"fmt" => {
                    manner.format = match &value[..] {
                        b"2" => Format::Xml,
                        b"3" => Format::Json,
                        _ => Format::Text,
                    }
                }
                b"md5" => manner.md5 = is_on,
                b"sha1" => manner.sha1 = is_on,
                b"crc32" => manner.crc32 = is_on,
                _ => {}
            }
        }
        manner
    }

    /// Signs the values and the secret, with colons between them, in the octets of the character set.
    fn signatures(&self, values: &[String; 3], secret: &Secret) -> Fields {
        let [first, second, third] = values;
        let mut octets = self.charset.encode(&format!("{first}:{second}:{third}:"));
        octets.extend(self.charset.encode(secret.reveal()));
        let mut signatures = Vec::new();
        if self.md5 {
            signatures.push(("md5", hex::encode(Md5::digest(&octets))));
        }
        if self.sha1 {
            signatures.push(("sha1", hex::encode(Sha1::digest(&octets))));
        }
        if self.crc32 {
            signatures.push(("crc32", crc32fast::hash(&octets).to_string()));
        }
        signatures
    }

    fn written(&self, fields: Fields) -> CallbackRequest {
        let (Format::Xml | Format::Json) = self.format else {
            return self.form(&fields);
        };
        let reply = Reply {
            format: self.format,
            charset: self.charset,
        };
        let record = fields
            .into_iter()
            .fold(Record::new(), |record, (name, value)| {
                record.with(name, value)
            });
        let answer = reply.write(&Answered::one(record));
        let Content::Whole(body) = answer.body else {
            unreachable!("an answer of one record is whole")
        };
        CallbackRequest {
            content_type: answer.content_type,
            body: body.into(),
        }
    }

    fn form(&self, fields: &[(&str, String)]) -> CallbackRequest {
        let mut body = Vec::new();
        for (name, value) in fields {
            if !body.is_empty() {
                body.push(b'&');
            }
            body.extend_from_slice(name.as_bytes());
            body.push(b'=');
            let octets = self.charset.encode(value);
            let encoded =
                percent_encoding::percent_encode(&octets, percent_encoding::NON_ALPHANUMERIC);
            body.extend(encoded.flat_map(str::bytes));
        }
        CallbackRequest {
            content_type: "application/x-www-form-urlencoded",
            body,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use gateway::{
        Account, AccountId, AccountSettings, CallbackId, InboundId, Message, MessageId, Received,
        Sent, SubmissionId,
    };
    use sms::{Currency, Form, MessageState, Money, Reason, Timestamp};

    use super::*;

    fn call(url: &str, secret: Option<&str>, event: Event) -> Call {
        Call {
            id: CallbackId(1),
            account: Arc::new(Account {
                id: AccountId(1),
                name: "shop".into(),
                parent: None,
                currency: Currency::RUB,
                credit_limit_micros: 0,
                suspended: false,
                suspended_itself: false,
                settings: AccountSettings::default(),
            }),
            url: url.into(),
            secret: secret.map(Secret::new),
            event,
            at: Timestamp::from_seconds(1_476_794_052),
        }
    }

    fn received(text: &str) -> Event {
        Event::Received(Received {
            id: InboundId(7),
            from: "123".into(),
            to: "234".into(),
            text: text.into(),
            at: Timestamp::from_seconds(1_476_794_052),
        })
    }

    fn delivered() -> Event {
        let at = Some(Timestamp::from_seconds(1_476_794_052));
        Event::Ended(Box::new(Sent {
            message: Message {
                id: MessageId(1_000_001),
                recipient: "79161234567".into(),
                given: None,
                variables: None,
                text: None,
                originator: None,
                state: MessageState::Delivered,
                reason: Reason::None,
                segments: 2,
                price: Money::parse_decimal("3.80", Currency::RUB).unwrap(),
                submitted_at: at,
                done_at: at,
            },
            submission: SubmissionId(33),
            first_message: MessageId(1_000_001),
            originator: "Shop".into(),
            text: "hello".into(),
            form: Form::default(),
            reference: Some("order-1".into()),
            created_at: Timestamp::from_seconds(0),
            start_at: None,
        }))
    }

    fn text(request: &CallbackRequest) -> &str {
        std::str::from_utf8(&request.body).unwrap()
    }

    #[test]
    fn the_end_of_a_message_is_told_as_a_form() {
        let told = callback(&call("http://shop.example/told", Some("zxc"), delivered()));
        assert_eq!(told.content_type, "application/x-www-form-urlencoded");
        assert_eq!(
            text(&told),
            "id=order%2D1&phone=79161234567&status=1&time=18%2E10%2E2016%2015%3A34%3A12&ts=1476794052&err=0&cnt=2\
             &cost=3%2E8&type=0&flag=0&sender=Shop&mccmnc="
        );
    }

    #[test]
    fn what_is_signed_is_signed_as_published() {
        let url = "http://shop.example/?sha1=1&md5&crc32=1";
        let told = callback(&call(url, Some("zxc"), received("text")));
        let expected = "&sha1=b6f768ce7614d7858cc4a6116f8ffd0dc236a3cd&crc32=";
        assert!(text(&told).contains(expected), "{}", text(&told));
        let unsigned = callback(&call(url, None, received("text")));
        assert!(!text(&unsigned).contains("sha1"));
        let not_asked = callback(&call(
            "http://shop.example/?sha1=0",
            Some("zxc"),
            received("text"),
        ));
        assert!(!text(&not_asked).contains("sha1"));
    }

    #[test]
    fn texts_are_in_the_character_set_that_the_address_names() {
        let form = |url| callback(&call(url, None, received("Да & нет")));
        let told = form("http://shop.example/");
        assert!(text(&told).contains("&mes=%C4%E0%20%26%20%ED%E5%F2&to=234&id=7&"));
        let told = form("http://shop.example/?charset=utf-8");
        assert!(text(&told).contains("&mes=%D0%94%D0%B0%20%26"));
    }

    #[test]
    fn the_address_may_ask_for_xml_or_json() {
        let told = callback(&call(
            "http://a.example/?fmt=3&charset=utf-8",
            None,
            received("Да"),
        ));
        assert_eq!(told.content_type, "application/json; charset=utf-8");
        let json: serde_json::Value = serde_json::from_slice(&told.body).unwrap();
        assert_eq!(
            (&json["mes"], &json["ts"]),
            (&"Да".into(), &"1476794052".into())
        );
        let told = callback(&call(
            "http://a.example/?fmt=2&charset=utf-8",
            None,
            received("<Да>"),
        ));
        assert_eq!(told.content_type, "text/xml; charset=utf-8");
        assert!(text(&told).starts_with("<result>\n<phone>123</phone>\n<mes>&lt;Да&gt;</mes>"));
    }
}
