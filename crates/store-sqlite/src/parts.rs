//! Parts of long messages from handsets, until all have come or none is waited for any more.

use rusqlite::{Connection, OptionalExtension, Row};
use sms::Timestamp;
use sms::text::{Concatenation, Encoding};
use store::inbound::{KNOWN_AGAIN_MS, NewPart, Part};
use store::{ConnectorId, Error, PartId};

use crate::failed;

/// How many texts with the same reference a part is compared with, the latest: more come in a short while only from somebody who
/// means no good, and nobody else may wait for him.
const LATEST: u32 = 8;

/// How many octets are read at once, so that long texts do not fill the memory.
const OCTETS_AT_ONCE: usize = 4 * 1024 * 1024;

/// Parts are missing.
const INCOMPLETE: u8 = 0;
/// None is waited for any more.
const READY: u8 = 1;
/// All that came are in messages.
const USED: u8 = 2;

/// Without those used so long ago that their parts are not known again, whether they are forgotten yet or not.
const SAME_KEY: &str = "SELECT id, state FROM inbound_text WHERE sender = ?1 AND recipient = ?2 AND reference = ?3 \
     AND total = ?4 AND encoding = ?5 AND connector_id = ?6 AND (state <> 2 OR at >= ?7) ORDER BY id DESC LIMIT ?8";

const OCTETS: &str = "SELECT octets FROM inbound_part WHERE text_id = ?1 AND position = ?2";

const READY_TEXTS: &str = "SELECT id, connector_id, sender, recipient, reference, total, encoding FROM inbound_text \
     WHERE state = 1 ORDER BY at, id LIMIT ?1";

const OVERDUE_TEXTS: &str = "SELECT id, connector_id, sender, recipient, reference, total, encoding FROM inbound_text \
     WHERE state = 0 AND at < ?2 ORDER BY at, id LIMIT ?1";

const PARTS: &str = "SELECT id, position, octets, at FROM inbound_part \
     WHERE text_id = ?1 AND used = 0 ORDER BY position";

const UNUSED: &str = "SELECT 1 FROM inbound_part WHERE text_id = ?1 AND used = 0";

const OLD: &str = "SELECT id FROM inbound_text WHERE state = 2 AND at < ?1 ORDER BY at LIMIT ?2";

const FORGET_PARTS: &str = "DELETE FROM inbound_part WHERE text_id = ?1";

/// Writes parts, and forgets texts used long ago, two for each part at most: there are never more of them for long than come in
/// that time.
pub(crate) fn receive(connection: &Connection, parts: &[NewPart]) -> Result<(), Error> {
    let Some(latest) = parts.iter().map(|part| part.at).max() else {
        return Ok(());
    };
    let most = u32::try_from(2 * parts.len()).unwrap_or(u32::MAX);
    forget(connection, latest, most)?;
    parts.iter().try_for_each(|part| keep(connection, part))
}

