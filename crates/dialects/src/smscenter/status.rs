//! `status.php`: what has become of messages.

mod told;

use std::collections::HashMap;

use gateway::{Sent, SubmissionId};
use sms::{Msisdn, Refusal};

use super::answer::Answered;
use super::call::Call;
use super::faults::Failure;
use super::ids::Id;
use super::limits::Alike;
use super::message;

pub(super) use told::{country, kind, send_at};

/// The most messages that one request may ask for.
const MOST_MESSAGES: usize = 500;

/// How many messages of a submission are looked through for one whose recipient is not a number.
const MOST_LOOKED_THROUGH: u32 = 1_000;

/// Says how much is told of a message.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Detail {
    /// The status and its time.
    Short,
    /// The message too.
    Full,
    /// And where the phone is.
    FullWithPlace,
}

/// Names a message: a phone, and the id that the program or we gave.
struct Asked {
    phone: String,
    id: Id,
}

/// Answers `status.php`. A comma in `phone` or `id`, be it the last sign, asks for a list.
pub(super) async fn status(call: Call<'_>) -> Result<Answered, Failure> {
    let detail = match call.text("all")?.as_deref().map(str::trim) {
        None | Some("0") => Detail::Short,
        Some("1") => Detail::Full,
        Some("2") => Detail::FullWithPlace,
        Some(_) => return Err(Failure::Parameters),
    };
    let (phones, ids) = (call.needed("phone")?, call.needed("id")?);
    let several = phones.contains(',') || ids.contains(',');
    let asked = pairs(&phones, &ids)?;
    if call.flag("del") {
        return delete(&call, &asked).await;
    }
    let alike = Alike::In(&["phone", "id"]);
    call.at_most(call.settings.per_minute.statuses, alike)?;
    let found = find(&call, &asked).await?;
    let record = |(asked, sent): (&Asked, &Option<Sent>)| match sent {
        Some(sent) => told::told(sent, asked, detail, several),
        None => told::not_found(asked, detail, several),
    };
    let mut records: Vec<_> = asked.iter().zip(&found).map(record).collect();
    if several {
        return Ok(Answered::many(records).called("sms_list", "sms"));
    }
    let record = records.pop().ok_or(Failure::Parameters)?;
    Ok(Answered::one(record))
}

/// Pairs phones and ids: each with the one at its place, or one with all of the other kind.
fn pairs(phones: &str, ids: &str) -> Result<Vec<Asked>, Failure> {
    let split = |list: &str| -> Vec<String> {
        let entries = list.split(',').map(str::trim);
        entries
            .filter(|entry| !entry.is_empty())
            .map(str::to_owned)
            .collect()
    };
    let phones = split(phones);
    let ids = split(ids)
        .into_iter()
        .map(|id| Id::read(&id)?.ok_or(Failure::Parameters));
    let ids: Vec<Id> = ids.collect::<Result<_, _>>()?;
    let count = match (phones.len(), ids.len()) {
        (0, _) | (_, 0) => return Err(Failure::Parameters),
        (1, count) | (count, 1) => count,
        (count, same) if count == same => count,
        _ => return Err(Failure::Parameters),
    };
    if count > MOST_MESSAGES {
        return Err(Failure::Parameters);
    }
    let pair = |(phone, id): (&String, &Id)| Asked {
        phone: phone.clone(),
        id: id.clone(),
    };
    let all = phones.iter().cycle().zip(ids.iter().cycle());
    Ok(all.take(count).map(pair).collect())
}

