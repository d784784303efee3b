//! Every golden file: its world is built on a real database, its request answered by the real gateway.

mod facts;
mod history;
mod kept;
mod signer;
mod world;

use std::path::Path;

use dialects::{BODY_LIMIT, Body, Content, Request};
use futures_util::{StreamExt, TryStreamExt, future, stream};
use testkit::golden::{self, Answer, Case};
use world::World;

/// How many worlds exist at a time; each waits for the disk now and then.
const AT_ONCE: usize = 8;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_golden_file_is_answered_as_written() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let cases = golden::read_all(&folder);
    assert!(!cases.is_empty(), "no golden file was found");
    let differing = |case: Case| async move { case.check(&answer(&case).await).err() };
    let differences = stream::iter(cases).map(differing).buffered(AT_ONCE);
    let differences: Vec<String> = differences.filter_map(future::ready).collect().await;
    assert!(differences.is_empty(), "{}", differences.join("\n\n"));
}

async fn answer(case: &Case) -> Answer {
    let world = World::build(case).await;
    let request = request(case, world.private_key());
    let answer = world.dialects().answer(&world.gateway, request).await;
    let answer =
        answer.unwrap_or_else(|| panic!("{}: no dialect claims the path", case.path.display()));
    Answer {
        status: answer.status,
        content_type: answer.content_type.to_owned(),
        body: whole(answer.body).await,
    }
}

/// Returns all of a body, however it is sent.
async fn whole(body: Content) -> Vec<u8> {
    match body {
        Content::Whole(octets) => octets.into(),
        Content::Stream(pieces) => {
            let pieces: Vec<_> = pieces.try_collect().await.expect("the store answers");
            pieces.concat()
        }
    }
}

/// Signs a request and makes it what the server makes of it.
fn request(case: &Case, private_key: &str) -> Request {
    let mut sent = case.request.clone();
    if sent.body.len() <= BODY_LIMIT {
        let sum = signer::sum(&sent, private_key);
        sent.fill("{{sum}}", &sum);
    }
    let mut head = http::Request::builder()
        .method(sent.method.as_str())
        .uri(&sent.target);
    for (name, value) in &sent.headers {
        head = head.header(name, value);
    }
    let head = head
        .body(())
        .unwrap_or_else(|error| panic!("{}: {error}", case.path.display()))
        .into_parts()
        .0;
    let body = if sent.body.len() > BODY_LIMIT {
        Body::TooLarge
    } else {
        Body::Whole(sent.body.into())
    };
    Request::new(head, body, None)
}
