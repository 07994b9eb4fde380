//! Quiet lines: what happened to a dialog, told between its messages.
//!
//! The platform keeps no record of such things and mostly tells nobody, so
//! they are found out here, in one place: when a dialog comes in that was held
//! already, what is different about it becomes lines. Whether a system message
//! or a catch-up brought it makes no difference, and neither makes a line
//! twice. A line is a row among the messages, with an id that no message has.
//! It counts as this person's own, so it is never unread, and it stands right
//! behind the newest message that is held, so it is never ahead of the
//! server's clock. Its id is above all ids that messages have (they begin with
//! the time, and `ffffffff` is the year 2106), so it is told by that wherever
//! only messages count.

use kith_model::{Dialog, DialogId, DialogKind, MessageId, UserId};
use serde::{Deserialize, Serialize};

use crate::open::stored;
use crate::person::number;
use crate::{StoreError, Write};

/// What a quiet line tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeKind {
    /// The dialog was made.
    Created,
    /// People were added.
    Added,
    /// People were taken out.
    Removed,
    /// Somebody came in by themselves.
    Joined,
    /// Somebody left.
    Left,
    /// It has another name.
    Renamed,
    /// It has another picture.
    Photo,
    /// It has another description.
    Description,
    /// A message was pinned.
    Pinned,
    /// A message is not pinned any more.
    Unpinned,
    /// Others lead it.
    Admins,
    /// Something else about it changed.
    Changed,
}

/// A quiet line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// What it tells.
    pub kind: NoticeKind,
    /// Who did it, where that was told.
    pub by: Option<UserId>,
    /// Whom it happened to.
    pub people: Vec<UserId>,
    /// The new name, where there is one.
    pub text: String,
    /// Which message, of a pin.
    pub message: Option<MessageId>,
}

impl Notice {
    fn new(kind: NoticeKind, by: Option<UserId>) -> Self {
        Self {
            kind,
            by,
            people: Vec::new(),
            text: String::new(),
            message: None,
        }
    }

    fn with_people(self, people: Vec<UserId>) -> Self {
        Self { people, ..self }
    }

    fn with_text(self, text: &str) -> Self {
        Self {
            text: text.to_owned(),
            ..self
        }
    }

    fn about(self, message: &MessageId) -> Self {
        Self {
            message: Some(message.clone()),
            ..self
        }
    }
}

fn new_ones<T: PartialEq + Clone>(old: &[T], new: &[T]) -> Vec<T> {
    new.iter().filter(|x| !old.contains(x)).cloned().collect()
}

/// What is different between two states of one dialog.
pub(crate) fn differences(old: &Dialog, new: &Dialog, by: Option<UserId>) -> Vec<Notice> {
    if new.kind == DialogKind::Private {
        return Vec::new();
    }
    let line = |kind| Notice::new(kind, by);
    let mut lines = Vec::new();
    // Where nobody is named, the server does not tell who is in it.
    if !old.occupants.is_empty() && !new.occupants.is_empty() {
        let came = new_ones(&old.occupants, &new.occupants);
        let (themselves, added): (Vec<_>, Vec<_>) =
            came.into_iter().partition(|who| Some(*who) == by);
        if !added.is_empty() {
            lines.push(line(NoticeKind::Added).with_people(added));
        }
        if !themselves.is_empty() {
            lines.push(line(NoticeKind::Joined).with_people(themselves));
        }
        let went = new_ones(&new.occupants, &old.occupants);
        let (themselves, removed): (Vec<_>, Vec<_>) =
            went.into_iter().partition(|who| Some(*who) == by);
        if !removed.is_empty() {
            lines.push(line(NoticeKind::Removed).with_people(removed));
        }
        if !themselves.is_empty() {
            lines.push(line(NoticeKind::Left).with_people(themselves));
        }
    }
    if old.name != new.name {
        lines.push(line(NoticeKind::Renamed).with_text(&new.name));
    }
    if old.description != new.description {
        lines.push(line(NoticeKind::Description).with_text(&new.description));
    }
    if old.photo != new.photo {
        lines.push(line(NoticeKind::Photo));
    }
    let appointed = new_ones(&old.admins, &new.admins);
    let dismissed: Vec<UserId> = new_ones(&new.admins, &old.admins)
        .into_iter()
        // Who is gone altogether does not lead any more either.
        .filter(|who| new.occupants.is_empty() || new.occupants.contains(who))
        .collect();
    if !appointed.is_empty() || !dismissed.is_empty() {
        let text = if appointed.is_empty() { "-" } else { "+" };
        let people = if appointed.is_empty() {
            dismissed
        } else {
            appointed
        };
        lines.push(line(NoticeKind::Admins).with_people(people).with_text(text));
    }
    for message in new_ones(&old.pinned, &new.pinned) {
        lines.push(line(NoticeKind::Pinned).about(&message));
    }
    for message in new_ones(&new.pinned, &old.pinned) {
        lines.push(line(NoticeKind::Unpinned).about(&message));
    }
    if old.extensions != new.extensions || old.allow_preview != new.allow_preview {
        lines.push(line(NoticeKind::Changed));
    }
    lines
}

