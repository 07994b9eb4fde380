//! Who of a room is online: its items (XEP-0030 §4, `protocol/xmpp.md` §12).

use super::jid::room_sender;
use super::ns;
use crate::xml::Element;

/// `<query xmlns="…#items"/>`, as a question or as an answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Online {
    /// The members who are there. None in a question.
    pub users: Vec<u64>,
}

impl Online {
    /// Reads it. Items that are no members are left out.
    #[must_use]
    pub fn read(element: &Element) -> Option<Self> {
        element.is("query", ns::DISCO_ITEMS).then(|| Self {
            users: element
                .elements()
                .filter(|item| item.is("item", ns::DISCO_ITEMS))
                .filter_map(|item| room_sender(item.attr("jid")?))
                .collect(),
        })
    }

    /// Writes the question.
    #[must_use]
    pub fn question() -> Element {
        Element::new("query", ns::DISCO_ITEMS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_read_and_whatever_else_is_an_item_is_not() {
        let item = |jid: &str| Element::new("item", ns::DISCO_ITEMS).with("jid", jid);
        let answer = Online::question().with_children([
            item("100_65a000000000000000000001@muc.chat/22"),
            item("muc.chat"),
            item("100_65a000000000000000000001@muc.chat/nick"),
            Element::new("item", ns::DISCO_ITEMS),
            item("100_65a000000000000000000001@muc.chat/11"),
        ]);
        assert_eq!(
            Online::read(&answer).map(|online| online.users),
            Some(vec![22, 11])
        );
        assert_eq!(Online::read(&Element::new("query", ns::LAST)), None);
    }
}
