//! Which side may send what in which mode of a bind.

use crate::command::{BindMode, CommandId};

/// A side of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Binds and submits.
    Esme,
    /// Is bound to and delivers.
    Smsc,
}

impl Role {
    /// Names the other side.
    #[must_use]
    pub const fn peer(self) -> Self {
        match self {
            Self::Esme => Self::Smsc,
            Self::Smsc => Self::Esme,
        }
    }

    /// Tells whether this side may send a request once bound [smpp34 §2.3, table 2-1].
    pub(super) fn may_send(self, command_id: CommandId, mode: BindMode) -> bool {
        let direction = match self {
            Self::Esme => mode.submits(),
            Self::Smsc => mode.receives(),
        };
        let commands = match self {
            Self::Esme => ESME_REQUESTS,
            Self::Smsc => SMSC_REQUESTS,
        };
        direction && commands.contains(&command_id)
    }
}

/// Tells whether a request is answered at all.
pub(super) fn has_answer(command_id: CommandId) -> bool {
    !matches!(
        command_id,
        CommandId::OUTBIND | CommandId::ALERT_NOTIFICATION
    )
}

/// The most frequent first.
const ESME_REQUESTS: &[CommandId] = &[
    CommandId::SUBMIT_SM,
    CommandId::DATA_SM,
    CommandId::SUBMIT_MULTI,
    CommandId::QUERY_SM,
    CommandId::CANCEL_SM,
    CommandId::REPLACE_SM,
];

const SMSC_REQUESTS: &[CommandId] = &[
    CommandId::DELIVER_SM,
    CommandId::DATA_SM,
    CommandId::ALERT_NOTIFICATION,
];
