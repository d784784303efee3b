//! The steps of the walk that change single messages.

use sms::{Form, MessageState};

use super::Walk;
use crate::contract::random::Random;
use crate::contract::world::{HOUR, PRICE, at};
use crate::notices::Tells;
use crate::waiting::{Change, Move, Replacement, WaitingMessage};
use crate::{AccountId, MessageId};

impl Walk<'_> {
    /// A message of one of the latest submissions, and whose it is; one that is alone in it, if that is asked for.
    async fn message(&mut self, is_alone: bool) -> Option<(AccountId, MessageId)> {
        let mut found = Vec::new();
        for &id in self.submissions.iter().rev().take(5) {
            for &account in &self.accounts {
                let messages = self.world.store.messages(account, id, None, None, 9);
                let messages = messages.await.unwrap();
                if messages.len() == 1 || !is_alone {
                    found.extend(messages.iter().map(|message| (account, message.id)));
                }
            }
        }
        (!found.is_empty()).then(|| *self.random.one(&found))
    }

    /// Cancels a message, whatever has become of it, for its account or for the other one.
    pub(super) async fn cancel_one(&mut self) {
        let Some((payer, message)) = self.message(false).await else {
            return;
        };
        let (store, account) = (self.world.store, *self.random.one(&self.accounts));
        let before = store.messages_by_id(payer, vec![message]).await.unwrap();
        let cancelled = store.cancel_message(account, message, at(self.now)).await;
        let after = store.messages_by_id(payer, vec![message]).await.unwrap();
        let (before, after) = (before[0].message.state, after[0].message.state);
        let cancelled = cancelled.unwrap();
        match cancelled {
            Change::Done => assert_eq!(after, MessageState::Cancelled),
            Change::TooLate => assert_eq!(after, before),
            Change::Unknown => assert!(account != payer && after == before),
            Change::Insufficient { available_micros } => panic!("{available_micros} is enough"),
        }
    }

    /// Gives a message another text at another price, and perhaps other times.
    pub(super) async fn replace(&mut self) {
        let Some((payer, message)) = self.message(true).await else {
            return;
        };
        let store = self.world.store;
        let before = store.book(payer).await.unwrap().unwrap();
        let old = store.messages_by_id(payer, vec![message]).await.unwrap();
        let segments = u16::try_from(1 + self.random.below(4)).unwrap();
        let price_micros = PRICE * i64::from(segments);
        let time = |random: &mut Random, hours, now: i64| {
            let millis = now + (random.below(hours) - 1) * HOUR;
            (random.below(2) == 0).then_some(at(millis))
        };
        let replacement = Replacement {
            text: "another".into(),
            segments,
            price_micros,
            start_at: time(&mut self.random, 4, self.now),
            expires_at: time(&mut self.random, 9, self.now),
            tells: Tells::DELIVERED,
        };
        let form = Form::default();
        let replaced = store.replace_message(payer, message, form, replacement, at(self.now));
        let replaced = replaced.await.unwrap();
        let after = store.book(payer).await.unwrap().unwrap();
        let more = price_micros - old[0].message.price_micros;
        match replaced {
            Change::Done => {
                let held = (before.held + more, before.available - more);
                assert_eq!((after.held, after.available), held);
            }
            Change::TooLate => assert_eq!(after, before),
            Change::Insufficient { available_micros } => {
                assert!(more > available_micros && after == before);
            }
            Change::Unknown => panic!("{message} is the account's"),
        }
    }

    /// Sends some of what waits for one connector the other way.
    pub(super) async fn reroute(&mut self) {
        let (store, from) = (self.world.store, self.way());
        let to = if from == self.other_way {
            self.world.connector
        } else {
            self.other_way
        };
        let most = u32::try_from(self.random.below(5)).unwrap();
        let until = at(self.now - self.random.below(3) * HOUR);
        let waiting = store.waiting_messages(from, None, until, None, most).await;
        let one = |message: &WaitingMessage| Move {
            message: message.id,
            from,
            to,
        };
        let moves: Vec<_> = waiting.unwrap().iter().map(one).collect();
        let all = moves.len() as u64;
        let done = store.reroute(moves, at(self.now)).await.unwrap();
        assert_eq!(done, all, "what is listed can be moved");
    }
}
