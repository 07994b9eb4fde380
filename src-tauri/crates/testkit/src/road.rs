//! The way between somebody and the server, with everything that happens on
//! the way: slowness, narrowness, loss, a break at a certain byte, silence while
//! both ends believe in the connection, and no way at all.
//!
//! A [`Road`] stands between one device and the server, for the chat and for
//! REST alike, and is changed while it is used. What it does to one direction
//! it does to the other.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Result;
use kith_model::Connection;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// So many bytes go into one packet.
const PACKET: usize = 1460;
/// The least time after which a lost packet is sent again.
const SENT_AGAIN: Duration = Duration::from_millis(200);

/// How the road is at the moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Weather {
    /// Everything arrives so much later.
    pub latency: Duration,
    /// So many bytes a second, each way; `None` is as many as there are.
    pub bandwidth: Option<u32>,
    /// So many of a hundred packets are lost. Nothing is missing from a
    /// connection by that; what was lost is sent again a while later, and what
    /// comes after it waits.
    pub loss: u8,
    /// Nothing arrives any more, and nobody is told.
    pub is_silent: bool,
    /// No connection is accepted, and those that are open break.
    pub is_closed: bool,
    /// REST is refused, and the chat goes on.
    pub is_without_api: bool,
    /// Somebody in between answers everything with a web page, as a hotel's
    /// network does until one has signed in to it.
    pub is_portal: bool,
    /// Counts the times at which every connection breaks.
    breaks: u64,
}

/// Whoever listens to what the server says in the chat.
type Ear = Arc<Mutex<Option<UnboundedSender<(Instant, Vec<u8>)>>>>;

/// A way from one device to the server, with tollgates for chat and REST.
#[derive(Debug)]
pub struct Road {
    weather: watch::Sender<Weather>,
    /// After so many more bytes of chat the connection breaks; negative: never.
    breaks_after: Arc<AtomicI64>,
    ear: Ear,
    /// How many connections are on the way.
    carried: watch::Sender<usize>,
    /// How often a connection to the chat was asked for.
    knocks: Arc<AtomicUsize>,
    chat: u16,
    api: u16,
    gates: Vec<JoinHandle<()>>,
}

impl Road {
    /// Builds a road to where `connection` leads.
    ///
    /// # Errors
    /// When no port is free.
    pub async fn to(connection: &Connection) -> Result<Self> {
        let weather = watch::Sender::new(Weather::default());
        let breaks_after = Arc::new(AtomicI64::new(-1));
        let ear = Ear::default();
        let carried = watch::Sender::new(0);
        let knocks = Arc::new(AtomicUsize::new(0));
        let mut gates = Vec::new();
        let chat_there: SocketAddr =
            format!("{}:{}", connection.chat.host, connection.chat.port).parse()?;
        let api_there: SocketAddr = authority(&connection.api_url).parse()?;
        let chat = open_gate(
            chat_there,
            &weather,
            &carried,
            Some((Arc::clone(&breaks_after), Arc::clone(&ear))),
            Arc::clone(&knocks),
            &mut gates,
        )
        .await?;
        let api = open_gate(
            api_there,
            &weather,
            &carried,
            None,
            Arc::default(),
            &mut gates,
        )
        .await?;
        Ok(Self {
            weather,
            breaks_after,
            ear,
            carried,
            knocks,
            chat,
            api,
            gates,
        })
    }

    /// The same connection, over this road.
    #[must_use]
    pub fn lead(&self, connection: &Connection) -> Connection {
        let mut over = connection.clone();
        over.chat.port = self.chat;
        let there = authority(&connection.api_url);
        let here = format!("127.0.0.1:{}", self.api);
        over.api_url = connection.api_url.replacen(there, &here, 1);
        over
    }

    /// Hears what the server says in the chat, at the moment when it passes on
    /// to the device.
    pub fn listen(&self) -> UnboundedReceiver<(Instant, Vec<u8>)> {
        let (sender, receiver) = unbounded_channel();
        *self.ear.lock().unwrap_or_else(PoisonError::into_inner) = Some(sender);
        receiver
    }

