//! The JSON API: a bearer token, a body of fields, and HTTP statuses that mean something [smsclub "API SMS integration"].

mod answer;
mod fields;
mod originators;

use gateway::{Account, Gateway};
use http::{HeaderValue, header};

use super::call::JsonCall;
use super::faults::{About, Failure, Unsent};
use super::sending::{self, Addressee, Fate, Sending, Told};
use super::{Settings, SmsClub, sign_in, states};
use crate::wire::php::Value;
use crate::{Answer, Request};
use answer::{Info, Members};
use fields::Fields;

/// How many numbers or ids one request may have [smsclub "Sending API Messages"] [smsclub "Getting the status of messages"].
const MOST: usize = 100;

/// The decimal places of a balance.
const PLACES: u32 = 4;

/// Answers a request; `None` stands for a path that is none of this API's.
pub(super) async fn answer(
    dialect: &SmsClub,
    gateway: &Gateway,
    call: Option<JsonCall>,
    request: Request,
) -> Answer {
    match answered(dialect, gateway, call, request).await {
        Ok(answer) => answer,
        Err(failure) => {
            let mut answer = answer::failure(&failure);
            if let (Failure::WrongMethod, Some(call)) = (&failure, call) {
                let methods = HeaderValue::from_static(methods(call));
                answer.headers.push((header::ALLOW, methods));
            }
            answer
        }
    }
}

async fn answered(
    dialect: &SmsClub,
    gateway: &Gateway,
    call: Option<JsonCall>,
    request: Request,
) -> Result<Answer, Failure> {
    let call = call.ok_or(Failure::UnknownCall)?;
    let is_allowed = |method: &str| request.method.as_str() == method;
    if !methods(call).split(", ").any(is_allowed) {
        return Err(Failure::WrongMethod);
    }
    let account = sign_in::bearer(gateway, &request.headers)?;
    dialect.pace.admit(gateway, &account, request.peer)?;
    let (settings, turns) = (&dialect.settings, &dialect.turns);
    match call {
        // What has no fields has any body: clients send none, `[]`, `{}` or `null`.
        JsonCall::Balance => balance(gateway, &account).await,
        JsonCall::Originators => originators::approved(gateway, &account).await,
        JsonCall::Send => {
            let sending = to_all(&Fields::read(turns, request).await?)?;
            send(gateway, &account, settings, sending).await
        }
        JsonCall::SendPersonal => {
            let sending = personal(&Fields::read(turns, request).await?)?;
            send(gateway, &account, settings, sending).await
        }
        JsonCall::Status => status(gateway, &account, &Fields::read(turns, request).await?).await,
        JsonCall::RegisterOriginator => {
            let fields = Fields::read(turns, request).await?;
            originators::register(gateway, &account, settings, &fields).await
        }
        JsonCall::OriginatorStatus => {
            let fields = Fields::read(turns, request).await?;
            originators::statuses(gateway, &account, &fields).await
        }
    }
}

/// Returns the HTTP methods of a call. What only reads is read with GET by some clients.
const fn methods(call: JsonCall) -> &'static str {
    match call {
        JsonCall::Originators | JsonCall::Balance => "GET, POST",
        JsonCall::Send
        | JsonCall::SendPersonal
        | JsonCall::Status
        | JsonCall::RegisterOriginator
        | JsonCall::OriginatorStatus => "POST",
    }
}

/// Reads a sending of one text.
fn to_all(fields: &Fields) -> Result<Sending, Failure> {
    let recipients = fields.list("phone", MOST)?.into_iter();
    Ok(Sending {
        recipients: recipients.map(Addressee::new).collect(),
        text: fields.required("message", "No text")?.to_owned(),
        ..terms(fields)?
    })
}

