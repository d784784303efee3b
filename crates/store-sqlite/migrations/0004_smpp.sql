-- SMPP as the field speaks it: what programs that bind are owed, parts of long messages, routes with several ways, operators.

-- What programs that bind have yet to be given. Kind: 0 a message is under way, 1 it has ended, 2 one came from a handset;
-- `subject_id` is the message's number, or that of the one from the handset.
CREATE TABLE notice (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  account_id INTEGER NOT NULL,
  kind       INTEGER NOT NULL,
  subject_id INTEGER NOT NULL,
  at         INTEGER NOT NULL
) STRICT;
CREATE INDEX notice_account ON notice (account_id, id);
CREATE INDEX notice_at ON notice (at);

-- `message.tells` and `submission.tells` are the codes of `store::notices::Tells` from here on: the 1 that they have been so far
-- is a callback there too.

-- The id as the upstream wrote it, where that is not the form by which receipts are matched.
ALTER TABLE upstream_segment ADD COLUMN verbatim BLOB;

-- Receipts that met no segment, apart from the forms of their ids: so that they can be counted, and removed once they have met one.
-- Those so far stood in a row for each form. `forms` are these in hexadecimal, with blanks between.
CREATE TABLE kept_receipt (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  connector_id INTEGER NOT NULL,
  at           INTEGER NOT NULL,
  outcome      INTEGER NOT NULL,
  reason       INTEGER NOT NULL,
  numbers      TEXT    NOT NULL,
  forms        TEXT    NOT NULL
) STRICT;
CREATE INDEX kept_receipt_at ON kept_receipt (connector_id, at);
CREATE TABLE kept_receipt_form (
  connector_id INTEGER NOT NULL,
  candidate    BLOB    NOT NULL,
  receipt_id   INTEGER NOT NULL,
  PRIMARY KEY (connector_id, candidate, receipt_id)
) STRICT, WITHOUT ROWID;
CREATE TEMP TABLE numbered AS
SELECT row_number() OVER () AS id, connector_id, candidate, at, outcome, reason, numbers FROM unmatched_receipt;
INSERT INTO kept_receipt SELECT id, connector_id, at, outcome, reason, numbers, hex(candidate) FROM numbered;
INSERT INTO kept_receipt_form SELECT connector_id, candidate, id FROM numbered;
DROP TABLE numbered;
DROP TABLE unmatched_receipt;

-- Whether it may go to numbers on the stop list: the confirmation of a stop.
ALTER TABLE submission ADD COLUMN passes_stops INTEGER NOT NULL DEFAULT 0;

-- When its message was replaced last: what is held for it may have grown or shrunk by entries of their own.
ALTER TABLE submission ADD COLUMN replaced_at INTEGER;

-- Messages that wait elsewhere than in the queue, by their states: 1 held; and 2 queued for another attempt, which has a reason.
-- One that is accepted, sent and reported at the first attempt is in neither and costs nothing here.
CREATE INDEX message_held ON message (account_id, id) WHERE state = 1;
CREATE INDEX message_retried ON message (connector_id, id, account_id) WHERE state = 2 AND reason <> 0;

-- Stops that hold for one originator of the account.
CREATE TABLE originator_stop (
  account_id INTEGER NOT NULL REFERENCES account (id),
  number     TEXT    NOT NULL,
  originator TEXT    NOT NULL,
  added_at   INTEGER NOT NULL,
  PRIMARY KEY (account_id, number, originator)
) STRICT, WITHOUT ROWID;

-- Long messages from handsets, by what their parts have in common. Encoding: 0 GSM 03.38, 1 UCS-2, 2 none. State: 0 parts are
-- missing; 1 none is waited for any more, all having come or the reference having been used again; 2 all that came are in messages.
-- Then it is kept for a while, to know its parts by when they are sent again. `parts` counts those that came; `at` is when the last
-- of them did, and in state 2 when the last was used.
CREATE TABLE inbound_text (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  connector_id INTEGER NOT NULL,
  sender       TEXT    NOT NULL,
  recipient    TEXT    NOT NULL,
  reference    INTEGER NOT NULL,
  total        INTEGER NOT NULL,
  encoding     INTEGER NOT NULL,
  parts        INTEGER NOT NULL DEFAULT 0,
  state        INTEGER NOT NULL DEFAULT 0,
  at           INTEGER NOT NULL
) STRICT;
CREATE INDEX inbound_text_key ON inbound_text (sender, recipient, reference, total, encoding, connector_id);
CREATE INDEX inbound_text_state ON inbound_text (state, at);
CREATE TABLE inbound_part (
  id       INTEGER PRIMARY KEY AUTOINCREMENT,
  text_id  INTEGER NOT NULL,
  position INTEGER NOT NULL,
  octets   BLOB    NOT NULL,
  at       INTEGER NOT NULL,
  used     INTEGER NOT NULL DEFAULT 0,
  UNIQUE (text_id, position)
) STRICT;

-- A route leads to several connectors; in which tiers and with which weights stands in its settings.
CREATE TABLE route_connector (
  route_name   TEXT    NOT NULL,
  connector_id INTEGER NOT NULL REFERENCES connector (id),
  PRIMARY KEY (route_name, connector_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX route_connector_connector ON route_connector (connector_id);
INSERT INTO route_connector SELECT name, connector_id FROM route;
CREATE TABLE route_without_connector (name TEXT PRIMARY KEY, settings TEXT NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO route_without_connector SELECT name, settings FROM route;
DROP TABLE route;
ALTER TABLE route_without_connector RENAME TO route;

CREATE TABLE operator (name TEXT PRIMARY KEY, settings TEXT NOT NULL) STRICT, WITHOUT ROWID;

-- How a connector was when it was looked at last.
CREATE TABLE connector_condition (
  connector_id INTEGER PRIMARY KEY REFERENCES connector (id) ON DELETE CASCADE,
  condition    TEXT    NOT NULL,
  at           INTEGER NOT NULL
) STRICT;
