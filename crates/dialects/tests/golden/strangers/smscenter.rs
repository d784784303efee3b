//! SMS Center: messages by the number of their submission and of the phone, mailings by their own.

use super::{Ids, NEVER, SUBMISSION};

/// The first mailing that there is.
const MAILING: &str = "1000000001";

pub(super) const IDS: Ids = Ids {
    dialect: "smscenter",
    before: &[
        (
            "GET /sys/send.php?login={login}&psw={password}&phones={number}&mes=Hi&sender=Info",
            "",
        ),
        (
            "GET /sys/jobs.php?login={login}&psw={password}&add=1&name=a&phones={number}&mes=Hi&sender=Info&time=01.05.12+00:20",
            "",
        ),
    ],
    seen: &[
        (
            "GET /sys/status.php?login={login}&psw={password}&phone={number}&id={submission}&fmt=1&all=1",
            "",
        ),
        (
            "GET /sys/jobs.php?login={login}&psw={password}&get_all=1&fmt=3",
            "",
        ),
        ("GET /sys/balance.php?login={login}&psw={password}", ""),
    ],
    rows: &[
        (
            (
                "GET /sys/status.php?login={login}&psw={password}&phone={number}&id={}",
                "",
            ),
            SUBMISSION,
            NEVER,
        ),
        (
            (
                "GET /sys/status.php?login={login}&psw={password}&phone={number}&id={},&fmt=3&all=2",
                "",
            ),
            SUBMISSION,
            NEVER,
        ),
        (
            (
                "GET /sys/status.php?login={login}&psw={password}&phone={number}&id={}&del=1",
                "",
            ),
            SUBMISSION,
            NEVER,
        ),
        (
            (
                "POST /rest/status/",
                "{\"login\":\"{login}\",\"psw\":\"{password}\",\"phone\":\"{number}\",\"id\":{}}",
            ),
            SUBMISSION,
            NEVER,
        ),
        (
            (
                "GET /sys/jobs.php?login={login}&psw={password}&get=1&id={}&fmt=3",
                "",
            ),
            MAILING,
            NEVER,
        ),
        (
            (
                "GET /sys/jobs.php?login={login}&psw={password}&chg=1&id={}&name=b",
                "",
            ),
            MAILING,
            NEVER,
        ),
        (
            (
                "GET /sys/jobs.php?login={login}&psw={password}&cancel=1&id={}",
                "",
            ),
            MAILING,
            NEVER,
        ),
        (
            (
                "GET /sys/jobs.php?login={login}&psw={password}&del=1&id={}",
                "",
            ),
            MAILING,
            NEVER,
        ),
    ],
    names: &["id"],
    // In what is sent it is one that the program chooses; the balance has none.
    excepted: &[
        ("/sys/send.php", "id"),
        ("/rest/send", "id"),
        ("/sys/balance.php", "id"),
    ],
};
