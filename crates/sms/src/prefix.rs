//! A map from prefixes of numbers to values that finds the longest match in one walk.

/// A tree of digits; looking up costs one step for each digit, however many prefixes there are.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct PrefixMap<V> {
    /// The first node is the root; 0 as a child means that there is none.
    nodes: Vec<Node<V>>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct Node<V> {
    children: [u32; 10],
    value: Option<V>,
}

impl<V: Copy> PrefixMap<V> {
    pub(crate) fn new() -> Self {
        Self {
            nodes: vec![Node {
                children: [0; 10],
                value: None,
            }],
        }
    }

    /// Puts a value at a prefix and returns the one that it replaced.
    ///
    /// `Err` when the prefix has anything but digits; the map then finds what it found before.
    pub(crate) fn insert(&mut self, prefix: &str, value: V) -> Result<Option<V>, NotDigits> {
        let mut node = 0;
        for byte in prefix.bytes() {
            let digit = digit(byte).ok_or(NotDigits)?;
            if self.nodes[node].children[digit] == 0 {
                let child = u32::try_from(self.nodes.len()).expect("nodes fit the memory");
                self.nodes.push(Node {
                    children: [0; 10],
                    value: None,
                });
                self.nodes[node].children[digit] = child;
            }
            node = self.nodes[node].children[digit] as usize;
        }
        Ok(self.nodes[node].value.replace(value))
    }

    /// Finds the value of the longest prefix of these digits.
    pub(crate) fn longest(&self, digits: &[u8]) -> Option<V> {
        let mut node = &self.nodes[0];
        let mut found = node.value;
        for &byte in digits {
            let Some(child) = digit(byte).map(|digit| node.children[digit]) else {
                break;
            };
            if child == 0 {
                break;
            }
            node = &self.nodes[child as usize];
            found = node.value.or(found);
        }
        found
    }
}

/// Says that a prefix has a character other than an ASCII digit.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(crate) struct NotDigits;

fn digit(byte: u8) -> Option<usize> {
    byte.is_ascii_digit().then(|| usize::from(byte - b'0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_prefix_wins() {
        let mut map = PrefixMap::new();
        for (prefix, value) in [("38", 1), ("38050", 2), ("380", 3), ("7", 4)] {
            assert_eq!(map.insert(prefix, value), Ok(None));
        }
        for (digits, value) in [
            (&b"380501234567"[..], Some(2)),
            (b"380671234567", Some(3)),
            (b"38", Some(1)),
            (b"3", None),
            (b"", None),
            (b"79", Some(4)),
            (b"7x", Some(4)),
        ] {
            assert_eq!(map.longest(digits), value);
        }
    }

    #[test]
    fn a_prefix_is_digits_and_replaces_itself() {
        let mut map = PrefixMap::new();
        assert_eq!(map.insert("38x", 1), Err(NotDigits));
        assert_eq!(map.longest(b"380"), None);
        assert_eq!(map.insert("38", 1), Ok(None));
        assert_eq!(map.insert("38", 2), Ok(Some(1)));
        assert_eq!(map.longest(b"380"), Some(2));
    }
}
