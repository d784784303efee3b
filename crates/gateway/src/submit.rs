//! Submitting: from what a front end asks to a priced, routed submission that is durable when the answer goes out.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Arc;

use sms::template::{Template, Variables};
use sms::{
    Lane, MessageState, Msisdn, Originator, Quote, Reason, Recipient, Refusal, Tariff, Timestamp,
};
use store::submissions::{Acceptance, NewMessage, NewSubmission};
use store::{AccountId, SubmissionId};

use crate::directory::{Account, Directory, choose};
use crate::{Error, Gateway, Limits};

/// Asks to send one text, or one template, to recipients.
#[derive(Clone, Debug)]
pub struct Submit {
    /// Who pays.
    pub account: AccountId,
    /// Who it is from, as given.
    pub originator: String,
    /// The text; a template of [`sms::template`] for the recipients that have variables.
    pub text: String,
    /// To whom, in the order that answers keep.
    pub recipients: Vec<To>,
    /// How urgent it is.
    pub lane: Lane,
    /// Not before; `None` or a time that has passed for at once.
    pub start_at: Option<Timestamp>,
    /// How long after the start it may still leave; `None` for the gateway's default, which is also the most.
    pub lifetime_ms: Option<i64>,
    /// Check and price everything, answer with an id, send and charge nothing.
    pub test: bool,
    /// The calling program's own label, for statistics.
    pub source: Option<String>,
    /// Whether a recipient given again is left out silently when the text would be the same.
    pub drop_repeats: bool,
}

/// Names one recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct To {
    /// The number as given.
    pub number: String,
    /// The values for the placeholders, separated by `;`; `None` to send the text as it stands, percent signs and all.
    pub variables: Option<String>,
}

/// Answers a submission.
#[derive(Clone, Debug)]
pub struct Accepted {
    /// Its number.
    pub submission: SubmissionId,
    /// What it costs.
    pub quote: Quote,
}

impl Gateway {
    /// Accepts a submission: when this returns `Ok`, its messages, its price on hold and its queue entries are durable.
    ///
    /// Refuses the whole of it when nothing of it could be sent or the balance does not cover the price; recipients that are
    /// not numbers, have no price or no route are stored as messages that have ended, at no price.
    pub async fn submit(&self, submit: Submit) -> Result<Accepted, Error> {
        let account = submit.account;
        let submit = Arc::new(submit);
        let (mut new, mut quote) = self.prepare(&submit).await?;
        let test = new.test;
        let accepted = match self.store().accept(new).await {
            Err(error) if error.is_conflict() => {
                // What it was priced and routed by has changed meanwhile, perhaps by another process.
                self.reload().await?;
                (new, quote) = self.prepare(&submit).await?;
                self.store().accept(new).await
            }
            accepted => accepted,
        };
        match accepted? {
            Acceptance::Accepted(submission) => {
                if !test {
                    self.wake_dispatch();
                }
                Ok(Accepted { submission, quote })
            }
            Acceptance::Insufficient { available_micros } => {
                let currency = quote.total().currency();
                tracing::debug!(%account, "refused: not enough money");
                Err(Error::Refused(Refusal::InsufficientFunds {
                    needed: quote.total(),
                    available: sms::Money::new(available_micros, currency),
                }))
            }
        }
    }

    /// Prices a submission without accepting it: refuses what `submit` would refuse, but for the balance.
    pub async fn quote(&self, submit: Submit) -> Result<Quote, Error> {
        Ok(self.prepare(&Arc::new(submit)).await?.1)
    }

    async fn prepare(&self, submit: &Arc<Submit>) -> Result<(NewSubmission, Quote), Error> {
        let directory = self.directory();
        let limits = *self.limits();
        let now = self.now();
        if submit.recipients.len() <= limits.recipients_at_once {
            return Ok(prepare(&directory, &limits, submit, now)?);
        }
        // Long lists are priced beside the tasks that answer others.
        let submit = Arc::clone(submit);
        tokio::task::spawn_blocking(move || prepare(&directory, &limits, &submit, now))
            .await
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()))
            .map_err(Error::Refused)
    }
}

