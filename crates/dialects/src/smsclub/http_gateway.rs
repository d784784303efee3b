//! The HTTP gateway: parameters in a query or a form, lines of plain text back, and status 200 whatever happens
//! [smsclub "HTTP Gateway"].
//!
//! Clients tell an answer from an error by its line ends, ids by their digits, and a balance by digits, commas and dots.

use gateway::{Account, Gateway};
use http::Method;
use sms::{Money, Refusal};

use super::call::HttpCall;
use super::faults::Failure;
use super::sending::{self, Addressee, Sending};
use super::{SmsClub, numbers, sign_in, states};
use crate::wire::charset::Charset;
use crate::wire::form::Pair;
use crate::wire::{base64, form, multipart};
use crate::{Answer, Body, Request};

const CONTENT_TYPE: &str = "text/html; charset=utf-8";

/// How many octets of a body are read: one text, as long as it may be, and as many numbers are far fewer.
const LONGEST_BODY: usize = 256 * 1024;

/// The decimal places of a balance.
const PLACES: u32 = 4;

/// The parameters; others are passed over.
const NAMES: [&str; 8] = [
    "username", "password", "token", "from", "to", "text", "lifetime", "smscid",
];

/// Answers a request; `None` stands for a path that is none of this gateway's.
pub(super) async fn answer(
    dialect: &SmsClub,
    gateway: &Gateway,
    call: Option<HttpCall>,
    request: Request,
) -> Answer {
    let answered = answered(dialect, gateway, call, request).await;
    let body = answered.unwrap_or_else(|failure| failure.text().to_owned());
    Answer::whole(200, CONTENT_TYPE, body)
}

async fn answered(
    dialect: &SmsClub,
    gateway: &Gateway,
    call: Option<HttpCall>,
    request: Request,
) -> Result<String, Failure> {
    let call = call.ok_or(Failure::UnknownCall)?;
    let peer = request.peer;
    let parameters = Parameters::read(request)?;
    let (username, secret) = parameters.credentials()?;
    let account = sign_in::login(gateway, &username, &secret, peer).await?;
    dialect.pace.admit(gateway, &account, peer)?;
    let settings = &dialect.settings;
    let line_end = settings.line_end.characters();
    match call {
        HttpCall::Send | HttpCall::SendEncoded => {
            let sending = parameters.sending(call)?;
            let told = sending::send(gateway, &account, settings, sending).await?;
            let ids = sending::ids(&told)?;
            Ok(lines(line_end, ids.map(|id| id.0.to_string())))
        }
        HttpCall::Status => {
            let asked = parameters.list("smscid")?;
            let words = states::words(gateway, account.id, &asked).await?;
            if words.is_empty() {
                return Err(Refusal::UnknownMessage.into());
            }
            let states = words.iter().map(|(id, word)| format!("{}: {word}", id.0));
            Ok(lines(line_end, states))
        }
        HttpCall::Balance => balance(gateway, &account, line_end).await,
    }
}

/// Puts lines between the marks of their beginning and their end.
fn lines(line_end: &str, lines: impl Iterator<Item = String>) -> String {
    let mut body = format!("=IDS START={line_end}");
    for line in lines {
        body.push_str(&line);
        body.push_str(line_end);
    }
    body.push_str("=IDS END=");
    body.push_str(line_end);
    body
}

/// Tells the balance and the credit: two numbers and no more, or a client reads a third one.
async fn balance(gateway: &Gateway, account: &Account, line_end: &str) -> Result<String, Failure> {
    let available = gateway.balance(account.id).await?.available;
    let credit = Money::new(account.credit_limit_micros, available.currency());
    let number = |money: Money| money.rounded_down(PLACES).decimal_rounded(PLACES);
    Ok(format!("{}{line_end}{}", number(available), number(credit)))
}

/// Holds what was sent, in no charset yet.
struct Parameters(Vec<Pair>);

