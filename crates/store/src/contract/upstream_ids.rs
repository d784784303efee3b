//! Promises about the ids that upstreams give to segments, as they wrote them, and about receipts that met none so far.

use sms::{MessageState, Msisdn, Outcome, Reason};

use super::world::{HOUR, MINUTE, PLENTY, Sent, World, accept, answer, at, long, receipt, sound};
use crate::queue::{AcceptedSegment, Answer, Rest};
use crate::receipts::{Match, NewReceipt, Unreported};
use crate::{ConnectorId, MessageId, Store};

const ABSENT: Outcome = Outcome::Undelivered(Reason::AbsentSubscriber);

impl World<'_> {
    /// Sends a message of one segment, whose id the upstream writes so, and which is recorded under the key.
    async fn sent_as(&self, key: &str, verbatim: &str) -> Sent<'_> {
        let sent = self.leased(1).await;
        let segment = AcceptedSegment {
            index: 0,
            upstream_id: key.into(),
            verbatim: (verbatim != key).then(|| verbatim.into()),
        };
        let answer = Answer {
            message: sent.message,
            connector: self.connector,
            accepted: vec![segment],
            rest: Rest::Nothing,
            at: at(10),
        };
        self.store.record_answers(vec![answer]).await.unwrap();
        sent
    }

    async fn answered_as(&self, connector: ConnectorId, candidates: &[&str]) -> Option<String> {
        let octets = |candidate: &&str| candidate.as_bytes().to_vec();
        let candidates = candidates.iter().map(octets).collect();
        let found = self.store.answered_as(connector, candidates).await.unwrap();
        found.map(|id| String::from_utf8(id).unwrap())
    }

    /// Lists the ids of segments without a receipt that were taken before so many milliseconds, page by page.
    async fn unreported_ids(&self, connector: ConnectorId, before: i64, page: u32) -> Vec<String> {
        let mut ids = Vec::new();
        let mut after = None;
        loop {
            let found = self.store.unreported(connector, at(before), after, page);
            let found = found.await.unwrap();
            let read = |segment: Unreported| String::from_utf8(segment.upstream_id).unwrap();
            ids.extend(found.segments.into_iter().map(read));
            after = found.next;
            if after.is_none() {
                return ids;
            }
        }
    }

    async fn unmatched(&self) -> u32 {
        let counted = self.store.unmatched(self.connector, 100).await;
        counted.unwrap()
    }
}

pub async fn an_id_is_told_as_the_upstream_wrote_it(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    world.sent_as("ff", "00FF").await;
    let same = world.sent_as("12", "12").await;
    let other = store.put_connector("other", "{}", b"").await.unwrap();
    for (connector, candidates, expected) in [
        (world.connector, &["ff"][..], Some("00FF")),
        (world.connector, &["12"], Some("12")),
        (world.connector, &["12", "ff"], Some("12")),
        (world.connector, &["255", "FF", "ff"], Some("00FF")),
        (world.connector, &["255", "ff", "ff"], Some("00FF")),
        // They mean two messages.
        (world.connector, &["255", "ff", "12"], None),
        (world.connector, &["00FF"], None),
        (world.connector, &[], None),
        (other, &["ff"], None),
    ] {
        let found = world.answered_as(connector, candidates).await;
        assert_eq!(found.as_deref(), expected, "{candidates:?}");
    }
    // A negative report may be corrected: the id is still known. A delivery cannot.
    same.receipt("12", ABSENT, at(20)).await;
    assert!(world.answered_as(world.connector, &["12"]).await.is_some());
    same.receipt("12", Outcome::Delivered, at(21)).await;
    assert_eq!(world.answered_as(world.connector, &["12"]).await, None);
}

pub async fn an_id_that_was_used_again_is_told_as_it_was_written_last(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    world.sent_as("1", "01").await;
    world.sent_as("1", "001").await;
    let found = world.answered_as(world.connector, &["1"]).await;
    assert_eq!(found.as_deref(), Some("001"));
}

