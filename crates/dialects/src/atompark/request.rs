//! From octets to what a call asks for: first the parameters as sent, then, once the sum is verified, their meaning.

use gateway::{Account, SubmissionId, Submit, To};
use sms::{Lane, Refusal, Timestamp};

use super::faults::Failure;
use super::{parameter, phones};
use crate::wire::php::{Array, Value};
use crate::wire::{form, json, local_time, multipart, php};
use crate::{Body, Request};

/// More hours than any gateway lets a message wait.
const MOST_HOURS: u32 = 100_000;

const HOUR_MS: i64 = 60 * 60 * 1000;

/// Collects the parameters of query and body, octets as sent; where both have one the body's counts.
pub(super) async fn parameters(request: &Request) -> Result<Array, Failure> {
    let Body::Whole(body) = &request.body else {
        return Err(Failure::TooLarge);
    };
    let content_type = request.content_type();
    let mut parameters = php::fold(form::pairs(request.query.as_bytes()));
    if body.trim_ascii().is_empty() {
        // There are programs that put everything into the query and call the empty body JSON.
        return Ok(parameters);
    }
    parameters.merge(if multipart::is_multipart(content_type) {
        let pairs = multipart::pairs(content_type, body.clone()).await;
        php::fold(pairs.map_err(|_| Failure::Malformed)?)
    } else if json::is_json(content_type) {
        json::parameters(body).ok_or(Failure::Malformed)?
    } else {
        php::fold(form::pairs(body))
    });
    Ok(parameters)
}

/// Gives parameters their meaning: an empty one was not given, and names count in every spelling and case.
#[derive(Clone, Copy)]
pub(super) struct Arguments<'a>(pub(super) &'a Array);

impl<'a> Arguments<'a> {
    /// Reads `getUserBalance`: the currency that is asked for, in upper case.
    pub(super) fn currency(self) -> Result<Option<String>, Failure> {
        Ok(self.text("currency")?.map(str::to_ascii_uppercase))
    }

    /// Reads the id of a campaign; what is no number is the id of none.
    pub(super) fn campaign(self) -> Result<SubmissionId, Failure> {
        let id = self.text("id")?.and_then(|id| id.trim().parse().ok());
        id.map(SubmissionId)
            .ok_or(Failure::Refused(Refusal::UnknownSubmission))
    }

    /// Reads the time after which changes are asked for.
    pub(super) fn changed_after(self, account: &Account) -> Result<Option<Timestamp>, Failure> {
        self.time("datefrom", account)
    }

    /// Reads `sendSMS`.
    pub(super) fn send_sms(self, account: &Account) -> Result<Submit, Failure> {
        let number = self
            .text("phone")?
            .ok_or(Refusal::NoValidRecipients)?
            .to_owned();
        let recipients = vec![To {
            number,
            variables: None,
        }];
        Ok(Submit {
            lane: Lane::Transactional,
            ..self.submit(account, recipients)?
        })
    }

    /// Reads `sendsmsgroup`, and `checkCampaignPriceGroup`, which has a part of its parameters.
    pub(super) fn send_sms_group(self, account: &Account) -> Result<Submit, Failure> {
        let phones = self.value("phones").ok_or(Refusal::NoValidRecipients)?;
        let mut submit = self.submit(account, phones::read(phones)?)?;
        if submit.text.contains('%') {
            // A phone without variables has empty ones: its placeholders disappear.
            for to in &mut submit.recipients {
                to.variables.get_or_insert_default();
            }
        }
        Ok(Submit {
            lane: Lane::Bulk,
            drop_repeats: true,
            ..submit
        })
    }

    /// Reads what all methods that send have in common. An absent sender or text is left to the gateway to refuse.
    ///
    /// `type`, `asender` and `sendOption` choose among the provider's own routes, of which we have none: they are
    /// accepted and have no effect.
    fn submit(self, account: &Account, recipients: Vec<To>) -> Result<Submit, Failure> {
        Ok(Submit {
            account: account.id,
            originator: self.text("sender")?.unwrap_or_default().to_owned(),
            text: self.text("text")?.unwrap_or_default().to_owned(),
            recipients,
            lane: Lane::Bulk,
            start_at: self.time("datetime", account)?,
            lifetime_ms: self.lifetime_ms()?,
            test: self.is_test()?,
            source: self.text("userapp")?.map(str::to_owned),
            drop_repeats: false,
        })
    }

    /// Reads a local time of the account; `None` when there is none, or a zero that stands for none.
    fn time(self, name: &str, account: &Account) -> Result<Option<Timestamp>, Failure> {
        match self.text(name)? {
            None | Some("0" | "0000-00-00 00:00:00") => Ok(None),
            Some(text) => {
                let zone = local_time::zone(&account.settings.time_zone);
                let moment = local_time::parse(text, &zone).ok_or(Refusal::InvalidTime)?;
                Ok(Some(moment))
            }
        }
    }

    /// Reads the hours for which a message may wait; 0 is the maximum, and the gateway has one of its own.
    fn lifetime_ms(self) -> Result<Option<i64>, Failure> {
        let hours = match self.text("sms_lifetime")? {
            None => 0,
            Some(text) => hours(text.trim()).ok_or(Failure::Malformed)?,
        };
        Ok((hours > 0).then(|| i64::from(hours) * HOUR_MS))
    }

    /// Tells whether nothing shall be sent. A word that we do not know is refused: the caller wants to know, too.
    fn is_test(self) -> Result<bool, Failure> {
        match self.text("test")?.map(str::to_ascii_lowercase).as_deref() {
            None | Some("0" | "false" | "no") => Ok(false),
            Some("1" | "true" | "yes") => Ok(true),
            Some(_) => Err(Failure::Malformed),
        }
    }

    /// Returns a parameter that is a text.
    fn text(self, name: &str) -> Result<Option<&'a str>, Failure> {
        match self.value(name) {
            None => Ok(None),
            Some(Value::Text(octets)) => std::str::from_utf8(octets)
                .map(Some)
                .map_err(|_| Failure::Malformed),
            Some(Value::Array(_)) => Err(Failure::Malformed),
        }
    }

    /// Returns a parameter, unless it is empty.
    fn value(self, name: &str) -> Option<&'a Value> {
        let spellings = parameter::spellings(name);
        let is_meant = |sent: &[u8]| {
            spellings
                .iter()
                .any(|spelling| sent.eq_ignore_ascii_case(spelling.as_bytes()))
        };
        let given = |value: &Value| !matches!(value, Value::Text(text) if text.is_empty());
        self.0
            .iter()
            .find(|&(sent, value)| is_meant(sent) && given(value))
            .map(|(_, value)| value)
    }
}

/// Reads a number of hours, however large; `None` when it is not one.
fn hours(text: &str) -> Option<u32> {
    let digits = !text.is_empty() && text.bytes().all(|octet| octet.is_ascii_digit());
    digits.then(|| text.parse().unwrap_or(MOST_HOURS).min(MOST_HOURS))
}

#[cfg(test)]
mod tests;
