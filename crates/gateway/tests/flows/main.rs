//! Whole flows: a gateway on a SQLite file, a clock that the test moves, and connectors that the test plays.

mod callbacks;
mod campaigns;
mod chaos;
mod contacts;
mod control_copies;
mod delivery;
mod doubt;
mod forms;
mod halts;
mod inbound;
mod look_ups;
mod mailings;
mod once;
mod own_texts;
mod programs;
mod retries;
mod routes;
mod running;
mod schedule;
mod senders;
mod signing_in;
mod sub_accounts;
mod submitting;
mod templates;
mod unwell;
mod world;
