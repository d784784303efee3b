//! What a host's name leads to.

use std::io;
use std::net::SocketAddr;

use async_trait::async_trait;

/// Resolves names.
///
/// The implementer's duty: all that the answer lists is what the name leads to now; nothing is left out.
#[async_trait]
pub(super) trait Resolve: Send + Sync {
    /// Answers the addresses of a host.
    async fn resolve(&self, host: &str, port: u16) -> io::Result<Vec<SocketAddr>>;
}

/// Asks the system, which also reads addresses in all the ways in which people have written them.
pub(super) struct System;

#[async_trait]
impl Resolve for System {
    async fn resolve(&self, host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
        Ok(tokio::net::lookup_host((host, port)).await?.collect())
    }
}