/// Finds messages, those of one submission together.
async fn find(call: &Call<'_>, asked: &[Asked]) -> Result<Vec<Option<Sent>>, Failure> {
    let mut by_id: HashMap<&Id, Vec<usize>> = HashMap::new();
    for (position, asked) in asked.iter().enumerate() {
        by_id.entry(&asked.id).or_default().push(position);
    }
    let mut found: Vec<Option<Sent>> = asked.iter().map(|_| None).collect();
    for (id, positions) in by_id {
        let Some(submission) = submission(call, id).await? else {
            continue;
        };
        let correct = call.settings.correct_eights;
        let number = |position: usize| message::number(&asked[position].phone, correct);
        let numbers = positions
            .iter()
            .filter_map(|&position| Msisdn::parse(&number(position)).ok());
        let messages = call
            .gateway
            .messages_to(call.account.id, submission, numbers.collect());
        // Of several to one phone the last one counts.
        let messages = messages.await?.into_iter();
        let sent: HashMap<String, Sent> = messages
            .map(|sent| (sent.message.recipient.clone(), sent))
            .collect();
        for position in positions {
            let number = number(position);
            found[position] = match Msisdn::parse(&number) {
                Ok(number) => sent.get(number.as_str()).cloned(),
                Err(_) => of_no_number(call, submission, &asked[position].phone).await?,
            };
        }
    }
    Ok(found)
}

/// Finds the submission that an id names: the latest to which the program gave it, or a run of its mailing, else ours of this number.
async fn submission(call: &Call<'_>, id: &Id) -> Result<Option<SubmissionId>, Failure> {
    let account = call.account.id;
    let reference = id.to_string();
    let found = call.gateway.submission_by_reference(account, &reference);
    if let Some(found) = found.await? {
        return Ok(Some(found));
    }
    let Id::Number(number) = *id else {
        return Ok(None);
    };
    match call.gateway.submission(account, SubmissionId(number)).await {
        Ok(submission) => Ok(Some(submission.id).filter(|_| !submission.deleted)),
        Err(gateway::Error::Refused(Refusal::UnknownSubmission)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Finds the message to what is not a number.
async fn of_no_number(
    call: &Call<'_>,
    submission: SubmissionId,
    given: &str,
) -> Result<Option<Sent>, Failure> {
    let account = call.account.id;
    let messages = call
        .gateway
        .messages(account, submission, None, None, MOST_LOOKED_THROUGH)
        .await?;
    let wanted = message::number(given, call.settings.correct_eights);
    let Some(message) = messages
        .into_iter()
        .find(|message| message.recipient == wanted || message.given.as_ref() == Some(&wanted))
    else {
        return Ok(None);
    };
    let mut sent = call
        .gateway
        .messages_by_id(account, vec![message.id])
        .await?;
    Ok(sent.pop())
}

/// Deletes messages from the history: whole submissions, so that one with several messages stays.
async fn delete(call: &Call<'_>, asked: &[Asked]) -> Result<Answered, Failure> {
    let found = find(call, asked).await?;
    for sent in found {
        let submission = sent.ok_or(Failure::NotDone)?.submission;
        let account = call.account.id;
        let tally = call.gateway.submission(account, submission).await?.tally;
        if tally.total() > 1 {
            return Err(Failure::NotDone);
        }
        call.gateway.delete(account, submission).await?;
    }
    Ok(Answered::done())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(phones: &str, ids: &str) -> Option<Vec<String>> {
        let pairs = pairs(phones, ids).ok()?;
        let shown = |asked: &Asked| format!("{} {}", asked.id, asked.phone);
        Some(pairs.iter().map(shown).collect())
    }

    #[test]
    fn phones_and_ids_are_paired() {
        for (phones, ids, expected) in [
            ("7", "1", vec!["1 7"]),
            ("7,", "1,", vec!["1 7"]),
            ("7,8", "1,a", vec!["1 7", "a 8"]),
            ("7,8", "1", vec!["1 7", "1 8"]),
            ("7", "1,2", vec!["1 7", "2 7"]),
        ] {
            assert_eq!(read(phones, ids).unwrap(), expected, "{phones} {ids}");
        }
        for (phones, ids) in [
            ("7,8,9", "1,2"),
            (",", "1"),
            ("7", ","),
            ("7", "0"),
            ("7", "?"),
        ] {
            assert_eq!(read(phones, ids), None, "{phones} {ids}");
        }
        assert_eq!(read(&"7,".repeat(500), "1").unwrap().len(), 500);
        assert_eq!(read(&"7,".repeat(501), "1"), None);
    }
}
