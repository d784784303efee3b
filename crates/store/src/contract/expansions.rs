//! Promises about campaigns that grow out of a contact list, step by step.

use sms::{Book, CampaignState, MessageState, Reason, Tally};

use super::contacts::{contacts, fill, number, whole};
use super::world::{HOUR, LIFETIME, PLENTY, PRICE, World, accept, account, at, sound};
use crate::campaigns::{Expansion, NewExpansion, Step, Stepped};
use crate::submissions::{Acceptance, NewSubmission};
use crate::{ContactId, ListId, Store, SubmissionId};

/// A submission to every contact that the list has now, at a price for each.
pub(super) async fn to_list(world: &World<'_>, list: ListId, each_micros: i64) -> NewSubmission {
    let there = whole(world.store, world.account, list).await;
    let contacts = u32::try_from(there.len()).unwrap();
    NewSubmission {
        expansion: Some(NewExpansion {
            list,
            until: there.last().map_or(ContactId(0), |contact| contact.id),
            contacts,
            price_micros: i64::from(contacts) * each_micros,
            options: "what the caller needs".into(),
        }),
        ..world.submission(0)
    }
}

/// Accepts a campaign to a new list with so many contacts.
pub(super) async fn campaign(world: &World<'_>, contacts: i64) -> (SubmissionId, ListId) {
    let list = fill(world.store, world.account, contacts).await;
    let id = accept(world.store, to_list(world, list, PRICE).await).await;
    (id, list)
}

/// Where the submission's expansion stands.
pub(super) async fn stand(store: &dyn Store, id: SubmissionId) -> Option<Expansion> {
    let all = store.expansions(None, u32::MAX).await.unwrap();
    all.into_iter().find(|expansion| expansion.submission == id)
}

/// Makes the next step of an expansion as a caller does: one message for each of the next contacts, at a price for each.
pub(super) async fn next_step(
    world: &World<'_>,
    expansion: &Expansion,
    most: u32,
    each_micros: i64,
) -> Step {
    let (after, until) = (expansion.after, expansion.until);
    let page = world
        .store
        .contacts_to_expand(expansion.submission, most)
        .await;
    let page = page.unwrap();
    let mut messages = world.submission(page.len()).messages;
    for (message, contact) in messages.iter_mut().zip(&page) {
        message.recipient = Some(contact.number);
        message.price_micros = each_micros;
        if expansion.test {
            message.state = MessageState::Held;
            message.reason = Reason::TestMode;
        }
    }
    Step {
        submission: expansion.submission,
        after,
        reached: page.last().map_or(until, |contact| contact.id),
        last: page.len() < usize::try_from(most).unwrap(),
        messages,
        at: at(0),
    }
}

/// Takes the next step of a submission's expansion.
pub(super) async fn go(
    world: &World<'_>,
    id: SubmissionId,
    most: u32,
    each_micros: i64,
) -> Stepped {
    let expansion = stand(world.store, id).await.expect("it is not complete");
    let step = next_step(world, &expansion, most, each_micros).await;
    world.store.expand(step).await.unwrap()
}

/// The submission's tally as its account sees it.
pub(super) async fn tally(world: &World<'_>, id: SubmissionId) -> Tally {
    let found = world.store.submission(world.account, id).await.unwrap();
    found.unwrap().tally
}

async fn price(world: &World<'_>, id: SubmissionId) -> i64 {
    let found = world.store.submission(world.account, id).await.unwrap();
    found.unwrap().price_micros
}

