//! `heliogram dev`: ready at once, with phones to look at, on this machine alone.

mod answering;
mod apart;
mod welcome;

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::time::{Instant, timeout};

use crate::world::{Dev, eventually, run, signed_form};

/// The second that is promised, on a machine that is ten times slower.
const SOON: Duration = Duration::from_secs(10);

#[tokio::test]
async fn prints_its_addresses_as_json_as_soon_as_it_is_ready() {
    let started = Instant::now();
    let mut dev = Dev::start().await;
    let ready = started.elapsed();
    eprintln!("ready after {ready:?}");
    assert!(ready < SOON, "{ready:?}");
    let keys: BTreeSet<_> = dev.line.as_object().unwrap().keys().cloned().collect();
    let documented = ["account", "data", "http", "operator", "smpp"];
    assert_eq!(keys, documented.map(str::to_owned).into());
    assert_eq!(dev.line["account"], "dev");
    for door in ["smpp", "operator"] {
        let address: SocketAddr = dev.line[door].as_str().unwrap().parse().unwrap();
        assert!(tokio::net::TcpStream::connect(address).await.is_ok());
    }
    assert!(dev.data().join("heliogram.sqlite").exists());
    assert_eq!(dev.customer().balance().await, "1000.0");
    let another_line = timeout(Duration::from_millis(100), dev.process.line()).await;
    assert!(another_line.is_err(), "{another_line:?}");
}

#[tokio::test]
async fn a_message_reaches_its_phone() {
    let dev = Dev::start().await;
    let parameters = [
        ("sender", "Shop"),
        ("text", "Your code is 4711"),
        ("phone", "+38 (050) 123-45-67"),
    ];
    let sent = dev.customer().call("sendSMS", &parameters).await;
    assert_eq!(sent["price"].to_string(), "0.13");
    let [message] = &dev.messages("to=380501234567&wait=10s").await[..] else {
        panic!("the phone shows one message");
    };
    assert_eq!(message["from"], "Shop");
    assert_eq!(message["to"], "380501234567");
    assert_eq!(message["text"], "Your code is 4711");
    assert_eq!(message["segments"], 1);
    assert!(!message["id"].as_str().unwrap().is_empty());
    let at = message["received_at"].as_str().unwrap();
    assert!(at.parse::<jiff::Timestamp>().is_ok(), "{at}");
}

#[tokio::test]
async fn a_long_cyrillic_text_is_put_together_again() {
    let dev = Dev::start().await;
    let text = "Ваше замовлення готове, заберіть його за адресою Хрещатик, 1. 😀 ".repeat(4);
    let parameters = [
        ("sender", "Shop"),
        ("text", &text),
        ("phone", "380501234567"),
    ];
    let sent = dev.customer().call("sendSMS", &parameters).await;
    let units = text.encode_utf16().count();
    let segments = units.div_ceil(67);
    assert_eq!(segments, 4);
    assert_eq!(sent["price"].to_string(), "0.52");
    let shown = dev.messages("to=380501234567&wait=10s").await;
    assert_eq!(shown[0]["text"], text);
    assert_eq!(shown[0]["segments"], segments);
}

#[tokio::test]
async fn a_waiting_look_is_answered_by_the_message_it_waits_for_or_by_the_end_of_its_time() {
    let dev = Dev::start().await;
    let started = Instant::now();
    assert!(dev.messages("wait=200ms").await.is_empty());
    assert!(started.elapsed() >= Duration::from_millis(200));
    assert!(dev.messages("to=380501234567").await.is_empty());

    let other = [("sender", "Shop"), ("text", "1"), ("phone", "380507654321")];
    let awaited = [("sender", "Shop"), ("text", "2"), ("phone", "380501234567")];
    let send = async {
        let customer = dev.customer();
        customer.call("sendSMS", &other).await;
        customer.call("sendSMS", &awaited).await;
    };
    let looking = dev.messages("to=380501234567&wait=60s");
    let started = Instant::now();
    let (shown, ()) = tokio::join!(looking, send);
    assert!(started.elapsed() < Duration::from_secs(30));
    assert_eq!(shown.len(), 1);
    assert_eq!(shown[0]["text"], "2");
}

#[tokio::test]
async fn the_phones_can_be_emptied() {
    let dev = Dev::start().await;
    let parameters = [("sender", "Shop"), ("text", "1"), ("phone", "380501234567")];
    dev.customer().call("sendSMS", &parameters).await;
    assert_eq!(dev.messages("wait=10s").await.len(), 1);
    let mut connection = dev.connect().await;
    let emptied = connection
        .ask("DELETE", "/dev/messages", "", b"")
        .await
        .unwrap();
    assert_eq!(emptied.status, 204);
    assert!(dev.messages("").await.is_empty());
}

