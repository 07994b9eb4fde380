//! One open timeline: which messages the screen has, and so which changes
//! concern it.

use std::collections::{BTreeMap, BTreeSet};

use kith_model::{DialogId, MessageId, UserId};
use kith_store::{Spot, StoredMessage};

/// One open timeline.
#[derive(Debug)]
pub(crate) struct Window {
    pub(crate) dialog: DialogId,
    /// The number of its state.
    pub(crate) rev: u32,
    pub(crate) has_older: bool,
    pub(crate) has_newer: bool,
    /// Whom the screen knows already.
    pub(crate) people: BTreeSet<UserId>,
    /// What the screen shows as pinned.
    pub(crate) pinned: BTreeSet<MessageId>,
    spots: BTreeMap<MessageId, Spot>,
    order: BTreeSet<Spot>,
    /// The oldest of what was loaded. Messages that came meanwhile do not
    /// count: where nothing was loaded, whatever comes is new to the screen.
    floor: Option<Spot>,
}

impl Window {
    pub(crate) fn new(
        dialog: DialogId,
        messages: &[StoredMessage],
        has_older: bool,
        has_newer: bool,
    ) -> Self {
        let mut window = Self {
            dialog,
            rev: 1,
            has_older,
            has_newer,
            people: BTreeSet::new(),
            pinned: BTreeSet::new(),
            spots: BTreeMap::new(),
            order: BTreeSet::new(),
            floor: None,
        };
        window.extend(messages);
        window
    }

    /// Where older pages begin. What came meanwhile into the second of the
    /// upper end stands above it, perhaps with something unloaded between.
    pub(crate) fn oldest(&self) -> Option<&Spot> {
        self.floor.as_ref().or_else(|| self.order.first())
    }

    /// The lower end.
    pub(crate) fn newest(&self) -> Option<&Spot> {
        self.order.last()
    }

    /// Adds a page at one of the ends.
    pub(crate) fn extend(&mut self, messages: &[StoredMessage]) {
        for message in messages {
            self.load(&message.message.id, message.spot());
        }
    }

    fn load(&mut self, id: &MessageId, spot: Spot) {
        if self.floor.as_ref().is_none_or(|floor| spot < *floor) {
            self.floor = Some(spot.clone());
        }
        self.put(id, spot);
    }

    pub(crate) fn has(&self, id: &MessageId) -> bool {
        self.spots.contains_key(id)
    }

    /// Whether a message that is now at this spot belongs on the screen. It
    /// does when it is there already, when it lies between the ends, and when
    /// it lies beyond an end that is the dialog's end too. Within a second
    /// chance decides (`kith_model::Place`), so a message that has just come
    /// can stand above the upper end, and still is what the screen waits for.
    pub(crate) fn take(&mut self, id: &MessageId, spot: Spot) -> bool {
        let is_beyond_newest = self.order.last().is_none_or(|newest| spot > *newest);
        let is_older = |floor: &Spot| spot.place.sent_at < floor.place.sent_at;
        let is_beyond_oldest = self
            .floor
            .as_ref()
            .is_some_and(|floor| spot < *floor && is_older(floor));
        let belongs = self.has(id)
            || !(is_beyond_newest && self.has_newer || is_beyond_oldest && self.has_older);
        if belongs {
            self.put(id, spot);
        }
        belongs
    }

    /// Forgets a message; answers whether the screen has it.
    pub(crate) fn remove(&mut self, id: &MessageId) -> bool {
        match self.spots.remove(id) {
            Some(spot) => self.order.remove(&spot),
            None => false,
        }
    }

    fn put(&mut self, id: &MessageId, spot: Spot) {
        if let Some(old) = self.spots.insert(id.clone(), spot.clone()) {
            self.order.remove(&old);
        }
        self.order.insert(spot);
    }
}

#[cfg(test)]
mod tests {
    use kith_model::Place;

    use super::*;

    fn id(n: u32) -> MessageId {
        format!("{n:024x}").parse().unwrap()
    }

    fn spot(n: u32) -> Spot {
        Spot {
            pending: false,
            place: Place {
                sent_at: i64::from(n),
                id: id(n),
            },
        }
    }

    fn window(range: std::ops::Range<u32>, has_older: bool, has_newer: bool) -> Window {
        let dialog = "65a000000000000000000001".parse().unwrap();
        let mut window = Window::new(dialog, &[], has_older, has_newer);
        for n in range {
            window.load(&id(n), spot(n));
        }
        window
    }

    #[test]
    fn a_message_beyond_an_end_belongs_only_where_the_dialog_ends_too() {
        let mut middle = window(10..20, true, true);
        assert!(
            !middle.take(&id(25), spot(25)),
            "newer ones are not on the screen"
        );
        assert!(!middle.take(&id(5), spot(5)), "nor are older ones");
        assert!(middle.take(&id(15), spot(15)), "this one is");

        let mut newest = window(10..20, true, false);
        assert!(newest.take(&id(25), spot(25)));
        assert!(
            newest.take(&id(22), spot(22)),
            "a latecomer lies between the ends now"
        );

        let mut whole = window(10..20, false, false);
        assert!(whole.take(&id(5), spot(5)));
    }

    #[test]
    fn an_empty_window_at_the_end_takes_the_first_message() {
        assert!(window(0..0, false, false).take(&id(1), spot(1)));
        assert!(!window(0..0, false, true).take(&id(1), spot(1)));
    }

    #[test]
    fn where_nothing_was_loaded_everything_that_comes_is_shown() {
        let mut fresh = window(0..0, true, false);
        assert!(fresh.take(&id(9), spot(9)), "one's own first message");
        assert!(
            fresh.take(&id(8), spot(8)),
            "an answer that stands above it"
        );
        fresh.load(&id(5), spot(5));
        assert!(fresh.take(&id(6), spot(6)));
        assert!(
            !fresh.take(&id(4), spot(4)),
            "what is older comes with the next page"
        );
    }

    #[test]
    fn what_comes_into_the_second_of_the_upper_end_is_shown_and_hides_nothing() {
        let at = |second: i64, n: u32| Spot {
            pending: false,
            place: Place {
                sent_at: second,
                id: id(n),
            },
        };
        let mut window = window(0..0, true, false);
        window.load(&id(50), at(9, 50));
        assert!(
            window.take(&id(30), at(9, 30)),
            "its id sorts above by chance"
        );
        assert!(!window.take(&id(99), at(8, 99)), "a second older is older");
        assert_eq!(
            window.oldest(),
            Some(&at(9, 50)),
            "another one of that second may lie between, and comes with the next page"
        );
    }

    #[test]
    fn a_waiting_message_keeps_its_place_on_the_screen_when_it_goes_out() {
        let mut window = window(0..0, true, false);
        let waiting = Spot {
            pending: true,
            ..spot(9)
        };
        assert!(window.take(&id(9), waiting));
        assert!(
            window.take(&id(9), spot(9)),
            "older than the oldest, but it is on the screen"
        );
        assert_eq!(window.oldest(), Some(&spot(9)));
        assert!(window.remove(&id(9)));
        assert!(!window.remove(&id(9)));
    }
}
