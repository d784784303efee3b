//! The words by which a person asks to be left alone, and to be written to again, in the languages of those who get messages.
//!
//! A message is such a wish when it is the word and nothing else: `STOP!` is one, `please do not stop` is not. Case, accents, marks
//! and blanks at the ends make no difference, since handsets add and drop them.

/// Is what a word asks for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Wish {
    /// To be left alone.
    Stop,
    /// To be written to again.
    Start,
}

use Wish::{Start, Stop};

/// The most octets of a text that is looked at: no word is that long, with all the blanks and marks that people put around it.
const LONGEST: usize = 120;

/// Words by their language (ISO 639-1). Those of English are understood everywhere and stand there only.
///
/// The English ones are CTIA's [Messaging Principles and Best Practices, §5.1.3: STOP, END, UNSUBSCRIBE, CANCEL, QUIT], the law's
/// [47 CFR 64.1200(a)(10): stop, quit, end, revoke, opt out, cancel, unsubscribe], and STOPALL, START and UNSTOP, which the large
/// platforms added. Words that answer other questions more often are none: YES, which some platforms take for START, and the
/// Italian FINE. Where we know of no list,
/// the words are those that senders in the language ask people to answer with: RET in Turkey, BAJA and ALTA in Spain, ARRÊT in
/// Canada.
const WORDS: &[(&str, Wish, &[&str])] = &[
    (
        "en",
        Stop,
        &[
            "stop",
            "stopall",
            "stop all",
            "unsubscribe",
            "cancel",
            "end",
            "quit",
            "revoke",
            "optout",
            "opt out",
            "opt-out",
        ],
    ),
    (
        "en",
        Start,
        &["start", "unstop", "subscribe", "opt in", "optin", "opt-in"],
    ),
    (
        "uk",
        Stop,
        &[
            "стоп",
            "відписатися",
            "відписатись",
            "відписка",
            "відпишіть",
            "відписати",
            "відмова",
            "зупинити",
            "не турбувати",
        ],
    ),
    (
        "uk",
        Start,
        &[
            "старт",
            "підписатися",
            "підписатись",
            "підписка",
            "почати",
            "відновити",
        ],
    ),
    (
        "ru",
        Stop,
        &[
            "стоп",
            "отписаться",
            "отписка",
            "отпишите",
            "отписать",
            "отказ",
            "отказаться",
            "остановить",
            "не беспокоить",
        ],
    ),
    (
        "ru",
        Start,
        &["старт", "подписаться", "подписка", "начать", "возобновить"],
    ),
    (
        "az",
        Stop,
        &[
            "dayandır",
            "dayan",
            "dayandırın",
            "imtina",
            "ləğv et",
            "stop et",
        ],
    ),
    ("az", Start, &["başla", "başlat", "abunə ol", "davam et"]),
    (
        "kk",
        Stop,
        &[
            "тоқтату",
            "тоқтат",
            "тоқта",
            "бас тарту",
            "жазылмау",
            "toqtatu",
            "toqta",
        ],
    ),
    ("kk", Start, &["бастау", "жазылу", "қосу", "bastau"]),
    (
        "pl",
        Stop,
        &[
            "rezygnuję",
            "rezygnacja",
            "wypisz",
            "wypisz się",
            "anuluj",
            "koniec",
            "zatrzymaj",
        ],
    ),
    ("pl", Start, &["wznów", "zapisz", "zapisz się"]),
    (
        "de",
        Stop,
        &[
            "stopp",
            "abmelden",
            "abbestellen",
            "abmeldung",
            "kündigen",
            "widerruf",
            "beenden",
        ],
    ),
    ("de", Start, &["anmelden", "anmeldung", "starten"]),
    (
        "fr",
        Stop,
        &[
            "arrêt",
            "arrêter",
            "arrêtez",
            "désabonner",
            "désabonnement",
            "désinscription",
            "fin",
            "annuler",
        ],
    ),
    (
        "fr",
        Start,
        &[
            "démarrer",
            "commencer",
            "reprendre",
            "abonner",
            "inscription",
        ],
    ),
    (
        "es",
        Stop,
        &[
            "baja",
            "alto",
            "parar",
            "cancelar",
            "detener",
            "terminar",
            "darme de baja",
        ],
    ),
    (
        "es",
        Start,
        &["alta", "iniciar", "inicio", "comenzar", "suscribir"],
    ),
    (
        "pt",
        Stop,
        &[
            "pare",
            "parar",
            "sair",
            "cancelar",
            "remover",
            "descadastrar",
        ],
    ),
    ("pt", Start, &["iniciar", "começar", "voltar", "assinar"]),
    (
        "it",
        Stop,
        &[
            "ferma",
            "fermare",
            "basta",
            "annulla",
            "cancella",
            "cancellami",
            "disiscrivi",
        ],
    ),
    ("it", Start, &["inizia", "attiva", "iscrivi", "riprendi"]),
    (
        "tr",
        Stop,
        &[
            "ret",
            "dur",
            "durdur",
            "iptal",
            "çık",
            "çıkış",
            "abonelikten çık",
        ],
    ),
    ("tr", Start, &["başla", "başlat", "abone ol"]),
    (
        "ro",
        Stop,
        &[
            "dezabonare",
            "dezabonează",
            "oprește",
            "renunț",
            "anulează",
            "anulare",
        ],
    ),
    ("ro", Start, &["abonare", "începe", "pornește"]),
];

