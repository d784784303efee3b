//! The rules of giving, step by step.

use gateway::Received;
use sms::Timestamp;

use super::*;

const A: BindId = BindId(1);
const B: BindId = BindId(2);

/// A notice that speaks of this subject.
fn notice(id: i64, subject: i64) -> Notice {
    let at = Timestamp::from_seconds(0);
    let received = Received {
        id: InboundId(subject),
        from: "380501230000".into(),
        to: "1234".into(),
        text: "hello".into(),
        at,
    };
    Notice {
        id: NoticeId(id),
        event: NoticeEvent::Received(received),
        at,
    }
}

fn outbox(windows: &[(BindId, usize)], notices: impl IntoIterator<Item = (i64, i64)>) -> Outbox {
    let mut outbox = Outbox::default();
    for (bind, window) in windows {
        outbox.set_window(*bind, *window);
    }
    for (id, subject) in notices {
        outbox.add(notice(id, subject));
    }
    outbox
}

/// Gives everything that can be given now.
fn given(outbox: &mut Outbox, now_ms: u64) -> Vec<(u64, i64)> {
    let mut given = Vec::new();
    while let Some((bind, notice)) = outbox.next(now_ms) {
        given.push((bind.0, notice.id.0));
    }
    given
}

fn done(outbox: &mut Outbox) -> Vec<i64> {
    outbox.take_done().iter().map(|id| id.0).collect()
}

fn came(outbox: &mut Outbox, bind: BindId, id: i64, outcome: Outcome, now_ms: u64) -> bool {
    outbox
        .came_of(bind, NoticeId(id), outcome, now_ms)
        .is_some()
}

#[test]
fn receivers_share_what_there_is_within_their_windows() {
    let mut outbox = outbox(&[(A, 2), (B, 1)], (1..=5).map(|id| (id, id)));
    assert_eq!(given(&mut outbox, 0), [(1, 1), (2, 2), (1, 3)]);
    came(&mut outbox, B, 2, Outcome::Taken, 0);
    assert_eq!(given(&mut outbox, 0), [(2, 4)]);
    assert_eq!(done(&mut outbox), [2]);
    outbox.set_window(A, 3);
    assert_eq!(given(&mut outbox, 0), [(1, 5)]);
}

#[test]
fn notices_of_one_message_are_given_one_after_another() {
    let mut outbox = outbox(&[(A, 10), (B, 10)], [(1, 7), (2, 7), (3, 8), (4, 7)]);
    assert_eq!(given(&mut outbox, 0), [(1, 1), (2, 3)]);
    came(&mut outbox, A, 1, Outcome::Later, 0);
    assert_eq!(given(&mut outbox, 999), []);
    assert_eq!(given(&mut outbox, 1_000), [(1, 1)]);
    came(&mut outbox, A, 1, Outcome::Taken, 1_000);
    assert_eq!(given(&mut outbox, 1_000), [(1, 2)]);
    came(&mut outbox, A, 2, Outcome::Taken, 1_000);
    assert_eq!(given(&mut outbox, 1_000), [(1, 4)]);
}

#[test]
fn what_a_lost_receiver_has_not_answered_is_given_to_another() {
    let mut outbox = outbox(&[(A, 10)], [(1, 1), (2, 2)]);
    assert_eq!(given(&mut outbox, 0), [(1, 1), (1, 2)]);
    came(&mut outbox, A, 1, Outcome::Taken, 0);
    outbox.leave(A, 5);
    assert!(!outbox.has_receivers());
    outbox.set_window(B, 10);
    assert_eq!(outbox.due_ms(5), Some(1_005));
    assert_eq!(given(&mut outbox, 1_005), [(2, 2)]);
    // The lost one's answer, should it still come, is about nothing.
    came(&mut outbox, A, 2, Outcome::Refused, 1_005);
    came(&mut outbox, B, 2, Outcome::Taken, 1_005);
    assert_eq!(done(&mut outbox), [1, 2]);
}

#[test]
fn a_notice_that_cannot_be_taken_now_is_given_again_after_longer_and_longer_pauses() {
    let mut outbox = outbox(&[(A, 10)], [(1, 1)]);
    let mut now_ms = 0;
    for pause_s in [1, 2, 4, 8, 16, 32, 60, 60] {
        assert_eq!(given(&mut outbox, now_ms), [(1, 1)]);
        assert!(!came(&mut outbox, A, 1, Outcome::Later, now_ms));
        assert_eq!(outbox.due_ms(now_ms), Some(now_ms + pause_s * 1_000));
        now_ms += pause_s * 1_000;
    }
    assert!(done(&mut outbox).is_empty());
}

