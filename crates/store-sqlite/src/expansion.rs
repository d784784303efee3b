//! Campaigns that grow out of a contact list: a step writes the messages of the next contacts and how far it has come.

use rusqlite::{Connection, OptionalExtension, Row};
use sms::{Form, Lane, Timestamp};
use store::campaigns::{Expansion, Halt, Step, Stepped};
use store::notices::Tells;
use store::submissions::Parts;
use store::{AccountId, ContactId, Error, ListId, SubmissionId};

use crate::accept::available;
use crate::leases::Leases;
use crate::message::form_from;
use crate::new_messages::{Originators, Target, check_connectors, price, suppress};
use crate::timing::Timing;
use crate::writing::Writing;
use crate::{books, failed, halts, kept, notices, tallies};

/// Reads expansions that are not complete, by submission.
pub(crate) fn list(
    connection: &Connection,
    after: Option<SubmissionId>,
    limit: u32,
) -> Result<Vec<Expansion>, Error> {
    connection
        .prepare_cached(
            "SELECT e.submission_id, s.account_id, e.list_id, e.after_contact, e.until_contact, s.message_count, e.options, \
             s.originator, s.alternative, s.text, s.variable_names, s.test, s.part_size, s.part_interval, s.expires_at, \
             e.no_money, s.form \
             FROM expansion e JOIN submission s ON s.id = e.submission_id \
             WHERE e.submission_id > ?1 ORDER BY e.submission_id LIMIT ?2",
        )
        .and_then(|mut select| {
            select.query_map((after.map_or(0, |after| after.0), limit), expansion)?.collect()
        })
        .map_err(failed("cannot read expansions"))
}

fn expansion(row: &Row<'_>) -> rusqlite::Result<Expansion> {
    let size: Option<u32> = row.get(12)?;
    let interval_ms: Option<i64> = row.get(13)?;
    Ok(Expansion {
        submission: SubmissionId(row.get(0)?),
        account: AccountId(row.get(1)?),
        list: ListId(row.get(2)?),
        after: ContactId(row.get(3)?),
        until: ContactId(row.get(4)?),
        written: row.get(5)?,
        options: row.get(6)?,
        originator: row.get(7)?,
        alternative: row.get(8)?,
        text: row.get(9)?,
        variable_names: names(row.get_ref(10)?.as_str_or_null()?),
        test: row.get(11)?,
        parts: size
            .zip(interval_ms)
            .map(|(size, interval_ms)| Parts { size, interval_ms }),
        expires_at: Timestamp::from_millis(row.get(14)?),
        waits_for_money: row.get(15)?,
        form: form_from(row.get(16)?),
    })
}

/// Reads the names of a submission's values as they are stored: joined by `;`, NULL for none at all.
pub(crate) fn names(joined: Option<&str>) -> Vec<String> {
    joined.map_or_else(Vec::new, |names| names.split(';').map(Into::into).collect())
}

/// An expansion as the writer sees it.
struct Stand {
    after: ContactId,
    /// The part of the price that no message has yet.
    reserve: i64,
    account: AccountId,
    lane: Lane,
    form: Form,
    test: bool,
    tells: Tells,
    halt: Option<Halt>,
    scheduled: bool,
    written: i64,
    planned: i64,
    originator: String,
    alternative: Option<String>,
    passes_stops: bool,
    timing: Timing,
}

impl Stand {
    fn load(writing: &Writing<'_>, submission: SubmissionId) -> Result<Option<Self>, Error> {
        writing
            .prepare_cached(&format!(
                "SELECT after_contact, reserve, account_id, lane, test, halt, start_at IS NOT NULL, message_count, planned, tells, \
                 originator, alternative, passes_stops, form, {} \
                 FROM expansion JOIN submission ON submission.id = submission_id WHERE submission_id = ?1",
                Timing::COLUMNS
            ))
            .and_then(|mut select| select.query_row([submission.0], Self::from_row).optional())
            .map_err(failed("cannot read an expansion"))
    }

    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            after: ContactId(row.get(0)?),
            reserve: row.get(1)?,
            account: AccountId(row.get(2)?),
            lane: Lane::from_u8(row.get(3)?).unwrap_or(Lane::Bulk),
            test: row.get(4)?,
            halt: halts::halt_from(row.get(5)?),
            scheduled: row.get(6)?,
            written: row.get(7)?,
            planned: row.get(8)?,
            tells: notices::tells(row, 9)?,
            originator: row.get(10)?,
            alternative: row.get(11)?,
            passes_stops: row.get(12)?,
            form: form_from(row.get(13)?),
            timing: Timing::from_row(row, 14)?,
        })
    }
}

