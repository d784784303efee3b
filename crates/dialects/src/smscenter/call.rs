//! A call: who calls, and what the parameters mean.

use std::str::FromStr;

use gateway::{Account, Gateway, Once};

use super::faults::Failure;
use super::limits::{self, Alike, Limits};
use super::parameters::Parameters;
use super::settings::Settings;

/// Holds what an address needs for its answer. An empty parameter was not given, and unknown ones are passed over: there are programs
/// that send those of their last request again.
#[derive(Clone, Copy)]
pub(super) struct Call<'a> {
    pub(super) gateway: &'a Gateway,
    /// Who calls.
    pub(super) account: &'a Account,
    pub(super) settings: &'a Settings,
    pub(super) parameters: &'a Parameters,
    pub(super) limits: &'a Limits,
    /// The address that was called.
    pub(super) endpoint: &'static str,
}

impl Call<'_> {
    /// Returns a text; `None` when it is absent or empty. Fails when it is none in the request's character set.
    pub(super) fn text(&self, name: &str) -> Result<Option<String>, Failure> {
        Ok(self.sent(name)?.filter(|text| !text.is_empty()))
    }

    /// Returns a text that may be empty; `None` when it was not sent at all. For what an empty text clears.
    pub(super) fn sent(&self, name: &str) -> Result<Option<String>, Failure> {
        self.parameters.text(name)
    }

    /// Returns a text that must be given.
    pub(super) fn needed(&self, name: &str) -> Result<String, Failure> {
        self.text(name)?.ok_or(Failure::Parameters)
    }

    /// Tells whether a switch is on.
    pub(super) fn flag(&self, name: &str) -> bool {
        self.parameters.flag(name)
    }

    /// Returns a number; `None` when it is absent or empty.
    pub(super) fn number<T: FromStr>(&self, name: &str) -> Result<Option<T>, Failure> {
        let text = self.text(name)?;
        let number = text.map(|text| text.trim().parse());
        number.transpose().map_err(|_| Failure::Parameters)
    }

    /// Returns a whole number within bounds.
    pub(super) fn within(&self, name: &str, least: u32, most: u32) -> Result<Option<u32>, Failure> {
        match self.number(name)? {
            Some(number) if (least..=most).contains(&number) => Ok(Some(number)),
            Some(_) => Err(Failure::Parameters),
            None => Ok(None),
        }
    }

    /// Refuses a call that was made `most` times within the last minute by the same account; 0 for never. A call that fails
    /// afterwards counts all the same.
    pub(super) fn at_most(&self, most: u32, alike: Alike) -> Result<(), Failure> {
        let key = self.key(alike);
        self.limits.count(key, most, self.gateway.now())
    }

    /// Does something that is [limited](Self::at_most); what comes to nothing does not count, and can be repeated at once.
    pub(super) async fn counted<T>(
        &self,
        most: u32,
        alike: Alike,
        act: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Failure> {
        self.at_most(most, alike)?;
        let done = act.await;
        if done.is_err() {
            self.limits.take_back(self.key(alike));
        }
        done
    }

    /// Says that what has this digest is accepted once only within the time that the settings have for that; `None` where they have
    /// none.
    pub(super) fn once(&self, what: &str, digest: [u8; 32]) -> Option<Once> {
        let seconds = self.settings.identical_seconds;
        let window_ms = i64::from(seconds) * 1000;
        (seconds > 0).then(|| Once::new(what, &[&hex::encode(digest)], Some(window_ms)))
    }

    /// Names the call.
    pub(super) fn key(&self, alike: Alike) -> limits::Key {
        limits::key(self.account.id, self.endpoint, alike, self.parameters)
    }
}
