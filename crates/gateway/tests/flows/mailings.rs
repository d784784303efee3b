//! Mailings: sent when they are due, each run once, whatever happens meanwhile.

use gateway::mailings::{Mailing, MailingKey, Plan, Repeat, Spread};
use gateway::{Added, ContactEntry, ListId, MailingId, SubmissionId};
use sms::{MessageState, Reason, Timestamp};
use tempfile::TempDir;

use crate::world::{BALANCE, HOUR, PRICE, START, World, eventually};

const MINUTE: i64 = 60_000;
pub(crate) const DAY: i64 = 24 * HOUR;

/// To two recipients, once.
pub(crate) fn plan() -> Plan {
    Plan {
        originator: "Info".into(),
        text: "hello".into(),
        recipients: vec![
            ("380670000001".into(), None),
            ("380670000002".into(), Some("to you alone".into())),
        ],
        ..Plan::default()
    }
}

pub(crate) fn daily() -> Plan {
    Plan {
        repeat: Repeat::Daily,
        ..plan()
    }
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "every use is of a time that may be absent"
)]
pub(crate) fn at(millis: i64) -> Option<Timestamp> {
    Some(START.plus_millis(millis))
}

pub(crate) fn key(id: MailingId) -> MailingKey {
    MailingKey::Id(id)
}

impl World {
    pub(crate) async fn mail(&self, plan: Plan, start_at: Option<Timestamp>) -> MailingId {
        let gateway = &self.gateway;
        let added = gateway.add_mailing(self.account, None, "news", plan, start_at, None);
        added.await.unwrap().0
    }

    pub(crate) async fn mailing(&self, id: MailingId) -> Mailing {
        let found = self.gateway.mailing(self.account, &key(id)).await;
        found.unwrap()
    }

    /// Waits until it has run so many times; answers its last submission.
    pub(crate) async fn has_run(&self, id: MailingId, runs: u32) -> SubmissionId {
        let run = async || self.mailing(id).await.runs >= runs;
        eventually("the mailing has run", run).await;
        let mailing = self.mailing(id).await;
        assert_eq!(mailing.runs, runs);
        mailing.last.unwrap()
    }

    pub(crate) async fn mailed(&self, id: MailingId) -> u64 {
        let progress = self.gateway.mailing_progress(self.account, id).await;
        progress.unwrap().tally.total()
    }

    pub(crate) async fn list(&self, numbers: &[&str]) -> ListId {
        let gateway = &self.gateway;
        let list = gateway.add_list(self.account, "clients", "").await.unwrap();
        let entry = |number: &&str| ContactEntry {
            number: (*number).into(),
            variables: String::new(),
        };
        let entries: Vec<_> = numbers.iter().map(entry).collect();
        let added = gateway.add_contacts(self.account, list, &entries).await;
        let Added { added, .. } = added.unwrap();
        assert_eq!(added, numbers.len() as u64);
        list
    }
}

#[tokio::test]
async fn a_mailing_that_is_due_at_once_has_been_submitted_when_it_is_answered() {
    let world = World::new().await;
    let gateway = &world.gateway;
    let (id, quote) = gateway
        .add_mailing(
            world.account,
            Some("spring".into()),
            "news",
            plan(),
            at(-HOUR),
            None,
        )
        .await
        .unwrap();
    assert_eq!(quote.total().micros(), 2 * PRICE);
    let by_reference = MailingKey::Reference("spring".into());
    let found = gateway.mailing(world.account, &by_reference).await.unwrap();
    assert_eq!((found.id, found.runs, found.next_at), (id, 1, None));
    assert_eq!(found.plan, plan());
    let sent = world.messages(found.last.unwrap()).await;
    let texts: Vec<_> = sent.iter().map(|message| message.text.as_deref()).collect();
    assert_eq!(texts, [None, Some("to you alone")]);
    let progress = gateway.mailing_progress(world.account, id).await.unwrap();
    assert_eq!(progress.tally.total(), 2);
    assert_eq!(progress.price.micros(), 2 * PRICE);
    // What was sent is found by the mailing's own id.
    let referred = gateway
        .submission_by_reference(world.account, "spring")
        .await
        .unwrap();
    assert_eq!(referred, found.last);
    world.money(2, 0).await;
}

