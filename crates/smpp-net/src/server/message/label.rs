//! What a submission remembers of the request that made it, as its source.
//!
//! `replace_sm` brings a text without its `data_coding`, which is the one that the message was submitted with [smpp34 §4.10.1];
//! and the one id of a `submit_multi` names all of its messages.

/// How a submission was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::server) struct Label {
    /// Whether the id of its first message names all of them.
    pub(in crate::server) multi: bool,
    /// The alphabet of its text.
    pub(in crate::server) data_coding: u8,
}

const ONE: &str = "smpp ";
const MULTI: &str = "smpp submit_multi ";

impl Label {
    /// Writes it.
    pub(in crate::server) fn write(self) -> String {
        let prefix = if self.multi { MULTI } else { ONE };
        [prefix, &self.data_coding.to_string()].concat()
    }

    /// Reads it; what was not submitted over SMPP is like what was with nothing but zeros.
    pub(in crate::server) fn read(source: Option<&str>) -> Self {
        let read = |prefix: &str| source?.strip_prefix(prefix)?.parse().ok();
        match (read(MULTI), read(ONE)) {
            (Some(data_coding), _) => Self {
                multi: true,
                data_coding,
            },
            (None, Some(data_coding)) => Self {
                multi: false,
                data_coding,
            },
            (None, None) => Self::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_back_and_nothing_else_is_taken_for_it() {
        for multi in [false, true] {
            for data_coding in 0..=u8::MAX {
                let label = Label { multi, data_coding };
                assert_eq!(Label::read(Some(&label.write())), label);
            }
        }
        for source in [
            None,
            Some(""),
            Some("shop"),
            Some("smpp"),
            Some("smpp x"),
            Some("smpp 256"),
        ] {
            assert_eq!(Label::read(source), Label::default());
        }
    }
}
