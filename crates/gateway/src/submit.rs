//! Submitting: from what a front end asks to a priced, routed submission that is durable when the answer goes out.

mod accepted;
mod price;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use sms::{Form, Lane, Money, Msisdn, Originator, Refusal, Timestamp};
use store::notices::Tells;
use store::submissions::{Acceptance, NewSubmission, Parts};
use store::{AccountId, MailingId};

use crate::directory::{Account, RouteKinds};
use crate::pricing::{Approvals, Common, check_originator, check_text};
use crate::stop_answers::answering;
use crate::tasks::connectors;
use crate::{Error, Gateway, Once, apart};
pub use accepted::Accepted;
pub(crate) use accepted::{accepted, positions};
use price::price;
pub(crate) use price::{Priced, check_parts, new_submission};

/// Says what is to be sent, and how; to whom is said beside it.
#[derive(Clone, Debug, Default)]
pub struct Terms {
    /// Who it is from, as given.
    pub originator: String,
    /// Who it is from where that one may not be used.
    pub alternative: Option<String>,
    /// The text; a template of [`sms::template`] for the recipients that have variables. May be empty when each has a text of its
    /// own.
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
    /// What the account's programs are told over SMPP; without anything they are called back, if the account wants that.
    pub notices: Tells,
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
    /// The number as given; the first 64 characters are kept as they are.
    pub number: String,
    /// The values for the placeholders, separated by `;`; `None` to send the text as it stands, percent signs and all.
    pub variables: Option<String>,
    /// A text of its own, sent as it stands, whatever the variables are.
    pub text: Option<String>,
    /// Who this message is from, when not whom the terms say. The rules are the same: one that may not be used refuses the
    /// request, and the terms' alternative stands in for it as for theirs. Where originators need approval, a request has at
    /// most 100 different ones.
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

/// Says what makes a submission.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Occasion {
    /// A request.
    Request,
    /// A mailing that is due.
    Run(MailingId),
    /// A handset that asked to be left alone, which is told that it is.
    StopAnswer,
}

/// Says what is told of a submission: what it asks for over SMPP, else a callback, if the account wants that. A test tells nothing.
fn tells(account: &Account, terms: &Terms) -> Tells {
    if terms.test {
        Tells::default()
    } else if terms.notices != Tells::default() {
        terms.notices
    } else if account.settings.callback_url.is_some() {
        Tells::CALLBACK
    } else {
        Tells::default()
    }
}

impl Gateway {
    /// Accepts a submission: when this returns `Ok`, its messages, its price on hold and its queue entries are durable.
    ///
    /// Refuses the whole of it when nothing of it could be sent or the balance does not cover the price; recipients that are
    /// not numbers, have no price or no route, or whose own text or variables make no text that fits, are stored as messages
    /// that have ended, at no price, and so are those on the account's stop list. Where the originator needs an approval that
    /// it does not have, messages wait for it; a name that nobody has registered is registered by this, so that the operator
    /// of the gateway gets to see it.
    ///
    /// What repeats an accepted request or message by its [`Once`] is not accepted again: [`Refusal::Duplicate`] when that is
    /// the whole request or every message that could leave, else those messages are left out.
    pub fn submit(&self, submit: Submit) -> impl Future<Output = Result<Accepted, Error>> + Send {
        self.submit_for(submit, Occasion::Request)
    }

    /// Accepts a submission on some occasion.
    pub(crate) fn submit_for(
        &self,
        submit: Submit,
        occasion: Occasion,
    ) -> impl Future<Output = Result<Accepted, Error>> + Send {
        self.submit_shared(Arc::new(submit), occasion)
    }

    async fn submit_shared(
        &self,
        submit: Arc<Submit>,
        occasion: Occasion,
    ) -> Result<Accepted, Error> {
        // Boxed, so that of thousands that wait for the store none holds the room that pricing takes.
        let (new, mut total, mut left_out) = Box::pin(self.ready(&submit, occasion)).await?;
        let answer = match self.accept(new).await {
            Err(error) if error.is_conflict() => {
                // What it was priced and routed by has changed meanwhile, perhaps by another process.
                self.reload().await?;
                let new;
                (new, total, left_out) = Box::pin(self.ready(&submit, occasion)).await?;
                self.accept(new).await
            }
            answer => answer,
        };
        Ok(accepted(answer?, total, left_out)?)
    }

