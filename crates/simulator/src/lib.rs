//! Virtual phones and networks behind a real SMPP server.