/// Writes a step where the expansion stands, if the money for it is there.
pub(crate) fn expand(writing: &Writing<'_>, mut step: Step) -> Result<Stepped, Error> {
    let id = step.submission;
    let stand = match Stand::load(writing, id)? {
        Some(stand) if stand.after == step.after => stand,
        _ => return Ok(Stepped::Outdated),
    };
    if !stand.passes_stops {
        let from = Originators {
            account: stand.account,
            originator: &stand.originator,
            alternative: stand.alternative.as_deref(),
        };
        suppress(writing, &from, step.messages.iter_mut())?;
    }
    let price = price(&step.messages)?;
    let shortage = (price - stand.reserve).max(0);
    if shortage > 0 && !stand.test && available(writing, stand.account)? < shortage {
        wait_for_money(writing, id)?;
        return Ok(Stepped::NoMoney);
    }
    let count = i64::try_from(step.messages.len()).expect("a vector's length fits i64");
    if stand.written + count > stand.planned {
        return Err(Error::other(
            format!("submission {id} would have more messages than numbers"),
            None,
        ));
    }
    check_connectors(writing, &step.messages)?;
    write(writing, &stand, &step)?;
    if shortage > 0 && !stand.test {
        books::hold(writing, stand.account, id, shortage, step.at)?;
    }
    writing
        .prepare_cached(
            "UPDATE submission SET message_count = message_count + ?2, price = price + ?3 WHERE id = ?1",
        )
        .and_then(|mut update| update.execute((id.0, count, shortage)))
        .map_err(failed("cannot count the messages"))?;
    writing
        .prepare_cached(
            "UPDATE expansion SET after_contact = ?2, reserve = ?3, no_money = 0 WHERE submission_id = ?1",
        )
        .and_then(|mut update| {
            update.execute((id.0, step.reached.0, stand.reserve + shortage - price))
        })
        .map_err(failed("cannot tell how far the expansion has come"))?;
    kept::forget(writing, id, step.reached)?;
    if step.last {
        end(writing, id, step.at)?;
        // No more are expected, should some contacts never have come.
        writing
            .prepare_cached("UPDATE submission SET planned = message_count WHERE id = ?1")
            .and_then(|mut update| update.execute([id.0]))
            .map_err(failed("cannot end the expansion"))?;
    }
    Ok(Stepped::Written)
}

fn write(writing: &Writing<'_>, stand: &Stand, step: &Step) -> Result<(), Error> {
    let target = Target {
        submission: step.submission,
        account: stand.account,
        lane: stand.lane,
        form: stand.form,
        test: stand.test,
        tells: stand.tells,
        paused: stand.halt == Some(Halt::Paused),
        scheduled: stand.scheduled,
        timing: stand.timing,
        at: step.at,
    };
    let places = target.write(
        writing,
        stand.timing.first + stand.written,
        &step.messages,
        &mut Leases::default(),
    )?;
    tallies::keep(writing, step.submission, &places)
}

fn wait_for_money(writing: &Writing<'_>, submission: SubmissionId) -> Result<(), Error> {
    writing
        .prepare_cached(
            "UPDATE expansion SET no_money = 1 WHERE submission_id = ?1 AND no_money = 0",
        )
        .and_then(|mut update| update.execute([submission.0]))
        .map(|_| ())
        .map_err(failed("cannot let an expansion wait"))
}

/// Ends the submission's expansion, if it has one: no more messages come, and what is held for them is released.
pub(crate) fn end(
    writing: &Writing<'_>,
    submission: SubmissionId,
    at: Timestamp,
) -> Result<(), Error> {
    let found: Option<(i64, i64, bool)> = writing
        .prepare_cached(
            "SELECT account_id, reserve, test FROM expansion JOIN submission ON submission.id = submission_id \
             WHERE submission_id = ?1",
        )
        .and_then(|mut select| {
            select
                .query_row([submission.0], |row| {
                    Ok((row.get(0)?, row.get(1)?, row.get(2)?))
                })
                .optional()
        })
        .map_err(failed("cannot read an expansion"))?;
    let Some((account, reserve, test)) = found else {
        return Ok(());
    };
    writing
        .prepare_cached("DELETE FROM expansion WHERE submission_id = ?1")
        .and_then(|mut delete| delete.execute([submission.0]))
        .and_then(|_| {
            writing
                .prepare_cached("UPDATE submission SET price = price - ?2 WHERE id = ?1")?
                .execute((submission.0, reserve))
        })
        .map_err(failed("cannot end the expansion"))?;
    if !test {
        books::release_rest(writing, AccountId(account), submission, reserve, at)?;
    }
    Ok(())
}
