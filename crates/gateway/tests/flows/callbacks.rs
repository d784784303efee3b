//! Accounts' programs are told what became of messages: once it is durable, until they have taken it, and without one keeping
//! another waiting.

use gateway::callback::{Event, WrongUrl, check_url};
use gateway::directory::CredentialKind;
use gateway::{AccountId, Gateway, Submit};
use sms::{MessageState, Outcome, Reason};
use store::callbacks::CallbackCount;
use tempfile::TempDir;
use testkit::loopback::upstream_id;

use crate::programs::{Manner, Programs};
use crate::world::{BALANCE, START, World, account, eventually, request};

const URL: &str = "https://shop.example.com/told?key=1";
const CONNECTOR: &str = r#"{"address":"loopback","system_id":"x"}"#;

/// Says where an account's program listens; nowhere when `None`.
async fn listens(gateway: &Gateway, account: AccountId, url: Option<&str>) {
    let known = gateway.account(account).unwrap();
    let mut settings = known.settings.clone();
    settings.callback_url = url.map(str::to_owned);
    let changed = gateway.change_account(account, &settings, 0, known.suspended);
    changed.await.unwrap();
}

/// Begins with programs, and a program for the account.
async fn world(programs: &Programs) -> World {
    let world = World::calling(programs.clone()).await;
    listens(&world.gateway, world.account, Some(URL)).await;
    world
}

/// As many recipients as a submission of these tests may have.
const MOST: usize = 50;

/// Lets so many messages end at once: their recipients are no numbers. Those that make it a submission wait.
async fn end_many(gateway: &Gateway, account: AccountId, messages: usize) {
    assert_eq!(messages % (MOST - 1), 0, "each submission ends as many");
    for _ in 0..messages / (MOST - 1) {
        end_at_once(gateway, account, MOST).await;
    }
}

/// Submits so many messages that end at once but for one: their recipients are no numbers.
async fn end_at_once(gateway: &Gateway, account: AccountId, messages: usize) {
    let numbers = vec!["nobody"; messages - 1];
    let mut submit: Submit = request(account, &numbers);
    submit.recipients.push(gateway::To::number("380670000001"));
    submit.terms.start_at = Some(START.plus_millis(3_600_000));
    gateway.submit(submit).await.unwrap();
}

async fn count(gateway: &Gateway, account: AccountId) -> (u64, u64) {
    let CallbackCount { waiting, given_up } = gateway.callback_count(account).await.unwrap();
    (waiting, given_up)
}

/// Waits until an account has so many callbacks waiting and given up.
async fn counts(world: &World, waiting: u64, given_up: u64) {
    eventually(
        &format!("{waiting} wait, {given_up} are given up"),
        async || count(&world.gateway, world.account).await == (waiting, given_up),
    )
    .await;
}

#[tokio::test]
async fn a_program_is_told_of_the_end_of_a_message() {
    let programs = Programs::default();
    let world = world(&programs).await;
    let kind = CredentialKind::CallbackSecret;
    let put = world
        .gateway
        .put_credential(world.account, kind, "", "hush");
    put.await.unwrap();
    let way = world.way().await;
    let submission = world.send("hello").await;
    let attempt = way.take(1).await.remove(0);
    way.accept(&attempt);
    let submitted = MessageState::Submitted;
    world.becomes(submission, submitted, Reason::None).await;
    assert_eq!(count(&world.gateway, world.account).await, (0, 0));

    world.clock.advance_ms(1_000);
    let id = upstream_id(attempt.message, 0);
    way.report(1, id, Outcome::Delivered).await;
    let call = programs.tried(Manner::Takes, 1).await.remove(0);
    assert_eq!((call.account.id, call.url.as_str()), (world.account, URL));
    assert_eq!(call.secret.unwrap().reveal(), "hush");
    assert_eq!(call.at, START.plus_millis(1_000));
    let Event::Ended(sent) = call.event else {
        panic!("{:?}", call.event)
    };
    assert_eq!(
        (sent.submission, sent.message.id),
        (submission, attempt.message)
    );
    assert_eq!(sent.message.state, MessageState::Delivered);
    assert_eq!(
        (sent.text.as_str(), sent.originator.as_str()),
        ("hello", "Info")
    );
    counts(&world, 0, 0).await;
    assert_eq!(programs.so_far(Manner::Takes).len(), 1);
}

