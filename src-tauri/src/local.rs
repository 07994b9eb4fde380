//! "Try it here": the server, inside this process. Profiles share one folder,
//! and a folder has one server: where another Kith process runs it already,
//! this one connects to that, and when that process ends it takes over, on the
//! same ports, so that everybody else finds it again.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use kith_api::{Local, LocalError, LocalServer, SamplePerson, read_join};
use kith_server::{Config, Seed, Server, StartError};
use tokio::sync::Mutex;
use tokio::task::JoinHandle;
use tokio::time::sleep;

/// How often this process looks whether the folder is free.
const LOOK: Duration = Duration::from_secs(2);
/// How often, and how many times, it looks whether another process is ready.
const READY: Duration = Duration::from_millis(250);
const READY_TIMES: u32 = 120;

/// The server on this machine.
#[derive(Debug)]
pub(crate) struct InProcessServer {
    folder: PathBuf,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    server: Option<Server>,
    /// Waits for another process to end.
    successor: Option<JoinHandle<()>>,
    has_ended: bool,
}

impl InProcessServer {
    pub(crate) fn new(folder: PathBuf) -> Self {
        Self {
            folder,
            state: Arc::default(),
        }
    }

    /// Ends the server, if it is this process's, and gives the folder back.
    pub(crate) async fn stop(&self) {
        let mut state = self.state.lock().await;
        state.has_ended = true;
        if let Some(successor) = state.successor.take() {
            successor.abort();
        }
        if let Some(server) = state.server.take() {
            server.stop().await;
        }
    }

    fn config(&self) -> Config {
        Config {
            seed: Some(Seed::Demo),
            ..Config::local(&self.folder)
        }
    }

    /// What the server of another process says about itself; it may just be
    /// starting.
    async fn found(&self) -> Result<Local, LocalError> {
        let mut result = Local::read(&self.folder);
        for _ in 0..READY_TIMES {
            if result.is_ok() {
                break;
            }
            sleep(READY).await;
            result = Local::read(&self.folder);
        }
        result
    }

    fn succeed(&self, state: &mut State) {
        if state
            .successor
            .as_ref()
            .is_some_and(|task| !task.is_finished())
        {
            return;
        }
        let config = self.config();
        let shared = Arc::clone(&self.state);
        state.successor = Some(tokio::spawn(take_over(config, shared)));
    }
}

/// Tries until the folder is free, then runs the server there.
async fn take_over(config: Config, shared: Arc<Mutex<State>>) {
    loop {
        sleep(LOOK).await;
        let mut state = shared.lock().await;
        if state.has_ended || state.server.is_some() {
            return;
        }
        match Server::start(config.clone()).await {
            Ok(server) => {
                tracing::info!("the other process has ended; the server runs here now");
                state.server = Some(server);
                return;
            }
            Err(StartError::InUse(_)) => {}
            // A port may stay taken for a moment after its process.
            Err(error) => tracing::warn!(%error, "the server cannot be taken over yet"),
        }
    }
}

fn describe(server: &Server) -> Result<Local, LocalError> {
    let connection =
        read_join(&server.ready().join_link).map_err(|error| LocalError(error.message))?;
    let people = server.sample_people().iter().map(|person| SamplePerson {
        login: person.login.clone(),
        password: person.password.clone(),
    });
    Ok(Local {
        connection,
        people: people.collect(),
    })
}

#[async_trait]
impl LocalServer for InProcessServer {
    async fn start(&self) -> Result<Local, LocalError> {
        let mut state = self.state.lock().await;
        if let Some(server) = &state.server {
            return describe(server);
        }
        match Server::start(self.config()).await {
            Ok(server) => {
                let local = describe(&server);
                state.server = Some(server);
                local
            }
            Err(StartError::InUse(_)) => {
                self.succeed(&mut state);
                drop(state);
                self.found().await
            }
            Err(error) => Err(LocalError(error.to_string())),
        }
    }
}