    /// Makes a submission ready for acceptance: what is to be accepted, what it costs, and the positions without a message.
    async fn ready(
        &self,
        submit: &Arc<Submit>,
        occasion: Occasion,
    ) -> Result<(NewSubmission, Money, Vec<usize>), Error> {
        let priced = self.prepare(submit, occasion).await?;
        Ok((priced.new, priced.quote.total(), priced.left_out))
    }

    /// Has a priced submission accepted; its messages go to their connector at once when that has room for them.
    fn accept(
        &self,
        new: NewSubmission,
    ) -> impl Future<Output = Result<Acceptance, store::Error>> + Send {
        let at_once = self.at_once(&new);
        // Those that the messages wait for, should they not go at once.
        let connectors = if new.test { vec![] } else { connectors(&new) };
        let (at_once, wish) = at_once.unzip();
        let accepted = self.store().accept_at_once(new, at_once);
        async move {
            let answer = accepted.await;
            if !wish.is_some_and(|wish| wish.has_come_true()) {
                self.wake_connectors(&connectors);
            }
            answer
        }
    }

    /// Checks what the messages of a submission to recipients have in common.
    pub(crate) async fn common_of_submit(&self, submit: &Submit) -> Result<Common, Error> {
        let to = &submit.recipients;
        self.common(submit.account, submit.lane, &submit.terms, vec![], to)
            .await
    }

    async fn common_of_answer(&self, submit: &Submit) -> Result<Common, Error> {
        let may_use = |_: &Account, given: &str| answering(given);
        self.common_if(
            submit.account,
            submit.lane,
            &submit.terms,
            vec![],
            &[],
            may_use,
        )
        .await
    }

    /// Checks what a submission's messages have in common, and the originators that single ones of `recipients` have.
    pub(crate) async fn common(
        &self,
        account: AccountId,
        lane: Lane,
        terms: &Terms,
        variable_names: Vec<String>,
        recipients: &[To],
    ) -> Result<Common, Error> {
        self.common_if(
            account,
            lane,
            terms,
            variable_names,
            recipients,
            check_originator,
        )
        .await
    }

    async fn common_if(
        &self,
        account: AccountId,
        lane: Lane,
        terms: &Terms,
        variable_names: Vec<String>,
        recipients: &[To],
        may_use: impl Fn(&Account, &str) -> Result<Originator, Refusal>,
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
            .map(|given| may_use(account, given))
            .transpose()?;
        let usable = |given: &str| match (may_use(account, given), alternative) {
            // Where it may not be used at all, the alternative one stands in for it.
            (Err(Refusal::OriginatorNotAllowed), Some(alternative)) => Ok(alternative),
            (originator, _) => originator,
        };
        let originator = usable(&terms.originator)?;
        let mut own_originators = HashMap::new();
        for given in recipients.iter().filter_map(|to| to.originator.as_ref()) {
            if !own_originators.contains_key(given) {
                own_originators.insert(given.clone(), usable(given)?);
            }
        }
        // Nobody gets the text where all have their own.
        if !terms.text.is_empty()
            || recipients.is_empty()
            || recipients.iter().any(|to| to.text.is_none())
        {
            check_text(&terms.text, terms.form, self.limits())?;
        }
        let mut common = Common {
            originator,
            alternative: alternative.filter(|alternative| *alternative != originator),
            own_originators,
            text: terms.text.clone(),
            form: terms.form,
            variable_names,
            lane,
            route_kinds: terms.route_kinds.clone(),
            passed_over: self.0.health.passed_over(),
            test: terms.test,
            tells: tells(account, terms),
            approvals: Approvals::default(),
        };
        self.look_up_approvals(account.id, &mut common).await?;
        Ok(common)
    }

    async fn prepare(&self, submit: &Arc<Submit>, occasion: Occasion) -> Result<Priced, Error> {
        loop {
            let common = match occasion {
                Occasion::Request | Occasion::Run(_) => self.common_of_submit(submit).await?,
                Occasion::StopAnswer => self.common_of_answer(submit).await?,
            };
            let mut priced = self.priced(submit, common, HashSet::new()).await?;
            let missing = std::mem::take(&mut priced.unregistered);
            if submit.terms.test || !self.register_missing(submit.account, missing).await? {
                match occasion {
                    Occasion::Request => {}
                    Occasion::Run(mailing) => priced.new.mailing = Some(mailing),
                    Occasion::StopAnswer => priced.new.passes_stops = true,
                }
                return Ok(priced);
            }
        }
    }

    /// Prices a submission; recipients among `stopped` at nothing.
    pub(crate) async fn priced(
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
        let priced =
            apart::run(move || price(&directory, &limits, &submit, &common, &stopped, now));
        Ok(priced.await?)
    }
}
