-- Contact lists, stop lists, sender names, the exchange table; campaigns that grow out of a list.

-- Statistics are gathered no more: what was small when they were made would be scanned for ever.
DROP TABLE IF EXISTS sqlite_stat1;
DROP TABLE IF EXISTS sqlite_stat4;

-- State: 0 in use, 1 a copy being made, 2 removed. The counters are kept with every change of contacts and stop list, but not
-- those of a removed list. `positions` counts the positions that its variables have had, those of removed ones too.
CREATE TABLE contact_list (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  account_id  INTEGER NOT NULL REFERENCES account (id),
  name        TEXT    NOT NULL,
  description TEXT    NOT NULL,
  state       INTEGER NOT NULL DEFAULT 0,
  contacts    INTEGER NOT NULL DEFAULT 0,
  stopped     INTEGER NOT NULL DEFAULT 0,
  positions   INTEGER NOT NULL DEFAULT 0,
  -- Of a copy being made: from which list, and which contact of it was copied last.
  source_id   INTEGER,
  copied      INTEGER NOT NULL DEFAULT 0,
  created_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX contact_list_account ON contact_list (account_id);
CREATE INDEX contact_list_unfinished ON contact_list (state) WHERE state <> 0;

CREATE TABLE contact_list_variable (
  id       INTEGER PRIMARY KEY AUTOINCREMENT,
  list_id  INTEGER NOT NULL REFERENCES contact_list (id),
  position INTEGER NOT NULL,
  name     TEXT    NOT NULL,
  UNIQUE (list_id, name)
) STRICT;

-- A list's contacts stand together, in the order of their numbers; these come from `sequence`.
CREATE TABLE contact (
  list_id   INTEGER NOT NULL,
  id        INTEGER NOT NULL,
  number    TEXT    NOT NULL,
  given     TEXT,
  variables TEXT    NOT NULL,
  PRIMARY KEY (list_id, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX contact_number ON contact (list_id, number);
CREATE UNIQUE INDEX contact_id ON contact (id);
CREATE INDEX contact_given ON contact (list_id, given) WHERE given IS NOT NULL;

CREATE TABLE stop (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  account_id INTEGER NOT NULL REFERENCES account (id),
  number     TEXT    NOT NULL,
  given      TEXT,
  reason     TEXT    NOT NULL,
  added_at   INTEGER NOT NULL,
  UNIQUE (account_id, number)
) STRICT;
CREATE INDEX stop_account ON stop (account_id);

-- The contacts that can be known, with their owner; whether one is stopped is looked up only in a list with stopped contacts.
-- The cross join is for the planner: contacts first, by whichever index fits.
CREATE VIEW known_contact AS
SELECT l.account_id, c.list_id, c.id, c.number, c.given, c.variables,
       CASE WHEN l.stopped > 0
            THEN EXISTS (SELECT 1 FROM stop s WHERE s.account_id = l.account_id AND s.number = c.number)
            ELSE 0 END AS stopped
FROM contact c CROSS JOIN contact_list l ON l.id = c.list_id WHERE l.state = 0;

-- Status: the codes of `sms::SenderStatus`.
CREATE TABLE sender_name (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  account_id    INTEGER NOT NULL REFERENCES account (id),
  name          TEXT    NOT NULL,
  country       TEXT    NOT NULL,
  status        INTEGER NOT NULL,
  description   TEXT    NOT NULL,
  note          TEXT    NOT NULL,
  registered_at INTEGER NOT NULL,
  UNIQUE (account_id, name, country)
) STRICT;

-- Messages held until a sender name is decided on. The row stays while the submission is paused.
CREATE TABLE awaits_sender (
  message_id INTEGER PRIMARY KEY,
  sender_id  INTEGER NOT NULL REFERENCES sender_name (id)
) STRICT;
CREATE INDEX awaits_sender_sender ON awaits_sender (sender_id, message_id);

CREATE TABLE rate (currency TEXT PRIMARY KEY, base TEXT NOT NULL, worth INTEGER NOT NULL) STRICT, WITHOUT ROWID;

-- The next number of what is numbered in ranges.
CREATE TABLE sequence (name TEXT PRIMARY KEY, next INTEGER NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO sequence SELECT 'message', coalesce(max(id), 0) + 1 FROM message;
INSERT INTO sequence VALUES ('contact', 1);

-- `planned` is how many messages it is to have, `message_count` how many there are. Halt: 0 none, then the codes of
-- `store::campaigns::Halt` in their order from 1. `following` is the first message that has yet to follow a halt or its end, 0 when
-- all have; `sweep_from` likewise the first that a sweep of several steps has yet to look at. `list_id` is the contact list that it
-- is for, `control_of` the submission whose control copy it is.
ALTER TABLE submission ADD COLUMN alternative TEXT;
ALTER TABLE submission ADD COLUMN variable_names TEXT;
ALTER TABLE submission ADD COLUMN part_size INTEGER;
ALTER TABLE submission ADD COLUMN part_interval INTEGER;
ALTER TABLE submission ADD COLUMN planned INTEGER NOT NULL DEFAULT 0;
ALTER TABLE submission ADD COLUMN halt INTEGER NOT NULL DEFAULT 0;
ALTER TABLE submission ADD COLUMN following INTEGER NOT NULL DEFAULT 0;
ALTER TABLE submission ADD COLUMN deleted_at INTEGER;
ALTER TABLE submission ADD COLUMN sweep_from INTEGER NOT NULL DEFAULT 0;
ALTER TABLE submission ADD COLUMN list_id INTEGER;
ALTER TABLE submission ADD COLUMN control_of INTEGER;
UPDATE submission SET planned = message_count;
CREATE INDEX submission_account ON submission (account_id, id);
CREATE INDEX submission_campaign ON submission (id) WHERE planned > 1;
CREATE INDEX submission_following ON submission (following) WHERE following <> 0;
CREATE INDEX submission_control ON submission (control_of) WHERE control_of IS NOT NULL;

-- Whether a message is from its submission's alternative originator.
ALTER TABLE message ADD COLUMN alternative INTEGER NOT NULL DEFAULT 0;

-- How many messages of a large submission are where; small ones are counted when somebody asks.
CREATE TABLE submission_tally (
  submission_id INTEGER NOT NULL,
  state         INTEGER NOT NULL,
  reason        INTEGER NOT NULL,
  taken         INTEGER NOT NULL,
  messages      INTEGER NOT NULL,
  PRIMARY KEY (submission_id, state, reason, taken)
) STRICT, WITHOUT ROWID;

-- Submissions whose contacts are not all messages yet. `reserve` is the part of the price that no message has yet.
CREATE TABLE expansion (
  submission_id INTEGER PRIMARY KEY,
  list_id       INTEGER NOT NULL,
  after_contact INTEGER NOT NULL,
  until_contact INTEGER NOT NULL,
  reserve       INTEGER NOT NULL,
  no_money      INTEGER NOT NULL DEFAULT 0,
  options       TEXT    NOT NULL
) STRICT;
CREATE INDEX expansion_list ON expansion (list_id);

-- Contacts that were changed or removed before an expansion reached them, as they were.
CREATE TABLE kept_contact (
  submission_id INTEGER NOT NULL,
  id            INTEGER NOT NULL,
  number        TEXT    NOT NULL,
  given         TEXT,
  variables     TEXT    NOT NULL,
  PRIMARY KEY (submission_id, id)
) STRICT, WITHOUT ROWID;
