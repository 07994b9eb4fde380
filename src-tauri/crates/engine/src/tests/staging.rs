//! Files beside drafts: what is kept, what is refused, and what is left behind.

use std::path::PathBuf;

use kith_model::AttachmentKind;

use super::{Bench, dialog_id, id};
use crate::{Change, EngineError, LARGEST_FILE, MOST_FILES, SendOptions, StageError};

impl Bench {
    fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, bytes).expect("a file");
        path
    }

    fn copies(&self) -> Vec<PathBuf> {
        let Ok(entries) = std::fs::read_dir(self.folder.path().join("account.uploads")) else {
            return Vec::new();
        };
        entries
            .map(|entry| entry.expect("an entry").path())
            .collect()
    }
}

/// The smallest GIF there is: one pixel.
const GIF: &[u8] = b"GIF89a\x01\0\x01\0\0\0\0;";

#[tokio::test]
async fn what_is_staged_is_a_copy_of_its_own() {
    let mut bench = Bench::new().await;
    let d = dialog_id(1);
    let path = bench.file("dot.gif", GIF);
    let staged = bench.engine.stage_file(&d, path.clone()).await;
    let staged = staged.expect("staged");
    std::fs::remove_file(path).expect("gone");
    assert_eq!(bench.told(), [Change::Dialog(d.clone())]);
    let upload = bench.engine.store().upload(staged).await.expect("a read");
    let file = upload.expect("kept").file;
    assert_eq!(
        (file.kind, file.name.as_str(), file.width, file.height),
        (AttachmentKind::Photo, "dot.gif", Some(1), Some(1))
    );
    let [copy] = bench.copies().try_into().expect("one copy");
    assert_eq!(std::fs::read(&copy).expect("read"), GIF);
    assert!(
        !copy.to_string_lossy().contains("dot"),
        "its name says nothing"
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(&copy)
            .expect("there")
            .permissions()
            .mode();
        assert_eq!(mode & 0o077, 0, "nobody else reads it");
    }
    let picture = bench.engine.picture_of_upload(staged).await;
    assert_eq!(picture.expect("a picture").mime, "image/gif");
    bench.engine.unstage(staged).await.expect("taken away");
    bench.engine.shared.sweep_copies().await.expect("swept");
    assert!(bench.copies().is_empty());
}

#[tokio::test]
async fn what_cannot_be_sent_is_refused_and_leaves_nothing() {
    let bench = Bench::new().await;
    let d = dialog_id(1);
    let staged = async |path: PathBuf| bench.engine.stage_file(&d, path).await;
    let empty = staged(bench.file("empty.txt", b"")).await;
    assert!(matches!(empty, Err(StageError::Empty)), "{empty:?}");
    let folder = staged(bench.folder.path().to_owned()).await;
    assert!(matches!(folder, Err(StageError::NotAFile)), "{folder:?}");
    let none = staged(bench.folder.path().join("none")).await;
    assert!(matches!(none, Err(StageError::Vanished)), "{none:?}");
    let path = bench.file("large.bin", b"");
    let large = std::fs::File::options().write(true).open(&path);
    large
        .expect("a file")
        .set_len(LARGEST_FILE + 1)
        .expect("sparse");
    let large = staged(path).await;
    assert!(matches!(large, Err(StageError::TooLarge)), "{large:?}");
    let unknown = bench
        .engine
        .stage_file(&dialog_id(9), bench.file("a", b"a"))
        .await;
    assert!(matches!(unknown, Err(StageError::Store(_))), "{unknown:?}");
    assert!(bench.copies().is_empty());
    for n in 0..MOST_FILES {
        staged(bench.file("a", &[1, n as u8]))
            .await
            .expect("staged");
    }
    let more = staged(bench.file("a", b"a")).await;
    assert!(matches!(more, Err(StageError::TooMany)), "{more:?}");
}

#[tokio::test]
async fn portions_become_a_file_and_what_is_given_up_goes() {
    let bench = Bench::new().await;
    let (engine, d) = (&bench.engine, dialog_id(1));
    let number = engine.begin_staging(&d, "..\\secret/a b.txt", 6).await;
    let number = number.expect("begun");
    for part in [b"abc", b"def"] {
        engine
            .stage_portion(number, part.to_vec())
            .await
            .expect("kept");
    }
    assert_eq!(bench.copies().len(), 1);
    bench.engine.shared.sweep_copies().await.expect("swept");
    assert_eq!(bench.copies().len(), 1, "what is being made stays");
    let staged = engine.end_staging(number).await.expect("staged");
    let upload = engine.store().upload(staged).await.expect("a read");
    let file = upload.expect("kept").file;
    assert_eq!((file.name.as_str(), file.size), ("a b.txt", 6));
    assert_eq!(file.content_type, "text/plain");
    let given_up = engine.begin_staging(&d, "b.txt", 6).await.expect("begun");
    engine.stage_portion(given_up, vec![1]).await.expect("kept");
    engine.give_up_staging(given_up);
    assert_eq!(bench.copies().len(), 1);
    let gone = engine.stage_portion(given_up, vec![1]).await;
    assert!(matches!(gone, Err(StageError::Vanished)), "{gone:?}");
    let too_large = engine.begin_staging(&d, "c", LARGEST_FILE + 1).await;
    assert!(matches!(too_large, Err(StageError::TooLarge)));
}

#[tokio::test]
async fn a_message_takes_its_files_or_is_not_written() {
    let bench = Bench::new().await;
    let (engine, d) = (&bench.engine, dialog_id(1));
    let staged = engine.stage_file(&d, bench.file("a.txt", b"a")).await;
    let options = |files| SendOptions {
        files,
        ..SendOptions::default()
    };
    let files = vec![staged.expect("staged")];
    let other = dialog_id(2);
    let elsewhere = engine.send_with(&other, id(1), "a".into(), options(files.clone()));
    assert!(matches!(elsewhere.await, Err(EngineError::NotFound)));
    assert!(bench.shown(2).await.is_empty());
    for _ in 0..2 {
        // Asked twice it is one message.
        let sent = engine.send_with(&d, id(2), String::new(), options(files.clone()));
        sent.await.expect("queued");
    }
    assert_eq!(bench.shown(1).await, ["1000 11 Queued "]);
    let again = engine.send_with(&d, id(3), "a".into(), options(files));
    assert!(matches!(again.await, Err(EngineError::NotFound)));
    let to_pass_on = engine.forward(&[id(2)], &[dialog_id(2)], &[id(4)]).await;
    assert!(
        matches!(to_pass_on, Err(EngineError::InvalidInput)),
        "what hangs on it is not on the server"
    );
}
