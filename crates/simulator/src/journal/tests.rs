//! The journal reopened: after a clean end, a torn one, and a long life.

use super::*;
use crate::outcome::Outcome;

fn accepted(number: u64, copies: u8) -> Accepted<'static> {
    Accepted {
        number,
        at_ms: 10,
        due_ms: 20,
        outcome: Outcome::Delivered,
        copies,
        system_id: b"dev",
        pdu: b"any octets at all",
    }
}

/// What a reopening tells: number, whether it is shown, and which receipts are owed.
fn reopened(path: &Path, limit: usize) -> (Journal, Vec<(u64, bool, u8)>) {
    let mut rows = Vec::new();
    let journal = Journal::open(path, limit, |restored| {
        let mut original = accepted(restored.accepted.number, restored.accepted.copies);
        original.number = restored.accepted.number;
        assert_eq!(restored.accepted, original);
        rows.push((restored.accepted.number, restored.shown, restored.owed));
    })
    .unwrap();
    (journal, rows)
}

fn in_a_new_file(check: impl FnOnce(&Path)) {
    let folder = tempfile::tempdir().unwrap();
    check(&folder.path().join("journal"));
}

#[test]
fn what_was_accepted_is_told_with_the_receipts_still_owed() {
    in_a_new_file(|path| {
        let (mut journal, rows) = reopened(path, 10);
        assert_eq!(rows, []);
        journal.accepted(accepted(1, 1));
        journal.accepted(accepted(2, 2));
        journal.accepted(accepted(3, 0));
        journal.answered(1, 0);
        journal.answered(2, 1);
        journal.flush().unwrap();
        let expected = [(1, true, 0), (2, true, 1), (3, true, 0)];
        assert_eq!(reopened(path, 10).1, expected);
        assert_eq!(
            reopened(path, 10).1,
            expected,
            "the rewritten file says the same"
        );
    });
}

#[test]
fn what_was_not_flushed_is_not_there_and_what_follows_a_reopening_is() {
    in_a_new_file(|path| {
        let (mut journal, _) = reopened(path, 10);
        journal.accepted(accepted(1, 1));
        drop(journal);
        let (mut journal, rows) = reopened(path, 10);
        assert_eq!(rows, []);
        journal.accepted(accepted(2, 1));
        journal.flush().unwrap();
        assert_eq!(reopened(path, 10).1, [(2, true, 1)]);
    });
}

#[test]
fn only_the_last_are_kept_and_those_that_owe_receipts() {
    in_a_new_file(|path| {
        let (mut journal, _) = reopened(path, 10);
        for number in 1..=1000 {
            journal.accepted(accepted(number, 1));
            if number != 5 {
                journal.answered(number, 0);
            }
        }
        journal.flush().unwrap();
        let expected = [(5, false, 1), (999, true, 0), (1000, true, 0)];
        assert_eq!(reopened(path, 2).1, expected);
        assert!(std::fs::metadata(path).unwrap().len() < 500);
        assert_eq!(reopened(path, 2).1, expected);
        assert_eq!(reopened(path, 10).1, expected, "what was dropped stays so");
    });
}

#[test]
fn a_cleared_inbox_stays_empty_but_owes_its_receipts() {
    in_a_new_file(|path| {
        let (mut journal, _) = reopened(path, 10);
        journal.accepted(accepted(1, 1));
        journal.accepted(accepted(2, 0));
        journal.cleared();
        journal.flush().unwrap();
        assert_eq!(reopened(path, 10).1, [(1, false, 1)]);
        let (mut journal, rows) = reopened(path, 10);
        assert_eq!(rows, [(1, false, 1)]);
        journal.accepted(accepted(3, 0));
        journal.flush().unwrap();
        assert_eq!(reopened(path, 10).1, [(1, false, 1), (3, true, 0)]);
    });
}

#[test]
fn a_file_cut_anywhere_keeps_the_records_before_the_cut() {
    in_a_new_file(|path| {
        let (mut journal, _) = reopened(path, 10);
        journal.accepted(accepted(1, 1));
        journal.flush().unwrap();
        let first = std::fs::metadata(path).unwrap().len();
        journal.accepted(accepted(2, 1));
        journal.flush().unwrap();
        let octets = std::fs::read(path).unwrap();
        for end in 0..octets.len() {
            std::fs::write(path, &octets[..end]).unwrap();
            let whole = usize::from(end as u64 >= first);
            assert_eq!(reopened(path, 10).1.len(), whole, "cut at {end}");
        }
    });
}

#[test]
fn a_spoilt_record_ends_the_journal() {
    in_a_new_file(|path| {
        let (mut journal, _) = reopened(path, 10);
        journal.accepted(accepted(1, 1));
        journal.accepted(accepted(2, 1));
        journal.flush().unwrap();
        let mut octets = std::fs::read(path).unwrap();
        *octets.last_mut().unwrap() ^= 0x10;
        std::fs::write(path, &octets).unwrap();
        assert_eq!(reopened(path, 10).1, [(1, true, 1)]);
    });
}

#[test]
fn a_foreign_file_is_left_alone() {
    in_a_new_file(|path| {
        std::fs::write(path, b"somebody's letters").unwrap();
        assert!(Journal::open(path, 10, |_| {}).is_err());
        assert_eq!(std::fs::read(path).unwrap(), b"somebody's letters");
    });
}
