//! Turns to hash: a few at once, networks one after another, and those who are known first. Slow hashes shall neither take every
//! core nor make who guesses a burden to others.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use crate::directory::Network;

/// How many hash at once.
const AT_ONCE: usize = 2;

/// How many of those who are known go before strangers that wait, until one of these has a turn.
const KNOWN_IN_A_ROW: u32 = 8;

/// How many strangers, and how many of those who are known, wait at the most.
const MOST_WAITING: usize = 200;

/// Says that too many wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TooMany;

/// Gives turns; clones give the same.
#[derive(Clone)]
pub(crate) struct Turns(Arc<Mutex<Queue>>);

/// Is a turn, until it is dropped: then the next one begins.
pub(crate) struct Turn(Option<Turns>);

type Place = oneshot::Sender<Turn>;

#[derive(Default)]
struct Queue {
    free: usize,
    known: VecDeque<Place>,
    /// How many of them have gone before strangers that wait, since one of these had a turn.
    known_in_a_row: u32,
    /// Those that wait, by network; none is empty.
    strangers: HashMap<Network, VecDeque<Place>>,
    /// The networks of strangers, the next one first.
    order: VecDeque<Network>,
    waiting: usize,
}

impl Default for Turns {
    fn default() -> Self {
        let queue = Queue {
            free: AT_ONCE,
            ..Queue::default()
        };
        Self(Arc::new(Mutex::new(queue)))
    }
}

impl Turns {
    /// Waits for a turn as one who is known (`None`), or as a stranger of a network, behind those who are known, but for one turn
    /// in nine, and beside other networks: each has a turn before one of them has the next.
    ///
    /// When too many wait, a stranger is let into the place of the last of the network that has most there, if that is more than
    /// its own will have; else it is refused.
    pub(super) async fn take(&self, stranger: Option<Network>) -> Result<Turn, TooMany> {
        let place = {
            let mut queue = self.locked();
            if queue.free > 0 {
                queue.free -= 1;
                return Ok(Turn(Some(self.clone())));
            }
            let (place, turn) = oneshot::channel();
            match stranger {
                None => queue.add_known(place)?,
                Some(network) => queue.add_stranger(network, place)?,
            }
            turn
        };
        // Who is pushed out is told so by the end of the channel.
        place.await.map_err(|_| TooMany)
    }

    /// Gives a turn that is over to the next who still waits.
    fn give(self) {
        let mut turn = Turn(Some(self.clone()));
        loop {
            let mut queue = self.locked();
            let Some(place) = queue.next() else {
                queue.free += 1;
                turn.0 = None;
                return;
            };
            drop(queue);
            match place.send(turn) {
                Ok(()) => return,
                Err(returned) => turn = returned,
            }
        }
    }

    fn locked(&self) -> MutexGuard<'_, Queue> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if let Some(turns) = self.0.take() {
            turns.give();
        }
    }
}

impl Queue {
    fn add_known(&mut self, place: Place) -> Result<(), TooMany> {
        self.known.retain(|place| !place.is_closed());
        if self.known.len() >= MOST_WAITING {
            return Err(TooMany);
        }
        self.known.push_back(place);
        Ok(())
    }

    fn add_stranger(&mut self, network: Network, place: Place) -> Result<(), TooMany> {
        if self.waiting >= MOST_WAITING {
            self.forget_gone();
        }
        if self.waiting >= MOST_WAITING {
            self.push_out_for(network)?;
        }
        let places = self.strangers.entry(network).or_default();
        if places.is_empty() {
            self.order.push_back(network);
        }
        places.push_back(place);
        self.waiting += 1;
        Ok(())
    }

    fn next(&mut self) -> Option<Place> {
        let is_strangers_turn = self.known_in_a_row >= KNOWN_IN_A_ROW && !self.order.is_empty();
        if !is_strangers_turn && let Some(place) = self.known.pop_front() {
            let goes_before = u32::from(!self.order.is_empty());
            self.known_in_a_row = (self.known_in_a_row + 1) * goes_before;
            return Some(place);
        }
        self.known_in_a_row = 0;
        let network = self.order.pop_front()?;
        let places = self.strangers.get_mut(&network)?;
        let place = places.pop_front();
        if places.is_empty() {
            self.strangers.remove(&network);
        } else {
            self.order.push_back(network);
        }
        self.waiting -= 1;
        place
    }

    /// Forgets those who do not wait any more.
    fn forget_gone(&mut self) {
        self.strangers.retain(|_, places| {
            places.retain(|place| !place.is_closed());
            !places.is_empty()
        });
        self.order
            .retain(|network| self.strangers.contains_key(network));
        self.waiting = self.strangers.values().map(VecDeque::len).sum();
    }

    /// Makes room for one of a network.
    fn push_out_for(&mut self, network: Network) -> Result<(), TooMany> {
        let own = self.strangers.get(&network).map_or(0, VecDeque::len);
        let most = self.strangers.values_mut().max_by_key(|it| it.len());
        let most = most.filter(|most| most.len() > own + 1).ok_or(TooMany)?;
        // It has more than one, so it stays in the order.
        most.pop_back();
        self.waiting -= 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};
    use std::pin::Pin;
    use std::task::{Context, Poll, Waker};

    use super::*;

