//! What Jasmin needs: its Python packages in an environment of their own, and programs of the system.

use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use tokio::process::Command;

use crate::contender::peer::Installed;
use crate::output;

const REQUIREMENTS: &str = include_str!("../../../peers/jasmin/requirements.txt");

/// How the system's programs come to be installed.
const HOW: &str = "`apt-get install --no-install-recommends rabbitmq-server redis-server python3-venv` brings it (Debian, Ubuntu)";

/// Everything, found.
#[derive(Clone, Debug)]
pub(crate) struct Packages {
    /// The Python environment.
    environment: PathBuf,
    /// What Jasmin's library wants to know of AMQP.
    pub(super) amqp_spec: PathBuf,
    pub(super) rabbitmq: Installed,
    pub(super) rabbitmqctl: Installed,
    pub(super) epmd: Installed,
    pub(super) redis: Installed,
}

impl Packages {
    /// Finds everything; where Jasmin itself is not in the directory, brings it there.
    pub(super) fn install(directory: &Path) -> anyhow::Result<Self> {
        let find = |program| Installed::find(program, HOW);
        // Debian's programs on the path change the user; those of the package itself do not.
        let of_rabbitmq = |program| Installed::at(Path::new("/usr/lib/rabbitmq/bin"), program, HOW);
        let (rabbitmq, rabbitmqctl) =
            (of_rabbitmq("rabbitmq-server")?, of_rabbitmq("rabbitmqctl")?);
        let (epmd, redis) = (find("epmd")?, find("redis-server")?);
        let environment = std::path::absolute(directory)?;
        if !environment.join("bin/jasmind.py").is_file() {
            let python = find("python3")?;
            bring(&python, &environment).with_context(|| {
                format!(
                    "cannot install Jasmin into {}, so it is not measured",
                    environment.display()
                )
            })?;
        }
        Ok(Self {
            amqp_spec: amqp_spec(&environment)?,
            environment,
            rabbitmq,
            rabbitmqctl,
            epmd,
            redis,
        })
    }

    /// Begins a command of one of Jasmin's scripts.
    pub(super) fn python(&self, script: &str) -> Command {
        let programs = self.environment.join("bin");
        let mut command = Command::new(programs.join("python"));
        command.arg(programs.join(script));
        command
    }

    /// Tells the versions of all.
    pub(super) fn versions(&self) -> anyhow::Result<String> {
        let python = Installed::at(&self.environment.join("bin"), "python", HOW)?;
        let ask = "import importlib.metadata as m, platform as p; print(m.version('jasmin') + ', Python ' + p.python_version())";
        let jasmin = python.says(&["-c", ask])?;
        let redis = self.redis.says(&["--version"])?;
        let redis = redis
            .split_whitespace()
            .find_map(|word| word.strip_prefix("v="));
        Ok(format!("{}, Redis {}", jasmin.trim(), redis.unwrap_or("?")))
    }

    /// Nothing that could be started: for tests of what is written.
    #[cfg(test)]
    pub(super) fn none() -> Self {
        let nothing = || Installed::at(Path::new("/bin"), "sh", HOW).unwrap();
        Self {
            environment: PathBuf::new(),
            amqp_spec: PathBuf::from("/amqp.xml"),
            rabbitmq: nothing(),
            rabbitmqctl: nothing(),
            epmd: nothing(),
            redis: nothing(),
        }
    }
}

/// Makes the environment, with what `peers/jasmin/requirements.txt` lists.
fn bring(python: &Installed, environment: &Path) -> anyhow::Result<()> {
    output::note(format_args!(
        "installing Jasmin into {}",
        environment.display()
    ));
    let path = environment.to_str().context("the path is not text")?;
    python.does(&["-m", "venv", path])?;
    let list = environment.join("requirements.txt");
    std::fs::write(&list, REQUIREMENTS)?;
    let list = list.to_str().context("the path is not text")?;
    let pip = Installed::at(&environment.join("bin"), "pip", HOW)?;
    pip.does(&["install", "--quiet", "--requirement", list])
}

/// Finds the description of AMQP 0-9-1 among the packages: Jasmin's own is not among them.
fn amqp_spec(environment: &Path) -> anyhow::Result<PathBuf> {
    let libraries = environment.join("lib");
    let entries = std::fs::read_dir(&libraries);
    let entries = entries.with_context(|| format!("{} is missing", libraries.display()))?;
    let spec = "site-packages/txamqp/specs/standard/amqp0-9-1.stripped.xml";
    let mut found = entries.filter_map(|entry| Some(entry.ok()?.path().join(spec)));
    let found = found.find(|it| it.is_file());
    ensure!(
        found.is_some(),
        "no AMQP specification in {}",
        libraries.display()
    );
    Ok(found.unwrap_or_default())
}
