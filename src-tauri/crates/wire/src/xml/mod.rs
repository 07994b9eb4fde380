//! XML as it really comes over this wire.
//!
//! The JavaScript SDK writes an app's custom parameters as elements named
//! after their keys, whatever the keys are (`protocol/xmpp.md` §6): arrays
//! become `<0>1</0>`, the key `a b` becomes `<a b>1</a b>`. That is not XML,
//! and a strict parser ends the connection over it. So everything here reads
//! with one tokenizer of our own ([`scan`]) that only knows where a token
//! ends, and a tag reader ([`tag`]) that takes any name:
//!
//! - [`Element::parse`] and [`parse_all`] read whole frames (WebSocket),
//! - [`StreamReader`] reads a TCP stream, with caps on size and depth,
//! - [`Filter`] stands in front of a strict parser and repairs what it would
//!   choke on, byte by byte, without holding more than one tag.
//!
//! What is written is one line, never indented, because white space between
//! nested custom parameters would become part of them. Document type
//! declarations are refused and entities are never expanded, so there is no
//! entity to bomb with.

mod clean;
mod counted;
mod element;
mod filter;
pub mod names;
mod read;
mod scan;
mod stream;
mod tag;
mod text;
mod write;

pub use element::{Attribute, Element, Node};
pub use filter::{Filter, FilterError};
pub use read::{MAX_DEPTH, ParseError, parse_all};
pub use stream::{StreamError, StreamEvent, StreamReader};
pub use text::{escape, unescape};

#[cfg(test)]
mod tree_tests;
