//! Who calls: login and password, or a key instead of both.

use std::net::IpAddr;
use std::sync::Arc;

use gateway::directory::CredentialKind;
use gateway::{Account, Gateway};
use sms::Refusal;

use super::faults::Failure;
use super::parameters::Parameters;

/// Finds the account of `apikey`, of `login` and `psw`, or of a key in `psw` beside an empty login, which is how the provider's own
/// libraries send it. The password may come in clear or as the hex of its MD5 or SHA-1.
///
/// Credentials that are absent, wrong or may not be used from this address all give the same error; who has guessed too often is told
/// to wait.
pub(super) async fn sign_in(
    gateway: &Gateway,
    parameters: &Parameters,
    peer: Option<IpAddr>,
) -> Result<Arc<Account>, Failure> {
    let read = |name| {
        let text = parameters.text(name).ok().flatten();
        text.unwrap_or_default()
    };
    let (login, password, key) = (read("login"), read("psw"), read("apikey"));
    let key = match (&*key, &*login) {
        ("", "") => &password,
        _ => &key,
    };
    let account = if key.is_empty() {
        if login.is_empty() {
            return Err(Refusal::UnknownCredential.into());
        }
        gateway.sign_in_from(&login, &password, peer).await?
    } else {
        let account = gateway.bearer(CredentialKind::ApiKey, key);
        account.ok_or(Refusal::UnknownCredential)?
    };
    account.admits(peer)?;
    Ok(account)
}
