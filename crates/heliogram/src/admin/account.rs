//! `heliogram account …`.

mod checks;
mod looks;
mod smpp;
mod stops;

use clap::{Args, Subcommand, ValueEnum};
use gateway::directory::{AccountSettings, ControlCopies, CredentialKind, Originators};
use gateway::secrets::random_hex;
use sms::{Currency, Money};

use checks::{check_time_zone, note_unfit_tariff, parse_amount};

use super::{
    account_named, callbacks, changed, credential, open, open_or_make, originator_stops, written,
};
use crate::cli::At;
use crate::output;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Create an account and print its new key pair.
    Add(Add),
    /// List accounts with their balances.
    List {
        #[command(flatten)]
        at: At,
    },
    /// Show an account and all its settings.
    Show {
        /// The account.
        name: String,
        #[command(flatten)]
        at: At,
    },
    /// Add to an account's balance; take from it when negative.
    TopUp {
        /// The account.
        name: String,
        /// The amount in the account's currency, such as 100.00.
        #[arg(allow_negative_numbers = true)]
        amount: String,
        /// What it was for; kept in the ledger.
        #[arg(long, default_value = "")]
        note: String,
        #[command(flatten)]
        at: At,
    },
    /// Change what an account may do; what is not named stays.
    Change(Change),
    /// Let an account and those under it neither sign in nor send. What they have in the queue waits, and ends with its lifetime.
    Suspend {
        /// The account.
        name: String,
        #[command(flatten)]
        at: At,
    },
    /// Let a suspended account in again.
    Resume {
        /// The account.
        name: String,
        #[command(flatten)]
        at: At,
    },
    /// Give an account a credential, or a credential a new secret.
    Credential(credential::Give),
    /// Take a credential away.
    RemoveCredential(credential::Take),
    /// Count what an account's program has yet to be told, or let it be told at once.
    Callbacks(callbacks::Look),
    /// List the phones that have stopped what comes from one of its originators, or take one off.
    OriginatorStops(originator_stops::Look),
}

#[derive(Debug, Args)]
pub(crate) struct Add {
    /// Its name.
    #[arg(value_parser = written::name)]
    name: String,
    /// The currency of its balance and prices.
    #[arg(long, default_value = "UAH")]
    currency: String,
    /// The tariff that prices its messages.
    #[arg(long, default_value = "default", value_parser = written::name)]
    tariff: String,
    /// An originator it may use; again for more. Without any, all are allowed.
    #[arg(long, value_parser = written::originator)]
    originator: Vec<String>,
    /// Who its messages are from where a request may leave that out, as SMS Center's may.
    #[arg(long, value_parser = written::originator)]
    default_originator: Option<String>,
    /// The IANA time zone of dates in its requests and answers.
    #[arg(long, default_value = "UTC")]
    time_zone: String,
    /// What the control copies of its campaigns cost: free is for accounts that you trust, since a campaign to one contact then
    /// sends two messages for the price of one.
    #[arg(long, default_value = "free")]
    control_copies: Copies,
    /// The account that it is under.
    #[arg(long)]
    parent: Option<String>,
    /// An address or network from which it may be used, such as 192.0.2.0/24; again for more. Without any, from anywhere.
    #[arg(long, value_parser = written::network)]
    address: Vec<String>,
    /// How many requests it may make in a second, where a provider's API has such a limit.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
    requests_per_second: Option<u32>,
    /// A number that is its own, so that messages from phones to it are; or, in one word of the command line, a number and the first
    /// word of the messages to it that are, such as "1234 SHOP". Again for more.
    #[arg(long, value_parser = written::number)]
    number: Vec<String>,
    /// Where its program is told what becomes of its messages: an address that begins with http or https.
    #[arg(long, value_parser = written::callback_url)]
    callback_url: Option<String>,
    #[command(flatten)]
    stops: stops::Stops,
    #[command(flatten)]
    smpp: smpp::Smpp,
    #[command(flatten)]
    at: At,
}

