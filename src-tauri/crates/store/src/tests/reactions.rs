//! Reactions: numbers from one side, names from the other.

use std::collections::BTreeMap;

use kith_model::{Clock as _, Message, ReactionCount, SystemClock, Timestamp, UserId};

use super::{BEA, CARL, Fixture, ME, at, dialog_id, id, message};
use crate::HeardReactions;

const LIKE: &str = "👍";

fn heard(by: UserId, added: &[&str], removed: &[&str]) -> HeardReactions {
    HeardReactions {
        message: id(1),
        by,
        added: added.iter().map(ToString::to_string).collect(),
        removed: removed.iter().map(ToString::to_string).collect(),
    }
}

fn told(count: u32, is_own: bool) -> Message {
    let counts = (count > 0).then(|| ReactionCount {
        emoji: LIKE.into(),
        count,
        is_own,
    });
    Message {
        reactions: Some(counts.into_iter().collect()),
        ..message(1, 10)
    }
}

impl Fixture {
    /// Emoji, number, and a star when one's own is among them.
    async fn reactions(&self) -> Vec<String> {
        let held = self.store.message(&id(1)).await.unwrap().unwrap();
        let shown = held.message.reactions.unwrap();
        shown
            .iter()
            .map(|r| format!("{}{}{}", r.emoji, r.count, if r.is_own { "*" } else { "" }))
            .collect()
    }

    async fn hear(&self, heard: &HeardReactions) -> bool {
        let mut is_unsure = false;
        self.write(async |write| {
            write.hear_reactions(heard).await.unwrap();
            is_unsure = write.is_unsure();
        })
        .await;
        is_unsure
    }
}

#[tokio::test]
async fn what_is_told_twice_counts_once() {
    let fixture = Fixture::new().await;
    fixture.put(&message(1, 10)).await;
    for _ in 0..2 {
        assert!(!fixture.hear(&heard(BEA, &[LIKE], &[])).await);
        assert_eq!(fixture.reactions().await, ["👍1"]);
    }
    fixture.put(&told(1, false)).await;
    assert_eq!(
        fixture.reactions().await,
        ["👍1"],
        "the server counts the same"
    );
    assert!(!fixture.hear(&heard(CARL, &[LIKE, "🎉"], &[])).await);
    assert_eq!(fixture.reactions().await, ["🎉1", "👍2"]);
    for _ in 0..2 {
        assert!(!fixture.hear(&heard(BEA, &[], &[LIKE])).await);
        assert_eq!(fixture.reactions().await, ["🎉1", "👍1"]);
    }
}

#[tokio::test]
async fn they_wait_for_their_message() {
    let fixture = Fixture::new().await;
    fixture.hear(&heard(BEA, &[LIKE, "🎉"], &[])).await;
    fixture.hear(&heard(BEA, &[], &["🎉"])).await;
    fixture.put(&message(1, 10)).await;
    assert_eq!(fixture.reactions().await, ["👍1"]);
}

#[tokio::test]
async fn where_numbers_hide_names_the_list_is_asked_for() {
    let fixture = Fixture::new().await;
    fixture.put(&told(2, false)).await;
    assert!(
        fixture.hear(&heard(BEA, &[LIKE], &[])).await,
        "was Bea among the two?"
    );
    assert_eq!(
        fixture.reactions().await,
        ["👍2"],
        "the number stays until it is known"
    );
    let list = BTreeMap::from([(LIKE.to_owned(), vec![BEA, CARL, ME])]);
    fixture
        .write(async |write| {
            write
                .put_reactions(&id(1), &list, SystemClock.now())
                .await
                .unwrap()
        })
        .await;
    assert_eq!(fixture.reactions().await, ["👍3*"]);
    assert_eq!(
        fixture.store.reacted(&id(1)).await.unwrap()[LIKE],
        [ME, BEA, CARL]
    );
    fixture.put(&told(1, true)).await;
    assert_eq!(
        fixture.store.reacted(&id(1)).await.unwrap()[LIKE],
        [ME],
        "who is left is not known but for oneself"
    );
    assert_eq!(fixture.reactions().await, ["👍1*"]);
}

