//! The plans of the statements that run all the time: each finds its rows
//! through an index, so none grows with the number of messages.

use sqlx::Row;

use super::Fixture;
use crate::dialog::ENTRIES;
use crate::late::PASSED_BY_MARKER;
use crate::link::LINKS;
use crate::notified::{ANNOUNCEABLE, UNANNOUNCED};
use crate::page::{AFTER, BEFORE, NEWEST};
use crate::pin::PINNED;
use crate::queue::WAY_OUT;
use crate::search::{INDEXED, LOOKED_THROUGH};
use crate::timer::NEXT;
use crate::upload::{ON_MESSAGES, STAGED, TO_DO};
use crate::waiting::MET;

async fn plan(fixture: &Fixture, statement: &str) -> String {
    let rows = sqlx::query(sqlx::AssertSqlSafe(format!(
        "EXPLAIN QUERY PLAN {statement}"
    )))
    .fetch_all(&mut *fixture.store.reader().await.expect("a reader"))
    .await
    .expect("a plan");
    rows.iter()
        .map(|row| row.get::<String, _>("detail"))
        .collect::<Vec<_>>()
        .join("\n")
}

#[tokio::test]
async fn pages_are_read_along_the_index() {
    let fixture = Fixture::new().await;
    for statement in [NEWEST, BEFORE, AFTER] {
        let plan = plan(&fixture, statement).await;
        assert!(
            plan.contains("SEARCH m USING INDEX message_by_place"),
            "{plan}"
        );
        assert!(!plan.contains("TEMP B-TREE"), "nothing is sorted: {plan}");
    }
    let plan = plan(&fixture, BEFORE).await;
    assert!(
        plan.contains("(dialog_id=? AND (pending,sent_at,id)<(?,?,?))"),
        "{plan}"
    );
}

#[tokio::test]
async fn the_dialog_list_touches_no_message_but_the_last() {
    let fixture = Fixture::new().await;
    let plan = plan(&fixture, ENTRIES).await;
    assert!(
        plan.contains(
            "SEARCH u USING COVERING INDEX message_by_place \
             (dialog_id=? AND pending=? AND sent_at>?)"
        ),
        "the unread are counted in the index alone: {plan}"
    );
    assert!(
        plan.contains("SEARCH l USING COVERING INDEX message_by_place (dialog_id=?)"),
        "the last message is one step: {plan}"
    );
    assert!(
        plan.contains("SEARCH n USING COVERING INDEX message_mentions (dialog_id=? AND sent_at>?)")
            && plan.contains(
                "SEARCH w USING COVERING INDEX message_by_place (dialog_id=? AND pending=?)"
            ),
        "so are mentions, and what has not gone out: {plan}"
    );
    assert!(
        plan.contains("SEARCH t USING COVERING INDEX late_message_by_dialog (dialog_id=?)"),
        "and what came late, which is next to nothing: {plan}"
    );
    assert!(
        !plan.contains("SCAN u") && !plan.contains("SCAN l") && !plan.contains("TEMP B-TREE"),
        "{plan}"
    );
}

#[tokio::test]
async fn the_rest_of_the_hot_path_uses_indexes_too() {
    let fixture = Fixture::new().await;
    let check = async |statement: &str, index: &str| {
        let plan = plan(&fixture, statement).await;
        assert!(plan.contains(index), "{statement}: {plan}");
    };
    check(
        "SELECT seq FROM message WHERE id = ?",
        "sqlite_autoindex_message_1",
    )
    .await;
    check(
        "SELECT sent_at, id FROM message WHERE dialog_id = ? AND pending = 0
         ORDER BY sent_at DESC, id DESC LIMIT 1",
        "USING COVERING INDEX message_by_place",
    )
    .await;
    check(
        "SELECT m.id FROM message m INDEXED BY message_unfinished
         WHERE m.is_own = 1 AND m.state IN (4, 5) ORDER BY m.sent_at DESC, m.id DESC LIMIT 1",
        "SCAN m USING INDEX message_unfinished",
    )
    .await;
}

