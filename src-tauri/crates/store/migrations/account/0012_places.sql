-- Where somebody was reading in a dialog, further up than its end. Another page
-- and another start show it there again.

CREATE TABLE reading_place (
    dialog_id TEXT PRIMARY KEY NOT NULL REFERENCES dialog (id) ON DELETE CASCADE,
    message_id TEXT NOT NULL,
    top INTEGER NOT NULL -- pixels from the upper edge of the view to the message's
) STRICT, WITHOUT ROWID;
