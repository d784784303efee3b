//! Callbacks as the program of an account gets them: after a receipt of the operator, again when it does not listen, after
//! `kill -9` too; and none that the operator of the gateway does not allow.

use std::io;
use std::time::Duration;

use simulator::Scenario;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

use crate::world::{Customer, Dev, LONG, Serve, eventually, operator, run};

const PHONE: &str = "380501234567";

/// The program of an account: it listens, and answers as the test wants.
struct Program(TcpListener);

/// What it was asked, and has yet to answer.
struct Asked {
    stream: TcpStream,
    target: String,
    body: String,
}

impl Program {
    async fn listen() -> Self {
        Self(TcpListener::bind("127.0.0.1:0").await.unwrap())
    }

    fn port(&self) -> u16 {
        self.0.local_addr().unwrap().port()
    }

    fn url(&self) -> String {
        format!("http://127.0.0.1:{}/told.php?key=hush", self.port())
    }

    /// Waits until it is told something.
    async fn told(&self) -> Asked {
        let asked = async {
            let (stream, _) = self.0.accept().await?;
            Asked::read(stream).await
        };
        let asked = timeout(LONG, asked).await.expect("it is told in time");
        asked.unwrap()
    }

    /// Asserts that nobody has connected.
    async fn is_untouched(&self) {
        let came = timeout(Duration::ZERO, self.0.accept()).await;
        assert!(came.is_err(), "{came:?}");
    }
}

impl Asked {
    async fn read(mut stream: TcpStream) -> io::Result<Self> {
        let mut request = Vec::new();
        loop {
            stream.read_buf(&mut request).await?;
            let text = String::from_utf8_lossy(&request);
            if let Some((head, body)) = text.split_once("\r\n\r\n") {
                let mut lines = head.lines();
                let first = lines.next().unwrap_or_default();
                let length = lines.find_map(|line| line.strip_prefix("content-length: "));
                if length.is_some_and(|length| length.parse() == Ok(body.len())) {
                    let target = first.split(' ').nth(1).unwrap_or_default().to_owned();
                    let body = body.to_owned();
                    return Ok(Self {
                        stream,
                        target,
                        body,
                    });
                }
            }
        }
    }

    async fn answer(mut self, status: u16) {
        let answer = format!("HTTP/1.1 {status} x\r\nContent-Length: 0\r\n\r\n");
        self.stream.write_all(answer.as_bytes()).await.unwrap();
        // It is recorded only when the answer has been read: the end of the connection is when that has happened.
        let _ = self.stream.read(&mut [0]).await;
    }
}

/// Sends a message, which is delivered.
async fn send(customer: &Customer) {
    let single = [("sender", "Shop"), ("text", "Hello"), ("phone", PHONE)];
    let sent = customer.ask("sendSMS", &single).await.unwrap();
    assert!(sent.get("error").is_none(), "{sent}");
}

/// A development gateway whose account has had a program from the beginning; its directory is gone when the test ends.
async fn dev(program: &Program) -> (Dev, TempDir) {
    let place = TempDir::new().unwrap();
    let data = place.path().to_str().unwrap();
    let made = Dev::keeping(place.path()).await;
    let account = made.line["account"].as_str().unwrap().to_owned();
    assert_eq!(made.process.terminate().await.0, Some(0));
    let url = program.url();
    let change = [
        "change",
        &account,
        "--number",
        "4321",
        "--callback-url",
        &url,
    ];
    let give = [
        "credential",
        &account,
        "--kind",
        "callback-secret",
        "--secret",
        "s3cret",
    ];
    for command in [&change[..], &give] {
        let output = run(&[&["account"], command, &["--data", data]].concat()).await;
        assert!(output.status.success(), "{output:?}");
    }
    let dev = Dev::with(&["--data", data, "--log", "info"]).await;
    (dev, place)
}

async fn callbacks(dev: &Dev) -> String {
    let account = dev.line["account"].as_str().unwrap();
    let data = dev.data();
    let output = run(&[
        "account",
        "callbacks",
        account,
        "--data",
        data.to_str().unwrap(),
    ])
    .await;
    String::from_utf8(output.stdout).unwrap()
}

#[tokio::test]
async fn a_program_is_told_when_its_message_has_been_delivered() {
    let program = Program::listen().await;
    let (dev, _place) = dev(&program).await;
    send(&dev.customer()).await;
    let asked = program.told().await;
    assert_eq!(asked.target, "/told.php?key=hush");
    let phone = format!("phone={PHONE}");
    assert!(asked.body.contains(&phone), "{}", asked.body);
    assert!(
        callbacks(&dev).await.contains("1 waiting"),
        "it has not said that it took it"
    );
    asked.answer(200).await;
    eventually("it is gone", async || {
        callbacks(&dev)
            .await
            .contains("0 waiting, 0 given up")
            .then_some(())
    })
    .await;
    program.is_untouched().await;
}

