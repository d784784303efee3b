//! SMPP 3.4 as values: PDUs and the session, without a socket and without a clock.