#[tokio::test]
async fn a_program_that_does_not_listen_is_told_again_for_a_day() {
    let programs = Programs::default();
    let world = world(&programs).await;
    programs.are(world.account, Manner::Refuses);
    end_at_once(&world.gateway, world.account, 2).await;
    let minutes = [1, 5, 15, 60, 180, 360, 720];
    for (attempt, minutes) in minutes.into_iter().enumerate() {
        let tried = programs.tried(Manner::Refuses, attempt + 1).await;
        assert_eq!(tried.len(), attempt + 1);
        assert_eq!(tried[attempt].id, tried[0].id);
        counts(&world, 1, 0).await;
        // It is noted when the attempt has ended: from then on time may pass.
        eventually("the attempt is recorded", async || {
            let due = world.due_callbacks().await;
            due.is_empty()
        })
        .await;
        world.clock.advance_ms(minutes * 60_000 - 1);
        assert!(world.due_callbacks().await.is_empty(), "{minutes} minutes");
        world.clock.advance_ms(1);
    }
    programs.tried(Manner::Refuses, 8).await;
    counts(&world, 0, 1).await;

    programs.are(world.account, Manner::Takes);
    world.clock.advance_ms(60_000);
    let retried = world.gateway.retry_callbacks(world.account).await;
    assert_eq!(retried.unwrap(), 1);
    programs.tried(Manner::Takes, 1).await;
    counts(&world, 0, 0).await;
}

#[tokio::test]
async fn an_address_that_must_not_be_called_is_given_up_at_once() {
    let programs = Programs::default();
    let world = world(&programs).await;
    programs.are(world.account, Manner::IsForbidden);
    end_at_once(&world.gateway, world.account, 2).await;
    counts(&world, 0, 1).await;
}

#[tokio::test]
async fn a_program_that_hangs_keeps_no_other_waiting() {
    let programs = Programs::default();
    let world = world(&programs).await;
    let other = account(&world.gateway, "other", BALANCE).await;
    listens(&world.gateway, other, Some("http://other.example.com/")).await;
    programs.are(world.account, Manner::Hangs);
    end_at_once(&world.gateway, world.account, 40).await;
    programs.tried(Manner::Hangs, 8).await;
    end_at_once(&world.gateway, other, 31).await;
    let told = programs.tried(Manner::Takes, 30).await;
    assert!(told.iter().all(|call| call.account.id == other));
    assert!(told.is_sorted_by_key(|call| call.id), "oldest first");
    assert_eq!(programs.so_far(Manner::Hangs).len(), 8);
    let most = programs.most_at_once();
    assert!((9..=16).contains(&most), "eight of each account: {most}");
}

#[tokio::test]
async fn a_dozen_programs_that_hang_leave_room_for_another() {
    let programs = Programs::default();
    let world = world(&programs).await;
    let name = |number| format!("shop {number}");
    for number in 0..12 {
        let hanging = account(&world.gateway, &name(number), BALANCE).await;
        listens(&world.gateway, hanging, Some(URL)).await;
        programs.are(hanging, Manner::Hangs);
        end_at_once(&world.gateway, hanging, 21).await;
    }
    programs.tried(Manner::Hangs, 12).await;
    end_many(&world.gateway, world.account, 98).await;
    programs.tried(Manner::Takes, 98).await;
    counts(&world, 0, 0).await;
}

#[tokio::test]
async fn what_is_dropped_keeps_no_program_waiting() {
    let programs = Programs::default();
    let world = world(&programs).await;
    programs.are(world.account, Manner::Refuses);
    end_many(&world.gateway, world.account, 80 * 49).await;
    programs.tried(Manner::Refuses, 8).await;
    let other = account(&world.gateway, "other", BALANCE).await;
    listens(&world.gateway, other, Some(URL)).await;
    listens(&world.gateway, world.account, None).await;
    world.clock.advance_ms(2_000);
    end_many(&world.gateway, other, 98).await;
    programs.tried(Manner::Takes, 98).await;
    let (left, _) = count(&world.gateway, world.account).await;
    assert!(left > 1_000, "most were dropped before: {left} are left");
}

