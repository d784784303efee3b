//! Our connector and our door on real connections, with the simulated network on the other side.

mod attempts;
mod door;
mod flows;
mod inbound;
mod links;
mod long_texts;
mod program;
mod proxy;
mod requests;
mod world;
