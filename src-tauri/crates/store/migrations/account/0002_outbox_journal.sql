-- The way of each own message, step by step, and how far each dialog has been
-- compared with the server.

CREATE TABLE outbox_journal (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    message_id TEXT NOT NULL REFERENCES message (id) ON DELETE CASCADE,
    at INTEGER NOT NULL DEFAULT 0,             -- milliseconds
    state INTEGER NOT NULL DEFAULT 1,          -- the message's state from then on
    reason TEXT NOT NULL DEFAULT ''            -- what happened, by a name (journal.rs)
) STRICT;

CREATE INDEX outbox_journal_by_message ON outbox_journal (message_id, id);
CREATE INDEX outbox_journal_by_age ON outbox_journal (at);

-- Looked through for every round of the send worker.
CREATE INDEX outbox_parked ON outbox (position) WHERE is_parked = 1;

CREATE TABLE dialog_sync (
    dialog_id TEXT PRIMARY KEY NOT NULL REFERENCES dialog (id) ON DELETE CASCADE,
    changes_known_to INTEGER NOT NULL DEFAULT 0, -- milliseconds of the server's clock: edits and states up to then are here
    compared_at INTEGER NOT NULL DEFAULT 0     -- milliseconds of our clock: when deletions were looked for last
) STRICT, WITHOUT ROWID;
