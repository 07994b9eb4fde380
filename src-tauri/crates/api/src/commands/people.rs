//! Finding people, and their pictures.

use kith_engine::PeopleBy;

use crate::error::Answer;
use crate::ui::Ui;
use crate::view::{FindBy, PersonView};

pub(super) async fn find_people(
    ui: &Ui,
    query: String,
    by: Option<FindBy>,
) -> Answer<Vec<PersonView>> {
    let engine = &ui.app.session()?.engine;
    let query = query.trim();
    let found = match by {
        None => engine.find_people(query).await?,
        Some(by) => {
            let by = match by {
                FindBy::Name => PeopleBy::Name,
                FindBy::Login => PeopleBy::Login,
                FindBy::Email => PeopleBy::Email,
                FindBy::Tag => PeopleBy::Tag,
            };
            engine.find_people_by(by, query).await?
        }
    };
    Ok(found.iter().map(PersonView::from).collect())
}

pub(super) async fn picture(ui: &Ui, uid: String, is_wanted: bool) -> Answer<Option<String>> {
    let engine = &ui.app.session()?.engine;
    let picture = match is_wanted {
        true => engine.wanted_picture(&uid).await,
        false => engine.picture(&uid).await,
    };
    // The engine has looked at its first bytes: it is a picture of a known kind.
    Ok(picture.map(|picture| picture.data_address()))
}
