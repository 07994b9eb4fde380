//! Every command of the application, in one table. The dispatcher, which the
//! adapters to Tauri and to HTTP call, and the TypeScript table of commands
//! are both made from it, so they cannot disagree.

mod compose;
mod create;
mod deeds;
mod files;
mod info;
mod list;
mod people;
mod search;
mod session;
mod settings;
mod staging;
mod timeline;

use std::collections::BTreeMap;

use kith_model::{DialogId, MessageId, UploadId, UserId};
use serde_json::Value;

use crate::bindings::Script;
use crate::error::{Answer, UiError};
use crate::ui::Ui;
use crate::view::{
    AccountView, AppView, ConnectionView, DeletedDialogs, DeletedMessages, DialogInfo, DialogKind,
    DirectoryView, FindBy, FoundPage, HomeSnapshot, MembersView, MessageDetails, MessageView,
    PersonView, PreviewView, Remember, StagedView, TimelinePage, TimelineSnapshot, WaitingView,
    WhyUnread,
};

/// An argument, as the bindings show it.
pub(crate) struct Arg {
    pub(crate) name: &'static str,
    /// Its name in TypeScript.
    pub(crate) kind: String,
    /// Whether it may be left out.
    pub(crate) is_optional: bool,
}

/// What the bindings need to know of a command.
pub(crate) struct Command {
    pub(crate) name: &'static str,
    pub(crate) docs: &'static [&'static str],
    pub(crate) args: fn() -> Vec<Arg>,
    pub(crate) answer: fn() -> String,
}

