//! An open home screen, and what it was told already. A page of old history
//! that comes in touches its conversation, and mostly changes nothing that the
//! list shows; such patches would cost a web view a layout each while somebody
//! scrolls.

use std::collections::BTreeMap;

use kith_model::DialogId;

use crate::view::{DialogView, HomePatch};

/// An open home screen.
#[derive(Debug)]
pub(super) struct Home {
    /// The number of its state.
    rev: u32,
    /// Which opening it was.
    pub(super) opening: u64,
    /// The lines that patches have brought since then, as they came last; none
    /// where the line was taken away.
    told: BTreeMap<DialogId, Option<DialogView>>,
    unread_total: Option<u32>,
    waiting_elsewhere: Option<u32>,
}

impl Home {
    /// A screen that has just got its snapshot, whose number is 1.
    pub(super) fn open(opening: u64) -> Self {
        Self {
            rev: 1,
            opening,
            told: BTreeMap::new(),
            unread_total: None,
            waiting_elsewhere: None,
        }
    }

    /// What of a patch is not on the screen already, with the number of the state
    /// that it leads to; none if everything is.
    pub(super) fn news(&mut self, mut patch: HomePatch) -> Option<HomePatch> {
        patch.dialogs.retain(|line| {
            let is_told = matches!(self.told.get(&line.id), Some(Some(told)) if told == line);
            if !is_told {
                self.told.insert(line.id.clone(), Some(line.clone()));
            }
            !is_told
        });
        patch
            .removed
            .retain(|id| !matches!(self.told.insert(id.clone(), None), Some(None)));
        let is_other_total =
            self.unread_total.replace(patch.unread_total) != Some(patch.unread_total);
        if let Some(count) = patch.waiting_elsewhere
            && self.waiting_elsewhere.replace(count) == Some(count)
        {
            patch.waiting_elsewhere = None;
        }
        let is_news = is_other_total
            || patch.waiting_elsewhere.is_some()
            || !patch.dialogs.is_empty()
            || !patch.removed.is_empty()
            || !patch.people.is_empty()
            || patch.link.is_some();
        is_news.then(|| self.numbered(patch))
    }

    /// A part of the list that the snapshot left out. It is not kept here, for a
    /// long list is long; what happens to its lines from now on is news.
    pub(super) fn part(&mut self, patch: HomePatch) -> HomePatch {
        for line in &patch.dialogs {
            self.told.remove(&line.id);
        }
        self.numbered(patch)
    }

    fn numbered(&mut self, patch: HomePatch) -> HomePatch {
        self.rev = self.rev.wrapping_add(1);
        HomePatch {
            rev: self.rev,
            ..patch
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn line(unread: u32) -> DialogView {
        let may = |name: &str| (name.to_owned(), json!(true));
        let rights = [
            "write",
            "edit_info",
            "add_people",
            "remove_people",
            "appoint_admins",
            "pin",
            "delete_any_message",
            "delete_for_all",
            "clear_for_all",
            "leave",
        ];
        serde_json::from_value(json!({
            "id": "65a000000000000000000001", "kind": "group", "name": "Friends",
            "photo": null, "opponent": null, "occupant_count": 2, "last": null,
            "draft": null, "draft_files": 0, "unread": unread, "description": "",
            "role": "member",
            "rights": rights.map(may).into_iter().collect::<serde_json::Map<_, _>>(),
            "muted_until": null, "is_pinned": false, "is_archived": false,
            "is_marked_unread": false, "mentions": 0, "waiting": 0, "is_joined": true,
            "draft_at": null, "sort_at": 1, "arrival": 1, "about": 1,
        }))
        .unwrap()
    }

    fn patch(dialogs: &[DialogView], removed: &[DialogId]) -> HomePatch {
        HomePatch {
            rev: 0,
            dialogs: dialogs.to_vec(),
            removed: removed.to_vec(),
            people: Vec::new(),
            link: None,
            unread_total: 7,
            waiting_elsewhere: None,
        }
    }

    #[test]
    fn what_the_list_shows_already_is_not_told_again() {
        let (quiet, unread) = (line(0), line(1));
        let mut home = Home::open(1);
        // What the snapshot showed is not kept, so the first word is news.
        let first = home.news(patch(std::slice::from_ref(&quiet), &[])).unwrap();
        assert_eq!((first.rev, first.dialogs.len()), (2, 1));
        assert_eq!(home.news(patch(std::slice::from_ref(&quiet), &[])), None);
        let other = home
            .news(patch(std::slice::from_ref(&unread), &[]))
            .unwrap();
        assert_eq!(
            (other.rev, other.dialogs.len()),
            (3, 1),
            "no number is left out"
        );
        let total = HomePatch {
            unread_total: 8,
            ..patch(std::slice::from_ref(&unread), &[])
        };
        let total = home.news(total).unwrap();
        assert_eq!((total.dialogs.len(), total.unread_total), (0, 8));
    }

    #[test]
    fn a_line_that_went_and_came_back_is_news() {
        let there = line(0);
        let gone = [there.id.clone()];
        let mut home = Home::open(1);
        home.news(patch(std::slice::from_ref(&there), &[])).unwrap();
        assert_eq!(home.news(patch(&[], &gone)).unwrap().removed, gone);
        assert_eq!(home.news(patch(&[], &gone)), None);
        let back = home.news(patch(std::slice::from_ref(&there), &[])).unwrap();
        assert_eq!(back.dialogs, [there]);
    }

    #[test]
    fn what_a_part_of_the_list_brought_is_news_when_it_changes_back() {
        let (quiet, unread) = (line(0), line(1));
        let mut home = Home::open(1);
        home.news(patch(std::slice::from_ref(&quiet), &[])).unwrap();
        assert_eq!(home.part(patch(&[unread], &[])).rev, 3);
        let back = home.news(patch(std::slice::from_ref(&quiet), &[])).unwrap();
        assert_eq!(back.dialogs, [quiet]);
    }
}
