//! Whom the demonstration writes to.

use serde_json::json;

/// The template: Cyrillic, so that a segment is 70 characters.
pub(super) const TEXT: &str = "%1%, ваше замовлення %2% готове. %3%";

/// How many of the simulated phones misbehave, by the last digits of their numbers.
pub(super) const UNDELIVERED: [&str; 2] = ["380630010001", "380630020001"];
pub(super) const EXPIRED: [&str; 2] = ["380630010002", "380630020002"];
pub(super) const REJECTED: [&str; 1] = ["380630010003"];
/// Throttled at first, receipt twice, receipt before the answer: all end delivered.
const LUCKY: [&str; 3] = ["380630010007", "380630010008", "380630010009"];

const NAMES: [&str; 6] = ["Олена", "Сергій", "Їжакевич", "Марія", "Zoë", "O'Neil"];

/// Every tenth recipient gets a long text.
const LONG: &str = "Забрати його можна щодня з 9:00 до 21:00 за адресою вул. Хрещатик, 1; \
                    візьміть, будь ласка, документ і номер замовлення, і не забудьте парасольку.";

/// The most segments that a message to one recipient has.
pub(super) const MOST_SEGMENTS: u32 = 4;

/// The most recipients of one group send: what a body of the usual limit has room for.
const GROUP: usize = 10_000;

/// Makes the JSON of the recipients, a text for each group send: magic numbers first, ordinary ones up to `count`.
pub(super) fn groups(count: u32) -> Vec<String> {
    let magic = [&UNDELIVERED[..], &EXPIRED, &REJECTED, &LUCKY].concat();
    let ordinary = (0_u32..).map(|number| format!("38067{:07}", 1_000_000 + number * 10));
    let numbers = magic.into_iter().map(str::to_owned).chain(ordinary);
    let rows: Vec<_> = numbers
        .zip(0..count)
        .map(|(number, index)| {
            let name = NAMES[index as usize % NAMES.len()];
            let more = if index % 10 == 9 { LONG } else { "" };
            json!([number, format!("{name};№{index};{more}")])
        })
        .collect();
    rows.chunks(GROUP)
        .map(|group| json!(group).to_string())
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use serde_json::Value;

    use super::*;

    #[test]
    fn every_recipient_is_another_and_only_the_first_are_magic() {
        let rows: Vec<(String, String)> = serde_json::from_str(&groups(1_000)[0]).unwrap();
        let numbers: HashSet<_> = rows.iter().map(|(number, _)| number).collect();
        assert_eq!(numbers.len(), 1_000);
        let magic = |number: &&&String| {
            number[8..10].eq("00") && number[10..] != *"00" && number[10..] < *"10"
        };
        assert_eq!(numbers.iter().filter(magic).count(), 8);
    }

    #[test]
    fn many_recipients_go_in_several_groups() {
        let sizes = groups(25_000)
            .iter()
            .map(|group| serde_json::from_str::<Vec<Value>>(group).unwrap().len())
            .collect::<Vec<_>>();
        assert_eq!(sizes, [10_000, 10_000, 5_000]);
    }

    #[test]
    fn no_text_has_more_segments_than_there_is_money_for() {
        let longest = NAMES.iter().map(|name| name.encode_utf16().count()).max();
        let units = TEXT.encode_utf16().count()
            + longest.unwrap()
            + "№100000".encode_utf16().count()
            + LONG.encode_utf16().count();
        assert!(units.div_ceil(67) <= MOST_SEGMENTS as usize, "{units}");
    }
}
