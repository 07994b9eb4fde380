//! What goes out, as text: one line of XML, its namespace declared, the same for
//! every session it goes to.
//!
//! The JavaScript SDK makes elements of an app's keys, whatever the keys are
//! (`protocol/xmpp.md` §6), and reads names such as `0` back. So over WebSocket
//! a name made of name characters goes out as it came, and only one that breaks
//! its tag (a blank, a quote) is spelt out; that SDK's reader would be stuck for
//! good otherwise. Over TCP live strict readers, which end the stream over
//! either, so there every name is made well-formed (`kith_wire::xml::names`, a
//! mapping that can be taken back).

use std::sync::Arc;

use kith_wire::xml::{Element, names};

/// A stanza, or something of the stream's own, ready to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Text {
    lenient: Arc<str>,
    /// Where it differs.
    strict: Option<Arc<str>>,
}

impl Text {
    /// An element's text.
    pub(crate) fn of(element: &Element) -> Self {
        let oddness = oddness(element);
        let lenient: Arc<str> = match oddness {
            Oddness::Breaks => tame(element.clone()).to_xml().into(),
            Oddness::None | Oddness::Names => element.to_xml().into(),
        };
        let strict = match oddness {
            Oddness::None => None,
            Oddness::Names | Oddness::Breaks => Some(element.to_sanitised_xml())
                .filter(|strict| **strict != *lenient)
                .map(Into::into),
        };
        Self { lenient, strict }
    }

    /// For the SDK's reader.
    pub(crate) fn lenient(&self) -> &str {
        &self.lenient
    }

    /// For strict readers.
    pub(crate) fn strict(&self) -> &str {
        self.strict.as_ref().unwrap_or(&self.lenient)
    }

    /// The same with something else in one place.
    pub(crate) fn with(&self, place: &str, what: &str) -> Self {
        let put = |text: &Arc<str>| -> Arc<str> {
            match text.split_once(place) {
                Some((before, after)) => [before, what, after].concat().into(),
                None => Arc::clone(text),
            }
        };
        Self {
            lenient: put(&self.lenient),
            strict: self.strict.as_ref().map(put),
        }
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self {
            lenient: text.into(),
            strict: None,
        }
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

/// How odd the names in a tree are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Oddness {
    /// Every reader takes them.
    None,
    /// A strict reader does not.
    Names,
    /// No reader can tell where they end.
    Breaks,
}

fn oddness(element: &Element) -> Oddness {
    let attributes = element.attributes.iter().enumerate();
    let own = attributes.map(|(n, attribute)| {
        let is_second = element
            .attributes
            .iter()
            .take(n)
            .any(|before| before.name == attribute.name);
        oddness_of(&attribute.name).max(if is_second {
            Oddness::Names
        } else {
            Oddness::None
        })
    });
    let below = element.elements().map(oddness);
    own.chain(below)
        .fold(oddness_of(&element.name), Oddness::max)
}

fn oddness_of(name: &str) -> Oddness {
    if names::is_plain_name(name) || matches!(name, "stream:features" | "xmlns:stream" | "xml:lang")
    {
        return Oddness::None;
    }
    let is_whole = !name.is_empty() && name.chars().all(|c| c == ':' || names::is_name_char(c));
    if is_whole {
        Oddness::Names
    } else {
        Oddness::Breaks
    }
}

/// Spells out the names that break their tags.
fn tame(mut element: Element) -> Element {
    let spell = |name: &mut String| {
        if oddness_of(name) == Oddness::Breaks {
            *name = names::sanitise(name).into_owned();
        }
    };
    spell(&mut element.name);
    for attribute in &mut element.attributes {
        spell(&mut attribute.name);
    }
    for child in element.elements_mut() {
        *child = tame(std::mem::replace(child, Element::new("", "")));
    }
    element
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(xml: &str) -> Text {
        Text::of(&Element::parse(xml).expect("readable"))
    }

    #[test]
    fn each_reader_gets_names_it_can_read() {
        let plain = text("<message xmlns='jabber:client'><body>0 a b</body></message>");
        assert_eq!(plain.strict, None, "nothing is odd");

        let odd = text(
            "<message xmlns='jabber:client'><extraParams><arr><0>1</0></arr><a b>c</a b>\
             <attachment 1x='v' type='photo'/></extraParams></message>",
        );
        assert!(odd.lenient().contains("<0>1</0>"), "{}", odd.lenient());
        assert!(
            odd.lenient().contains("<a_x0020_b>c</a_x0020_b>"),
            "{}",
            odd.lenient()
        );
        assert!(
            odd.strict().contains("<_x0030_>1</_x0030_>")
                && odd.strict().contains("_x0031_x=\"v\""),
            "{}",
            odd.strict()
        );
        let prefixed = text("<message xmlns='jabber:client'><x:y/></message>");
        assert!(!prefixed.strict().contains("x:y"), "{}", prefixed.strict());
        assert!(prefixed.lenient().contains("x:y"), "{}", prefixed.lenient());
    }

    #[test]
    fn one_text_goes_to_many() {
        let odd = text("<message xmlns='jabber:client' to='HERE'><0/></message>");
        let one = odd.with("HERE", "22-1@chat");
        assert!(one.lenient().contains("to=\"22-1@chat\"") && one.lenient().contains("<0/>"));
        assert!(one.strict().contains("to=\"22-1@chat\"") && one.strict().contains("_x0030_"));
    }
}
