//! What is sent to whom, and how: the parameters that `send.php` and `jobs.php` share.

mod binary;
mod phones;
mod text;
mod timing;

use gateway::directory::Originators;
use gateway::{ListId, To};
use sms::{Form, Refusal, Transliteration};

use super::call::Call;
use super::faults::Failure;

pub(super) use phones::{Phones, number};
pub(super) use timing::Timing;

/// Kinds of messages that there is no way out for: a request for one is refused rather than sent as something else.
const NOT_SERVED: &[&str] = &[
    "hlr", "ping", "mms", "mail", "soc", "viber", "whatsapp", "tg", "call", "push", "bot",
    "fileurl", "mes2",
];

/// Holds what is sent to whom, and how.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Message {
    /// Who it is from; empty where the account has no default either.
    pub(super) originator: String,
    /// The text; empty where every recipient has one.
    pub(super) text: String,
    pub(super) form: Form,
    pub(super) recipients: Vec<To>,
    /// Groups of contacts who get it too.
    pub(super) groups: Vec<ListId>,
}

impl Message {
    /// Reads `phones` and `mes`, or `list`, which has a text for each line of phones and wins.
    pub(super) fn read(call: &Call<'_>) -> Result<Self, Failure> {
        Self::read_or(call, None)
    }

    /// Reads the same; a text that is kept stands in for `mes`.
    pub(super) fn read_or(call: &Call<'_>, kept: Option<String>) -> Result<Self, Failure> {
        check_kind(call)?;
        let mut message = Self {
            originator: originator(call)?,
            text: String::new(),
            form: form(call)?,
            recipients: Vec::new(),
            groups: Vec::new(),
        };
        match call.text("list")? {
            Some(list) => message.take_list(call, &list)?,
            None => message.take_text(call, kept)?,
        }
        if message.recipients.is_empty() && message.groups.is_empty() {
            return Err(Refusal::NoValidRecipients.into());
        }
        Ok(message)
    }

    /// Reads the form and the text alone.
    pub(super) fn form_and_text(
        call: &Call<'_>,
        kept: Option<String>,
    ) -> Result<(Form, String), Failure> {
        check_kind(call)?;
        let form = form(call)?;
        if kept.is_none()
            && let Some((alphabet, octets)) = binary::read(call)?
        {
            return Ok((Form { alphabet, ..form }, octets));
        }
        let text = match kept {
            Some(text) => text,
            None => call.needed("mes")?,
        };
        Ok((form, fitting(call, form, &text)?))
    }

    fn take_text(&mut self, call: &Call<'_>, kept: Option<String>) -> Result<(), Failure> {
        let phones = Phones::read(&call.needed("phones")?, call.settings.correct_eights);
        (self.form, self.text) = Self::form_and_text(call, kept)?;
        self.recipients = phones.numbers.into_iter().map(To::number).collect();
        self.groups = phones.groups;
        Ok(())
    }

    fn take_list(&mut self, call: &Call<'_>, list: &str) -> Result<(), Failure> {
        if call.text("bin")?.is_some_and(|bin| bin != "0") {
            return Err(Failure::Parameters);
        }
        for line in list.lines().filter(|line| !line.trim().is_empty()) {
            let record = text::Record::read(line).ok_or(Failure::Parameters)?;
            let other_zone = record
                .zone
                .is_some_and(|tz| timing::zone(call).ok() != super::times::Zone::read(tz));
            let phones = Phones::read(record.phones, call.settings.correct_eights);
            // A line cannot go at a time of its own, nor to contacts who are yet to be looked up.
            if other_zone || !phones.groups.is_empty() {
                return Err(Failure::Parameters);
            }
            let text = fitting(call, self.form, &record.text)?;
            if let (true, Some(sender)) = (self.originator.is_empty(), record.sender) {
                // There is none for all of them, but this one will do where a line names none.
                sender.clone_into(&mut self.originator);
            }
            self.recipients
                .extend(phones.numbers.into_iter().map(|number| To {
                    text: Some(text.clone()),
                    originator: record.sender.map(str::to_owned),
                    ..To::number(number)
                }));
        }
        Ok(())
    }
}

/// Checks a text, and cuts it to `maxsms` segments.
fn fitting(call: &Call<'_>, form: Form, text: &str) -> Result<String, Failure> {
    let text = text::checked(text)?;
    Ok(match call.within("maxsms", 1, 255)? {
        Some(segments) => {
            let segments = u16::try_from(segments).unwrap_or(u16::MAX);
            sms::text::cut(text, form, segments).to_owned()
        }
        None => text.to_owned(),
    })
}

/// Refuses what there is no way out for.
fn check_kind(call: &Call<'_>) -> Result<(), Failure> {
    if NOT_SERVED.iter().any(|name| call.flag(name)) || call.parameters.has_files() {
        Err(Failure::Parameters)
    } else {
        Ok(())
    }
}

/// Reads `sender`; nothing or a dot stands for the account's own: the one that it has for this, or the first that it may use.
pub(super) fn originator(call: &Call<'_>) -> Result<String, Failure> {
    let settings = &call.account.settings;
    let first = || match &settings.originators {
        Originators::Only(names) => names.first().cloned(),
        Originators::Any => None,
    };
    let own = || settings.originator.clone().or_else(first);
    let given = call.text("sender")?.filter(|sender| sender.trim() != ".");
    Ok(given.or_else(own).unwrap_or_default())
}

/// Reads `flash` and `translit`.
pub(super) fn form(call: &Call<'_>) -> Result<Form, Failure> {
    let transliteration = match call.text("translit")?.as_deref().map(str::trim) {
        None | Some("0") => None,
        Some("1") => Some(Transliteration::Sound),
        Some("2") => Some(Transliteration::Looks),
        Some(_) => return Err(Failure::Parameters),
    };
    Ok(Form {
        transliteration,
        flash: call.flag("flash"),
        ..Form::default()
    })
}
