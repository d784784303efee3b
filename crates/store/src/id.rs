//! The numbers by which stored things are known.

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub i64);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

id!(
    /// Numbers an account, from 1 in order of creation.
    AccountId
);
id!(
    /// Numbers a submission, from 1 in order of acceptance over all accounts; shown to customers, so it must fit 31 bits.
    SubmissionId
);
id!(
    /// Numbers a message, from 1; the messages of one submission are numbered without a gap in the order they were given.
    MessageId
);
id!(
    /// Numbers a connector, from 1 in order of creation; never used again after a removal.
    ConnectorId
);
