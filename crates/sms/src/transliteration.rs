//! Writing Cyrillic and Azerbaijani texts in letters that the GSM alphabet has.
//!
//! The tables serve Russian, Ukrainian, Belarusian, Kazakh and Azerbaijani together, because nobody says which language a text is
//! in: a letter that several of them read differently goes by its Russian sound. Signs that such texts use and the GSM alphabet
//! lacks (quotation marks, dashes, currencies) are replaced too, since one of them alone would make the whole text travel in
//! UCS-2.

mod looks;
mod signs;
mod sound;

use crate::Transliteration;

/// What becomes of characters, in the order of their code points.
type Table = [(char, &'static str)];

/// Writes a text in Latin letters; a character that has no rule stays as it is.
///
/// What is Latin already stays, so that a text transliterated again is the same. A result has at most four characters for one.
pub fn transliterate(text: &str, how: Transliteration) -> String {
    let mut written = String::with_capacity(text.len());
    let mut previous = None;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let around = (previous, characters.peek().copied());
        let known = match how {
            Transliteration::Sound => sound::push(&mut written, character, around),
            Transliteration::Looks => push(&mut written, &looks::LETTERS, character),
        };
        if !known && !push(&mut written, &signs::SIGNS, character) {
            written.push(character);
        }
        previous = Some(character);
    }
    written
}

/// Appends what a table has for a character; `false` when it has nothing.
fn push(written: &mut String, table: &Table, character: char) -> bool {
    let found = find(table, character);
    written.push_str(found.unwrap_or_default());
    found.is_some()
}

fn find(table: &Table, character: char) -> Option<&'static str> {
    let place = table.binary_search_by_key(&character, |&(known, _)| known);
    place.ok().map(|place| table[place].1)
}

#[cfg(test)]
mod tests {
    use Transliteration::{Looks, Sound};

    use super::*;
    use crate::text::forcing_characters;

    #[test]
    fn texts_are_written_by_their_sound() {
        for (text, written) in [
            ("транслит", "translit"),
            ("Привет, мир!", "Privet, mir!"),
            ("Щедрый борщ", "Shchedryy borshch"),
            ("ЩЕДРЫЙ БОРЩ", "SHCHEDRYY BORSHCH"),
            ("Я и Юля", "Ya i Yulya"),
            ("ООО «Ёж»", "OOO \"Yozh\""),
            ("об\u{44a}ём 5 м", "ob'yom 5 m"),
            ("Їжак, ґанок, п’ять", "Yizhak, ganok, p'yat'"),
            ("Мой родны кут, ён і ўсё", "Moy rodny kut, yon i usyo"),
            (
                "Қазақстан, Өскемен, Түркістан",
                "Qazaqstan, Oskemen, Turkistan",
            ),
            ("Gəncə, Şəki, İçərişəhər", "Gence, Sheki, Icherisheher"),
            ("№ 7 — 100 ₴…", "N 7 - 100 grn..."),
            ("already Latin", "already Latin"),
        ] {
            assert_eq!(transliterate(text, Sound), written);
        }
    }

    #[test]
    fn texts_are_written_by_their_looks() {
        for (text, written) in [
            ("транслит", "mpaHc/Ium"),
            ("Привет", "IIpuBem"),
            ("Код: 1234", "Kog: 1234"),
            ("already Latin", "already Latin"),
        ] {
            assert_eq!(transliterate(text, Looks), written);
        }
    }

    #[test]
    fn every_letter_of_the_five_languages_fits_the_gsm_alphabet() {
        let cyrillic = "абвгґдеёєжзиіїйклмнопрстуўфхцчшщъыьэюяәғқңөұүһ";
        let latin = "abcçdeəfgğhxıijkqlmnoöprsştuüvyz";
        for letters in [cyrillic, latin] {
            let capitals: String = letters.chars().flat_map(char::to_uppercase).collect();
            for text in [letters, &*capitals, "İ", "’ʼ“”„«»–—…№₴₽₸₼\u{a0}"]
            {
                for how in [Sound, Looks] {
                    let written = transliterate(text, how);
                    let foreign: String = forcing_characters(&written).collect();
                    assert_eq!(foreign, "", "{how:?} of {text}");
                    assert_eq!(transliterate(&written, how), written);
                    let length = written.chars().count();
                    assert!(length <= 4 * text.chars().count());
                }
            }
        }
    }

    #[test]
    fn what_has_no_rule_stays() {
        assert_eq!(transliterate("東京 🙂", Sound), "東京 🙂");
        assert_eq!(transliterate("東京 🙂", Looks), "東京 🙂");
    }

    proptest::proptest! {
        #[test]
        fn what_is_transliterated_stays_when_it_is_again(text in "[а-яА-Яa-zçşəҐЄІЇ«»— ]{0,40}|.{0,40}") {
            for how in [Sound, Looks] {
                let written = transliterate(&text, how);
                proptest::prop_assert_eq!(transliterate(&written, how), written);
            }
        }
    }

    #[test]
    fn the_tables_are_in_order() {
        for table in [&sound::LETTERS[..], &looks::LETTERS, &signs::SIGNS] {
            assert!(table.is_sorted_by(|(a, _), (b, _)| a < b));
        }
    }
}
