//! Files (`protocol/rest.md` §8).

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Date, date, lenient};
use crate::percent::decode;

/// A file as REST describes it. In attachments only the `uid` counts; the
/// addresses are built from it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Blob {
    /// Its number.
    #[serde(default, deserialize_with = "lenient::zero_id")]
    pub id: u64,
    /// 34 or 36 hexadecimal digits, by which it is downloaded.
    #[serde(default, deserialize_with = "lenient::text")]
    pub uid: String,
    /// What kind of file it is.
    #[serde(default, deserialize_with = "lenient::opt_text")]
    pub content_type: Option<String>,
    /// What the file was called.
    #[serde(default, deserialize_with = "lenient::opt_text")]
    pub name: Option<String>,
    /// Bytes; `null` until the upload was declared complete.
    #[serde(default, deserialize_with = "lenient::opt_number")]
    pub size: Option<i64>,
    /// When it was made.
    #[serde(default, deserialize_with = "date::opt_date")]
    pub created_at: Option<Date>,
    /// When it was last changed.
    #[serde(default, deserialize_with = "date::opt_date")]
    pub updated_at: Option<Date>,
    /// Whether it can be read without a token.
    #[serde(default, deserialize_with = "lenient::flag")]
    pub public: bool,
    /// `new` or `complete`, as far as told.
    #[serde(default, deserialize_with = "lenient::opt_text")]
    pub blob_status: Option<String>,
    /// When the upload was declared complete.
    #[serde(default, deserialize_with = "date::opt_date")]
    pub set_completed_at: Option<Date>,
    /// The right to write or to read it, where one was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blob_object_access: Option<BlobAccess>,
}

/// The right to write a file, or to read it without a token.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct BlobAccess {
    /// Its number.
    #[serde(default, deserialize_with = "lenient::zero_id")]
    pub id: u64,
    /// Which file.
    #[serde(default, deserialize_with = "lenient::zero_id")]
    pub blob_id: u64,
    /// When it ends.
    #[serde(default, deserialize_with = "date::opt_date")]
    pub expires: Option<Date>,
    /// `Write` or `Read`.
    #[serde(default, deserialize_with = "lenient::text")]
    pub object_access_type: String,
    /// Where to upload to: every pair of the query becomes a form field, read
    /// with `%20` for a blank, and `file` comes last.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::opt_text"
    )]
    pub params: Option<String>,
    /// Where to download from. The documentation's sample misspells it.
    #[serde(
        default,
        alias = "dowload_url",
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::opt_text"
    )]
    pub download_url: Option<String>,
}

/// `{"blob":{…}}`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct BlobBody {
    /// The file.
    pub blob: Blob,
}

/// What is inside `POST /blobs {"blob":{…}}`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewBlob {
    /// 1 to 100 characters.
    #[serde(default, deserialize_with = "lenient::text")]
    pub name: String,
    /// What kind of file it is.
    #[serde(default, deserialize_with = "lenient::text")]
    pub content_type: String,
    /// Whether everybody may read it. Private when missing.
    #[serde(default, deserialize_with = "lenient::flag")]
    pub public: bool,
}

/// `PUT /blobs/<id>/complete`: some SDKs say `size`, some `blob.size`, and a
/// number may be text. Written both ways.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct BlobComplete {
    /// Bytes, when told.
    pub size: Option<u64>,
}

impl BlobComplete {
    /// Reads any of the bodies.
    #[must_use]
    pub fn from_value(body: &Value) -> Self {
        let size = body
            .get("blob")
            .and_then(|blob| blob.get("size"))
            .or_else(|| body.get("size"))
            .and_then(lenient::number);
        Self {
            size: size.and_then(|size| u64::try_from(size).ok()),
        }
    }

    /// As JSON for the wire.
    #[must_use]
    pub fn to_value(self) -> Value {
        serde_json::json!({ "size": self.size, "blob": { "size": self.size } })
    }
}

/// The fields of the upload form, in order, out of the address in
/// [`BlobAccess::params`], and the address without them. A `+` is a plus and
/// not a blank (`protocol/rest.md` §8.1).
#[must_use]
pub fn upload_form(params: &str) -> (String, Vec<(String, String)>) {
    let (address, query) = params.split_once('?').unwrap_or((params, ""));
    let fields = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(key, value)| (decode(key), decode(value)))
        .collect();
    (address.to_owned(), fields)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_blob_is_read_as_production_writes_it() {
        let body: BlobBody = serde_json::from_value(json!({"blob": {
            "id": "777", "uid": "0011223344556677889900aabbccddee00", "content_type": "image/jpeg",
            "name": "photo.jpeg", "size": null, "created_at": "2026-01-05T10:26:01Z", "public": false,
            "account_id": 5, "blob_object_access": {"id": 777, "blob_id": 777,
                "expires": "2026-01-05T11:26:01Z", "object_access_type": "Write",
                "params": "https://files.test/b?key=a&Expires=Mon%2C%2005"}}}))
        .expect("a blob");
        assert_eq!((body.blob.id, body.blob.size), (777, None));
        let access = body.blob.blob_object_access.expect("an upload address");
        let (address, fields) = upload_form(access.params.as_deref().unwrap_or_default());
        assert_eq!(address, "https://files.test/b");
        assert_eq!(
            fields,
            [
                ("key".into(), "a".into()),
                ("Expires".into(), "Mon, 05".into())
            ]
        );
        let misspelt: BlobAccess =
            serde_json::from_value(json!({"dowload_url": "https://files.test/x"})).expect("access");
        assert_eq!(
            misspelt.download_url.as_deref(),
            Some("https://files.test/x")
        );
    }

    #[test]
    fn a_plus_stays_a_plus_and_a_lone_percent_a_percent() {
        let (_, fields) = upload_form("https://h/p?a=1+2&b=%2B&c=100%&d=%zz&e");
        let values: Vec<_> = fields.iter().map(|(_, value)| value.as_str()).collect();
        assert_eq!(values, ["1+2", "+", "100%", "%zz", ""]);
    }

    #[test]
    fn every_way_to_say_complete_is_read() {
        for body in [
            json!({"size": 5}),
            json!({"size": "5"}),
            json!({"blob": {"size": "5"}}),
            json!({"blob": {"size": 5}}),
            BlobComplete { size: Some(5) }.to_value(),
        ] {
            assert_eq!(BlobComplete::from_value(&body).size, Some(5), "{body}");
        }
        assert_eq!(BlobComplete::from_value(&json!({})).size, None);
    }
}
