//! The index of words: what is taken in and when, and that what is gone leaves
//! no word behind.

use kith_model::{Delivery, DialogKind, Message, MessageId, Properties};
use sqlx::Row;

use super::search::{says, search};
use super::{BEA, Fixture, ME, at, dialog, dialog_id, id, message, own};
use crate::{Fate, HeardEdit, IndexWork, Queued, Step};

impl Fixture {
    /// Whether the index says what the messages say.
    pub(super) async fn is_sound(&self) -> bool {
        let mut writer = self.store.writer().turn().await.expect("the writer");
        sqlx::query("INSERT INTO search (search, rank) VALUES ('integrity-check', 1)")
            .execute(&mut *writer)
            .await
            .is_ok()
    }

    /// Does all the quiet work; says in how many portions.
    pub(super) async fn work(&self) -> u32 {
        let mut portions = 0;
        let mut work = IndexWork::TookIn;
        while work != IndexWork::Done {
            portions += 1;
            self.write(async |write| work = write.work_on_index().await.expect("a portion"))
                .await;
        }
        portions
    }

    /// Which of these are in the index's own tables, or in a file.
    async fn traces<'w>(&self, words: &[&'w str]) -> Vec<&'w str> {
        self.store.leave_no_trace().await.expect("an empty log");
        let mut reader = self.store.reader().await.expect("a reader");
        let mut bytes: Vec<Vec<u8>> = Vec::new();
        for statement in [
            "SELECT block FROM search_data",
            "SELECT CAST(term AS BLOB) FROM search_idx",
        ] {
            let rows = sqlx::query(statement).fetch_all(&mut *reader).await;
            bytes.extend(
                rows.expect("a look")
                    .iter()
                    .map(|row| row.get::<Vec<u8>, _>(0)),
            );
        }
        for file in std::fs::read_dir(self.folder.path()).expect("the folder") {
            bytes.push(std::fs::read(file.expect("a file").path()).expect("its bytes"));
        }
        let is_in = |word: &str| {
            let held = |bytes: &Vec<u8>| bytes.windows(word.len()).any(|w| w == word.as_bytes());
            bytes.iter().any(held)
        };
        words.iter().copied().filter(|word| is_in(word)).collect()
    }
}

/// Numbers in an order that is the same every time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u32) -> u32 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        u32::try_from((self.0 >> 33) % u64::from(sides)).unwrap_or_default()
    }
}

#[tokio::test]
async fn whatever_happens_the_index_says_what_the_messages_say() {
    for seed in 0..6 {
        let fixture = Fixture::new().await;
        fixture
            .write(async |write| {
                write
                    .put_dialog(&dialog(2, DialogKind::Group))
                    .await
                    .expect("a dialog")
            })
            .await;
        let mut dice = Dice(seed);
        for step in 0..60 {
            fixture
                .write(async |write| something(write, &mut dice).await)
                .await;
            assert!(fixture.is_sound().await, "seed {seed}, step {step}");
            // Some of what changes waits, some is in it.
            if step % 3 != 0 {
                continue;
            }
            for (n, word) in WORDS.into_iter().enumerate() {
                let expected: i64 = sqlx::query_scalar(
                    "SELECT count(*)
                     FROM message
                     WHERE kind = 0 AND destroy_after IS NULL AND body LIKE '%' || ? || '%'",
                )
                .bind(word)
                .fetch_one(&mut *fixture.store.reader().await.expect("a reader"))
                .await
                .expect("a count");
                let page = fixture.searched(&search(word)).await;
                assert_eq!(
                    i64::from(page.total),
                    expected,
                    "seed {seed}, step {step}, word {n}"
                );
                let seconds: Vec<_> = page
                    .found
                    .iter()
                    .map(|found| found.message.message.sent_at)
                    .collect();
                assert!(
                    seconds.is_sorted_by(|a, b| a >= b),
                    "newest first: {seconds:?}"
                );
            }
        }
        fixture.work().await;
        assert!(fixture.is_sound().await, "seed {seed}");
    }
}

const WORDS: [&str; 4] = ["alder", "birch", "cedar", "dogwood"];

