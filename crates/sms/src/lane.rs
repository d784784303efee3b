//! The three lanes of traffic, in order of priority.

/// Orders traffic by urgency; the smaller lane goes first.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Lane {
    /// One-time passwords: worthless after a minute.
    Otp,
    /// Single messages that a customer's program sends for one person.
    Transactional,
    /// Campaigns and long lists: may wait for the other two.
    Bulk,
}

impl Lane {
    /// Every lane, most urgent first.
    pub const ALL: [Self; 3] = [Self::Otp, Self::Transactional, Self::Bulk];

    /// Returns the stable code under which the lane is stored.
    pub const fn as_u8(self) -> u8 {
        match self {
            Self::Otp => 0,
            Self::Transactional => 1,
            Self::Bulk => 2,
        }
    }

    /// Reads a stored code; `None` for a code that no lane has.
    pub fn from_u8(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|lane| lane.as_u8() == code)
    }

    /// Returns the lane's name in lower case.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Otp => "otp",
            Self::Transactional => "transactional",
            Self::Bulk => "bulk",
        }
    }

    /// Finds the lane of a name; `None` for a name that no lane has.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|lane| lane.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_follow_the_order_and_read_back() {
        assert!(Lane::Otp < Lane::Transactional && Lane::Transactional < Lane::Bulk);
        for lane in Lane::ALL {
            assert_eq!(Lane::from_u8(lane.as_u8()), Some(lane));
            assert_eq!(Lane::named(lane.name()), Some(lane));
        }
        assert_eq!(Lane::from_u8(3), None);
    }
}
