//! Privacy lists (XEP-0016, `protocol/xmpp.md` §14): the platform's block list.
//!
//! A blocked person is two items, one with the address of the person and one
//! with `<room domain>/<user id>` for what the person writes in rooms. An item
//! without children means all stanzas in both directions (a mutual block); one
//! with children names the kinds it is about.

use crate::xml::Element;

use super::ns;

#[path = "privacy_blocks.rs"]
mod blocks;

pub use blocks::Names;

/// What an item does with what it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Lets it pass.
    Allow,
    /// Keeps it out.
    Deny,
}

/// The kinds of stanzas an item can name (XEP-0016 §2.1). None of them set
/// means all stanzas in both directions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Kinds {
    /// Messages that come in.
    pub message: bool,
    /// Presence that comes in.
    pub presence_in: bool,
    /// Presence that goes out.
    pub presence_out: bool,
    /// Questions that come in.
    pub iq: bool,
}

impl Kinds {
    /// The four of a one-way block.
    pub const ONE_WAY: Self = Self {
        message: true,
        presence_in: true,
        presence_out: true,
        iq: true,
    };

    /// Whether it means everything, both ways.
    #[must_use]
    pub const fn is_everything(self) -> bool {
        !(self.message || self.presence_in || self.presence_out || self.iq)
    }
}

/// One rule of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// `jid`, `group` or `subscription`; none for everybody.
    pub kind: Option<String>,
    /// The address, group or state it is about.
    pub value: Option<String>,
    /// What it does.
    pub action: Action,
    /// Its place; the lowest that fits decides.
    pub order: u32,
    /// What it is about.
    pub kinds: Kinds,
}

impl Item {
    /// Reads `<item/>`; none without a known action and an order.
    #[must_use]
    pub fn read(element: &Element) -> Option<Self> {
        let action = match element.attr("action")? {
            "allow" => Action::Allow,
            "deny" => Action::Deny,
            _ => return None,
        };
        let has = |name: &str| element.child_named(name).is_some();
        Some(Self {
            kind: element.attr("type").map(str::to_owned),
            value: element.attr("value").map(str::to_owned),
            action,
            order: element.attr("order")?.trim().parse().ok()?,
            kinds: Kinds {
                message: has("message"),
                presence_in: has("presence-in"),
                presence_out: has("presence-out"),
                iq: has("iq"),
            },
        })
    }

    /// Writes `<item/>`, attributes in the SDK's order.
    #[must_use]
    pub fn write(&self) -> Element {
        let action = match self.action {
            Action::Allow => "allow",
            Action::Deny => "deny",
        };
        let named = [
            ("message", self.kinds.message),
            ("presence-in", self.kinds.presence_in),
            ("presence-out", self.kinds.presence_out),
            ("iq", self.kinds.iq),
        ];
        Element::new("item", ns::PRIVACY)
            .with_some("type", self.kind.clone())
            .with_some("value", self.value.clone())
            .with("action", action)
            .with("order", self.order.to_string())
            .with_children(
                named
                    .into_iter()
                    .filter(|(_, is)| *is)
                    .map(|(name, _)| Element::new(name, ns::PRIVACY)),
            )
    }
}

/// A list with its rules, in the order in which they were written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct List {
    /// Its name.
    pub name: String,
    /// The rules. None at all means: delete the list.
    pub items: Vec<Item>,
}

impl List {
    /// Reads `<list/>`; none when a rule makes no sense.
    #[must_use]
    pub fn read(element: &Element) -> Option<Self> {
        let name = element.attr("name")?.to_owned();
        let items = element
            .elements()
            .filter(|child| child.local() == "item")
            .map(Item::read)
            .collect::<Option<Vec<_>>>()?;
        Some(Self { name, items })
    }

    /// Writes `<list/>`.
    #[must_use]
    pub fn write(&self) -> Element {
        Element::new("list", ns::PRIVACY)
            .with("name", self.name.clone())
            .with_children(self.items.iter().map(Item::write))
    }

    /// The same rules in the order in which the JavaScript SDK can read them:
    /// it takes every second one for a person and looks at nothing else. So
    /// each person's rule is followed by the same person's rule for rooms,
    /// also when both stood far apart, as in lists of the Dart SDK. Rules that
    /// have no partner come last.
    #[must_use]
    pub fn paired(&self, room_domain: &str) -> Self {
        let mut rest: Vec<Option<&Item>> = self.items.iter().map(Some).collect();
        let mut items = Vec::with_capacity(self.items.len());
        for n in 0..rest.len() {
            let Some(person) = rest[n].filter(|item| !is_of_rooms(item, room_domain)) else {
                continue;
            };
            let Some(id) = user_id(person) else { continue };
            let room = format!("{room_domain}/{id}");
            let partner = rest.iter().position(|item| {
                item.is_some_and(|item| item.value.as_deref() == Some(room.as_str()))
            });
            if let Some(partner) = partner {
                items.push(person.clone());
                items.extend(rest[partner].cloned());
                (rest[n], rest[partner]) = (None, None);
            }
        }
        items.extend(rest.into_iter().flatten().cloned());
        Self {
            name: self.name.clone(),
            items,
        }
    }
}

