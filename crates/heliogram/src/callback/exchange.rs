//! One request to a program, and what it answers, over a connection that is there.

use std::future::pending;

use gateway::callback::{NotTold, Url};
use http_body_util::{BodyExt, Full, Limited};
use hyper::client::conn::http1::Builder;
use hyper::{Method, Request, StatusCode, header};
use hyper_util::rt::TokioIo;
use tokio::time::{Instant, timeout_at};

use super::{Post, Stream, later};

/// How much of an answer's head, and of its body, is read.
const ANSWER_LIMIT: usize = 64 * 1024;

/// Posts, and answers the status that the program answers.
pub(super) async fn post(
    stream: impl Stream,
    url: &Url,
    post: Post<'_>,
    deadline: Instant,
) -> Result<StatusCode, NotTold> {
    let request = Request::builder()
        .method(Method::POST)
        .uri(&url.target)
        .header(header::HOST, &url.authority)
        .header(
            header::USER_AGENT,
            concat!("heliogram/", env!("CARGO_PKG_VERSION")),
        )
        .header(header::CONTENT_TYPE, post.content_type)
        .header(header::CONNECTION, "close")
        .body(Full::new(post.body))
        .map_err(|_| NotTold::Never("its address cannot be asked for by HTTP".into()))?;
    let mut http = Builder::new();
    http.max_buf_size(ANSWER_LIMIT);
    let (mut send, connection) = http
        .handshake(TokioIo::new(stream))
        .await
        .map_err(|error| unanswered(&error))?;
    let asked = async {
        let answer = timeout_at(deadline, send.send_request(request)).await;
        let answer = answer.map_err(|_| later("it did not answer in time"))?;
        let answer = answer.map_err(|error| unanswered(&error))?;
        let status = answer.status();
        // Some programs stop working when nobody reads what they say. Whatever becomes of it, the status has been said.
        let body = Limited::new(answer.into_body(), ANSWER_LIMIT);
        let _ = timeout_at(deadline, body.collect()).await;
        Ok(status)
    };
    let driven = async {
        // Why it ended is told to whoever asks.
        let _ = connection.await;
        pending().await
    };
    tokio::select! {
        status = asked => status,
        never = driven => never,
    }
}

fn unanswered(error: &hyper::Error) -> NotTold {
    later(format_args!("it did not answer: {error}"))
}
