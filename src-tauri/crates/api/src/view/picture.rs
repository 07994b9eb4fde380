//! Which pictures may reach the web view.

/// A picture larger than this is drawn as initials.
const LARGEST: usize = 64 * 1024;

/// The picture, if it is a `data:` address of a picture format and small
/// enough, or `uid:` and the name of a stored file, which the command
/// `picture` turns into such an address. A web address is none: the web view
/// loads nothing by itself. (An SVG in an `img` element runs no script.)
pub(crate) fn picture(text: Option<&str>) -> Option<String> {
    let text = text?.trim();
    if is_uid(text) {
        return Some(format!("uid:{text}"));
    }
    if text.len() > LARGEST {
        return None;
    }
    let rest = text.strip_prefix("data:image/")?;
    let (kind, data) = rest.split_once(";base64,")?;
    let is_known = matches!(kind, "png" | "jpeg" | "webp" | "gif" | "svg+xml");
    let is_base64 = !data.is_empty()
        && data
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'='));
    (is_known && is_base64).then(|| text.to_owned())
}

/// Whether this names a stored file: hexadecimal, 34 or 36 digits on the
/// platform (`protocol/rest.md` §8.2). A number of a file is none.
fn is_uid(text: &str) -> bool {
    (32..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_small_pictures_and_names_of_files_pass() {
        let good = "data:image/svg+xml;base64,PHN2Zy8+";
        assert_eq!(picture(Some(good)).as_deref(), Some(good));
        for bad in [
            "https://example.com/a.png",
            "data:text/html;base64,PHN2Zy8+",
            "data:image/png;base64,\" onerror=\"x",
            "data:image/png;base64,",
            "data:image/bmp;base64,AAAA",
            "65a000000000000000000001",
            "",
        ] {
            assert_eq!(picture(Some(bad)), None, "{bad}");
        }
        let uid = "0011223344556677889900aabbccddee00";
        assert_eq!(picture(Some(uid)), Some(format!("uid:{uid}")));
        assert_eq!(picture(Some("12345")), None, "a number is no name");
        let large = format!("data:image/png;base64,{}", "A".repeat(LARGEST));
        assert_eq!(picture(Some(&large)), None);
        assert_eq!(picture(None), None);
    }
}
