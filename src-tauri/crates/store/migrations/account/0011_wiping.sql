-- Texts that are to be in no file any more, and have not been looked for yet. The
-- texts are known to whoever runs, and to no table; their number is, so that an
-- app which was killed in between does at its next start what it had to do.
--
-- Triggers count, and no statement, so that there is no way around it.

CREATE TABLE wiping (
    id INTEGER PRIMARY KEY NOT NULL CHECK (id = 1),
    texts INTEGER NOT NULL DEFAULT 0
) STRICT;

INSERT INTO wiping (id) VALUES (1);

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
