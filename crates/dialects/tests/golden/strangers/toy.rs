//! The toy dialect.

use super::{Ids, MESSAGE, NEVER};

pub(super) const IDS: Ids = Ids {
    dialect: "toy",
    before: &[(
        "GET /toy/send?token={token}&from=Info&to={number}&text=Hi",
        "",
    )],
    seen: &[
        ("GET /toy/state?token={token}&id=1000177", ""),
        ("GET /toy/balance?token={token}", ""),
    ],
    rows: &[(("GET /toy/state?token={token}&id={}", ""), MESSAGE, NEVER)],
    names: &["id"],
    excepted: &[],
};
