//! Promises about what handsets ask for: to be left alone by an account, or by one originator of it, and to be written to again.

use sms::{MessageState, Msisdn, Reason};

use super::contacts::{fill, number, whole};
use super::expansions::{next_step, to_list};
use super::world::{HOUR, PLENTY, PRICE, World, accept, account, at, scheduled, sound, submission};
use crate::inbound::{ASKED, Heard, NewInbound, StopScope, Wish};
use crate::stop_list::{OriginatorStop, Stopped};
use crate::submissions::{Acceptance, NewSubmission};
use crate::{AccountId, Store, SubmissionId};

const SHOP: &str = "380501110000";
const CLUB: &str = "380502220000";

fn from(originator: &str) -> StopScope {
    StopScope::Originator(originator.into())
}

/// The number to which the first message of a submission goes.
fn handset() -> Msisdn {
    Msisdn::parse("380670000000").unwrap()
}

/// The handset that a submission's first message goes to writes to a number of the account, and asks for something.
async fn asks(world: &World<'_>, account: AccountId, wish: Wish) -> bool {
    let heard = says(world, account, handset().as_str(), wish).await;
    assert!(heard.written);
    heard.changed
}

async fn says(world: &World<'_>, account: AccountId, handset: &str, wish: Wish) -> Heard {
    let message = NewInbound {
        account: Some(account),
        connector: world.connector,
        from: handset.into(),
        to: SHOP.into(),
        text: "STOP".into(),
        at: at(5),
        tells: false,
        notifies: false,
        wish: Some(wish),
        parts: Vec::new(),
    };
    let heard = world.store.receive(vec![message]).await.unwrap();
    assert_eq!(heard.len(), 1);
    heard[0]
}

fn message_from(world: &World<'_>, originator: &str) -> NewSubmission {
    NewSubmission {
        originator: originator.into(),
        ..world.submission(1)
    }
}

/// Tells whether a message from this originator to the handset would be accepted.
async fn may_write(world: &World<'_>, originator: &str) -> bool {
    match world
        .store
        .accept(message_from(world, originator))
        .await
        .unwrap()
    {
        Acceptance::Accepted { .. } => true,
        Acceptance::NobodyLeft => false,
        other @ (Acceptance::Insufficient { .. } | Acceptance::Repeated { .. }) => {
            panic!("{other:?}")
        }
    }
}

async fn states(world: &World<'_>, submission: SubmissionId) -> Vec<(MessageState, Reason)> {
    let messages = world.messages(submission).await;
    messages.iter().map(|m| (m.state, m.reason)).collect()
}

const STOPPED: (MessageState, Reason) = (MessageState::Suppressed, Reason::OptedOut);

pub async fn a_handset_that_asks_is_on_the_stop_list_once(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let list = fill(store, world.account, 3).await;
    let stop = Wish::Stop(StopScope::Account);
    let one = number(1);
    for changed in [true, false] {
        let heard = says(&world, world.account, one.as_str(), stop.clone()).await;
        let expected = Heard {
            written: true,
            changed,
        };
        assert_eq!(heard, expected);
    }
    let entry = store.stop_by_number(world.account, one).await.unwrap();
    let entry = entry.unwrap();
    assert_eq!((&*entry.reason, entry.added_at), (ASKED, at(5)));
    let counted = async || {
        let list = store.list(world.account, list).await.unwrap().unwrap();
        list.stopped
    };
    assert_eq!(counted().await, 1, "its list knows");
    let start = Wish::Start(StopScope::Account);
    for changed in [true, false] {
        let heard = says(&world, world.account, one.as_str(), start.clone()).await;
        assert_eq!(heard.changed, changed);
    }
    assert_eq!(counted().await, 0);
    assert!(
        whole(store, world.account, list)
            .await
            .iter()
            .all(|contact| !contact.stopped)
    );
}

pub async fn what_the_account_itself_has_stopped_stays_as_it_is(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let own = store.stop(world.account, handset(), None, "complained", at(1));
    let Stopped::Added(id) = own.await.unwrap() else {
        panic!("it was not there")
    };
    assert!(!asks(&world, world.account, Wish::Stop(StopScope::Account)).await);
    assert!(!asks(&world, world.account, Wish::Start(StopScope::Account)).await);
    let entry = store.stop_by_id(world.account, id).await.unwrap().unwrap();
    assert_eq!((&*entry.reason, entry.added_at), ("complained", at(1)));
}

pub async fn what_the_account_stops_after_a_handset_asked_is_its_own(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    assert!(asks(&world, world.account, Wish::Stop(StopScope::Account)).await);
    let own = store.stop(world.account, handset(), None, "complained", at(6));
    let Stopped::Already(id) = own.await.unwrap() else {
        panic!("it was there")
    };
    assert!(!asks(&world, world.account, Wish::Start(StopScope::Account)).await);
    let entry = store.stop_by_id(world.account, id).await.unwrap().unwrap();
    assert_eq!((&*entry.reason, entry.added_at), ("complained", at(5)));
    // Nor does a handset that asks once more make it the handset's again.
    assert!(!asks(&world, world.account, Wish::Stop(StopScope::Account)).await);
    assert!(!asks(&world, world.account, Wish::Start(StopScope::Account)).await);
}

