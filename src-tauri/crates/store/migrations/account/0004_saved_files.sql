-- Where files that hung on messages were saved on this computer, so that they
-- can be opened again. Not of messages that go away by themselves.
CREATE TABLE saved_file (
    file_key TEXT PRIMARY KEY NOT NULL,        -- as model::Attachment::file_key
    path TEXT NOT NULL,
    saved_at INTEGER NOT NULL DEFAULT 0        -- milliseconds
) STRICT, WITHOUT ROWID;
