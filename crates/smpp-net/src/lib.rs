//! SMPP over TCP and TLS: the connector to an operator, and the door for customers.
