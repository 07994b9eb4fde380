//! What is written here, from Enter to the row that says it leaves.
//!
//! A message and its row in the outbox are one transaction of two ways to
//! SQLite: one that looks what the message meets ([`Write::way_out`]), and one
//! that writes, goes along with the commit, and knows already whether the
//! message leaves at once.

use kith_model::{
    Attachment, Delivery, DialogId, Message, MessageId, Place, Properties, Timestamp, UploadId,
};
use sqlx::{FromRow, Row as _};

use crate::dialog::addressee;
use crate::message::to_json;
use crate::open::stored;
use crate::person::number;
use crate::waiting::{Awaits, awaits_columns};
use crate::{Addressee, Fate, Step, StoreError, StoredMessage, Write};

/// What is to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queued {
    /// The one identity.
    pub id: MessageId,
    /// The text.
    pub body: String,
    /// What hangs on it.
    pub attachments: Vec<Attachment>,
    /// What Kith adds: replies, forwards, mentions.
    pub properties: Properties,
    /// Seconds after which both sides take it away.
    pub destroy_after: Option<u32>,
    /// Whether it disturbs nobody.
    pub is_silent: bool,
    /// Whether it is what the dialog's draft was for, which then is gone.
    pub takes_draft: bool,
    /// Staged files of the dialog that go with it ([`Write::with_files`]).
    pub files: Vec<UploadId>,
}

impl Queued {
    /// A plain text, from the dialog's draft.
    #[must_use]
    pub fn text(id: MessageId, body: &str) -> Self {
        Self {
            id,
            body: body.to_owned(),
            attachments: Vec::new(),
            properties: Properties::new(),
            destroy_after: None,
            is_silent: false,
            takes_draft: true,
            files: Vec::new(),
        }
    }
}

/// What a message that is about to be written meets on its way out.
#[derive(Debug, Clone)]
pub struct WayOut {
    /// Where what is written in its dialog goes.
    pub to: Addressee,
    /// So many of its dialog are on the stream.
    pub in_flight: u32,
    /// Whether some of its dialog have not left, or may not have.
    pub is_queue: bool,
    /// The latest time that one of its dialog on the stream carries.
    pub stamp: Option<Timestamp>,
    /// The newest message of its dialog that the server holds.
    pub newest: Option<Place>,
    /// Whether a message with its id is here.
    is_here: bool,
    awaits: Awaits,
}

impl WayOut {
    /// Whether nothing that came before it is to be applied first, which may
    /// change it or take it away.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        !self.is_here && !self.awaits.is_gone && !self.awaits.is_something()
    }
}

/// The statement behind [`Write::way_out`], for the test that pins its plan.
pub(crate) const WAY_OUT: &str = concat!(
    "SELECT EXISTS (SELECT 1 FROM message m WHERE m.id = asked.id) AS is_here,
         ",
    awaits_columns!(),
    ",
         d.kind, d.is_known, d.is_listed AS is_in_list,
         (SELECT o.person_id
          FROM occupant o
          WHERE d.kind = 3 AND o.dialog_id = asked.dialog_id AND o.is_member = 1 AND o.person_id <> asked.me
          ORDER BY o.position
          LIMIT 1) AS other,
         (SELECT count(*)
          FROM outbox b
          WHERE b.dialog_id = asked.dialog_id AND b.is_parked = 0 AND b.fate = 1) AS in_flight,
         EXISTS (SELECT 1
                 FROM outbox b
                 WHERE b.dialog_id = asked.dialog_id AND b.is_parked = 0 AND b.fate <> 1) AS is_queue,
         (SELECT max(b.stamp)
          FROM outbox b
          WHERE b.dialog_id = asked.dialog_id AND b.is_parked = 0 AND b.fate = 1) AS stamp,
         n.sent_at AS newest_at, n.id AS newest_id
     FROM (SELECT ? AS id, ? AS dialog_id, ? AS sent_at, ? AS me) asked
     LEFT JOIN dialog d ON d.id = asked.dialog_id
     LEFT JOIN message n ON n.seq = (
         SELECT l.seq
         FROM message l
         WHERE l.dialog_id = asked.dialog_id AND l.pending = 0 AND l.id < 'ffffffff'
         ORDER BY l.sent_at DESC, l.id DESC
         LIMIT 1)"
);

impl Write {
    /// Queues a plain text of this person; see [`Write::queue_with`].
    ///
    /// # Errors
    /// When the disk does not take it, or there is no such dialog.
    pub async fn queue(
        &mut self,
        dialog: &DialogId,
        id: &MessageId,
        body: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let queued = Queued::text(id.clone(), body);
        self.queue_with(dialog, &queued, now).await
    }

    /// Queues a message of this person: the message, its outbox row, and the
    /// draft gone, all at once. Says `false`, and does nothing, when a message
    /// with this id is here already, or was and was taken away.
    ///
    /// # Errors
    /// When the disk does not take it, or there is no such dialog.
    pub async fn queue_with(
        &mut self,
        dialog: &DialogId,
        queued: &Queued,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let way = self.way_out(dialog, &queued.id, now).await?;
        self.queue_on(&way, dialog, queued, now, None).await
    }

