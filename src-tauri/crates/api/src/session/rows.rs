//! From the rows of dialogs to lines of the list.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use kith_model::{Dialog, Timestamp, UserId};
use kith_store::{DialogEntry, StoreError};

use super::{Session, bubbles, teaser};
use crate::view::{AttachedView, DialogView, LastMessageView, PersonView};

impl Session {
    /// Views of dialogs, and of the people whom they show.
    pub(crate) async fn dialog_views(
        &self,
        entries: &[DialogEntry],
    ) -> Result<(Vec<DialogView>, Vec<PersonView>), StoreError> {
        let me = self.store.me();
        let mut shown: BTreeSet<UserId> = entries
            .iter()
            .filter_map(|entry| entry.last.as_ref())
            .flat_map(bubbles::named)
            .collect();
        shown.extend(entries.iter().filter_map(|entry| entry.dialog.opponent(me)));
        let people = self.faces(shown).await?;
        let faces: BTreeMap<UserId, &PersonView> =
            people.iter().map(|person| (person.id, person)).collect();
        let dialogs = entries
            .iter()
            .map(|entry| dialog_view(entry, me, &faces))
            .collect();
        Ok((dialogs, people))
    }

    /// One dialog's view.
    pub(crate) async fn dialog_view(&self, entry: &DialogEntry) -> Result<DialogView, StoreError> {
        let me = self.store.me();
        let (mut views, _) = self.dialog_views(std::slice::from_ref(entry)).await?;
        Ok(views
            .pop()
            .unwrap_or_else(|| dialog_view(entry, me, &BTreeMap::new())))
    }
}

/// The line of a dialog that the store knows nothing else about.
pub(crate) fn bare(dialog: Dialog, is_joined: bool) -> DialogEntry {
    DialogEntry {
        sort_at: dialog.created_at,
        arrival: 0,
        dialog,
        last: None,
        draft: None,
        draft_at: None,
        staged: 0,
        unread: 0,
        mentions: 0,
        waiting: 0,
        muted_until: None,
        is_pinned: false,
        is_archived: false,
        is_marked_unread: false,
        is_joined,
        notifications: None,
    }
}

fn dialog_view(
    entry: &DialogEntry,
    me: UserId,
    people: &BTreeMap<UserId, &PersonView>,
) -> DialogView {
    let dialog = &entry.dialog;
    let opponent = dialog.opponent(me);
    let other = opponent.and_then(|id| people.get(&id));
    let name = match (dialog.name.trim(), other) {
        ("", Some(other)) => other.name.clone(),
        (name, _) => name.to_owned(),
    };
    let known = u32::try_from(dialog.occupants.len()).unwrap_or(u32::MAX);
    DialogView {
        id: dialog.id.clone(),
        kind: dialog.kind.into(),
        name,
        photo: crate::view::picture(dialog.photo.as_deref())
            .or_else(|| other.and_then(|other| other.avatar.clone())),
        opponent,
        occupant_count: dialog.occupant_count.unwrap_or(known),
        last: entry.last.as_ref().map(|last| {
            let sender = last.message.sender;
            LastMessageView {
                id: last.message.id.clone(),
                sender,
                sender_name: people
                    .get(&sender)
                    .map(|person| person.name.clone())
                    .unwrap_or_default(),
                is_own: sender == me,
                text: teaser(&last.message.body),
                at: last.message.sent_at.millis(),
                delivery: last.delivery.into(),
                attachment: AttachedView::of(&last.message.attachments),
                system: last.notice.as_ref().map(bubbles::system_view),
            }
        }),
        draft: entry
            .draft
            .as_deref()
            .map(teaser)
            .filter(|draft| !draft.is_empty()),
        draft_files: entry.staged,
        unread: entry.unread,
        description: dialog.description.clone(),
        role: entry.role(me).into(),
        rights: entry.rights(me).into(),
        muted_until: entry.muted_until.map(Timestamp::millis),
        is_pinned: entry.is_pinned,
        is_archived: entry.is_archived,
        is_marked_unread: entry.is_marked_unread,
        mentions: entry.mentions,
        waiting: entry.waiting,
        is_joined: entry.is_joined,
        draft_at: entry.draft_at.map(Timestamp::millis),
        sort_at: entry.sort_at.millis(),
        arrival: entry.arrival,
        about: about(dialog),
    }
}

/// A number for what `dialog_info` tells and the row does not show.
fn about(dialog: &Dialog) -> u32 {
    let Dialog {
        owner,
        admins,
        occupants,
        extensions,
        allow_preview,
        ..
    } = dialog;
    let mut hasher = DefaultHasher::new();
    (owner, admins, occupants, extensions, allow_preview).hash(&mut hasher);
    let [.., a, b, c, d] = hasher.finish().to_le_bytes();
    u32::from_le_bytes([a, b, c, d])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_the_information_tells_is_noticed() {
        let plain = Dialog::new(
            "65a000000000000000000001".parse().expect("an id"),
            kith_model::DialogKind::Public,
            Timestamp::from_millis(0),
        );
        let mut seen = BTreeSet::from([about(&plain)]);
        let changes: [fn(&mut Dialog); 5] = [
            |dialog| {
                let _ = dialog
                    .extensions
                    .insert("pace".to_owned(), "slow".to_owned());
            },
            |dialog| dialog.allow_preview = true,
            |dialog| dialog.owner = Some(UserId(7)),
            |dialog| dialog.admins = vec![UserId(7)],
            |dialog| dialog.occupants = vec![UserId(7)],
        ];
        for change in changes {
            let mut other = plain.clone();
            change(&mut other);
            assert!(seen.insert(about(&other)), "{other:?}");
        }
        let mut renamed = plain.clone();
        renamed.name = "The row shows that".to_owned();
        assert_eq!(about(&renamed), about(&plain));
    }
}
