//! Messages from handsets go to the gateway, and are answered when it has them.

use gateway::connector::Ticket;
use smpp::Header;

use super::Bound;
use crate::connector::inbound::Part;

impl Bound<'_> {
    /// Takes what a request brought.
    pub(super) fn inbound(&mut self, header: Header, part: Part, now_ms: u64) {
        self.useful = true;
        let ticket = self.ticket(header);
        self.heard.push_back(part.told(ticket));
        self.offer(now_ms);
    }

    /// Numbers a request that is answered later.
    pub(super) fn ticket(&mut self, header: Header) -> Ticket {
        Ticket {
            link: self.slot.number,
            session: self.session,
            number: self.tickets.open(header),
        }
    }
}
