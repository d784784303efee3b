//! Promises about mailings: kept, due in order, each run noted once.

use sms::Timestamp;

use super::world::{HOUR, PLENTY, World, accept, account, at};
use crate::mailings::{Mailing, NewMailing, Run};
use crate::submissions::Once;
use crate::{AccountId, MailingId, Store, SubmissionId};

fn new(account: AccountId, name: &str, next_at: Option<Timestamp>) -> NewMailing {
    NewMailing {
        account,
        reference: None,
        once: None,
        name: name.into(),
        plan: format!("{{\"{name}\":1}}"),
        created_at: at(0),
        next_at,
    }
}

async fn add(store: &dyn Store, mailing: NewMailing) -> MailingId {
    store.add_mailing(mailing).await.unwrap().unwrap()
}

async fn due(store: &dyn Store, now: Timestamp) -> Vec<MailingId> {
    let due = store.mailings_due(now, 9).await.unwrap();
    due.into_iter().map(|mailing| mailing.id).collect()
}

async fn read(store: &dyn Store, account: AccountId, mailing: MailingId) -> Mailing {
    store.mailing(account, mailing).await.unwrap().unwrap()
}

/// The first run of a mailing that has not been changed.
fn first_run(mailing: MailingId) -> Run {
    Run {
        mailing,
        before: 0,
        changed_at: at(0),
    }
}

/// A submission that a run of a mailing has made.
async fn submitted(world: &World<'_>, mailing: MailingId) -> SubmissionId {
    let mut new = world.submission(1);
    new.mailing = Some(mailing);
    accept(world.store, new).await
}

