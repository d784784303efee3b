//! Whole flows: a gateway on a SQLite file, a clock that the test moves, and connectors that the test plays.

mod delivery;
mod doubt;
mod retries;
mod running;
mod schedule;
mod submitting;
mod world;