#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a word of the command line"
)]
#[derive(Debug, Args)]
pub(crate) struct Change {
    /// The account.
    name: String,
    /// The tariff that prices its messages.
    #[arg(long, value_parser = written::name)]
    tariff: Option<String>,
    /// The originators it may use from now on; again for more.
    #[arg(long, value_parser = written::originator, conflicts_with = "any_originator")]
    originator: Vec<String>,
    /// Let it use any originator.
    #[arg(long)]
    any_originator: bool,
    /// Who its messages are from where a request may leave that out.
    #[arg(long, value_parser = written::originator)]
    default_originator: Option<String>,
    /// The IANA time zone of dates in its requests and answers.
    #[arg(long)]
    time_zone: Option<String>,
    /// What the control copies of its campaigns cost.
    #[arg(long)]
    control_copies: Option<Copies>,
    /// The addresses and networks from which it may be used from now on; again for more.
    #[arg(long, value_parser = written::network, conflicts_with = "any_address")]
    address: Vec<String>,
    /// Let it be used from anywhere.
    #[arg(long)]
    any_address: bool,
    /// How many requests it may make in a second, where a provider's API has such a limit.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
    requests_per_second: Option<u32>,
    /// The numbers that are its own from now on, alone or with a first word such as "1234 SHOP"; again for more.
    #[arg(long, value_parser = written::number, conflicts_with = "no_number")]
    number: Vec<String>,
    /// Let it have no number of its own.
    #[arg(long)]
    no_number: bool,
    /// Where its program is told what becomes of its messages.
    #[arg(long, value_parser = written::callback_url, conflicts_with = "no_callback_url")]
    callback_url: Option<String>,
    /// Tell it nothing; what it has yet to be told is dropped.
    #[arg(long)]
    no_callback_url: bool,
    /// How far below zero its balance may go.
    #[arg(long)]
    credit_limit: Option<String>,
    #[command(flatten)]
    stops: stops::Stops,
    #[command(flatten)]
    smpp: smpp::Smpp,
    #[command(flatten)]
    at: At,
}

/// What control copies cost, as it is written.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Copies {
    Free,
    Charged,
}

impl From<Copies> for ControlCopies {
    fn from(copies: Copies) -> Self {
        match copies {
            Copies::Free => Self::Free,
            Copies::Charged => Self::Charged,
        }
    }
}

/// Carries a command out.
pub(crate) async fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Add(asked) => add(asked).await,
        Command::List { at } => looks::list(&at).await,
        Command::Show { name, at } => looks::show(&at, &name).await,
        Command::TopUp {
            name,
            amount,
            note,
            at,
        } => top_up(&at, &name, &amount, &note).await,
        Command::Change(asked) => change(asked).await,
        Command::Suspend { name, at } => suspend(&at, &name, true).await,
        Command::Resume { name, at } => suspend(&at, &name, false).await,
        Command::Credential(asked) => credential::give(asked).await,
        Command::RemoveCredential(asked) => credential::take(asked).await,
        Command::Callbacks(asked) => callbacks::look(asked).await,
        Command::OriginatorStops(asked) => originator_stops::look(asked).await,
    }
}

