//! Hostile addresses, rebinding names, and programs that answer all kinds of things; every connection stays on this machine.

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

/// Hosts as the system reads them, without asking anybody: numbers in every spelling.
const HOSTILE_NUMBERS: [&str; 41] = [
    "127.0.0.1",
    "127.0.0.2",
    "127.1",
    "127.0.1",
    "0",
    "0.0.0.0",
    "0x0",
    "2130706433",
    "0x7f000001",
    "0X7F000001",
    "017700000001",
    "0x7f.0.0.1",
    "0177.0.0.1",
    "0177.0.0.01",
    "0x7f.1",
    "0x7f.0x0.0x0.0x1",
    "127.0.0.0x1",
    "127.255.255.254",
    "[::1]",
    "[::]",
    "[0:0:0:0:0:0:0:1]",
    "[0000:0000:0000:0000:0000:0000:0000:0001]",
    "[::ffff:127.0.0.1]",
    "[::FFFF:7f00:1]",
    "[::127.0.0.1]",
    "[64:ff9b::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[2002:7f00:1::]",
    "[2001:0:7f00:1::]",
    "[fe80::1]",
    "[fc00::1]",
    "[ff02::1]",
    "10.0.0.1",
    "10.1",
    "192.168.1.1",
    "3232235777",
    "172.16.0.1",
    "169.254.169.254",
    "0xa9fea9fe",
    "100.64.0.1",
    "255.255.255.255",
];

/// Hosts that would have to be asked for, and that lead here.
const HOSTILE_NAMES: [&str; 16] = [
    "localhost",
    "LOCALHOST",
    "LocalHost.",
    "localhost.localdomain",
    "127.0.0.1.",
    "127.1.",
    "0x7f000001.",
    "127.0.0.1.example.com",
    "1.0.0.127.in-addr.arpa",
    "rebound.example.com",
    "metadata.internal",
    "xn--80ak6aa92e.com",
    "a_b.example.com",
    "-.example.com",
    "256.256.256.256",
    "127.0.0.1.1",
];

/// Addresses that are none, or that others would read in another way.
const HOSTILE_FORMS: [&str; 21] = [
    "http://user@localhost:PORT/",
    "http://user:word@127.0.0.1:PORT/",
    "http://example.com@127.0.0.1:PORT/",
    "http://127.0.0.1:PORT@example.com/",
    "http://127.0.0.1:PORT\\@example.com/",
    "http://example.com\\@127.0.0.1:PORT/",
    "http://example.com#@127.0.0.1:PORT/",
    "http://127.0.0.1:PORT#@example.com/",
    "http://127。0。0。1:PORT/",
    "http://127.0.0．1:PORT/",
    "http://①②⑦.⓪.⓪.①:PORT/",
    "http://ⓛocalhost:PORT/",
    "http://127.0.0.1%2f:PORT/",
    "http://%6cocalhost:PORT/",
    "http://127.0.0.1 :PORT/",
    "http://127.0.0.1\t:PORT/",
    "http://127.0.0.1:PORT/\r\nX: y",
    "http://[::1%25lo]:PORT/",
    "ftp://127.0.0.1:PORT/",
    "file://127.0.0.1:PORT/etc/passwd",
    "gopher://127.0.0.1:PORT/_GET",
];

#[tokio::test]
async fn no_hostile_address_is_connected_to() {
    let (port, listeners) = listen().await;
    let by_system = strict(Arc::new(System));
    let by_name = strict(Script::new(&[&["127.0.0.1", "::1"]]));
    let mut tried = 0;
    for host in HOSTILE_NUMBERS {
        for scheme in ["http", "https"] {
            let url = format!("{scheme}://{host}:{port}/");
            let told = by_system.post(post(&url)).await;
            assert!(is_never(&told), "{url}: {told:?}");
            tried += 1;
        }
    }
    let names = HOSTILE_NAMES.map(|host| format!("http://{host}:{port}/"));
    let forms = HOSTILE_FORMS.map(|form| form.replace("PORT", &port.to_string()));
    for url in names.into_iter().chain(forms) {
        let told = by_name.post(post(&url)).await;
        assert!(is_never(&told), "{url}: {told:?}");
        tried += 1;
    }
    assert!(tried >= 60);
    are_untouched(listeners, "a hostile address was called").await;
}

#[tokio::test]
async fn a_name_that_leads_to_this_machine_besides_the_public_network_is_not_called() {
    let (port, listeners) = listen().await;
    for answer in [["127.0.0.1", "1.1.1.1"], ["1.1.1.1", "127.0.0.1"]] {
        let caller = strict(Script::new(&[&answer]));
        let told = caller
            .post(post(&format!("http://both.example.com:{port}/")))
            .await;
        assert!(is_never(&told), "{told:?}");
    }
    are_untouched(listeners, "one of its addresses was called").await;
}

