//! The one tool of the repository: what a contributor and the continuous integration both run.

mod bench;
mod ci;
mod command;
mod coverage;
mod docs;
mod golden;
mod readme;
mod suite;
mod tidy;

use std::process::ExitCode;

use command::Verdict;

const HELP: &str = "\
usage: cargo xtask <command>

  ci                 everything below, and cargo deny where it is installed
  check              formatting, tidy, clippy: the quick half of ci
  test               every test of the workspace; the last line is `N passed, N failed`
  tidy               the rules of this repository that the compiler cannot check
  golden [--update]  the dialects' golden files; --update rewrites the answers for review
  docs               writes the tables of docs/manual from crates/dialects/coverage
  bench [SCENARIO…]  measures what is shipped on this machine, --quick for a first look; bench --help tells of all
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["ci"] => ci::everything(),
        ["check"] => ci::check(),
        ["test"] => suite::run(),
        ["tidy"] => tidy::run(),
        ["golden"] => golden::run(golden::Answers::Compare),
        ["golden", "--update"] => golden::run(golden::Answers::Rewrite),
        ["docs"] => docs::run(),
        ["bench", arguments @ ..] => bench::run(arguments),
        _ => {
            eprint!("{HELP}");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(Verdict::Passed) => ExitCode::SUCCESS,
        Ok(Verdict::Failed) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}
