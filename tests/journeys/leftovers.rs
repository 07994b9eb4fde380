//! Parts of files that did not get here, and what becomes of them.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result};
use kith_client::{NewFile, NewStoredMessage, Progress, Rest, Secret};
use kith_model::{Attachment, AttachmentKind, MessageId, Properties, SystemClock};
use kith_testkit::{ALEX, BEA, PASSWORD, Road, TestPerson, Town, within};

/// More than fits into the buffers on the way.
const SIZE: usize = 6_000_000;

/// Bea has sent a file to Alex, who is on a road that is narrow.
async fn sent(town: &Town, road: &Road) -> Result<(TestPerson, Rest, MessageId)> {
    let alex = town
        .device_over(ALEX, "desk", road, Arc::new(SystemClock))
        .await?;
    alex.online().await;
    let dialog = alex.private_with(BEA.id).await?;
    let bea = Rest::new(town.connection().clone(), Arc::new(SystemClock))?;
    bea.sign_in(BEA.login, &Secret::new(PASSWORD)).await?;
    let new = NewFile {
        name: "boat.bin".into(),
        content_type: "application/octet-stream".into(),
        size: SIZE as u64,
        is_public: false,
    };
    let body = std::io::Cursor::new(vec![7; SIZE]);
    let file = bea.upload(&new, body, &Progress::new()).await?;
    let message = NewStoredMessage {
        dialog,
        id: None,
        body: "the boat".into(),
        attachments: vec![Attachment {
            uid: Some(file.uid),
            name: file.name,
            size: file.size,
            ..Attachment::new(AttachmentKind::File)
        }],
        properties: Properties::new(),
        send_to_chat: true,
    };
    let id = bea.create_message(&message).await?.id;
    alex.hears(&id).await;
    road.change(|weather| weather.bandwidth = Some(1_000_000));
    Ok((alex, bea, id))
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    entries
        .filter_map(|entry| Some(entry.ok()?.file_name().to_string_lossy().into_owned()))
        .collect()
}

/// Begins to save, and waits until a part of the file lies there.
async fn begins(alex: &TestPerson, id: &MessageId, folder: &Path) -> Result<()> {
    alex.engine
        .save_attachment(id, 0, folder.to_owned())
        .await?;
    alex.until("a part of the file", || async {
        let part = folder.join(format!(".kith-{id}-0.part"));
        let n = std::fs::metadata(part).map_or(0, |data| data.len());
        (n > 0).then_some(())
    })
    .await;
    Ok(())
}

/// Waits until nothing lies there, and nothing is on its way.
async fn is_empty(alex: &TestPerson, folder: &Path) {
    within("an empty folder", async {
        while !names(folder).is_empty() || !alex.engine.transfers().is_empty() {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_saving_that_broke_off_and_is_given_up_leaves_nothing() -> Result<()> {
    let town = Town::open_plain().await?;
    let road = Road::to(town.connection()).await?;
    let (alex, _, id) = sent(&town, &road).await?;
    let folder = town.folder().join("downloads");
    begins(&alex, &id, &folder).await?;
    road.change(|weather| weather.is_closed = true);
    alex.until("that it goes no further", || async {
        let transfers = alex.engine.transfers();
        transfers.first()?.problem.map(drop)
    })
    .await;
    assert_eq!(names(&folder), [format!(".kith-{id}-0.part")]);
    alex.engine.cancel_transfer(&id, 0);
    is_empty(&alex, &folder).await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_is_taken_away_takes_the_part_of_its_file_with_it() -> Result<()> {
    let town = Town::open_plain().await?;
    let road = Road::to(town.connection()).await?;
    let (alex, bea, id) = sent(&town, &road).await?;
    let folder = town.folder().join("downloads");
    begins(&alex, &id, &folder).await?;
    bea.delete_messages(std::slice::from_ref(&id), true).await?;
    is_empty(&alex, &folder).await;
    assert!(alex.message(&id).await.is_none());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_went_on_with_goes_after_a_day() -> Result<()> {
    let town = Town::open_plain().await?;
    let road = Road::to(town.connection()).await?;
    let (alex, _, id) = sent(&town, &road).await?;
    let folder = town.folder().join("downloads");
    begins(&alex, &id, &folder).await?;
    let alex = alex.stop().await.returns().await?;
    alex.engine.sweep(folder.clone()).await;
    assert_eq!(names(&folder).len(), 1, "perhaps somebody goes on");
    let part = folder.join(names(&folder).first().context("the part")?);
    let long_ago = SystemTime::now() - Duration::from_secs(25 * 3600);
    let file = std::fs::File::options().write(true).open(&part)?;
    file.set_modified(long_ago)?;
    alex.engine.sweep(folder.clone()).await;
    assert_eq!(names(&folder), Vec::<String>::new());
    Ok(())
}
