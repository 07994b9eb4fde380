//! Every command of the application, in one table. The dispatcher, which the
//! adapters to Tauri and to HTTP call, and the TypeScript table of commands
//! are both made from it, so they cannot disagree.

mod compose;
mod people;
mod session;
mod settings;
mod timeline;

use std::collections::BTreeMap;

use kith_model::{DialogId, MessageId, UserId};
use serde_json::Value;

use crate::bindings::Script;
use crate::error::{Answer, UiError};
use crate::ui::Ui;
use crate::view::{
    AppView, ConnectionView, DialogKind, HomeSnapshot, PersonView, Remember, TimelinePage,
    TimelineSnapshot,
};

/// What the bindings need to know of a command.
pub(crate) struct Command {
    pub(crate) name: &'static str,
    pub(crate) docs: &'static [&'static str],
    pub(crate) args: fn() -> Vec<(&'static str, String)>,
    pub(crate) answer: fn() -> String,
}

macro_rules! commands {
    ($($(#[doc = $doc:literal])* $name:ident($($arg:ident: $kind:ty),*) -> $answer:ty = $path:path;)*) => {
        pub(crate) const COMMANDS: &[Command] = &[$(
            Command {
                name: stringify!($name),
                docs: &[$($doc),*],
                args: || vec![$((stringify!($arg), <$kind as Script>::script())),*],
                answer: <$answer as Script>::script,
            },
        )*];

        /// Runs the command of this name.
        pub(crate) async fn dispatch(ui: &Ui, name: &str, args: Value) -> Answer<Value> {
            match name {
                $(stringify!($name) => {
                    #[derive(serde::Deserialize)]
                    struct Args {
                        $($arg: $kind,)*
                    }
                    let Args { $($arg),* } = read(name, args)?;
                    let answer: $answer = Box::pin($path(ui, $($arg),*)).await?;
                    write(answer)
                })*
                _ => Err(UiError::internal(format_args!("there is no command {name}"))),
            }
        }
    };
}

commands! {
    /// Who is signed in, and which screen comes first.
    app() -> AppView = session::app;
    /// Starts the server on this machine and signs in as a sample person (by login; the profile's own when left out).
    try_here(login: Option<String>) -> AppView = session::try_here;
    /// Reads a join link, or the text of a join file.
    read_join(text: String) -> ConnectionView = session::read_join;
    /// Signs in with a password; waits for the server's answer.
    sign_in(connection: ConnectionView, login: String, password: String, remember: Remember) -> AppView = session::sign_in;
    /// Signs out and forgets the password. What is on disk stays, for the next time.
    sign_out() -> AppView = session::sign_out;
    /// Moves a database that cannot be opened out of the way, keeping it, and starts anew from the server.
    set_aside() -> AppView = session::set_aside;
    /// The home screen; starts its patches.
    home() -> HomeSnapshot = timeline::home;
    /// Opens a window on a dialog and starts its patches: at this message, else at the first unread one, else at the newest.
    open_timeline(dialog: DialogId, at: Option<MessageId>) -> TimelineSnapshot = timeline::open_timeline;
    /// More at the upper end of a window; asks the server where this machine has not got it.
    load_older(window: u32) -> TimelinePage = timeline::load_older;
    /// More at the lower end of a window.
    load_newer(window: u32) -> TimelinePage = timeline::load_newer;
    /// Ends a window's patches.
    close_timeline(window: u32) -> () = timeline::close_timeline;
    /// On disk when it answers. `id` is made by the caller, so that asking twice sends once.
    send(dialog: DialogId, id: MessageId, text: String) -> () = compose::send;
    /// Keeps what is being written; empty forgets it.
    save_draft(dialog: DialogId, text: String) -> () = compose::save_draft;
    /// Tells the others that this person writes, or has stopped.
    set_typing(dialog: DialogId, is_typing: bool) -> () = compose::set_typing;
    /// Everything up to this message was on screen, in a focused window, for a moment.
    seen(dialog: DialogId, message: MessageId) -> () = compose::seen;
    /// Sends a failed message again.
    retry(message: MessageId) -> () = compose::retry;
    /// Takes a message back that has not gone out; answers its text.
    discard(message: MessageId) -> String = compose::discard;
    /// Finds people by name or login, also in the server's directory.
    find_people(query: String) -> Vec<PersonView> = people::find_people;
    /// Makes a dialog, or finds the private one that is there; answers its id.
    create_dialog(kind: DialogKind, name: String, people: Vec<UserId>) -> DialogId = people::create_dialog;
    /// Try to connect now.
    reconnect() -> () = session::reconnect;
    /// What this profile has set.
    settings() -> BTreeMap<String, String> = settings::settings;
    /// Sets one thing; it is on disk when it answers.
    set_setting(key: String, value: String) -> () = settings::set_setting;
    /// Opens a web or mail address outside of Kith.
    open_link(url: String) -> () = settings::open_link;
    /// Says that the first screen has been painted; benchmarks listen.
    painted() -> () = settings::painted;
}

fn read<T: serde::de::DeserializeOwned>(name: &str, args: Value) -> Answer<T> {
    let args = if args.is_null() {
        Value::Object(serde_json::Map::new())
    } else {
        args
    };
    // The text of the error may hold what a person typed, so it goes no further.
    serde_json::from_value(args).map_err(|_| {
        UiError::internal(format_args!(
            "the arguments of {name} are not what it takes"
        ))
    })
}

fn write<T: serde::Serialize>(answer: T) -> Answer<Value> {
    serde_json::to_value(answer).map_err(UiError::internal)
}
