//! Calls a dialect as a customer's program does: signs, sends, and reads all of the answer.

use dialects::{BODY_LIMIT, Body, Content, Request};
use futures_util::TryStreamExt;
use http::{HeaderName, HeaderValue};
use testkit::golden::{self, Answer, Case};

use crate::signer;
use crate::world::World;

/// What stands in a request where the sum of Atompark's API is to be.
const SUM: &str = "{{sum}}";

/// Calls a method of Atompark's API with the public and the private key of an account, and parameters as in a form.
pub(crate) async fn call(
    world: &World,
    keys: (&str, &str),
    method: &str,
    parameters: &str,
) -> String {
    let (public, private) = keys;
    let form = "application/x-www-form-urlencoded";
    let request = golden::Request {
        method: "POST".to_owned(),
        target: format!("/sms/3.0/{method}"),
        headers: vec![("Content-Type".to_owned(), form.to_owned())],
        body: format!("key={public}&sum={{{{sum}}}}&{parameters}").into_bytes(),
    };
    let answer = send(world, request, private).await;
    String::from_utf8(answer.body).expect("answers are UTF-8")
}

/// Sends the requests of a golden file, and returns the answer to the last one; panics where something cannot have happened between them.
pub(crate) async fn answer(world: &World, case: &Case) -> Answer {
    let mut answer = None;
    for (number, step) in case.steps.iter().enumerate() {
        if number > 0 {
            let passed = world.pass(&step.given).await;
            passed.unwrap_or_else(|fact| panic!("{}: unknown fact {fact:?}", case.path.display()));
        }
        for _ in 0..step.times {
            answer = Some(send(world, step.request.clone(), world.private_key()).await);
        }
    }
    answer.expect("a file has a request")
}

/// Sends a request, of which the first line without its version and the body are given, with a bearer token; returns the answer
/// in one line, without blanks where lines began and ended.
pub(crate) async fn ask(world: &World, (line, body): (&str, &str), token: &str) -> String {
    let (method, target) = line.split_once(' ').expect("a method and a target");
    let content_type = match body.as_bytes() {
        [b'<', ..] => "text/xml",
        [b'{', second, ..] if *second != b'{' => "application/json",
        _ => "application/x-www-form-urlencoded",
    };
    let field = |name: &str, value: String| (name.to_owned(), value);
    let request = golden::Request {
        method: method.to_owned(),
        target: target.to_owned(),
        headers: vec![
            field("Content-Type", content_type.to_owned()),
            field("Authorization", format!("Bearer {token}")),
        ],
        body: body.as_bytes().to_vec(),
    };
    let answer = send(world, request, world.private_key()).await;
    let answer = String::from_utf8_lossy(&answer.body).into_owned();
    answer.lines().map(str::trim).collect()
}

/// Sends a request, signed if it has a place for the sum.
pub(crate) async fn send(world: &World, request: golden::Request, private_key: &str) -> Answer {
    let answer = answered(world, request, private_key).await;
    Answer {
        status: answer.status,
        content_type: answer.content_type.to_owned(),
        headers: fields(&answer.headers),
        body: whole(answer.body).await,
    }
}

/// Sends a request, and reads nothing of the answer's body yet.
pub(crate) async fn answered(
    world: &World,
    request: golden::Request,
    private_key: &str,
) -> dialects::Answer {
    let target = request.target.clone();
    let mut request = received(request, private_key);
    request.peer = world.peer();
    let dialect = world.dialects.of(&request.path);
    let dialect = dialect.unwrap_or_else(|| panic!("no dialect claims {target}"));
    dialect.answer(&world.gateway, request).await
}

/// Returns all of a body, however it is sent.
pub(crate) async fn whole(body: Content) -> Vec<u8> {
    match body {
        Content::Whole(octets) => octets.into(),
        Content::Stream(pieces) => {
            let pieces: Vec<_> = pieces.try_collect().await.expect("the store answers");
            pieces.concat()
        }
    }
}

fn fields(headers: &[(HeaderName, HeaderValue)]) -> Vec<(String, String)> {
    let text = |value: &HeaderValue| value.to_str().expect("fields are ASCII").to_owned();
    let fields = headers.iter();
    fields
        .map(|(name, value)| (name.to_string(), text(value)))
        .collect()
}

fn has_place_for_sum(request: &golden::Request) -> bool {
    let body = request.body.windows(SUM.len());
    request.target.contains(SUM) || body.into_iter().any(|octets| octets == SUM.as_bytes())
}

/// Signs a request and makes it what the server makes of it.
fn received(mut sent: golden::Request, private_key: &str) -> Request {
    if sent.body.len() <= BODY_LIMIT && has_place_for_sum(&sent) {
        let sum = signer::sum(&sent, private_key);
        sent.fill(SUM, &sum);
    }
    let mut head = http::Request::builder()
        .method(sent.method.as_str())
        .uri(&sent.target);
    for (name, value) in &sent.headers {
        head = head.header(name, value);
    }
    let head = head.body(());
    let head = head.unwrap_or_else(|error| panic!("{}: {error}", sent.target));
    let body = if sent.body.len() > BODY_LIMIT {
        Body::TooLarge
    } else {
        Body::Whole(sent.body.into())
    };
    Request::new(head.into_parts().0, body, None)
}
