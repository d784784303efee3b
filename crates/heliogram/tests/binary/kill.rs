//! `kill -9` at any moment of sending, whatever door it came in by: nothing is lost, nothing is charged twice, little arrives twice.

mod everything;
mod gateway;
mod group;
mod moments;
mod retries;
mod smpp;

/// Gives each number a phone of its own, whose last digits mean nothing to the simulated network.
fn phone(number: u64) -> String {
    format!("38050{:05}7{}", number / 10, number % 10)
}
