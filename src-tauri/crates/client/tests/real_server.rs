//! The client against our server: signing in, sending, receiving, and every
//! way in which a link ends.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use kith_client::{
    Chat, ClientError, HistoryQuery, Link, LinkLost, MarkerKind, Outgoing, Recipient, Rest, Secret,
    ServerEvent,
};
use kith_model::{
    AppId, ChatAddress, ChatSecurity, Connection, DialogId, DialogKind, MessageId, MessageIds,
    SystemClock, Timestamp, UserId,
};
use kith_server::{Config, Server};
use tokio::sync::mpsc;

const PASSWORD: &str = "correct horse";

struct House {
    folder: tempfile::TempDir,
    server: Server,
    connection: Connection,
    ada: UserId,
    bob: UserId,
}

async fn start(folder: &Path) -> Result<(Server, Connection)> {
    let server = Server::start(Config::local(folder)).await?;
    let ready = server.ready();
    let (host, port) = ready.chat_addr.rsplit_once(':').context("a chat address")?;
    let connection = Connection {
        name: ready.name.clone(),
        api_url: ready.api_url.clone(),
        chat: ChatAddress {
            host: host.to_owned(),
            port: port.parse()?,
            security: ChatSecurity::Direct,
        },
        chat_domain: ready.chat_domain.clone(),
        muc_domain: ready.muc_domain.clone(),
        app_id: AppId(ready.app_id),
        auth_key: ready.auth_key.clone(),
        ca_cert: ready
            .ca_cert
            .as_ref()
            .map(std::fs::read_to_string)
            .transpose()?,
    };
    Ok((server, connection))
}

impl House {
    async fn open() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let (server, connection) = start(folder.path()).await?;
        let ada = UserId(
            server
                .add_person(Some(1001), "ada", PASSWORD, "Ada Lovelace")
                .await?,
        );
        let bob = UserId(
            server
                .add_person(Some(2001), "bob", PASSWORD, "Bob Ross")
                .await?,
        );
        Ok(Self {
            folder,
            server,
            connection,
            ada,
            bob,
        })
    }

    fn chat(&self, me: UserId) -> Talk {
        let (events, listener) = mpsc::channel(16);
        let clock = Arc::new(SystemClock);
        let chat = Chat::start(
            self.connection.clone(),
            me,
            Secret::new(PASSWORD),
            clock,
            events,
        );
        Talk { chat, listener }
    }

    async fn rest(&self, login: &str) -> Result<Rest> {
        let rest = Rest::new(self.connection.clone(), Arc::new(SystemClock))?;
        rest.sign_in(login, &Secret::new(PASSWORD)).await?;
        Ok(rest)
    }
}

struct Talk {
    chat: Chat,
    listener: mpsc::Receiver<ServerEvent>,
}

impl Talk {
    /// Waits for an event that fits and tells what `fit` makes of it.
    async fn wait<T>(
        &mut self,
        what: &str,
        mut fit: impl FnMut(ServerEvent) -> Option<T>,
    ) -> Result<T> {
        let waiting = async {
            while let Some(event) = self.listener.recv().await {
                if let Some(found) = fit(event) {
                    return Ok(found);
                }
            }
            bail!("the stream ended")
        };
        tokio::time::timeout(Duration::from_secs(20), waiting)
            .await
            .with_context(|| format!("no {what}"))?
    }

    async fn link(&mut self, wanted: Link) -> Result<()> {
        let what = format!("{wanted:?}");
        self.wait(&what, |event| {
            (event == ServerEvent::Link(wanted.clone())).then_some(())
        })
        .await
    }

    async fn say(&self, to: &Recipient, id: &MessageId, body: &str) -> Result<()> {
        let sent_at = Timestamp::from_seconds(now_seconds());
        Ok(self
            .chat
            .send(Outgoing::Message {
                id: id.clone(),
                to: to.clone(),
                body: body.to_owned(),
                sent_at,
            })
            .await?)
    }

    async fn acknowledged(&mut self, id: &MessageId) -> Result<()> {
        self.wait("acknowledgement", |event| {
            (event == ServerEvent::Acknowledged(id.clone())).then_some(())
        })
        .await
    }

