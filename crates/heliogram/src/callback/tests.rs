//! What the tests share: names that lead where a test says, and programs that listen; every connection stays on this machine.

mod answers;
mod hostile;

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use gateway::directory::Network;
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::*;

/// Leads every name to the answers in turn, the last one for ever.
struct Script {
    answers: Vec<Vec<IpAddr>>,
    asked: AtomicU32,
}

impl Script {
    fn new(answers: &[&[&str]]) -> Arc<Self> {
        let read = |answer: &&[&str]| answer.iter().map(|text| text.parse().unwrap()).collect();
        Arc::new(Self {
            answers: answers.iter().map(read).collect(),
            asked: AtomicU32::new(0),
        })
    }
}

#[async_trait]
impl Resolve for Script {
    async fn resolve(&self, _: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
        let asked = self.asked.fetch_add(1, Ordering::SeqCst) as usize;
        let answer = self.answers.get(asked).or(self.answers.last());
        let addresses = answer.into_iter().flatten();
        Ok(addresses.map(|ip| SocketAddr::new(*ip, port)).collect())
    }
}

fn rules(allow: &[&str]) -> Rules {
    let read = |text: &&str| Network::parse(text).unwrap();
    Rules::new(allow.iter().map(read).collect(), None)
}

/// A caller that may call this machine, and soon gives up.
fn caller(resolver: Arc<dyn Resolve>) -> HttpCaller {
    let rules = rules(&["127.0.0.0/8"]);
    let mut caller = HttpCaller::with(rules, resolver, RootCertStore::empty()).unwrap();
    caller.limits.whole = Duration::from_millis(500);
    caller
}

fn strict(resolver: Arc<dyn Resolve>) -> HttpCaller {
    HttpCaller::with(rules(&[]), resolver, RootCertStore::empty()).unwrap()
}

fn post(url: &str) -> Post<'_> {
    Post {
        url,
        content_type: "application/x-www-form-urlencoded",
        body: Bytes::from_static(b"id=7&status=1"),
    }
}

/// Listens at one port of this machine, by IPv4 and, where there is any, by IPv6.
async fn listen() -> (u16, Vec<TcpListener>) {
    let first = TcpListener::bind((Ipv4Addr::UNSPECIFIED, 0)).await.unwrap();
    let port = first.local_addr().unwrap().port();
    let second = TcpListener::bind(("::1", port)).await;
    (
        port,
        [Some(first), second.ok()].into_iter().flatten().collect(),
    )
}

/// Asserts that nobody has connected.
async fn are_untouched(listeners: Vec<TcpListener>, why: &str) {
    for listener in listeners {
        // What has come is there at once: it was on this machine, and the caller has given up.
        let came = timeout(Duration::ZERO, listener.accept()).await;
        assert!(came.is_err(), "{why}: {came:?}");
    }
}

fn is_never(told: &Result<(), NotTold>) -> bool {
    matches!(told, Err(NotTold::Never(_)))
}

const OK: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/// Takes one request, answers these octets and closes; answers the request.
async fn answer(listener: &TcpListener, answer: &[u8]) -> String {
    let (mut stream, _) = listener.accept().await.unwrap();
    let request = request(&mut stream).await;
    // A caller that has read enough does not read the rest.
    let _ = stream.write_all(answer).await;
    let _ = stream.shutdown().await;
    request
}

/// Reads a request whose body ends like that of [`post`].
async fn request(stream: &mut (impl AsyncReadExt + Unpin)) -> String {
    let mut read = Vec::new();
    while !read.ends_with(b"status=1") {
        let octets = stream.read_buf(&mut read).await.unwrap();
        assert_ne!(octets, 0, "the caller left");
    }
    String::from_utf8(read).unwrap()
}

/// Calls a program on this machine that answers these octets.
async fn told(octets: &[u8]) -> Result<(), NotTold> {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let caller = caller(Arc::new(System));
    tokio::join!(caller.post(post(&url)), answer(&listener, octets)).0
}
