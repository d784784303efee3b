//! Writing the messages of a submission, at its acceptance or in a step of its expansion.

use sms::{Form, Lane, MessageState, Reason, Timestamp};
use store::notices::Tells;
use store::submissions::NewMessage;
use store::{AccountId, Error, MessageId, SenderId, SubmissionId};

use crate::callbacks::{self, Subject};
use crate::leases::Leases;
use crate::tallies::{Place, Places};
use crate::timing::Timing;
use crate::writing::{Sql, Writing};
use crate::{failed, known, notices};

/// The submission that messages are written for.
pub(crate) struct Target {
    pub(crate) submission: SubmissionId,
    pub(crate) account: AccountId,
    pub(crate) lane: Lane,
    pub(crate) form: Form,
    pub(crate) test: bool,
    /// What the account's programs are told of its messages.
    pub(crate) tells: Tells,
    /// Whether it is paused: then its messages are, from the beginning.
    pub(crate) paused: bool,
    /// Whether its held messages wait for a time.
    pub(crate) scheduled: bool,
    pub(crate) timing: Timing,
    /// When they are written.
    pub(crate) at: Timestamp,
}

/// Who a submission's messages are from, unless one has an originator of its own.
pub(crate) struct Originators<'a> {
    pub(crate) account: AccountId,
    pub(crate) originator: &'a str,
    pub(crate) alternative: Option<&'a str>,
}

impl<'a> Originators<'a> {
    /// Tells which originator one of its messages has.
    fn of<'b>(&'b self, message: &'b NewMessage) -> &'b str
    where
        'a: 'b,
    {
        match (self.alternative, &message.originator) {
            (Some(alternative), _) if message.alternative => alternative,
            (_, Some(own)) => own,
            (_, None) => self.originator,
        }
    }
}

/// Makes suppressed messages at no price of those to numbers on the stop list, or that have stopped the originator; tells whether
/// nobody is left to send to because of that.
pub(crate) fn suppress<'a>(
    writing: &Writing<'_>,
    from: &Originators<'_>,
    messages: impl Iterator<Item = &'a mut NewMessage>,
) -> Result<bool, Error> {
    let stops = known::stops(writing, from.account)?;
    let (mut due_to_leave, mut suppressed) = (0, 0);
    for message in messages.filter(|message| is_waiting(message)) {
        due_to_leave += 1;
        let stopped = match &message.recipient {
            Some(number) => stops.forbid(writing, number.as_str(), from.of(message))?,
            None => false,
        };
        if stopped {
            suppressed += 1;
            message.state = MessageState::Suppressed;
            message.reason = Reason::OptedOut;
            message.segments = 0;
            message.price_micros = 0;
            message.connector = None;
            message.awaits = None;
        }
    }
    Ok(due_to_leave > 0 && suppressed == due_to_leave)
}

/// Tells whether the message is to leave, now or later.
pub(crate) fn is_waiting(message: &NewMessage) -> bool {
    matches!(message.state, MessageState::Held | MessageState::Queued)
}

/// Adds up the prices.
pub(crate) fn price<'a>(messages: impl IntoIterator<Item = &'a NewMessage>) -> Result<i64, Error> {
    let mut prices = messages.into_iter().map(|message| message.price_micros);
    prices
        .try_fold(0_i64, i64::checked_add)
        .ok_or_else(|| Error::other("the price of a submission overflows", None))
}

/// Refuses ways out that are not there (any more), or none at all: what is queued for one of them would wait for ever.
pub(crate) fn check_connectors<'a>(
    writing: &Writing<'_>,
    messages: impl IntoIterator<Item = &'a NewMessage>,
) -> Result<(), Error> {
    let mut known = None;
    for message in messages {
        let Some(connector) = message.connector else {
            if message.state == MessageState::Queued {
                return Err(Error::other("a queued message needs a connector", None));
            }
            continue;
        };
        if known == Some(connector) {
            continue;
        }
        if !known::has_connector(writing, connector)? {
            return Err(Error::conflict(format!(
                "there is no connector {connector}"
            )));
        }
        known = Some(connector);
    }
    Ok(())
}

/// What a message waits in.
enum Wait {
    Nothing,
    Queue,
    Deferred(Timestamp),
    Sender(SenderId),
}

