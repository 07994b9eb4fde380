//! Messages that go away by themselves, and leave nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use kith_model::{Clock, DialogKind, FailureReason, Message, Properties, Timestamp};
use tempfile::TempDir;

use super::{BEA, ME, at, dialog, dialog_id, id, message, own};
use crate::{Draft, Fate, HeardEdit, Queued, Step, Store};

#[derive(Debug, Default)]
struct Hand(AtomicI64);

impl Clock for Hand {
    fn now(&self) -> Timestamp {
        Timestamp::from_seconds(self.0.load(Ordering::SeqCst))
    }
}

struct Timed {
    store: Store,
    hand: Arc<Hand>,
    folder: TempDir,
}

impl Timed {
    async fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let hand = Arc::new(Hand::default());
        let store = Self::open(&folder, &hand).await;
        let mut write = store.write().await.unwrap();
        write
            .put_dialog(&dialog(1, DialogKind::Group))
            .await
            .unwrap();
        write.commit().await.unwrap();
        Self {
            store,
            hand,
            folder,
        }
    }

    async fn open(folder: &TempDir, hand: &Arc<Hand>) -> Store {
        let path = folder.path().join("account.db");
        let store = Store::open(&path, ME).await.unwrap();
        store.go_by(Arc::clone(hand) as Arc<dyn Clock>);
        store
    }

    /// The files that have this in them.
    fn files_with(&self, text: &str) -> Vec<String> {
        let files = std::fs::read_dir(self.folder.path()).unwrap();
        let has = |path: &std::path::PathBuf| {
            let bytes = std::fs::read(path).unwrap();
            bytes.windows(text.len()).any(|w| w == text.as_bytes())
        };
        let with = files.map(|file| file.unwrap().path()).filter(has);
        let name = |path: std::path::PathBuf| path.file_name().unwrap().display().to_string();
        with.map(name).collect()
    }

    /// Own messages of five seconds.
    async fn put<const N: usize>(&self, texts: [(u32, &str); N]) {
        let mut write = self.store.write().await.unwrap();
        for (n, body) in texts {
            let passing = Message {
                body: body.into(),
                ..own(n, 10)
            };
            write.put(&timed(passing, 5)).await.unwrap();
        }
        write.commit().await.unwrap();
    }

    /// What the engine does each time it looks, at this second.
    async fn look(&self, second: i64) -> Vec<String> {
        self.hand.0.store(second, Ordering::SeqCst);
        let mut write = self.store.write().await.unwrap();
        write.start_timers().await.unwrap();
        write.destroy_expired().await.unwrap();
        write.commit().await.unwrap();
        assert!(self.store.leave_no_trace().await.unwrap());
        let ids = self.store.messages(&[1, 2, 3].map(id)).await.unwrap();
        ids.iter().map(|m| m.message.body.clone()).collect()
    }
}

fn timed(message: Message, seconds: u32) -> Message {
    Message {
        destroy_after: Some(seconds),
        is_in_history: false,
        ..message
    }
}

#[tokio::test]
async fn the_time_runs_from_when_it_was_taken_or_seen_and_across_a_restart() {
    let mut timed_store = Timed::new().await;
    let mut write = timed_store.store.write().await.unwrap();
    write.put(&timed(own(1, 10), 60)).await.unwrap();
    write.put(&timed(message(2, 11), 30)).await.unwrap();
    write
        .queue_with(
            &dialog_id(1),
            &Queued {
                destroy_after: Some(5),
                ..Queued::text(id(3), "waits")
            },
            at(12),
        )
        .await
        .unwrap();
    write.commit().await.unwrap();
    assert_eq!(timed_store.look(100).await, ["text 1", "text 2", "waits"]);
    assert_eq!(
        timed_store.look(150).await,
        ["text 1", "text 2", "waits"],
        "what was not seen and what was not sent stays"
    );
    let mut write = timed_store.store.write().await.unwrap();
    write.seen(&dialog_id(1), &id(2)).await.unwrap();
    write.commit().await.unwrap();
    assert_eq!(timed_store.look(159).await.len(), 3);
    timed_store.store.close().await;
    timed_store.store = Timed::open(&timed_store.folder, &timed_store.hand).await;
    assert_eq!(
        timed_store.store.next_expiry().await.unwrap(),
        Some(at(160)),
        "it is on disk"
    );
    assert_eq!(timed_store.look(160).await, ["text 2", "waits"]);
    assert_eq!(timed_store.look(188).await, ["text 2", "waits"]);
    assert_eq!(timed_store.look(189).await, ["waits"]);
}