    async fn message(&mut self) -> Result<kith_model::Message> {
        self.wait("message", |event| match event {
            ServerEvent::Message(message) => Some(message),
            _ => None,
        })
        .await
    }
}

fn now_seconds() -> i64 {
    kith_model::Clock::now(&SystemClock).seconds()
}

fn ids() -> MessageIds {
    MessageIds::new(rand::random())
}

fn next(ids: &MessageIds) -> MessageId {
    ids.next(Timestamp::from_seconds(now_seconds()))
}

async fn private_dialog(rest: &Rest, with: UserId) -> Result<(DialogId, Recipient)> {
    let dialog = rest
        .create_dialog(DialogKind::Private, "", &[with])
        .await?
        .dialog
        .id;
    Ok((dialog.clone(), Recipient::Private { user: with, dialog }))
}

#[tokio::test]
async fn two_people_write_to_each_other() -> Result<()> {
    let house = House::open().await?;
    let rest = house.rest("ada").await?;
    let (dialog, to_bob) = private_dialog(&rest, house.bob).await?;
    let mut ada = house.chat(house.ada);
    let mut ada_elsewhere = house.chat(house.ada);
    let mut bob = house.chat(house.bob);
    for talk in [&mut ada, &mut ada_elsewhere, &mut bob] {
        talk.link(Link::Fresh).await?;
    }
    let id = next(&ids());
    ada.say(&to_bob, &id, "<hello> & \u{1F44B}\nsecond line")
        .await?;
    ada.acknowledged(&id).await?;
    for talk in [&mut bob, &mut ada_elsewhere] {
        let message = talk.message().await?;
        assert_eq!(
            (&message.id, &message.dialog_id, message.sender),
            (&id, &dialog, house.ada)
        );
        assert_eq!(message.body, "<hello> & \u{1F44B}\nsecond line");
    }
    // Bob reads it; both of Ada's devices hear of that.
    let marker = Outgoing::Marker {
        kind: MarkerKind::Read,
        message: id.clone(),
        dialog: dialog.clone(),
        to: house.ada,
    };
    bob.chat.send(marker).await?;
    let wanted = ServerEvent::Marker {
        kind: MarkerKind::Read,
        message: id.clone(),
        dialog: Some(dialog.clone()),
        by: house.bob,
    };
    for talk in [&mut ada, &mut ada_elsewhere] {
        talk.wait("marker", |event| (event == wanted).then_some(()))
            .await?;
    }
    let stored = rest
        .messages_by_id(&dialog, std::slice::from_ref(&id))
        .await?;
    assert_eq!(
        (stored.len(), stored[0].read_by.contains(&house.bob)),
        (1, true)
    );
    // Bob writes, which Ada is told, and she is not told of herself.
    let to_ada = Recipient::Private {
        user: house.ada,
        dialog: dialog.clone(),
    };
    bob.chat
        .send(Outgoing::Typing {
            to: to_ada,
            is_typing: true,
        })
        .await?;
    ada.wait("typing", |event| match event {
        ServerEvent::Typing {
            by,
            is_typing: true,
            dialog: told,
        } => Some((by, told)),
        _ => None,
    })
    .await
    .map(|told| assert_eq!(told, (house.bob, Some(dialog))))?;
    ada.chat.stop().await;
    ada.wait("end", |event| {
        (event
            == ServerEvent::Link(Link::Down {
                reason: LinkLost::Stopped,
                retry_at: None,
            }))
        .then_some(())
    })
    .await?;
    house.server.stop().await;
    Ok(())
}

