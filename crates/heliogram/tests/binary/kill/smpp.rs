//! The gateway is killed while programs that are bound over SMPP submit: whatever was answered `ESME_ROK` exists, reaches its phone,
//! is charged once and is reported.

mod book;
mod program;

use std::cell::RefCell;
use std::net::SocketAddr;

use futures_util::future::join_all;
use simulator::{Between, Scenario};
use smpp::BindMode;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use super::group::assert_few;
use super::moments::{Moments, WHOLE};
use crate::world::{LONG, Process, Serve, eventually, operator};
use book::Book;

/// Submits that may be on the wire to the operator at once: also the most that one kill may make arrive twice.
const WINDOW: u64 = 50;

/// What the account has, in its currency: more than can be spent here.
const MONEY: u32 = 100_000;

/// How many answers are waited for from the first kill that is counted in them to the end of submitting.
const ANSWERS: u64 = 3_000;

/// The binds of the account: as long as the gateway is killed, those that can submit never stop to.
const BINDS: [BindMode; 4] = [
    BindMode::Transceiver,
    BindMode::Transceiver,
    BindMode::Transmitter,
    BindMode::Receiver,
];

/// Where the programs bind to.
#[derive(Clone, Copy)]
struct Door {
    address: SocketAddr,
    /// Whether this gateway is not going to be killed.
    stays: bool,
}

const LOGIN: &str = "till";
const PASSWORD: &str = "sesame";

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_gateway_killed_while_programs_submit_over_smpp_keeps_and_reports_all_that_it_answered() {
    let operator = operator(Scenario {
        receipt_delay_ms: Between { min: 100, max: 600 },
        ..Scenario::default()
    })
    .await;
    let serve = Serve::with("[smpp]\nlisten = \"127.0.0.1:0\"\n");
    serve
        .furnish(operator.address(), WINDOW, &MONEY.to_string())
        .await;
    for command in [
        format!("account credential shop --kind password --public {LOGIN} --secret {PASSWORD}"),
        // A machine that is slow shall not make it send anything again: only kills may.
        "connector change operator --response-timeout-ms 60000".to_owned(),
    ] {
        serve.done(&command.split(' ').collect::<Vec<_>>()).await;
    }
    let moments = Moments::draw(4);
    let book = RefCell::new(Book::default());
    let (doors, door) = watch::channel(Door {
        address: SocketAddr::from(([127, 0, 0, 1], 0)),
        stays: false,
    });
    let programs = BINDS.map(|mode| program::run(mode, &book, door.clone()));
    let story = async {
        let gateway = interrupted(&moments, &serve, &doors, &book).await;
        let (stored, _) = audited(&serve).await;
        eventually("a receipt of each message that is stored", async || {
            (book.borrow().reported() >= stored).then_some(())
        })
        .await;
        let answered = book.borrow().answered();
        let address = door.borrow().address;
        program::find_delivered(address, &answered).await;
        eventually("the end of every notice", async || {
            let shown = serve.done(&["account", "show", "shop"]).await;
            row(&shown, "SMPP notices").starts_with("0 ").then_some(())
        })
        .await;
        // No further one will open: each program ends with its bind.
        drop(doors);
        assert_eq!(gateway.terminate().await.0, Some(0));
    };
    tokio::join!(join_all(programs), story);

    let shown = operator.inbox().messages(None);
    let shown = shown.into_iter().map(|message| (message.to, message.text));
    let (accepted, duplicates) = book.borrow().compare(shown);
    assert_eq!(operator.inbox().duplicates(), duplicates);
    assert_few(duplicates, &moments, WINDOW);
    let (stored, said) = audited(&serve).await;
    assert_eq!(stored, accepted, "{said}");
    assert!(said.contains(" 0 of them under way"), "{said}");
    let shown = serve.done(&["account", "show", "shop"]).await;
    let charged = accepted * 13;
    let available = u64::from(MONEY) * 100 - charged;
    for (what, hundredths) in [("available", available), ("held", 0), ("charged", charged)] {
        let amount = format!("{}.{:02} ", hundredths / 100, hundredths % 100);
        assert!(row(&shown, what).starts_with(&amount), "{what}: {shown}");
    }
    operator.stop().await;
}

/// Kills and starts the gateway at the given moments while the programs submit; gives it as started last, when no answer is missing
/// any more.
async fn interrupted(
    moments: &Moments,
    serve: &Serve,
    doors: &watch::Sender<Door>,
    book: &RefCell<Book>,
) -> Process {
    let mut left = moments.count();
    let mut start = async || {
        let (gateway, _) = serve.start().await;
        let address = gateway.address("smpp").await;
        let stays = left == 0;
        doors.send_replace(Door { address, stays });
        left = left.saturating_sub(1);
        gateway
    };
    for after in &moments.accepting {
        let gateway = start().await;
        sleep(*after).await;
        gateway.kill().await;
    }
    let mut gateway = start().await;
    let mut answers = book.borrow().answers();
    let begun = *answers.borrow();
    // As soon as an answer is there: what it says has to be on disk by then.
    let mut answered = async |part| {
        let far_enough = begun + ANSWERS * part / WHOLE;
        let answered = answers.wait_for(|answers| *answers >= far_enough);
        let answered = timeout(LONG, answered).await;
        answered.expect("answers come in time").unwrap();
    };
    for part in &moments.carrying_out {
        answered(*part).await;
        gateway.kill().await;
        gateway = start().await;
    }
    answered(WHOLE).await;
    book.borrow_mut().close();
    eventually("the last answers", async || {
        (!book.borrow().is_waiting()).then_some(())
    })
    .await;
    gateway
}

/// Audits the books, which must balance; gives how many messages there are, and all that was said.
async fn audited(serve: &Serve) -> (u64, String) {
    let said = serve.done(&["ledger", "audit"]).await;
    assert!(said.contains("the books balance"), "{said}");
    let messages = said
        .split(", ")
        .find_map(|count| count.strip_suffix(" messages"));
    let messages = messages.expect("an audit counts the messages");
    (messages.parse().unwrap(), said)
}

/// Finds what a table says in a row.
fn row<'a>(table: &'a str, name: &str) -> &'a str {
    let value = table.lines().find_map(|line| line.strip_prefix(name));
    value.expect("there is such a row").trim_start()
}
