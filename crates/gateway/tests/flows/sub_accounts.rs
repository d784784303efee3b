//! Accounts under accounts: made, changed, paid and suspended by the one above them.

use gateway::directory::{CredentialKind, Originators};
use gateway::sub_accounts::{NewSubAccount, SubAccountChange};
use gateway::{AccountId, AccountSettings, Turnover};
use sms::{Currency, Money, Refusal};

use crate::world::{BALANCE, HOUR, PRICE, START, World, account, refusal, request};

fn branch(parent: AccountId, login: &str) -> NewSubAccount {
    NewSubAccount {
        parent,
        login: login.into(),
        password: "secret".into(),
        currency: None,
        settings: AccountSettings::default(),
    }
}

fn hryvnias(micros: i64) -> Money {
    Money::new(micros, Currency::UAH)
}

impl World {
    async fn branch(&self, login: &str) -> AccountId {
        let added = self.gateway.add_sub_account(branch(self.account, login));
        added.await.unwrap()
    }

    async fn pay(&self, login: &str, micros: i64) -> Result<(), gateway::Error> {
        let amount = hryvnias(micros);
        self.gateway
            .pay_sub_account(self.account, login, amount, "for May")
            .await
    }

    async fn change(&self, login: &str, change: SubAccountChange) -> Result<(), gateway::Error> {
        self.gateway
            .change_sub_account(self.account, login, change)
            .await
    }

    async fn available(&self, account: AccountId) -> i64 {
        let balance = self.gateway.balance(account).await.unwrap();
        balance.available.micros()
    }

    async fn signs_in(&self, login: &str, password: &str) -> Option<AccountId> {
        let account = self.gateway.sign_in(login, password).await.ok()?;
        Some(account.id)
    }
}

#[tokio::test]
async fn an_account_under_another_signs_in_and_sends_with_its_own_money() {
    let world = World::new().await;
    let id = world.branch("branch").await;
    assert_eq!(world.signs_in("branch", "secret").await, Some(id));
    let poor = refusal(world.gateway.submit(request(id, &["380670000001"])).await);
    assert!(
        matches!(poor, Refusal::InsufficientFunds { .. }),
        "{poor:?}"
    );
    world.pay("branch", 3 * PRICE).await.unwrap();
    let accepted = world.gateway.submit(request(id, &["380670000001"])).await;
    accepted.unwrap();
    assert_eq!(world.available(id).await, 2 * PRICE);
    assert_eq!(world.available(world.account).await, BALANCE - 3 * PRICE);
    let listed = world.gateway.sub_accounts(world.account);
    assert_eq!(listed.len(), 1);
    assert_eq!((listed[0].id, listed[0].parent), (id, Some(world.account)));
    assert_eq!(world.gateway.audit().await.unwrap().violations, []);
}

#[tokio::test]
async fn a_login_is_had_by_one_account_in_all() {
    let world = World::new().await;
    world.branch("branch").await;
    world.branch("other").await;
    let stranger = account(&world.gateway, "stranger", 0).await;
    for login in ["branch", "shop", "stranger"] {
        let added = world.gateway.add_sub_account(branch(stranger, login)).await;
        assert_eq!(refusal(added), Refusal::AlreadyThere, "{login}");
    }
    let rename = SubAccountChange {
        login: Some("shop".into()),
        ..SubAccountChange::default()
    };
    assert_eq!(
        refusal(world.change("other", rename).await),
        Refusal::AlreadyThere
    );
    let long = "x".repeat(65);
    for login in ["", "  ", "a\nb", &long] {
        let added = world.gateway.add_sub_account(branch(stranger, login)).await;
        assert_eq!(refusal(added), Refusal::InvalidName, "{login}");
    }
    let mut open = branch(stranger, "free");
    open.password = String::new();
    let added = world.gateway.add_sub_account(open).await;
    assert_eq!(refusal(added), Refusal::InvalidName);
    assert_eq!(world.gateway.accounts().len(), 4);
}

