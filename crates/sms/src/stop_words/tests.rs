//! What is a wish, however it is spelled, and what is none.

use std::collections::HashMap;

use proptest::prelude::*;

use super::Wish::{Start, Stop};
use super::*;

#[test]
fn a_word_is_known_however_it_is_spelled() {
    for (text, expected) in [
        ("STOP", Some(Stop)),
        ("stop", Some(Stop)),
        (" Stop!\r\n", Some(Stop)),
        ("\"STOP\".", Some(Stop)),
        ("Stop 🙏", Some(Stop)),
        ("STOP  ALL", Some(Stop)),
        ("StopAll", Some(Stop)),
        ("UNSUBSCRIBE", Some(Stop)),
        ("CANCEL", Some(Stop)),
        ("END", Some(Stop)),
        ("QUIT", Some(Stop)),
        ("СТОП", Some(Stop)),
        ("CTOП", Some(Stop)),
        ("Відписатися", Some(Stop)),
        ("ВIДПИСАТИСЯ", Some(Stop)),
        ("отписаться.", Some(Stop)),
        ("Dayandır", Some(Stop)),
        ("DAYANDIR", Some(Stop)),
        ("LƏĞV ET", Some(Stop)),
        ("legv et", Some(Stop)),
        ("Тоқтату", Some(Stop)),
        ("ТОКТАТУ", Some(Stop)),
        ("rezygnuje", Some(Stop)),
        ("REZYGNUJĘ", Some(Stop)),
        ("Stopp", Some(Stop)),
        ("KUNDIGEN", Some(Stop)),
        ("ARRET", Some(Stop)),
        ("Arrêt", Some(Stop)),
        ("arre\u{302}t", Some(Stop)),
        ("BAJA", Some(Stop)),
        ("sair", Some(Stop)),
        ("Ferma", Some(Stop)),
        ("RET", Some(Stop)),
        ("İPTAL", Some(Stop)),
        ("ıptal", Some(Stop)),
        ("Dezabonare", Some(Stop)),
        ("OPRESTE", Some(Stop)),
        ("START", Some(Start)),
        ("unstop", Some(Start)),
        ("Старт", Some(Start)),
        ("BAŞLA", Some(Start)),
        ("ALTA", Some(Start)),
        ("", None),
        ("!", None),
        ("stopp it", None),
        ("please stop", None),
        ("STOPHERE", None),
        ("S T O P", None),
        ("yes", None),
        ("fine", None),
        ("да", None),
    ] {
        assert_eq!(wish(text), expected, "{text:?}");
    }
}

#[test]
fn every_language_has_words_of_both_kinds() {
    for language in [
        "en", "uk", "ru", "az", "kk", "pl", "de", "fr", "es", "pt", "it", "tr", "ro",
    ] {
        for kind in [Stop, Start] {
            let of = |(of, asks, words): &&(&str, Wish, &[&str])| {
                (*of, *asks) == (language, kind) && !words.is_empty()
            };
            assert!(WORDS.iter().any(|row| of(&row)), "{kind:?} in {language}");
        }
    }
}

#[test]
fn no_word_asks_for_two_things_and_each_is_found() {
    let mut wishes = HashMap::new();
    for (language, asks, words) in WORDS {
        for word in *words {
            let before = wishes.insert(folded(word), *asks);
            assert!(before.is_none_or(|it| it == *asks), "{word} in {language}");
            for given in [word.to_uppercase(), format!(" {word}.")] {
                assert_eq!(wish(&given), Some(*asks), "{given} in {language}");
            }
        }
    }
}

proptest! {
    #[test]
    fn what_is_folded_stays_as_it_is(text in "\\PC{0,40}") {
        let once = folded(&text);
        prop_assert_eq!(folded(&once), once);
    }

    #[test]
    fn a_long_text_asks_for_nothing(text in "(?s).{121,400}") {
        prop_assert_eq!(wish(&text), None);
    }
}
