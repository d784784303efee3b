//! The plan of a mailing: what its parameters say, and what of them is kept to be shown again.

use gateway::mailings::{Plan, Repeat};
use gateway::{TemplateId, To};
use serde::{Deserialize, Serialize};
use sms::Timestamp;

use crate::smscenter::call::Call;
use crate::smscenter::faults::Failure;
use crate::smscenter::message::{self, Message, Phones, Timing};

/// Holds what is shown of a mailing and means nothing to the gateway.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Remembered {
    /// The subject, which only e-mail has.
    pub(super) subject: String,
    /// The hours over which it is spread, as they were written.
    pub(super) period: String,
    /// How often it repeats, as it was said.
    pub(super) times: u32,
    /// When it was to be sent first, in seconds of the Unix time; `None` for at once.
    pub(super) start: Option<i64>,
}

impl Remembered {
    /// Reads what a plan remembers; nothing of what another dialect does.
    pub(super) fn of(plan: &Plan) -> Self {
        Self::deserialize(&plan.remembered).unwrap_or_default()
    }

    fn written(&self) -> serde_json::Value {
        serde_json::to_value(self).unwrap_or_default()
    }
}

/// Returns how a plan repeats, in the numbers of `rpt`.
pub(super) const fn rpt(repeat: Repeat) -> i64 {
    match repeat {
        Repeat::Never => 0,
        Repeat::Hourly => 1,
        Repeat::Daily => 2,
        Repeat::Workdays => 3,
        Repeat::Weekends => 4,
        Repeat::Weekly => 5,
        Repeat::Monthly => 6,
        Repeat::Yearly => 7,
    }
}

/// Reads the plan of a new mailing.
pub(super) async fn new(call: &Call<'_>, timing: Timing) -> Result<Plan, Failure> {
    let template = template(call).await?;
    let message = Message::read_or(call, template)?;
    let mut plan = Plan {
        lifetime_ms: timing.lifetime_ms,
        spread: timing.spread,
        zone_minutes: i32::try_from(timing.zone.minutes()).unwrap_or_default(),
        ..Plan::default()
    };
    put(&mut plan, message)?;
    repeat(call, &mut plan)?;
    remember(call, &mut plan, timing.start_at)?;
    Ok(plan)
}

/// Changes what is given of a plan, and keeps the rest.
pub(super) async fn changed(
    call: &Call<'_>,
    mut plan: Plan,
    timing: Timing,
) -> Result<Plan, Failure> {
    let is_given = |name| Ok::<_, Failure>(call.text(name)?.is_some());
    let has_text = is_given("mes")? || is_given("tpl")?;
    let has_phones = is_given("phones")?;
    if is_given("list")? || has_text && has_phones {
        let template = template(call).await?;
        let message = Message::read_or(call, template)?;
        let named = message.recipients.iter().any(|to| to.originator.is_some());
        let before = std::mem::take(&mut plan.originator);
        put(&mut plan, message)?;
        if !named {
            plan.originator = before;
        }
    } else if has_phones {
        let phones = Phones::read(&call.needed("phones")?, call.settings.correct_eights);
        if plan.text.is_empty() || phones.numbers.is_empty() && phones.groups.is_empty() {
            return Err(Failure::Parameters);
        }
        plan.recipients = phones.numbers.into_iter().map(|to| (to, None)).collect();
        plan.lists = phones.groups.into_iter().map(|list| list.0).collect();
    } else if has_text {
        let template = template(call).await?;
        let (form, text) = Message::form_and_text(call, template)?;
        (plan.form, plan.text) = (form.as_u8(), text);
        for (_, own) in &mut plan.recipients {
            *own = None;
        }
    } else if is_given("flash")? || is_given("translit")? {
        plan.form = message::form(call)?.as_u8();
    }
    if call.sent("sender")?.is_some() {
        plan.originator = message::originator(call)?;
    }
    if is_given("valid")? {
        plan.lifetime_ms = timing.lifetime_ms;
    }
    if is_given("period")? || is_given("freq")? {
        plan.spread = timing.spread;
    }
    if is_given("tz")? {
        plan.zone_minutes = i32::try_from(timing.zone.minutes()).unwrap_or_default();
    }
    repeat(call, &mut plan)?;
    let before = Remembered::of(&plan).start.map(Timestamp::from_seconds);
    let start = if is_given("time")? {
        timing.start_at
    } else {
        before
    };
    remember(call, &mut plan, start)?;
    Ok(plan)
}

/// Returns the text of the template that `tpl` names.
async fn template(call: &Call<'_>) -> Result<Option<String>, Failure> {
    let Some(id) = call.number("tpl")?.filter(|id| *id != 0) else {
        return Ok(None);
    };
    let template = call.gateway.template(call.account.id, TemplateId(id));
    Ok(Some(template.await?.text.text))
}

/// Puts into a plan what is sent to whom. All of it has one sender.
fn put(plan: &mut Plan, message: Message) -> Result<(), Failure> {
    let mut senders = message.recipients.iter().map(|to| &to.originator);
    let first = senders.next().cloned().flatten();
    if senders.any(|other| *other != first) {
        return Err(Failure::Parameters);
    }
    plan.originator = first.unwrap_or(message.originator);
    plan.form = message.form.as_u8();
    plan.text = message.text;
    let recipient = |to: To| (to.number, to.text);
    plan.recipients = message.recipients.into_iter().map(recipient).collect();
    plan.lists = message.groups.into_iter().map(|list| list.0).collect();
    Ok(())
}

/// Reads `rpt` and `rptn`: how often the mailing is sent, and how many times in all.
fn repeat(call: &Call<'_>, plan: &mut Plan) -> Result<(), Failure> {
    if let Some(rpt) = call.within("rpt", 0, 7)? {
        plan.repeat = match rpt {
            1 => Repeat::Hourly,
            2 => Repeat::Daily,
            3 => Repeat::Workdays,
            4 => Repeat::Weekends,
            5 => Repeat::Weekly,
            6 => Repeat::Monthly,
            7 => Repeat::Yearly,
            _ => Repeat::Never,
        };
    }
    if let Some(times) = call.number::<u32>("rptn")? {
        plan.times = Some(times).filter(|times| *times > 0);
    }
    Ok(())
}

fn remember(call: &Call<'_>, plan: &mut Plan, start_at: Option<Timestamp>) -> Result<(), Failure> {
    let mut remembered = Remembered::of(plan);
    if let Some(subject) = call.sent("subj")? {
        remembered.subject = subject;
    }
    if let Some(period) = call.text("period")? {
        period.trim().clone_into(&mut remembered.period);
    }
    remembered.times = plan.times.unwrap_or_default();
    remembered.start = start_at.map(Timestamp::as_seconds);
    plan.remembered = remembered.written();
    Ok(())
}
