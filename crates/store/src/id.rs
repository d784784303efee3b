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
    /// Numbers a message, from 1,000,001; the messages of one submission are numbered without a gap in the order they were given,
    /// and those of a later submission above them.
    MessageId
);
id!(
    /// Numbers a connector, from 1 in order of creation; never used again after a removal.
    ConnectorId
);
id!(
    /// Numbers a contact list, from 1 over all accounts; shown to customers, so it must fit 31 bits.
    ListId
);
id!(
    /// Numbers a contact, from 1 over all lists; never used again; shown to customers, so it must fit 31 bits.
    ContactId
);
id!(
    /// Numbers a variable of a contact list, from 1 over all lists.
    VariableId
);
id!(
    /// Numbers an entry of a stop list, from 1 over all accounts.
    StopId
);
id!(
    /// Numbers a registered sender name, from 1 over all accounts.
    SenderId
);
id!(
    /// Numbers a mailing, from 1,000,000,001, so that it is never a submission's number too; shown to customers, so it must fit
    /// 31 bits.
    MailingId
);
id!(
    /// Numbers a message template, from 1 over all accounts.
    TemplateId
);
id!(
    /// Numbers a message from a handset, from 1 over all accounts; shown to customers, so it must fit 31 bits.
    InboundId
);
id!(
    /// Numbers a callback, from 1 over all accounts.
    CallbackId
);
id!(
    /// Numbers a notice, from 1 over all accounts.
    NoticeId
);
id!(
    /// Numbers a part of a message from a handset, from 1.
    PartId
);