#[tokio::test]
async fn a_mailing_runs_at_its_time_and_again() {
    let world = World::new().await;
    let plan = Plan {
        times: Some(3),
        ..daily()
    };
    let id = world.mail(plan, at(HOUR)).await;
    assert_eq!(world.mailing(id).await.runs, 0);
    world.clock.advance_ms(HOUR);
    let first = world.has_run(id, 1).await;
    assert_eq!(world.mailing(id).await.next_at, at(HOUR + DAY));
    // Without an id of the account's own it is referred to by its number: the last run counts.
    world.clock.advance_ms(DAY);
    let second = world.has_run(id, 2).await;
    assert_ne!(first, second);
    let referred = world
        .gateway
        .submission_by_reference(world.account, &id.to_string())
        .await;
    assert_eq!(referred.unwrap(), Some(second));
    world.clock.advance_ms(DAY);
    world.has_run(id, 3).await;
    assert_eq!(world.mailing(id).await.next_at, None);
    assert_eq!(world.mailed(id).await, 6);
    world.clock.advance_ms(9 * DAY);
    let later = world.mail(daily(), at(9 * DAY)).await;
    world.has_run(later, 1).await;
    assert_eq!(world.mailing(id).await.runs, 3);
}

#[tokio::test]
async fn of_missed_runs_one_is_made() {
    let world = World::new().await;
    let id = world.mail(daily(), at(HOUR)).await;
    world.clock.advance_ms(30 * DAY);
    world.has_run(id, 1).await;
    assert_eq!(world.mailing(id).await.next_at, at(30 * DAY + HOUR));
    assert_eq!(world.mailed(id).await, 2);
}

#[tokio::test]
async fn a_run_that_was_submitted_and_not_noted_is_not_sent_again() {
    let place = TempDir::new().unwrap();
    let connector = r#"{"address":"loopback","system_id":"x"}"#;
    let world = World::at(place.path(), connector).await;
    let owner = world.account;
    let id = world.mail(daily(), at(0)).await;
    let made = world.has_run(id, 1).await;
    world.stop().await;
    // As if the process had stopped between the submission and the note of it.
    let file = rusqlite::Connection::open(place.path().join("data.db")).unwrap();
    let forget = "UPDATE mailing SET runs = 0, submission_id = NULL, ran_at = NULL, next_at = ?1";
    file.execute(forget, [START.as_millis()]).unwrap();
    drop(file);

    let world = World::at(place.path(), connector).await;
    assert_eq!(world.has_run(id, 1).await, made);
    assert_eq!(world.mailing(id).await.next_at, at(DAY));
    assert_eq!(world.mailed(id).await, 2);
    // Even when it would be refused for something else now.
    let settings = gateway::AccountSettings::default();
    let suspend = world.gateway.change_account(owner, &settings, 0, true);
    suspend.await.unwrap();
    world.stop().await;
    let file = rusqlite::Connection::open(place.path().join("data.db")).unwrap();
    file.execute(forget, [START.as_millis()]).unwrap();
    drop(file);
    let world = World::at(place.path(), connector).await;
    assert_eq!(world.has_run(id, 1).await, made);
    assert_eq!(world.gateway.audit().await.unwrap().violations, []);
    world.stop().await;
}

#[tokio::test]
async fn a_run_that_the_balance_does_not_cover_waits_for_money() {
    let world = World::new().await;
    let gateway = &world.gateway;
    let take = gateway.top_up(world.account, -BALANCE + PRICE, "");
    take.await.unwrap();
    let id = world.mail(plan(), at(0)).await;
    let waiting = world.mailing(id).await;
    assert_eq!((waiting.runs, waiting.next_at), (0, at(MINUTE)));
    gateway.top_up(world.account, PRICE, "").await.unwrap();
    world.clock.advance_ms(MINUTE);
    world.has_run(id, 1).await;
    assert_eq!(world.mailed(id).await, 2);
    assert_eq!(world.mailing(id).await.ran_at, at(MINUTE));
}

#[tokio::test]
async fn mailings_that_cannot_be_run_keep_no_other_waiting() {
    let place = TempDir::new().unwrap();
    let connector = r#"{"address":"loopback","system_id":"x"}"#;
    let world = World::at(place.path(), connector).await;
    let list = world.list(&["380670000002"]).await;
    let to_list = Plan {
        lists: vec![list.0],
        ..plan()
    };
    // More of them than are looked at together.
    for _ in 0..20 {
        world.mail(to_list.clone(), at(HOUR)).await;
    }
    let sound = world.mail(plan(), at(HOUR)).await;
    // A row that contradicts itself cannot be read.
    let file = rusqlite::Connection::open(place.path().join("data.db")).unwrap();
    let broken = file.execute("UPDATE contact SET number = 'x'", []);
    assert_eq!(broken.unwrap(), 1);
    world.clock.advance_ms(HOUR);
    world.has_run(sound, 1).await;
    world.stop().await;
}

