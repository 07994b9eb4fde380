//! Files beside what is being written. They come as bytes, in portions, and none
//! is ever whole in memory here; or by name, when the person has just dropped
//! them on the window. The web view can name no other file of this computer. What
//! is pasted is read here where the web view does not tell the page of it.

use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use kith_engine::{Engine, EngineError, MOST_FILES, StageError};
use kith_model::{DialogId, UploadId};

use crate::Pasted;
use crate::error::{Answer, Code, UiError};
use crate::ui::Ui;
use crate::view::StagedView;

/// What a picture is called that has no name; browsers call it so.
const PICTURE: &str = "image.png";

pub(super) async fn stage_begin(ui: &Ui, dialog: DialogId, name: String, size: u64) -> Answer<u64> {
    let engine = &ui.app.session()?.engine;
    Ok(engine.begin_staging(&dialog, &name, size).await?)
}

pub(super) async fn stage_portion(ui: &Ui, number: u64, bytes: String) -> Answer<()> {
    let engine = &ui.app.session()?.engine;
    let bytes = BASE64
        .decode(bytes)
        .map_err(|_| UiError::internal("a portion of a file is not base64"))?;
    Ok(engine.stage_portion(number, bytes).await?)
}

pub(super) async fn stage_end(ui: &Ui, number: u64) -> Answer<StagedView> {
    let session = ui.app.session()?;
    let id = session.engine.end_staging(number).await?;
    let upload = session.store.upload(id).await?;
    // Taken away again by somebody else at the same moment.
    let upload = upload.ok_or(StageError::Vanished)?;
    Ok(upload.into())
}

pub(super) async fn stage_dropped(ui: &Ui, dialog: DialogId, path: String) -> Answer<StagedView> {
    let path = PathBuf::from(path);
    if !ui.app.take_dropped(&path) {
        return Err(UiError::new(
            Code::NotAllowed,
            "This file was not dropped on the window. Drop it again, or choose it.",
        ));
    }
    let session = ui.app.session()?;
    let id = session.engine.stage_file(&dialog, path).await?;
    let upload = session.store.upload(id).await?;
    Ok(upload.ok_or(StageError::Vanished)?.into())
}

pub(super) async fn stage_pasted(ui: &Ui, dialog: DialogId) -> Answer<Vec<StagedView>> {
    let session = ui.app.session()?;
    let engine = &session.engine;
    let ids = match ui.app.shell().pasted().await {
        None => Vec::new(),
        Some(Pasted::Files(paths)) => stage_all(engine, &dialog, paths).await?,
        Some(Pasted::Picture(bytes)) => {
            let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
            let number = engine.begin_staging(&dialog, PICTURE, size).await?;
            engine.stage_portion(number, bytes).await?;
            vec![engine.end_staging(number).await?]
        }
    };
    let mut staged = Vec::with_capacity(ids.len());
    for id in ids {
        let upload = session.store.upload(id).await?;
        staged.push(upload.ok_or(StageError::Vanished)?.into());
    }
    Ok(staged)
}

/// All of these files or none: of what is pasted at once nothing stands there
/// unseen because another one could not be read.
async fn stage_all(
    engine: &Engine,
    dialog: &DialogId,
    paths: Vec<PathBuf>,
) -> Result<Vec<UploadId>, UiError> {
    let mut ids = Vec::new();
    for path in paths.into_iter().take(MOST_FILES) {
        match engine.stage_file(dialog, path).await {
            Ok(id) => ids.push(id),
            Err(error) => {
                for id in ids {
                    engine.unstage(id).await?;
                }
                return Err(error.into());
            }
        }
    }
    Ok(ids)
}

pub(super) async fn stage_cancel(ui: &Ui, number: u64) -> Answer<()> {
    ui.app.session()?.engine.give_up_staging(number);
    Ok(())
}

pub(super) async fn unstage(ui: &Ui, file: UploadId) -> Answer<()> {
    Ok(ui.app.session()?.engine.unstage(file).await?)
}

pub(super) async fn staged(ui: &Ui, dialog: DialogId) -> Answer<Vec<StagedView>> {
    let staged = ui.app.session()?.store.staged(&dialog).await?;
    Ok(staged.into_iter().map(StagedView::from).collect())
}

pub(super) async fn picture_of_upload(ui: &Ui, file: UploadId) -> Answer<Option<String>> {
    let session = ui.app.session()?;
    let picture = session.engine.picture_of_upload(file).await;
    Ok(picture.map(|picture| picture.data_address()))
}

impl From<StageError> for UiError {
    fn from(error: StageError) -> Self {
        let code = match &error {
            StageError::NotAFile | StageError::Empty | StageError::TooMany => Code::InvalidInput,
            StageError::TooLarge => Code::TooLarge,
            StageError::Vanished => Code::Gone,
            StageError::Unreadable(_) => Code::NotAllowed,
            StageError::NoRoom | StageError::NotKept(_) => Code::Disk,
            StageError::Store(_) => {
                return match error {
                    StageError::Store(error) => EngineError::from(error).into(),
                    _ => Code::Internal.into(),
                };
            }
        };
        UiError::new(code, sentence(&error)).with_detail(error)
    }
}

/// What happened to the file, and what can be done.
fn sentence(error: &StageError) -> String {
    match error {
        StageError::NotAFile => {
            "This is a folder. Choose the files in it, or pack it into one file first.".to_owned()
        }
        StageError::Empty => "Nothing is in this file, so there is nothing to send.".to_owned(),
        StageError::TooMany => format!(
            "A message carries {MOST_FILES} files at most. Send these first, then the others."
        ),
        StageError::TooLarge => {
            "The server takes files of 100 MB at most, and this one is larger. Make it smaller, or send a link to it.".to_owned()
        }
        StageError::Vanished => {
            "This file is not there any more. Look whether it was moved, and choose it again."
                .to_owned()
        }
        StageError::Unreadable(_) => {
            "This file cannot be read. Check that you may open it, and choose it again.".to_owned()
        }
        StageError::NoRoom => {
            "There is no room on this computer for a copy of the file, which Kith keeps until it is sent. Make room and choose it again.".to_owned()
        }
        StageError::NotKept(_) | StageError::Store(_) => Code::Disk.sentence().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;

    use super::*;

    #[test]
    fn each_reason_has_a_sentence_that_says_what_to_do() {
        for (error, code) in [
            (StageError::NotAFile, Code::InvalidInput),
            (StageError::Empty, Code::InvalidInput),
            (StageError::TooMany, Code::InvalidInput),
            (StageError::TooLarge, Code::TooLarge),
            (StageError::Vanished, Code::Gone),
            (
                StageError::Unreadable(ErrorKind::PermissionDenied),
                Code::NotAllowed,
            ),
            (StageError::NoRoom, Code::Disk),
            (StageError::NotKept(ErrorKind::Other), Code::Disk),
        ] {
            let told = UiError::from(error);
            assert_eq!(told.code, code);
            let text = told.message;
            assert!(
                text.ends_with('.') && !text.contains('!') && text.len() > 40,
                "{text}"
            );
        }
    }
}
