//! The wire: stanzas and REST bodies, parsed and written side by side.
//!
//! This room knows what the platform's two halves look like on the line
//! (`protocol/xmpp.md`, `protocol/rest.md`) and nothing else: no sockets, no
//! clock, no idea of what Kith means by a message. The client and the server
//! share it, so it reads leniently, as a client must that meets three
//! generations of SDKs, and writes strictly, as a server must that is read by
//! them.
//!
//! - [`xml`]: a tolerant element tree, a reader for TCP streams, a filter.
//! - [`xmpp`]: one file per extension.
//! - [`rest`]: one file per resource.

mod attachment;
mod percent;
pub mod rest;
pub mod xml;
pub mod xmpp;

pub use attachment::Attachment;
