//! Roles: for each kind of dialog and each role, what is offered equals what
//! the server allows. The server is asked by a client that offers nothing, so
//! that it has to decide.

use std::sync::Arc;

use anyhow::{Context, Result};
use kith_client::{ClientError, DialogUpdate, NewDialog, NewStoredMessage, Rest, Secret};
use kith_model::{DialogId, DialogKind, MessageId, Properties, Rights, SystemClock, UserId};
use kith_testkit::{ALEX, Actor, BEA, CAROL, PASSWORD, Town};

/// Somebody who is in none of the dialogs.
const DAVE: Actor = Actor {
    id: UserId(4_000_004),
    login: "dave",
    full_name: "Dave Dent",
};

/// Everything that [`Rights`] speaks of, in its order.
const QUESTIONS: [&str; 10] = [
    "write",
    "edit_info",
    "add_people",
    "remove_people",
    "appoint_admins",
    "pin",
    "delete_any_message",
    "delete_for_all",
    "clear_for_all",
    "leave",
];

fn offered(rights: Rights) -> [bool; 10] {
    [
        rights.write,
        rights.edit_info,
        rights.add_people,
        rights.remove_people,
        rights.appoint_admins,
        rights.pin,
        rights.delete_any_message,
        rights.delete_for_all,
        rights.clear_for_all,
        rights.leave,
    ]
}

/// Alex owns, Bea is an admin where there are admins, Carol is in it.
struct House {
    alex: Rest,
    bea: Rest,
    carol: Rest,
    _town: Town,
}

impl House {
    async fn open() -> Result<Self> {
        let town = Town::open_plain().await?;
        town.newcomer(DAVE).await?;
        let rest = async |actor: Actor| -> Result<Rest> {
            let rest = Rest::new(town.connection().clone(), Arc::new(SystemClock))?;
            rest.sign_in(actor.login, &Secret::new(PASSWORD)).await?;
            Ok(rest)
        };
        Ok(Self {
            alex: rest(ALEX).await?,
            bea: rest(BEA).await?,
            carol: rest(CAROL).await?,
            _town: town,
        })
    }

    fn rest(&self, who: Actor) -> &Rest {
        match who {
            ALEX => &self.alex,
            BEA => &self.bea,
            _ => &self.carol,
        }
    }

    /// A new dialog, and a message in it that is not `who`'s.
    async fn dialog(&self, kind: DialogKind, who: Actor) -> Result<(DialogId, MessageId)> {
        let people = match kind {
            DialogKind::Private => vec![CAROL.id],
            DialogKind::Group => vec![BEA.id, CAROL.id],
            DialogKind::Public | DialogKind::Broadcast => Vec::new(),
        };
        let name = format!("{kind:?}");
        let made = self
            .alex
            .new_dialog(&NewDialog::new(kind, &name, &people))
            .await?;
        let id = made.dialog.id;
        if kind == DialogKind::Public {
            self.bea.subscribe(&id).await?;
            self.carol.subscribe(&id).await?;
        }
        if kind != DialogKind::Private {
            self.alex.set_admins(&id, &[BEA.id], true).await?;
        }
        let author = match (kind, who) {
            (DialogKind::Private, ALEX) => &self.carol,
            (_, ALEX) => &self.bea,
            _ => &self.alex,
        };
        let message = write(author, &id).await?;
        Ok((id, message))
    }

    /// Tries one thing in a dialog of its own.
    async fn is_allowed(&self, kind: DialogKind, who: Actor, question: &str) -> Result<bool> {
        let (id, message) = self.dialog(kind, who).await?;
        let rest = self.rest(who);
        let other = if who == CAROL { BEA.id } else { CAROL.id };
        let done = match question {
            "write" => write(rest, &id).await.map(|_| true),
            "edit_info" => {
                let update = DialogUpdate {
                    description: Some("another one".to_owned()),
                    ..DialogUpdate::default()
                };
                rest.update_dialog(&id, &update).await.map(|_| true)
            }
            "add_people" => rest.add_people(&id, &[DAVE.id]).await.map(|_| true),
            "remove_people" => rest.remove_people(&id, &[other]).await.map(|_| true),
            "appoint_admins" => rest.set_admins(&id, &[CAROL.id], true).await.map(|_| true),
            "pin" => rest.pin(&id, &[message], true).await.map(|_| true),
            "delete_any_message" => rest
                .delete_messages(std::slice::from_ref(&message), true)
                .await
                .map(|done| done.deleted.contains(&message)),
            "delete_for_all" => rest
                .delete_dialogs(std::slice::from_ref(&id), true)
                .await
                .map(|done| done.deleted.contains(&id)),
            "clear_for_all" => rest.clear_history(&id, true).await.map(|()| true),
            // Only groups and public dialogs can be left and stay.
            _ => match kind {
                DialogKind::Public => rest.unsubscribe(&id).await.map(|()| true),
                _ => match rest.remove_people(&id, &[who.id]).await {
                    // The answer need not describe a dialog that one is not in.
                    Ok(_) | Err(ClientError::NotAServer) => Ok(true),
                    Err(error) => Err(error),
                },
            },
        };
        match done {
            Ok(is_done) => Ok(is_done),
            Err(ClientError::NotAllowed | ClientError::Gone | ClientError::Rejected(_)) => {
                Ok(false)
            }
            Err(error) => Err(error).with_context(|| format!("{question} in {kind:?}")),
        }
    }

    async fn offers(&self, kind: DialogKind, who: Actor) -> Result<[bool; 10]> {
        let (id, _) = self.dialog(kind, who).await?;
        let told = self.rest(who).dialog(&id).await?.context("it is listed")?;
        Ok(offered(Rights::of(&told.dialog, who.id, true)))
    }
}

async fn write(rest: &Rest, dialog: &DialogId) -> Result<MessageId, ClientError> {
    let message = NewStoredMessage {
        dialog: dialog.clone(),
        id: None,
        body: "a word".to_owned(),
        attachments: Vec::new(),
        properties: Properties::new(),
        send_to_chat: false,
    };
    Ok(rest.create_message(&message).await?.id)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_offered_is_what_the_server_allows() -> Result<()> {
    let house = House::open().await?;
    let mut differences = Vec::new();
    for kind in [
        DialogKind::Private,
        DialogKind::Group,
        DialogKind::Public,
        DialogKind::Broadcast,
    ] {
        for who in [ALEX, BEA, CAROL] {
            if kind == DialogKind::Private && who == BEA {
                continue;
            }
            let offered = house.offers(kind, who).await?;
            for (question, is_offered) in QUESTIONS.into_iter().zip(offered) {
                let is_allowed = house.is_allowed(kind, who, question).await?;
                if is_offered != is_allowed {
                    differences.push(format!(
                        "{kind:?}, {}: {question} is {}offered and {}allowed",
                        who.login,
                        if is_offered { "" } else { "not " },
                        if is_allowed { "" } else { "not " },
                    ));
                }
            }
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    Ok(())
}
