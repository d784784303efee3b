//! Signing in: with the password or its digest, quickly the second time, and not at all once that has changed.

use std::time::Duration;

use gateway::directory::CredentialKind::Password;
use gateway::{AccountSettings, Error};
use sms::Refusal;
use tokio::time::timeout;

use crate::world::{World, refusal};

/// The MD5 and the SHA-1 of `secret`.
const MD5: &str = "5ebe2294ecd0e0f08eab7690d2a6ee69";
const SHA1: &str = "e5e9fa1ba31ecd1ae84f75caaa474f3a663f05f4";

impl World {
    async fn password(&self, password: &str) {
        let put = self
            .gateway
            .put_credential(self.account, Password, "shop", password);
        put.await.unwrap();
    }

    async fn sign_in(&self, password: &str) -> Result<(), Error> {
        let account = self.gateway.sign_in("shop", password).await?;
        assert_eq!(account.id, self.account);
        Ok(())
    }
}

#[tokio::test]
async fn a_password_and_its_digests_sign_in() {
    let world = World::new().await;
    world.password("secret").await;
    for given in [
        "secret",
        MD5,
        SHA1,
        &MD5.to_uppercase(),
        &SHA1.to_uppercase(),
    ] {
        // Once hashed, once remembered.
        world.sign_in(given).await.unwrap();
        world.sign_in(given).await.unwrap();
    }
    let (md5, sha1) = (MD5.replace('5', "6"), SHA1.replace('5', "6"));
    for given in ["", "Secret", "secret ", md5.as_str(), sha1.as_str()] {
        for _ in 0..2 {
            let refused = refusal(world.sign_in(given).await);
            assert_eq!(refused, Refusal::WrongSecret, "{given:?}");
        }
    }
    let unknown = world.gateway.sign_in("nobody", "secret").await;
    assert_eq!(refusal(unknown), Refusal::WrongSecret);
}

#[tokio::test]
async fn what_was_remembered_is_forgotten_when_the_password_changes() {
    let world = World::new().await;
    world.password("secret").await;
    world.sign_in("secret").await.unwrap();
    world.password("other").await;
    assert_eq!(refusal(world.sign_in("secret").await), Refusal::WrongSecret);
    world.sign_in("other").await.unwrap();
    let remove = world
        .gateway
        .remove_credential(world.account, Password, "shop");
    assert!(remove.await.unwrap());
    assert_eq!(refusal(world.sign_in("other").await), Refusal::WrongSecret);
}

#[tokio::test]
async fn a_sign_in_that_is_repeated_takes_no_slow_hash() {
    let world = World::new().await;
    world.password("secret").await;
    world.sign_in(MD5).await.unwrap();
    let again = async {
        for _ in 0..1_000 {
            world.sign_in(MD5).await.unwrap();
        }
    };
    // A thousand hashes would take many seconds, on any machine.
    timeout(Duration::from_secs(2), again).await.unwrap();
}

#[tokio::test]
async fn a_suspended_account_is_told_so_when_the_password_is_right() {
    let world = World::new().await;
    world.password("secret").await;
    world.sign_in("secret").await.unwrap();
    let settings = AccountSettings::default();
    let suspend = world
        .gateway
        .change_account(world.account, &settings, 0, true);
    suspend.await.unwrap();
    for _ in 0..2 {
        let refused = refusal(world.sign_in("secret").await);
        assert_eq!(refused, Refusal::AccountSuspended);
        assert_eq!(refusal(world.sign_in("wrong").await), Refusal::WrongSecret);
    }
}

#[tokio::test]
async fn addresses_that_name_no_network_are_refused() {
    let world = World::new().await;
    for (address, good) in [
        ("192.0.2.0/24", true),
        ("2001:db8::1", true),
        ("192.0.2.0/33", false),
        ("example.com", false),
        ("", false),
    ] {
        let settings = AccountSettings {
            addresses: vec![address.into()],
            ..AccountSettings::default()
        };
        let changed = world
            .gateway
            .change_account(world.account, &settings, 0, false)
            .await;
        assert_eq!(changed.is_ok(), good, "{address}");
    }
}
