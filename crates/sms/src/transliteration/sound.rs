//! Letters by their sound, near to passports and to what people write in messages: `kh`, `shch`, `ya`.

use super::find;

/// The small letters, and those capitals that are no capital of one of them.
///
/// Soft and hard signs become an apostrophe. Azerbaijani `ş` and `ç` are written as they are read, `ə` as `e`, as usual.
pub(super) const LETTERS: [(char, &str); 54] = [
    ('ç', "ch"),
    ('ö', "o"),
    ('ü', "u"),
    ('ğ', "g"),
    ('İ', "I"),
    ('ı', "i"),
    ('ş', "sh"),
    ('ə', "e"),
    ('а', "a"),
    ('б', "b"),
    ('в', "v"),
    ('г', "g"),
    ('д', "d"),
    ('е', "e"),
    ('ж', "zh"),
    ('з', "z"),
    ('и', "i"),
    ('й', "y"),
    ('к', "k"),
    ('л', "l"),
    ('м', "m"),
    ('н', "n"),
    ('о', "o"),
    ('п', "p"),
    ('р', "r"),
    ('с', "s"),
    ('т', "t"),
    ('у', "u"),
    ('ф', "f"),
    ('х', "kh"),
    ('ц', "ts"),
    ('ч', "ch"),
    ('ш', "sh"),
    ('щ', "shch"),
    ('ъ', "'"),
    ('ы', "y"),
    ('ь', "'"),
    ('э', "e"),
    ('ю', "yu"),
    ('я', "ya"),
    ('ё', "yo"),
    ('є', "ye"),
    ('і', "i"),
    ('ї', "yi"),
    ('ў', "u"),
    ('ґ', "g"),
    ('ғ', "g"),
    ('қ', "q"),
    ('ң', "n"),
    ('ү', "u"),
    ('ұ', "u"),
    ('һ', "h"),
    ('ә', "a"),
    ('ө', "o"),
];

/// Appends a letter, `around` which stand these; `false` when it has no rule.
///
/// Of a capital that becomes several letters only the first is one, unless it stands in a word of capitals.
pub(super) fn push(
    written: &mut String,
    letter: char,
    around: (Option<char>, Option<char>),
) -> bool {
    if super::push(written, &LETTERS, letter) {
        return true;
    }
    let mut small = letter.to_lowercase();
    let (Some(small), None) = (small.next(), small.next()) else {
        return false;
    };
    let Some(found) = find(&LETTERS, small) else {
        return false;
    };
    let (before, after) = around;
    let neighbour = after.filter(|after| after.is_alphabetic()).or(before);
    if neighbour.is_some_and(char::is_uppercase) {
        written.push_str(&found.to_uppercase());
    } else {
        let mut letters = found.chars();
        written.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        written.push_str(letters.as_str());
    }
    true
}