/// One of the ways in which messages come, change and go.
async fn something(write: &mut crate::Write, dice: &mut Dice) {
    let n = 1 + dice.roll(12);
    let word = WORDS[dice.roll(4) as usize];
    let second = 1 + i64::from(dice.roll(5));
    let where_to = dialog_id(1 + dice.roll(2));
    let held = write.find(&id(n)).await.expect("a look");
    match dice.roll(12) {
        0..=2 => {
            let news = Message {
                sender: if n.is_multiple_of(2) { ME } else { BEA },
                dialog_id: dialog_id(1 + n % 2),
                destroy_after: n.is_multiple_of(5).then_some(1),
                updated_at: Some(at(second)),
                ..says(n, second, word)
            };
            write.put(&news).await.map(drop).expect("kept");
        }
        3 => {
            let edit = HeardEdit {
                message: id(n),
                by: BEA,
                body: format!("{word}, again"),
                properties: Properties::new(),
                at: at(100 + second),
                is_passing: false,
            };
            write.hear_edit(&edit).await.expect("edited");
        }
        4 => drop(
            write
                .edit(&id(n), word, &Properties::new())
                .await
                .expect("edited"),
        ),
        5 => drop(write.take_away(&id(n)).await.expect("taken away")),
        6 => drop(write.delete(&id(n), true).await.expect("deleted")),
        7 if held.is_none() => {
            drop(
                write
                    .queue_with(&where_to, &Queued::text(id(n), word), at(second))
                    .await,
            );
        }
        7 | 8 => {
            drop(
                write
                    .handing_over(&id(n), at(second + 1))
                    .await
                    .expect("handed over"),
            );
            if let Some(held) = held.filter(|held| held.delivery < Delivery::Sent) {
                write.rise(&held, Delivery::Sent, Step::Echo);
            }
        }
        9 => {
            let _ = write.amend_queued(&id(n), word).await.expect("amended");
            write
                .postpone(&id(n), Fate::NeverLeft, at(0), Step::NotTaken)
                .await
                .ok();
            drop(write.discard(&id(n)).await.expect("discarded"));
        }
        10 => {
            write.start_timers().await.expect("started");
            write.destroy_expired().await.expect("destroyed");
        }
        _ if dice.roll(3) == 0 => write.clear(&where_to).await.expect("cleared"),
        _ => {}
    }
}

#[tokio::test]
async fn a_deletion_that_is_undone_is_found_again() {
    let fixture = Fixture::new().await;
    fixture
        .put(&Message {
            body: "alder".into(),
            ..own(1, 10)
        })
        .await;
    fixture
        .write(async |write| assert!(write.delete(&id(1), true).await.expect("deleted")))
        .await;
    assert_eq!(fixture.found("alder").await, [""; 0]);
    let deeds = fixture.store.deeds(9).await.expect("a read");
    fixture
        .write(async |write| assert!(write.undo(&deeds[0]).await.expect("undone")))
        .await;
    assert_eq!(fixture.found("alder").await, ["alder"]);
    assert!(fixture.is_sound().await);
}

#[tokio::test]
async fn what_is_gone_leaves_no_word_behind() {
    let fixture = Fixture::new().await;
    fixture
        .write(async |write| {
            for n in 10..300 {
                let told = format!("we said {n} things about tea and treats");
                write
                    .put(&says(n, i64::from(n), &told))
                    .await
                    .expect("kept");
            }
            let words = ["treasurechest", "oldoaktree", "moonlitnight", "spadefulls"];
            for (n, word) in (1..).zip(words) {
                write.put(&says(n, 20, word)).await.expect("kept");
            }
        })
        .await;
    fixture.work().await;
    // The index keeps of a word what its neighbour does not have.
    let tails = ["asurechest", "ldoaktree", "oonlitnight", "padefulls"];
    assert_eq!(
        fixture.traces(&tails).await,
        tails,
        "they are there while they are there"
    );
    fixture
        .write(async |write| {
            write.take_away(&id(1)).await.expect("taken away");
            write.hear_removal(&id(2), BEA).await.expect("removed");
            let edit = HeardEdit {
                message: id(3),
                by: BEA,
                body: "nothing".into(),
                properties: Properties::new(),
                at: at(30),
                is_passing: false,
            };
            write.hear_edit(&edit).await.expect("edited");
            let destroyed = Message {
                destroy_after: Some(1),
                ..says(5, 20, "spadefulls")
            };
            write.put(&destroyed).await.expect("kept");
            write.take_away(&id(4)).await.expect("taken away");
            write.seen(&dialog_id(1), &id(299)).await.expect("seen");
            write.start_timers().await.expect("started");
            sqlx::query("UPDATE message SET expires_at = 1 WHERE destroy_after IS NOT NULL")
                .execute(write.db().await.expect("the writer"))
                .await
                .expect("over");
            write.destroy_expired().await.expect("destroyed");
        })
        .await;
    assert_eq!(fixture.traces(&tails).await, [""; 0]);
    fixture.work().await;
    let mut writer = fixture.store.writer().turn().await.expect("the writer");
    sqlx::query("CREATE VIRTUAL TABLE temp.words USING fts5vocab (main, search, row)")
        .execute(&mut *writer)
        .await
        .expect("the list of words");
    let words: Vec<String> =
        sqlx::query_scalar("SELECT term FROM temp.words WHERE length(term) > 6")
            .fetch_all(&mut *writer)
            .await
            .expect("the words");
    assert_eq!(words, ["nothing"]);
    drop(writer);
    assert!(fixture.is_sound().await);
}

