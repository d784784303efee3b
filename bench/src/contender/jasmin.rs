//! Jasmin: its three daemons, RabbitMQ and Redis, tuned as `peers/README.md` says, with HTTP or SMPP in.

mod broker;
mod console;
mod packages;

use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use anyhow::ensure;
use async_trait::async_trait;
use clap::ValueEnum;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::peer::{Callbacks, Program, fill, free_ports};
use super::{Contender, Ground, Login, Requests, Running, SmppDoor};
use crate::load::http::Answer;
use crate::load::phone;
use crate::stage::Until;
use crate::stamp::Stamp;
use broker::{Broker, Redis};
use packages::Packages;

const CONFIG: &str = include_str!("../../peers/jasmin/jasmin.cfg");
const SETUP: &str = include_str!("../../peers/jasmin/setup.jcli");

/// The login of its only user.
const LOGIN: &str = "bench";

/// Where Jasmin's daemon says that it runs; it cannot be told another place.
const LOCK: &str = "/tmp/jasmind.lock";

/// How messages come in, and whether receipts go back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Variant {
    /// HTTP in, with a call for each final receipt.
    Http,
    /// HTTP in, without receipts.
    HttpNoReceipts,
    /// SMPP in, with receipts.
    Smpp,
}

impl Variant {
    const fn name(self) -> &'static str {
        match self {
            Self::Http => "jasmin http",
            Self::HttpNoReceipts => "jasmin http-no-receipts",
            Self::Smpp => "jasmin smpp",
        }
    }

    /// When all of its work is done.
    pub(crate) const fn until(self) -> Until {
        match self {
            Self::Http | Self::Smpp => Until::Reported,
            Self::HttpNoReceipts => Until::Submitted,
        }
    }
}

/// Jasmin, used in one way.
#[derive(Clone, Debug)]
pub(crate) struct Jasmin {
    variant: Variant,
    packages: Packages,
}

impl Jasmin {
    /// Finds it in that directory, or brings it there, and finds what it needs besides.
    pub(crate) fn installed(variant: Variant, directory: &Path) -> anyhow::Result<Self> {
        Ok(Self {
            variant,
            packages: Packages::install(directory)?,
        })
    }
}

#[async_trait(?Send)]
impl Contender for Jasmin {
    fn name(&self) -> String {
        self.variant.name().to_owned()
    }

    fn version(&self) -> anyhow::Result<String> {
        self.packages.versions()
    }

    async fn start(&self, ground: &Ground) -> anyhow::Result<Box<dyn Running>> {
        ensure!(
            !Path::new(LOCK).exists(),
            "{LOCK} is there: another Jasmin runs, or one was killed; then remove the file"
        );
        let home = &ground.directory;
        let ports = Ports::find().await?;
        let (config, setup) = self.configuration(ground, ports)?;
        let path = home.join("jasmin.cfg");
        std::fs::write(&path, config)?;
        for kept in ["etc/jasmin/store", "etc/jasmin/resource", "var/log/jasmin"] {
            std::fs::create_dir_all(home.join(kept))?;
        }
        let callbacks = Callbacks::listen().await?;
        let broker = Broker::start(&self.packages, home, ports.amqp).await?;
        let redis = Redis::start(&self.packages, home, ports.redis).await?;
        let daemon = |name, script| {
            let mut command = self.packages.python(script);
            command.arg("-c").arg(&path).env("ROOT_PATH", home);
            Program::start(name, command, home)
        };
        let mut main = daemon("jasmind", "jasmind.py")?;
        main.opens(here(ports.jcli)).await?;
        let lookup = daemon("dlrlookupd", "dlrlookupd.py")?;
        let thrower = daemon("dlrd", "dlrd.py")?;
        // What is published before anybody has bound a queue to it is lost.
        broker.consumes(&["DLRLookup-main", "dlr_thrower"]).await?;
        console::tell(here(ports.jcli), &setup).await?;
        Ok(Box::new(Programs {
            variant: self.variant,
            ports,
            data: broker.data().to_owned(),
            callbacks,
            daemons: [thrower, lookup, main],
            redis,
            broker,
        }))
    }
}

impl Jasmin {
    /// Gives its configuration file, and what its console is told.
    fn configuration(&self, ground: &Ground, ports: Ports) -> anyhow::Result<(String, String)> {
        let config = fill(
            CONFIG,
            &[
                ("SMPP_PORT", &ports.smpp.to_string()),
                ("SMPP_PB_PORT", &ports.smpp_pb.to_string()),
                ("CLIENTS_PORT", &ports.clients.to_string()),
                ("AMQP_PORT", &ports.amqp.to_string()),
                ("AMQP_SPEC", &self.packages.amqp_spec.display().to_string()),
                ("HTTP_PORT", &ports.http.to_string()),
                ("ROUTER_PORT", &ports.router.to_string()),
                ("REDIS_PORT", &ports.redis.to_string()),
                ("JCLI_PORT", &ports.jcli.to_string()),
            ],
        )?;
        let setup = fill(
            SETUP,
            &[
                ("SMSC_HOST", &ground.smsc.ip().to_string()),
                ("SMSC_PORT", &ground.smsc.port().to_string()),
            ],
        )?;
        Ok((config, setup))
    }
}

/// Where its doors are.
#[derive(Clone, Copy, Debug)]
struct Ports {
    smpp: u16,
    smpp_pb: u16,
    clients: u16,
    amqp: u16,
    http: u16,
    router: u16,
    redis: u16,
    jcli: u16,
}

