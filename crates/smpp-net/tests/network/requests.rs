//! What a customer's program may ask, each with the status that it is answered.

mod accounts;
mod changing;
mod submitting;

use std::time::Duration;

use gateway::directory::SmppSettings;
use gateway::{AccountSettings, History, Sent};
use simulator::{Scenario, Simulator};
use smpp::session::Answer;
use smpp::{
    Address, CancelSm, CommandStatus, Destination, DestinationBuffer, Pdu, QuerySm, SubmitMulti,
    SubmitSm,
};
use smpp_net::Server;
use sms::Timestamp;

use crate::program::{Program, open, submit_sm};
use crate::world::{LONG, World, network, settings};

/// A customer's program at a gateway that sends to a simulated network.
struct Scene {
    simulator: Simulator,
    world: World,
    server: Server,
    program: Program,
}

impl Scene {
    async fn open() -> Self {
        let simulator = network(Scenario::default()).await;
        let settings = settings(simulator.address());
        let world = World::sending(&settings).await.with_login().await;
        let server = open(&world).await;
        let program = Program::bound(&server).await;
        Self {
            simulator,
            world,
            server,
            program,
        }
    }

    async fn with_settings(self, settings: AccountSettings) -> Self {
        let account = self.world.account;
        let changed = self
            .world
            .gateway
            .change_account(account, &settings, 0, false);
        changed.await.unwrap();
        // A bind may keep what it was accepted with.
        let program = Program::bound(&self.server).await;
        Self { program, ..self }
    }

    async fn status(&mut self, pdu: impl Into<Pdu<'_>>) -> CommandStatus {
        self.program.ask(&pdu.into()).await.status()
    }

    /// Submits what must be accepted, and returns its id.
    async fn accepted(&mut self, pdu: impl Into<Pdu<'_>>) -> String {
        let answer = self.program.ask(&pdu.into()).await;
        assert_eq!(answer.status(), CommandStatus::ROK);
        id_of(&answer)
    }

    /// Asks for a message's state, as the wire has it.
    async fn state(&mut self, id: &str) -> u8 {
        let query = QuerySm {
            message_id: id.as_bytes(),
            ..QuerySm::default()
        };
        let answer = self.program.ask(&query.into()).await;
        match answer.pdu() {
            Some(Pdu::QuerySmResp(response)) => response.message_state,
            other => panic!("{other:?}"),
        }
    }

    /// Waits until a message is in a state.
    async fn until_state(&mut self, id: &str, state: u8) {
        let reached = async {
            while self.state(id).await != state {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(LONG, reached)
            .await
            .expect("it came to be so in time");
    }

    async fn received(&self, number: &str) -> Vec<String> {
        let messages = self.simulator.inbox().wait(Some(number), LONG).await;
        messages.into_iter().map(|message| message.text).collect()
    }

    /// Everything that the account has ever submitted.
    async fn history(&self) -> Vec<Sent> {
        let history = History {
            from: Timestamp::from_seconds(0),
            until: self.world.gateway.now().plus_millis(1_000),
            recipients: vec![],
            before: None,
            limit: 1_000,
        };
        let account = self.world.account;
        self.world.gateway.history(account, history).await.unwrap()
    }

    /// What the account has, and has on hold.
    async fn balance(&self) -> (i64, i64) {
        let balance = self
            .world
            .gateway
            .balance(self.world.account)
            .await
            .unwrap();
        (balance.available.micros(), balance.held.micros())
    }

    async fn stop(self) {
        drop(self.program);
        self.server.stop().await;
        self.world.stop().await;
    }
}

fn id_of(answer: &Answer) -> String {
    String::from_utf8(answer.message_id().to_vec()).unwrap()
}

/// A text that leaves in an hour.
fn later<'a>(to: &'a str, text: &'a [u8]) -> SubmitSm<'a> {
    SubmitSm {
        schedule_delivery_time: b"000000010000000R",
        ..submit_sm(to, text)
    }
}

fn cancel(id: &str) -> CancelSm<'_> {
    CancelSm {
        message_id: id.as_bytes(),
        ..CancelSm::default()
    }
}

fn multi<'a>(destinations: &'a DestinationBuffer, text: &'a [u8]) -> SubmitMulti<'a> {
    SubmitMulti {
        source: Address::alphanumeric(b"Shop"),
        destinations: destinations.list(),
        data_coding: 1,
        short_message: text,
        ..SubmitMulti::default()
    }
}

fn to_all(numbers: &[&str]) -> DestinationBuffer {
    let mut destinations = DestinationBuffer::new();
    for number in numbers {
        let address = Address::international(number.as_bytes());
        destinations.push(Destination::Address(address)).unwrap();
    }
    destinations
}

fn smpp(settings: SmppSettings) -> AccountSettings {
    AccountSettings {
        smpp: settings,
        ..AccountSettings::default()
    }
}