fn is_of_rooms(item: &Item, room_domain: &str) -> bool {
    item.value
        .as_deref()
        .is_some_and(|value| value.starts_with(room_domain))
}

fn user_id(item: &Item) -> Option<&str> {
    let value = item.value.as_deref()?;
    let id = value.split(['-', '@']).next()?;
    (!id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit())).then_some(id)
}

/// What `<query xmlns="jabber:iq:privacy"/>` asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    /// The names of all lists.
    Names,
    /// The list of this name.
    Get(String),
    /// To store this list; one without rules is deleted.
    Set(List),
    /// To make this list the default, or none.
    Default(Option<String>),
    /// To use this list in this session only, or none.
    Active(Option<String>),
}

impl Request {
    /// Reads the child of an `<iq type="get">` or `<iq type="set">`.
    #[must_use]
    pub fn read(query: &Element, is_set: bool) -> Option<Self> {
        let mut children = query.elements();
        let Some(child) = children.next() else {
            return (!is_set).then_some(Self::Names);
        };
        if children.next().is_some() {
            return None;
        }
        let name = child
            .attr("name")
            .filter(|name| !name.is_empty())
            .map(str::to_owned);
        match (child.local(), is_set) {
            ("list", false) => name.map(Self::Get),
            ("list", true) => List::read(child)
                .filter(|list| !list.name.is_empty())
                .map(Self::Set),
            ("default", true) => Some(Self::Default(name)),
            ("active", true) => Some(Self::Active(name)),
            _ => None,
        }
    }

    /// Writes the child, and tells whether its `<iq/>` is a `set`.
    #[must_use]
    pub fn write(&self) -> (Element, bool) {
        let query = Element::new("query", ns::PRIVACY);
        let named = |element: &str, name: &Option<String>| {
            Element::new(element, ns::PRIVACY).with_some("name", name.clone())
        };
        match self {
            Self::Names => (query, false),
            Self::Get(name) => (query.with_child(named("list", &Some(name.clone()))), false),
            Self::Set(list) => (query.with_child(list.write()), true),
            Self::Default(name) => (query.with_child(named("default", name)), true),
            Self::Active(name) => (query.with_child(named("active", name)), true),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(value: &str, order: u32, kinds: Kinds) -> Item {
        Item {
            kind: Some("jid".to_owned()),
            value: Some(value.to_owned()),
            action: Action::Deny,
            order,
            kinds,
        }
    }

    #[test]
    fn what_the_sdk_sends_is_read_and_written_again() {
        let xml = "<query xmlns=\"jabber:iq:privacy\"><list name=\"myList\">\
            <item type=\"jid\" value=\"34-100@chat.local.test\" action=\"deny\" order=\"1\"><message/>\
            <presence-in/><presence-out/><iq/></item>\
            <item type=\"jid\" value=\"muc.chat.local.test/34\" action=\"deny\" order=\"2\"/>\
            </list></query>";
        let query = Element::parse(xml).expect("a query");
        let request = Request::read(&query, true).expect("a list");
        let Request::Set(list) = &request else {
            panic!("a list is set, not {request:?}")
        };
        assert_eq!(list.items[0].kinds, Kinds::ONE_WAY);
        assert!(list.items[1].kinds.is_everything());
        let (written, is_set) = request.write();
        assert!(is_set);
        assert!(written.means_the_same(&query), "{}", written.to_xml());
    }

    #[test]
    fn lists_are_paired_whoever_wrote_them() {
        let one = Kinds::ONE_WAY;
        let list = List {
            name: "block".to_owned(),
            items: vec![
                item("34-1@chat", 1, one),
                item("48-1@chat", 2, one),
                item("50-1@chat", 3, one),
                item("muc.chat/34", 4, one),
                item("muc.chat/48", 5, one),
            ],
        };
        let paired = list.paired("muc.chat");
        let values: Vec<_> = paired
            .items
            .iter()
            .filter_map(|item| item.value.as_deref())
            .collect();
        assert_eq!(
            values,
            [
                "34-1@chat",
                "muc.chat/34",
                "48-1@chat",
                "muc.chat/48",
                "50-1@chat"
            ]
        );
    }

    #[test]
    fn nonsense_is_no_request() {
        for (xml, is_set) in [
            ("<query xmlns='jabber:iq:privacy'/>", true),
            ("<query xmlns='jabber:iq:privacy'><list/></query>", false),
            (
                "<query xmlns='jabber:iq:privacy'><list name='a'/><list name='b'/></query>",
                true,
            ),
            (
                "<query xmlns='jabber:iq:privacy'><list name='a'><item action='maybe' order='1'/></list></query>",
                true,
            ),
            (
                "<query xmlns='jabber:iq:privacy'><list name='a'><item action='deny'/></list></query>",
                true,
            ),
        ] {
            let query = Element::parse(xml).expect("XML");
            assert_eq!(Request::read(&query, is_set), None, "{xml}");
        }
    }
}