fn prepare(
    directory: &Directory,
    limits: &Limits,
    submit: &Submit,
    now: Timestamp,
) -> Result<(NewSubmission, Quote), Refusal> {
    let account = directory
        .accounts
        .get(&submit.account)
        .ok_or(Refusal::UnknownCredential)?;
    if account.suspended {
        return Err(Refusal::AccountSuspended);
    }
    let originator = check_originator(account, &submit.originator)?;
    if submit.text.is_empty() {
        return Err(Refusal::EmptyText);
    }
    if submit.text.len() > TEMPLATE_TO_TEXT * most_octets(limits) {
        return Err(too_long(limits));
    }
    if submit.recipients.len() > limits.recipients {
        let limit = u32::try_from(limits.recipients).unwrap_or(u32::MAX);
        return Err(Refusal::TooManyRecipients { limit });
    }
    let start_at = submit.start_at.filter(|start| *start > now);
    let lifetime_ms = submit.lifetime_ms.map_or(limits.lifetime_ms, |asked| {
        asked.clamp(1, limits.lifetime_ms)
    });
    let mut pricing = Pricing {
        directory,
        limits,
        account,
        tariff: directory
            .tariffs
            .get(&account.settings.tariff)
            .filter(|tariff| tariff.currency() == account.currency),
        originator: originator.as_str(),
        template: Template::parse(&submit.text),
        plain: None,
        quote: Quote::new(account.currency),
        waiting: match (submit.test, start_at) {
            (true, _) => (MessageState::Held, Reason::TestMode),
            (false, Some(_)) => (MessageState::Held, Reason::Scheduled),
            (false, None) => (MessageState::Queued, Reason::None),
        },
        first_refusal: None,
    };
    // Variables that the text does not use make no difference.
    let personal = pricing.template.has_placeholders();
    let mut seen = HashSet::new();
    let mut messages = Vec::with_capacity(submit.recipients.len());
    for to in &submit.recipients {
        let recipient = Recipient::new(&to.number);
        if submit.drop_repeats
            && let Ok(msisdn) = recipient.msisdn
            && !seen.insert((msisdn, to.variables.clone().filter(|_| personal)))
        {
            continue;
        }
        messages.push(pricing.message(recipient, to.variables.clone())?);
    }
    let Pricing {
        quote,
        first_refusal,
        ..
    } = pricing;
    if quote.messages() == 0 {
        return Err(first_refusal.unwrap_or(Refusal::NoValidRecipients));
    }
    let new = NewSubmission {
        account: submit.account,
        originator: originator.as_str().to_owned(),
        text: submit.text.clone(),
        lane: submit.lane,
        source: submit.source.clone(),
        test: submit.test,
        created_at: now,
        start_at,
        expires_at: start_at.unwrap_or(now).plus_millis(lifetime_ms),
        messages,
    };
    Ok((new, quote))
}

fn check_originator(account: &Account, given: &str) -> Result<Originator, Refusal> {
    if given.trim().is_empty() {
        return Err(Refusal::EmptyOriginator);
    }
    let originator = Originator::parse(given).map_err(|_| Refusal::InvalidOriginator)?;
    if !account.settings.originators.allow(&originator) {
        return Err(Refusal::OriginatorNotAllowed);
    }
    Ok(originator)
}

struct Pricing<'a> {
    directory: &'a Directory,
    limits: &'a Limits,
    account: &'a Account,
    tariff: Option<&'a Arc<Tariff>>,
    originator: &'a str,
    template: Template,
    /// The segments of the text as it stands, measured once.
    plain: Option<u16>,
    quote: Quote,
    /// The state and reason of a message that can be sent.
    waiting: (MessageState, Reason),
    /// Why the first message that cannot leave cannot, in case none can.
    first_refusal: Option<Refusal>,
}