#[tokio::test]
async fn no_clock_gives_a_message_more_time_than_it_was_sent_with() {
    let store = Timed::new().await;
    let mut write = store.store.write().await.unwrap();
    write.put(&timed(own(1, 10), 60)).await.unwrap();
    write.commit().await.unwrap();
    store.look(1_000_000).await;
    store.look(500).await;
    assert_eq!(
        store.store.next_expiry().await.unwrap(),
        Some(at(560)),
        "the clock was set back by days"
    );
    let mut write = store.store.write().await.unwrap();
    write.clock_was_set_back(20_000).await.unwrap();
    write.commit().await.unwrap();
    assert_eq!(store.store.next_expiry().await.unwrap(), Some(at(540)));
}

#[tokio::test]
async fn what_is_sent_again_keeps_its_time_unless_nobody_can_have_it() {
    let timed_store = Timed::new().await;
    let mut write = timed_store.store.write().await.unwrap();
    for (n, destroy_after) in [(1, Some(60)), (2, None)] {
        let queued = Queued {
            destroy_after,
            ..Queued::text(id(n), "waits")
        };
        write
            .queue_with(&dialog_id(1), &queued, at(10))
            .await
            .unwrap();
    }
    let mut times = Vec::new();
    for second in [20, 30] {
        for n in [1, 2] {
            let left = write.handing_over(&id(n), at(second)).await.unwrap();
            times.push(left.unwrap().1);
        }
    }
    assert_eq!(times, [at(20), at(20), at(20), at(30)]);
    let mut left = Vec::new();
    for second in [40, 50] {
        write
            .postpone(&id(1), Fate::NeverLeft, at(0), Step::NotTaken)
            .await
            .unwrap();
        let again = write.handing_over(&id(1), at(second)).await.unwrap();
        left.push(again.unwrap().1);
    }
    assert_eq!(left, [at(20), at(20)], "the first time it had left");

    let queued = Queued {
        destroy_after: Some(60),
        ..Queued::text(id(3), "has no luck")
    };
    write
        .queue_with(&dialog_id(1), &queued, at(10))
        .await
        .unwrap();
    let mut never = Vec::new();
    for second in [20, 30, 40] {
        let tried = write.handing_over(&id(3), at(second)).await.unwrap();
        never.push(tried.unwrap().1);
        write
            .postpone(&id(3), Fate::NeverLeft, at(0), Step::NotTaken)
            .await
            .unwrap();
    }
    assert_eq!(never, [at(20), at(30), at(40)], "nobody has it");
    write.handing_over(&id(3), at(50)).await.unwrap();
    write
        .refused(&id(3), FailureReason::NotAllowed)
        .await
        .unwrap();
    assert!(write.retry(&id(3)).await.unwrap());
    let retried = write.handing_over(&id(3), at(60)).await.unwrap();
    assert_eq!(retried.unwrap().1, at(60), "and the server refused it");
}

#[tokio::test]
async fn the_edit_of_a_message_that_will_not_come_is_not_kept() {
    let timed_store = Timed::new().await;
    let mut write = timed_store.store.write().await.unwrap();
    let edit = HeardEdit {
        message: id(1),
        by: BEA,
        body: "the treasure".into(),
        properties: Properties::new(),
        at: at(10),
        is_passing: true,
    };
    write.hear_edit(&edit).await.unwrap();
    write.put(&message(1, 9)).await.unwrap();
    write.commit().await.unwrap();
    assert_eq!(timed_store.look(20).await, ["text 1"]);
}

