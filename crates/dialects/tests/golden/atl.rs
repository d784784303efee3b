//! What requests of ATL and LSIM lead to that one golden file cannot show: many at a time, many rows, a gateway that cannot.

use std::fmt::Write as _;

use dialects::Content;
use futures_util::future::join_all;
use futures_util::{StreamExt, TryStreamExt, poll};
use testkit::golden::Request;

use crate::caller;
use crate::world::World;

const FACTS: &str = "login login password, balance 20000 UNT, price 1, now 2026-03-01 08:00:00, next submission 4837";

const ATL: &str = "/bulksms/api";
const LSIM: &str = "/smxml/api";

/// As many rows as anybody was seen to need.
const ROWS: u64 = 10_000;

fn request(path: &str, fields: &str, bodies: &str) -> Request {
    let sign_in = "<login>login</login><password>password</password>";
    Request {
        method: "POST".to_owned(),
        target: path.to_owned(),
        headers: Vec::new(),
        body: format!("<request><head>{sign_in}{fields}</head>{bodies}</request>").into_bytes(),
    }
}

fn submit(control_id: &str, bodies: &str) -> Request {
    let fields = format!(
        "<operation>submit</operation><title>TITLE</title><bulkmessage>message</bulkmessage>\
         <scheduled>NOW</scheduled><isbulk>true</isbulk><controlid>{control_id}</controlid>"
    );
    request(ATL, &fields, bodies)
}

fn detailed_report(path: &str) -> Request {
    let fields = "<operation>detailedreport</operation><taskid>4837</taskid>";
    request(path, fields, "")
}

fn body_of(number: u64) -> String {
    format!("<body><msisdn>{number}</msisdn></body>")
}

/// Returns the text of the first element of this name.
fn element<'a>(answer: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = answer.split_once(&format!("<{name}>"))?;
    rest.split('<').next()
}

async fn send(world: &World, request: Request) -> String {
    let answer = caller::send(world, request, "").await;
    assert_eq!(answer.status, 200);
    String::from_utf8(answer.body).expect("answers are UTF-8")
}

async fn code(world: &World, request: Request) -> String {
    let answer = send(world, request).await;
    element(&answer, "responsecode")
        .expect("every answer has a code")
        .to_owned()
}

async fn units(world: &World) -> String {
    let answer = send(world, request(ATL, "<operation>units</operation>", "")).await;
    element(&answer, "units").expect("it is told").to_owned()
}

/// Submits a task of many rows from 994500000000 on.
async fn submit_many(world: &World) -> String {
    let mut bodies = String::new();
    for number in 0..ROWS {
        write!(bodies, "{}", body_of(994_500_000_000 + number)).unwrap();
    }
    code(world, submit("1", &bodies)).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_twenty_identical_tasks_at_once_one_is_accepted() {
    const TIMES: usize = 20;
    let world = World::speaking("atl", FACTS).await;
    let bodies = [body_of(994_519_574_083), body_of(994_518_989_447)].concat();
    let all = (0..TIMES).map(|_| code(&world, submit("111", &bodies)));
    let mut codes = join_all(all).await;
    codes.sort_unstable();
    assert_eq!(codes[0], "000");
    assert_eq!(codes[1..], vec!["002"; TIMES - 1]);
    assert_eq!(units(&world).await, "19998");
}

#[tokio::test]
async fn ten_thousand_rows_are_one_task_and_one_list_in_either_order() {
    let world = World::speaking("atl", FACTS).await;
    assert_eq!(submit_many(&world).await, "000");
    assert_eq!(units(&world).await, "10000");
    for (path, first, last) in [
        (ATL, "994500000000", "994500009999"),
        (LSIM, "994500009999", "994500000000"),
    ] {
        let answer = caller::answered(&world, detailed_report(path), "").await;
        let Content::Stream(pieces) = answer.body else {
            panic!("a long list is a stream");
        };
        let pieces: Vec<_> = pieces.try_collect().await.expect("the store answers");
        // A page of rows follows what was just below the size of a piece.
        let longest = pieces.iter().map(bytes::Bytes::len).max();
        assert!(longest.is_some_and(|octets| octets < 256 * 1024));
        let list = String::from_utf8(pieces.concat()).expect("answers are UTF-8");
        let numbers: Vec<_> = list.split("<msisdn>").skip(1).collect();
        assert_eq!(numbers.len() as u64, ROWS);
        assert!(numbers[0].starts_with(first), "{path}");
        assert!(numbers[numbers.len() - 1].starts_with(last), "{path}");
        assert!(list.ends_with("</body>\n</response>"));
    }
}

#[tokio::test]
async fn a_long_request_holds_up_no_short_one() {
    let world = World::speaking("atl", FACTS).await;
    // The password is known from here on, so that the short request waits for nothing.
    assert_eq!(units(&world).await, "20000");
    let bodies = body_of(994_519_574_083).repeat(100_000);
    let long = code(&world, submit("1", &bodies));
    futures_util::pin_mut!(long);
    assert!(
        poll!(&mut long).is_pending(),
        "it is read on another thread"
    );
    assert_eq!(units(&world).await, "20000");
    assert_eq!(long.await, "118");
}

#[tokio::test]
async fn an_account_has_so_many_long_lists_open_and_one_more_when_one_ends() {
    const MOST_OPEN: usize = 16;
    let world = World::speaking("atl", FACTS).await;
    assert_eq!(submit_many(&world).await, "000");
    let begun = async || {
        let answer = caller::answered(&world, detailed_report(ATL), "").await;
        match answer.body {
            Content::Stream(mut pieces) => {
                pieces.next().await.expect("there is a first piece").ok()?;
                Some(pieces)
            }
            Content::Whole(_) => None,
        }
    };
    let mut open = Vec::new();
    for _ in 0..MOST_OPEN {
        open.push(begun().await.expect("it is a stream"));
    }
    assert_eq!(code(&world, detailed_report(ATL)).await, "201");
    assert_eq!(units(&world).await, "10000", "short answers go on");
    open.pop();
    assert!(begun().await.is_some());
}

#[tokio::test]
async fn what_the_gateway_cannot_do_is_300() {
    let world = World::speaking("atl", FACTS).await;
    let database = rusqlite::Connection::open(world.history().file).unwrap();
    database
        .execute("ALTER TABLE submission RENAME TO lost", [])
        .unwrap();
    let task = submit("1", &body_of(994_519_574_083));
    assert_eq!(code(&world, task).await, "300");
    assert_eq!(code(&world, detailed_report(ATL)).await, "300");
}