#[tokio::test]
async fn a_program_that_fails_is_not_stormed() {
    let programs = Programs::default();
    let world = world(&programs).await;
    programs.are(world.account, Manner::Refuses);
    end_at_once(&world.gateway, world.account, 41).await;
    programs.tried(Manner::Refuses, 8).await;
    // One at a time from now on, each after a rest.
    for tried in 9..12 {
        eventually("what failed is recorded", async || {
            world.due_callbacks().await.len() == 40 - (tried - 1)
        })
        .await;
        let before = programs.so_far(Manner::Refuses).len();
        assert_eq!(before, tried - 1, "it is left in peace");
        world.clock.advance_ms(10_000);
        programs.tried(Manner::Refuses, tried).await;
    }
    programs.are(world.account, Manner::Takes);
    world.clock.advance_ms(120_000);
    programs.tried(Manner::Takes, 40).await;
    counts(&world, 0, 0).await;
}

#[tokio::test]
async fn what_nobody_wants_to_be_told_any_more_is_dropped() {
    let programs = Programs::default();
    let world = world(&programs).await;
    programs.are(world.account, Manner::Refuses);
    end_at_once(&world.gateway, world.account, 21).await;
    programs.tried(Manner::Refuses, 8).await;
    listens(&world.gateway, world.account, None).await;
    world.clock.advance_ms(120_000);
    counts(&world, 0, 0).await;
    assert_eq!(programs.so_far(Manner::Refuses).len(), 8);
}

#[tokio::test]
async fn a_suspended_account_is_told_all_the_same() {
    let programs = Programs::default();
    let world = world(&programs).await;
    programs.are(world.account, Manner::Refuses);
    end_at_once(&world.gateway, world.account, 2).await;
    programs.tried(Manner::Refuses, 1).await;
    let settings = world
        .gateway
        .account(world.account)
        .unwrap()
        .settings
        .clone();
    let suspended = world
        .gateway
        .change_account(world.account, &settings, 0, true);
    suspended.await.unwrap();
    programs.are(world.account, Manner::Takes);
    eventually("the attempt is recorded", async || {
        world.due_callbacks().await.is_empty()
    })
    .await;
    world.clock.advance_ms(60_000);
    programs.tried(Manner::Takes, 1).await;
    counts(&world, 0, 0).await;
}

#[tokio::test]
async fn a_defect_of_the_caller_is_an_attempt_in_vain() {
    let programs = Programs::default();
    let world = world(&programs).await;
    programs.are(world.account, Manner::Panics);
    end_at_once(&world.gateway, world.account, 2).await;
    programs.tried(Manner::Panics, 1).await;
    eventually("the attempt is recorded", async || {
        world.due_callbacks().await.is_empty()
    })
    .await;
    programs.are(world.account, Manner::Takes);
    world.clock.advance_ms(60_000);
    programs.tried(Manner::Takes, 1).await;
    counts(&world, 0, 0).await;
}

#[tokio::test]
async fn what_was_cut_off_is_told_again_after_a_restart() {
    let place = TempDir::new().unwrap();
    let programs = Programs::default();
    let world = World::calling_at(place.path(), CONNECTOR, programs.clone()).await;
    listens(&world.gateway, world.account, Some(URL)).await;
    programs.are(world.account, Manner::Hangs);
    end_at_once(&world.gateway, world.account, 2).await;
    let cut_off = programs.tried(Manner::Hangs, 1).await.remove(0);
    // A stop does not wait for ever.
    let (gateway, account, _) = world.stop().await;
    assert_eq!(count(&gateway, account).await, (1, 0));
    drop(gateway);

    programs.are(account, Manner::Takes);
    let world = World::calling_at(place.path(), CONNECTOR, programs.clone()).await;
    let again = programs.tried(Manner::Takes, 1).await.remove(0);
    assert_eq!(again.id, cut_off.id);
    counts(&world, 0, 0).await;
}

#[tokio::test]
async fn an_address_that_is_none_cannot_be_set() {
    assert_eq!(check_url(URL), Ok(()));
    assert_eq!(check_url("ftp://shop.example.com/"), Err(WrongUrl::Scheme));
    let world = World::new().await;
    let mut settings = world
        .gateway
        .account(world.account)
        .unwrap()
        .settings
        .clone();
    settings.callback_url = Some("http://user@shop.example.com/".into());
    let changed = world
        .gateway
        .change_account(world.account, &settings, 0, false);
    let error = changed.await.unwrap_err().to_string();
    assert!(error.contains("no user and no password"), "{error}");
}

#[tokio::test]
async fn counts_and_retries_are_of_accounts_that_are_there() {
    let world = World::new().await;
    let nobody = AccountId(99);
    assert!(world.gateway.callback_count(nobody).await.is_err());
    assert!(world.gateway.retry_callbacks(nobody).await.is_err());
    assert_eq!(count(&world.gateway, world.account).await, (0, 0));
}
