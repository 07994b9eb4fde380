//! `extraParams`: what the platform and an app add to a message
//! (`protocol/xmpp.md` §5, §6).

use serde_json::{Map, Value};

use super::ns;
use crate::Attachment;
use crate::rest::Date;
use crate::xml::{Element, Node, names};

/// The extra parameters of a message.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Extra {
    /// Store the message; without it, it is only relayed.
    pub save_to_history: bool,
    /// Which dialog.
    pub dialog_id: Option<String>,
    /// Unix seconds. Milliseconds, which one SDK sends, are divided.
    pub date_sent: Option<i64>,
    /// The id under which it is stored, told by the server.
    pub message_id: Option<String>,
    /// No push for who is offline.
    pub silent: bool,
    /// Whose system message it is.
    pub module_identifier: Option<String>,
    /// What hangs on it.
    pub attachments: Vec<Attachment>,
    /// An app's own parameters, in order, nested ones included.
    pub custom: Vec<Element>,
}

impl Extra {
    /// Reads it. An empty value is the same as none; of two of the platform's
    /// own parameters the first counts.
    #[must_use]
    pub fn read(element: &Element) -> Option<Self> {
        if element.local() != "extraParams" {
            return None;
        }
        let mut extra = Self::default();
        let mut seen = Vec::new();
        for child in element.elements() {
            let name = child.local();
            let is_known = matches!(
                name,
                "save_to_history"
                    | "dialog_id"
                    | "date_sent"
                    | "message_id"
                    | "silent"
                    | "moduleIdentifier"
            );
            if is_known {
                if seen.contains(&name) {
                    continue;
                }
                seen.push(name);
            }
            let text = || Some(child.text().trim().to_owned()).filter(|text| !text.is_empty());
            match name {
                "save_to_history" => extra.save_to_history = is_yes(text()),
                "dialog_id" => extra.dialog_id = text(),
                "date_sent" => {
                    extra.date_sent = text().and_then(|t| Date::parse(&t)).map(Date::seconds)
                }
                "message_id" => extra.message_id = text(),
                "silent" => extra.silent = is_yes(text()),
                "moduleIdentifier" => extra.module_identifier = text(),
                "attachment" => extra.attachments.push(read_attachment(child)),
                _ => extra.custom.push(child.clone()),
            }
        }
        Some(extra)
    }

    /// Writes it. Arrays among the custom parameters become JSON text, since
    /// the elements that stand for them on this wire are not XML.
    #[must_use]
    pub fn write(&self) -> Element {
        let yes = |is: bool| is.then(|| "1".to_owned());
        let mut extra = Element::new("extraParams", ns::CLIENT);
        let known = [
            ("moduleIdentifier", self.module_identifier.clone()),
            ("save_to_history", yes(self.save_to_history)),
            ("dialog_id", self.dialog_id.clone()),
            ("date_sent", self.date_sent.map(|date| date.to_string())),
            ("message_id", self.message_id.clone()),
            ("silent", yes(self.silent)),
        ];
        for (name, value) in known {
            if let Some(value) = value {
                extra.push(Element::new(name, ns::CLIENT).with_text(value));
            }
        }
        for parameter in &self.custom {
            let mut parameter = parameter.clone();
            without_arrays(&mut parameter);
            extra.push(parameter);
        }
        for attachment in &self.attachments {
            let mut element = Element::new("attachment", ns::CLIENT);
            for (name, value) in &attachment.fields {
                element.set(name, value.as_str());
            }
            extra.push(element);
        }
        extra
    }

    /// The text of a custom parameter, by the name that the app gave it.
    #[must_use]
    pub fn param(&self, name: &str) -> Option<String> {
        let found = self
            .custom
            .iter()
            .find(|e| e.local() == name || names::original(e.local()) == name)?;
        Some(found.text()).filter(|text| !text.is_empty())
    }

    /// With a custom parameter that is text.
    #[must_use]
    pub fn with_param(mut self, name: &str, text: impl Into<String>) -> Self {
        self.custom
            .push(Element::new(name, ns::CLIENT).with_text(text));
        self
    }
}

fn is_yes(text: Option<String>) -> bool {
    matches!(text.as_deref(), Some("1" | "true"))
}

fn read_attachment(element: &Element) -> Attachment {
    let is_field = |name: &str| name != "xmlns" && !name.starts_with("xmlns:");
    let fields = element
        .attributes
        .iter()
        .filter(|a| is_field(&a.name) && !a.value.is_empty());
    Attachment {
        fields: fields
            .map(|a| (names::original(&a.name).into_owned(), a.value.clone()))
            .collect(),
    }
}

/// Whether the children of an element stand for the items of an array.
fn is_array(element: &Element) -> bool {
    let is_index = |e: &Element| {
        names::original(e.local())
            .bytes()
            .all(|b| b.is_ascii_digit())
    };
    element.elements().next().is_some() && element.elements().all(is_index)
}

fn without_arrays(element: &mut Element) {
    if is_array(element) {
        let text = to_json(element).to_string();
        element.set_text(text);
    } else {
        element.elements_mut().for_each(without_arrays);
    }
}

/// A custom parameter as JSON: text, an object for nested elements, an array
/// for elements that are called `0`, `1`…
#[must_use]
pub fn to_json(element: &Element) -> Value {
    if is_array(element) {
        return Value::Array(element.elements().map(to_json).collect());
    }
    if element
        .children
        .iter()
        .any(|node| matches!(node, Node::Element(_)))
    {
        let pairs = element
            .elements()
            .map(|e| (names::original(e.local()).into_owned(), to_json(e)));
        return Value::Object(pairs.collect::<Map<_, _>>());
    }
    Value::String(element.text())
}