fn keep(connection: &Connection, part: &NewPart) -> Result<(), Error> {
    let same: Vec<(i64, u8)> = connection
        .prepare_cached(SAME_KEY)
        .and_then(|mut select| {
            let key = (
                &part.from,
                &part.to,
                part.concatenation.reference,
                part.concatenation.total,
                encode(part.encoding),
                part.connector.0,
                part.at.plus_millis(-KNOWN_AGAIN_MS).as_millis(),
                LATEST,
            );
            select
                .query_map(key, |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect()
        })
        .map_err(failed("cannot look for parts"))?;
    let mut newest = None;
    for &(text, state) in &same {
        let octets = octets(connection, text, part.concatenation.index)?;
        if octets.as_ref() == Some(&part.octets) {
            // It is sent again.
            return Ok(());
        }
        newest.get_or_insert((text, state, octets.is_some()));
    }
    // Of those with one reference only the newest can be incomplete.
    let text = match newest {
        Some((text, INCOMPLETE, false)) => text,
        Some((text, INCOMPLETE, true)) => {
            // Its place is taken: the reference has been used again.
            set_state(connection, text, READY, None)?;
            begin(connection, part)?
        }
        Some(_) | None => begin(connection, part)?,
    };
    add(connection, text, part)
}

/// The octets of a text's part at this position.
fn octets(connection: &Connection, text: i64, position: u8) -> Result<Option<Vec<u8>>, Error> {
    connection
        .prepare_cached(OCTETS)
        .and_then(|mut select| {
            select
                .query_row((text, position), |row| row.get(0))
                .optional()
        })
        .map_err(failed("cannot read a part"))
}

fn begin(connection: &Connection, part: &NewPart) -> Result<i64, Error> {
    connection
        .prepare_cached(
            "INSERT INTO inbound_text (connector_id, sender, recipient, reference, total, encoding, at) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )
        .and_then(|mut insert| {
            insert.insert((
                part.connector.0,
                &part.from,
                &part.to,
                part.concatenation.reference,
                part.concatenation.total,
                encode(part.encoding),
                part.at.as_millis(),
            ))
        })
        .map_err(failed("cannot begin a text of several parts"))
}

fn add(connection: &Connection, text: i64, part: &NewPart) -> Result<(), Error> {
    let position = part.concatenation.index;
    let at = part.at.as_millis();
    connection
        .prepare_cached(
            "INSERT INTO inbound_part (text_id, position, octets, at) VALUES (?1, ?2, ?3, ?4)",
        )
        .and_then(|mut insert| insert.execute((text, position, &part.octets, at)))
        .map_err(failed("cannot keep a part"))?;
    connection
        .prepare_cached(
            "UPDATE inbound_text SET parts = parts + 1, at = max(at, ?2), state = CASE WHEN parts + 1 >= total THEN 1 ELSE 0 END \
             WHERE id = ?1",
        )
        .and_then(|mut update| update.execute((text, at)))
        .map(|_| ())
        .map_err(failed("cannot count a part"))
}

fn set_state(
    connection: &Connection,
    text: i64,
    state: u8,
    at: Option<Timestamp>,
) -> Result<(), Error> {
    connection
        .prepare_cached("UPDATE inbound_text SET state = ?2, at = coalesce(?3, at) WHERE id = ?1")
        .and_then(|mut update| update.execute((text, state, at.map(Timestamp::as_millis))))
        .map(|_| ())
        .map_err(failed("cannot write how a text stands"))
}

/// Marks parts as used by a message; tells whether none of them was before. Of a text that is used in part, the rest is not waited
/// for any more.
pub(crate) fn use_up(
    connection: &Connection,
    parts: &[PartId],
    at: Timestamp,
) -> Result<bool, Error> {
    let mut texts = Vec::new();
    for part in parts {
        let text: Option<i64> = connection
            .prepare_cached("SELECT text_id FROM inbound_part WHERE id = ?1 AND used = 0")
            .and_then(|mut select| select.query_row([part.0], |row| row.get(0)).optional())
            .map_err(failed("cannot look for a part"))?;
        match text {
            Some(text) if texts.contains(&text) => {}
            Some(text) => texts.push(text),
            None => return Ok(false),
        }
    }
    for part in parts {
        connection
            .prepare_cached("UPDATE inbound_part SET used = 1 WHERE id = ?1")
            .and_then(|mut update| update.execute([part.0]))
            .map_err(failed("cannot use a part"))?;
    }
    for text in texts {
        let unused = connection
            .prepare_cached(UNUSED)
            .and_then(|mut select| select.exists([text]))
            .map_err(failed("cannot look for a text's parts"))?;
        if unused {
            set_state(connection, text, READY, None)?;
        } else {
            set_state(connection, text, USED, Some(at))?;
        }
    }
    Ok(true)
}

fn forget(connection: &Connection, now: Timestamp, limit: u32) -> Result<(), Error> {
    let before = now.plus_millis(-KNOWN_AGAIN_MS).as_millis();
    let old: Vec<i64> = connection
        .prepare_cached(OLD)
        .and_then(|mut select| {
            select
                .query_map((before, limit), |row| row.get(0))?
                .collect()
        })
        .map_err(failed("cannot look for texts used long ago"))?;
    for text in old {
        connection
            .prepare_cached(FORGET_PARTS)
            .and_then(|mut delete| delete.execute([text]))
            .and_then(|_| {
                connection
                    .prepare_cached("DELETE FROM inbound_text WHERE id = ?1")?
                    .execute([text])
            })
            .map_err(failed("cannot forget the parts of a text"))?;
    }
    Ok(())
}

/// Reads the parts of texts for which none is waited any more, then of those that have waited since before `before`.
pub(crate) fn whole_or_overdue(
    view: &Connection,
    before: Timestamp,
    limit: u32,
) -> Result<Vec<Vec<Part>>, Error> {
    let mut texts = read_texts(view, READY_TEXTS, rusqlite::params![limit])?;
    let left = limit.saturating_sub(u32::try_from(texts.len()).unwrap_or(u32::MAX));
    let overdue = rusqlite::params![left, before.as_millis()];
    texts.append(&mut read_texts(view, OVERDUE_TEXTS, overdue)?);
    let mut found = Vec::with_capacity(texts.len());
    let mut read = 0;
    for text in texts {
        if read >= OCTETS_AT_ONCE {
            break;
        }
        let parts = text.parts(view)?;
        read += parts
            .iter()
            .map(|part| part.part.octets.len())
            .sum::<usize>();
        found.push(parts);
    }
    Ok(found)
}

/// What the parts of a text have in common.
struct Text {
    id: i64,
    connector: ConnectorId,
    from: String,
    to: String,
    reference: u16,
    total: u8,
    encoding: Encoding,
}

fn read_texts(
    view: &Connection,
    sql: &str,
    parameters: impl rusqlite::Params,
) -> Result<Vec<Text>, Error> {
    view.prepare_cached(sql)
        .and_then(|mut select| select.query_map(parameters, Text::from_row)?.collect())
        .map_err(failed("cannot read texts of several parts"))
}

impl Text {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            connector: ConnectorId(row.get(1)?),
            from: row.get(2)?,
            to: row.get(3)?,
            reference: row.get(4)?,
            total: row.get(5)?,
            encoding: decode(row.get(6)?),
        })
    }

    /// Reads its parts that are in no message yet, in their order.
    fn parts(&self, view: &Connection) -> Result<Vec<Part>, Error> {
        view.prepare_cached(PARTS)
            .and_then(|mut select| select.query_map([self.id], |row| self.part(row))?.collect())
            .map_err(failed("cannot read the parts of a text"))
    }

    fn part(&self, row: &Row<'_>) -> rusqlite::Result<Part> {
        Ok(Part {
            id: PartId(row.get(0)?),
            part: NewPart {
                connector: self.connector,
                from: self.from.clone(),
                to: self.to.clone(),
                concatenation: Concatenation {
                    reference: self.reference,
                    total: self.total,
                    index: row.get(1)?,
                },
                encoding: self.encoding,
                octets: row.get(2)?,
                at: Timestamp::from_millis(row.get(3)?),
            },
        })
    }
}

