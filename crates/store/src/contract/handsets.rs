//! Handsets that write long messages at random: every part of them is told once.

use std::collections::HashMap;

use super::parts::{NOT_AGAIN, WRITTEN, message, part};
use super::random::Random;
use super::world::{HOUR, MINUTE, World, at};
use crate::inbound::{NewPart, Part};

/// Sends parts with few references, so that they meet.
pub(super) struct Handsets {
    random: Random,
    seed: u64,
    now: i64,
    /// What was sent, with how often it is in a message.
    sent: Vec<(NewPart, u32)>,
    /// Where each stands in that, by its octets.
    known: HashMap<Vec<u8>, usize>,
}

impl Handsets {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            random: Random(seed),
            seed,
            now: 0,
            sent: Vec::new(),
            known: HashMap::new(),
        }
    }

    /// Takes so many steps; then every part is in one message.
    pub(super) async fn run(mut self, world: &World<'_>, steps: usize) {
        for _ in 0..steps {
            self.now += self.random.below(40) * 1000;
            match self.random.below(10) {
                0..6 => self.send(world).await,
                6..8 => self.send_again(world).await,
                _ => self.join(world, 5 * MINUTE).await,
            }
        }
        self.now += HOUR;
        loop {
            let before = self.sent.iter().filter(|(_, told)| *told > 0).count();
            self.join(world, 0).await;
            if self.sent.iter().filter(|(_, told)| *told > 0).count() == before {
                break;
            }
        }
        for (part, told) in &self.sent {
            assert_eq!(*told, 1, "{part:?}");
        }
    }

    async fn send(&mut self, world: &World<'_>) {
        let mut parts = Vec::new();
        for _ in 0..=self.random.below(2) {
            let total = u8::try_from(1 + self.random.below(3)).unwrap();
            let index = u8::try_from(1 + self.random.below(total.into())).unwrap();
            let says = format!("{} {}", self.seed, self.sent.len());
            let mut part = part(world.connector, index, total, &says, at(self.now));
            part.concatenation.reference = u16::try_from(self.random.below(2)).unwrap();
            if self.random.below(2) == 0 {
                part.from = "380671234568".into();
            }
            self.known.insert(part.octets.clone(), self.sent.len());
            self.sent.push((part.clone(), 0));
            parts.push(part);
        }
        world.store.receive_parts(parts).await.unwrap();
    }

    /// Sends one of the last few once more.
    async fn send_again(&mut self, world: &World<'_>) {
        let last = self.sent.len().saturating_sub(6);
        if self.sent.is_empty() {
            return;
        }
        let (mut part, _) = self.random.one(&self.sent[last..]).clone();
        part.at = at(self.now);
        world.store.receive_parts(vec![part]).await.unwrap();
    }

    /// Makes messages of what is read, some of a part of it only, some twice, as a process that died in between does.
    async fn join(&mut self, world: &World<'_>, patience: i64) {
        let limit = u32::try_from(1 + self.random.below(4)).unwrap();
        let before = at(self.now - patience);
        let texts = world.store.whole_or_overdue(before, limit).await.unwrap();
        for mut parts in texts {
            let key = |part: &Part| {
                let part = &part.part;
                let text = part.concatenation;
                (part.from.clone(), text.reference, text.total)
            };
            assert!(parts.iter().all(|part| key(part) == key(&parts[0])));
            assert!(parts.is_sorted_by(|one, next| {
                one.part.concatenation.index < next.part.concatenation.index
            }));
            if self.random.below(4) == 0 {
                let left = usize::try_from(1 + self.random.below(2)).unwrap();
                parts.truncate(left);
            }
            let message = message(world, &parts, at(self.now));
            for expected in [WRITTEN, NOT_AGAIN] {
                let heard = world.store.receive(vec![message.clone()]).await.unwrap();
                assert_eq!(heard, [expected]);
            }
            for part in parts {
                self.sent[self.known[&part.part.octets]].1 += 1;
            }
        }
    }
}
