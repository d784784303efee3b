//! `heliogram route …`.

mod explain;

use anyhow::Context;
use clap::Subcommand;
use gateway::directory::{Route, RouteSettings, Ways};
use sms::{Country, Lane};

use super::{account_named, changed, open, table, written};
use crate::cli::At;

/// The greatest weight: proportions finer than that nobody can mean.
const MOST_WEIGHT: u32 = 1_000_000;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Set a route, replacing the one of that name. Everything that it names must fit.
    Set {
        /// Its name.
        #[arg(value_parser = written::name)]
        name: String,
        /// The connectors it leads to; several share its messages by weight: `--to fast,other=3` or `--to fast --to other=3`.
        #[arg(
            long,
            visible_alias = "connector",
            required = true,
            value_name = "CONNECTOR[=WEIGHT],…"
        )]
        to: Vec<String>,
        /// The connectors that take over where none of those before is well; given again, those after these.
        #[arg(long, value_name = "CONNECTOR[=WEIGHT],…")]
        then: Vec<String>,
        /// How long a message may wait for a connector before it goes on to those that come then, in milliseconds.
        #[arg(long, requires = "then", value_parser = clap::value_parser!(u32).range(1..))]
        max_wait_ms: Option<u32>,
        /// Routes are tried from the lowest rank to the highest.
        #[arg(long, default_value_t = 0, allow_negative_numbers = true)]
        rank: i32,
        /// Only numbers that begin with these digits.
        #[arg(long)]
        prefix: Option<String>,
        /// Only numbers of this country, ISO 3166 alpha-2.
        #[arg(long, value_parser = written::country)]
        country: Option<Country>,
        /// Only numbers of this mobile operator (heliogram operator list shows them).
        #[arg(long)]
        operator: Option<String>,
        /// Only messages from this originator; with `*` at its end from all that begin so.
        #[arg(long, value_parser = originator)]
        originator: Option<String>,
        /// Only messages of this account.
        #[arg(long)]
        account: Option<String>,
        /// Only messages for which this kind of route was asked for, such as `direct` or `national_ua`; they prefer it to routes
        /// without a kind, and take one of those where there is none of theirs.
        #[arg(long, value_parser = written::name)]
        kind: Option<String>,
        /// Only messages of this lane: otp, transactional or bulk.
        #[arg(long, value_parser = lane)]
        lane: Option<Lane>,
        #[command(flatten)]
        at: At,
    },
    /// Tell which way a message would take now, and why.
    Explain(explain::Explain),
    /// List routes in the order in which they are tried.
    List {
        #[command(flatten)]
        at: At,
    },
    /// Remove a route.
    Remove {
        /// The route.
        name: String,
        #[command(flatten)]
        at: At,
    },
}

/// Carries a command out.
pub(crate) async fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Set {
            name,
            to,
            then,
            max_wait_ms,
            rank,
            prefix,
            country,
            operator,
            originator,
            account,
            kind,
            lane,
            at,
        } => {
            if let Some(prefix) = &prefix {
                let digits = (1..=15).contains(&prefix.len())
                    && prefix.bytes().all(|octet| octet.is_ascii_digit());
                anyhow::ensure!(digits, "a prefix is 1 to 15 digits without plus");
            }
            let gateway = open(&at).await?;
            if let Some(operator) = &operator {
                let is_known = gateway.operators().await?.contains_key(operator);
                anyhow::ensure!(
                    is_known,
                    "there is no operator {operator}: heliogram operator set {operator} --prefix DIGITS makes it"
                );
            }
            let account = account
                .map(|name| account_named(&gateway, &name).map(|account| account.id.0))
                .transpose()?;
            let settings = RouteSettings {
                rank,
                prefix,
                country: country.map(|country| country.code().to_owned()),
                operator,
                originator,
                account,
                kind,
                lane,
                max_wait_ms,
                ..RouteSettings::default()
            };
            let names = gateway.connectors().into_iter().map(|spec| spec.name);
            let ways = ways(&to, &then, &names.collect::<Vec<_>>())?;
            let leads_to = ways.0.iter().map(|tier| tier_in_words(tier));
            let leads_to = leads_to.collect::<Vec<_>>().join(", then ");
            gateway.put_route(&name, ways, &settings).await?;
            changed(format_args!(
                "route {name} of rank {rank} leads to {leads_to}"
            ))
        }
        Command::Explain(explain) => explain::run(explain).await,
        Command::List { at } => list(&at).await,
        Command::Remove { name, at } => {
            let removed = open(&at).await?.remove_route(&name).await?;
            anyhow::ensure!(removed, "there is no route {name}");
            changed(format_args!("route {name} is removed"))
        }
    }
}

/// Reads the tiers of connectors: the first of all that is in `to`, one more of each that is in `then`.
fn ways(to: &[String], then: &[String], known: &[String]) -> anyhow::Result<Ways> {
    let mut tiers = vec![Vec::new()];
    for given in to {
        tiers[0].extend(tier(given, known)?);
    }
    for given in then {
        tiers.push(tier(given, known)?);
    }
    Ok(Ways(tiers))
}

