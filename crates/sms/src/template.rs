//! Texts with placeholders, filled in for each recipient.
//!
//! `%1%` is the first value, `%Name%` the value of that name. A percent sign that opens nothing
//! is a percent sign, so that `50% off 20%` stays as it is. Values may come joined by `;`, as
//! the `variables` of [atompark-en] do.

use std::{borrow::Cow, ops::Range};

/// Holds a text cut at its percent signs, ready to be rendered many times.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Template {
    text: String,
    /// What stands before the first percent sign, between them, and after the last.
    parts: Vec<Part>,
}

/// Holds a stretch of the text without percent signs.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Part {
    range: Range<usize>,
    /// What the stretch asks for if a percent sign stands on either side.
    placeholder: Option<Placeholder>,
}

#[derive(Copy, Clone, PartialEq, Eq, Debug)]
enum Placeholder {
    /// Counts from 0.
    Position(usize),
    Name,
}

impl Template {
    /// Reads a text; any text is a template, if only of itself.
    pub fn parse(text: &str) -> Self {
        let last = text.matches('%').count();
        let mut start = 0;
        let part = |(index, stretch): (usize, &str)| {
            let range = start..start + stretch.len();
            start = range.end + 1;
            let enclosed = 0 < index && index < last;
            Part {
                range,
                placeholder: if enclosed { placeholder(stretch) } else { None },
            }
        };
        let parts = text.split('%').enumerate().map(part).collect();
        Self {
            text: text.to_owned(),
            parts,
        }
    }

    /// Tells whether anything in the text might be replaced.
    pub fn has_placeholders(&self) -> bool {
        self.parts.iter().any(|part| part.placeholder.is_some())
    }

    /// Returns the text as it was given.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Fills in one recipient's values.
    ///
    /// A position without a value gives nothing; an unknown name is left as it stands, percent
    /// signs included, and its closing sign may open the next placeholder.
    pub fn render(&self, variables: &Variables<'_>) -> Cow<'_, str> {
        self.render_within(variables, usize::MAX)
            .unwrap_or_default()
    }

    /// Fills in one recipient's values; `None` as soon as the text passes so many octets, because few placeholders can ask
    /// for a value very often.
    pub fn render_within(
        &self,
        variables: &Variables<'_>,
        most_octets: usize,
    ) -> Option<Cow<'_, str>> {
        if !self.has_placeholders() {
            return (self.text.len() <= most_octets).then_some(Cow::Borrowed(&self.text));
        }
        let mut rendered = String::with_capacity(self.text.len() + 32);
        let mut after_value = true;
        for part in &self.parts {
            let stretch = &self.text[part.range.clone()];
            let value = match part.placeholder {
                Some(_) if after_value => None,
                Some(Placeholder::Position(position)) => Some(variables.at(position)),
                Some(Placeholder::Name) => variables.named(stretch),
                None => None,
            };
            if let Some(value) = value {
                rendered.push_str(value);
            } else {
                if !after_value {
                    rendered.push('%');
                }
                rendered.push_str(stretch);
            }
            after_value = value.is_some();
            if rendered.len() > most_octets {
                return None;
            }
        }
        Some(Cow::Owned(rendered))
    }
}

fn placeholder(stretch: &str) -> Option<Placeholder> {
    let first = stretch.chars().next()?;
    if stretch.bytes().all(|byte| byte.is_ascii_digit()) {
        let number: usize = stretch.parse().ok()?;
        number.checked_sub(1).map(Placeholder::Position)
    } else {
        first.is_alphabetic().then_some(Placeholder::Name)
    }
}

/// Holds one recipient's values, by position and perhaps by name.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Variables<'a> {
    values: Vec<&'a str>,
    names: Vec<&'a str>,
}

impl<'a> Variables<'a> {
    /// Reads values joined by `;`; one `;` at the end adds no value.
    pub fn positional(joined: &'a str) -> Self {
        let joined = joined.strip_suffix(';').unwrap_or(joined);
        let values = if joined.is_empty() {
            Vec::new()
        } else {
            joined.split(';').collect()
        };
        Self {
            values,
            names: Vec::new(),
        }
    }