async fn add(asked: Add) -> anyhow::Result<()> {
    let Add {
        name,
        currency,
        tariff,
        originator,
        default_originator,
        time_zone,
        control_copies,
        parent,
        address,
        requests_per_second,
        number,
        callback_url,
        stops,
        smpp,
        at,
    } = asked;
    check_time_zone(&time_zone)?;
    let currency = Currency::parse(&currency)?;
    let originators = if originator.is_empty() {
        Originators::Any
    } else {
        Originators::Only(originator)
    };
    let gateway = open_or_make(&at).await?;
    let parent = match parent {
        Some(parent) => Some(account_named(&gateway, &parent)?.id),
        None => None,
    };
    note_unfit_tariff(&gateway, &tariff, currency).await?;
    let mut settings = AccountSettings {
        tariff,
        originators,
        originator: default_originator,
        time_zone,
        control_copies: control_copies.into(),
        addresses: address,
        requests_per_second,
        numbers: number,
        callback_url,
        ..AccountSettings::default()
    };
    stops.change(&mut settings);
    smpp.change(&mut settings.smpp);
    let account = gateway
        .add_account_under(parent, &name, currency, &settings)
        .await?;
    let (public, private) = (random_hex(), random_hex());
    gateway
        .put_credential(account, CredentialKind::KeyPair, &public, &private)
        .await?;
    output::text(format_args!(
        "account {name} is number {account}\n\
         public key  {public}\nprivate key {private}   (shown only now)\n"
    ))
}

async fn top_up(at: &At, name: &str, amount: &str, note: &str) -> anyhow::Result<()> {
    let gateway = open(at).await?;
    let account = account_named(&gateway, name)?;
    let amount = parse_amount(amount, account.currency)?;
    let book = gateway.top_up(account.id, amount.micros(), note).await?;
    output::line(format_args!(
        "{name} has {}",
        Money::new(book.available, account.currency)
    ))
}

async fn change(asked: Change) -> anyhow::Result<()> {
    let gateway = open(&asked.at).await?;
    let account = account_named(&gateway, &asked.name)?;
    let mut settings = account.settings;
    if let Some(tariff) = asked.tariff {
        note_unfit_tariff(&gateway, &tariff, account.currency).await?;
        settings.tariff = tariff;
    }
    if let Some(time_zone) = asked.time_zone {
        check_time_zone(&time_zone)?;
        settings.time_zone = time_zone;
    }
    if let Some(copies) = asked.control_copies {
        settings.control_copies = copies.into();
    }
    if asked.any_originator {
        settings.originators = Originators::Any;
    } else if !asked.originator.is_empty() {
        settings.originators = Originators::Only(asked.originator);
    }
    if asked.default_originator.is_some() {
        settings.originator = asked.default_originator;
    }
    if asked.any_address {
        settings.addresses.clear();
    } else if !asked.address.is_empty() {
        settings.addresses = asked.address;
    }
    if asked.requests_per_second.is_some() {
        settings.requests_per_second = asked.requests_per_second;
    }
    if asked.no_number {
        settings.numbers.clear();
    } else if !asked.number.is_empty() {
        settings.numbers = asked.number;
    }
    if asked.no_callback_url {
        settings.callback_url = None;
    } else if asked.callback_url.is_some() {
        settings.callback_url = asked.callback_url;
    }
    asked.stops.change(&mut settings);
    asked.smpp.change(&mut settings.smpp);
    let credit = match asked.credit_limit {
        Some(limit) => parse_amount(&limit, account.currency)?.micros(),
        None => account.credit_limit_micros,
    };
    anyhow::ensure!(credit >= 0, "a credit limit is not negative");
    gateway
        .change_account(account.id, &settings, credit, account.suspended_itself)
        .await?;
    changed(format_args!(
        "account {} has tariff {}, originators {}, time zone {}, credit limit {}",
        account.name,
        settings.tariff,
        listed(&settings.originators),
        settings.time_zone,
        Money::new(credit, account.currency)
    ))
}

fn listed(originators: &Originators) -> String {
    match originators {
        Originators::Any => "any".to_owned(),
        Originators::Only(list) => list.join(", "),
    }
}

async fn suspend(at: &At, name: &str, suspended: bool) -> anyhow::Result<()> {
    let gateway = open(at).await?;
    let account = account_named(&gateway, name)?;
    gateway
        .change_account(
            account.id,
            &account.settings,
            account.credit_limit_micros,
            suspended,
        )
        .await?;
    let state = if suspended { "suspended" } else { "active" };
    changed(format_args!("account {name} is {state}"))
}
