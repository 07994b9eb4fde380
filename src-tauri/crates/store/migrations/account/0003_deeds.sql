-- What people do with messages and dialogs beside writing: reactions, pins,
-- edits, deletions, quiet lines, timers, drafts with their state, the list's
-- own state.

ALTER TABLE message ADD COLUMN kind INTEGER NOT NULL DEFAULT 0; -- 0 a message, 1 a quiet line made here
ALTER TABLE message ADD COLUMN properties TEXT NOT NULL DEFAULT '{}'; -- JSON, name to text; of a quiet line, what it tells
ALTER TABLE message ADD COLUMN reactions TEXT NOT NULL DEFAULT '[]'; -- JSON, as model::ReactionCount: what is shown
ALTER TABLE message ADD COLUMN stored_at INTEGER; -- milliseconds by the server's clock, when told
ALTER TABLE message ADD COLUMN updated_at INTEGER; -- milliseconds by the server's clock, when told
ALTER TABLE message ADD COLUMN destroy_after INTEGER; -- seconds; null: it stays
ALTER TABLE message ADD COLUMN expires_at INTEGER; -- milliseconds; null while its time does not run
ALTER TABLE message ADD COLUMN is_silent INTEGER NOT NULL DEFAULT 0;
ALTER TABLE message ADD COLUMN in_history INTEGER NOT NULL DEFAULT 1; -- 0: its absence on the server means nothing
ALTER TABLE message ADD COLUMN mentions_me INTEGER NOT NULL DEFAULT 0;
ALTER TABLE message ADD COLUMN views INTEGER; -- when told

-- Few of many: those that name this person, and those that will go away.
CREATE INDEX message_mentions ON message (dialog_id, sent_at, id) WHERE mentions_me = 1;
CREATE INDEX message_timed ON message (expires_at) WHERE destroy_after IS NOT NULL;

ALTER TABLE dialog ADD COLUMN extensions TEXT NOT NULL DEFAULT '{}'; -- JSON, name to text
ALTER TABLE dialog ADD COLUMN allow_preview INTEGER NOT NULL DEFAULT 0;
ALTER TABLE dialog ADD COLUMN occupant_count INTEGER; -- where the server tells a number and not who
ALTER TABLE dialog ADD COLUMN is_joined INTEGER NOT NULL DEFAULT 1; -- 0: only looked at
ALTER TABLE dialog ADD COLUMN notifications INTEGER; -- the server's setting; null: not asked yet

ALTER TABLE person ADD COLUMN email TEXT; -- when the directory tells it
ALTER TABLE person ADD COLUMN tags TEXT NOT NULL DEFAULT '[]'; -- JSON

ALTER TABLE draft ADD COLUMN reply_to TEXT; -- the message that will be answered
ALTER TABLE draft ADD COLUMN editing TEXT; -- the own message that is being edited
ALTER TABLE draft ADD COLUMN destroy_after INTEGER; -- seconds
ALTER TABLE draft ADD COLUMN is_silent INTEGER NOT NULL DEFAULT 0;

-- Drafts that were given up, so that one can be brought back.
CREATE TABLE draft_history (
    position INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    dialog_id TEXT NOT NULL REFERENCES dialog (id) ON DELETE CASCADE,
    body TEXT NOT NULL,
    saved_at INTEGER NOT NULL DEFAULT 0        -- milliseconds
) STRICT;

CREATE INDEX draft_history_by_dialog ON draft_history (dialog_id, position);

-- Who reacted, as far as it was told. The numbers shown stand with the message,
-- because the server often tells numbers alone.
CREATE TABLE reaction (
    message_id TEXT NOT NULL REFERENCES message (id) ON DELETE CASCADE,
    emoji TEXT NOT NULL,
    person_id INTEGER NOT NULL,
    PRIMARY KEY (message_id, emoji, person_id)
) STRICT, WITHOUT ROWID;

-- Pinned messages, in the server's order; they need not be held.
CREATE TABLE pin (
    dialog_id TEXT NOT NULL REFERENCES dialog (id) ON DELETE CASCADE,
    message_id TEXT NOT NULL,
    position INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (dialog_id, message_id)
) STRICT, WITHOUT ROWID;

-- What this person did to messages and dialogs and the server does not know
-- yet. It is shown as done; what the server refuses is undone.
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

-- What others did to messages that are not here yet.
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

-- Messages that were taken away and must not come back with a page that was
-- under way. Ids alone; old ones are let go.
CREATE TABLE gone_message (
    message_id TEXT PRIMARY KEY NOT NULL,
    gone_at INTEGER NOT NULL DEFAULT 0         -- milliseconds
) STRICT, WITHOUT ROWID;

-- What this person has set for their own list, on this device.
CREATE TABLE list_state (
    dialog_id TEXT PRIMARY KEY NOT NULL REFERENCES dialog (id) ON DELETE CASCADE,
    muted_until INTEGER NOT NULL DEFAULT 0,    -- milliseconds; 0: not muted
    archived_at INTEGER,                       -- milliseconds; null: not archived
    is_pinned INTEGER NOT NULL DEFAULT 0,
    is_marked_unread INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

-- Web addresses in messages, newest last.
CREATE TABLE link (
    dialog_id TEXT NOT NULL REFERENCES dialog (id) ON DELETE CASCADE,
    sent_at INTEGER NOT NULL DEFAULT 0,        -- seconds, as the message
    message_id TEXT NOT NULL REFERENCES message (id) ON DELETE CASCADE,
    position INTEGER NOT NULL DEFAULT 0,
    url TEXT NOT NULL,
    PRIMARY KEY (dialog_id, sent_at, message_id, position)
) STRICT, WITHOUT ROWID;

CREATE INDEX link_by_message ON link (message_id);
