//! The binary as its users meet it: real processes, real HTTP, real SMPP, and `kill -9`.

mod admin;
mod binds;
mod callbacks;
mod clients;
mod config;
mod dev;
mod http;
mod kill;
mod ledger;
mod methods;
mod output;
mod pdu_log;
mod serve;
mod shop;
mod show;
mod simulator;
mod smpp;
mod smpp_client;
mod smsclub;
mod world;