#[tokio::test]
async fn a_group_echoes_and_a_stranger_is_refused() -> Result<()> {
    let house = House::open().await?;
    let rest = house.rest("ada").await?;
    let group = rest
        .create_dialog(DialogKind::Group, "Painters", &[house.bob])
        .await?
        .dialog;
    assert_eq!(
        (group.name.as_str(), group.occupants.len()),
        ("Painters", 2)
    );
    let to_group = Recipient::Room {
        dialog: group.id.clone(),
    };
    let (mut ada, mut bob) = (house.chat(house.ada), house.chat(house.bob));
    ada.link(Link::Fresh).await?;
    bob.link(Link::Fresh).await?;
    let (ids, mut sent) = (ids(), Vec::new());
    for n in 0..100 {
        let id = next(&ids);
        ada.say(&to_group, &id, &format!("stroke {n}")).await?;
        sent.push(id);
    }
    for talk in [&mut ada, &mut bob] {
        for id in &sent {
            assert_eq!(
                talk.message().await?.id,
                *id,
                "in order, the own echo included"
            );
        }
    }
    let nowhere = Recipient::Room {
        dialog: "65a0000000000000000000ff".parse()?,
    };
    let id = next(&ids);
    ada.say(&nowhere, &id, "anybody?").await?;
    let code = ada
        .wait("refusal", |event| match event {
            ServerEvent::Refused { id: refused, code } if refused == id => Some(code),
            _ => None,
        })
        .await?;
    assert!(matches!(code, 403 | 404), "{code}");
    house.server.stop().await;
    Ok(())
}

#[tokio::test]
async fn a_cut_link_is_resumed_and_everything_arrives_once() -> Result<()> {
    let house = House::open().await?;
    let rest = house.rest("ada").await?;
    let (_, to_bob) = private_dialog(&rest, house.bob).await?;
    let (mut ada, mut bob) = (house.chat(house.ada), house.chat(house.bob));
    ada.link(Link::Fresh).await?;
    bob.link(Link::Fresh).await?;
    let ids = ids();
    for round in 0..3 {
        let id = next(&ids);
        ada.say(&to_bob, &id, "before").await?;
        ada.chat.cut();
        ada.link(Link::Resumed).await?;
        bob.chat.cut();
        // The message may come before the cut or after it.
        let (mut is_resumed, mut had) = (false, None);
        bob.wait("message and link", |event| {
            match event {
                ServerEvent::Message(message) => had = Some(message.id),
                ServerEvent::Link(Link::Resumed) => is_resumed = true,
                _ => {}
            }
            (is_resumed && had.is_some()).then_some(())
        })
        .await?;
        assert_eq!(had, Some(id), "in round {round}");
    }
    house.server.faults().cut_links(Some(house.ada.0));
    ada.link(Link::Resumed).await?;
    let id = next(&ids);
    ada.say(&to_bob, &id, "after").await?;
    ada.acknowledged(&id).await?;
    assert_eq!(bob.message().await?.id, id, "and nothing came twice");
    house.server.stop().await;
    Ok(())
}

/// A stanza that the old connection has not handled yet when the session is
/// resumed must not be counted twice.
#[tokio::test]
async fn a_link_that_breaks_right_after_sending_is_resumed_every_time() -> Result<()> {
    let house = House::open().await?;
    let rest = house.rest("ada").await?;
    let (dialog, to_bob) = private_dialog(&rest, house.bob).await?;
    let mut ada = house.chat(house.ada);
    ada.link(Link::Fresh).await?;
    let (ids, mut sent) = (ids(), Vec::new());
    for n in 0..60 {
        let id = next(&ids);
        ada.say(&to_bob, &id, &format!("{n}")).await?;
        ada.chat.cut();
        sent.push(id);
        ada.wait("resumption", |event| match event {
            ServerEvent::Link(Link::Resumed) => Some(Ok(())),
            ServerEvent::Link(Link::Fresh) | ServerEvent::Unknown(_) => {
                Some(Err(anyhow::anyhow!("not resumed in round {n}")))
            }
            _ => None,
        })
        .await??;
    }
    while rest.messages_by_id(&dialog, &sent).await?.len() < sent.len() {}
    assert_eq!(
        rest.history(&HistoryQuery::newest(dialog, 100))
            .await?
            .len(),
        60,
        "each once"
    );
    house.server.stop().await;
    Ok(())
}

