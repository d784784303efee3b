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
        let whole = self.joining.add(part, ticket, now_ms);
        self.heard.extend(whole);
        self.offer(now_ms);
    }

    /// Goes on without the parts that should have come by now, or without all that are missing when no time is given.
    pub(super) fn give_up_joining(&mut self, until_ms: Option<u64>, now_ms: u64) {
        let given_up = self.joining.give_up(until_ms);
        if given_up.is_empty() {
            return;
        }
        let (connector, link, parts) = (&self.plan.name, self.slot.number, given_up.len());
        tracing::info!(
            connector,
            link,
            parts,
            "parts of messages from handsets stay alone"
        );
        self.heard.extend(given_up);
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
