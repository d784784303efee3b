//! The README's example, run as it is printed against a gateway in `dev` mode on free ports.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;
use std::{env, fs, thread};

use anyhow::{Context, Result, bail};

use crate::command::{Verdict, is_installed, root, run_cargo};

/// Stands in the README on the line above the block that is run.
const MARK: &str = "<!-- `cargo xtask test` runs this block -->";
/// The address that the README prints, replaced by the one that the gateway chose.
const PRINTED_ADDRESS: &str = "http://127.0.0.1:8775";
/// What the phone must show at the end.
const EXPECTED: &str = "Hello from Heliogram";
const NEEDED_PROGRAMS: &[&str] = &["bash", "curl", "md5sum"];
const READY_WITHIN: Duration = Duration::from_secs(30);

/// What came of the example.
pub(crate) enum Outcome {
    /// The phone showed the text.
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
    let Some(script) = example(&readme) else {
        return Ok(Outcome::Broken(format!("no block below the line {MARK}")));
    };
    // For the whole workspace, because for one package cargo would choose other features of its dependencies and
    // compile half of them a second time.
    if run_cargo(&["build", "--quiet", "--workspace", "--bins"])? == Verdict::Failed {
        return Ok(Outcome::Broken("heliogram does not build".into()));
    }
    let program = env::current_exe()
        .context("cannot find this program")?
        .with_file_name("heliogram");
    match Dev::start(&program) {
        Ok(dev) => run_example(&script, &dev.http),
        Err(error) => Ok(Outcome::Broken(format!("{error:#}"))),
    }
}

/// Cuts out the fenced block below the mark.
fn example(readme: &str) -> Option<String> {
    let (_, below) = readme.split_once(MARK)?;
    let (_, block) = below.split_once("```sh\n")?;
    let (script, _) = block.split_once("```")?;
    Some(script.to_owned())
}

fn run_example(script: &str, http: &str) -> Result<Outcome> {
    let script = script.replace(PRINTED_ADDRESS, http);
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
    } else if said.contains(EXPECTED) {
        Outcome::Worked
    } else {
        Outcome::Broken(format!("the phone did not show {EXPECTED:?}, but: {said}"))
    })
}

/// A gateway in `dev` mode, stopped when this value is dropped.
struct Dev {
    child: Child,
    http: String,
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
            http: String::new(),
        };
        let line = first_line(output.context("heliogram dev has no output")?)?;
        let Some(http) = http_address(&line) else {
            bail!("heliogram dev printed no HTTP address, but: {line}");
        };
        http.clone_into(&mut dev.http);
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

/// Takes the value of `"http"` out of the JSON line that says "ready".
fn http_address(line: &str) -> Option<&str> {
    let (_, rest) = line.split_once("\"http\"")?;
    let (_, rest) = rest.split_once('"')?;
    let (address, _) = rest.split_once('"')?;
    address.starts_with("http://").then_some(address)
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn cuts_out_only_the_marked_block() {
        let readme = format!("```sh\nother\n```\n{MARK}\n```sh\ncurl\nsecond\n```\ntext\n");
        assert_eq!(example(&readme).as_deref(), Some("curl\nsecond\n"));
        assert_eq!(example("```sh\nunmarked\n```"), None);
    }

    #[test]
    fn reads_the_address_from_the_ready_line() {
        let line = r#"{"http":"http://127.0.0.1:4711","smpp":"127.0.0.1:1"}"#;
        assert_eq!(http_address(line), Some("http://127.0.0.1:4711"));
        assert_eq!(http_address("{}"), None);
    }

    #[test]
    fn the_example_passes_only_when_the_phone_shows_the_text() {
        let script = format!("curl -sS {PRINTED_ADDRESS}/dev/messages");
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
            let outcome = run_example(&script, &address).unwrap();
            server.join().unwrap();
            assert_eq!(matches!(outcome, Outcome::Worked), works, "{body}");
        }
    }

    #[test]
    fn a_failing_command_breaks_the_example() {
        let outcome = run_example("false | true; echo Hello from Heliogram", "").unwrap();
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
