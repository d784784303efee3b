//! What an account keeps before the request: address books with their phones, exceptions, sender names.
//!
//! | fact | meaning |
//! | --- | --- |
//! | `next book ID`, also of a `phone`, `exception`, `sender`, `variable`, `message`, `mailing` and `template` | the id of the next one |
//! | `book NAME`, `book NAME described TEXT` | an address book; phones and variables that follow are its own |
//! | `N books`, `N books called NAME` | so many, with no phones |
//! | `phone NUMBER`, `phone NUMBER with VARIABLES` | a phone, its number as given |
//! | `N phones` | so many, from 380630000001 on |
//! | `variable NAME` | a name for one more of the phones' variables |
//! | `exception NUMBER`, `exception NUMBER because REASON` | a number that must not be sent to |
//! | `N exceptions` | so many, from 380630000001 on |
//! | `sender NAME COUNTRY`, and then `approved` or `denied` | a sender name, pending without the last word |
//! | `N senders` | so many for UA, `name1` and so on |
//! | `handset NUMBER to NUMBER saying TEXT` | a message from a handset |
//! | `for another account`, `for the account` | whose the following is |

use std::path::Path;

use gateway::{AccountId, ContactEntry, Gateway, ListId};
use sms::SenderStatus;

/// Says what is kept, or how.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Kept {
    /// The next id in a table.
    Next(&'static str, i64),
    Book {
        name: String,
        description: String,
    },
    Books(u32, String),
    Phone {
        number: String,
        variables: String,
    },
    Phones(u32),
    Variable(String),
    Exception {
        number: String,
        reason: String,
    },
    Exceptions(u32),
    Sender {
        name: String,
        country: String,
        status: SenderStatus,
    },
    Senders(u32),
    Received {
        from: String,
        to: String,
        text: String,
    },
    ForAnother,
    ForTheAccount,
}

impl Kept {
    /// Reads a fact; `None` when it is none of these.
    pub(crate) fn read(words: &[&str]) -> Option<Self> {
        // A text with the word that divides it, of which the second half may be absent.
        let halves = |words: &[&str], divider: &str| {
            let middle = words.iter().position(|word| *word == divider);
            let (first, second) = words.split_at(middle.unwrap_or(words.len()));
            (
                first.join(" "),
                second.get(1..).unwrap_or_default().join(" "),
            )
        };
        Some(match words {
            ["next", kind, id] => Self::Next(table(kind)?, id.parse().ok()?),
            ["book", words @ ..] => {
                let (name, description) = halves(words, "described");
                Self::Book { name, description }
            }
            [count, "books"] => Self::Books(count.parse().ok()?, "book".to_owned()),
            [count, "books", "called", name @ ..] => {
                Self::Books(count.parse().ok()?, name.join(" "))
            }
            ["phone", words @ ..] => {
                let (number, variables) = halves(words, "with");
                Self::Phone { number, variables }
            }
            [count, "phones"] => Self::Phones(count.parse().ok()?),
            ["variable", words @ ..] => Self::Variable(words.join(" ")),
            ["exception", words @ ..] => {
                let (number, reason) = halves(words, "because");
                Self::Exception { number, reason }
            }
            [count, "exceptions"] => Self::Exceptions(count.parse().ok()?),
            ["sender", name, country, decision @ ..] => Self::Sender {
                name: (*name).to_owned(),
                country: (*country).to_owned(),
                status: match decision {
                    [] => SenderStatus::Pending,
                    ["approved"] => SenderStatus::Approved,
                    ["denied"] => SenderStatus::Denied,
                    _ => return None,
                },
            },
            [count, "senders"] => Self::Senders(count.parse().ok()?),
            ["handset", from, "to", to, "saying", text @ ..] => Self::Received {
                from: (*from).to_owned(),
                to: (*to).to_owned(),
                text: text.join(" "),
            },
            ["for", "another", "account"] => Self::ForAnother,
            ["for", "the", "account"] => Self::ForTheAccount,
            _ => return None,
        })
    }
}

/// Finds the table in which things of a kind are numbered.
fn table(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "book" => "contact_list",
        "phone" => "contact",
        "exception" => "stop",
        "sender" => "sender_name",
        "variable" => "contact_list_variable",
        "message" => "message",
        "mailing" => "mailing",
        "template" => "message_template",
        _ => return None,
    })
}

