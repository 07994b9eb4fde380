-- How things stood when: the moment, by this computer's clock, as of which the
-- text of a message, and who reacted to it, is what the server has. Answers to
-- earlier questions are older than it.
ALTER TABLE message ADD COLUMN as_of INTEGER NOT NULL DEFAULT 0;
ALTER TABLE message ADD COLUMN reacted_as_of INTEGER NOT NULL DEFAULT 0;

-- 1: who reacted has to be asked.
ALTER TABLE message ADD COLUMN reactions_unsure INTEGER NOT NULL DEFAULT 0;
CREATE INDEX message_unsure ON message (id) WHERE reactions_unsure = 1;
