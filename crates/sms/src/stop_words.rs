//! The words by which a person asks to be left alone, and to be written to again, in the languages of those who get messages.
//!
//! A message is such a wish when it is the word and nothing else: `STOP!` is one, `please do not stop` is not. Case, accents, marks
//! and blanks at the ends make no difference, since handsets add and drop them.

mod words;

use words::WORDS;

/// Is what a word asks for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Wish {
    /// To be left alone.
    Stop,
    /// To be written to again.
    Start,
}

/// The most octets of a text that is looked at: no word is that long, with all the blanks and marks that people put around it.
const LONGEST: usize = 120;

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
mod tests;
