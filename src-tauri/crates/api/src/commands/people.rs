//! Finding people, and their pictures.

use crate::error::Answer;
use crate::ui::Ui;
use crate::view::{FindBy, PersonView};

pub(super) async fn find_people(
    ui: &Ui,
    query: String,
    by: Option<FindBy>,
) -> Answer<Vec<PersonView>> {
    let _ = by;
    let found = ui.app.session()?.engine.find_people(query.trim()).await?;
    Ok(found.iter().map(PersonView::from).collect())
}

pub(super) async fn picture(ui: &Ui, uid: String) -> Answer<Option<String>> {
    let _ = (ui.app.session()?, uid);
    Ok(None)
}
