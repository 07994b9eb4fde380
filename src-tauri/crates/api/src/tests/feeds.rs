//! Snapshots and patches: nothing lost, nothing out of order.

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::view::{Delivery, LinkState, MessageView};

/// What a screen does with a feed.
struct Screen {
    window: u32,
    rev: u32,
    rows: BTreeMap<MessageId, MessageView>,
}

impl Screen {
    fn new(snapshot: TimelineSnapshot) -> Self {
        let rows = snapshot
            .messages
            .into_iter()
            .map(|row| (row.id.clone(), row))
            .collect();
        Self {
            window: snapshot.window,
            rev: snapshot.rev,
            rows,
        }
    }

    fn apply(&mut self, event: FeedEvent) {
        let FeedEvent::Timeline { patch } = event else {
            return;
        };
        if patch.window != self.window || patch.rev <= self.rev {
            return;
        }
        assert_eq!(patch.rev, self.rev + 1, "no gap");
        self.rev = patch.rev;
        for row in patch.upserts {
            self.rows.insert(row.id.clone(), row);
        }
        for id in patch.removals {
            self.rows.remove(&id);
        }
    }

    fn bodies(&self) -> Vec<String> {
        let mut rows: Vec<&MessageView> = self.rows.values().collect();
        rows.sort_by(|a, b| a.key.cmp(&b.key));
        rows.into_iter().map(|row| row.body.clone()).collect()
    }
}

#[tokio::test]
async fn the_home_screen_opens_from_the_disk() {
    let dir = profile(3).await;
    let app = open(&dir).await;
    let (ui, _feed) = app.attach().await;
    let home = home(&ui).await;
    assert_eq!(home.me.name, "Me");
    assert_eq!(home.dialogs.len(), 1);
    let dialog = &home.dialogs[0];
    assert_eq!((dialog.name.as_str(), dialog.opponent), ("Bea", Some(BEA)));
    let last = dialog.last.as_ref().unwrap();
    assert_eq!(last.text, "number 2");
    assert_eq!(last.sender_name, "Bea <b>bold</b>", "markup is text");
    let bea = home.people.iter().find(|person| person.id == BEA).unwrap();
    assert_eq!(bea.avatar, None, "the web view loads nothing");
    assert_ne!(home.link.state, LinkState::Online);
    app.close().await;
}

