//! `heliogram account credential` and `remove-credential`.

use anyhow::Context;
use clap::Args;
use gateway::directory::CredentialKind;
use gateway::secrets::{random_hex, token_name};

use super::{account_named, changed, open, secret};
use crate::cli::At;
use crate::output;

#[derive(Debug, Args)]
pub(crate) struct Give {
    /// The account.
    name: String,
    /// key-pair, password, api-key, token or callback-secret.
    #[arg(long, value_parser = kind)]
    kind: CredentialKind,
    /// The public key, or the login; not used for the other kinds.
    #[arg(long, default_value = "")]
    public: String,
    /// The secret part; - reads a line from standard input; a random one is made and printed when absent.
    #[arg(long)]
    secret: Option<String>,
    #[command(flatten)]
    at: At,
}

#[derive(Debug, Args)]
pub(crate) struct Take {
    /// The account.
    name: String,
    /// key-pair, password, api-key, token or callback-secret.
    #[arg(long, value_parser = kind)]
    kind: CredentialKind,
    /// The public key, the login, or the API key or token itself; an account has one callback secret, which needs no name.
    #[arg(long, default_value = "")]
    public: String,
    #[command(flatten)]
    at: At,
}

fn kind(text: &str) -> Result<CredentialKind, String> {
    CredentialKind::from_name(text)
        .ok_or_else(|| "write key-pair, password, api-key, token or callback-secret".to_owned())
}

/// Gives an account a credential, or one that it has a new secret.
pub(super) async fn give(asked: Give) -> anyhow::Result<()> {
    let Give {
        name,
        kind,
        public,
        secret: given,
        at,
    } = asked;
    let gateway = open(&at).await?;
    let account = account_named(&gateway, &name)?;
    let named = matches!(kind, CredentialKind::KeyPair | CredentialKind::Password);
    anyhow::ensure!(
        !named || !public.is_empty(),
        "--public names the public key or login"
    );
    let clear = match &given {
        Some(given) => secret(given)?,
        None => random_secret(kind)?,
    };
    gateway
        .put_credential(account.id, kind, &public, &clear)
        .await?;
    if kind == CredentialKind::Password {
        note_what_smpp_cannot_send(&public, &clear);
    }
    if given.is_none() {
        output::line(format_args!("{clear}   (shown only now)"))?;
    }
    let kind = kind.name();
    if named {
        changed(format_args!("{name} has the {kind} {public}"))
    } else {
        changed(format_args!("{name} has this {kind}"))
    }
}

/// Takes a credential away.
pub(super) async fn take(asked: Take) -> anyhow::Result<()> {
    let Take {
        name,
        kind,
        public,
        at,
    } = asked;
    let gateway = open(&at).await?;
    let account = account_named(&gateway, &name)?;
    anyhow::ensure!(
        kind == CredentialKind::CallbackSecret || !public.is_empty(),
        "--public says which {}",
        kind.name()
    );
    let stored = match kind {
        CredentialKind::KeyPair | CredentialKind::Password => public,
        CredentialKind::ApiKey | CredentialKind::Token => token_name(&public),
        CredentialKind::CallbackSecret => account.id.to_string(),
    };
    let removed = gateway.remove_credential(account.id, kind, &stored).await?;
    let kind = kind.name();
    anyhow::ensure!(removed, "{name} has no such {kind}");
    changed(format_args!("{name} does not have this {kind} any more"))
}

/// The most octets of a password and of a `system_id`: 9 and 16 with the NUL at the end [smpp34 §4.1.1].
pub(super) const SMPP_PASSWORD: usize = 8;
pub(super) const SMPP_SYSTEM_ID: usize = 15;

fn note_what_smpp_cannot_send(login: &str, password: &str) {
    for (what, value, most) in [
        ("password", password, SMPP_PASSWORD),
        ("login", login, SMPP_SYSTEM_ID),
    ] {
        if value.len() > most {
            output::note(format_args!(
                "note: SMPP clients cannot send a {what} of more than {most} octets"
            ));
        }
    }
}

fn random_secret(kind: CredentialKind) -> anyhow::Result<String> {
    match kind {
        CredentialKind::Password => random_password(),
        CredentialKind::KeyPair
        | CredentialKind::ApiKey
        | CredentialKind::Token
        | CredentialKind::CallbackSecret => Ok(random_hex()),
    }
}

/// Letters and digits that nobody takes for another.
const PASSWORD_ALPHABET: &[u8; 56] = b"ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789";

/// Makes a password as long as SMPP can carry, each character as likely as any other.
fn random_password() -> anyhow::Result<String> {
    /// The most octets that the alphabet divides evenly.
    const EVEN: usize = 256 - 256 % PASSWORD_ALPHABET.len();
    let mut password = String::with_capacity(SMPP_PASSWORD);
    let mut octet = [0];
    while password.len() < SMPP_PASSWORD {
        getrandom::fill(&mut octet).context("the system has no randomness")?;
        let index = usize::from(octet[0]);
        if index < EVEN {
            password.push(PASSWORD_ALPHABET[index % PASSWORD_ALPHABET.len()].into());
        }
    }
    Ok(password)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_that_is_made_fits_smpp_and_cannot_be_misread() {
        let made = random_password().unwrap();
        assert_eq!(made.len(), 8);
        assert!(!made.contains(['0', 'O', '1', 'l', 'I']), "{made}");
        assert_ne!(made, random_password().unwrap());
    }
}