#[tokio::test]
async fn a_swallowed_acknowledgement_is_made_up_for_by_resuming() -> Result<()> {
    let house = House::open().await?;
    let rest = house.rest("ada").await?;
    let (dialog, to_bob) = private_dialog(&rest, house.bob).await?;
    let mut ada = house.chat(house.ada);
    ada.link(Link::Fresh).await?;
    house.server.faults().swallow_acks(true);
    let id = next(&ids());
    ada.say(&to_bob, &id, "swallowed").await?;
    while rest
        .messages_by_id(&dialog, std::slice::from_ref(&id))
        .await?
        .is_empty()
    {}
    house.server.faults().swallow_acks(false);
    house.server.faults().forget_sessions();
    house.server.faults().cut_links(None);
    let fate = ada
        .wait("fate", |event| match event {
            ServerEvent::Unknown(lost) if lost == id => Some("unknown"),
            ServerEvent::Acknowledged(had) if had == id => Some("acknowledged"),
            ServerEvent::Link(Link::Fresh) => Some("fresh before its fate was told"),
            _ => None,
        })
        .await?;
    assert!(matches!(fate, "unknown" | "acknowledged"), "{fate}");
    ada.link(Link::Fresh).await?;
    house.server.stop().await;
    Ok(())
}

#[tokio::test]
async fn a_restarted_server_gives_a_fresh_link() -> Result<()> {
    let house = House::open().await?;
    let rest = house.rest("ada").await?;
    let (dialog, to_bob) = private_dialog(&rest, house.bob).await?;
    let mut ada = house.chat(house.ada);
    ada.link(Link::Fresh).await?;
    house.server.stop().await;
    ada.wait("a lost link", |event| match event {
        ServerEvent::Link(Link::Down { .. }) => Some(()),
        _ => None,
    })
    .await?;
    let id = next(&ids());
    ensure!(
        ada.say(&to_bob, &id, "to nobody").await.is_err(),
        "there is no link to send on"
    );
    let (server, connection) = start(house.folder.path()).await?;
    assert_eq!(connection, house.connection, "it listens where it did");
    ada.chat.reconnect_now();
    ada.link(Link::Fresh).await?;
    ada.say(&to_bob, &id, "to somebody").await?;
    ada.acknowledged(&id).await?;
    let page = rest.history(&HistoryQuery::newest(dialog, 10)).await?;
    assert_eq!(
        page.iter().map(|m| m.body.as_str()).collect::<Vec<_>>(),
        ["to somebody"]
    );
    server.stop().await;
    Ok(())
}

#[tokio::test]
async fn wrong_passwords_are_refused_in_both_halves() -> Result<()> {
    let house = House::open().await?;
    let wrong = Secret::new("wrong");
    let rest = Rest::new(house.connection.clone(), Arc::new(SystemClock))?;
    assert_eq!(
        rest.sign_in("ada", &wrong).await,
        Err(ClientError::SignInRefused)
    );
    assert_eq!(
        rest.dialogs(None).await,
        Err(ClientError::Expired),
        "nobody is signed in"
    );
    let (events, listener) = mpsc::channel(16);
    let chat = Chat::start(
        house.connection.clone(),
        house.ada,
        wrong,
        Arc::new(SystemClock),
        events,
    );
    let mut talk = Talk { chat, listener };
    talk.wait("refusal", |event| {
        (event
            == ServerEvent::Link(Link::Down {
                reason: LinkLost::SignInRefused,
                retry_at: None,
            }))
        .then_some(())
    })
    .await?;
    talk.chat.stop().await;
    house.server.stop().await;
    Ok(())
}