pub async fn a_stop_of_one_originator_leaves_the_others_alone(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let other = account(store, "other", PLENTY).await;
    assert!(asks(&world, world.account, Wish::Stop(from(SHOP))).await);
    assert!(!asks(&world, world.account, Wish::Stop(from(SHOP))).await);
    assert!(!may_write(&world, SHOP).await);
    assert!(may_write(&world, CLUB).await);
    assert!(may_write(&world, "Info").await);
    let theirs = NewSubmission {
        originator: SHOP.into(),
        ..submission(other, world.connector, 1)
    };
    accept(store, theirs).await;
    let entry = store.stop_by_number(world.account, handset()).await;
    assert_eq!(entry.unwrap(), None, "it is not on the account's list");

    // A plus makes no other number.
    let plus = format!("+{SHOP}");
    assert!(!asks(&world, world.account, Wish::Stop(from(&plus))).await);
    assert!(!asks(&world, other, Wish::Start(from(&plus))).await);
    assert!(asks(&world, world.account, Wish::Start(from(&plus))).await);
    assert!(!asks(&world, world.account, Wish::Start(from(&plus))).await);
    assert!(may_write(&world, SHOP).await);
    sound(store).await;
}

pub async fn a_start_for_all_of_an_account_takes_off_stops_of_its_originators(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    for scope in [from(SHOP), from(CLUB)] {
        assert!(asks(&world, world.account, Wish::Stop(scope)).await);
    }
    assert!(asks(&world, world.account, Wish::Start(StopScope::Account)).await);
    assert!(may_write(&world, SHOP).await && may_write(&world, CLUB).await);
    // The other way round it does not: who stopped all has to start all.
    assert!(asks(&world, world.account, Wish::Stop(StopScope::Account)).await);
    assert!(!asks(&world, world.account, Wish::Start(from(SHOP))).await);
    assert!(!may_write(&world, SHOP).await);
}

pub async fn what_is_nobodys_or_from_no_phone_asks_for_nothing(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    for scope in [StopScope::Account, from(SHOP)] {
        for handset in ["Bank", "", "12"] {
            let heard = says(&world, world.account, handset, Wish::Stop(scope.clone())).await;
            let written = Heard {
                written: true,
                changed: false,
            };
            assert_eq!(heard, written, "{handset}");
        }
    }
    let nobodys = NewInbound {
        account: None,
        connector: world.connector,
        from: handset().as_str().into(),
        to: SHOP.into(),
        text: "STOP".into(),
        at: at(5),
        tells: false,
        notifies: false,
        wish: Some(Wish::Stop(StopScope::Account)),
        parts: Vec::new(),
    };
    let heard = store.receive(vec![nobodys]).await.unwrap();
    assert!(heard[0].written && !heard[0].changed);
    assert!(may_write(&world, SHOP).await);
}

pub async fn a_stopped_originator_is_suppressed_at_no_price(store: &dyn Store) {
    let world = World::new(store, 2 * PRICE).await;
    assert!(asks(&world, world.account, Wish::Stop(from(SHOP))).await);
    // Of three messages the first is from the originator that its recipient has stopped, whichever way it has it.
    for way in 0..3 {
        let mut new = NewSubmission {
            originator: CLUB.into(),
            ..world.submission(3)
        };
        match way {
            0 => {
                new.originator = SHOP.into();
                new.messages[1].originator = Some(CLUB.into());
            }
            1 => new.messages[0].originator = Some(SHOP.into()),
            _ => {
                new.alternative = Some(SHOP.into());
                new.messages[0].alternative = true;
                // Only who has stopped it is kept from it.
                new.messages[1].alternative = true;
            }
        }
        let submission = accept(store, new).await;
        let states = states(&world, submission).await;
        assert_eq!(states[0], STOPPED, "way {way}");
        assert_eq!(states[1].0, MessageState::Queued, "way {way}");
        assert_eq!(world.book().await.available, 0, "two were paid for");
        store
            .cancel(world.account, submission, at(9))
            .await
            .unwrap();
        assert_eq!(world.book().await.available, 2 * PRICE);
    }
    // One that has an originator of its own passes.
    let mut new = message_from(&world, SHOP);
    new.messages[0].originator = Some(CLUB.into());
    accept(store, new).await;
    sound(store).await;
}