impl Parameters {
    /// Reads query and body. A semicolon divides nothing: clients send those between numbers as they are.
    fn read(request: Request) -> Result<Self, Failure> {
        if !matches!(request.method, Method::GET | Method::POST) {
            return Err(Failure::WrongMethod);
        }
        let content_type = request.content_type().to_owned();
        let is_known = |(name, _): &Pair| NAMES.iter().any(|known| known.as_bytes() == name);
        let query = form::pairs(request.query.as_bytes());
        let mut pairs: Vec<_> = query.filter(is_known).collect();
        match request.body {
            Body::Whole(body) if body.len() > LONGEST_BODY => return Err(Failure::TooLarge),
            Body::TooLarge => return Err(Failure::TooLarge),
            Body::Whole(body) if multipart::is_multipart(&content_type) => {
                let parts = multipart::pairs(&content_type, body);
                let parts = parts.map_err(|_| Failure::Unreadable)?;
                pairs.extend(parts.into_iter().filter(is_known));
            }
            Body::Whole(body) => pairs.extend(form::pairs(&body).filter(is_known)),
        }
        Ok(Self(pairs))
    }

    /// Returns the login, and whatever is given as its password or token.
    fn credentials(&self) -> Result<(String, String), Failure> {
        let secret = match self.octets("token") {
            b"" => "password",
            _ => "token",
        };
        Ok((self.text("username")?, self.text(secret)?))
    }

    fn sending(&self, call: HttpCall) -> Result<Sending, Failure> {
        let text = match call {
            HttpCall::SendEncoded => decode_base64(self.octets("text"))?,
            HttpCall::Send | HttpCall::Status | HttpCall::Balance => self.text("text")?,
        };
        let recipients = self.list("to")?.into_iter();
        Ok(Sending {
            sender: self.text("from")?,
            text,
            recipients: recipients.map(Addressee::new).collect(),
            lifetime_minutes: sending::minutes(&self.text("lifetime")?)?,
            source: None,
        })
    }

    /// Returns the numbers or ids of a list; some at least, and not too many.
    fn list(&self, name: &'static str) -> Result<Vec<String>, Failure> {
        numbers::list(name, &self.text(name)?)
    }

    fn text(&self, name: &str) -> Result<String, Failure> {
        decode(self.octets(name)).map(|text| text.trim().to_owned())
    }

    /// Returns the octets of the last parameter of this name; none when it is absent.
    fn octets(&self, name: &str) -> &[u8] {
        let mut named = self.0.iter().rev();
        let found = named.find(|(known, _)| known == name.as_bytes());
        found.map_or(&[], |(_, value)| value)
    }
}

/// Reads octets as UTF-8 where they are that, and as Windows-1251 otherwise: the provider's own programs send the latter.
fn decode(octets: &[u8]) -> Result<String, Failure> {
    Charset::Utf8
        .decode(octets)
        .or_else(|_| Charset::Windows1251.decode(octets))
        .map_err(|_| Failure::Field("text", "Text cannot be read"))
}

/// Reads the text of the oldest paths: Windows-1251 in Base64, its pluses perhaps made spaces, and equals signs without number.
fn decode_base64(octets: &[u8]) -> Result<String, Failure> {
    let wrong = || Failure::Field("text", "Text cannot be read");
    let encoded = std::str::from_utf8(octets).map_err(|_| wrong())?;
    let octets = base64::octets(encoded).ok_or_else(wrong)?;
    Charset::Windows1251.decode(&octets).map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_utf_8_or_else_windows_1251() {
        for (octets, expected) in [
            (&b"test"[..], Some("test")),
            ("Привіт".as_bytes(), Some("Привіт")),
            (b"\xCF\xF0\xE8\xE2\xB3\xF2", Some("Привіт")),
            (b"\xCF\xF0\x98", None),
        ] {
            assert_eq!(decode(octets).ok().as_deref(), expected, "{octets:?}");
        }
    }

    #[test]
    fn encoded_texts_are_windows_1251_in_base64() {
        for (encoded, expected) in [
            ("dGVzdA==", Some("test")),
            ("dGVzdA====", Some("test")),
            ("z/Do4rPy", Some("Привіт")),
            // The Base64 of an octet 0xFB has a plus, which a form makes a space.
            ("++8=", Some("ып")),
            ("  8=", Some("ып")),
            ("", Some("")),
            ("not base64!", None),
            ("mA==", None),
        ] {
            let text = decode_base64(encoded.as_bytes());
            assert_eq!(text.ok().as_deref(), expected, "{encoded}");
        }
    }
}
