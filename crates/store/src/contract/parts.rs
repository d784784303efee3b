//! Promises about long messages from handsets: their parts come in any order, more than once, or not at all.

use sms::Timestamp;
use sms::text::{Concatenation, Encoding};

use super::handsets::Handsets;
use super::world::{HOUR, MINUTE, World, at};
use crate::inbound::{Heard, KNOWN_AGAIN_MS, NewInbound, NewPart, Part, StopScope, Wish};
use crate::{ConnectorId, PartId, Store};

pub(super) const WRITTEN: Heard = Heard {
    written: true,
    changed: false,
};
pub(super) const NOT_AGAIN: Heard = Heard {
    written: false,
    changed: false,
};

/// A part of a text with reference 7: which of how many, and what it says.
pub(super) fn part(
    connector: ConnectorId,
    index: u8,
    total: u8,
    says: &str,
    now: Timestamp,
) -> NewPart {
    NewPart {
        connector,
        from: "380671234567".into(),
        to: "380501110000".into(),
        concatenation: Concatenation {
            reference: 7,
            total,
            index,
        },
        encoding: Encoding::Ucs2,
        octets: says.into(),
        at: now,
    }
}

/// A message made of parts.
pub(super) fn message(world: &World<'_>, parts: &[Part], now: Timestamp) -> NewInbound {
    NewInbound {
        account: Some(world.account),
        connector: world.connector,
        from: "380671234567".into(),
        to: "380501110000".into(),
        text: says(parts),
        at: now,
        tells: false,
        notifies: false,
        wish: None,
        parts: parts.iter().map(|part| part.id).collect(),
    }
}

/// What parts say together.
fn says(parts: &[Part]) -> String {
    let octets = parts.iter().flat_map(|part| part.part.octets.clone());
    String::from_utf8(octets.collect()).unwrap()
}

impl World<'_> {
    async fn part(&self, index: u8, total: u8, says: &str, now: Timestamp) {
        let part = part(self.connector, index, total, says, now);
        self.store.receive_parts(vec![part]).await.unwrap();
    }

    /// Reads what each text says for which none is waited any more since `before`.
    async fn told(&self, before: Timestamp) -> Vec<String> {
        let texts = self.store.whole_or_overdue(before, 100).await.unwrap();
        texts.iter().map(|parts| says(parts)).collect()
    }

    /// Makes a message of each text that is whole; answers what they say.
    async fn take(&self, now: Timestamp) -> Vec<String> {
        let texts = self.store.whole_or_overdue(at(0), 100).await.unwrap();
        let messages: Vec<_> = texts
            .iter()
            .map(|parts| message(self, parts, now))
            .collect();
        let heard = self.store.receive(messages).await.unwrap();
        assert_eq!(heard, vec![WRITTEN; texts.len()]);
        texts.iter().map(|parts| says(parts)).collect()
    }

    async fn kept_texts(&self) -> Vec<String> {
        let since = Timestamp::from_millis(0);
        let all = self
            .store
            .received(self.account, None, since, None, 1000)
            .await;
        let texts = all.unwrap().into_iter().map(|message| message.text);
        texts.collect()
    }
}

const NONE: [&str; 0] = [];

pub async fn parts_are_read_in_their_order_when_all_have_come(store: &dyn Store) {
    let world = World::new(store, 0).await;
    for (index, text) in [(3, "c"), (1, "a")] {
        world.part(index, 3, text, at(i64::from(index))).await;
        assert_eq!(world.told(at(0)).await, NONE);
    }
    world.part(2, 3, "b", at(9)).await;
    let texts = store.whole_or_overdue(at(0), 9).await.unwrap();
    assert_eq!(texts.len(), 1);
    let as_they_came = [(1, "a", 1), (2, "b", 9), (3, "c", 3)]
        .map(|(index, text, now)| part(world.connector, index, 3, text, at(now)));
    let read: Vec<_> = texts[0].iter().map(|part| part.part.clone()).collect();
    assert_eq!(read, as_they_came);
    assert_eq!(world.take(at(10)).await, ["abc"]);
    assert_eq!(world.told(at(HOUR)).await, NONE);
    assert_eq!(world.kept_texts().await, ["abc"]);
}

