//! Promises about sender names, and about messages that wait for one.

use sms::{CampaignState, Country, MessageState, Reason, SenderStatus};

use super::expansions::tally;
use super::world::{HOUR, PLENTY, PRICE, World, accept, account, at, claim, sound};
use crate::campaigns::Halt;
use crate::sender_names::{NewSenderName, Registered, SenderName};
use crate::submissions::NewSubmission;
use crate::{AccountId, SenderId, Store};

fn name(account: AccountId, name: &str, country: &str) -> NewSenderName {
    NewSenderName {
        account,
        name: name.into(),
        country: Country::parse(country).unwrap(),
        status: SenderStatus::Pending,
        description: "our shop".into(),
    }
}

async fn register(store: &dyn Store, new: NewSenderName) -> SenderId {
    match store.register_sender(new, at(3)).await.unwrap() {
        Registered::Added(id) => id,
        Registered::Already(id) => panic!("it is there as {id}"),
    }
}

/// A submission whose messages wait for a new name; and the name.
async fn waiting(world: &World<'_>, messages: usize) -> (NewSubmission, SenderId) {
    let registered = world.store.senders(None, SenderId(0), u32::MAX).await;
    let letters = format!("Shop{}", registered.unwrap().len());
    let sender = register(world.store, name(world.account, &letters, "UA")).await;
    let mut new = world.submission(messages);
    for message in &mut new.messages {
        message.state = MessageState::Held;
        message.reason = Reason::Moderation;
        message.awaits = Some(sender);
    }
    (new, sender)
}

async fn decide(store: &dyn Store, sender: SenderId, status: SenderStatus) {
    assert!(store.decide_sender(sender, status, "seen").await.unwrap());
}

pub async fn a_name_is_registered_once_for_a_country(store: &dyn Store) {
    let (shop, other) = (
        account(store, "shop", 0).await,
        account(store, "other", 0).await,
    );
    let id = register(store, name(shop, "Shop", "UA")).await;
    let again = store.register_sender(name(shop, "Shop", "UA"), at(4)).await;
    assert_eq!(again.unwrap(), Registered::Already(id));
    let abroad = register(store, name(shop, "Shop", "PL")).await;
    let letters = register(store, name(shop, "SHOP", "UA")).await;
    let theirs = register(store, name(other, "Shop", "UA")).await;

    let expected = SenderName {
        id,
        account: shop,
        name: "Shop".into(),
        country: Country::parse("UA").unwrap(),
        status: SenderStatus::Pending,
        description: "our shop".into(),
        note: String::new(),
        registered_at: at(3),
    };
    assert_eq!(store.sender(shop, id).await.unwrap(), Some(expected));
    assert_eq!(store.sender(other, id).await.unwrap(), None);
    let ids = |names: Vec<SenderName>| names.iter().map(|name| name.id).collect::<Vec<_>>();
    let named = store.senders_named(shop, "Shop").await.unwrap();
    assert_eq!(ids(named), [id, abroad]);
    let all = store.senders(None, SenderId(0), 3).await.unwrap();
    assert_eq!(ids(all), [id, abroad, letters]);
    let own = store.senders(Some(shop), abroad, 9).await.unwrap();
    assert_eq!(ids(own), [letters]);
    let rest = store.senders(None, letters, 9).await.unwrap();
    assert_eq!(ids(rest), [theirs]);
}

pub async fn a_name_needs_its_account(store: &dyn Store) {
    let nobody = name(AccountId(99), "Shop", "UA");
    store.register_sender(nobody, at(1)).await.unwrap_err();
}

pub async fn a_decision_can_be_changed(store: &dyn Store) {
    let shop = account(store, "shop", 0).await;
    let id = register(store, name(shop, "Shop", "UA")).await;
    for status in [SenderStatus::Denied, SenderStatus::Approved] {
        decide(store, id, status).await;
        let found = store.sender(shop, id).await.unwrap().unwrap();
        assert_eq!((found.status, found.note.as_str()), (status, "seen"));
    }
    let unknown = store.decide_sender(SenderId(404), SenderStatus::Denied, "");
    assert!(!unknown.await.unwrap());
}

pub async fn a_message_waits_for_its_sender_name_and_follows_the_decision(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    for (status, place, held) in [
        (
            SenderStatus::Approved,
            (MessageState::Queued, Reason::None),
            2,
        ),
        (
            SenderStatus::Denied,
            (MessageState::Failed, Reason::OriginatorNotApproved),
            0,
        ),
    ] {
        let before = world.book().await.held;
        let (new, sender) = waiting(&world, 2).await;
        let id = accept(store, new).await;
        let seen = CampaignState::of(&tally(&world, id).await);
        assert_eq!(seen, CampaignState::Moderation);
        assert_eq!(world.claim(9).await, []);
        assert_eq!(store.follow_decisions(at(1), 9).await.unwrap(), 0);
        decide(store, sender, status).await;
        assert_eq!(store.follow_decisions(at(1), 1).await.unwrap(), 1);
        assert_eq!(store.follow_decisions(at(1), 9).await.unwrap(), 1);
        assert_eq!(store.follow_decisions(at(1), 9).await.unwrap(), 0);
        for message in world.messages(id).await {
            assert_eq!((message.state, message.reason), place);
        }
        assert_eq!(world.book().await.held - before, held * PRICE);
        assert_eq!(world.claim(9).await.len(), usize::try_from(held).unwrap());
        sound(store).await;
    }
}

