//! Files that people send: there before the message that needs them, whatever
//! happens on the way.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result};
use kith_client::{Progress, Rest, Secret};
use kith_engine::{SendOptions, Transfer};
use kith_model::{
    Attachment, AttachmentKind, Delivery, DialogId, FailureReason, MessageId, SystemClock, UploadId,
};
use kith_testkit::{ALEX, Actor, BEA, PASSWORD, Road, TestPerson, Town, Turnstile};

/// More than fits into the buffers on the way.
const LARGE: usize = 6_000_000;
/// Bytes a second: slow enough to be in the middle for a while.
const NARROW: u32 = 1_000_000;

fn large() -> Vec<u8> {
    (0..LARGE).map(|n| (n * 7 % 251) as u8).collect()
}

/// Makes a file, stages it, and takes the file away again: from then on only
/// the copy counts.
async fn stages(
    town: &Town,
    alex: &TestPerson,
    dialog: &DialogId,
    name: &str,
    bytes: &[u8],
) -> Result<UploadId> {
    let path = town.folder().join(name);
    std::fs::write(&path, bytes)?;
    let id = alex.engine.stage_file(dialog, path.clone()).await?;
    std::fs::remove_file(path)?;
    Ok(id)
}

async fn sends(
    alex: &TestPerson,
    dialog: &DialogId,
    text: &str,
    files: Vec<UploadId>,
) -> Result<MessageId> {
    let id = alex.new_id();
    let options = SendOptions {
        files,
        ..SendOptions::default()
    };
    let sent = alex
        .engine
        .send_with(dialog, id.clone(), text.to_owned(), options);
    sent.await?;
    Ok(id)
}

/// Their own programs: what somebody else than Kith gets of it.
async fn rest_of(town: &Town, actor: Actor) -> Result<Rest> {
    let rest = Rest::new(town.connection().clone(), Arc::new(SystemClock))?;
    rest.sign_in(actor.login, &Secret::new(PASSWORD)).await?;
    Ok(rest)
}

async fn downloaded(rest: &Rest, attachment: &Attachment) -> Result<Vec<u8>> {
    let uid = attachment.uid.as_deref().context("it has a uid")?;
    let mut bytes = Vec::new();
    rest.download(uid, &mut bytes, &Progress::new()).await?;
    Ok(bytes)
}

/// Waits until the first file on its way is as wanted.
async fn until(alex: &TestPerson, what: &str, fits: impl Fn(Option<&Transfer>) -> bool) {
    alex.until(what, || async {
        fits(alex.engine.transfers().first()).then_some(())
    })
    .await;
}

async fn is_on_its_way(alex: &TestPerson) {
    until(alex, "bytes on their way", |one| {
        one.is_some_and(|one| one.is_upload && one.done > 0)
    })
    .await;
}

fn copies(alex: &TestPerson) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(alex.path().with_extension("uploads")) else {
        return Vec::new();
    };
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    paths.collect()
}

