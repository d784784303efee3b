//! The codec from outside: tables, shapes of the field, generated PDUs, other implementations.

mod differential;
mod generated;
mod leniency;
mod stream;
mod tables;
