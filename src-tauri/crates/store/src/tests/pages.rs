//! Coverage, and pages that do not step over holes.

use super::{Fixture, at, dialog_id, id, message};
use crate::{Holes, Page, Stretch};

impl Fixture {
    async fn cover(&self, from: i64, to: i64) {
        self.write(async |write| {
            write
                .cover(&dialog_id(1), Stretch { from, to })
                .await
                .expect("covered");
        })
        .await;
    }

    async fn covered(&self) -> Vec<(i64, i64)> {
        let stretches = self.store.coverage(&dialog_id(1)).await.expect("a read");
        stretches.into_iter().map(|s| (s.from, s.to)).collect()
    }

    async fn before(&self, n: Option<u32>, limit: u32, holes: Holes) -> Page {
        let spot = match n {
            Some(n) => Some(
                self.store
                    .message(&id(n))
                    .await
                    .expect("a read")
                    .expect("held")
                    .spot(),
            ),
            None => None,
        };
        self.store
            .page_before(&dialog_id(1), spot.as_ref(), limit, holes)
            .await
            .expect("a page")
    }
}

/// `1 2 3`, with `<` and `>` where there is more, `|` where a hole was met.
fn drawn(page: &Page) -> String {
    let ids: Vec<String> = page
        .messages
        .iter()
        .map(|m| m.message.id.as_str().trim_start_matches('0').to_owned())
        .collect();
    format!(
        "{}{}{}{}",
        if page.has_older { "<" } else { "" },
        ids.join(" "),
        if page.has_newer { ">" } else { "" },
        if page.met_hole { "|" } else { "" },
    )
}

#[tokio::test]
async fn stretches_that_overlap_become_one() {
    let fixture = Fixture::new().await;
    let check = async |(from, to): (i64, i64), expected: &[(i64, i64)], why: &str| {
        fixture.cover(from, to).await;
        assert_eq!(fixture.covered().await, expected, "{why}");
    };
    check((50, 60), &[(50, 60)], "the first").await;
    check((80, 90), &[(50, 60), (80, 90)], "a hole between").await;
    check(
        (61, 70),
        &[(50, 60), (61, 70), (80, 90)],
        "side by side is not the same second",
    )
    .await;
    check(
        (60, 61),
        &[(50, 70), (80, 90)],
        "one that reaches into both joins them",
    )
    .await;
    check((55, 65), &[(50, 70), (80, 90)], "inside adds nothing").await;
    check((9, 3), &[(50, 70), (80, 90)], "an empty one is none").await;
    check(
        (Stretch::BEGINNING, 85),
        &[(Stretch::BEGINNING, 90)],
        "over all of them",
    )
    .await;
}

#[tokio::test]
async fn live_messages_extend_the_newest_stretch() {
    let fixture = Fixture::new().await;
    fixture.cover(10, 20).await;
    fixture.cover(40, 50).await;
    fixture
        .write(async |write| {
            write.cover_live(&dialog_id(1), 55);
            // A late one extends nothing.
            write.cover_live(&dialog_id(1), 45);
        })
        .await;
    assert_eq!(fixture.covered().await, [(10, 20), (40, 55)]);
}

#[tokio::test]
async fn a_page_ends_at_a_hole_unless_told_to_cross_it() {
    let fixture = Fixture::new().await;
    for n in 1..=6 {
        fixture.put(&message(n, i64::from(n) * 10)).await;
    }
    fixture.cover(Stretch::BEGINNING, 20).await;
    fixture.cover(40, 60).await;
    let page = fixture.before(None, 10, Holes::Stop).await;
    assert_eq!(
        drawn(&page),
        "<4 5 6|",
        "message 3 lies alone, and who knows what is beside it"
    );
    let page = fixture.before(None, 10, Holes::Cross).await;
    assert_eq!(drawn(&page), "1 2 3 4 5 6|");
    let page = fixture.before(Some(4), 10, Holes::Stop).await;
    assert_eq!(drawn(&page), "<>|", "nothing here is known to adjoin");
    let page = fixture.before(Some(2), 10, Holes::Stop).await;
    assert_eq!(drawn(&page), "1>", "this stretch reaches the beginning");
}

#[tokio::test]
async fn paging_goes_through_everything_once() {
    let fixture = Fixture::new().await;
    for n in 1..=7 {
        fixture.put(&message(n, 10)).await;
    }
    fixture.cover(Stretch::BEGINNING, 10).await;
    assert_eq!(drawn(&fixture.before(None, 3, Holes::Stop).await), "<5 6 7");
    assert_eq!(
        drawn(&fixture.before(Some(5), 3, Holes::Stop).await),
        "<2 3 4>"
    );
    assert_eq!(drawn(&fixture.before(Some(2), 3, Holes::Stop).await), "1>");
    let middle = fixture
        .store
        .message(&id(3))
        .await
        .expect("a read")
        .expect("held")
        .spot();
    let page = fixture
        .store
        .page_after(&dialog_id(1), &middle, 3, Holes::Stop)
        .await
        .expect("a page");
    assert_eq!(drawn(&page), "<4 5 6>");
    let page = fixture
        .store
        .page_around(&dialog_id(1), &id(4), 4, Holes::Stop)
        .await
        .expect("a page")
        .expect("held");
    assert_eq!(drawn(&page), "<2 3 4 5 6>");
    let elsewhere = fixture
        .store
        .page_around(&dialog_id(2), &id(4), 4, Holes::Stop)
        .await
        .expect("a page");
    assert_eq!(elsewhere, None, "it is in another dialog");
}

#[tokio::test]
async fn without_coverage_there_may_always_be_more() {
    let fixture = Fixture::new().await;
    fixture.put(&message(1, 10)).await;
    assert_eq!(drawn(&fixture.before(None, 3, Holes::Stop).await), "<1");
    fixture.cover(Stretch::BEGINNING, 0).await;
    fixture
        .write(async |write| write.cover_live(&dialog_id(1), 10))
        .await;
    assert_eq!(
        drawn(&fixture.before(None, 3, Holes::Stop).await),
        "1",
        "an empty dialog, then one message"
    );
}

#[tokio::test]
async fn what_is_pending_adjoins_everything() {
    let fixture = Fixture::new().await;
    fixture.put(&message(1, 10)).await;
    fixture.cover(Stretch::BEGINNING, 10).await;
    fixture
        .write(async |write| {
            write
                .queue(&dialog_id(1), &id(2), "mine", at(5))
                .await
                .expect("queued");
        })
        .await;
    assert_eq!(drawn(&fixture.before(None, 3, Holes::Stop).await), "1 2");
    assert_eq!(drawn(&fixture.before(Some(2), 3, Holes::Stop).await), "1>");
}

#[tokio::test]
async fn keys_compare_as_the_spots_do() {
    let fixture = Fixture::new().await;
    for (n, second) in [(3, 9), (1, 10), (2, 10), (4, 1_767_323_045)] {
        fixture.put(&message(n, second)).await;
    }
    fixture
        .write(async |write| {
            write
                .queue(&dialog_id(1), &id(5), "mine", at(5))
                .await
                .expect("queued");
        })
        .await;
    let page = fixture.before(None, 10, Holes::Cross).await;
    let keys: Vec<String> = page.messages.iter().map(|m| m.spot().key()).collect();
    let mut sorted = keys.clone();
    sorted.sort();
    assert_eq!(keys, sorted);
}
