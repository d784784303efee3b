//! Kannel as our customer over SMPP: its bearerbox binds to the gateway, its smsbox takes messages over HTTP and tells of receipts.

use std::collections::HashMap;
use std::fmt::Write;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, Command};
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::world::{Connection, Dev, LONG};

/// How many short messages go through it.
const MESSAGES: u32 = 5_000;

/// How many programs call its smsbox at once.
const CALLERS: u32 = 8;

/// Longer than all of them take on a busy machine, builds of others beside them.
const PATIENCE: Duration = Duration::from_mins(3);

/// Both boxes, running on a directory of their own; they are ended when this is dropped.
struct Kannel {
    _directory: TempDir,
    _bearerbox: Child,
    _smsbox: Child,
    smsbox: SocketAddr,
}

impl Kannel {
    /// Starts both, and waits until the smsbox takes messages.
    async fn start(smpp: SocketAddr, listener: SocketAddr) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let [admin, boxes, sendsms] = free_ports().await;
        let configuration = include_str!("../../clients/kannel/kannel.conf")
            .replace("@SMPP_PORT@", &smpp.port().to_string())
            .replace("@ADMIN_PORT@", &admin.to_string())
            .replace("@BOXES_PORT@", &boxes.to_string())
            .replace("@SENDSMS_PORT@", &sendsms.to_string())
            .replace("@LISTENER@", &listener.to_string());
        let file = directory.path().join("kannel.conf");
        std::fs::write(&file, configuration).unwrap();
        let bearerbox = start("bearerbox", &file);
        until_open(SocketAddr::from(([127, 0, 0, 1], boxes))).await;
        let kannel = Self {
            _bearerbox: bearerbox,
            _smsbox: start("smsbox", &file),
            _directory: directory,
            smsbox: SocketAddr::from(([127, 0, 0, 1], sendsms)),
        };
        until_open(kannel.smsbox).await;
        kannel
    }
}

fn start(program: &str, configuration: &Path) -> Child {
    // Debian has them where only root's PATH leads.
    Command::new(format!("/usr/sbin/{program}"))
        .args(["-v", "4"])
        .arg(configuration)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap_or_else(|error| panic!("{program} (Debian package kannel): {error}"))
}

/// Finds ports that nobody listens on.
async fn free_ports() -> [u16; 3] {
    let mut held = Vec::new();
    for _ in 0..3 {
        held.push(TcpListener::bind("127.0.0.1:0").await.unwrap());
    }
    std::array::from_fn(|place| held[place].local_addr().unwrap().port())
}

async fn until_open(address: SocketAddr) {
    let open = async {
        while TcpStream::connect(address).await.is_err() {
            sleep(Duration::from_millis(50)).await;
        }
    };
    timeout(LONG, open).await.expect("the box listens in time");
}

/// What the smsbox tells over HTTP: how often a receipt of which kind came for which number, and what handsets said.
#[derive(Default)]
struct Told {
    receipts: Mutex<HashMap<(String, String), u32>>,
    said: Mutex<Vec<String>>,
    more: Notify,
}

impl Told {
    /// Listens to the smsbox; ends with the tasks.
    async fn listen(self: Arc<Self>, tasks: &mut JoinSet<()>) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tasks.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                connections.spawn(Arc::clone(&self).serve(stream));
            }
        });
        address
    }

    async fn serve(self: Arc<Self>, stream: TcpStream) {
        use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
        let mut stream = BufReader::new(stream);
        let mut line = String::new();
        while stream
            .read_line(&mut line)
            .await
            .is_ok_and(|octets| octets > 0)
        {
            if let Some(target) = line.strip_prefix("GET ") {
                self.note(target.split(' ').next().unwrap_or_default());
            }
            let is_end = line == "\r\n";
            line.clear();
            let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
            if is_end && stream.write_all(answer).await.is_err() {
                return;
            }
        }
    }

    fn note(&self, target: &str) {
        if let Some(receipt) = target.strip_prefix("/receipt/") {
            let (number, kind) = receipt.split_once('/').unwrap();
            let key = (number.to_owned(), kind.to_owned());
            *self.receipts.lock().unwrap().entry(key).or_default() += 1;
        } else if let Some(said) = target.strip_prefix("/said/") {
            self.said.lock().unwrap().push(said.to_owned());
        }
        self.more.notify_waiters();
    }

    /// Waits until something is so.
    async fn until(&self, what: &str, so: impl Fn(&Self) -> bool) {
        let waiting = async {
            loop {
                let more = self.more.notified();
                if so(self) {
                    return;
                }
                // A look in between costs nothing, and nothing rings twice.
                let _ = timeout(Duration::from_millis(200), more).await;
            }
        };
        if timeout(PATIENCE, waiting).await.is_err() {
            let receipts = self.receipts.lock().unwrap();
            panic!("waited in vain for {what}: {} receipts", receipts.len());
        }
    }
}

