//! Mailings: plans and when each is due.

use async_trait::async_trait;
use rusqlite::{Connection, Params, Row};
use sms::Timestamp;
use store::mailings::{Mailing, Mailings, NewMailing, Run};
use store::{AccountId, Error, MailingId, SubmissionId};

use crate::once::Look;
use crate::{SqliteStore, failed, once};

/// How many octets of plans are read at once, but for the last one.
const PLANS_AT_ONCE: usize = 8 * 1024 * 1024;

#[async_trait]
impl Mailings for SqliteStore {
    async fn add_mailing(&self, mailing: NewMailing) -> Result<Option<MailingId>, Error> {
        self.writer
            .write(move |writing| add(writing, &mailing))
            .await
    }

    async fn change_mailing(
        &self,
        account: AccountId,
        mailing: MailingId,
        name: String,
        plan: String,
        next_at: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let next_at = next_at.map(Timestamp::as_millis);
        self.writer
            .write(move |writing| {
                touch(
                    writing,
                    "UPDATE mailing SET name = ?3, plan = ?4, next_at = CASE WHEN disabled THEN NULL ELSE ?5 END, \
                     changed_at = max(?6, changed_at + 1) WHERE id = ?1 AND account_id = ?2",
                    (mailing.0, account.0, &name, &plan, next_at, now.as_millis()),
                )
            })
            .await
    }

    async fn disable_mailing(
        &self,
        account: AccountId,
        mailing: MailingId,
        now: Timestamp,
    ) -> Result<bool, Error> {
        self.writer
            .write(move |writing| {
                touch(
                    writing,
                    "UPDATE mailing SET disabled = 1, next_at = NULL, changed_at = max(?3, changed_at + 1) \
                     WHERE id = ?1 AND account_id = ?2",
                    (mailing.0, account.0, now.as_millis()),
                )
            })
            .await
    }

    async fn remove_mailing(&self, account: AccountId, mailing: MailingId) -> Result<bool, Error> {
        self.writer
            .write(move |writing| {
                touch(
                    writing,
                    "DELETE FROM mailing WHERE id = ?1 AND account_id = ?2",
                    (mailing.0, account.0),
                )
            })
            .await
    }

    async fn mailing(
        &self,
        account: AccountId,
        mailing: MailingId,
    ) -> Result<Option<Mailing>, Error> {
        self.readers
            .read(move |connection| {
                let such = "id = ?1 AND account_id = ?2";
                Ok(select(connection, such, (mailing.0, account.0))?.pop())
            })
            .await
    }

    async fn mailing_by_reference(
        &self,
        account: AccountId,
        reference: &str,
    ) -> Result<Option<Mailing>, Error> {
        let reference = reference.to_owned();
        self.readers
            .read(
                move |connection| Ok(select(connection, REFERRED, (account.0, &reference))?.pop()),
            )
            .await
    }

    async fn mailings(
        &self,
        account: AccountId,
        from: Timestamp,
        until: Timestamp,
        after: Option<MailingId>,
        limit: u32,
    ) -> Result<Vec<Mailing>, Error> {
        let after = after.map_or(0, |after| after.0);
        let (from, until) = (from.as_millis(), until.as_millis());
        self.readers
            .read(move |connection| {
                select(connection, PAGE, (account.0, after, from, until, limit))
            })
            .await
    }

    async fn mailings_due(&self, now: Timestamp, limit: u32) -> Result<Vec<Mailing>, Error> {
        self.readers
            .read(move |connection| select(connection, DUE, (now.as_millis(), limit)))
            .await
    }

    async fn mailing_ran(
        &self,
        run: Run,
        submission: Option<SubmissionId>,
        next_at: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let submission = submission.map(|submission| submission.0);
        let next_at = next_at.map(Timestamp::as_millis);
        self.writer
            .write(move |writing| {
                touch(
                    writing,
                    "UPDATE mailing SET runs = runs + 1, ran_at = ?5, submission_id = coalesce(?3, submission_id), \
                     next_at = CASE changed_at WHEN ?6 THEN ?4 ELSE next_at END WHERE id = ?1 AND runs = ?2",
                    (
                        run.mailing.0,
                        run.before,
                        submission,
                        next_at,
                        now.as_millis(),
                        run.changed_at.as_millis(),
                    ),
                )
            })
            .await
    }

    async fn put_off_mailing(&self, run: Run, next_at: Timestamp) -> Result<(), Error> {
        self.writer
            .write(move |writing| {
                touch(
                    writing,
                    "UPDATE mailing SET next_at = ?4 WHERE id = ?1 AND runs = ?2 AND changed_at = ?3",
                    (
                        run.mailing.0,
                        run.before,
                        run.changed_at.as_millis(),
                        next_at.as_millis(),
                    ),
                )
                .map(drop)
            })
            .await
    }

