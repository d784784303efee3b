//! Every golden file: its world is built on a real database, its request answered by the real gateway.

mod caller;
mod effects;
mod facts;
mod history;
mod isolation;
mod kept;
mod large;
mod long;
mod sending;
mod signer;
mod world;

use std::path::Path;

use futures_util::{StreamExt, future, stream};
use testkit::golden::{self, Case};
use world::World;

/// How many worlds exist at a time; each waits for the disk now and then.
const AT_ONCE: usize = 8;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_golden_file_is_answered_as_written() {
    check(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden")).await;
}

/// Checks every golden file below a folder.
pub(crate) async fn check(folder: &Path) {
    let cases = golden::read_all(folder);
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
