//! A session under a script: each step is a command and a length, then so many octets of the peer.
#![no_main]

use libfuzzer_sys::fuzz_target;
use smpp::session::{Config, Event};
use smpp::{Bind, BindMode, CommandStatus, DataSm, Pdu, Session};

fuzz_target!(|input: &[u8]| {
    let mut client = Session::client(Config::client(), 0);
    client
        .bind(0, BindMode::Transceiver, &Bind::default())
        .expect("a fresh session may bind");
    run(client, input);
    run(Session::server(Config::server(), 0), input);
});

fn run(mut session: Session, mut script: &[u8]) {
    let (mut now_ms, mut sent, mut reported) = (0, 0, Vec::new());
    while let [step, length, rest @ ..] = script {
        let (octets, rest) = rest.split_at(rest.len().min(usize::from(*length)));
        script = rest;
        match step % 8 {
            0..4 => session.handle_bytes(now_ms, octets),
            4 => {
                now_ms += u64::from(*length) * 256;
                session.handle_timeout(now_ms);
            }
            5 => {
                let data = Pdu::DataSm(DataSm::default());
                sent += u64::from(session.request(now_ms, sent, &data).is_ok());
            }
            6 => {
                let _ = session.enquire(now_ms);
            }
            _ => {
                let _ = session.unbind(now_ms);
            }
        }
        serve(&mut session, &mut reported);
        session.poll_transmit();
        assert!(session.outstanding() <= Config::client().window);
    }
    session.handle_disconnect();
    serve(&mut session, &mut reported);
    reported.sort_unstable();
    assert_eq!(reported, (0..sent).collect::<Vec<_>>());
}

fn serve(session: &mut Session, reported: &mut Vec<u64>) {
    while let Some(event) = session.poll_event() {
        match event {
            Event::BindRequest(_) => {
                let _ = session.accept_bind(0, b"centre");
            }
            Event::Request(request) => {
                let _ = session.refuse(request.header(), CommandStatus::ROK);
            }
            Event::Answered(answer) => reported.push(answer.token),
            Event::TimedOut { token } => reported.push(token),
            Event::Closed { outstanding, .. } => reported.extend(outstanding),
            Event::Bound(_) | Event::AnsweredLate(_) | Event::Unmatched(_) | Event::Unbound => {}
        }
    }
}
