//! A simulator over real TCP, as an ESME meets it.

mod esme;
mod faults;
mod links;
mod phones;
mod restart;
mod scenarios;
