//! What is announced, and what stands on the desktop. Nothing here reads a disk
//! or a clock: facts in, decisions out.
//!
//! Announced is what somebody else wrote, is unread on every device, came
//! into a dialog that this person is in and has not muted, was not sent
//! silently, and is not what somebody is looking at. Muted means muted: to be
//! named or answered there changes nothing, because the setting promises quiet
//! and says of no exception. A silent message makes no notification at all, as
//! the platform sends none for it to the phone (`protocol/xmpp.md` §5).
//!
//! A notification belongs to a dialog and holds its messages that were announced
//! and are still unread. More of them replace it, and when none is left, it
//! goes. Old ones that catching up or scrolling brings have been passed by the
//! dialog's mark (`store/notified.rs`).

use std::collections::{BTreeMap, BTreeSet};

use kith_model::{DialogId, MessageId, Place, Timestamp};
use kith_store::Announceable;

/// So many messages of one dialog are counted; of more, the newest.
pub(crate) const COUNTED: usize = 100;
/// So many dialogs come up at once. After a long absence that is enough to say
/// that there is something; the list has the rest.
const AT_ONCE: usize = 5;
/// A dialog makes itself heard again after this time. What comes sooner
/// only changes what its notification says.
const QUIET_FOR: i64 = 5_000;

/// What stands on the desktop for one dialog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notification {
    /// Which dialog.
    pub dialog: DialogId,
    /// The messages it is about, which are unread, the newest last. Never empty.
    pub messages: Vec<MessageId>,
    /// The one of them that came last, which is not always the newest.
    pub latest: MessageId,
    /// Which call for attention it is: a higher number than before is a new one.
    /// What comes up together has one number.
    pub call: u64,
}

#[derive(Debug)]
struct Standing {
    messages: BTreeSet<Place>,
    /// What came last: the newest of what was decided about together.
    latest: Option<Place>,
    call: u64,
    called_at: Timestamp,
}

/// A message that came and was not decided about.
#[derive(Debug, Clone)]
struct Waiting {
    dialog: DialogId,
    /// Whether it came live, so that its place does not matter.
    is_live: bool,
}

/// What waits for a decision, and what stands.
#[derive(Debug, Default)]
pub(crate) struct Board {
    waiting: BTreeMap<MessageId, Waiting>,
    standing: BTreeMap<DialogId, Standing>,
    attended: Option<DialogId>,
    calls: u64,
}

impl Board {
    /// A message came: live, or with what was caught up.
    pub(crate) fn note(&mut self, id: MessageId, dialog: DialogId, is_live: bool) {
        let waiting = self
            .waiting
            .entry(id)
            .or_insert(Waiting { dialog, is_live });
        waiting.is_live |= is_live;
    }

    /// Somebody looks at the end of this dialog; says whether that is new.
    pub(crate) fn attend(&mut self, dialog: Option<DialogId>) -> bool {
        let is_new = self.attended != dialog;
        self.attended = dialog;
        is_new
    }

    /// The person has taken a dialog's notification away.
    pub(crate) fn dismiss(&mut self, dialog: &DialogId) -> bool {
        self.standing.remove(dialog).is_some()
    }

    /// Whether anything here is about this dialog.
    pub(crate) fn concerns(&self, dialog: &DialogId) -> bool {
        self.standing.contains_key(dialog) || self.waiting.values().any(|one| one.dialog == *dialog)
    }

    /// The messages whose facts a decision needs.
    pub(crate) fn asks_about(&self) -> Vec<MessageId> {
        let standing = self.standing.values().flat_map(|one| &one.messages);
        let standing = standing.map(|place| place.id.clone());
        self.waiting.keys().cloned().chain(standing).collect()
    }

    /// Takes away what need not stand any longer.
    pub(crate) fn withdraw(&mut self, facts: &[Announceable], now: Timestamp) {
        let stays: BTreeSet<&MessageId> = facts
            .iter()
            .filter(|fact| fact.is_here && fact.is_unread && fact.muted_until <= now)
            .map(|fact| &fact.id)
            .collect();
        self.standing.retain(|_, standing| {
            standing.messages.retain(|place| stays.contains(&place.id));
            !standing.messages.is_empty()
        });
    }

