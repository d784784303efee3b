//! Pricing: what one recipient's message costs, which way it goes, who it is from, and whether it may.
//!
//! The same rules price a request's recipients, a contact list for a quote, and the steps in which a list becomes messages.

mod approvals;
mod text;

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use sms::template::Template;
use sms::{
    Country, Form, Lane, MessageState, Msisdn, Originator, Quote, Reason, Recipient, Refusal,
    Tariff,
};
use store::notices::Tells;
use store::submissions::NewMessage;
use store::{AccountId, ConnectorId};

use crate::Limits;
use crate::directory::{Account, Directory, Features, RouteKinds, choose};
use crate::health::PassedOver;
use approvals::FromWhom;
pub(crate) use approvals::{Approvals, Registrations};
pub(crate) use text::{check_text, render, render_to_read, whole_text_segments};
use text::{most_octets, render_within, too_long};

/// Holds what a submission's messages have in common, once it is known to be valid.
#[derive(Clone, Debug)]
pub(crate) struct Common {
    pub(crate) originator: Originator,
    pub(crate) alternative: Option<Originator>,
    /// Those of single recipients, by how they were given.
    pub(crate) own_originators: HashMap<String, Originator>,
    pub(crate) text: String,
    pub(crate) form: Form,
    pub(crate) variable_names: Vec<String>,
    pub(crate) lane: Lane,
    pub(crate) route_kinds: RouteKinds,
    /// The connectors that are not well.
    pub(crate) passed_over: Arc<PassedOver>,
    pub(crate) test: bool,
    /// What the account's programs are told of the messages.
    pub(crate) tells: Tells,
    pub(crate) approvals: Approvals,
}

impl Common {
    /// Finds the originator that a recipient has of its own.
    pub(crate) fn own_originator(&self, given: Option<&str>) -> Option<Originator> {
        self.own_originators.get(given?).copied()
    }
}

/// Says what one recipient's message has of its own.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Own<'a> {
    /// The values for the placeholders of the text that all have in common.
    pub(crate) variables: Option<&'a str>,
    /// A text of its own instead.
    pub(crate) text: Option<&'a str>,
    pub(crate) originator: Option<Originator>,
}

impl<'a> Own<'a> {
    /// Has these values, and nothing else.
    pub(crate) fn variables(variables: &'a str) -> Self {
        Self {
            variables: Some(variables),
            ..Self::default()
        }
    }
}

/// Prices messages one after another, and adds them up.
pub(crate) struct Pricing<'a> {
    directory: &'a Directory,
    limits: &'a Limits,
    account: &'a Account,
    tariff: Option<&'a Arc<Tariff>>,
    common: &'a Common,
    template: Template,
    /// Whether a recipient's country makes any difference.
    by_country: bool,
    /// The segments of the text as it stands, measured once.
    plain: Option<u16>,
    /// Whether what is priced has been accepted already.
    is_accepted: bool,
    pub(crate) quote: Quote,
    /// Originators, and countries in which they are not registered and would have to be.
    pub(crate) unregistered: BTreeSet<(Originator, Country)>,
    /// Why the first message that cannot leave cannot, in case none can.
    pub(crate) first_refusal: Option<Refusal>,
}

/// Says what becomes of one recipient's message.
enum Fate {
    Goes {
        segments: u16,
        price_micros: i64,
        connector: ConnectorId,
        from: FromWhom,
    },
    Ends(MessageState, Reason),
}

impl<'a> Pricing<'a> {
    /// Begins with nothing priced; refused when the directory has no such account.
    pub(crate) fn new(
        directory: &'a Directory,
        limits: &'a Limits,
        account: AccountId,
        common: &'a Common,
    ) -> Result<Self, Refusal> {
        let account = directory
            .accounts
            .get(&account)
            .ok_or(Refusal::UnknownCredential)?;
        Ok(Self {
            directory,
            limits,
            account,
            tariff: directory
                .tariffs
                .get(&account.settings.tariff)
                .filter(|tariff| tariff.currency() == account.currency),
            common,
            template: Template::parse(&common.text),
            by_country: !common.approvals.required.is_empty() || !common.route_kinds.is_empty(),
            plain: None,
            is_accepted: false,
            quote: Quote::new(account.currency),
            unregistered: BTreeSet::new(),
            first_refusal: None,
        })
    }

