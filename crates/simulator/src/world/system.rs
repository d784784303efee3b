//! One `system_id`: the receipts it is owed, and how fast it submits.

use crate::receipts::Mailbox;

/// How far ahead of its even pace a system may run before it is too fast.
const BURST_US: u64 = 250_000;

/// Everything that the links of one `system_id` share.
#[derive(Debug)]
pub(super) struct System {
    pub(super) id: Box<[u8]>,
    pub(super) mailbox: Mailbox,
    /// When its next submit is due at an even pace, in microseconds since the Unix epoch.
    paced_until_us: u64,
}

impl System {
    pub(super) fn new(id: &[u8]) -> Self {
        Self {
            id: id.into(),
            mailbox: Mailbox::default(),
            paced_until_us: 0,
        }
    }

    /// Counts a submit unless it comes too fast: an even pace is kept, with some room for bursts.
    pub(super) fn is_too_fast(&mut self, throughput_per_second: u32, now_ms: u64) -> bool {
        let now = now_ms.saturating_mul(1_000);
        if self.paced_until_us > now.saturating_add(BURST_US) {
            return true;
        }
        let step_us = 1_000_000 / u64::from(throughput_per_second.max(1));
        self.paced_until_us = self.paced_until_us.max(now) + step_us;
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_even_pace_is_never_too_fast_and_twice_of_it_is_half_the_time() {
        let taken = |every_ms: usize| {
            let mut system = System::new(b"shop");
            let moments = (1_000_000..1_010_000).step_by(every_ms);
            moments.filter(|now| !system.is_too_fast(100, *now)).count()
        };
        assert_eq!(taken(10), 1_000);
        assert!((1_000..1_050).contains(&taken(5)), "{}", taken(5));
    }
}
