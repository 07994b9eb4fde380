//! What people do to messages, as the patches show it. There is no network:
//! all of it is seen at once and told to the server later.

use super::*;
use crate::Code;
use crate::view::{DeedView, DialogView, MessageView, TimelinePatch};

const OWN: u32 = 700;

/// Adds a group that this person owns, with Bea and an own message in it.
async fn add_group(dir: &TempDir) {
    let file = dir.path().join("profiles/test/1-11.db");
    let store = Store::open(&file, ME).await.unwrap();
    let mut write = store.write().await.unwrap();
    let group = Dialog {
        name: "Hiking".to_owned(),
        owner: Some(ME),
        occupants: vec![ME, BEA],
        ..Dialog::new(
            dialog_id(2),
            DialogKind::Group,
            Timestamp::from_seconds(1_700_000_000),
        )
    };
    write.put_dialog(&group).await.unwrap();
    for (n, sender) in [(OWN, ME), (701, BEA), (702, BEA)] {
        let message = Message {
            dialog_id: dialog_id(2),
            sender,
            ..message(n, &format!("group {n}"))
        };
        write.put(&message).await.unwrap();
    }
    let whole = Stretch {
        from: Stretch::BEGINNING,
        to: 1_700_001_000,
    };
    write.cover(&dialog_id(2), whole).await.unwrap();
    write.commit().await.unwrap();
    store.close().await;
}

/// A window on the group, with what a screen knows of it.
struct Group {
    app: App,
    ui: Ui,
    feed: FeedReceiver,
    snapshot: TimelineSnapshot,
    _dir: TempDir,
}

impl Group {
    async fn open() -> Self {
        let dir = profile(3).await;
        add_group(&dir).await;
        let app = open(&dir).await;
        let (ui, feed) = app.attach().await;
        home(&ui).await;
        let args = json!({ "dialog": dialog_id(2), "at": null });
        let snapshot = ui.call("open_timeline", args).await.unwrap();
        Self {
            app,
            ui,
            feed,
            snapshot: serde_json::from_value(snapshot).unwrap(),
            _dir: dir,
        }
    }

    async fn call(&self, name: &str, args: Value) -> Value {
        self.ui.call(name, args).await.unwrap()
    }

    /// The next patch of the window in which something fits.
    async fn patch(&mut self, fits: impl Fn(&TimelinePatch) -> bool) -> TimelinePatch {
        loop {
            if let FeedEvent::Timeline { patch } = next(&mut self.feed).await
                && fits(&patch)
            {
                return patch;
            }
        }
    }

    /// The next patch in which this message is another one.
    async fn row(&mut self, n: u32) -> MessageView {
        let id = message_id(n);
        let patch = self
            .patch(|patch| patch.upserts.iter().any(|row| row.id == id))
            .await;
        patch.upserts.into_iter().find(|row| row.id == id).unwrap()
    }

    /// The next line of the list for the group in which something fits.
    async fn line(&mut self, fits: impl Fn(&DialogView) -> bool) -> DialogView {
        loop {
            if let FeedEvent::Home { patch } = next(&mut self.feed).await
                && let Some(line) = patch
                    .dialogs
                    .into_iter()
                    .find(|line| line.id == dialog_id(2) && fits(line))
            {
                return line;
            }
        }
    }
}

#[tokio::test]
async fn a_reaction_is_on_the_bubble_at_once() {
    let mut group = Group::open().await;
    let args = json!({ "message": message_id(701), "emoji": "👍", "on": true });
    group.call("react", args).await;
    let row = group.row(701).await;
    let [reaction] = row.reactions.as_slice() else {
        panic!("{:?}", row.reactions)
    };
    assert_eq!((reaction.emoji.as_str(), reaction.count), ("👍", 1));
    assert!(reaction.is_own);
    let args = json!({ "message": message_id(701), "emoji": "👍", "on": false });
    group.call("react", args).await;
    assert!(group.row(701).await.reactions.is_empty());
    let nonsense = json!({ "message": message_id(701), "emoji": "a b", "on": true });
    let error = group.ui.call("react", nonsense).await.unwrap_err();
    assert_eq!(error.code, Code::InvalidInput);
    assert!(error.message.contains("emoji"), "{}", error.message);
    group.app.close().await;
}