/// Keeps what facts say, one after the other.
pub(crate) struct Keeper<'a> {
    pub(crate) gateway: &'a Gateway,
    /// The database, for the numbers that no call sets.
    pub(crate) file: &'a Path,
    pub(crate) account: AccountId,
    pub(crate) another: AccountId,
    /// Whose the following is.
    pub(crate) owner: AccountId,
    /// The address book that the following is about.
    pub(crate) book: Option<ListId>,
    /// How many sender names were numbered.
    pub(crate) senders: u32,
}

impl Keeper<'_> {
    /// Makes a fact true, by the calls that make it so in earnest.
    pub(crate) async fn keep(&mut self, kept: &Kept) {
        let gateway = self.gateway;
        match kept {
            Kept::Next(table, id) => self.number_from(table, *id),
            Kept::Book { name, description } => self.add_book(name, description).await,
            Kept::Books(count, name) => {
                for _ in 0..*count {
                    self.add_book(name, "").await;
                }
            }
            Kept::Phone { number, variables } => {
                let entry = ContactEntry {
                    number: number.clone(),
                    variables: variables.clone(),
                };
                self.add_phones(&[entry]).await;
            }
            Kept::Phones(count) => {
                let entry = |number| ContactEntry {
                    number,
                    variables: String::new(),
                };
                let entries: Vec<_> = numbers(*count).map(entry).collect();
                self.add_phones(&entries).await;
            }
            Kept::Variable(name) => {
                let list = self.book();
                gateway.add_variable(self.owner, list, name).await.unwrap();
            }
            Kept::Exception { number, reason } => {
                gateway.stop(self.owner, number, reason).await.unwrap();
            }
            Kept::Exceptions(count) => {
                for number in numbers(*count) {
                    gateway.stop(self.owner, &number, "").await.unwrap();
                }
            }
            Kept::Sender {
                name,
                country,
                status,
            } => self.add_sender(name, country, *status).await,
            Kept::Senders(count) => {
                for _ in 0..*count {
                    self.senders += 1;
                    let name = format!("name{}", self.senders);
                    self.add_sender(&name, "UA", SenderStatus::Pending).await;
                }
            }
            Kept::Received { from, to, text } => self.receive(from, to, text),
            Kept::ForAnother => self.owner = self.another,
            Kept::ForTheAccount => self.owner = self.account,
        }
    }

    fn book(&self) -> ListId {
        self.book.expect("a book before what is in it")
    }

    async fn add_book(&mut self, name: &str, description: &str) {
        let added = self.gateway.add_list(self.owner, name, description).await;
        self.book = Some(added.unwrap());
    }

    async fn add_phones(&self, entries: &[ContactEntry]) {
        let added = self.gateway.add_contacts(self.owner, self.book(), entries);
        let added = added.await.unwrap();
        assert_eq!(added.added, entries.len() as u64, "every phone is new");
    }

    /// Writes down a message that a connector has taken from a handset.
    fn receive(&self, from: &str, to: &str, text: &str) {
        let connection = rusqlite::Connection::open(self.file).unwrap();
        let insert = "INSERT INTO inbound (account_id, connector_id, sender, recipient, text, at) \
                      VALUES (?1, 1, ?2, ?3, ?4, ?5)";
        let at = self.gateway.now().as_millis();
        let row = (self.owner.0, from, to, text, at);
        connection.execute(insert, row).unwrap();
    }

    async fn add_sender(&self, name: &str, country: &str, status: SenderStatus) {
        let added = self.gateway.register_sender(self.owner, name, country, "");
        let (id, _) = added.await.unwrap();
        if status != SenderStatus::Pending {
            self.gateway.decide_sender(id, status, "").await.unwrap();
        }
    }

    /// Lets the ids of a table go on from a number.
    fn number_from(&self, table: &str, id: i64) {
        let connection = rusqlite::Connection::open(self.file).unwrap();
        if ["contact", "message"].contains(&table) {
            let update = "UPDATE sequence SET next = ?2 WHERE name = ?1";
            connection.execute(update, (table, id)).unwrap();
            return;
        }
        let delete = "DELETE FROM sqlite_sequence WHERE name = ?1";
        connection.execute(delete, [table]).unwrap();
        let insert = "INSERT INTO sqlite_sequence (name, seq) VALUES (?1, ?2)";
        connection.execute(insert, (table, id - 1)).unwrap();
    }
}

fn numbers(count: u32) -> impl Iterator<Item = String> {
    (1..=u64::from(count)).map(|n| (380_630_000_000 + n).to_string())
}