#[tokio::test]
async fn a_wrong_question_to_the_phones_is_told() {
    let dev = Dev::start().await;
    let mut connection = dev.connect().await;
    for query in ["to=12", "wait=soon", "wait=1h"] {
        let target = format!("/dev/messages?{query}");
        let answer = connection.get(&target).await.unwrap();
        assert_eq!(answer.status, 400, "{query}");
        let (name, _) = query.split_once('=').unwrap();
        assert!(answer.text().starts_with(name), "{answer:?}");
    }
    for (method, query) in [
        ("GET", "form=Shop"),
        ("DELETE", "to=380501234567"),
        ("DELETE", "form=Shop"),
    ] {
        let target = format!("/dev/messages?{query}");
        let answer = connection.ask(method, &target, "", b"").await.unwrap();
        assert_eq!(answer.status, 400, "{method} {query}");
    }
}

#[tokio::test]
async fn the_clock_can_be_put_forward_to_what_is_scheduled() {
    let dev = Dev::start().await;
    let now: jiff::Timestamp = dev.clock("").await.parse().unwrap();
    let at = (now + jiff::Span::new().hours(30)).strftime("%Y-%m-%d %H:%M:%S");
    let at = at.to_string();
    let scheduled = [
        ("sender", "Shop"),
        ("text", "1"),
        ("phone", "380501234567"),
        ("datetime", &at),
    ];
    dev.customer().call("sendSMS", &scheduled).await;
    dev.clock("?forward=1d").await;
    assert!(dev.messages("wait=500ms").await.is_empty());
    let then: jiff::Timestamp = dev.clock("?forward=6h").await.parse().unwrap();
    assert!(then.duration_since(now) >= jiff::SignedDuration::from_hours(30));
    assert_eq!(dev.messages("wait=10s").await.len(), 1);

    let mut connection = dev.connect().await;
    for query in ["forward=-1s", "forward=400d", "forward=soon", "back=1s", ""] {
        let target = format!("/dev/clock?{query}");
        let answer = connection.ask("POST", &target, "", b"").await.unwrap();
        assert_eq!(answer.status, 400, "{query}: {answer:?}");
    }
}

#[tokio::test]
async fn a_page_from_elsewhere_cannot_see_the_phones_under_its_own_name() {
    let dev = Dev::start().await;
    for (host, status) in [
        ("evil.example", 403),
        ("evil.example:8775", 403),
        ("127.0.0.1.evil.example", 403),
        ("localhost", 200),
        ("[::1]:8775", 200),
    ] {
        for method in ["GET", "DELETE"] {
            let mut connection = dev.connect().await;
            let request = format!("{method} /dev/messages HTTP/1.1\r\nHost: {host}\r\n\r\n");
            connection.write(request.as_bytes()).await.unwrap();
            let answered = connection.read().await.unwrap().status;
            let emptied = method == "DELETE" && status == 200;
            assert_eq!(answered, if emptied { 204 } else { status }, "{host}");
        }
    }
    for foreign in [
        "GET http://evil.example/dev/messages HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "POST /dev/clock?forward=1d HTTP/1.1\r\nHost: evil.example\r\n\r\n",
    ] {
        let mut connection = dev.connect().await;
        connection.write(foreign.as_bytes()).await.unwrap();
        assert_eq!(connection.read().await.unwrap().status, 403);
    }
}

#[tokio::test]
async fn temporary_data_is_gone_at_the_end_and_nothing_else_is_left() {
    for signal in ["TERM", "INT", "HUP", "QUIT"] {
        let dev = Dev::start().await;
        if signal == "HUP" && ignores_hangup(dev.process.id()) {
            continue;
        }
        let data = dev.data();
        assert!(data.is_dir());
        let (code, rest) = dev.process.signal(signal).await;
        assert_eq!((code, rest.as_str()), (Some(0), ""), "{signal}");
        assert!(!data.exists(), "{signal}");
    }
}

/// Whether the tests run under `nohup`, which their processes inherit and keep to [proc(5)].
fn ignores_hangup(id: u32) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.unwrap()
        .trim()
        .ends_with(['1', '3', '5', '7', '9', 'b', 'd', 'f'])
}

#[tokio::test]
async fn data_that_is_kept_is_found_by_the_next_start() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("made").join("here");
    let dev = Dev::keeping(&data).await;
    assert_eq!(dev.data(), data);
    let parameters = [("sender", "Shop"), ("text", "1"), ("phone", "380501234567")];
    let sent = dev.customer().call("sendSMS", &parameters).await;
    let id = sent["id"].as_i64().unwrap();
    assert_eq!(dev.messages("wait=10s").await.len(), 1);
    assert_eq!(dev.process.terminate().await.0, Some(0));

    let dev = Dev::keeping(&data).await;
    assert_eq!(dev.customer().balance().await, "999.87");
    assert!(dev.customer().campaign(id).await.is_some());
    assert_eq!(dev.messages("").await.len(), 1);
}

