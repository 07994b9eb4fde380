//! What hangs on a message, and how far it has come to this computer. What
//! other clients write is odd at times; here it becomes what can be shown.

use std::collections::BTreeMap;
use std::path::Path;

use kith_engine::{SaveProblem, Transfer};
use kith_model::{Attachment, MessageId, UploadId};
use kith_store::Upload;
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use url::Url;

use super::PropertyView;

/// Endings of files that do nothing by themselves when they are opened: the
/// system's program for them shows or plays them. Whatever else somebody sent
/// is shown in its folder instead.
const OPENED: [&str; 53] = [
    "pdf", "txt", "md", "csv", "log", "rtf", "epub", "doc", "docx", "odt", "xls", "xlsx", "ods",
    "ppt", "pptx", "odp", "key", "pages", "numbers", "ics", "vcf", "gpx", "jpg", "jpeg", "png",
    "gif", "webp", "heic", "avif", "bmp", "tif", "tiff", "mp3", "m4a", "aac", "ogg", "oga", "opus",
    "wav", "flac", "weba", "amr", "mp4", "m4v", "mov", "webm", "mkv", "avi", "ogv", "3gp", "zip",
    "gz", "7z",
];

/// A contact has no more fields than this on the screen.
const MOST_FIELDS: usize = 6;

/// What an attachment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum AttachmentKind {
    /// A picture.
    Photo,
    /// A film.
    Video,
    /// A recording.
    Audio,
    /// A contact card.
    Contact,
    /// A place on the map.
    Place,
    /// Anything else.
    File,
}

impl From<kith_model::AttachmentKind> for AttachmentKind {
    fn from(kind: kith_model::AttachmentKind) -> Self {
        match kind {
            kith_model::AttachmentKind::Photo => Self::Photo,
            kith_model::AttachmentKind::Video => Self::Video,
            kith_model::AttachmentKind::Audio => Self::Audio,
            kith_model::AttachmentKind::Contact => Self::Contact,
            kith_model::AttachmentKind::Place => Self::Place,
            kith_model::AttachmentKind::File => Self::File,
        }
    }
}

/// What hangs on a message, in short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AttachedView {
    /// What the first one is.
    pub kind: AttachmentKind,
    /// The first one's name, or empty.
    pub name: String,
    /// How many there are.
    pub count: u32,
}

impl AttachedView {
    /// What hangs on a message, when there is something.
    pub(crate) fn of(attachments: &[Attachment]) -> Option<Self> {
        let first = attachments.first()?;
        Some(Self {
            kind: first.kind.into(),
            name: name(first),
            count: u32::try_from(attachments.len()).unwrap_or(u32::MAX),
        })
    }

    /// The same, of what is shown already.
    pub(crate) fn shown(attachments: &[AttachmentView]) -> Option<Self> {
        let first = attachments.first()?;
        Some(Self {
            kind: first.kind,
            name: first.name.clone(),
            count: u32::try_from(attachments.len()).unwrap_or(u32::MAX),
        })
    }
}

/// Where a file lies on this computer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SavedView {
    /// What it is called there.
    pub name: String,
    /// Whether Kith has it opened by the system; others are only shown in their folder.
    pub opens: bool,
}

impl SavedView {
    /// A file at this path.
    pub(crate) fn at(path: &str) -> Self {
        let file = Path::new(path).file_name().unwrap_or_default();
        Self {
            name: file.to_string_lossy().into_owned(),
            opens: opens(Path::new(path)),
        }
    }
}

/// Whether a file does nothing by itself when it is opened.
pub(crate) fn opens(path: &Path) -> bool {
    path.extension()
        .and_then(|ending| ending.to_str())
        .is_some_and(|ending| OPENED.contains(&ending.to_ascii_lowercase().as_str()))
}

/// A place on earth.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PlaceView {
    /// Degrees north, as they were written.
    pub north: String,
    /// Degrees east, as they were written.
    pub east: String,
}

/// What hangs on a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AttachmentView {
    /// What it is.
    pub kind: AttachmentKind,
    /// Its name, or empty. A contact's is the person's.
    pub name: String,
    /// Bytes, when told.
    pub size: Option<u64>,
    /// Its media type, when told.
    pub content_type: Option<String>,
    /// The file's name on the server, to ask for it with.
    pub uid: Option<String>,
    /// Pixels, when told.
    pub width: Option<u32>,
    /// Pixels, when told.
    pub height: Option<u32>,
    /// Seconds of sound or film, when told.
    pub duration: Option<u32>,
    /// Whether there is a file that can be saved.
    pub can_save: bool,
    /// Where it lies on this computer, once it was saved.
    pub saved: Option<SavedView>,
    /// Of a contact: what is told of the person besides the name.
    pub contact: Vec<PropertyView>,
    /// Of a place: where it is.
    pub place: Option<PlaceView>,
    /// A web address, where there is one and no file on the server.
    pub link: Option<String>,
    /// How far it has come to the server, while its message has not gone out.
    pub upload: Option<UploadView>,
}

