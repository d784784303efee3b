//! What stands in the files, whatever the pieces in which it came.

use bytes::BytesMut;
use proptest::prelude::*;
use smpp::{Bind, BindMode, CommandStatus, Pdu, SubmitSm};

use super::super::{PduLogs, files};
use super::*;

const TEXT: &[u8] = b"Your code is 4711-4711";
const PASSWORD: &[u8] = b"open sesame";

fn conversation() -> Vec<u8> {
    let mut octets = BytesMut::new();
    let bind = Bind {
        system_id: b"shop",
        password: PASSWORD,
        ..Bind::default()
    };
    let submit = SubmitSm {
        short_message: TEXT,
        ..SubmitSm::default()
    };
    for (number, pdu) in [
        (1, Pdu::Bind(BindMode::Transceiver, bind)),
        (2, Pdu::SubmitSm(submit)),
        (3, Pdu::EnquireLink),
    ] {
        pdu.encode(CommandStatus::ROK, number, &mut octets).unwrap();
    }
    octets.to_vec()
}

fn read(directory: &Path, name: &str) -> String {
    let files = files(directory, name);
    let texts = files.map(|file| std::fs::read_to_string(file).unwrap_or_default());
    texts.concat()
}

/// Lets a session hear pieces of the other side, and gives the log.
fn logged<'a>(kib: u32, pieces: impl IntoIterator<Item = &'a [u8]>) -> String {
    let directory = tempfile::tempdir().unwrap();
    let logs = PduLogs::within(directory.path().join("pdu"));
    let mut tap = logs.log("operator-0", kib).unwrap().tap("operator-0");
    for piece in pieces {
        tap.received(piece);
    }
    drop(tap);
    drop(logs);
    read(&directory.path().join("pdu"), "operator-0")
}

fn commands(log: &str) -> Vec<&str> {
    let comments = log
        .lines()
        .filter_map(|line| line.strip_prefix("# operator-0: "));
    let named = comments.map(|comment| comment.split(' ').next().unwrap());
    named.collect()
}

#[test]
fn a_pdu_has_its_names_its_direction_its_moment_and_its_octets() {
    let log = logged(64, [&b"\0\0\0\x10\0\0\0\x15\0\0\0\0\0\0\0\x03"[..]]);
    let lines: Vec<_> = log.lines().collect();
    assert!(lines[0].starts_with("# operator-0: begins at 20"), "{log}");
    assert_eq!(lines[2], "# operator-0: enquire_link 3");
    assert!(lines[3].starts_with("I 20"), "{log}");
    assert_eq!(lines[3].len(), "I 2026-01-31T23:59:59.999".len());
    assert_eq!(
        lines[4],
        "000000 00 00 00 10 00 00 00 15 00 00 00 00 00 00 00 03"
    );
    assert!(lines[6].starts_with("# operator-0: ends at 20"), "{log}");
}

#[test]
fn a_moment_is_spelled_with_its_milliseconds() {
    assert_eq!(moment(951_782_399_007), "2000-02-28T23:59:59.007");
}

#[test]
fn what_is_no_pdu_is_counted_and_not_written() {
    let secret = b"GET /?password=open%20sesame HTTP/1.1\r\n\r\n";
    let log = logged(64, [&secret[..], &secret[..], TEXT]);
    assert_eq!(commands(&log), ["begins", "ends"]);
    let octets = 2 * secret.len() + TEXT.len();
    let told = format!("no PDU were {octets} octets received and 0 sent");
    assert!(log.contains(&told), "{log}");
    assert!(!log.contains("sesame") && !log.contains("4711"), "{log}");
}

#[test]
fn a_pdu_that_is_torn_off_is_counted_and_not_written() {
    let conversation = conversation();
    let log = logged(64, [&conversation[..conversation.len() - 17]]);
    assert_eq!(commands(&log), ["begins", "bind_transceiver", "ends"]);
    assert!(log.contains("no PDU were "), "{log}");
}

#[test]
fn both_files_together_stay_within_the_bound_and_keep_the_newest() {
    let directory = tempfile::tempdir().unwrap();
    let logs = PduLogs::within(directory.path());
    let log = logs.log("operator-0", 8).unwrap();
    let mut tap = log.tap("operator-0");
    let mut octets = BytesMut::new();
    for number in 1..=2_000 {
        octets.clear();
        let life = Pdu::EnquireLink;
        life.encode(CommandStatus::ROK, number, &mut octets)
            .unwrap();
        tap.sent(&octets);
    }
    drop((tap, log, logs));
    let log = read(directory.path(), "operator-0");
    assert!(log.len() <= 8 * 1024, "{}", log.len());
    assert!(log.len() > 4 * 1024, "{}", log.len());
    assert!(log.contains("enquire_link 2000\n"), "{log}");
    assert!(!log.contains("enquire_link 1\n"), "{log}");
}

#[test]
fn a_pdu_longer_than_the_log_is_only_mentioned() {
    let text = [7; 200];
    let submit = SubmitSm {
        short_message: &text,
        ..SubmitSm::default()
    };
    let mut octets = BytesMut::new();
    submit.encode(1, &mut octets).unwrap();
    let log = logged(1, [&octets[..]]);
    assert!(log.contains("too long for this log"), "{log}");
}

#[cfg(unix)]
#[test]
fn only_the_owner_can_read_a_log() {
    use std::os::unix::fs::PermissionsExt;

    let directory = tempfile::tempdir().unwrap();
    let place = directory.path().join("pdu");
    let logs = PduLogs::within(&place);
    drop(logs.log("operator-0", 8).unwrap().tap("operator-0"));
    drop(logs);
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&place), 0o700);
    assert_eq!(mode(&files(&place, "operator-0")[1]), 0o600);
}

#[test]
fn a_directory_that_cannot_be_made_costs_the_log_and_nothing_else() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("file");
    std::fs::write(&file, b"").unwrap();
    let logs = PduLogs::within(file.join("pdu"));
    let mut tap = logs.log("operator-0", 8).unwrap().tap("operator-0");
    tap.received(&conversation());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn wherever_the_stream_is_cut_the_log_is_the_same_and_has_no_secret(
        cuts in proptest::collection::vec(0_usize..120, 0..8),
    ) {
        let conversation = conversation();
        let mut cuts: Vec<_> = cuts.into_iter().map(|cut| cut.min(conversation.len())).collect();
        cuts.sort_unstable();
        let mut pieces = Vec::new();
        let mut start = 0;
        for cut in cuts {
            pieces.push(&conversation[start..cut]);
            start = cut;
        }
        pieces.push(&conversation[start..]);
        let log = logged(64, pieces);
        prop_assert_eq!(
            commands(&log),
            ["begins", "bind_transceiver", "submit_sm", "enquire_link", "ends"]
        );
        for secret in [TEXT, PASSWORD] {
            let hexadecimal: Vec<_> = secret[..4].iter().map(|octet| format!("{octet:02x}")).collect();
            prop_assert!(!log.contains(&hexadecimal.join(" ")));
            prop_assert!(!log.contains(std::str::from_utf8(secret).unwrap()));
        }
    }
}