    /// Prices what has been accepted: a text that has become unfit since, because a limit has changed, ends its messages.
    pub(crate) fn of_accepted(self) -> Self {
        Self {
            is_accepted: true,
            ..self
        }
    }

    /// Tells whether recipients' values make a difference.
    pub(crate) fn is_personal(&self) -> bool {
        self.template.has_placeholders()
    }

    /// Prices a message to what was given as a number.
    pub(crate) fn message(
        &mut self,
        recipient: Recipient,
        own: Own<'_>,
    ) -> Result<NewMessage, Refusal> {
        let Recipient { given, msisdn } = recipient;
        let Ok(number) = msisdn else {
            self.quote.add_invalid();
            let ended = (MessageState::InvalidNumber, Reason::NotANumber);
            return Ok(self.draft(None, Some(given), own, ended));
        };
        let given = (given != number.as_str()).then_some(given);
        self.message_to(number, given, own)
    }

    /// Prices a message to a number.
    pub(crate) fn message_to(
        &mut self,
        number: Msisdn,
        given: Option<String>,
        own: Own<'_>,
    ) -> Result<NewMessage, Refusal> {
        match self.fate(&number, own)? {
            Fate::Ends(state, reason) => Ok(self.draft(Some(number), given, own, (state, reason))),
            Fate::Goes {
                segments,
                price_micros,
                connector,
                from,
            } => {
                let (state, reason) = match from {
                    _ if self.common.test => (MessageState::Held, Reason::TestMode),
                    FromWhom::Awaited { .. } => (MessageState::Held, Reason::Moderation),
                    _ => (MessageState::Queued, Reason::None),
                };
                Ok(NewMessage {
                    segments,
                    price_micros,
                    connector: Some(connector),
                    alternative: from.is_alternative(),
                    awaits: match from {
                        FromWhom::Awaited { sender, .. } if !self.common.test => sender,
                        _ => None,
                    },
                    ..self.draft(Some(number), given, own, (state, reason))
                })
            }
        }
    }

    /// Makes a message of all that its recipient has of its own, without price or way.
    fn draft(
        &self,
        recipient: Option<Msisdn>,
        given: Option<String>,
        own: Own<'_>,
        place: (MessageState, Reason),
    ) -> NewMessage {
        let variables = own.variables.map(ToOwned::to_owned);
        NewMessage {
            text: own.text.map(ToOwned::to_owned),
            originator: own
                .originator
                .filter(|own| *own != self.common.originator)
                .map(|own| own.as_str().to_owned()),
            ..ended_message(recipient, given, variables, place)
        }
    }

    /// Adds a message to the quote without making it.
    pub(crate) fn add(&mut self, number: &Msisdn, own: Own<'_>) -> Result<(), Refusal> {
        self.fate(number, own).map(drop)
    }

    fn fate(&mut self, number: &Msisdn, own: Own<'_>) -> Result<Fate, Refusal> {
        let segments = match self.segments(own) {
            Ok(segments) => segments,
            Err(unfit) => return self.unfit(unfit, own),
        };
        let directory = self.directory;
        let price = self
            .tariff
            .and_then(|tariff| tariff.price_per_segment(number));
        let Some(price) = price else {
            self.first_refusal.get_or_insert(Refusal::NoPrice);
            return Ok(Fate::Ends(MessageState::Failed, Reason::NoPrice));
        };
        let country = if self.by_country {
            Country::of(number)
        } else {
            None
        };
        let originator = own.originator.unwrap_or(self.common.originator);
        let has_alternative = self.common.alternative.is_some();
        let from = self
            .common
            .approvals
            .from(&originator, country, has_alternative);
        if from == FromWhom::Nobody {
            let refusal = Refusal::OriginatorNotAllowed;
            self.first_refusal.get_or_insert(refusal);
            let reason = Reason::OriginatorNotApproved;
            return Ok(Fate::Ends(MessageState::Failed, reason));
        }
        if let FromWhom::Awaited { sender: None, .. } = from {
            let countries = country.into_iter();
            self.unregistered
                .extend(countries.map(|country| (originator, country)));
        }
        let originator = match self.common.alternative {
            Some(alternative) if from.is_alternative() => alternative,
            Some(_) | None => originator,
        };
        let message = Features {
            account: self.account.id,
            originator: originator.as_str(),
            recipient: number,
            lane: self.common.lane,
            kind: self.common.route_kinds.of(country),
        };
        let route = choose(&directory.routes, &directory.operators, &message);
        let passed_over = |id| self.common.passed_over.has(id);
        let Some(connector) = route.and_then(|route| route.tiers.pick(number, passed_over)) else {
            self.first_refusal.get_or_insert(Refusal::NoRoute);
            return Ok(Fate::Ends(MessageState::Failed, Reason::NoRoute));
        };
        // A price that does not fit 63 bits of micro-units can only come of a tariff gone wrong.
        let price_micros = self
            .quote
            .add(segments, price.micros)
            .map_err(|_| Refusal::NoPrice)?;
        Ok(Fate::Goes {
            segments,
            price_micros,
            connector,
            from,
        })
    }