pub async fn an_approved_message_still_waits_for_its_time(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let (mut new, sender) = waiting(&world, 1).await;
    new.start_at = Some(at(HOUR));
    let id = accept(store, new).await;
    assert_eq!(store.release_due(at(HOUR), 9).await.unwrap(), 0);
    decide(store, sender, SenderStatus::Approved).await;
    store.follow_decisions(at(1), 9).await.unwrap();
    assert_eq!(tally(&world, id).await.held_by(Reason::Scheduled), 1);
    assert_eq!(store.release_due(at(HOUR), 9).await.unwrap(), 1);
    assert_eq!(world.claim_at(9, at(HOUR)).await.len(), 1);
}

pub async fn a_pause_and_a_sender_name_are_waited_for_both(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let (new, undecided) = waiting(&world, 1).await;
    let first = accept(store, new).await;
    store.halt(first, Halt::Paused, at(1)).await.unwrap();
    assert_eq!(tally(&world, first).await.held_by(Reason::Paused), 1);
    store.resume(first, at(2)).await.unwrap();
    assert_eq!(tally(&world, first).await.held_by(Reason::Moderation), 1);

    let (new, approved) = waiting(&world, 1).await;
    let second = accept(store, new).await;
    store.halt(second, Halt::Paused, at(1)).await.unwrap();
    decide(store, approved, SenderStatus::Approved).await;
    assert_eq!(store.follow_decisions(at(3), 9).await.unwrap(), 1);
    assert_eq!(tally(&world, second).await.held_by(Reason::Paused), 1);
    assert_eq!(world.claim(9).await, []);
    store.resume(second, at(4)).await.unwrap();
    decide(store, undecided, SenderStatus::Approved).await;
    assert_eq!(store.follow_decisions(at(5), 9).await.unwrap(), 1);
    assert_eq!(world.claim(9).await.len(), 2);
    sound(store).await;
}

pub async fn a_message_that_ended_does_not_wait_for_its_name_any_more(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let (new, sender) = waiting(&world, 2).await;
    let id = accept(store, new).await;
    store.cancel(world.account, id, at(1)).await.unwrap();
    decide(store, sender, SenderStatus::Approved).await;
    assert_eq!(store.follow_decisions(at(2), 9).await.unwrap(), 0);
    assert_eq!(tally(&world, id).await.count(MessageState::Cancelled), 2);
    assert_eq!(world.book().await.held, 0);
    sound(store).await;
}

pub async fn a_message_cannot_wait_for_a_name_that_is_not_there(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let (mut new, _) = waiting(&world, 1).await;
    new.messages[0].awaits = Some(SenderId(404));
    store.accept(new).await.unwrap_err();
    assert_eq!(store.audit().await.unwrap().messages, 0);
}

pub async fn a_denied_name_gives_way_to_the_alternative(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let other = register(store, name(world.account, "Other", "UA")).await;
    register(store, name(world.account, "Elsewhere", "PL")).await;
    for (alternative, decided, place) in [
        (
            Some("Other"),
            None,
            (MessageState::Held, Reason::Moderation),
        ),
        (
            Some("Other"),
            Some(SenderStatus::Approved),
            (MessageState::Queued, Reason::None),
        ),
        (
            Some("Other"),
            Some(SenderStatus::Denied),
            (MessageState::Failed, Reason::OriginatorNotApproved),
        ),
        (
            Some("Elsewhere"),
            None,
            (MessageState::Failed, Reason::OriginatorNotApproved),
        ),
        (
            None,
            None,
            (MessageState::Failed, Reason::OriginatorNotApproved),
        ),
    ] {
        let (mut new, sender) = waiting(&world, 1).await;
        new.alternative = alternative.map(Into::into);
        let id = accept(store, new).await;
        if let Some(status) = decided {
            decide(store, other, status).await;
        }
        decide(store, sender, SenderStatus::Denied).await;
        while store.follow_decisions(at(1), 9).await.unwrap() > 0 {}
        let message = &world.messages(id).await[0];
        assert_eq!(
            (message.state, message.reason),
            place,
            "{alternative:?} {decided:?}"
        );
        let claimed = claim(store, world.connector, 9, at(2)).await.messages;
        if place.0 == MessageState::Queued {
            assert!(
                claimed
                    .iter()
                    .any(|message| &*message.originator == "Other")
            );
        } else {
            assert_eq!(claimed.len(), 0);
        }
        sound(store).await;
    }
}

pub async fn a_name_is_described_by_its_account_only(store: &dyn Store) {
    let (shop, other) = (
        account(store, "shop", 0).await,
        account(store, "other", 0).await,
    );
    let id = register(store, name(shop, "Shop", "UA")).await;
    for (who, sender, described) in [
        (other, id, false),
        (shop, SenderId(404), false),
        (shop, id, true),
    ] {
        let done = store.describe_sender(who, sender, "our other shop").await;
        assert_eq!(done.unwrap(), described);
        let found = store.sender(shop, id).await.unwrap().unwrap();
        assert_eq!(found.description == "our other shop", described);
    }
}

pub async fn a_name_is_removed_unless_messages_wait_for_it(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let other = account(store, "other", 0).await;
    let (new, sender) = waiting(&world, 1).await;
    let free = register(store, name(world.account, "Free", "UA")).await;
    accept(store, new).await;
    let waited_for = store.remove_sender(world.account, sender).await;
    assert!(waited_for.unwrap_err().is_conflict());
    for (who, id, removed) in [
        (other, free, false),
        (world.account, free, true),
        (world.account, free, false),
    ] {
        assert_eq!(store.remove_sender(who, id).await.unwrap(), removed);
    }
    let left = store.senders(Some(world.account), SenderId(0), 9).await;
    let left: Vec<_> = left.unwrap().iter().map(|sender| sender.id).collect();
    assert_eq!(left, [sender]);
    decide(store, sender, SenderStatus::Denied).await;
    store.follow_decisions(at(2), 9).await.unwrap();
    assert!(store.remove_sender(world.account, sender).await.unwrap());
    sound(store).await;
}