#[tokio::test]
async fn a_program_that_fails_is_told_again_when_its_time_has_come() {
    let program = Program::listen().await;
    let (dev, _place) = dev(&program).await;
    send(&dev.customer()).await;
    let first = program.told().await;
    let said = first.body.clone();
    first.answer(500).await;
    let line = dev.process.logged("program cannot be told").await;
    assert!(line.contains("it answered 500"), "{line}");
    assert!(!line.contains("hush") && !line.contains("s3cret"), "{line}");
    program.is_untouched().await;
    dev.clock("?forward=61s").await;
    let again = program.told().await;
    assert_eq!(again.body, said);
    again.answer(204).await;
    dev.process.logged("program can be told again").await;
    eventually("it is gone", async || {
        callbacks(&dev)
            .await
            .contains("0 waiting, 0 given up")
            .then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_program_is_told_what_a_phone_answers() {
    let program = Program::listen().await;
    let (dev, _place) = dev(&program).await;
    let form = "application/x-www-form-urlencoded";
    let body = format!("from={PHONE}&to=4321&text=STOP");
    eventually("the operator has a link", async || {
        let mut connection = dev.connect().await;
        let asked = connection.ask("POST", "/dev/messages", form, body.as_bytes());
        let status = asked.await.unwrap().status;
        (200..300).contains(&status).then_some(())
    })
    .await;
    let asked = program.told().await;
    for field in [&format!("phone={PHONE}"), "mes=STOP", "to=4321"] {
        assert!(asked.body.contains(field), "{field}: {}", asked.body);
    }
    asked.answer(200).await;
}

/// A gateway that may call the ports of these programs on this machine, if any.
fn section(programs: &[&Program]) -> String {
    let ports: Vec<_> = programs.iter().map(|program| program.port()).collect();
    match ports.as_slice() {
        [] => String::new(),
        ports => format!("[callbacks]\nallow = [\"127.0.0.1\"]\nports = {ports:?}\n"),
    }
}

#[tokio::test]
async fn a_gateway_killed_while_it_tells_tells_again() {
    let operator = operator(Scenario::default()).await;
    let program = Program::listen().await;
    let serve = Serve::with(&section(&[&program]));
    let furnished = serve.furnish(operator.address(), 10, "10").await;
    let url = program.url();
    serve
        .done(&["account", "change", "shop", "--callback-url", &url])
        .await;
    let (gateway, http) = serve.start().await;
    send(&Customer { http, ..furnished }).await;
    let cut_off = program.told().await;
    gateway.kill().await;

    let (gateway, _) = serve.start().await;
    let again = program.told().await;
    assert_eq!(again.body, cut_off.body);
    again.answer(200).await;
    eventually("it is gone", async || {
        let said = serve.done(&["account", "callbacks", "shop"]).await;
        said.contains("0 waiting, 0 given up").then_some(())
    })
    .await;
    assert_eq!(gateway.terminate().await.0, Some(0));
    operator.stop().await;
}

#[tokio::test]
async fn a_program_on_a_network_of_ones_own_is_called_only_when_that_is_allowed() {
    let operator = operator(Scenario::default()).await;
    let program = Program::listen().await;
    let serve = Serve::new();
    let furnished = serve.furnish(operator.address(), 10, "10").await;
    let local = format!("http://127.1:{}/", program.port());
    serve
        .done(&["account", "change", "shop", "--callback-url", &local])
        .await;
    // The port alone would be refused too: let it be the address that is.
    let port = format!("\n[callbacks]\nports = [{}]\n", program.port());
    let before = std::fs::read_to_string(serve.config()).unwrap();
    std::fs::write(serve.config(), format!("{before}{port}")).unwrap();
    let (gateway, http) = serve.start().await;
    send(&Customer { http, ..furnished }).await;
    eventually("it is given up", async || {
        let said = serve.done(&["account", "callbacks", "shop"]).await;
        said.contains("0 waiting, 1 given up").then_some(())
    })
    .await;
    gateway.logged("which must not be called").await;
    program.is_untouched().await;
    assert_eq!(gateway.terminate().await.0, Some(0));

    std::fs::write(serve.config(), format!("{before}{}", section(&[&program]))).unwrap();
    let url = program.url();
    serve
        .done(&["account", "change", "shop", "--callback-url", &url])
        .await;
    let said = serve
        .done(&["account", "callbacks", "shop", "--retry"])
        .await;
    assert!(said.contains("1 to be tried again"), "{said}");
    let (gateway, _) = serve.start().await;
    program.told().await.answer(200).await;
    assert_eq!(gateway.terminate().await.0, Some(0));
    operator.stop().await;
}
