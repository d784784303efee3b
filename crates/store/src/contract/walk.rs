//! A random walk through every promise that moves a message or money.

mod single;

use sms::{Lane, MessageState, Outcome, Reason, SenderStatus};

use super::contacts::fill;
use super::expansions::{next_step, to_list};
use super::random::Random;
use super::world::{HOUR, MINUTE, PRICE, World, account, answer, at, claim, long, receipt};
use super::world::{scheduled, sound, submission};
use crate::campaigns::Halt;
use crate::inbound::{NewInbound, StopScope, Wish};
use crate::queue::{DoubtPolicy, Rest};
use crate::sender_names::{NewSenderName, Registered};
use crate::stop_list::Stopped;
use crate::submissions::{Acceptance, NewSubmission, Once, Parts};
use crate::{AccountId, ConnectorId, ListId, MessageId, SenderId, Store, SubmissionId};

/// Where it is, and what it has seen so far.
pub(super) struct Walk<'a> {
    world: World<'a>,
    accounts: Vec<AccountId>,
    random: Random,
    now: i64,
    /// Another way out for what waits.
    other_way: ConnectorId,
    leased: Vec<(ConnectorId, MessageId, u16)>,
    ids: Vec<String>,
    submissions: Vec<SubmissionId>,
    /// A contact list of the first account.
    list: ListId,
    /// A sender name of the first account.
    sender: SenderId,
    brought_in: i64,
}

impl<'a> Walk<'a> {
    /// Begins with two accounts of its own.
    pub(super) async fn new(store: &'a dyn Store, seed: u64) -> Self {
        let name = format!("walk {seed}");
        let payer = account(store, &name, 40 * PRICE).await;
        let second = account(store, &format!("{name} too"), 40 * PRICE).await;
        let connector = store.put_connector(&name, "{}", b"").await.unwrap();
        let other_way = format!("{name} too");
        let other_way = store.put_connector(&other_way, "{}", b"").await.unwrap();
        let list = fill(store, payer, 6).await;
        let name = NewSenderName {
            account: payer,
            name: "Shop".into(),
            country: sms::Country::parse("UA").unwrap(),
            status: SenderStatus::Pending,
            description: String::new(),
        };
        let Registered::Added(sender) = store.register_sender(name, at(0)).await.unwrap() else {
            panic!("the account is new");
        };
        Self {
            world: World {
                store,
                account: payer,
                connector,
            },
            accounts: vec![payer, second],
            random: Random(seed),
            now: 0,
            other_way,
            leased: Vec::new(),
            ids: Vec::new(),
            submissions: Vec::new(),
            list,
            sender,
            brought_in: 80 * PRICE,
        }
    }

