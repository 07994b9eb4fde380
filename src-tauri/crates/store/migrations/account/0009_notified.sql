-- Up to where the desktop has told this person of a dialog's messages, so that
-- none is announced twice, not even after a restart. Only ever moves forward. A
-- message that comes with a time below it is announced when it comes live, and
-- not when catching up meets it.
CREATE TABLE notified (
    dialog_id TEXT PRIMARY KEY NOT NULL REFERENCES dialog (id) ON DELETE CASCADE,
    sent_at INTEGER NOT NULL DEFAULT 0,        -- seconds
    message_id TEXT NOT NULL DEFAULT '000000000000000000000000' -- decides within a second
) STRICT, WITHOUT ROWID;

-- What is here by now is no news.
INSERT INTO notified (dialog_id, sent_at, message_id)
SELECT d.id, m.sent_at, m.id
FROM dialog d
JOIN message m ON m.id = (SELECT l.id
                          FROM message l
                          WHERE l.dialog_id = d.id AND l.pending = 0 AND l.id < 'ffffffff'
                          ORDER BY l.sent_at DESC, l.id DESC
                          LIMIT 1);
