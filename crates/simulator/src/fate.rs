//! What becomes of a submit: the recipient's number decides, or else the scenario and chance.

use smpp::CommandStatus;

use crate::chance::Chance;
use crate::outcome::Outcome;
use crate::phones::Phone;
use crate::scenario::{Between, Oddity, PartFate, Scenario};

/// Attempts of one text that a throttled phone has refused before it takes the next.
pub(crate) const THROTTLED_ATTEMPTS: u8 = 2;

/// The bit of `registered_delivery` that asks for notices on the way [smpp34 §5.2.17].
const INTERMEDIATE: u8 = 0x10;

/// How long a response waits for its receipt to go before it.
const RECEIPT_FIRST_MS: u64 = 50;

/// What is answered to a submit, and what happens to the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Plan {
    pub(crate) answer: Answer,
    /// `None` when the network does not take the message.
    pub(crate) delivery: Option<Delivery>,
    /// What is said besides the answer, or instead.
    pub(crate) odd: Option<Oddity>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    Accepted { delay_ms: u64 },
    Refused(CommandStatus),
    Never,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Delivery {
    pub(crate) outcome: Outcome,
    pub(crate) receipt_delay_ms: u64,
    /// How often the receipt is sent: 0, 1 or 2.
    pub(crate) copies: u8,
    /// Whether a notice that it is on its way comes before.
    pub(crate) intermediate: bool,
    /// Whether the receipt of a message that nobody submitted comes with its own.
    pub(crate) foreign: bool,
}

/// What is known of a submit when its fate is decided.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub(crate) recipient: &'a [u8],
    pub(crate) registered_delivery: u8,
    /// How often this text was refused to this phone for throttling.
    pub(crate) throttled_before: u8,
    /// Whether the sender is above the scenario's throughput.
    pub(crate) too_fast: bool,
    /// How many submits came before this one.
    pub(crate) submits_before: u64,
    /// How many responses the link waits for already.
    pub(crate) waiting: usize,
    /// Which part of a long text it is, from 1; `None` for a text of one segment.
    pub(crate) part: Option<u8>,
    pub(crate) slow_receipt_ms: u64,
}

/// Decides a submit.
pub(crate) fn decide(asked: &Asked<'_>, scenario: &Scenario, chance: &mut Chance) -> Plan {
    let phone = Phone::of(asked.recipient);
    match phone {
        Phone::Silent => {
            return never();
        }
        Phone::Throttled if asked.throttled_before < THROTTLED_ATTEMPTS => {
            return refused(CommandStatus::RTHROTTLED);
        }
        Phone::Plain
        | Phone::Undelivered
        | Phone::Expired
        | Phone::Rejected
        | Phone::Slow
        | Phone::Throttled
        | Phone::DuplicateReceipt
        | Phone::ReceiptFirst => {}
    }
    if asked.too_fast || chance.falls_in(scenario.throttling) {
        return refused(CommandStatus::RTHROTTLED);
    }
    let full = |window| usize::try_from(window).is_ok_and(|window| asked.waiting >= window);
    if scenario.window.is_some_and(full) {
        return refused(CommandStatus::RMSGQFUL);
    }
    let swept = scenario.statuses;
    if let Some(status) = swept.and_then(|sweep| sweep.status(asked.submits_before)) {
        return refused(CommandStatus(status));
    }
    let part = scenario.part.filter(|it| asked.part == Some(it.part));
    match part.map(|it| it.fate) {
        Some(PartFate::Refused) => return refused(CommandStatus::RSUBMITFAIL),
        Some(PartFate::Unanswered) => return never(),
        Some(PartFate::Undelivered | PartFate::WithoutReceipt | PartFate::OnlyReceipt) | None => {}
    }
    if let Some(fault) = scenario.status
        && chance.falls_in(fault.share)
    {
        return refused(CommandStatus(fault.code));
    }
    let mut odd_answers = scenario.odd_answers.iter();
    let odd = odd_answers.find(|it| chance.falls_in(it.share));
    let odd = odd.map(|it| it.kind);
    if odd == Some(Oddity::Nack) {
        return Plan {
            odd,
            ..refused(CommandStatus::RINVCMDID)
        };
    }
    let lost = chance.falls_in(scenario.loss);
    let receipt_first = phone == Phone::ReceiptFirst || chance.falls_in(scenario.receipt_first);
    let answer = if lost {
        Answer::Never
    } else {
        let held_ms = if receipt_first { RECEIPT_FIRST_MS } else { 0 };
        let late = scenario.late.filter(|late| chance.falls_in(late.share));
        let late_ms = late.map_or(0, |late| draw(late.by_ms, chance));
        Answer::Accepted {
            delay_ms: draw(scenario.response_delay_ms, chance)
                .saturating_add(held_ms)
                .saturating_add(late_ms),
        }
    };
    let taken = !lost || scenario.lost_are_taken;
    Plan {
        answer,
        delivery: taken.then(|| deliver(asked, phone, receipt_first, scenario, chance)),
        odd,
    }
}