#[test]
fn a_notice_that_is_refused_three_times_is_given_up() {
    let mut outbox = outbox(&[(A, 10)], [(1, 1), (2, 1)]);
    for (refusal, now_ms) in [(1, 0), (2, 1_000), (3, 3_000)] {
        assert_eq!(given(&mut outbox, now_ms), [(1, 1)]);
        assert_eq!(
            came(&mut outbox, A, 1, Outcome::Refused, now_ms),
            refusal == 3
        );
    }
    assert_eq!(done(&mut outbox), [1]);
    assert_eq!(
        given(&mut outbox, 3_000),
        [(1, 2)],
        "it keeps nothing waiting"
    );
}

#[test]
fn a_notice_that_cannot_be_sent_is_given_up_and_one_that_was_not_sent_is_not() {
    let mut outbox = outbox(&[(A, 10)], [(1, 1), (2, 2)]);
    given(&mut outbox, 0);
    assert!(came(&mut outbox, A, 1, Outcome::Unsendable, 0));
    assert!(!came(&mut outbox, A, 2, Outcome::NotSent, 0));
    assert_eq!(given(&mut outbox, 0), [(1, 2)]);
    assert_eq!(done(&mut outbox), [1]);
}

#[test]
fn a_busy_receiver_is_spared_and_then_tried_with_one() {
    let mut outbox = outbox(&[(A, 10)], (1..=4).map(|id| (id, id)));
    assert_eq!(given(&mut outbox, 0).len(), 4);
    for id in 1..=4 {
        came(&mut outbox, A, id, Outcome::Busy, 0);
    }
    assert_eq!(outbox.due_ms(0), Some(1_000), "four answers, one trouble");
    outbox.set_window(B, 1);
    assert_eq!(given(&mut outbox, 0), [(2, 1)], "another one need not wait");
    assert_eq!(given(&mut outbox, 1_000), [(1, 2)]);
    came(&mut outbox, A, 2, Outcome::Busy, 1_000);
    assert_eq!(given(&mut outbox, 2_999), []);
    assert_eq!(given(&mut outbox, 3_000), [(1, 2)]);
    came(&mut outbox, A, 2, Outcome::Taken, 3_000);
    assert_eq!(given(&mut outbox, 3_000), [(1, 3), (1, 4)]);
}

#[test]
fn a_silent_receiver_gets_one_at_a_time_until_it_answers_and_late_answers_count() {
    let mut outbox = outbox(&[(A, 2), (B, 2)], [(1, 1), (2, 2), (3, 3)]);
    assert_eq!(given(&mut outbox, 0), [(1, 1), (2, 2), (1, 3)]);
    came(&mut outbox, B, 2, Outcome::Taken, 0);
    came(&mut outbox, A, 1, Outcome::Silent, 30_000);
    came(&mut outbox, A, 3, Outcome::Silent, 30_000);
    // One of them turns out to have been taken, before and after it was given to another.
    came(&mut outbox, A, 1, Outcome::Taken, 30_500);
    assert_eq!(given(&mut outbox, 31_000), [(2, 3)]);
    came(&mut outbox, A, 3, Outcome::Taken, 31_000);
    came(&mut outbox, B, 3, Outcome::Taken, 31_001);
    let mut taken = done(&mut outbox);
    taken.sort_unstable();
    assert_eq!(taken, [1, 2, 3]);
    for id in 4..=7 {
        outbox.add(notice(id, id));
    }
    assert_eq!(given(&mut outbox, 31_001).len(), 4, "all is well again");
}

#[test]
fn no_more_is_read_than_the_windows_ask_for_and_memory_allows() {
    let mut outbox = outbox(&[], []);
    assert_eq!(outbox.room(), 0, "nobody is bound");
    outbox.set_window(A, 10);
    assert_eq!(outbox.room(), 20);
    for id in 1..=20 {
        outbox.add(notice(id, id));
    }
    assert_eq!(outbox.room(), 0);
    // What is on pause does not keep the others from being read, up to a bound.
    let mut id = 20;
    while outbox.entries.len() < NOTICES {
        for (_, id) in given(&mut outbox, 0) {
            came(&mut outbox, A, id, Outcome::Later, 0);
        }
        let room = outbox.room();
        assert!(room > 0 || outbox.entries.len() == NOTICES);
        for _ in 0..room {
            id += 1;
            outbox.add(notice(id, id));
        }
    }
    assert_eq!(outbox.room(), 0);
    outbox.set_window(A, 0);
    assert_eq!(given(&mut outbox, 1_000_000), []);
}
