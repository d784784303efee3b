//! A gateway on a real store, with a connector to whatever listens on an address: running by itself, or in the test's hands.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use gateway::clock::SystemClock;
use gateway::connector::{Answer, Attempt, Connector, Connectors, Inbox, Receipt};
use gateway::directory::{
    AccountSettings, ConnectorSettings, ConnectorSpec, CredentialKind, RouteSettings,
    TariffSettings,
};
use gateway::secrets::Vault;
use gateway::{
    AccountId, Exchange, Gateway, Limits, MessageId, Parts, Running, SenderRules, SubmissionId,
    Submit, Tempo, Terms, To,
};
use simulator::{Config, Scenario, Simulator};
use smpp_net::SmppConnectors;
use sms::{Currency, Lane, MessageState, Msisdn, Timestamp};
use store_sqlite::{Options, SqliteStore};
use tempfile::TempDir;
use tokio::sync::mpsc::{self, Receiver, UnboundedReceiver};

/// Longer than anything here takes: a test that waits for so long has failed.
pub(crate) const LONG: Duration = Duration::from_mins(1);

pub(crate) struct World {
    pub(crate) gateway: Gateway,
    pub(crate) account: AccountId,
    running: Option<Running>,
    _directory: TempDir,
}

/// A network on the loopback that is quick in everything.
pub(crate) async fn network(scenario: Scenario) -> Simulator {
    Simulator::start(Config {
        scenario,
        receipt_retry_ms: 50,
        slow_receipt_ms: 50,
        ..Config::default()
    })
    .await
    .unwrap()
}