fn deliver(
    asked: &Asked<'_>,
    phone: Phone,
    receipt_first: bool,
    scenario: &Scenario,
    chance: &mut Chance,
) -> Delivery {
    let outcome = match phone {
        Phone::Undelivered => Outcome::Undeliverable,
        Phone::Expired => Outcome::Expired,
        Phone::Rejected => Outcome::Rejected,
        Phone::Plain
        | Phone::Slow
        | Phone::Silent
        | Phone::Throttled
        | Phone::DuplicateReceipt
        | Phone::ReceiptFirst => {
            let fails = scenario
                .part
                .is_some_and(|it| asked.part == Some(it.part) && it.fate == PartFate::Undelivered);
            if fails || (phone == Phone::Plain && chance.falls_in(scenario.undelivered)) {
                Outcome::Undeliverable
            } else {
                Outcome::Delivered
            }
        }
    };
    let drawn_ms = draw(scenario.receipt_delay_ms, chance);
    let receipt_delay_ms = if receipt_first {
        0
    } else if phone == Phone::Slow {
        asked.slow_receipt_ms
    } else {
        drawn_ms
    };
    let wanted = wants_receipt(asked.registered_delivery, outcome);
    let mute = scenario.part.is_some_and(|it| match it.fate {
        PartFate::WithoutReceipt => asked.part == Some(it.part),
        PartFate::OnlyReceipt => asked.part.is_some_and(|part| part != it.part),
        PartFate::Refused | PartFate::Unanswered | PartFate::Undelivered => false,
    });
    let copies = if !wanted || mute || chance.falls_in(scenario.receipt_loss) {
        0
    } else if phone == Phone::DuplicateReceipt || chance.falls_in(scenario.duplicate_receipts) {
        2
    } else {
        1
    };
    let asked_for_notice = asked.registered_delivery & INTERMEDIATE != 0;
    Delivery {
        outcome,
        receipt_delay_ms,
        copies,
        intermediate: asked_for_notice || chance.falls_in(scenario.intermediate),
        foreign: chance.falls_in(scenario.foreign_receipts),
    }
}

/// Reads the lowest two bits of `registered_delivery` [smpp34 §5.2.17]; the value 3, reserved
/// there, asks for good news only in later versions.
fn wants_receipt(registered_delivery: u8, outcome: Outcome) -> bool {
    match registered_delivery & 0x03 {
        0 => false,
        1 => true,
        2 => outcome != Outcome::Delivered,
        _ => outcome == Outcome::Delivered,
    }
}

fn draw(time: Between, chance: &mut Chance) -> u64 {
    chance.between(time.min, time.max)
}

const fn refused(status: CommandStatus) -> Plan {
    Plan {
        answer: Answer::Refused(status),
        delivery: None,
        odd: None,
    }
}

