//! Whom a request says it is from, and to whom it goes.
//!
//! Programs type addresses badly, so the type of number says only how to read prefixes; what an address is, a name or a number,
//! its characters say, as at every other door. The numbering plan has no effect.
//!
//! | type of number | source | destination |
//! | --- | --- | --- |
//! | 0, unknown | a name when it has letters, else a number | a number, with or without `+` or `00` |
//! | 1, international | the same; a leading `+` or `00` is dropped | the same |
//! | 5, alphanumeric | the same: digits alone are a number | the same as 0 |
//! | others | the same | a number, with or without `+` |
//!
//! An empty source is the account's default originator; `ESME_RINVSRCADR` when it has none.

use smpp::{Address, CommandStatus};

const UNKNOWN: u8 = 0;
const INTERNATIONAL: u8 = 1;
const ALPHANUMERIC: u8 = 5;

/// Reads who it is from; the error is the status to answer with. The gateway judges the rest.
pub(in crate::server) fn originator(
    source: &Address<'_>,
    default: Option<&str>,
) -> Result<String, CommandStatus> {
    let given = ascii(source.address).ok_or(CommandStatus::RINVSRCADR)?;
    if given.is_empty() {
        return default.map(str::to_owned).ok_or(CommandStatus::RINVSRCADR);
    }
    Ok(match source.ton {
        INTERNATIONAL => without_prefix(given).to_owned(),
        _ => given.to_owned(),
    })
}

/// Reads the number it goes to; the error is the status to answer with. Whether it is one, the gateway judges.
pub(in crate::server) fn recipient(destination: &Address<'_>) -> Result<String, CommandStatus> {
    let given = ascii(destination.address).ok_or(CommandStatus::RINVDSTADR)?;
    Ok(match destination.ton {
        UNKNOWN | INTERNATIONAL | ALPHANUMERIC => without_prefix(given).to_owned(),
        _ => given.to_owned(),
    })
}

/// Drops what stands for "international" where the digits that follow say so already. Not of a name.
fn without_prefix(given: &str) -> &str {
    let rest = given
        .strip_prefix('+')
        .or_else(|| given.strip_prefix("00"))
        .unwrap_or(given);
    if !rest.is_empty() && rest.bytes().all(|octet| octet.is_ascii_digit()) {
        rest
    } else {
        given
    }
}

fn ascii(octets: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(octets).ok()?;
    text.is_ascii().then(|| text.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(ton: u8, address: &str) -> Address<'_> {
        Address {
            ton,
            npi: 1,
            address: address.as_bytes(),
        }
    }

    #[test]
    fn originators_are_read_by_their_characters_and_their_prefix_by_their_type() {
        for (ton, given, expected) in [
            (5, "Shop", "Shop"),
            (0, "Shop", "Shop"),
            (1, "Shop", "Shop"),
            (1, "00Seven", "00Seven"),
            (1, "+380501234567", "380501234567"),
            (1, "00380501234567", "380501234567"),
            (1, "380501234567", "380501234567"),
            (0, "0044", "0044"),
            (2, "0501234567", "0501234567"),
            (3, "3700", "3700"),
            (5, "3700", "3700"),
            (7, "3700", "3700"),
            (255, "Shop", "Shop"),
            (5, " Shop ", "Shop"),
        ] {
            let read = originator(&address(ton, given), Some("Default"));
            assert_eq!(read.as_deref(), Ok(expected), "{ton}: {given}");
        }
    }

    #[test]
    fn an_empty_source_is_the_default_originator() {
        assert_eq!(originator(&address(5, ""), Some("Shop")), Ok("Shop".into()));
        assert_eq!(
            originator(&address(5, " "), None),
            Err(CommandStatus::RINVSRCADR)
        );
        let foreign = Address::alphanumeric(b"\xFF");
        assert_eq!(
            originator(&foreign, Some("Shop")),
            Err(CommandStatus::RINVSRCADR)
        );
    }

    #[test]
    fn recipients_may_have_either_international_prefix() {
        for (ton, given, expected) in [
            (1, "+380501234567", "380501234567"),
            (1, "00380501234567", "380501234567"),
            (0, "00380501234567", "380501234567"),
            (0, "+380501234567", "380501234567"),
            (2, "0012345", "0012345"),
            (1, "+38 050", "+38 050"),
            (1, "nobody", "nobody"),
        ] {
            assert_eq!(recipient(&address(ton, given)).as_deref(), Ok(expected));
        }
        let foreign = Address::international(b"\xFF");
        assert_eq!(recipient(&foreign), Err(CommandStatus::RINVDSTADR));
    }
}
