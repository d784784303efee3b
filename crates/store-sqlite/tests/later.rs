//! What shares a transaction comes to the same as what is written one after another by a writer that has forgotten everything each
//! time: rows that wait for the end of their transaction are never missed, and what is known by heart is true.

mod fixture;

use std::sync::Arc;

use fixture::{account, at, path, submission};
use proptest::collection::vec;
use proptest::prelude::*;
use rusqlite::Connection;
use rusqlite::types::Value;
use sms::{Lane, Outcome, Reason};
use store::notices::Tells;
use store::queue::{AcceptedSegment, Answer, Claim, Rest};
use store::receipts::NewReceipt;
use store::submissions::{Acceptance, NewSubmission};
use store::{
    AccountId, ConnectorId, Ledger as _, MessageId, Queue as _, Receipts as _, Submissions as _,
};
use store_sqlite::{Options, SqliteStore};
use tempfile::TempDir;
use tokio::runtime::Builder;
use tokio::task::JoinSet;

const SEGMENTS: u16 = 2;

/// So many messages there are before anything happens to them.
const MESSAGES: usize = 4;

/// Calls of the store, by what they are about.
#[derive(Clone, Debug)]
enum Call {
    Accept,
    Claim,
    Answers(Vec<Told>),
    Receipts(Vec<Reported>),
    Sweep,
}

/// Which of the first messages, by its place.
type Place = i64;

#[derive(Clone, Debug)]
struct Told {
    message: Place,
    /// The segments taken, each with one of a few ids.
    taken: Vec<(u16, u8)>,
    rest: usize,
}

#[derive(Clone, Debug)]
struct Reported {
    /// Forms of the id, the likeliest first.
    ids: Vec<u8>,
    outcome: usize,
}

fn call() -> impl Strategy<Value = Call> {
    let messages = i64::try_from(MESSAGES).unwrap();
    let told = (0..messages, vec((0..SEGMENTS, 0..6_u8), 0..3), 0..5_usize);
    let told = told.prop_map(|(message, taken, rest)| Told {
        message,
        taken,
        rest,
    });
    let reported = (vec(0..6_u8, 1..3), 0..4_usize);
    let reported = reported.prop_map(|(ids, outcome)| Reported { ids, outcome });
    prop_oneof![
        1 => Just(Call::Accept),
        2 => Just(Call::Claim),
        4 => vec(told, 1..4).prop_map(Call::Answers),
        4 => vec(reported, 1..4).prop_map(Call::Receipts),
        1 => Just(Call::Sweep),
    ]
}

/// A store with a few messages.
struct World {
    store: Arc<SqliteStore>,
    place: TempDir,
    payer: AccountId,
    connector: ConnectorId,
    /// The first of the messages.
    first: i64,
}

impl World {
    async fn new() -> Self {
        let place = TempDir::new().unwrap();
        let store = Arc::new(SqliteStore::open(&path(&place), Options::default()).unwrap());
        let (payer, connector) = account(&*store).await;
        let accepted = store.accept(messages(payer, connector)).await.unwrap();
        let Acceptance::Accepted { first_message, .. } = accepted else {
            panic!("{accepted:?}")
        };
        let world = Self {
            store,
            place,
            payer,
            connector,
            first: first_message.0,
        };
        world.make(Call::Claim, 0).await;
        world
    }

    /// Makes the writer forget what it knows by heart, as anything does that another process writes.
    fn forget(&self) {
        let other = Connection::open(path(&self.place)).unwrap();
        other
            .execute("UPDATE sequence SET next = next", [])
            .unwrap();
    }

