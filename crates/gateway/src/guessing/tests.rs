//! Whom guessing makes wait, by a clock that the test moves.

use std::net::{IpAddr, Ipv4Addr};

use super::*;

const START: Timestamp = Timestamp::from_millis(1_700_000_000_000);

fn after(minutes: i64) -> Timestamp {
    START.plus_millis(minutes * MINUTE_MS)
}

fn network(number: u32) -> Network {
    Network::of(IpAddr::V4(Ipv4Addr::from_bits(0x0A00_0000 + number)))
}

/// Fails `times` times, a minute being as long as ten of them, with a password that is another each time.
fn fail(guessing: &mut Guessing, login: &str, from: Network, times: u64, now: Timestamp) {
    for password in 0..times {
        guessing.failed(login, from, password, now);
    }
}

#[test]
fn the_tenth_wrong_password_makes_the_login_wait_on_that_network_for_fifteen_minutes() {
    let mut guessing = Guessing::default();
    fail(&mut guessing, "shop", network(1), 9, START);
    assert!(guessing.admits("shop", network(1), START));
    let tenth = guessing.failed("shop", network(1), 99, after(9));
    assert_eq!(tenth, Some(Waits::Pair));
    for (login, from, minute, admitted) in [
        ("shop", 1, 9, false),
        ("shop", 1, 23, false),
        ("shop", 1, 24, true),
        ("shop", 2, 9, true),
        ("other", 1, 9, true),
    ] {
        let admits = guessing.admits(login, network(from), after(minute));
        assert_eq!(admits, admitted, "{login} from {from} after {minute}");
    }
    fail(&mut guessing, "shop", network(1), 9, after(24));
    assert!(guessing.admits("shop", network(1), after(24)));
}

#[test]
fn wrong_passwords_of_more_than_ten_minutes_ago_do_not_count() {
    let mut guessing = Guessing::default();
    fail(&mut guessing, "shop", network(1), 9, START);
    fail(&mut guessing, "shop", network(1), 9, after(10));
    assert!(guessing.admits("shop", network(1), after(10)));
    fail(&mut guessing, "shop", network(1), 1, after(19));
    assert!(!guessing.admits("shop", network(1), after(19)));
}

#[test]
fn the_hundredth_wrong_password_makes_the_network_wait_for_an_hour_but_not_who_is_known_there() {
    let mut guessing = Guessing::default();
    guessing.succeeded("owner", network(1), START);
    for login in 0..99 {
        let waits = guessing.failed(&login.to_string(), network(1), 0, START);
        assert_eq!(waits, None);
    }
    assert!(guessing.admits("new", network(1), START));
    let waits = guessing.failed("99", network(1), 0, START);
    assert_eq!(waits, Some(Waits::Network));
    for (login, from, minute, admitted) in [
        ("new", 1, 0, false),
        ("new", 1, 59, false),
        ("new", 1, 60, true),
        ("new", 2, 0, true),
        ("owner", 1, 0, true),
    ] {
        let admits = guessing.admits(login, network(from), after(minute));
        assert_eq!(admits, admitted, "{login} from {from} after {minute}");
    }
    // Being known is no way around the rule for a login.
    fail(&mut guessing, "owner", network(1), 10, after(1));
    assert!(!guessing.admits("owner", network(1), after(1)));
}

#[test]
fn a_success_is_known_for_thirty_days_and_forgives_its_own_login_only() {
    let mut guessing = Guessing::default();
    fail(&mut guessing, "shop", network(1), 9, START);
    fail(&mut guessing, "other", network(1), 9, START);
    guessing.succeeded("shop", network(1), START);
    fail(&mut guessing, "shop", network(1), 1, START);
    fail(&mut guessing, "other", network(1), 1, START);
    assert!(guessing.admits("shop", network(1), START));
    assert!(!guessing.admits("other", network(1), START));
    let days = |days: i64| after(days * 24 * 60);
    assert!(guessing.knows("shop", network(1), days(29)));
    assert!(!guessing.knows("shop", network(1), days(30)));
    assert!(!guessing.knows("shop", network(2), START));
}

#[test]
fn the_same_wrong_password_again_is_known_as_such_for_ten_minutes() {
    let mut guessing = Guessing::default();
    guessing.failed("shop", network(1), 7, START);
    for (login, from, password, minute, known) in [
        ("shop", 1, 7, 9, true),
        ("shop", 1, 8, 9, false),
        ("shop", 2, 7, 9, false),
        ("other", 1, 7, 9, false),
        ("shop", 1, 7, 10, false),
    ] {
        let was_wrong = guessing.was_wrong(login, network(from), password, after(minute));
        assert_eq!(was_wrong, known, "{login} from {from}: {password}");
    }
}

#[test]
fn ten_thousand_guesses_from_a_thousand_networks_never_make_the_owner_wait() {
    let mut guessing = Guessing::default();
    let owner = network(5_000);
    let mut evaluated = 0_u32;
    for round in 0..10_u32 {
        let now = START.plus_millis(i64::from(round) * 1_000);
        assert!(guessing.admits("shop", owner, now), "round {round}");
        guessing.succeeded("shop", owner, now);
        for number in 0..1_000 {
            // Some networks guess twice as often.
            for guess in 0..=number % 2 {
                if guessing.admits("shop", network(number), now) {
                    evaluated += 1;
                    let password = u64::from(round * 2 + guess);
                    guessing.failed("shop", network(number), password, now);
                }
            }
        }
    }
    // Ten from each network, and no more.
    assert_eq!(evaluated, 10_000);
    let admitted = |guessing: &mut Guessing, number| {
        guessing.admits("shop", network(number), START.plus_millis(60_000))
    };
    assert!((0..1_000).all(|number| !admitted(&mut guessing, number)));
    assert!(admitted(&mut guessing, 5_000));
}

#[test]
fn more_networks_than_are_remembered_push_out_none_that_is_known() {
    let mut guessing = Guessing::default();
    let owner = network(u32::from(u16::MAX) * 100);
    guessing.succeeded("shop", owner, START);
    for number in 0..150_000 {
        guessing.failed("shop", network(number), 1, START);
    }
    assert!(guessing.knows("shop", owner, START));
    assert!(guessing.admits("shop", owner, START));
}