pub async fn segments_without_a_receipt_are_listed_with_what_a_question_needs(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let mut new = long(world.submission(3), 2);
    new.alternative = Some("Other".into());
    new.messages[1].originator = Some("Own".into());
    new.messages[2].alternative = true;
    accept(store, new).await;
    let leased = world.claim(6).await;
    let taken = |message: MessageId, ids: [&str; 2], now| Answer {
        message,
        connector: world.connector,
        accepted: ids
            .iter()
            .zip(0..)
            .map(|(id, index)| AcceptedSegment {
                index,
                upstream_id: (*id).into(),
                verbatim: Some(format!("0{id}").into()),
            })
            .collect(),
        rest: Rest::Nothing,
        at: at(now),
    };
    let answers = vec![
        taken(leased[2], ["1", "2"], 10),
        taken(leased[0], ["4", "3"], 20),
        taken(leased[1], ["5", "6"], 20),
    ];
    store.record_answers(answers).await.unwrap();
    let expected = |place: usize, segment, id: &str, originator: &str, now| Unreported {
        message: leased[place],
        segment,
        upstream_id: format!("0{id}").into(),
        key: id.into(),
        originator: originator.into(),
        recipient: Msisdn::parse(&format!("38067000000{place}")).unwrap(),
        taken_at: at(now),
    };
    let all = [
        expected(2, 0, "1", "Other", 10),
        expected(2, 1, "2", "Other", 10),
        expected(0, 1, "3", "Info", 20),
        expected(0, 0, "4", "Info", 20),
        expected(1, 0, "5", "Own", 20),
        expected(1, 1, "6", "Own", 20),
    ];
    let list = async |before, after: Option<&Unreported>, limit| {
        let after = after.map(Unreported::place);
        let found = store.unreported(world.connector, at(before), after, limit);
        found.await.unwrap().segments
    };
    assert_eq!(list(21, None, 9).await, all);
    assert_eq!(list(20, None, 9).await, all[..2]);
    assert_eq!(list(10, None, 9).await, []);
    assert_eq!(list(21, None, 3).await, all[..3]);
    assert_eq!(list(21, Some(&all[2]), 2).await, all[3..5]);
    assert_eq!(list(21, Some(&all[5]), 9).await, []);
    let other = store.put_connector("other", "{}", b"").await.unwrap();
    assert_eq!(world.unreported_ids(other, 21, 9).await, [""; 0]);
    for page in [1, 2, 6, 9] {
        let ids = world.unreported_ids(world.connector, 21, page).await;
        assert_eq!(ids, ["01", "02", "03", "04", "05", "06"]);
    }
}

pub async fn only_segments_that_may_still_be_reported_are_listed(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let take = async |accepted: &[(u16, &str)], rest, outcome: Option<(&str, Outcome)>| {
        let sent = world.leased(2).await;
        sent.answer(accepted, rest, at(10)).await;
        if let Some((id, outcome)) = outcome {
            sent.receipt(id, outcome, at(11)).await;
        }
        sent.state().await.0
    };
    let none = Rest::Nothing;
    let later = Rest::Retry {
        reason: Reason::Throttled,
        due_at: at(HOUR),
        attempt_used: false,
    };
    let lost = Rest::Unknown {
        reason: Reason::SessionLost,
        resend_at: None,
    };
    let state = take(&[(0, "a"), (1, "b")], none, Some(("a", Outcome::Delivered))).await;
    assert_eq!(state, MessageState::Submitted);
    take(&[(0, "c"), (1, "d")], none, Some(("d", ABSENT))).await;
    take(&[(0, "e"), (1, "f")], none, Some(("e", Outcome::Unknown))).await;
    let state = take(&[(0, ""), (1, "g")], none, None).await;
    assert_eq!(state, MessageState::Submitted, "one has no id");
    let state = take(&[(1, "h")], lost, None).await;
    assert_eq!(state, MessageState::InDoubt);
    let state = take(&[(1, "i")], later, None).await;
    assert_eq!(state, MessageState::Queued);
    let state = take(&[(1, "x")], Rest::Refused(Reason::Spam), None).await;
    assert!(state.is_final(), "it has ended: {state:?}");
    let listed = world.unreported_ids(world.connector, 12, 2).await;
    assert_eq!(listed, ["b", "c", "e", "f", "g", "h", "i"]);
    store.sweep(at(48 * HOUR), HOUR, 100).await.unwrap();
    let listed = world.unreported_ids(world.connector, 12, 2).await;
    assert_eq!(listed, [""; 0], "all have ended");
    sound(store).await;
}

