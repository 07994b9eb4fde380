//! From text to tree.

use std::borrow::Cow;

use thiserror::Error;

use super::scan::{Scanner, Step, Token};
use super::tag::{read_end, read_start};
use super::text::unescape;
use super::{Attribute, Element, Node};

/// How deep elements may nest. The SDK nests custom objects as deep as an app
/// likes; nobody needs more than this, and a reader of trees must not run out
/// of stack.
pub const MAX_DEPTH: usize = 64;

/// Why a text is no element.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ParseError {
    /// It ends in the middle.
    #[error("the XML ends before its last element does")]
    Incomplete,
    /// An end tag closes something that is not open.
    #[error("an end tag closes an element that is not open")]
    Mismatch,
    /// There is text or nothing where an element should be.
    #[error("there is no element, or text outside of one")]
    NotAnElement,
    /// A document type declaration, which this wire forbids (RFC 6120 §11.1).
    #[error("document type declarations are not allowed")]
    Declaration,
    /// Elements nest deeper than [`MAX_DEPTH`].
    #[error("elements nest too deep")]
    TooDeep,
    /// The bytes are not UTF-8.
    #[error("the bytes are not UTF-8")]
    NotUtf8,
}

impl Element {
    /// Reads exactly one element. An XML declaration, comments and white space
    /// around it are skipped.
    ///
    /// # Errors
    /// When there is anything else, or it is broken.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        let mut all = parse_all(text)?;
        match (all.pop(), all.is_empty()) {
            (Some(element), true) => Ok(element),
            _ => Err(ParseError::NotAnElement),
        }
    }

    /// Reads only the first start tag, so that somebody can still be answered
    /// whose stanza is too large or broken further on.
    ///
    /// # Errors
    /// When there is none.
    pub fn parse_head(text: &str) -> Result<Self, ParseError> {
        let mut scanner = Scanner::default();
        let mut from = 0;
        for (i, byte) in text.bytes().enumerate() {
            match scanner.step(byte) {
                Step::Begins => from = i,
                Step::Ends(Token::Start { empty }) => {
                    let to = if empty { i - 1 } else { i };
                    return Tree::new(&[]).start(text.get(from + 1..to).unwrap_or_default());
                }
                Step::Ends(_) | Step::Text | Step::Inside => {}
            }
        }
        Err(ParseError::Incomplete)
    }
}

/// Reads all elements of a frame; two in one frame are legal
/// (`protocol/xmpp.md` §1).
///
/// # Errors
/// When there is anything but elements, or one is broken.
pub fn parse_all(text: &str) -> Result<Vec<Element>, ParseError> {
    let mut tree = Tree::new(&[]);
    let mut done = Vec::new();
    let mut scanner = Scanner::default();
    let mut from = 0;
    for (i, byte) in text.bytes().enumerate() {
        match scanner.step(byte) {
            Step::Begins => {
                tree.text(&text[from..i])?;
                from = i;
            }
            Step::Ends(token) => {
                done.extend(tree.token(token, &text[from..=i])?);
                from = i + 1;
            }
            Step::Text | Step::Inside => {}
        }
    }
    if !scanner.is_in_text() {
        return Err(ParseError::Incomplete);
    }
    tree.text(&text[from..])?;
    if tree.depth() > 0 {
        Err(ParseError::Incomplete)
    } else {
        Ok(done)
    }
}

/// Builds elements out of tokens.
#[derive(Debug, Default)]
pub(super) struct Tree {
    open: Vec<Element>,
    outer: Vec<Attribute>,
}

impl Tree {
    /// A builder of elements that stand inside one with these attributes, for
    /// the sake of its namespace declarations.
    pub(super) fn new(outer: &[Attribute]) -> Self {
        Self {
            open: Vec::new(),
            outer: outer.to_vec(),
        }
    }

    /// How many elements are open.
    pub(super) fn depth(&self) -> usize {
        self.open.len()
    }

    /// Takes text as it stands between tags.
    pub(super) fn text(&mut self, raw: &str) -> Result<(), ParseError> {
        match self.open.last_mut() {
            Some(element) => element.push_text(unescape(&line_ends(raw))),
            None if raw.trim().is_empty() => {}
            None => return Err(ParseError::NotAnElement),
        }
        Ok(())
    }

    /// Takes a token with its angle brackets, and returns the element that it
    /// completes, if it completes one at the top.
    pub(super) fn token(&mut self, token: Token, raw: &str) -> Result<Option<Element>, ParseError> {
        match token {
            Token::Start { empty } => {
                let inside = raw.get(1..raw.len() - 1).unwrap_or_default();
                let inside = if empty {
                    inside.strip_suffix('/').unwrap_or(inside)
                } else {
                    inside
                };
                let element = self.start(inside)?;
                if empty {
                    return Ok(self.finish(element));
                }
                if self.open.len() >= MAX_DEPTH {
                    return Err(ParseError::TooDeep);
                }
                self.open.push(element);
                Ok(None)
            }
            Token::End => {
                let name = read_end(raw.get(2..raw.len() - 1).unwrap_or_default());
                match self.open.pop() {
                    Some(element) if element.name == name => Ok(self.finish(element)),
                    _ => Err(ParseError::Mismatch),
                }
            }
            Token::CData => {
                let inside = raw.get(9..raw.len() - 3).unwrap_or_default();
                match self.open.last_mut() {
                    Some(element) => element.push_text(line_ends(inside)),
                    None => return Err(ParseError::NotAnElement),
                }
                Ok(None)
            }
            Token::Comment | Token::Instruction => Ok(None),
            Token::Declaration => Err(ParseError::Declaration),
        }
    }

    /// The element that a start tag opens, given what is inside the brackets.
    pub(super) fn start(&self, inside: &str) -> Result<Element, ParseError> {
        let (name, attributes) = read_start(inside);
        if name.is_empty() {
            return Err(ParseError::NotAnElement);
        }
        let mut element = Element {
            name,
            ns: String::new(),
            attributes,
            children: Vec::new(),
        };
        let declaration = match element.prefix() {
            Some(prefix) => format!("xmlns:{prefix}"),
            None => "xmlns".to_owned(),
        };
        if let Some(ns) = self.declared(&element, &declaration) {
            element.ns = ns;
        }
        Ok(element)
    }

    fn declared(&self, element: &Element, declaration: &str) -> Option<String> {
        let inner = element.attr(declaration);
        let open = self.open.iter().rev().find_map(|e| e.attr(declaration));
        let outer = || {
            self.outer
                .iter()
                .find(|a| a.name == declaration)
                .map(|a| a.value.as_str())
        };
        inner.or(open).or_else(outer).map(str::to_owned)
    }

    fn finish(&mut self, element: Element) -> Option<Element> {
        match self.open.last_mut() {
            Some(parent) => {
                parent.children.push(Node::Element(element));
                None
            }
            None => Some(element),
        }
    }
}

/// Line ends as XML 1.0 §2.11 wants them, before references are looked at.
fn line_ends(text: &str) -> Cow<'_, str> {
    if text.contains('\r') {
        Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n"))
    } else {
        Cow::Borrowed(text)
    }
}
