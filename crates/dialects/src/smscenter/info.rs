//! `info.php`: what is known of a number, which is its country alone: which network it is in, nobody tells us.

use sms::{Country, Msisdn};

use super::answer::{Answered, Record};
use super::call::Call;
use super::faults::Failure;
use super::limits::Alike;
use super::message::Phones;

/// The most numbers that one request may ask for.
const MOST_NUMBERS: usize = 100;

/// Answers `info.php`. A comma in `phone` asks for a list.
pub(super) async fn info(call: Call<'_>) -> Result<Answered, Failure> {
    if !call.flag("get_operator") {
        return Err(Failure::Parameters);
    }
    let limits = &call.settings.per_minute;
    let text = call.needed("phone")?;
    let phones = Phones::read(&text, call.settings.correct_eights).numbers;
    if phones.is_empty() || phones.len() > MOST_NUMBERS {
        return Err(Failure::Parameters);
    }
    call.at_most(limits.operators, Alike::In(&["phone"]))?;
    call.at_most(limits.operators_of_any, Alike::Any)?;
    let several = text.contains(',');
    let records = phones.iter().map(|phone| shown(phone, several));
    let mut records: Vec<_> = records.collect::<Result<_, _>>()?;
    if several {
        return Ok(Answered::many(records).called("phones", "phone"));
    }
    let record = records.pop().ok_or(Failure::Parameters)?;
    Ok(Answered::one(record))
}

fn shown(phone: &str, several: bool) -> Result<Record, Failure> {
    let number = Msisdn::parse(phone.trim_start_matches('+'));
    let number = number.map_err(|_| Failure::Parameters)?;
    let country = Country::of(&number).ok_or(Failure::NothingFound)?;
    let mut record = Record::new();
    if several {
        record = record.with("phone", number.as_str());
    }
    let record = record.with("country", country.code());
    let unknown = ["operator", "region", "mcc", "mnc", "tz"];
    Ok(unknown
        .into_iter()
        .fold(record, |record, name| record.with(name, "")))
}
