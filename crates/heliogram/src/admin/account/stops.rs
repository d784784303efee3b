//! What follows when a handset answers with a word such as STOP, as it is written and shown.

use clap::{Args, ValueEnum};
use gateway::directory::{AccountSettings, StopScope};

/// The most characters of an answer.
const LONGEST: usize = 480;

/// What is named changes.
#[derive(Debug, Args)]
pub(super) struct Stops {
    /// What a phone stops by a word such as STOP: all that the account sends to it, what it sends from the number that the phone
    /// wrote to, or nothing.
    #[arg(long)]
    stop_scope: Option<Scope>,
    /// What such a phone is answered, from the number that it wrote to, at the account's cost.
    #[arg(long, value_parser = answer, conflicts_with = "no_stop_answer")]
    stop_answer: Option<String>,
    /// Answer such a phone nothing.
    #[arg(long)]
    no_stop_answer: bool,
}

/// What is stopped, as it is written.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Scope {
    Account,
    Number,
    Nothing,
}

impl Stops {
    /// Changes what is named.
    pub(super) fn change(self, settings: &mut AccountSettings) {
        settings.stop_scope = match self.stop_scope {
            Some(Scope::Account) => StopScope::Account,
            Some(Scope::Number) => StopScope::Number,
            Some(Scope::Nothing) => StopScope::Nothing,
            None => settings.stop_scope,
        };
        if self.no_stop_answer {
            settings.stop_answer = None;
        } else if self.stop_answer.is_some() {
            settings.stop_answer = self.stop_answer;
        }
    }
}

/// Says in rows what follows.
pub(super) fn rows(settings: &AccountSettings) -> [(&'static str, String); 2] {
    let scope = match settings.stop_scope {
        StopScope::Account => "account",
        StopScope::Number => "number",
        StopScope::Nothing => "nothing",
    };
    let answer = settings.stop_answer.clone();
    [
        ("stop scope", scope.to_owned()),
        ("stop answer", answer.unwrap_or_else(|| "none".to_owned())),
    ]
}

/// Reads an answer: something that can be seen, and no long letter.
fn answer(text: &str) -> Result<String, String> {
    if text.trim().is_empty() {
        return Err("an answer must not be empty".to_owned());
    }
    if text.chars().count() > LONGEST {
        return Err(format!("an answer has at most {LONGEST} characters"));
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_can_be_seen_and_is_no_long_letter() {
        assert!(answer("You will get no more messages.").is_ok());
        assert!(answer(&"x".repeat(LONGEST)).is_ok());
        for bad in ["", " \n", &"x".repeat(LONGEST + 1)] {
            assert!(answer(bad).is_err(), "{bad:?}");
        }
    }
}