/// Hands a message to the smsbox.
async fn send(smsbox: &mut Connection, listener: SocketAddr, to: &str, text: &str) {
    let receipt = format!("http://{listener}/receipt/{to}/%d");
    let mut target = "/cgi-bin/sendsms?username=shop&password=secret&dlr-mask=3".to_owned();
    for (name, value) in [
        ("from", "Heliogram"),
        ("to", to),
        ("text", text),
        ("dlr-url", &receipt),
    ] {
        write!(
            target,
            "&{name}={}",
            utf8_percent_encode(value, NON_ALPHANUMERIC)
        )
        .unwrap();
    }
    let answer = smsbox.get(&target).await.unwrap();
    assert_eq!(answer.status, 202, "{answer:?}");
}

#[tokio::test]
async fn kannel_sends_thousands_with_receipts_and_none_is_lost_or_doubled() {
    let dev = Dev::start().await;
    let smpp = dev.line["smpp"].as_str().unwrap().parse().unwrap();
    let mut tasks = JoinSet::new();
    let told = Arc::new(Told::default());
    let listener = Arc::clone(&told).listen(&mut tasks).await;
    let kannel = Kannel::start(smpp, listener).await;

    let mut callers = JoinSet::new();
    for caller in 0..CALLERS {
        let smsbox = kannel.smsbox;
        callers.spawn(async move {
            let mut smsbox = Connection::open(smsbox).await.unwrap();
            for n in (caller..MESSAGES).step_by(usize::try_from(CALLERS).unwrap()) {
                let to = format!("38050127{n:04}");
                // The last digits of a number say what its phone does.
                let to = if n % 10_000 < 10 {
                    format!("38050128{n:02}00")
                } else {
                    to
                };
                send(&mut smsbox, listener, &to, &format!("Message {n}")).await;
            }
        });
    }
    callers.join_all().await;

    let delivered = |told: &Told| {
        let receipts = told.receipts.lock().unwrap();
        receipts.keys().filter(|(_, kind)| kind == "1").count()
    };
    told.until("every receipt", |told| delivered(told) >= MESSAGES as usize)
        .await;
    let receipts = told.receipts.lock().unwrap().clone();
    assert_eq!(
        receipts.len(),
        MESSAGES as usize,
        "other receipts than of deliveries"
    );
    assert!(
        receipts.values().all(|times| *times == 1),
        "a receipt came twice"
    );
    let mut shown = HashMap::new();
    for message in dev.messages("").await {
        *shown
            .entry(message["to"].as_str().unwrap().to_owned())
            .or_insert(0) += 1;
    }
    assert_eq!(shown.len(), MESSAGES as usize, "phones that show a message");
    assert!(
        shown.values().all(|times| *times == 1),
        "a phone shows a message twice"
    );

    // What it cuts into parts comes out whole, and what a handset says arrives.
    let mut smsbox = Connection::open(kannel.smsbox).await.unwrap();
    let long = "A long text that Kannel cuts into parts. ".repeat(9);
    send(&mut smsbox, listener, "380501290000", long.trim()).await;
    let shown = dev.messages("to=380501290000&wait=10s").await;
    assert_eq!(shown[0]["text"], long.trim());
    let said = b"from=380671234567&to=380441234567&text=Hello";
    let form = "application/x-www-form-urlencoded";
    let answer = dev
        .connect()
        .await
        .ask("POST", "/dev/messages", form, said)
        .await;
    assert_eq!(answer.unwrap().status, 202);
    told.until("what the handset said", |told| {
        *told.said.lock().unwrap() == ["%2B380671234567/%2B380441234567/Hello"]
    })
    .await;
}
