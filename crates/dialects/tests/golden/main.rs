//! Every golden file: its world is built on a real database, its request answered by the real gateway.

mod atl;
mod caller;
mod effects;
mod facts;
mod guessing;
mod history;
mod isolation;
mod kept;
mod large;
mod long;
mod passwords;
mod sending;
mod signer;
mod smscenter;
mod smsclub;
mod states;
mod strangers;
#[path = "../toy/toy.rs"]
mod toy;
mod world;

use std::path::Path;

use futures_util::{StreamExt, future, stream};
use testkit::golden::{self, Case};
use world::World;

/// How many worlds exist at a time; each waits for the disk now and then.
const AT_ONCE: usize = 32;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_golden_file_is_answered_as_written() {
    check(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_golden_file_of_the_toy_dialect_is_answered_as_written() {
    check(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/toy/golden")).await;
}

/// The page about adding a dialect promises it.
#[test]
fn the_toy_dialect_is_one_file_of_at_most_150_lines() {
    assert!(include_str!("../toy/toy.rs").lines().count() <= 150);
}

/// Checks every golden file below a folder; with `GOLDEN=atl/submit` in the environment those only whose path has that in it.
async fn check(folder: &Path) {
    let mut cases = golden::read_all(folder);
    if let Ok(only) = std::env::var("GOLDEN") {
        cases.retain(|case| case.path.to_string_lossy().contains(&only));
    }
    assert!(!cases.is_empty(), "no golden file was found");
    let differing = |case: Case| async move {
        let world = World::build(&case).await;
        let answer = caller::answer(&world, &case).await;
        case.check(&answer).err()
    };
    let differences = stream::iter(cases).map(differing).buffered(AT_ONCE);
    let differences: Vec<String> = differences.filter_map(future::ready).collect().await;
    assert!(differences.is_empty(), "{}", differences.join("\n\n"));
}
