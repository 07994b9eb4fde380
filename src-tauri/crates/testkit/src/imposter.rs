//! Something that listens where a server should be and is none: it answers
//! every connection with the same bytes, whatever is asked.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// A listener without TLS on this machine. It ends with this value.
#[derive(Debug)]
pub struct Imposter {
    address: SocketAddr,
    task: JoinHandle<()>,
}

impl Imposter {
    /// Answers every connection with `bytes`, and closes it.
    ///
    /// # Errors
    /// When this machine gives no port.
    pub async fn answering(bytes: impl Into<Vec<u8>>) -> std::io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let bytes: Arc<Vec<u8>> = Arc::new(bytes.into());
        let task = tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let bytes = Arc::clone(&bytes);
                tokio::spawn(async move {
                    let mut asked = [0; 8192];
                    // Whatever was asked, and whoever goes away meanwhile: the answer is the same.
                    let _ = stream.read(&mut asked).await;
                    let _ = stream.write_all(&bytes).await;
                    let _ = stream.shutdown().await;
                });
            }
        });
        Ok(Self { address, task })
    }

    /// Answers every request over HTTP with this page.
    ///
    /// # Errors
    /// When this machine gives no port.
    pub async fn page(content_type: &str, body: &str) -> std::io::Result<Self> {
        let length = body.len();
        Self::answering(format!(
            "HTTP/1.1 200 OK\r\ncontent-type: {content_type}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
        ))
        .await
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its address for REST.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Imposter {
    fn drop(&mut self) {
        self.task.abort();
    }
}
