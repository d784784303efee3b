//! Promises about money: books are sums of entries, whatever happens in whatever order.

use sms::{Book, Lane, Outcome, Reason};

use super::random::Random;
use super::world::{HOUR, PLENTY, PRICE, World, account, all, answer, at, claim, long, receipt};
use super::world::{scheduled, sound, submission};
use crate::queue::{DoubtPolicy, Rest};
use crate::submissions::Acceptance;
use crate::{AccountId, MessageId, Store};

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
    for seed in 1..=4 {
        Walk::new(store, seed).await.run(150).await;
    }
}

/// A random walk through every promise that moves a message or money.
struct Walk<'a> {
    world: World<'a>,
    accounts: Vec<AccountId>,
    random: Random,
    now: i64,
    leased: Vec<(MessageId, u16)>,
    ids: Vec<String>,
    brought_in: i64,
}

impl<'a> Walk<'a> {
    async fn new(store: &'a dyn Store, seed: u64) -> Self {
        let name = format!("walk {seed}");
        let payer = account(store, &name, 40 * PRICE).await;
        let second = account(store, &format!("{name} too"), 40 * PRICE).await;
        let connector = store.put_connector(&name, "{}", b"").await.unwrap();
        Self {
            world: World {
                store,
                account: payer,
                connector,
            },
            accounts: vec![payer, second],
            random: Random(seed),
            now: 0,
            leased: Vec::new(),
            ids: Vec::new(),
            brought_in: 80 * PRICE,
        }
    }

    async fn run(mut self, steps: usize) {
        for step in 0..steps {
            self.now += self.random.below(40) * 60_000;
            match self.random.below(12) {
                0..3 => self.submit().await,
                3..5 => self.claim().await,
                5..8 => self.answer().await,
                8..10 => self.receipt().await,
                10 => self.clock().await,
                _ => self.operator().await,
            }
            if step % 50 == 0 {
                sound(self.world.store).await;
            }
        }
        sound(self.world.store).await;
        let mut sum = 0;
        for &account in &self.accounts {
            let book = self.world.store.book(account).await.unwrap().unwrap();
            assert!(book.held >= 0 && book.charged >= 0, "{book:?}");
            sum += book.available + book.held + book.charged;
        }
        assert_eq!(sum, self.brought_in, "no money appears or disappears");
    }

    async fn submit(&mut self) {
        let payer = *self.random.one(&self.accounts);
        let messages = usize::try_from(1 + self.random.below(4)).unwrap();
        let segments = u16::try_from(1 + self.random.below(3)).unwrap();
        let mut new = long(submission(payer, self.world.connector, messages), segments);
        new.lane = *self.random.one(&Lane::ALL);
        new.created_at = at(self.now);
        new.expires_at = at(self.now + self.random.below(8) * HOUR);
        if self.random.below(4) == 0 {
            new = scheduled(new, at(self.now + HOUR));
        }
        new.test = self.random.below(8) == 0 && new.start_at.is_some();
        let available = self
            .world
            .store
            .book(payer)
            .await
            .unwrap()
            .unwrap()
            .available;
        let price: i64 = new
            .messages
            .iter()
            .map(|message| message.price_micros)
            .sum();
        let affordable = new.test || price <= available;
        let answer = self.world.store.accept(new).await.unwrap();
        assert_eq!(matches!(answer, Acceptance::Accepted { .. }), affordable);
    }

    async fn claim(&mut self) {
        let most = u32::try_from(self.random.below(6)).unwrap();
        let connector = self.world.connector;
        let claimed = claim(self.world.store, connector, most, at(self.now)).await;
        let leased = claimed.messages.iter();
        self.leased
            .extend(leased.map(|message| (message.id, message.segments)));
    }

    /// Answers a message that is, or once was, on lease.
    async fn answer(&mut self) {
        if self.leased.is_empty() {
            return;
        }
        let (message, segments) = *self.random.one(&self.leased);
        let mut accepted = Vec::new();
        for segment in 0..segments {
            if self.random.below(2) == 0 {
                // Few ids, so that receipts come early, late and for the wrong ones.
                accepted.push((segment, format!("{}", self.random.below(30))));
            }
        }
        self.ids.extend(accepted.iter().map(|(_, id)| id.clone()));
        let reason = Reason::NetworkError;
        let later = at(self.now + self.random.below(3) * HOUR);
        let rest = match self.random.below(7) {
            0..2 => Rest::Nothing,
            2 => Rest::Refused(reason),
            3 => Rest::Failed(reason),
            4 => Rest::Retry {
                reason,
                due_at: later,
                attempt_used: true,
            },
            5 => Rest::Unknown {
                reason,
                resend_at: (self.random.below(2) == 0).then_some(later),
            },
            _ => Rest::Late,
        };
        let accepted: Vec<_> = accepted
            .iter()
            .map(|(index, id)| (*index, id.as_str()))
            .collect();
        let answer = answer(self.world.connector, message, &accepted, rest, at(self.now));
        self.world.store.record_answers(vec![answer]).await.unwrap();
    }

    async fn receipt(&mut self) {
        let id = match self.random.below(4) {
            0 => format!("{}", self.random.below(30)),
            _ if self.ids.is_empty() => return,
            _ => self.random.one(&self.ids).clone(),
        };
        let outcome = match self.random.below(5) {
            0..2 => Some(Outcome::Delivered),
            2 => Some(Outcome::Undelivered(Reason::AbsentSubscriber)),
            3 => Some(Outcome::Unknown),
            _ => None,
        };
        let receipt = receipt(self.world.connector, &[&id, "0"], outcome, at(self.now));
        self.world.receipts(vec![receipt]).await;
    }

    async fn clock(&mut self) {
        let (store, now) = (self.world.store, at(self.now));
        store.release_due(now, 10).await.unwrap();
        store.sweep(now, 2 * HOUR, 10).await.unwrap();
    }

    async fn operator(&mut self) {
        let (store, now) = (self.world.store, at(self.now));
        match self.random.below(3) {
            0 => {
                let payer = *self.random.one(&self.accounts);
                let amount = self.random.below(20) * PRICE;
                store.top_up(payer, amount, "more", now).await.unwrap();
                self.brought_in += amount;
            }
            1 => {
                let policy = DoubtPolicy::Resend { max_resends: 2 };
                store
                    .recover(self.world.connector, policy, now)
                    .await
                    .unwrap();
            }
            _ => {
                let before = at(self.now - 12 * HOUR);
                store.forget_upstream_ids(before).await.unwrap();
            }
        }
    }
}