    async fn mailing_submissions(
        &self,
        account: AccountId,
        mailing: MailingId,
        limit: u32,
    ) -> Result<Vec<SubmissionId>, Error> {
        self.readers
            .read(move |connection| {
                let mut found: Vec<_> = connection
                    .prepare_cached(SUBMISSIONS)
                    .and_then(|mut select| {
                        let number = |row: &Row<'_>| row.get(0).map(SubmissionId);
                        select
                            .query_map((account.0, mailing.0, limit), number)?
                            .collect()
                    })
                    .map_err(failed("cannot read what a mailing has submitted"))?;
                found.reverse();
                Ok(found)
            })
            .await
    }
}

const REFERRED: &str = "account_id = ?1 AND reference = ?2 ORDER BY id DESC LIMIT 1";

const PAGE: &str =
    "account_id = ?1 AND id > ?2 AND created_at >= ?3 AND created_at < ?4 ORDER BY id LIMIT ?5";

const DUE: &str = "next_at <= ?1 ORDER BY next_at, id LIMIT ?2";

const SUBMISSIONS: &str = "SELECT id FROM submission WHERE mailing_id = ?2 AND account_id = ?1 \
     AND control_of IS NULL ORDER BY id DESC LIMIT ?3";

/// Writes a mailing, unless it repeats what was accepted before.
fn add(connection: &Connection, mailing: &NewMailing) -> Result<Option<MailingId>, Error> {
    if let Some(once) = &mailing.once
        && Look::at(connection, mailing.account, mailing.created_at)
            .up(once)?
            .is_some()
    {
        return Ok(None);
    }
    let number = connection
        .prepare_cached(
            "INSERT INTO mailing (account_id, reference, name, plan, created_at, changed_at, next_at) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?6)",
        )
        .and_then(|mut insert| {
            insert.insert((
                mailing.account.0,
                &mailing.reference,
                &mailing.name,
                &mailing.plan,
                mailing.created_at.as_millis(),
                mailing.next_at.map(Timestamp::as_millis),
            ))
        })
        .map_err(failed("cannot write a mailing"))?;
    if let Some(once) = &mailing.once {
        once::note(connection, mailing.account, [once], number)?;
    }
    Ok(Some(MailingId(number)))
}

fn such_mailings(such: &str) -> String {
    format!(
        "SELECT id, account_id, reference, name, plan, created_at, changed_at, next_at, ran_at, runs, submission_id, disabled \
         FROM mailing WHERE {such}"
    )
}

/// Reads such mailings, until their plans take too much room.
fn select(
    connection: &Connection,
    such: &str,
    parameters: impl Params,
) -> Result<Vec<Mailing>, Error> {
    let read = || {
        let mut select = connection.prepare_cached(&such_mailings(such))?;
        let mut rows = select.query(parameters)?;
        let mut found = Vec::new();
        let mut octets = 0;
        while octets < PLANS_AT_ONCE
            && let Some(row) = rows.next()?
        {
            let mailing = mailing(row)?;
            octets += mailing.plan.len();
            found.push(mailing);
        }
        Ok(found)
    };
    read().map_err(failed("cannot read mailings"))
}

fn mailing(row: &Row<'_>) -> rusqlite::Result<Mailing> {
    let moment = |column| {
        row.get::<_, Option<i64>>(column)
            .map(|millis| millis.map(Timestamp::from_millis))
    };
    Ok(Mailing {
        id: MailingId(row.get(0)?),
        account: AccountId(row.get(1)?),
        reference: row.get(2)?,
        name: row.get(3)?,
        plan: row.get(4)?,
        created_at: Timestamp::from_millis(row.get(5)?),
        changed_at: Timestamp::from_millis(row.get(6)?),
        next_at: moment(7)?,
        ran_at: moment(8)?,
        runs: row.get(9)?,
        last: row.get::<_, Option<i64>>(10)?.map(SubmissionId),
        disabled: row.get(11)?,
    })
}

/// Writes to one mailing; tells whether it was there.
fn touch(connection: &Connection, sql: &str, parameters: impl Params) -> Result<bool, Error> {
    connection
        .prepare_cached(sql)
        .and_then(|mut write| write.execute(parameters))
        .map(|rows| rows > 0)
        .map_err(failed("cannot write a mailing"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sent::tests::plan;

    #[test]
    fn mailings_are_found_through_an_index_and_nothing_is_sorted() {
        for (sql, step) in [
            (
                such_mailings(REFERRED),
                "SEARCH mailing USING INDEX mailing_reference (account_id=? AND reference=?)",
            ),
            (
                such_mailings(PAGE),
                "SEARCH mailing USING INDEX mailing_account (account_id=? AND id>?)",
            ),
            (
                such_mailings(DUE),
                "SEARCH mailing USING INDEX mailing_due (next_at<?)",
            ),
            (
                SUBMISSIONS.to_owned(),
                "SEARCH submission USING INDEX submission_mailing (mailing_id=?)",
            ),
        ] {
            assert_eq!(plan(&sql), [step], "{sql}");
        }
    }
}
