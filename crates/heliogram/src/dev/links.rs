//! The links of development mode: to its own simulated operator, and to nobody else.

use std::net::SocketAddr;
use std::sync::Arc;

use gateway::connector::{Connector, Connectors, Inbox};
use gateway::directory::ConnectorSpec;
use smpp_net::SmppConnectors;

/// Starts connectors to one address only, whatever else is configured: messages of a test must not reach people.
pub(super) struct OwnOperatorOnly {
    address: String,
    connectors: SmppConnectors,
}

impl OwnOperatorOnly {
    /// Allows the operator at this address.
    pub(super) fn at(address: SocketAddr, connectors: SmppConnectors) -> Self {
        Self {
            address: address.to_string(),
            connectors,
        }
    }
}

impl Connectors for OwnOperatorOnly {
    fn start(&self, spec: &ConnectorSpec, inbox: Inbox) -> Result<Arc<dyn Connector>, String> {
        if spec.settings.address != self.address {
            return Err(format!(
                "development mode talks to its own simulated operator only, not to {}",
                spec.settings.address
            ));
        }
        self.connectors.start(spec, inbox)
    }
}
