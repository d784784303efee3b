//! Kannel: its two programs, tuned as `peers/README.md` says, with HTTP in and its receipts called back.

use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use anyhow::{Context, ensure};
use async_trait::async_trait;
use clap::ValueEnum;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::peer::{Callbacks, Installed, Program, fill, free_ports};
use super::{Contender, Ground, Requests, Running, SmppDoor};
use crate::load::http::{Answer, Connection};
use crate::load::phone;
use crate::stage::Until;
use crate::stamp::Stamp;

const CONFIG: &str = include_str!("../../peers/kannel/kannel.conf");
const SPOOL: &str = include_str!("../../peers/kannel/store-spool.conf");
const FILE: &str = include_str!("../../peers/kannel/store-file.conf");

/// How it comes to be installed.
const HOW: &str = "`apt-get install kannel` brings it (Debian, Ubuntu)";

/// How much Kannel keeps, and which receipts it asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Variant {
    /// A file for each message and receipt, and final receipts: what does the same work.
    Spool,
    /// One file, written every ten seconds, and all receipts: intermediate ones too.
    File,
    /// Nothing kept, final receipts.
    NoStore,
    /// Nothing kept, no receipts: its fastest.
    NoReceipts,
}

impl Variant {
    const fn name(self) -> &'static str {
        match self {
            Self::Spool => "kannel spool",
            Self::File => "kannel file",
            Self::NoStore => "kannel no-store",
            Self::NoReceipts => "kannel no-receipts",
        }
    }

    /// The section of the configuration that says what is kept.
    const fn store(self) -> &'static str {
        match self {
            Self::Spool => SPOOL,
            Self::File => FILE,
            Self::NoStore | Self::NoReceipts => "",
        }
    }

    /// Which receipts are asked for, in Kannel's bits; 0 for none.
    const fn mask(self) -> u8 {
        match self {
            Self::Spool | Self::NoStore => 19,
            Self::File => 31,
            Self::NoReceipts => 0,
        }
    }

    /// When all of its work is done.
    pub(crate) const fn until(self) -> Until {
        match self.mask() {
            0 => Until::Submitted,
            _ => Until::Reported,
        }
    }

    const fn durability(self) -> &'static str {
        match self {
            Self::Spool => {
                "final receipts; a file for each message, written but not synced; which receipts are awaited is in memory"
            }
            Self::File => "all receipts; nothing is kept: a file is written by a timer, not synced",
            Self::NoStore => "final receipts; nothing is kept",
            Self::NoReceipts => "no receipts; nothing is kept",
        }
    }
}

/// Kannel, tuned in one way.
#[derive(Clone, Debug)]
pub(crate) struct Kannel {
    variant: Variant,
    bearerbox: Installed,
    smsbox: Installed,
}

impl Kannel {
    /// Finds it.
    pub(crate) fn installed(variant: Variant) -> anyhow::Result<Self> {
        Ok(Self {
            variant,
            bearerbox: Installed::find("bearerbox", HOW)?,
            smsbox: Installed::find("smsbox", HOW)?,
        })
    }
}

#[async_trait(?Send)]
impl Contender for Kannel {
    fn name(&self) -> String {
        self.variant.name().to_owned()
    }

    fn version(&self) -> anyhow::Result<String> {
        let said = self.bearerbox.says(&["--version"])?;
        let version = said.split(['`', '\'']).nth(1);
        Ok(version
            .context("bearerbox does not say its version")?
            .to_owned())
    }

    async fn start(&self, ground: &Ground) -> anyhow::Result<Box<dyn Running>> {
        let ports = Ports::find().await?;
        let store = ground.directory.join("store");
        std::fs::create_dir(&store)?;
        let config = ground.directory.join("kannel.conf");
        std::fs::write(&config, configuration(self.variant, ground, ports)?)?;
        // 4 is panics alone: nothing is written for a message.
        let arguments = ["-v", "4", config.to_str().context("the path is not text")?];
        let callbacks = Callbacks::listen().await?;
        let command = self.bearerbox.command(&arguments);
        let mut bearerbox = Program::start("bearerbox", command, &ground.directory)?;
        bearerbox.opens(here(ports.boxes)).await?;
        let command = self.smsbox.command(&arguments);
        let mut smsbox = Program::start("smsbox", command, &ground.directory)?;
        smsbox.opens(here(ports.sendsms)).await?;
        Ok(Box::new(Boxes {
            variant: self.variant,
            ports,
            store,
            callbacks,
            smsbox,
            bearerbox,
            said: String::new(),
        }))
    }
}

/// Where its doors are.
#[derive(Clone, Copy, Debug)]
struct Ports {
    admin: u16,
    boxes: u16,
    sendsms: u16,
}

impl Ports {
    async fn find() -> anyhow::Result<Self> {
        let [admin, boxes, sendsms] = free_ports().await?;
        Ok(Self {
            admin,
            boxes,
            sendsms,
        })
    }
}

fn here(port: u16) -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], port))
}

fn configuration(variant: Variant, ground: &Ground, ports: Ports) -> anyhow::Result<String> {
    let directory = ground.directory.display().to_string();
    let store = match variant.store() {
        "" => String::new(),
        section => fill(section, &[("DIRECTORY", &directory)])?,
    };
    fill(
        CONFIG,
        &[
            ("ADMIN_PORT", &ports.admin.to_string()),
            ("BOXES_PORT", &ports.boxes.to_string()),
            ("SENDSMS_PORT", &ports.sendsms.to_string()),
            ("DIRECTORY", &directory),
            ("STORE", &store),
            ("LINKS", &ground.links.to_string()),
            ("WINDOW", &ground.window.to_string()),
            ("SMSC_HOST", &ground.smsc.ip().to_string()),
            ("SMSC_PORT", &ground.smsc.port().to_string()),
        ],
    )
}

