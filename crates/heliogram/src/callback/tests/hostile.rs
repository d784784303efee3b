//! Addresses that shall make the gateway call what is none of theirs, and names that change their minds.

use super::*;

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