pub async fn a_list_becomes_messages_in_the_order_of_its_contacts(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let (id, list) = campaign(&world, 5).await;
    assert_eq!(world.book().await.held, 5 * PRICE);
    assert_eq!(tally(&world, id).await.count(MessageState::Queued), 5);
    assert_eq!(world.claim(10).await, [], "none is a message yet");

    let begun = stand(store, id).await.unwrap();
    assert_eq!(
        (begun.list, begun.after, begun.written),
        (list, ContactId(0), 0)
    );
    assert_eq!(begun.options, "what the caller needs");
    assert_eq!(
        (begun.account, begun.text.as_str()),
        (world.account, "text")
    );
    assert_eq!(go(&world, id, 2, PRICE).await, Stepped::Written);
    assert_eq!(
        world.claim(10).await.len(),
        2,
        "the others need not be there"
    );
    assert_eq!(stand(store, id).await.unwrap().written, 2);
    assert_eq!(go(&world, id, 9, PRICE).await, Stepped::Written);
    assert!(stand(store, id).await.is_none());

    let messages = world.messages(id).await;
    let numbers = messages.iter().map(|message| message.recipient.as_str());
    let expected: Vec<_> = (0..5).map(number).collect();
    assert!(numbers.eq(expected.iter().map(sms::Msisdn::as_str)));
    let ids = messages.iter().map(|message| message.id.0);
    assert!(
        ids.eq(messages[0].id.0..messages[0].id.0 + 5),
        "without a gap"
    );
    assert_eq!(tally(&world, id).await.count(MessageState::Queued), 5);
    sound(store).await;
}

pub async fn a_step_is_written_once(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let (id, _) = campaign(&world, 5).await;
    let begun = stand(store, id).await.unwrap();
    let step = next_step(&world, &begun, 2, PRICE).await;
    assert_eq!(store.expand(step.clone()).await.unwrap(), Stepped::Written);
    for _ in 0..2 {
        assert_eq!(store.expand(step.clone()).await.unwrap(), Stepped::Outdated);
    }
    assert_eq!(world.messages(id).await.len(), 2);
    go(&world, id, 9, PRICE).await;
    assert_eq!(store.expand(step).await.unwrap(), Stepped::Outdated);
    assert_eq!(world.messages(id).await.len(), 5);
    sound(store).await;
}

pub async fn a_step_that_cannot_be_written_whole_leaves_nothing(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let (id, _) = campaign(&world, 5).await;
    let begun = stand(store, id).await.unwrap();
    let mut step = next_step(&world, &begun, 3, PRICE).await;
    step.messages[2].connector = None;
    store.expand(step).await.unwrap_err();
    let mut step = next_step(&world, &begun, 5, PRICE).await;
    step.messages.push(step.messages[0].clone());
    store.expand(step).await.unwrap_err();
    assert_eq!(stand(store, id).await.unwrap().after, ContactId(0));
    assert_eq!(world.messages(id).await.len(), 0);
    sound(store).await;
}

pub async fn expansions_are_read_in_pages(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(campaign(&world, 2).await.0);
    }
    let first = store.expansions(None, 2).await.unwrap();
    let rest = store
        .expansions(Some(first[1].submission), 2)
        .await
        .unwrap();
    let read: Vec<_> = first.iter().chain(&rest).map(|e| e.submission).collect();
    assert_eq!(read, ids);
}

pub async fn the_list_must_be_the_accounts_own(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let other = account(store, "other", PLENTY).await;
    let theirs = fill(store, other, 3).await;
    let removed = fill(store, world.account, 3).await;
    let new = to_list(&world, removed, PRICE).await;
    store.remove_list(world.account, removed).await.unwrap();
    store.accept(new.clone()).await.unwrap_err();
    let mut new = new;
    new.expansion.as_mut().unwrap().list = theirs;
    store.accept(new).await.unwrap_err();
    assert_eq!(world.book().await.held, 0);
    sound(store).await;
}

pub async fn the_balance_must_cover_the_price_of_a_list(store: &dyn Store) {
    let world = World::new(store, 3 * PRICE - 1).await;
    let list = fill(store, world.account, 3).await;
    let answer = store
        .accept(to_list(&world, list, PRICE).await)
        .await
        .unwrap();
    let available_micros = 3 * PRICE - 1;
    assert_eq!(answer, Acceptance::Insufficient { available_micros });
    assert!(store.expansions(None, 9).await.unwrap().is_empty());
}

pub async fn what_was_held_too_much_is_released_with_the_last_step(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let (id, _) = campaign(&world, 4).await;
    go(&world, id, 2, PRICE / 2).await;
    assert_eq!(world.book().await.held, 4 * PRICE);
    go(&world, id, 9, PRICE).await;
    assert_eq!(world.book().await.held, 3 * PRICE);
    assert_eq!(price(&world, id).await, 3 * PRICE);
    sound(store).await;
}