/// Reads connectors with weights. One whose name is all that was given is meant, whatever signs are in it.
fn tier(given: &str, known: &[String]) -> anyhow::Result<Vec<(String, u32)>> {
    if known.iter().any(|name| name == given) {
        return Ok(vec![(given.to_owned(), 1)]);
    }
    let ways = given.split(',').map(|way| {
        let Some((name, weight)) = way.rsplit_once('=') else {
            return Ok((way.to_owned(), 1));
        };
        let weight: u32 = weight
            .parse()
            .ok()
            .filter(|weight| (1..=MOST_WEIGHT).contains(weight))
            .with_context(|| format!("the weight in {way} is not between 1 and {MOST_WEIGHT}"))?;
        Ok((name.to_owned(), weight))
    });
    ways.collect()
}

/// Writes a tier as it is given.
fn tier_in_words(tier: &[(String, u32)]) -> String {
    let is_even = tier.iter().all(|(_, weight)| *weight == 1);
    let ways = tier.iter().map(|(name, weight)| {
        if is_even {
            name.clone()
        } else {
            format!("{name}={weight}")
        }
    });
    ways.collect::<Vec<_>>().join(",")
}

/// Reads an originator, or the beginning of some.
fn originator(text: &str) -> Result<String, String> {
    match text.strip_suffix('*') {
        Some(beginning) if beginning.is_empty() || beginning.contains('*') => {
            Err("a * stands at the end of the beginning of an originator".to_owned())
        }
        Some(beginning) => written::originator(beginning).map(|read| format!("{read}*")),
        None => written::originator(text),
    }
}

/// Reads the name of a lane.
fn lane(text: &str) -> Result<Lane, String> {
    Lane::named(text).ok_or_else(|| "a lane is otp, transactional or bulk".to_owned())
}

async fn list(at: &At) -> anyhow::Result<()> {
    let gateway = open(at).await?;
    let (_, connectors, routes) = gateway.stored().await?;
    let name = |id| {
        let found = connectors.iter().find(|connector| connector.id == id);
        found.map_or_else(|| id.to_string(), |connector| connector.name.clone())
    };
    let mut listed = Vec::new();
    for stored in routes {
        let route = Route::read(stored.clone())
            .with_context(|| format!("route {} cannot be read", stored.name))?;
        let tiers = route.tiers.iter().map(|tier| {
            let ways = tier.iter().map(|way| (name(way.id()), way.weight));
            tier_in_words(&ways.collect::<Vec<_>>())
        });
        let leads_to = tiers.collect::<Vec<_>>().join(" then ");
        listed.push((route.settings.rank, route.name, leads_to, route.settings));
    }
    listed.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
    let any = |condition: Option<String>| condition.unwrap_or_else(|| "any".into());
    let rows: Vec<_> = listed
        .into_iter()
        .map(|(rank, name, leads_to, settings)| {
            let account = settings.account.map(|id| id.to_string());
            let wait = settings.max_wait_ms.map(|wait| format!("{wait} ms"));
            [
                rank.to_string(),
                name,
                leads_to,
                any(settings.prefix),
                any(settings.country),
                any(settings.operator),
                any(settings.originator),
                any(account),
                any(settings.lane.map(|lane| lane.name().to_owned())),
                wait.unwrap_or_else(|| "its life".into()),
                settings.kind.unwrap_or_else(|| "none".into()),
            ]
        })
        .collect();
    table::print(
        [
            "RANK",
            "ROUTE",
            "CONNECTORS",
            "PREFIX",
            "COUNTRY",
            "OPERATOR",
            "ORIGINATOR",
            "ACCOUNT #",
            "LANE",
            "WAITS",
            "KIND",
        ],
        &rows,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiers_are_given_by_name_and_weight() {
        let known = ["a,b=2".to_owned()];
        let read = |to: &[&str], then: &[&str]| {
            let owned = |given: &[&str]| given.iter().map(|one| (*one).to_owned()).collect();
            let (to, then): (Vec<_>, Vec<_>) = (owned(to), owned(then));
            let read = ways(&to, &then, &known);
            read.map(|ways| {
                ways.0
                    .iter()
                    .map(|tier| tier_in_words(tier))
                    .collect::<Vec<_>>()
            })
        };
        assert_eq!(read(&["fast"], &[]).unwrap(), ["fast"]);
        let tiers = read(&["fast", "other=3"], &["backup", "last,least"]).unwrap();
        assert_eq!(tiers, ["fast=1,other=3", "backup", "last,least"]);
        assert_eq!(
            read(&["a,b=2"], &[]).unwrap(),
            ["a,b=2"],
            "a name of that kind"
        );
        for wrong in ["fast=0", "fast=", "fast=x", "fast=-1", "fast=1000001"] {
            assert!(read(&[wrong], &[]).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_beginning_of_an_originator_ends_with_a_star() {
        assert_eq!(originator("Bank*").as_deref(), Ok("Bank*"));
        assert_eq!(originator("Bank").as_deref(), Ok("Bank"));
        for wrong in ["*", "Ba*nk*", "Bank**", ""] {
            assert!(originator(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_lane_is_known_by_its_name() {
        assert_eq!(lane("otp"), Ok(Lane::Otp));
        assert!(lane("slow").is_err());
    }
}
