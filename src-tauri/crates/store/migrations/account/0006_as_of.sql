-- How things stood when: the moment, by this computer's clock, as of which the
-- text of a message is what the server has. Answers to earlier questions are
-- older than it.
ALTER TABLE message ADD COLUMN as_of INTEGER NOT NULL DEFAULT 0;