    /// Decides about those of `asked` that wait, as far as that can be done. What
    /// is about the dialog in front of somebody waits for them to read it or to
    /// look away. What was asked about and has no facts is gone.
    pub(crate) fn decide(
        &mut self,
        asked: &[MessageId],
        facts: &[Announceable],
        now: Timestamp,
    ) -> BTreeMap<DialogId, Place> {
        let mut marks: BTreeMap<DialogId, Place> = BTreeMap::new();
        let mut news: BTreeMap<&DialogId, Vec<&Place>> = BTreeMap::new();
        let facts: BTreeMap<&MessageId, &Announceable> =
            facts.iter().map(|fact| (&fact.id, fact)).collect();
        for id in asked {
            let (Some(one), Some(fact)) = (self.waiting.remove(id), facts.get(id)) else {
                continue;
            };
            let is_attended = self.attended.as_ref() == Some(&fact.dialog);
            if !fact.is_settled || (fact.is_unread && is_attended) {
                self.waiting.insert(id.clone(), one);
                continue;
            }
            let is_news = fact.is_here && fact.is_unread && (one.is_live || !fact.is_passed);
            if !is_news {
                continue;
            }
            let mark = marks.entry(fact.dialog.clone());
            let mark = mark.or_insert_with(|| fact.place.clone());
            if fact.place > *mark {
                *mark = fact.place.clone();
            }
            if !fact.is_silent && fact.muted_until <= now {
                news.entry(&fact.dialog).or_default().push(&fact.place);
            }
        }
        self.raise(news, now);
        marks
    }

    fn raise(&mut self, news: BTreeMap<&DialogId, Vec<&Place>>, now: Timestamp) {
        let mut newest: Vec<_> = news.into_iter().collect();
        newest.sort_by_key(|(_, places)| std::cmp::Reverse(places.iter().max().copied()));
        self.calls += u64::from(!newest.is_empty());
        for (dialog, places) in newest.into_iter().take(AT_ONCE) {
            let standing = self
                .standing
                .entry(dialog.clone())
                .or_insert_with(|| Standing {
                    messages: BTreeSet::new(),
                    latest: None,
                    call: self.calls,
                    called_at: now,
                });
            // Also after a clock was set back.
            let ago = now.millis() - standing.called_at.millis();
            if !(0..QUIET_FOR).contains(&ago) {
                standing.call = self.calls;
                standing.called_at = now;
            }
            standing.latest = places.iter().max().copied().cloned();
            standing.messages.extend(places.into_iter().cloned());
            while standing.messages.len() > COUNTED {
                standing.messages.pop_first();
            }
        }
    }

    /// What is to stand on the desktop now.
    pub(crate) fn shown(&self) -> Vec<Notification> {
        let of = |(dialog, standing): (&DialogId, &Standing)| {
            let latest = standing.latest.as_ref();
            let latest = latest.filter(|latest| standing.messages.contains(latest));
            Some(Notification {
                dialog: dialog.clone(),
                messages: standing.messages.iter().map(|m| m.id.clone()).collect(),
                latest: latest.or(standing.messages.last())?.id.clone(),
                call: standing.call,
            })
        };
        self.standing.iter().filter_map(of).collect()
    }
}

#[cfg(test)]
mod tests {
    use kith_model::UserId;

    use super::*;

    fn dialog(n: u32) -> DialogId {
        format!("d0{n:022x}").parse().expect("an id")
    }

    fn id(n: u32) -> MessageId {
        format!("{n:024x}").parse().expect("an id")
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_seconds(second)
    }

    /// An unread message of the dialog that its hundreds say.
    fn fact(n: u32) -> Announceable {
        Announceable {
            id: id(n),
            dialog: dialog(n / 100),
            sender: UserId(22),
            place: Place {
                sent_at: i64::from(n % 100),
                id: id(n),
            },
            is_silent: false,
            is_settled: true,
            is_here: true,
            is_unread: true,
            is_passed: false,
            muted_until: at(0),
        }
    }

    /// A board to which these come live.
    fn board(facts: &[Announceable]) -> Board {
        let mut board = Board::default();
        come(&mut board, facts, true);
        board
    }

