//! What the gateway asks of a durable store: promises by subject, and the suite that checks them.