pub async fn parts_of_different_texts_do_not_mix(store: &dyn Store) {
    let world = World::new(store, 0).await;
    let other = store.put_connector("other", "{}", b"").await.unwrap();
    let first = |says: &str| part(world.connector, 1, 2, says, at(1));
    let mut parts = vec![first("a"), part(other, 1, 2, "b", at(2))];
    let mut differing = |says: &str, differ: fn(&mut NewPart)| {
        let mut part = first(says);
        differ(&mut part);
        parts.push(part);
    };
    differing("c", |part| part.from = "380671234568".into());
    differing("d", |part| part.to = "380501110001".into());
    differing("e", |part| part.concatenation.reference = 8);
    differing("f", |part| part.concatenation.total = 3);
    differing("g", |part| part.encoding = Encoding::Gsm7);
    differing("h", |part| part.encoding = Encoding::Binary);
    let seconds: Vec<_> = parts
        .iter()
        .map(|first| {
            let mut second = first.clone();
            second.concatenation.index = 2;
            second.octets = b"2".to_vec();
            second
        })
        .collect();
    store.receive_parts(parts).await.unwrap();
    assert_eq!(world.told(at(0)).await, NONE);
    store.receive_parts(seconds.clone()).await.unwrap();
    let mut whole = world.told(at(0)).await;
    whole.sort();
    assert_eq!(whole, ["a2", "b2", "c2", "d2", "e2", "g2", "h2"]);
    let read = store.whole_or_overdue(at(HOUR), 9).await.unwrap();
    let mut kept: Vec<_> = read
        .into_iter()
        .map(|mut parts| parts.pop().unwrap().part)
        .collect();
    kept.sort_by_key(|part| (part.at, part.connector, part.from.clone(), part.to.clone()));
    assert_eq!(kept.len(), seconds.len());
    for second in seconds {
        assert!(kept.contains(&second), "{second:?}");
    }
}

pub async fn a_part_sent_again_is_written_once(store: &dyn Store) {
    let world = World::new(store, 0).await;
    world.part(1, 2, "a", at(1)).await;
    world.part(1, 2, "a", at(2)).await;
    assert_eq!(world.told(at(0)).await, NONE, "the same twice is no two");
    world.part(2, 2, "b", at(3)).await;
    world.part(1, 2, "a", at(4)).await;
    world.part(2, 2, "b", at(5)).await;
    assert_eq!(world.take(at(6)).await, ["ab"]);
    // The upstream has not heard that we have it, and sends it again for a while.
    let last = at(6 + KNOWN_AGAIN_MS);
    for index in [2, 1] {
        world
            .part(index, 2, ["a", "b"][usize::from(index) - 1], last)
            .await;
    }
    assert_eq!(world.told(at(2 * HOUR)).await, NONE);
    assert_eq!(world.kept_texts().await, ["ab"]);
    // Then it is a text of its own: a handset may write the same twice.
    for index in [1, 2] {
        let text = ["a", "b"][usize::from(index) - 1];
        world.part(index, 2, text, last.plus_millis(1)).await;
    }
    assert_eq!(world.take(last).await, ["ab"]);
}

pub async fn a_text_is_known_again_no_longer_however_many_came_since(store: &dyn Store) {
    let world = World::new(store, 0).await;
    // More than are forgotten with one part.
    for reference in 1..10 {
        let mut whole = part(world.connector, 1, 1, "x", at(1));
        whole.concatenation.reference = reference;
        store.receive_parts(vec![whole]).await.unwrap();
    }
    world.part(1, 2, "a", at(2)).await;
    world.part(2, 2, "b", at(3)).await;
    assert_eq!(world.take(at(3)).await.len(), 10);
    // Nothing came for a while; then the handset writes the same, with the same reference.
    let later = at(4 + KNOWN_AGAIN_MS);
    world.part(1, 2, "a", later).await;
    world.part(2, 2, "b", later).await;
    assert_eq!(world.take(later).await, ["ab"]);
}

