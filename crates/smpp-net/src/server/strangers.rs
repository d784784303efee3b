//! Connections that are not bound: so many of one address, and those who only wait make room when the door is full.
//!
//! Who connects and says nothing could otherwise keep customers out, from a few addresses and for as long as it likes. A stranger
//! who has asked to bind stays until it is answered: a crowd that comes back at once does not chase itself away.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::sync::{Arc, Mutex};

use gateway::directory::Network;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;

use super::door::lock;

/// Counts the connections of each address that are not bound, and knows which of them may be sent away.
pub(super) struct Strangers {
    /// Room for connections, bound or not.
    room: Arc<Semaphore>,
    present: Arc<Mutex<Present>>,
}

/// Says why a connection is closed at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Full {
    /// Its address has as many that are not bound as it may have.
    Address,
    /// There is no room, and nobody who could make some.
    Door,
}

/// Is a connection; it has its room until this is dropped, or until it has to go.
pub(super) struct Visitor {
    present: Arc<Mutex<Present>>,
    from: Network,
    number: u64,
    /// Its room, while nobody else may have it.
    room: Option<OwnedSemaphorePermit>,
    leave: CancellationToken,
}

#[derive(Default)]
struct Present {
    last: u64,
    /// By address, the oldest first.
    strangers: HashMap<Network, BTreeMap<u64, Place>>,
}

/// What the others know of a stranger.
struct Place {
    /// Its room, while another may have it.
    room: Option<OwnedSemaphorePermit>,
    leave: CancellationToken,
}

impl Strangers {
    /// Makes room for so many connections.
    pub(super) fn new(connections: usize) -> Self {
        Self {
            room: Arc::new(Semaphore::new(connections)),
            present: Arc::default(),
        }
    }

    /// Counts one more, in the room of another one if there is no other. Of IPv6 the network of a customer is taken for one
    /// address.
    ///
    /// It has to end when `stop` is cancelled, and when [`Visitor::leave`] is.
    pub(super) fn enter(
        &self,
        peer: IpAddr,
        limit: usize,
        stop: &CancellationToken,
    ) -> Result<Visitor, Full> {
        let from = Network::of(peer);
        let mut present = lock(&self.present);
        let of_address = present.strangers.get(&from).map_or(0, BTreeMap::len);
        if of_address >= limit {
            return Err(Full::Address);
        }
        let free = Arc::clone(&self.room).try_acquire_owned().ok();
        let room = free.or_else(|| present.send_one_away()).ok_or(Full::Door)?;
        present.last += 1;
        let number = present.last;
        let leave = stop.child_token();
        let place = Place {
            room: Some(room),
            leave: leave.clone(),
        };
        let places = present.strangers.entry(from).or_default();
        places.insert(number, place);
        Ok(Visitor {
            present: Arc::clone(&self.present),
            from,
            number,
            room: None,
            leave,
        })
    }
}

impl Present {
    /// Gives the room of one who only waits: the oldest of the address that has the most of them.
    fn send_one_away(&mut self) -> Option<OwnedSemaphorePermit> {
        let waiting = |places: &BTreeMap<u64, Place>| {
            let waiting = places.values().filter(|place| place.room.is_some());
            waiting.count()
        };
        let addresses = self.strangers.values_mut();
        let most = addresses.max_by_key(|places| waiting(places))?;
        let oldest = most.values_mut().find(|place| place.room.is_some())?;
        oldest.leave.cancel();
        oldest.room.take()
    }
}

impl Visitor {
    /// Is cancelled when it has to go.
    pub(super) fn leave(&self) -> CancellationToken {
        self.leave.clone()
    }

    /// Lets nobody else have its room; `false` when another has it already.
    pub(super) fn stays(&mut self) -> bool {
        if self.room.is_none() {
            let mut present = lock(&self.present);
            self.room = present
                .place(self.from, self.number)
                .and_then(|place| place.room.take());
        }
        self.room.is_some()
    }

    /// Lets others have its room again.
    pub(super) fn waits(&mut self) {
        let room = self.room.take();
        let mut present = lock(&self.present);
        if let Some(place) = present.place(self.from, self.number) {
            place.room = room;
        }
    }

    /// It is no stranger any more: it stays, and is not counted.
    pub(super) fn is_known(&mut self) {
        self.stays();
        lock(&self.present).forget(self.from, self.number);
    }
}

impl Present {
    fn place(&mut self, from: Network, number: u64) -> Option<&mut Place> {
        self.strangers.get_mut(&from)?.get_mut(&number)
    }

    fn forget(&mut self, from: Network, number: u64) {
        if let Some(places) = self.strangers.get_mut(&from) {
            places.remove(&number);
            if places.is_empty() {
                self.strangers.remove(&from);
            }
        }
    }
}

impl Drop for Visitor {
    fn drop(&mut self) {
        lock(&self.present).forget(self.from, self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Street {
        strangers: Strangers,
        stop: CancellationToken,
    }

    impl Street {
        fn new(connections: usize) -> Self {
            Self {
                strangers: Strangers::new(connections),
                stop: CancellationToken::new(),
            }
        }

        fn from(&self, text: &str, limit: usize) -> Result<Visitor, Full> {
            let peer = text.parse().unwrap();
            self.strangers.enter(peer, limit, &self.stop)
        }
    }

    #[test]
    fn strangers_are_counted_by_address_and_by_customers_network() {
        let street = Street::new(100);
        let from = |text: &str| street.from(text, 1);
        let first = from("192.0.2.1");
        assert!(first.is_ok() && from("192.0.2.2").is_ok());
        assert_eq!(from("192.0.2.1").err(), Some(Full::Address));
        assert_eq!(from("::ffff:192.0.2.1").err(), Some(Full::Address));
        drop(first);
        assert!(from("192.0.2.1").is_ok());
        let of_network = from("2001:db8::1");
        assert!(of_network.is_ok() && from("2001:db8::ffff:1").is_err());
        assert!(from("2001:db8:0:1::1").is_ok());
    }

    #[test]
    fn the_oldest_of_the_address_that_has_the_most_makes_room() {
        let street = Street::new(3);
        let alone = street.from("192.0.2.1", 9).unwrap();
        let [mut first, second] = [0; 2].map(|_| street.from("192.0.2.2", 9).unwrap());
        let mut newcomer = street.from("192.0.2.3", 9).unwrap();
        assert!(first.leave().is_cancelled());
        assert!(!alone.leave().is_cancelled() && !second.leave().is_cancelled());
        assert!(newcomer.stays() && !first.stays());
        street.stop.cancel();
        assert!(newcomer.leave().is_cancelled());
    }

    #[test]
    fn who_has_asked_to_bind_or_is_bound_makes_no_room() {
        let street = Street::new(2);
        let from = |text: &str| street.from(text, 9);
        let mut asking = from("192.0.2.1").unwrap();
        assert!(asking.stays());
        let mut bound = from("192.0.2.2").unwrap();
        bound.is_known();
        assert_eq!(from("192.0.2.3").err(), Some(Full::Door));
        // Refused, it is one like any other.
        asking.waits();
        let newcomer = from("192.0.2.3").unwrap();
        assert!(asking.leave().is_cancelled() && !asking.stays());
        drop((newcomer, asking));
        assert!(from("192.0.2.4").unwrap().stays());
        drop(bound);
        assert!(from("192.0.2.5").is_ok());
    }
}