pub async fn an_originator_stopped_after_acceptance_is_suppressed_at_the_claim(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let mut new = NewSubmission {
        originator: CLUB.into(),
        alternative: Some("Shop".into()),
        ..world.submission(4)
    };
    for message in &mut new.messages {
        message.recipient = Some(handset());
    }
    new.messages[1].originator = Some(SHOP.into());
    new.messages[2].alternative = true;
    let submission = accept(store, new).await;
    assert!(asks(&world, world.account, Wish::Stop(from(SHOP))).await);
    assert!(asks(&world, world.account, Wish::Stop(from("Shop"))).await);
    let leased = world.claim(9).await;
    let messages = world.messages(submission).await;
    assert_eq!(leased, [messages[0].id, messages[3].id]);
    let states = states(&world, submission).await;
    assert_eq!(states[1..3], [STOPPED; 2]);
    assert_eq!(
        world.book().await.held,
        2 * PRICE,
        "the others are released"
    );
    sound(store).await;
}

pub async fn an_originator_stopped_before_its_step_is_suppressed_at_no_price(store: &dyn Store) {
    let world = World::new(store, 3 * PRICE).await;
    let list = fill(store, world.account, 3).await;
    let campaign = to_list(&world, list, PRICE).await;
    let originator = campaign.originator.clone();
    let submission = accept(store, campaign).await;
    let one = number(1);
    let wish = Wish::Stop(from(&originator));
    assert!(
        says(&world, world.account, one.as_str(), wish)
            .await
            .changed
    );
    let expansion = store.expansions(None, 9).await.unwrap().remove(0);
    let step = next_step(&world, &expansion, 9, PRICE).await;
    store.expand(step).await.unwrap();
    let states = states(&world, submission).await;
    assert_eq!(states[1], STOPPED);
    assert_eq!(world.claim(9).await.len(), 2);
    assert_eq!(world.book().await.available, PRICE);
    sound(store).await;
}

pub async fn the_confirmation_of_a_stop_may_pass(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    assert!(asks(&world, world.account, Wish::Stop(StopScope::Account)).await);
    assert!(asks(&world, world.account, Wish::Stop(from(SHOP))).await);
    let confirmation = NewSubmission {
        passes_stops: true,
        ..message_from(&world, SHOP)
    };
    let at_once = accept(store, confirmation.clone()).await;
    accept(store, scheduled(confirmation, at(HOUR))).await;
    assert!(!may_write(&world, SHOP).await, "nothing else does");
    assert_eq!(world.claim(9).await, [world.messages(at_once).await[0].id]);
    assert_eq!(store.release_due(at(HOUR), 9).await.unwrap(), 1);
    assert_eq!(world.claim_at(9, at(HOUR)).await.len(), 1);
    sound(store).await;
}

pub async fn numbers_that_stopped_an_originator_are_picked_from_many(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    for (index, scope) in [(1, from(SHOP)), (2, from(CLUB)), (3, StopScope::Account)] {
        let stop = Wish::Stop(scope);
        says(&world, world.account, number(index).as_str(), stop).await;
    }
    let pick = async |originator: Option<&str>| {
        let numbers = [0, 1, 2, 3].map(number).to_vec();
        let originator = originator.map(str::to_owned);
        let picked = store.stopped_among(world.account, originator, numbers);
        let mut picked: Vec<_> = picked.await.unwrap().into_iter().collect();
        picked.sort();
        picked
    };
    assert_eq!(pick(None).await, [number(3)]);
    assert_eq!(pick(Some(SHOP)).await, [number(1), number(3)]);
    assert_eq!(pick(Some(CLUB)).await, [number(2), number(3)]);
    assert_eq!(pick(Some("Info")).await, [number(3)]);
}

pub async fn stops_of_originators_are_read_in_pages_and_taken_off(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let other = account(store, "other", 0).await;
    for (index, originator) in [(2, SHOP), (1, SHOP), (1, CLUB)] {
        let stop = Wish::Stop(from(originator));
        says(&world, world.account, number(index).as_str(), stop.clone()).await;
        says(&world, other, number(7).as_str(), stop).await;
    }
    let entry = |index, originator: &str| OriginatorStop {
        number: number(index),
        originator: originator.into(),
        added_at: at(5),
    };
    let all = [entry(1, SHOP), entry(1, CLUB), entry(2, SHOP)];
    let read = async |after: Option<&OriginatorStop>, limit| {
        let after = after.map(|stop| (stop.number, stop.originator.clone()));
        let page = store.originator_stops(world.account, after, limit);
        page.await.unwrap()
    };
    assert_eq!(read(None, 9).await, all);
    assert_eq!(read(None, 2).await, all[..2]);
    assert_eq!(read(Some(&all[0]), 9).await, all[1..]);
    assert_eq!(read(Some(&all[2]), 9).await, []);
    let remove = async |account| {
        let removed = store.remove_originator_stop(account, number(1), SHOP);
        removed.await.unwrap()
    };
    assert!(!remove(other).await);
    assert!(remove(world.account).await);
    assert!(!remove(world.account).await);
    assert_eq!(read(None, 9).await, all[1..]);
}
