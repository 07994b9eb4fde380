-- The whole schema as it is now. Documentation: it is never run, and a test
-- compares it with what the migrations make.

-- ==== one account (account-*.db) ====

CREATE TABLE person (
    id INTEGER PRIMARY KEY NOT NULL,           -- the application's user id
    full_name TEXT NOT NULL DEFAULT '',        -- empty when the directory has none
    login TEXT,                                -- when the directory tells it
    avatar TEXT,                               -- a blob's uid, a data: address or a web address
    last_seen_at INTEGER                       -- milliseconds; null when not told
, email TEXT, tags TEXT NOT NULL DEFAULT '[]') STRICT;

CREATE TABLE dialog (
    id TEXT PRIMARY KEY NOT NULL,              -- 24 hexadecimal digits
    kind INTEGER NOT NULL DEFAULT 3,           -- 1 broadcast, 2 group, 3 private, 4 public
    name TEXT NOT NULL DEFAULT '',
    description TEXT NOT NULL DEFAULT '',
    photo TEXT,
    owner_id INTEGER,
    created_at INTEGER NOT NULL DEFAULT 0,     -- milliseconds
    updated_at INTEGER NOT NULL DEFAULT 0,     -- milliseconds
    is_known INTEGER NOT NULL DEFAULT 0,       -- 0: a message came first, the dialog itself is still to be fetched
    is_listed INTEGER NOT NULL DEFAULT 1       -- 0: the server does not list it any more; its messages stay
, extensions TEXT NOT NULL DEFAULT '{}', allow_preview INTEGER NOT NULL DEFAULT 0, occupant_count INTEGER, is_joined INTEGER NOT NULL DEFAULT 1, notifications INTEGER) STRICT, WITHOUT ROWID;

