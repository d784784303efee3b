//! What a person reads when development mode is ready. Kept data may have been changed since: it tells what holds now.

use gateway::directory::{CredentialKind, Originators, TariffSettings};
use gateway::{Account, Error};

use sms::Refusal;

use super::{World, account};

/// What stands in place of a well-known secret that is not the right one any more.
const CHANGED: &str = "(changed)";

/// Writes addresses, secrets, money and prices, and an example to try.
pub(super) async fn text(world: &World) -> anyhow::Result<String> {
    let http = world.http();
    let kept = match world.temporary {
        Some(_) => "dropped at the end (keep it: --data DIR)".to_owned(),
        None => format!("kept in {}", world.directory.display()),
    };
    let known = WellKnown::still(world).await;
    let example = if known.private_key == account::PRIVATE_KEY {
        format!("  Try a message:\n{}\n", account::example(http))
    } else {
        String::new()
    };
    Ok(format!(
        "\n  heliogram {version} · development · nothing leaves this machine · data {kept}\n\n\
         \x20 ePochta / Atompark   http://{http}/api/sms/3.0/   public key {public}, private key {private}\n\
         \x20 ATL InfoTech         http://{http}/bulksms/api    login {name}, password {password}   (LSIM: /smxml/api)\n\
         \x20 SMS Center           http://{http}/sys/send.php   login {name}, password {password}, or API key {api_key}\n\
         \x20 SMS Club             http://{http}/sms/send       bearer token {token}   (older: /http/, /token/, /xml/)\n\
         \x20 SMPP                 {smpp}   system_id {name}, password {password}\n\
         \x20 Simulated operator   {operator}   takes any login; its phones: curl \"http://{http}/dev/messages?wait=10s\"\n\
         \x20 Account {name}: {account}\n\n\
         {example}\
         \x20 Numbers that misbehave: heliogram dev --help\n\n",
        version = env!("CARGO_PKG_VERSION"),
        public = account::PUBLIC_KEY,
        private = known.private_key,
        smpp = world.smpp(),
        operator = world.operator(),
        name = account::NAME,
        password = known.password,
        account = terms(world).await?,
        api_key = known.api_key,
        token = known.token,
    ))
}

/// Shows each of the well-known secrets that is still the right one, and [`CHANGED`] for the others.
struct WellKnown {
    private_key: &'static str,
    password: &'static str,
    api_key: &'static str,
    token: &'static str,
}

impl WellKnown {
    async fn still(world: &World) -> Self {
        let gateway = &world.gateway;
        let pair = gateway.key_pair(account::PUBLIC_KEY);
        let signed_in = gateway.sign_in(account::NAME, account::PASSWORD).await;
        let bears = |kind, secret| gateway.bearer(kind, secret).is_some();
        let shown = |is_right: bool, secret| if is_right { secret } else { CHANGED };
        Self {
            private_key: shown(
                pair.is_some_and(|(_, secret)| secret.reveal() == account::PRIVATE_KEY),
                account::PRIVATE_KEY,
            ),
            // The password of a suspended account is right, too.
            password: shown(
                !matches!(signed_in, Err(Error::Refused(Refusal::WrongSecret))),
                account::PASSWORD,
            ),
            api_key: shown(
                bears(CredentialKind::ApiKey, account::API_KEY),
                account::API_KEY,
            ),
            token: shown(bears(CredentialKind::Token, account::TOKEN), account::TOKEN),
        }
    }
}

/// Says what the account has, what it pays, and what it may do.
async fn terms(world: &World) -> anyhow::Result<String> {
    let account = world.account()?;
    let balance = world.gateway.balance(account.id).await?.available;
    let price = price(world, &account).await?;
    let originators = match &account.settings.originators {
        Originators::Any => "any originator".to_owned(),
        Originators::Only(list) => format!("originators {}", list.join(", ")),
    };
    let suspended = if account.suspended { ", suspended" } else { "" };
    Ok(format!("{balance}, {price}, {originators}{suspended}"))
}

async fn price(world: &World, account: &Account) -> anyhow::Result<String> {
    let name = &account.settings.tariff;
    let (tariffs, _, _) = world.gateway.stored().await?;
    let Some(tariff) = tariffs.iter().find(|tariff| tariff.name == *name) else {
        return Ok(format!("no prices (there is no tariff {name})"));
    };
    let settings: TariffSettings = serde_json::from_str(&tariff.settings)?;
    Ok(match settings.default {
        Some(price) if settings.rules.is_empty() => {
            format!("{price} {} a segment", settings.currency)
        }
        _ => format!("prices by tariff {name}"),
    })
}
