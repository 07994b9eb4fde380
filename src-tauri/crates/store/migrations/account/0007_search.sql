-- Messages are found by words of their text and by the names of what hangs on
-- them. Triggers keep the index, so that it is written in the transaction that
-- writes the message, whoever writes it.

-- What is in the index, and where it stands there: newest first is the largest
-- place first. Its number is the message's second, times 256, and a number
-- within that second; where more than that came in one second, the next one
-- that is free.
CREATE TABLE search_place (
    place INTEGER PRIMARY KEY NOT NULL,
    seq INTEGER NOT NULL UNIQUE,               -- the message
    files TEXT NOT NULL DEFAULT ''             -- names of its attachments, a line each
) STRICT;

-- What the index is made from, and the one way into it and out of it.
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

-- What leaves the index is taken out of it at once, and not crossed out only.
INSERT INTO search (search, rank) VALUES ('secure-delete', 1);

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

-- Quiet lines have no words of anybody, and nothing can be found in nothing.
CREATE TRIGGER message_found AFTER INSERT ON message
WHEN new.kind = 0 AND (new.body <> '' OR new.attachments <> '[]')
BEGIN
    INSERT INTO search_text (seq, sent_at, attachments)
    VALUES (new.seq, new.sent_at, new.attachments);
END;

CREATE TRIGGER message_gone BEFORE DELETE ON message
BEGIN
    DELETE FROM search_text WHERE seq = old.seq;
END;

CREATE TRIGGER message_is_changing BEFORE UPDATE OF body, attachments, sent_at ON message
WHEN new.body <> old.body OR new.attachments <> old.attachments OR new.sent_at <> old.sent_at
BEGIN
    DELETE FROM search_text WHERE seq = old.seq;
END;

CREATE TRIGGER message_has_changed AFTER UPDATE OF body, attachments, sent_at ON message
WHEN new.kind = 0
     AND (new.body <> '' OR new.attachments <> '[]')
     AND (new.body <> old.body OR new.attachments <> old.attachments OR new.sent_at <> old.sent_at)
BEGIN
    INSERT INTO search_text (seq, sent_at, attachments)
    VALUES (new.seq, new.sent_at, new.attachments);
END;

-- What is still to be done, quietly: messages that were here before this index
-- are taken in, the latest first; and where many messages went at once and were
-- crossed out only, the index is written anew.
CREATE TABLE search_work (
    id INTEGER PRIMARY KEY NOT NULL CHECK (id = 1),
    waits_to INTEGER NOT NULL DEFAULT 0,       -- the last message (seq) that may not be in it yet; 0: all are
    has_crossed_out INTEGER NOT NULL DEFAULT 0 -- 1: words of messages that are gone may be in it; 2: it is being written anew
) STRICT;

INSERT INTO search_work (id, waits_to) SELECT 1, coalesce(max(seq), 0) FROM message;
