//! `extraParams`, the platform's element for everything that is not the text
//! (`protocol/xmpp.md` §6), between its XML and the JSON of REST.

use std::borrow::Cow;

use kith_wire::xml::{Element, Node, names};
use kith_wire::xmpp::ns;
use serde_json::{Map, Value};

/// Keys with a meaning of their own, which are no custom parameters.
const OWN: [&str; 6] = [
    "save_to_history",
    "dialog_id",
    "date_sent",
    "message_id",
    "moduleIdentifier",
    "attachment",
];

/// The text of one parameter, if it is there and says something.
pub(crate) fn get(stanza: &Element, key: &str) -> Option<String> {
    let text = stanza.child_named("extraParams")?.child_text(key)?;
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// Sets parameters, making `extraParams` if there is none. What is there keeps its place.
pub(crate) fn set(stanza: &mut Element, pairs: &[(&str, &str)]) {
    if stanza.child_named("extraParams").is_none() {
        stanza.push(Element::new("extraParams", ns::CLIENT));
    }
    let Some(extra) = stanza.child_named_mut("extraParams") else {
        return;
    };
    let namespace = extra.ns.clone();
    for (key, value) in pairs {
        match extra.child_named_mut(key) {
            Some(child) => child.set_text(*value),
            None => extra.push(Element::new(*key, namespace.clone()).with_text(*value)),
        }
    }
}

/// The custom parameters as JSON: text stays text, nested elements become objects.
pub(crate) fn custom(stanza: &Element) -> Map<String, Value> {
    let Some(extra) = stanza.child_named("extraParams") else {
        return Map::new();
    };
    extra
        .elements()
        .filter(|child| !OWN.contains(&child.local()))
        .map(|child| (child.name.clone(), to_json(child)))
        .collect()
}

fn to_json(element: &Element) -> Value {
    if element.elements().next().is_none() {
        return Value::String(element.text());
    }
    Value::Object(
        element
            .elements()
            .map(|child| (child.name.clone(), to_json(child)))
            .collect(),
    )
}

/// The attachments as JSON: flat objects with the attributes as keys.
pub(crate) fn attachments(stanza: &Element) -> Vec<Value> {
    let Some(extra) = stanza.child_named("extraParams") else {
        return Vec::new();
    };
    extra
        .elements()
        .filter(|child| child.local() == "attachment")
        .map(|child| {
            let flat = child
                .attributes
                .iter()
                .filter(|attribute| attribute.name != "xmlns")
                .map(|attribute| {
                    (
                        attribute.name.clone(),
                        Value::String(attribute.value.clone()),
                    )
                })
                .collect();
            Value::Object(flat)
        })
        .collect()
}

/// A value of JSON as the text XMPP carries; none for nothing and for what nests.
pub(crate) fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// A key of JSON as the name of an element or attribute. XMPP passes odd names on as they
/// came, which is safe because they came as names; a key of JSON can be anything, also
/// markup, and then it is spelt out.
fn name_for(key: &str) -> Cow<'_, str> {
    let is_tame = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ':' | ' ');
    if !key.trim().is_empty() && key.chars().all(is_tame) {
        Cow::Borrowed(key)
    } else {
        names::sanitise(key)
    }
}

/// A parameter of JSON as an element.
pub(crate) fn from_json(key: &str, value: &Value) -> Element {
    let mut element = Element::new(name_for(key), ns::CLIENT);
    match value {
        Value::Object(map) => {
            element.children = map
                .iter()
                .map(|(key, value)| Node::Element(from_json(key, value)))
                .collect();
        }
        Value::Array(list) => {
            element.children = list
                .iter()
                .enumerate()
                .map(|(n, value)| Node::Element(from_json(&n.to_string(), value)))
                .collect();
        }
        other => element.push_text(scalar(other).unwrap_or_default()),
    }
    element
}

/// An attachment of JSON as an element.
pub(crate) fn attachment_from_json(value: &Value) -> Element {
    let mut element = Element::new("attachment", ns::CLIENT);
    if let Value::Object(map) = value {
        for (key, value) in map {
            if let Some(text) = scalar(value) {
                element.set(&name_for(key), text);
            }
        }
    }
    element
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_apps_put_in_becomes_json_without_the_platforms_own_keys() {
        let stanza = Element::parse(
            "<message xmlns='jabber:client'><body>x</body><extraParams><save_to_history>1\
             </save_to_history><dialog_id>65a0</dialog_id><k>v</k><arr><0>1</0><1>2</1></arr>\
             <o><a>1</a></o><attachment uid='ABC' size='5'/></extraParams></message>",
        )
        .expect("an SDK's message");
        let custom = Value::Object(custom(&stanza));
        assert_eq!(
            custom.to_string(),
            r#"{"k":"v","arr":{"0":"1","1":"2"},"o":{"a":"1"}}"#,
            "arrays come as elements named by digits"
        );
        assert_eq!(
            attachments(&stanza)[0].to_string(),
            r#"{"uid":"ABC","size":"5"}"#
        );
        assert_eq!(get(&stanza, "save_to_history").as_deref(), Some("1"));
        assert_eq!(get(&stanza, "date_sent"), None);
    }

    #[test]
    fn what_the_server_adds_keeps_the_rest_in_place() {
        let mut stanza = Element::parse(
            "<message xmlns='jabber:client'><extraParams><a>1</a><dialog_id></dialog_id><b>2</b>\
             </extraParams></message>",
        )
        .expect("a message");
        set(&mut stanza, &[("dialog_id", "65a0"), ("date_sent", "5")]);
        assert_eq!(
            stanza
                .to_xml_within(ns::CLIENT)
                .split_once("<extraParams>")
                .map(|(_, rest)| rest),
            Some(
                "<a>1</a><dialog_id>65a0</dialog_id><b>2</b><date_sent>5</date_sent></extraParams></message>"
            )
        );
    }

    #[test]
    fn a_key_of_json_cannot_become_markup() {
        let evil = "x></message><message from='bea'><body>hi</body></message><y";
        for key in [evil, "!--", "?pi", "a=b", "a\"b", "", "/a"] {
            let mut map = Map::new();
            map.insert(key.to_owned(), Value::from("v"));
            let value = Value::Object(map);
            for element in [from_json(key, &value), attachment_from_json(&value)] {
                let text = Element::new("message", ns::CLIENT)
                    .with_child(element)
                    .to_xml();
                let again = Element::parse(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
                assert_eq!(again.elements().count(), 1, "{text}");
                assert!(!text.contains("<body"), "{text}");
            }
        }
        assert_eq!(
            from_json("a b", &Value::from("v")).name,
            "a b",
            "odd names stay as they are"
        );
    }
}
