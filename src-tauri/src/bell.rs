//! One window a profile. A Kith that is started while its profile is open (a
//! click on a `kith://` link does that) rings at the one that has it: that
//! comes to the front with the link, and the second one ends.
//!
//! They meet at a socket in the profile's folder, which only this user can
//! enter; on Windows, at a pipe that bears the folder in its name. Which of the
//! two is the first is not decided here but by the profile's lock, so a socket
//! that a killed process has left behind means nothing and is replaced.
//!
//! Tauri's plugin for this knows one instance of an application. Here there is
//! one for each profile in each data folder.

use std::future::Future;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use door::Door;

/// Whoever rings is answered in this time, or goes on without.
const PATIENCE: Duration = Duration::from_secs(5);
/// The one that has the profile may just be starting; then it is tried again.
const AGAIN: Duration = Duration::from_millis(50);
/// No link is longer; a system's command line is not.
const LONGEST: u64 = 512 * 1024;
/// What is answered: the window comes, though it may take a while, because the
/// keychain asks the person something first.
const COMING: &str = "coming";

/// What one rings with.
#[derive(Debug, Serialize, Deserialize)]
struct Ring {
    /// What was clicked, if something was.
    link: Option<String>,
}

/// The bell of the Kith that has the profile. It goes with this value.
#[derive(Debug)]
pub(crate) struct Bell {
    task: JoinHandle<()>,
}

impl Bell {
    /// Hangs it; `open` is called whenever somebody rings. Needs a tokio runtime.
    ///
    /// # Errors
    /// When the folder takes no socket.
    pub(crate) fn hang<F, W>(folder: &Path, open: F) -> io::Result<Self>
    where
        F: Fn(Option<String>) -> W + Send + Sync + 'static,
        W: Future<Output = ()> + Send + 'static,
    {
        let mut door = Door::open(folder)?;
        let open = Arc::new(open);
        let task = tokio::spawn(async move {
            loop {
                match door.next().await {
                    Ok(visitor) => {
                        let open = Arc::clone(&open);
                        tokio::spawn(async move {
                            match timeout(PATIENCE, answer(visitor)).await {
                                Ok(Ok(ring)) => open(ring.link).await,
                                Ok(Err(error)) => tracing::debug!(%error, "somebody rang and left"),
                                Err(_) => tracing::debug!("somebody rang and said nothing"),
                            }
                        });
                    }
                    Err(error) => {
                        tracing::warn!(%error, "the bell is broken for a moment");
                        sleep(PATIENCE).await;
                    }
                }
            }
        });
        Ok(Self { task })
    }
}

impl Drop for Bell {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Hears what somebody rings with, and says that the window comes.
async fn answer<S: AsyncRead + AsyncWrite + Unpin>(mut visitor: S) -> io::Result<Ring> {
    let mut line = String::new();
    BufReader::new((&mut visitor).take(LONGEST))
        .read_line(&mut line)
        .await?;
    let ring = serde_json::from_str(&line)?;
    visitor.write_all(format!("{COMING}\n").as_bytes()).await?;
    visitor.shutdown().await?;
    Ok(ring)
}

/// Rings at the Kith that has the profile in this folder; answers when that has
/// heard what to open.
///
/// # Errors
/// When nobody answers in time.
pub(crate) async fn ring(folder: &Path, link: Option<&str>) -> io::Result<()> {
    let mut words = serde_json::to_vec(&Ring {
        link: link.map(str::to_owned),
    })?;
    words.push(b'\n');
    let ringing = async {
        let mut door = loop {
            match door::knock(folder).await {
                Ok(door) => break door,
                Err(error) if is_early(&error) => sleep(AGAIN).await,
                Err(error) => return Err(error),
            }
        };
        door.write_all(&words).await?;
        let mut said = String::new();
        BufReader::new(door.take(LONGEST))
            .read_line(&mut said)
            .await?;
        if said.trim_end() == COMING {
            Ok(())
        } else {
            Err(io::ErrorKind::InvalidData.into())
        }
    };
    timeout(PATIENCE, ringing)
        .await
        .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}

/// Whether the bell may hang in a moment.
fn is_early(error: &io::Error) -> bool {
    /// All instances of a pipe are busy.
    const PIPE_BUSY: i32 = 231;
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused
    ) || (cfg!(windows) && error.raw_os_error() == Some(PIPE_BUSY))
}

/// A short name that is made from a folder's, the same in every process
/// (FNV-1a).
fn short(folder: &Path) -> String {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in folder.as_os_str().as_encoded_bytes() {
        hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    }
    format!("kith-{hash:016x}")
}

#[cfg(unix)]
mod door {
    use std::fs;
    use std::io;
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    use std::path::{Path, PathBuf};

    use tokio::net::{UnixListener, UnixStream};

    /// The address of a socket is no longer than this anywhere.
    const LONGEST_PLACE: usize = 100;

    /// In the profile's folder, or if that is too deep for an address, among
    /// what is there for a while.
    fn place(folder: &Path) -> PathBuf {
        let place = folder.join("bell");
        if place.as_os_str().len() <= LONGEST_PLACE {
            place
        } else {
            std::env::temp_dir().join(super::short(folder))
        }
    }

    /// A socket that others of this user come to.
    #[derive(Debug)]
    pub(super) struct Door {
        listener: UnixListener,
        place: PathBuf,
        owner: u32,
    }

