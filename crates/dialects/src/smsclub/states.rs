//! The five words of this provider for a message's state [smsclub "Statuses"].

use std::collections::HashMap;

use gateway::{AccountId, Gateway, MessageId};
use sms::MessageState;

use super::faults::Failure;

/// Returns the word for a state. The provider's own program looks words up in a table of these five and breaks at any other.
pub(super) const fn word(state: MessageState) -> &'static str {
    match state {
        MessageState::Held
        | MessageState::Queued
        | MessageState::Submitted
        | MessageState::InDoubt => "ENROUTE",
        MessageState::Delivered => "DELIVRD",
        MessageState::Expired => "EXPIRED",
        MessageState::Undelivered | MessageState::Cancelled | MessageState::Failed => "UNDELIV",
        MessageState::Rejected | MessageState::InvalidNumber | MessageState::Suppressed => {
            "REJECTD"
        }
    }
}

/// Finds the words for those of the messages that are the account's, and pairs them with what was asked, in that order. An id may
/// have zeros before it; what is no number is as unknown as an id that nothing has.
pub(super) async fn words(
    gateway: &Gateway,
    account: AccountId,
    asked: &[String],
) -> Result<Vec<(MessageId, &'static str)>, Failure> {
    let mut ids: Vec<MessageId> = asked.iter().filter_map(|id| parse(id)).collect();
    let order = ids.clone();
    ids.sort_unstable();
    ids.dedup();
    let found = gateway.messages_by_id(account, ids).await?;
    let words: HashMap<MessageId, &str> = found
        .iter()
        .map(|sent| (sent.message.id, word(sent.message.state)))
        .collect();
    let known = order.into_iter();
    Ok(known
        .filter_map(|id| words.get(&id).map(|word| (id, *word)))
        .collect())
}

/// Reads an id: digits alone.
pub(super) fn parse(id: &str) -> Option<MessageId> {
    let id = id.trim();
    let digits = id.bytes().all(|octet| octet.is_ascii_digit());
    digits.then(|| id.parse().ok().map(MessageId))?
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_word_of_the_document_is_used_and_no_other() {
        let words: BTreeSet<_> = MessageState::ALL.into_iter().map(word).collect();
        let expected = ["DELIVRD", "ENROUTE", "EXPIRED", "REJECTD", "UNDELIV"];
        assert_eq!(words, BTreeSet::from(expected));
    }

    #[test]
    fn a_message_that_has_not_ended_is_on_its_way_and_no_other_is() {
        for state in MessageState::ALL {
            assert_eq!(word(state) == "ENROUTE", !state.is_final(), "{state:?}");
        }
    }

    #[test]
    fn ids_are_digits_with_or_without_zeros_before_them() {
        for (id, expected) in [
            ("106", Some(106)),
            (" 000106 ", Some(106)),
            ("", None),
            ("+106", None),
            ("-106", None),
            ("1e2", None),
            ("99999999999999999999", None),
        ] {
            assert_eq!(parse(id), expected.map(MessageId), "{id}");
        }
    }
}