    /// What a message meets that is about to be written. One statement for
    /// all of it, because every message asks it.
    ///
    /// # Errors
    /// When the database cannot be read, or there is no such dialog.
    pub async fn way_out(
        &mut self,
        dialog: &DialogId,
        id: &MessageId,
        now: Timestamp,
    ) -> Result<WayOut, StoreError> {
        let me = number(self.me);
        self.later(WAY_OUT)
            .bind(id.as_str())
            .bind(dialog.as_str())
            .bind(now.seconds())
            .bind(me);
        let row = self.answer().await?.ok_or(sqlx::Error::RowNotFound)?;
        let awaits = Awaits::from_row(&row)?;
        if !awaits.has_dialog {
            return Err(StoreError::Missing("dialog"));
        }
        let in_flight: i64 = row.try_get("in_flight")?;
        let stamp: Option<i64> = row.try_get("stamp")?;
        let newest = match row.try_get::<Option<String>, _>("newest_id")? {
            Some(id) => Some(Place {
                sent_at: row.try_get("newest_at")?,
                id: stored(&id)?,
            }),
            None => None,
        };
        Ok(WayOut {
            to: addressee(
                row.try_get("kind")?,
                row.try_get("is_known")?,
                row.try_get("is_in_list")?,
                row.try_get("other")?,
            )?,
            in_flight: u32::try_from(in_flight).unwrap_or(u32::MAX),
            is_queue: row.try_get("is_queue")?,
            stamp: stamp.map(Timestamp::from_seconds),
            newest,
            is_here: row.try_get("is_here")?,
            awaits,
        })
    }

    /// As [`Write::queue_with`], knowing the way. With a time that it carries
    /// the message leaves at once: its row says that it was handed to the
    /// stream, which is to be done when this is committed. Only for one whose
    /// way is plain.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn queue_on(
        &mut self,
        way: &WayOut,
        dialog: &DialogId,
        queued: &Queued,
        now: Timestamp,
        leaves: Option<Timestamp>,
    ) -> Result<bool, StoreError> {
        if way.is_here || way.awaits.is_gone {
            return Ok(false);
        }
        let id = &queued.id;
        let me = number(self.me);
        let state = leaves.map_or(Delivery::Queued, |_| Delivery::Sending);
        self.later(
            "INSERT INTO message (id, dialog_id, sender_id, is_own, body, sent_at, state, pending,
                                  attachments, properties, destroy_after, is_silent, in_history)
             VALUES (?, ?, ?, 1, ?, ?, ?, 1, ?, ?, ?, ?, ?)",
        )
        .bind(id.as_str())
        .bind(dialog.as_str())
        .bind(me)
        .bind(&queued.body)
        .bind(now.seconds())
        .bind(state.rank())
        .bind(to_json(&queued.attachments))
        .bind(to_json(&queued.properties))
        .bind(queued.destroy_after)
        .bind(queued.is_silent)
        .bind(queued.destroy_after.is_none());
        let fate = leaves.map_or(Fate::NeverLeft, |_| Fate::InFlight);
        self.later(
            "INSERT INTO outbox (message_id, dialog_id, fate, stamp, attempts) VALUES (?, ?, ?, ?, ?)",
        )
        .bind(id.as_str())
        .bind(dialog.as_str())
        .bind(fate.rank())
        .bind(leaves.map(Timestamp::seconds))
        .bind(i64::from(leaves.is_some()));
        self.take_files(id, &queued.files);
        self.note(id, Delivery::Queued, Step::Written);
        if leaves.is_some() {
            self.note(id, Delivery::Sending, Step::HandedOver);
        }
        if queued.takes_draft {
            self.later("DELETE FROM draft WHERE dialog_id = ?")
                .bind(dialog.as_str());
        }
        if queued.destroy_after.is_some() {
            // It may have been given up once, and brought back to be sent.
            self.later("DELETE FROM draft_history WHERE dialog_id = ? AND body = ?")
                .bind(dialog.as_str())
                .bind(&queued.body);
        }
        self.message_changed(dialog, id);
        let message = Message {
            body: queued.body.clone(),
            attachments: queued.attachments.clone(),
            properties: queued.properties.clone(),
            destroy_after: queued.destroy_after,
            is_silent: queued.is_silent,
            is_in_history: queued.destroy_after.is_none(),
            ..Message::new(id.clone(), dialog.clone(), self.me, now)
        };
        self.keep_links(&message);
        // Something may have come before: the id is the sender's, so its
        // message can be known to others before a lost row is queued again.
        self.apply_what_waited(&message, way.awaits).await?;
        if way.awaits.leaves_plain(&message) {
            let row = StoredMessage::plain(message, state, false);
            self.changes.know(row);
        }
        Ok(true)
    }
}
