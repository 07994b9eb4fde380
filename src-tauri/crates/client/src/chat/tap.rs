//! What stands between the socket and the strict parser: the filter that keeps
//! one ill-formed message from ending the stream for ever, and a switch that
//! breaks the connection on demand.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};

use futures::task::AtomicWaker;
use kith_wire::xml::{Filter, FilterError};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Breaks a connection: reads and writes fail from then on. The session can
/// then be resumed over a new one, which is what one wants after sleep or a
/// change of network, when the old one is dead and does not know it.
#[derive(Debug, Clone, Default)]
pub(super) struct KillSwitch(Arc<Switch>);

#[derive(Debug, Default)]
struct Switch {
    is_cut: AtomicBool,
    has_heard: AtomicBool,
    reader: AtomicWaker,
    writer: AtomicWaker,
}

impl KillSwitch {
    pub(super) fn cut(&self) {
        self.0.is_cut.store(true, Ordering::SeqCst);
        self.0.reader.wake();
        self.0.writer.wake();
    }

    /// Whether the other side has said anything at all, comprehensible or not.
    pub(super) fn has_heard(&self) -> bool {
        self.0.has_heard.load(Ordering::SeqCst)
    }

    fn check(&self) -> io::Result<()> {
        if self.0.is_cut.load(Ordering::SeqCst) {
            return Err(io::Error::new(
                io::ErrorKind::ConnectionAborted,
                "cut on purpose",
            ));
        }
        Ok(())
    }
}

/// A connection with the filter in its reading half.
#[derive(Debug)]
pub(super) struct Tap<S> {
    inner: S,
    switch: KillSwitch,
    filter: Filter,
    /// What has passed the filter and was not read yet, from `at` on.
    passed: Vec<u8>,
    at: usize,
}

impl<S> Tap<S> {
    pub(super) fn new(inner: S, switch: KillSwitch) -> Self {
        Self {
            inner,
            switch,
            filter: Filter::new(),
            passed: Vec::new(),
            at: 0,
        }
    }

    /// The connection itself, for TLS to begin on it. Nothing may have been
    /// read ahead then: it would have come without protection.
    pub(super) fn into_inner(self) -> Option<S> {
        (self.at == self.passed.len()).then_some(self.inner)
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Tap<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        out: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        this.switch.0.reader.register(cx.waker());
        this.switch.check()?;
        loop {
            if this.at < this.passed.len() {
                let n = out.remaining().min(this.passed.len() - this.at);
                out.put_slice(&this.passed[this.at..this.at + n]);
                this.at += n;
                return Poll::Ready(Ok(()));
            }
            this.passed.clear();
            this.at = 0;
            let mut bytes = [0; 4096];
            let mut raw = ReadBuf::new(&mut bytes);
            ready!(Pin::new(&mut this.inner).poll_read(cx, &mut raw))?;
            if raw.filled().is_empty() {
                return Poll::Ready(Ok(()));
            }
            this.switch.0.has_heard.store(true, Ordering::SeqCst);
            this.filter
                .push(raw.filled(), &mut this.passed)
                .map_err(|error| match error {
                    FilterError::NotXml | FilterError::Declaration => {
                        io::Error::new(io::ErrorKind::InvalidData, error)
                    }
                    FilterError::TooLarge => io::Error::new(io::ErrorKind::FileTooLarge, error),
                })?;
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Tap<S> {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        this.switch.0.writer.register(cx.waker());
        this.switch.check()?;
        Pin::new(&mut this.inner).poll_write(cx, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        this.switch.0.writer.register(cx.waker());
        this.switch.check()?;
        Pin::new(&mut this.inner).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    use super::*;

    #[tokio::test]
    async fn what_is_read_is_well_formed_whatever_the_size_of_the_reads() {
        let (mut far, near) = duplex(64);
        let mut tap = Tap::new(near, KillSwitch::default());
        let writing = tokio::spawn(async move {
            far.write_all(b"<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>").await?;
            far.write_all(b"<message><a><0>1</0></a></message>").await
        });
        let mut read = Vec::new();
        let mut small = [0; 3];
        while let Ok(n @ 1..) = tap.read(&mut small).await {
            read.extend_from_slice(&small[..n]);
        }
        writing.await.unwrap().unwrap();
        assert!(
            String::from_utf8(read)
                .unwrap()
                .ends_with("<message><a><_x0030_>1</_x0030_></a></message>")
        );
    }

    #[tokio::test]
    async fn a_cut_ends_a_read_that_waits() {
        let (_far, near) = duplex(64);
        let switch = KillSwitch::default();
        let mut tap = Tap::new(near, switch.clone());
        let reading = tokio::spawn(async move { tap.read_u8().await });
        tokio::task::yield_now().await;
        switch.cut();
        let error = reading.await.unwrap().unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::ConnectionAborted);
    }
}
