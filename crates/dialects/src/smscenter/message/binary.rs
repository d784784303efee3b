//! Binary messages: octets instead of a text.

use sms::{Alphabet, Refusal};

use crate::smscenter::call::Call;
use crate::smscenter::faults::Failure;

/// Reads `mes` as octets, with `bin=1` as sent, with `bin=2` as hex; `None` for a text. The first octet is the length of the UDH that
/// follows it; where it is 0 the message has none.
pub(super) fn read(call: &Call<'_>) -> Result<Option<(Alphabet, String)>, Failure> {
    let octets = match call.text("bin")?.as_deref().map(str::trim) {
        None | Some("0") => return Ok(None),
        Some("1") => call.parameters.octets("mes").map(<[u8]>::to_vec),
        // Protocol and coding, which may follow behind a slash, cannot be chosen.
        Some("2") => hex::decode(call.needed("mes")?.trim()).ok(),
        Some(_) => return Err(Failure::Parameters),
    };
    let octets = octets.ok_or(Refusal::InvalidBinary)?;
    let read = match octets.split_first() {
        Some((0, rest)) if !rest.is_empty() => (Alphabet::Binary, hex::encode(rest)),
        Some((&header, rest)) if header > 0 && rest.len() >= usize::from(header) => {
            (Alphabet::BinaryWithHeader, hex::encode(&octets))
        }
        _ => return Err(Refusal::InvalidBinary.into()),
    };
    Ok(Some(read))
}
