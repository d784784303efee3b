//! Promises about money: books are sums of entries, whatever happens in whatever order.

use sms::Book;

use super::walk::Walk;
use super::world::{PLENTY, PRICE, World, account, all, answer, at, sound};
use crate::Store;
use crate::queue::Rest;

pub async fn a_top_up_adds_and_takes(store: &dyn Store) {
    let id = account(store, "a", 0).await;
    for (amount, available) in [(500, 500), (250, 750), (-1_000, -250), (0, -250)] {
        let book = store.top_up(id, amount, "note", at(1)).await.unwrap();
        assert_eq!(
            book,
            Book {
                available,
                held: 0,
                charged: 0
            }
        );
        assert_eq!(store.book(id).await.unwrap(), Some(book));
    }
    sound(store).await;
}

pub async fn concurrent_top_ups_all_count(store: &dyn Store) {
    let id = account(store, "a", 0).await;
    all((0..50).map(|_| store.top_up(id, 3, "", at(1)))).await;
    assert_eq!(store.book(id).await.unwrap().unwrap().available, 150);
    sound(store).await;
}

pub async fn money_beyond_all_bounds_is_refused(store: &dyn Store) {
    let id = account(store, "a", 10).await;
    store.top_up(id, i64::MAX, "", at(1)).await.unwrap_err();
    assert_eq!(store.book(id).await.unwrap().unwrap().available, 10);
    sound(store).await;
}

pub async fn an_audit_counts_what_it_checked(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    world.accept(4).await;
    let audit = store.audit().await.unwrap();
    // The top-up and the hold.
    assert_eq!((audit.accounts, audit.entries, audit.messages), (1, 2, 4));
    assert_eq!(audit.violations, []);
}

pub async fn accounts_do_not_touch_each_others_money(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let other = account(store, "other", 7 * PRICE).await;
    world.accept(5).await;
    for id in world.claim(5).await {
        let taken = answer(world.connector, id, &[(0, "x")], Rest::Nothing, at(1));
        store.record_answers(vec![taken]).await.unwrap();
    }
    let book = store.book(other).await.unwrap().unwrap();
    assert_eq!(
        book,
        Book {
            available: 7 * PRICE,
            held: 0,
            charged: 0
        }
    );
    assert_eq!(world.book().await.charged, 5 * PRICE);
}

pub async fn the_books_balance_after_any_sequence_of_operations(store: &dyn Store) {
    for seed in 1..=6 {
        Walk::new(store, seed).await.run(500).await;
    }
}