#[tokio::test]
async fn what_is_done_to_messages_finds_its_rows_through_indexes() {
    let fixture = Fixture::new().await;
    let check = async |statement: &str| {
        let plan = plan(&fixture, statement).await;
        for line in plan.lines() {
            let is_whole = line.starts_with("SCAN") && !line.contains("json_each");
            assert!(!is_whole, "nothing is read whole: {statement}: {plan}");
        }
    };
    for statement in [
        PINNED,
        LINKS,
        NEWEST,
        "SELECT position FROM deed WHERE message_id = ? AND kind IN (4, 5) AND text = ?",
        "SELECT 1 FROM waiting_change WHERE message_id = ?",
        "SELECT emoji, person_id FROM reaction WHERE message_id = ? ORDER BY emoji, person_id",
        "DELETE FROM link WHERE message_id = ?",
        "SELECT body FROM draft_history WHERE dialog_id = ? ORDER BY position DESC LIMIT ?",
    ] {
        check(statement).await;
    }
    let passed = plan(&fixture, PASSED_BY_MARKER).await;
    assert!(
        passed.contains("SEARCH m USING COVERING INDEX message_by_place (dialog_id=? AND pending=? AND sent_at>? AND sent_at<?)"),
        "only what the pointer passes is looked at: {passed}"
    );
    let plan = plan(&fixture, NEXT).await;
    assert!(
        plan.contains("SEARCH message USING INDEX message_timed"),
        "{plan}"
    );
}

#[tokio::test]
async fn what_a_message_meets_is_a_handful_of_look_ups() {
    let fixture = Fixture::new().await;
    for statement in [MET, WAY_OUT] {
        let plan = plan(&fixture, statement).await;
        let mut scans = plan.lines().filter(|line| line.starts_with("SCAN"));
        assert!(
            scans.all(|line| line == "SCAN asked" || line == "SCAN CONSTANT ROW"),
            "{statement}: {plan}"
        );
        // Only the two people of a private dialog are sorted.
        let sorted = plan.matches("TEMP B-TREE").count();
        assert_eq!(sorted, usize::from(statement == WAY_OUT), "{plan}");
    }
    let plan = plan(&fixture, WAY_OUT).await;
    assert!(
        plan.contains("SEARCH l USING COVERING INDEX message_by_place (dialog_id=? AND pending=?)"),
        "the newest message is one step: {plan}"
    );
}

#[tokio::test]
async fn a_search_goes_down_the_index_and_sorts_nothing() {
    let fixture = Fixture::new().await;
    let indexed = plan(&fixture, INDEXED).await;
    // 192: in the order of places, the newest first; M: by words; <: from a place on.
    assert!(
        indexed.contains("SCAN search VIRTUAL TABLE INDEX 192:M2<"),
        "{indexed}"
    );
    let through = plan(&fixture, LOOKED_THROUGH).await;
    for plan in [indexed, through] {
        assert!(
            plan.contains("SEARCH m USING INTEGER PRIMARY KEY (rowid=?)")
                && plan.contains("SEARCH d USING PRIMARY KEY (id=?)"),
            "what was found is looked up: {plan}"
        );
        assert!(!plan.contains("TEMP B-TREE"), "nothing is sorted: {plan}");
    }
}

#[tokio::test]
async fn files_on_their_way_out_are_found_through_indexes() {
    let fixture = Fixture::new().await;
    let check = async |statement: &str, expected: &str| {
        let plan = plan(&fixture, statement).await;
        assert!(plan.contains(expected), "{statement}: {plan}");
    };
    check(STAGED, "SEARCH u USING INDEX upload_staged (dialog_id=?)").await;
    check(
        ON_MESSAGES,
        "SEARCH u USING INDEX upload_by_message (message_id=?)",
    )
    .await;
    check(TO_DO, "SCAN u USING INDEX upload_to_do").await;
    check(
        "DELETE FROM upload WHERE message_id = ?",
        "upload_by_message (message_id=?)",
    )
    .await;
}

#[tokio::test]
async fn what_is_news_is_found_from_the_marks_on() {
    let fixture = Fixture::new().await;
    let plan_of = async |statement| plan(&fixture, statement).await;
    let some = plan_of(ANNOUNCEABLE).await;
    assert!(
        some.contains("SEARCH m USING INDEX sqlite_autoindex_message_1 (id=?)"),
        "{some}"
    );
    let all = plan_of(UNANNOUNCED).await;
    assert!(
        all.contains(
            "SEARCH u USING COVERING INDEX message_by_place (dialog_id=? AND pending=? AND sent_at>?)"
        ),
        "no message below the marks is touched: {all}"
    );
    for plan in [some, all] {
        assert!(
            !plan.contains("SCAN m") && !plan.contains("SCAN u"),
            "{plan}"
        );
    }
}