/// Finds what a message asks for when it is one of the words; `None` when it is anything else.
pub fn wish(text: &str) -> Option<Wish> {
    if text.len() > LONGEST {
        return None;
    }
    let given = folded(text);
    let is_given = |words: &&[&str]| words.iter().any(|word| folded(word) == given);
    WORDS
        .iter()
        .find(|(_, _, words)| is_given(words))
        .map(|(_, wish, _)| *wish)
}

/// Writes a word in the one way in which words are compared: in small letters without accents, one blank between words, nothing
/// before the first letter or digit and after the last. Keywords are compared by it as well.
pub fn folded(text: &str) -> String {
    let small: String = text
        .chars()
        .flat_map(char::to_lowercase)
        .map(plain)
        // The dot that a capital İ leaves, and other marks over the letter before.
        .filter(|character| !matches!(character, '\u{300}'..='\u{36f}'))
        .collect();
    let words = small
        .trim_matches(|character: char| !character.is_alphanumeric())
        .split_whitespace()
        .map(|word| {
            // Who writes Cyrillic has Latin letters of the same looks among them: some keyboards have no other і.
            if word.chars().any(is_cyrillic) {
                word.chars().map(cyrillic).collect()
            } else {
                word.replace('ß', "ss")
            }
        });
    words.collect::<Vec<String>>().join(" ")
}

const fn is_cyrillic(letter: char) -> bool {
    matches!(letter, '\u{400}'..='\u{52f}')
}

/// Takes the accent off a letter; of those of Kazakh the tail, which is as often left out.
fn plain(letter: char) -> char {
    match letter {
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' | 'ā' | 'ă' | 'ą' => 'a',
        'ç' | 'ć' | 'č' => 'c',
        'ď' | 'đ' => 'd',
        'è' | 'é' | 'ê' | 'ë' | 'ē' | 'ę' | 'ě' | 'ə' => 'e',
        'ğ' => 'g',
        'ì' | 'í' | 'î' | 'ï' | 'ı' => 'i',
        'ł' => 'l',
        'ñ' | 'ń' | 'ň' => 'n',
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ő' => 'o',
        'ř' => 'r',
        'ś' | 'ş' | 'š' | 'ș' => 's',
        'ť' | 'ţ' | 'ț' => 't',
        'ù' | 'ú' | 'û' | 'ü' | 'ű' | 'ů' => 'u',
        'ý' | 'ÿ' => 'y',
        'ź' | 'ż' | 'ž' => 'z',
        'ё' => 'е',
        'қ' => 'к',
        'ғ' => 'г',
        'ң' => 'н',
        'ү' | 'ұ' => 'у',
        'ө' => 'о',
        'ә' => 'а',
        'һ' => 'х',
        other => other,
    }
}

/// Finds the Cyrillic letter that a Latin one looks like, as a capital.
fn cyrillic(letter: char) -> char {
    match letter {
        'a' => 'а',
        'b' => 'в',
        'c' => 'с',
        'e' => 'е',
        'h' => 'н',
        'i' => 'і',
        'k' => 'к',
        'm' => 'м',
        'o' => 'о',
        'p' => 'р',
        't' => 'т',
        'x' => 'х',
        'y' => 'у',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

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
}