    /// How often a connection to the chat was asked for, with success or without.
    #[must_use]
    pub fn knocks(&self) -> usize {
        self.knocks.load(Ordering::SeqCst)
    }

    /// Changes the weather.
    pub fn change(&self, change: impl FnOnce(&mut Weather)) {
        self.weather.send_modify(change);
    }

    /// Fine weather from now on. A break that was announced does not come.
    pub fn clear(&self) {
        self.breaks_after.store(-1, Ordering::SeqCst);
        self.weather.send_modify(|weather| {
            *weather = Weather {
                breaks: weather.breaks,
                ..Weather::default()
            };
        });
    }

    /// Closes the road, and waits until nothing is on it any more.
    pub async fn close(&self) {
        self.change(|weather| weather.is_closed = true);
        // It cannot end before: this road holds the sender.
        let _ = self.carried.subscribe().wait_for(|n| *n == 0).await;
    }

    /// Breaks every connection now.
    pub fn break_now(&self) {
        self.weather.send_modify(|weather| weather.breaks += 1);
    }

    /// Breaks the chat when so many more bytes of it have passed, wherever in a
    /// stanza that is.
    pub fn break_after(&self, bytes: u32) {
        self.breaks_after.store(i64::from(bytes), Ordering::SeqCst);
    }
}

impl Drop for Road {
    fn drop(&mut self) {
        for gate in &self.gates {
            gate.abort();
        }
    }
}

/// Host and port of an address.
pub(crate) fn authority(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split('/').next().unwrap_or(rest)
}

/// One connection on a road, counted as long as this is there.
struct Carried(watch::Sender<usize>);

impl Carried {
    fn one_more(carried: &watch::Sender<usize>) -> Self {
        carried.send_modify(|n| *n += 1);
        Self(carried.clone())
    }
}

impl Drop for Carried {
    fn drop(&mut self) {
        self.0.send_modify(|n| *n -= 1);
    }
}

async fn open_gate(
    there: SocketAddr,
    weather: &watch::Sender<Weather>,
    carried: &watch::Sender<usize>,
    chat: Option<(Arc<AtomicI64>, Ear)>,
    knocks: Arc<AtomicUsize>,
    gates: &mut Vec<JoinHandle<()>>,
) -> Result<u16> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let port = listener.local_addr()?.port();
    let weather = weather.clone();
    let carried = carried.clone();
    gates.push(tokio::spawn(async move {
        loop {
            let Ok((near, _)) = listener.accept().await else {
                return;
            };
            // Counted before the weather is looked at, so that whoever closes
            // the road either counts it or keeps it out.
            let counted = Carried::one_more(&carried);
            knocks.fetch_add(1, Ordering::SeqCst);
            let now = *weather.borrow();
            let is_api = chat.is_none();
            if now.is_closed || (is_api && now.is_without_api) {
                continue;
            }
            if now.is_portal {
                tokio::spawn(show_page(near));
                continue;
            }
            let way = carry(near, there, weather.subscribe(), chat.clone());
            tokio::spawn(async move {
                way.await;
                drop(counted);
            });
        }
    }));
    Ok(port)
}

/// What a portal says to everybody.
const PAGE: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 33\r\nconnection: close\r\n\r\n<html>Sign in to the hotel</html>";

async fn show_page(mut near: TcpStream) {
    // Whatever is asked, the answer is the same.
    let mut question = [0; 1024];
    let _ = near.read(&mut question).await;
    let _ = near.write_all(PAGE).await;
    let _ = near.shutdown().await;
}

/// Carries one connection until one of its ends, or the weather, ends it.
async fn carry(
    near: TcpStream,
    there: SocketAddr,
    weather: watch::Receiver<Weather>,
    chat: Option<(Arc<AtomicI64>, Ear)>,
) {
    let (breaks_after, ear) = chat.unzip();
    let Ok(far) = TcpStream::connect(there).await else {
        return;
    };
    let _ = near.set_nodelay(true);
    let _ = far.set_nodelay(true);
    let breaks = weather.borrow().breaks;
    let (near_in, near_out) = near.into_split();
    let (far_in, far_out) = far.into_split();
    let mut storm = weather.clone();
    tokio::select! {
        () = pass(near_in, far_out, weather.clone(), breaks_after.clone(), None) => {}
        () = pass(far_in, near_out, weather, breaks_after.clone(), ear) => {}
        _ = storm.wait_for(|weather| {
            weather.is_closed
                || weather.is_portal
                || weather.breaks != breaks
                || (breaks_after.is_none() && weather.is_without_api)
        }) => {}
    }
}

