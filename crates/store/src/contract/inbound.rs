//! Promises about messages from handsets.

use sms::Timestamp;

use super::world::{MINUTE, World, account, at};
use crate::callbacks::Event;
use crate::inbound::{NewInbound, Received};
use crate::{AccountId, InboundId, Store};

const NUMBER: &str = "380501110000";

impl World<'_> {
    fn inbound(
        &self,
        account: impl Into<Option<AccountId>>,
        text: &str,
        minute: i64,
    ) -> NewInbound {
        NewInbound {
            account: account.into(),
            connector: self.connector,
            from: "380671234567".into(),
            to: NUMBER.into(),
            text: text.into(),
            at: at(minute * MINUTE),
            tells: false,
            notifies: false,
            wish: None,
            parts: Vec::new(),
        }
    }

    async fn receive(&self, messages: Vec<NewInbound>) {
        self.store.receive(messages).await.unwrap();
    }

    async fn received(&self, account: AccountId) -> Vec<Received> {
        let all = self
            .store
            .received(account, None, Timestamp::from_millis(0), None, 100);
        all.await.unwrap()
    }
}

fn texts(messages: &[Received]) -> Vec<&str> {
    messages.iter().map(|message| &*message.text).collect()
}

pub async fn messages_from_handsets_are_there_as_they_came(store: &dyn Store) {
    let world = World::new(store, 0).await;
    let text = "Привіт 🙂\nhow are you?";
    let messages = [text, "", "again", "again"];
    let messages = messages.map(|text| world.inbound(world.account, text, 1));
    world.receive(messages.to_vec()).await;
    let received = world.received(world.account).await;
    assert_eq!(texts(&received), [text, "", "again", "again"]);
    assert!(received.is_sorted_by(|one, next| one.id < next.id));
    let expected = Received {
        id: received[0].id,
        from: "380671234567".into(),
        to: NUMBER.into(),
        text: text.into(),
        at: at(MINUTE),
    };
    assert_eq!(received[0], expected);
}

pub async fn a_message_from_a_handset_shows_to_its_account_only(store: &dyn Store) {
    let world = World::new(store, 0).await;
    let other = account(store, "other", 0).await;
    world
        .receive(vec![
            world.inbound(world.account, "mine", 1),
            world.inbound(other, "theirs", 1),
            world.inbound(None, "nobody's", 1),
        ])
        .await;
    assert_eq!(texts(&world.received(world.account).await), ["mine"]);
    assert_eq!(texts(&world.received(other).await), ["theirs"]);
    assert_eq!(world.received(AccountId(other.0 + 9)).await, []);
}

pub async fn messages_from_handsets_are_read_by_number_time_and_destination(store: &dyn Store) {
    let world = World::new(store, 0).await;
    // The third came before the second and was written after it.
    let mut messages: Vec<_> = [("a", 1), ("b", 3), ("c", 2), ("d", 4)]
        .map(|(text, minute)| world.inbound(world.account, text, minute))
        .into();
    messages[3].to = "380502220000".into();
    world.receive(messages).await;
    let ids: Vec<_> = world.received(world.account).await;
    let id = |place: usize| ids.get(place).map(|message| message.id);
    for (after, minute, to, limit, expected) in [
        (None, 0, None, 9, &["a", "b", "c", "d"][..]),
        (None, 0, None, 2, &["a", "b"]),
        (id(1), 0, None, 9, &["c", "d"]),
        (id(3), 0, None, 9, &[]),
        (Some(InboundId(0)), 3, None, 9, &["b", "d"]),
        (None, 2, None, 9, &["b", "c", "d"]),
        (None, 3, None, 9, &["b", "d"]),
        (None, 3, None, 1, &["b"]),
        (id(1), 2, None, 9, &["c", "d"]),
        (None, 9, None, 9, &[]),
        (None, 0, Some(NUMBER), 9, &["a", "b", "c"]),
        (None, 0, Some(NUMBER), 1, &["a"]),
        (None, 0, Some("380509990000"), 9, &[]),
        (None, 0, None, 0, &[]),
    ] {
        let since = at(minute * MINUTE);
        let to = to.map(str::to_owned);
        let page = store.received(world.account, after, since, to, limit);
        let page = page.await.unwrap();
        assert_eq!(texts(&page), expected, "after {after:?} since {minute}");
    }
}

pub async fn messages_from_handsets_are_kept_whole_or_not_at_all(store: &dyn Store) {
    let world = World::new(store, 0).await;
    let messages = vec![
        world.inbound(world.account, "good", 1),
        world.inbound(
            AccountId(world.account.0 + 9),
            "of an account that is not there",
            1,
        ),
    ];
    store.receive(messages).await.unwrap_err();
    assert_eq!(world.received(world.account).await, []);
}

pub async fn an_account_that_is_told_is_owed_a_callback_for_a_message_from_a_handset(
    store: &dyn Store,
) {
    let world = World::new(store, 0).await;
    let told = |account: Option<AccountId>, text, tells| NewInbound {
        tells,
        ..world.inbound(account, text, 1)
    };
    world
        .receive(vec![
            told(Some(world.account), "silent", false),
            told(Some(world.account), "told", true),
            told(None, "nobody's", true),
        ])
        .await;
    let received = world.received(world.account).await;
    let due = store.callbacks_due(at(MINUTE), AccountId(0), vec![], 9, 9);
    let due = due.await.unwrap();
    assert_eq!(due.len(), 1);
    assert_eq!((due[0].account, due[0].at), (world.account, at(MINUTE)));
    match &due[0].event {
        Event::Received(told) => assert_eq!(*told, received[1]),
        Event::Ended(message) => panic!("{message:?} was never sent"),
    }
}
