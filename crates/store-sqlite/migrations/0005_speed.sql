-- What resolves the hold of a message is a line of its own table, found by the message's number: one tree to write, not two, and it
-- cannot be there twice. The ledger's other entries stay where they are.

CREATE TABLE settlement (
  message_id INTEGER PRIMARY KEY,
  account_id INTEGER NOT NULL,
  kind       INTEGER NOT NULL,
  amount     INTEGER NOT NULL,
  at         INTEGER NOT NULL
) STRICT;
INSERT INTO settlement (message_id, account_id, kind, amount, at)
  SELECT message_id, account_id, kind, amount, at FROM ledger_entry WHERE message_id IS NOT NULL ORDER BY message_id;
CREATE TRIGGER settlement_never_changes BEFORE UPDATE ON settlement
BEGIN SELECT raise(ABORT, 'a ledger entry never changes'); END;
CREATE TRIGGER settlement_never_goes BEFORE DELETE ON settlement
BEGIN SELECT raise(ABORT, 'a ledger entry never goes'); END;

CREATE TABLE entry_of_no_message (
  id            INTEGER PRIMARY KEY,
  account_id    INTEGER NOT NULL,
  kind          INTEGER NOT NULL,
  amount        INTEGER NOT NULL,
  submission_id INTEGER,
  at            INTEGER NOT NULL,
  note          TEXT
) STRICT;
INSERT INTO entry_of_no_message (id, account_id, kind, amount, submission_id, at, note)
  SELECT id, account_id, kind, amount, submission_id, at, note FROM ledger_entry WHERE message_id IS NULL ORDER BY id;
DROP TRIGGER ledger_entry_never_changes;
DROP TRIGGER ledger_entry_never_goes;
DROP TABLE ledger_entry;
ALTER TABLE entry_of_no_message RENAME TO ledger_entry;
CREATE INDEX ledger_entry_moved ON ledger_entry (account_id, at) WHERE submission_id IS NULL;
CREATE TRIGGER ledger_entry_never_changes BEFORE UPDATE ON ledger_entry
BEGIN SELECT raise(ABORT, 'a ledger entry never changes'); END;
CREATE TRIGGER ledger_entry_never_goes BEFORE DELETE ON ledger_entry
BEGIN SELECT raise(ABORT, 'a ledger entry never goes'); END;

-- Both together are the ledger.
CREATE VIEW ledger AS
  SELECT account_id, kind, amount, submission_id, NULL AS message_id, at, note FROM ledger_entry
  UNION ALL
  SELECT s.account_id, s.kind, s.amount, m.submission_id, s.message_id, s.at, NULL
  FROM settlement s LEFT JOIN message m ON m.id = s.message_id;

-- A notice stands in one tree, by its account and its number. For each one four were written and three were to be taken out of again.
-- Its numbers come from `sequence`, too.
CREATE TABLE owed (
  account_id INTEGER NOT NULL,
  id         INTEGER NOT NULL,
  kind       INTEGER NOT NULL,
  subject_id INTEGER NOT NULL,
  at         INTEGER NOT NULL,
  PRIMARY KEY (account_id, id)
) STRICT, WITHOUT ROWID;
INSERT INTO owed SELECT account_id, id, kind, subject_id, at FROM notice ORDER BY account_id, id;
INSERT INTO sequence SELECT 'notice', coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'notice'), 0) + 1;
DROP TABLE notice;
ALTER TABLE owed RENAME TO notice;