#[tokio::test]
async fn admin_commands_know_its_exchange_table() {
    let dev = Dev::start().await;
    let data = dev.data();
    let rates = async |words: &[&str]| {
        let output =
            run(&[&["exchange"], words, &["--data", data.to_str().unwrap()]].concat()).await;
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    rates(&["set", "USD", "0.05"]).await;
    let listed = rates(&["list"]).await;
    let of_dollar = listed.lines().find(|line| line.starts_with("USD"));
    let of_dollar: Vec<_> = of_dollar.unwrap().split_whitespace().collect();
    assert_eq!(of_dollar, ["USD", "0.05", "0.025"], "{listed}");
    eventually("the new rate", async || {
        let asked = [("currency", "USD")];
        let balance = dev.customer().call("getUserBalance", &asked).await;
        (balance["balance_currency"] == 50.0).then_some(())
    })
    .await;
}

#[tokio::test]
async fn an_address_that_others_can_reach_is_refused() {
    for door in ["--http", "--smpp", "--operator"] {
        let output = run(&["dev", door, "0.0.0.0:0"]).await;
        assert_eq!(output.status.code(), Some(1));
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains("not a loopback address"), "{said}");
    }
}

#[tokio::test]
async fn on_a_bad_day_of_the_operator_nearly_all_messages_come_to_their_end_soon() {
    most_end(&Dev::with(&["--scenario", "flaky", "--log", "error"]).await).await;
}

#[tokio::test]
async fn an_operator_that_resets_the_link_within_the_window_does_not_stop_the_send() {
    // A fifth of the window of development mode.
    let dev = Dev::with(&["--scenario", r#"{"reset_every":100}"#, "--log", "error"]).await;
    most_end(&dev).await;
}

/// Sends to a group and waits until nearly all recipients have an end.
async fn most_end(dev: &Dev) {
    const RECIPIENTS: u64 = 3_000;

    let phones: Vec<_> = (0..RECIPIENTS).map(|n| format!("38050{n:06}7")).collect();
    let phones = serde_json::to_string(&phones).unwrap();
    let group = [("sender", "Shop"), ("text", "Hello"), ("phones", &phones)];
    let sent = dev.customer().call("sendsmsgroup", &group).await;
    let id = sent["id"].as_i64().unwrap();
    // A few wait for an answer or a receipt that never comes.
    eventually("the end of most", async || {
        let state = dev.customer().campaign(id).await?;
        let ended = state["delivered"].as_u64()? + state["not_delivered"].as_u64()?;
        (ended * 100 >= RECIPIENTS * 97).then_some(())
    })
    .await;
}

#[tokio::test]
async fn listens_on_this_machine_alone_connects_nowhere_else_and_stays_small() {
    /// What an idle development gateway may take.
    const MEMORY_KIB: u64 = 64 * 1024;

    let dev = Dev::start().await;
    let id = dev.process.id();
    dev.customer().balance().await;
    let sockets = sockets_of(id);
    let foreign: Vec<_> = sockets
        .iter()
        .filter(|line| !is_on_loopback(line))
        .collect();
    assert!(sockets.len() >= 3, "{sockets:?}");
    assert!(foreign.is_empty(), "{foreign:?}");
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap();
    let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let resident = resident.unwrap().trim().trim_end_matches(" kB");
    eprintln!("{resident} KiB");
    assert!(resident.parse::<u64>().unwrap() <= MEMORY_KIB);
}

/// The lines of `/proc/net` about the sockets of a process [proc(5)].
fn sockets_of(id: u32) -> Vec<String> {
    let descriptors = std::fs::read_dir(format!("/proc/{id}/fd")).unwrap();
    let inodes: BTreeSet<String> = descriptors
        .filter_map(|entry| std::fs::read_link(entry.ok()?.path()).ok())
        .filter_map(|link| {
            let inode = link.to_str()?.strip_prefix("socket:[")?;
            Some(inode.trim_end_matches(']').to_owned())
        })
        .collect();
    ["tcp", "tcp6", "udp", "udp6"]
        .iter()
        .flat_map(|table| {
            let text = std::fs::read_to_string(format!("/proc/{id}/net/{table}"));
            let lines = text.unwrap_or_default();
            lines.lines().skip(1).map(str::to_owned).collect::<Vec<_>>()
        })
        .filter(|line| {
            let inode = line.split_whitespace().nth(9);
            inode.is_some_and(|inode| inodes.contains(inode))
        })
        .collect()
}

/// Whether the socket is bound to 127.0.0.1, written there as a number of the other byte order.
fn is_on_loopback(line: &str) -> bool {
    let local = line.split_whitespace().nth(1);
    local.is_some_and(|address| address.starts_with("0100007F:"))
}

#[tokio::test]
async fn the_command_it_prints_sends_a_message() {
    let dev = Dev::start().await;
    let parameters = [
        ("key", "dev-public"),
        ("sender", "Heliogram"),
        ("text", "Hello"),
        ("phone", "380501234567"),
    ];
    let query = signed_form("sendSMS", &parameters, "dev-private");
    let target = format!("/api/sms/3.0/sendSMS?{query}");
    let answer = dev.connect().await.get(&target).await.unwrap();
    assert!(answer.json()["result"]["id"].is_i64());
}
