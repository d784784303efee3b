//! The XML gateway: a document in, a document back, and status 200 whatever happens [smsclub "XML Gateway"].

use bytes::Bytes;
use gateway::Gateway;
use http::Method;
use sms::Refusal;

use super::call::XmlCall;
use super::faults::Failure;
use super::numbers::{self, MOST};
use super::sending::{self, Addressee, Sending};
use super::{LONGEST_BODY, SmsClub, sign_in, states};
use crate::apart::Turns;
use crate::wire::charset::without_mark;
use crate::wire::xml::{self, Document, Element};
use crate::wire::{form, multipart};
use crate::{Answer, Body, Request};

const CONTENT_TYPE: &str = "text/xml; charset=utf-8";

const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"utf-8\"?>";

/// The form field that holds the document, where the body is a form.
const FIELD: &[u8] = b"xmlrequest";

/// Holds a request that has been read.
struct Asked {
    username: String,
    password: String,
    what: What,
}

enum What {
    Send(Sending),
    Status(Vec<String>),
}

/// Answers a request; `None` stands for a path that is none of this gateway's.
pub(super) async fn answer(
    dialect: &SmsClub,
    gateway: &Gateway,
    call: Option<XmlCall>,
    request: Request,
) -> Answer {
    let answered = answered(dialect, gateway, call, request).await;
    let (status, text, rest) = match answered {
        Ok((text, rest)) => ("OK", text, rest),
        Err(failure) => ("ERROR", failure.text(), String::new()),
    };
    // No text has anything in it that would have to be escaped.
    let body = format!(
        "{DECLARATION}<response><status>{status}</status><text>{text}</text>{rest}</response>"
    );
    Answer::whole(200, CONTENT_TYPE, body)
}

/// Answers with a text and what follows it.
async fn answered(
    dialect: &SmsClub,
    gateway: &Gateway,
    call: Option<XmlCall>,
    request: Request,
) -> Result<(&'static str, String), Failure> {
    let call = call.ok_or(Failure::UnknownCall)?;
    let peer = request.peer;
    let asked = read(&dialect.turns, call, request).await?;
    let account = sign_in::login(gateway, &asked.username, &asked.password, peer).await?;
    dialect.pace.admit(gateway, &account, peer)?;
    match asked.what {
        What::Send(sending) => {
            let told = sending::send(gateway, &account, &dialect.settings, sending).await?;
            let ids = sending::ids(&told)?.map(|id| element("mess", &id.0.to_string()));
            // There is a client that reads the text's first child, and fails where there is none.
            Ok(("Accepted", element("ids", &ids.collect::<String>())))
        }
        What::Status(asked) => {
            let words = states::words(gateway, account.id, &asked).await?;
            if words.is_empty() {
                return Err(Refusal::UnknownMessage.into());
            }
            let entries = words.iter().map(|(id, word)| {
                let id = element("smscid", &id.0.to_string());
                element("entry", &(id + &element("state", word)))
            });
            Ok(("", element("entries", &entries.collect::<String>())))
        }
    }
}

/// Puts content between the tags of an element; the content is XML.
fn element(name: &str, content: &str) -> String {
    format!("<{name}>{content}</{name}>")
}

async fn read(turns: &Turns, call: XmlCall, request: Request) -> Result<Asked, Failure> {
    if request.method != Method::POST {
        return Err(Failure::WrongMethod);
    }
    let content_type = request.content_type().to_owned();
    let body = match request.body {
        Body::Whole(body) if body.len() <= LONGEST_BODY => body,
        Body::Whole(_) | Body::TooLarge => return Err(Failure::TooLarge),
    };
    let asked = turns.read(body.len(), move || {
        let document = document(&content_type, body)?;
        let document = xml::decode(&document).map_err(|_| Failure::Unreadable)?;
        let document = Document::parse(&document).map_err(|_| Failure::Unreadable)?;
        asked(call, document.root())
    });
    asked.await
}

/// Finds the document: the body itself, whatever its content type says, or a field of a form.
fn document(content_type: &str, body: Bytes) -> Result<Vec<u8>, Failure> {
    if without_mark(&body).trim_ascii_start().starts_with(b"<") {
        return Ok(body.into());
    }
    let fields = if multipart::is_multipart(content_type) {
        multipart::pairs(content_type, body).map_err(|_| Failure::Unreadable)?
    } else {
        form::pairs_beginning(&body, FIELD).collect()
    };
    let mut fields = fields.into_iter();
    let field = fields.find(|(name, _)| name == FIELD);
    field
        .map(|(_, document)| document)
        .ok_or(Failure::Unreadable)
}

fn asked(call: XmlCall, root: Element<'_>) -> Result<Asked, Failure> {
    let expected = match call {
        XmlCall::Send | XmlCall::SendIndividual => "request_sendsms",
        XmlCall::Status => "request_getstate",
    };
    if root.name() != expected {
        return Err(Failure::UnknownCall);
    }
    Ok(Asked {
        username: text(root, "username"),
        password: text(root, "password"),
        what: match call {
            XmlCall::Send => What::Send(Sending {
                text: text(root, "text"),
                recipients: numbers::list("to", &text(root, "to"))?
                    .into_iter()
                    .map(Addressee::new)
                    .collect(),
                ..terms(root)?
            }),
            XmlCall::SendIndividual => What::Send(Sending {
                recipients: individual(root)?,
                ..terms(root)?
            }),
            XmlCall::Status => What::Status(numbers::list("smscid", &text(root, "smscid"))?),
        },
    })
}

fn terms(root: Element<'_>) -> Result<Sending, Failure> {
    Ok(Sending {
        sender: text(root, "from"),
        lifetime_minutes: sending::minutes(&text(root, "lifetime"))?,
        ..Sending::default()
    })
}

/// Reads who gets which text: each `to` with the `text` that follows it.
fn individual(root: Element<'_>) -> Result<Vec<Addressee>, Failure> {
    let no_text = Failure::Field("text", "No text");
    let too_many = Failure::Field("to", "Too many are given");
    let mut recipients = Vec::new();
    let mut octets = 0;
    let mut waiting: Option<Vec<String>> = None;
    for child in root.children() {
        match (child.name(), waiting.take()) {
            ("to", None) => {
                waiting = Some(numbers::list("to", &child.trimmed())?);
            }
            ("to", Some(_)) => return Err(no_text),
            ("text", Some(numbers)) => {
                let text = child.trimmed();
                if text.is_empty() {
                    return Err(no_text);
                }
                // One text to many numbers is a text for each.
                octets += text.len() * numbers.len();
                if recipients.len() + numbers.len() > MOST || octets > LONGEST_BODY {
                    return Err(too_many);
                }
                recipients.extend(numbers.into_iter().map(|given| Addressee {
                    given,
                    text: Some(text.clone().into_owned()),
                }));
            }
            ("text", None) => return Err(Failure::Field("to", "Nothing is given")),
            (_, unchanged) => waiting = unchanged,
        }
    }
    if waiting.is_some() {
        Err(no_text)
    } else if recipients.is_empty() {
        Err(Failure::Field("to", "Nothing is given"))
    } else {
        Ok(recipients)
    }
}

/// Returns the text of the first element of this name, without the blanks around it; empty when there is none.
fn text(root: Element<'_>, name: &str) -> String {
    let child = root.child(name);
    child.map_or_else(String::new, |child| child.trimmed().into_owned())
}