/// How far a file has come on its way out. How many bytes is told as `transfers`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct UploadView {
    /// Which, to ask for its picture with.
    #[ts(type = "UploadId")]
    pub file: UploadId,
    /// How far it has come.
    pub state: UploadState,
    /// When it is tried again, where it broke off.
    #[ts(type = "Millis | null")]
    pub next_attempt_at: Option<i64>,
}

/// How far a file has come on its way out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum UploadState {
    /// It waits for its turn.
    Waiting,
    /// It is on its way.
    Uploading,
    /// It is on the server.
    Uploaded,
    /// It will not get there by itself.
    Failed,
}

impl From<&Upload> for UploadView {
    fn from(upload: &Upload) -> Self {
        let next = upload.next_attempt_at.millis();
        Self {
            file: upload.id,
            state: match upload.state {
                kith_store::UploadState::Staged | kith_store::UploadState::Waiting => {
                    UploadState::Waiting
                }
                kith_store::UploadState::Uploading => UploadState::Uploading,
                kith_store::UploadState::Uploaded => UploadState::Uploaded,
                kith_store::UploadState::Failed => UploadState::Failed,
            },
            next_attempt_at: Some(next).filter(|next| *next > 0),
        }
    }
}

impl AttachmentView {
    /// An attachment, and where files were saved by their keys.
    pub(crate) fn of(attachment: &Attachment, saved: &BTreeMap<String, String>) -> Self {
        let key = attachment.file_key();
        Self {
            kind: attachment.kind.into(),
            name: name(attachment),
            size: attachment.size,
            content_type: attachment.content_type.clone(),
            uid: attachment.uid.clone(),
            width: attachment.width,
            height: attachment.height,
            duration: attachment.duration,
            can_save: key.is_some(),
            saved: key
                .as_ref()
                .and_then(|key| saved.get(key))
                .map(|path| SavedView::at(path)),
            contact: contact(attachment),
            place: place(attachment),
            link: match key {
                Some(_) => None,
                None => attachment.url.as_deref().and_then(web_address),
            },
            upload: None,
        }
    }
}

/// What an attachment is called, on one line.
fn name(attachment: &Attachment) -> String {
    let fields = &attachment.contact;
    let told = |field: &str| {
        let found = fields.iter().find(|(key, _)| is_field(key, field));
        found.map_or("", |(_, value)| value.trim())
    };
    let name = match attachment.name.trim() {
        "" => ["name", "fullname", "displayname"]
            .into_iter()
            .map(told)
            .find(|name| !name.is_empty())
            .map_or_else(
                || format!("{} {}", told("firstname"), told("lastname")),
                str::to_owned,
            ),
        name => name.to_owned(),
    };
    crate::session::teaser(&name)
}

/// Whether a field is called so, however it is written.
fn is_field(key: &str, name: &str) -> bool {
    let plain = key.chars().filter(char::is_ascii_alphanumeric);
    plain.map(|c| c.to_ascii_lowercase()).eq(name.chars())
}

fn contact(attachment: &Attachment) -> Vec<PropertyView> {
    let names = ["name", "fullname", "displayname", "firstname", "lastname"];
    attachment
        .contact
        .iter()
        .filter(|(key, value)| {
            let is_text = !value.trim().is_empty() && !value.starts_with(['{', '[']);
            is_text && !names.iter().any(|name| is_field(key, name))
        })
        .take(MOST_FIELDS)
        .map(|(key, value)| PropertyView {
            key: crate::session::teaser(key),
            value: crate::session::teaser(value),
        })
        .collect()
}

/// Degrees north and east. Some apps write them into `data` as JSON text.
fn place(attachment: &Attachment) -> Option<PlaceView> {
    let data: serde_json::Value = attachment
        .other
        .get("data")
        .and_then(|data| serde_json::from_str(data).ok())
        .unwrap_or_default();
    let inside = |names: [&str; 2]| {
        let value = names.into_iter().find_map(|name| data.get(name))?;
        let text = value.as_str().map(str::to_owned);
        text.or_else(|| value.as_f64().map(|degrees| degrees.to_string()))
    };
    let degrees = |told: Option<String>, most: f64| {
        let told = told?.trim().to_owned();
        let value: f64 = told.parse().ok()?;
        (value.abs() <= most).then_some(told)
    };
    let north = attachment
        .latitude
        .clone()
        .or_else(|| inside(["latitude", "lat"]));
    let east = attachment
        .longitude
        .clone()
        .or_else(|| inside(["longitude", "lng"]));
    Some(PlaceView {
        north: degrees(north, 90.0)?,
        east: degrees(east, 180.0)?,
    })
}