#[tokio::test]
async fn many_that_go_at_once_are_crossed_out_and_then_written_over() {
    let fixture = Fixture::new().await;
    fixture
        .write(async |write| {
            write
                .put_dialog(&dialog(2, DialogKind::Group))
                .await
                .expect("a dialog");
            for n in 1..=400 {
                let told = Message {
                    dialog_id: dialog_id(1 + n % 2),
                    ..says(
                        n,
                        i64::from(n),
                        if n % 2 == 0 { "treasurechest" } else { "tea" },
                    )
                };
                write.put(&told).await.expect("kept");
            }
        })
        .await;
    fixture.work().await;
    fixture
        .write(async |write| write.forget_dialog(&dialog_id(1)).await.expect("forgotten"))
        .await;
    assert_eq!(fixture.found("treasure").await, [""; 0], "at once");
    assert_eq!(fixture.found("tea").await.len(), 50);
    let secure: i64 = sqlx::query_scalar("SELECT v FROM search_config WHERE k = 'secure-delete'")
        .fetch_one(&mut *fixture.store.reader().await.expect("a reader"))
        .await
        .expect("the setting");
    assert_eq!(secure, 1, "what goes next is taken out at once again");
    assert!(fixture.work().await > 1);
    assert_eq!(fixture.traces(&["asurechest"]).await, [""; 0]);
    assert!(fixture.is_sound().await);
    assert_eq!(fixture.work().await, 1, "nothing is left to do");
}

#[tokio::test]
async fn what_waits_is_taken_in_quietly_the_newest_first() {
    let fixture = Fixture::new().await;
    fixture
        .write(async |write| {
            for n in 1..=1200_u32 {
                // The newest come first, as they do from a server's pages.
                let second = i64::from(2000 - n);
                let told = says(n, second, &format!("tree {n}"));
                write.put(&told).await.expect("kept");
            }
        })
        .await;
    let at_once = fixture.store.search(&search("tree")).await;
    assert_eq!(at_once.expect("a page").total, 0, "they wait");
    assert!(fixture.store.has_words_waiting().await.expect("a read"));
    // Meanwhile life goes on, with what is in it and with what is not yet.
    let mut work = IndexWork::Done;
    fixture
        .write(async |write| work = write.work_on_index().await.expect("a portion"))
        .await;
    assert_eq!(work, IndexWork::TookIn);
    fixture
        .write(async |write| {
            for (n, body) in [(3, "a bush"), (1100, "a shrub")] {
                let edit = HeardEdit {
                    message: id(n),
                    by: BEA,
                    body: body.into(),
                    properties: Properties::new(),
                    at: at(3000),
                    is_passing: false,
                };
                write.hear_edit(&edit).await.expect("edited");
            }
            for n in [7, 1101] {
                write.take_away(&id(n)).await.expect("taken away");
            }
        })
        .await;
    assert!(fixture.is_sound().await);
    let page = fixture.store.search(&search("tree")).await;
    let page = page.expect("a page");
    assert_eq!(page.total, 248, "a portion, less one edited and one gone");
    assert_eq!(page.found[0].message.message.id, id(1), "of the newest");
    assert_eq!(
        fixture.work().await,
        5,
        "the rest, in portions, until there is none"
    );
    assert!(!fixture.store.has_words_waiting().await.expect("a read"));
    for (text, total) in [("tree", 1196), ("bush", 1), ("shrub", 1)] {
        let page = fixture.store.search(&search(text)).await.expect("a page");
        assert_eq!(page.total.min(1001), total.min(1001), "{text}");
    }
    let count: i64 = sqlx::query_scalar("SELECT count(*) FROM search_place")
        .fetch_one(&mut *fixture.store.reader().await.expect("a reader"))
        .await
        .expect("a count");
    assert_eq!(count, 1198);
    assert!(fixture.is_sound().await);
}

#[tokio::test]
async fn what_goes_away_by_itself_never_comes_into_the_index() {
    let fixture = Fixture::new().await;
    for (n, destroy_after) in [(1, None), (2, Some(60))] {
        let told = Message {
            destroy_after,
            ..says(n, 10, "treasurechest")
        };
        fixture.put(&told).await;
    }
    let page = fixture.searched(&search("treasure")).await;
    let ids: Vec<MessageId> = page
        .found
        .into_iter()
        .map(|f| f.message.message.id)
        .collect();
    assert_eq!(ids, [id(1)]);
    fixture
        .write(async |write| {
            sqlx::query("UPDATE message SET destroy_after = 60")
                .execute(write.db().await.expect("the writer"))
                .await
                .expect("it turned out to be one of those");
        })
        .await;
    assert_eq!(fixture.found("treasure").await, [""; 0]);
    assert!(fixture.is_sound().await);
}

#[tokio::test]
async fn to_take_a_message_in_is_not_part_of_keeping_it() {
    let fixture = Fixture::new().await;
    let before = fixture.store.statements();
    fixture.put(&says(1, 10, "alder")).await;
    let kept = fixture.store.statements() - before;
    let quiet = Message {
        body: String::new(),
        ..message(2, 20)
    };
    fixture.put(&quiet).await;
    assert_eq!(fixture.store.statements() - before, 2 * kept);
    let terms: i64 = sqlx::query_scalar("SELECT count(*) FROM search_place")
        .fetch_one(&mut *fixture.store.reader().await.expect("a reader"))
        .await
        .expect("a count");
    assert_eq!(terms, 0, "no word was looked at");
    assert_eq!(fixture.found("alder").await, ["alder"]);
    assert_eq!(fixture.work().await, 1, "the search took it in");
}
