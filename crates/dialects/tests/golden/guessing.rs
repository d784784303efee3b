//! Guessing of passwords at every door that takes them: each says in its own words that it has been too often.

use crate::caller::ask;
use crate::world::World;

const WORLD: &str = "login shop password, peer 192.0.2.7";

/// A door, a call of it with a login and `{}` for a password, what it says to a wrong one, and what when it has been too often.
const DOORS: [(&str, (&str, &str), &str, &str); 5] = [
    (
        "atl",
        (
            "POST /bulksms/api",
            "<request><head><operation>units</operation><login>shop</login><password>{}</password></head></request>",
        ),
        "<responsecode>105</responsecode>",
        "<responsecode>201</responsecode>",
    ),
    (
        "smscenter",
        ("GET /sys/balance.php?login=shop&psw={}", ""),
        "ERROR = 2 (authorise error)",
        "ERROR = 9",
    ),
    (
        "smsclub",
        ("GET /http/getbalance.php?username=shop&password={}", ""),
        "Wrong login or secret",
        "Too many requests",
    ),
    (
        "smsclub",
        ("GET /token/getbalance.php?username=shop&token={}", ""),
        "Wrong login or secret",
        "Too many requests",
    ),
    (
        "smsclub",
        (
            "POST /xml/state.php",
            "<request_getstate><username>shop</username><password>{}</password><smscid>1</smscid></request_getstate>",
        ),
        "Wrong login or secret",
        "Too many requests",
    ),
];

#[tokio::test]
async fn every_door_makes_who_guesses_wait_and_says_so() {
    for (dialect, (line, body), wrong, too_often) in DOORS {
        let world = World::speaking(dialect, WORLD).await;
        let guess = async |password: &str| {
            let (line, body) = (line.replace("{}", password), body.replace("{}", password));
            // There are doors that refuse the same call twice in a minute.
            ask(&world, (&line, &body), "none").await
        };
        for number in 0..10 {
            let answer = guess(&format!("guess{number}")).await;
            assert!(answer.contains(wrong), "{dialect}: {line}: {answer}");
        }
        for password in ["guess", "password"] {
            let answer = guess(password).await;
            assert!(answer.contains(too_often), "{dialect}: {line}: {answer}");
        }
    }
}
