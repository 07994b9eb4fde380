//! Messages are found by their words when these were taken in, and what is gone
//! leaves no word behind.

use kith_model::{
    Attachment, AttachmentKind, Delivery, DialogKind, Message, MessageId, Properties,
};
use sqlx::Row;

use super::{BEA, CARL, Fixture, ME, at, dialog, dialog_id, id, message, own};
use crate::{FOUND_COUNTED, Fate, FoundPage, HeardEdit, IndexWork, Queued, Search, Step};

fn says(n: u32, second: i64, body: &str) -> Message {
    Message {
        body: body.into(),
        ..message(n, second)
    }
}

fn search(text: &str) -> Search {
    Search {
        text: text.into(),
        limit: 50,
        ..Search::default()
    }
}

impl Fixture {
    async fn found(&self, text: &str) -> Vec<String> {
        self.found_by(&search(text)).await
    }

    async fn found_by(&self, search: &Search) -> Vec<String> {
        let found = self.searched(search).await.found.into_iter();
        found.map(|found| found.message.message.body).collect()
    }

    /// A search as it is made: what waits is taken in before.
    async fn searched(&self, search: &Search) -> FoundPage {
        self.write(
            async |write| {
                while write.take_into_index().await.expect("a portion") {}
            },
        )
        .await;
        self.store.search(search).await.expect("a search")
    }

    /// Whether the index says what the messages say.
    async fn is_sound(&self) -> bool {
        let mut writer = self.store.writer().turn().await.expect("the writer");
        sqlx::query("INSERT INTO search (search, rank) VALUES ('integrity-check', 1)")
            .execute(&mut *writer)
            .await
            .is_ok()
    }

