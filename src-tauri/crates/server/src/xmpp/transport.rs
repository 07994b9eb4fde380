//! What the two transports have in common.

use std::future::Future;
use std::io;

use kith_wire::xml::Element;

use crate::text::Text;

/// What came in.
#[derive(Debug)]
pub(crate) enum Input {
    /// A stream header, at the start and after authentication.
    Open,
    /// A complete element.
    Element(Element),
    /// One that was too large, without anything inside.
    Oversized(Element),
    /// A frame that is no XML. The stream goes on behind it.
    Garbled(String),
    /// The client says goodbye.
    Close,
    /// The connection broke, or what came cannot be read on.
    Gone(Option<&'static str>),
}

/// One connection.
pub(crate) trait Transport: Send {
    /// The next thing that comes in. May be dropped and called again without losing any.
    fn next(&mut self) -> impl Future<Output = Input> + Send;

    /// The next thing, if it has come in already.
    fn next_now(&mut self) -> Option<Input>;
    /// Writes elements, in order, and sends them off.
    fn send(&mut self, texts: &[Text]) -> impl Future<Output = io::Result<()>> + Send;

    /// Writes the answer to a stream header.
    fn open(&mut self, domain: &str, id: &str) -> impl Future<Output = io::Result<()>> + Send;

    /// Says goodbye.
    fn close(&mut self) -> impl Future<Output = ()> + Send;

    /// Keeps the connection awake: routers forget silent ones.
    fn keep_alive(&mut self) -> impl Future<Output = io::Result<()>> + Send;
}