#[tokio::test]
async fn a_run_that_is_refused_counts_as_made_and_the_next_one_is_due() {
    let world = World::new().await;
    let id = world.mail(daily(), at(HOUR)).await;
    let settings = gateway::AccountSettings {
        originators: gateway::directory::Originators::Only(vec!["Other".into()]),
        ..gateway::AccountSettings::default()
    };
    let change = world
        .gateway
        .change_account(world.account, &settings, 0, false);
    change.await.unwrap();
    world.clock.advance_ms(HOUR);
    let run = async || world.mailing(id).await.runs == 1;
    eventually("the run is refused", run).await;
    let refused = world.mailing(id).await;
    assert_eq!((refused.last, refused.next_at), (None, at(HOUR + DAY)));
    assert_eq!(world.mailed(id).await, 0);
    world.money(0, 0).await;
}

#[tokio::test]
async fn a_mailing_goes_to_its_lists_as_they_are_then() {
    let world = World::new().await;
    let list = world.list(&["380670000002", "380670000003"]).await;
    let gone = world.list(&["380670000009"]).await;
    let plan = Plan {
        lists: vec![list.0, gone.0],
        recipients: vec![("380670000001".into(), None)],
        ..plan()
    };
    let id = world.mail(plan, at(HOUR)).await;
    let gateway = &world.gateway;
    gateway.remove_list(world.account, gone).await.unwrap();
    // One more, one that is stopped, and one that is a recipient already.
    for number in ["380670000004", "380670000005", "380670000001"] {
        let entry = ContactEntry {
            number: number.into(),
            variables: String::new(),
        };
        let added = gateway.add_contact(world.account, list, &entry).await;
        added.unwrap();
    }
    let stopped = gateway.stop(world.account, "380670000004", "").await;
    stopped.unwrap();
    world.clock.advance_ms(HOUR);
    let made = world.has_run(id, 1).await;
    let messages = world.messages(made).await.into_iter();
    let numbers: Vec<_> = messages.map(|message| message.recipient).collect();
    assert_eq!(
        numbers,
        [
            "380670000001",
            "380670000002",
            "380670000003",
            "380670000005"
        ]
    );
}

#[tokio::test]
async fn a_run_is_spread_over_some_time() {
    let world = World::new().await;
    let way = world.way().await;
    let plan = Plan {
        spread: Some(Spread {
            over_ms: 2 * HOUR,
            interval_ms: HOUR,
        }),
        ..plan()
    };
    let id = world.mail(plan, at(0)).await;
    let made = world.has_run(id, 1).await;
    let first = way.take(1).await;
    assert_eq!(first.len(), 1);
    way.accept(&first[0]);
    world
        .becomes(made, MessageState::Submitted, Reason::None)
        .await;
    let second = world.messages(made).await.remove(1);
    assert_eq!(second.state, MessageState::Held);
    world.clock.advance_ms(HOUR);
    assert_eq!(way.take(1).await[0].recipient.as_str(), "380670000002");
}

#[tokio::test]
async fn a_disabled_mailing_runs_no_more_and_what_waits_is_cancelled() {
    let world = World::new().await;
    let way = world.way().await;
    let plan = Plan {
        spread: Some(Spread {
            over_ms: 2 * HOUR,
            interval_ms: HOUR,
        }),
        ..daily()
    };
    let id = world.mail(plan, at(0)).await;
    let made = world.has_run(id, 1).await;
    way.accept(&way.take(1).await[0]);
    let disabled = world.gateway.disable_mailing(world.account, &key(id)).await;
    disabled.unwrap();
    let cancelled = async || {
        let messages = world.messages(made).await;
        let second = &messages[1];
        (second.state, second.reason) == (MessageState::Cancelled, Reason::CancelledByAccount)
    };
    eventually("the second part is cancelled", cancelled).await;
    world
        .becomes(made, MessageState::Submitted, Reason::None)
        .await;
    world.money(0, 1).await;
    world.clock.advance_ms(3 * DAY);
    let later = world.mail(daily(), at(3 * DAY)).await;
    world.has_run(later, 1).await;
    let disabled = world.mailing(id).await;
    assert!(disabled.disabled);
    assert_eq!((disabled.runs, disabled.next_at), (1, None));
}
