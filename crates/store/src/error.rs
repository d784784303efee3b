//! The one error of a store: opaque, with the two meanings that a caller acts upon.

use std::fmt;

type Source = Box<dyn std::error::Error + Send + Sync>;

/// Says why a promise was not kept.
pub struct Error {
    meaning: Meaning,
    message: String,
    source: Option<Source>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Meaning {
    Conflict,
    Unavailable,
    Other,
}

impl Error {
    /// Reports that what exists contradicts what was asked: a name already taken, a thing that is still in use.
    pub fn conflict(message: impl Into<String>) -> Self {
        Self {
            meaning: Meaning::Conflict,
            message: message.into(),
            source: None,
        }
    }

    /// Reports that the store cannot work now: disk full, database unreachable, shutting down.
    pub fn unavailable(message: impl Into<String>, source: Option<Source>) -> Self {
        Self {
            meaning: Meaning::Unavailable,
            message: message.into(),
            source,
        }
    }

    /// Reports anything else: a broken file, a defect of ours.
    pub fn other(message: impl Into<String>, source: Option<Source>) -> Self {
        Self {
            meaning: Meaning::Other,
            message: message.into(),
            source,
        }
    }

    /// Tells whether the caller asked for something that contradicts what exists; a repetition fails the same way.
    pub fn is_conflict(&self) -> bool {
        self.meaning == Meaning::Conflict
    }

    /// Tells whether the same call may succeed later. Only with this meaning is it possible that the transaction has
    /// happened all the same (the answer to a commit was lost); repeat only methods that are idempotent.
    pub fn is_unavailable(&self) -> bool {
        self.meaning == Meaning::Unavailable
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.source {
            Some(source) => write!(f, "{}: {source}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_ref().map(|source| source.as_ref() as _)
    }
}
