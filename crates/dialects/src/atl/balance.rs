//! `units`: what is left to spend [atl "Get remained units"].

use gateway::{Account, Gateway};

use super::answer::Answered;
use super::codes::Code;
use super::product::Product;

const MICROS_PER_UNIT: i64 = 1_000_000;

/// Tells how many whole units can be spent. Units are the account's currency, whatever it is called: of an account that has
/// money, whole dollars. Less than one is 0, and so is a debt.
pub(super) async fn units(
    gateway: &Gateway,
    account: &Account,
    product: Product,
) -> Result<Answered, Code> {
    let balance = gateway.balance(account.id).await;
    let balance = balance.map_err(|error| Code::of(error, product, Code::BAD_REQUEST))?;
    let units = balance.available.micros().div_euclid(MICROS_PER_UNIT);
    Ok(Answered::number("units", units))
}
