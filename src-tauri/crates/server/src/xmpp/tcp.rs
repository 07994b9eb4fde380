//! XMPP over TCP (RFC 6120).

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;

use bytes::BytesMut;
use kith_wire::xml::{StreamEvent, StreamReader, escape};
use kith_wire::xmpp::ns;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use crate::estate::Estate;
use crate::text::Text;
use crate::xmpp::transport::{Input, Transport};
use crate::xmpp::{MOST_STANZA, stream};

/// Serves one connection until it ends.
pub(crate) async fn serve<S>(estate: Arc<Estate>, socket: S)
where
    S: AsyncRead + AsyncWrite + Unpin + Send,
{
    let tcp = Tcp {
        socket,
        reader: StreamReader::new(MOST_STANZA),
        buffer: BytesMut::with_capacity(8 * 1024),
        pending: VecDeque::new(),
        broken: None,
        is_open: false,
    };
    stream::serve(&estate, tcp).await;
}

/// Our own stream header.
pub(crate) fn header(domain: &str, id: &str) -> String {
    format!(
        "<?xml version='1.0'?><stream:stream xmlns='{}' xmlns:stream='{}' id='{}' from='{}' \
         version='1.0' xml:lang='en'>",
        ns::CLIENT,
        ns::STREAM,
        escape(id),
        escape(domain)
    )
}

/// A connection over TCP.
#[derive(Debug)]
struct Tcp<S> {
    socket: S,
    reader: StreamReader,
    buffer: BytesMut,
    pending: VecDeque<StreamEvent>,
    broken: Option<&'static str>,
    /// Whether our own header is written.
    is_open: bool,
}

impl<S> Transport for Tcp<S>
where
    S: AsyncRead + AsyncWrite + Unpin + Send,
{
    async fn next(&mut self) -> Input {
        loop {
            if let Some(input) = self.next_now() {
                return input;
            }
            if let Some(condition) = self.broken {
                return Input::Gone(Some(condition));
            }
            self.buffer.clear();
            match self.socket.read_buf(&mut self.buffer).await {
                Ok(0) | Err(_) => return Input::Gone(None),
                Ok(_) => {}
            }
            let mut events = Vec::new();
            if let Err(error) = self.reader.push(&self.buffer, &mut events) {
                tracing::debug!(%error, "a stream cannot be read on");
                self.broken = Some("not-well-formed");
            }
            self.pending.extend(events);
        }
    }

    fn next_now(&mut self) -> Option<Input> {
        Some(match self.pending.pop_front()? {
            StreamEvent::Open(_) => Input::Open,
            StreamEvent::Element(element) => Input::Element(element),
            StreamEvent::Oversized(head) => Input::Oversized(head),
            StreamEvent::Close => Input::Close,
        })
    }

    async fn send(&mut self, texts: &[Text]) -> io::Result<()> {
        let all: String = texts.iter().map(Text::strict).collect();
        self.socket.write_all(all.as_bytes()).await?;
        self.socket.flush().await
    }

    async fn open(&mut self, domain: &str, id: &str) -> io::Result<()> {
        let header = header(domain, id);
        self.is_open = true;
        self.send(&[header.into()]).await
    }

    async fn close(&mut self) {
        if self.is_open {
            let _ = self.send(&["</stream:stream>".into()]).await;
        }
        let _ = self.socket.shutdown().await;
    }

    async fn keep_alive(&mut self) -> io::Result<()> {
        self.send(&[" ".into()]).await
    }
}
