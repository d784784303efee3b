-- What several providers' programs ask of the core: things accepted once, forms of texts, the account's own ids, accounts under
-- accounts, mailings, message templates, messages from handsets, callbacks.

-- What must not be accepted twice, for ever; `submission_id` is the number of the submission or mailing that was accepted.
CREATE TABLE once (
  account_id    INTEGER NOT NULL,
  key           BLOB    NOT NULL,
  submission_id INTEGER NOT NULL,
  PRIMARY KEY (account_id, key)
) STRICT, WITHOUT ROWID;

-- The same for a while: `keys`, of 16 octets each, until `until`. Only ever added at the end; what looks them up is kept in memory.
CREATE TABLE once_for_a_while (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  account_id    INTEGER NOT NULL,
  submission_id INTEGER NOT NULL,
  until         INTEGER NOT NULL,
  keys          BLOB    NOT NULL
) STRICT;
CREATE INDEX once_for_a_while_until ON once_for_a_while (until);

-- Form: the codes of `sms::Form`. `tells`: what those of its messages are that a contact list has yet to give it.
ALTER TABLE submission ADD COLUMN form INTEGER NOT NULL DEFAULT 0;
ALTER TABLE submission ADD COLUMN reference TEXT;
ALTER TABLE submission ADD COLUMN mailing_id INTEGER;
ALTER TABLE submission ADD COLUMN tells INTEGER NOT NULL DEFAULT 0;
CREATE INDEX submission_reference ON submission (account_id, reference, id) WHERE reference IS NOT NULL;
CREATE INDEX submission_mailing ON submission (mailing_id, id) WHERE mailing_id IS NOT NULL;

-- Of a message: what it has of its own instead of its submission's, and whether its end is told to its account.
ALTER TABLE message ADD COLUMN text TEXT;
ALTER TABLE message ADD COLUMN originator TEXT;
ALTER TABLE message ADD COLUMN tells INTEGER NOT NULL DEFAULT 0;

-- Messages are numbered from so high that programs do not take an object of them for a list.
UPDATE sequence SET next = max(next, 1000001) WHERE name = 'message';

ALTER TABLE account ADD COLUMN parent_id INTEGER REFERENCES account (id);
CREATE INDEX account_parent ON account (parent_id) WHERE parent_id IS NOT NULL;

-- Money that was moved by people (top-ups, adjustments, transfers): few entries, looked for by account and time.
CREATE INDEX ledger_entry_moved ON ledger_entry (account_id, at) WHERE message_id IS NULL AND submission_id IS NULL;

-- Plans that make a submission each time they are due.
CREATE TABLE mailing (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  account_id    INTEGER NOT NULL REFERENCES account (id),
  reference     TEXT,
  name          TEXT    NOT NULL,
  plan          TEXT    NOT NULL,
  created_at    INTEGER NOT NULL,
  changed_at    INTEGER NOT NULL,
  next_at       INTEGER,
  ran_at        INTEGER,
  runs          INTEGER NOT NULL DEFAULT 0,
  submission_id INTEGER,
  disabled      INTEGER NOT NULL DEFAULT 0
) STRICT;
-- Above all numbers of submissions: programs ask for either by one kind of number.
INSERT INTO sqlite_sequence (name, seq) VALUES ('mailing', 1000000000);
CREATE INDEX mailing_account ON mailing (account_id, id);
CREATE INDEX mailing_reference ON mailing (account_id, reference, id) WHERE reference IS NOT NULL;
CREATE INDEX mailing_due ON mailing (next_at) WHERE next_at IS NOT NULL;

CREATE TABLE message_template (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  account_id INTEGER NOT NULL REFERENCES account (id),
  name       TEXT    NOT NULL,
  text       TEXT    NOT NULL,
  originator TEXT    NOT NULL,
  kind       TEXT    NOT NULL
) STRICT;
CREATE INDEX message_template_account ON message_template (account_id, id);

-- Messages from handsets; without an account when nobody has the number that they were sent to.
CREATE TABLE inbound (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  account_id   INTEGER REFERENCES account (id),
  connector_id INTEGER NOT NULL,
  sender       TEXT    NOT NULL,
  recipient    TEXT    NOT NULL,
  text         TEXT    NOT NULL,
  at           INTEGER NOT NULL
) STRICT;
CREATE INDEX inbound_account ON inbound (account_id, id);
CREATE INDEX inbound_account_at ON inbound (account_id, at);

-- What accounts have yet to be told: the end of a message, or a message from a handset. Given up when `due_at` is empty.
CREATE TABLE callback (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  account_id INTEGER NOT NULL,
  message_id INTEGER,
  inbound_id INTEGER,
  at         INTEGER NOT NULL,
  attempts   INTEGER NOT NULL DEFAULT 0,
  due_at     INTEGER
) STRICT;
CREATE INDEX callback_due ON callback (account_id, due_at, id) WHERE due_at IS NOT NULL;
CREATE INDEX callback_given_up ON callback (account_id, id) WHERE due_at IS NULL;
CREATE INDEX callback_at ON callback (at);