    /// Ends one message whose own text or values are unfit; a text that is so for everybody is refused.
    fn unfit(&mut self, unfit: Refusal, own: Own<'_>) -> Result<Fate, Refusal> {
        if !self.is_accepted && (self.is_shared(own) || unfit == Refusal::InvalidBinary) {
            return Err(unfit);
        }
        let reason = match unfit {
            Refusal::EmptyText => Reason::EmptyText,
            _ => Reason::TextTooLong,
        };
        self.first_refusal.get_or_insert(unfit);
        Ok(Fate::Ends(MessageState::Failed, reason))
    }

    /// Tells whether the text is, letter for letter, the one that all have in common.
    fn is_shared(&self, own: Own<'_>) -> bool {
        own.text.is_none() && (own.variables.is_none() || !self.is_personal())
    }

    fn segments(&mut self, own: Own<'_>) -> Result<u16, Refusal> {
        let segments = match self.plain {
            Some(segments) if self.is_shared(own) => segments,
            _ => self.measure(own)?,
        };
        if self.is_shared(own) {
            self.plain = Some(segments);
        }
        let limit = self.limits.segments;
        if segments > limit {
            Err(Refusal::TextTooLong { segments, limit })
        } else {
            Ok(segments)
        }
    }

    fn measure(&self, own: Own<'_>) -> Result<u16, Refusal> {
        let most = most_octets(self.limits);
        let text = if let Some(own) = own.text {
            (own.len() <= most).then_some(Cow::Borrowed(own))
        } else {
            let names = &self.common.variable_names;
            render_within(&self.template, own.variables, names, most)
        };
        let text = text.ok_or_else(|| too_long(self.limits))?;
        if text.is_empty() {
            return Err(Refusal::EmptyText);
        }
        let measure = sms::text::measure_as(&text, self.common.form);
        Ok(measure.map_err(|_| Refusal::InvalidBinary)?.segments)
    }
}

/// Refuses an originator that networks do not carry or the account may not use.
pub(crate) fn check_originator(account: &Account, given: &str) -> Result<Originator, Refusal> {
    if given.trim().is_empty() {
        return Err(Refusal::EmptyOriginator);
    }
    let originator = Originator::parse(given).map_err(|_| Refusal::InvalidOriginator)?;
    if !account.settings.originators.allow(&originator) {
        return Err(Refusal::OriginatorNotAllowed);
    }
    Ok(originator)
}

/// Makes the message of a recipient on the stop list.
pub(crate) fn stopped_message(recipient: Recipient) -> NewMessage {
    let number = recipient.msisdn.ok();
    let ended = (MessageState::Suppressed, Reason::OptedOut);
    ended_message(number, Some(recipient.given), None, ended)
}

/// Makes a message that has ended before it began, at no price.
pub(crate) fn ended_message(
    recipient: Option<Msisdn>,
    given: Option<String>,
    variables: Option<String>,
    (state, reason): (MessageState, Reason),
) -> NewMessage {
    NewMessage {
        recipient,
        given,
        variables,
        text: None,
        originator: None,
        once: None,
        segments: 0,
        price_micros: 0,
        connector: None,
        state,
        reason,
        alternative: false,
        awaits: None,
    }
}
