//! What an account's programs may do over SMPP, as it is written and shown.

use std::fmt::Display;

use clap::{Args, ValueEnum};
use gateway::directory::{DataCoding, ReceiptParameters, SmppSettings};

/// What is named changes.
#[derive(Debug, Args)]
pub(super) struct Smpp {
    /// How many binds over SMPP it may have at once; `default` for what the gateway allows everyone.
    #[arg(long = "smpp-binds", value_parser = limit::<1>, value_name = "NUMBER")]
    binds: Option<Limit>,
    /// How many requests may be unanswered on one bind, its own and ours; `default` for what the gateway allows everyone.
    #[arg(long = "smpp-window", value_parser = limit::<1>, value_name = "NUMBER")]
    window: Option<Limit>,
    /// How many messages it may submit in a second over all binds, 0 for any number; `default` for what the gateway allows everyone.
    #[arg(long = "smpp-throughput", value_parser = limit::<0>, value_name = "NUMBER")]
    throughput: Option<Limit>,
    /// What the numbers of data codings mean: by the specification 4 is octets, at SMS Center Latin-1.
    #[arg(long = "smpp-data-coding")]
    data_coding: Option<Convention>,
    /// Which parameters its receipts have: those of the specification, or SMS Center's for cost, flag and parts too.
    #[arg(long = "smpp-receipt-parameters")]
    receipt_parameters: Option<Convention>,
    /// For how many seconds the same text from the same originator to the same number is refused over SMPP; 0 for never.
    #[arg(long = "smpp-duplicates-within", value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(..=7 * 24 * 60 * 60))]
    duplicates_within: Option<u32>,
}

/// A limit of its own, or the gateway's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Limit(Option<u32>);

/// Whose convention is followed, as it is written.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Convention {
    Standard,
    #[value(name = "smscenter")]
    SmsCenter,
}

impl Smpp {
    /// Changes what is named.
    pub(super) fn change(self, settings: &mut SmppSettings) {
        if let Some(Limit(binds)) = self.binds {
            settings.binds = binds;
        }
        if let Some(Limit(window)) = self.window {
            settings.window = window;
        }
        if let Some(Limit(throughput)) = self.throughput {
            settings.throughput_per_second = throughput;
        }
        match self.data_coding {
            Some(Convention::Standard) => settings.data_coding = DataCoding::Standard,
            Some(Convention::SmsCenter) => settings.data_coding = DataCoding::Fourfold,
            None => {}
        }
        settings.receipt_parameters = match self.receipt_parameters {
            Some(Convention::Standard) => ReceiptParameters::Standard,
            Some(Convention::SmsCenter) => ReceiptParameters::Priced,
            None => settings.receipt_parameters,
        };
        if let Some(seconds) = self.duplicates_within {
            settings.duplicates_within_s = seconds;
        }
    }
}

/// Says in rows what an account's programs may do.
pub(super) fn rows(settings: &SmppSettings) -> [(&'static str, String); 6] {
    let or_default = |limit: Option<u32>| written(limit, "default");
    let throughput = match settings.throughput_per_second {
        Some(0) => "any".to_owned(),
        limit => or_default(limit),
    };
    let data_coding = match settings.data_coding {
        DataCoding::Standard => "standard",
        DataCoding::Fourfold => "smscenter",
    };
    let receipts = match settings.receipt_parameters {
        ReceiptParameters::Standard => "standard",
        ReceiptParameters::Priced => "smscenter",
    };
    let duplicates = match settings.duplicates_within_s {
        0 => "accepted".to_owned(),
        seconds => format!("refused within {seconds} s"),
    };
    [
        ("SMPP binds", or_default(settings.binds)),
        ("SMPP window", or_default(settings.window)),
        ("SMPP throughput", throughput),
        ("SMPP data coding", data_coding.to_owned()),
        ("SMPP receipts", receipts.to_owned()),
        ("SMPP duplicates", duplicates),
    ]
}

fn written(value: Option<impl Display>, none: &str) -> String {
    value.map_or_else(|| none.to_owned(), |value| value.to_string())
}

/// Reads a limit of at least `LEAST`, or `default`.
fn limit<const LEAST: u32>(text: &str) -> Result<Limit, String> {
    if text == "default" {
        return Ok(Limit(None));
    }
    let number = text.parse().ok().filter(|number| *number >= LEAST);
    let limit = number.map(|number| Limit(Some(number)));
    limit.ok_or_else(|| format!("write a number from {LEAST} on, or default"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_a_number_or_the_gateways() {
        assert_eq!(limit::<1>("7"), Ok(Limit(Some(7))));
        assert_eq!(limit::<0>("0"), Ok(Limit(Some(0))));
        assert_eq!(limit::<1>("default"), Ok(Limit(None)));
        for bad in ["0", "-1", "", "many", "4294967296"] {
            assert!(limit::<1>(bad).is_err(), "{bad}");
        }
    }
}
