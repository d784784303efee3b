//! An SMSC that lets everybody bind and answers every other request with whatever octets a test wants.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use smpp::session::{Config, Event, Request};
use smpp::{BindMode, CommandStatus, Pdu, Session};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// Listens until it is dropped.
pub(crate) struct Smsc {
    pub(crate) address: SocketAddr,
    /// How each link was bound, in order.
    pub(crate) binds: Arc<Mutex<Vec<BindMode>>>,
    _tasks: JoinSet<()>,
}

/// What a test has it answer.
type Answers = Arc<Mutex<dyn FnMut(&Request) -> Vec<u8> + Send>>;

impl Smsc {
    /// Has each request but a bind answered with these octets.
    pub(crate) async fn start(answers: impl FnMut(&Request) -> Vec<u8> + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let binds = Arc::<Mutex<Vec<BindMode>>>::default();
        let answers: Answers = Arc::new(Mutex::new(answers));
        let mut tasks = JoinSet::new();
        let bound = Arc::clone(&binds);
        tasks.spawn(async move {
            let mut links = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                links.spawn(serve(stream, Arc::clone(&answers), Arc::clone(&bound)));
            }
        });
        Self {
            address,
            binds,
            _tasks: tasks,
        }
    }
}

async fn serve(mut stream: TcpStream, answers: Answers, binds: Arc<Mutex<Vec<BindMode>>>) {
    let config = Config {
        peer_window: usize::MAX,
        ..Config::server()
    };
    // Nothing is timed here: what a test wants late it answers late.
    let mut session = Session::server(config, 0);
    let mut incoming = [0; 4_096];
    loop {
        let mut octets = vec![];
        while let Some(event) = session.poll_event() {
            match event {
                Event::BindRequest(request) => {
                    binds.lock().unwrap().push(request.mode);
                    session.accept_bind(0, b"centre").unwrap();
                }
                Event::Request(request) => octets.extend(answers.lock().unwrap()(&request)),
                Event::Closed { .. } => {
                    if let Some(last) = session.poll_transmit() {
                        let _ = stream.write_all(&last).await;
                    }
                    return;
                }
                _ => {}
            }
        }
        let mut piece = session.poll_transmit().unwrap_or_default().to_vec();
        piece.extend(octets);
        if stream.write_all(&piece).await.is_err() {
            return;
        }
        match stream.read(&mut incoming).await {
            Ok(read @ 1..) => session.handle_bytes(0, &incoming[..read]),
            Ok(0) | Err(_) => return,
        }
    }
}

/// The octets of one PDU.
pub(crate) fn octets(pdu: &Pdu<'_>, status: CommandStatus, sequence_number: u32) -> Vec<u8> {
    let mut buffer = bytes::BytesMut::new();
    pdu.encode(status, sequence_number, &mut buffer).unwrap();
    buffer.to_vec()
}
