//! The memory that large bodies share. Each takes all that it may need before it is read, so that nobody holds some of it while
//! waiting for more; first come, first served.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use gateway::directory::Network;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// A bounded number of octets, of which one peer may hold half.
///
/// Who wants some waits for the peer's share first, and only then in the queue of all. So what a peer holds and what it has in that
/// queue are half of everything at most, and the rest of what it wants is in nobody's way.
pub(super) struct Room {
    all: Arc<Semaphore>,
    share: usize,
    /// The shares of those who hold or want something; the others' are forgotten when a new peer comes.
    peers: Mutex<HashMap<Network, Weak<Semaphore>>>,
}

/// Octets of a room, given back when the value is dropped.
pub(super) struct Held {
    // Before the share: somebody else who waits gets them rather than the same peer's next.
    all: OwnedSemaphorePermit,
    share: OwnedSemaphorePermit,
}

impl Room {
    /// Makes room for so many octets.
    pub(super) fn new(octets: usize) -> Self {
        Self {
            all: Arc::new(Semaphore::new(octets)),
            share: octets / 2,
            peers: Mutex::default(),
        }
    }

    /// Takes octets, waiting until they are free. Half of the room is the most that may be asked for: more never is free for one
    /// peer. A checked configuration allows no larger body.
    pub(super) async fn take(&self, peer: IpAddr, octets: usize) -> Held {
        let permits = u32::try_from(octets).unwrap_or(u32::MAX);
        let share = self.share_of(peer).acquire_many_owned(permits).await;
        let share = share.expect("a share is never closed");
        let all = Arc::clone(&self.all).acquire_many_owned(permits).await;
        let all = all.expect("the room is never closed");
        Held { all, share }
    }

    fn share_of(&self, peer: IpAddr) -> Arc<Semaphore> {
        let peer = Network::of(peer);
        let mut peers = self.peers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(share) = peers.get(&peer).and_then(Weak::upgrade) {
            return share;
        }
        peers.retain(|_, share| share.strong_count() > 0);
        let share = Arc::new(Semaphore::new(self.share));
        peers.insert(peer, Arc::downgrade(&share));
        share
    }
}

impl Held {
    /// Tells how many they are.
    #[cfg(test)]
    pub(super) fn octets(&self) -> usize {
        self.all.num_permits()
    }

    /// Gives back what turned out not to be needed.
    pub(super) fn keep(&mut self, octets: usize) {
        for permit in [&mut self.all, &mut self.share] {
            let surplus = permit.num_permits().saturating_sub(octets);
            drop(permit.split(surplus));
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    const ONE: &str = "192.0.2.1";
    const OTHER: &str = "192.0.2.2";

    /// Takes octets, if they are free at once.
    fn take(room: &Room, peer: &str, octets: usize) -> Option<Held> {
        room.take(peer.parse().unwrap(), octets).now_or_never()
    }

    #[test]
    fn a_peer_holds_half_of_the_room_and_gets_more_for_what_it_gives_back() {
        let room = Room::new(100);
        let mut held = take(&room, ONE, 50).unwrap();
        assert!(take(&room, ONE, 1).is_none());
        held.keep(30);
        let other = take(&room, OTHER, 50).unwrap();
        assert!(take(&room, ONE, 21).is_none());
        let more = take(&room, ONE, 20).unwrap();
        drop((held, more, other));
        assert_eq!(room.all.available_permits(), 100);
    }

    #[tokio::test]
    async fn who_waits_for_its_own_share_is_in_nobodys_way() {
        let room = Room::new(100);
        let held = take(&room, ONE, 50).unwrap();
        let mut waiting = Box::pin(room.take(ONE.parse().unwrap(), 50));
        assert!((&mut waiting).now_or_never().is_none());
        assert!(take(&room, OTHER, 50).is_some());
        drop(held);
        waiting.await;
    }

    #[test]
    fn who_wants_much_is_not_passed_by_who_comes_later_and_wants_little() {
        let room = Room::new(100);
        let held = [ONE, OTHER].map(|peer| take(&room, peer, 40).unwrap());
        let mut first = Box::pin(room.take("192.0.2.3".parse().unwrap(), 50));
        assert!((&mut first).now_or_never().is_none());
        let mut second = Box::pin(room.take("192.0.2.4".parse().unwrap(), 10));
        assert!((&mut second).now_or_never().is_none());
        drop(held);
        assert!(first.now_or_never().is_some());
        assert!(second.now_or_never().is_some());
    }

    #[test]
    fn who_gives_up_waiting_leaves_its_place_to_the_next() {
        let room = Room::new(100);
        let _held = [ONE, OTHER].map(|peer| take(&room, peer, 40).unwrap());
        let mut first = Box::pin(room.take("192.0.2.3".parse().unwrap(), 50));
        assert!((&mut first).now_or_never().is_none());
        assert!(take(&room, "192.0.2.4", 10).is_none());
        drop(first);
        assert!(take(&room, "192.0.2.4", 20).is_some());
    }

    #[test]
    fn addresses_of_one_network_of_ipv6_are_one_peer() {
        let room = Room::new(100);
        let held = take(&room, "2001:db8:1:2::1", 50).unwrap();
        assert!(take(&room, "2001:db8:1:2:ffff::2", 1).is_none());
        assert!(take(&room, "2001:db8:1:3::1", 50).is_some());
        drop(held);
        let _mapped = take(&room, "::ffff:192.0.2.1", 50).unwrap();
        assert!(take(&room, ONE, 1).is_none());
    }

    #[test]
    fn peers_that_hold_nothing_are_forgotten() {
        let room = Room::new(100);
        for last in 0..=255 {
            assert!(take(&room, &format!("192.0.2.{last}"), 50).is_some());
        }
        assert_eq!(room.peers.lock().unwrap().len(), 1);
    }
}
