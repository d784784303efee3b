//! `heliogram route explain`: which way a message would take now, and why.

use anyhow::Context;
use clap::Args;
use gateway::Gateway;
use gateway::directory::{Feature, RouteSettings};
use gateway::explain::{Explanation, Question, Rule, Taken, Verdict, Why};
use sms::{Lane, Msisdn};

use super::super::connector::in_words;
use super::super::{account_named, open, table, written};
use crate::cli::At;
use crate::output;

#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// Whose message it is.
    #[arg(long)]
    account: String,
    /// The number that it is to.
    #[arg(long)]
    to: String,
    /// The originator that it is from.
    #[arg(long, value_parser = written::originator)]
    from: Option<String>,
    /// Its lane: otp, transactional or bulk.
    #[arg(long, value_parser = super::lane, default_value = "transactional")]
    lane: Lane,
    /// The kind of route that was asked for.
    #[arg(long)]
    kind: Option<String>,
    #[command(flatten)]
    at: At,
}

/// Explains; a message that no route takes is an error.
pub(super) async fn run(explain: Explain) -> anyhow::Result<()> {
    let gateway = open(&explain.at).await?;
    let account = account_named(&gateway, &explain.account)?;
    let recipient = Msisdn::parse(&explain.to)
        .map_err(|error| anyhow::anyhow!("{:?} is no number to send to: {error}", explain.to))?;
    let question = Question {
        account: account.id,
        originator: explain.from.unwrap_or_default(),
        recipient,
        lane: explain.lane,
        kind: explain.kind,
    };
    let explanation = gateway.explain(&question).await?;
    output::line(subject(&account.name, &question, &explanation))?;
    output::line("")?;
    print_rules(&gateway, &explanation.rules)?;
    if !explanation.tiers.is_empty() {
        output::line("")?;
        print_tiers(&gateway, &explanation)?;
    }
    output::line("")?;
    let taken = explanation
        .takes
        .context("no route takes it: it would be refused")?;
    output::line(conclusion(&taken))
}

/// Says which message is meant, and what is known of it.
fn subject(account: &str, question: &Question, explanation: &Explanation) -> String {
    let Question {
        account: _,
        originator,
        recipient,
        lane,
        kind,
    } = question;
    let mut said = format!("a message of account {account} to {recipient}");
    let country = explanation.country.map(|country| country.code().to_owned());
    let known = [
        country.map(|country| format!("of country {country}")),
        explanation
            .operator
            .as_ref()
            .map(|name| format!("of operator {name}")),
        (!originator.is_empty()).then(|| format!("from {originator}")),
        Some(format!("lane {}", lane.name())),
        kind.as_ref().map(|kind| format!("asking for kind {kind}")),
    ];
    for part in known.into_iter().flatten() {
        said.push_str(", ");
        said.push_str(&part);
    }
    said
}

fn print_rules(gateway: &Gateway, rules: &[Rule]) -> anyhow::Result<()> {
    let rows: Vec<_> = rules
        .iter()
        .map(|rule| {
            let verdict = match rule.verdict {
                Verdict::Applies => "applies".to_owned(),
                Verdict::ComesAfter => "would apply, but comes after it".to_owned(),
                Verdict::Misfit(feature) => misfit(gateway, feature, &rule.settings),
            };
            [rule.settings.rank.to_string(), rule.name.clone(), verdict]
        })
        .collect();
    table::print(["RANK", "ROUTE", "VERDICT"], &rows)
}

/// Says what a route is for that the message is not.
fn misfit(gateway: &Gateway, feature: Feature, settings: &RouteSettings) -> String {
    let what = |setting: &Option<String>| setting.clone().unwrap_or_default();
    match feature {
        Feature::Account => {
            let accounts = gateway.accounts();
            let account = accounts
                .iter()
                .find(|account| Some(account.id.0) == settings.account);
            match (account, settings.account) {
                (Some(account), _) => format!("is for account {}", account.name),
                (None, Some(id)) => format!("is for account #{id}"),
                (None, None) => "is for another account".to_owned(),
            }
        }
        Feature::Prefix => format!("is for numbers that begin with {}", what(&settings.prefix)),
        Feature::Country => format!("is for country {}", what(&settings.country)),
        Feature::Operator => format!("is for operator {}", what(&settings.operator)),
        Feature::Originator => format!("is for messages from {}", what(&settings.originator)),
        Feature::Lane => {
            let lane = settings.lane.map_or("another", Lane::name);
            format!("is for lane {lane}")
        }
        Feature::Kind => format!(
            "is of kind {}, which is not asked for",
            what(&settings.kind)
        ),
    }
}

fn print_tiers(gateway: &Gateway, explanation: &Explanation) -> anyhow::Result<()> {
    let mut rows = Vec::new();
    for (tier, number) in explanation.tiers.iter().zip(1..) {
        for way in tier {
            let takes = explanation.takes.as_ref();
            let is_taken = takes.is_some_and(|taken| taken.connector == way.name);
            rows.push([
                number.to_string(),
                way.name.clone(),
                way.weight.to_string(),
                if is_taken { "takes it" } else { "" }.to_owned(),
                in_words(way.noted.as_ref(), gateway.now()),
            ]);
        }
    }
    table::print(["TIER", "CONNECTOR", "WEIGHT", "NOW", "STATE"], &rows)
}

fn conclusion(taken: &Taken) -> String {
    let Taken { connector, why } = taken;
    match why {
        Why::Its => format!(
            "it would take {connector}: the recipient's by weight, of those of the first tier that are not passed over"
        ),
        Why::TiersBefore => {
            format!("it would take {connector}: all of the tiers before are passed over")
        }
        Why::All => format!(
            "it would wait for {connector}: every connector of the route is passed over, and the first that is well takes it"
        ),
    }
}