impl Write {
    /// Puts quiet lines behind the newest message of a dialog.
    pub(crate) async fn draw_lines(
        &mut self,
        dialog: &Dialog,
        lines: &[Notice],
    ) -> Result<(), StoreError> {
        for line in lines {
            let second = match self.newest_place(&dialog.id).await? {
                Some(place) => place.sent_at,
                None => dialog.created_at.seconds(),
            };
            self.draw_line(&dialog.id, second, line).await?;
        }
        Ok(())
    }

    /// That this person pinned a message, or unpinned it, and the server knows.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn draw_pin(
        &mut self,
        dialog: &DialogId,
        message: &MessageId,
        on: bool,
    ) -> Result<(), StoreError> {
        let kind = if on {
            NoticeKind::Pinned
        } else {
            NoticeKind::Unpinned
        };
        let line = Notice::new(kind, Some(self.me)).about(message);
        if let Some(held) = self.held_dialog(dialog).await? {
            self.draw_lines(&held, &[line]).await?;
        }
        Ok(())
    }

    /// That somebody brought this person into a dialog.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn draw_added(&mut self, dialog: &DialogId, by: UserId) -> Result<(), StoreError> {
        let line = Notice::new(NoticeKind::Added, Some(by)).with_people(vec![self.me]);
        if let Some(held) = self.held_dialog(dialog).await?
            && (held.occupants.is_empty() || held.occupants.contains(&by))
        {
            self.draw_lines(&held, &[line]).await?;
        }
        Ok(())
    }

    /// That the dialog was made, as its first line.
    pub(crate) async fn draw_beginning(&mut self, dialog: &Dialog) -> Result<(), StoreError> {
        if dialog.kind == DialogKind::Private {
            return Ok(());
        }
        let line = Notice::new(NoticeKind::Created, dialog.owner).with_text(&dialog.name);
        self.draw_line(&dialog.id, dialog.created_at.seconds(), &line)
            .await
    }

    async fn draw_line(
        &mut self,
        dialog: &DialogId,
        second: i64,
        line: &Notice,
    ) -> Result<(), StoreError> {
        // Behind everything of its second, in the order in which lines are
        // drawn: the counter is the row's own number to be.
        let next: i64 = sqlx::query_scalar("SELECT coalesce(max(seq), 0) + 1 FROM message")
            .fetch_one(self.db().await?)
            .await?;
        let id: MessageId = stored(&format!("ffffffff{next:016x}"))?;
        let me = number(self.me);
        let told = serde_json::to_string(line).unwrap_or_default();
        sqlx::query(
            "INSERT INTO message (id, dialog_id, sender_id, is_own, sent_at, state, kind, properties,
                                  in_history)
             VALUES (?, ?, ?, 0, ?, 4, 1, ?, 0)
             ON CONFLICT (id) DO NOTHING",
        )
        .bind(id.as_str())
        .bind(dialog.as_str())
        .bind(me)
        .bind(second)
        .bind(told)
        .execute(self.db().await?)
        .await?;
        self.message_changed(dialog, &id);
        Ok(())
    }
}

/// What a line's row tells. One that cannot be read is shown as a change.
pub(crate) fn read(told: &str) -> Notice {
    serde_json::from_str(told).unwrap_or_else(|_| Notice::new(NoticeKind::Changed, None))
}

#[cfg(test)]
mod tests {
    use kith_model::Timestamp;

    use super::*;

    const BY: UserId = UserId(1);

    fn dialog(occupants: &[u64]) -> Dialog {
        Dialog {
            name: "Boat".into(),
            occupants: occupants.iter().map(|id| UserId(*id)).collect(),
            ..Dialog::new(
                format!("{:024x}", 1).parse().unwrap(),
                DialogKind::Group,
                Timestamp::default(),
            )
        }
    }

    fn told(old: &Dialog, new: &Dialog, by: Option<UserId>) -> Vec<String> {
        differences(old, new, by)
            .iter()
            .map(|line| {
                let people: Vec<_> = line.people.iter().map(ToString::to_string).collect();
                format!("{:?} {} {}", line.kind, people.join(","), line.text)
            })
            .collect()
    }

    #[test]
    fn each_difference_is_a_line() {
        let check = |old: &Dialog, new: &Dialog, expected: &[&str], why: &str| {
            assert_eq!(told(old, new, Some(BY)), expected, "{why}");
        };
        let old = dialog(&[1, 2]);
        check(&old, &old, &[], "nothing changed");
        check(&old, &dialog(&[1, 2, 3, 4]), &["Added 3,4 "], "brought in");
        check(&old, &dialog(&[1]), &["Removed 2 "], "taken out");
        check(&old, &dialog(&[2]), &["Left 1 "], "went by themselves");
        check(&dialog(&[2]), &old, &["Joined 1 "], "came by themselves");
        check(&old, &dialog(&[]), &[], "who is in it is not told any more");
        let other = Dialog {
            name: "Ship".into(),
            admins: vec![UserId(2)],
            ..old.clone()
        };
        check(
            &old,
            &other,
            &["Renamed  Ship", "Admins 2 +"],
            "two at once",
        );
        check(
            &other,
            &dialog(&[1]),
            &["Removed 2 ", "Renamed  Boat"],
            "who is gone is not dismissed",
        );
        let private = Dialog {
            kind: DialogKind::Private,
            ..other
        };
        check(
            &old,
            &private,
            &[],
            "names of people are no news of the dialog",
        );
    }
}
