//! Attachments, which look the same in both halves of the platform.

use kith_model::{Attachment, AttachmentKind};
use kith_wire as wire;
use serde_json::{Map, Value};

/// Fields that have a place of their own in the model.
const KNOWN: [&str; 14] = [
    "type",
    "uid",
    "id",
    "url",
    "name",
    "content-type",
    "content_type",
    "size",
    "width",
    "height",
    "duration",
    "latitude",
    "longitude",
    "data",
];

/// An attachment as we mean it.
pub(super) fn read(from: &wire::Attachment) -> Attachment {
    let text = |field: &str| from.get(field).map(str::to_owned);
    let small = |field: &str| from.number(field).and_then(|n| u32::try_from(n).ok());
    let kind = match from.get("type").unwrap_or_default() {
        "photo" | "image" => AttachmentKind::Photo,
        "video" => AttachmentKind::Video,
        "audio" => AttachmentKind::Audio,
        "contact" => AttachmentKind::Contact,
        "place" | "location" => AttachmentKind::Place,
        _ => AttachmentKind::File,
    };
    let contact = (kind == AttachmentKind::Contact)
        .then(|| from.contact())
        .flatten();
    let has_contact = contact.is_some();
    let other = from.fields.iter().filter(|(name, value)| {
        let is_known = KNOWN.contains(&name.as_str()) && (name != "data" || has_contact);
        !is_known && !value.is_empty()
    });
    Attachment {
        uid: text("uid"),
        blob: from.number("id").filter(|id| *id > 0),
        url: text("url"),
        name: text("name").unwrap_or_default(),
        content_type: text("content-type").or_else(|| text("content_type")),
        size: from.number("size"),
        width: small("width"),
        height: small("height"),
        duration: small("duration"),
        contact: contact
            .map(|fields| fields.into_iter().map(plain).collect())
            .unwrap_or_default(),
        latitude: text("latitude"),
        longitude: text("longitude"),
        other: other.cloned().collect(),
        ..Attachment::new(kind)
    }
}

/// An attachment as the wire has it: what is not told is left out.
pub(super) fn write(from: &Attachment) -> wire::Attachment {
    let kind = match from.kind {
        AttachmentKind::Photo => "photo",
        AttachmentKind::Video => "video",
        AttachmentKind::Audio => "audio",
        AttachmentKind::Contact => "contact",
        AttachmentKind::Place => "place",
        AttachmentKind::File => "file",
    };
    let mut to = wire::Attachment::default().with("type", kind);
    let name = (!from.name.is_empty()).then(|| from.name.clone());
    let fields = [
        ("uid", from.uid.clone()),
        ("id", from.blob.map(|id| id.to_string())),
        ("url", from.url.clone()),
        ("name", name),
        ("content-type", from.content_type.clone()),
        ("size", from.size.map(|n| n.to_string())),
        ("width", from.width.map(|n| n.to_string())),
        ("height", from.height.map(|n| n.to_string())),
        ("duration", from.duration.map(|n| n.to_string())),
        ("latitude", from.latitude.clone()),
        ("longitude", from.longitude.clone()),
    ];
    for (name, value) in fields {
        if let Some(value) = value {
            to = to.with(name, value);
        }
    }
    if !from.contact.is_empty() {
        let fields = from.contact.iter();
        let fields = fields.map(|(name, text)| (name.clone(), Value::String(text.clone())));
        to = to.with_contact(fields.collect::<Map<_, _>>());
    }
    for (name, value) in &from.other {
        if to.get(name).is_none() {
            to = to.with(name, value.as_str());
        }
    }
    to
}

/// A field as text; what is nested as JSON text.
fn plain((name, value): (String, Value)) -> (String, String) {
    match value {
        Value::String(text) => (name, text),
        Value::Null => (name, String::new()),
        other => (name, other.to_string()),
    }
}
