//! Guessing of passwords, with real hashes: who guesses waits, and the account's own programs do not.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use gateway::directory::CredentialKind::Password;
use gateway::{AccountSettings, Error, Gateway};
use sms::Refusal;
use tokio::task::JoinSet;

use crate::world::{World, eventually, refusal};

const MINUTE: i64 = 60 * 1_000;

/// The MD5 of `secret`.
const MD5: &str = "5ebe2294ecd0e0f08eab7690d2a6ee69";

fn address(number: u32) -> IpAddr {
    IpAddr::V4(Ipv4Addr::from_bits(0x0A00_0000 + number))
}

async fn world() -> World {
    let world = World::new().await;
    let put = world
        .gateway
        .put_credential(world.account, Password, "shop", "secret");
    put.await.unwrap();
    world
}

async fn signs_in(gateway: &Gateway, password: &str, from: u32) -> Result<(), Error> {
    let account = gateway.sign_in_from("shop", password, Some(address(from)));
    account.await.map(|_| ())
}

#[tokio::test]
async fn who_guesses_ten_times_waits_on_that_network_whatever_it_gives() {
    let world = world().await;
    let gateway = &world.gateway;
    for guess in 0..10 {
        let refused = refusal(signs_in(gateway, &format!("guess {guess}"), 1).await);
        assert_eq!(refused, Refusal::WrongSecret);
    }
    for password in ["guess", "secret"] {
        let refused = refusal(signs_in(gateway, password, 1).await);
        assert_eq!(refused, Refusal::RateLimited, "{password}");
    }
    signs_in(gateway, "secret", 2).await.unwrap();
    // What has been verified from elsewhere opens nothing here.
    let refused = refusal(signs_in(gateway, "secret", 1).await);
    assert_eq!(refused, Refusal::RateLimited);
    world.clock.advance_ms(15 * MINUTE);
    signs_in(gateway, "secret", 1).await.unwrap();
}

#[tokio::test]
async fn guesses_from_a_programs_own_network_do_not_lock_it_out_and_go_on_waiting_themselves() {
    let world = world().await;
    let gateway = &world.gateway;
    signs_in(gateway, "secret", 1).await.unwrap();
    for guess in 0..15 {
        refusal(signs_in(gateway, &format!("guess {guess}"), 1).await);
    }
    world.clock.advance_ms(1_000);
    for _ in 0..5 {
        signs_in(gateway, "secret", 1).await.unwrap();
    }
    // Whoever guesses goes on waiting, and has no more than a few looks a second.
    world.clock.advance_ms(1_000);
    for guess in 0..5 {
        let refused = refusal(signs_in(gateway, &format!("late guess {guess}"), 1).await);
        assert_eq!(refused, Refusal::RateLimited);
    }
    let refused = refusal(signs_in(gateway, "secret", 1).await);
    assert_eq!(refused, Refusal::RateLimited);
}

#[tokio::test]
async fn a_program_with_an_old_password_makes_nobody_wait() {
    let world = world().await;
    let gateway = &world.gateway;
    for _ in 0..50 {
        let refused = refusal(signs_in(gateway, "old", 1).await);
        assert_eq!(refused, Refusal::WrongSecret);
    }
    signs_in(gateway, "secret", 1).await.unwrap();
    // Once it is the password it signs in.
    let put = gateway.put_credential(world.account, Password, "shop", "old");
    put.await.unwrap();
    signs_in(gateway, "old", 1).await.unwrap();
}

#[tokio::test]
async fn a_login_that_nobody_has_waits_like_any() {
    let world = world().await;
    let sign_in = |guess: u32| {
        let gateway = world.gateway.clone();
        async move {
            let password = format!("guess {guess}");
            let from = Some(address(1));
            refusal(gateway.sign_in_from("nobody", &password, from).await)
        }
    };
    for guess in 0..10 {
        assert_eq!(sign_in(guess).await, Refusal::WrongSecret);
    }
    assert_eq!(sign_in(10).await, Refusal::RateLimited);
}

