//! Whether a bind is let in; each refusal has a status for the program and a line for the operator of the gateway.
//!
//! | refusal | status |
//! | --- | --- |
//! | unknown login, wrong password: the same, so that logins cannot be found by trying | `ESME_RINVPASWD` |
//! | not from this address; suspended; too many guesses; a second attempt on one connection | `ESME_RBINDFAIL` |
//! | as many binds as the account may have | `ESME_RALYBND` |
//! | the gateway cannot tell now | `ESME_RSYSERR` |

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use gateway::{Account, Error, Gateway, Secret};
use smpp::CommandStatus;
use smpp::session::BindRequest;
use sms::Refusal;

/// How much of a login is logged: programs give at most fifteen octets.
const LOGGED_CHARACTERS: usize = 32;

/// Is what a program binds with.
pub(super) struct Credentials {
    login: String,
    password: Secret,
    /// Whether the program says that its texts are in Latin-1 where they name no alphabet: SMS Center's programs do so by the
    /// `system_type` of their bind [smscenter §13].
    latin1: bool,
}

/// Says why a bind is refused.
#[derive(Debug)]
pub(super) enum Refused {
    Credentials,
    Address,
    Suspended,
    Guessing,
    TooManyBinds,
    Otherwise(Refusal),
    Unavailable(Error),
}

impl Credentials {
    /// Reads a bind; what is no text cannot be right, and is tried all the same, so that it takes as long as any other.
    pub(super) fn of(request: &BindRequest) -> Self {
        let bind = request.bind();
        let text = |octets| String::from_utf8_lossy(octets).into_owned();
        Self {
            login: text(bind.system_id),
            password: Secret::new(text(bind.password)),
            latin1: bind.system_type.eq_ignore_ascii_case(b"ISO"),
        }
    }

    /// Finds the account that these are of, if it may be used from there.
    pub(super) async fn sign_in(
        &self,
        gateway: &Gateway,
        peer: IpAddr,
    ) -> Result<Arc<Account>, Refused> {
        let given = gateway.sign_in_from(&self.login, self.password.reveal(), Some(peer));
        let account = given.await.map_err(Refused::of)?;
        account
            .admits(Some(peer))
            .map_err(|refusal| Refused::of(refusal.into()))?;
        Ok(account)
    }

    /// Tells whether texts that name no alphabet are in Latin-1.
    pub(super) const fn latin1(&self) -> bool {
        self.latin1
    }

    /// What is logged of them.
    pub(super) fn login(&self) -> String {
        self.login.chars().take(LOGGED_CHARACTERS).collect()
    }
}

impl Refused {
    fn of(error: Error) -> Self {
        match error {
            Error::Refused(refusal) => Self::by(refusal),
            error @ Error::Unavailable(_) => Self::Unavailable(error),
        }
    }

    fn by(refusal: Refusal) -> Self {
        match refusal {
            Refusal::UnknownCredential | Refusal::WrongSecret => Self::Credentials,
            Refusal::AddressNotAllowed => Self::Address,
            Refusal::AccountSuspended => Self::Suspended,
            Refusal::RateLimited => Self::Guessing,
            Refusal::EmptyOriginator
            | Refusal::InvalidOriginator
            | Refusal::OriginatorNotAllowed
            | Refusal::UnknownSenderName
            | Refusal::EmptyText
            | Refusal::TextTooLong { .. }
            | Refusal::NoValidRecipients
            | Refusal::InvalidNumber
            | Refusal::NoPrice
            | Refusal::NoRoute
            | Refusal::TooManyRecipients { .. }
            | Refusal::UnknownSubmission
            | Refusal::SubmissionDeleted
            | Refusal::UnknownMessage
            | Refusal::InvalidTime
            | Refusal::InsufficientFunds { .. }
            | Refusal::UnknownCurrency
            | Refusal::SubmissionStarted
            | Refusal::UnknownList
            | Refusal::UnknownContact
            | Refusal::UnknownVariable
            | Refusal::AlreadyThere
            | Refusal::UnknownStop
            | Refusal::UnknownCountry
            | Refusal::InvalidName
            | Refusal::FieldTooLong { .. }
            | Refusal::UnknownMailing
            | Refusal::UnknownTemplate
            | Refusal::UnknownSubAccount
            | Refusal::TooManySubAccounts
            | Refusal::InvalidBinary
            | Refusal::Duplicate => Self::Otherwise(refusal),
        }
    }

    /// Says it to the program.
    pub(super) fn status(&self) -> CommandStatus {
        match self {
            Self::Credentials => CommandStatus::RINVPASWD,
            Self::Address | Self::Suspended | Self::Guessing | Self::Otherwise(_) => {
                CommandStatus::RBINDFAIL
            }
            Self::TooManyBinds => CommandStatus::RALYBND,
            Self::Unavailable(_) => CommandStatus::RSYSERR,
        }
    }

    /// Says it to the operator of the gateway.
    pub(super) fn tell(&self, peer: SocketAddr, login: &str) {
        match self {
            Self::Credentials => {
                tracing::warn!(%peer, login, "a bind is refused: no such login with that password");
            }
            Self::Address => {
                tracing::warn!(%peer, login, "a bind is refused: the account may not be used from this address");
            }
            Self::Suspended => {
                tracing::warn!(%peer, login, "a bind is refused: the account is suspended");
            }
            Self::Guessing => {
                tracing::warn!(%peer, login, "a bind is refused: too many wrong passwords from this network");
            }
            Self::TooManyBinds => {
                tracing::warn!(%peer, login, "a bind is refused: the account has as many as it may have");
            }
            Self::Otherwise(refusal) => {
                tracing::warn!(%peer, login, %refusal, "a bind is refused");
            }
            Self::Unavailable(error) => {
                tracing::error!(%peer, login, ?error, "a bind is refused: it cannot be told whose it is");
            }
        }
    }
}
