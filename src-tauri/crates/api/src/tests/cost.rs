//! What screens cost, counted in statements: the same with few messages and
//! with very many.

use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};

use super::*;
use crate::feed::FeedEvent;

/// Statements on the account's file, while nobody has it open.
async fn run(dir: &TempDir, statements: &[&str]) {
    let file = dir.path().join("profiles/test/1-11.db");
    let pool = SqlitePool::connect_with(SqliteConnectOptions::new().filename(file))
        .await
        .unwrap();
    for statement in statements {
        sqlx::query(sqlx::AssertSqlSafe((*statement).to_owned()))
            .execute(&pool)
            .await
            .unwrap();
    }
    pool.close().await;
}

/// A profile whose dialog with Bea has this many messages.
async fn with_messages(count: u32) -> TempDir {
    let dir = profile(0).await;
    let insert = format!(
        "WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {count} - 1)
         INSERT INTO message (id, dialog_id, sender_id, body, sent_at)
         SELECT printf('%024x', i), '{dialog}', 22, 'number ' || i, 1700000000 + i FROM n",
        dialog = dialog_id(1)
    );
    run(
        &dir,
        &[&insert, "UPDATE coverage SET to_second = 1800000000"],
    )
    .await;
    dir
}

/// A profile with this many more dialogs: private ones and groups of eight by
/// turns, with three messages in each.
async fn with_dialogs(count: u32) -> TempDir {
    let dir = profile(3).await;
    let numbers = format!(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})"
    );
    let people = format!(
        "{numbers} INSERT INTO person (id, full_name) SELECT 1000 + i, 'Person ' || i FROM n"
    );
    let dialogs = format!(
        "{numbers} INSERT INTO dialog (id, kind, name, is_known, created_at, updated_at)
         SELECT printf('e%023x', i), 2 + i % 2, 'Dialog ' || i, 1, 1700000000000, 1700000000000 FROM n"
    );
    let me = format!(
        "{numbers} INSERT INTO occupant (dialog_id, person_id, position)
         SELECT printf('e%023x', i), 11, 0 FROM n"
    );
    let others = format!(
        "{numbers} INSERT INTO occupant (dialog_id, person_id, position)
         SELECT printf('e%023x', i), 1001 + (i + o.value) % {count}, 1 + o.value
         FROM n, json_each('[0, 1, 2, 3, 4, 5, 6]') o
         WHERE i % 2 = 0 OR o.value = 0"
    );
    let messages = format!(
        "{numbers} INSERT INTO message (id, dialog_id, sender_id, body, sent_at)
         SELECT printf('%012x%012x', i, o.value), printf('e%023x', i), 1001 + i % {count},
                'and then we talked about the weather and who brings the bread', 1700000000 + i * 60 + o.value
         FROM n, json_each('[0, 1, 2]') o"
    );
    let pointers = format!(
        "{numbers} INSERT INTO read_pointer (dialog_id, sent_at)
         SELECT printf('e%023x', i), 1700000000 + i * 60 FROM n WHERE i % 10 = 0"
    );
    run(
        &dir,
        &[&people, &dialogs, &me, &others, &messages, &pointers],
    )
    .await;
    dir
}

/// The fewest statements that something took in a few tries: what runs in the
/// background reads, too.
async fn fewest<F: Future<Output = ()>>(app: &App, what: impl Fn() -> F) -> usize {
    let session = app.session().unwrap();
    let mut fewest = usize::MAX;
    for _ in 0..5 {
        let before = session.store.statements();
        what().await;
        fewest = fewest.min(session.store.statements() - before);
    }
    fewest
}

/// What opening, paging and the list cost.
async fn costs(dir: &TempDir) -> [usize; 3] {
    let app = open(dir).await;
    let (ui, _feed) = app.attach().await;
    let opening = fewest(&app, async || drop(open_timeline(&ui).await)).await;
    let window = open_timeline(&ui).await.window;
    let paging = fewest(&app, async || drop(page(&ui, "load_older", window).await)).await;
    let listing = fewest(&app, async || drop(home(&ui).await)).await;
    app.close().await;
    [opening, paging, listing]
}

#[tokio::test]
async fn a_dialog_costs_the_same_with_a_hundred_and_a_hundred_thousand_messages() {
    let small = costs(&with_messages(1_000).await).await;
    let large = costs(&with_messages(100_000).await).await;
    assert_eq!(small, large, "opening, paging, the list");
    let [opening, paging, listing] = large;
    assert!(opening <= 12, "opening took {opening} statements");
    assert!(paging <= 5, "paging took {paging} statements");
    assert!(listing <= 8, "the list took {listing} statements");

    let tiny = costs(&with_messages(100).await).await;
    assert_eq!(
        tiny[0], large[0],
        "with a hundred, where all fits on two pages"
    );
}

/// What the first page of a search costs, and the next.
async fn costs_of_searching(dir: &TempDir) -> [usize; 2] {
    let app = open(dir).await;
    let (ui, _feed) = app.attach().await;
    let search = async |below: Option<u64>| -> crate::view::FoundPage {
        let args = serde_json::json!({ "text": "numb", "below": below });
        let answer = ui.call("search", args).await.unwrap();
        serde_json::from_value(answer).unwrap()
    };
    // Nothing of it waits for the index any more.
    let mut write = app.session().unwrap().store.write().await.unwrap();
    while write.take_into_index().await.unwrap() {}
    write.commit().await.unwrap();
    let page = search(None).await;
    assert_eq!(page.found.len(), 30);
    assert_eq!((page.total, page.is_more), (1_000, true), "counting ends");
    let next = page.next;
    let first = fewest(&app, async || drop(search(None).await)).await;
    let more = fewest(&app, async || drop(search(next).await)).await;
    app.close().await;
    [first, more]
}

#[tokio::test]
async fn a_page_of_what_is_found_is_one_search_however_much_there_is() {
    let small = costs_of_searching(&with_messages(1_100).await).await;
    let large = costs_of_searching(&with_messages(20_000).await).await;
    assert_eq!(small, large);
    // Whether words wait for the index; one search; the conversations as they are
    // named, which takes two; and with the first page, what is not complete.
    assert_eq!(large, [5, 4]);
}

#[tokio::test]
async fn the_list_costs_the_same_with_ten_and_thousands_of_dialogs() {
    let small = costs(&with_dialogs(10).await).await;
    let dir = with_dialogs(3_000).await;
    assert_eq!(costs(&dir).await[2], small[2]);

    let app = open(&dir).await;
    let (ui, mut feed) = app.attach().await;
    let store = &app.session().unwrap().store;
    let listed = store.dialogs().await.unwrap();
    let listed: Vec<DialogId> = listed.into_iter().map(|entry| entry.dialog.id).collect();
    assert_eq!(store.list_order().await.unwrap(), listed, "one order");
    let snapshot = home(&ui).await;
    let mut dialogs: Vec<DialogId> = snapshot.dialogs.iter().map(|d| d.id.clone()).collect();
    assert!(
        dialogs.len() <= 1_000,
        "the first picture needs no more than the top of the list"
    );
    assert!(dialogs.contains(&format!("e{:023x}", 3_000).parse().unwrap()));
    let mut rev = snapshot.rev;
    while dialogs.len() < 3_001 {
        if let FeedEvent::Home { patch } = next(&mut feed).await {
            rev += 1;
            assert_eq!(patch.rev, rev, "the rest follows by itself");
            dialogs.extend(patch.dialogs.into_iter().map(|d| d.id));
        }
    }
    dialogs.sort();
    dialogs.dedup();
    assert_eq!(dialogs.len(), 3_001, "each of them once");
    app.close().await;
}