#[tokio::test]
async fn an_edit_shows_and_says_that_the_server_has_not_taken_it() {
    let mut group = Group::open().await;
    let args = json!({ "message": message_id(OWN), "text": "changed @Bea", "mentions": [22] });
    group.call("edit_message", args).await;
    let row = group.row(OWN).await;
    assert_eq!(row.body, "changed @Bea");
    assert_eq!(row.deed, Some(DeedView::Editing));
    assert!(row.edited_at.is_some());
    assert_eq!(row.mentions, [BEA]);

    let theirs = json!({ "message": message_id(701), "text": "mine now", "mentions": [] });
    let error = group.ui.call("edit_message", theirs).await.unwrap_err();
    assert_eq!(error.code, Code::NotAllowed);
    assert!(error.message.contains("your own"), "{}", error.message);
    group.app.close().await;
}

#[tokio::test]
async fn pins_come_with_the_window_and_with_its_patches() {
    let mut group = Group::open().await;
    assert!(group.snapshot.pinned.is_empty());
    assert!(group.snapshot.rights.pin);
    let pin = |n: u32, on: bool| json!({ "message": message_id(n), "on": on });
    group.call("pin_message", pin(701, true)).await;
    let patch = group.patch(|patch| patch.pinned.is_some()).await;
    let pinned: Vec<MessageId> = patch.pinned.unwrap().into_iter().map(|m| m.id).collect();
    assert_eq!(pinned, [message_id(701)]);
    assert!(patch.upserts.iter().any(|row| row.is_pinned));

    group.call("pin_message", pin(702, true)).await;
    let patch = group.patch(|patch| patch.pinned.is_some()).await;
    let pinned: Vec<MessageId> = patch.pinned.unwrap().into_iter().map(|m| m.id).collect();
    assert_eq!(
        pinned,
        [message_id(702), message_id(701)],
        "the newest pin first"
    );

    let args = json!({ "message": message_id(702), "emoji": "👍", "on": true });
    group.call("react", args).await;
    let id = message_id(702);
    let patch = group
        .patch(|patch| {
            patch
                .upserts
                .iter()
                .any(|row| row.id == id && !row.reactions.is_empty())
        })
        .await;
    assert!(
        patch.pinned.unwrap()[0].reactions[0].is_own,
        "what is pinned shows its reactions, too"
    );

    group.call("pin_message", pin(701, false)).await;
    let patch = group.patch(|patch| patch.pinned.is_some()).await;
    assert_eq!(patch.pinned.unwrap().len(), 1);
    let listed = group
        .call("pinned", json!({ "dialog": dialog_id(2) }))
        .await;
    assert_eq!(listed.as_array().unwrap().len(), 1);
    // In a conversation between two nobody pins.
    let error = group
        .ui
        .call("pin_message", pin(0, true))
        .await
        .unwrap_err();
    assert_eq!(error.code, Code::NotAllowed);
    group.app.close().await;
}