#[tokio::test]
async fn a_message_that_went_away_leaves_no_trace() {
    const SECRET: &str = "the treasure lies under the old oak";
    let store = Timed::new().await;
    let mut write = store.store.write().await.unwrap();
    let mut secret = timed(message(1, 10), 5);
    secret.body = format!("{SECRET} https://oak.test/treasure");
    write.put(&secret).await.unwrap();
    let mine = timed(
        Message {
            body: SECRET.into(),
            ..own(2, 10)
        },
        5,
    );
    write.put(&mine).await.unwrap();
    let editing = Draft {
        text: SECRET.into(),
        editing: Some(id(2)),
        ..Draft::default()
    };
    write
        .save_draft_state(&dialog_id(1), &editing)
        .await
        .unwrap();
    write
        .edit(&id(2), &format!("{SECRET}!"), &Properties::new())
        .await
        .unwrap();
    write.seen(&dialog_id(1), &id(1)).await.unwrap();
    write.commit().await.unwrap();
    assert_eq!(store.look(100).await.len(), 2);
    assert!(
        !store.files_with(SECRET).is_empty(),
        "it is on disk while it is there"
    );
    assert!(store.look(105).await.is_empty());
    for text in [SECRET, "oak.test"] {
        assert_eq!(store.files_with(text), [""; 0], "{text:?}");
    }
    assert!(store.store.deeds(9).await.unwrap().is_empty());
    assert_eq!(store.store.draft_state(&dialog_id(1)).await.unwrap(), None);
}

