//! Shortening a text to the segments that somebody wants to pay for.

use super::measure_as;
use crate::Form;

/// Returns the longest beginning of a text that fits so many segments in a form; all of it when it fits, or is no text of that
/// form.
///
/// A character is never cut, nor is an octet written as hex. What is transliterated is the beginning as it is returned.
pub fn cut(text: &str, form: Form, segments: u16) -> &str {
    let fits = |text| measure_as(text, form).is_ok_and(|measure| measure.segments <= segments);
    if fits(text) || measure_as(text, form).is_err() {
        return text;
    }
    let digits = if form.alphabet.is_hex() { 2 } else { 1 };
    let ends: Vec<_> = text
        .char_indices()
        .map(|(start, _)| start)
        .step_by(digits)
        .collect();
    // A longer beginning never has fewer segments than a shorter one.
    let fitting = ends.partition_point(|&end| fits(&text[..end]));
    let end = fitting.checked_sub(1).and_then(|last| ends.get(last));
    &text[..end.copied().unwrap_or(0)]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::Alphabet::{Binary, BinaryWithHeader, Cheapest, Ucs2};
    use crate::{Alphabet, Transliteration};

    const fn form(alphabet: Alphabet, transliteration: Option<Transliteration>) -> Form {
        Form {
            alphabet,
            transliteration,
            flash: false,
        }
    }

    #[test]
    fn texts_are_cut_to_their_segments() {
        let plain = form(Cheapest, None);
        for (text, form, segments, length) in [
            ("a".repeat(400), plain, 1, 160),
            ("a".repeat(400), plain, 2, 306),
            ("a".repeat(400), plain, 3, 400),
            ("a".repeat(400), form(Ucs2, None), 2, 134),
            // As long as it has GSM characters only, it is cheap.
            ("a".repeat(160) + "ж", plain, 1, 160),
            (
                "щ".repeat(50),
                form(Cheapest, Some(Transliteration::Sound)),
                1,
                40 * 2,
            ),
            ("0a".repeat(200), form(Binary, None), 1, 280),
            ("not hex".to_owned(), form(Binary, None), 1, 7),
            (
                "020000".to_owned() + &"00".repeat(200),
                form(BinaryWithHeader, None),
                1,
                406,
            ),
            ("a".to_owned(), plain, 0, 0),
        ] {
            let cut = cut(&text, form, segments);
            assert_eq!(cut.len(), length, "{text} as {form:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_cut_fits_and_one_character_more_does_not(
            text in "[a-zа-я€🙂]{0,500}",
            segments in 1_u16..4,
            how in 0_usize..4,
        ) {
            let form = [
                form(Cheapest, None),
                form(Ucs2, None),
                form(Cheapest, Some(Transliteration::Sound)),
                form(Cheapest, Some(Transliteration::Looks)),
            ][how];
            let fits = |text| measure_as(text, form).unwrap().segments <= segments;
            let cut = cut(&text, form, segments);
            prop_assert!(text.starts_with(cut) && fits(cut));
            if let Some(next) = text[cut.len()..].chars().next() {
                prop_assert!(!fits(&text[..cut.len() + next.len_utf8()]));
            }
        }
    }
}