pub async fn risen_prices_are_held_additionally(store: &dyn Store) {
    let world = World::new(store, 10 * PRICE).await;
    let (id, _) = campaign(&world, 4).await;
    go(&world, id, 3, 2 * PRICE).await;
    assert_eq!(price(&world, id).await, 6 * PRICE);
    go(&world, id, 9, 2 * PRICE).await;
    assert_eq!(price(&world, id).await, 8 * PRICE);
    let book = Book {
        available: 2 * PRICE,
        held: 8 * PRICE,
        charged: 0,
    };
    assert_eq!(world.book().await, book);
    sound(store).await;
}

pub async fn an_expansion_that_the_balance_does_not_cover_waits_for_money(store: &dyn Store) {
    let world = World::new(store, 4 * PRICE).await;
    let (id, _) = campaign(&world, 4).await;
    let state = async || CampaignState::of(&tally(&world, id).await);
    let waits = async || stand(store, id).await.unwrap().waits_for_money;
    assert!(!waits().await);
    for _ in 0..2 {
        assert_eq!(go(&world, id, 9, 2 * PRICE).await, Stepped::NoMoney);
        assert!(waits().await);
    }
    assert_eq!(world.messages(id).await.len(), 0);
    assert_eq!(tally(&world, id).await.held_by(Reason::NoMoney), 4);
    assert_eq!(state().await, CampaignState::NoMoney);
    sound(store).await;

    let more = store.top_up(world.account, 4 * PRICE, "more", at(1));
    more.await.unwrap();
    assert_eq!(go(&world, id, 2, 2 * PRICE).await, Stepped::Written);
    assert!(!waits().await);
    assert_eq!(go(&world, id, 9, 2 * PRICE).await, Stepped::Written);
    assert_eq!(state().await, CampaignState::Queued);
    assert_eq!(world.book().await.held, 8 * PRICE);
    sound(store).await;
}

pub async fn a_campaign_goes_to_its_list_as_it_was_when_it_was_accepted(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let (id, list) = campaign(&world, 5).await;
    go(&world, id, 2, PRICE).await;
    let there = whole(store, world.account, list).await;
    let gone = vec![there[0].id, there[3].id];
    store.remove_contacts(world.account, gone).await.unwrap();
    for variables in ["new", "newer"] {
        let changed = (number(77), None);
        store
            .change_contact(
                world.account,
                there[4].id,
                Some(changed),
                Some(variables.into()),
            )
            .await
            .unwrap();
    }
    let again = store
        .add_contacts(world.account, list, contacts(3..4))
        .await;
    assert_eq!(again.unwrap().unwrap().added, 1);

    let rest = store.contacts_to_expand(id, 9).await.unwrap();
    assert_eq!(rest, there[2..], "what was changed or removed as it was");
    assert_eq!(store.contacts_to_expand(id, 2).await.unwrap(), there[2..4]);
    go(&world, id, 9, PRICE).await;
    let recipients: Vec<_> = world
        .messages(id)
        .await
        .into_iter()
        .map(|m| m.recipient)
        .collect();
    let expected: Vec<_> = there
        .iter()
        .map(|contact| contact.number.as_str())
        .collect();
    assert_eq!(recipients, expected);
    assert_eq!(world.book().await.held, 5 * PRICE);
    sound(store).await;
}

pub async fn a_campaign_to_a_list_emptied_since_it_was_priced_is_not_written(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let list = fill(store, world.account, 3).await;
    let new = to_list(&world, list, PRICE).await;
    store.clear_list(world.account, list, 9).await.unwrap();
    let added = store
        .add_contacts(world.account, list, contacts(5..6))
        .await;
    assert_eq!(added.unwrap().unwrap().added, 1, "it was not priced");
    let accepted = store.accept(new).await.unwrap();
    assert_eq!(accepted, Acceptance::NobodyLeft);
    assert_eq!(store.expansions(None, 9).await.unwrap().len(), 0);
    assert_eq!(world.book().await.held, 0);
    sound(store).await;
}

pub async fn a_list_removed_behind_a_campaign_serves_it_to_the_end(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let (id, list) = campaign(&world, 3).await;
    store.remove_list(world.account, list).await.unwrap();
    assert!(!store.forget_removed_lists(at(HOUR), 100).await.unwrap());
    go(&world, id, 2, PRICE).await;
    assert_eq!(go(&world, id, 9, PRICE).await, Stepped::Written);
    assert_eq!(world.messages(id).await.len(), 3);
    assert!(
        store.forget_removed_lists(at(HOUR), 3).await.unwrap(),
        "now it goes"
    );
    assert!(!store.forget_removed_lists(at(HOUR), 3).await.unwrap());
    sound(store).await;
}

