//! Programs of others: found where they are installed, started, awaited and ended in order.

use std::ffi::OsStr;
use std::fs::File;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, Command};

use crate::load::now;

/// How long a program may take to start and to stop.
const PATIENCE: Duration = Duration::from_mins(1);

/// How often it is looked for.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Where administrators' programs are, whether or not they are on the path.
const PLACES: [&str; 2] = ["/usr/sbin", "/usr/local/sbin"];

/// A program that is there.
#[derive(Clone, Debug)]
pub(crate) struct Installed(PathBuf);

impl Installed {
    /// Finds a program; where it is not, the error says how it comes.
    pub(crate) fn find(program: &str, how: &str) -> anyhow::Result<Self> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let places = std::env::split_paths(&path).chain(PLACES.map(PathBuf::from));
        Self::find_in(places, program, how)
    }

    /// Finds a program in one directory.
    pub(crate) fn at(directory: &Path, program: &str, how: &str) -> anyhow::Result<Self> {
        Self::find_in(std::iter::once(directory.to_owned()), program, how)
    }

    fn find_in(
        places: impl Iterator<Item = PathBuf>,
        program: &str,
        how: &str,
    ) -> anyhow::Result<Self> {
        let mut found = places
            .map(|place| place.join(program))
            .filter(|it| it.is_file());
        let found = found.next();
        found
            .map(Self)
            .with_context(|| format!("{program} is not installed here; {how}"))
    }

    /// Runs it to its end and gives what it says, on either output.
    pub(crate) fn says(&self, arguments: &[&str]) -> anyhow::Result<String> {
        let output = std::process::Command::new(&self.0)
            .args(arguments)
            .output()
            .with_context(|| format!("cannot start {}", self.0.display()))?;
        let said = String::from_utf8_lossy(&output.stdout);
        Ok(format!("{said}{}", String::from_utf8_lossy(&output.stderr)))
    }

    /// Runs it to its end, which must be a good one.
    pub(crate) fn does(&self, arguments: &[&str]) -> anyhow::Result<()> {
        let status = std::process::Command::new(&self.0)
            .args(arguments)
            .status()
            .with_context(|| format!("cannot start {}", self.0.display()))?;
        ensure!(status.success(), "{} ended with {status}", self.0.display());
        Ok(())
    }

    /// Begins a command of it.
    pub(crate) fn command<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Command {
        let mut command = Command::new(&self.0);
        command.args(arguments);
        command
    }
}

/// A program that runs; it is killed when the value is dropped.
pub(crate) struct Program {
    name: &'static str,
    process: Child,
    id: u32,
}

impl Program {
    /// Starts a command; what it says goes to a file of its name in that directory.
    pub(crate) fn start(
        name: &'static str,
        mut command: Command,
        directory: &Path,
    ) -> anyhow::Result<Self> {
        let file = File::create(directory.join(format!("{name}.out")))?;
        let process = command
            .current_dir(directory)
            .stdin(Stdio::null())
            .stdout(file.try_clone()?)
            .stderr(file)
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("cannot start {name}"))?;
        let id = process.id().with_context(|| format!("{name} has ended"))?;
        Ok(Self { name, process, id })
    }

    /// The id of its process.
    pub(crate) const fn id(&self) -> u32 {
        self.id
    }

    /// Waits until it listens there.
    pub(crate) async fn opens(&mut self, address: SocketAddr) -> anyhow::Result<()> {
        let start = now();
        loop {
            if let Some(status) = self.process.try_wait()? {
                bail!("{} ended with {status} instead of listening", self.name);
            }
            if TcpStream::connect(address).await.is_ok() {
                return Ok(());
            }
            ensure!(
                start.elapsed() < PATIENCE,
                "{} does not listen on {address}",
                self.name
            );
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// Asks it to end, as its operator would, and waits for that.
    pub(crate) async fn end(&mut self) -> anyhow::Result<()> {
        if self.process.try_wait()?.is_some() {
            bail!("{} has ended by itself", self.name);
        }
        let told = Command::new("kill")
            .arg(self.id.to_string())
            .status()
            .await?;
        ensure!(told.success(), "cannot end {}", self.name);
        let ended = tokio::time::timeout(PATIENCE, self.process.wait()).await;
        ended.with_context(|| format!("{} does not end", self.name))??;
        Ok(())
    }
}

/// Finds ports that were free a moment ago.
pub(crate) async fn free_ports<const COUNT: usize>() -> anyhow::Result<[u16; COUNT]> {
    let mut held = Vec::new();
    let mut ports = [0; COUNT];
    for port in &mut ports {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        *port = listener.local_addr()?.port();
        held.push(listener);
    }
    Ok(ports)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_is_missing_is_named_with_how_it_comes() {
        let places = || [PathBuf::from("/nowhere"), PathBuf::from("/bin")].into_iter();
        let how = "`apt-get install kannel` brings it";
        let missing = Installed::find_in(places(), "no-such-box", how).unwrap_err();
        let said = "no-such-box is not installed here; `apt-get install kannel` brings it";
        assert_eq!(missing.to_string(), said);
        let found = Installed::find_in(places(), "sh", how).unwrap();
        assert_eq!(found.0, Path::new("/bin/sh"));
    }

    #[tokio::test]
    async fn ports_that_are_asked_for_together_are_different() {
        let [one, two, three] = free_ports().await.unwrap();
        assert!(
            one != two && two != three && one != three,
            "{one} {two} {three}"
        );
    }
}
