//! Promises about transfers: money goes from one account to another whole, or not at all.

use sms::Currency;

use super::world::{account, all, at, sound};
use crate::accounts::NewAccount;
use crate::ledger::Transferred;
use crate::{AccountId, Store};

async fn available(store: &dyn Store, account: AccountId) -> i64 {
    store.book(account).await.unwrap().unwrap().available
}

pub async fn a_transfer_takes_from_one_and_gives_to_the_other(store: &dyn Store) {
    let (giver, taker) = (account(store, "a", 100).await, account(store, "b", 0).await);
    let done = store.transfer(giver, taker, 30, "for May", at(1)).await;
    assert_eq!(done.unwrap(), Transferred::Done);
    let back = store.transfer(taker, giver, 10, "", at(2)).await;
    assert_eq!(back.unwrap(), Transferred::Done);
    assert_eq!(available(store, giver).await, 80);
    assert_eq!(available(store, taker).await, 20);
    sound(store).await;
}

pub async fn nobody_gives_more_than_is_available(store: &dyn Store) {
    let (giver, taker) = (account(store, "a", 100).await, account(store, "b", 0).await);
    let give = async |amount| {
        store
            .transfer(giver, taker, amount, "", at(1))
            .await
            .unwrap()
    };
    let available_micros = 100;
    assert_eq!(
        give(101).await,
        Transferred::Insufficient { available_micros }
    );
    assert_eq!(
        give(i64::MAX).await,
        Transferred::Insufficient { available_micros }
    );
    assert_eq!(available(store, taker).await, 0);
    store
        .change_account(giver, "{}".into(), 50, false)
        .await
        .unwrap();
    assert_eq!(give(140).await, Transferred::Done);
    let available_micros = 10;
    assert_eq!(
        give(11).await,
        Transferred::Insufficient { available_micros }
    );
    assert_eq!(give(10).await, Transferred::Done);
    assert_eq!(available(store, giver).await, -50);
    sound(store).await;
}

pub async fn a_transfer_that_makes_no_sense_is_refused(store: &dyn Store) {
    let (giver, taker) = (account(store, "a", 100).await, account(store, "b", 0).await);
    let euros = NewAccount {
        name: "c".into(),
        parent: Some(giver),
        currency: Currency::EUR,
        settings: "{}".into(),
    };
    let euros = store.add_account(euros, at(0)).await.unwrap();
    let nobody = AccountId(77);
    for (from, to, amount) in [
        (giver, taker, 0),
        (giver, taker, -5),
        (giver, giver, 5),
        (giver, euros, 5),
        (giver, nobody, 5),
        (nobody, giver, 5),
    ] {
        let refused = store.transfer(from, to, amount, "", at(1)).await;
        assert!(refused.unwrap_err().is_conflict(), "{from} {to} {amount}");
    }
    assert_eq!(available(store, giver).await, 100);
    sound(store).await;
}

pub async fn a_transfer_beyond_all_money_is_refused_whole(store: &dyn Store) {
    let giver = account(store, "a", 100).await;
    let taker = account(store, "b", i64::MAX - 10).await;
    store
        .transfer(giver, taker, 20, "", at(1))
        .await
        .unwrap_err();
    assert_eq!(available(store, giver).await, 100);
    assert_eq!(available(store, taker).await, i64::MAX - 10);
    sound(store).await;
}

pub async fn concurrent_transfers_give_the_balance_exactly(store: &dyn Store) {
    let (giver, taker) = (account(store, "a", 10).await, account(store, "b", 0).await);
    let answers = all((0..25).map(|_| store.transfer(giver, taker, 1, "", at(1)))).await;
    let done = answers
        .into_iter()
        .filter(|answer| matches!(answer, Ok(Transferred::Done)))
        .count();
    assert_eq!(done, 10);
    assert_eq!(available(store, giver).await, 0);
    assert_eq!(available(store, taker).await, 10);
    sound(store).await;
}