impl Pricing<'_> {
    fn message(
        &mut self,
        recipient: Recipient,
        variables: Option<String>,
    ) -> Result<NewMessage, Refusal> {
        let Ok(msisdn) = recipient.msisdn else {
            self.quote.add_invalid();
            return Ok(ended(
                recipient,
                variables,
                MessageState::InvalidNumber,
                Reason::NotANumber,
            ));
        };
        let segments = match self.segments(variables.as_deref()) {
            Ok(segments) => segments,
            Err(unfit) => return self.unfit(unfit, recipient, variables),
        };
        let Some(price) = self
            .tariff
            .and_then(|tariff| tariff.price_per_segment(&msisdn))
        else {
            self.first_refusal.get_or_insert(Refusal::NoPrice);
            return Ok(ended(
                recipient,
                variables,
                MessageState::Failed,
                Reason::NoPrice,
            ));
        };
        let route = choose(
            &self.directory.routes,
            self.account.id,
            self.originator,
            &msisdn,
        );
        let Some(route) = route else {
            self.first_refusal.get_or_insert(Refusal::NoRoute);
            return Ok(ended(
                recipient,
                variables,
                MessageState::Failed,
                Reason::NoRoute,
            ));
        };
        // A price that does not fit 63 bits of micro-units can only come of a tariff gone wrong.
        let price_micros = self
            .quote
            .add(segments, price.micros)
            .map_err(|_| Refusal::NoPrice)?;
        let (state, reason) = self.waiting;
        Ok(NewMessage {
            given: differing(&recipient, &msisdn),
            recipient: Some(msisdn),
            variables,
            segments,
            price_micros,
            connector: Some(route.connector),
            state,
            reason,
        })
    }

    /// Ends one message whose own values make the text unfit; a text that is so for everybody is refused.
    fn unfit(
        &mut self,
        unfit: Refusal,
        recipient: Recipient,
        variables: Option<String>,
    ) -> Result<NewMessage, Refusal> {
        if variables.is_none() || !self.template.has_placeholders() {
            return Err(unfit);
        }
        let reason = match unfit {
            Refusal::EmptyText => Reason::EmptyText,
            _ => Reason::TextTooLong,
        };
        self.first_refusal.get_or_insert(unfit);
        Ok(ended(recipient, variables, MessageState::Failed, reason))
    }

    fn segments(&mut self, variables: Option<&str>) -> Result<u16, Refusal> {
        let verbatim = variables.is_none() || !self.template.has_placeholders();
        let segments = match self.plain {
            Some(segments) if verbatim => segments,
            _ => {
                let text = render_within(&self.template, variables, most_octets(self.limits))
                    .ok_or_else(|| too_long(self.limits))?;
                if text.is_empty() {
                    return Err(Refusal::EmptyText);
                }
                sms::text::measure(&text).segments
            }
        };
        if verbatim {
            self.plain = Some(segments);
        }
        let limit = self.limits.segments;
        if segments > limit {
            Err(Refusal::TextTooLong { segments, limit })
        } else {
            Ok(segments)
        }
    }
}

/// How much longer a template may be than the texts that it makes.
const TEMPLATE_TO_TEXT: usize = 4;

/// The octets of the longest text of so many segments: 153 characters each, of no more than three octets.
fn most_octets(limits: &Limits) -> usize {
    usize::from(limits.segments) * 153 * 3
}

/// Refuses a text that is too long to be worth counting.
fn too_long(limits: &Limits) -> Refusal {
    Refusal::TextTooLong {
        segments: u16::MAX,
        limit: limits.segments,
    }
}

/// Renders one recipient's text for the wire, as it was rendered for the price.
pub(crate) fn render<'a>(template: &'a Template, variables: Option<&str>) -> Cow<'a, str> {
    render_within(template, variables, usize::MAX).unwrap_or_default()
}

fn render_within<'a>(
    template: &'a Template,
    variables: Option<&str>,
    most_octets: usize,
) -> Option<Cow<'a, str>> {
    match variables {
        Some(variables) => template.render_within(&Variables::positional(variables), most_octets),
        None => (template.text().len() <= most_octets).then_some(Cow::Borrowed(template.text())),
    }
}

fn ended(
    recipient: Recipient,
    variables: Option<String>,
    state: MessageState,
    reason: Reason,
) -> NewMessage {
    let msisdn = recipient.msisdn.ok();
    NewMessage {
        given: match &msisdn {
            Some(msisdn) => differing(&recipient, msisdn),
            None => Some(recipient.given),
        },
        recipient: msisdn,
        variables,
        segments: 0,
        price_micros: 0,
        connector: None,
        state,
        reason,
    }
}

fn differing(recipient: &Recipient, msisdn: &Msisdn) -> Option<String> {
    (recipient.given != msisdn.as_str()).then(|| recipient.given.clone())
}
