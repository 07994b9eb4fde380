//! Which pictures may reach the web view.

/// A picture larger than this is drawn as initials.
const LARGEST: usize = 64 * 1024;

/// The picture, if it is a `data:` address of a picture format and small
/// enough. A blob's uid or a web address is none: the web view loads nothing
/// by itself. (An SVG in an `img` element runs no script.)
pub(crate) fn picture(text: Option<&str>) -> Option<String> {
    let text = text?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_small_pictures_in_data_addresses_pass() {
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
        let large = format!("data:image/png;base64,{}", "A".repeat(LARGEST));
        assert_eq!(picture(Some(&large)), None);
        assert_eq!(picture(None), None);
    }
}
