//! What others do to messages, as it arrives, and what this person does, as
//! far as it goes without a server.

use kith_client::{Edit, ReactionChange, Removal, ServerEvent};
use kith_model::{Mentions, Message, Properties, UserId};
use kith_store::{Deed, DeedKind};

use super::{BEA, Bench, ME, at, dialog_id, id, message, own};
use crate::{Change, EngineError, Presence, SendOptions};

fn edited(n: u32, by: UserId, body: &str) -> ServerEvent {
    ServerEvent::Edited(Edit {
        message: id(n),
        dialog: Some(dialog_id(1)),
        by,
        body: body.into(),
        properties: Properties::new(),
        at: at(2000),
        is_passing: false,
    })
}

fn removed(n: u32, by: UserId) -> ServerEvent {
    ServerEvent::Removed(Removal {
        message: id(n),
        dialog: None,
        by,
    })
}

fn reacted(n: u32, by: UserId, emoji: &str) -> ServerEvent {
    ServerEvent::Reacted(ReactionChange {
        message: id(n),
        dialog: Some(dialog_id(1)),
        by,
        added: vec![emoji.into()],
        removed: Vec::new(),
    })
}

impl Bench {
    async fn held(&self, n: u32) -> Option<kith_store::StoredMessage> {
        self.engine.store().message(&id(n)).await.expect("a read")
    }

    async fn deeds(&self) -> Vec<Deed> {
        self.engine.store().deeds(9).await.expect("a read")
    }

    async fn is_sending(&self, n: u32) {
        let dialog = dialog_id(1);
        let sent = self.engine.send(&dialog, id(n), format!("text {n}")).await;
        sent.expect("queued");
        let mut write = self.engine.store().write().await.expect("the writer");
        write
            .handing_over(&id(n), at(1000))
            .await
            .expect("handed over");
        write.commit().await.expect("the commit");
    }
}

#[tokio::test]
async fn edits_removals_and_reactions_may_come_before_their_message() {
    for is_before in [true, false] {
        let mut bench = Bench::new().await;
        let messages = (1..=4).map(|n| ServerEvent::Message(message(n, 10)));
        let changes = vec![
            edited(1, BEA, "edited"),
            edited(2, UserId(99), "forged"),
            removed(3, BEA),
            removed(4, UserId(99)),
            reacted(1, BEA, "👍"),
        ];
        let mut events: Vec<ServerEvent> = messages.collect();
        if is_before {
            events.splice(0..0, changes);
        } else {
            events.extend(changes);
        }
        bench.arrive(events).await;
        assert_eq!(
            bench.shown(1).await,
            [
                "10 22 Sent edited",
                "10 22 Sent text 2",
                "10 22 Sent text 4"
            ],
            "before: {is_before}"
        );
        let reactions = bench.held(1).await.expect("held").message.reactions;
        assert_eq!(reactions.expect("told")[0].count, 1);
        let markers = bench.engine.store().markers_out(9).await.expect("a read");
        assert_eq!(
            markers.len(),
            3,
            "nobody is told of a message that was taken away"
        );
    }
}

#[tokio::test]
async fn a_change_is_told_by_its_message() {
    let mut bench = Bench::new().await;
    bench
        .arrive(vec![ServerEvent::Message(message(1, 10))])
        .await;
    let changed = [
        Change::Dialog(dialog_id(1)),
        Change::Message {
            dialog: dialog_id(1),
            id: id(1),
        },
    ];
    for event in [edited(1, BEA, "edited"), reacted(1, BEA, "👍")] {
        assert_eq!(bench.arrive(vec![event.clone()]).await, changed);
        assert_eq!(bench.arrive(vec![event]).await, [], "told twice is no news");
    }
    let gone = bench.arrive(vec![removed(1, BEA)]).await;
    assert!(gone.contains(&Change::MessageRemoved {
        dialog: dialog_id(1),
        id: id(1)
    }));
}

#[tokio::test]
async fn what_is_done_without_a_link_is_shown_and_waits() {
    let mut bench = Bench::new().await;
    let events = (1..=3).map(|n| ServerEvent::Message(own(n, 10)));
    bench.arrive(events.collect()).await;
    let engine = &bench.engine;
    engine
        .edit_message(&id(1), "edited".into(), &Mentions::default())
        .await
        .expect("edited");
    let done = engine
        .delete_messages(&[id(2)], true)
        .await
        .expect("deleted");
    assert_eq!(done.deleted, [id(2)]);
    engine.react(&id(3), "👍", true).await.expect("reacted");
    assert_eq!(
        bench.shown(1).await,
        ["10 11 Sent edited", "10 11 Sent text 3"]
    );
    let kinds: Vec<DeedKind> = bench.deeds().await.iter().map(|deed| deed.kind).collect();
    assert_eq!(
        kinds,
        [DeedKind::Edit, DeedKind::DeleteForAll, DeedKind::React]
    );
    assert!(
        bench.engine.shared.tell_what_was_done().await.is_err(),
        "nobody is there to be told"
    );
    assert_eq!(bench.deeds().await.len(), 3, "so it waits");
}