pub async fn receipts_that_met_no_segment_are_counted_once_each(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let other = store.put_connector("other", "{}", b"").await.unwrap();
    assert_eq!(world.unmatched().await, 0);
    let stray = |ids: &[&str], outcome, now| receipt(world.connector, ids, outcome, at(now));
    let foreign = receipt(other, &["1"], Some(ABSENT), at(1));
    let met = world
        .receipts(vec![
            stray(&["255", "FF", "ff"], Some(ABSENT), 1),
            // The same once more, another in the same moment, and one that says nothing.
            stray(&["255", "FF", "ff"], Some(ABSENT), 1),
            stray(&["256"], Some(ABSENT), 1),
            stray(&["257"], None, 1),
            foreign,
        ])
        .await;
    assert_eq!(met, [Match::Unmatched; 5]);
    assert_eq!(world.unmatched().await, 2);
    assert_eq!(store.unmatched(world.connector, 1).await.unwrap(), 1);
    assert_eq!(store.unmatched(other, 9).await.unwrap(), 1);
    // Its answer comes: then it has met one.
    let sent = world.leased(1).await;
    let late = world.leased(1).await;
    world.receipts(vec![stray(&["258"], Some(ABSENT), 2)]).await;
    sent.answer(&[(0, "258")], Rest::Nothing, at(3)).await;
    assert_eq!(sent.state().await.0, MessageState::Undelivered);
    assert_eq!(world.unmatched().await, 2);
    late.answer(&[(0, "FF")], Rest::Nothing, at(4)).await;
    assert_eq!(late.state().await.0, MessageState::Undelivered);
    assert_eq!(world.unmatched().await, 1, "under all of its forms");
    sound(store).await;
}

pub async fn a_receipt_of_an_unknown_form_meets_the_answer_under_any_candidate(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let forms = ["255", "0255", "FF", "ff"];
    for form in forms {
        let sent = world.leased(1).await;
        let early = receipt(world.connector, &forms, Some(Outcome::Delivered), at(5));
        assert_eq!(world.receipts(vec![early]).await, [Match::Unmatched]);
        sent.answer(&[(0, form)], Rest::Nothing, at(10)).await;
        assert_eq!(sent.state().await.0, MessageState::Delivered, "{form}");
        assert_eq!(world.unmatched().await, 0);
        store.forget_upstream_ids(at(MINUTE)).await.unwrap();
    }
}

pub async fn a_kept_receipt_is_for_one_message(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let (first, second) = (world.leased(1).await, world.leased(1).await);
    let early = receipt(world.connector, &["1"], Some(ABSENT), at(5));
    world.receipts(vec![early]).await;
    // The upstream gives one id to two messages; who was told of that is the first.
    first.answer(&[(0, "1")], Rest::Nothing, at(10)).await;
    second.answer(&[(0, "1")], Rest::Nothing, at(10)).await;
    assert_eq!(first.state().await.0, MessageState::Undelivered);
    assert_eq!(second.state().await.0, MessageState::Submitted);
    // What was recorded is recorded: the answer again changes nothing.
    first.answer(&[(0, "1")], Rest::Nothing, at(11)).await;
    assert_eq!(first.state().await.0, MessageState::Undelivered);
    sound(store).await;
}

