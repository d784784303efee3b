//! A map of bounded size that forgets what nobody has asked for longest, a whole generation at once.

use std::collections::HashMap;
use std::hash::Hash;
use std::mem;

/// How many entries a generation has; two are kept.
const GENERATION: usize = 50_000;

/// Maps keys to values; what has not been asked for during a whole generation goes with it.
pub(super) struct Generations<K, V> {
    present: HashMap<K, V>,
    past: HashMap<K, V>,
}

impl<K, V> Default for Generations<K, V> {
    fn default() -> Self {
        Self {
            present: HashMap::new(),
            past: HashMap::new(),
        }
    }
}

impl<K: Copy + Eq + Hash, V> Generations<K, V> {
    /// Finds the value of a key, which makes it young again.
    pub(super) fn get(&mut self, key: &K) -> Option<&mut V> {
        if !self.present.contains_key(key) {
            let value = self.past.remove(key)?;
            self.keep(*key, value);
        }
        self.present.get_mut(key)
    }

    /// Puts a value there.
    pub(super) fn put(&mut self, key: K, value: V) {
        match self.get(&key) {
            Some(present) => *present = value,
            None => self.keep(key, value),
        }
    }

    /// Forgets a key.
    pub(super) fn remove(&mut self, key: &K) {
        self.present.remove(key);
        self.past.remove(key);
    }

    fn keep(&mut self, key: K, value: V) {
        if self.present.len() >= GENERATION {
            self.past = mem::take(&mut self.present);
        }
        self.present.insert(key, value);
    }
}

impl<K: Copy + Eq + Hash, V: Default> Generations<K, V> {
    /// Finds the value of a key, or puts the default there.
    pub(super) fn entry(&mut self, key: K) -> &mut V {
        if !self.present.contains_key(&key) {
            let value = self.past.remove(&key).unwrap_or_default();
            self.keep(key, value);
        }
        self.present.entry(key).or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_bounded_and_keeps_what_is_asked_for() {
        let mut map = Generations::<usize, usize>::default();
        for key in 0..4 * GENERATION {
            *map.entry(key) = key;
            assert_eq!(map.get(&0), Some(&mut 0), "after {key}");
        }
        assert!(map.present.len() + map.past.len() <= 2 * GENERATION);
        assert_eq!(map.get(&1), None);
        map.remove(&0);
        assert_eq!(map.get(&0), None);
        assert_eq!(*map.entry(0), 0);
    }
}