#[tokio::test]
async fn only_own_messages_are_edited_and_only_emoji_are_reactions() {
    let mut bench = Bench::new().await;
    bench
        .arrive(vec![ServerEvent::Message(message(1, 10))])
        .await;
    let nobody = Mentions::default();
    let engine = &bench.engine;
    let refused = engine.edit_message(&id(1), "mine".into(), &nobody).await;
    assert!(matches!(refused, Err(EngineError::NotAllowed)));
    let unknown = engine.edit_message(&id(9), "what".into(), &nobody).await;
    assert!(matches!(unknown, Err(EngineError::NotFound)));
    for nonsense in ["", "  ", "a b", &"x".repeat(65)] {
        let refused = engine.react(&id(1), nonsense, true).await;
        assert!(
            matches!(refused, Err(EngineError::InvalidInput)),
            "{nonsense:?}"
        );
    }
}

#[tokio::test]
async fn what_is_on_its_way_is_edited_and_deleted_after_it() {
    let bench = Bench::new().await;
    bench.is_sending(1).await;
    bench.is_sending(2).await;
    bench
        .engine
        .edit_message(&id(1), "edited".into(), &Mentions::default())
        .await
        .expect("edited");
    bench
        .engine
        .delete_messages(&[id(2)], true)
        .await
        .expect("deleted");
    assert_eq!(bench.shown(1).await, ["1000 11 Sending edited"]);
    let deeds = bench.deeds().await;
    assert_eq!(deeds[0].kind, DeedKind::Edit);
    assert_eq!(
        (deeds[1].kind, deeds[1].text.as_str()),
        (DeedKind::DeleteForAll, Deed::UNDER_WAY),
        "the deletion may overtake it"
    );
    let waiting = bench.engine.waiting().await.expect("a read");
    assert_eq!(waiting.len(), 1, "what was deleted is not sent again");
}

#[tokio::test]
async fn an_answer_to_what_goes_away_quotes_nothing_of_it() {
    let mut bench = Bench::new().await;
    let timed = Message {
        destroy_after: Some(60),
        is_in_history: false,
        ..message(1, 10)
    };
    bench
        .arrive(vec![
            ServerEvent::Message(timed),
            ServerEvent::Message(message(2, 11)),
        ])
        .await;
    for (n, original, expected) in [(3, 1, ""), (4, 2, "text 2")] {
        let options = SendOptions {
            reply_to: Some(id(original)),
            ..SendOptions::default()
        };
        let dialog = dialog_id(1);
        let sent = bench
            .engine
            .send_with(&dialog, id(n), "yes".into(), options);
        sent.await.expect("queued");
        let held = bench.held(n).await.expect("held");
        let reply = held.message.properties.reply().expect("an answer");
        assert_eq!((reply.sender, reply.text.as_str()), (Some(BEA), expected));
    }
    let forwarded = bench
        .engine
        .forward(&[id(1)], &[dialog_id(2)], &[id(5)])
        .await;
    assert!(
        matches!(forwarded, Err(EngineError::InvalidInput)),
        "nor is it passed on"
    );
}

#[tokio::test]
async fn a_forwarded_message_keeps_its_first_author() {
    let mut bench = Bench::new().await;
    bench
        .arrive(vec![ServerEvent::Message(message(1, 10))])
        .await;
    let engine = &bench.engine;
    engine
        .forward(&[id(1)], &[dialog_id(2)], &[id(2)])
        .await
        .expect("forwarded");
    engine
        .forward(&[id(2)], &[dialog_id(1)], &[id(3)])
        .await
        .expect("forwarded");
    for n in [2, 3] {
        let held = bench.held(n).await.expect("held");
        let from = held.message.properties.forward().expect("forwarded");
        assert_eq!((from.sender, from.sent_at), (Some(BEA), Some(at(10))));
        assert_eq!(held.message.body, "text 1");
    }
    let wrong = engine.forward(&[id(1)], &[dialog_id(2)], &[]).await;
    assert!(matches!(wrong, Err(EngineError::InvalidInput)));
}

#[tokio::test]
async fn nobody_is_here_while_there_is_no_link() {
    let mut bench = Bench::new().await;
    let here = |who: UserId, activity| ServerEvent::Activity { who, activity };
    let stranger = UserId(99);
    bench.engine.watch_presence(&[BEA, ME]).await;
    let told = bench
        .arrive(vec![
            here(BEA, kith_client::Activity::Online),
            here(stranger, kith_client::Activity::Online),
        ])
        .await;
    assert_eq!(
        told,
        [Change::Presence(vec![BEA])],
        "only who is watched, and nobody watches themselves"
    );
    let told = bench.arrive(vec![super::down()]).await;
    assert!(told.contains(&Change::Presence(vec![BEA])));
    assert_eq!(
        bench.engine.presence(),
        [(
            BEA,
            Presence {
                is_online: false,
                last_seen: Some(at(1000))
            }
        )]
    );
}
