-- Words are not taken into the index in the transaction that brings them: that
-- would make everybody wait who sends, receives or catches up. What is to be
-- taken in is noted there instead, and taken in by quiet work and before a
-- search. What leaves the index still leaves it at once.
--
-- What goes away by itself never comes into it: its words are to be in one place
-- alone, of which nothing is left.

CREATE TABLE search_waiting (
    sent_at INTEGER NOT NULL,
    seq INTEGER NOT NULL,                      -- the message
    PRIMARY KEY (sent_at, seq)                 -- the newest are taken in first
) STRICT, WITHOUT ROWID;

-- What was here before the index and is not in it yet.
INSERT INTO search_waiting (sent_at, seq)
SELECT m.sent_at, m.seq
FROM message m
WHERE m.seq <= (SELECT waits_to FROM search_work)
  AND m.kind = 0
  AND m.destroy_after IS NULL
  AND (m.body <> '' OR m.attachments <> '[]')
  AND NOT EXISTS (SELECT 1 FROM search_place p WHERE p.seq = m.seq);

ALTER TABLE search_work DROP COLUMN waits_to;

DELETE FROM search_text WHERE seq IN (SELECT seq FROM message WHERE destroy_after IS NOT NULL);

DROP TRIGGER message_found;
DROP TRIGGER message_gone;
DROP TRIGGER message_is_changing;
DROP TRIGGER message_has_changed;

-- Quiet lines have no words of anybody, and nothing can be found in nothing.
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
