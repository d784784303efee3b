//! A gateway whose messages reach phones, with its door open; and notices that wait there.

use gateway::directory::SmppSettings;
use gateway::{AccountSettings, Submit, Tells, Terms, To};
use simulator::{Scenario, Simulator};
use smpp_net::{Server, Settings};
use sms::Lane;

use crate::world::{LONG, World, network, settings};

/// A network, a gateway that sends over it, and the door.
pub(crate) struct Place {
    pub(crate) simulator: Simulator,
    pub(crate) world: World,
    pub(crate) server: Server,
}

impl Place {
    pub(crate) async fn open(settings_of_door: Settings) -> Self {
        let simulator = network(Scenario::default()).await;
        let world = World::sending(&settings(simulator.address()))
            .await
            .with_login()
            .await;
        let server = door(&world, settings_of_door).await;
        Self {
            simulator,
            world,
            server,
        }
    }

    /// Changes how the account's programs may use SMPP; the number 7700 is its own.
    pub(crate) async fn set(&self, smpp: SmppSettings) {
        let settings = AccountSettings {
            numbers: vec!["7700".into()],
            smpp,
            ..AccountSettings::default()
        };
        let world = &self.world;
        let changed = world
            .gateway
            .change_account(world.account, &settings, 0, false);
        changed.await.unwrap();
    }

    /// Submits to so many numbers, and waits until their receipts wait in the store.
    pub(crate) async fn owe(&self, numbers: usize) -> Vec<String> {
        let waiting = self.waiting().await;
        let numbers: Vec<_> = (0..numbers)
            .map(|index| format!("3805012{index:05}", index = index * 10))
            .collect();
        self.submit(&numbers).await;
        self.until_waiting(waiting + numbers.len() as u64).await;
        numbers
    }

    async fn submit(&self, numbers: &[String]) {
        let submit = Submit {
            account: self.world.account,
            terms: Terms {
                originator: "Shop".into(),
                text: "hello".into(),
                notices: Tells::DELIVERED.with(Tells::NOT_DELIVERED),
                ..Terms::default()
            },
            recipients: numbers.iter().map(To::number).collect(),
            lane: Lane::Transactional,
            drop_repeats: false,
        };
        self.world.gateway.submit(submit).await.unwrap();
    }

    pub(crate) async fn waiting(&self) -> u64 {
        let count = self.world.gateway.notice_count(self.world.account).await;
        count.unwrap().waiting
    }

    pub(crate) async fn until_waiting(&self, number: u64) {
        let reached = async {
            while self.waiting().await != number {
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
        };
        let reached = tokio::time::timeout(LONG, reached).await;
        let waiting = self.waiting().await;
        assert!(
            reached.is_ok(),
            "{number} notices should wait, not {waiting}"
        );
    }

    pub(crate) async fn close(self) {
        self.server.stop().await;
        self.world.stop().await;
        self.simulator.stop().await;
    }
}

/// Opens another door to the same gateway.
pub(crate) async fn door(world: &World, settings: Settings) -> Server {
    let address: std::net::SocketAddr = "127.0.0.1:0".parse().unwrap();
    Server::start(address, world.gateway.clone(), settings)
        .await
        .unwrap()
}