const fn encode(encoding: Encoding) -> u8 {
    match encoding {
        Encoding::Gsm7 => 0,
        Encoding::Ucs2 => 1,
        Encoding::Binary => 2,
    }
}

/// Reads what [`encode`] wrote; octets of an unknown alphabet are octets.
const fn decode(code: u8) -> Encoding {
    match code {
        0 => Encoding::Gsm7,
        1 => Encoding::Ucs2,
        _ => Encoding::Binary,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sent::tests::plan;

    #[test]
    fn parts_are_found_through_an_index_and_nothing_is_sorted() {
        for (sql, step) in [
            (
                SAME_KEY,
                "SEARCH inbound_text USING INDEX inbound_text_key (sender=? AND recipient=? AND reference=? AND total=? \
                 AND encoding=? AND connector_id=?)",
            ),
            (
                READY_TEXTS,
                "SEARCH inbound_text USING INDEX inbound_text_state (state=?)",
            ),
            (
                OVERDUE_TEXTS,
                "SEARCH inbound_text USING INDEX inbound_text_state (state=? AND at<?)",
            ),
            (
                OLD,
                "SEARCH inbound_text USING COVERING INDEX inbound_text_state (state=? AND at<?)",
            ),
        ] {
            assert_eq!(plan(sql), [step]);
        }
        for (sql, key) in [
            (OCTETS, "(text_id=? AND position=?)"),
            (PARTS, "(text_id=?)"),
            (UNUSED, "(text_id=?)"),
            (FORGET_PARTS, "(text_id=?)"),
        ] {
            let step = plan(sql).join("; ");
            let index = format!("INDEX sqlite_autoindex_inbound_part_1 {key}");
            assert!(step.ends_with(&index), "{step}");
        }
    }

    #[test]
    fn the_codes_in_the_queries_are_those_of_the_states() {
        for (sql, state) in [
            (READY_TEXTS, READY),
            (OVERDUE_TEXTS, INCOMPLETE),
            (OLD, USED),
        ] {
            assert!(sql.contains(&format!("state = {state} ")), "{sql}");
        }
        assert!(SAME_KEY.contains(&format!("state <> {USED} ")));
    }
}