impl Target {
    /// Writes the messages, numbered from `first`, with what each waits in, unless it is leased at once; answers where they are.
    pub(crate) fn write<'a>(
        &self,
        writing: &Writing<'_>,
        first: i64,
        messages: impl IntoIterator<Item = &'a NewMessage>,
        leases: &mut Leases,
    ) -> Result<Places, Error> {
        let mut places = Places::default();
        for (message, id) in messages.into_iter().zip(first..) {
            let (place, wait) = self.place(message, MessageId(id));
            self.insert(writing, id, message, place)
                .map_err(failed("cannot write a message"))?;
            if self.tells.has(Tells::CALLBACK) && !self.test && place.state.is_final() {
                let ended = Subject::Message(MessageId(id));
                callbacks::owe(writing, self.account, ended, self.at)?;
            }
            if !self.test
                && let Some(subject) = notices::owed(self.tells, MessageId(id), None, place.state)
            {
                notices::owe(writing, self.account, subject, self.at)?;
            }
            let is_leased = matches!(wait, Wait::Queue)
                && leases.take(writing, self, MessageId(id), message)?;
            if !is_leased {
                self.wait(writing, id, message, &wait)
                    .map_err(failed("cannot let a message wait"))?;
            }
            places.add(place, 1);
        }
        Ok(places)
    }

    /// Decides where a message begins: as the caller says, but held until its part's time, or by a pause.
    fn place(&self, message: &NewMessage, id: MessageId) -> (Place, Wait) {
        let given = Place::with_us(message.state, message.reason);
        if !is_waiting(message) || self.test {
            return (given, Wait::Nothing);
        }
        let held = |reason| Place::with_us(MessageState::Held, reason);
        let due_at = self.timing.due_at(id);
        match message.awaits {
            Some(sender) if self.paused => (held(Reason::Paused), Wait::Sender(sender)),
            None if self.paused => (held(Reason::Paused), Wait::Nothing),
            Some(sender) => (given, Wait::Sender(sender)),
            None if message.state == MessageState::Queued && due_at > self.at => {
                (held(Reason::Scheduled), Wait::Deferred(due_at))
            }
            None if message.state == MessageState::Queued => (given, Wait::Queue),
            None if self.scheduled => (given, Wait::Deferred(due_at)),
            None => (given, Wait::Nothing),
        }
    }

    fn insert(
        &self,
        writing: &Writing<'_>,
        id: i64,
        message: &NewMessage,
        place: Place,
    ) -> rusqlite::Result<()> {
        let recipient = match (&message.recipient, &message.given) {
            (Some(msisdn), _) => msisdn.as_str(),
            (None, given) => given.as_deref().unwrap_or(""),
        };
        let at = self.at.as_millis();
        let row = rusqlite::params![
            id,
            self.submission.0,
            self.account.0,
            recipient,
            message.recipient.and(message.given.as_deref()),
            &message.variables,
            message.segments,
            message.price_micros,
            message.connector.map(|connector| connector.0),
            place.state.as_u8(),
            place.reason.as_u8(),
            place.state.is_final().then_some(at),
            at,
            message.alternative,
            &message.text,
            &message.originator,
            self.tells.as_u8(),
        ];
        writing.run(&INSERT, row).map(drop)
    }

    fn wait(
        &self,
        writing: &Writing<'_>,
        id: i64,
        message: &NewMessage,
        wait: &Wait,
    ) -> rusqlite::Result<()> {
        match *wait {
            Wait::Nothing => Ok(0),
            Wait::Queue => {
                let connector = message.connector.map(|connector| connector.0);
                let entry = (connector, self.lane.as_u8(), self.account.0, id);
                writing.run(&ENQUEUE, entry)
            }
            Wait::Deferred(due_at) => writing.run(&DEFER, (id, due_at.as_millis())),
            Wait::Sender(sender) => writing.run(&AWAIT_SENDER, (id, sender.0)),
        }
        .map(drop)
    }
}

static INSERT: Sql = Sql::new(
    "INSERT INTO message (id, submission_id, account_id, recipient, given, variables, segments, price, \
     connector_id, state, reason, done_at, changed_at, alternative, text, originator, tells) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)",
);

static ENQUEUE: Sql = Sql::new(
    "INSERT INTO queue (connector_id, lane, account_id, message_id) VALUES (?1, ?2, ?3, ?4)",
);

static DEFER: Sql = Sql::new("INSERT INTO deferred (message_id, due_at) VALUES (?1, ?2)");

static AWAIT_SENDER: Sql =
    Sql::new("INSERT INTO awaits_sender (message_id, sender_id) VALUES (?1, ?2)");