    impl Door {
        pub(super) fn open(folder: &Path) -> io::Result<Self> {
            let place = place(folder);
            let owner = fs::metadata(folder)?.uid();
            match fs::remove_file(&place) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
            let listener = UnixListener::bind(&place)?;
            fs::set_permissions(&place, fs::Permissions::from_mode(0o600))?;
            Ok(Self {
                listener,
                place,
                owner,
            })
        }

        /// The next one of this user who comes.
        pub(super) async fn next(&mut self) -> io::Result<UnixStream> {
            loop {
                let (visitor, _) = self.listener.accept().await?;
                if visitor.peer_cred()?.uid() == self.owner {
                    return Ok(visitor);
                }
            }
        }
    }

    impl Drop for Door {
        fn drop(&mut self) {
            let _ = fs::remove_file(&self.place);
        }
    }

    /// Whoever listens for this folder, if it is somebody of the same user.
    pub(super) async fn knock(folder: &Path) -> io::Result<UnixStream> {
        let door = UnixStream::connect(place(folder)).await?;
        if door.peer_cred()?.uid() == fs::metadata(folder)?.uid() {
            Ok(door)
        } else {
            Err(io::ErrorKind::PermissionDenied.into())
        }
    }
}

#[cfg(windows)]
mod door {
    use std::io;
    use std::path::Path;

    use tokio::net::windows::named_pipe::{
        ClientOptions, NamedPipeClient, NamedPipeServer, ServerOptions,
    };

    fn place(folder: &Path) -> String {
        format!(r"\\.\pipe\{}", super::short(folder))
    }

    /// A pipe that others of this user come to; Windows lets nobody else write.
    #[derive(Debug)]
    pub(super) struct Door {
        place: String,
        waiting: NamedPipeServer,
    }

    impl Door {
        pub(super) fn open(folder: &Path) -> io::Result<Self> {
            let place = place(folder);
            let waiting = ServerOptions::new()
                .first_pipe_instance(true)
                .create(&place)?;
            Ok(Self { place, waiting })
        }

        /// The next one who comes.
        pub(super) async fn next(&mut self) -> io::Result<NamedPipeServer> {
            self.waiting.connect().await?;
            let next = ServerOptions::new().create(&self.place)?;
            Ok(std::mem::replace(&mut self.waiting, next))
        }
    }

    /// Whoever listens for this folder.
    pub(super) async fn knock(folder: &Path) -> io::Result<NamedPipeClient> {
        ClientOptions::new().open(place(folder))
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::mpsc;

    use super::*;

    /// A bell that tells with what it was rung.
    fn hang(folder: &Path) -> (Bell, mpsc::UnboundedReceiver<Option<String>>) {
        let (told, heard) = mpsc::unbounded_channel();
        let bell = Bell::hang(folder, move |link| {
            let told = told.clone();
            async move {
                told.send(link).expect("the test listens");
            }
        });
        (bell.expect("it hangs"), heard)
    }

    #[tokio::test]
    async fn what_a_second_one_was_asked_to_open_is_handed_to_the_first() {
        let folder = tempfile::tempdir().expect("a folder");
        let deep = folder.path().join("deep/".repeat(40));
        std::fs::create_dir_all(&deep).expect("a deep folder");
        for folder in [folder.path(), &deep] {
            let (_bell, mut heard) = hang(folder);
            ring(folder, Some("kith://join?app=1&key=\"k\"\n"))
                .await
                .expect("somebody is there");
            let link = heard.recv().await.expect("it was rung");
            assert_eq!(link.as_deref(), Some("kith://join?app=1&key=\"k\"\n"));
            ring(folder, None).await.expect("somebody is still there");
            assert_eq!(heard.recv().await, Some(None), "and without a link");
        }
    }

    #[tokio::test]
    async fn who_comes_before_the_bell_hangs_waits_for_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().to_owned();
        let early = tokio::spawn(async move { ring(&path, Some("early")).await });
        tokio::task::yield_now().await;
        let (_bell, mut heard) = hang(folder.path());
        early.await.expect("no panic").expect("it was answered");
        assert_eq!(heard.recv().await, Some(Some("early".to_owned())));
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_is_waited_for_without_end() {
        let folder = tempfile::tempdir().expect("a folder");
        let refused = ring(folder.path(), None)
            .await
            .expect_err("nobody is there");
        assert_eq!(refused.kind(), io::ErrorKind::TimedOut);
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn a_socket_that_was_left_behind_is_replaced_and_only_this_user_s() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().expect("a folder");
        let left = tokio::net::UnixListener::bind(folder.path().join("bell"));
        drop(left.expect("a socket"));
        assert!(folder.path().join("bell").exists(), "as a kill leaves it");
        let (bell, mut heard) = hang(folder.path());
        let data = std::fs::metadata(folder.path().join("bell")).expect("it is there");
        assert_eq!(data.permissions().mode() & 0o077, 0);

        // Whoever says nothing, or nonsense, keeps nobody else waiting.
        let _silent = door::knock(folder.path()).await.expect("somebody is there");
        let mut odd = door::knock(folder.path()).await.expect("somebody is there");
        odd.write_all(b"nonsense\n").await.expect("written");
        ring(folder.path(), None).await.expect("answered");
        assert_eq!(heard.recv().await, Some(None));
        assert!(heard.try_recv().is_err(), "nonsense opens nothing");

        drop(bell);
        tokio::task::yield_now().await;
        assert!(
            !folder.path().join("bell").exists(),
            "it goes with its Kith"
        );
    }
}
