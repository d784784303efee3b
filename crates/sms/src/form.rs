//! How a text travels and shows: its alphabet, whether it is transliterated, whether it flashes.

/// Says how a text travels and shows; by default in the cheapest alphabet, as it is, into the inbox.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Form {
    /// The alphabet it must travel in.
    pub alphabet: Alphabet,
    /// How it is written in Latin letters, once its variables are filled in; as it is when `None`. Octets are never
    /// transliterated.
    pub transliteration: Option<Transliteration>,
    /// Whether it shows at once and is not kept: message class 0 [3GPP TS 23.038 §4].
    pub flash: bool,
}

/// Says which alphabet a text travels in.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug, Default)]
pub enum Alphabet {
    /// The GSM alphabet when it has every character, else UCS-2.
    #[default]
    Cheapest,
    /// UCS-2, whatever the characters are.
    Ucs2,
    /// None: the text is the hex of octets that go as they are.
    Binary,
    /// None, and the octets begin with a UDH, its own length first [3GPP TS 23.040 §9.2.3.24]; all of them fit one segment.
    BinaryWithHeader,
    /// GSM, behind a UDH that the sender brought: the text is the hex of the header and of the septets, one in each octet; all
    /// of it fits one segment.
    Gsm7WithHeader,
    /// UCS-2, behind a UDH that the sender brought: the text is the hex of both; all of it fits one segment.
    Ucs2WithHeader,
}

impl Alphabet {
    /// Tells whether a text is for a program of the handset, and not for people.
    pub const fn is_binary(self) -> bool {
        match self {
            Self::Cheapest | Self::Ucs2 | Self::Gsm7WithHeader | Self::Ucs2WithHeader => false,
            Self::Binary | Self::BinaryWithHeader => true,
        }
    }

    /// Tells whether a text is the hex of octets; see [`crate::text::readable`] for what people read in it.
    pub const fn is_hex(self) -> bool {
        match self {
            Self::Cheapest | Self::Ucs2 => false,
            Self::Binary | Self::BinaryWithHeader | Self::Gsm7WithHeader | Self::Ucs2WithHeader => {
                true
            }
        }
    }
}

/// Names a way to write Cyrillic and other letters in Latin ones; see [`crate::transliterate`].
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub enum Transliteration {
    /// By sound: `транслит` becomes `translit`.
    Sound,
    /// By looks: `транслит` becomes `mpaHc/Ium`.
    Looks,
}

/// The bit of a form's code that names the alphabets after the first four.
const FURTHER: u8 = 0b10_0000;
const FURTHER_UCS2: u8 = FURTHER | 1;

impl Form {
    /// Returns the stable code under which the form is stored; 0 for the default.
    pub const fn as_u8(self) -> u8 {
        let alphabet = match self.alphabet {
            Alphabet::Cheapest => 0,
            Alphabet::Ucs2 => 1,
            Alphabet::Binary => 2,
            Alphabet::BinaryWithHeader => 3,
            // The third bit of the alphabet stands above the others, which were there first.
            Alphabet::Gsm7WithHeader => FURTHER,
            Alphabet::Ucs2WithHeader => FURTHER_UCS2,
        };
        let transliteration = match self.transliteration {
            None => 0,
            Some(Transliteration::Sound) => 1,
            Some(Transliteration::Looks) => 2,
        };
        alphabet | transliteration << 2 | (self.flash as u8) << 4
    }

    /// Reads a stored code; `None` for a code that no form has.
    pub const fn from_u8(code: u8) -> Option<Self> {
        let alphabet = match code & (FURTHER | 0b11) {
            0 => Alphabet::Cheapest,
            1 => Alphabet::Ucs2,
            2 => Alphabet::Binary,
            3 => Alphabet::BinaryWithHeader,
            FURTHER => Alphabet::Gsm7WithHeader,
            FURTHER_UCS2 => Alphabet::Ucs2WithHeader,
            _ => return None,
        };
        let transliteration = match code >> 2 & 0b11 {
            0 => None,
            1 => Some(Transliteration::Sound),
            2 => Some(Transliteration::Looks),
            _ => return None,
        };
        match (code & !FURTHER) >> 4 {
            flash @ 0..=1 => Some(Self {
                alphabet,
                transliteration,
                flash: flash == 1,
            }),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_of_a_form_reads_back_and_no_other_code_reads() {
        let read = (0..=u8::MAX).filter_map(|code| Some((code, Form::from_u8(code)?)));
        let forms: Vec<_> = read.collect();
        assert_eq!(forms.len(), 6 * 3 * 2);
        for (code, form) in forms {
            assert_eq!(form.as_u8(), code);
        }
        assert_eq!(Form::default().as_u8(), 0);
    }
}