/// Its two programs, and the customer's.
struct Boxes {
    variant: Variant,
    ports: Ports,
    store: PathBuf,
    callbacks: Callbacks,
    smsbox: Program,
    bearerbox: Program,
    /// Its status before it was ended.
    said: String,
}

#[async_trait(?Send)]
impl Running for Boxes {
    fn http(&self) -> SocketAddr {
        here(self.ports.sendsms)
    }

    fn single(&self) -> Rc<dyn Requests> {
        Rc::new(SendSms {
            mask: self.variant.mask(),
            callbacks: self.callbacks.address(),
        })
    }

    fn smpp(&self) -> Option<SmppDoor> {
        None
    }

    fn processes(&self) -> Vec<u32> {
        vec![self.bearerbox.id(), self.smsbox.id()]
    }

    fn data(&self) -> &Path {
        &self.store
    }

    fn durability(&self) -> String {
        self.variant.durability().to_owned()
    }

    fn receipts_seen(&self) -> Option<u64> {
        Some(self.callbacks.messages())
    }

    async fn stop(&mut self) -> anyhow::Result<()> {
        self.said = status(here(self.ports.admin)).await?;
        self.smsbox.end().await?;
        self.bearerbox.end().await
    }

    async fn check(&self, messages: u64, under_way: u64) -> anyhow::Result<()> {
        let sent = messages - under_way;
        let whole = format!("sent {sent} ({under_way} queued)");
        ensure!(self.said.contains(&whole), "not {whole}: {}", self.said);
        let heard = self.callbacks.messages();
        let wanted = if self.variant.mask() > 0 { sent } else { 0 };
        ensure!(heard == wanted, "{heard} receipts of {wanted}");
        Ok(())
    }
}

/// Asks for its counts.
async fn status(admin: SocketAddr) -> anyhow::Result<String> {
    let request = b"GET /status.txt?password=bench HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
    let mut connection = Connection::open(admin).await?;
    let answer = connection.exchange(request).await?;
    Ok(String::from_utf8_lossy(answer.success()?).into_owned())
}

/// Its request for one message.
struct SendSms {
    mask: u8,
    callbacks: SocketAddr,
}

impl Requests for SendSms {
    fn write(&self, number: u32, stamp: Stamp, into: &mut Vec<u8>) {
        let mut write = |text: std::fmt::Arguments<'_>| {
            into.write_fmt(text).expect("a vector takes everything");
        };
        write(format_args!(
            "GET /cgi-bin/sendsms?username=bench&password=bench&from=Heliogram&to={}&text=Your+code+is+{number:06}+{stamp}",
            phone(number)
        ));
        if self.mask > 0 {
            let url = format!("http://{}/receipt/{number}/%d", self.callbacks);
            let url = utf8_percent_encode(&url, NON_ALPHANUMERIC);
            write(format_args!("&dlr-mask={}&dlr-url={url}", self.mask));
        }
        write(format_args!(" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"));
    }

    fn accepted(&self, answer: &Answer<'_>) -> anyhow::Result<u32> {
        let body = answer.success()?;
        let said = || String::from_utf8_lossy(body);
        ensure!(body.starts_with(b"0: Accepted"), "not accepted: {}", said());
        Ok(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_configuration_of_each_variant_is_filled_completely() {
        let ground = Ground {
            directory: PathBuf::from("/run-1"),
            smsc: here(2775),
            links: 4,
            window: 1_000,
            accounts: 1,
            binds: 1,
        };
        let ports = Ports {
            admin: 13_000,
            boxes: 13_001,
            sendsms: 13_013,
        };
        for (variant, kept) in [
            (
                Variant::Spool,
                "store-type = spool\nstore-location = \"/run-1/store\"\n",
            ),
            (
                Variant::File,
                "store-type = file\nstore-location = \"/run-1/store/messages\"\n",
            ),
            (Variant::NoStore, "log-level = 4\n\n"),
            (Variant::NoReceipts, "log-level = 4\n\n"),
        ] {
            let filled = configuration(variant, &ground, ports).unwrap();
            assert!(!filled.contains('@'), "{filled}");
            for line in [
                kept,
                "\nadmin-port = 13000\n",
                "\nsendsms-port = 13013\n",
                "\nport = 2775\n",
                "\ninstances = 4\n",
                "\nmax-pending-submits = 1000\n",
                "\nlog-file = \"/run-1/smsbox.log\"\n",
            ] {
                assert!(filled.contains(line), "{line} is not in {filled}");
            }
        }
    }

    #[test]
    fn a_message_is_asked_for_with_its_receipt_or_without() {
        let write = |mask| {
            let callbacks = here(8_080);
            let mut octets = Vec::new();
            let stamp = Stamp::read(b"m1763807064123456").unwrap();
            SendSms { mask, callbacks }.write(7, stamp, &mut octets);
            String::from_utf8(octets).unwrap()
        };
        let without = write(0);
        assert!(
            without.contains(
                "to=380500000097&text=Your+code+is+000007+m1763807064123456 HTTP/1.1\r\n"
            ),
            "{without}"
        );
        let with = write(19);
        let wanted = "&dlr-mask=19&dlr-url=http%3A%2F%2F127%2E0%2E0%2E1%3A8080%2Freceipt%2F7%2F%25d HTTP/1.1\r\n";
        assert!(with.contains(wanted), "{with}");
    }
}
