//! Methods about campaigns that have been accepted; to this API every submission is one, a single message too
//! [atompark-en "Bulk sms operations"].

mod deliveries;
mod list;
mod messages;
mod reading;

use std::collections::HashSet;

use gateway::{Account, Gateway, Submission, SubmissionId};
use serde::Serialize;
use serde_json::value::RawValue;
use sms::Refusal;

use super::answer::{Dates, Reply, number};
use super::faults::Failure;
use super::request::Arguments;
use super::{Profile, states};
use deliveries::Deliveries;
use list::CampaignList;
use messages::Messages;
use reading::Reading;

/// How many campaigns one call may ask about.
const MOST_IDS: usize = 10_000;

/// How many of them are looked up at a time.
const IDS_AT_ONCE: usize = 500;

/// Answers `getCampaignInfo` [atompark-en "Getting information over the campaign results"].
pub(super) async fn info(
    gateway: &Gateway,
    account: &Account,
    arguments: Arguments<'_>,
) -> Result<Reply, Failure> {
    #[derive(Serialize)]
    struct Info {
        sent: u64,
        delivered: u64,
        not_delivered: u64,
        price: Box<RawValue>,
        status: u8,
        #[serde(skip_serializing_if = "Option::is_none")]
        from: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        body: Option<String>,
    }
    let campaign = known(gateway, account, arguments).await?;
    let counters = states::counters(&campaign.tally);
    let live = arguments.settings.profile == Profile::Live;
    Ok(Reply::of(Info {
        sent: counters.sent,
        delivered: counters.delivered,
        not_delivered: counters.not_delivered,
        price: number(campaign.price, 0),
        status: states::campaign(campaign.state),
        from: live.then_some(campaign.originator),
        body: live.then_some(campaign.text),
    }))
}

/// Answers `getCampaignDeliveryStats` [atompark-en "Getting the sms delivery statuses"].
pub(super) async fn deliveries(
    gateway: &Gateway,
    account: &Account,
    arguments: Arguments<'_>,
) -> Result<Reply, Failure> {
    let changed_after = arguments.time("datefrom", account)?;
    let campaign = known(gateway, account, arguments).await?;
    let reading = Reading::new(gateway, account, vec![campaign.id], changed_after);
    let deliveries = Deliveries::begin(reading, Dates::of(account)).await?;
    Ok(Reply::in_pieces(deliveries.ok_or(Failure::NoRows)?))
}

/// Answers `getcampaigndeliverystatsgroup`; each row tells the number of its campaign
/// [atompark-en "Get messages statuses due to campaigns"].
pub(super) async fn deliveries_of_several(
    gateway: &Gateway,
    account: &Account,
    arguments: Arguments<'_>,
) -> Result<Reply, Failure> {
    let campaigns = several(gateway, account, arguments, "id").await?;
    let reading = Reading::new(gateway, account, campaigns, None);
    let deliveries = Deliveries::begin(reading, Dates::of(account)).await?;
    let deliveries = deliveries.ok_or(Failure::NoRows)?;
    Ok(Reply::in_pieces(deliveries.with_campaigns()))
}

/// Answers `gettaskinfo`; its tasks are campaigns [atompark-ru "Получение полных статусов по кампаниям"].
pub(super) async fn messages(
    gateway: &Gateway,
    account: &Account,
    arguments: Arguments<'_>,
) -> Result<Reply, Failure> {
    let campaigns = several(gateway, account, arguments, "taskIds").await?;
    let reading = Reading::new(gateway, account, campaigns, None);
    Ok(Reply::in_pieces(Messages::new(reading, Dates::of(account))))
}

/// Answers `cancelCampaign` [atompark-en "Cancelling the delivery"].
pub(super) async fn cancel(
    gateway: &Gateway,
    account: &Account,
    arguments: Arguments<'_>,
) -> Result<Reply, Failure> {
    gateway.cancel(account.id, arguments.campaign()?).await?;
    Ok(done())
}

/// Answers `deleteCampaign` [atompark-en "Deleting the delivery"].
pub(super) async fn delete(
    gateway: &Gateway,
    account: &Account,
    arguments: Arguments<'_>,
) -> Result<Reply, Failure> {
    gateway.delete(account.id, arguments.campaign()?).await?;
    Ok(done())
}

/// Answers `getCampaignList` [atompark-en "Getting the list of campaigns"].
pub(super) async fn list(
    gateway: &Gateway,
    account: &Account,
    arguments: Arguments<'_>,
) -> Result<Reply, Failure> {
    let campaigns = CampaignList::read(gateway, account, arguments.page()?).await?;
    Ok(Reply::in_pieces(campaigns.ok_or(Failure::NoRows)?))
}

/// Says `{"successful":1}`: a number here, where other methods have `true`.
fn done() -> Reply {
    #[derive(Serialize)]
    struct Done {
        successful: u8,
    }
    Reply::of(Done { successful: 1 })
}

/// Looks at the campaign that is asked about, unless its account has deleted it.
async fn known(
    gateway: &Gateway,
    account: &Account,
    arguments: Arguments<'_>,
) -> Result<Submission, Failure> {
    let campaign = gateway
        .submission(account.id, arguments.campaign()?)
        .await?;
    if campaign.deleted {
        return Err(Refusal::SubmissionDeleted.into());
    }
    Ok(campaign)
}

/// Finds the campaigns of a list of ids, `755,756`, each once and in this order. Those that are unknown or deleted are passed
/// over, unless no other is left.
async fn several(
    gateway: &Gateway,
    account: &Account,
    arguments: Arguments<'_>,
    parameter: &str,
) -> Result<Vec<SubmissionId>, Failure> {
    let ids = arguments.ids(parameter, MOST_IDS)?.unwrap_or_default();
    let mut seen = HashSet::new();
    let asked: Vec<_> = ids.into_iter().filter(|id| seen.insert(*id)).collect();
    let mut known = Vec::new();
    let mut why_none = Refusal::UnknownSubmission;
    for ids in asked.chunks(IDS_AT_ONCE) {
        let ids = ids.iter().copied().map(SubmissionId).collect();
        for campaign in gateway.submissions_by_id(account.id, ids).await? {
            if campaign.deleted {
                why_none = Refusal::SubmissionDeleted;
            } else {
                known.push(campaign.id);
            }
        }
    }
    if known.is_empty() {
        return Err(why_none.into());
    }
    Ok(known)
}
