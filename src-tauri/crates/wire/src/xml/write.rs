//! From tree to text: one line, nothing added but the namespace declarations
//! that are needed.

use super::clean::{Prefixes, clean_attributes, clean_name};
use super::text::{escape_text, escape_value};
use super::{Attribute, Element, Node};

/// Which names are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Names {
    /// As they are.
    Raw,
    /// Made well-formed by [`super::names::sanitise`].
    Sanitised,
}

impl Element {
    /// The element alone, as in a WebSocket frame: its namespace is declared.
    /// Names are written as they are, well-formed or not.
    #[must_use]
    pub fn to_xml(&self) -> String {
        self.to_xml_within("")
    }

    /// The element inside a stream whose default namespace is `ns`, which is
    /// then not declared again. Names are written as they are.
    #[must_use]
    pub fn to_xml_within(&self, ns: &str) -> String {
        write(self, ns, Names::Raw)
    }

    /// As [`Element::to_xml`], for strict readers: names that are not
    /// well-formed are mapped by [`super::names::sanitise`].
    #[must_use]
    pub fn to_sanitised_xml(&self) -> String {
        self.to_sanitised_xml_within("")
    }

    /// As [`Element::to_xml_within`], for strict readers.
    #[must_use]
    pub fn to_sanitised_xml_within(&self, ns: &str) -> String {
        write(self, ns, Names::Sanitised)
    }

    /// Only the start tag, as in `<stream:stream …>`.
    #[must_use]
    pub fn to_start_tag(&self) -> String {
        let mut out = String::new();
        let mut scope = vec![("xmlns".to_owned(), String::new())];
        start(self, &mut scope, Names::Raw, &mut out);
        out.push('>');
        out
    }
}

fn write(element: &Element, ns: &str, names: Names) -> String {
    let mut out = String::with_capacity(256);
    let mut scope = vec![("xmlns".to_owned(), ns.to_owned())];
    write_element(element, &mut scope, names, &mut out);
    out
}

/// Declarations in force, innermost last.
type Scope = Vec<(String, String)>;

#[derive(Debug)]
struct Around<'a>(&'a Scope);

impl Around<'_> {
    fn find(&self, declaration: &str) -> Option<&str> {
        self.0
            .iter()
            .rev()
            .find(|(name, _)| name == declaration)
            .map(|(_, ns)| ns.as_str())
    }
}

impl Prefixes for Around<'_> {
    fn outside(&self, prefix: &str) -> Option<&str> {
        self.find(&format!("xmlns:{prefix}"))
    }
}

fn write_element(element: &Element, scope: &mut Scope, names: Names, out: &mut String) {
    let outside = scope.len();
    let name = start(element, scope, names, out);
    if element.children.is_empty() {
        out.push_str("/>");
    } else {
        out.push('>');
        for node in &element.children {
            match node {
                Node::Element(child) => write_element(child, scope, names, out),
                Node::Text(text) => escape_text(text, out),
            }
        }
        out.push_str("</");
        out.push_str(&name);
        out.push('>');
    }
    scope.truncate(outside);
}

/// Writes `<name attributes` without the end of the tag; returns the name.
fn start(element: &Element, scope: &mut Scope, names: Names, out: &mut String) -> String {
    let around = Around(scope);
    let mut attributes = element.attributes.clone();
    // A name whose prefix was never declared has no namespace to declare.
    let is_known = element
        .prefix()
        .is_none_or(|prefix| prefix != "xml" && !element.ns.is_empty());
    let declaration = match element.prefix() {
        Some(prefix) => format!("xmlns:{prefix}"),
        None => "xmlns".to_owned(),
    };
    if is_known {
        // What the name resolves to wins over what a declaration says, in case
        // somebody changed the one and not the other.
        match attributes.iter_mut().find(|a| a.name == declaration) {
            Some(attribute) => attribute.value.clone_from(&element.ns),
            None if around.find(&declaration) == Some(&element.ns) => {}
            None => attributes.push(Attribute {
                name: declaration,
                value: element.ns.clone(),
            }),
        }
    }
    let name = match names {
        Names::Raw => element.name.clone(),
        Names::Sanitised => {
            let name = clean_name(&element.name, &attributes, &around);
            attributes = clean_attributes(&attributes, &around, usize::MAX);
            name
        }
    };
    out.push('<');
    out.push_str(&name);
    for Attribute { name, value } in attributes {
        push_attribute(&name, &value, out);
        if name == "xmlns" || name.starts_with("xmlns:") {
            scope.push((name, value));
        }
    }
    name
}

fn push_attribute(name: &str, value: &str, out: &mut String) {
    out.push(' ');
    out.push_str(name);
    out.push_str("=\"");
    escape_value(value, out);
    out.push('"');
}
