//! Which way messages go.

use gateway::RouteKinds;
use gateway::directory::RouteSettings;
use sms::Country;

use crate::campaigns::accept_all;
use crate::world::{World, connector};

#[tokio::test]
async fn messages_take_routes_of_the_kind_that_was_asked_for() {
    let world = World::new().await;
    let settings = r#"{"address":"loopback","system_id":"x"}"#;
    connector(&world.gateway, "direct", settings).await;
    let direct = RouteSettings {
        kind: Some("direct".into()),
        ..RouteSettings::default()
    };
    let put = world.gateway.put_route("direct", "direct", &direct);
    put.await.unwrap();
    let (way, direct) = (world.way().await, world.loopback.way("direct").await);
    let ukraine = Country::parse("UA").unwrap();
    let list = world.list_of(2).await;

    for (kind, is_direct) in [
        (None, false),
        (Some("direct"), true),
        (Some("ua_sim"), false),
    ] {
        let kinds = kind.map(|kind| RouteKinds::default().with(ukraine, kind));
        let kinds = kinds.unwrap_or_default();
        let taken = if is_direct { &direct } else { &way };

        let mut submit = world.request(&["380670000001"]);
        submit.terms.route_kinds = kinds.clone();
        world.gateway.submit(submit).await.unwrap();
        accept_all(taken, &taken.take(1).await);

        let mut campaign = world.campaign(list);
        campaign.terms.route_kinds = kinds;
        world.start(campaign).await;
        accept_all(taken, &taken.take(2).await);
    }
}