/// Waits until so many copies lie there. That one goes changes nothing that is
/// shown, so nobody tells of it.
async fn copies_become(alex: &TestPerson, count: usize) {
    kith_testkit::within("the copies to go", async {
        while copies(alex).len() != count {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

async fn copies_are_gone(alex: &TestPerson) {
    copies_become(alex, 0).await;
}

async fn way(alex: &TestPerson, id: &MessageId) -> Vec<String> {
    let journal = alex.engine.journal(id).await.expect("the store reads");
    journal.into_iter().map(|step| step.reason).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn files_are_there_before_their_message_and_what_follows_waits_for_it() -> Result<()> {
    let town = Town::open_plain().await?;
    let (alex, bea) = (town.person(ALEX).await?, town.person(BEA).await?);
    let dialog = alex.private(&bea).await?;
    let bytes = large();
    let a = stages(&town, &alex, &dialog, "Plan.pdf", &bytes).await?;
    let b = stages(&town, &alex, &dialog, "notes.txt", b"brief").await?;
    let id = sends(&alex, &dialog, "Look", vec![b, a]).await?;
    let silent = stages(&town, &alex, &dialog, "c.bin", b"no words").await?;
    sends(&alex, &dialog, "", vec![silent]).await?;
    alex.say(&dialog, "after").await?;
    bea.sees_texts(&dialog, &["Look".into(), String::new(), "after".into()])
        .await;
    let held = bea.hears(&id).await.message;
    let names: Vec<_> = held.attachments.iter().map(|a| a.name.as_str()).collect();
    assert_eq!(names, ["notes.txt", "Plan.pdf"]);
    let rest = rest_of(&town, BEA).await?;
    assert_eq!(downloaded(&rest, &held.attachments[0]).await?, b"brief");
    assert!(downloaded(&rest, &held.attachments[1]).await? == bytes);
    assert_eq!(held.attachments[1].size, Some(LARGE as u64));
    alex.sees(&id, Delivery::Sent).await;
    copies_are_gone(&alex).await;
    assert_eq!(
        way(&alex, &id).await[..6],
        [
            "written",
            "uploading",
            "uploaded",
            "uploading",
            "uploaded",
            "handed_over"
        ]
    );
    // Asked twice it is one message.
    let options = SendOptions {
        files: vec![b, a],
        ..SendOptions::default()
    };
    alex.engine
        .send_with(&dialog, id.clone(), "Look".into(), options)
        .await?;
    assert_eq!(alex.timeline_length(&dialog).await, 3);
    // History tells of them what the stream did.
    let bea = bea.stop().await;
    drop(bea);
    let fresh = town.device(BEA, "laptop").await?;
    let held = fresh.hears(&id).await.message;
    assert_eq!(held.attachments.len(), 2);
    assert_eq!(
        held.attachments[1].content_type.as_deref(),
        Some("application/pdf")
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_broke_off_begins_again_and_other_dialogs_go_on_meanwhile() -> Result<()> {
    let town = Town::open_plain().await?;
    let road = Road::to(town.connection()).await?;
    let alex = town
        .device_over(ALEX, "desk", &road, Arc::new(SystemClock))
        .await?;
    alex.online().await;
    let bea = town.person(BEA).await?;
    let dialog = alex.private(&bea).await?;
    let other = alex.group("Others", &[&bea]).await?;
    let bytes = large();
    let file = stages(&town, &alex, &dialog, "Plan.pdf", &bytes).await?;
    road.change(|weather| weather.bandwidth = Some(NARROW));
    let id = sends(&alex, &dialog, "Look", vec![file]).await?;
    let after = alex.say(&dialog, "after").await?;
    is_on_its_way(&alex).await;
    assert_eq!(
        alex.sees(&id, Delivery::Uploading).await.delivery,
        Delivery::Uploading
    );
    let meanwhile = alex.say(&other, "meanwhile").await?;
    bea.hears(&meanwhile).await;
    assert!(bea.message(&after).await.is_none(), "it waits for its turn");
    road.close().await;
    alex.offline().await;
    // The text can still be changed.
    let mentions = kith_model::Mentions::default();
    alex.engine
        .edit_message(&id, "Look here".into(), &mentions)
        .await?;
    road.clear();
    bea.sees_texts(&dialog, &["Look here".into(), "after".into()])
        .await;
    let held = bea.hears(&id).await.message;
    let rest = rest_of(&town, BEA).await?;
    assert!(downloaded(&rest, &held.attachments[0]).await? == bytes);
    let way = way(&alex, &id).await;
    assert!(way.contains(&"upload_broke".to_owned()), "{way:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_app_brings_again_what_had_not_arrived_and_sends_once() -> Result<()> {
    let town = Town::open_plain().await?;
    let bea = town.person(BEA).await?;
    let turnstile = Turnstile::before(town.connection(), |_| false).await?;
    let alex = TestPerson::start(
        ALEX,
        turnstile.lead(town.connection()),
        town.folder().join("alex-desk.db"),
        Arc::new(SystemClock),
    )
    .await?;
    alex.online().await;
    let dialog = alex.private(&bea).await?;
    let a = stages(&town, &alex, &dialog, "a.txt", b"first").await?;
    let b = stages(&town, &alex, &dialog, "b.txt", b"second").await?;
    let begun = |lines: &[String]| {
        lines
            .iter()
            .filter(|line| line.starts_with("POST /blobs"))
            .count()
    };
    // Each is begun, brought and declared complete; the second is not heard of.
    turnstile.hold(|line| line.contains("/complete"));
    let id = sends(&alex, &dialog, "Look", vec![a, b]).await?;
    turnstile
        .until("the first file", |asked| {
            asked.waiting.iter().any(|line| line.contains("/complete"))
        })
        .await;
    turnstile.hold(|line| line.starts_with("POST /blobs.json"));
    turnstile
        .until("the second file", |asked| begun(&asked.lines) >= 2)
        .await;
    let absent = alex.kill().await?;
    let before = turnstile.asked().lines.len();
    turnstile.hold(|_| false);
    let alex = absent.returns().await?;
    bea.sees_texts(&dialog, &["Look".into()]).await;
    alex.sees(&id, Delivery::Sent).await;
    let asked = turnstile.asked().lines;
    assert_eq!(
        begun(&asked[before..]),
        1,
        "what was there is not brought again: {asked:?}"
    );
    let held = bea.hears(&id).await.message;
    let rest = rest_of(&town, BEA).await?;
    assert_eq!(downloaded(&rest, &held.attachments[0]).await?, b"first");
    assert_eq!(downloaded(&rest, &held.attachments[1]).await?, b"second");
    assert_eq!(bea.timeline_length(&dialog).await, 1);
    copies_are_gone(&alex).await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_server_does_not_take_is_parked_and_the_rest_goes_on() -> Result<()> {
    let town = Town::open_narrow(1_000).await?;
    let (alex, bea) = (town.person(ALEX).await?, town.person(BEA).await?);
    let dialog = alex.private(&bea).await?;
    let file = stages(&town, &alex, &dialog, "big.bin", &[7; 4_000]).await?;
    let id = sends(&alex, &dialog, "Look", vec![file]).await?;
    let small = stages(&town, &alex, &dialog, "small.txt", b"brief").await?;
    sends(&alex, &dialog, "small", vec![small]).await?;
    bea.sees_texts(&dialog, &["small".into()]).await;
    let failed = alex
        .until("a failed message", || async {
            let held = alex.message(&id).await?;
            (held.delivery == Delivery::Failed).then_some(held)
        })
        .await;
    assert_eq!(failed.failure, Some(FailureReason::FileTooLarge));
    // The other one may be read there before its acknowledgement is here, and
    // its copy stays until then. The big one's stays, as it may still be sent.
    alex.until("that only the refused one is left", || async {
        (alex.engine.waiting().await.ok()?.len() == 1).then_some(())
    })
    .await;
    copies_become(&alex, 1).await;
    // Asked for it is tried again, and refused again.
    alex.engine.retry(&id).await?;
    alex.until("that it is refused again", || async {
        let tries = way(&alex, &id).await;
        let refused = tries.iter().filter(|step| *step == "file_too_large");
        (refused.count() == 2).then_some(())
    })
    .await;
    assert_eq!(alex.engine.discard(&id).await?, "Look");
    copies_are_gone(&alex).await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_called_off_leaves_nothing_here_and_nothing_there() -> Result<()> {
    let town = Town::open_plain().await?;
    let road = Road::to(town.connection()).await?;
    let alex = town
        .device_over(ALEX, "desk", &road, Arc::new(SystemClock))
        .await?;
    alex.online().await;
    let bea = town.person(BEA).await?;
    let dialog = alex.private(&bea).await?;
    let small = stages(&town, &alex, &dialog, "small.txt", b"brief").await?;
    let file = stages(&town, &alex, &dialog, "Plan.pdf", &large()).await?;
    road.change(|weather| weather.bandwidth = Some(NARROW));
    let id = sends(&alex, &dialog, "Look", vec![small, file]).await?;
    alex.say(&dialog, "after").await?;
    until(&alex, "the second on its way", |one| {
        one.is_some_and(|one| one.index == 1 && one.done > 0)
    })
    .await;
    alex.engine.discard(&id).await?;
    until(&alex, "nothing on its way", |one| one.is_none()).await;
    road.clear();
    bea.sees_texts(&dialog, &["after".into()]).await;
    copies_are_gone(&alex).await;
    let rest = rest_of(&town, ALEX).await?;
    kith_testkit::within("the server to have nothing", async {
        while !rest.own_files(1).await.expect("told").is_empty() {
            tokio::task::yield_now().await;
        }
    })
    .await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_staged_survives_a_start_and_nothing_else_does() -> Result<()> {
    let town = Town::open_plain().await?;
    let (alex, bea) = (town.person(ALEX).await?, town.person(BEA).await?);
    let dialog = alex.private(&bea).await?;
    let a = stages(&town, &alex, &dialog, "a.txt", b"first").await?;
    let b = stages(&town, &alex, &dialog, "b.txt", b"second").await?;
    // Of one only a portion has come.
    let number = alex.engine.begin_staging(&dialog, "c.txt", 10).await?;
    alex.engine.stage_portion(number, b"third".to_vec()).await?;
    assert_eq!(copies(&alex).len(), 3);
    alex.engine.unstage(a).await?;
    let left = copies(&alex);
    let stray = left[0].with_file_name("stray");
    let absent = alex.stop().await;
    std::fs::write(&stray, "left by an app that was killed")?;
    let alex = absent.returns().await?;
    kith_testkit::within("what nobody needs to go", async {
        while copies(&alex).len() != 1 {
            tokio::task::yield_now().await;
        }
    })
    .await;
    let staged = alex.engine.store().staged(&dialog).await?;
    let names: Vec<_> = staged.iter().map(|one| one.file.name.as_str()).collect();
    assert_eq!(names, ["b.txt"]);
    alex.online().await;
    let id = sends(&alex, &dialog, "Look", vec![b]).await?;
    let held = bea.hears(&id).await.message;
    let rest = rest_of(&town, BEA).await?;
    assert_eq!(downloaded(&rest, &held.attachments[0]).await?, b"second");
    assert_eq!(held.attachments[0].kind, AttachmentKind::File);
    Ok(())
}