/// Reads a sending of a text for each.
fn personal(fields: &Fields) -> Result<Sending, Failure> {
    let items = fields.items("data_message", MOST)?;
    let recipients = items.into_iter().map(|item| match item {
        Value::Array(item) => {
            let item = Fields::of(item.as_ref().clone());
            Ok(Addressee {
                given: item.required("phone", "Nothing is given")?.to_owned(),
                text: Some(item.required("message", "No text")?.to_owned()),
            })
        }
        Value::Text(_) => Err(Failure::Field("data_message", "Wrong value")),
    });
    Ok(Sending {
        recipients: recipients.collect::<Result<_, _>>()?,
        ..terms(fields)?
    })
}

fn terms(fields: &Fields) -> Result<Sending, Failure> {
    let source = fields.text("integration_id")?;
    Ok(Sending {
        sender: fields.required("src_addr", "No sender")?.to_owned(),
        lifetime_minutes: sending::minutes(fields.text("lifetime")?)?,
        source: (!source.is_empty()).then(|| source.to_owned()),
        ..Sending::default()
    })
}

async fn send(
    gateway: &Gateway,
    account: &Account,
    settings: &Settings,
    sending: Sending,
) -> Result<Answer, Failure> {
    let given: Vec<_> = sending
        .recipients
        .iter()
        .map(|to| to.given.clone())
        .collect();
    match sending::send(gateway, account, settings, sending).await {
        Ok(told) => Ok(sent(&told)),
        // What concerns every recipient is told of each, so that a client finds it where it looks for what concerns one.
        Err(failure) => match failure.told() {
            (About::Recipients, text) => {
                let add_info = given
                    .into_iter()
                    .map(|given| (key(&given), text.to_owned()));
                Ok(answer::success(200, None, add_info.collect()))
            }
            (About::Request(_) | About::Field(_), _) => Err(failure),
        },
    }
}

/// Tells of a sending: ids with their numbers, and the numbers to which nothing goes, as they were written, with the reason.
fn sent(told: &[Told]) -> Answer {
    let (mut info, mut add_info) = (Members::default(), Members::default());
    for recipient in told {
        match &recipient.fate {
            Fate::Goes(id, number) => info.add(id.0.to_string(), number.to_string()),
            Fate::Kept(_, unsent) => add_info.add(key(&recipient.given), unsent.text().to_owned()),
        }
    }
    let status = match sending::nothing_goes(told) {
        Some(Unsent::Repeated) => 453,
        Some(Unsent::NotANumber | Unsent::Stopped) | None => 200,
    };
    answer::success(status, Some(Info::Members(info)), add_info)
}

/// Returns the key of what is told of a number; one that is empty is told of under a name of its own.
fn key(given: &str) -> String {
    let key = if given.is_empty() {
        "invalid_phone"
    } else {
        given
    };
    key.to_owned()
}

async fn status(gateway: &Gateway, account: &Account, fields: &Fields) -> Result<Answer, Failure> {
    let asked = fields.list("id_sms", MOST)?;
    let mut info = Members::default();
    for (id, word) in states::words(gateway, account.id, &asked).await? {
        info.add(id.0.to_string(), word.to_owned());
    }
    // The provider's own program passes over all ids as soon as one is told to be unknown: only if all are, they are.
    let mut add_info = Members::default();
    if info.is_empty() {
        add_info.add("invalid_id_sms".into(), "Unknown message".into());
    }
    Ok(answer::success(200, Some(Info::Members(info)), add_info))
}

/// Tells the balance as an object: the document prints it between square brackets, which is not JSON, and no client reads a list.
async fn balance(gateway: &Gateway, account: &Account) -> Result<Answer, Failure> {
    let available = gateway.balance(account.id).await?.available;
    let mut info = Members::default();
    info.add(
        "money".into(),
        available.rounded_down(PLACES).decimal_rounded(PLACES),
    );
    info.add("currency".into(), available.currency().to_string());
    Ok(answer::success(
        200,
        Some(Info::Members(info)),
        Members::default(),
    ))
}
