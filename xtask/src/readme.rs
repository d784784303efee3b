//! The README's examples, run as they are printed against a gateway in `dev` mode on free ports.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;
use std::{env, fs, thread};

use anyhow::{Context, Result, bail};

use crate::command::{Verdict, is_installed, root, run_cargo};

/// Stands in the README on the line above a block that is run, with what it must show between this and [`MARK_END`].
const MARK: &str = "<!-- `cargo xtask test` runs this block, which must show: ";
const MARK_END: &str = " -->\n";
/// What the README prints for the addresses of a gateway, replaced by those that it chose, and for the program, replaced by its file.
const PRINTED_HTTP: &str = "http://127.0.0.1:8775";
const PRINTED_SMPP: &str = "127.0.0.1:2775";
const PRINTED_PROGRAM: &str = "cargo run --release --";
const NEEDED_PROGRAMS: &[&str] = &["bash", "curl", "md5sum"];
const READY_WITHIN: Duration = Duration::from_secs(30);

/// What came of the example.
pub(crate) enum Outcome {
    /// It showed what it must.
    Worked,
    /// It did not, and why.
    Broken(String),
    /// A program that the example uses is not on this machine.
    Skipped(String),
}

/// Starts `heliogram dev` and runs the README's example against it.
pub(crate) fn check() -> Result<Outcome> {
    if let Some(missing) = NEEDED_PROGRAMS
        .iter()
        .find(|program| !is_installed(program))
    {
        return Ok(Outcome::Skipped(format!("{missing} is not installed")));
    }
    let readme = fs::read_to_string(root().join("README.md")).context("cannot read README.md")?;
    let examples = examples(&readme);
    if examples.is_empty() {
        return Ok(Outcome::Broken(format!("no block below a line {MARK}…")));
    }
    // For the whole workspace, because for one package cargo would choose other features of its dependencies and
    // compile half of them a second time.
    if run_cargo(&["build", "--quiet", "--workspace", "--bins"])? == Verdict::Failed {
        return Ok(Outcome::Broken("heliogram does not build".into()));
    }
    let program = env::current_exe()
        .context("cannot find this program")?
        .with_file_name("heliogram");
    match Dev::start(&program) {
        Ok(dev) => {
            for example in &examples {
                match run_example(example, &dev.doors)? {
                    Outcome::Worked => {}
                    other => return Ok(other),
                }
            }
            Ok(Outcome::Worked)
        }
        Err(error) => Ok(Outcome::Broken(format!("{error:#}"))),
    }
}

/// A block of the README.
#[derive(Debug, PartialEq, Eq)]
struct Example {
    script: String,
    /// What it must show.
    expected: String,
}

/// Cuts out the fenced blocks below the marks.
fn examples(readme: &str) -> Vec<Example> {
    let marked = readme.split(MARK).skip(1);
    let read = |below: &str| {
        let (expected, below) = below.split_once(MARK_END)?;
        let (script, _) = below.strip_prefix("```sh\n")?.split_once("```")?;
        Some(Example {
            script: script.to_owned(),
            expected: expected.to_owned(),
        })
    };
    marked.filter_map(read).collect()
}

fn run_example(example: &Example, doors: &Doors) -> Result<Outcome> {
    let Example { script, expected } = example;
    let script = script
        .replace(PRINTED_HTTP, &doors.http)
        .replace(PRINTED_SMPP, &doors.smpp)
        .replace(PRINTED_PROGRAM, &doors.program);
    let output = Command::new("bash")
        .args(["-euo", "pipefail", "-c", &script])
        .stdin(Stdio::null())
        .output()
        .context("cannot start bash")?;
    let said = String::from_utf8_lossy(&output.stdout);
    Ok(if !output.status.success() {
        Outcome::Broken(format!(
            "{}: {}",
            output.status,
            String::from_utf8_lossy(&output.stderr)
        ))
    } else if said.contains(expected) {
        Outcome::Worked
    } else {
        Outcome::Broken(format!("it did not show {expected:?}, but: {said}"))
    })
}

/// A gateway in `dev` mode, stopped when this value is dropped.
struct Dev {
    child: Child,
    doors: Doors,
}

