//! A submission's text: what it may be, and what it is once filled in and written as its form wants.

use std::borrow::Cow;

use sms::template::{Template, Variables};
use sms::{Form, Refusal};

use crate::Limits;

/// How much longer a template may be than the texts that it makes.
const TEMPLATE_TO_TEXT: usize = 4;

/// Refuses a text that no message of its form could have. Hex has no placeholders: it has no percent signs.
pub(crate) fn check_text(text: &str, form: Form, limits: &Limits) -> Result<(), Refusal> {
    if text.is_empty() {
        return Err(Refusal::EmptyText);
    }
    if text.len() > TEMPLATE_TO_TEXT * most_octets(limits) {
        return Err(too_long(limits));
    }
    if form.alphabet.is_hex() && sms::text::measure_as(text, form).is_err() {
        return Err(Refusal::InvalidBinary);
    }
    Ok(())
}

/// Counts the segments of a text that is sent as it stands; refuses one that no message could have.
pub(crate) fn whole_text_segments(text: &str, form: Form, limits: &Limits) -> Result<u16, Refusal> {
    check_text(text, form, limits)?;
    if text.len() > most_octets(limits) {
        return Err(too_long(limits));
    }
    let measure = sms::text::measure_as(text, form).map_err(|_| Refusal::InvalidBinary)?;
    let (segments, limit) = (measure.segments, limits.segments);
    if segments > limit {
        return Err(Refusal::TextTooLong { segments, limit });
    }
    Ok(segments)
}

/// The octets of the longest text of so many segments: 153 characters each, of no more than three octets.
pub(super) fn most_octets(limits: &Limits) -> usize {
    usize::from(limits.segments) * 153 * 3
}

/// Refuses a text that is too long to be worth counting.
pub(super) fn too_long(limits: &Limits) -> Refusal {
    Refusal::TextTooLong {
        segments: u16::MAX,
        limit: limits.segments,
    }
}

/// Renders one recipient's text as the handset shows it, and as it was measured for the price.
pub(crate) fn render<'a>(
    template: &'a Template,
    variables: Option<&str>,
    names: &[String],
    form: Form,
) -> Cow<'a, str> {
    let text = render_within(template, variables, names, usize::MAX).unwrap_or_default();
    match sms::text::as_written(&text, form) {
        Cow::Owned(written) => Cow::Owned(written),
        Cow::Borrowed(_) => text,
    }
}

/// Renders one recipient's text for somebody who looks at it; the template itself when it makes no text that could be sent.
pub(crate) fn render_to_read(
    text: String,
    variables: Option<&str>,
    names: &[String],
    form: Form,
    limits: &Limits,
) -> String {
    let filled_in = variables.and_then(|variables| {
        let template = Template::parse(&text);
        let most = most_octets(limits);
        render_within(&template, Some(variables), names, most).map(Cow::into_owned)
    });
    let text = filled_in.unwrap_or(text);
    match sms::text::readable(&text, form) {
        Cow::Owned(readable) => readable,
        Cow::Borrowed(_) => text,
    }
}

/// Fills a template in, unless that makes more than so many octets; a text without variables is none.
pub(super) fn render_within<'a>(
    template: &'a Template,
    variables: Option<&str>,
    names: &[String],
    most_octets: usize,
) -> Option<Cow<'a, str>> {
    match variables {
        Some(variables) => {
            let names = names.iter().map(String::as_str);
            let values = Variables::positional(variables).with_names(names);
            template.render_within(&values, most_octets)
        }
        None => (template.text().len() <= most_octets).then_some(Cow::Borrowed(template.text())),
    }
}
