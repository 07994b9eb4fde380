//! `kith-server` as a child process, for "Try it here".

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use async_trait::async_trait;
use kith_api::{Local, LocalError, LocalServer};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::Mutex;
use tokio::time::timeout;

/// The first start fills the folder with two years of conversations.
const PATIENCE: Duration = Duration::from_secs(60);

/// The server's program, started when it is needed and killed at the end.
#[derive(Debug)]
pub(crate) struct ServerProcess {
    program: PathBuf,
    folder: PathBuf,
    child: Mutex<Option<Child>>,
}

impl ServerProcess {
    pub(crate) fn new(program: PathBuf, folder: PathBuf) -> Self {
        Self {
            program,
            folder,
            child: Mutex::new(None),
        }
    }

    /// Ends the process; what the server has acknowledged is on disk.
    pub(crate) async fn stop(&self) {
        if let Some(mut child) = self.child.lock().await.take()
            && let Err(error) = child.kill().await
        {
            tracing::warn!(%error, "the server could not be ended");
        }
    }

    async fn spawn(&self) -> Result<Option<Child>, LocalError> {
        let say =
            |error: std::io::Error| LocalError(format!("{}: {error}", self.program.display()));
        let mut child = Command::new(&self.program)
            .arg("--data")
            .arg(&self.folder)
            .args(["--seed", "demo"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .kill_on_drop(true)
            .spawn()
            .map_err(say)?;
        let Some(stdout) = child.stdout.take() else {
            return Err(LocalError("the server has no standard output".to_owned()));
        };
        let mut line = String::new();
        match timeout(PATIENCE, BufReader::new(stdout).read_line(&mut line)).await {
            Ok(Ok(length)) if length > 0 => Ok(Some(child)),
            // It ended without a word: another one may hold the folder.
            Ok(Ok(_)) => Ok(None),
            Ok(Err(error)) => Err(say(error)),
            Err(_) => Err(LocalError("the server was not ready in time".to_owned())),
        }
    }
}

#[async_trait]
impl LocalServer for ServerProcess {
    async fn start(&self) -> Result<Local, LocalError> {
        let mut child = self.child.lock().await;
        let is_running = child
            .as_mut()
            .is_some_and(|child| matches!(child.try_wait(), Ok(None)));
        if !is_running {
            *child = self.spawn().await?;
        }
        Local::read(&self.folder)
    }
}
