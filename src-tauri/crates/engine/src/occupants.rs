//! Who is in a public dialog. The server tells that in pages and searches in
//! none of them, so what was told is kept for a while: somebody who types a
//! name asks again with every letter.

use kith_model::{DialogId, Person, Timestamp};

/// What was told is believed so long, in milliseconds.
const BELIEVED: i64 = 60_000;
/// Nobody is looked for further than this.
const MOST: usize = 20_000;

/// The people of one public dialog, as far as they were told.
#[derive(Debug, Default)]
pub(crate) struct Occupants {
    dialog: Option<DialogId>,
    asked_at: Timestamp,
    people: Vec<Person>,
    /// How many the server has told, also those that make no person.
    told: u32,
    is_complete: bool,
}

impl Occupants {
    /// From now on it is about this dialog.
    pub(crate) fn turn_to(&mut self, dialog: &DialogId, now: Timestamp) {
        let age = now.millis() - self.asked_at.millis();
        if self.dialog.as_ref() != Some(dialog) || !(0..BELIEVED).contains(&age) {
            *self = Self {
                dialog: Some(dialog.clone()),
                asked_at: now,
                ..Self::default()
            };
        }
    }

    /// Where the next page begins, if one is needed to answer this.
    pub(crate) fn wants(&self, query: &str, skip: u32, limit: u32) -> Option<u32> {
        let needed = index(skip) + index(limit) + 1;
        let is_enough = self.is_complete
            || self.people.len() >= MOST
            || self.matches(query).take(needed).count() >= needed;
        (!is_enough).then_some(self.told)
    }

    /// One more page, which was asked for with this limit.
    pub(crate) fn add(&mut self, page: Vec<Person>, limit: u32) {
        self.is_complete = page.len() < index(limit);
        self.told = self.told.saturating_add(limit);
        for person in page {
            if self.people.iter().all(|known| known.id != person.id) {
                self.people.push(person);
            }
        }
    }

    /// Those whose name or login contains this, and whether there are more.
    pub(crate) fn matching(&self, query: &str, skip: u32, limit: u32) -> (Vec<Person>, bool) {
        let mut found = self.matches(query).skip(index(skip));
        let people: Vec<Person> = found.by_ref().take(index(limit)).cloned().collect();
        let has_more = found.next().is_some();
        (people, has_more)
    }

    fn matches(&self, query: &str) -> impl Iterator<Item = &Person> {
        let wanted = query.trim().to_lowercase();
        self.people.iter().filter(move |person| {
            let has = |text: &str| text.to_lowercase().contains(&wanted);
            has(&person.display_name()) || person.login.as_deref().is_some_and(has)
        })
    }
}

fn index(n: u32) -> usize {
    usize::try_from(n).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use kith_model::UserId;

    use super::*;

    fn page(ids: std::ops::Range<u64>) -> Vec<Person> {
        ids.map(|id| Person {
            full_name: format!("Person {id}"),
            login: Some(format!("login{id}")),
            ..Person::new(UserId(id))
        })
        .collect()
    }

    fn names(found: &(Vec<Person>, bool)) -> Vec<u64> {
        found.0.iter().map(|person| person.id.0).collect()
    }

    #[test]
    fn somebody_on_the_last_page_is_found() {
        let dialog: DialogId = "65a000000000000000000001".parse().expect("an id");
        let now = Timestamp::from_seconds(1000);
        let mut occupants = Occupants::default();
        occupants.turn_to(&dialog, now);
        assert_eq!(occupants.wants("person 29", 0, 10), Some(0));
        occupants.add(page(1..11), 10);
        assert_eq!(occupants.wants("person 29", 0, 10), Some(10));
        occupants.add(page(11..21), 10);
        occupants.add(page(21..30), 10);
        assert_eq!(occupants.wants("person 29", 0, 10), None, "that was all");
        assert_eq!(names(&occupants.matching("Person 29", 0, 10)), [29]);
        assert_eq!(names(&occupants.matching("LOGIN12", 0, 10)), [12]);

        let second = occupants.matching("person", 10, 10);
        assert_eq!(names(&second), Vec::from_iter(11..21));
        assert!(second.1, "nine more");
        assert!(!occupants.matching("person", 20, 10).1);

        occupants.turn_to(&dialog, Timestamp::from_seconds(1059));
        assert_eq!(occupants.wants("", 0, 10), None, "still believed");
        occupants.turn_to(&dialog, Timestamp::from_seconds(1061));
        assert_eq!(occupants.wants("", 0, 10), Some(0), "asked anew");
    }

    #[test]
    fn no_more_is_asked_for_than_is_needed() {
        let dialog: DialogId = "65a000000000000000000001".parse().expect("an id");
        let mut occupants = Occupants::default();
        occupants.turn_to(&dialog, Timestamp::from_seconds(1000));
        occupants.add(page(1..101), 100);
        assert_eq!(occupants.wants("", 0, 8), None);
        assert_eq!(
            occupants.wants("", 0, 100),
            Some(100),
            "whether there are more"
        );
    }
}
