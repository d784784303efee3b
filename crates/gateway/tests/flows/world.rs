//! The world of a flow: one gateway with an account, a tariff, a connector and a route, ready to send.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use gateway::callback::Caller;
use gateway::connector::Attempt;
use gateway::directory::{AccountSettings, ConnectorSettings, RouteSettings, TariffSettings};
use gateway::secrets::Vault;
use gateway::{
    AccountId, Error, Exchange, Gateway, Limits, Message, Parts, Running, SenderRules,
    SubmissionId, Submit, Tempo, Terms, To,
};
use sms::{Currency, Lane, MessageState, Reason, Refusal, Timestamp};
use store::callbacks::Callback;
use store::{Callbacks as _, Store};
use store_sqlite::{Options, SqliteStore};
use tempfile::TempDir;
use testkit::TestClock;
use testkit::loopback::{Loopback, Way};
use tokio::time::{sleep, timeout};

use crate::programs::Programs;

/// The price of a segment to Ukraine, in micro-units.
pub(crate) const PRICE: i64 = 130_000;

/// What the account begins with.
pub(crate) const BALANCE: i64 = 100_000_000;

pub(crate) const HOUR: i64 = 60 * 60 * 1000;

/// When every flow begins.
pub(crate) const START: Timestamp = Timestamp::from_millis(1_700_000_000_000);

pub(crate) struct World {
    pub(crate) gateway: Gateway,
    pub(crate) loopback: Loopback,
    pub(crate) clock: TestClock,
    pub(crate) account: AccountId,
    store: Arc<SqliteStore>,
    running: Running,
    /// The folder of the file, when it is this world's own.
    place: Option<TempDir>,
}