#[tokio::test]
async fn accounts_are_so_many_and_so_deep_under_one_and_no_more() {
    let world = World::new().await;
    let add =
        async |parent, login: &str| world.gateway.add_sub_account(branch(parent, login)).await;
    let mut lowest = world.account;
    for level in 2..=8 {
        lowest = add(lowest, &format!("level {level}")).await.unwrap();
    }
    let deeper = refusal(add(lowest, "level 9").await);
    assert_eq!(deeper, Refusal::TooManySubAccounts);
    // The world lets twelve be under one, seven of which are there.
    for number in 8..=12 {
        add(world.account, &format!("number {number}"))
            .await
            .unwrap();
    }
    let more = refusal(add(world.account, "number 13").await);
    assert_eq!(more, Refusal::TooManySubAccounts);
    let taken = refusal(add(world.account, "number 12").await);
    assert_eq!(taken, Refusal::AlreadyThere);
    // Others have as many of their own.
    let other = account(&world.gateway, "other", 0).await;
    add(other, "under the other").await.unwrap();
}

#[tokio::test]
async fn another_accounts_account_is_as_unknown_as_none() {
    let world = World::new().await;
    let stranger = account(&world.gateway, "stranger", BALANCE).await;
    let theirs = branch(stranger, "theirs");
    let theirs = world.gateway.add_sub_account(theirs).await.unwrap();
    // Below one that is below: not its own either.
    let below = world.gateway.add_sub_account(branch(theirs, "below")).await;
    below.unwrap();
    for (parent, login) in [
        (world.account, "theirs"),
        (world.account, "nobody"),
        (world.account, "shop"),
        (stranger, "below"),
        (stranger, "stranger"),
    ] {
        let gateway = &world.gateway;
        let change = SubAccountChange::default();
        let refusals = [
            refusal(gateway.sub_account(parent, login)),
            refusal(gateway.change_sub_account(parent, login, change).await),
            refusal(
                gateway
                    .pay_sub_account(parent, login, hryvnias(1), "")
                    .await,
            ),
        ];
        assert_eq!(
            refusals,
            [const { Refusal::UnknownSubAccount }; 3],
            "{login}"
        );
    }
    assert!(world.gateway.sub_accounts(world.account).is_empty());
}

#[tokio::test]
async fn login_password_and_settings_are_changed_each_by_itself() {
    let world = World::new().await;
    let id = world.branch("branch").await;
    let rename = SubAccountChange {
        login: Some("office".into()),
        ..SubAccountChange::default()
    };
    world.change("branch", rename).await.unwrap();
    assert_eq!(world.signs_in("branch", "secret").await, None);
    assert_eq!(world.signs_in("office", "secret").await, Some(id));
    assert_eq!(world.gateway.account(id).unwrap().name, "office");

    let password = SubAccountChange {
        password: Some("opensesame".into()),
        ..SubAccountChange::default()
    };
    world.change("office", password).await.unwrap();
    assert_eq!(world.signs_in("office", "secret").await, None);
    assert_eq!(world.signs_in("office", "opensesame").await, Some(id));

    let settings = SubAccountChange {
        settings: Some(AccountSettings {
            originators: Originators::Only(vec!["Office".into()]),
            ..AccountSettings::default()
        }),
        ..SubAccountChange::default()
    };
    world.change("office", settings).await.unwrap();
    let changed = world.gateway.account(id).unwrap();
    let only = Originators::Only(vec!["Office".into()]);
    assert_eq!(changed.settings.originators, only);
    assert_eq!(world.signs_in("office", "opensesame").await, Some(id));
    assert_eq!(world.gateway.accounts().len(), 2);
}

