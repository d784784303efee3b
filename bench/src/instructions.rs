//! `bench instructions`: how many instructions the hot paths take, counted by valgrind and held against pins.
//!
//! Times on a busy machine differ by a tenth from run to run; counts of the same program by less than a thousandth. A work is done so
//! many times in one process and twice as many in another: the difference is what it takes, without start and setup.

mod codec;
mod counter;
mod doors;
pub(crate) mod life;
mod pins;
mod texts;
pub(crate) mod world;

use anyhow::{Context, ensure};
use clap::Args;

use crate::output;
use pins::{Pins, Verdict};

/// What `bench instructions` is asked for.
#[derive(Clone, Debug, Args)]
pub(crate) struct Options {
    /// Count only the works whose names have this in them.
    #[arg(default_value = "")]
    only: String,
    /// Write what is counted into bench/instructions.toml.
    #[arg(long)]
    pin: bool,
}

/// What `bench repeat` is asked for: the process whose instructions are counted.
#[derive(Clone, Debug, Args)]
pub(crate) struct Repeat {
    /// Which work.
    work: String,
    /// How often.
    times: u32,
}

/// Something whose instructions are counted.
struct Work {
    name: &'static str,
    /// How often it is done in the shorter run.
    times: u32,
    /// How many messages one repetition is; the count is of one.
    units: u32,
    /// By how many percent it may take more than its pin: what runs on several threads is never counted twice the same.
    tolerance_percent: u64,
    /// Prepares, and then does it so often.
    run: fn(u32) -> anyhow::Result<()>,
}

impl Work {
    /// One message a repetition, on one thread.
    const fn exact(name: &'static str, times: u32, run: fn(u32) -> anyhow::Result<()>) -> Self {
        Self {
            name,
            times,
            units: 1,
            tolerance_percent: EXACT,
            run,
        }
    }
}

/// For what runs on one thread, the same way each time.
const EXACT: u64 = 5;

/// For what writes to the store, whose thread takes as many calls at once as happen to be there.
const THREADED: u64 = 10;

fn works() -> impl Iterator<Item = &'static Work> {
    [codec::WORKS, texts::WORKS, doors::WORKS, life::WORKS]
        .into_iter()
        .flatten()
}

/// Counts and prints the table; fails when something takes more than it did when it was pinned.
pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    ensure!(
        !cfg!(debug_assertions),
        "the pins are of programs built with --release: cargo xtask bench instructions"
    );
    let chosen: Vec<_> = works()
        .filter(|work| work.name.contains(&options.only))
        .collect();
    ensure!(
        !chosen.is_empty(),
        "no work has {} in its name",
        options.only
    );
    let mut pins = Pins::read()?;
    output::line(format_args!(
        "{:<48}{:>12}{:>12}",
        "instructions of one", "counted", "pinned"
    ))?;
    let mut risen = Vec::new();
    for work in chosen {
        let counted = counter::count(work)?;
        let pinned = pins.of(work.name);
        let verdict = Verdict::of(counted, pinned, work.tolerance_percent);
        let pin = pinned.map_or_else(|| "-".to_owned(), |pinned| pinned.to_string());
        output::line(format_args!(
            "{:<48}{counted:>12}{pin:>12}{verdict:>10}",
            work.name
        ))?;
        if let Verdict::Risen(_) = verdict {
            risen.push(work.name);
        }
        pins.set(work.name, counted);
    }
    if options.pin {
        pins.write(works().map(|work| work.name))?;
        return output::line("pinned as counted, in bench/instructions.toml");
    }
    if !pins.are_of_this_compiler() {
        return output::line("not judged: the pins are of another compiler");
    }
    ensure!(
        risen.is_empty(),
        "more instructions than pinned: {}. Where they are worth what they bring, pin them: cargo xtask bench instructions --pin",
        risen.join(", ")
    );
    Ok(())
}

/// Does a work so often, for whoever counts.
pub(crate) fn repeat(repeat: &Repeat) -> anyhow::Result<()> {
    let work = works()
        .find(|work| work.name == repeat.work)
        .with_context(|| format!("there is no work {}", repeat.work))?;
    (work.run)(repeat.times)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_work_has_a_name_of_its_own_and_can_be_done() {
        let mut names: Vec<_> = works().map(|work| work.name).collect();
        names.sort_unstable();
        let all = names.len();
        names.dedup();
        assert_eq!(names.len(), all);
        for work in works() {
            (work.run)(1).unwrap_or_else(|error| panic!("{}: {error:?}", work.name));
        }
    }

    #[test]
    fn every_work_is_pinned_and_nothing_else() {
        let pins = Pins::read().unwrap();
        let mut names: Vec<_> = works().map(|work| work.name).collect();
        names.sort_unstable();
        assert_eq!(pins.names(), names);
    }
}
