//! What a strict parser takes: names and attributes of one tag, cleaned. The
//! writer for strict readers and the filter share it.

use super::text::is_allowed;
use super::{Attribute, names};

/// The namespace of the prefix `xml`, which is bound without a declaration.
pub(super) const XML_NS: &str = "http://www.w3.org/XML/1998/namespace";
const XMLNS_NS: &str = "http://www.w3.org/2000/xmlns/";

/// Strict parsers cap the length of a name; a name is no place for a novel.
const MAX_NAME: usize = 256;

/// Names a namespace for a prefix, if one is declared around here.
pub(super) trait Prefixes {
    /// The namespace, if the prefix is declared outside of this tag.
    fn outside(&self, prefix: &str) -> Option<&str>;
}

/// An element's name: as it is, if well-formed and its prefix is declared.
pub(super) fn clean_name(name: &str, attributes: &[Attribute], around: &impl Prefixes) -> String {
    match name.split_once(':') {
        Some((prefix, local))
            if prefix != "xmlns"
                && names::is_well_formed(name)
                && name.len() <= MAX_NAME
                && namespace(prefix, attributes, around).is_some() =>
        {
            debug_assert!(!local.is_empty());
            name.to_owned()
        }
        _ => shorten(&names::sanitise(name)),
    }
}

/// The attributes with well-formed, distinct names and lawful namespace
/// declarations. Those that cannot be saved are left out: second ones of a
/// name, unlawful declarations, and values longer than `max_value`.
pub(super) fn clean_attributes(
    attributes: &[Attribute],
    around: &impl Prefixes,
    max_value: usize,
) -> Vec<Attribute> {
    let mut seen: Vec<(String, String)> = Vec::with_capacity(attributes.len());
    let mut clean = Vec::with_capacity(attributes.len());
    for attribute in attributes {
        if attribute.value.len() > max_value || !is_lawful(attribute) {
            continue;
        }
        let (name, key) = match attribute.name.split_once(':') {
            Some(("xmlns", local)) => (
                attribute.name.clone(),
                ("xmlns".to_owned(), local.to_owned()),
            ),
            Some((prefix, local)) if names::is_well_formed(&attribute.name) => {
                match namespace(prefix, attributes, around) {
                    Some(ns) => (attribute.name.clone(), (ns.to_owned(), local.to_owned())),
                    None => unprefixed(&attribute.name),
                }
            }
            _ => unprefixed(&attribute.name),
        };
        if !seen.contains(&key) {
            seen.push(key);
            let value = attribute
                .value
                .chars()
                .map(|c| if is_allowed(c) { c } else { '\u{FFFD}' });
            clean.push(Attribute {
                name,
                value: value.collect(),
            });
        }
    }
    clean
}

fn unprefixed(name: &str) -> (String, (String, String)) {
    let name = shorten(&names::sanitise(name));
    (name.clone(), (String::new(), name))
}

fn namespace<'a>(prefix: &str, own: &'a [Attribute], around: &'a impl Prefixes) -> Option<&'a str> {
    if prefix == "xml" {
        return Some(XML_NS);
    }
    own.iter()
        .find(|a| a.name.strip_prefix("xmlns:") == Some(prefix) && is_lawful(a))
        .map(|a| a.value.as_str())
        .or_else(|| around.outside(prefix))
        .filter(|ns| !ns.is_empty())
}

/// Namespaces in XML 1.0 §3: the two reserved names stay where they are, and a
/// prefix is never undeclared. Attributes that declare nothing are lawful.
pub(super) fn is_lawful(attribute: &Attribute) -> bool {
    let reserved = attribute.value == XML_NS || attribute.value == XMLNS_NS;
    if attribute.name == "xmlns" {
        return !reserved;
    }
    match attribute.name.strip_prefix("xmlns:") {
        Some("xml") => attribute.value == XML_NS,
        Some("xmlns") => false,
        Some(prefix) => names::is_plain_name(prefix) && !reserved && !attribute.value.is_empty(),
        None => true,
    }
}

fn shorten(name: &str) -> String {
    name.chars().take(MAX_NAME).collect()
}