/// Leaves a picture of a text where no row is, as SQLite does when it moves rows.
async fn leave_behind(store: &Timed, text: &str) {
    let mut writer = store.store.writer().turn().await.unwrap();
    for statement in [
        "PRAGMA secure_delete = 0".to_owned(),
        format!("INSERT INTO setting (key, value) VALUES ('a', '{text}'), ('b', 'stays')"),
        "DELETE FROM setting WHERE key = 'a'".to_owned(),
        "PRAGMA secure_delete = 1".to_owned(),
    ] {
        sqlx::raw_sql(sqlx::AssertSqlSafe(statement))
            .execute(&mut *writer)
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn what_was_left_where_no_row_is_goes_too() {
    const SAID: &str = "this is said openly, too";
    let store = Timed::new().await;
    store.put([(1, OAK), (2, SAID)]).await;
    let mut write = store.store.write().await.unwrap();
    let openly = Message {
        body: SAID.into(),
        ..message(3, 10)
    };
    write.put(&openly).await.unwrap();
    write.commit().await.unwrap();
    assert_eq!(store.look(100).await.len(), 3);
    leave_behind(&store, OAK).await;
    assert_eq!(store.look(101).await.len(), 3);
    assert_eq!(store.look(105).await, [SAID]);
    assert_eq!(store.files_with(OAK), [""; 0]);
    assert_eq!(store.files_with(SAID), ["account.db"]);
    let settings = store.store.settings().await.unwrap();
    assert_eq!(settings["b"], "stays", "and nothing else goes");
}

const OAK: &str = "the treasure lies under the old oak";

/// A store with a message that goes away by itself, of which something was left
/// where no row is.
async fn with_something_left() -> Timed {
    let store = Timed::new().await;
    store.put([(1, OAK), (2, "stays for now")]).await;
    leave_behind(&store, OAK).await;
    store
}

#[tokio::test]
async fn what_is_deleted_before_its_time_is_wiped_as_well() {
    let store = with_something_left().await;
    let mut write = store.store.write().await.unwrap();
    write.hear_removal(&id(1), ME).await.unwrap();
    assert!(!store.store.may_have_traces(), "it is there for as long");
    write.commit().await.unwrap();
    assert!(store.store.may_have_traces());
    assert!(store.store.leave_no_trace().await.unwrap());
    assert!(!store.store.may_have_traces());
    assert_eq!(store.files_with(OAK), [""; 0]);
}

#[tokio::test]
async fn what_stood_there_before_an_edit_is_wiped_as_well() {
    let store = with_something_left().await;
    let mut write = store.store.write().await.unwrap();
    let edit = HeardEdit {
        message: id(1),
        by: ME,
        body: "never mind".into(),
        properties: Properties::new(),
        at: at(20),
        is_passing: false,
    };
    write.hear_edit(&edit).await.unwrap();
    write.commit().await.unwrap();
    assert!(store.store.may_have_traces());
    assert!(store.store.leave_no_trace().await.unwrap());
    assert_eq!(store.files_with(OAK), [""; 0]);

    // Until the server knows of an edit, the text before it may have to come back.
    let store = with_something_left().await;
    let mut write = store.store.write().await.unwrap();
    write
        .edit(&id(1), "never mind", &Properties::new())
        .await
        .unwrap();
    write.commit().await.unwrap();
    assert!(store.store.leave_no_trace().await.unwrap());
    assert_ne!(store.files_with(OAK), [""; 0]);
    store.look(101).await;
    assert_eq!(store.look(106).await, [""; 0]);
    assert_eq!(store.files_with(OAK), [""; 0]);
}

#[tokio::test]
async fn what_nobody_remembers_is_wiped_as_well() {
    // The app is killed when the message is gone, and nobody has looked yet.
    let mut store = with_something_left().await;
    let mut write = store.store.write().await.unwrap();
    write.take_away(&id(1)).await.unwrap();
    write.commit().await.unwrap();
    store.store.close().await;
    store.store = Timed::open(&store.folder, &store.hand).await;
    assert!(!store.store.may_have_traces());
    assert!(store.store.leave_no_trace().await.unwrap());
    assert_eq!(store.files_with(OAK), [""; 0]);

    // Clearing a dialog reads no texts.
    let store = with_something_left().await;
    let mut write = store.store.write().await.unwrap();
    write.clear(&dialog_id(1)).await.unwrap();
    write.commit().await.unwrap();
    assert!(store.store.leave_no_trace().await.unwrap());
    assert_eq!(store.files_with(OAK), [""; 0]);
}

#[tokio::test]
async fn what_another_one_says_as_well_is_looked_for_when_that_is_gone() {
    let store = Timed::new().await;
    let longer = format!("{OAK}, by the river");
    store.put([(1, OAK), (2, longer.as_str())]).await;
    leave_behind(&store, OAK).await;
    for n in [1, 2] {
        let mut write = store.store.write().await.unwrap();
        write.take_away(&id(n)).await.unwrap();
        write.commit().await.unwrap();
        assert!(store.store.leave_no_trace().await.unwrap());
        assert!(!store.store.may_have_traces(), "nobody looks in vain");
    }
    assert_eq!(store.files_with(OAK), [""; 0]);
}

#[tokio::test]
async fn a_file_in_which_nothing_is_left_is_not_written_anew() {
    let store = Timed::new().await;
    store.put([(1, OAK), (2, "stays for now")]).await;
    leave_behind(&store, "of something else").await;
    store.look(101).await;
    assert_eq!(store.look(106).await, [""; 0]);
    assert_eq!(store.files_with(OAK), [""; 0]);
    assert_eq!(store.files_with("of something else"), ["account.db"]);
}

#[tokio::test]
async fn what_is_taken_back_takes_the_draft_of_its_edit_along() {
    let store = Timed::new().await;
    let mut write = store.store.write().await.unwrap();
    let queued = Queued {
        destroy_after: Some(60),
        ..Queued::text(id(1), OAK)
    };
    write
        .queue_with(&dialog_id(1), &queued, at(10))
        .await
        .unwrap();
    let editing = Draft {
        text: format!("{OAK}, or"),
        editing: Some(id(1)),
        ..Draft::default()
    };
    write
        .save_draft_state(&dialog_id(1), &editing)
        .await
        .unwrap();
    assert_eq!(write.discard(&id(1)).await.unwrap().as_deref(), Some(OAK));
    write.commit().await.unwrap();
    assert_eq!(store.store.draft_state(&dialog_id(1)).await.unwrap(), None);
    assert!(store.store.leave_no_trace().await.unwrap());
    assert_eq!(store.files_with(OAK), [""; 0]);
}
