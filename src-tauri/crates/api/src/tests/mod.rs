//! The application without a network: a profile made by hand, on real files.

mod accounts;
mod cost;
mod deeds;
mod feeds;
mod pasted;
mod stages;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use kith_model::{
    AppId, ChatAddress, ChatSecurity, Connection, Dialog, DialogId, DialogKind, Message, MessageId,
    Person, SystemClock, Timestamp, UserId,
};
use kith_store::{NewAccount, Profile, SecretPlace, Store, Stretch};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::time::timeout;

use crate::feed::{FeedEvent, FeedReceiver};
use crate::vault::{FileVault, MemoryVault, Vault};
use crate::view::{HomeSnapshot, TimelinePage, TimelineSnapshot};
use crate::{App, AppConfig, NoShell, StartError, Ui};

const ME: UserId = UserId(11);
const BEA: UserId = UserId(22);

fn dialog_id(n: u32) -> DialogId {
    format!("d{n:023x}").parse().unwrap()
}

fn message_id(n: u32) -> MessageId {
    format!("{n:024x}").parse().unwrap()
}

/// Nobody listens there.
fn nowhere() -> Connection {
    Connection {
        name: "Nowhere".to_owned(),
        api_url: "https://127.0.0.1:9".to_owned(),
        chat: ChatAddress {
            host: "127.0.0.1".to_owned(),
            port: 9,
            security: ChatSecurity::Direct,
        },
        chat_domain: "chat.test".to_owned(),
        muc_domain: "muc.chat.test".to_owned(),
        app_id: AppId(1),
        auth_key: "k".to_owned(),
        ca_cert: None,
    }
}

fn message(n: u32, body: &str) -> Message {
    let sent_at = Timestamp::from_seconds(1_700_000_000 + i64::from(n));
    Message {
        body: body.to_owned(),
        ..Message::new(message_id(n), dialog_id(1), BEA, sent_at)
    }
}

fn config(folder: &Path) -> AppConfig {
    AppConfig {
        data_dir: folder.to_owned(),
        profile: "test".to_owned(),
        clock: Arc::new(SystemClock),
        vault: Arc::new(MemoryVault::default()),
        local: None,
        shell: Arc::new(NoShell),
        join_link: None,
        random: 7,
    }
}

/// A profile with one signed-in account: a dialog with Bea, with this many
/// messages of hers.
async fn profile(messages: u32) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("profiles").join("test");
    let profile = Profile::open(&folder.join("profile.db")).await.unwrap();
    profile
        .add_account(NewAccount {
            connection: nowhere(),
            user_id: ME,
            login: "me".to_owned(),
            is_local: false,
            database: "1-11.db".to_owned(),
            secret_place: SecretPlace::File,
        })
        .await
        .unwrap();
    profile.close().await;
    let vault = FileVault::new(folder.join("secrets.json"));
    vault
        .set("test: 11 in application 1 at chat.test", "secret")
        .await
        .unwrap();

    let store = Store::open(&folder.join("1-11.db"), ME).await.unwrap();
    fill(&store, ME, "Me", messages).await;
    store.close().await;
    dir
}

/// A dialog with Bea, with this many messages of hers.
async fn fill(store: &Store, me: UserId, name: &str, messages: u32) {
    let mut write = store.write().await.unwrap();
    for (id, name) in [(me, name), (BEA, "Bea <b>bold</b>")] {
        let person = Person {
            full_name: name.to_owned(),
            avatar: Some("https://example.com/tracker.png".to_owned()),
            ..Person::new(id)
        };
        write.put_person(&person).await.unwrap();
    }
    let dialog = Dialog {
        name: "Bea".to_owned(),
        owner: Some(me),
        occupants: vec![me, BEA],
        ..Dialog::new(
            dialog_id(1),
            DialogKind::Private,
            Timestamp::from_seconds(1_700_000_000),
        )
    };
    write.put_dialog(&dialog).await.unwrap();
    for n in 0..messages {
        write
            .put(&message(n, &format!("number {n}")))
            .await
            .unwrap();
    }
    let whole = Stretch {
        from: Stretch::BEGINNING,
        to: 1_700_000_000 + i64::from(messages),
    };
    write.cover(&dialog_id(1), whole).await.unwrap();
    write.commit().await.unwrap();
}

async fn open(dir: &TempDir) -> App {
    App::open(config(dir.path())).await.unwrap()
}

async fn home(ui: &Ui) -> HomeSnapshot {
    let answer = ui.call("home", Value::Null).await.unwrap();
    serde_json::from_value(answer).unwrap()
}

async fn open_timeline(ui: &Ui) -> TimelineSnapshot {
    let answer = ui
        .call(
            "open_timeline",
            json!({ "dialog": dialog_id(1), "at": null }),
        )
        .await
        .unwrap();
    serde_json::from_value(answer).unwrap()
}

async fn page(ui: &Ui, command: &str, window: u32) -> TimelinePage {
    let answer = ui.call(command, json!({ "window": window })).await.unwrap();
    serde_json::from_value(answer).unwrap()
}

async fn send(ui: &Ui, n: u32) {
    let args = json!({ "dialog": dialog_id(1), "id": message_id(n), "text": format!("sent {n}") });
    ui.call("send", args).await.unwrap();
}

/// The next event; a test that waits in vain says so.
async fn next(receiver: &mut FeedReceiver) -> FeedEvent {
    timeout(Duration::from_secs(20), receiver.next())
        .await
        .expect("an event should come")
        .expect("the feed goes on")
}
