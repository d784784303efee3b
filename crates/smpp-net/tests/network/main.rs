//! Our connector and our door on real connections, with the simulated network on the other side.

mod asking;
mod attempts;
mod binds;
mod binds_tls;
mod cases;
mod door;
mod esme;
mod flows;
mod inbound;
mod links;
mod long_texts;
mod place;
mod program;
mod proxy;
mod receipts;
mod receivers;
mod requests;
mod smsc;
mod speed;
mod strangers;
mod ways;
mod world;