// A command's arguments stand in two lists: after the semicolon are those that
// may be left out; they are then what their types begin with.
macro_rules! commands {
    ($(
        $(#[doc = $doc:literal])*
        $name:ident($($arg:ident: $kind:ty),* $(; $($more:ident: $more_kind:ty),*)?) -> $answer:ty = $path:path;
    )*) => {
        pub(crate) const COMMANDS: &[Command] = &[$(
            Command {
                name: stringify!($name),
                docs: &[$($doc),*],
                args: || vec![
                    $(Arg {
                        name: stringify!($arg),
                        kind: <$kind as Script>::script(),
                        is_optional: false,
                    },)*
                    $($(Arg {
                        name: stringify!($more),
                        kind: <$more_kind as Script>::script(),
                        is_optional: true,
                    },)*)?
                ],
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
                        $($(#[serde(default)] $more: $more_kind,)*)?
                    }
                    let Args { $($arg,)* $($($more,)*)? } = read(name, args)?;
                    let answer: $answer = Box::pin($path(ui, $($arg,)* $($($more,)*)?)).await?;
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
    /// Every account that is signed in here.
    accounts() -> Vec<AccountView> = session::accounts;
    /// Shows another account. All of them go on working.
    switch_account(account: u64) -> AppView = session::switch_account;
    /// Shows the welcome screen, to sign in to one more account. The others go on working.
    add_account() -> AppView = session::add_account;
    /// Moves a database that cannot be opened out of the way, keeping it, and starts anew from the server.
    set_aside() -> AppView = session::set_aside;
    /// Tries again to open data that could not be opened for a reason that may have passed.
    open_again() -> AppView = session::open_again;

    /// The home screen; starts its patches.
    home() -> HomeSnapshot = timeline::home;
    /// Makes a dialog quiet until then; `null` makes it loud again.
    mute(dialog: DialogId, until: Option<i64>) -> () = list::mute;
    /// Puts dialogs away, or back.
    archive(dialogs: Vec<DialogId>, on: bool) -> () = list::archive;
    /// Keeps a dialog on top of the list, or lets it go.
    pin_dialog(dialog: DialogId, on: bool) -> () = list::pin_dialog;
    /// Marks a dialog as unread by hand, here alone.
    mark_unread(dialog: DialogId, on: bool) -> () = list::mark_unread;
    /// Why a dialog counts as unread, and its first unread message.
    why_unread(dialog: DialogId) -> WhyUnread = list::why_unread;
    /// Marks everything in these dialogs as read; in all of them when none is named.
    mark_read(dialogs: Vec<DialogId>) -> () = list::mark_read;
    /// Tells whose comings and goings the screen shows now; they come as `presence`.
    watch_presence(people: Vec<UserId>) -> () = list::watch_presence;
    /// A picture by the name that follows `uid:`, as a `data:` address; `null` when it cannot be had, or is larger than what comes unasked.
    picture(uid: String; is_wanted: bool) -> Option<String> = people::picture;

    /// Opens a window on a dialog and starts its patches: at this message or this time, which may be fetched first, else at the first unread message, else at the newest; with `newest` there in any case.
    open_timeline(dialog: DialogId, at: Option<MessageId>; at_time: Option<i64>, newest: bool) -> TimelineSnapshot = timeline::open_timeline;
    /// More at the upper end of a window; asks the server where this machine has not got it.
    load_older(window: u32) -> TimelinePage = timeline::load_older;
    /// More at the lower end of a window.
    load_newer(window: u32) -> TimelinePage = timeline::load_newer;
    /// Ends a window's patches.
    close_timeline(window: u32) -> () = timeline::close_timeline;

    /// On disk when it answers. `id` is made by the caller, so that asking twice sends once. The dialog's draft is gone with it, unless it `keeps_draft`.
    send(dialog: DialogId, id: MessageId, text: String; reply_to: Option<MessageId>, mentions: Vec<UserId>, destroy_after: Option<u32>, is_silent: bool, files: Vec<UploadId>, keeps_draft: bool) -> () = compose::send;
    /// Begins to put a file beside what is being written; its bytes follow in portions. Answers the number under which they come.
    stage_begin(dialog: DialogId, name: String, size: u64) -> u64 = staging::stage_begin;
    /// The next bytes of such a file, in base64.
    stage_portion(number: u64, bytes: String) -> () = staging::stage_portion;
    /// All bytes of such a file are here: from now on it is kept beside the draft, and a photo without what it tells besides the picture.
    stage_end(number: u64) -> StagedView = staging::stage_end;
    /// Puts a file beside what is being written that was just dropped on the app's own window; others cannot be named.
    stage_dropped(dialog: DialogId, path: String) -> StagedView = staging::stage_dropped;
    /// Puts beside what is being written what lies on the clipboard and is more than words, where the web view tells the page nothing of that; answers what it was, mostly nothing.
    stage_pasted(dialog: DialogId) -> Vec<StagedView> = staging::stage_pasted;
    /// Such a file is not wanted after all.
    stage_cancel(number: u64) -> () = staging::stage_cancel;
    /// Takes a file away from the draft.
    unstage(file: UploadId) -> () = staging::unstage;
    /// The files beside a draft.
    staged(dialog: DialogId) -> Vec<StagedView> = staging::staged;
    /// The picture of a photo that is on its way out, as a `data:` address; `null` when it is none.
    picture_of_upload(file: UploadId) -> Option<String> = staging::picture_of_upload;
    /// Keeps what is being written; empty forgets it.
    save_draft(dialog: DialogId, text: String; reply_to: Option<MessageId>, editing: Option<MessageId>, destroy_after: Option<u32>, is_silent: bool) -> () = compose::save_draft;
    /// The last drafts of a dialog that were given up, the newest first.
    draft_history(dialog: DialogId) -> Vec<String> = compose::draft_history;
    /// Tells the others that this person writes, or has stopped.
    set_typing(dialog: DialogId, is_typing: bool) -> () = compose::set_typing;
    /// Everything up to this message was on screen, in a focused window, for a moment. What came
    /// late, with a place that was read already, was so only if it is this one or `on_screen`.
    seen(dialog: DialogId, message: MessageId; on_screen: Vec<MessageId>) -> () = compose::seen;
    /// Somebody looks at the end of this dialog, in a window that has the focus, so that what comes there is not announced; or at none.
    attend(dialog: Option<DialogId>) -> () = compose::attend;
    /// Sends a failed message again.
    retry(message: MessageId) -> () = compose::retry;
    /// Sends all failed messages again.
    retry_all() -> () = compose::retry_all;
    /// Keeps where somebody is reading in a dialog, so that it is shown there again: the message at the upper edge of the view, and how many pixels below that edge it begins; without a message, at the end.
    keep_place(dialog: DialogId, top: i32; message: Option<MessageId>) -> () = compose::keep_place;
    /// Takes a message back that has not gone out; answers its text. With `keeps_files`, it is in the draft again, with what hung on it.
    discard(message: MessageId; keeps_files: bool) -> String = compose::discard;
    /// Everything that has not gone out yet, or has failed, the oldest first.
    waiting() -> Vec<WaitingView> = compose::waiting;

    /// Changes the text of an own message, also of one that has not gone out yet.
    edit_message(message: MessageId, text: String, mentions: Vec<UserId>) -> () = deeds::edit_message;
    /// Deletes messages here, or for everybody. What the server refuses later comes back as a row.
    delete_messages(messages: Vec<MessageId>, for_all: bool) -> DeletedMessages = deeds::delete_messages;
    /// Gives an emoji to a message, or takes it back.
    react(message: MessageId, emoji: String, on: bool) -> () = deeds::react;
    /// Pins a message for everybody, or takes the pin off.
    pin_message(message: MessageId, on: bool) -> () = deeds::pin_message;
    /// What is pinned in a dialog, the newest pin first.
    pinned(dialog: DialogId) -> Vec<MessageView> = deeds::pinned;
    /// Passes messages on. `ids` are made by the caller: for each dialog in turn, one for each message.
    forward(messages: Vec<MessageId>, to: Vec<DialogId>, ids: Vec<MessageId>) -> () = deeds::forward;
    /// Everything about a message; asks the server for what only that knows, where there is a connection.
    message_details(message: MessageId) -> MessageDetails = deeds::message_details;
    /// Tells whoever runs the server about a message.
    report_message(message: MessageId, reason: String) -> () = deeds::report_message;
    /// Tells whoever runs the server about a person.
    report_person(person: UserId, reason: String) -> () = deeds::report_person;

    /// Begins to save what hangs on a message into the person's folder for downloads; how far it has come is told as `transfers`. `index` counts the message's attachments from nought.
    save_attachment(message: MessageId, index: u32) -> () = files::save_attachment;
    /// Ends a saving, or forgets that one failed.
    cancel_transfer(message: MessageId, index: u32) -> () = files::cancel_transfer;
    /// Opens what was saved, with the system's program for it, where it is of a kind that does nothing by itself.
    open_attachment(message: MessageId, index: u32) -> () = files::open_attachment;
    /// Shows what was saved in its folder.
    show_attachment(message: MessageId, index: u32) -> () = files::show_attachment;

    /// Finds people by name or login, also in the server's directory.
    find_people(query: String; by: Option<FindBy>) -> Vec<PersonView> = people::find_people;
    /// Messages in which the words are, by their beginnings and all of them, the newest first; in quotes as it stands. Asks nobody. `below` is the `next` of the page before.
    search(text: String; dialog: Option<DialogId>, sender: Option<UserId>, below: Option<u64>) -> FoundPage = search::search;
    /// Messages that the server finds and `search` does not, the newest first: a hundred at most, by four letters or more. Waits for the server.
    search_server(text: String; dialog: Option<DialogId>) -> FoundPage = search::search_server;
    /// Makes a dialog, or finds the private one that is there; answers its id.
    create_dialog(kind: DialogKind, name: String, people: Vec<UserId>; description: String, photo: Option<String>, extensions: BTreeMap<String, String>, allow_preview: bool) -> DialogId = create::create_dialog;
    /// Dialogs that are open to all, by the beginning of a word of their names.
    directory(query: String, skip: u32) -> DirectoryView = create::directory;
    /// The last messages of a dialog that this person is not in.
    preview(dialog: DialogId) -> PreviewView = create::preview;
    /// Makes a dialog that is open to all known here, without joining it; answers its id.
    open_public(dialog: DialogId) -> DialogId = create::open_public;
    /// Joins a dialog that is open to all.
    join(dialog: DialogId) -> DialogId = create::join;
    /// Leaves a dialog.
    leave(dialog: DialogId) -> () = create::leave;

    /// Everything about a dialog.
    dialog_info(dialog: DialogId) -> DialogInfo = info::dialog_info;
    /// Who is in a dialog, by name.
    members(dialog: DialogId, query: String, skip: u32) -> MembersView = info::members;
    /// Changes what a dialog says of itself. An empty photo takes it away.
    update_dialog(dialog: DialogId; name: Option<String>, description: Option<String>, photo: Option<String>, extensions: Option<BTreeMap<String, String>>, allow_preview: Option<bool>) -> () = info::update_dialog;
    /// Adds people.
    add_people(dialog: DialogId, people: Vec<UserId>) -> () = info::add_people;
    /// Removes people.
    remove_people(dialog: DialogId, people: Vec<UserId>) -> () = info::remove_people;
    /// Makes somebody an admin, or ends that. Five at most.
    set_admin(dialog: DialogId, person: UserId, on: bool) -> () = info::set_admin;
    /// Whether the server sends notifications of it to this person's phone.
    set_notifications(dialog: DialogId, on: bool) -> () = info::set_notifications;
    /// Clears the history, for this person or for everybody.
    clear_history(dialog: DialogId, for_all: bool) -> () = info::clear_history;
    /// Deletes dialogs, for this person or for everybody.
    delete_dialogs(dialogs: Vec<DialogId>, for_all: bool) -> DeletedDialogs = info::delete_dialogs;
    /// Fetches a stretch of history that is not held here.
    fill_hole(dialog: DialogId, from: i64, to: i64) -> () = info::fill_hole;

    /// Try to connect now.
    reconnect() -> () = session::reconnect;
    /// What this profile has set.
    settings() -> BTreeMap<String, String> = settings::settings;
    /// Sets one thing; it is on disk when it answers.
    set_setting(key: String, value: String) -> () = settings::set_setting;
    /// Whether this system shows notifications.
    can_notify() -> bool = settings::can_notify;
    /// Opens a web or mail address outside of Kith.
    open_link(url: String) -> () = settings::open_link;
    /// Says that what was being written is kept, so that the window may close.
    may_close() -> () = settings::may_close;
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