#[tokio::test]
async fn a_name_that_changes_its_mind_is_asked_once() {
    let good = TcpListener::bind("127.0.0.2:0").await.unwrap();
    let port = good.local_addr().unwrap().port();
    let bad = TcpListener::bind(("127.0.0.1", port)).await.unwrap();
    // 127.0.0.2 stands for the public network.
    let script = Script::new(&[&["127.0.0.2"], &["127.0.0.1"]]);
    let rules = rules(&["127.0.0.2"]);
    let resolver = Arc::clone(&script) as Arc<dyn Resolve>;
    let caller = HttpCaller::with(rules, resolver, RootCertStore::empty()).unwrap();
    let url = format!("http://rebound.example.com:{port}/");
    let (told, _) = tokio::join!(caller.post(post(&url)), answer(&good, OK));
    assert_eq!(told, Ok(()));
    assert_eq!(script.asked.load(Ordering::SeqCst), 1);
    assert!(
        is_never(&caller.post(post(&url)).await),
        "what it leads to now"
    );
    are_untouched(vec![bad], "its second meaning was called").await;
}

#[tokio::test]
async fn only_the_ports_of_the_rules_are_called() {
    let (port, listeners) = listen().await;
    let allow = vec![Network::parse("127.0.0.0/8").unwrap()];
    let rules = Rules::new(allow, Some(vec![80, 443]));
    let caller = HttpCaller::with(rules, Arc::new(System), RootCertStore::empty()).unwrap();
    let told = caller
        .post(post(&format!("http://127.0.0.1:{port}/")))
        .await;
    assert!(is_never(&told), "{told:?}");
    are_untouched(listeners, "a port was called").await;
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

#[tokio::test]
async fn a_program_is_told_by_a_post_to_the_address_as_it_is_written() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let caller = caller(Arc::new(System));
    let url = format!("HTTP://LOCALHOST:{port}/told.php?who=Shop&fmt=2");
    let (told, request) = tokio::join!(caller.post(post(&url)), answer(&listener, OK));
    assert_eq!(told, Ok(()));
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    let mut lines = head.lines();
    assert_eq!(lines.next(), Some("POST /told.php?who=Shop&fmt=2 HTTP/1.1"));
    let mut fields: Vec<_> = lines.map(str::to_lowercase).collect();
    fields.retain(|field| !field.starts_with("user-agent: heliogram/"));
    fields.sort();
    assert_eq!(
        fields,
        [
            "connection: close".to_owned(),
            "content-length: 13".to_owned(),
            "content-type: application/x-www-form-urlencoded".to_owned(),
            format!("host: localhost:{port}"),
        ]
    );
    assert_eq!(body, "id=7&status=1");
}

#[tokio::test]
async fn only_a_status_of_success_is_told() {
    for status in [200, 201, 204, 299] {
        let octets = format!("HTTP/1.1 {status} x\r\nContent-Length: 0\r\n\r\n");
        assert_eq!(told(octets.as_bytes()).await, Ok(()), "{status}");
    }
    for status in [300, 304, 400, 403, 404, 429, 500, 502, 599] {
        let octets = format!("HTTP/1.1 {status} x\r\nContent-Length: 0\r\n\r\n");
        let why = format!("it answered {status}");
        assert_eq!(told(octets.as_bytes()).await, Err(NotTold::Later(why)));
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let (port, listeners) = listen().await;
    for status in [301, 302, 303, 307, 308] {
        let octets = format!(
            "HTTP/1.1 {status} x\r\nLocation: http://127.0.0.1:{port}/\r\nContent-Length: 0\r\n\r\n"
        );
        let why = format!("it answered {status}");
        assert_eq!(told(octets.as_bytes()).await, Err(NotTold::Later(why)));
    }
    are_untouched(listeners, "a redirect was followed").await;
}

#[tokio::test]
async fn what_is_no_answer_is_an_attempt_in_vain() {
    let long = [b"HTTP/1.1 200 OK\r\nX: ", &[b'x'; 200_000][..], b"\r\n\r\n"].concat();
    for octets in [
        &b""[..],
        b"\r\n\r\n",
        b"no HTTP at all\r\n\r\n",
        b"HTTP/1.1 200",
        b"HTTP/1.1 200 OK\r\nX: y",
        b"HTTP/2 200 OK\r\n\r\n",
        b"HTTP/1.1 99999 x\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
        &long,
    ] {
        let told = told(octets).await;
        let shown = String::from_utf8_lossy(&octets[..octets.len().min(60)]);
        assert!(matches!(told, Err(NotTold::Later(_))), "{shown}: {told:?}");
    }
}

#[tokio::test]
async fn a_long_or_broken_body_does_not_undo_a_success() {
    let long = [
        b"HTTP/1.1 200 OK\r\nContent-Length: 9000000\r\n\r\n",
        &[b'x'; 9_000_000][..],
    ]
    .concat();
    for octets in [
        &b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort"[..],
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        &long,
    ] {
        assert_eq!(told(octets).await, Ok(()));
    }
}

/// Begins an answer and then says nothing more, as long as the caller stays.
async fn begins_to_answer(octets: &[u8]) -> Result<(), NotTold> {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let caller = caller(Arc::new(System));
    let silent = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        request(&mut stream).await;
        stream.write_all(octets).await.unwrap();
        let end = stream.read(&mut [0]).await;
        assert_eq!(end.unwrap_or(0), 0, "the caller leaves");
    };
    tokio::join!(caller.post(post(&url)), silent).0
}

