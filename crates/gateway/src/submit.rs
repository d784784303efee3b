//! Submitting: from what a front end asks to a priced, routed submission that is durable when the answer goes out.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use sms::{Country, Form, Lane, Money, Msisdn, Quote, Recipient, Refusal, Timestamp};
use store::submissions::{Acceptance, NewMessage, NewSubmission, Parts};
use store::{AccountId, MessageId, SubmissionId};

use crate::directory::{Directory, RouteKinds};
use crate::pricing::{Approvals, Common, Pricing, check_originator, check_text};
use crate::{Error, Gateway, Limits, Once};

/// Says what is to be sent, and how; to whom is said beside it.
#[derive(Clone, Debug, Default)]
pub struct Terms {
    /// Who it is from, as given.
    pub originator: String,
    /// Who it is from where that one may not be used.
    pub alternative: Option<String>,
    /// The text; a template of [`sms::template`] for the recipients that have variables.
    pub text: String,
    /// How the texts travel and show.
    pub form: Form,
    /// Not before; `None` or a time that has passed for at once.
    pub start_at: Option<Timestamp>,
    /// How long after the start it may still leave; `None` for the gateway's default, which is also the most.
    pub lifetime_ms: Option<i64>,
    /// In which parts it goes; all at once when `None`. A campaign has parts of its own, and leaves these alone.
    pub parts: Option<Parts>,
    /// Check and price everything, answer with an id, send and charge nothing.
    pub test: bool,
    /// The calling program's own label, for statistics.
    pub source: Option<String>,
    /// The account's own id for it, by which it can be looked up; need not be unique.
    pub reference: Option<String>,
    /// What makes it the same request as another one: it is accepted once only.
    pub once: Option<Once>,
    /// Which kinds of route to prefer.
    pub route_kinds: RouteKinds,
}

/// Asks to send one text, or one template, to recipients.
#[derive(Clone, Debug)]
pub struct Submit {
    /// Who pays.
    pub account: AccountId,
    /// What is sent, and how.
    pub terms: Terms,
    /// To whom, in the order that answers keep.
    pub recipients: Vec<To>,
    /// How urgent it is.
    pub lane: Lane,
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
    /// A text of its own, sent as it stands; then the terms' text may be empty.
    pub text: Option<String>,
    /// Who this message is from, when not whom the terms say.
    pub originator: Option<String>,
    /// What makes it the same message as another one: it is accepted once only, and left out else.
    pub once: Option<Once>,
}

impl To {
    /// Names a recipient who gets the text as it stands.
    pub fn number(number: impl Into<String>) -> Self {
        Self {
            number: number.into(),
            variables: None,
            text: None,
            originator: None,
            once: None,
        }
    }
}

/// Answers a submission.
#[derive(Clone, Debug)]
pub struct Accepted {
    /// Its number.
    pub submission: SubmissionId,
    /// What is held for it; nothing for recipients on the stop list.
    pub price: Money,
    /// The number of its first message; those that follow have the next ones.
    pub first_message: MessageId,
    /// The positions of the recipients that have no message, ascending: those given again, and those in [`Accepted::repeated`].
    pub left_out: Vec<usize>,
    /// The positions of the recipients whose message repeats an accepted one.
    pub repeated: Vec<usize>,
}

impl Accepted {
    /// Returns the message of the recipient at a position of the request; `None` when it has none.
    pub fn message(&self, position: usize) -> Option<MessageId> {
        let before = self.left_out.binary_search(&position).err()?;
        let index = i64::try_from(position - before).ok()?;
        Some(MessageId(self.first_message.0 + index))
    }
}

impl Gateway {
    /// Accepts a submission: when this returns `Ok`, its messages, its price on hold and its queue entries are durable.
    ///
    /// Refuses the whole of it when nothing of it could be sent or the balance does not cover the price; recipients that are
    /// not numbers, have no price or no route are stored as messages that have ended, at no price, and so are those on the
    /// account's stop list. Where the originator needs an approval that it does not have, messages wait for it; a name that
    /// nobody has registered is registered by this, so that the operator of the gateway gets to see it.
    pub async fn submit(&self, submit: Submit) -> Result<Accepted, Error> {
        let submit = Arc::new(submit);
        let (mut new, mut quote) = self.prepare(&submit).await?;
        let answer = match self.store().accept(new).await {
            Err(error) if error.is_conflict() => {
                // What it was priced and routed by has changed meanwhile, perhaps by another process.
                self.reload().await?;
                (new, quote) = self.prepare(&submit).await?;
                self.store().accept(new).await
            }
            answer => answer,
        };
        let accepted = accepted(answer?, quote.total())?;
        if !submit.terms.test {
            self.wake_dispatch();
        }
        Ok(accepted)
    }

    /// Prices a submission without accepting it: refuses what `submit` would refuse, but for the balance.
    pub async fn quote(&self, submit: Submit) -> Result<Quote, Error> {
        let submit = Arc::new(submit);
        let numbers: Vec<Msisdn> = submit
            .recipients
            .iter()
            .filter_map(|to| Recipient::new(&to.number).msisdn.ok())
            .collect();
        let stopped = self.store().stopped_among(submit.account, numbers).await?;
        let common = self.common(submit.account, &submit.terms, vec![]).await?;
        let priced = self.priced(&submit, common, stopped).await?;
        Ok(priced.quote)
    }