/// Passes bytes on in one direction.
async fn pass(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    mut weather: watch::Receiver<Weather>,
    breaks_after: Option<Arc<AtomicI64>>,
    ear: Option<Ear>,
) {
    let mut bytes = vec![0; 4096];
    loop {
        let Ok(n @ 1..) = from.read(&mut bytes).await else {
            return;
        };
        if weather
            .wait_for(|weather| !weather.is_silent)
            .await
            .is_err()
        {
            return;
        }
        let now = *weather.borrow();
        let mut wait = now.latency;
        if let Some(rate) = now.bandwidth {
            wait += Duration::from_secs_f64(
                f64::from(u32::try_from(n).unwrap_or(u32::MAX)) / f64::from(rate.max(1)),
            );
        }
        wait += again(n, now.loss, || rand::random_range(0..100));
        if !wait.is_zero() {
            tokio::time::sleep(wait).await;
        }
        if let Some(ear) = &ear
            && let Some(ear) = &*ear.lock().unwrap_or_else(PoisonError::into_inner)
        {
            // Who has stopped listening misses nothing.
            let _ = ear.send((Instant::now(), bytes[..n].to_vec()));
        }
        let may = breaks_after.as_ref().map_or(n, |left| toll(left, n));
        if to.write_all(&bytes[..may]).await.is_err() || may < n {
            return;
        }
    }
}

/// How long `n` bytes are late because packets of them were lost: each time by
/// the time after which a system sends one again, which doubles (RFC 6298).
fn again(n: usize, loss: u8, mut dice: impl FnMut() -> u8) -> Duration {
    let mut late = Duration::ZERO;
    if loss == 0 {
        return late;
    }
    for _ in 0..n.div_ceil(PACKET) {
        let mut wait = SENT_AGAIN;
        while dice() < loss && wait < SENT_AGAIN * 16 {
            late += wait;
            wait *= 2;
        }
    }
    late
}

/// How many of `n` bytes may pass before the break that was announced.
fn toll(left: &AtomicI64, n: usize) -> usize {
    let n_signed = i64::try_from(n).unwrap_or(i64::MAX);
    let before = left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
        // Negative: no break was announced.
        (left >= 0).then(|| {
            if left >= n_signed {
                left - n_signed
            } else {
                -1
            }
        })
    });
    match before {
        Ok(left) if left < n_signed => usize::try_from(left).unwrap_or(0),
        _ => n,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_break_comes_at_its_byte_and_once() {
        let left = AtomicI64::new(10);
        assert_eq!(toll(&left, 7), 7);
        assert_eq!(toll(&left, 7), 3, "in the middle");
        assert_eq!(toll(&left, 7), 7, "and then no more");
    }

    #[test]
    fn what_is_lost_comes_later_and_everything_comes() {
        let mut dice = [50, 99, 5, 5, 50].into_iter();
        let mut roll = || dice.next().unwrap_or(99);
        assert_eq!(again(3 * PACKET, 0, &mut roll), Duration::ZERO);
        assert_eq!(again(2 * PACKET, 20, &mut roll), Duration::ZERO);
        assert_eq!(again(1, 20, &mut roll), SENT_AGAIN * 3, "twice in a row");
        assert!(again(1, 100, || 0) < SENT_AGAIN * 16, "not for ever");
    }

    #[test]
    fn an_address_has_a_host_and_a_port() {
        assert_eq!(authority("https://127.0.0.1:4443"), "127.0.0.1:4443");
        assert_eq!(authority("http://127.0.0.1:80/base"), "127.0.0.1:80");
    }
}
