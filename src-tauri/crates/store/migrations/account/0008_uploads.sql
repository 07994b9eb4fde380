-- Files on their way out: staged with the draft of a dialog, or on a message
-- that waits in the outbox. A row goes with its message, or when that has gone out.

CREATE TABLE upload (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    dialog_id TEXT NOT NULL REFERENCES dialog (id) ON DELETE CASCADE,
    message_id TEXT REFERENCES message (id) ON DELETE CASCADE, -- null: staged, belongs to the dialog's draft
    position INTEGER NOT NULL DEFAULT 0,       -- which of the message's attachments, counted from nought
    kind TEXT NOT NULL,                        -- photo, video, audio or file
    name TEXT NOT NULL,
    content_type TEXT NOT NULL,
    size INTEGER NOT NULL,                     -- bytes of the copy
    width INTEGER,                             -- pixels, as it is shown
    height INTEGER,                            -- pixels, as it is shown
    duration INTEGER,                          -- seconds
    copy TEXT NOT NULL UNIQUE,                 -- the copy's name in the account's folder for them
    state INTEGER NOT NULL DEFAULT 0,          -- 0 staged, 1 waiting, 2 uploading, 3 uploaded, 4 failed
    failure TEXT,                              -- why, when failed
    uid TEXT,                                  -- the server's name for it, when uploaded
    blob INTEGER,                              -- the server's number for it, when uploaded
    attempts INTEGER NOT NULL DEFAULT 0,       -- how often it broke off
    next_attempt_at INTEGER NOT NULL DEFAULT 0, -- milliseconds
    staged_at INTEGER NOT NULL DEFAULT 0       -- milliseconds
) STRICT;

CREATE INDEX upload_staged ON upload (dialog_id, id) WHERE message_id IS NULL;
CREATE INDEX upload_by_message ON upload (message_id, position);

-- Looked through for every round of the upload worker.
CREATE INDEX upload_to_do ON upload (message_id) WHERE state IN (1, 2);
