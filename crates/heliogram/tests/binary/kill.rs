//! `kill -9` at any moment of a group send: nothing is lost, nothing is charged twice, little arrives twice.

mod everything;
mod gateway;
mod group;
mod moments;
mod retries;
