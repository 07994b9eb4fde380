//! Where a message stands in the timeline.

use kith_model::Place;

/// A message's place among all that are here: first everything that the server
/// holds, by [`Place`], which is the same on every device; then what this
/// device has written and the server does not have yet, in the order of
/// writing. A message changes from the second part to the first once, when the
/// server takes it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Spot {
    /// Whether the server does not hold it yet.
    pub pending: bool,
    /// By when it was sent, or while pending by when it was written.
    pub place: Place,
}

impl Spot {
    /// A text that compares with others as the spots do. Times before 1970 and
    /// beyond the year 33658 are taken for those limits.
    #[must_use]
    pub fn key(&self) -> String {
        format!(
            "{}{:012}{}",
            u8::from(self.pending),
            self.place.sent_at.clamp(0, 999_999_999_999),
            self.place.id
        )
    }
}