fn web_address(text: &str) -> Option<String> {
    let url = Url::parse(text.trim()).ok()?;
    matches!(url.scheme(), "http" | "https").then(|| url.to_string())
}

/// Why a file could not be saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum TransferProblem {
    /// The server has it no more.
    Gone,
    /// The server does not give it to this person.
    NotAllowed,
    /// It is larger than Kith takes.
    TooLarge,
    /// The connection is gone, or the server does not answer.
    Connection,
    /// The disk does not take it.
    Disk,
    /// The server failed.
    Server,
}

/// A file on its way here or to the server, or one that did not get here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct TransferView {
    /// On which message it hangs.
    #[ts(type = "MessageId")]
    pub message: MessageId,
    /// Which of what hangs there, counted from nought.
    pub index: u32,
    /// Bytes that are there.
    pub done: u64,
    /// Bytes in all, when known.
    pub total: Option<u64>,
    /// Why it goes no further.
    pub problem: Option<TransferProblem>,
    /// Whether it is on its way to the server, and not here.
    pub is_upload: bool,
}

impl From<Transfer> for TransferView {
    fn from(transfer: Transfer) -> Self {
        Self {
            message: transfer.message,
            index: transfer.index,
            done: transfer.done,
            total: transfer.total,
            is_upload: transfer.is_upload,
            problem: transfer.problem.map(|problem| match problem {
                SaveProblem::Gone => TransferProblem::Gone,
                SaveProblem::NotAllowed => TransferProblem::NotAllowed,
                SaveProblem::TooLarge => TransferProblem::TooLarge,
                SaveProblem::Connection => TransferProblem::Connection,
                SaveProblem::Disk => TransferProblem::Disk,
                SaveProblem::Server => TransferProblem::Server,
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use kith_model::AttachmentKind as Kind;

    use super::*;

    fn view(attachment: &Attachment) -> AttachmentView {
        AttachmentView::of(attachment, &BTreeMap::new())
    }

    #[test]
    fn only_what_does_nothing_by_itself_is_opened() {
        for (name, expected) in [
            ("report.PDF", true),
            ("holiday.jpeg", true),
            ("setup.exe", false),
            ("a.pdf.sh", false),
            ("page.html", false),
            ("drawing.svg", false),
            ("app.desktop", false),
            ("no ending", false),
        ] {
            assert_eq!(
                SavedView::at(&format!("/d/{name}")).opens,
                expected,
                "{name}"
            );
        }
        assert_eq!(SavedView::at("/d/a b.txt").name, "a b.txt");
    }

    #[test]
    fn a_contact_has_a_name_and_some_fields() {
        let mut card = Attachment::new(Kind::Contact);
        for (key, value) in [
            ("firstName", "Bea"),
            ("last_name", "Berg"),
            ("phone", "+49 30 1"),
            ("more", "{\"a\":1}"),
            ("empty", " "),
        ] {
            card.contact.insert(key.to_owned(), value.to_owned());
        }
        let shown = view(&card);
        assert_eq!(shown.name, "Bea Berg");
        let [phone] = shown.contact.as_slice() else {
            panic!("{:?}", shown.contact)
        };
        assert_eq!(
            (phone.key.as_str(), phone.value.as_str()),
            ("phone", "+49 30 1")
        );
        assert!(!shown.can_save);
        assert_eq!(view(&Attachment::new(Kind::Contact)).name, "");
    }

    #[test]
    fn a_place_is_somewhere_on_earth() {
        let mut place = Attachment::new(Kind::Place);
        assert_eq!(view(&place).place, None);
        place.latitude = Some(" 52.5".to_owned());
        place.longitude = Some("13.4".to_owned());
        let there = Some(PlaceView {
            north: "52.5".to_owned(),
            east: "13.4".to_owned(),
        });
        assert_eq!(view(&place).place, there);
        for bad in ["91", "north", "NaN", "52.5&q=x"] {
            place.latitude = Some(bad.to_owned());
            assert_eq!(view(&place).place, None, "{bad}");
        }
        place.latitude = None;
        place.longitude = None;
        place
            .other
            .insert("data".to_owned(), r#"{"lat":52.5,"lng":"13.4"}"#.to_owned());
        assert_eq!(view(&place).place, there);
    }

    #[test]
    fn an_address_is_shown_only_where_there_is_no_file() {
        let mut file = Attachment {
            url: Some("https://example.org/a.pdf".to_owned()),
            ..Attachment::new(Kind::File)
        };
        assert_eq!(
            view(&file).link.as_deref(),
            Some("https://example.org/a.pdf")
        );
        file.blob = Some(7);
        assert_eq!(view(&file).link, None);
        assert!(view(&file).can_save);
        file.blob = None;
        file.url = Some("javascript:alert(1)".to_owned());
        assert_eq!(view(&file).link, None);
    }
}
