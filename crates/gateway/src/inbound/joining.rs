//! Making messages of the parts in which a long text came from a handset.

use sms::text::decode;
use store::PartId;
use store::inbound::{NewInbound, Part};

use super::Heard;
use crate::directory::Directory;
use crate::keywords::Owned;

/// Some parts of one text that follow each other without a gap.
type Run<'a> = &'a [Part];

/// Makes one message of a whole text; of one that has gaps a message of each run of parts between them. They are all for the account
/// of the first, if that is how the text begins, and for the number's own if it is not: a word in the midst of a text is no keyword.
pub(crate) fn joined(directory: &Directory, mut parts: Vec<Part>) -> Vec<NewInbound> {
    parts.sort_by_key(|part| part.part.concatenation.index);
    let Some(total) = parts
        .first()
        .map(|part| usize::from(part.part.concatenation.total))
    else {
        return Vec::new();
    };
    let runs: Vec<Run<'_>> = parts
        .chunk_by(|one, next| {
            one.part.concatenation.index.checked_add(1) == Some(next.part.concatenation.index)
        })
        .collect();
    if let [run] = runs[..]
        && run.len() == total
    {
        let message = directory.addressed(heard(run));
        return vec![with_parts(message, run)];
    }
    let begins = parts[0].part.concatenation.index == 1;
    let beginning = if begins {
        heard(runs[0]).text
    } else {
        String::new()
    };
    let owned = directory.owners.find(&parts[0].part.to, &beginning);
    // What is not whole may be half of a longer sentence, and asks for nothing.
    let owned = owned.map(|owned| Owned {
        wish: None,
        ..owned
    });
    runs.into_iter()
        .map(|run| with_parts(directory.addressed_to(heard(run), owned), run))
        .collect()
}

fn with_parts(message: NewInbound, run: Run<'_>) -> NewInbound {
    NewInbound {
        parts: run.iter().map(|part| part.id).collect::<Vec<PartId>>(),
        ..message
    }
}

/// Reads a run; it is never empty. It came when its last part did.
fn heard(run: Run<'_>) -> Heard {
    let first = &run[0].part;
    Heard {
        connector: first.connector,
        from: first.from.clone(),
        to: first.to.clone(),
        text: text(run),
        at: run
            .iter()
            .map(|part| part.part.at)
            .max()
            .unwrap_or(first.at),
    }
}

/// Joins octets before they are read, so that a character that was cut between two parts is one again.
fn text(run: Run<'_>) -> String {
    let alike = run.chunk_by(|one, next| one.part.encoding == next.part.encoding);
    alike
        .map(|alike| {
            let octets = alike
                .iter()
                .map(|part| &part.part.octets[..])
                .collect::<Vec<_>>()
                .concat();
            decode(&octets, alike[0].part.encoding)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use sms::Timestamp;
    use sms::text::{Concatenation, Encoding};
    use store::ConnectorId;
    use store::inbound::NewPart;

    use super::*;

    fn part(index: u8, total: u8, encoding: Encoding, octets: &[u8]) -> Part {
        Part {
            id: PartId(i64::from(index)),
            part: NewPart {
                connector: ConnectorId(1),
                from: "380671234567".into(),
                to: "7700".into(),
                concatenation: Concatenation {
                    reference: 7,
                    total,
                    index,
                },
                encoding,
                octets: octets.to_vec(),
                at: Timestamp::from_millis(i64::from(100 - index)),
            },
        }
    }

    fn check(parts: Vec<Part>, expected: &[(&str, &[i64], i64)]) {
        let messages = joined(&Directory::default(), parts);
        let got: Vec<_> = messages
            .iter()
            .map(|message| {
                let parts: Vec<i64> = message.parts.iter().map(|part| part.0).collect();
                (&*message.text, parts, message.at.as_millis())
            })
            .collect();
        let expected: Vec<_> = expected
            .iter()
            .map(|(text, parts, at)| (*text, parts.to_vec(), *at))
            .collect();
        assert_eq!(got, expected);
    }

    #[test]
    fn a_character_that_was_cut_between_parts_is_whole_again() {
        let ucs2: Vec<u8> = "a🙂b".encode_utf16().flat_map(u16::to_be_bytes).collect();
        for cut in 0..=ucs2.len() {
            let (first, second) = ucs2.split_at(cut);
            let parts = vec![
                part(2, 2, Encoding::Ucs2, second),
                part(1, 2, Encoding::Ucs2, first),
            ];
            check(parts, &[("a🙂b", &[1, 2], 99)]);
        }
        let parts = vec![
            part(1, 2, Encoding::Gsm7, b"1 \x1B"),
            part(2, 2, Encoding::Gsm7, b"e"),
        ];
        check(parts, &[("1 €", &[1, 2], 99)]);
        let parts = vec![
            part(1, 2, Encoding::Binary, b"\x01"),
            part(2, 2, Encoding::Binary, b"\xFF"),
        ];
        check(parts, &[("01FF", &[1, 2], 99)]);
    }

    #[test]
    fn what_has_gaps_becomes_a_message_of_each_run() {
        let gsm7 = |index, octets: &[u8]| part(index, 6, Encoding::Gsm7, octets);
        check(
            vec![gsm7(6, b"f"), gsm7(2, b"b"), gsm7(3, b"c")],
            &[("bc", &[2, 3], 98), ("f", &[6], 94)],
        );
        check(vec![gsm7(1, b"a")], &[("a", &[1], 99)]);
        check(vec![], &[]);
    }
}