pub async fn a_reference_used_again_loses_neither_text(store: &dyn Store) {
    let world = World::new(store, 0).await;
    // The rest of the first never comes.
    world.part(1, 2, "a", at(1)).await;
    world.part(1, 2, "A", at(2)).await;
    assert_eq!(world.told(at(0)).await, ["a"], "it is told at once");
    world.part(2, 2, "B", at(3)).await;
    assert_eq!(world.told(at(0)).await, ["a", "AB"]);
    // Sent again, each is known.
    for (index, text) in [(1, "a"), (1, "A"), (2, "B")] {
        world.part(index, 2, text, at(4)).await;
    }
    assert_eq!(world.take(at(5)).await, ["a", "AB"]);
    // After a whole one, a new one begins as it should.
    world.part(2, 2, "d", at(6)).await;
    world.part(1, 2, "c", at(7)).await;
    assert_eq!(world.take(at(8)).await, ["cd"]);
    assert_eq!(world.told(at(HOUR)).await, NONE);
}

pub async fn what_never_becomes_whole_is_read_when_it_is_overdue(store: &dyn Store) {
    let world = World::new(store, 0).await;
    world.part(1, 3, "a", at(MINUTE)).await;
    world.part(3, 3, "c", at(3 * MINUTE)).await;
    assert_eq!(world.told(at(3 * MINUTE)).await, NONE);
    assert_eq!(world.told(at(3 * MINUTE + 1)).await, ["ac"]);
    let texts = store.whole_or_overdue(at(HOUR), 9).await.unwrap();
    // Two messages of one text, in one transaction: the parts do not stand together.
    let messages = [&texts[0][..1], &texts[0][1..]].map(|parts| message(&world, parts, at(HOUR)));
    let heard = store.receive(messages.to_vec()).await.unwrap();
    assert_eq!(heard, [WRITTEN; 2]);
    assert_eq!(world.kept_texts().await, ["a", "c"]);
    assert_eq!(world.told(at(2 * HOUR)).await, NONE);
    // The missing part comes after all: it waits for nobody longer than any other.
    world.part(2, 3, "b", at(HOUR + 1)).await;
    assert_eq!(world.told(at(HOUR)).await, NONE);
    assert_eq!(world.told(at(HOUR + 2)).await, ["b"]);
}

pub async fn a_part_that_comes_while_the_others_are_read_is_not_lost(store: &dyn Store) {
    let world = World::new(store, 0).await;
    world.part(1, 3, "a", at(1)).await;
    let texts = store.whole_or_overdue(at(HOUR), 9).await.unwrap();
    world.part(2, 3, "b", at(2)).await;
    let early = message(&world, &texts[0], at(3));
    assert_eq!(store.receive(vec![early]).await.unwrap(), [WRITTEN]);
    assert_eq!(world.told(at(0)).await, ["b"], "none waits for the third");
    assert_eq!(world.take(at(4)).await, ["b"]);
    world.part(3, 3, "c", at(5)).await;
    assert_eq!(world.told(at(HOUR)).await, ["c"]);
}