    /// Does all the quiet work; says in how many portions.
    async fn work(&self) -> u32 {
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

#[tokio::test]
async fn words_are_found_by_their_beginnings_all_of_them_and_newest_first() {
    let fixture = Fixture::new().await;
    // What comes later may be older.
    for (n, second, body) in [
        (1, 30, "The OLD boat lies at the quay"),
        (2, 10, "an old boathouse"),
        (3, 20, "Über die Brücke, café"),
        (4, 40, "nothing of the kind"),
    ] {
        fixture.put(&says(n, second, body)).await;
    }
    let (boat, house) = ("The OLD boat lies at the quay", "an old boathouse");
    assert_eq!(fixture.found("boat").await, [boat, house]);
    assert_eq!(fixture.found("Old BOATH").await, [house]);
    assert_eq!(fixture.found("oat").await, [""; 0], "no beginning");
    assert_eq!(fixture.found("\"the old boat\"").await, [boat]);
    assert_eq!(fixture.found("\"boat old\"").await, [""; 0]);
    for text in ["uber", "BRÜCKE", "cafe", "  café!  "] {
        assert_eq!(
            fixture.found(text).await,
            ["Über die Brücke, café"],
            "{text}"
        );
    }
    assert_eq!(fixture.found("").await, [""; 0]);
    let page = fixture.searched(&search("old")).await;
    let first = &page.found[0];
    let meant: Vec<&str> = first
        .matches
        .iter()
        .map(|m| &first.text[m.clone()])
        .collect();
    assert_eq!((meant.as_slice(), page.total), (&["OLD"][..], 2));
}

#[tokio::test]
async fn a_page_goes_on_below_a_place_and_within_a_dialog_or_a_person() {
    let fixture = Fixture::new().await;
    fixture
        .write(async |write| {
            for n in [2, 3] {
                write
                    .put_dialog(&dialog(n, DialogKind::Group))
                    .await
                    .expect("a dialog");
            }
            for n in 1..=30 {
                let sender = if n % 3 == 0 { CARL } else { BEA };
                let told = Message {
                    sender,
                    dialog_id: dialog_id(1 + n % 2),
                    // All of one second: more than one place is needed in it.
                    ..says(n, 10, &format!("word {n}"))
                };
                write.put(&told).await.expect("kept");
            }
        })
        .await;
    let mut all = Vec::new();
    let mut below = None;
    loop {
        let page = fixture
            .searched(&Search {
                below,
                limit: 7,
                ..search("wor")
            })
            .await;
        let total = if below.is_none() { 30 } else { 0 };
        assert_eq!(page.total, total, "counted once");
        below = page.found.last().map(|found| found.place);
        all.extend(page.found.into_iter().map(|found| found.message.message.id));
        if !page.has_more {
            break;
        }
    }
    let expected: Vec<MessageId> = (1..=30).rev().map(id).collect();
    assert_eq!(all, expected, "each once, the latest first");
    let within = Search {
        dialog: Some(dialog_id(2)),
        ..search("word")
    };
    assert_eq!(fixture.found_by(&within).await.len(), 15);
    let by = Search {
        sender: Some(CARL),
        ..within
    };
    assert_eq!(
        fixture.found_by(&by).await,
        ["word 27", "word 21", "word 15", "word 9", "word 3"]
    );
    let nowhere = Search {
        dialog: Some(dialog_id(3)),
        ..search("word")
    };
    assert_eq!(fixture.found_by(&nowhere).await, [""; 0]);
    assert_eq!(
        fixture
            .store
            .found_among("wor", &[id(3), id(99)])
            .await
            .expect("a read"),
        [id(3)]
    );
    fixture
        .write(async |write| write.unlist(&dialog_id(2)).await.expect("unlisted"))
        .await;
    assert_eq!(
        fixture.found("word").await.len(),
        15,
        "what is not listed is not shown"
    );
}

#[tokio::test]
async fn one_page_is_one_statement_and_counting_ends() {
    let fixture = Fixture::new().await;
    fixture
        .write(async |write| {
            for n in 1..=FOUND_COUNTED + 20 {
                write
                    .put(&says(n, i64::from(n / 7), "again"))
                    .await
                    .expect("kept");
            }
        })
        .await;
    fixture.work().await;
    let before = fixture.store.statements();
    let page = fixture.store.search(&search("again")).await;
    let page = page.expect("a page");
    assert_eq!(fixture.store.statements() - before, 1);
    assert_eq!((page.found.len(), page.total), (50, FOUND_COUNTED + 1));
    assert!(page.has_more);
}

#[tokio::test]
async fn names_of_files_are_found_too() {
    let fixture = Fixture::new().await;
    let named = |name: &str| Attachment {
        name: name.into(),
        ..Attachment::new(AttachmentKind::File)
    };
    let message = Message {
        attachments: vec![named("Report_2026.pdf"), named("boat trip.jpg"), named("")],
        ..says(1, 10, "")
    };
    fixture.put(&message).await;
    for text in ["report", "2026", "trip"] {
        let page = fixture.searched(&search(text)).await;
        assert_eq!(page.found.len(), 1, "{text}");
        assert_eq!(
            page.found[0].text.trim(),
            "Report_2026.pdf\nboat trip.jpg",
            "{text}"
        );
        assert_eq!(page.found[0].matches.len(), 1, "{text}");
    }
    assert!(fixture.is_sound().await);
}

#[tokio::test]
async fn other_scripts_are_found_as_they_are_written() {
    let fixture = Fixture::new().await;
    let texts = [
        "שלום לכולם",
        "مرحبا بالعالم",
        "今天天气很好",
        "สวัสดีครับ",
        "Привет, мир",
        "done 🎉 at last",
    ];
    for (n, text) in (1..).zip(texts) {
        fixture.put(&says(n, i64::from(n), text)).await;
    }
    for (typed, expected) in [
        ("לכו", texts[0]),
        ("بالع", texts[1]),
        ("天气", texts[2]),
        ("ดีค", texts[3]),
        ("ПРИ", texts[4]),
        ("🎉", texts[5]),
    ] {
        let page = fixture.searched(&search(typed)).await;
        assert_eq!((page.found.len(), page.total), (1, 1), "{typed}");
        assert_eq!(page.found[0].text, expected);
        assert_eq!(page.found[0].matches.len(), 1, "{typed}");
    }
}

#[tokio::test]
async fn nothing_that_can_be_typed_is_an_error() {
    let fixture = Fixture::new().await;
    fixture.put(&says(1, 10, "a AND b OR c NEAR d")).await;
    let pieces = [
        "\"", "'", "*", "^", "(", ")", "{", "}", ":", "-", "+", "AND", "OR", "NOT", "NEAR(",
        "body", "a", "\u{0}", "\u{301}", "\u{93f}", "%", "_", "\\", ";", "--", "😀", "天", "“",
        "»", "\u{200f}", "\u{2}", "²", " ", "\n",
    ];
    for first in pieces {
        for second in pieces {
            for third in ["", "\"", "a", "*"] {
                let typed = format!("{first}{second}{third}");
                let page = fixture.store.search(&search(&typed)).await;
                assert!(page.is_ok(), "{typed:?}: {page:?}");
            }
        }
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
