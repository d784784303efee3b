//! What becomes of an originator that was registered for a country.

/// Says what was decided on a sender name.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub enum SenderStatus {
    /// Nobody has decided yet: messages wait.
    Pending,
    /// It may be used.
    Approved,
    /// It may not be used: messages end.
    Denied,
}

impl SenderStatus {
    /// Every status.
    pub const ALL: [Self; 3] = [Self::Pending, Self::Approved, Self::Denied];

    /// Returns the stable code under which the status is stored.
    pub const fn as_u8(self) -> u8 {
        match self {
            Self::Pending => 0,
            Self::Approved => 1,
            Self::Denied => 2,
        }
    }

    /// Reads a stored code; `None` for a code that no status has.
    pub fn from_u8(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_u8() == code)
    }

    /// Returns the status's name in lower case.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Approved => "approved",
            Self::Denied => "denied",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_read_back() {
        for status in SenderStatus::ALL {
            assert_eq!(SenderStatus::from_u8(status.as_u8()), Some(status));
        }
        assert_eq!(SenderStatus::from_u8(3), None);
    }
}