    /// Takes pairs of a name and its value; the order gives the positions.
    pub fn pairs(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let (names, values) = pairs.into_iter().unzip();
        Self { values, names }
    }

    /// Names the values by position; a name beyond the last value means an empty text.
    #[must_use]
    pub fn with_names(mut self, names: impl IntoIterator<Item = &'a str>) -> Self {
        self.names = names.into_iter().collect();
        self
    }

    fn at(&self, position: usize) -> &'a str {
        self.values.get(position).copied().unwrap_or_default()
    }

    fn named(&self, name: &str) -> Option<&'a str> {
        self.names
            .iter()
            .position(|known| *known == name)
            .map(|position| self.at(position))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, joined: &str, names: &[&str], expected: &str) {
        let variables = Variables::positional(joined).with_names(names.iter().copied());
        assert_eq!(
            Template::parse(text).render(&variables),
            expected,
            "{text:?} with {joined:?}"
        );
    }

    #[test]
    fn values_stand_in_by_position_and_by_name() {
        check("Dear %1%, pay %2%!", "Ann;10", &[], "Dear Ann, pay 10!");
        check("%2%%1%%2%", "a;b;", &[], "bab");
        check(
            "%Name% owes %Sum%",
            "Ann;10",
            &["Name", "Sum"],
            "Ann owes 10",
        );
        check("Вітаємо, %Ім'я%", "Олю", &["Ім'я"], "Вітаємо, Олю");
        check("%First name%: %1%", "Ann", &["First name"], "Ann: Ann");
    }

    #[test]
    fn a_missing_value_is_empty_and_an_unknown_name_stays() {
        check("[%1%|%2%|%3%]", "a;;", &[], "[a||]");
        check("[%1%]", "", &[], "[]");
        check("[%Sum%]", "Ann", &["Name", "Sum"], "[]");
        check("%Nome% %Name%", "Ann", &["Name"], "%Nome% Ann");
        check("100%sale %Name%", "Ann", &["Name"], "100%sale Ann");
    }

    #[test]
    fn percent_signs_that_open_nothing_stay() {
        for text in [
            "50% off 20%",
            "100%",
            "%",
            "%%",
            "%%%",
            "%0%",
            "% 1 %",
            "1%2",
            "",
        ] {
            check(text, "a;b", &["n"], text);
        }
        check("100%%1%", "a", &[], "100%a");
        check("20%1%", "!", &[], "20!");
    }

    #[test]
    fn a_text_without_placeholders_is_not_copied() {
        let template = Template::parse("50% off 20%");
        assert!(!template.has_placeholders());
        assert!(matches!(
            template.render(&Variables::default()),
            Cow::Borrowed(_)
        ));
        assert!(Template::parse("%1%").has_placeholders());
    }

    #[test]
    fn pairs_name_their_values() {
        let variables = Variables::pairs([("city", "Kyiv"), ("day", "Monday")]);
        assert_eq!(
            Template::parse("%day% in %city%, %1%").render(&variables),
            "Monday in Kyiv, Kyiv"
        );
    }

    proptest::proptest! {
        #[test]
        fn any_text_renders_and_without_names_only_numbers_change(text in "[%a 1б]{0,20}") {
            let rendered = Template::parse(&text).render(&Variables::default()).into_owned();
            if !text.contains('1') {
                proptest::prop_assert_eq!(rendered, text);
            }
        }
    }

    #[test]
    fn a_text_that_multiplies_its_values_stops_at_the_limit() {
        let template = Template::parse(&"%1%".repeat(100_000));
        let value = "x".repeat(100_000);
        let variables = Variables::positional(&value);
        assert_eq!(template.render_within(&variables, 1_000), None);
        let short = Variables::positional("");
        assert_eq!(template.render_within(&short, 0).as_deref(), Some(""));
    }
}