pub async fn a_list_cleared_behind_a_campaign_serves_it_to_the_end(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let (id, list) = campaign(&world, 4).await;
    let later = accept(store, to_list(&world, list, PRICE).await).await;
    go(&world, id, 1, PRICE).await;
    while store.clear_list(world.account, list, 3).await.unwrap() != Some(0) {}
    go(&world, id, 9, PRICE).await;
    assert_eq!(world.messages(id).await.len(), 4);
    assert_eq!(store.contacts_to_expand(later, 9).await.unwrap().len(), 4);
    // A campaign that ends early leaves nothing behind.
    store.cancel(world.account, later, at(0)).await.unwrap();
    assert!(store.forget_removed_lists(at(HOUR), 4).await.unwrap());
    assert!(!store.forget_removed_lists(at(HOUR), 4).await.unwrap());
    sound(store).await;
}

pub async fn contacts_added_later_get_nothing(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let (id, list) = campaign(&world, 3).await;
    let late = store.add_contacts(world.account, list, contacts(3..6));
    late.await.unwrap();
    go(&world, id, 9, PRICE).await;
    assert_eq!(world.messages(id).await.len(), 3);
}

pub async fn the_numbers_of_an_expansion_do_not_meet_those_of_later_submissions(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let (id, _) = campaign(&world, 5).await;
    go(&world, id, 2, PRICE).await;
    let between = world.accept(3).await;
    go(&world, id, 9, PRICE).await;
    let mut all: Vec<_> = world.messages(id).await;
    all.extend(world.messages(between).await);
    let mut ids: Vec<_> = all.iter().map(|message| message.id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 8);
    sound(store).await;
}

pub async fn a_number_stopped_before_its_step_is_suppressed_at_no_price(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let (id, _) = campaign(&world, 4).await;
    let stopped = store.stop(world.account, number(2), None, "", at(0));
    stopped.await.unwrap();
    go(&world, id, 9, PRICE).await;
    let message = world.messages(id).await.remove(2);
    assert_eq!(
        (message.state, message.reason, message.price_micros),
        (MessageState::Suppressed, Reason::OptedOut, 0)
    );
    assert_eq!(world.book().await.held, 3 * PRICE);
    assert_eq!(world.claim(10).await.len(), 3);
    sound(store).await;
}

pub async fn a_scheduled_campaign_is_scheduled_before_and_after_its_expansion(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let list = fill(store, world.account, 3).await;
    let mut new = to_list(&world, list, PRICE).await;
    new.start_at = Some(at(HOUR));
    new.expires_at = at(HOUR + LIFETIME);
    let id = accept(store, new).await;
    for _ in 0..2 {
        assert_eq!(tally(&world, id).await.held_by(Reason::Scheduled), 3);
        if stand(store, id).await.is_some() {
            go(&world, id, 9, PRICE).await;
        }
    }
    assert_eq!(world.claim_at(9, at(HOUR - 1)).await, []);
    assert_eq!(store.release_due(at(HOUR), 9).await.unwrap(), 3);
    assert_eq!(world.claim_at(9, at(HOUR)).await.len(), 3);
    sound(store).await;
}

pub async fn a_campaign_that_is_a_test_holds_nothing(store: &dyn Store) {
    let world = World::new(store, 0).await;
    let list = fill(store, world.account, 3).await;
    let mut new = to_list(&world, list, PRICE).await;
    new.test = true;
    let id = accept(store, new).await;
    assert_eq!(tally(&world, id).await.held_by(Reason::TestMode), 3);
    go(&world, id, 2, 2 * PRICE).await;
    go(&world, id, 2, PRICE / 2).await;
    assert_eq!(tally(&world, id).await.held_by(Reason::TestMode), 3);
    assert_eq!(price(&world, id).await, 4 * PRICE + PRICE / 2);
    assert_eq!(world.book().await, Book::default());
    assert_eq!(world.claim(9).await, []);
    sound(store).await;
}