/// Waits until something is so.
pub(crate) async fn until(so: impl Fn() -> bool) {
    let waited_for = async {
        while !so() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    tokio::time::timeout(LONG, waited_for)
        .await
        .expect("it came to be so in time");
}

/// Settings that come back quickly after anything.
pub(crate) fn settings(address: SocketAddr) -> ConnectorSettings {
    ConnectorSettings {
        reconnect_ms: 20,
        reconnect_max_ms: 100,
        ..ConnectorSettings::to(address.to_string(), "shop")
    }
}

impl World {
    /// Opens a gateway with an account, money, a price and no way out.
    pub(crate) async fn open() -> Self {
        let directory = TempDir::new().unwrap();
        let file = directory.path().join("world.db");
        let store = SqliteStore::open(&file, Options::default()).unwrap();
        let gateway = Gateway::open(Parts {
            store: Arc::new(store),
            vault: Vault::new(&[7; 32]),
            clock: Arc::new(SystemClock),
            limits: Limits::default(),
            tempo: Tempo {
                release_ms: 20,
                resend_after_ms: 200,
                ..Tempo::default()
            },
            exchange: Exchange::default(),
            sender_rules: SenderRules::default(),
        })
        .await
        .unwrap();
        let tariff = TariffSettings {
            currency: "UAH".into(),
            default: Some("0.10".into()),
            rules: vec![],
        };
        gateway.put_tariff("default", &tariff).await.unwrap();
        let account = gateway
            .add_account("shop", Currency::UAH, &AccountSettings::default())
            .await
            .unwrap();
        gateway
            .top_up(account, 1_000_000_000, "test")
            .await
            .unwrap();
        Self {
            gateway,
            account,
            running: None,
            _directory: directory,
        }
    }

    /// Opens a gateway that sends over one connector.
    pub(crate) async fn sending(settings: &ConnectorSettings) -> Self {
        Self::open().await.runs(settings).await
    }

    /// Begins to send over one connector.
    pub(crate) async fn runs(mut self, settings: &ConnectorSettings) -> Self {
        self.route(settings).await;
        let connectors = Arc::new(SmppConnectors::default());
        self.running = Some(Running::start(self.gateway.clone(), connectors, None).await);
        self
    }

    /// Gives the account a login.
    pub(crate) async fn with_login(self) -> Self {
        let kind = CredentialKind::Password;
        self.gateway
            .put_credential(self.account, kind, "shop", "secret")
            .await
            .unwrap();
        self
    }

    /// Makes a connector, and a route to it for everything.
    pub(crate) async fn route(&self, settings: &ConnectorSettings) {
        self.gateway
            .put_connector("operator", settings, "password")
            .await
            .unwrap();
        self.gateway
            .put_route("all", "operator", &RouteSettings::default())
            .await
            .unwrap();
    }

    pub(crate) async fn submit(&self, text: &str, numbers: &[&str]) -> SubmissionId {
        let to = |number: &&str| To::number(*number);
        let submit = Submit {
            account: self.account,
            terms: Terms {
                originator: "Shop".into(),
                text: text.into(),
                ..Terms::default()
            },
            recipients: numbers.iter().map(to).collect(),
            lane: Lane::Transactional,
            drop_repeats: false,
        };
        self.gateway.submit(submit).await.unwrap().submission
    }

    /// Waits until every message of a submission is in one of these states, in order.
    pub(crate) async fn reaches(&self, submission: SubmissionId, expected: &[MessageState]) {
        let reached = async {
            loop {
                let messages = self
                    .gateway
                    .messages(self.account, submission, None, None, 10_000)
                    .await
                    .unwrap();
                let states: Vec<_> = messages.iter().map(|message| message.state).collect();
                if states == expected {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        if tokio::time::timeout(LONG, reached).await.is_err() {
            let messages = self
                .gateway
                .messages(self.account, submission, None, None, 10_000)
                .await
                .unwrap();
            panic!("{expected:?} were expected: {messages:?}");
        }
    }

    /// Submits to a phone that takes it and to one that does not, and waits until both receipts have come.
    pub(crate) async fn hears_of_both_ends(&self) {
        let phones = ["380501230000", "380501230001"];
        let submission = self.submit("hello", &phones).await;
        let expected = [MessageState::Delivered, MessageState::Undelivered];
        self.reaches(submission, &expected).await;
    }

    pub(crate) async fn stop(self) {
        if let Some(running) = self.running {
            running.stop().await;
        }
    }
}

/// A connector in the test's hands, with what it tells.
pub(crate) struct Tapped {
    pub(crate) connector: Arc<dyn Connector>,
    pub(crate) answers: UnboundedReceiver<Answer>,
    pub(crate) receipts: Receiver<Receipt>,
    /// What the connector was started with.
    pub(crate) spec: ConnectorSpec,
    next_message: i64,
    world: World,
}

/// Starts the real connectors, and keeps what they say from the gateway.
struct Tap {
    room_for_receipts: usize,
    tapped: Mutex<Option<Ends>>,
}

/// The connector, what it was started with, its answers and its receipts.
type Ends = (
    Arc<dyn Connector>,
    ConnectorSpec,
    UnboundedReceiver<Answer>,
    Receiver<Receipt>,
);

impl Connectors for Tap {
    fn start(&self, spec: &ConnectorSpec, mut inbox: Inbox) -> Result<Arc<dyn Connector>, String> {
        let (answers, answered) = mpsc::unbounded_channel();
        let (receipts, received) = mpsc::channel(self.room_for_receipts);
        inbox.answers = answers;
        inbox.receipts = receipts;
        let connector = SmppConnectors::default().start(spec, inbox)?;
        *self.tapped.lock().unwrap() =
            Some((Arc::clone(&connector), spec.clone(), answered, received));
        Ok(connector)
    }
}

impl Tapped {
    /// Starts a connector and waits until it is up.
    pub(crate) async fn up(settings: &ConnectorSettings) -> Self {
        Self::with_room(settings, 10_000).await
    }

    /// The same, with an inbox for so many receipts.
    pub(crate) async fn with_room(settings: &ConnectorSettings, room_for_receipts: usize) -> Self {
        let tapped = Self::start(settings, room_for_receipts).await;
        tapped.is(true).await;
        tapped
    }

    pub(crate) async fn start(settings: &ConnectorSettings, room_for_receipts: usize) -> Self {
        let mut world = World::open().await;
        world.route(settings).await;
        let tap = Arc::new(Tap {
            room_for_receipts,
            tapped: Mutex::new(None),
        });
        let connectors = Arc::clone(&tap);
        world.running = Some(Running::start(world.gateway.clone(), connectors, None).await);
        let tapped = tap.tapped.lock().unwrap().take();
        let (connector, spec, answers, receipts) = tapped.expect("the connector was started");
        Self {
            connector,
            answers,
            receipts,
            spec,
            next_message: 1,
            world,
        }
    }

    /// Waits until the connector is up, or down.
    pub(crate) async fn is(&self, up: bool) {
        until(|| self.connector.is_up() == up).await;
    }

    /// Changes the settings that it was started with under way; what was changed before is as it was.
    pub(crate) fn adjust(&self, change: impl FnOnce(&mut ConnectorSettings)) {
        let mut spec = self.spec.clone();
        change(&mut spec.settings);
        assert!(self.connector.adjust(&spec), "{:?}", spec.settings);
    }

    /// Hands over one message and names it.
    pub(crate) fn send(&mut self, to: &str, text: &str) -> MessageId {
        self.send_all(&[to], text)[0]
    }

    /// Hands over messages at once.
    pub(crate) fn send_all(&mut self, to: &[&str], text: &str) -> Vec<MessageId> {
        self.send_in(Lane::Bulk, to, text)
    }

    /// Hands over messages of one lane at once.
    pub(crate) fn send_in(&mut self, lane: Lane, to: &[&str], text: &str) -> Vec<MessageId> {
        let attempts: Vec<_> = to
            .iter()
            .zip(self.next_message..)
            .map(|(to, number)| Attempt {
                lane,
                message: MessageId(number),
                recipient: Msisdn::parse(to).unwrap(),
                originator: "Shop".into(),
                segments: (0..).zip(sms::text::split(text, 7)).collect(),
                expires_at: Timestamp::from_seconds(1_900_000_000),
            })
            .collect();
        let messages: Vec<_> = attempts.iter().map(|attempt| attempt.message).collect();
        self.next_message += i64::try_from(messages.len()).unwrap();
        self.connector.submit(attempts);
        messages
    }

    pub(crate) async fn answer(&mut self) -> Answer {
        tokio::time::timeout(LONG, self.answers.recv())
            .await
            .expect("an answer in time")
            .expect("the connector lives")
    }

    /// Takes the next receipt without acknowledging it.
    pub(crate) async fn receipt(&mut self) -> Receipt {
        tokio::time::timeout(LONG, self.receipts.recv())
            .await
            .expect("a receipt in time")
            .expect("the connector lives")
    }

    /// Stops everything; receipts that come meanwhile are taken.
    pub(crate) async fn stop(self) {
        let Self {
            connector,
            mut receipts,
            world,
            ..
        } = self;
        let taking = async {
            while let Some(receipt) = receipts.recv().await {
                connector.acknowledge(receipt.ticket.into_iter().collect(), true);
            }
        };
        tokio::select! {
            () = world.stop() => {}
            () = taking => {}
        }
    }
}
