//! Connections that are not bound: what they may take, and that they do not keep customers out.

use smpp::CommandStatus;
use smpp_net::Settings;
use tokio::io::AsyncReadExt;
use tokio::net::{TcpSocket, TcpStream};

use crate::binds::{TRANSCEIVER, ask, open, world};
use crate::esme::Esme;
use crate::world::LONG;

#[tokio::test]
async fn strangers_of_one_address_cannot_use_up_the_door() {
    let world = world().await;
    let settings = Settings {
        unbound_connections_per_address: 2,
        bind_timeout_ms: 3_600_000,
        ..Settings::default()
    };
    let server = open(&world, settings).await;
    // Those that are bound do not count.
    let mut bound = Vec::new();
    for _ in 0..3 {
        bound.push(Esme::bound(&server, TRANSCEIVER).await);
    }
    let _first = TcpStream::connect(server.address()).await.unwrap();
    let second = TcpStream::connect(server.address()).await.unwrap();
    let mut third = TcpStream::connect(server.address()).await.unwrap();
    let mut octets = Vec::new();
    // It is closed at once, not after the time to bind.
    let closed = third.read_to_end(&mut octets);
    let closed = tokio::time::timeout(LONG, closed).await.unwrap();
    assert!(closed.is_err() || octets.is_empty());
    drop(second);
    for esme in &mut bound {
        assert_eq!(ask(esme, 1).await, [CommandStatus::RINVMSGID]);
    }
    server.stop().await;
}

#[tokio::test]
async fn a_door_full_of_strangers_lets_customers_in_all_the_same() {
    let world = world().await;
    let settings = Settings {
        connections: 5,
        unbound_connections_per_address: 2,
        ..Settings::default()
    };
    let server = open(&world, settings).await;
    let mut customers = vec![Esme::bound(&server, TRANSCEIVER).await];
    let mut strangers = Vec::new();
    for address in ["127.0.0.2", "127.0.0.2", "127.0.0.3", "127.0.0.3"] {
        let socket = TcpSocket::new_v4().unwrap();
        let address = format!("{address}:0").parse().unwrap();
        socket.bind(address).unwrap();
        strangers.push(socket.connect(server.address()).await.unwrap());
    }
    // For each that comes one of them has to go, and none that is bound.
    for _ in 0..4 {
        customers.push(Esme::bound(&server, TRANSCEIVER).await);
    }
    let mut octets = Vec::new();
    for stranger in &mut strangers {
        let closed = stranger.read_to_end(&mut octets);
        let closed = tokio::time::timeout(LONG, closed).await.unwrap();
        assert!(closed.is_err() || octets.is_empty());
    }
    let mut more = TcpStream::connect(server.address()).await.unwrap();
    let closed = tokio::time::timeout(LONG, more.read_to_end(&mut octets)).await;
    assert!(closed.unwrap().is_err() || octets.is_empty());
    for esme in &mut customers {
        assert_eq!(ask(esme, 1).await, [CommandStatus::RINVMSGID]);
    }
    server.stop().await;
}
