-- What changed since: history is asked for by the time of the last change.
CREATE INDEX messages_by_change ON messages (dialog_id, updated_at, seq);

-- Stanzas for people who were not there, given to them with a <delay/> when they come
-- (protocol/xmpp.md §15). History has the messages, too; this is for clients that ask for none.
CREATE TABLE offline_stanzas (
    n           INTEGER PRIMARY KEY AUTOINCREMENT,
    -- The message it is; empty for a marker or a correction.
    message_id  TEXT    NOT NULL DEFAULT '',
    xml         TEXT    NOT NULL,
    created_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX offline_stanzas_by_message ON offline_stanzas (message_id) WHERE message_id <> '';

CREATE TABLE offline (
    user_id  INTEGER NOT NULL,
    n        INTEGER NOT NULL REFERENCES offline_stanzas (n) ON DELETE CASCADE,
    PRIMARY KEY (user_id, n)
) STRICT, WITHOUT ROWID;
CREATE INDEX offline_by_stanza ON offline (n);

-- When somebody last asked for a new password; 0 when nobody waits for one. There is no
-- mail here: whoever runs the server sees it and gives one.
ALTER TABLE users ADD COLUMN reset_asked_at INTEGER NOT NULL DEFAULT 0;
