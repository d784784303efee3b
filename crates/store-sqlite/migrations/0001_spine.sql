-- Accounts, money, configuration, submissions, messages, the queue and receipts.
-- Times are milliseconds since the Unix epoch; money is micro-units; states, reasons, lanes and kinds are the codes of crate `sms`.

-- One row: grows with every change of what is configured, whoever makes it.
CREATE TABLE revision (number INTEGER NOT NULL) STRICT;
INSERT INTO revision VALUES (1);

CREATE TABLE account (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  name         TEXT    NOT NULL UNIQUE,
  currency     TEXT    NOT NULL,
  credit_limit INTEGER NOT NULL DEFAULT 0,
  suspended    INTEGER NOT NULL DEFAULT 0,
  settings     TEXT    NOT NULL,
  created_at   INTEGER NOT NULL
) STRICT;

CREATE TABLE credential (
  kind       TEXT    NOT NULL,
  name       TEXT    NOT NULL,
  account_id INTEGER NOT NULL REFERENCES account (id),
  secret     BLOB    NOT NULL,
  PRIMARY KEY (kind, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE tariff (name TEXT PRIMARY KEY, settings TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE connector (
  id       INTEGER PRIMARY KEY AUTOINCREMENT,
  name     TEXT NOT NULL UNIQUE,
  settings TEXT NOT NULL,
  secret   BLOB NOT NULL
) STRICT;

CREATE TABLE route (
  name         TEXT    PRIMARY KEY,
  connector_id INTEGER NOT NULL REFERENCES connector (id),
  settings     TEXT    NOT NULL
) STRICT, WITHOUT ROWID;

-- The sums of the entries, kept in the transaction that writes them and checked against them by the audit.
CREATE TABLE book (
  account_id INTEGER PRIMARY KEY REFERENCES account (id),
  available  INTEGER NOT NULL DEFAULT 0,
  held       INTEGER NOT NULL DEFAULT 0,
  charged    INTEGER NOT NULL DEFAULT 0
) STRICT;

-- Append only. A hold belongs to a submission; a charge or release to one of its messages.
CREATE TABLE ledger_entry (
  id            INTEGER PRIMARY KEY,
  account_id    INTEGER NOT NULL,
  kind          INTEGER NOT NULL,
  amount        INTEGER NOT NULL,
  submission_id INTEGER,
  message_id    INTEGER,
  at            INTEGER NOT NULL,
  note          TEXT
) STRICT;
-- One resolution for each message: a second charge or release cannot be written.
CREATE UNIQUE INDEX ledger_entry_message ON ledger_entry (message_id) WHERE message_id IS NOT NULL;
CREATE TRIGGER ledger_entry_never_changes BEFORE UPDATE ON ledger_entry
BEGIN SELECT raise(ABORT, 'a ledger entry never changes'); END;
CREATE TRIGGER ledger_entry_never_goes BEFORE DELETE ON ledger_entry
BEGIN SELECT raise(ABORT, 'a ledger entry never goes'); END;

CREATE TABLE submission (
  id               INTEGER PRIMARY KEY,
  account_id       INTEGER NOT NULL,
  originator       TEXT    NOT NULL,
  text             TEXT    NOT NULL,
  lane             INTEGER NOT NULL,
  source           TEXT,
  test             INTEGER NOT NULL,
  price            INTEGER NOT NULL,
  first_message_id INTEGER NOT NULL,
  message_count    INTEGER NOT NULL,
  created_at       INTEGER NOT NULL,
  start_at         INTEGER,
  expires_at       INTEGER NOT NULL,
  sweep_at         INTEGER
) STRICT;
CREATE INDEX submission_sweep ON submission (sweep_at) WHERE sweep_at IS NOT NULL;

-- `accepted`, `delivered` and `failed` are bit sets of segments; `failure` is the outcome that counts of those that failed.
CREATE TABLE message (
  id            INTEGER PRIMARY KEY,
  submission_id INTEGER NOT NULL,
  account_id    INTEGER NOT NULL,
  recipient     TEXT    NOT NULL,
  given         TEXT,
  variables     TEXT,
  segments      INTEGER NOT NULL,
  price         INTEGER NOT NULL,
  connector_id  INTEGER,
  state         INTEGER NOT NULL,
  reason        INTEGER NOT NULL,
  accepted      INTEGER NOT NULL DEFAULT 0,
  delivered     INTEGER NOT NULL DEFAULT 0,
  failed        INTEGER NOT NULL DEFAULT 0,
  failure       INTEGER,
  attempts      INTEGER NOT NULL DEFAULT 0,
  doubts        INTEGER NOT NULL DEFAULT 0,
  submitted_at  INTEGER,
  done_at       INTEGER,
  changed_at    INTEGER NOT NULL
) STRICT;

-- Waiting now, in the order of claims.
CREATE TABLE queue (
  connector_id INTEGER NOT NULL,
  lane         INTEGER NOT NULL,
  account_id   INTEGER NOT NULL,
  message_id   INTEGER NOT NULL,
  PRIMARY KEY (connector_id, lane, account_id, message_id)
) STRICT, WITHOUT ROWID;

-- Waiting for a time: scheduled, or to be tried again.
CREATE TABLE deferred (message_id INTEGER PRIMARY KEY, due_at INTEGER NOT NULL) STRICT;
CREATE INDEX deferred_due ON deferred (due_at);

-- Handed to a connector: may be on the wire.
CREATE TABLE lease (
  message_id   INTEGER PRIMARY KEY,
  connector_id INTEGER NOT NULL,
  claimed_at   INTEGER NOT NULL
) STRICT;

-- Segments that an upstream took and has not reported delivered.
CREATE TABLE upstream_segment (
  connector_id INTEGER NOT NULL,
  upstream_id  BLOB    NOT NULL,
  message_id   INTEGER NOT NULL,
  segment      INTEGER NOT NULL,
  at           INTEGER NOT NULL,
  PRIMARY KEY (connector_id, upstream_id, message_id, segment)
) STRICT, WITHOUT ROWID;

-- Receipts that met no segment, under each form of their id; `numbers` are those that it names, with blanks between.
CREATE TABLE unmatched_receipt (
  connector_id INTEGER NOT NULL,
  candidate    BLOB    NOT NULL,
  at           INTEGER NOT NULL,
  outcome      INTEGER NOT NULL,
  numbers      TEXT    NOT NULL,
  reason       INTEGER NOT NULL,
  PRIMARY KEY (connector_id, candidate, at, outcome, numbers)
) STRICT, WITHOUT ROWID;
