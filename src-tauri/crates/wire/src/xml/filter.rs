//! Stands in front of a strict parser. What is well-formed passes; what is not
//! is repaired, so that no message can end the stream that carries it, be
//! delivered again after the reconnect, and end that one too
//! (`protocol/xmpp.md` §6).
//!
//! Of a stream it lets through the stream's own elements and stanzas, and in
//! them changes only what a strict parser would refuse:
//!
//! - names that are no names are mapped by [`super::names::sanitise`],
//! - undeclared prefixes, second attributes of a name and unlawful namespace
//!   declarations are removed, as are attributes longer than such a parser's
//!   tokens may be,
//! - comments and processing instructions vanish, CDATA becomes plain text,
//! - ampersands that begin nothing are escaped, and characters that XML does
//!   not have become U+FFFD,
//! - acknowledgements that are older than one before them vanish
//!   ([`super::counted`]),
//! - elements that nest deeper than [`MAX_DEPTH`] vanish, since readers of
//!   trees run out of stack.
//!
//! It holds one tag at most; text passes at once.

use std::str;

use thiserror::Error;

use super::MAX_DEPTH;
use super::clean::{Prefixes, clean_attributes, clean_name, is_lawful};
use super::counted::Counted;
use super::scan::{Scanner, Step, Token};
use super::tag::read_start;
use super::text::{escape_text, escape_value, is_allowed, reference};
use crate::xmpp::ns;

/// A tag or a CDATA section larger than this is no stanza's.
const MAX_TOKEN: usize = 1 << 20;
/// The strict parser's limit for a value is 8192 bytes, escapes included or not.
const MAX_VALUE: usize = 8000;
/// The longest reference that means something is `&#x10FFFF;`.
const MAX_REFERENCE: usize = 12;

/// Why the bytes cannot be repaired.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum FilterError {
    /// One tag is larger than any stanza may be.
    #[error("a tag is too large")]
    TooLarge,
    /// A document type declaration, which this wire forbids.
    #[error("document type declarations are not allowed")]
    Declaration,
    /// It begins with text: whatever speaks there, it is not XML.
    #[error("what comes is not XML")]
    NotXml,
}

/// The filter. One for each connection; it notices when the stream restarts.
#[derive(Debug, Default)]
pub struct Filter {
    scanner: Scanner,
    /// The token that has begun.
    token: Vec<u8>,
    /// Text that may be the first half of a character or a reference.
    text: Vec<u8>,
    open: Vec<Open>,
    /// How many elements are open inside one that vanishes, itself included.
    vanishing: usize,
    /// Whether there was a tag yet.
    has_begun: bool,
    /// How far the other side has said that it is.
    counted: Counted,
}

#[derive(Debug)]
struct Open {
    /// The name as it was passed on.
    name: String,
    /// The declarations: prefix and namespace; the default has no prefix.
    declared: Vec<(String, String)>,
}

#[derive(Debug)]
struct Around<'a>(&'a [Open]);

impl Prefixes for Around<'_> {
    fn outside(&self, prefix: &str) -> Option<&str> {
        let all = self
            .0
            .iter()
            .rev()
            .flat_map(|open| open.declared.iter().rev());
        all.into_iter()
            .find(|(p, _)| p == prefix)
            .map(|(_, ns)| ns.as_str())
    }
}

