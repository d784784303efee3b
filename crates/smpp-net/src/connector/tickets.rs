//! The receipts and messages from handsets of one session that are not answered upstream yet.

use std::collections::VecDeque;

use smpp::Header;

/// Numbers them in the order in which they came.
#[derive(Debug, Default)]
pub(super) struct Tickets {
    /// Those from `first` on; `None` where one was answered before an earlier one.
    open: VecDeque<Option<Header>>,
    first: u32,
    count: usize,
}

impl Tickets {
    /// Numbers what came in this request.
    pub(super) fn open(&mut self, header: Header) -> u32 {
        let number = self
            .first
            .wrapping_add(u32::try_from(self.open.len()).unwrap_or(0));
        self.open.push_back(Some(header));
        self.count += 1;
        number
    }

    /// Gives the request back to be answered; `None` when it was already, or never was.
    pub(super) fn close(&mut self, number: u32) -> Option<Header> {
        let place = usize::try_from(number.wrapping_sub(self.first)).ok()?;
        let header = self.open.get_mut(place)?.take()?;
        self.count -= 1;
        while let Some(None) = self.open.front() {
            self.open.pop_front();
            self.first = self.first.wrapping_add(1);
        }
        Some(header)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.count == 0
    }
}

#[cfg(test)]
mod tests {
    use smpp::{CommandId, CommandStatus};

    use super::*;

    fn header(sequence_number: u32) -> Header {
        Header {
            command_id: CommandId::DELIVER_SM,
            command_status: CommandStatus::ROK,
            sequence_number,
        }
    }

    #[test]
    fn each_receipt_is_answered_once_in_any_order_and_across_the_wrap() {
        let mut tickets = Tickets {
            first: u32::MAX - 1,
            ..Tickets::default()
        };
        let numbers: Vec<_> = (1..=4).map(|number| tickets.open(header(number))).collect();
        assert_eq!(numbers, [u32::MAX - 1, u32::MAX, 0, 1]);
        for place in [2, 0, 3, 1] {
            let closed = tickets.close(numbers[place]).unwrap();
            assert_eq!(closed.sequence_number as usize, place + 1);
            assert_eq!(tickets.close(numbers[place]), None);
        }
        assert!(tickets.is_empty() && tickets.open.is_empty());
        assert_eq!(tickets.close(77), None);
        assert_eq!(tickets.open(header(5)), 2);
    }
}
