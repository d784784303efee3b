//! Checks of what is written about an account against what there is.

use anyhow::Context;
use gateway::Gateway;
use gateway::directory::TariffSettings;
use sms::{Currency, Money};

use crate::output;

/// Tells of a tariff that is still to come, or has its prices in another currency: until that is mended the account cannot send.
pub(super) async fn note_unfit_tariff(
    gateway: &Gateway,
    name: &str,
    currency: Currency,
) -> anyhow::Result<()> {
    let (tariffs, _, _) = gateway.stored().await?;
    let Some(tariff) = tariffs.iter().find(|tariff| tariff.name == name) else {
        output::note(format_args!(
            "note: there is no tariff {name} yet; until heliogram tariff set {name} the account's messages are refused"
        ));
        return Ok(());
    };
    // One that cannot be read is no reason to refuse: an account may be about to leave it.
    let Ok(settings) = serde_json::from_str::<TariffSettings>(&tariff.settings) else {
        return Ok(());
    };
    if Currency::parse(&settings.currency).is_ok_and(|prices| prices != currency) {
        output::note(format_args!(
            "note: tariff {name} is in {} and the account in {currency}; until it has a tariff in {currency} its messages are refused",
            settings.currency
        ));
    }
    Ok(())
}

/// Reads an amount of money.
pub(super) fn parse_amount(text: &str, currency: Currency) -> anyhow::Result<Money> {
    Money::parse_decimal(text, currency)
        .with_context(|| format!("{text:?} is not an amount such as 100.00"))
}

/// Refuses what is no time zone.
pub(super) fn check_time_zone(name: &str) -> anyhow::Result<()> {
    jiff::tz::TimeZone::get(name)
        .map(|_| ())
        .map_err(|_| anyhow::anyhow!("{name} is not an IANA time zone such as Europe/Kyiv"))
}
