//! What is run, and on what ground.

use std::path::{Path, PathBuf};

/// The operator whose receipts come some time after his answers.
const REPORTS_LATE: &str = r#"{"receipt_delay_ms":{"min":2000,"max":2000}}"#;

/// What is run, and on what ground.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// The scenario's name in tables.
    pub(crate) scenario: String,
    /// See [`Run::at`].
    pub(crate) at: Option<f64>,
    /// How the operator behaves: a scenario of the simulator.
    pub(crate) operator: String,
    pub(crate) links: u32,
    /// Of each link.
    pub(crate) window: u32,
    pub(crate) accounts: u32,
    /// The most that programs of one account bind.
    pub(crate) binds: u32,
    /// Whether somebody else sends besides, of whose messages the load does not know.
    pub(crate) others: bool,
    /// When the run is over.
    pub(crate) until: Until,
    /// The directory in which the run's directory is made.
    pub(crate) data: PathBuf,
}

/// When a run is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Until {
    /// When the receipt of each message that was accepted is recorded.
    Reported,
    /// When each has come to the operator: nobody asked for receipts.
    Submitted,
    /// When the load is: the operator is away, and messages wait.
    Accepted,
}

impl Plan {
    /// One account, and one link with a window of 1,000 to an operator that answers and reports at once.
    pub(crate) fn of(scenario: &str, data: &Path) -> Self {
        Self {
            scenario: scenario.to_owned(),
            at: None,
            operator: "{}".to_owned(),
            links: 1,
            window: 1_000,
            accounts: 1,
            binds: 100,
            others: false,
            until: Until::Reported,
            data: data.to_owned(),
        }
    }

    /// The same to an operator that reports two seconds after it has answered.
    pub(crate) fn late(scenario: &str, data: &Path) -> Self {
        Self {
            operator: REPORTS_LATE.to_owned(),
            ..Self::of(scenario, data)
        }
    }
}
