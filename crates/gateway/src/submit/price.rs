//! From a request to a submission that is priced, routed and ready to be accepted.

use std::collections::{BTreeSet, HashSet};

use sms::{Country, Lane, Msisdn, Originator, Quote, Recipient, Refusal, Timestamp};
use store::AccountId;
use store::submissions::{NewMessage, NewSubmission, Parts};

use super::{Submit, Terms, To};
use crate::Limits;
use crate::directory::Directory;
use crate::pricing::{Common, Own, Pricing, stopped_message};

/// How many characters are kept of what was given for a number: what people write around digits is short.
const LONGEST_GIVEN: usize = 64;

/// Holds a submission ready to be accepted.
pub(crate) struct Priced {
    pub(crate) new: NewSubmission,
    pub(crate) quote: Quote,
    /// The positions of the recipients that were given again, ascending.
    pub(crate) left_out: Vec<usize>,
    /// Originators, and countries in which they would have to be registered and are not.
    pub(super) unregistered: BTreeSet<(Originator, Country)>,
}

/// Prices a submission and makes it ready to be accepted; recipients among `stopped` cost nothing.
pub(super) fn price(
    directory: &Directory,
    limits: &Limits,
    submit: &Submit,
    common: &Common,
    stopped: &HashSet<Msisdn>,
    now: Timestamp,
) -> Result<Priced, Refusal> {
    check_amount(&submit.recipients, limits)?;
    let mut pricing = Pricing::new(directory, limits, submit.account, common)?;
    // Variables that the text does not use make no difference.
    let personal = pricing.is_personal();
    let compared = if submit.drop_repeats {
        submit.recipients.len()
    } else {
        0
    };
    let mut seen = HashSet::with_capacity(compared);
    let mut messages = Vec::with_capacity(submit.recipients.len());
    let mut left_out = Vec::new();
    for (to, position) in submit.recipients.iter().zip(0..) {
        let recipient = read(&to.number);
        let own = Own {
            variables: to.variables.as_deref().filter(|_| to.text.is_none()),
            text: to.text.as_deref(),
            originator: common.own_originator(to.originator.as_deref()),
        };
        if let Ok(number) = &recipient.msisdn {
            let text = (own.text, own.variables.filter(|_| personal));
            if submit.drop_repeats && !seen.insert((*number, text)) {
                left_out.push(position);
                continue;
            }
            if stopped.contains(number) {
                messages.push(stopped_message(recipient));
                continue;
            }
        }
        messages.push(NewMessage {
            once: to.once.map(|once| once.from(now)),
            ..pricing.message(recipient, own)?
        });
    }
    if pricing.quote.messages() == 0 {
        return Err(pricing.first_refusal.unwrap_or(Refusal::NoValidRecipients));
    }
    Ok(Priced {
        new: new_submission(
            submit.account,
            &submit.terms,
            common,
            limits,
            submit.lane,
            now,
            messages,
        )?,
        quote: pricing.quote,
        left_out,
        unregistered: pricing.unregistered,
    })
}

/// Reads a recipient, and keeps the beginning of what was given for it: what is no number may be a text of any length.
fn read(given: &str) -> Recipient {
    let mut recipient = Recipient::new(given);
    if given.len() > LONGEST_GIVEN
        && let Some((end, _)) = given.char_indices().nth(LONGEST_GIVEN)
    {
        given[..end].clone_into(&mut recipient.given);
    }
    recipient
}

/// Refuses more recipients, or more of their own texts, than one request may have.
fn check_amount(recipients: &[To], limits: &Limits) -> Result<(), Refusal> {
    if recipients.len() > limits.recipients {
        let limit = u32::try_from(limits.recipients).unwrap_or(u32::MAX);
        return Err(Refusal::TooManyRecipients { limit });
    }
    let texts = recipients.iter().filter_map(|to| to.text.as_ref());
    let limit = limits.own_texts_octets;
    if texts.map(String::len).sum::<usize>() > limit as usize {
        return Err(Refusal::FieldTooLong { limit });
    }
    Ok(())
}

/// Refuses parts the last of which would start later than parts may.
pub(crate) fn check_parts(
    parts: Option<Parts>,
    messages: usize,
    limits: &Limits,
) -> Result<Option<Parts>, Refusal> {
    let Some(parts) = parts.filter(|parts| parts.size > 0) else {
        return Ok(None);
    };
    let before_last = messages.saturating_sub(1) / parts.size as usize;
    let before_last = i64::try_from(before_last).unwrap_or(i64::MAX);
    let longest = before_last.saturating_mul(parts.interval_ms);
    if (0..=limits.parts_ms).contains(&longest) {
        Ok(Some(parts))
    } else {
        Err(Refusal::InvalidTime)
    }
}

/// Makes a submission of its messages; what only campaigns have is absent.
pub(crate) fn new_submission(
    account: AccountId,
    terms: &Terms,
    common: &Common,
    limits: &Limits,
    lane: Lane,
    now: Timestamp,
    mut messages: Vec<NewMessage>,
) -> Result<NewSubmission, Refusal> {
    let start_at = terms.start_at.filter(|start| *start > now);
    if start_at.is_some() {
        for message in &mut messages {
            if message.state == sms::MessageState::Queued {
                message.state = sms::MessageState::Held;
                message.reason = sms::Reason::Scheduled;
            }
        }
    }
    let lifetime_ms = terms.lifetime_ms.map_or(limits.lifetime_ms, |asked| {
        asked.clamp(1, limits.lifetime_ms)
    });
    let parts = check_parts(terms.parts, messages.len(), limits)?;
    Ok(NewSubmission {
        account,
        originator: common.originator.as_str().to_owned(),
        alternative: common
            .alternative
            .map(|alternative| alternative.as_str().to_owned()),
        text: common.text.clone(),
        form: terms.form,
        reference: terms.reference.clone(),
        once: terms.once.map(|once| once.from(now)),
        mailing: None,
        tells: common.tells,
        passes_stops: false,
        variable_names: common.variable_names.clone(),
        lane,
        source: terms.source.clone(),
        test: common.test,
        created_at: now,
        start_at,
        expires_at: start_at.unwrap_or(now).plus_millis(lifetime_ms),
        parts,
        control: None,
        expansion: None,
        messages,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_what_was_given_for_a_number_the_beginning_is_kept() {
        for (given, kept) in [
            ("+38 (050) 123-45-67".to_owned(), 19),
            ("ə".repeat(LONGEST_GIVEN), LONGEST_GIVEN),
            ("ə".repeat(1_000_000), LONGEST_GIVEN),
        ] {
            let recipient = read(&given);
            assert_eq!(recipient.given.chars().count(), kept);
            assert!(given.starts_with(&recipient.given));
        }
    }

    #[test]
    fn what_is_not_kept_counts_all_the_same() {
        let blanks = " ".repeat(LONGEST_GIVEN);
        assert!(read(&format!("380501234567{blanks}x")).msisdn.is_err());
        assert!(read(&format!("{blanks}380501234567")).msisdn.is_ok());
    }
}
