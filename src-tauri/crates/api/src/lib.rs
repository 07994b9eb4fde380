//! The application's whole surface: what a window can ask ([`Ui::call`]) and
//! what it is told unasked ([`FeedReceiver`]). Whoever shows Kith, the Tauri
//! app or the bridge to a browser, holds an [`App`] and adapts two things.
//!
//! ```text
//! App ── Session (each account: engine, store) ── pump ──► Feeds
//!  └──── Ui (one web view) ── call ─► commands              └─► FeedReceiver
//! ```
//!
//! Every account that is signed in runs (`running.rs`); one of them is on
//! screen (`stage.rs`), and windows show that one alone.
//!
//! An answer that opens something (home, a timeline) is a snapshot, and from
//! the same moment on its patches flow; see [`feed`]. Nothing here waits for
//! the network but the commands that say so.
//!
//! This room knows no Tauri and no HTTP, and reads the store but never writes
//! to it: the engine does.

mod accounts;
mod again;
mod app;
pub mod bindings;
mod clicked;
mod commands;
mod disk;
mod error;
mod failures;
pub mod feed;
mod join;
mod local;
mod notify;
mod refusals;
mod running;
mod session;
mod shell;
mod sign_in;
mod stage;
mod standing;
mod ui;
mod vault;
pub mod view;

pub use app::{App, AppConfig, StartError};
pub use error::{Answer, Code, UiError};
pub use feed::{FeedEvent, FeedReceiver};
pub use join::read_join;
pub use kith_model::{Clock, SystemClock};
pub use local::{Local, LocalError, LocalServer, SamplePerson};
pub use notify::{Notification, NotificationAct, NotificationKey};
pub use shell::{NoShell, PaperShell, Pasted, Shell};
pub use ui::Ui;
pub use vault::{FileVault, MemoryVault, Vault, VaultError};

#[cfg(test)]
mod tests;
