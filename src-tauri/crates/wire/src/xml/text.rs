//! Text in and out of XML's escapes.

use std::borrow::Cow;

/// Whether XML 1.0 allows the character at all (§2.2).
pub(super) const fn is_allowed(c: char) -> bool {
    !matches!(c, '\0'..='\u{8}' | '\u{B}' | '\u{C}' | '\u{E}'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}')
}

/// `text` as it stands between tags and in attribute values. A character that
/// XML cannot carry becomes U+FFFD; line ends other than a line feed, and
/// white space that an attribute value would lose, are written as references.
#[must_use]
pub fn escape(text: &str) -> Cow<'_, str> {
    let harmless =
        |c: char| !matches!(c, '<' | '>' | '&' | '"' | '\'' | '\r' | '\n' | '\t') && is_allowed(c);
    if text.chars().all(harmless) {
        return Cow::Borrowed(text);
    }
    let mut out = String::new();
    escape_text(text, &mut out);
    Cow::Owned(out)
}

/// Appends `text` for between tags.
pub(super) fn escape_text(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\r' => out.push_str("&#13;"),
            c if is_allowed(c) => out.push(c),
            _ => out.push('\u{FFFD}'),
        }
    }
}

/// Appends `text` for an attribute's value.
pub(super) fn escape_value(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '\n' => out.push_str("&#10;"),
            '\t' => out.push_str("&#9;"),
            c => escape_text(c.encode_utf8(&mut [0; 4]), out),
        }
    }
}

/// What a reference between `&` and `;` stands for.
pub(super) fn reference(name: &str) -> Option<char> {
    match name {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)
        }
    }
}

/// The text behind the escapes. The five names of XML and character numbers
/// are understood; any other `&…` is text that somebody forgot to escape, and
/// stays as it is. Nothing is ever expanded further.
#[must_use]
pub fn unescape(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        match after
            .find(';')
            .and_then(|end| Some((reference(&after[..end])?, end)))
        {
            Some((c, end)) => {
                out.push(c);
                rest = &after[end + 1..];
            }
            None => {
                out.push('&');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_go_there_and_back() {
        let text = "How are <you> & \"me\" & 'it'?\r\n\tx";
        assert_eq!(unescape(&escape(text)), text);
    }

    #[test]
    fn unknown_entities_are_text() {
        assert_eq!(
            unescape("a &nbsp; b & c &#x1F600; &#0x; &lt"),
            "a &nbsp; b & c 😀 &#0x; &lt"
        );
    }

    #[test]
    fn what_xml_cannot_carry_is_replaced() {
        assert_eq!(escape("a\u{8}b\u{0}"), "a\u{FFFD}b\u{FFFD}");
    }
}