pub async fn a_mailing_is_kept_as_it_was_made(store: &dyn Store) {
    let owner = account(store, "a", 0).await;
    let made = NewMailing {
        reference: Some("order 7".into()),
        ..new(owner, "spring", Some(at(HOUR)))
    };
    let id = add(store, made).await;
    let kept = read(store, owner, id).await;
    assert_eq!((kept.id, kept.account), (id, owner));
    assert_eq!(kept.reference.as_deref(), Some("order 7"));
    assert_eq!(
        (kept.name.as_str(), kept.plan.as_str()),
        ("spring", r#"{"spring":1}"#)
    );
    assert_eq!((kept.created_at, kept.changed_at), (at(0), at(0)));
    assert_eq!(
        (kept.next_at, kept.ran_at, kept.last),
        (Some(at(HOUR)), None, None)
    );
    assert_eq!((kept.runs, kept.disabled), (0, false));
    let nobody = store.add_mailing(new(AccountId(77), "x", None)).await;
    assert!(nobody.unwrap_err().is_conflict());
}

pub async fn a_mailing_is_accepted_once_like_any_submission(store: &dyn Store) {
    let owner = account(store, "a", 0).await;
    let named = |name: &str, now: i64| NewMailing {
        once: Some(Once {
            key: [1; 16],
            until: Some(at(now + HOUR)),
        }),
        created_at: at(now),
        ..new(owner, name, None)
    };
    let first = add(store, named("spring", 0)).await;
    // What it says besides makes no difference.
    let again = store.add_mailing(named("summer", HOUR - 1)).await;
    assert_eq!(again.unwrap(), None);
    let nobody = NewMailing {
        account: AccountId(77),
        ..named("spring", 0)
    };
    let nobody = store.add_mailing(nobody).await;
    assert!(nobody.unwrap_err().is_conflict());
    let other = account(store, "b", 0).await;
    let theirs = NewMailing {
        account: other,
        ..named("spring", 0)
    };
    add(store, theirs).await;
    let second = add(store, named("spring", HOUR)).await;
    let all = store.mailings(owner, at(0), at(2 * HOUR), None, 9).await;
    let all: Vec<_> = all.unwrap().iter().map(|mailing| mailing.id).collect();
    assert_eq!(all, [first, second]);
}

pub async fn mailings_and_submissions_have_no_number_in_common(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let mailing = add(store, new(world.account, "spring", None)).await;
    let submission = world.accept(1).await;
    assert!(mailing.0 > 1_000_000_000 && submission.0 < 1_000_000_000);
}

pub async fn a_mailing_is_found_by_its_reference_the_latest_first(store: &dyn Store) {
    let owner = account(store, "a", 0).await;
    let other = account(store, "b", 0).await;
    let referred = |account, name| NewMailing {
        reference: Some("r".into()),
        ..new(account, name, None)
    };
    add(store, referred(owner, "first")).await;
    let second = add(store, referred(owner, "second")).await;
    add(store, referred(other, "another's")).await;
    add(store, new(owner, "without", None)).await;
    let found = store.mailing_by_reference(owner, "r").await.unwrap();
    assert_eq!(found.unwrap().id, second);
    let none = store.mailing_by_reference(owner, "R").await.unwrap();
    assert!(none.is_none());
}

pub async fn mailings_are_read_in_pages_by_when_they_were_made(store: &dyn Store) {
    let owner = account(store, "a", 0).await;
    let mut made = Vec::new();
    for hour in 0..4 {
        let mailing = NewMailing {
            created_at: at(hour * HOUR),
            ..new(owner, "x", None)
        };
        made.push(add(store, mailing).await);
    }
    let page = async |from, until, after, limit| {
        let page = store.mailings(owner, at(from), at(until), after, limit);
        let page = page.await.unwrap().into_iter();
        page.map(|mailing| mailing.id).collect::<Vec<_>>()
    };
    assert_eq!(page(0, 9 * HOUR, None, 3).await, made[..3]);
    assert_eq!(page(0, 9 * HOUR, Some(made[2]), 3).await, made[3..]);
    assert_eq!(page(HOUR, 3 * HOUR, None, 9).await, made[1..3]);
    assert_eq!(page(0, 9 * HOUR, Some(made[3]), 3).await, []);
}

pub async fn long_plans_are_read_a_few_at_a_time(store: &dyn Store) {
    let owner = account(store, "a", 0).await;
    let mut made = Vec::new();
    for _ in 0..3 {
        let mailing = NewMailing {
            plan: "x".repeat(5 << 20),
            ..new(owner, "x", Some(at(1)))
        };
        made.push(add(store, mailing).await);
    }
    let mut found = Vec::new();
    let mut pages = 0;
    loop {
        let after = found.last().copied();
        let page = store.mailings(owner, at(0), at(1), after, 9).await.unwrap();
        if page.is_empty() {
            break;
        }
        pages += 1;
        found.extend(page.into_iter().map(|mailing| mailing.id));
    }
    assert_eq!((found, pages), (made, 2));
    assert_eq!(store.mailings_due(at(9), 9).await.unwrap().len(), 2);
}

pub async fn mailings_come_due_the_longest_due_first(store: &dyn Store) {
    let owner = account(store, "a", 0).await;
    let other = account(store, "b", 0).await;
    let late = add(store, new(owner, "late", Some(at(2 * HOUR)))).await;
    let early = add(store, new(other, "early", Some(at(HOUR)))).await;
    add(store, new(owner, "never", None)).await;
    assert_eq!(due(store, at(HOUR - 1)).await, []);
    assert_eq!(due(store, at(HOUR)).await, [early]);
    assert_eq!(due(store, at(9 * HOUR)).await, [early, late]);
    assert_eq!(store.mailings_due(at(9 * HOUR), 1).await.unwrap().len(), 1);
}

pub async fn a_run_is_noted_once(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let id = add(store, new(world.account, "x", Some(at(HOUR)))).await;
    let submission = submitted(&world, id).await;
    let run = first_run(id);
    let (next, now) = (Some(at(5 * HOUR)), at(2 * HOUR));
    let noted = store.mailing_ran(run, Some(submission), next, now).await;
    assert!(noted.unwrap());
    let again = store.mailing_ran(run, None, Some(at(7 * HOUR)), at(3 * HOUR));
    assert!(!again.await.unwrap());
    let kept = read(store, world.account, id).await;
    assert_eq!((kept.runs, kept.ran_at), (1, Some(now)));
    assert_eq!((kept.next_at, kept.last), (next, Some(submission)));
    assert_eq!(kept.changed_at, at(0), "a run is no change");
    // A run of which nothing came leaves the last submission, and the mailing without a next run.
    let second = Run {
        mailing: id,
        before: 1,
        changed_at: at(0),
    };
    let noted = store.mailing_ran(second, None, None, at(6 * HOUR)).await;
    assert!(noted.unwrap());
    let kept = read(store, world.account, id).await;
    assert_eq!((kept.runs, kept.next_at), (2, None));
    assert_eq!(kept.last, Some(submission));
    assert_eq!(due(store, at(99 * HOUR)).await, []);
}

pub async fn a_run_is_put_off_unless_it_was_made(store: &dyn Store) {
    let owner = account(store, "a", 0).await;
    let id = add(store, new(owner, "x", Some(at(HOUR)))).await;
    let run = first_run(id);
    store.put_off_mailing(run, at(2 * HOUR)).await.unwrap();
    assert_eq!(due(store, at(HOUR)).await, []);
    assert_eq!(due(store, at(2 * HOUR)).await, [id]);
    // It may have been made all the same, by somebody who began before it was put off.
    let noted = store.mailing_ran(run, None, None, at(2 * HOUR)).await;
    assert!(noted.unwrap());
    assert_eq!(due(store, at(9 * HOUR)).await, []);
    store.put_off_mailing(run, at(3 * HOUR)).await.unwrap();
    assert_eq!(due(store, at(9 * HOUR)).await, []);
}

pub async fn a_mailing_changed_during_its_run_keeps_the_change(store: &dyn Store) {
    let owner = account(store, "a", 0).await;
    let id = add(store, new(owner, "x", Some(at(HOUR)))).await;
    let run = first_run(id);
    let changed = store.change_mailing(
        owner,
        id,
        "y".into(),
        "{}".into(),
        Some(at(9 * HOUR)),
        at(2 * HOUR),
    );
    assert!(changed.await.unwrap());
    store.put_off_mailing(run, at(3 * HOUR)).await.unwrap();
    let noted = store.mailing_ran(run, None, Some(at(4 * HOUR)), at(2 * HOUR));
    assert!(noted.await.unwrap());
    let kept = read(store, owner, id).await;
    assert_eq!((kept.name.as_str(), kept.plan.as_str()), ("y", "{}"));
    assert_eq!((kept.runs, kept.next_at), (1, Some(at(9 * HOUR))));
    assert_eq!((kept.created_at, kept.changed_at), (at(0), at(2 * HOUR)));
}

pub async fn each_change_of_a_mailing_has_a_time_of_its_own(store: &dyn Store) {
    let owner = account(store, "a", 0).await;
    let id = add(store, new(owner, "x", Some(at(HOUR)))).await;
    for changed_at in [at(1), at(2)] {
        let next = Some(at(HOUR));
        let changed = store.change_mailing(owner, id, "y".into(), "{}".into(), next, at(0));
        assert!(changed.await.unwrap());
        assert_eq!(read(store, owner, id).await.changed_at, changed_at);
    }
}

pub async fn a_disabled_mailing_runs_no_more(store: &dyn Store) {
    let owner = account(store, "a", 0).await;
    let id = add(store, new(owner, "x", Some(at(HOUR)))).await;
    let run = first_run(id);
    assert!(store.disable_mailing(owner, id, at(2)).await.unwrap());
    let kept = read(store, owner, id).await;
    assert_eq!(
        (kept.disabled, kept.next_at, kept.changed_at),
        (true, None, at(2))
    );
    store.put_off_mailing(run, at(HOUR)).await.unwrap();
    let noted = store.mailing_ran(run, None, Some(at(HOUR)), at(3)).await;
    assert!(noted.unwrap(), "it may have run before");
    let next = Some(at(HOUR));
    let changed = store.change_mailing(owner, id, "y".into(), "{}".into(), next, at(4));
    assert!(changed.await.unwrap());
    assert_eq!(due(store, at(9 * HOUR)).await, []);
    assert_eq!(read(store, owner, id).await.next_at, None);
}

pub async fn a_removed_mailing_is_unknown_and_its_submissions_stay(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let owner = world.account;
    let id = add(store, new(owner, "x", Some(at(HOUR)))).await;
    let submission = submitted(&world, id).await;
    assert!(store.remove_mailing(owner, id).await.unwrap());
    assert!(!store.remove_mailing(owner, id).await.unwrap());
    assert!(!store.disable_mailing(owner, id, at(1)).await.unwrap());
    assert!(store.mailing(owner, id).await.unwrap().is_none());
    assert_eq!(due(store, at(9 * HOUR)).await, []);
    let run = first_run(id);
    let noted = store.mailing_ran(run, None, None, at(HOUR)).await;
    assert!(!noted.unwrap());
    let made = store.mailing_submissions(owner, id, 9).await.unwrap();
    assert_eq!(made, [submission]);
    assert_eq!(world.messages(submission).await.len(), 1);
    // Its number is not used again.
    assert!(add(store, new(owner, "next", None)).await > id);
}

pub async fn a_mailing_knows_its_last_submissions(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let id = add(store, new(world.account, "x", None)).await;
    let other = add(store, new(world.account, "y", None)).await;
    let mut made = Vec::new();
    for _ in 0..3 {
        made.push(submitted(&world, id).await);
        submitted(&world, other).await;
        world.accept(1).await;
    }
    let of = async |limit| store.mailing_submissions(world.account, id, limit).await;
    assert_eq!(of(9).await.unwrap(), made);
    assert_eq!(of(2).await.unwrap(), made[1..]);
}

pub async fn another_accounts_mailing_is_as_unknown_as_none(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let id = add(store, new(world.account, "x", Some(at(HOUR)))).await;
    submitted(&world, id).await;
    let other = account(store, "other", 0).await;
    assert!(store.mailing(other, id).await.unwrap().is_none());
    let changed = store.change_mailing(other, id, "y".into(), "{}".into(), None, at(1));
    assert!(!changed.await.unwrap());
    assert!(!store.disable_mailing(other, id, at(1)).await.unwrap());
    assert!(!store.remove_mailing(other, id).await.unwrap());
    let made = store.mailing_submissions(other, id, 9).await.unwrap();
    assert_eq!(made, []);
    let listed = store.mailings(other, at(0), at(HOUR), None, 9).await;
    assert!(listed.unwrap().is_empty());
    assert_eq!(read(store, world.account, id).await.name, "x");
}
