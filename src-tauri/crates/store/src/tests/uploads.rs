//! Files on their way out: staged, taken along, brought to the server, let go.

use kith_model::{AttachmentKind, Delivery, FailureReason, UploadId};

use super::{Fixture, at, dialog_id, id};
use crate::{NewUpload, Queued, StoreError, UploadState};

pub(super) fn file(name: &str) -> NewUpload {
    NewUpload {
        kind: AttachmentKind::Photo,
        name: name.to_owned(),
        content_type: "image/jpeg".to_owned(),
        size: 4,
        width: Some(3),
        height: Some(2),
        duration: None,
        copy: format!("copy-of-{name}"),
    }
}

impl Fixture {
    async fn stage(&self, name: &str) -> UploadId {
        let mut staged = None;
        self.write(async |write| {
            let done = write.stage(&dialog_id(1), &file(name)).await;
            staged = Some(done.expect("staged"));
        })
        .await;
        staged.expect("staged")
    }

    async fn send_files(&self, n: u32, files: &[UploadId]) {
        self.write(async |write| {
            let attachments = write.with_files(&dialog_id(1), files).await;
            let queued = Queued {
                attachments: attachments.expect("they are staged"),
                files: files.to_vec(),
                ..Queued::text(id(n), &format!("text {n}"))
            };
            let done = write.queue_with(&dialog_id(1), &queued, at(10)).await;
            assert!(done.expect("queued"));
        })
        .await;
    }

    async fn states(&self, n: u32) -> Vec<UploadState> {
        let uploads = self.store.uploads_of(&[id(n)]).await.expect("a read");
        uploads.iter().map(|upload| upload.state).collect()
    }

    async fn needs_files(&self) -> Vec<bool> {
        let rows = self.store.outbox(8, 64, at(1000)).await.expect("a read");
        rows.iter().map(|row| row.needs_files).collect()
    }

    async fn to_do(&self) -> Vec<UploadId> {
        let all = self.store.uploads_to_do().await.expect("a read");
        all.iter().map(|upload| upload.id).collect()
    }

    async fn way(&self, n: u32) -> Vec<String> {
        let journal = self.store.journal(&id(n)).await.expect("a read");
        journal.into_iter().map(|step| step.reason).collect()
    }
}

#[tokio::test]
async fn what_is_staged_stays_with_the_draft_until_it_is_taken_away() {
    let fixture = Fixture::new().await;
    let (a, b) = (fixture.stage("a").await, fixture.stage("b").await);
    let staged = fixture.store.staged(&dialog_id(1)).await.expect("a read");
    let names: Vec<_> = staged.iter().map(|one| one.file.name.as_str()).collect();
    assert_eq!(names, ["a", "b"]);
    assert!(fixture.to_do().await.is_empty(), "nobody has sent them");
    let entry = fixture.store.dialog(&dialog_id(1)).await.expect("a read");
    assert_eq!(entry.expect("listed").staged, 2);
    let told = fixture
        .write(async |write| assert!(write.unstage(a).await.expect("taken away")))
        .await;
    assert_eq!(told, [crate::Change::Dialog(dialog_id(1))]);
    fixture
        .write(async |write| assert!(!write.unstage(a).await.expect("nothing is there")))
        .await;
    fixture.send_files(1, &[b]).await;
    fixture
        .write(async |write| {
            assert!(
                !write.unstage(b).await.expect("not staged"),
                "what was sent is no draft's any more"
            );
            let gone = write.with_files(&dialog_id(1), &[b]).await;
            assert!(matches!(gone, Err(StoreError::Missing("file"))));
        })
        .await;
}

#[tokio::test]
async fn a_message_does_not_leave_before_its_files_and_carries_their_names() {
    let fixture = Fixture::new().await;
    let (a, b) = (fixture.stage("a").await, fixture.stage("b").await);
    fixture.send_files(1, &[b, a]).await;
    fixture.queue(1, 2, 11).await;
    assert_eq!(fixture.needs_files().await, [true, false]);
    assert_eq!(fixture.to_do().await, [b, a], "in the order of the message");
    fixture
        .write(async |write| {
            assert!(write.upload_begins(b).await.expect("begun"));
            assert!(write.uploaded(b, "uidb", 7).await.expect("kept"));
        })
        .await;
    assert_eq!(fixture.needs_files().await, [true, false]);
    assert_eq!(
        fixture.to_do().await,
        [a],
        "what is there is not brought again"
    );
    let held = fixture.store.message(&id(1)).await.expect("a read");
    let held = held.expect("kept");
    assert_eq!(held.delivery, Delivery::Uploading);
    let uids: Vec<_> = held
        .message
        .attachments
        .iter()
        .map(|a| a.uid.as_deref())
        .collect();
    assert_eq!(uids, [Some("uidb"), None]);
    fixture
        .write(async |write| {
            assert!(write.upload_begins(a).await.expect("begun"));
            write.upload_waits(a, at(2000)).await.expect("it broke off");
            assert!(write.upload_begins(a).await.expect("begun again"));
            assert!(write.uploaded(a, "uida", 8).await.expect("kept"));
        })
        .await;
    assert_eq!(fixture.needs_files().await, [false, false]);
    assert_eq!(
        fixture.way(1).await,
        [
            "written",
            "uploading",
            "uploaded",
            "uploading",
            "upload_broke",
            "uploading",
            "uploaded"
        ]
    );
    // The rows go when the server has the message, and not before.
    fixture.hand_over(1, 20).await;
    assert_eq!(fixture.states(1).await.len(), 2);
    fixture
        .write(async |write| {
            write.acknowledged(&id(1)).await.expect("sent");
        })
        .await;
    assert!(fixture.states(1).await.is_empty());
    assert!(fixture.store.copies().await.expect("a read").is_empty());
}

