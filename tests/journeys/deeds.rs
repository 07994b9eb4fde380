//! What people do to messages, seen from both sides.

use std::sync::Arc;

use anyhow::Result;
use kith_engine::{Change, News, SendOptions};
use kith_model::{Delivery, DialogId, FailureReason, Mentions, MessageId, SystemClock};
use kith_store::DeedKind;
use kith_testkit::{ALEX, BEA, CAROL, Road, TestPerson, Town, within};

impl Shown for TestPerson {}

/// What somebody sees of a message.
trait Shown {
    /// Waits until a message has this text.
    async fn reads(&self, id: &MessageId, text: &str)
    where
        Self: AsPerson,
    {
        let person = self.person();
        person
            .until(&format!("{text:?}"), || async {
                let held = person.message(id).await?;
                (held.message.body == text).then_some(())
            })
            .await;
    }

    /// Waits until a message is gone.
    async fn loses(&self, id: &MessageId)
    where
        Self: AsPerson,
    {
        let person = self.person();
        person
            .until("a message gone", || async {
                person.message(id).await.is_none().then_some(())
            })
            .await;
    }

    /// Waits until these reactions are shown: emoji, number, and a star with
    /// one's own.
    async fn sees_reactions(&self, id: &MessageId, wanted: &[&str])
    where
        Self: AsPerson,
    {
        let person = self.person();
        person
            .until(&format!("the reactions {wanted:?}"), || async {
                let shown = person.message(id).await?.message.reactions?;
                let shown: Vec<String> = shown
                    .iter()
                    .map(|r| format!("{}{}{}", r.emoji, r.count, if r.is_own { "*" } else { "" }))
                    .collect();
                (shown == wanted).then_some(())
            })
            .await;
    }

    /// Waits until the server knows everything that this person did.
    async fn is_told(&self)
    where
        Self: AsPerson,
    {
        let store = self.person().engine.store().clone();
        within("everything to be told", async {
            while !store.deeds(1).await.expect("a read").is_empty() {
                tokio::task::yield_now().await;
            }
        })
        .await;
    }
}

trait AsPerson {
    fn person(&self) -> &TestPerson;
}

impl AsPerson for TestPerson {
    fn person(&self) -> &TestPerson {
        self
    }
}

async fn two() -> Result<(Town, TestPerson, TestPerson, DialogId)> {
    let town = Town::open().await?;
    let alex = town.person(ALEX).await?;
    let bea = town.person(BEA).await?;
    let dialog = alex.private(&bea).await?;
    Ok((town, alex, bea, dialog))
}

