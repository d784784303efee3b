//! What peers have in common: programs of other projects, configured from templates, that call a customer's program back.

mod callbacks;
mod programs;
mod template;

pub(crate) use callbacks::Callbacks;
pub(crate) use programs::{Installed, Program, free_ports};
pub(crate) use template::fill;