CREATE TABLE occupant (
    dialog_id TEXT NOT NULL REFERENCES dialog (id) ON DELETE CASCADE,
    person_id INTEGER NOT NULL,                -- may be somebody whose person row is still to be fetched
    position INTEGER NOT NULL DEFAULT 0,       -- the server's order
    is_member INTEGER NOT NULL DEFAULT 1,      -- 0: an admin of a dialog whose members are not told
    is_admin INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (dialog_id, person_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX occupant_by_person ON occupant (person_id, dialog_id);

CREATE TABLE message (
    seq INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, -- order of arrival; nothing shown depends on it
    id TEXT NOT NULL UNIQUE,                   -- 24 hexadecimal digits, made by the sender
    dialog_id TEXT NOT NULL REFERENCES dialog (id) ON DELETE CASCADE,
    sender_id INTEGER NOT NULL,
    is_own INTEGER NOT NULL DEFAULT 0,         -- 1: the sender is the account's own person
    body TEXT NOT NULL DEFAULT '',
    sent_at INTEGER NOT NULL DEFAULT 0,        -- seconds; while pending, when it was written
    edited_at INTEGER,                         -- milliseconds; null when never edited
    state INTEGER NOT NULL DEFAULT 4,          -- 0 failed, 1 queued, 2 uploading, 3 sending, 4 sent, 5 delivered, 6 read
    failure TEXT,                              -- why it waits, when failed
    attachments TEXT NOT NULL DEFAULT '[]',    -- JSON, as model::Attachment
    pending INTEGER NOT NULL DEFAULT 0 CHECK (pending = (state < 4)) -- 1: the server does not hold it; stands after all others
, kind INTEGER NOT NULL DEFAULT 0, properties TEXT NOT NULL DEFAULT '{}', reactions TEXT NOT NULL DEFAULT '[]', stored_at INTEGER, updated_at INTEGER, destroy_after INTEGER, expires_at INTEGER, is_silent INTEGER NOT NULL DEFAULT 0, in_history INTEGER NOT NULL DEFAULT 1, mentions_me INTEGER NOT NULL DEFAULT 0, views INTEGER, as_of INTEGER NOT NULL DEFAULT 0, reacted_as_of INTEGER NOT NULL DEFAULT 0, reactions_unsure INTEGER NOT NULL DEFAULT 0) STRICT;

CREATE INDEX message_by_place ON message (dialog_id, pending, sent_at, id, sender_id);

CREATE INDEX message_unfinished ON message (sent_at, id) WHERE is_own = 1 AND state IN (4, 5);

CREATE INDEX message_unread_by_others ON message (dialog_id, sent_at, id) WHERE is_own = 1 AND state IN (4, 5);

CREATE TABLE message_receipt (
    message_id TEXT NOT NULL REFERENCES message (id) ON DELETE CASCADE,
    person_id INTEGER NOT NULL,                -- never the sender
    state INTEGER NOT NULL DEFAULT 5,          -- 5 delivered, 6 read; only rises
    PRIMARY KEY (message_id, person_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE outbox (
    position INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, -- the order in which things were written
    message_id TEXT NOT NULL UNIQUE REFERENCES message (id) ON DELETE CASCADE,
    dialog_id TEXT NOT NULL REFERENCES dialog (id) ON DELETE CASCADE,
    fate INTEGER NOT NULL DEFAULT 0,           -- 0 never left; 1 handed to the stream; 2 unknown: look it up before sending again
    stamp INTEGER,                             -- date_sent it left with, seconds
    attempts INTEGER NOT NULL DEFAULT 0,
    next_attempt_at INTEGER NOT NULL DEFAULT 0, -- milliseconds
    is_parked INTEGER NOT NULL DEFAULT 0       -- 1: failed; waits for the person, the rest goes on
) STRICT;

CREATE INDEX outbox_waiting ON outbox (dialog_id, position) WHERE is_parked = 0;

CREATE TABLE waiting_marker (
    message_id TEXT NOT NULL,                  -- a message that is not here yet
    person_id INTEGER NOT NULL,
    state INTEGER NOT NULL DEFAULT 5,          -- 5 delivered, 6 read
    heard_at INTEGER NOT NULL DEFAULT 0,       -- milliseconds; old ones are let go
    PRIMARY KEY (message_id, person_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE marker_out (
    message_id TEXT PRIMARY KEY NOT NULL REFERENCES message (id) ON DELETE CASCADE,
    dialog_id TEXT NOT NULL REFERENCES dialog (id) ON DELETE CASCADE,
    author_id INTEGER NOT NULL,                -- markers go to the author alone
    state INTEGER NOT NULL DEFAULT 5,          -- 5 delivered, 6 read; reading says both
    written_at INTEGER                         -- milliseconds, when handed to the stream; null: still to be announced
) STRICT, WITHOUT ROWID;

CREATE INDEX marker_out_waiting ON marker_out (dialog_id, message_id) WHERE written_at IS NULL;

CREATE TABLE coverage (
    dialog_id TEXT NOT NULL REFERENCES dialog (id) ON DELETE CASCADE,
    from_second INTEGER NOT NULL,              -- the smallest integer when it reaches the dialog's beginning
    to_second INTEGER NOT NULL,
    PRIMARY KEY (dialog_id, from_second)
) STRICT, WITHOUT ROWID;

CREATE TABLE read_pointer (
    dialog_id TEXT PRIMARY KEY NOT NULL REFERENCES dialog (id) ON DELETE CASCADE,
    sent_at INTEGER NOT NULL DEFAULT 0,        -- seconds
    message_id TEXT NOT NULL DEFAULT '000000000000000000000000' -- decides within a second; only ever moves forward
) STRICT, WITHOUT ROWID;

CREATE TABLE draft (
    dialog_id TEXT PRIMARY KEY NOT NULL REFERENCES dialog (id) ON DELETE CASCADE,
    body TEXT NOT NULL,
    saved_at INTEGER NOT NULL DEFAULT 0        -- milliseconds
, reply_to TEXT, editing TEXT, destroy_after INTEGER, is_silent INTEGER NOT NULL DEFAULT 0) STRICT, WITHOUT ROWID;

CREATE TABLE setting (
    key TEXT PRIMARY KEY NOT NULL,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE sync (
    id INTEGER PRIMARY KEY NOT NULL CHECK (id = 1),
    caught_up_at INTEGER NOT NULL DEFAULT 0    -- milliseconds, when the last catch-up that finished had begun
) STRICT;

CREATE TABLE outbox_journal (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    message_id TEXT NOT NULL REFERENCES message (id) ON DELETE CASCADE,
    at INTEGER NOT NULL DEFAULT 0,             -- milliseconds
    state INTEGER NOT NULL DEFAULT 1,          -- the message's state from then on
    reason TEXT NOT NULL DEFAULT ''            -- what happened, by a name (journal.rs)
) STRICT;

CREATE INDEX outbox_journal_by_message ON outbox_journal (message_id, id);

CREATE INDEX outbox_journal_by_age ON outbox_journal (at);

CREATE INDEX outbox_parked ON outbox (position) WHERE is_parked = 1;

CREATE TABLE dialog_sync (
    dialog_id TEXT PRIMARY KEY NOT NULL REFERENCES dialog (id) ON DELETE CASCADE,
    changes_known_to INTEGER NOT NULL DEFAULT 0, -- milliseconds of the server's clock: edits and states up to then are here
    compared_at INTEGER NOT NULL DEFAULT 0     -- milliseconds of our clock: when deletions were looked for last
) STRICT, WITHOUT ROWID;

CREATE INDEX message_mentions ON message (dialog_id, sent_at, id) WHERE mentions_me = 1;

CREATE INDEX message_timed ON message (expires_at) WHERE destroy_after IS NOT NULL;

CREATE TABLE draft_history (
    position INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    dialog_id TEXT NOT NULL REFERENCES dialog (id) ON DELETE CASCADE,
    body TEXT NOT NULL,
    saved_at INTEGER NOT NULL DEFAULT 0        -- milliseconds
) STRICT;

CREATE INDEX draft_history_by_dialog ON draft_history (dialog_id, position);

CREATE TABLE reaction (
    message_id TEXT NOT NULL REFERENCES message (id) ON DELETE CASCADE,
    emoji TEXT NOT NULL,
    person_id INTEGER NOT NULL,
    PRIMARY KEY (message_id, emoji, person_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE pin (
    dialog_id TEXT NOT NULL REFERENCES dialog (id) ON DELETE CASCADE,
    message_id TEXT NOT NULL,
    position INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (dialog_id, message_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE deed (
    position INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, -- the order in which things were done
    kind INTEGER NOT NULL,                     -- 1 edit, 2 delete here, 3 delete for all, 4 react, 5 take a reaction back, 6 pin, 7 unpin, 8 clear here, 9 clear for all
    dialog_id TEXT NOT NULL REFERENCES dialog (id) ON DELETE CASCADE,
    message_id TEXT NOT NULL DEFAULT '',       -- empty when it is about a dialog
    text TEXT NOT NULL DEFAULT '',             -- the new text, or the emoji
    undo TEXT NOT NULL DEFAULT '',             -- JSON: what it was before
    stage INTEGER NOT NULL DEFAULT 0,          -- 1: the server knows, the others are still to be told
    attempts INTEGER NOT NULL DEFAULT 0,
    next_attempt_at INTEGER NOT NULL DEFAULT 0, -- milliseconds
    done_at INTEGER NOT NULL DEFAULT 0         -- milliseconds, when the person did it
) STRICT;

CREATE INDEX deed_by_message ON deed (message_id, kind);

CREATE TABLE waiting_change (
    position INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, -- the order in which it came
    message_id TEXT NOT NULL,
    person_id INTEGER NOT NULL,                -- who did it; whether they may is judged when the message is here
    kind INTEGER NOT NULL,                     -- 1 edit, 2 removal, 3 reaction, 4 reaction taken back
    text TEXT NOT NULL DEFAULT '',             -- the new text, or the emoji
    properties TEXT NOT NULL DEFAULT '{}',     -- JSON
    done_at INTEGER NOT NULL DEFAULT 0,        -- milliseconds, by who told it
    heard_at INTEGER NOT NULL DEFAULT 0        -- milliseconds; old ones are let go
) STRICT;

CREATE INDEX waiting_change_by_message ON waiting_change (message_id, position);

CREATE TABLE gone_message (
    message_id TEXT PRIMARY KEY NOT NULL,
    gone_at INTEGER NOT NULL DEFAULT 0         -- milliseconds
) STRICT, WITHOUT ROWID;

CREATE TABLE list_state (
    dialog_id TEXT PRIMARY KEY NOT NULL REFERENCES dialog (id) ON DELETE CASCADE,
    muted_until INTEGER NOT NULL DEFAULT 0,    -- milliseconds; 0: not muted
    archived_at INTEGER,                       -- milliseconds; null: not archived
    is_pinned INTEGER NOT NULL DEFAULT 0,
    is_marked_unread INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE TABLE link (
    dialog_id TEXT NOT NULL REFERENCES dialog (id) ON DELETE CASCADE,
    sent_at INTEGER NOT NULL DEFAULT 0,        -- seconds, as the message
    message_id TEXT NOT NULL REFERENCES message (id) ON DELETE CASCADE,
    position INTEGER NOT NULL DEFAULT 0,
    url TEXT NOT NULL,
    PRIMARY KEY (dialog_id, sent_at, message_id, position)
) STRICT, WITHOUT ROWID;

CREATE INDEX link_by_message ON link (message_id);

CREATE TABLE saved_file (
    file_key TEXT PRIMARY KEY NOT NULL,        -- as model::Attachment::file_key
    path TEXT NOT NULL,
    saved_at INTEGER NOT NULL DEFAULT 0        -- milliseconds
) STRICT, WITHOUT ROWID;

CREATE TABLE late_message (
    message_id TEXT PRIMARY KEY NOT NULL REFERENCES message (id) ON DELETE CASCADE,
    dialog_id TEXT NOT NULL REFERENCES dialog (id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE INDEX late_message_by_dialog ON late_message (dialog_id, message_id);

CREATE INDEX message_unsure ON message (id) WHERE reactions_unsure = 1;

CREATE TABLE search_place (
    place INTEGER PRIMARY KEY NOT NULL,
    seq INTEGER NOT NULL UNIQUE,               -- the message
    files TEXT NOT NULL DEFAULT ''             -- names of its attachments, a line each
) STRICT;

CREATE VIEW search_text AS
SELECT p.place, p.seq, m.sent_at, m.attachments, m.body, p.files
FROM search_place p
JOIN message m ON m.seq = p.seq;

CREATE VIRTUAL TABLE search USING fts5 (
    body,
    files,
    content = 'search_text',
    content_rowid = 'place',
    tokenize = 'unicode61 remove_diacritics 2',
    prefix = '2 3'
);

CREATE TRIGGER search_text_in INSTEAD OF INSERT ON search_text
BEGIN
    INSERT INTO search_place (place, seq, files)
    SELECT CASE
               WHEN EXISTS (SELECT 1 FROM search_place WHERE place = next.place)
               THEN (SELECT t.place + 1
                     FROM search_place t
                     WHERE t.place >= next.place
                       AND NOT EXISTS (SELECT 1 FROM search_place u WHERE u.place = t.place + 1)
                     ORDER BY t.place
                     LIMIT 1)
               ELSE next.place
           END,
           new.seq,
           CASE new.attachments
               WHEN '[]' THEN ''
               ELSE (SELECT coalesce(group_concat(a.value ->> 'name', char(10)), '')
                     FROM json_each(new.attachments) a)
           END
    FROM (SELECT coalesce(
                     (SELECT max(place) + 1
                      FROM search_place
                      WHERE place >= second.at << 8 AND place < (second.at + 1) << 8),
                     second.at << 8) AS place
          FROM (SELECT max(0, min(new.sent_at, 1099511627776)) AS at) second) next;
    INSERT INTO search (rowid, body, files)
    SELECT t.place, t.body, t.files
    FROM search_text t
    WHERE t.seq = new.seq;
END;

CREATE TRIGGER search_text_out INSTEAD OF DELETE ON search_text
BEGIN
    INSERT INTO search (search, rowid, body, files)
    VALUES ('delete', old.place, old.body, old.files);
    DELETE FROM search_place WHERE place = old.place;
END;

CREATE TABLE search_work (
    id INTEGER PRIMARY KEY NOT NULL CHECK (id = 1),
    has_crossed_out INTEGER NOT NULL DEFAULT 0 -- 1: words of messages that are gone may be in it; 2: it is being written anew
) STRICT;

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

CREATE INDEX upload_to_do ON upload (message_id) WHERE state IN (1, 2);

CREATE TABLE notified (
    dialog_id TEXT PRIMARY KEY NOT NULL REFERENCES dialog (id) ON DELETE CASCADE,
    sent_at INTEGER NOT NULL DEFAULT 0,        -- seconds
    message_id TEXT NOT NULL DEFAULT '000000000000000000000000' -- decides within a second
) STRICT, WITHOUT ROWID;

CREATE TABLE search_waiting (
    sent_at INTEGER NOT NULL,
    seq INTEGER NOT NULL,                      -- the message
    PRIMARY KEY (sent_at, seq)                 -- the newest are taken in first
) STRICT, WITHOUT ROWID;

CREATE TRIGGER message_found AFTER INSERT ON message
WHEN new.kind = 0 AND new.destroy_after IS NULL AND (new.body <> '' OR new.attachments <> '[]')
BEGIN
    INSERT INTO search_waiting (sent_at, seq) VALUES (new.sent_at, new.seq);
END;

CREATE TRIGGER message_gone BEFORE DELETE ON message
BEGIN
    DELETE FROM search_waiting WHERE sent_at = old.sent_at AND seq = old.seq;
    DELETE FROM search_text WHERE seq = old.seq;
END;

CREATE TRIGGER message_is_changing BEFORE UPDATE OF body, attachments, sent_at, destroy_after ON message
WHEN new.body <> old.body OR new.attachments <> old.attachments OR new.sent_at <> old.sent_at
     OR new.destroy_after IS NOT old.destroy_after
BEGIN
    DELETE FROM search_waiting WHERE sent_at = old.sent_at AND seq = old.seq;
    DELETE FROM search_text WHERE seq = old.seq;
END;

CREATE TRIGGER message_has_changed AFTER UPDATE OF body, attachments, sent_at, destroy_after ON message
WHEN new.kind = 0
     AND new.destroy_after IS NULL
     AND (new.body <> '' OR new.attachments <> '[]')
     AND (new.body <> old.body OR new.attachments <> old.attachments OR new.sent_at <> old.sent_at
          OR new.destroy_after IS NOT old.destroy_after)
BEGIN
    INSERT INTO search_waiting (sent_at, seq) VALUES (new.sent_at, new.seq);
END;

CREATE TABLE wiping (
    id INTEGER PRIMARY KEY NOT NULL CHECK (id = 1),
    texts INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TRIGGER message_to_wipe AFTER DELETE ON message
WHEN old.destroy_after IS NOT NULL
BEGIN
    UPDATE wiping SET texts = texts + 1;
END;

CREATE TRIGGER text_to_wipe AFTER UPDATE OF body ON message
WHEN old.destroy_after IS NOT NULL AND new.body <> old.body
BEGIN
    UPDATE wiping SET texts = texts + 1;
END;

CREATE TABLE reading_place (
    dialog_id TEXT PRIMARY KEY NOT NULL REFERENCES dialog (id) ON DELETE CASCADE,
    message_id TEXT NOT NULL,
    top INTEGER NOT NULL -- pixels from the upper edge of the view to the message's
) STRICT, WITHOUT ROWID;

-- ==== one profile (profile.db) ====

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
