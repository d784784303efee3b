//! The GSM 7 bit default alphabet and its extension table [3GPP TS 23.038 §6.2.1], unpacked:
//! one septet in each octet, as SMPP carries it.

/// The septet that makes the next one an extension character.
pub const ESCAPE: u8 = 0x1b;

/// Says how the alphabet writes a character.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Code {
    /// One septet of the default alphabet.
    Basic(u8),
    /// [`ESCAPE`] and then this septet of the extension table.
    Extended(u8),
}

impl Code {
    /// Returns how many septets the character takes.
    pub const fn septets(self) -> u32 {
        match self {
            Self::Basic(_) => 1,
            Self::Extended(_) => 2,
        }
    }
}

/// Finds a character in the alphabet; `None` when it is not there.
pub const fn encode(character: char) -> Option<Code> {
    let point = character as usize;
    if point < LATIN.len() {
        LATIN[point]
    } else {
        search(character)
    }
}

/// Tells whether every character is one of the many that have in the alphabet the number that they have in ASCII, and take one
/// septet each: such a text is its own septets.
pub fn is_plain(text: &str) -> bool {
    text.bytes().all(|octet| PLAIN[usize::from(octet)])
}

/// Decodes unpacked septets; what the alphabet does not have becomes U+FFFD.
pub fn decode(septets: &[u8]) -> String {
    let mut text = String::with_capacity(septets.len());
    let mut septets = septets.iter().copied();
    while let Some(septet) = septets.next() {
        let character = match septet {
            ESCAPE => septets.next().and_then(extended),
            _ => BASIC.get(usize::from(septet)).copied(),
        };
        text.push(character.unwrap_or('\u{fffd}'));
    }
    text
}

fn extended(septet: u8) -> Option<char> {
    EXTENSION
        .iter()
        .find(|(code, _)| *code == septet)
        .map(|&(_, character)| character)
}

/// The default alphabet by septet. The place of [`ESCAPE`] holds the escape itself, which no
/// text can name.
const BASIC: [char; 128] = [
    '@', '£', '$', '¥', 'è', 'é', 'ù', 'ì', 'ò', 'Ç', '\n', 'Ø', 'ø', '\r', 'Å', 'å', //
    'Δ', '_', 'Φ', 'Γ', 'Λ', 'Ω', 'Π', 'Ψ', 'Σ', 'Θ', 'Ξ', '\u{1b}', 'Æ', 'æ', 'ß', 'É', //
    ' ', '!', '"', '#', '¤', '%', '&', '\'', '(', ')', '*', '+', ',', '-', '.', '/', //
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', ':', ';', '<', '=', '>', '?', //
    '¡', 'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I', 'J', 'K', 'L', 'M', 'N', 'O', //
    'P', 'Q', 'R', 'S', 'T', 'U', 'V', 'W', 'X', 'Y', 'Z', 'Ä', 'Ö', 'Ñ', 'Ü', '§', //
    '¿', 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o', //
    'p', 'q', 'r', 's', 't', 'u', 'v', 'w', 'x', 'y', 'z', 'ä', 'ö', 'ñ', 'ü', 'à', //
];

/// The extension table: the septet after [`ESCAPE`] and its character.
const EXTENSION: [(u8, char); 10] = [
    (0x0a, '\u{0c}'),
    (0x14, '^'),
    (0x28, '{'),
    (0x29, '}'),
    (0x2f, '\\'),
    (0x3c, '['),
    (0x3d, '~'),
    (0x3e, ']'),
    (0x40, '|'),
    (0x65, '€'),
];

/// The codes of the characters up to U+00FF, so that nearly every text is looked up by index.
static LATIN: [Option<Code>; 256] = {
    let mut codes = [None; 256];
    let mut point: u8 = 0;
    loop {
        codes[point as usize] = search(point as char);
        if point == u8::MAX {
            break codes;
        }
        point += 1;
    }
};

/// Which octets of UTF-8 are a character that has the same number in the alphabet.
static PLAIN: [bool; 256] = {
    let mut plain = [false; 256];
    let mut octet: u8 = 0;
    while octet.is_ascii() {
        plain[octet as usize] =
            matches!(LATIN[octet as usize], Some(Code::Basic(septet)) if septet == octet);
        octet += 1;
    }
    plain
};

#[expect(clippy::cast_possible_truncation, reason = "the table has 128 places")]
const fn search(character: char) -> Option<Code> {
    let mut septet = 0;
    while septet < BASIC.len() {
        if BASIC[septet] == character && septet as u8 != ESCAPE {
            return Some(Code::Basic(septet as u8));
        }
        septet += 1;
    }
    let mut row = 0;
    while row < EXTENSION.len() {
        if EXTENSION[row].1 == character {
            return Some(Code::Extended(EXTENSION[row].0));
        }
        row += 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_has_one_code_and_reads_back() {
        let mut characters = 0;
        for character in (0..=0x2fff_u32).filter_map(char::from_u32) {
            let octets = match encode(character) {
                Some(Code::Basic(septet)) => vec![septet],
                Some(Code::Extended(septet)) => vec![ESCAPE, septet],
                None => continue,
            };
            characters += 1;
            assert_eq!(decode(&octets), character.to_string());
        }
        assert_eq!(characters, 127 + 10);
    }

    #[test]
    fn a_plain_text_is_its_own_septets() {
        for (text, plain) in [
            ("", true),
            ("Your code is 012345; it ends at 7 o'clock.\r\n", true),
            ("a@b", false),
            ("_", false),
            ("$5", false),
            ("{a}", false),
            ("\u{1b}", false),
            ("\0", false),
            ("à", false),
            ("ж", false),
        ] {
            assert_eq!(is_plain(text), plain, "{text:?}");
            if plain {
                assert_eq!(decode(text.as_bytes()), text);
            }
        }
    }

    #[test]
    fn known_characters_have_the_codes_of_the_standard() {
        for (character, code) in [
            ('@', Code::Basic(0x00)),
            ('Ç', Code::Basic(0x09)),
            ('Ξ', Code::Basic(0x1a)),
            ('¤', Code::Basic(0x24)),
            ('à', Code::Basic(0x7f)),
            ('€', Code::Extended(0x65)),
            ('[', Code::Extended(0x3c)),
        ] {
            assert_eq!(encode(character), Some(code));
        }
        assert_eq!(encode('\u{1b}'), None);
    }

    #[test]
    fn what_is_no_septet_becomes_a_replacement_character() {
        assert_eq!(
            decode(&[0x80, 0x41, ESCAPE, 0x41, ESCAPE]),
            "\u{fffd}A\u{fffd}\u{fffd}"
        );
    }
}
