//! Looks at the connectors again and again, so that those that are not well are passed over, and taken again when they are.

use tokio_util::sync::CancellationToken;

use super::active::Actives;
use super::ticks::Ticks;
use crate::Gateway;
use crate::health::Patience;

pub(crate) async fn run(gateway: Gateway, actives: Actives, stop: CancellationToken) {
    let mut ticks = Ticks::every(gateway.0.tempo.health_ms);
    while ticks.next(&stop).await {
        let directory = gateway.directory();
        for spec in &directory.connectors {
            if let Some(active) = actives.get(spec.id) {
                active.observe(&gateway);
            } else {
                // One that could not be started is as good as down.
                let patience = Patience::of(&spec.settings);
                let (health, now) = (&gateway.0.health, gateway.now());
                health.observe(spec.id, &spec.name, false, patience, now);
            }
        }
        for (id, name) in &directory.unreadable {
            let (health, now) = (&gateway.0.health, gateway.now());
            health.observe(*id, name, false, Patience::default(), now);
        }
        let is_configured = |id| directory.all_connectors().any(|(known, _)| known == id);
        gateway.0.health.keep(is_configured);
    }
}
