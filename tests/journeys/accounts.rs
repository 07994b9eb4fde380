//! Several accounts in one application, on a real server; and going to a
//! message or a time that this machine has not got.

use anyhow::{Context, Result};
use kith_client::{NewStoredMessage, Rest, Secret};
use kith_model::{DialogId, DialogKind, MessageId, Properties, SystemClock};
use kith_testkit::{ALEX, BEA, CAROL, PASSWORD, TestDesk, Town};
use serde_json::{Value, json};
use std::sync::Arc;

/// The account of this person's name, in what is told of the accounts.
fn account(accounts: &Value, name: &str) -> Option<Value> {
    let accounts = accounts.as_array()?;
    let found = accounts.iter().find(|one| one["person"]["name"] == name)?;
    Some(found.clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_not_on_screen_receives_all_the_same() -> Result<()> {
    let town = Town::open().await?;
    let carol = town.person(CAROL).await?;
    let mut desk = TestDesk::open(town.folder(), "default").await?;
    desk.sign_in(town.connection(), ALEX.login, PASSWORD)
        .await?;
    let welcome = desk.call("add_account", json!({})).await?;
    assert_eq!(welcome["phase"], "welcome");
    assert_eq!(welcome["accounts"][0]["is_current"], false);
    desk.sign_in(town.connection(), BEA.login, PASSWORD).await?;
    let accounts = desk.call("accounts", json!({})).await?;
    assert_eq!(accounts.as_array().map(Vec::len), Some(2));
    let alex = account(&accounts, ALEX.full_name).context("Alex is signed in")?;
    assert_eq!(alex["is_current"], false);

    // Bea is on screen, and Carol writes to Alex.
    let dialog = carol
        .engine
        .create_dialog(DialogKind::Private, "", &[ALEX.id])
        .await?;
    let said = carol.say(&dialog, "Are you there?").await?;
    desk.until("Alex's unread message", |event| {
        let told = account(&event["accounts"], ALEX.full_name)?;
        (told["unread"] == 1).then_some(())
    })
    .await;
    carol.sees(&said, kith_model::Delivery::Delivered).await;

    let app = desk
        .call("switch_account", json!({ "account": alex["id"] }))
        .await?;
    assert_eq!(app["account"]["person"]["name"], ALEX.full_name);
    let home = desk.call("home", json!({})).await?;
    assert_eq!(home["unread_total"], 1);
    assert_eq!(home["link"]["state"], "online", "it never went away");
    let args = json!({ "dialog": dialog, "at": null });
    let timeline = desk.call("open_timeline", args).await?;
    assert_eq!(timeline["messages"][0]["body"], "Are you there?");
    let id: MessageId = "65a000000000000000000001".parse()?;
    let args = json!({ "dialog": dialog, "id": id, "text": "Yes" });
    desk.call("send", args).await?;
    carol.hears(&id).await;

    let left = desk.call("sign_out", json!({})).await?;
    assert_eq!(
        left["account"]["person"]["name"], BEA.full_name,
        "the other one comes on screen"
    );
    desk.close().await;
    Ok(())
}

/// Puts messages into a dialog before anybody else looks.
async fn fill(town: &Town, dialog: &DialogId, count: u32) -> Result<Vec<MessageId>> {
    let rest = Rest::new(town.connection().clone(), Arc::new(SystemClock))?;
    rest.sign_in(CAROL.login, &Secret::new(PASSWORD)).await?;
    let mut ids = Vec::new();
    for n in 0..count {
        let message = NewStoredMessage {
            dialog: dialog.clone(),
            id: None,
            body: format!("number {n}"),
            attachments: Vec::new(),
            properties: Properties::new(),
            send_to_chat: false,
        };
        ids.push(rest.create_message(&message).await?.id);
    }
    Ok(ids)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_timeline_opens_at_what_is_not_held_yet() -> Result<()> {
    let town = Town::open_plain().await?;
    let carol = town.person(CAROL).await?;
    let dialog = carol
        .engine
        .create_dialog(DialogKind::Private, "", &[ALEX.id])
        .await?;
    let ids = fill(&town, &dialog, 320).await?;
    carol.stop().await;

    let mut desk = TestDesk::open(town.folder(), "default").await?;
    desk.sign_in(town.connection(), ALEX.login, PASSWORD)
        .await?;
    let first = ids.first().context("there are messages")?;
    let args = json!({ "dialog": dialog, "at": first });
    let timeline = desk.call("open_timeline", args).await?;
    let shown = timeline["messages"].as_array().context("messages")?;
    assert_eq!(shown[0]["body"], "number 0");
    assert_eq!(timeline["has_older"], false);
    assert_eq!(timeline["has_newer"], true);

    let args = json!({ "dialog": dialog, "at": null, "at_time": 1_000_000_000_000_i64 });
    let timeline = desk.call("open_timeline", args).await?;
    assert_eq!(
        timeline["messages"][0]["body"], "number 0",
        "the first message after that time"
    );
    let args = json!({ "dialog": dialog, "at": null, "at_time": 4_000_000_000_000_i64 });
    let timeline = desk.call("open_timeline", args).await?;
    let shown = timeline["messages"].as_array().context("messages")?;
    assert_eq!(
        shown.last().map(|row| &row["body"]),
        Some(&json!("number 319")),
        "else the last one before it"
    );
    let gone = json!({ "dialog": dialog, "at": "65a0000000000000000000ff" });
    let timeline = desk.call("open_timeline", gone).await?;
    assert!(
        timeline["messages"]
            .as_array()
            .is_some_and(|rows| !rows.is_empty()),
        "what does not exist is no reason to show nothing"
    );
    desk.close().await;
    Ok(())
}
