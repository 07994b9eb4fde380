-- One profile: who is signed in, and its settings. Messages are elsewhere, one
-- file an account. Secrets are not here but where secret_place says.

CREATE TABLE account (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    connection TEXT NOT NULL,                  -- JSON, as model::Connection
    user_id INTEGER NOT NULL,
    login TEXT NOT NULL,
    is_local INTEGER NOT NULL DEFAULT 0,       -- 1: on this machine's own server ("Try it here")
    database TEXT NOT NULL UNIQUE,             -- the file's name, beside this one
    secret_place TEXT NOT NULL DEFAULT 'session', -- keychain, session or file
    is_signed_in INTEGER NOT NULL DEFAULT 1    -- 0: signed out; its data may still be here
) STRICT;

CREATE TABLE setting (
    key TEXT PRIMARY KEY NOT NULL,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- So that a file of another program is never taken for ours ("KitP").
PRAGMA application_id = 1265202256;