/// How its users get to a gateway.
#[derive(Debug, Default, PartialEq, Eq)]
struct Doors {
    /// The program, as a shell takes it.
    program: String,
    http: String,
    smpp: String,
}

impl Dev {
    fn start(program: &Path) -> Result<Self> {
        let free = "127.0.0.1:0";
        let mut child = Command::new(program)
            .args([
                "dev",
                "--json",
                "--http",
                free,
                "--smpp",
                free,
                "--operator",
                free,
            ])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start {} dev", program.display()))?;
        let output = child.stdout.take();
        let mut dev = Self {
            child,
            doors: Doors::default(),
        };
        let line = first_line(output.context("heliogram dev has no output")?)?;
        let (Some(http), Some(smpp)) = (value_of(&line, "http"), value_of(&line, "smpp")) else {
            bail!("heliogram dev printed no addresses, but: {line}");
        };
        dev.doors = Doors {
            program: format!("'{}'", program.display()),
            http: http.to_owned(),
            smpp: smpp.to_owned(),
        };
        Ok(dev)
    }
}

impl Drop for Dev {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing left to stop.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn first_line(output: impl std::io::Read + Send + 'static) -> Result<String> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut lines = BufReader::new(output).lines();
        // The receiver is gone when it waited too long.
        let _ = sender.send(lines.next());
        // Read on, so that the gateway never writes into a closed pipe.
        lines.for_each(drop);
    });
    receiver
        .recv_timeout(READY_WITHIN)
        .with_context(|| format!("not ready within {} s", READY_WITHIN.as_secs()))?
        .context("ended before it was ready")?
        .context("cannot read its output")
}

/// Takes a value out of the JSON line that says "ready".
fn value_of<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = line.split_once(&format!("\"{name}\""))?;
    let (_, rest) = rest.split_once('"')?;
    let (value, _) = rest.split_once('"')?;
    Some(value)
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn cuts_out_only_the_marked_blocks() {
        let block = format!("{MARK}Hello{MARK_END}```sh\ncurl\nsecond\n```\n");
        let readme = format!("```sh\nother\n```\n{block}text\n{block}");
        let expected = || example("curl\nsecond\n", "Hello");
        assert_eq!(examples(&readme), [expected(), expected()]);
        assert_eq!(examples("```sh\nunmarked\n```"), []);
    }

    fn example(script: &str, expected: &str) -> Example {
        Example {
            script: script.into(),
            expected: expected.into(),
        }
    }

    #[test]
    fn reads_the_addresses_from_the_ready_line() {
        let line = r#"{"http":"http://127.0.0.1:4711","smpp":"127.0.0.1:1"}"#;
        assert_eq!(value_of(line, "http"), Some("http://127.0.0.1:4711"));
        assert_eq!(value_of(line, "smpp"), Some("127.0.0.1:1"));
        assert_eq!(value_of("{}", "http"), None);
    }

    #[test]
    fn the_example_passes_only_when_the_phone_shows_the_text() {
        let script = format!("curl -sS {PRINTED_HTTP}/dev/messages");
        let example = example(&script, "Hello from Heliogram");
        let answers = [
            ("[]", false),
            (r#"[{"text":"Hello from Heliogram"}]"#, true),
        ];
        if !is_installed("curl") {
            return;
        }
        for (body, works) in answers {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let address = format!("http://{}", listener.local_addr().unwrap());
            let server = thread::spawn(move || answer_once(&listener, body));
            let doors = Doors {
                http: address,
                ..Doors::default()
            };
            let outcome = run_example(&example, &doors).unwrap();
            server.join().unwrap();
            assert_eq!(matches!(outcome, Outcome::Worked), works, "{body}");
        }
    }

    #[test]
    fn a_failing_command_breaks_the_example() {
        let example = example("false | true; echo Hello", "Hello");
        let outcome = run_example(&example, &Doors::default()).unwrap();
        assert!(matches!(outcome, Outcome::Broken(_)));
    }

    fn answer_once(listener: &TcpListener, body: &str) {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = [0; 1024];
        let _ = stream.read(&mut request).unwrap();
        write!(
            stream,
            "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
    }
}
