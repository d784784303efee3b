//! Whole flows: a gateway on a SQLite file, a clock that the test moves, and connectors that the test plays.

mod chaos;
mod delivery;
mod doubt;
mod retries;
mod running;
mod schedule;
mod submitting;
mod unwell;
mod world;
