//! SMS Center: messages by the number of their submission and of the phone; mailings, groups, contacts, templates and sender names
//! by their own numbers; accounts under the account by their logins.

use super::{Ids, NEVER, Row, SUBMISSION, get};

/// The first mailing, group, contact of a group, template and sender name that there are, and the login of an account under the other one.
const MAILING: &str = "1000000001";
const GROUP: &str = "71";
const CONTACT: &str = "73";
const TEMPLATE: &str = "75";
const SENDER: &str = "76";
const BELOW: &str = "friendbelow";

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
        (
            "GET /sys/phones.php?login={login}&psw={password}&add_group=1&name=friends",
            "",
        ),
        (
            "GET /sys/phones.php?login={login}&psw={password}&add=1&phone={number}&name=Anna",
            "",
        ),
        // The account has no such group, and gets none by this.
        (
            "GET /sys/phones.php?login={login}&psw={password}&add=1&phone=380972920385&grp=71",
            "",
        ),
        (
            "GET /sys/templates.php?login={login}&psw={password}&add=1&name=a&msg=Hi",
            "",
        ),
        (
            "GET /sys/senders.php?login={login}&psw={password}&add=1&sender=Info",
            "",
        ),
        (
            "GET /sys/users.php?login={login}&psw={password}&add=1&user={login}below&password=passage",
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
        (
            "GET /sys/phones.php?login={login}&psw={password}&get_group=1&fmt=3",
            "",
        ),
        (
            "GET /sys/phones.php?login={login}&psw={password}&get=1&phone={number}&fmt=3",
            "",
        ),
        (
            "GET /sys/templates.php?login={login}&psw={password}&get=1&fmt=3",
            "",
        ),
        (
            "GET /sys/senders.php?login={login}&psw={password}&get=1&all=1&fmt=3",
            "",
        ),
        (
            "GET /sys/users.php?login={login}&psw={password}&get_users=1&fmt=3",
            "",
        ),
        ("GET /sys/balance.php?login={login}&psw={password}", ""),
    ],
    rows: ROWS,
    names: &["id", "grp", "user", "after_id"],
    // In what is sent it is one that the program chooses; the balance has none.
    excepted: &[
        ("/sys/send.php", "id"),
        ("/rest/send", "id"),
        ("/sys/balance.php", "id"),
        // From whichever answer on, an account is told of its own.
        ("/sys/get.php", "after_id"),
    ],
};

#[rustfmt::skip]
const ROWS: &[Row] = &[
    get("GET /sys/status.php?login={login}&psw={password}&phone={number}&id={}", SUBMISSION),
    get("GET /sys/status.php?login={login}&psw={password}&phone={number}&id={},&fmt=3&all=2", SUBMISSION),
    get("GET /sys/status.php?login={login}&psw={password}&phone={number}&id={}&del=1", SUBMISSION),
    (
        ("POST /rest/status/", "{\"login\":\"{login}\",\"psw\":\"{password}\",\"phone\":\"{number}\",\"id\":{}}"),
        SUBMISSION,
        NEVER,
    ),
    get("GET /sys/jobs.php?login={login}&psw={password}&get=1&id={}&fmt=3", MAILING),
    get("GET /sys/jobs.php?login={login}&psw={password}&chg=1&id={}&name=b", MAILING),
    get("GET /sys/jobs.php?login={login}&psw={password}&cancel=1&id={}", MAILING),
    get("GET /sys/jobs.php?login={login}&psw={password}&del=1&id={}", MAILING),
    get("GET /sys/phones.php?login={login}&psw={password}&get=1&grp={}", GROUP),
    get("GET /sys/phones.php?login={login}&psw={password}&chg_group=1&grp={}&name=b", GROUP),
    get("GET /sys/phones.php?login={login}&psw={password}&del_group=1&grp={}", GROUP),
    get("GET /sys/phones.php?login={login}&psw={password}&add=1&phone=380972920384&grp={}", GROUP),
    get("GET /sys/phones.php?login={login}&psw={password}&chg=1&phone={number}&grp={}", GROUP),
    get("GET /sys/phones.php?login={login}&psw={password}&move_group=1&phone={number}&grp={}", GROUP),
    get("GET /sys/phones.php?login={login}&psw={password}&move_group=2&phone={number}&grp={}", GROUP),
    get("GET /sys/phones.php?login={login}&psw={password}&move_group=3&phone={number}&grp={}", GROUP),
    get("GET /sys/phones.php?login={login}&psw={password}&get=1&after_id={}&fmt=3", CONTACT),
    get("GET /sys/send.php?login={login}&psw={password}&phones=380972920384,G{}&mes=Hey&sender=Info&cost=1", GROUP),
    get("GET /sys/jobs.php?login={login}&psw={password}&add=1&name=b&phones=380972920384,G{}&mes=Hey&sender=Info", GROUP),
    get("GET /sys/templates.php?login={login}&psw={password}&chg=1&id={}&name=b", TEMPLATE),
    get("GET /sys/templates.php?login={login}&psw={password}&del=1&id={}", TEMPLATE),
    get("GET /sys/jobs.php?login={login}&psw={password}&add=1&name=b&phones=380972920384&tpl={}&sender=Info", TEMPLATE),
    get("GET /sys/senders.php?login={login}&psw={password}&chg=1&id={}&cmt=b", SENDER),
    get("GET /sys/senders.php?login={login}&psw={password}&del=1&id={}", SENDER),
    get("GET /sys/senders.php?login={login}&psw={password}&get=1&user={}", BELOW),
    get("GET /sys/users.php?login={login}&psw={password}&chg=1&user={}&password=another", BELOW),
    get("GET /sys/users.php?login={login}&psw={password}&pay=1&user={}&sum=1", BELOW),
    get("GET /sys/users.php?login={login}&psw={password}&get_stat=1&user={}", BELOW),
    get("GET /sys/users.php?login={login}&psw={password}&get_balance=1&user={}", BELOW),
];
