//! A stream over TCP that begins without TLS (RFC 6120 §5): it can do one thing,
//! and that is to ask for TLS.

use std::io;

use kith_wire::xml::{Element, StreamEvent, StreamReader};
use kith_wire::xmpp::ns;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use crate::random;
use crate::xmpp::{errors, tcp};

/// The first byte of a TLS handshake, which no XML begins with.
pub(crate) const HANDSHAKE_RECORD: u8 = 0x16;

/// Before TLS nobody has much to say.
const MOST: usize = 8 * 1024;

/// Talks until the client asks for TLS; true when its handshake comes next. What the client
/// sent behind its request, still in the open, is dropped: nobody knows who wrote it.
pub(crate) async fn agree<S>(socket: &mut S, domain: &str) -> io::Result<bool>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut reader = StreamReader::new(MOST);
    let mut buffer = [0u8; 1024];
    loop {
        let count = socket.read(&mut buffer).await?;
        if count == 0 {
            return Ok(false);
        }
        let mut events = Vec::new();
        let is_readable = reader
            .push(buffer.get(..count).unwrap_or_default(), &mut events)
            .is_ok();
        for event in events {
            match event {
                StreamEvent::Open(_) => {
                    let header = tcp::header(domain, &random::hex_token(8));
                    socket.write_all(header.as_bytes()).await?;
                    socket.write_all(features().to_xml().as_bytes()).await?;
                    socket.flush().await?;
                }
                StreamEvent::Element(element) if element.is("starttls", ns::TLS) => {
                    let proceed = Element::new("proceed", ns::TLS).to_xml();
                    socket.write_all(proceed.as_bytes()).await?;
                    socket.flush().await?;
                    return Ok(true);
                }
                StreamEvent::Element(_) | StreamEvent::Oversized(_) => {
                    refuse(socket, "policy-violation", "Begin with STARTTLS.").await?;
                    return Ok(false);
                }
                StreamEvent::Close => {
                    socket.write_all(b"</stream:stream>").await?;
                    return Ok(false);
                }
            }
        }
        if !is_readable {
            refuse(socket, "not-well-formed", "This cannot be read.").await?;
            return Ok(false);
        }
    }
}

fn features() -> Element {
    let starttls = Element::new("starttls", ns::TLS).with_child(Element::new("required", ns::TLS));
    Element::new("stream:features", ns::STREAM)
        .with("xmlns:stream", ns::STREAM)
        .with_child(starttls)
}

async fn refuse<S>(socket: &mut S, condition: &str, words: &str) -> io::Result<()>
where
    S: AsyncWrite + Unpin,
{
    let error = errors::stream(condition, words).to_xml();
    socket.write_all(error.as_bytes()).await?;
    socket.write_all(b"</stream:stream>").await?;
    socket.shutdown().await
}
