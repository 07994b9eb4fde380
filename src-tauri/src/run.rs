//! The order of starting and ending. The account opens while the window system
//! starts, for neither needs the other.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use kith_api::{App, AppConfig, LocalServer, NotificationAct, StartError, SystemClock};
use tauri::{AppHandle, Manager, RunEvent, WindowEvent};
use tokio::runtime::{Builder, Runtime};
use tokio::time::timeout;

use crate::bell::{self, Bell};
use crate::cli::Arguments;
use crate::keychain::Keychain;
use crate::local::InProcessServer;
use crate::notify::{Acts, Desktop};
use crate::shell::WindowShell;
use crate::views::Views;
use crate::{commands, drops, feed, window};

/// A page that does not answer keeps its window no longer.
const LAST_WORDS: Duration = Duration::from_millis(500);
/// Nobody waits longer for a goodbye; everything that matters is on disk.
const GOODBYE: Duration = Duration::from_secs(4);

/// Runs the app; answers its exit code.
pub(crate) fn run(arguments: Arguments, started: Instant) -> anyhow::Result<i32> {
    let runtime = Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("the threads cannot be started")?;
    tauri::async_runtime::set(runtime.handle().clone());

    let data_dir = arguments.data_dir()?;
    let server = Arc::new(InProcessServer::new(data_dir.join("server")));
    let (desktop, acts) = {
        let _inside = runtime.enter();
        Desktop::start()
    };
    let shell = Arc::new(WindowShell::new(started, desktop.clone()));
    let folder = data_dir.join("profiles").join(&arguments.profile);
    let link = arguments.link.clone();
    // Whose profile is open elsewhere ends here, before the window system has
    // started threads of its own: a process that ends while those begin may
    // crash, and a clicked link needs no display.
    let opened = runtime.block_on(App::open(AppConfig {
        data_dir,
        profile: arguments.profile,
        clock: Arc::new(SystemClock),
        vault: Arc::new(Keychain::start()),
        local: Some(Arc::clone(&server) as Arc<dyn LocalServer>),
        shell: Arc::clone(&shell) as Arc<dyn kith_api::Shell>,
        join_link: arguments.link,
        random: rand::random(),
    }));
    let app = match opened {
        // A click on a link starts Kith once more.
        Err(StartError::ProfileInUse(name)) => {
            return match runtime.block_on(bell::ring(&folder, link.as_deref())) {
                Ok(()) => Ok(0),
                Err(error) => {
                    tracing::info!(%error, "the Kith that is open does not answer");
                    Err(StartError::ProfileInUse(name).into())
                }
            };
        }
        opened => opened?,
    };

    let tauri = match build() {
        Ok(tauri) => tauri,
        Err(error) => {
            goodbye(&runtime, &app, &server, &desktop);
            return Err(error);
        }
    };
    shell.hold(tauri.handle().clone());
    tauri.manage(Views::new(app.clone()));
    runtime.spawn(end_on_signal(tauri.handle().clone()));

    let settings = runtime.block_on(app.settings()).unwrap_or_default();
    window::open(tauri.handle(), &folder, &settings)?;
    runtime.spawn(act(acts, app.clone(), tauri.handle().clone()));
    let bell = hang(&runtime, &folder, &app, tauri.handle());

    let (runner, page) = (app.clone(), Arc::clone(&shell));
    let code = tauri.run_return(move |handle, event| match event {
        RunEvent::ExitRequested { .. } => window::remember(handle, &runner),
        // A closed window is gone by the time that the exit is requested.
        RunEvent::WindowEvent {
            event: WindowEvent::CloseRequested { api, .. },
            ..
        } => {
            api.prevent_close();
            window::remember(handle, &runner);
            close(handle, &page);
        }
        RunEvent::WindowEvent {
            event: WindowEvent::DragDrop(event),
            ..
        } => drops::pass_on(handle, &runner, &event),
        // There a click on a link starts nothing: the system tells the Kith that is open.
        #[cfg(target_os = "macos")]
        RunEvent::Opened { urls } => {
            let (app, handle) = (runner.clone(), handle.clone());
            tauri::async_runtime::spawn(async move {
                for link in &urls {
                    app.open_link(link.as_str()).await;
                }
                window::to_front(&handle);
            });
        }
        _ => {}
    });
    drop(bell);
    goodbye(&runtime, &app, &server, &desktop);
    runtime.shutdown_timeout(Duration::from_millis(500));
    Ok(code)
}

fn build() -> anyhow::Result<tauri::App> {
    window::display()?;
    tauri::Builder::default()
        .invoke_handler(tauri::generate_handler![commands::call, feed::feed])
        .build(tauri::generate_context!())
        .context("the window system cannot be used")
}

/// Whoever starts Kith with this profile again gets this window.
fn hang(runtime: &Runtime, folder: &Path, app: &App, handle: &AppHandle) -> Option<Bell> {
    let _inside = runtime.enter();
    let (app, handle) = (app.clone(), handle.clone());
    let bell = Bell::hang(folder, move |link| {
        let (app, handle) = (app.clone(), handle.clone());
        async move {
            if let Some(link) = link {
                app.open_link(&link).await;
            }
            window::to_front(&handle);
        }
    });
    bell.inspect_err(|error| tracing::warn!(%error, "a second start will not find this window"))
        .ok()
}

/// Does what the person does with notifications, one after the other.
async fn act(mut acts: Acts, app: App, handle: AppHandle) {
    while let Some((key, act)) = acts.recv().await {
        let opens = act == NotificationAct::Open;
        if let Err(error) = app.act_on_notification(&key, act).await {
            tracing::warn!(code = ?error.code, "a notification could not be followed");
        }
        if opens {
            window::to_front(&handle);
        }
    }
}

/// Lets the page keep what was typed a moment ago, and ends it then. The window
/// is out of the way at once.
fn close(handle: &AppHandle, page: &Arc<WindowShell>) {
    let (handle, page) = (handle.clone(), Arc::clone(page));
    tauri::async_runtime::spawn(async move {
        if !window::ask_to_close(&handle) || timeout(LAST_WORDS, page.closes()).await.is_err() {
            tracing::debug!("the page has not said that it may close");
        }
        window::end(&handle);
    });
}

/// Ends the session and the server, so that nothing is cut in the middle.
fn goodbye(runtime: &Runtime, app: &App, server: &InProcessServer, desktop: &Desktop) {
    let ended = runtime.block_on(async {
        let goodbye = async {
            app.close().await;
            desktop.clear().await;
            server.stop().await;
        };
        timeout(GOODBYE, goodbye).await
    });
    if ended.is_err() {
        tracing::warn!("not everything ended in time");
    }
}

/// A signal to end is a wish like a closed window.
async fn end_on_signal(handle: AppHandle) {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let Ok(mut term) = signal(SignalKind::terminate()) else {
            return;
        };
        tokio::select! {
            _ = term.recv() => {}
            _ = tokio::signal::ctrl_c() => {}
        }
    }
    #[cfg(not(unix))]
    let _ = tokio::signal::ctrl_c().await;
    window::close(&handle);
}
