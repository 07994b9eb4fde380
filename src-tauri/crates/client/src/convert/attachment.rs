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
    let word = from.get("type").unwrap_or_default();
    let content_type = text("content-type").or_else(|| text("content_type"));
    let kind = kind(word, content_type.as_deref().unwrap_or_default());
    let contact = (kind == AttachmentKind::Contact)
        .then(|| from.contact())
        .flatten();
    let has_contact = contact.is_some();
    let other = from.fields.iter().filter(|(name, value)| {
        let is_known = KNOWN.contains(&name.as_str()) && (name != "data" || has_contact);
        !is_known && !value.is_empty()
    });
    // Whoever gets it from here shall read the word that its sender wrote.
    let own_word = Some(word)
        .filter(|word| !word.is_empty() && *word != word_of(kind))
        .map(|word| ("type".to_owned(), word.to_owned()));
    Attachment {
        uid: text("uid").or_else(|| hidden_uid(from)),
        blob: from
            .get("id")
            .filter(|id| !is_uid(id))
            .and_then(|_| from.number("id"))
            .filter(|id| *id > 0),
        url: text("url"),
        name: text("name").unwrap_or_default(),
        content_type,
        size: from.number("size"),
        width: small("width"),
        height: small("height"),
        duration: small("duration"),
        contact: contact
            .map(|fields| fields.into_iter().map(plain).collect())
            .unwrap_or_default(),
        latitude: text("latitude"),
        longitude: text("longitude"),
        other: other.cloned().chain(own_word).collect(),
        ..Attachment::new(kind)
    }
}

/// What an attachment is. The words are open (`protocol/xmpp.md` §5), and apps
/// have invented some; where none says it, the media type does.
fn kind(word: &str, content_type: &str) -> AttachmentKind {
    match word.to_ascii_lowercase().as_str() {
        "photo" | "image" | "picture" | "img" | "sticker" | "gif" => AttachmentKind::Photo,
        "video" | "movie" => AttachmentKind::Video,
        "audio" | "voice" | "voice_message" | "sound" | "music" => AttachmentKind::Audio,
        "contact" | "vcard" => AttachmentKind::Contact,
        "place" | "location" | "geo" => AttachmentKind::Place,
        "file" | "document" | "doc" => AttachmentKind::File,
        word => {
            let family = |text: &str| text.split('/').next().unwrap_or_default().to_owned();
            let told = [family(word), family(content_type)];
            let is = |name: &str| told.iter().any(|family| family == name);
            match () {
                () if is("image") => AttachmentKind::Photo,
                () if is("video") => AttachmentKind::Video,
                () if is("audio") => AttachmentKind::Audio,
                () => AttachmentKind::File,
            }
        }
    }
}

/// The word that Kith writes for a kind.
const fn word_of(kind: AttachmentKind) -> &'static str {
    match kind {
        AttachmentKind::Photo => "photo",
        AttachmentKind::Video => "video",
        AttachmentKind::Audio => "audio",
        AttachmentKind::Contact => "contact",
        AttachmentKind::Place => "place",
        AttachmentKind::File => "file",
    }
}

/// A uid that stands where older clients put it: under `id`, or in an address
/// of a file (`protocol/rest.md` §8.2). Kith asks its own server for it,
/// whatever host the address names.
fn hidden_uid(from: &wire::Attachment) -> Option<String> {
    let in_address = || {
        let (_, rest) = from.get("url")?.split_once("/blobs/")?;
        rest.split(['/', '?', '#', '.']).next()
    };
    from.get("id")
        .filter(|id| is_uid(id))
        .or_else(|| in_address().filter(|uid| is_uid(uid)))
        .map(str::to_owned)
}

/// Hexadecimal, 34 or 36 digits; a number is much shorter.
fn is_uid(text: &str) -> bool {
    (32..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// An attachment as the wire has it: what is not told is left out.
pub(super) fn write(from: &Attachment) -> wire::Attachment {
    let own_word = from.other.get("type").map(String::as_str);
    let word = own_word.unwrap_or_else(|| word_of(from.kind));
    let mut to = wire::Attachment::default().with("type", word);
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