#[tokio::test]
async fn a_program_that_does_not_come_to_an_end_is_left() {
    let late = Err(NotTold::Later("it did not answer in time".into()));
    assert_eq!(begins_to_answer(b"").await, late);
    assert_eq!(begins_to_answer(b"HTTP/1.1 200 OK\r\nX:").await, late);
    let begun = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nbegun";
    assert_eq!(
        begins_to_answer(begun).await,
        Ok(()),
        "it has said that it is"
    );
    let vain = b"HTTP/1.1 500 x\r\nContent-Length: 100\r\n\r\nbegun";
    let why = NotTold::Later("it answered 500".into());
    assert_eq!(begins_to_answer(vain).await, Err(why));
}

#[tokio::test]
async fn a_program_that_is_not_there_is_tried_later_and_the_next_address_before() {
    let gone = TcpListener::bind("127.0.0.3:0").await.unwrap();
    let port = gone.local_addr().unwrap().port();
    drop(gone);
    let url = format!("http://shop.example.com:{port}/");
    let nobody = caller(Script::new(&[&["127.0.0.3"]]))
        .post(post(&url))
        .await;
    assert!(matches!(nobody, Err(NotTold::Later(_))), "{nobody:?}");
    let nowhere = caller(Script::new(&[&[]])).post(post(&url)).await;
    assert!(matches!(nowhere, Err(NotTold::Later(_))), "{nowhere:?}");

    let there = TcpListener::bind(("127.0.0.4", port)).await.unwrap();
    let caller = caller(Script::new(&[&["127.0.0.3", "127.0.0.4"]]));
    let (told, _) = tokio::join!(caller.post(post(&url)), answer(&there, OK));
    assert_eq!(told, Ok(()));
}

#[tokio::test]
async fn a_name_that_cannot_be_resolved_is_tried_later() {
    struct Unknown(Mutex<Vec<String>>);
    #[async_trait]
    impl Resolve for Unknown {
        async fn resolve(&self, host: &str, _: u16) -> io::Result<Vec<SocketAddr>> {
            self.0.lock().unwrap().push(host.to_owned());
            Err(io::Error::other("nobody knows it"))
        }
    }
    let unknown = Arc::new(Unknown(Mutex::default()));
    let resolver = Arc::clone(&unknown) as Arc<dyn Resolve>;
    let told = caller(resolver)
        .post(post("http://Shop.Example/secret?key=hush"))
        .await;
    let why = "shop.example cannot be resolved: nobody knows it".to_owned();
    assert_eq!(told, Err(NotTold::Later(why)));
    assert_eq!(*unknown.0.lock().unwrap(), ["shop.example"]);
}

#[tokio::test]
async fn a_program_behind_tls_has_to_prove_its_name() {
    let made = rcgen::generate_simple_self_signed(vec!["shop.example.com".into()]).unwrap();
    let certificate = made.cert.der().clone();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.clone()], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let mut roots = RootCertStore::empty();
    roots.add(certificate).unwrap();

    for (host, roots, trusted) in [
        ("shop.example.com", roots.clone(), true),
        ("shop.example.com.", roots.clone(), true),
        ("other.example.com", roots, false),
        ("shop.example.com", RootCertStore::empty(), false),
    ] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let resolver = Script::new(&[&["127.0.0.1"]]);
        let caller = HttpCaller::with(rules(&["127.0.0.1"]), resolver, roots).unwrap();
        let program = async {
            let (stream, _) = listener.accept().await.unwrap();
            if let Ok(mut stream) = acceptor.accept(stream).await {
                let asked = request(&mut stream).await;
                assert!(trusted, "told to somebody else: {asked}");
                stream.write_all(OK).await.unwrap();
                stream.shutdown().await.unwrap();
            }
        };
        let url = format!("https://{host}:{port}/");
        let (told, ()) = tokio::join!(caller.post(post(&url)), program);
        assert_eq!(told.is_ok(), trusted, "{host}: {told:?}");
    }
}
