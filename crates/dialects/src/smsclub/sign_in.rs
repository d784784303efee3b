//! Who asks: a bearer token, or a login with a password or a token; and how often it may ask.

use std::net::IpAddr;
use std::sync::Arc;

use gateway::directory::CredentialKind;
use gateway::{Account, AccountId, Gateway};
use http::{HeaderMap, header};
use sms::Refusal;

use super::faults::Failure;
use crate::wire::frequency::Frequency;

const SECOND_MS: i64 = 1_000;

/// Counts requests, so that no account makes more in a second than it may.
pub(super) struct Pace {
    requests: Frequency<AccountId>,
    per_second: u32,
}

impl Pace {
    /// Begins with nothing counted.
    pub(super) fn new(per_second: u32) -> Self {
        Self {
            requests: Frequency::new(SECOND_MS),
            per_second,
        }
    }

    /// Counts a request of an account that has said who it is, and lets it in unless it asks too often, is suspended, or may not
    /// be used from there.
    pub(super) fn admit(
        &self,
        gateway: &Gateway,
        account: &Account,
        peer: Option<IpAddr>,
    ) -> Result<(), Refusal> {
        let most = account.settings.requests_per_second;
        let most = usize::try_from(most.unwrap_or(self.per_second)).unwrap_or(usize::MAX);
        self.requests
            .allow(account.id, most, gateway.now())
            .map_err(|_| Refusal::RateLimited)?;
        account.admits(peer)
    }
}

/// Finds the account of the bearer token among the header fields; a suspended one's, too.
pub(super) fn bearer(gateway: &Gateway, headers: &HeaderMap) -> Result<Arc<Account>, Refusal> {
    let field = headers.get(header::AUTHORIZATION);
    let field = field.and_then(|value| value.to_str().ok());
    let (scheme, token) = field
        .and_then(|field| field.trim().split_once(' '))
        .ok_or(Refusal::UnknownCredential)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Refusal::UnknownCredential);
    }
    let account = gateway.bearer(CredentialKind::Token, token.trim());
    account.ok_or(Refusal::WrongSecret)
}

/// Finds the account of a login and its password, or of its login and the account's token: clients put either into the field of
/// the other.
pub(super) async fn login(
    gateway: &Gateway,
    login: &str,
    secret: &str,
    peer: Option<IpAddr>,
) -> Result<Arc<Account>, Failure> {
    if login.is_empty() || secret.is_empty() {
        return Err(Refusal::UnknownCredential.into());
    }
    if let Some(account) = gateway.bearer(CredentialKind::Token, secret) {
        if gateway.is_login_of(account.id, login) {
            return Ok(account);
        }
        return Err(Refusal::WrongSecret.into());
    }
    Ok(gateway.sign_in_from(login, secret, peer).await?)
}
