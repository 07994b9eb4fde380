//! Reads an XML stream (RFC 6120 §4) from bytes as they come.

use std::str;

use thiserror::Error;

use super::read::{ParseError, Tree};
use super::scan::{Scanner, Step, Token};
use super::{Attribute, Element};
use crate::xmpp::ns;

/// What comes over a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StreamEvent {
    /// The stream's header, as an element without children. It comes again
    /// when the stream restarts after TLS or authentication.
    Open(Element),
    /// A complete element: a stanza or something of the stream's own.
    Element(Element),
    /// An element that was larger than the cap, or nested too deep, without
    /// anything inside. It was read over and the stream goes on, so that it can be answered with
    /// an error instead of a closed connection (`protocol/README.md` §10).
    Oversized(Element),
    /// The stream's end tag.
    Close,
}

/// Why a stream cannot go on.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum StreamError {
    /// The XML is broken.
    #[error(transparent)]
    Parse(#[from] ParseError),
    /// It begins with something else than a stream header.
    #[error("the stream does not begin with a header")]
    NoHeader,
    /// A start tag is larger than a whole stanza may be.
    #[error("a tag is too large")]
    TagTooLarge,
}

/// The reader. It keeps at most one stanza, and of one that is too large only
/// the start tag.
#[derive(Debug)]
pub struct StreamReader {
    cap: usize,
    scanner: Scanner,
    token: Vec<u8>,
    tree: Tree,
    is_open: bool,
    /// Bytes of the current stanza.
    size: usize,
    /// The stanza that is read over, and how many of its elements are open.
    oversized: Option<(Element, usize)>,
    /// The start tag of the current stanza.
    head: Option<Element>,
    /// What the stream's header declares, for the stanzas in it.
    declared: Vec<Attribute>,
}

impl StreamReader {
    /// A reader that takes stanzas of up to `cap` bytes.
    #[must_use]
    pub fn new(cap: usize) -> Self {
        Self {
            cap,
            scanner: Scanner::default(),
            token: Vec::new(),
            tree: Tree::default(),
            is_open: false,
            size: 0,
            oversized: None,
            head: None,
            declared: Vec::new(),
        }
    }

    /// Takes bytes and appends to `events` what they complete. What was
    /// complete before an error is appended too.
    ///
    /// # Errors
    /// When the stream cannot go on.
    pub fn push(&mut self, bytes: &[u8], events: &mut Vec<StreamEvent>) -> Result<(), StreamError> {
        for byte in bytes {
            let step = self.scanner.step(*byte);
            if self.tree.depth() > 0 || step != Step::Text {
                self.size += 1;
            }
            match step {
                Step::Text | Step::Inside => self.keep(*byte)?,
                Step::Begins => {
                    self.text()?;
                    self.keep(*byte)?;
                }
                Step::Ends(token) => {
                    self.keep(*byte)?;
                    self.end_token(token, events)?;
                }
            }
        }
        Ok(())
    }

    fn keep(&mut self, byte: u8) -> Result<(), StreamError> {
        if self.oversized.is_some() {
            return Ok(());
        }
        if self.size > self.cap {
            // Inside a stanza whose head is known the rest can be read over.
            let head = self.head.take().ok_or(StreamError::TagTooLarge)?;
            self.oversized = Some((head, self.tree.depth()));
            self.tree = Tree::new(&self.declared);
            self.token.clear();
            return Ok(());
        }
        self.token.push(byte);
        Ok(())
    }

    fn text(&mut self) -> Result<(), StreamError> {
        if self.oversized.is_none() && !self.token.is_empty() {
            let raw = std::mem::take(&mut self.token);
            self.tree
                .text(str::from_utf8(&raw).map_err(|_| ParseError::NotUtf8)?)?;
        }
        if self.tree.depth() == 0 && self.oversized.is_none() {
            self.size = 1;
        }
        Ok(())
    }

    fn end_token(
        &mut self,
        token: Token,
        events: &mut Vec<StreamEvent>,
    ) -> Result<(), StreamError> {
        if let Some((head, open)) = self.oversized.take() {
            let open = match token {
                Token::Start { empty: false } => open + 1,
                Token::End => open.saturating_sub(1),
                _ => open,
            };
            if open == 0 {
                self.begin_stanza_anew();
                events.push(StreamEvent::Oversized(head));
            } else {
                self.oversized = Some((head, open));
            }
            return Ok(());
        }
        let raw = std::mem::take(&mut self.token);
        let raw = str::from_utf8(&raw).map_err(|_| ParseError::NotUtf8)?;
        if self.tree.depth() > 0 {
            let depth = self.tree.depth();
            match self.tree.token(token, raw) {
                Ok(Some(element)) => {
                    self.begin_stanza_anew();
                    events.push(StreamEvent::Element(element));
                }
                Ok(None) => {}
                // Nesting without end is too much as well, and read over the same way.
                Err(ParseError::TooDeep) if self.head.is_some() => {
                    let open = match token {
                        Token::Start { empty: false } => depth + 1,
                        _ => depth,
                    };
                    self.oversized = self.head.take().map(|head| (head, open));
                    self.tree = Tree::new(&self.declared);
                }
                Err(error) => return Err(error.into()),
            }
            return Ok(());
        }
        match token {
            Token::Start { empty } => {
                let head = self.tree.start(inside(raw, empty))?;
                if head.is("stream", ns::STREAM) {
                    self.is_open = true;
                    self.declared = declarations(&head);
                    self.tree = Tree::new(&self.declared);
                    self.begin_stanza_anew();
                    events.push(StreamEvent::Open(head));
                } else if !self.is_open {
                    return Err(StreamError::NoHeader);
                } else if let Some(element) = self.tree.token(token, raw)? {
                    self.begin_stanza_anew();
                    events.push(StreamEvent::Element(element));
                } else {
                    self.head = Some(head);
                }
            }
            Token::End if self.is_open => {
                self.is_open = false;
                events.push(StreamEvent::Close);
            }
            Token::End => return Err(ParseError::Mismatch.into()),
            Token::CData => return Err(ParseError::NotAnElement.into()),
            Token::Comment | Token::Instruction => {}
            Token::Declaration => return Err(ParseError::Declaration.into()),
        }
        Ok(())
    }

    fn begin_stanza_anew(&mut self) {
        self.size = 0;
        self.head = None;
    }
}

fn inside(raw: &str, empty: bool) -> &str {
    let inside = raw.get(1..raw.len() - 1).unwrap_or_default();
    if empty {
        inside.strip_suffix('/').unwrap_or(inside)
    } else {
        inside
    }
}

fn declarations(header: &Element) -> Vec<Attribute> {
    let is_declaration = |a: &&Attribute| a.name == "xmlns" || a.name.starts_with("xmlns:");
    header
        .attributes
        .iter()
        .filter(is_declaration)
        .cloned()
        .collect()
}

#[cfg(test)]
#[path = "stream_tests.rs"]
mod tests;