    /// Makes a call; answers what it came to, as far as that is to be compared.
    fn make(&self, call: Call, now: i64) -> impl Future<Output = String> + Send + 'static {
        let (payer, connector, first) = (self.payer, self.connector, self.first);
        let store = Arc::clone(&self.store);
        async move {
            match call {
                Call::Accept => {
                    let new = messages(payer, connector);
                    format!("{:?}", store.accept(new).await.unwrap())
                }
                Call::Claim => {
                    let claim = Claim {
                        connector,
                        max_segments: 3 * u32::from(SEGMENTS),
                        max_otp_segments: 0,
                        turns: [AccountId(0); Lane::ALL.len()],
                        now: at(now),
                    };
                    let claimed = store.claim(claim).await.unwrap();
                    let ids: Vec<_> = claimed.messages.iter().map(|it| it.id).collect();
                    format!("{ids:?}")
                }
                Call::Answers(told) => {
                    let answers = told.iter().map(|told| answer(first, told, connector, now));
                    store.record_answers(answers.collect()).await.unwrap();
                    String::new()
                }
                Call::Receipts(reported) => {
                    let receipts = reported.iter().map(|it| receipt(it, connector, now));
                    let matches = store.record_receipts(receipts.collect()).await.unwrap();
                    format!("{matches:?}")
                }
                Call::Sweep => {
                    let swept = store.sweep(at(now), 1_000, 100).await.unwrap();
                    format!("{swept:?}")
                }
            }
        }
    }

    /// Makes calls so that they share a transaction: they queue up while another process writes.
    async fn make_together(&self, calls: Vec<(Call, i64)>) -> Vec<String> {
        let other = Connection::open(path(&self.place)).unwrap();
        other.execute_batch("BEGIN IMMEDIATE").unwrap();
        let mut made = JoinSet::new();
        for (index, (call, now)) in calls.into_iter().enumerate() {
            let made_one = self.make(call, now);
            made.spawn(async move { (index, made_one.await) });
        }
        // On one thread, each runs up to where it waits before this one goes on.
        tokio::task::yield_now().await;
        other.execute_batch("ROLLBACK").unwrap();
        let mut made = made.join_all().await;
        made.sort_by_key(|(index, _)| *index);
        made.into_iter().map(|(_, what)| what).collect()
    }

    /// Everything that is in the file.
    fn everything(&self) -> Vec<(String, Vec<Vec<Value>>)> {
        let connection = Connection::open(path(&self.place)).unwrap();
        let tables = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name";
        let mut tables = connection.prepare(tables).unwrap();
        let tables = tables.query_map([], |row| row.get::<_, String>(0)).unwrap();
        let all = tables.map(|name| {
            let name = name.unwrap();
            let mut rows = connection
                .prepare(&format!("SELECT * FROM {name}"))
                .unwrap();
            let columns = rows.column_count();
            let row = |row: &rusqlite::Row<'_>| (0..columns).map(|it| row.get(it)).collect();
            let mut rows: Vec<Vec<Value>> = rows
                .query_map([], row)
                .unwrap()
                .map(Result::unwrap)
                .collect();
            rows.sort_by_key(|row| format!("{row:?}"));
            (name, rows)
        });
        all.collect()
    }
}

fn messages(payer: AccountId, connector: ConnectorId) -> NewSubmission {
    let mut new = submission(payer, connector, MESSAGES);
    for message in &mut new.messages {
        message.segments = SEGMENTS;
    }
    new.tells = Tells::from_u8(0b111).unwrap();
    new
}

fn id(number: u8) -> Vec<u8> {
    format!("id-{number}").into()
}

fn answer(first: i64, told: &Told, connector: ConnectorId, now: i64) -> Answer {
    let rest = [
        Rest::Nothing,
        Rest::Late,
        Rest::Refused(Reason::UnknownSubscriber),
        Rest::Retry {
            reason: Reason::Throttled,
            due_at: at(now),
            attempt_used: true,
        },
        Rest::Unknown {
            reason: Reason::ResponseTimeout,
            resend_at: Some(at(now)),
        },
    ];
    let accepted = told.taken.iter();
    let accepted = accepted.map(|(index, number)| AcceptedSegment::new(*index, id(*number)));
    Answer {
        message: MessageId(first + told.message),
        connector,
        accepted: accepted.collect(),
        rest: rest[told.rest],
        at: at(now),
    }
}

fn receipt(reported: &Reported, connector: ConnectorId, now: i64) -> NewReceipt {
    let outcomes = [
        Outcome::Delivered,
        Outcome::Undelivered(Reason::AbsentSubscriber),
        Outcome::Unknown,
        Outcome::Delivered,
    ];
    NewReceipt {
        connector,
        candidates: reported.ids.iter().copied().map(id).collect(),
        numbers: [None; 2],
        outcome: Some(outcomes[reported.outcome]),
        at: at(now),
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 96,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn calls_of_one_transaction_come_to_what_they_come_to_one_by_one(
        groups in vec(vec(call(), 1..8), 1..5)
    ) {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (one_by_one, together) = (World::new().await, World::new().await);
            let mut now = 10;
            for group in groups {
                let timed: Vec<_> = group.into_iter().zip(now..).collect();
                now += 10;
                let mut expected = Vec::new();
                for (call, at) in timed.clone() {
                    one_by_one.forget();
                    expected.push(one_by_one.make(call, at).await);
                }
                assert_eq!(together.make_together(timed).await, expected);
                assert_eq!(together.everything(), one_by_one.everything());
            }
            let violations = together.store.audit().await.unwrap().violations;
            assert!(violations.is_empty(), "{violations:?}");
        });
    }
}
