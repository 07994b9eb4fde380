//! What it costs at the least: a program that holds TLS connections and passes
//! on to all of them what one of them says. It knows nothing and keeps nothing.

use std::path::Path;
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio_rustls::TlsAcceptor;

/// The ways to all connections.
type Everybody = Arc<Mutex<Vec<UnboundedSender<Arc<[u8]>>>>>;

/// Runs with the certificate of the server in this folder, and prints its address.
pub(crate) async fn run(folder: &Path) -> Result<()> {
    let chain = ["server.pem", "ca.pem"].map(|name| {
        let pem = std::fs::read(folder.join(name))?;
        anyhow::Ok(CertificateDer::from_pem_slice(&pem)?)
    });
    let chain = chain.into_iter().collect::<Result<Vec<_>>>()?;
    let key = PrivateKeyDer::from_pem_slice(&std::fs::read(folder.join("server.key"))?)?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?);
    let all = Everybody::default();
    loop {
        let (tcp, _) = listener.accept().await?;
        let (acceptor, all) = (acceptor.clone(), Arc::clone(&all));
        tokio::spawn(async move {
            tcp.set_nodelay(true)?;
            let (mut read, mut write) = tokio::io::split(acceptor.accept(tcp).await?);
            let (sender, mut out) = unbounded_channel::<Arc<[u8]>>();
            all.lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(sender);
            tokio::spawn(async move {
                while let Some(bytes) = out.recv().await {
                    write.write_all(&bytes).await?;
                    write.flush().await?;
                }
                anyhow::Ok(())
            });
            let mut buffer = [0u8; 4096];
            loop {
                let count = read.read(&mut buffer).await?;
                if count == 0 {
                    return anyhow::Ok(());
                }
                let bytes: Arc<[u8]> = buffer[..count].into();
                for one in all.lock().unwrap_or_else(PoisonError::into_inner).iter() {
                    // Whoever has gone hears nothing any more.
                    let _ = one.send(Arc::clone(&bytes));
                }
            }
        });
    }
}

/// Starts it as a process of its own, which ends with this value.
pub(crate) async fn start(folder: &Path) -> Result<(Child, String)> {
    let mut child = Command::new(std::env::current_exe()?)
        .arg("bare")
        .arg("--data-dir")
        .arg(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    let stdout = child.stdout.take().context("no output")?;
    let line = BufReader::new(stdout).lines().next_line().await?;
    Ok((child, line.context("it ended at once")?))
}
