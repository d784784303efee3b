//! Accepting a submission: its row, its messages or its expansion, its control copy and its hold.

use sms::Timestamp;
use store::campaigns::NewExpansion;
use store::notices::Tells;
use store::submissions::{Acceptance, NewMessage, NewSubmission};
use store::{AccountId, Error, MessageId, SubmissionId};

use crate::known::Numbered;
use crate::leases::Leases;
use crate::new_messages::{Originators, Target, check_connectors, is_waiting, price, suppress};
use crate::once::{Repeats, repeats, use_up};
use crate::tallies::COUNTED_WHEN_ASKED;
use crate::timing::Timing;
use crate::writing::{Sql, Writing};
use crate::{books, failed, known, tallies};

/// Accepts it whole, or writes nothing.
pub(crate) fn accept(
    writing: &Writing<'_>,
    mut new: NewSubmission,
    leases: &mut Leases,
) -> Result<Acceptance, Error> {
    // All that can be refused is refused before the first row is written: an answer is no error, and undoes nothing.
    let (repeated, first_repeated) = match repeats(writing, &new)? {
        Repeats::All(submission) => return Ok(Acceptance::Repeated { submission }),
        Repeats::Messages {
            positions,
            submission,
        } => (positions, submission),
    };
    leave_out(&mut new.messages, &repeated);
    if suppress_stopped(writing, &mut new)? {
        // Then those that repeat are all that could leave.
        return Ok(match first_repeated {
            Some(submission) => Acceptance::Repeated { submission },
            None => Acceptance::NobodyLeft,
        });
    }
    if let Some(expansion) = &new.expansion
        && has_been_emptied(writing, new.account, expansion)?
    {
        return Ok(Acceptance::NobodyLeft);
    }
    let price_micros = match &new.expansion {
        Some(expansion) => expansion.price_micros,
        None => price(&new.messages)?,
    };
    let with_copy = price_micros.saturating_add(price(&new.control)?);
    if !new.test {
        let available = available(writing, new.account)?;
        if with_copy > available {
            return Ok(Acceptance::Insufficient {
                available_micros: available,
            });
        }
    }
    check_connectors(writing, new.messages.iter().chain(&new.control))?;
    let (submission, first_message) = write(writing, &new, price_micros, None, leases)?;
    if !new.test {
        use_up(writing, &new, submission)?;
    }
    if let Some(expansion) = &new.expansion {
        begin_expansion(writing, new.account, submission, expansion)?;
    }
    let segments = new
        .messages
        .iter()
        .map(|message| u64::from(message.segments))
        .sum();
    if let Some(copy) = new.control.take() {
        write_copy(writing, new, copy, submission)?;
    }
    Ok(Acceptance::Accepted {
        submission,
        price_micros: with_copy,
        segments,
        first_message,
        repeated,
    })
}

/// Keeps back what must not leave, the control copy too; tells whether nobody is left to send to because of that.
fn suppress_stopped(writing: &Writing<'_>, new: &mut NewSubmission) -> Result<bool, Error> {
    if new.passes_stops {
        return Ok(false);
    }
    let from = Originators {
        account: new.account,
        originator: &new.originator,
        alternative: new.alternative.as_deref(),
    };
    suppress(writing, &from, new.control.iter_mut())?;
    suppress(writing, &from, new.messages.iter_mut())
}

/// Takes the messages at these positions, which ascend, out of a submission.
fn leave_out(messages: &mut Vec<NewMessage>, positions: &[usize]) {
    if positions.is_empty() {
        return;
    }
    let (mut position, mut left_out) = (0, positions.iter().peekable());
    messages.retain(|_| {
        let stays = left_out.next_if_eq(&&position).is_none();
        position += 1;
        stays
    });
}

/// What the account can spend, its credit included; conflict when there is no such account.
pub(crate) fn available(writing: &Writing<'_>, account: AccountId) -> Result<i64, Error> {
    let standing = known::standing(writing, account)?;
    // A limit near the end of the range means that there is none: the sum must not wrap.
    Ok(standing.available.saturating_add(standing.credit_limit))
}

/// Writes the control copy of a submission: a submission of its own, of which no account is told.
fn write_copy(
    writing: &Writing<'_>,
    new: NewSubmission,
    copy: NewMessage,
    main: SubmissionId,
) -> Result<(), Error> {
    let control = NewSubmission {
        messages: vec![copy],
        expansion: None,
        parts: None,
        reference: None,
        mailing: None,
        tells: Tells::default(),
        ..new
    };
    let price_micros = price(&control.messages)?;
    let mut leases = Leases::default();
    write(writing, &control, price_micros, Some(main), &mut leases).map(drop)
}

