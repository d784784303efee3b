//! The world that a golden file asks for, made by the calls that make it in earnest.

use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;

use dialects::Dialects;
use gateway::directory::{
    ConnectorSettings, CredentialKind, DoubtPolicy, RouteSettings, TariffRule, TariffSettings,
};
use gateway::secrets::Vault;
use gateway::{AccountId, AccountSettings, Gateway, Limits, Parts, SubmissionId, Tempo};
use sms::Money;
use store_sqlite::{Options, SqliteStore};
use tempfile::TempDir;
use testkit::TestClock;
use testkit::golden::Case;

use crate::facts::{Credential, Event, Facts};
use crate::history::{Happened, History};
use crate::kept::Keeper;
use crate::passwords;
use crate::toy::Toy;

const DATABASE: &str = "heliogram.db";

/// The keys of the other account.
pub(crate) const ANOTHER: (&str, &str) = ("another_public_key", "another_private_key");

/// Holds a gateway and what keeps it alive.
pub(crate) struct World {
    pub(crate) gateway: Gateway,
    /// With the settings of the file.
    pub(crate) dialects: Dialects,
    facts: Facts,
    clock: TestClock,
    /// The database, in a folder that is there as long as the world.
    file: PathBuf,
    _folder: TempDir,
}

impl World {
    /// Builds the world of a file's first request; panics with the file's name where a fact is not in the table.
    pub(crate) async fn build(case: &Case) -> Self {
        let facts = Facts::read(&case.steps[0].given);
        let facts =
            facts.unwrap_or_else(|fact| panic!("{}: unknown fact {fact:?}", case.path.display()));
        Self::of(facts, case.dialect()).await
    }

    /// Builds the world of facts that are separated by commas, with Atompark's API.
    pub(crate) async fn given(facts: &str) -> Self {
        Self::speaking("atompark", facts).await
    }

    /// Builds the world of facts that are separated by commas; settings among them are of the dialect.
    pub(crate) async fn speaking(dialect: &str, facts: &str) -> Self {
        let facts: Vec<_> = facts
            .split(',')
            .map(|fact| fact.trim().to_owned())
            .collect();
        let facts = Facts::read(&facts).unwrap_or_else(|fact| panic!("unknown fact {fact:?}"));
        Self::of(facts, dialect).await
    }

    async fn of(facts: Facts, dialect: &str) -> Self {
        let folder = TempDir::new().expect("a temporary folder can be made");
        let file = folder.path().join(DATABASE);
        let store = SqliteStore::open(&file, Options::default()).unwrap();
        let before = facts.next_submission - 1;
        if before > 0 {
            let row = "INSERT INTO submission (id, account_id, originator, text, lane, test, price, \
                       first_message_id, message_count, created_at, expires_at) \
                       VALUES (?1, 0, '', '', 1, 0, 0, 1, 0, 0, 0)";
            rusqlite::Connection::open(&file)
                .unwrap()
                .execute(row, [before])
                .unwrap();
        }
        let clock = TestClock::at(facts.now);
        let parts = Parts {
            store: Arc::new(store),
            vault: Vault::new(&[7; 32]),
            clock: Arc::new(clock.clone()),
            limits: Limits::default(),
            tempo: Tempo::default(),
            exchange: facts.exchange(),
            sender_rules: facts.sender_rules.clone(),
        };
        let gateway = Gateway::open(parts).await.unwrap();
        let world = Self {
            gateway,
            dialects: dialects(&facts, dialect),
            facts,
            clock,
            file,
            _folder: folder,
        };
        world.configure().await;
        world
    }

    /// Returns the key with which the account signs.
    pub(crate) fn private_key(&self) -> &str {
        &self.facts.keys.1
    }

    /// Returns where requests come from.
    pub(crate) fn peer(&self) -> Option<IpAddr> {
        self.facts.peer
    }

    /// Lets something happen to what the account sent, beside a request that has begun.
    pub(crate) async fn goes_on(&self, happened: &Happened) {
        let mut keeper = self.keeper(self.account("shop"), self.account("another"));
        let event = Event::Happened(happened.clone());
        self.happen(&event, &mut keeper).await;
    }

