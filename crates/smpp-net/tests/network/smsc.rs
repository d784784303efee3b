//! An SMSC that lets everybody bind and answers every other request with whatever octets a test wants, and when it wants.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use smpp::session::{Config, Event, Request};
use smpp::{BindMode, CommandStatus, Pdu, Session, SubmitSmResp};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::broadcast;
use tokio::task::JoinSet;

/// Listens until it is dropped.
pub(crate) struct Smsc {
    pub(crate) address: SocketAddr,
    /// How each link was bound, in order.
    pub(crate) binds: Arc<Mutex<Vec<BindMode>>>,
    said: broadcast::Sender<Vec<u8>>,
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
        let said = broadcast::Sender::new(100);
        let saying = said.clone();
        tasks.spawn(async move {
            let mut links = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let (answers, bound) = (Arc::clone(&answers), Arc::clone(&bound));
                links.spawn(serve(stream, answers, bound, saying.subscribe()));
            }
        });
        Self {
            address,
            binds,
            said,
            _tasks: tasks,
        }
    }

    /// Says something over the links that are open, unasked.
    fn say(&self, octets: Vec<u8>) {
        self.said.send(octets).expect("a link is open");
    }
}

/// An SMSC that takes submits and answers them only when the test lets it.
pub(crate) struct Hesitant {
    pub(crate) smsc: Smsc,
    unanswered: Arc<Mutex<Vec<u32>>>,
}

impl Hesitant {
    pub(crate) async fn start() -> Self {
        let unanswered = Arc::<Mutex<Vec<_>>>::default();
        let noted = Arc::clone(&unanswered);
        let smsc = Smsc::start(move |request: &Request| {
            if let Pdu::SubmitSm(_) = request.pdu() {
                noted.lock().unwrap().push(request.sequence_number());
            }
            vec![]
        });
        Self {
            smsc: smsc.await,
            unanswered,
        }
    }

    /// Counts the submits that wait for their answer.
    pub(crate) fn unanswered(&self) -> usize {
        self.unanswered.lock().unwrap().len()
    }

    /// Answers all of them.
    pub(crate) fn answers(&self) {
        let response = Pdu::SubmitSmResp(SubmitSmResp {
            message_id: b"77",
            ..SubmitSmResp::default()
        });
        let numbers = std::mem::take(&mut *self.unanswered.lock().unwrap());
        let taken = numbers
            .into_iter()
            .flat_map(|number| octets(&response, CommandStatus::ROK, number));
        self.smsc.say(taken.collect());
    }
}

async fn serve(
    mut stream: TcpStream,
    answers: Answers,
    binds: Arc<Mutex<Vec<BindMode>>>,
    mut said: broadcast::Receiver<Vec<u8>>,
) {
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
        tokio::select! {
            read = stream.read(&mut incoming) => match read {
                Ok(read @ 1..) => session.handle_bytes(0, &incoming[..read]),
                Ok(0) | Err(_) => return,
            },
            Ok(octets) = said.recv() => {
                if stream.write_all(&octets).await.is_err() {
                    return;
                }
            }
        }
    }
}

/// The octets of one PDU.
pub(crate) fn octets(pdu: &Pdu<'_>, status: CommandStatus, sequence_number: u32) -> Vec<u8> {
    let mut buffer = bytes::BytesMut::new();
    pdu.encode(status, sequence_number, &mut buffer).unwrap();
    buffer.to_vec()
}
