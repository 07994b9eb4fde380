//! What the screens are told, over a real server: pictures, information,
//! details, who is there. What the engine does for it has journeys of its own.

use anyhow::{Context, Result};
use kith_testkit::{ALEX, BEA, CAROL, PASSWORD, TestDesk, Town};
use serde_json::{Value, json};

/// The smallest picture there is: one pixel.
const PIXEL: &str = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

/// A screen of somebody.
async fn desk(town: &Town, login: &str) -> Result<TestDesk> {
    let mut desk = TestDesk::open(town.folder(), login).await?;
    desk.sign_in(town.connection(), login, PASSWORD).await?;
    Ok(desk)
}

/// The line of a dialog in an event of the home screen, when something fits.
fn line(event: &Value, dialog: &Value, fits: impl Fn(&Value) -> bool) -> Option<Value> {
    let lines = event["patch"]["dialogs"].as_array()?;
    let found = lines.iter().find(|line| line["id"] == *dialog)?;
    fits(found).then(|| found.clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_goes_from_one_screen_to_the_other() -> Result<()> {
    let town = Town::open_plain().await?;
    let alex = desk(&town, ALEX.login).await?;
    let mut bea = desk(&town, BEA.login).await?;
    let args = json!({
        "kind": "group", "name": "Boats", "people": [BEA.id], "description": "For the summer", "photo": PIXEL,
    });
    let dialog = alex.call("create_dialog", args).await?;
    let shown = bea
        .until("the group with its picture", |event| {
            line(event, &dialog, |line| !line["photo"].is_null())
        })
        .await;
    assert_eq!(shown["description"], "For the summer");
    assert_eq!(shown["role"], "member");
    assert_eq!(shown["rights"]["pin"], false);
    let uid = shown["photo"]
        .as_str()
        .and_then(|photo| photo.strip_prefix("uid:"))
        .context("a name")?;
    for screen in [&alex, &bea] {
        let picture = screen.call("picture", json!({ "uid": uid })).await?;
        assert_eq!(picture, PIXEL);
    }
    let nothing = bea.call("picture", json!({ "uid": "../secrets" })).await?;
    assert_eq!(nothing, Value::Null);
    let args = json!({ "dialog": dialog, "photo": "" });
    alex.call("update_dialog", args).await?;
    bea.until("the group without it", |event| {
        line(event, &dialog, |line| line["photo"].is_null())
    })
    .await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn information_and_rights_change_for_everybody() -> Result<()> {
    let town = Town::open_plain().await?;
    let alex = desk(&town, ALEX.login).await?;
    let mut bea = desk(&town, BEA.login).await?;
    let args = json!({ "kind": "group", "name": "Boats", "people": [BEA.id, CAROL.id] });
    let dialog = alex.call("create_dialog", args).await?;
    bea.until("the group", |event| line(event, &dialog, |_| true))
        .await;
    let args = json!({ "dialog": dialog, "person": BEA.id, "on": true });
    let refused = bea
        .call("set_admin", args.clone())
        .await
        .expect_err("no owner");
    assert_eq!(serde_json::to_value(refused.code)?, "not_allowed");
    assert!(refused.message.contains("owner"), "{}", refused.message);
    alex.call("set_admin", args).await?;
    let shown = bea
        .until("being an admin", |event| {
            line(event, &dialog, |line| line["role"] == "admin")
        })
        .await;
    assert_eq!(shown["rights"]["pin"], true);

    let info = bea.call("dialog_info", json!({ "dialog": dialog })).await?;
    assert_eq!(info["owner"], json!(ALEX.id));
    assert_eq!(info["admins"], json!([BEA.id]));
    assert_eq!(info["member_count"], 3);
    assert_eq!(info["notifications"], true, "the server was asked");
    let args = json!({ "dialog": dialog, "query": "carol", "skip": 0 });
    let members = bea.call("members", args).await?;
    assert_eq!(members["people"][0]["name"], CAROL.full_name);
    assert_eq!(members["has_more"], false);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_tells_who_has_it_and_who_is_there_is_seen() -> Result<()> {
    let town = Town::open_plain().await?;
    let mut alex = desk(&town, ALEX.login).await?;
    let args = json!({ "kind": "private", "name": "", "people": [BEA.id] });
    let dialog = alex.call("create_dialog", args).await?;
    let args = json!({ "people": [BEA.id] });
    alex.call("watch_presence", args).await?;
    let bea = town.person(BEA).await?;
    let is_there = |event: &Value| {
        let told = event["presence"].as_array()?.first()?.clone();
        (told["person"] == json!(BEA.id) && told["is_online"] == true).then_some(())
    };
    alex.until("Bea being there", is_there).await;

    let id = "65a000000000000000000009";
    let args = json!({ "dialog": dialog, "id": id, "text": "Hello" });
    alex.call("send", args).await?;
    let said = id.parse()?;
    bea.hears(&said).await;
    bea.engine.seen(&dialog_of(&dialog)?, &said).await?;
    bea.engine.react(&said, "👍", true).await?;
    let details = loop {
        let details = alex
            .call("message_details", json!({ "message": id }))
            .await?;
        if details["receipts"][0]["read"] == true && details["reactions"][0].is_object() {
            break details;
        }
        alex.until("something new", |event| {
            (event["kind"] == "home").then_some(())
        })
        .await;
    };
    assert_eq!(details["receipts"][0]["person"]["name"], BEA.full_name);
    assert_eq!(details["reactions"][0]["emoji"], "👍");
    assert_eq!(details["reactions"][0]["people"][0]["name"], BEA.full_name);
    let journal = details["journal"].as_array().context("a journal")?;
    assert_eq!(journal[0]["reason"], "written");
    assert!(journal.len() >= 3, "{journal:?}");
    Ok(())
}

fn dialog_of(id: &Value) -> Result<kith_model::DialogId> {
    Ok(id.as_str().context("an id")?.parse()?)
}
