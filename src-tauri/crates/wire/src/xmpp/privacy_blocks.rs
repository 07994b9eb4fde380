//! A privacy list seen as a list of blocked people (`protocol/xmpp.md` §14).
//!
//! The JavaScript SDK does not read whether a block is mutual and so loses it
//! with every change. Here it is read off the item itself.

use std::collections::BTreeMap;

use super::{Action, Item, Kinds, List};
use crate::xml::Element;
use crate::xmpp::{Jid, ns};

/// What `<query xmlns="jabber:iq:privacy"/>` answers when asked for the names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    /// The list that holds where a session has none of its own.
    pub default: Option<String>,
    /// The list that this session uses.
    pub active: Option<String>,
    /// All lists, each once.
    pub lists: Vec<String>,
}

impl Names {
    /// Reads the answer.
    #[must_use]
    pub fn read(query: &Element) -> Option<Self> {
        if !query.is("query", ns::PRIVACY) {
            return None;
        }
        let mut names = Self::default();
        for child in query.elements() {
            let Some(name) = child.attr("name").filter(|name| !name.is_empty()) else {
                continue;
            };
            let name = name.to_owned();
            match child.local() {
                "default" => names.default = Some(name),
                "active" => names.active = Some(name),
                "list" if !names.lists.contains(&name) => names.lists.push(name),
                _ => {}
            }
        }
        Some(names)
    }

    /// Writes the answer.
    #[must_use]
    pub fn write(&self) -> Element {
        let named =
            |element: &str, name: &String| Element::new(element, ns::PRIVACY).with("name", name);
        Element::new("query", ns::PRIVACY)
            .with_children(self.active.iter().map(|name| named("active", name)))
            .with_children(self.default.iter().map(|name| named("default", name)))
            .with_children(self.lists.iter().map(|name| named("list", name)))
    }
}

/// Whom an item with an address is about.
fn subject(item: &Item) -> Option<u64> {
    match Jid::parse(item.value.as_deref()?)? {
        Jid::User(user) => Some(user.user),
        Jid::Member { user, .. } => Some(user),
        Jid::Room(_) | Jid::Domain(_) => None,
    }
}

fn is_persons(item: &Item) -> bool {
    let value = item.value.as_deref().and_then(Jid::parse);
    matches!(value, Some(Jid::User(_)))
}

impl List {
    /// Who is blocked, and whether both ways. The item with a person's own
    /// address decides; the one with the rooms' address repeats it.
    #[must_use]
    pub fn blocked(&self) -> BTreeMap<u64, bool> {
        let mut found: BTreeMap<u64, (u32, bool, Action)> = BTreeMap::new();
        for item in self.items.iter().filter(|item| is_persons(item)) {
            let Some(who) = subject(item) else { continue };
            let told = (item.order, item.kinds.is_everything(), item.action);
            // The lowest that fits decides (XEP-0016 §2.1).
            let first = found.entry(who).or_insert(told);
            if told.0 < first.0 {
                *first = told;
            }
        }
        found
            .into_iter()
            .filter(|(_, (_, _, action))| *action == Action::Deny)
            .map(|(who, (_, is_mutual, _))| (who, is_mutual))
            .collect()
    }

    /// Blocks somebody one way or, when `mutual`, both ways, in place of what
    /// the list said of them. Everything else in the list stays.
    pub fn block(&mut self, who: u64, jid: &str, room_domain: &str, mutual: bool) {
        self.unblock(who);
        let kinds = if mutual {
            Kinds::default()
        } else {
            Kinds::ONE_WAY
        };
        for value in [jid.to_owned(), format!("{room_domain}/{who}")] {
            self.items.push(Item {
                kind: Some("jid".to_owned()),
                value: Some(value),
                action: Action::Deny,
                order: 0,
                kinds,
            });
        }
        self.number();
    }

    /// Says nothing about somebody any more.
    pub fn unblock(&mut self, who: u64) {
        self.items.retain(|item| subject(item) != Some(who));
        self.number();
    }

    /// Orders run 1, 2, 3…, in the order of the orders they had; those that are
    /// new, at 0, come last.
    fn number(&mut self) {
        self.items.sort_by_key(|item| {
            if item.order == 0 {
                u32::MAX
            } else {
                item.order
            }
        });
        for (order, item) in (1..).zip(&mut self.items) {
            item.order = order;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SDK: &str = "<list xmlns='jabber:iq:privacy' name='b'>\
        <item type='jid' value='34-100@c' action='deny' order='1'><message/><presence-in/><presence-out/><iq/></item>\
        <item type='jid' value='muc.c/34' action='deny' order='2'><message/><presence-in/><presence-out/><iq/></item>\
        <item type='jid' value='48-100@c' action='deny' order='3'/>\
        <item type='jid' value='muc.c/48' action='deny' order='4'/>\
        <item type='group' value='Enemies' action='deny' order='5'/>\
        <item action='allow' order='9'/></list>";

    #[test]
    fn mutual_blocks_stay_mutual_and_other_rules_stay() {
        let mut list = List::read(&Element::parse(SDK).unwrap()).unwrap();
        assert_eq!(list.blocked(), BTreeMap::from([(34, false), (48, true)]));
        list.block(50, "50-100@c", "muc.c", true);
        list.unblock(34);
        let read = List::read(&list.write()).unwrap();
        assert_eq!(read.blocked(), BTreeMap::from([(48, true), (50, true)]));
        let orders: Vec<u32> = read.items.iter().map(|item| item.order).collect();
        assert_eq!(orders, [1, 2, 3, 4, 5, 6]);
        let others = read.items.iter().filter(|item| subject(item).is_none());
        assert_eq!(others.count(), 2);
        list.block(48, "48-100@c", "muc.c", false);
        assert!(!list.blocked()[&48], "in place of the old");
        assert_eq!(list.items.len(), 6);
    }

    #[test]
    fn an_allowance_before_a_denial_blocks_nobody() {
        let list = "<list xmlns='jabber:iq:privacy' name='b'>\
            <item type='jid' value='34-100@c' action='deny' order='2'/>\
            <item type='jid' value='34-100@c' action='allow' order='1'/></list>";
        let list = List::read(&Element::parse(list).unwrap()).unwrap();
        assert!(list.blocked().is_empty());
    }

    #[test]
    fn names_are_read_once_each() {
        let query = "<query xmlns='jabber:iq:privacy'><active name='a'/><default name='b'/><list name='a'/><list name='b'/><list name='b'/></query>";
        let names = Names::read(&Element::parse(query).unwrap()).unwrap();
        assert_eq!(names.lists, ["a", "b"]);
        assert_eq!(names.default.as_deref(), Some("b"));
        assert_eq!(Names::read(&names.write()), Some(names));
    }
}