    fn come(board: &mut Board, facts: &[Announceable], is_live: bool) {
        for fact in facts {
            board.note(fact.id.clone(), fact.dialog.clone(), is_live);
        }
    }

    /// Looks once with these facts; answers the marks.
    fn look(board: &mut Board, facts: &[Announceable], second: i64) -> Vec<(DialogId, Place)> {
        let asked = board.asks_about();
        board.withdraw(facts, at(second));
        let marks = board.decide(&asked, facts, at(second));
        marks.into_iter().collect()
    }

    fn shown(board: &Board) -> Vec<(DialogId, Vec<MessageId>)> {
        let of = |one: Notification| (one.dialog, one.messages);
        board.shown().into_iter().map(of).collect()
    }

    #[test]
    fn what_comes_live_stands_until_it_was_read_and_is_said_once() {
        let facts = [fact(101), fact(102)];
        let mut board = board(&facts);
        let marks = look(&mut board, &facts, 10);
        assert_eq!(marks, [(dialog(1), facts[1].place.clone())]);
        assert_eq!(shown(&board), [(dialog(1), vec![id(101), id(102)])]);
        assert_eq!(look(&mut board, &facts, 11), [], "it is decided");
        let mut read = facts.clone();
        read[0].is_unread = false;
        look(&mut board, &read, 12);
        assert_eq!(shown(&board), [(dialog(1), vec![id(102)])]);
        // Deleted, or gone by itself.
        look(&mut board, &[], 13);
        assert_eq!(shown(&board), []);
        look(&mut board, &facts, 14);
        assert_eq!(shown(&board), [], "it does not come back");
    }

    #[test]
    fn muted_silent_left_and_read_are_not_announced() {
        type Change = fn(&mut Announceable);
        let changes: [(&str, Change, bool); 4] = [
            ("muted", |fact| fact.muted_until = at(11), true),
            ("silent", |fact| fact.is_silent = true, true),
            ("left", |fact| fact.is_here = false, false),
            ("read", |fact| fact.is_unread = false, false),
        ];
        for (why, change, is_marked) in changes {
            let mut facts = [fact(101)];
            change(&mut facts[0]);
            let mut board = board(&facts);
            let marks = look(&mut board, &facts, 10);
            assert_eq!(shown(&board), [], "{why}");
            assert_eq!(!marks.is_empty(), is_marked, "{why}: decided for good");
            look(&mut board, &[fact(101)], 12);
            assert_eq!(shown(&board), [], "{why}, and not afterwards");
        }
    }

    #[test]
    fn muting_and_leaving_take_it_away() {
        for change in [
            (|fact| fact.muted_until = at(99)) as fn(&mut Announceable),
            |fact| fact.is_here = false,
        ] {
            let mut facts = [fact(101), fact(201)];
            let mut board = board(&facts);
            look(&mut board, &facts, 10);
            change(&mut facts[0]);
            look(&mut board, &facts, 11);
            assert_eq!(shown(&board), [(dialog(2), vec![id(201)])]);
        }
    }

    #[test]
    fn a_mute_that_is_over_is_none() {
        let mut facts = [fact(101)];
        facts[0].muted_until = at(10);
        let mut board = board(&facts);
        look(&mut board, &facts, 10);
        assert_eq!(shown(&board).len(), 1);
    }

    #[test]
    fn what_one_looks_at_waits_until_it_was_read_or_one_looks_away() {
        let mut facts = [fact(101)];
        let mut board = board(&facts);
        assert!(board.attend(Some(dialog(1))) && !board.attend(Some(dialog(1))));
        assert_eq!(look(&mut board, &facts, 10), []);
        assert_eq!(shown(&board), [], "somebody is looking");
        board.attend(None);
        look(&mut board, &facts, 11);
        assert_eq!(shown(&board).len(), 1, "and has not read it after all");

        let second = [fact(201)];
        come(&mut board, &second, true);
        board.attend(Some(dialog(2)));
        facts[0].is_unread = false;
        let mut read = second.clone();
        read[0].is_unread = false;
        look(&mut board, &[facts[0].clone(), read[0].clone()], 12);
        board.attend(None);
        look(&mut board, &second, 13);
        assert_eq!(shown(&board), []);
    }

