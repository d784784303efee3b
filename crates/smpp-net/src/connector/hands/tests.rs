//! Which segments leave when, and which answer comes of what.

use gateway::MessageId;
use sms::{Msisdn, Timestamp};

use super::*;

const REFUSED: Failure = Failure::Refused(Reason::DestinationRefused);
const SILENT: Failure = Failure::Unknown(Reason::ResponseTimeout);
const LOST: Failure = Failure::Unknown(Reason::SessionLost);

fn hands(segments: &[usize]) -> Hands {
    let mut hands = Hands::default();
    for (message, segments) in (1..).zip(segments) {
        add(&mut hands, message, Lane::Bulk, *segments);
    }
    hands
}

fn add(hands: &mut Hands, message: i64, lane: Lane, segments: usize) {
    hands.add(Attempt {
        message: MessageId(message),
        lane,
        recipient: Msisdn::parse("380501234567").unwrap(),
        originator: "Shop".into(),
        segments: (0..)
            .zip(sms::text::split(&"a".repeat(153 * segments), 0))
            .collect(),
        expires_at: Timestamp::from_seconds(0),
    });
}

fn write(hands: &mut Hands, segments: usize) -> Vec<u64> {
    (0..segments)
        .map_while(|_| {
            let token = hands.next()?.0;
            hands.written(token, 0);
            Some(token)
        })
        .collect()
}

fn answered(done: Option<Done>) -> (i64, Vec<u16>, Option<Failure>) {
    let answer = done.expect("the attempt is answered").answer;
    assert!(!answer.late);
    let accepted = answer.accepted.iter().map(|taken| taken.index).collect();
    (answer.message.0, accepted, answer.failure)
}

#[test]
fn an_attempt_is_answered_with_its_last_segment() {
    let mut hands = hands(&[2, 1]);
    let tokens = write(&mut hands, 9);
    assert_eq!(tokens.len(), 3);
    assert!(hands.accepted(tokens[1], UpstreamId::read(b"x")).is_none());
    assert_eq!(
        answered(hands.accepted(tokens[2], UpstreamId::default())),
        (2, vec![0], None)
    );
    assert_eq!(
        answered(hands.accepted(tokens[0], UpstreamId::default())),
        (1, vec![1, 0], None)
    );
    assert!(hands.is_empty());
}

#[test]
fn what_stands_behind_a_failed_segment_is_not_written() {
    let mut hands = hands(&[3, 1]);
    let tokens = write(&mut hands, 2);
    assert!(hands.failed(tokens[0], REFUSED).is_none());
    assert_eq!(hands.next().map(|next| next.1.message), Some(MessageId(2)));
    assert_eq!(
        answered(hands.accepted(tokens[1], UpstreamId::default())),
        (1, vec![1], Some(REFUSED))
    );
}

#[test]
fn a_segment_that_cannot_be_written_fails_its_attempt() {
    let mut hands = hands(&[1]);
    let token = hands.next().unwrap().0;
    assert_eq!(
        answered(hands.failed(token, REFUSED)),
        (1, vec![], Some(REFUSED))
    );
    assert!(hands.next().is_none());
}

#[test]
fn a_late_answer_finds_its_message_once() {
    let mut hands = hands(&[1]);
    let token = write(&mut hands, 1)[0];
    assert_eq!(answered(hands.timed_out(token)), (1, vec![], Some(SILENT)));
    let late = hands.accepted_late(token, UpstreamId::read(b"id")).unwrap();
    assert!(late.late);
    assert_eq!(late.accepted, [AcceptedSegment::new(0, "id")]);
    assert!(
        hands
            .accepted_late(token, UpstreamId::read(b"id"))
            .is_none()
    );
}

#[test]
fn an_answer_that_is_late_but_before_the_last_counts_in_time() {
    let mut hands = hands(&[2]);
    let tokens = write(&mut hands, 2);
    assert!(hands.timed_out(tokens[0]).is_none());
    assert!(
        hands
            .accepted_late(tokens[0], UpstreamId::default())
            .is_none()
    );
    assert_eq!(
        answered(hands.accepted(tokens[1], UpstreamId::default())),
        (1, vec![0, 1], None)
    );
}

#[test]
fn what_was_held_back_behind_a_late_segment_comes_back() {
    let mut hands = hands(&[3]);
    let tokens = write(&mut hands, 2);
    assert!(hands.timed_out(tokens[0]).is_none());
    assert!(hands.next().is_none());
    assert!(
        hands
            .accepted_late(tokens[0], UpstreamId::default())
            .is_none()
    );
    assert_eq!(
        answered(hands.accepted(tokens[1], UpstreamId::default())),
        (1, vec![0, 1], Some(UNWRITTEN))
    );
}

