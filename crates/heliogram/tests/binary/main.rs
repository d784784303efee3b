//! The binary as its users meet it: real processes, real HTTP, real SMPP, and `kill -9`.

mod kill;
mod world;