#[tokio::test]
async fn an_answer_carries_its_quote_and_a_deletion_takes_the_row() {
    let mut group = Group::open().await;
    let args = json!({
        "dialog": dialog_id(2), "id": message_id(800), "text": "yes, @everybody",
        "reply_to": message_id(701), "mentions": [0], "is_silent": true, "destroy_after": 60,
    });
    group.call("send", args).await;
    let row = group.row(800).await;
    let reply = row.reply.unwrap();
    assert_eq!((reply.message, reply.sender), (message_id(701), BEA));
    assert_eq!(reply.text, "group 701");
    assert_eq!(reply.sender_name, "Bea <b>bold</b>");
    assert_eq!(row.mentions, [UserId(0)], "everybody");
    assert!(row.is_silent && !row.mentions_me);
    assert_eq!(row.destroy_after, Some(60));

    let waiting = group.call("waiting", json!({})).await;
    let [waits] = waiting.as_array().unwrap().as_slice() else {
        panic!("{waiting}")
    };
    assert_eq!(waits["dialog_name"], "Hiking");
    assert_eq!(waits["journal"][0]["reason"], "written");
    assert_eq!(group.line(|line| line.waiting == 1).await.waiting, 1);

    let both = json!({ "messages": [message_id(701), message_id(800)], "for_all": true });
    let done = group.call("delete_messages", both).await;
    assert_eq!(done["deleted"].as_array().unwrap().len(), 2);
    let mut gone = Vec::new();
    while gone.len() < 2 {
        let patch = group.patch(|patch| !patch.removals.is_empty()).await;
        gone.extend(patch.removals);
    }
    assert_eq!(group.line(|line| line.waiting == 0).await.waiting, 0);
    group.app.close().await;
}

#[tokio::test]
async fn the_list_shows_what_is_done_to_its_lines() {
    let mut group = Group::open().await;
    let dialog = dialog_id(2);
    let far = 4_000_000_000_000_i64;
    group
        .call("mute", json!({ "dialog": dialog, "until": far }))
        .await;
    let muted = group.line(|line| line.muted_until.is_some()).await;
    assert_eq!(muted.muted_until, Some(far));
    group
        .call("pin_dialog", json!({ "dialog": dialog, "on": true }))
        .await;
    assert!(group.line(|line| line.is_pinned).await.is_pinned);
    group
        .call("mark_unread", json!({ "dialog": dialog, "on": true }))
        .await;
    assert!(
        group
            .line(|line| line.is_marked_unread)
            .await
            .is_marked_unread
    );
    group.call("mark_read", json!({ "dialogs": [] })).await;
    assert!(
        !group
            .line(|line| !line.is_marked_unread)
            .await
            .is_marked_unread
    );
    group
        .call("archive", json!({ "dialogs": [dialog], "on": true }))
        .await;
    assert!(group.line(|line| line.is_archived).await.is_archived);

    let draft = json!({
        "dialog": dialog, "text": "as I said", "reply_to": message_id(701), "editing": message_id(OWN),
        "destroy_after": 30, "is_silent": true,
    });
    group.call("save_draft", draft).await;
    let line = group.line(|line| line.draft.is_some()).await;
    assert_eq!(line.draft.as_deref(), Some("as I said"));
    assert!(line.draft_at.is_some());
    let args = json!({ "dialog": dialog, "at": null });
    let again: TimelineSnapshot =
        serde_json::from_value(group.call("open_timeline", args).await).unwrap();
    let state = again.draft_state;
    assert_eq!(state.reply.unwrap().text, "group 701");
    assert_eq!(state.editing.unwrap().id, message_id(OWN));
    assert_eq!((state.destroy_after, state.is_silent), (Some(30), true));
    assert_eq!(again.draft, "as I said");
    group.app.close().await;
}

#[tokio::test]
async fn the_information_of_a_dialog_needs_no_network() {
    let group = Group::open().await;
    let args = json!({ "dialog": dialog_id(2) });
    let info: crate::view::DialogInfo =
        serde_json::from_value(group.call("dialog_info", args).await).unwrap();
    assert_eq!(info.owner, Some(ME));
    assert_eq!(info.member_count, 2);
    assert_eq!(info.dialog.role, crate::view::Role::Owner);
    assert!(info.is_complete && info.holes.is_empty());
    assert_eq!(info.notifications, None, "not known yet");
    let args = json!({ "dialog": dialog_id(2), "query": "bea", "skip": 0 });
    let members = group.call("members", args).await;
    assert_eq!(members["people"].as_array().unwrap().len(), 1);
    let args = json!({ "dialog": dialog_id(2), "name": "Boats" });
    let error = group.ui.call("update_dialog", args).await.unwrap_err();
    assert!(
        matches!(error.code, Code::Offline | Code::Unreachable),
        "{error:?}"
    );
    group.app.close().await;
}