#[test]
fn at_the_end_what_was_written_is_unknown_and_the_rest_comes_back() {
    let mut hands = hands(&[1, 2, 1]);
    write(&mut hands, 2);
    let all: Vec<_> = hands
        .finish()
        .into_iter()
        .map(|done| answered(Some(done)))
        .collect();
    assert_eq!(
        all,
        [
            (1, vec![], Some(LOST)),
            (2, vec![], Some(LOST)),
            (3, vec![], Some(LINK_DOWN)),
        ]
    );
    assert!(hands.is_empty() && hands.next().is_none());
}

const THROTTLED: Failure = Failure::Retry {
    reason: Reason::Throttled,
    after_ms: 1_000,
    attempt_used: false,
};

/// The messages of the segments that leave next, with their positions.
fn order(hands: &mut Hands, segments: usize) -> Vec<(i64, u16)> {
    (0..segments)
        .map_while(|_| {
            let (token, attempt, _) = hands.next()?;
            let at = (attempt.message.0, attempt.segments[position(token)].0);
            hands.written(token, 0);
            Some(at)
        })
        .collect()
}

#[test]
fn urgent_segments_leave_first_but_never_between_those_of_one_message() {
    let mut hands = hands(&[3, 1]);
    assert_eq!(order(&mut hands, 1), [(1, 0)]);
    add(&mut hands, 3, Lane::Transactional, 1);
    add(&mut hands, 4, Lane::Otp, 2);
    add(&mut hands, 5, Lane::Otp, 1);
    assert_eq!(
        order(&mut hands, 9),
        [(1, 1), (1, 2), (4, 0), (4, 1), (5, 0), (3, 0), (2, 0)]
    );
}

#[test]
fn case_21_throttled_segments_keep_their_order() {
    let mut hands = hands(&[1, 2, 1, 1]);
    let tokens = write(&mut hands, 4);
    assert!(hands.accepted(tokens[0], UpstreamId::default()).is_some());
    // The answers may come in any order.
    for token in [tokens[3], tokens[1], tokens[2]] {
        assert!(hands.throttled(token, THROTTLED).is_none());
    }
    assert_eq!(order(&mut hands, 9), [(2, 0), (2, 1), (3, 0), (4, 0)]);
}

#[test]
fn who_is_throttled_again_and_again_comes_back() {
    let mut hands = hands(&[1]);
    for _ in 0..THROTTLED_AT_MOST {
        let token = write(&mut hands, 1)[0];
        assert!(hands.throttled(token, THROTTLED).is_none());
    }
    let token = write(&mut hands, 1)[0];
    assert_eq!(
        answered(hands.throttled(token, THROTTLED)),
        (1, vec![], Some(THROTTLED))
    );
    assert!(hands.is_empty() && hands.next().is_none());
}

#[test]
fn a_throttled_segment_of_a_message_that_failed_does_not_leave_again() {
    let mut hands = hands(&[2]);
    let tokens = write(&mut hands, 2);
    assert!(hands.failed(tokens[0], REFUSED).is_none());
    assert_eq!(
        answered(hands.throttled(tokens[1], THROTTLED)),
        (1, vec![], Some(REFUSED))
    );
}

#[test]
fn case_17_what_waits_to_leave_again_when_the_link_breaks_comes_back_and_is_not_in_doubt() {
    let mut hands = hands(&[1, 1]);
    let tokens = write(&mut hands, 2);
    assert!(hands.throttled(tokens[0], THROTTLED).is_none());
    let all: Vec<_> = hands
        .finish()
        .into_iter()
        .map(|done| answered(Some(done)))
        .collect();
    assert_eq!(all, [(1, vec![], Some(LINK_DOWN)), (2, vec![], Some(LOST))]);
}

#[test]
fn an_id_is_kept_as_it_was_written_where_that_is_not_its_key() {
    let mut hands = hands(&[2]);
    let tokens = write(&mut hands, 2);
    hands.accepted(tokens[0], UpstreamId::read(b"00B8BE19"));
    let done = hands
        .accepted(tokens[1], UpstreamId::read(b"b8be1a"))
        .unwrap();
    let expected = AcceptedSegment {
        verbatim: Some(b"00B8BE19".to_vec()),
        ..AcceptedSegment::new(0, "b8be19")
    };
    assert_eq!(
        done.answer.accepted,
        [expected, AcceptedSegment::new(1, "b8be1a")]
    );
}

#[test]
fn what_waits_is_given_back_in_order_and_what_is_on_the_wire_is_not() {
    let mut hands = hands(&[2, 1, 1]);
    let token = write(&mut hands, 1)[0];
    add(&mut hands, 4, Lane::Otp, 1);
    let back: Vec<_> = hands
        .give_back(THROTTLED)
        .into_iter()
        .map(|done| answered(Some(done)))
        .collect();
    let throttled = |message| (message, vec![], Some(THROTTLED));
    assert_eq!(back, [4, 2, 3].map(throttled));
    assert!(hands.accepted(token, UpstreamId::default()).is_none());
    assert_eq!(order(&mut hands, 9), [(1, 1)]);
}
