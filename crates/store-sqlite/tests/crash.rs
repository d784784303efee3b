//! A process killed at any moment loses nothing that it has acknowledged.

mod fixture;

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use fixture::{account, at, path, submission};
use sms::Lane;
use store::queue::{Claim, DoubtPolicy};
use store::submissions::Acceptance;
use store::{AccountId, ConnectorId, Ledger as _, Queue as _, SubmissionId, Submissions as _};
use store_sqlite::{Options, SqliteStore};
use tempfile::TempDir;
use tokio::task::JoinSet;

/// Tells the child process which file to write to.
const FILE: &str = "STORE_SQLITE_CRASH_FILE";

/// Is the body of the child process; in the parent, where the variable is not set, there is nothing to do.
#[tokio::test]
async fn child_accepts_and_claims_until_it_is_killed() {
    let Ok(file) = std::env::var(FILE) else {
        return;
    };
    let store = Arc::new(SqliteStore::open(Path::new(&file), Options::default()).unwrap());
    let (payer, connector) = (AccountId(1), ConnectorId(1));
    let mut calls = JoinSet::new();
    for caller in 0..8 {
        let store = Arc::clone(&store);
        calls.spawn(async move {
            loop {
                let word = if caller == 0 {
                    let claim = Claim {
                        connector,
                        max_segments: 5,
                        max_otp_segments: 0,
                        turns: [AccountId(0); Lane::ALL.len()],
                        now: at(0),
                    };
                    let claimed = store.claim(claim).await.unwrap().messages.len();
                    format!("leased {claimed}")
                } else {
                    let new = submission(payer, connector, 3);
                    match store.accept(new).await.unwrap() {
                        Acceptance::Accepted { submission: id, .. } => format!("accepted {id}"),
                        Acceptance::Insufficient { .. }
                        | Acceptance::NobodyLeft
                        | Acceptance::Repeated { .. } => {
                            panic!(
                                "there is money, no stop list, and nothing is accepted once only"
                            )
                        }
                    }
                };
                let mut out = std::io::stdout().lock();
                writeln!(out, "\n{word}")
                    .and_then(|()| out.flush())
                    .unwrap();
            }
        });
    }
    calls.join_all().await;
}

#[tokio::test]
async fn nothing_acknowledged_is_lost_when_the_process_is_killed() {
    let place = TempDir::new().unwrap();
    let store = SqliteStore::open(&path(&place), Options::default()).unwrap();
    let (payer, connector) = account(&store).await;
    drop(store);
    for lines in [1, 50, 151] {
        let told = run_and_kill(&path(&place), lines);
        let store = SqliteStore::open(&path(&place), Options::default()).unwrap();
        let mut leased = 0;
        for line in &told {
            if let Some(id) = line.strip_prefix("accepted ") {
                let id = SubmissionId(id.parse().unwrap());
                let messages = store.messages(payer, id, None, None, 10).await.unwrap();
                assert_eq!(messages.len(), 3, "submission {id} was acknowledged");
            } else if let Some(count) = line.strip_prefix("leased ") {
                leased += count.parse::<u64>().unwrap();
            }
        }
        let recovered = store
            .recover(connector, DoubtPolicy::Hold, at(1))
            .await
            .unwrap();
        assert!(
            recovered.held >= leased,
            "{} of {leased} leases",
            recovered.held
        );
        assert_eq!(store.audit().await.unwrap().violations, []);
    }
}

/// Runs the child until it has said so many things, kills it, and answers all that it said.
fn run_and_kill(file: &Path, lines: usize) -> Vec<String> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "child_accepts_and_claims_until_it_is_killed",
            "--nocapture",
        ])
        .env(FILE, file)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut told = Vec::new();
    let mut output = BufReader::new(child.stdout.take().unwrap()).lines();
    let is_word = |line: &String| line.starts_with("accepted ") || line.starts_with("leased ");
    while told.len() < lines {
        told.extend(
            output
                .next()
                .expect("the child goes on")
                .ok()
                .filter(is_word),
        );
    }
    child.kill().unwrap();
    child.wait().unwrap();
    // The last line may be cut short: what comes after it was not said.
    let mut rest: Vec<_> = output.map_while(Result::ok).collect();
    rest.pop();
    told.extend(rest.into_iter().filter(is_word));
    told
}