/// Writes a submission with its messages and its hold.
fn write(
    writing: &Writing<'_>,
    new: &NewSubmission,
    price_micros: i64,
    control_of: Option<SubmissionId>,
    leases: &mut Leases,
) -> Result<(SubmissionId, MessageId), Error> {
    let first = known::reserve_numbers(writing, Numbered::Message, planned(new))?;
    let submission = insert_submission(writing, new, price_micros, first, control_of)?;
    let target = Target {
        submission,
        account: new.account,
        lane: new.lane,
        form: new.form,
        test: new.test,
        tells: new.tells,
        paused: false,
        scheduled: new.start_at.is_some(),
        timing: Timing {
            first,
            start_at: new.start_at.unwrap_or(new.created_at),
            expires_at: new.expires_at,
            parts: new.parts,
        },
        at: new.created_at,
    };
    let is_tallied = new.messages.len() > COUNTED_WHEN_ASKED;
    if new.test || new.expires_at <= new.created_at {
        leases.close();
    }
    leases.begin(writing, new, is_tallied)?;
    let places = target.write(writing, first, &new.messages, leases)?;
    if is_tallied {
        tallies::keep(writing, submission, &places)?;
    }
    if !new.test {
        books::hold(
            writing,
            new.account,
            submission,
            price_micros,
            new.created_at,
        )?;
    }
    Ok((submission, MessageId(first)))
}

/// How many messages it is to have.
fn planned(new: &NewSubmission) -> i64 {
    match &new.expansion {
        Some(expansion) => i64::from(expansion.contacts),
        None => i64::try_from(new.messages.len()).expect("a vector's length fits i64"),
    }
}

static INSERT: Sql = Sql::new(
    "INSERT INTO submission (account_id, originator, text, lane, source, test, price, first_message_id, \
             message_count, created_at, start_at, expires_at, sweep_at, alternative, variable_names, part_size, \
             part_interval, planned, control_of, list_id, form, reference, mailing_id, tells, passes_stops) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, \
             ?21, ?22, ?23, ?24, ?25)",
);

fn insert_submission(
    writing: &Writing<'_>,
    new: &NewSubmission,
    price_micros: i64,
    first_message: i64,
    control_of: Option<SubmissionId>,
) -> Result<SubmissionId, Error> {
    let count = i64::try_from(new.messages.len()).expect("a vector's length fits i64");
    // A submission whose messages are all final already, or never will be, has nothing to sweep.
    let open = new.expansion.is_some() || new.messages.iter().any(is_waiting);
    let sweep_at = (!new.test && open).then_some(new.expires_at);
    let variable_names = (!new.variable_names.is_empty()).then(|| new.variable_names.join(";"));
    let row = rusqlite::params![
        new.account.0,
        &new.originator,
        &new.text,
        new.lane.as_u8(),
        &new.source,
        new.test,
        price_micros,
        first_message,
        count,
        new.created_at.as_millis(),
        new.start_at.map(Timestamp::as_millis),
        new.expires_at.as_millis(),
        sweep_at.map(Timestamp::as_millis),
        &new.alternative,
        variable_names,
        new.parts.map(|parts| parts.size.max(1)),
        new.parts.map(|parts| parts.interval_ms),
        planned(new),
        control_of.map(|main| main.0),
        new.expansion.as_ref().map(|expansion| expansion.list.0),
        new.form.as_u8(),
        &new.reference,
        new.mailing.map(|mailing| mailing.0),
        new.tells.as_u8(),
        new.passes_stops,
    ];
    writing
        .using(&INSERT, |insert| insert.insert(row))
        .map(SubmissionId)
        .map_err(failed("cannot write the submission"))
}

/// Tells whether the account's list has none of the contacts any more that it was priced for.
fn has_been_emptied(
    writing: &Writing<'_>,
    account: AccountId,
    expansion: &NewExpansion,
) -> Result<bool, Error> {
    writing
        .prepare_cached(
            "SELECT 1 FROM contact_list WHERE id = ?1 AND account_id = ?2 AND state = 0 \
             AND NOT EXISTS (SELECT 1 FROM contact WHERE list_id = ?1 AND id <= ?3)",
        )
        .and_then(|mut select| select.exists((expansion.list.0, account.0, expansion.until.0)))
        .map_err(failed("cannot look into a contact list"))
}

/// Writes what the submission's messages will come from; conflict when the account has no such list.
fn begin_expansion(
    writing: &Writing<'_>,
    account: AccountId,
    submission: SubmissionId,
    expansion: &NewExpansion,
) -> Result<(), Error> {
    let rows = writing
        .prepare_cached(
            "INSERT INTO expansion (submission_id, list_id, after_contact, until_contact, reserve, options) \
             SELECT ?1, id, 0, ?4, ?5, ?6 FROM contact_list WHERE id = ?2 AND account_id = ?3 AND state = 0",
        )
        .and_then(|mut insert| {
            insert.execute((
                submission.0,
                expansion.list.0,
                account.0,
                expansion.until.0,
                expansion.price_micros,
                &expansion.options,
            ))
        })
        .map_err(failed("cannot begin the expansion"))?;
    match rows {
        1 => Ok(()),
        _ => Err(Error::conflict(format!(
            "there is no contact list {}",
            expansion.list
        ))),
    }
}
