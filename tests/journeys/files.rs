//! Files that hang on messages: saved whole, called off, broken off and gone on
//! with, and the odd shapes in which other apps tell of them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Result;
use kith_client::{NewStoredMessage, Progress, Rest, Secret, StoredFile};
use kith_engine::{EngineError, SaveProblem, Transfer};
use kith_model::{
    Attachment, AttachmentKind, DialogId, DialogKind, MessageId, Properties, SystemClock,
};
use kith_testkit::{ALEX, BEA, PASSWORD, Road, TestPerson, Town};

/// More than fits into the buffers on the way.
const LARGE: usize = 6_000_000;
/// Bytes a second: slow enough to be in the middle for a while.
const NARROW: u32 = 1_000_000;

/// Bea at her own program, who stores files and writes about them.
struct Bea {
    rest: Rest,
    dialog: DialogId,
}

impl Bea {
    async fn comes(town: &Town, alex: &TestPerson) -> Result<Self> {
        let rest = Rest::new(town.connection().clone(), Arc::new(SystemClock))?;
        rest.sign_in(BEA.login, &Secret::new(PASSWORD)).await?;
        let dialog = alex
            .engine
            .create_dialog(DialogKind::Private, "", &[BEA.id])
            .await?;
        Ok(Self { rest, dialog })
    }

    async fn stores(&self, town: &Town, name: &str, bytes: &[u8]) -> Result<StoredFile> {
        let path = town.folder().join(name);
        std::fs::write(&path, bytes)?;
        let progress = Progress::new();
        Ok(self
            .rest
            .upload_file(&path, "application/pdf", false, &progress)
            .await?)
    }

    /// Writes a message on which this hangs.
    async fn says(&self, alex: &TestPerson, attachments: Vec<Attachment>) -> Result<MessageId> {
        let message = NewStoredMessage {
            dialog: self.dialog.clone(),
            id: None,
            body: "Look".to_owned(),
            attachments,
            properties: Properties::new(),
            send_to_chat: true,
        };
        let id = self.rest.create_message(&message).await?.id;
        alex.hears(&id).await;
        Ok(id)
    }
}

fn file(stored: &StoredFile, name: &str) -> Attachment {
    Attachment {
        uid: Some(stored.uid.clone()),
        name: name.to_owned(),
        size: stored.size,
        ..Attachment::new(AttachmentKind::File)
    }
}

fn large() -> Vec<u8> {
    (0..LARGE).map(|n| (n * 7 % 251) as u8).collect()
}

/// Waits until the saving of a message's first attachment is as wanted, `None` when it has ended.
async fn until(alex: &TestPerson, what: &str, fits: impl Fn(Option<&Transfer>) -> bool) {
    alex.until(what, || async {
        fits(alex.engine.transfers().first()).then_some(())
    })
    .await;
}

async fn saved(alex: &TestPerson, message: &MessageId, index: u32) -> PathBuf {
    alex.until("a saved file", || async {
        alex.engine.saved_file(message, index).await.ok()
    })
    .await
}