pub async fn a_receipt_that_fits_two_messages_is_kept_and_counted(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let [one, two] = [
        world.sent_as("FF", "FF").await,
        world.sent_as("0255", "0255").await,
    ];
    let third = world.leased(1).await;
    let both = receipt(
        world.connector,
        &["255", "0255", "FF"],
        Some(ABSENT),
        at(20),
    );
    assert_eq!(world.receipts(vec![both]).await, [Match::Ambiguous]);
    assert_eq!(world.unmatched().await, 1);
    // The message comes to which the id as it came belongs.
    third.answer(&[(0, "255")], Rest::Nothing, at(30)).await;
    assert_eq!(third.state().await.0, MessageState::Undelivered);
    for other in [one, two] {
        assert_eq!(other.state().await.0, MessageState::Submitted);
    }
    assert_eq!(world.unmatched().await, 0);
}

pub async fn a_kept_receipt_has_ids_of_any_octets(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let forms = [&b""[..], b"\0", b"\0 a\xff", &[0xfe; 300]];
    for form in forms {
        let early = NewReceipt {
            candidates: forms.map(<[u8]>::to_vec).to_vec(),
            ..receipt(world.connector, &[], Some(ABSENT), at(5))
        };
        let sent = world.leased(1).await;
        assert_eq!(world.receipts(vec![early]).await, [Match::Unmatched]);
        let answer = Answer {
            message: sent.message,
            connector: world.connector,
            accepted: vec![AcceptedSegment::new(0, form)],
            rest: Rest::Nothing,
            at: at(10),
        };
        store.record_answers(vec![answer]).await.unwrap();
        let has_id = !form.is_empty();
        let met = sent.state().await.0 == MessageState::Undelivered;
        assert_eq!(met, has_id, "an empty id is none: {form:?}");
        assert_eq!(world.unmatched().await, u32::from(!has_id));
        store.forget_upstream_ids(at(MINUTE)).await.unwrap();
        assert_eq!(world.unmatched().await, 0);
    }
}

pub async fn a_kept_receipt_that_names_another_number_stays(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let sent = world.leased(1).await;
    let foreign = NewReceipt {
        numbers: [Msisdn::parse("380679999999").ok(), None],
        ..receipt(world.connector, &["1"], Some(ABSENT), at(5))
    };
    world.receipts(vec![foreign]).await;
    sent.answer(&[(0, "1")], Rest::Nothing, at(10)).await;
    assert_eq!(sent.state().await.0, MessageState::Submitted);
    assert_eq!(world.unmatched().await, 1, "it is not this message's");
}

pub async fn ids_and_kept_receipts_of_every_connector_are_forgotten(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let mut connectors = vec![world.connector];
    for name in ["second", "third"] {
        connectors.push(store.put_connector(name, "{}", b"").await.unwrap());
    }
    for (place, &connector) in connectors.iter().enumerate() {
        let mut new = world.submission(2);
        for message in &mut new.messages {
            message.connector = Some(connector);
        }
        accept(store, new).await;
        let claimed = super::world::claim(store, connector, 9, at(0)).await;
        for (message, now) in claimed.messages.iter().zip([10, MINUTE]) {
            let id = format!("{place} {now}");
            let taken = answer(connector, message.id, &[(0, &id)], Rest::Nothing, at(now));
            store.record_answers(vec![taken]).await.unwrap();
            let stray = receipt(connector, &["a", "b"], Some(ABSENT), at(now));
            world.receipts(vec![stray]).await;
        }
    }
    assert_eq!(store.forget_upstream_ids(at(10)).await.unwrap(), 0);
    assert_eq!(store.forget_upstream_ids(at(MINUTE)).await.unwrap(), 6);
    assert_eq!(store.forget_upstream_ids(at(MINUTE)).await.unwrap(), 0);
    for (place, &connector) in connectors.iter().enumerate() {
        let left = world.unreported_ids(connector, HOUR, 9).await;
        assert_eq!(left, [format!("{place} {MINUTE}")]);
        assert_eq!(store.unmatched(connector, 9).await.unwrap(), 1);
    }
    assert_eq!(store.forget_upstream_ids(at(HOUR)).await.unwrap(), 6);
}
