//! `submit`: one text for all recipients, or one for each [atl "Submit requests for broadcasting"].

use gateway::{Account, Gateway, Once, Submit, Terms, To};
use sms::{Alphabet, Form, Lane, Originator};

use super::answer::Answered;
use super::codes::Code;
use super::product::Product;
use super::request::{Asked, Row};
use super::schedule;
use super::settings::Settings;

/// Accepts a task and tells its id: that of the submission.
///
/// A control id of a login names the task for ever: a task with the same one is a duplicate once this one is accepted, however many are on
/// their way at a time. What is wrong is told in the order of the checks below, which is that of the document's codes; that a
/// text is too long, that the task is a duplicate, and that units are missing come last, in this order.
pub(super) async fn submit(
    gateway: &Gateway,
    account: &Account,
    asked: Asked,
    product: Product,
    settings: &Settings,
) -> Result<Answered, Code> {
    let Asked { head, rows } = asked;
    check_title(account, &head.title)?;
    let start_at = schedule::start(&head.scheduled, gateway.now(), settings)?;
    let is_bulk = is_bulk(&head.is_bulk)?;
    if is_bulk && head.bulk_message.is_empty() {
        return Err(Code::INVALID_BULK_MESSAGE);
    }
    let complete = |row: &Row| row.has_number() && (is_bulk || !row.message.is_empty());
    let most_rows = usize::try_from(settings.max_rows.get()).unwrap_or(usize::MAX);
    if rows.is_empty() || rows.len() > most_rows || !rows.iter().all(complete) {
        return Err(Code::INVALID_BODY);
    }
    let control_id = Some(head.control_id).filter(|id| !id.is_empty());
    if product == Product::Lsim && control_id.is_none() {
        return Err(Code::NO_CONTROL_ID);
    }
    // Programs of one account that sign in by different logins do not know of each other's ids.
    let login = head.login.clone();
    let once = |id: &String| Once::new("atl controlid", &[&login, id], None);
    let recipient = |row: Row| To {
        text: (!is_bulk).then_some(row.message),
        ..To::number(row.msisdn)
    };
    let submit = Submit {
        account: account.id,
        terms: Terms {
            originator: head.title,
            text: if is_bulk {
                head.bulk_message
            } else {
                String::new()
            },
            form: form(&head.unicode),
            start_at,
            once: control_id.as_ref().map(once),
            reference: control_id,
            ..Terms::default()
        },
        recipients: rows.into_iter().map(recipient).collect(),
        lane: Lane::Bulk,
        // The report counts as many messages as there are rows.
        drop_repeats: false,
    };
    let text = if is_bulk {
        Code::INVALID_BULK_MESSAGE
    } else {
        Code::INVALID_BODY
    };
    match gateway.submit(submit).await {
        Ok(accepted) => Ok(Answered::number("taskid", accepted.submission.0)),
        Err(error) => Err(Code::of(error, product, text)),
    }
}

/// Refuses a sender name that is none, or that is not the account's.
fn check_title(account: &Account, title: &str) -> Result<(), Code> {
    if title.is_empty() {
        return Err(Code::NO_TITLE);
    }
    let originator = Originator::parse(title).map_err(|_| Code::INVALID_TITLE)?;
    if account.settings.originators.allow(&originator) {
        Ok(())
    } else {
        Err(Code::UNREGISTERED_TITLE)
    }
}

/// Tells whether one text is for all.
fn is_bulk(given: &str) -> Result<bool, Code> {
    match given {
        "" => Err(Code::NO_IS_BULK),
        _ if given.eq_ignore_ascii_case("true") => Ok(true),
        _ if given.eq_ignore_ascii_case("false") => Ok(false),
        _ => Err(Code::INVALID_IS_BULK),
    }
}

/// Reads `unicode`, which programs send and the document does not have: `true` asks for UCS-2. A text that the GSM alphabet
/// cannot carry travels in UCS-2 all the same when it says `false`: nothing else would bring it to the phone as it is.
fn form(unicode: &str) -> Form {
    let alphabet = if unicode.eq_ignore_ascii_case("true") || unicode == "1" {
        Alphabet::Ucs2
    } else {
        Alphabet::Cheapest
    };
    Form {
        alphabet,
        ..Form::default()
    }
}