impl Ports {
    async fn find() -> anyhow::Result<Self> {
        let [smpp, smpp_pb, clients, amqp, http, router, redis, jcli] = free_ports().await?;
        Ok(Self {
            smpp,
            smpp_pb,
            clients,
            amqp,
            http,
            router,
            redis,
            jcli,
        })
    }
}

fn here(port: u16) -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], port))
}

/// Its programs, and the customer's.
struct Programs {
    variant: Variant,
    ports: Ports,
    data: PathBuf,
    callbacks: Callbacks,
    daemons: [Program; 3],
    redis: Redis,
    broker: Broker,
}

#[async_trait(?Send)]
impl Running for Programs {
    fn http(&self) -> SocketAddr {
        here(self.ports.http)
    }

    fn single(&self) -> Rc<dyn Requests> {
        Rc::new(Send {
            callbacks: (self.variant == Variant::Http).then(|| self.callbacks.address()),
        })
    }

    fn smpp(&self) -> Option<SmppDoor> {
        Some(SmppDoor {
            address: here(self.ports.smpp),
            logins: vec![Login {
                system_id: LOGIN.to_owned(),
                password: LOGIN.to_owned(),
            }],
        })
    }

    fn processes(&self) -> Vec<u32> {
        let daemons = self.daemons.iter().map(Program::id);
        daemons
            .chain(self.redis.processes())
            .chain(self.broker.processes())
            .collect()
    }

    fn data(&self) -> &Path {
        &self.data
    }

    fn durability(&self) -> String {
        "in RabbitMQ's queue, not synced; which receipts are awaited is in Redis, in memory"
            .to_owned()
    }

    /// Programs that bind count their receipts themselves.
    fn receipts_seen(&self) -> Option<u64> {
        (self.variant == Variant::Http).then(|| self.callbacks.messages())
    }

    async fn stop(&mut self) -> anyhow::Result<()> {
        for daemon in &mut self.daemons {
            daemon.end().await?;
        }
        self.redis.end().await?;
        self.broker.end().await
    }

    async fn check(&self, messages: u64, under_way: u64) -> anyhow::Result<()> {
        if let Some(heard) = self.receipts_seen() {
            let sent = messages - under_way;
            ensure!(heard == sent, "{heard} receipts of {sent}");
        }
        Ok(())
    }
}

/// Its request for one message.
struct Send {
    /// Who is told of the receipt.
    callbacks: Option<SocketAddr>,
}

impl Requests for Send {
    fn write(&self, number: u32, stamp: Stamp, into: &mut Vec<u8>) {
        let mut write = |text: std::fmt::Arguments<'_>| {
            into.write_fmt(text).expect("a vector takes everything");
        };
        write(format_args!(
            "GET /send?username={LOGIN}&password={LOGIN}&from=Heliogram&to={}&content=Your+code+is+{number:06}+{stamp}",
            phone(number)
        ));
        if let Some(callbacks) = self.callbacks {
            let url = format!("http://{callbacks}/receipt/{number}/1");
            let url = utf8_percent_encode(&url, NON_ALPHANUMERIC);
            write(format_args!(
                "&dlr=yes&dlr-level=2&dlr-method=GET&dlr-url={url}"
            ));
        }
        write(format_args!(" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"));
    }

    fn accepted(&self, answer: &Answer<'_>) -> anyhow::Result<u32> {
        let body = answer.success()?;
        let said = || String::from_utf8_lossy(body);
        ensure!(body.starts_with(b"Success "), "not accepted: {}", said());
        Ok(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_configuration_is_filled_completely() {
        let ground = Ground {
            directory: PathBuf::from("/run-1"),
            smsc: here(2775),
            links: 1,
            window: 1_000,
            accounts: 1,
            binds: 1,
        };
        let ports = Ports {
            smpp: 1,
            smpp_pb: 2,
            clients: 3,
            amqp: 4,
            http: 5,
            router: 6,
            redis: 7,
            jcli: 8,
        };
        let jasmin = Jasmin {
            variant: Variant::Http,
            packages: Packages::none(),
        };
        let (config, setup) = jasmin.configuration(&ground, ports).unwrap();
        assert!(
            !config.contains('@') && !setup.contains('@'),
            "{config}{setup}"
        );
        assert!(
            config.contains("[redis-client]\nhost = 127.0.0.1\nport = 7\n"),
            "{config}"
        );
        assert!(setup.contains("\nhost 127.0.0.1\nport 2775\n"), "{setup}");
    }

    #[test]
    fn a_message_is_asked_for_with_its_receipt_or_without() {
        let write = |callbacks| {
            let mut octets = Vec::new();
            let stamp = Stamp::read(b"m1763807064123456").unwrap();
            Send { callbacks }.write(7, stamp, &mut octets);
            String::from_utf8(octets).unwrap()
        };
        let without = write(None);
        let wanted = "to=380500000097&content=Your+code+is+000007+m1763807064123456 HTTP/1.1\r\n";
        assert!(without.contains(wanted), "{without}");
        let with = write(Some(here(8_080)));
        let wanted = "&dlr-url=http%3A%2F%2F127%2E0%2E0%2E1%3A8080%2Freceipt%2F7%2F1 HTTP/1.1\r\n";
        assert!(with.contains(wanted), "{with}");
    }
}