    #[test]
    fn a_dialog_that_is_not_known_yet_is_waited_for() {
        let mut facts = [fact(101)];
        facts[0].is_settled = false;
        facts[0].is_unread = false;
        let mut board = board(&facts);
        assert_eq!(look(&mut board, &facts, 10), []);
        assert!(board.concerns(&dialog(1)) && !board.concerns(&dialog(2)));
        look(&mut board, &[fact(101)], 11);
        assert_eq!(shown(&board).len(), 1);
    }

    #[test]
    fn what_was_caught_up_counts_above_the_mark_and_what_comes_live_anywhere() {
        let mut facts = [fact(101), fact(102)];
        facts[0].is_passed = true;
        let mut board = Board::default();
        come(&mut board, &facts, false);
        look(&mut board, &facts, 10);
        assert_eq!(shown(&board), [(dialog(1), vec![id(102)])]);
        come(&mut board, &facts[..1], true);
        look(&mut board, &facts, 11);
        assert_eq!(
            shown(&board),
            [(dialog(1), vec![id(101), id(102)])],
            "its clock is behind"
        );
        assert_eq!(board.shown()[0].latest, id(101), "and it came last");
        look(&mut board, &facts[1..], 12);
        assert_eq!(board.shown()[0].latest, id(102));
    }

    #[test]
    fn a_long_absence_makes_one_of_each_dialog_and_only_a_few() {
        let facts: Vec<_> = (1..=7)
            .flat_map(|d| [d * 100 + 1, d * 100 + 10 + d])
            .collect();
        let facts: Vec<_> = facts.into_iter().map(fact).collect();
        let mut board = Board::default();
        come(&mut board, &facts, false);
        let marks = look(&mut board, &facts, 50);
        assert_eq!(marks.len(), 7, "all are decided about");
        let shown = board.shown();
        let dialogs: Vec<_> = shown.iter().map(|one| one.dialog.clone()).collect();
        assert_eq!(dialogs, (3..=7).map(dialog).collect::<Vec<_>>());
        assert!(
            shown
                .iter()
                .all(|one| one.messages.len() == 2 && one.call == 1),
            "they come up together: {shown:?}"
        );
    }

    #[test]
    fn a_busy_dialog_is_heard_every_few_seconds() {
        let all: Vec<_> = (101..=104).map(fact).collect();
        let mut board = Board::default();
        let mut calls = Vec::new();
        for (n, second) in [10, 14, 15, 3].into_iter().enumerate() {
            come(&mut board, &all[n..=n], true);
            look(&mut board, &all[..=n], second);
            calls.push(board.shown()[0].call);
        }
        assert_eq!(
            calls,
            [1, 1, 3, 4],
            "a clock that was set back hides nothing"
        );
        assert!(board.dismiss(&dialog(1)) && !board.dismiss(&dialog(1)));
        let next = [fact(105)];
        come(&mut board, &next, true);
        look(&mut board, &next, 4);
        assert_eq!(
            shown(&board),
            [(dialog(1), vec![id(105)])],
            "of the new one alone"
        );
    }

    #[test]
    fn what_comes_while_one_asks_is_decided_about_next_time() {
        let facts = [fact(101), fact(102)];
        let mut board = board(&facts[..1]);
        let asked = board.asks_about();
        come(&mut board, &facts[1..], true);
        board.decide(&asked, &facts[..1], at(10));
        assert_eq!(shown(&board), [(dialog(1), vec![id(101)])]);
        look(&mut board, &facts, 10);
        assert_eq!(shown(&board), [(dialog(1), vec![id(101), id(102)])]);
    }

    #[test]
    fn of_very_many_the_newest_are_counted() {
        let facts: Vec<_> = (0..99)
            .chain(100..160)
            .map(|n| Announceable {
                dialog: dialog(1),
                place: Place {
                    sent_at: i64::from(n),
                    id: id(n),
                },
                ..fact(n)
            })
            .collect();
        let mut board = board(&facts);
        look(&mut board, &facts, 500);
        let (_, messages) = shown(&board).remove(0);
        assert_eq!((messages.len(), messages.last()), (COUNTED, Some(&id(159))));
    }
}