    /// Takes so many steps; the books balance on the way and at the end.
    pub(super) async fn run(mut self, steps: usize) {
        for step in 0..steps {
            self.now += self.random.below(40) * 60_000;
            match self.random.below(23) {
                0..3 => self.submit().await,
                3..5 => self.claim().await,
                5..8 => self.answer().await,
                8..10 => self.receipt().await,
                10 => self.clock().await,
                11 => self.operator().await,
                12..15 => self.expand().await,
                15 => self.halt().await,
                16 => self.stop().await,
                17 => self.cancel_one().await,
                18..21 => self.replace().await,
                21 => self.reroute().await,
                _ => self.moderate().await,
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
        let messages = *self.random.one(&[1, 1, 1, 2, 3, 4]);
        let segments = u16::try_from(1 + self.random.below(3)).unwrap();
        let mut new = long(submission(payer, self.world.connector, messages), segments);
        new.lane = *self.random.one(&Lane::ALL);
        new.created_at = at(self.now);
        new.expires_at = at(self.now + self.random.below(8) * HOUR);
        if self.random.below(4) == 0 {
            new = scheduled(new, at(self.now + HOUR));
        }
        new.test = self.random.below(8) == 0 && new.start_at.is_some();
        if self.random.below(4) == 0 {
            new.parts = Some(Parts {
                size: 2,
                interval_ms: 30 * MINUTE,
            });
        }
        for message in &mut new.messages {
            if self.random.below(4) == 0 {
                let key = u8::try_from(self.random.below(6)).unwrap();
                message.once = Some(Once {
                    key: [key; 16],
                    until: Some(at(self.now + 3 * HOUR)),
                });
            }
        }
        if self.random.below(5) == 0 && payer == self.world.account {
            for message in &mut new.messages {
                message.state = MessageState::Held;
                message.reason = Reason::Moderation;
                message.awaits = Some(self.sender);
            }
        }
        if self.random.below(4) == 0 && payer == self.world.account {
            let campaign = to_list(&self.world, self.list, PRICE).await;
            new.messages.clear();
            new.expansion = campaign.expansion;
        }
        self.accept(new).await;
    }

    async fn accept(&mut self, new: NewSubmission) {
        let store = self.world.store;
        let book = store.book(new.account).await.unwrap().unwrap();
        let prices = new.messages.iter().map(|message| message.price_micros);
        let most = match &new.expansion {
            Some(expansion) => expansion.price_micros,
            None => prices.sum(),
        };
        let test = new.test;
        match store.accept(new).await.unwrap() {
            Acceptance::Accepted {
                submission,
                price_micros,
                ..
            } => {
                assert!(price_micros <= most && (test || price_micros <= book.available));
                self.submissions.push(submission);
            }
            Acceptance::Insufficient { available_micros } => {
                assert!(!test && most > available_micros);
                assert_eq!(available_micros, book.available);
            }
            // Only a stop list can do that; the walk stops numbers now and then.
            Acceptance::NobodyLeft => {}
            Acceptance::Repeated { submission } => {
                assert!(self.submissions.contains(&submission));
            }
        }
    }

    /// Takes a step of one of the walk's expansions, at a price that has changed or not.
    async fn expand(&mut self) {
        let store = self.world.store;
        let mut all = store.expansions(None, u32::MAX).await.unwrap();
        all.retain(|expansion| expansion.account == self.world.account);
        if all.is_empty() {
            return;
        }
        let expansion = self.random.one(&all).clone();
        let most = u32::try_from(1 + self.random.below(4)).unwrap();
        let each = *self.random.one(&[PRICE / 2, PRICE, PRICE, 2 * PRICE]);
        let mut step = next_step(&self.world, &expansion, most, each).await;
        step.at = at(self.now);
        store.expand(step).await.unwrap();
    }

    /// Cancels, deletes, halts or resumes a submission, whatever has become of it.
    async fn halt(&mut self) {
        if self.submissions.is_empty() {
            return;
        }
        let (store, now) = (self.world.store, at(self.now));
        let id = *self.random.one(&self.submissions);
        let halts = [
            Halt::Paused,
            Halt::Paused,
            Halt::Spam,
            Halt::CancelledByOperator,
        ];
        match self.random.below(6) {
            0 => drop(store.cancel(self.world.account, id, now).await.unwrap()),
            1 => drop(store.delete(self.world.account, id, now).await.unwrap()),
            2..4 => drop(store.halt(id, *self.random.one(&halts), now).await.unwrap()),
            4 => drop(store.resume(id, now).await.unwrap()),
            _ => drop(store.follow_halts(now, 3).await.unwrap()),
        }
    }

    /// Puts a number that is sent to on the stop list, or takes it off; or its handset asks for that.
    async fn stop(&mut self) {
        let (store, payer) = (self.world.store, *self.random.one(&self.accounts));
        let to_one = submission(payer, self.world.connector, 1).messages[0].recipient;
        let first = [to_one.unwrap(), super::contacts::number(4)];
        let number = *self.random.one(&first);
        if self.random.below(2) == 0 {
            let scopes = [StopScope::Account, StopScope::Originator("Info".into())];
            let scope = self.random.one(&scopes).clone();
            let wish = match self.random.below(2) {
                0 => Wish::Stop(scope),
                _ => Wish::Start(scope),
            };
            let asks = NewInbound {
                account: Some(payer),
                connector: self.world.connector,
                from: number.as_str().into(),
                to: "380501110000".into(),
                text: "STOP".into(),
                at: at(self.now),
                tells: false,
                notifies: true,
                wish: Some(wish),
                parts: Vec::new(),
            };
            store.receive(vec![asks]).await.unwrap();
            return;
        }
        let stopped = store.stop(payer, number, None, "", at(self.now)).await;
        if let Stopped::Already(id) = stopped.unwrap() {
            assert!(store.remove_stop(payer, id).await.unwrap());
        }
    }

    /// Decides on the sender name, or lets messages follow what was decided.
    async fn moderate(&mut self) {
        let store = self.world.store;
        let status = *self.random.one(&SenderStatus::ALL);
        store.decide_sender(self.sender, status, "").await.unwrap();
        store.follow_decisions(at(self.now), 3).await.unwrap();
    }

    fn way(&mut self) -> ConnectorId {
        *self.random.one(&[self.world.connector, self.other_way])
    }

    async fn claim(&mut self) {
        let most = u32::try_from(self.random.below(6)).unwrap();
        let way = self.way();
        let claimed = claim(self.world.store, way, most, at(self.now)).await;
        let leased = claimed.messages.iter();
        self.leased
            .extend(leased.map(|message| (way, message.id, message.segments)));
    }

    /// Answers a message that is, or once was, on lease.
    async fn answer(&mut self) {
        if self.leased.is_empty() {
            return;
        }
        let (way, message, segments) = *self.random.one(&self.leased);
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
        let answer = answer(way, message, &accepted, rest, at(self.now));
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
        let receipt = receipt(self.way(), &[&id, "0"], outcome, at(self.now));
        self.world.receipts(vec![receipt]).await;
    }

    async fn clock(&mut self) {
        let (store, now) = (self.world.store, at(self.now));
        store.release_due(now, 10).await.unwrap();
        store.sweep(now, 2 * HOUR, 10).await.unwrap();
    }

    async fn operator(&mut self) {
        let (store, now) = (self.world.store, at(self.now));
        match self.random.below(4) {
            0 => {
                let payer = *self.random.one(&self.accounts);
                let amount = self.random.below(20) * PRICE;
                store.top_up(payer, amount, "more", now).await.unwrap();
                self.brought_in += amount;
            }
            1 => {
                let (from, to) = match self.random.below(2) {
                    0 => (self.accounts[0], self.accounts[1]),
                    _ => (self.accounts[1], self.accounts[0]),
                };
                let amount = 1 + self.random.below(9) * PRICE / 2;
                store.transfer(from, to, amount, "", now).await.unwrap();
            }
            2 => {
                let policy = DoubtPolicy::Resend { max_resends: 2 };
                let way = self.way();
                store.recover(way, policy, now).await.unwrap();
            }
            _ => {
                let before = at(self.now - 12 * HOUR);
                store.forget_upstream_ids(before).await.unwrap();
            }
        }
    }
}