    fn network(number: u32) -> Network {
        Network::of(IpAddr::V4(Ipv4Addr::from_bits(number)))
    }

    type Asked = Pin<Box<dyn Future<Output = Result<Turn, TooMany>>>>;

    /// Is somebody who has asked for a turn, and looks whether it has come.
    struct Waiting(Asked);

    impl Waiting {
        fn ask(turns: &Turns, stranger: Option<Network>) -> Self {
            let turns = turns.clone();
            Self(Box::pin(async move { turns.take(stranger).await }))
        }

        fn look(&mut self) -> Option<Result<Turn, TooMany>> {
            let mut context = Context::from_waker(Waker::noop());
            match self.0.as_mut().poll(&mut context) {
                Poll::Ready(done) => Some(done),
                Poll::Pending => None,
            }
        }
    }

    fn in_hand(turns: &Turns) -> Vec<Turn> {
        let ask = || Waiting::ask(turns, None).look();
        (0..AT_ONCE).map(|_| ask().unwrap().unwrap()).collect()
    }

    /// Gets into the queue.
    fn asks(turns: &Turns, stranger: Option<Network>) -> Waiting {
        let mut waiting = Waiting::ask(turns, stranger);
        assert!(waiting.look().is_none());
        waiting
    }

    fn is_refused(turns: &Turns, network: Network) -> bool {
        let refused = Waiting::ask(turns, Some(network)).look();
        matches!(refused, Some(Err(TooMany)))
    }

    #[test]
    fn networks_take_turns_and_who_is_known_goes_first() {
        let turns = Turns::default();
        let mut in_hand = in_hand(&turns);
        let mut waiting = [
            ("1a", asks(&turns, Some(network(1)))),
            ("1b", asks(&turns, Some(network(1)))),
            ("1c", asks(&turns, Some(network(1)))),
            ("2a", asks(&turns, Some(network(2)))),
            ("known", asks(&turns, None)),
        ];
        for expected in ["known", "1a", "2a", "1b", "1c"] {
            in_hand.pop();
            let came: Vec<_> = waiting
                .iter_mut()
                .filter_map(|(name, waiting)| {
                    // One that has come is not looked at again.
                    let turn = if name.is_empty() {
                        None
                    } else {
                        waiting.look()
                    };
                    turn.map(|turn| (std::mem::take(name), turn.ok().unwrap()))
                })
                .collect();
            let names: Vec<_> = came.iter().map(|(name, _)| *name).collect();
            assert_eq!(names, [expected]);
            in_hand.extend(came.into_iter().map(|(_, turn)| turn));
        }
    }

    #[test]
    fn those_who_are_known_never_keep_a_stranger_waiting_for_ever() {
        let turns = Turns::default();
        let mut in_hand = in_hand(&turns);
        let mut stranger = asks(&turns, Some(network(1)));
        let mut known = VecDeque::from([asks(&turns, None)]);
        for turn in 0..=KNOWN_IN_A_ROW {
            // There is always one who is known, and waits.
            known.push_back(asks(&turns, None));
            in_hand.pop();
            if let Some(came) = stranger.look() {
                assert_eq!(turn, KNOWN_IN_A_ROW);
                drop(came);
                return;
            }
            let came = known.pop_front().unwrap().look();
            in_hand.push(came.unwrap().ok().unwrap());
        }
        panic!("the stranger still waits");
    }

    #[test]
    fn a_network_that_fills_the_queue_makes_room_for_others() {
        let turns = Turns::default();
        let in_hand = in_hand(&turns);
        let mut greedy: Vec<_> = (0..MOST_WAITING)
            .map(|_| asks(&turns, Some(network(1))))
            .collect();
        assert!(is_refused(&turns, network(1)));
        let _other = asks(&turns, Some(network(2)));
        let last = greedy.last_mut().unwrap().look();
        assert!(matches!(last, Some(Err(TooMany))), "the last makes room");
        assert!(greedy[0].look().is_none());
        // Those who are known have a queue of their own.
        let mut known = asks(&turns, None);
        drop(in_hand);
        assert!(matches!(known.look(), Some(Ok(_))));
    }

    #[test]
    fn when_every_network_has_one_waiting_no_more_are_let_in() {
        let turns = Turns::default();
        let _in_hand = in_hand(&turns);
        let most = u32::try_from(MOST_WAITING).unwrap();
        let mut waiting: Vec<_> = (0..most)
            .map(|number| asks(&turns, Some(network(number))))
            .collect();
        assert!(is_refused(&turns, network(most)));
        // One who has gone leaves room.
        waiting.pop();
        let _next = asks(&turns, Some(network(most)));
    }

    #[test]
    fn a_turn_whose_taker_has_gone_passes_on() {
        let turns = Turns::default();
        let mut in_hand = in_hand(&turns);
        let gone = asks(&turns, Some(network(1)));
        let mut next = asks(&turns, Some(network(2)));
        drop(gone);
        in_hand.pop();
        let turn = next.look();
        assert!(matches!(turn, Some(Ok(_))));
        // One that was given and never looked at passes on as well.
        let given = asks(&turns, Some(network(3)));
        in_hand.pop();
        drop(given);
        drop(turn);
        assert_eq!(turns.locked().free, AT_ONCE);
    }
}