pub async fn a_message_whose_parts_are_gone_is_not_written_again(store: &dyn Store) {
    let world = World::new(store, 0).await;
    world.part(1, 2, "a", at(1)).await;
    world.part(2, 2, "b", at(2)).await;
    let texts = store.whole_or_overdue(at(0), 9).await.unwrap();
    let whole = NewInbound {
        tells: true,
        notifies: true,
        wish: Some(Wish::Stop(StopScope::Account)),
        ..message(&world, &texts[0], at(3))
    };
    let again = vec![whole.clone(), whole.clone()];
    let heard = store.receive(again).await.unwrap();
    let stopped = Heard {
        changed: true,
        ..WRITTEN
    };
    assert_eq!(heard, [stopped, NOT_AGAIN], "not even in one transaction");
    let stops = store
        .stops(world.account, None, crate::StopId(0), 9)
        .await
        .unwrap();
    store.remove_stop(world.account, stops[0].id).await.unwrap();
    assert_eq!(store.receive(vec![whole]).await.unwrap(), [NOT_AGAIN]);
    let stops = store
        .stops(world.account, None, crate::StopId(0), 9)
        .await
        .unwrap();
    assert_eq!(stops, [], "nothing of it is done again");
    let due = store.callbacks_due(at(HOUR), crate::AccountId(0), vec![], 9, 9);
    assert_eq!(due.await.unwrap().len(), 1);
    assert_eq!(store.notice_count(world.account).await.unwrap().waiting, 1);
    // One that is there does not help when another is not.
    world.part(1, 2, "c", at(4)).await;
    let next = store.whole_or_overdue(at(HOUR), 9).await.unwrap();
    let mut mixed = message(&world, &next[0], at(5));
    mixed.parts.insert(0, texts[0][0].id);
    let never = NewInbound {
        parts: vec![PartId(next[0][0].id.0 + 9)],
        ..mixed.clone()
    };
    let heard = store.receive(vec![mixed, never]).await.unwrap();
    assert_eq!(heard, [NOT_AGAIN; 2]);
    assert_eq!(world.told(at(HOUR)).await, ["c"], "it is still to be read");
    assert_eq!(world.kept_texts().await, ["ab"]);
}

pub async fn a_message_that_cannot_be_written_leaves_its_parts(store: &dyn Store) {
    let world = World::new(store, 0).await;
    world.part(1, 1, "a", at(1)).await;
    let texts = store.whole_or_overdue(at(0), 9).await.unwrap();
    let good = message(&world, &texts[0], at(2));
    let broken = NewInbound {
        account: Some(crate::AccountId(world.account.0 + 9)),
        parts: Vec::new(),
        ..good.clone()
    };
    store.receive(vec![good, broken]).await.unwrap_err();
    assert_eq!(world.kept_texts().await, NONE);
    assert_eq!(world.take(at(3)).await, ["a"]);
}

pub async fn texts_are_read_a_few_at_a_time_whole_ones_first(store: &dyn Store) {
    let world = World::new(store, 0).await;
    let text = async |reference: u16, index, now| {
        let mut part = part(world.connector, index, 2, &reference.to_string(), at(now));
        part.concatenation.reference = reference;
        store.receive_parts(vec![part]).await.unwrap();
    };
    for (reference, index, now) in [(1, 1, 1), (2, 1, 2), (3, 1, 3), (3, 2, 5), (2, 2, 4)] {
        text(reference, index, now).await;
    }
    let read = async |limit| {
        let texts = store.whole_or_overdue(at(HOUR), limit).await.unwrap();
        texts.iter().map(|parts| says(parts)).collect::<Vec<_>>()
    };
    assert_eq!(read(9).await, ["22", "33", "1"]);
    assert_eq!(read(2).await, ["22", "33"]);
    assert_eq!(read(1).await, ["22"]);
    assert_eq!(read(0).await, NONE);
}

pub async fn very_long_texts_are_not_all_read_at_once(store: &dyn Store) {
    let world = World::new(store, 0).await;
    for reference in 0..3 {
        let mut long = part(world.connector, 1, 1, "", at(i64::from(reference)));
        long.concatenation.reference = reference;
        long.octets = vec![b'x'; 5 << 20];
        store.receive_parts(vec![long]).await.unwrap();
    }
    for left in [2, 1, 0] {
        let texts = store.whole_or_overdue(at(0), 9).await.unwrap();
        assert_eq!(texts.len(), 1, "{left} more are to come");
        let whole = message(&world, &texts[0], at(9));
        store.receive(vec![whole]).await.unwrap();
    }
    assert_eq!(world.told(at(HOUR)).await, NONE);
}

/// Every part that a handset sends comes to be in one message, whatever else is sent, repeated or late, and of those in one
/// message all are of one text.
pub async fn no_part_is_lost_or_told_twice_whatever_comes(store: &dyn Store) {
    let world = World::new(store, 0).await;
    for seed in 0..4 {
        Handsets::new(seed).run(&world, 200).await;
    }
}
