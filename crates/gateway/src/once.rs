//! What is accepted once only: programs repeat a request whose answer they did not get, and nothing may be sent twice for that.

use sha2::{Digest, Sha256};
use sms::Timestamp;

/// Names a request or a message that is accepted once only, for ever or for a while.
///
/// The key is of the account that submits: the same one of another account is another key. A request that is refused uses nothing
/// up; one that was accepted does so durably, in the transaction of its acceptance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Once {
    key: [u8; 16],
    window_ms: Option<i64>,
}

impl Once {
    /// Names what is told apart by these texts and is not accepted again for `window_ms`, never when `None`. `what` keeps apart
    /// what different callers name.
    pub fn new(what: &str, texts: &[&str], window_ms: Option<i64>) -> Self {
        let mut digest = Sha256::new();
        for text in std::iter::once(&what).chain(texts) {
            // The lengths keep apart texts that are alike only when joined.
            digest.update((text.len() as u64).to_be_bytes());
            digest.update(text.as_bytes());
        }
        let mut key = [0; 16];
        key.copy_from_slice(&digest.finalize()[..16]);
        Self { key, window_ms }
    }

    /// Says it in the store's words.
    pub(crate) fn from(self, now: Timestamp) -> store::submissions::Once {
        store::submissions::Once {
            key: self.key,
            until: self.window_ms.map(|window| now.plus_millis(window)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_are_alike_only_when_joined_are_told_apart() {
        let key = |what, texts: &[&str]| Once::new(what, texts, None).key;
        assert_eq!(key("a", &["b", "c"]), key("a", &["b", "c"]));
        assert_ne!(key("a", &["b", "c"]), key("a", &["bc"]));
        assert_ne!(key("a", &["b", "c"]), key("ab", &["c"]));
        assert_ne!(key("a", &["", "b"]), key("a", &["b", ""]));
    }
}
