//! Who signed a request: its key is looked for first, and nothing else is read of one whose key nobody has.

use std::sync::Arc;

use gateway::{Account, Gateway, Secret};
use sms::Refusal;

use super::checksum::{self, Signed, Variant};
use super::envelope::Envelope;
use super::faults::Failure;
use super::method::Row;
use super::request::Parameters;
use crate::Request;
use crate::wire::php::Value;

/// Holds what a request asks for, and of whom it has been proved to come.
pub(super) struct Verified {
    pub(super) account: Arc<Account>,
    /// The parameters that may mean something; the sum is of all that were sent.
    pub(super) parameters: Parameters,
}

/// Reads a request and verifies with the private key of its account that this account signed it. `name` is the method's as spelt
/// in the path; `strict` accepts only the documents' checksum.
pub(super) fn verify(
    gateway: &Gateway,
    request: &Request,
    row: &Row,
    name: &str,
    strict: bool,
) -> Result<Verified, Failure> {
    let envelope = Envelope::open(request)?;
    let (account, private_key) = signatory(gateway, &envelope)?;
    let parameters = envelope.parameters()?;
    let signed = Signed {
        parameters: &parameters,
        action: name,
        canonical_action: row.name,
    };
    verify_sum(signed, &account, &private_key, strict)?;
    account.admits(request.peer)?;
    Ok(Verified {
        account,
        parameters: Parameters::of(parameters),
    })
}

/// Finds whose public key it is. One that is no text is nobody's.
fn signatory(
    gateway: &Gateway,
    envelope: &Envelope<'_>,
) -> Result<(Arc<Account>, Secret), Failure> {
    let key = match envelope.parameter("key")? {
        Some(Value::Text(octets)) => String::from_utf8(octets).ok(),
        Some(Value::Array(_)) | None => None,
    };
    let pair = key.and_then(|key| gateway.key_pair(&key));
    Ok(pair.ok_or(Refusal::UnknownCredential)?)
}

fn verify_sum(
    signed: Signed<'_>,
    account: &Account,
    private_key: &Secret,
    strict: bool,
) -> Result<(), Failure> {
    let sum = match signed.parameters.get(b"sum") {
        Some(Value::Text(sum)) => sum.as_slice(),
        Some(Value::Array(_)) | None => &[],
    };
    let variants = Variant::allowed(strict);
    match checksum::verify(signed, private_key.reveal(), sum, variants) {
        Some(Variant::Canonical) => Ok(()),
        Some(variant) => {
            tracing::debug!(
                account = %account.name, ?variant, names = signed.names(),
                "a checksum was computed in another way than documented"
            );
            Ok(())
        }
        None => {
            tracing::debug!(
                account = %account.name, action = signed.action, names = signed.names(),
                "a checksum does not match: it is the MD5 of the values in the order of these \
                 names, and of the private key"
            );
            Err(Refusal::WrongSecret.into())
        }
    }
}