#[tokio::test]
async fn what_another_process_decided_is_not_undone_by_a_change() {
    let world = World::new().await;
    let (parent, id) = (world.account, world.branch("branch").await);
    // From now on it learns of changes only when it looks.
    let (gateway, _, place) = world.stop().await;
    let place = place.unwrap();
    let elsewhere = World::at(place.path(), "").await;
    let settings = AccountSettings::default();
    let suspended = elsewhere.gateway.change_account(id, &settings, 7, true);
    suspended.await.unwrap();
    let password = CredentialKind::Password;
    let put = elsewhere
        .gateway
        .put_credential(id, password, "branch", "of the operator");
    put.await.unwrap();
    let change = SubAccountChange {
        login: Some("office".into()),
        settings: Some(settings.clone()),
        ..SubAccountChange::default()
    };
    let changed = gateway.change_sub_account(parent, "branch", change);
    changed.await.unwrap();
    let account = gateway.account(id).unwrap();
    assert!(account.suspended_itself);
    assert_eq!(account.credit_limit_micros, 7);
    let back = gateway.change_account(id, &settings, 0, false);
    back.await.unwrap();
    for (password, signs_in) in [("secret", false), ("of the operator", true)] {
        let signed_in = gateway.sign_in("office", password).await;
        assert_eq!(signed_in.is_ok(), signs_in, "{password}");
    }
}

#[tokio::test]
async fn money_goes_down_and_comes_back_within_what_each_has() {
    let world = World::new().await;
    let id = world.branch("branch").await;
    world.pay("branch", 70).await.unwrap();
    world.pay("branch", -20).await.unwrap();
    world.pay("branch", 0).await.unwrap();
    assert_eq!(world.available(id).await, 50);
    assert_eq!(world.available(world.account).await, BALANCE - 50);
    for (amount, needed, available) in [
        (-51, 51, 50),
        (BALANCE, BALANCE, BALANCE - 50),
        (i64::MIN, i64::MAX, 50),
    ] {
        let (needed, available) = (hryvnias(needed), hryvnias(available));
        let poor = Refusal::InsufficientFunds { needed, available };
        assert_eq!(refusal(world.pay("branch", amount).await), poor);
    }
    let mut euros = branch(world.account, "euros");
    euros.currency = Some(Currency::EUR);
    world.gateway.add_sub_account(euros).await.unwrap();
    assert_eq!(
        refusal(world.pay("euros", 1).await),
        Refusal::UnknownCurrency
    );
    let turnover = world
        .gateway
        .turnover(id, START, START.plus_millis(HOUR))
        .await
        .unwrap();
    let brought = Turnover {
        brought_micros: 50,
        ..Turnover::default()
    };
    assert_eq!(turnover, brought);
    assert_eq!(world.gateway.audit().await.unwrap().violations, []);
}

#[tokio::test]
async fn whoever_is_under_a_suspended_account_is_suspended_with_it() {
    let world = World::new().await;
    let id = world.branch("branch").await;
    world.pay("branch", 9 * PRICE).await.unwrap();
    let way = world.way().await;
    way.set_up(false);
    let waiting = world.gateway.submit(request(id, &["380670000001"])).await;
    waiting.unwrap();
    let suspend = async |suspended| {
        let settings = AccountSettings::default();
        let changed = world
            .gateway
            .change_account(world.account, &settings, 0, suspended);
        changed.await.unwrap();
    };
    suspend(true).await;
    let refused = refusal(world.gateway.sign_in("branch", "secret").await);
    assert_eq!(refused, Refusal::AccountSuspended);
    let refused = refusal(world.gateway.submit(request(id, &["380670000001"])).await);
    assert_eq!(refused, Refusal::AccountSuspended);
    // What is changed of it meanwhile does not suspend it for itself.
    let settings = SubAccountChange {
        settings: Some(AccountSettings::default()),
        ..SubAccountChange::default()
    };
    world.change("branch", settings).await.unwrap();
    suspend(false).await;
    assert_eq!(world.signs_in("branch", "secret").await, Some(id));
    assert!(!world.gateway.account(id).unwrap().suspended);

    let itself = SubAccountChange {
        suspended: Some(true),
        ..SubAccountChange::default()
    };
    world.change("branch", itself).await.unwrap();
    let refused = refusal(world.gateway.sign_in("branch", "secret").await);
    assert_eq!(refused, Refusal::AccountSuspended);
    // In the one lane both wait, and one of them may leave.
    let sent = world.request(&["380670000009"]);
    world.gateway.submit(sent).await.unwrap();
    way.set_up(true);
    let left = way.take(1).await;
    assert_eq!(left.len(), 1);
    assert_eq!(left[0].recipient.as_str(), "380670000009");
}