    /// Checks what a submission's messages have in common.
    pub(crate) async fn common(
        &self,
        account: AccountId,
        terms: &Terms,
        variable_names: Vec<String>,
    ) -> Result<Common, Error> {
        let directory = self.directory();
        let account = directory
            .accounts
            .get(&account)
            .ok_or(Refusal::UnknownCredential)?;
        if account.suspended {
            return Err(Refusal::AccountSuspended.into());
        }
        let alternative = terms
            .alternative
            .as_deref()
            .filter(|given| !given.trim().is_empty())
            .map(|given| check_originator(account, given))
            .transpose()?;
        let (originator, alternative) = match check_originator(account, &terms.originator) {
            // Where it may not be used at all, the alternative one stands in for it.
            Err(Refusal::OriginatorNotAllowed) if alternative.is_some() => (alternative, None),
            originator => (Some(originator?), alternative),
        };
        let originator = originator.ok_or(Refusal::OriginatorNotAllowed)?;
        check_text(&terms.text, terms.form, self.limits())?;
        let mut common = Common {
            originator,
            alternative,
            text: terms.text.clone(),
            form: terms.form,
            variable_names,
            route_kinds: terms.route_kinds.clone(),
            test: terms.test,
            approvals: Approvals::default(),
        };
        self.look_up_approvals(account.id, &mut common).await?;
        Ok(common)
    }

    async fn prepare(&self, submit: &Arc<Submit>) -> Result<(NewSubmission, Quote), Error> {
        loop {
            let common = self.common(submit.account, &submit.terms, vec![]).await?;
            let originator = common.originator;
            let priced = self.priced(submit, common, HashSet::new()).await?;
            let missing = priced.unregistered;
            if submit.terms.test
                || !self
                    .register_missing(submit.account, originator.as_str(), missing)
                    .await?
            {
                return Ok((priced.new, priced.quote));
            }
        }
    }

    async fn priced(
        &self,
        submit: &Arc<Submit>,
        common: Common,
        stopped: HashSet<Msisdn>,
    ) -> Result<Priced, Error> {
        let directory = self.directory();
        let limits = *self.limits();
        let now = self.now();
        if submit.recipients.len() <= limits.recipients_at_once {
            return Ok(price(&directory, &limits, submit, &common, &stopped, now)?);
        }
        // Long lists are priced beside the tasks that answer others.
        let submit = Arc::clone(submit);
        tokio::task::spawn_blocking(move || {
            price(&directory, &limits, &submit, &common, &stopped, now)
        })
        .await
        .unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()))
        .map_err(Error::Refused)
    }
}

/// Holds a submission ready to be accepted.
struct Priced {
    new: NewSubmission,
    quote: Quote,
    /// Countries in which the originator would have to be registered and is not.
    unregistered: BTreeSet<Country>,
}

fn price(
    directory: &Directory,
    limits: &Limits,
    submit: &Submit,
    common: &Common,
    stopped: &HashSet<Msisdn>,
    now: Timestamp,
) -> Result<Priced, Refusal> {
    if submit.recipients.len() > limits.recipients {
        let limit = u32::try_from(limits.recipients).unwrap_or(u32::MAX);
        return Err(Refusal::TooManyRecipients { limit });
    }
    let mut pricing = Pricing::new(directory, limits, submit.account, common)?;
    // Variables that the text does not use make no difference.
    let personal = pricing.is_personal();
    let mut seen = HashSet::new();
    let mut messages = Vec::with_capacity(submit.recipients.len());
    for to in &submit.recipients {
        let recipient = Recipient::new(&to.number);
        if let Ok(number) = &recipient.msisdn {
            let repeats = submit.drop_repeats
                && !seen.insert((*number, to.variables.clone().filter(|_| personal)));
            if repeats || stopped.contains(number) {
                continue;
            }
        }
        messages.push(pricing.message(recipient, to.variables.clone())?);
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
        ),
        quote: pricing.quote,
        unregistered: pricing.unregistered,
    })
}

/// Turns the store's answer to an acceptance into ours.
pub(crate) fn accepted(acceptance: Acceptance, needed: Money) -> Result<Accepted, Refusal> {
    let money = |micros| Money::new(micros, needed.currency());
    match acceptance {
        Acceptance::Accepted {
            submission,
            price_micros,
            first_message,
            repeated,
        } => Ok(Accepted {
            submission,
            price: money(price_micros),
            first_message,
            left_out: Vec::new(),
            repeated,
        }),
        Acceptance::Repeated { .. } => Err(Refusal::Duplicate),
        Acceptance::NobodyLeft => Err(Refusal::NoValidRecipients),
        Acceptance::Insufficient { available_micros } => Err(Refusal::InsufficientFunds {
            needed,
            available: money(available_micros),
        }),
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
) -> NewSubmission {
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
    NewSubmission {
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
        tells: false,
        variable_names: common.variable_names.clone(),
        lane,
        source: terms.source.clone(),
        test: common.test,
        created_at: now,
        start_at,
        expires_at: start_at.unwrap_or(now).plus_millis(lifetime_ms),
        parts: terms.parts,
        control: None,
        expansion: None,
        messages,
    }
}