    /// Lets happen what facts tell, one after the other; gives back one that tells of nothing that happens.
    pub(crate) async fn pass<'a>(&self, facts: &'a [String]) -> Result<(), &'a str> {
        let mut keeper = self.keeper(self.account("shop"), self.account("another"));
        for fact in facts {
            let words: Vec<&str> = fact.split_whitespace().collect();
            let event = Event::read(&words).ok_or(fact.as_str())?;
            self.happen(&event, &mut keeper).await;
        }
        Ok(())
    }

    /// Returns the id of an account: `shop`'s or `another`'s.
    pub(crate) fn account(&self, name: &str) -> AccountId {
        let accounts = self.gateway.accounts();
        let named = accounts.iter().find(|account| account.name == name);
        named.expect("every world has it").id
    }

    /// Returns what lets things happen to what the account sent.
    pub(crate) fn history(&self) -> History<'_> {
        let account = self.account("shop");
        History {
            gateway: &self.gateway,
            clock: &self.clock,
            file: &self.file,
            account,
            another: self.account("another"),
            owner: account,
            book: None,
        }
    }

    fn keeper(&self, account: AccountId, another: AccountId) -> Keeper<'_> {
        Keeper {
            gateway: &self.gateway,
            file: &self.file,
            account,
            another,
            owner: account,
            book: None,
            senders: 0,
        }
    }

    /// Lets time pass after a request.
    pub(crate) fn minutes_pass(&self, minutes: i64) {
        self.clock.advance_ms(minutes * 60_000);
    }

    /// Returns the label that a submission of the account has for statistics.
    pub(crate) async fn source(&self, submission: i64) -> Option<String> {
        let (shop, id) = (self.account("shop"), SubmissionId(submission));
        self.gateway.submission(shop, id).await.unwrap().source
    }

    async fn configure(&self) {
        let (gateway, facts) = (&self.gateway, &self.facts);
        self.set_price(&facts.price).await;
        let operator = ConnectorSettings {
            in_doubt: DoubtPolicy::Hold,
            ..ConnectorSettings::to("operator:2775", "us")
        };
        gateway
            .put_connector("operator", &operator, "")
            .await
            .unwrap();
        gateway
            .put_route("everything", "operator", &RouteSettings::default())
            .await
            .unwrap();
        let account = self.add_account("shop", &facts.settings).await;
        let another = self
            .add_account("another", &AccountSettings::default())
            .await;
        for credential in &facts.credentials {
            let owner = if credential.of_another {
                another
            } else {
                account
            };
            self.put_credential(owner, credential).await;
        }
        // After these, so that the gateway sees what was written into the database, too.
        for (owner, public, private) in [
            (account, &*facts.keys.0, &*facts.keys.1),
            (another, ANOTHER.0, ANOTHER.1),
        ] {
            let put = gateway.put_credential(owner, CredentialKind::KeyPair, public, private);
            put.await.unwrap();
        }
        let mut keeper = self.keeper(account, another);
        for event in &facts.events {
            self.happen(event, &mut keeper).await;
        }
        let credit = Money::parse_decimal(&facts.credit, facts.balance.currency()).unwrap();
        if facts.suspended || credit.micros() > 0 {
            let change =
                gateway.change_account(account, &facts.settings, credit.micros(), facts.suspended);
            change.await.unwrap();
        }
    }

    async fn put_credential(&self, owner: AccountId, credential: &Credential) {
        let (gateway, secret) = (&self.gateway, &credential.secret);
        if credential.kind == CredentialKind::Password {
            passwords::put(gateway, &self.file, owner, &credential.name, secret).await;
            return;
        }
        let put = gateway.put_credential(owner, credential.kind, &credential.name, secret);
        put.await.unwrap();
    }

    async fn set_price(&self, price: &str) {
        let rule = |country: &str| TariffRule {
            country: Some(country.to_owned()),
            price: price.to_owned(),
            ..TariffRule::default()
        };
        let tariff = TariffSettings {
            currency: self.facts.balance.currency().code().to_owned(),
            default: None,
            rules: ["UA", "RU", "AZ", "KZ"].map(rule).to_vec(),
        };
        self.gateway.put_tariff("default", &tariff).await.unwrap();
    }

    async fn add_account(&self, name: &str, settings: &AccountSettings) -> AccountId {
        let balance = self.facts.balance;
        let account = self
            .gateway
            .add_account(name, balance.currency(), settings)
            .await
            .unwrap();
        self.gateway
            .top_up(account, balance.micros(), "for the test")
            .await
            .unwrap();
        account
    }

    async fn happen(&self, event: &Event, keeper: &mut Keeper<'_>) {
        match event {
            Event::At(moment) => self.clock.set(*moment),
            Event::Later(millis) => self.clock.advance_ms(*millis),
            Event::Keeps(kept) => keeper.keep(kept).await,
            Event::Happened(Happened::PriceBecomes(price)) => self.set_price(price).await,
            Event::Happened(happened) => {
                let history = History {
                    owner: keeper.owner,
                    book: keeper.book,
                    ..self.history()
                };
                history.happen(happened).await;
            }
        }
    }
}

/// Makes the dialects, the toy too, one of them with the settings of the facts.
fn dialects(facts: &Facts, dialect: &str) -> Dialects {
    let settings = match dialect {
        "toy" => serde_json::json!({}),
        dialect => serde_json::json!({ dialect: facts.dialect }),
    };
    let settings = serde_json::from_value(settings);
    Dialects::new(settings.expect("settings that the dialect has")).with(Box::new(Toy))
}
