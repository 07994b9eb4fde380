//! "This was sent earlier" (XEP-0203, `protocol/xmpp.md` §15).

use super::ns;
use crate::rest::Date;
use crate::xml::Element;

/// `<delay/>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delay {
    /// Who kept it.
    pub from: Option<String>,
    /// When it was sent; `None` when it cannot be read.
    pub stamp: Option<Date>,
    /// Why, such as `Offline Storage`.
    pub reason: String,
}

impl Delay {
    /// Reads it.
    #[must_use]
    pub fn read(element: &Element) -> Option<Self> {
        element.is("delay", ns::DELAY).then(|| Self {
            from: element.attr("from").map(str::to_owned),
            stamp: element.attr("stamp").and_then(Date::parse),
            reason: element.text(),
        })
    }

    /// Writes it.
    #[must_use]
    pub fn write(&self) -> Element {
        Element::new("delay", ns::DELAY)
            .with_some("from", self.from.as_deref())
            .with_some("stamp", self.stamp.map(Date::to_iso_millis))
            .with_text(&self.reason)
    }
}
