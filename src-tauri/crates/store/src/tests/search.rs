//! Messages are found by their words, once these were taken in.

use kith_model::{Attachment, AttachmentKind, DialogKind, Message, MessageId};

use super::{BEA, CARL, Fixture, dialog, dialog_id, id, message};
use crate::{FOUND_COUNTED, FoundPage, Search};

pub(super) fn says(n: u32, second: i64, body: &str) -> Message {
    Message {
        body: body.into(),
        ..message(n, second)
    }
}

pub(super) fn search(text: &str) -> Search {
    Search {
        text: text.into(),
        limit: 50,
        ..Search::default()
    }
}

impl Fixture {
    pub(super) async fn found(&self, text: &str) -> Vec<String> {
        self.found_by(&search(text)).await
    }

    async fn found_by(&self, search: &Search) -> Vec<String> {
        let found = self.searched(search).await.found.into_iter();
        found.map(|found| found.message.message.body).collect()
    }

    /// A search as it is made: what waits is taken in before.
    pub(super) async fn searched(&self, search: &Search) -> FoundPage {
        self.write(
            async |write| {
                while write.take_into_index().await.expect("a portion") {}
            },
        )
        .await;
        self.store.search(search).await.expect("a search")
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
