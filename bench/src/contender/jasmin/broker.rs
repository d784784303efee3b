//! RabbitMQ and Redis on ports and data of their own, apart from those that the machine may run.

use std::path::{Path, PathBuf};

use anyhow::ensure;
use tokio::process::Command;

use super::here;
use super::packages::Packages;
use crate::contender::peer::{Installed, Program, free_ports};
use crate::load::now;

const CONFIG: &str = include_str!("../../../peers/jasmin/rabbitmq.conf");

/// Erlang's schedulers spin for a while when they have nothing to do, which takes the processor from others here.
const NO_SPINNING: &str = "+sbwt none +sbwtdcpu none +sbwtdio none";

const PATIENCE: std::time::Duration = std::time::Duration::from_mins(1);

/// RabbitMQ, and the daemon that tells Erlang's nodes of one another.
pub(super) struct Broker {
    server: Program,
    names: Program,
    control: Installed,
    home: PathBuf,
    names_port: u16,
}

impl Broker {
    /// Starts it; returns when it listens.
    pub(super) async fn start(
        packages: &Packages,
        directory: &Path,
        amqp: u16,
    ) -> anyhow::Result<Self> {
        let home = directory.join("rabbitmq");
        std::fs::create_dir(&home)?;
        std::fs::write(home.join("rabbitmq.conf"), CONFIG)?;
        std::fs::write(home.join("plugins"), "[].\n")?;
        let [names_port, nodes_port] = free_ports().await?;
        let port = names_port.to_string();
        let command = packages
            .epmd
            .command(&["-address", "127.0.0.1", "-port", &port]);
        let mut names = Program::start("epmd", command, &home)?;
        names.opens(here(names_port)).await?;
        let mut command = packages.rabbitmq.command::<&str>(&[]);
        settle(&mut command, &home, names_port);
        command
            .env("RABBITMQ_NODE_IP_ADDRESS", "127.0.0.1")
            .env("RABBITMQ_NODE_PORT", amqp.to_string())
            .env("RABBITMQ_DIST_PORT", nodes_port.to_string())
            .env("RABBITMQ_MNESIA_BASE", home.join("data"))
            .env("RABBITMQ_LOG_BASE", &home)
            .env("RABBITMQ_LOGS", "-")
            .env("RABBITMQ_CONFIG_FILE", home.join("rabbitmq"))
            .env("RABBITMQ_ENABLED_PLUGINS_FILE", home.join("plugins"))
            .env("RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS", NO_SPINNING)
            // The script becomes the server, instead of staying beside it.
            .env("RUNNING_UNDER_SYSTEMD", "true");
        let mut server = Program::start("rabbitmq", command, &home)?;
        server.opens(here(amqp)).await?;
        Ok(Self {
            server,
            names,
            control: packages.rabbitmqctl.clone(),
            home,
            names_port,
        })
    }

    /// Waits until each of these queues has somebody who takes from it.
    pub(super) async fn consumes(&self, queues: &[&str]) -> anyhow::Result<()> {
        let start = now();
        loop {
            let asked = [
                "--quiet",
                "--no-table-headers",
                "list_queues",
                "name",
                "consumers",
            ];
            let mut command = self.control.command(&asked);
            settle(&mut command, &self.home, self.names_port);
            let output = command.output().await?;
            let said = String::from_utf8_lossy(&output.stdout);
            if queues
                .iter()
                .all(|queue| said.contains(&format!("{queue}\t1")))
            {
                return Ok(());
            }
            ensure!(
                start.elapsed() < PATIENCE,
                "nobody takes from {queues:?}: {said}"
            );
        }
    }

    pub(super) fn data(&self) -> &Path {
        &self.home
    }

    pub(super) fn processes(&self) -> [u32; 2] {
        [self.server.id(), self.names.id()]
    }

    pub(super) async fn end(&mut self) -> anyhow::Result<()> {
        self.server.end().await?;
        self.names.end().await
    }
}

/// Says who and where the broker is, to itself and to its tools.
fn settle(command: &mut Command, home: &Path, names_port: u16) {
    command
        .env("HOME", home)
        .env("ERL_EPMD_PORT", names_port.to_string())
        .env("RABBITMQ_NODENAME", "bench@localhost");
}

/// Redis, in memory alone.
pub(super) struct Redis(Program);

impl Redis {
    /// Starts it; returns when it listens.
    pub(super) async fn start(
        packages: &Packages,
        directory: &Path,
        port: u16,
    ) -> anyhow::Result<Self> {
        let port_text = port.to_string();
        let arguments = [
            "--bind",
            "127.0.0.1",
            "--port",
            &port_text,
            "--save",
            "",
            "--appendonly",
            "no",
        ];
        let command = packages.redis.command(&arguments);
        let mut program = Program::start("redis", command, directory)?;
        program.opens(here(port)).await?;
        Ok(Self(program))
    }

    pub(super) fn processes(&self) -> [u32; 1] {
        [self.0.id()]
    }

    pub(super) async fn end(&mut self) -> anyhow::Result<()> {
        self.0.end().await
    }
}