/// What lies in a folder, also what is hidden there.
fn names(folder: &Path) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_saved_whole_and_where_it_lies_is_remembered() -> Result<()> {
    let town = Town::open_plain().await?;
    let alex = town.person(ALEX).await?;
    let bea = Bea::comes(&town, &alex).await?;
    let bytes = large();
    let stored = bea.stores(&town, "a.pdf", &bytes).await?;
    let id = bea.says(&alex, vec![file(&stored, "Plan.pdf")]).await?;
    let folder = town.folder().join("downloads");
    assert!(matches!(
        alex.engine.saved_file(&id, 0).await,
        Err(EngineError::NotFound)
    ));
    alex.engine.save_attachment(&id, 0, folder.clone()).await?;
    let path = saved(&alex, &id, 0).await;
    assert_eq!(path, folder.join("Plan.pdf"));
    assert_eq!(std::fs::read(&path)?, bytes);
    until(&alex, "nothing on its way", |one| one.is_none()).await;
    assert_eq!(names(&folder)?, ["Plan.pdf"], "nothing half-done is left");

    // The same file on another message, as when it is passed on, is saved already.
    let again = bea.says(&alex, vec![file(&stored, "Renamed.pdf")]).await?;
    assert_eq!(alex.engine.saved_file(&again, 0).await?, path);

    let alex = alex.stop().await.returns().await?;
    assert_eq!(alex.engine.saved_file(&id, 0).await?, path);
    std::fs::remove_file(&path)?;
    assert!(matches!(
        alex.engine.saved_file(&id, 0).await,
        Err(EngineError::Gone)
    ));
    // From then on it can be saved again.
    assert!(matches!(
        alex.engine.saved_file(&id, 0).await,
        Err(EngineError::NotFound)
    ));
    alex.online().await;
    alex.engine.save_attachment(&id, 0, folder).await?;
    assert_eq!(std::fs::read(saved(&alex, &id, 0).await)?, bytes);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_saving_that_is_called_off_leaves_nothing() -> Result<()> {
    let town = Town::open_plain().await?;
    let road = Road::to(town.connection()).await?;
    let alex = town
        .device_over(ALEX, "desk", &road, Arc::new(SystemClock))
        .await?;
    alex.online().await;
    let bea = Bea::comes(&town, &alex).await?;
    let stored = bea.stores(&town, "a.pdf", &large()).await?;
    let id = bea.says(&alex, vec![file(&stored, "Plan.pdf")]).await?;
    let folder = town.folder().join("downloads");
    road.change(|weather| weather.bandwidth = Some(NARROW));
    alex.engine.save_attachment(&id, 0, folder.clone()).await?;
    until(&alex, "bytes on their way", |one| {
        one.is_some_and(|one| one.done > 0 && one.total == Some(LARGE as u64))
    })
    .await;
    // Asked for twice it is one saving.
    alex.engine.save_attachment(&id, 0, folder.clone()).await?;
    assert_eq!(alex.engine.transfers().len(), 1);
    alex.engine.cancel_transfer(&id, 0);
    until(&alex, "nothing on its way", |one| one.is_none()).await;
    assert_eq!(names(&folder)?, [""; 0]);
    assert!(matches!(
        alex.engine.saved_file(&id, 0).await,
        Err(EngineError::NotFound)
    ));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_saving_that_broke_off_says_why_and_goes_on_where_it_was() -> Result<()> {
    let town = Town::open_plain().await?;
    let road = Road::to(town.connection()).await?;
    let alex = town
        .device_over(ALEX, "desk", &road, Arc::new(SystemClock))
        .await?;
    alex.online().await;
    let bea = Bea::comes(&town, &alex).await?;
    let bytes = large();
    let stored = bea.stores(&town, "a.pdf", &bytes).await?;
    let id = bea.says(&alex, vec![file(&stored, "Plan.pdf")]).await?;
    let folder = town.folder().join("downloads");
    road.change(|weather| weather.bandwidth = Some(NARROW));
    alex.engine.save_attachment(&id, 0, folder.clone()).await?;
    until(&alex, "bytes on their way", |one| {
        one.is_some_and(|one| one.done > 0)
    })
    .await;
    road.close().await;
    until(&alex, "why it broke off", |one| {
        one.is_some_and(|one| one.problem == Some(SaveProblem::Connection))
    })
    .await;
    let left = names(&folder)?;
    let [part] = left.as_slice() else {
        panic!("what has come is kept, and hidden: {left:?}")
    };
    assert!(part.starts_with('.'), "{part}");
    let kept = std::fs::metadata(folder.join(part))?.len();
    assert!(kept > 0);

    road.clear();
    alex.online().await;
    road.change(|weather| weather.bandwidth = Some(NARROW));
    alex.engine.save_attachment(&id, 0, folder.clone()).await?;
    until(&alex, "that it goes on", |one| {
        one.is_some_and(|one| one.problem.is_none() && one.done >= kept)
    })
    .await;
    road.clear();
    assert_eq!(std::fs::read(saved(&alex, &id, 0).await)?, bytes);
    until(&alex, "nothing on its way", |one| one.is_none()).await;
    assert_eq!(names(&folder)?, ["Plan.pdf"]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_the_server_has_no_more_is_told_and_can_be_forgotten() -> Result<()> {
    let town = Town::open_plain().await?;
    let alex = town.person(ALEX).await?;
    let bea = Bea::comes(&town, &alex).await?;
    let stored = bea.stores(&town, "a.pdf", b"brief").await?;
    let id = bea.says(&alex, vec![file(&stored, "Plan.pdf")]).await?;
    bea.rest.delete_file(stored.id).await?;
    let folder = town.folder().join("downloads");
    alex.engine.save_attachment(&id, 0, folder.clone()).await?;
    until(&alex, "that it is gone", |one| {
        one.is_some_and(|one| one.problem == Some(SaveProblem::Gone))
    })
    .await;
    assert_eq!(names(&folder)?, [""; 0]);
    alex.engine.cancel_transfer(&id, 0);
    assert_eq!(alex.engine.transfers(), []);

    // A folder that cannot be one.
    let stored = bea.stores(&town, "b.pdf", b"brief").await?;
    let id = bea.says(&alex, vec![file(&stored, "Plan.pdf")]).await?;
    let no_folder = town.folder().join("b.pdf");
    alex.engine.save_attachment(&id, 0, no_folder).await?;
    until(&alex, "that the disk does not take it", |one| {
        one.is_some_and(|one| one.problem == Some(SaveProblem::Disk))
    })
    .await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn odd_shapes_are_saved_where_there_is_a_file_and_refused_where_there_is_none() -> Result<()>
{
    let town = Town::open_plain().await?;
    let alex = town.person(ALEX).await?;
    let bea = Bea::comes(&town, &alex).await?;
    let stored = bea.stores(&town, "a b.pdf", b"bytes").await?;
    let other = bea.stores(&town, "c.pdf", b"others").await?;
    let number_only = Attachment {
        blob: Some(stored.id),
        ..Attachment::new(AttachmentKind::File)
    };
    let uid_only = Attachment {
        uid: Some(other.uid.clone()),
        ..Attachment::new(AttachmentKind::Audio)
    };
    let with_a_path = Attachment {
        name: "../../../.bashrc".to_owned(),
        ..file(&bea.stores(&town, "d", b"path").await?, "")
    };
    let wrong_size = Attachment {
        size: Some(1),
        ..file(&bea.stores(&town, "e", b"longer than told").await?, "e")
    };
    let address_only = Attachment {
        url: Some("https://example.org/a.pdf".to_owned()),
        ..Attachment::new(AttachmentKind::File)
    };
    let nothing = Attachment::new(AttachmentKind::Photo);
    let uid_with_a_path = Attachment {
        uid: Some("../session?".to_owned()),
        name: "f".to_owned(),
        ..Attachment::new(AttachmentKind::File)
    };
    let all = vec![
        number_only,
        uid_only,
        with_a_path,
        wrong_size,
        address_only,
        nothing,
        uid_with_a_path,
    ];
    let id = bea.says(&alex, all).await?;
    let folder = town.folder().join("downloads");
    for (index, name, bytes) in [
        (0, "a b.pdf", "bytes"),
        (1, "c.pdf", "others"),
        (2, "bashrc", "path"),
        (3, "e", "longer than told"),
    ] {
        alex.engine
            .save_attachment(&id, index, folder.clone())
            .await?;
        let path = saved(&alex, &id, index).await;
        assert_eq!(path, folder.join(name));
        assert_eq!(std::fs::read_to_string(&path)?, bytes, "{index}");
    }
    for index in [4, 5] {
        let refused = alex.engine.save_attachment(&id, index, folder.clone());
        assert!(
            matches!(refused.await, Err(EngineError::InvalidInput)),
            "{index}"
        );
    }
    let beyond = alex.engine.save_attachment(&id, 7, folder.clone());
    assert!(matches!(beyond.await, Err(EngineError::NotFound)));
    alex.engine.save_attachment(&id, 6, folder.clone()).await?;
    until(&alex, "that there is no such file", |one| {
        one.is_some_and(|one| one.problem == Some(SaveProblem::Gone))
    })
    .await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_photo_comes_when_it_is_wanted_and_is_kept() -> Result<()> {
    let town = Town::open_plain().await?;
    let alex = town.person(ALEX).await?;
    let bea = Bea::comes(&town, &alex).await?;
    let folder = town.folder().join("pictures");
    alex.engine.keep_pictures_in(folder.clone());
    let mut bytes = large();
    bytes.splice(..4, *b"\x89PNG");
    let stored = bea.stores(&town, "valley.png", &bytes).await?;
    assert_eq!(alex.engine.picture(&stored.uid).await, None);
    // That it did not come a moment ago does not count for who wants it.
    let wanted = alex.engine.wanted_picture(&stored.uid).await;
    assert!(wanted.is_some_and(|picture| picture.bytes == bytes));
    assert_eq!(names(&folder)?, std::slice::from_ref(&stored.uid));
    let again = alex.engine.picture(&stored.uid).await;
    assert!(again.is_some_and(|picture| picture.mime == "image/png"));
    Ok(())
}