const fn never() -> Plan {
    Plan {
        answer: Answer::Never,
        delivery: None,
        odd: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::StatusFault;

    fn decided(recipient: &str, throttled_before: u8, scenario: &Scenario) -> Plan {
        let asked = Asked {
            recipient: recipient.as_bytes(),
            registered_delivery: 1,
            throttled_before,
            too_fast: false,
            submits_before: 0,
            waiting: 0,
            part: None,
            slow_receipt_ms: 30_000,
        };
        decide(&asked, scenario, &mut Chance::new(1))
    }

    fn accepted(delay_ms: u64, outcome: Outcome, receipt_delay_ms: u64, copies: u8) -> Plan {
        Plan {
            answer: Answer::Accepted { delay_ms },
            delivery: Some(Delivery {
                outcome,
                receipt_delay_ms,
                copies,
                intermediate: false,
                foreign: false,
            }),
            odd: None,
        }
    }

    #[test]
    fn the_last_four_digits_decide() {
        use Outcome::{Delivered, Expired, Rejected, Undeliverable};
        let scenario = Scenario {
            receipt_delay_ms: Between::exactly(7),
            ..Scenario::default()
        };
        for (recipient, throttled_before, plan) in [
            ("380501234567", 0, accepted(0, Delivered, 7, 1)),
            ("380501230001", 0, accepted(0, Undeliverable, 7, 1)),
            ("380501230002", 0, accepted(0, Expired, 7, 1)),
            ("380501230003", 0, accepted(0, Rejected, 7, 1)),
            ("380501230004", 0, accepted(0, Delivered, 7, 1)),
            ("380501230005", 0, accepted(0, Delivered, 30_000, 1)),
            ("380501230007", 0, refused(CommandStatus::RTHROTTLED)),
            ("380501230007", 1, refused(CommandStatus::RTHROTTLED)),
            ("380501230007", 2, accepted(0, Delivered, 7, 1)),
            ("380501230008", 0, accepted(0, Delivered, 7, 2)),
            ("380501230009", 0, accepted(50, Delivered, 0, 1)),
        ] {
            assert_eq!(
                decided(recipient, throttled_before, &scenario),
                plan,
                "{recipient} {throttled_before}"
            );
        }
        let silent = decided("380501230006", 0, &scenario);
        assert_eq!((silent.answer, silent.delivery), (Answer::Never, None));
    }

    #[test]
    fn a_certain_fault_of_the_scenario_always_falls() {
        let scenario = |change: fn(&mut Scenario)| {
            let mut scenario = Scenario::default();
            change(&mut scenario);
            scenario
        };
        let code = |code| refused(CommandStatus(code));
        let rows = [
            (scenario(|it| it.throttling = 1.0), code(0x58)),
            (
                scenario(|it| {
                    it.status = Some(StatusFault {
                        code: 0x0B,
                        share: 1.0,
                    });
                }),
                code(0x0B),
            ),
            (
                scenario(|it| it.undelivered = 1.0),
                accepted(0, Outcome::Undeliverable, 0, 1),
            ),
            (
                scenario(|it| it.receipt_loss = 1.0),
                accepted(0, Outcome::Delivered, 0, 0),
            ),
            (
                scenario(|it| it.duplicate_receipts = 1.0),
                accepted(0, Outcome::Delivered, 0, 2),
            ),
        ];
        for (scenario, plan) in rows {
            assert_eq!(decided("380501234567", 0, &scenario), plan, "{scenario:?}");
        }
    }

    #[test]
    fn an_unanswered_submit_is_taken_only_when_the_scenario_says_so() {
        for lost_are_taken in [false, true] {
            let scenario = Scenario {
                loss: 1.0,
                lost_are_taken,
                ..Scenario::default()
            };
            let plan = decided("380501234567", 0, &scenario);
            assert_eq!(plan.answer, Answer::Never);
            assert_eq!(plan.delivery.is_some(), lost_are_taken);
        }
    }

    #[test]
    fn registered_delivery_chooses_the_receipts() {
        let rows = [(0, false, false), (1, true, true), (2, false, true)];
        for (flag, good, bad) in rows {
            assert_eq!(wants_receipt(flag, Outcome::Delivered), good);
            assert_eq!(wants_receipt(flag, Outcome::Expired), bad);
        }
        assert!(wants_receipt(0x11, Outcome::Delivered));
    }
}