#[tokio::test]
async fn sending_is_one_patch_and_then_the_list() {
    let dir = profile(2).await;
    let app = open(&dir).await;
    let (ui, mut feed) = app.attach().await;
    home(&ui).await;
    let mut screen = Screen::new(open_timeline(&ui).await);
    send(&ui, 500).await;
    while !screen.rows.contains_key(&message_id(500)) {
        screen.apply(next(&mut feed).await);
    }
    assert_eq!(screen.bodies(), ["number 0", "number 1", "sent 500"]);
    let row = &screen.rows[&message_id(500)];
    assert!(row.is_own);
    assert!(matches!(row.delivery, Delivery::Queued | Delivery::Sending));
    loop {
        if let FeedEvent::Home { patch } = next(&mut feed).await
            && let Some(dialog) = patch.dialogs.first()
        {
            assert_eq!(dialog.last.as_ref().unwrap().text, "sent 500");
            break;
        }
    }
    let taken = ui
        .call("discard", json!({ "message": message_id(500) }))
        .await
        .unwrap();
    assert_eq!(taken, "sent 500");
    while screen.rows.contains_key(&message_id(500)) {
        screen.apply(next(&mut feed).await);
    }
    app.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn opening_while_much_is_written_loses_nothing() {
    const COUNT: u32 = 120;
    let dir = profile(5).await;
    let app = open(&dir).await;
    let (writer, _) = app.attach().await;
    let writing = tokio::spawn(async move {
        for n in 1000..1000 + COUNT {
            send(&writer, n).await;
        }
    });
    let mut screens = Vec::new();
    for _ in 0..12 {
        let (ui, feed) = app.attach().await;
        screens.push((Screen::new(open_timeline(&ui).await), feed));
    }
    writing.await.unwrap();
    let last = message_id(1000 + COUNT - 1);
    let mut counts = BTreeSet::new();
    for (screen, feed) in &mut screens {
        while !screen.rows.contains_key(&last) {
            screen.apply(next(feed).await);
        }
        counts.insert(screen.rows.values().filter(|row| row.is_own).count());
        assert!(screen.rev <= COUNT + 1, "patches are gathered");
    }
    // A window that was opened late begins later; none has a hole.
    for (screen, _) in &screens {
        let bodies = screen.bodies();
        let sent: Vec<u32> = bodies
            .iter()
            .filter_map(|body| body.strip_prefix("sent ")?.parse().ok())
            .collect();
        let first = *sent.first().unwrap();
        assert_eq!(
            sent,
            Vec::from_iter(first..1000 + COUNT),
            "every message once, in order"
        );
    }
    app.close().await;
}

#[tokio::test]
async fn a_long_dialog_comes_in_pages() {
    let dir = profile(150).await;
    let app = open(&dir).await;
    let (ui, _feed) = app.attach().await;
    ui.call(
        "seen",
        json!({ "dialog": dialog_id(1), "message": message_id(149) }),
    )
    .await
    .unwrap();
    let snapshot = open_timeline(&ui).await;
    assert_eq!(snapshot.messages.len(), 60);
    assert_eq!(snapshot.messages.last().unwrap().body, "number 149");
    assert!(snapshot.has_older && !snapshot.has_newer);
    assert_eq!(snapshot.first_unread, None);
    let older = page(&ui, "load_older", snapshot.window).await;
    assert_eq!(older.messages.len(), 60);
    assert_eq!(older.messages.last().unwrap().body, "number 89");
    assert_eq!(older.rev, snapshot.rev, "a page makes no new state");
    ui.call("close_timeline", json!({ "window": snapshot.window }))
        .await
        .unwrap();
    let error = ui
        .call("load_older", json!({ "window": snapshot.window }))
        .await
        .unwrap_err();
    assert_eq!(error.code, crate::Code::Gone);
    app.close().await;
}

#[tokio::test]
async fn a_dialog_opens_at_the_first_unread_message() {
    let dir = profile(200).await;
    let app = open(&dir).await;
    let (ui, _feed) = app.attach().await;
    ui.call(
        "seen",
        json!({ "dialog": dialog_id(1), "message": message_id(99) }),
    )
    .await
    .unwrap();
    let snapshot = open_timeline(&ui).await;
    assert_eq!(snapshot.first_unread, Some(message_id(100)));
    assert_eq!(snapshot.dialog.unread, 100);
    assert!(snapshot.has_older && snapshot.has_newer);
    let bodies: Vec<&str> = snapshot
        .messages
        .iter()
        .map(|row| row.body.as_str())
        .collect();
    assert!(
        bodies.contains(&"number 100") && bodies.contains(&"number 90"),
        "some context above it"
    );
    let mut screen = Screen::new(snapshot);
    while page(&ui, "load_newer", screen.window).await.has_newer {}
    assert!(!page(&ui, "load_newer", screen.window).await.has_newer);
    screen.rows.clear();

    let args = json!({ "dialog": dialog_id(1), "at": null, "newest": true });
    let newest = ui.call("open_timeline", args).await.unwrap();
    assert_eq!(newest["has_newer"], false, "unless the newest is wanted");
    let shown = newest["messages"].as_array().unwrap();
    assert_eq!(shown.last().unwrap()["body"], "number 199");
    assert_eq!(newest["first_unread"], json!(message_id(100)));
    app.close().await;
}

#[tokio::test]
async fn why_a_dialog_is_unread_is_told() {
    let dir = profile(20).await;
    let app = open(&dir).await;
    let (ui, _feed) = app.attach().await;
    let why = async || {
        let args = json!({ "dialog": dialog_id(1) });
        let why = ui.call("why_unread", args).await.unwrap();
        (why["reason"].clone(), why["message"].clone())
    };
    let seen = async |n| {
        let args = json!({ "dialog": dialog_id(1), "message": message_id(n) });
        ui.call("seen", args).await.unwrap();
    };
    seen(9).await;
    assert_eq!(why().await, (json!("new"), json!(message_id(10))));
    seen(19).await;
    assert_eq!(why().await, (json!("nothing"), Value::Null));
    // Sent before what was read, and come after it.
    let mut write = app.session().unwrap().store.write().await.unwrap();
    let late = Message {
        id: message_id(100),
        ..message(5, "late")
    };
    write.put(&late).await.unwrap();
    write.put(&message(30, "new")).await.unwrap();
    write.commit().await.unwrap();
    assert_eq!(why().await, (json!("late"), json!(message_id(100))));
    let both = json!({
        "dialog": dialog_id(1), "message": message_id(30), "on_screen": [message_id(100)],
    });
    ui.call("seen", both).await.unwrap();
    assert_eq!(why().await, (json!("nothing"), Value::Null));
    let mark = json!({ "dialog": dialog_id(1), "on": true });
    ui.call("mark_unread", mark).await.unwrap();
    assert_eq!(why().await, (json!("marked"), Value::Null));
    app.close().await;
}

#[tokio::test]
async fn a_feed_that_nobody_reads_is_reset() {
    let mut feeds = crate::feed::Feeds::default();
    let (id, mut receiver) = feeds.attach();
    feeds.open_home(id);
    for _ in 0..400 {
        feeds.get(id).unwrap().push(FeedEvent::Typing {
            typing: crate::view::TypingView {
                dialog: dialog_id(1),
                people: Vec::new(),
            },
        });
    }
    let mut events = Vec::new();
    feeds.close();
    while let Some(event) = receiver.next().await {
        events.push(event);
    }
    assert_eq!(
        events.first(),
        Some(&FeedEvent::Reset),
        "what was lost is announced first"
    );
    assert!(events.len() < 300);
}