impl Filter {
    /// A filter for a new connection.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes bytes as they came and appends to `out` what may pass.
    ///
    /// # Errors
    /// When the bytes cannot be repaired; the connection is of no more use.
    pub fn push(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Result<(), FilterError> {
        for byte in bytes {
            match self.scanner.step(*byte) {
                Step::Text => {
                    if !self.has_begun && !byte.is_ascii_whitespace() {
                        return Err(FilterError::NotXml);
                    }
                    if self.vanishing == 0 {
                        self.text.push(*byte);
                    }
                }
                Step::Begins => {
                    self.has_begun = true;
                    self.flush_text(true, out);
                    self.token.clear();
                    self.token.push(*byte);
                }
                Step::Inside => {
                    self.token.push(*byte);
                    if self.token.len() > MAX_TOKEN {
                        return Err(FilterError::TooLarge);
                    }
                }
                Step::Ends(token) => {
                    self.token.push(*byte);
                    let raw = std::mem::take(&mut self.token);
                    self.token(token, &String::from_utf8_lossy(&raw), out)?;
                }
            }
        }
        self.flush_text(false, out);
        Ok(())
    }

    fn token(&mut self, token: Token, raw: &str, out: &mut Vec<u8>) -> Result<(), FilterError> {
        match token {
            Token::Start { empty } => self.start(raw, empty, out),
            Token::End if self.vanishing > 0 => self.vanishing -= 1,
            Token::End => {
                if let Some(open) = self.open.pop() {
                    out.extend_from_slice(b"</");
                    out.extend_from_slice(open.name.as_bytes());
                    out.push(b'>');
                }
            }
            Token::CData if self.vanishing == 0 && self.open.len() > 1 => {
                let mut text = String::with_capacity(raw.len());
                escape_text(raw.get(9..raw.len() - 3).unwrap_or_default(), &mut text);
                out.extend_from_slice(text.as_bytes());
            }
            Token::CData | Token::Comment | Token::Instruction => {}
            Token::Declaration => return Err(FilterError::Declaration),
        }
        Ok(())
    }

    fn start(&mut self, raw: &str, empty: bool, out: &mut Vec<u8>) {
        let inside = raw.get(1..raw.len() - 1).unwrap_or_default();
        let inside = if empty {
            inside.strip_suffix('/').unwrap_or(inside)
        } else {
            inside
        };
        let (name, attributes) = read_start(inside);
        if name == "stream:stream" && self.open.len() <= 1 {
            self.open.clear();
            self.vanishing = 0;
        }
        let around = Around(&self.open);
        let declared: Vec<_> = attributes
            .iter()
            .filter(|a| is_lawful(a))
            .filter_map(|a| match a.name.strip_prefix("xmlns") {
                Some("") => Some((String::new(), a.value.clone())),
                Some(rest) => Some((rest.strip_prefix(':')?.to_owned(), a.value.clone())),
                None => None,
            })
            .collect();
        let clean = clean_name(&name, &attributes, &around);
        let is_known = self.open.len() != 1 || self.vanishing > 0 || {
            let (prefix, local) = clean.split_once(':').unwrap_or(("", &clean));
            let own = declared
                .iter()
                .find(|(p, _)| p == prefix)
                .map(|(_, ns)| ns.as_str());
            let space = own.or_else(|| around.outside(prefix)).unwrap_or_default();
            let h = attributes.iter().find(|a| a.name == "h");
            let h = h.map(|h| h.value.as_str());
            matches!(local, "message" | "presence" | "iq")
                || [ns::STREAM, ns::SASL, ns::TLS].contains(&space)
                || (space == ns::SM && self.counted.says_something(local, h))
        };
        if self.vanishing > 0 || self.open.len() > MAX_DEPTH || !is_known {
            self.vanishing += usize::from(!empty);
            return;
        }
        let mut tag = format!("<{clean}");
        for attribute in clean_attributes(&attributes, &around, MAX_VALUE) {
            tag.push(' ');
            tag.push_str(&attribute.name);
            tag.push_str("=\"");
            escape_value(&attribute.value, &mut tag);
            tag.push('"');
        }
        tag.push_str(if empty { "/>" } else { ">" });
        out.extend_from_slice(tag.as_bytes());
        if !empty {
            self.open.push(Open {
                name: clean,
                declared,
            });
        }
    }

    /// Passes text on. Unless the text is `complete`, what may be half of a
    /// character or of a reference is kept for later.
    fn flush_text(&mut self, complete: bool, out: &mut Vec<u8>) {
        if self.text.is_empty() {
            return;
        }
        let raw = std::mem::take(&mut self.text);
        // Half a character at the end is half a character also where something
        // before it is none at all.
        let last = raw.utf8_chunks().last().map(|chunk| chunk.invalid());
        let is_half =
            |bytes: &[u8]| str::from_utf8(bytes).is_err_and(|error| error.error_len().is_none());
        let n_kept = match last {
            Some(bytes) if !complete && is_half(bytes) => bytes.len(),
            _ => 0,
        };
        let (good, half) = raw.split_at(raw.len() - n_kept);
        let (text, mut kept) = (String::from_utf8_lossy(good), half.to_vec());
        let mut text = text.as_ref();
        if !complete && let Some(at) = text.rfind('&') {
            let tail = &text[at..];
            if tail.len() < MAX_REFERENCE && !tail.contains(';') {
                let mut half = tail.as_bytes().to_vec();
                half.append(&mut kept);
                kept = half;
                text = &text[..at];
            }
        }
        self.text = kept;
        if self.open.len() <= 1 {
            // Between stanzas there is only white space, and that keeps alive.
            out.extend(text.bytes().filter(u8::is_ascii_whitespace).map(|_| b' '));
        } else {
            repair_text(text, out);
        }
    }
}

/// Text as it stands between tags, with its references kept.
fn repair_text(raw: &str, out: &mut Vec<u8>) {
    let mut rest = raw;
    while let Some(c) = rest.chars().next() {
        let mut used = c.len_utf8();
        match c {
            '&' => {
                let end = rest.find(';').filter(|end| *end < MAX_REFERENCE);
                match end.and_then(|end| Some((end, reference(&rest[1..end])?))) {
                    Some((end, c)) if is_allowed(c) => {
                        used = end + 1;
                        out.extend_from_slice(&rest.as_bytes()[..used]);
                    }
                    Some((end, _)) => {
                        used = end + 1;
                        out.extend_from_slice("\u{FFFD}".as_bytes());
                    }
                    None => out.extend_from_slice(b"&amp;"),
                }
            }
            // Three characters that may not stand together in text: `]]>`.
            '>' => out.extend_from_slice(b"&gt;"),
            c if is_allowed(c) => out.extend_from_slice(&rest.as_bytes()[..used]),
            _ => out.extend_from_slice("\u{FFFD}".as_bytes()),
        }
        rest = &rest[used..];
    }
}

#[cfg(test)]
#[path = "filter_tests.rs"]
mod tests;
