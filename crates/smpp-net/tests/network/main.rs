//! Our connector and our door on real connections, with the simulated network on the other side.

mod asking;
mod attempts;
mod binds;
mod door;
mod esme;
mod flows;
mod inbound;
mod links;
mod long_texts;
mod program;
mod proxy;
mod receivers;
mod requests;
mod smsc;
mod speed;
mod ways;
mod world;
