//! The customers' SMPP door of the binary, with PDUs written by hand from the specification.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::world::{Dev, LONG};

// [smpp34 §5.1.2.1]
const BIND_TRANSCEIVER: u32 = 0x09;
const SUBMIT_SM: u32 = 0x04;
const UNBIND: u32 = 0x06;
const RESPONSE: u32 = 0x8000_0000;
// [smpp34 §5.1.3]
const ESME_ROK: u32 = 0;
const ESME_RBINDFAIL: u32 = 0x0d;

/// A customer's program.
struct Program {
    stream: TcpStream,
    sequence_number: u32,
}

impl Program {
    async fn connect(dev: &Dev) -> Self {
        let address: SocketAddr = dev.line["smpp"].as_str().unwrap().parse().unwrap();
        Self {
            stream: TcpStream::connect(address).await.unwrap(),
            sequence_number: 0,
        }
    }

    /// Sends a request; gives the status and the body of its response.
    async fn ask(&mut self, command: u32, body: &[u8]) -> (u32, Vec<u8>) {
        self.sequence_number += 1;
        let length = 16 + u32::try_from(body.len()).unwrap();
        let mut octets = Vec::new();
        for field in [length, command, 0, self.sequence_number] {
            octets.extend_from_slice(&field.to_be_bytes());
        }
        octets.extend_from_slice(body);
        self.stream.write_all(&octets).await.unwrap();
        let response = timeout(LONG, async {
            let length = self.stream.read_u32().await.unwrap();
            assert_eq!(self.stream.read_u32().await.unwrap(), command | RESPONSE);
            let status = self.stream.read_u32().await.unwrap();
            let sequence_number = self.stream.read_u32().await.unwrap();
            assert_eq!(sequence_number, self.sequence_number);
            let mut body = vec![0; length as usize - 16];
            self.stream.read_exact(&mut body).await.unwrap();
            (status, body)
        });
        response.await.expect("a response comes in time")
    }

    async fn bind(&mut self, password: &str) -> u32 {
        // system_id, password, system_type, interface_version, addr_ton, addr_npi, address_range [smpp34 §4.1.5]
        let body = format!("dev\0{password}\0\0\x34\0\0\0");
        self.ask(BIND_TRANSCEIVER, body.as_bytes()).await.0
    }
}

#[tokio::test]
async fn a_program_that_speaks_smpp_sends_a_message() {
    let dev = Dev::start().await;
    let mut program = Program::connect(&dev).await;
    assert_eq!(program.bind("dev").await, ESME_ROK);
    // service_type, source, destination, nine fields of their defaults, sm_length, short_message [smpp34 §4.4.1]
    let body = [
        &b"\0\x05\0Shop\0\x01\x01380501234567\0"[..],
        b"\0\0\0\0\0\0\0\0\0\x05",
        b"Hello",
    ]
    .concat();
    let (status, id) = program.ask(SUBMIT_SM, &body).await;
    assert_eq!(status, ESME_ROK);
    assert!(id.len() > 1 && id.ends_with(&[0]), "{id:?}");
    let shown = dev.messages("to=380501234567&wait=10s").await;
    assert_eq!(shown[0]["text"], "Hello");
    assert_eq!(shown[0]["from"], "Shop");
    assert_eq!(dev.customer().balance().await, "999.87");
    assert_eq!(program.ask(UNBIND, b"").await.0, ESME_ROK);
}

#[tokio::test]
async fn a_wrong_password_does_not_bind() {
    const ESME_RINVPASWD: u32 = 0x0e;

    let dev = Dev::start().await;
    let status = Program::connect(&dev).await.bind("guessed").await;
    assert!(
        [ESME_RBINDFAIL, ESME_RINVPASWD].contains(&status),
        "{status:#x}"
    );
}

#[tokio::test]
async fn a_bound_program_does_not_hold_up_a_stop() {
    let dev = Dev::start().await;
    let mut program = Program::connect(&dev).await;
    assert_eq!(program.bind("dev").await, ESME_ROK);
    assert_eq!(dev.process.terminate().await.0, Some(0));
}
