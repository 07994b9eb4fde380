//! What hangs on messages: saved, opened, shown in its folder.

use kith_model::MessageId;

use crate::error::{Answer, Code, UiError};
use crate::refusals::Wish;
use crate::ui::Ui;
use crate::view::opens;

pub(super) async fn save_attachment(ui: &Ui, message: MessageId, index: u32) -> Answer<()> {
    ui.app
        .session()?
        .engine
        .save_attachment(&message, index, ui.app.downloads())
        .await
        .map_err(Wish::Save.refused())
}

pub(super) async fn cancel_transfer(ui: &Ui, message: MessageId, index: u32) -> Answer<()> {
    ui.app.session()?.engine.cancel_transfer(&message, index);
    Ok(())
}

pub(super) async fn open_attachment(ui: &Ui, message: MessageId, index: u32) -> Answer<()> {
    let engine = &ui.app.session()?.engine;
    let path = engine
        .saved_file(&message, index)
        .await
        .map_err(Wish::Save.refused())?;
    if !opens(&path) {
        return Err(UiError::new(
            Code::NotAllowed,
            "Kith does not open files of this kind, because they could do something by themselves. You find it in your downloads.",
        ));
    }
    ui.app.shell().open_file(&path).map_err(|error| {
        UiError::new(
            Code::InvalidInput,
            "No program on this computer opens this file. You find it in your downloads.",
        )
        .with_detail(error)
    })
}

pub(super) async fn show_attachment(ui: &Ui, message: MessageId, index: u32) -> Answer<()> {
    let engine = &ui.app.session()?.engine;
    let path = engine
        .saved_file(&message, index)
        .await
        .map_err(Wish::Save.refused())?;
    ui.app.shell().show_file(&path).map_err(|error| {
        UiError::new(
            Code::InvalidInput,
            "The folder could not be opened. The file is in your downloads.",
        )
        .with_detail(error)
    })
}
