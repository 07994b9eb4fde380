//! A data folder as a real account leaves it, with any number of messages.

use std::path::Path;

use anyhow::{Context, Result};
use kith_model::{Dialog, DialogId, DialogKind, Message, MessageIds, Person, Timestamp, UserId};
use kith_store::{IndexWork, Profile, Store, Stretch, Write};
use kith_testkit::{ALEX, PASSWORD, TestDesk, Town};

/// The second of the newest message.
const NEWEST: i64 = 1_790_000_000;

/// Signs in for real, then fills the account's database through the store.
///
/// Compared with one another are caches with the same number of dialogs, so
/// that only the number of messages differs.
pub(crate) async fn run(data: &Path, messages: u32, dialogs: u32) -> Result<()> {
    let town = Town::open().await?;
    let mut desk = TestDesk::open(data, "default").await?;
    desk.sign_in(town.connection(), ALEX.login, PASSWORD)
        .await?;
    desk.close().await;

    let folder = data.join("profiles/default");
    let profile = Profile::open(&folder.join("profile.db")).await?;
    let account = profile
        .accounts()
        .await?
        .pop()
        .context("nobody is signed in")?;
    profile.close().await;
    let store = Store::open(&folder.join(&account.database), account.user_id).await?;

    let mut write = store.write().await?;
    for number in 0..dialogs {
        write.put_person(&person(number)).await?;
        write.put_dialog(&dialog(number)?).await?;
        write
            .cover(
                &dialog_id(number)?,
                Stretch {
                    from: Stretch::BEGINNING,
                    to: NEWEST,
                },
            )
            .await?;
    }
    write.commit().await?;

    let ids = MessageIds::new(7);
    let mut write: Write = store.write().await?;
    for number in 0..messages {
        write
            .put(&message(number, messages, dialogs, &ids)?)
            .await?;
        if number % 5_000 == 4_999 {
            write.commit().await?;
            write = store.write().await?;
        }
    }
    while write.work_on_index().await? != IndexWork::Done {}
    write.commit().await?;
    store.close().await;
    Ok(())
}

fn other(number: u32) -> UserId {
    UserId(500_000 + u64::from(number))
}

fn dialog_id(number: u32) -> Result<DialogId> {
    Ok(format!("{number:024x}").parse()?)
}

fn person(number: u32) -> Person {
    Person {
        full_name: format!("Person Number {number}"),
        ..Person::new(other(number))
    }
}

fn dialog(number: u32) -> Result<Dialog> {
    Ok(Dialog {
        name: format!("Person Number {number}"),
        owner: Some(ALEX.id),
        occupants: vec![ALEX.id, other(number)],
        updated_at: Timestamp::from_seconds(NEWEST),
        ..Dialog::new(
            dialog_id(number)?,
            DialogKind::Private,
            Timestamp::from_seconds(NEWEST - 100_000_000),
        )
    })
}

/// A message of two years of talk in all dialogs by turns.
fn message(number: u32, of: u32, dialogs: u32, ids: &MessageIds) -> Result<Message> {
    let sent_at =
        Timestamp::from_seconds(NEWEST - i64::from(of - number) * 60_000_000 / i64::from(of));
    let which = number % dialogs;
    let sender = if number.is_multiple_of(3) {
        ALEX.id
    } else {
        other(which)
    };
    Ok(Message {
        body: format!(
            "Message {number}: and then we talked about the weather, the boat and who brings the bread."
        ),
        delivered_to: vec![ALEX.id, other(which)],
        read_by: vec![ALEX.id, other(which)],
        ..Message::new(ids.next(sent_at), dialog_id(which)?, sender, sent_at)
    })
}
