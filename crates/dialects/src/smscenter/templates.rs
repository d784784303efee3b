//! `templates.php`: texts that an account keeps to send again.

use gateway::{MessageTemplate, TemplateId, TemplateText};

use super::answer::{Answered, Record};
use super::call::Call;
use super::faults::Failure;
use super::limits::Alike;

/// The most templates that a list has.
const MOST_LISTED: usize = 1_000;

/// How many templates are read at a time.
const PAGE: u32 = 200;

/// The kinds of messages that a template may make: those that there is a way out for. The first one is meant where none is said.
const FORMATS: [&str; 3] = ["sms", "flash", "bin"];

/// Answers `templates.php`.
pub(super) async fn templates(call: Call<'_>) -> Result<Answered, Failure> {
    let most = call.settings.per_minute.templates;
    call.counted(most, Alike::Whole, act(&call)).await
}

async fn act(call: &Call<'_>) -> Result<Answered, Failure> {
    let (gateway, account) = (call.gateway, call.account.id);
    if call.flag("add") {
        let template = read(call, TemplateText::default())?;
        let id = gateway.add_template(account, template).await?;
        let record = Record::new().with("id", id.0);
        Ok(Answered::one(record.text(format!("ID = {id}"))))
    } else if call.flag("chg") {
        let id = id(call)?;
        let template = gateway.template(account, id).await?;
        let template = read(call, template.text)?;
        gateway.change_template(account, id, template).await?;
        Ok(Answered::done())
    } else if call.flag("del") {
        gateway.remove_template(account, id(call)?).await?;
        Ok(Answered::done())
    } else if call.flag("get") {
        list(call).await
    } else {
        Err(Failure::Parameters)
    }
}

fn id(call: &Call<'_>) -> Result<TemplateId, Failure> {
    let id = call.number("id")?.map(TemplateId);
    id.ok_or(Failure::Parameters)
}

/// Reads what is given of a template over what it was.
fn read(call: &Call<'_>, mut template: TemplateText) -> Result<TemplateText, Failure> {
    if let Some(format) = call.text("format")? {
        let format = format.trim();
        if !FORMATS.contains(&format) {
            return Err(Failure::Parameters);
        }
        format.clone_into(&mut template.kind);
    }
    if let Some(name) = call.text("name")? {
        template.name = name;
    }
    if let Some(text) = call.text("msg")? {
        template.text = text;
    }
    if let Some(sender) = call.sent("sender")? {
        template.originator = sender;
    }
    Ok(template)
}

/// Lists templates; there may be none, which is no error here.
async fn list(call: &Call<'_>) -> Result<Answered, Failure> {
    let mut records = Vec::new();
    let mut after = None;
    while records.len() < MOST_LISTED {
        let page = call.gateway.templates(call.account.id, after, PAGE);
        let page = page.await?;
        let Some(last) = page.last() else { break };
        after = Some(last.id);
        records.extend(page.iter().map(shown));
    }
    Ok(Answered::many(records).called("templates", "template"))
}

fn shown(template: &MessageTemplate) -> Record {
    let TemplateText {
        name,
        text,
        originator,
        kind,
    } = &template.text;
    let format = if kind.is_empty() { FORMATS[0] } else { kind };
    Record::new()
        .with("id", template.id.0)
        .with("format", format)
        .with("message", text.clone())
        .with("name", name.clone())
        .with("sender", originator.clone())
        .with("flag", 0_i64)
}