#[tokio::test]
async fn history_is_paged_by_seconds_and_never_marks_as_read() -> Result<()> {
    let house = House::open().await?;
    let (ada_rest, bob_rest) = (house.rest("ada").await?, house.rest("bob").await?);
    let (dialog, to_bob) = private_dialog(&ada_rest, house.bob).await?;
    let mut ada = house.chat(house.ada);
    ada.link(Link::Fresh).await?;
    let (ids, mut sent) = (ids(), Vec::new());
    for n in 0..250 {
        let id = next(&ids);
        ada.say(&to_bob, &id, &format!("{n}")).await?;
        sent.push(id);
    }
    ada.acknowledged(sent.last().context("sent")?).await?;
    let newest = bob_rest
        .history(&HistoryQuery::newest(dialog.clone(), 20))
        .await?;
    assert_eq!(newest.len(), 20);
    let all = bob_rest
        .history(&HistoryQuery::newest(dialog.clone(), 1000))
        .await?;
    assert_eq!(all.len(), 250, "more than a page is several pages");
    let last = now_seconds() + 10;
    let from = HistoryQuery {
        sent_after: Some(last),
        ..HistoryQuery::newest(dialog.clone(), 10)
    };
    assert_eq!(bob_rest.history(&from).await?.len(), 0);
    let until = HistoryQuery {
        sent_before: Some(last),
        newest_first: false,
        skip: 245,
        ..HistoryQuery::newest(dialog.clone(), 10)
    };
    assert_eq!(bob_rest.history(&until).await?.len(), 5);
    let state = bob_rest.dialog(&dialog).await?.context("bob's dialog")?;
    assert_eq!(state.unread, 250, "reading history is not reading");
    assert_eq!(state.last_message.map(|m| m.body), Some("249".to_owned()));
    bob_rest.mark_read(&dialog, &sent).await?;
    bob_rest.mark_read(&dialog, &[]).await?;
    assert_eq!(
        bob_rest
            .dialog(&dialog)
            .await?
            .context("bob's dialog")?
            .unread,
        0
    );
    let found = bob_rest.messages_by_id(&dialog, &sent[..120]).await?;
    assert_eq!(found.len(), 120);
    assert_eq!(
        bob_rest
            .history(&HistoryQuery::newest(
                "65a0000000000000000000ff".parse()?,
                1
            ))
            .await
            .ok(),
        None
    );
    house.server.stop().await;
    Ok(())
}

#[tokio::test]
async fn people_and_dialogs_are_found() -> Result<()> {
    let house = House::open().await?;
    for n in 0..130 {
        let login = format!("person{n:03}");
        house
            .server
            .add_person(Some(5000 + n), &login, PASSWORD, &format!("Person {n}"))
            .await?;
    }
    let rest = house.rest("ada").await?;
    let signed_in = rest.sign_in("ada", &Secret::new(PASSWORD)).await?;
    assert_eq!(
        (signed_in.person.id, signed_in.person.full_name.as_str()),
        (house.ada, "Ada Lovelace")
    );
    let many: Vec<_> = (0..130).map(|n| UserId(5000 + n)).collect();
    assert_eq!(rest.people(&many).await?.len(), 130);
    assert_eq!(rest.people(&[]).await?.len(), 0);
    let names = |people: Vec<kith_model::Person>| {
        people.into_iter().map(|p| p.full_name).collect::<Vec<_>>()
    };
    assert_eq!(names(rest.find_people("Bob Ross").await?), ["Bob Ross"]);
    assert_eq!(names(rest.find_people("bo").await?), ["Bob Ross"]);
    assert!(rest.find_people("").await?.len() > 50);
    assert_eq!(
        names(rest.find_people("nobody at all").await?),
        Vec::<String>::new()
    );
    for n in 0..110 {
        rest.create_dialog(
            DialogKind::Group,
            &format!("Group {n}"),
            &[UserId(5000 + n)],
        )
        .await?;
    }
    let all = rest.dialogs(None).await?;
    assert_eq!(all.len(), 110, "all pages");
    assert_eq!(
        rest.dialogs(Some(Timestamp::from_seconds(now_seconds() + 60)))
            .await?
            .len(),
        0
    );
    assert_eq!(
        rest.dialogs(Some(Timestamp::from_seconds(now_seconds() - 600)))
            .await?
            .len(),
        110
    );
    assert_eq!(
        rest.dialog(&"65a0000000000000000000ff".parse()?).await?,
        None
    );
    rest.sign_out().await;
    assert_eq!(rest.dialogs(None).await, Err(ClientError::Expired));
    house.server.stop().await;
    Ok(())
}

#[tokio::test]
async fn a_session_that_ran_out_is_renewed_without_a_word() -> Result<()> {
    let house = House::open().await?;
    let rest = house.rest("ada").await?;
    house.server.faults().expire_tokens().await?;
    let calls = (0..10).map(|_| rest.dialogs(None));
    for answer in futures::future::join_all(calls).await {
        assert_eq!(answer?.len(), 0);
    }
    house.server.stop().await;
    Ok(())
}
