//! A mailing as the store keeps it: the plan, and from when and from which run on it holds.

use serde::{Deserialize, Serialize};
use sms::{Refusal, Timestamp};

use super::{Mailing, Plan, Repeat, repeat};
use crate::{Error, apart};

/// The most octets of a stored plan.
const LONGEST: u32 = 20 * 1024 * 1024;

/// A longer plan is read on a thread of its own.
const READ_APART_FROM: usize = 256 * 1024;

/// Holds a plan with what is needed to tell its next run.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Stored {
    pub(super) plan: Plan,
    /// When its first run was to be, in Unix milliseconds: its repetitions are counted from there.
    #[serde(default)]
    pub(super) first_at_ms: Option<i64>,
    /// How many runs the mailing had had when the plan was written.
    #[serde(default)]
    pub(super) runs_before: u32,
}

impl Stored {
    /// Writes it down; refused when that is too long.
    pub(super) fn to_json(&self) -> Result<String, Refusal> {
        let json = serde_json::to_string(self).expect("a plan is plain data with text keys");
        if json.len() > LONGEST as usize {
            return Err(Refusal::FieldTooLong { limit: LONGEST });
        }
        Ok(json)
    }

    /// Reads what was written down.
    pub(super) async fn read(json: String) -> Result<Self, Error> {
        let is_long = json.len() > READ_APART_FROM;
        let parse = move || serde_json::from_str(&json);
        let read = if is_long {
            apart::run(parse).await
        } else {
            parse()
        };
        read.map_err(|error| {
            let what = "cannot read the plan of a mailing";
            Error::Unavailable(store::Error::other(what, Some(error.into())))
        })
    }

    /// Tells when the next run is due after the one that was due at `due_at`, once there have been so many; `None` when that was the
    /// last one. A clock that was set back since does not make the same run due again.
    pub(super) fn next(
        &self,
        runs: u32,
        due_at: Option<Timestamp>,
        now: Timestamp,
    ) -> Option<Timestamp> {
        let plan = &self.plan;
        let made = runs.saturating_sub(self.runs_before);
        if plan.repeat == Repeat::Never || plan.times.is_some_and(|times| made >= times) {
            return None;
        }
        let first = Timestamp::from_millis(self.first_at_ms?);
        let after = due_at.map_or(now, |due_at| due_at.max(now));
        repeat::next(plan.repeat, first, plan.zone_minutes, after)
    }
}

/// Reads a mailing with its plan.
pub(super) async fn read(found: store::mailings::Mailing) -> Result<Mailing, Error> {
    Ok(Mailing {
        id: found.id,
        reference: found.reference,
        name: found.name,
        plan: Stored::read(found.plan).await?.plan,
        created_at: found.created_at,
        changed_at: found.changed_at,
        next_at: found.next_at,
        ran_at: found.ran_at,
        runs: found.runs,
        last: found.last,
        disabled: found.disabled,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_counts_the_runs_since_it_was_written() {
        let plan = Plan {
            repeat: Repeat::Hourly,
            times: Some(2),
            ..Plan::default()
        };
        let stored = Stored {
            plan,
            first_at_ms: Some(0),
            runs_before: 5,
        };
        let now = Timestamp::from_millis(1);
        let next = Some(Timestamp::from_millis(3_600_000));
        assert_eq!(stored.next(6, None, now), next);
        assert_eq!(stored.next(7, None, now), None);
    }

    #[test]
    fn a_clock_that_is_set_back_makes_no_run_due_twice() {
        let at = Timestamp::from_millis;
        let hourly = Plan {
            repeat: Repeat::Hourly,
            ..Plan::default()
        };
        let stored = Stored {
            plan: hourly,
            first_at_ms: Some(0),
            runs_before: 0,
        };
        let due_at = Some(at(3_600_000));
        for now in [0, 3_599_999, 3_600_000, 7_199_999] {
            let next = stored.next(2, due_at, at(now));
            assert_eq!(next, Some(at(7_200_000)), "noted at {now}");
        }
    }

    #[tokio::test]
    async fn what_is_written_down_reads_back() {
        let plan = Plan {
            originator: "Shop".into(),
            recipients: vec![
                ("380670000001".into(), None),
                ("1".into(), Some("\"".into())),
            ],
            lists: vec![7],
            remembered: serde_json::json!({ "time": "0", "flags": [1, null] }),
            ..Plan::default()
        };
        for (number, first_at_ms) in [(1, Some(3)), (40_000, None)] {
            let mut plan = plan.clone();
            let recipient = plan.recipients[0].clone();
            plan.recipients.resize(number, recipient);
            let stored = Stored {
                plan: plan.clone(),
                first_at_ms,
                runs_before: 2,
            };
            let read = Stored::read(stored.to_json().unwrap()).await.unwrap();
            assert_eq!(read.plan, plan);
            assert_eq!((read.first_at_ms, read.runs_before), (first_at_ms, 2));
        }
        assert!(Stored::read("{".into()).await.is_err());
    }

    #[test]
    fn a_plan_that_is_too_long_is_refused() {
        let stored = Stored {
            plan: Plan {
                text: "x".repeat(LONGEST as usize),
                ..Plan::default()
            },
            first_at_ms: None,
            runs_before: 0,
        };
        assert_eq!(
            stored.to_json(),
            Err(Refusal::FieldTooLong { limit: LONGEST })
        );
    }
}
