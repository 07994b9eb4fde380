-- Messages of others that came when the read pointer had passed their place
-- already, and that nobody has seen since: they count as unread all the same.
-- A sender that was offline, a clock that is behind, or another message of the
-- same second makes one. Mostly there is none.
CREATE TABLE late_message (
    message_id TEXT PRIMARY KEY NOT NULL REFERENCES message (id) ON DELETE CASCADE,
    dialog_id TEXT NOT NULL REFERENCES dialog (id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE INDEX late_message_by_dialog ON late_message (dialog_id, message_id);
