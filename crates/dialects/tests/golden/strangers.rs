//! Ids of other accounts in the dialects whose calls are paths: each way of giving an id is answered as with an id that never was,
//! octet for octet, and does nothing to what the other account has. Atompark's ids are in [`crate::isolation`].

mod atl;
mod smscenter;
mod smsclub;
mod toy;

use std::collections::BTreeSet;
use std::path::Path;

use futures_util::{StreamExt, stream};
use testkit::golden::{self, Request};

use crate::caller::ask;
use crate::world::World;

/// Who asks: in a call `{login}`, `{password}` and `{token}` stand for what one of these signs in with.
struct Who([(&'static str, &'static str); 3]);

const SHOP: Who = Who([
    ("{login}", "shop"),
    ("{password}", "password"),
    ("{token}", "secret"),
]);
const ANOTHER: Who = Who([
    ("{login}", "friend"),
    ("{password}", "passage"),
    ("{token}", "other"),
]);

/// What both need. What the other account sends has number 77, its message 1000177.
const WORLD: &str = "token secret, login shop password, another token other, another login friend passage, \
                     next submission 77, next message 1000177, next book 71, next phone 72, \
                     next template 75, next sender 76";

const SUBMISSION: &str = "77";
const MESSAGE: &str = "1000177";
/// An id that nothing has.
const NEVER: &str = "1000999";

const NUMBER: &str = "380972920383";

/// How many worlds exist at a time.
const AT_ONCE: usize = 8;

/// The first line of a request without its version, and a body.
type Call = (&'static str, &'static str);

/// A call with an id at `{}`, one of the other account, and one that nothing has.
type Row = (Call, &'static str, &'static str);

/// Makes a row of a call without a body.
const fn get(line: &'static str, theirs: &'static str) -> Row {
    ((line, ""), theirs, NEVER)
}

/// Holds the ids of a dialect.
struct Ids {
    dialect: &'static str,
    /// What the other account does first; the account does the same then.
    before: &'static [Call],
    /// How it sees all that it has.
    seen: &'static [Call],
    /// How calls take ids.
    rows: &'static [Row],
    /// Parameters that hold ids: one that a golden file sends to a path must be in a row of that path.
    names: &'static [&'static str],
    /// Where such a parameter names nothing that is there.
    excepted: &'static [(&'static str, &'static str)],
}

const ALL: &[Ids] = &[atl::IDS, smscenter::IDS, smsclub::IDS, toy::IDS];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_accounts_id_is_answered_like_one_that_never_was() {
    let rows = ALL
        .iter()
        .flat_map(|ids| ids.rows.iter().map(move |row| (ids, row)));
    stream::iter(rows)
        .for_each_concurrent(AT_ONCE, |(ids, &(call, theirs, never))| async move {
            let what = format!("{}: {call:?}", ids.dialect);
            let world = world(ids).await;
            let before = seen(&world, ids).await;
            let answer = answer(&world, &SHOP, call, theirs).await;
            assert_eq!(seen(&world, ids).await, before, "{what}");

            let untouched = self::world(ids).await;
            let expected = self::answer(&untouched, &SHOP, call, never).await;
            assert_eq!(answer, expected, "{what}");

            let own = self::answer(&world, &ANOTHER, call, theirs).await;
            assert_ne!(own, answer, "{what}: the owner is told no more");
        })
        .await;
}

/// A path to which some golden file gives an id in a parameter must be in the table with it.
#[test]
fn no_call_that_takes_an_id_is_forgotten() {
    let mut forgotten = BTreeSet::new();
    for ids in ALL {
        let rows: Vec<_> = ids.rows.iter().map(|(call, ..)| *call).collect();
        for case in golden::read_all(&folder(ids.dialect)) {
            for request in case.steps.iter().map(|step| &step.request) {
                let (path, sent) = (path(&request.target), text(request));
                for name in ids.names.iter().filter(|name| sends(&sent, name)) {
                    let is_row = rows.iter().any(|(line, body)| {
                        let target = line.split_once(' ').map_or("", |(_, target)| target);
                        self::path(target) == path && sends(&format!("{target}\n{body}"), name)
                    });
                    if !is_row && !ids.excepted.contains(&(path.as_str(), name)) {
                        forgotten.insert(format!("{path} {name}"));
                    }
                }
            }
        }
    }
    assert!(forgotten.is_empty(), "{forgotten:?}");
}

fn folder(dialect: &str) -> std::path::PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    match dialect {
        "toy" => tests.join("toy/golden/toy"),
        dialect => tests.join("golden").join(dialect),
    }
}

/// Makes a world in which the other account has done what the table says.
async fn world(ids: &Ids) -> World {
    let world = World::speaking(ids.dialect, WORLD).await;
    for who in [&ANOTHER, &SHOP] {
        for call in ids.before {
            answer(&world, who, *call, "").await;
        }
    }
    world
}

async fn seen(world: &World, ids: &Ids) -> Vec<String> {
    let mut answers = Vec::new();
    for call in ids.seen {
        // There are dialects that refuse the same call twice in a minute.
        world.minutes_pass(2);
        answers.push(answer(world, &ANOTHER, *call, "").await);
    }
    answers
}

/// Returns the answer to a call with an id, with `{}` where it repeats the id.
async fn answer(world: &World, who: &Who, (line, body): Call, id: &str) -> String {
    let fill = |text: &str| {
        let filled = |text: String, (word, value): &(&str, &str)| text.replace(word, value);
        let text = who.0.iter().fold(text.to_owned(), filled);
        text.replace("{number}", NUMBER)
            .replace("{submission}", SUBMISSION)
            .replace("{}", id)
    };
    let token = who.0[2].1;
    let answer = ask(world, (&fill(line), &fill(body)), token).await;
    match id {
        "" => answer,
        id => answer.replace(id, "{}"),
    }
}

/// Returns the path of a target, in small letters.
fn path(target: &str) -> String {
    let path = target.split('?').next().unwrap_or_default();
    path.trim_end_matches('/').to_lowercase()
}

fn text(request: &Request) -> String {
    let body = String::from_utf8_lossy(&request.body);
    format!("{}\n{body}", request.target)
}

/// Tells whether a parameter of this name is sent: in a query or a form, as a member of JSON or as an element.
fn sends(text: &str, name: &str) -> bool {
    let is_pair = ['?', '&', '\n'].iter().any(|before| {
        text.contains(&format!("{before}{name}=")) || text.contains(&format!("{before}{name}["))
    });
    is_pair || text.contains(&format!("\"{name}\"")) || text.contains(&format!("<{name}>"))
}