/// Lets guesses, each a login and a network, begin at once; counts those that have been looked at.
fn flood(
    gateway: &Gateway,
    guesses: impl Iterator<Item = (String, u32)>,
) -> (JoinSet<()>, Arc<AtomicU32>) {
    let mut begun = JoinSet::new();
    let looked_at = Arc::new(AtomicU32::new(0));
    for (number, (login, network)) in guesses.enumerate() {
        let (gateway, looked_at) = (gateway.clone(), Arc::clone(&looked_at));
        begun.spawn(async move {
            let password = format!("guess {number}");
            let signed_in = gateway.sign_in_from(&login, &password, Some(address(network)));
            if let Err(Error::Refused(Refusal::WrongSecret)) = signed_in.await {
                looked_at.fetch_add(1, Ordering::SeqCst);
            }
        });
    }
    (begun, looked_at)
}

/// Waits until some guesses have been looked at, and others are.
async fn has_begun(looked_at: &AtomicU32) {
    eventually("the flood has begun", async || {
        looked_at.load(Ordering::SeqCst) > 2
    })
    .await;
}

#[tokio::test]
async fn the_owner_who_is_known_goes_before_a_thousand_networks_that_guess() {
    let world = world().await;
    let gateway = &world.gateway;
    signs_in(gateway, "secret", 5_000).await.unwrap();
    let guesses = (0..10_000).map(|number| ("shop".to_owned(), number % 1_000));
    let (mut guesses, looked_at) = flood(gateway, guesses);
    has_begun(&looked_at).await;
    for _ in 0..100 {
        // Remembered: no hash, and no place in the queue.
        signs_in(gateway, "secret", 5_000).await.unwrap();
    }
    let before = looked_at.load(Ordering::SeqCst);
    // In another form, which has to be hashed; but the login is known from there.
    signs_in(gateway, MD5, 5_000).await.unwrap();
    let meanwhile = looked_at.load(Ordering::SeqCst) - before;
    // Those in hand before, and those of the other thread while ours is hashed; two hundred wait.
    assert!(meanwhile <= 20, "{meanwhile} guesses were looked at first");
    // Of ten thousand those are looked at that have a place, or get one while the others ask.
    while guesses.join_next().await.is_some() {}
    let all = looked_at.load(Ordering::SeqCst);
    assert!((200..1_000).contains(&all), "{all} guesses were looked at");
}

#[tokio::test]
async fn a_stranger_waits_for_one_turn_of_each_network_and_not_for_all_of_one() {
    let world = world().await;
    let gateway = &world.gateway;
    // Of as many logins, so that no rule but that of turns holds them up.
    let guesses = (0..99).map(|number| (format!("login {number}"), 1));
    let (mut guesses, looked_at) = flood(gateway, guesses);
    has_begun(&looked_at).await;
    let before = looked_at.load(Ordering::SeqCst);
    signs_in(gateway, "secret", 5_000).await.unwrap();
    let meanwhile = looked_at.load(Ordering::SeqCst) - before;
    assert!(meanwhile <= 20, "{meanwhile} guesses were looked at first");
    while guesses.join_next().await.is_some() {}
    assert_eq!(looked_at.load(Ordering::SeqCst), 99);
}

#[tokio::test]
async fn of_guesses_that_come_at_once_no_more_are_looked_at_than_of_those_that_follow_each_other() {
    let world = world().await;
    let guesses = (0..500).map(|_| ("shop".to_owned(), 1));
    let (mut guesses, looked_at) = flood(&world.gateway, guesses);
    while guesses.join_next().await.is_some() {}
    // The tenth makes the others wait, but the one that is being hashed beside it.
    let looked_at = looked_at.load(Ordering::SeqCst);
    assert!((10..=11).contains(&looked_at), "{looked_at}");
}

#[tokio::test]
async fn an_address_that_the_account_has_named_is_no_stranger() {
    let world = world().await;
    let settings = AccountSettings {
        addresses: vec!["10.0.0.0/8".into()],
        ..AccountSettings::default()
    };
    let changed = world
        .gateway
        .change_account(world.account, &settings, 0, false);
    changed.await.unwrap();
    let gateway = &world.gateway;
    let mut guesses = JoinSet::new();
    for network in 0..250 {
        let gateway = gateway.clone();
        let from = Some(IpAddr::V4(Ipv4Addr::from_bits(0xC000_0200 + network)));
        guesses.spawn(async move { gateway.sign_in_from("shop", "guess", from).await.is_ok() });
    }
    // All places of strangers are taken by now.
    tokio::task::yield_now().await;
    signs_in(gateway, "secret", 1).await.unwrap();
    assert!(!guesses.is_empty());
    guesses.shutdown().await;
}
