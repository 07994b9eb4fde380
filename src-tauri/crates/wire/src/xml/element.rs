//! The tree: elements in order, with attributes in order.

use super::names;

/// An attribute as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute {
    /// The name with its prefix, if it has one.
    pub name: String,
    /// The value, unescaped.
    pub value: String,
}

/// What can stand inside an element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Node {
    /// An element.
    Element(Element),
    /// Text, unescaped.
    Text(String),
}

/// An element with everything in it, in the order in which it came. Elements
/// and attributes that nobody here knows stay where they are.
///
/// Namespaces are kept twice: `attributes` holds the declarations as they were
/// written, and `ns` what they resolve to. Somebody who builds an element only
/// says `ns`; the writer adds the declaration where it is missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Element {
    /// The name as written, with its prefix, well-formed or not.
    pub name: String,
    /// The namespace that the name belongs to; empty when none.
    pub ns: String,
    /// All attributes, `xmlns` ones included.
    pub attributes: Vec<Attribute>,
    /// What is inside.
    pub children: Vec<Node>,
}

impl Element {
    /// An empty element `name` in namespace `ns`.
    #[must_use]
    pub fn new(name: impl Into<String>, ns: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            ns: ns.into(),
            attributes: Vec::new(),
            children: Vec::new(),
        }
    }

    /// With an attribute.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.set(name, value);
        self
    }

    /// With an attribute, when there is a value for it.
    #[must_use]
    pub fn with_some(mut self, name: &str, value: Option<impl Into<String>>) -> Self {
        if let Some(value) = value {
            self.set(name, value);
        }
        self
    }

    /// With one more child at the end.
    #[must_use]
    pub fn with_child(mut self, child: Element) -> Self {
        self.push(child);
        self
    }

    /// With more children at the end.
    #[must_use]
    pub fn with_children(mut self, children: impl IntoIterator<Item = Element>) -> Self {
        self.children
            .extend(children.into_iter().map(Node::Element));
        self
    }

    /// With text at the end.
    #[must_use]
    pub fn with_text(mut self, text: impl Into<String>) -> Self {
        self.push_text(text);
        self
    }

    /// The name without its prefix. A name that is not well-formed has none.
    #[must_use]
    pub fn local(&self) -> &str {
        match self.name.split_once(':') {
            Some((prefix, local))
                if names::is_plain_name(prefix) && names::is_plain_name(local) =>
            {
                local
            }
            _ => &self.name,
        }
    }

    /// The prefix of the name, if it is well-formed and has one.
    #[must_use]
    pub fn prefix(&self) -> Option<&str> {
        let (prefix, local) = self.name.split_once(':')?;
        (names::is_plain_name(prefix) && names::is_plain_name(local)).then_some(prefix)
    }

    /// Whether it is `local` in namespace `ns`.
    #[must_use]
    pub fn is(&self, local: &str, ns: &str) -> bool {
        self.ns == ns && self.local() == local
    }

    /// The value of the attribute `name`.
    #[must_use]
    pub fn attr(&self, name: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|a| a.name == name)
            .map(|a| a.value.as_str())
    }

    /// Sets an attribute: in place if it is there, at the end if not.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        let value = value.into();
        match self.attributes.iter_mut().find(|a| a.name == name) {
            Some(attribute) => attribute.value = value,
            None => self.attributes.push(Attribute {
                name: name.to_owned(),
                value,
            }),
        }
    }

    /// Takes an attribute away and returns what it was.
    pub fn unset(&mut self, name: &str) -> Option<String> {
        let at = self.attributes.iter().position(|a| a.name == name)?;
        Some(self.attributes.remove(at).value)
    }

    /// The child elements, in order.
    pub fn elements(&self) -> impl DoubleEndedIterator<Item = &Element> {
        self.children.iter().filter_map(|node| match node {
            Node::Element(element) => Some(element),
            Node::Text(_) => None,
        })
    }

    /// The child elements, in order, to be changed.
    pub fn elements_mut(&mut self) -> impl DoubleEndedIterator<Item = &mut Element> {
        self.children.iter_mut().filter_map(|node| match node {
            Node::Element(element) => Some(element),
            Node::Text(_) => None,
        })
    }

    /// The first child `local` in namespace `ns`.
    #[must_use]
    pub fn child(&self, local: &str, ns: &str) -> Option<&Element> {
        self.elements().find(|child| child.is(local, ns))
    }

    /// The first child `local` in namespace `ns`, to be changed.
    pub fn child_mut(&mut self, local: &str, ns: &str) -> Option<&mut Element> {
        self.elements_mut().find(|child| child.is(local, ns))
    }

    /// The first child `local`, whatever its namespace. Names alone tell the
    /// platform's own elements apart, whose namespaces vary by SDK.
    #[must_use]
    pub fn child_named(&self, local: &str) -> Option<&Element> {
        self.elements().find(|child| child.local() == local)
    }

    /// The first child `local`, whatever its namespace, to be changed.
    pub fn child_named_mut(&mut self, local: &str) -> Option<&mut Element> {
        self.elements_mut().find(|child| child.local() == local)
    }

    /// The text directly inside, without that of child elements.
    #[must_use]
    pub fn text(&self) -> String {
        self.children
            .iter()
            .filter_map(|node| match node {
                Node::Text(text) => Some(text.as_str()),
                Node::Element(_) => None,
            })
            .collect()
    }

    /// The text of the first child `local`, whatever its namespace.
    #[must_use]
    pub fn child_text(&self, local: &str) -> Option<String> {
        self.child_named(local).map(Self::text)
    }

    /// Adds a child at the end.
    pub fn push(&mut self, child: Element) {
        self.children.push(Node::Element(child));
    }

    /// Adds text at the end, joining it to text that is there.
    pub fn push_text(&mut self, text: impl Into<String>) {
        let text = text.into();
        if text.is_empty() {
            return;
        }
        if let Some(Node::Text(last)) = self.children.last_mut() {
            last.push_str(&text);
        } else {
            self.children.push(Node::Text(text));
        }
    }

    /// Replaces everything inside with `text`.
    pub fn set_text(&mut self, text: impl Into<String>) {
        self.children.clear();
        self.push_text(text);
    }

    /// Takes away every child `local`, whatever its namespace.
    pub fn remove_named(&mut self, local: &str) {
        self.children
            .retain(|node| !matches!(node, Node::Element(child) if child.local() == local));
    }

    /// Whether both say the same: names by namespace and not by prefix,
    /// attributes in any order without the namespace declarations, children in
    /// order.
    #[must_use]
    pub fn means_the_same(&self, other: &Self) -> bool {
        let plain = |element: &Self| {
            let mut list: Vec<_> = element
                .attributes
                .iter()
                .filter(|a| a.name != "xmlns" && !a.name.starts_with("xmlns:"))
                .map(|a| (a.name.clone(), a.value.clone()))
                .collect();
            list.sort();
            list
        };
        self.local() == other.local()
            && self.ns == other.ns
            && plain(self) == plain(other)
            && self.children.len() == other.children.len()
            && self
                .children
                .iter()
                .zip(&other.children)
                .all(|pair| match pair {
                    (Node::Element(a), Node::Element(b)) => a.means_the_same(b),
                    (Node::Text(a), Node::Text(b)) => a == b,
                    (Node::Element(_), Node::Text(_)) | (Node::Text(_), Node::Element(_)) => false,
                })
    }
}
