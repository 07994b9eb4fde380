//! XMPP over WebSocket (RFC 7395), on any path, subprotocol `xmpp`.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;

use axum::Router;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{FromRequestParts, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures::{FutureExt, SinkExt};
use kith_wire::xml::{Element, ParseError, escape, parse_all};
use kith_wire::xmpp::ns;

use crate::estate::Estate;
use crate::text::Text;
use crate::xmpp::transport::{Input, Transport};
use crate::xmpp::{MOST_STANZA, stream};

/// A frame larger than this ends the connection. Between [`MOST_STANZA`] and this it is
/// read and refused, so that its sender learns why.
const MOST_FRAME: usize = 16 * 1024 * 1024;

/// Upgrades whatever is asked for; the SDK names no path.
pub(crate) fn router(estate: Arc<Estate>) -> Router {
    Router::new().fallback(upgrade).with_state(estate)
}

async fn upgrade(State(estate): State<Arc<Estate>>, request: Request) -> Response {
    if request.headers().get(header::UPGRADE).is_none() {
        let words = "This is a Kith chat server. It speaks XMPP over WebSocket.\n";
        return (StatusCode::UPGRADE_REQUIRED, words).into_response();
    }
    let (mut parts, _) = request.into_parts();
    match WebSocketUpgrade::from_request_parts(&mut parts, &()).await {
        Ok(upgrade) => upgrade
            .protocols(["xmpp"])
            .max_message_size(MOST_FRAME)
            .max_frame_size(MOST_FRAME)
            .on_upgrade(move |socket| {
                let connection = Frames {
                    socket,
                    pending: VecDeque::new(),
                };
                let tasks = estate.first().tasks.clone();
                tasks.track_future(async move { stream::serve(&estate, connection).await })
            }),
        Err(refused) => refused.into_response(),
    }
}

/// A connection over WebSocket.
#[derive(Debug)]
struct Frames {
    socket: WebSocket,
    pending: VecDeque<Input>,
}

impl Frames {
    fn read(&mut self, text: &str) {
        if text.len() > MOST_STANZA {
            self.pending.push_back(match Element::parse_head(text) {
                Ok(head) => Input::Oversized(head),
                Err(_) => Input::Garbled(String::new()),
            });
            return;
        }
        match parse_all(text) {
            Ok(elements) => {
                for element in elements {
                    self.pending.push_back(match element.local() {
                        "open" if element.ns == ns::FRAMING => Input::Open,
                        "close" if element.ns == ns::FRAMING => Input::Close,
                        _ => Input::Element(element),
                    });
                }
            }
            Err(ParseError::TooDeep) => {
                self.pending.push_back(match Element::parse_head(text) {
                    Ok(head) => Input::Oversized(head),
                    Err(_) => Input::Garbled(String::new()),
                });
            }
            Err(error) => {
                tracing::debug!(%error, "a frame is no XML");
                self.pending.push_back(Input::Garbled(text.to_owned()));
            }
        }
    }
}

impl Frames {
    /// Reads a frame into `pending`.
    fn take(&mut self, frame: Option<Result<Message, axum::Error>>) {
        match frame {
            Some(Ok(Message::Text(text))) => self.read(text.as_str()),
            Some(Ok(Message::Binary(bytes))) => match std::str::from_utf8(&bytes) {
                Ok(text) => self.read(text),
                Err(_) => self.pending.push_back(Input::Garbled(String::new())),
            },
            // The library answers pings itself; either way the client is alive.
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
            Some(Ok(Message::Close(_)) | Err(_)) | None => {
                self.pending.push_back(Input::Gone(None));
            }
        }
    }
}

fn failed(error: impl std::error::Error + Send + Sync + 'static) -> io::Error {
    io::Error::other(error)
}

impl Transport for Frames {
    async fn next(&mut self) -> Input {
        loop {
            if let Some(input) = self.pending.pop_front() {
                return input;
            }
            let frame = self.socket.recv().await;
            self.take(frame);
        }
    }

    fn next_now(&mut self) -> Option<Input> {
        loop {
            if let Some(input) = self.pending.pop_front() {
                return Some(input);
            }
            let frame = self.socket.recv().now_or_never()?;
            self.take(frame);
        }
    }

    async fn send(&mut self, texts: &[Text]) -> io::Result<()> {
        for text in texts {
            self.socket
                .feed(Message::Text(text.lenient().into()))
                .await
                .map_err(failed)?;
        }
        self.socket.flush().await.map_err(failed)
    }

    async fn open(&mut self, domain: &str, id: &str) -> io::Result<()> {
        let open = format!(
            "<open xmlns=\"{}\" from=\"{}\" id=\"{}\" version=\"1.0\" xml:lang=\"en\"/>",
            ns::FRAMING,
            escape(domain),
            escape(id)
        );
        self.send(&[open.into()]).await
    }

    async fn close(&mut self) {
        let close = format!("<close xmlns=\"{}\"/>", ns::FRAMING);
        let _ = self.send(&[close.into()]).await;
        let _ = self.socket.send(Message::Close(None)).await;
    }

    async fn keep_alive(&mut self) -> io::Result<()> {
        self.socket
            .send(Message::Ping(Bytes::new()))
            .await
            .map_err(failed)
    }
}
