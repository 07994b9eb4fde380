//! Messages between two people and in groups.

use anyhow::Result;
use kith_client::{Link, LinkLost, MarkerKind, Outgoing, Recipient, ServerEvent};
use kith_model::DialogKind;

use crate::house::*;

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
    // Bob has it and reads it; both of Ada's devices hear of that.
    for kind in [MarkerKind::Delivered, MarkerKind::Read] {
        let marker = Outgoing::Marker {
            kind,
            message: id.clone(),
            dialog: dialog.clone(),
            to: house.ada,
        };
        bob.chat.send(marker).await?;
        let wanted = ServerEvent::Marker {
            kind,
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
        assert!(stored[0].delivered_to.contains(&house.bob));
        assert_eq!(
            stored[0].read_by.contains(&house.bob),
            kind == MarkerKind::Read
        );
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
    for wanted in [true, false] {
        bob.chat
            .send(Outgoing::Typing {
                to: to_ada.clone(),
                is_typing: wanted,
            })
            .await?;
        let told = ada
            .wait("typing", |event| match event {
                ServerEvent::Typing {
                    by,
                    is_typing,
                    dialog,
                } => Some((by, is_typing, dialog)),
                _ => None,
            })
            .await?;
        assert_eq!(told, (house.bob, wanted, Some(dialog.clone())));
    }
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
