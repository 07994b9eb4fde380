-- Files, custom objects, block lists, and what the administrator allows.
-- Times are milliseconds since 1970 UTC unless a line says otherwise.

CREATE TABLE blobs (
    -- A random number below 2^53: who does not know it cannot guess it.
    id            INTEGER PRIMARY KEY,
    -- 34 hexadecimal digits; also the name of the file on disk.
    uid           TEXT    NOT NULL UNIQUE,
    user_id       INTEGER NOT NULL,
    name          TEXT    NOT NULL,
    content_type  TEXT    NOT NULL,
    is_public     INTEGER NOT NULL DEFAULT 0,
    -- Bytes on disk and their SHA-256, once the file has arrived.
    size          INTEGER,
    etag          TEXT,
    created_at    INTEGER NOT NULL,
    updated_at    INTEGER NOT NULL,
    -- Only a completed file can be downloaded.
    completed_at  INTEGER
) STRICT;
CREATE INDEX blobs_by_user ON blobs (user_id, created_at);

-- The right to write a file, or to read a private one without a session.
CREATE TABLE blob_tickets (
    -- SHA-256 of the ticket.
    ticket_hash  TEXT    PRIMARY KEY,
    blob_id      INTEGER NOT NULL REFERENCES blobs (id) ON DELETE CASCADE,
    is_write     INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX blob_tickets_by_blob ON blob_tickets (blob_id);

-- Classes of custom objects that the administrator made.
CREATE TABLE classes (
    name         TEXT    PRIMARY KEY COLLATE NOCASE,
    -- Reports: read by whoever wrote them and by moderators, by nobody else.
    is_reports   INTEGER NOT NULL DEFAULT 0,
    created_at   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE records (
    seq          INTEGER PRIMARY KEY AUTOINCREMENT,
    id           TEXT    NOT NULL UNIQUE,
    class        TEXT    NOT NULL COLLATE NOCASE REFERENCES classes (name) ON DELETE CASCADE,
    user_id      INTEGER NOT NULL,
    parent_id    TEXT,
    -- JSON objects.
    fields       TEXT    NOT NULL DEFAULT '{}',
    permissions  TEXT    NOT NULL DEFAULT '{}',
    -- Unix seconds, as REST shows them.
    created_at   INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL,
    -- Reports: when somebody who moderates dealt with it, and what they noted.
    resolved_at  INTEGER,
    resolution   TEXT
) STRICT;
CREATE INDEX records_by_class ON records (class, seq);

-- What people may do beyond their own things: 'moderator'.
CREATE TABLE roles (
    user_id  INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    role     TEXT    NOT NULL,
    PRIMARY KEY (user_id, role)
) STRICT, WITHOUT ROWID;

-- The keys that a dialog's extensions may have.
CREATE TABLE dialog_fields (
    name        TEXT    PRIMARY KEY,
    created_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE privacy_lists (
    user_id     INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name        TEXT    NOT NULL,
    is_default  INTEGER NOT NULL DEFAULT 0,
    -- JSON array of the rules in the order in which they were written.
    items       TEXT    NOT NULL,
    PRIMARY KEY (user_id, name)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX privacy_default ON privacy_lists (user_id) WHERE is_default = 1;

-- Devices that asked for notifications. This server sends none; it remembers them.
CREATE TABLE subscriptions (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id      INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    channel      TEXT    NOT NULL,
    platform     TEXT    NOT NULL,
    udid         TEXT    NOT NULL,
    created_at   INTEGER NOT NULL,
    UNIQUE (user_id, channel, udid)
) STRICT;

CREATE TABLE contacts (
    user_id  INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    udid     TEXT    NOT NULL DEFAULT '',
    phone    TEXT    NOT NULL,
    name     TEXT    NOT NULL,
    PRIMARY KEY (user_id, udid, phone)
) STRICT, WITHOUT ROWID;
