//! Passwords, which are hashed slowly on purpose: each is hashed once, by the gateway, and written into further worlds as it was
//! stored in the first.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;

use gateway::directory::CredentialKind;
use gateway::{AccountId, Gateway};
use rusqlite::Connection;

/// What is stored of a password.
static HASHED: Mutex<BTreeMap<String, Vec<u8>>> = Mutex::new(BTreeMap::new());

/// Gives an account a login. The gateway may see it only with the next thing that it is configured with.
pub(crate) async fn put(
    gateway: &Gateway,
    file: &Path,
    account: AccountId,
    login: &str,
    password: &str,
) {
    let kind = CredentialKind::Password;
    let open = || Connection::open(file).unwrap();
    let hashed = HASHED.lock().unwrap().get(password).cloned();
    if let Some(secret) = hashed {
        let insert =
            "INSERT INTO credential (kind, name, account_id, secret) VALUES (?1, ?2, ?3, ?4)";
        let row = (kind.name(), login, account.0, secret);
        open().execute(insert, row).unwrap();
        return;
    }
    let put = gateway.put_credential(account, kind, login, password);
    put.await.unwrap();
    let select = "SELECT secret FROM credential WHERE kind = ?1 AND name = ?2";
    let secret = open().query_row(select, [kind.name(), login], |row| row.get(0));
    let mut known = HASHED.lock().unwrap();
    known.insert(password.to_owned(), secret.unwrap());
}
