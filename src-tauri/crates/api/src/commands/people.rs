//! Finding people, and starting to talk to them.

use kith_model::{DialogId, UserId};

use crate::error::{Answer, UiError};
use crate::ui::Ui;
use crate::view::{DialogKind, PersonView};

pub(super) async fn find_people(ui: &Ui, query: String) -> Answer<Vec<PersonView>> {
    let found = ui.app.session()?.engine.find_people(query.trim()).await?;
    Ok(found.iter().map(PersonView::from).collect())
}

pub(super) async fn create_dialog(
    ui: &Ui,
    kind: DialogKind,
    name: String,
    people: Vec<UserId>,
) -> Answer<DialogId> {
    let name = name.trim();
    match kind {
        DialogKind::Private if people.len() != 1 => {
            return Err(UiError::invalid(
                "A conversation between two needs one other person.",
            ));
        }
        DialogKind::Private => {}
        DialogKind::Group | DialogKind::Public | DialogKind::Broadcast if name.is_empty() => {
            return Err(UiError::invalid("The group needs a name."));
        }
        DialogKind::Group if people.is_empty() => {
            return Err(UiError::invalid("A group needs at least one other person."));
        }
        DialogKind::Group | DialogKind::Public | DialogKind::Broadcast => {}
    }
    Ok(ui
        .app
        .session()?
        .engine
        .create_dialog(kind.into(), name, &people)
        .await?)
}
