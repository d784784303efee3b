//! What became of a task: `report`, `detailedreport` and LSIM's `detailedreportwithdate` [atl "Get delivery reports (only
//! numbers)"] [atl "Get detailed delivery reports"].

use gateway::{Account, Gateway, Submission, SubmissionId};
use jiff::tz::TimeZone;
use sms::CampaignState;

use super::answer::Answered;
use super::codes::Code;
use super::list::List;
use super::product::Product;
use super::states;

/// Counts a task's messages.
pub(super) async fn report(
    gateway: &Gateway,
    account: &Account,
    task_id: &str,
    product: Product,
) -> Result<Answered, Code> {
    let task = ready(gateway, account, task_id, product).await?;
    Ok(Answered::Numbers(states::counters(product, &task.tally)))
}

/// Lists a task's messages: number, text and state of each, and, when there is a zone to tell it in, since when it is so.
pub(super) async fn detailed_report(
    gateway: &Gateway,
    account: &Account,
    task_id: &str,
    product: Product,
    dates: Option<TimeZone>,
) -> Result<Answered, Code> {
    let task = ready(gateway, account, task_id, product).await?;
    let list = List::of(gateway.clone(), account.id, task, product, dates);
    Ok(Answered::List(Box::new(list)))
}

/// Finds a task whose report is ready: of one whose time has not come there is nothing to tell yet.
async fn ready(
    gateway: &Gateway,
    account: &Account,
    task_id: &str,
    product: Product,
) -> Result<Submission, Code> {
    if task_id.is_empty() {
        return Err(Code::NO_TASK_ID);
    }
    let digits = task_id.bytes().all(|octet| octet.is_ascii_digit());
    let id = task_id.parse().ok().filter(|_| digits);
    let id = SubmissionId(id.ok_or(product.unknown_task())?);
    let task = gateway.submission(account.id, id).await;
    let task = task.map_err(|error| Code::of(error, product, Code::BAD_REQUEST))?;
    let begins_later = task.start_at.is_some_and(|start| start > gateway.now());
    if task.deleted {
        Err(product.unknown_task())
    } else if task.state == CampaignState::Cancelled && product == Product::Atl {
        // LSIM has a counter for it, and no code.
        Err(Code::CANCELLED)
    } else if task.tally.total() == 0 || begins_later && task.tally.waiting() > 0 {
        Err(Code::NOT_READY)
    } else {
        Ok(task)
    }
}
