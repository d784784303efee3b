//! How a mailing is shown: seventeen values and three more in JSON for one, twelve and two more in a list
//! [smscenter "Mailing. Server response and error codes"].

use gateway::mailings::{Mailing, MailingProgress, Plan};
use sms::{Form, MessageState, Timestamp};

use super::plan::{Remembered, rpt};
use crate::smscenter::answer::{Record, Value};
use crate::smscenter::ids::Id;
use crate::smscenter::{status, times};

/// How many recipients of each mailing a list shows; their number is that of all.
const RECIPIENTS_IN_LIST: usize = 1_000;

const MINUTE_MS: i64 = 60 * 1000;
const HOUR_MS: i64 = 60 * MINUTE_MS;

/// The numbers of `status`, which no document explains.
const WAITING: i64 = 0;
const SENT: i64 = 1;
const DISABLED: i64 = 2;

/// Shows all of a mailing.
pub(super) fn whole(
    mailing: &Mailing,
    progress: Option<&MailingProgress>,
    recipients: &'static str,
) -> Record {
    let plan = &mailing.plan;
    let remembered = Remembered::of(plan);
    let frequency = plan
        .spread
        .map_or(0, |spread| spread.interval_ms / MINUTE_MS);
    Record::new()
        .with("id", id(mailing))
        .with("name", mailing.name.clone())
        .with("subject", remembered.subject.clone())
        .with("repeat_send", rpt(plan.repeat))
        .with("repeat_cnt", remembered.times)
        .with("created", times::written(mailing.created_at))
        .with("changed", times::written(mailing.changed_at))
        .with("need_date", written(need_date(mailing, &remembered)))
        .with("last_sent", written(mailing.ran_at))
        .with(recipients, phones(plan, usize::MAX))
        .with("message", text(plan))
        .with("format", format(plan))
        .with("validity", validity(plan))
        .with("period", remembered.period.clone())
        .with("frequency", frequency)
        .with("status", status_of(mailing))
        .json_only("cost", cost(progress))
        .json_only("sms_sent", sent(progress))
        .json_only("sms_ok", delivered(progress))
        .with("sender_id", plan.originator.clone())
}

/// Shows a mailing to so many phones in a list.
pub(super) fn in_list(
    mailing: &Mailing,
    progress: Option<&MailingProgress>,
    recipients: &'static str,
    count: u64,
) -> Record {
    let plan = &mailing.plan;
    Record::new()
        .with("id", id(mailing))
        .with("name", mailing.name.clone())
        .with("changed", times::written(mailing.changed_at))
        .with(
            "need_date",
            written(need_date(mailing, &Remembered::of(plan))),
        )
        .with("last_sent", written(mailing.ran_at))
        .with(recipients, phones(plan, RECIPIENTS_IN_LIST))
        .with("message", text(plan))
        .with("phones_cnt", count)
        .with("cost", cost(progress))
        .with("status", status_of(mailing))
        .with("sender_id", plan.originator.clone())
        .with("format", format(plan))
        .json_only("sms_sent", sent(progress))
        .json_only("sms_ok", delivered(progress))
}

fn id(mailing: &Mailing) -> Value {
    let given = mailing.reference.as_deref();
    let given = given.and_then(|text| Id::read(text).ok().flatten());
    given.unwrap_or(Id::Number(mailing.id.0)).into()
}

/// Returns when it is sent next, or was to be sent.
fn need_date(mailing: &Mailing, remembered: &Remembered) -> Option<Timestamp> {
    let first = remembered.start.map(Timestamp::from_seconds);
    mailing.next_at.or(first)
}

/// Writes a time; one that there is not as an empty text.
fn written(moment: Option<Timestamp>) -> String {
    moment.map(times::written).unwrap_or_default()
}

fn phones(plan: &Plan, most: usize) -> String {
    let groups = plan.lists.iter().map(|list| format!("G{list}"));
    let numbers = plan.recipients.iter().map(|(number, _)| number.clone());
    let shown: Vec<_> = numbers.chain(groups).take(most).collect();
    shown.join(",")
}

/// Returns the text, or that of the first recipient where each has its own.
fn text(plan: &Plan) -> String {
    let own = plan.recipients.first().and_then(|(_, text)| text.clone());
    own.unwrap_or_else(|| plan.text.clone())
}

fn format(plan: &Plan) -> i64 {
    status::kind(Form::from_u8(plan.form).unwrap_or_default())
}

/// Returns for how many hours a message may wait, begun ones counted as whole; 0 when nothing was said.
fn validity(plan: &Plan) -> i64 {
    let lifetime_ms = plan.lifetime_ms.unwrap_or(0);
    (lifetime_ms + HOUR_MS - 1) / HOUR_MS
}

fn status_of(mailing: &Mailing) -> i64 {
    match mailing.runs {
        _ if mailing.disabled => DISABLED,
        0 => WAITING,
        _ => SENT,
    }
}

fn cost(progress: Option<&MailingProgress>) -> String {
    progress.map_or_else(
        || "0".to_owned(),
        |progress| progress.price.decimal().to_string(),
    )
}

fn sent(progress: Option<&MailingProgress>) -> u64 {
    progress.map_or(0, |progress| progress.tally.left())
}

fn delivered(progress: Option<&MailingProgress>) -> u64 {
    progress.map_or(0, |progress| progress.tally.count(MessageState::Delivered))
}