#[tokio::test]
async fn what_will_not_get_there_parks_its_message_alone_and_is_tried_when_asked() {
    let fixture = Fixture::new().await;
    let (a, b) = (fixture.stage("a").await, fixture.stage("b").await);
    fixture.send_files(1, &[a]).await;
    fixture.send_files(2, &[b]).await;
    fixture
        .write(async |write| {
            assert!(write.upload_begins(a).await.expect("begun"));
            let reason = FailureReason::FileTooLarge;
            write.upload_failed(a, reason).await.expect("parked");
        })
        .await;
    let held = fixture.store.message(&id(1)).await.expect("a read");
    let held = held.expect("kept");
    assert_eq!(
        (held.delivery, held.failure),
        (Delivery::Failed, Some(FailureReason::FileTooLarge))
    );
    assert_eq!(fixture.states(1).await, [UploadState::Failed]);
    assert_eq!(fixture.to_do().await, [b], "the rest goes on");
    fixture
        .write(async |write| {
            assert!(
                !write.upload_begins(a).await.expect("parked"),
                "a message that failed waits for the person"
            );
            assert!(write.retry(&id(1)).await.expect("again"));
        })
        .await;
    assert_eq!(fixture.states(1).await, [UploadState::Waiting]);
    assert_eq!(fixture.to_do().await, [a, b]);
    assert_eq!(
        fixture.way(1).await,
        ["written", "uploading", "file_too_large", "retried"]
    );
}

#[tokio::test]
async fn a_message_that_is_gone_takes_its_files_along() {
    let fixture = Fixture::new().await;
    let (a, b) = (fixture.stage("a").await, fixture.stage("b").await);
    fixture.send_files(1, &[a]).await;
    fixture.send_files(2, &[b]).await;
    fixture
        .write(async |write| {
            write.discard(&id(1)).await.expect("taken back");
            write.take_away(&id(2)).await.expect("taken away");
            assert!(!write.upload_begins(a).await.expect("gone"));
            assert!(!write.uploaded(a, "uid", 1).await.expect("gone"));
        })
        .await;
    assert!(fixture.store.copies().await.expect("a read").is_empty());
}

#[tokio::test]
async fn after_a_start_nothing_is_on_its_way_and_nothing_waits_for_a_time() {
    let fixture = Fixture::new().await;
    let (a, b) = (fixture.stage("a").await, fixture.stage("b").await);
    fixture.send_files(1, &[a, b]).await;
    fixture
        .write(async |write| {
            assert!(write.upload_begins(a).await.expect("begun"));
            assert!(write.uploaded(a, "uida", 8).await.expect("kept"));
            assert!(write.upload_begins(b).await.expect("begun"));
            write.requeue_sending().await.expect("a start");
        })
        .await;
    assert_eq!(
        fixture.states(1).await,
        [UploadState::Uploaded, UploadState::Waiting],
        "what is there stays there"
    );
    let held = fixture.store.message(&id(1)).await.expect("a read");
    assert_eq!(held.expect("kept").delivery, Delivery::Queued);
    fixture
        .write(async |write| {
            write.upload_waits(b, at(9000)).await.expect("it broke off");
            write.hasten_uploads().await.expect("a link");
        })
        .await;
    let waiting = fixture.store.uploads_to_do().await.expect("a read");
    assert_eq!(waiting[0].next_attempt_at, at(0));
}

#[tokio::test]
async fn what_is_taken_back_to_be_changed_leaves_its_files_beside_the_draft() {
    let fixture = Fixture::new().await;
    let (a, b) = (fixture.stage("a").await, fixture.stage("b").await);
    fixture.send_files(1, &[b, a]).await;
    fixture
        .write(async |write| {
            assert!(write.upload_begins(b).await.expect("begun"));
            assert!(write.uploaded(b, "uidb", 7).await.expect("kept"));
            let text = write.take_back(&id(1), true).await.expect("taken back");
            assert_eq!(text.as_deref(), Some("text 1"));
        })
        .await;
    let staged = fixture.store.staged(&dialog_id(1)).await.expect("a read");
    let told: Vec<_> = staged
        .iter()
        .map(|one| (one.file.name.as_str(), one.uid.as_deref()))
        .collect();
    assert_eq!(
        told,
        [("b", None), ("a", None)],
        "in the order of the message"
    );
    assert_eq!(fixture.store.copies().await.expect("a read").len(), 2);
}