#[tokio::test]
async fn an_own_reaction_stands_until_the_server_knows_and_is_undone_when_refused() {
    let fixture = Fixture::new().await;
    fixture.put(&told(1, false)).await;
    fixture
        .write(async |write| {
            assert!(write.react(&id(1), LIKE, true).await.unwrap());
            assert!(
                write.react(&id(1), LIKE, true).await.unwrap(),
                "once more is no more"
            );
        })
        .await;
    assert_eq!(fixture.reactions().await, ["👍2*"]);
    fixture.put(&told(1, false)).await;
    assert_eq!(
        fixture.reactions().await,
        ["👍2*"],
        "the server does not know yet"
    );
    fixture.put(&told(2, true)).await;
    assert_eq!(fixture.reactions().await, ["👍2*"], "now it does");
    let deeds = fixture.store.deeds(9).await.unwrap();
    assert_eq!(deeds.len(), 1);
    fixture
        .write(async |write| assert!(write.undo(&deeds[0]).await.unwrap()))
        .await;
    assert_eq!(fixture.reactions().await, ["👍1"]);

    fixture
        .write(async |write| {
            write.react(&id(1), "🎉", true).await.unwrap();
            write.react(&id(1), "🎉", false).await.unwrap();
        })
        .await;
    assert_eq!(fixture.reactions().await, ["👍1"]);
    assert!(
        fixture.store.deeds(9).await.unwrap().is_empty(),
        "there and back is nothing to tell"
    );
}

#[tokio::test]
async fn an_echo_of_an_own_reaction_does_not_undo_what_came_after() {
    let fixture = Fixture::new().await;
    fixture.put(&message(1, 10)).await;
    fixture
        .write(async |write| {
            write.react(&id(1), LIKE, true).await.unwrap();
        })
        .await;
    let deed = fixture.store.deeds(9).await.unwrap().remove(0);
    fixture
        .write(async |write| {
            write.telling(&deed).await.unwrap();
            write.deed_done(&deed).await.unwrap();
            write.react(&id(1), LIKE, false).await.unwrap();
        })
        .await;
    fixture.hear(&heard(ME, &[LIKE], &[])).await;
    assert!(
        fixture.reactions().await.is_empty(),
        "it was taken back since"
    );
}

#[tokio::test]
async fn an_answer_of_before_something_was_heard_takes_nothing_away_and_is_asked_again() {
    let fixture = Fixture::new().await;
    let now = SystemClock.now();
    let by = |millis: i64| Timestamp::from_millis(now.millis() + millis);
    fixture.put(&message(1, 10)).await;
    fixture.hear(&heard(BEA, &[LIKE], &[])).await;
    let answer = async |reactions: &[ReactionCount], asked_at| {
        let message = Message {
            reactions: Some(reactions.to_vec()),
            updated_at: Some(at(500)),
            ..message(1, 10)
        };
        fixture
            .write(async |write| {
                write
                    .put_answer(&dialog_id(1), &[message], asked_at)
                    .await
                    .unwrap();
            })
            .await;
    };
    let count = |count| ReactionCount {
        emoji: LIKE.into(),
        count,
        is_own: false,
    };
    answer(&[count(1)], by(-1000)).await;
    assert!(
        fixture.store.unsure(9).await.unwrap().is_empty(),
        "it agrees"
    );
    answer(&[], by(-1000)).await;
    assert_eq!(fixture.reactions().await, ["👍1"]);
    assert_eq!(fixture.store.unsure(9).await.unwrap(), [id(1)]);

    let list = BTreeMap::from([(LIKE.to_owned(), vec![BEA, CARL])]);
    let put = async |asked_at| {
        fixture
            .write(async |write| {
                write.put_reactions(&id(1), &list, asked_at).await.unwrap();
            })
            .await;
    };
    put(by(-500)).await;
    assert_eq!(fixture.reactions().await, ["👍1"], "as old as the answer");
    assert_eq!(fixture.store.unsure(9).await.unwrap(), [id(1)]);
    put(by(60_000)).await;
    assert_eq!(fixture.reactions().await, ["👍2"]);
    assert!(fixture.store.unsure(9).await.unwrap().is_empty());

    answer(&[], by(120_000)).await;
    assert!(fixture.reactions().await.is_empty(), "asked afterwards");
}