impl World {
    /// Begins with a connector named `way` that has a window of ten and resends what is in doubt.
    pub(crate) async fn new() -> Self {
        Self::with(r#"{"address":"loopback","system_id":"x"}"#).await
    }

    /// Begins with a connector of these settings.
    pub(crate) async fn with(connector: &str) -> Self {
        let place = TempDir::new().unwrap();
        let mut world = Self::at(place.path(), connector).await;
        world.place = Some(place);
        world
    }

    /// Begins with rules about originators.
    pub(crate) async fn ruled(rules: SenderRules) -> Self {
        let place = TempDir::new().unwrap();
        let connector = r#"{"address":"loopback","system_id":"x"}"#;
        let mut world = Self::open(place.path(), connector, rules, None).await;
        world.place = Some(place);
        world
    }

    /// Begins, or goes on, with the file in this place.
    pub(crate) async fn at(place: &Path, connector: &str) -> Self {
        Self::open(place, connector, SenderRules::default(), None).await
    }

    /// Begins with programs that are called back.
    pub(crate) async fn calling(programs: Programs) -> Self {
        let place = TempDir::new().unwrap();
        let connector = r#"{"address":"loopback","system_id":"x"}"#;
        let mut world = Self::calling_at(place.path(), connector, programs).await;
        world.place = Some(place);
        world
    }

    /// Begins so, or goes on, with the file in this place.
    pub(crate) async fn calling_at(place: &Path, connector: &str, programs: Programs) -> Self {
        let caller: Arc<dyn Caller> = Arc::new(programs);
        Self::open(place, connector, SenderRules::default(), Some(caller)).await
    }

    /// Reads what accounts' programs are to be told now.
    pub(crate) async fn due_callbacks(&self) -> Vec<Callback> {
        let (begin, all) = (AccountId(0), u32::MAX);
        let due = self
            .store
            .callbacks_due(self.gateway.now(), begin, vec![], all, all);
        due.await.unwrap()
    }

    /// What everything durable is kept in, for what no command writes.
    pub(crate) fn store(&self) -> &SqliteStore {
        &self.store
    }

    async fn open(
        place: &Path,
        connector: &str,
        rules: SenderRules,
        caller: Option<Arc<dyn Caller>>,
    ) -> Self {
        let clock = TestClock::at(START);
        let (gateway, store) = open(place, &clock, rules).await;
        let account = match gateway.accounts().first() {
            Some(account) => account.id,
            None => found(&gateway, connector).await,
        };
        let loopback = Loopback::default();
        let running = Running::start(gateway.clone(), Arc::new(loopback.clone()), caller).await;
        Self {
            gateway,
            loopback,
            clock,
            account,
            store,
            running,
            place: None,
        }
    }

    /// Lets time pass until a message is handed over.
    pub(crate) async fn taken_later(&self, way: &Way) -> Attempt {
        let passing = async {
            loop {
                self.clock.advance_ms(1_000);
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
        };
        tokio::select! {
            mut taken = way.take(1) => taken.remove(0),
            () = passing => unreachable!("time passes for ever"),
        }
    }

    pub(crate) async fn way(&self) -> Arc<Way> {
        self.loopback.way("way").await
    }

    pub(crate) fn request(&self, numbers: &[&str]) -> Submit {
        request(self.account, numbers)
    }

    /// Submits one message of this text.
    pub(crate) async fn send(&self, text: &str) -> SubmissionId {
        let mut submit = self.request(&["380670000001"]);
        submit.terms.text = text.into();
        self.gateway.submit(submit).await.unwrap().submission
    }

    pub(crate) async fn refusal(&self, submit: Submit) -> Refusal {
        refusal(self.gateway.submit(submit).await)
    }

    pub(crate) async fn messages(&self, id: SubmissionId) -> Vec<Message> {
        let messages = self
            .gateway
            .messages(self.account, id, None, None, 10_000)
            .await;
        messages.unwrap()
    }

    pub(crate) async fn state(&self, id: SubmissionId) -> (MessageState, Reason) {
        let messages = self.messages(id).await;
        (messages[0].state, messages[0].reason)
    }

    /// Waits until the first message is in this state, for this reason.
    pub(crate) async fn becomes(&self, id: SubmissionId, state: MessageState, reason: Reason) {
        let mut last = None;
        let reached = async {
            while last != Some((state, reason)) {
                last = Some(self.state(id).await);
                sleep(Duration::from_millis(1)).await;
            }
        };
        let waited = timeout(Duration::from_secs(10), reached).await;
        assert!(waited.is_ok(), "not {state:?} ({reason:?}) but {last:?}");
    }

    /// Asserts what the account has, what is held and what was charged, in segments; and that the books balance.
    pub(crate) async fn money(&self, held: i64, charged: i64) {
        let balance = self.gateway.balance(self.account).await.unwrap();
        let available = BALANCE - (held + charged) * PRICE;
        assert_eq!(balance.held.micros(), held * PRICE, "held");
        assert_eq!(balance.available.micros(), available, "available");
        let audit = self.gateway.audit().await.unwrap();
        assert_eq!(audit.violations, []);
    }

    /// Stops the tasks in order; the gateway can still be asked.
    pub(crate) async fn stop(self) -> (Gateway, AccountId, Option<TempDir>) {
        let stopped = timeout(Duration::from_secs(10), self.running.stop()).await;
        stopped.expect("a stop ends");
        (self.gateway, self.account, self.place)
    }
}

pub(crate) fn request(account: AccountId, numbers: &[&str]) -> Submit {
    let to = |number: &&str| To::number(*number);
    Submit {
        account,
        terms: Terms {
            originator: "Info".into(),
            text: "hello".into(),
            ..Terms::default()
        },
        recipients: numbers.iter().map(to).collect(),
        lane: Lane::Transactional,
        drop_repeats: false,
    }
}

pub(crate) fn refusal<T: std::fmt::Debug>(answer: Result<T, Error>) -> Refusal {
    match answer {
        Err(Error::Refused(refusal)) => refusal,
        other => panic!("not refused: {other:?}"),
    }
}

/// Adds an account with money, on the tariff `default`.
pub(crate) async fn account(gateway: &Gateway, name: &str, balance: i64) -> AccountId {
    let settings = AccountSettings::default();
    let id = gateway.add_account(name, Currency::UAH, &settings).await;
    let id = id.unwrap();
    gateway.top_up(id, balance, "begin").await.unwrap();
    id
}

pub(crate) async fn connector(gateway: &Gateway, name: &str, settings: &str) {
    let settings: ConnectorSettings = serde_json::from_str(settings).unwrap();
    let put = gateway.put_connector(name, &settings, "secret").await;
    put.unwrap();
}

/// Runs until the condition holds.
pub(crate) async fn eventually(what: &str, condition: impl AsyncFn() -> bool) {
    let holds = async {
        while !condition().await {
            sleep(Duration::from_millis(1)).await;
        }
    };
    let waited = timeout(Duration::from_secs(10), holds).await;
    assert!(waited.is_ok(), "waited in vain until {what}");
}

async fn open(
    place: &Path,
    clock: &TestClock,
    sender_rules: SenderRules,
) -> (Gateway, Arc<SqliteStore>) {
    let options = Options {
        // Long enough for two that write at once, short enough for tests that lock the file on purpose.
        busy_timeout_ms: 20,
        ..Options::default()
    };
    let store = Arc::new(SqliteStore::open(&place.join("data.db"), options).unwrap());
    let parts = Parts {
        store: Arc::clone(&store) as Arc<dyn Store>,
        vault: Vault::new(&[7; 32]),
        clock: Arc::new(clock.clone()),
        limits: Limits {
            recipients: 50,
            recipients_at_once: 20,
            sub_accounts: 12,
            ..Limits::default()
        },
        tempo: Tempo {
            reload_ms: 5,
            release_ms: 2,
            expand_ms: 2,
            sweep_ms: 2,
            callbacks_ms: 5,
            health_ms: 2,
            failover_ms: 2,
            conditions_ms: 5,
            attempts: 3,
            drain_ms: 300,
            ..Tempo::default()
        },
        exchange: Exchange::default(),
        sender_rules,
    };
    (Gateway::open(parts).await.unwrap(), store)
}

async fn found(gateway: &Gateway, settings: &str) -> AccountId {
    let tariff: TariffSettings = serde_json::from_str(
        r#"{"currency":"UAH","rules":[{"country":"UA","price":"0.13"},{"prefix":"48","price":"1"}]}"#,
    )
    .unwrap();
    gateway.put_tariff("default", &tariff).await.unwrap();
    connector(gateway, "way", settings).await;
    let ukraine = RouteSettings {
        country: Some("UA".into()),
        ..RouteSettings::default()
    };
    gateway.put_route("ukraine", "way", &ukraine).await.unwrap();
    account(gateway, "shop", BALANCE).await
}
