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

/// Makes the JSON of the recipients: magic numbers first, ordinary ones up to `count`.
pub(super) fn phones(count: u32) -> String {
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
    json!(rows).to_string()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_recipient_is_another_and_only_the_first_are_magic() {
        let rows: Vec<(String, String)> = serde_json::from_str(&phones(1_000)).unwrap();
        let numbers: HashSet<_> = rows.iter().map(|(number, _)| number).collect();
        assert_eq!(numbers.len(), 1_000);
        let magic = |number: &&&String| {
            number[8..10].eq("00") && number[10..] != *"00" && number[10..] < *"10"
        };
        assert_eq!(numbers.iter().filter(magic).count(), 8);
    }
}
