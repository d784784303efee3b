//! Two sides of a session talk to each other, or to octets written by hand, in simulated time.

mod answers;
mod binding;
mod faults;
mod world;
