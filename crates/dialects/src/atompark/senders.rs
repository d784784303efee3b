//! Sender names [atompark-en "The sender name registration"].

use gateway::{Account, Gateway, SenderName};
use serde::Serialize;
use sms::SenderStatus;

use super::RegisterSenderResult;
use super::answer::{Cells, Reply};
use super::faults::Failure;
use super::paging;
use super::request::Arguments;
use crate::wire::base64;

/// The columns of a list of sender names.
const FIELDS: &[&str] = &["id", "country", "name", "status", "description"];

/// How many names are read at a time.
const PORTION: u32 = 1_000;

/// What `registerSenderName` tells about a name besides its description: the parameter, and what the operator of the gateway
/// reads.
const PARTICULARS: [(&str, &str); 5] = [
    ("smsSubject", "subject"),
    ("siteUrl", "site"),
    ("taxName", "company"),
    ("taxId", "tax number"),
    ("operatorId", "mobile operator"),
];

/// What registering a name comes to: the status is a number here.
#[derive(Clone, Copy, Serialize)]
struct Registered {
    name_id: i64,
    status: u8,
}

/// Answers `registerSender`. Both documents print this one answer without a `result` around it.
pub(super) async fn register(
    gateway: &Gateway,
    account: &Account,
    arguments: Arguments<'_>,
) -> Result<Reply, Failure> {
    #[derive(Serialize)]
    struct Both {
        #[serde(flatten)]
        bare: Registered,
        result: Registered,
    }
    let registered = register_with(gateway, account, arguments, "").await?;
    Ok(match arguments.settings.registersender_result {
        RegisterSenderResult::Document => Reply::bare(registered),
        RegisterSenderResult::Wrapped => Reply::of(registered),
        RegisterSenderResult::Both => Reply::bare(Both {
            bare: registered,
            result: registered,
        }),
    })
}

/// Answers `registerSenderName`, a method of later clients, which tells more about a name and wants the `result`.
pub(super) async fn register_with_particulars(
    gateway: &Gateway,
    account: &Account,
    arguments: Arguments<'_>,
) -> Result<Reply, Failure> {
    let mut description = Vec::new();
    description.extend(decoded(arguments, "description")?);
    for (name, called) in PARTICULARS {
        let particular = match name {
            "smsSubject" | "taxName" => decoded(arguments, name)?,
            _ => arguments.text(name)?.map(str::to_owned),
        };
        description.extend(particular.map(|text| format!("{called}: {text}")));
    }
    let description = description.join("; ");
    let registered = register_with(gateway, account, arguments, &description).await?;
    Ok(Reply::of(registered))
}

/// Answers `getSenderStatus`: one by its id or by its name and perhaps a country, else a list
/// [atompark-en "Getting the sender status"].
pub(super) async fn get(
    gateway: &Gateway,
    account: &Account,
    arguments: Arguments<'_>,
) -> Result<Reply, Failure> {
    if let Some(id) = arguments.sender()? {
        return Ok(one(gateway.sender(account.id, id).await?));
    }
    if let Some(name) = arguments.text("name")? {
        let country = arguments.text("country")?;
        let sender = gateway.sender_named(account.id, name, country).await?;
        return Ok(one(sender));
    }
    let page = arguments.page()?;
    let (mut rows, mut after) = (Vec::new(), None);
    loop {
        let senders = gateway.senders(Some(account.id), after, PORTION).await?;
        let Some(last) = senders.last() else { break };
        after = Some(last.id);
        rows.extend(senders.into_iter().map(cells));
    }
    paging::table(FIELDS, rows, page)
}

async fn register_with(
    gateway: &Gateway,
    account: &Account,
    arguments: Arguments<'_>,
    description: &str,
) -> Result<Registered, Failure> {
    let name = arguments.text("name")?.unwrap_or_default();
    let country = arguments.text("country")?.unwrap_or_default();
    let (id, status) = gateway
        .register_sender(account.id, name, country, description)
        .await?;
    Ok(Registered {
        name_id: id.0,
        status: code(status),
    })
}

/// Reads a text that clients encode in base64; one that is not encoded is taken as it is.
fn decoded(arguments: Arguments<'_>, name: &str) -> Result<Option<String>, Failure> {
    let decoded = |text: &str| base64::text(text).unwrap_or_else(|| text.to_owned());
    Ok(arguments.text(name)?.map(decoded))
}

/// Tells one: the id is a number here and the status a text.
fn one(sender: SenderName) -> Reply {
    #[derive(Serialize)]
    struct Sender {
        id: i64,
        name: String,
        status: String,
        country: String,
    }
    Reply::of(Sender {
        id: sender.id.0,
        name: sender.name,
        status: code(sender.status).to_string(),
        country: sender.country.to_string(),
    })
}

/// Makes a row: everything is text here.
fn cells(sender: SenderName) -> Cells {
    vec![
        sender.id.to_string(),
        sender.country.to_string(),
        sender.name,
        code(sender.status).to_string(),
        // What the operator of the gateway says of a decision matters more than what the account said before it.
        if sender.note.is_empty() {
            sender.description
        } else {
            sender.note
        },
    ]
}

/// Returns the documents' number of a status.
const fn code(status: SenderStatus) -> u8 {
    match status {
        SenderStatus::Pending => 0,
        SenderStatus::Approved => 1,
        SenderStatus::Denied => 2,
    }
}
