-- Times are milliseconds since 1970 UTC, except date_sent, which the platform
-- counts in seconds (protocol/rest.md §1.5).

CREATE TABLE users (
    id               INTEGER PRIMARY KEY AUTOINCREMENT,
    -- A login or an e-mail address, or both. Compared without regard to case.
    login            TEXT COLLATE NOCASE,
    email            TEXT COLLATE NOCASE,
    full_name        TEXT,
    phone            TEXT,
    website          TEXT,
    custom_data      TEXT,
    avatar           TEXT,
    external_id      TEXT,
    facebook_id      TEXT,
    twitter_id       TEXT,
    blob_id          INTEGER,
    user_tags        TEXT,
    timezone         INTEGER,
    is_guest         INTEGER NOT NULL DEFAULT 0,
    -- argon2, as a PHC string; empty for guests, who have no password.
    password         TEXT    NOT NULL DEFAULT '',
    created_at       INTEGER NOT NULL,
    updated_at       INTEGER NOT NULL,
    -- The last REST request, and the end of the last chat session.
    last_request_at  INTEGER,
    last_seen_at     INTEGER
) STRICT;
CREATE UNIQUE INDEX users_by_login ON users (login) WHERE login IS NOT NULL;
CREATE UNIQUE INDEX users_by_email ON users (email) WHERE email IS NOT NULL;

CREATE TABLE sessions (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    -- SHA-256 of the token: who reads the database cannot act for anybody.
    token_hash  TEXT    NOT NULL UNIQUE,
    -- None for a session of the application alone.
    user_id     INTEGER REFERENCES users (id) ON DELETE CASCADE,
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL,
    expires_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX sessions_by_user ON sessions (user_id);

CREATE TABLE dialogs (
    id           TEXT    PRIMARY KEY,
    -- 1 broadcast, 2 group, 3 private, 4 public (protocol/rest.md §5.1).
    type         INTEGER NOT NULL,
    owner_id     INTEGER NOT NULL,
    name         TEXT    NOT NULL DEFAULT '',
    description  TEXT,
    photo        TEXT,
    extensions   TEXT,
    permissions  TEXT,
    -- The two people of a private dialog, the smaller id first; one dialog per pair.
    pair_low     INTEGER,
    pair_high    INTEGER,
    created_at   INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX dialogs_by_pair ON dialogs (pair_low, pair_high) WHERE pair_low IS NOT NULL;

CREATE TABLE members (
    dialog_id      TEXT    NOT NULL REFERENCES dialogs (id) ON DELETE CASCADE,
    user_id        INTEGER NOT NULL,
    is_admin       INTEGER NOT NULL DEFAULT 0,
    notifications  INTEGER NOT NULL DEFAULT 1,
    -- Deleted by this person for themselves; a new message brings it back.
    hidden         INTEGER NOT NULL DEFAULT 0,
    -- Messages up to this place are gone for this person (clearHistory).
    cleared_seq    INTEGER NOT NULL DEFAULT 0,
    joined_at      INTEGER NOT NULL,
    -- When something changed that only this person sees: unread count, settings.
    updated_at     INTEGER NOT NULL,
    PRIMARY KEY (dialog_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX members_by_user ON members (user_id);

CREATE TABLE pins (
    dialog_id   TEXT    NOT NULL REFERENCES dialogs (id) ON DELETE CASCADE,
    message_id  TEXT    NOT NULL,
    pinned_at   INTEGER NOT NULL,
    PRIMARY KEY (dialog_id, message_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE messages (
    -- The order of arrival, which decides within a second.
    seq           INTEGER PRIMARY KEY AUTOINCREMENT,
    id            TEXT    NOT NULL UNIQUE,
    -- What the sender called it. The same as id whenever that is an object id.
    stanza_id     TEXT    NOT NULL,
    dialog_id     TEXT    NOT NULL REFERENCES dialogs (id) ON DELETE CASCADE,
    sender_id     INTEGER NOT NULL,
    -- 0 in everything but private dialogs.
    recipient_id  INTEGER NOT NULL DEFAULT 0,
    body          TEXT    NOT NULL DEFAULT '',
    date_sent     INTEGER NOT NULL,
    -- JSON array of flat objects.
    attachments   TEXT    NOT NULL DEFAULT '[]',
    -- JSON object: the custom parameters.
    params        TEXT    NOT NULL DEFAULT '{}',
    views         INTEGER NOT NULL DEFAULT 0,
    created_at    INTEGER NOT NULL,
    updated_at    INTEGER NOT NULL,
    edited_at     INTEGER,
    UNIQUE (sender_id, stanza_id)
) STRICT;
CREATE INDEX messages_by_dialog ON messages (dialog_id, date_sent, seq);

-- Ids of messages removed for everybody, so that a late repetition of the
-- sending does not bring one back.
CREATE TABLE removed_messages (
    id         TEXT    PRIMARY KEY,
    sender_id  INTEGER NOT NULL,
    removed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Messages one person deleted for themselves only.
CREATE TABLE hidden_messages (
    user_id  INTEGER NOT NULL,
    seq      INTEGER NOT NULL REFERENCES messages (seq) ON DELETE CASCADE,
    PRIMARY KEY (user_id, seq)
) STRICT, WITHOUT ROWID;

-- One row for every person a message was meant for, made with the message.
CREATE TABLE receipts (
    seq        INTEGER NOT NULL REFERENCES messages (seq) ON DELETE CASCADE,
    user_id    INTEGER NOT NULL,
    dialog_id  TEXT    NOT NULL,
    delivered  INTEGER NOT NULL DEFAULT 0,
    read       INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (seq, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX receipts_unread ON receipts (user_id, dialog_id, seq) WHERE read = 0;

CREATE TABLE reactions (
    seq       INTEGER NOT NULL REFERENCES messages (seq) ON DELETE CASCADE,
    user_id   INTEGER NOT NULL,
    emoji     TEXT    NOT NULL,
    added_at  INTEGER NOT NULL,
    PRIMARY KEY (seq, user_id, emoji)
) STRICT, WITHOUT ROWID;

-- What has been done once: the folder was seeded, for example.
CREATE TABLE facts (
    name   TEXT PRIMARY KEY,
    value  TEXT NOT NULL
) STRICT, WITHOUT ROWID;