fn naming(people: &[&TestPerson]) -> Mentions {
    Mentions {
        people: people.iter().map(|person| person.id()).collect(),
        everybody: false,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_is_seen_at_once_here_there_and_on_the_other_device() -> Result<()> {
    let (town, alex, bea, dialog) = two().await?;
    let sofa = town.device(ALEX, "sofa").await?;
    let id = alex.say(&dialog, "Helo").await?;
    bea.hears(&id).await;
    sofa.hears(&id).await;
    alex.sees(&id, Delivery::Delivered).await;
    alex.engine
        .edit_message(&id, "Hello Bea".into(), &naming(&[&bea]))
        .await?;
    let here = alex.message(&id).await.expect("held");
    assert_eq!(here.message.body, "Hello Bea", "no network was waited for");
    bea.reads(&id, "Hello Bea").await;
    sofa.reads(&id, "Hello Bea").await;
    let there = bea.message(&id).await.expect("held");
    assert!(there.message.edited_at.is_some(), "it is marked as edited");
    assert!(there.mentions_me, "the name came with the edit");
    alex.is_told().await;
    let refused = bea
        .engine
        .edit_message(&id, "mine".into(), &Mentions::default())
        .await;
    assert!(refused.is_err(), "somebody else's");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_carries_what_it_answers_and_a_forward_whom_it_is_from() -> Result<()> {
    let (town, alex, bea, dialog) = two().await?;
    let carol = town.person(CAROL).await?;
    let asked = bea.say(&dialog, "Where shall\nwe meet?").await?;
    alex.hears(&asked).await;
    let answer = alex.new_id();
    let options = SendOptions {
        reply_to: Some(asked.clone()),
        mentions: naming(&[&bea]),
        is_silent: true,
        ..SendOptions::default()
    };
    alex.engine
        .send_with(&dialog, answer.clone(), "At the pier".into(), options)
        .await?;
    let there = bea.hears(&answer).await;
    let reply = there.message.properties.reply().expect("an answer");
    assert_eq!(reply.message, asked);
    assert_eq!(reply.sender, Some(bea.id()));
    assert_eq!(reply.text, "Where shall we meet?");
    assert!(there.mentions_me && there.message.is_silent);
    assert_eq!(bea.dialog(&dialog).await.mentions, 1);

    let elsewhere = bea.private(&carol).await?;
    let ids = [bea.new_id(), bea.new_id()];
    bea.engine
        .forward(
            &[answer.clone(), asked.clone()],
            std::slice::from_ref(&elsewhere),
            &ids,
        )
        .await?;
    carol.hears(&ids[1]).await;
    carol
        .sees_texts(
            &elsewhere,
            &["Where shall\nwe meet?".into(), "At the pier".into()],
        )
        .await;
    let forwarded = carol.hears(&ids[1]).await;
    let from = forwarded.message.properties.forward().expect("forwarded");
    assert_eq!(from.sender, Some(alex.id()));
    assert_eq!(from.name, ALEX.full_name);
    assert_eq!(
        forwarded.message.properties.reply(),
        None,
        "what it answered stays where it was said"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_deleted_for_all_or_here_alone_by_who_may() -> Result<()> {
    let (_town, alex, bea, dialog) = two().await?;
    let mut ids = Vec::new();
    for text in ["for all", "only here", "of Alex"] {
        ids.push(alex.say(&dialog, text).await?);
    }
    bea.hears(&ids[2]).await;
    for id in &ids {
        alex.sees(id, Delivery::Delivered).await;
    }
    let done = alex.engine.delete_messages(&ids[..1], true).await?;
    assert_eq!(done.deleted, ids[..1]);
    assert!(alex.message(&ids[0]).await.is_none(), "gone at once");
    bea.loses(&ids[0]).await;
    alex.engine.delete_messages(&ids[1..2], false).await?;
    alex.is_told().await;
    let refused = bea.engine.delete_messages(&ids[2..], true).await?;
    assert_eq!((refused.deleted.len(), refused.refused.len()), (0, 1));
    assert_eq!(bea.texts(&dialog).await, ["only here", "of Alex"]);
    assert_eq!(alex.texts(&dialog).await, ["of Alex"]);
    let alex = alex.stop().await.returns().await?;
    alex.online().await;
    assert_eq!(
        alex.texts(&dialog).await,
        ["of Alex"],
        "history does not bring it back"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn who_leads_a_group_deletes_for_all_and_members_do_not() -> Result<()> {
    let (town, alex, bea, _) = two().await?;
    let carol = town.person(CAROL).await?;
    let group = alex.group("Boat", &[&bea, &carol]).await?;
    bea.dialog(&group).await;
    let id = bea.say(&group, "rude").await?;
    carol.hears(&id).await;
    alex.hears(&id).await;
    let refused = carol
        .engine
        .delete_messages(std::slice::from_ref(&id), true)
        .await?;
    assert_eq!(refused.refused, std::slice::from_ref(&id));
    alex.engine
        .delete_messages(std::slice::from_ref(&id), true)
        .await?;
    bea.loses(&id).await;
    carol.loses(&id).await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn reactions_go_both_ways_and_tell_who() -> Result<()> {
    let (town, alex, bea, dialog) = two().await?;
    let sofa = town.device(ALEX, "sofa").await?;
    let id = alex.say(&dialog, "Lunch?").await?;
    bea.hears(&id).await;
    alex.sees(&id, Delivery::Sent).await;
    bea.engine.react(&id, "👍", true).await?;
    bea.sees_reactions(&id, &["👍1*"]).await;
    alex.sees_reactions(&id, &["👍1"]).await;
    alex.engine.react(&id, "👍", true).await?;
    alex.engine.react(&id, "🎉", true).await?;
    bea.sees_reactions(&id, &["🎉1", "👍2*"]).await;
    sofa.sees_reactions(&id, &["🎉1*", "👍2*"]).await;
    bea.engine.react(&id, "👍", false).await?;
    alex.sees_reactions(&id, &["🎉1*", "👍1*"]).await;
    let who = alex.engine.reacted(&id).await?;
    assert_eq!(
        who,
        [
            ("🎉".to_owned(), vec![alex.id()]),
            ("👍".to_owned(), vec![alex.id()])
        ]
    );
    assert!(alex.engine.react(&id, "", true).await.is_err());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_done_offline_is_shown_at_once_kept_and_told_later() -> Result<()> {
    let (town, alex, bea, dialog) = two().await?;
    let mut ids = Vec::new();
    for text in ["one", "two", "three"] {
        ids.push(alex.say(&dialog, text).await?);
    }
    bea.hears(&ids[2]).await;
    for id in &ids {
        alex.sees(id, Delivery::Delivered).await;
    }
    town.faults().refuse_connections(true);
    town.faults().cut_links(Some(alex.id().0));
    alex.offline().await;
    alex.engine
        .edit_message(&ids[0], "ONE".into(), &Mentions::default())
        .await?;
    alex.engine.delete_messages(&ids[1..2], true).await?;
    alex.engine.react(&ids[2], "🎉", true).await?;
    assert_eq!(alex.texts(&dialog).await, ["ONE", "three"]);
    let absent = alex.stop().await;
    town.faults().refuse_connections(false);
    let alex = absent.returns().await?;
    assert_eq!(
        alex.texts(&dialog).await,
        ["ONE", "three"],
        "it was on disk"
    );
    alex.online().await;
    bea.online().await;
    bea.reads(&ids[0], "ONE").await;
    bea.loses(&ids[1]).await;
    bea.sees_reactions(&ids[2], &["🎉1"]).await;
    alex.is_told().await;
    assert_eq!(alex.texts(&dialog).await, ["ONE", "three"]);
    alex.sees_reactions(&ids[2], &["🎉1*"]).await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_others_did_meanwhile_arrives() -> Result<()> {
    let (_town, alex, bea, dialog) = two().await?;
    let mut ids = Vec::new();
    for text in ["one", "two", "three"] {
        ids.push(alex.say(&dialog, text).await?);
    }
    bea.hears(&ids[2]).await;
    for id in &ids {
        alex.sees(id, Delivery::Delivered).await;
    }
    let bea = bea.stop().await;
    alex.engine
        .edit_message(&ids[0], "ONE".into(), &Mentions::default())
        .await?;
    alex.engine.delete_messages(&ids[1..2], true).await?;
    alex.engine.react(&ids[2], "🎉", true).await?;
    alex.is_told().await;
    let bea = bea.returns().await?;
    bea.online().await;
    bea.reads(&ids[0], "ONE").await;
    bea.sees_reactions(&ids[2], &["🎉1"]).await;
    bea.loses(&ids[1]).await;
    assert_eq!(bea.texts(&dialog).await, ["ONE", "three"]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_deed_is_undone_and_says_why() -> Result<()> {
    let town = Town::open_plain().await?;
    let road = Road::to(town.connection()).await?;
    let alex = town.person(ALEX).await?;
    let clock = Arc::new(SystemClock);
    let bea = town.device_over(BEA, "desk", &road, clock).await?;
    bea.online().await;
    let group = alex.group("Boat", &[&bea]).await?;
    alex.engine.set_admin(&group, bea.id(), true).await?;
    bea.dialog(&group).await;
    let id = bea.say(&group, "Remember this").await?;
    alex.hears(&id).await;
    bea.sees(&id, Delivery::Delivered).await;
    bea.until("the right to pin", || async {
        let entry = bea.entry(&group).await?;
        entry.rights(bea.id()).pin.then_some(())
    })
    .await;
    // The right is lost while Bea does not hear of it.
    road.close().await;
    bea.offline().await;
    alex.engine.set_admin(&group, bea.id(), false).await?;
    let mut changes = bea.engine.changes();
    bea.engine.pin_message(&id, true).await?;
    assert!(bea.message(&id).await.expect("held").is_pinned);
    road.clear();
    bea.engine.reconnect_now();
    let refused = within("the refusal", async {
        loop {
            let Some(News::Batch { changes: news, .. }) = changes.next().await else {
                continue;
            };
            for change in news {
                if let Change::Refused { kind, reason, .. } = change {
                    return (kind, reason);
                }
            }
        }
    })
    .await;
    assert_eq!(refused, (DeedKind::Pin, FailureReason::NotAllowed));
    assert!(!bea.message(&id).await.expect("held").is_pinned);
    bea.until("the right lost", || async {
        let entry = bea.entry(&group).await?;
        (!entry.rights(bea.id()).pin).then_some(())
    })
    .await;
    assert!(
        bea.engine.pin_message(&id, true).await.is_err(),
        "now it is known"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn pins_are_seen_by_all_and_read_without_a_link() -> Result<()> {
    let (town, alex, bea, _) = two().await?;
    let group = alex.group("Boat", &[&bea]).await?;
    bea.dialog(&group).await;
    let id = bea.say(&group, "We meet at nine").await?;
    alex.hears(&id).await;
    bea.sees(&id, Delivery::Delivered).await;
    alex.engine.pin_message(&id, true).await?;
    bea.until("the pin", || async {
        bea.message(&id).await?.is_pinned.then_some(())
    })
    .await;
    let carol = town.person(CAROL).await?;
    alex.engine.add_people(&group, &[carol.id()]).await?;
    carol.dialog(&group).await;
    carol
        .until("the pinned text", || async {
            let pinned = carol.engine.pinned(&group).await.ok()?;
            (pinned.first()?.message.body == "We meet at nine").then_some(())
        })
        .await;
    town.faults().refuse_connections(true);
    town.faults().cut_links(None);
    carol.offline().await;
    assert_eq!(
        carol.engine.pinned(&group).await?[0].message.body,
        "We meet at nine"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_with_a_timer_goes_away_on_both_sides() -> Result<()> {
    let (town, alex, bea, dialog) = two().await?;
    let sofa = town.device(ALEX, "sofa").await?;
    let id = alex.new_id();
    let options = SendOptions {
        destroy_after: Some(2),
        ..SendOptions::default()
    };
    alex.engine
        .send_with(&dialog, id.clone(), "burn this".into(), options)
        .await?;
    let there = bea.hears(&id).await;
    assert_eq!(there.message.destroy_after, Some(2));
    assert_eq!(there.expires_at, None, "it was not seen yet");
    alex.loses(&id).await;
    sofa.loses(&id).await;
    assert!(bea.message(&id).await.is_some(), "Bea has not seen it");
    bea.engine.seen(&dialog, &id).await?;
    bea.until("the time running", || async {
        match bea.message(&id).await {
            Some(held) => held.expires_at.map(|_| ()),
            None => Some(()),
        }
    })
    .await;
    bea.loses(&id).await;
    let bea = bea.stop().await.returns().await?;
    bea.online().await;
    assert!(bea.texts(&dialog).await.is_empty(), "no history has it");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_is_still_here_is_edited_and_deleted_without_a_trace() -> Result<()> {
    let (town, alex, bea, dialog) = two().await?;
    alex.say(&dialog, "before").await?;
    bea.sees_texts(&dialog, &["before".into()]).await;
    town.faults().refuse_connections(true);
    town.faults().cut_links(Some(alex.id().0));
    alex.offline().await;
    let kept = alex.say(&dialog, "teh").await?;
    let gone = alex.say(&dialog, "never mind").await?;
    alex.engine
        .edit_message(&kept, "the".into(), &Mentions::default())
        .await?;
    let done = alex
        .engine
        .delete_messages(std::slice::from_ref(&gone), true)
        .await?;
    assert_eq!(done.deleted, std::slice::from_ref(&gone));
    town.faults().refuse_connections(false);
    alex.engine.reconnect_now();
    bea.sees_texts(&dialog, &["before".into(), "the".into()])
        .await;
    let there = bea.hears(&kept).await;
    assert_eq!(there.message.edited_at, None, "nobody saw the first text");
    Ok(())
}
