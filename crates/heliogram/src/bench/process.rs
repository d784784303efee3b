//! Child processes of this program, and what the kernel says that they used.

use std::process::Stdio;
use std::time::Duration;

use anyhow::Context;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{ChildStdout, Command};

/// The unit of processor times in `/proc`, fixed for user space on Linux.
const TICKS_PER_SECOND: u64 = 100;

pub(super) struct Child {
    process: tokio::process::Child,
    output: Option<BufReader<ChildStdout>>,
}

/// Says what a process has used since it started.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Usage {
    pub(super) user: Duration,
    pub(super) system: Duration,
    pub(super) peak_memory_kib: u64,
}

impl Usage {
    /// Sums up its processor time, in microseconds.
    pub(super) fn cpu_micros(&self) -> f64 {
        (self.user + self.system).as_secs_f64() * 1e6
    }

    #[expect(clippy::cast_precision_loss, reason = "memory is far below 2^52 KiB")]
    pub(super) fn peak_mib(&self) -> f64 {
        self.peak_memory_kib as f64 / 1024.0
    }
}

impl Child {
    /// Starts this program with other arguments; it is killed when the value is dropped.
    pub(super) fn start(arguments: &[&str]) -> anyhow::Result<Self> {
        let program = std::env::current_exe().context("cannot find this program's own file")?;
        let mut process = Command::new(program)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .context("cannot start a process")?;
        let output = process.stdout.take().map(BufReader::new);
        Ok(Self { process, output })
    }

    /// Reads the first line that the process prints.
    pub(super) async fn first_line(&mut self) -> anyhow::Result<String> {
        let output = self.output.as_mut().context("its output was taken")?;
        let mut line = String::new();
        output.read_line(&mut line).await?;
        Ok(line.trim().to_owned())
    }

    /// Reads from `/proc` what the process has used [proc(5)].
    pub(super) fn usage(&self) -> anyhow::Result<Usage> {
        let id = self.process.id().context("the process has ended")?;
        let stat = std::fs::read_to_string(format!("/proc/{id}/stat"))?;
        // The name in parentheses may hold anything; the numbers begin after it, with the third field.
        let (_, numbers) = stat.rsplit_once(')').context("/proc has another form")?;
        let ticks = |field: usize| -> anyhow::Result<Duration> {
            let text = numbers
                .split_whitespace()
                .nth(field - 3)
                .context("a field is missing")?;
            Ok(Duration::from_millis(
                text.parse::<u64>()? * 1_000 / TICKS_PER_SECOND,
            ))
        };
        let status = std::fs::read_to_string(format!("/proc/{id}/status"))?;
        let peak = status
            .lines()
            .find_map(|line| line.strip_prefix("VmHWM:"))
            .and_then(|rest| rest.split_whitespace().next())
            .context("the peak is missing")?;
        Ok(Usage {
            user: ticks(14)?,
            system: ticks(15)?,
            peak_memory_kib: peak.parse()?,
        })
    }

    /// Ends the process in order.
    pub(super) async fn end(mut self) -> anyhow::Result<()> {
        if let Some(id) = self.process.id() {
            let told = Command::new("kill").arg(id.to_string()).status().await?;
            anyhow::ensure!(told.success(), "cannot end process {id}");
        }
        self.process.wait().await?;
        Ok(())
    }
}
