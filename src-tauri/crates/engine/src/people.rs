//! Signing in for the first time, finding people, and beginning to talk with
//! them.

use std::sync::Arc;

use kith_client::{Outgoing, Rest, Secret};
use kith_model::{Clock, Connection, DialogId, DialogKind, Person, UserId};

use crate::EngineError;
use crate::shared::Shared;

/// So many people of those known here are answered without a link.
const FOUND_HERE: u32 = 50;

/// Signs in once, to learn whose account a login is and whether the password
/// is right. Waits for the network. No engine is needed and none is started.
///
/// # Errors
/// [`EngineError::WrongPassword`], or why the server cannot be reached.
pub async fn sign_in(
    connection: &Connection,
    login: &str,
    secret: &Secret,
    clock: Arc<dyn Clock>,
) -> Result<Person, EngineError> {
    let rest = Rest::new(connection.clone(), clock)?;
    let signed_in = rest.sign_in(login, secret).await?;
    rest.sign_out().await;
    Ok(signed_in.person)
}

impl Shared {
    pub(crate) async fn find_people(&self, text: &str) -> Result<Vec<Person>, EngineError> {
        let text = text.trim();
        let here = || self.store.find_people(text, FOUND_HERE);
        if text.is_empty() || !self.link.wire().is_up {
            return Ok(here().await?);
        }
        let found = match self.rest().await {
            Ok(rest) => rest.find_people(text).await,
            Err(error) => Err(error),
        };
        let found = match found {
            Ok(found) => found,
            Err(error) => {
                tracing::debug!(%error, "the directory could not be asked");
                return Ok(here().await?);
            }
        };
        // Kept, so that their names are known when a dialog with them is made.
        let mut write = self.store.write().await?;
        for person in &found {
            write.put_person(person).await?;
        }
        self.commit(write).await?;
        Ok(found)
    }

    pub(crate) async fn create_dialog(
        self: &Arc<Self>,
        kind: DialogKind,
        name: &str,
        people: &[UserId],
    ) -> Result<DialogId, EngineError> {
        let others: Vec<UserId> = people.iter().copied().filter(|id| *id != self.me).collect();
        let makes_sense = match kind {
            DialogKind::Private => others.len() == 1,
            DialogKind::Group => !others.is_empty() && !name.trim().is_empty(),
            DialogKind::Broadcast | DialogKind::Public => !name.trim().is_empty(),
        };
        if !makes_sense {
            return Err(EngineError::InvalidInput);
        }
        let state = self
            .rest()
            .await?
            .create_dialog(kind, name.trim(), &others)
            .await?;
        let id = state.dialog.id.clone();
        self.keep_dialog(&state.dialog).await?;
        for to in others {
            // The server tells nobody (`protocol/rest.md` §5.2). Who misses it
            // finds the dialog when they catch up.
            let told = self
                .chat
                .send(Outgoing::DialogChanged {
                    to,
                    dialog: id.clone(),
                })
                .await;
            if told.is_err() {
                break;
            }
        }
        self.fetch_dialog_soon(id.clone());
        Ok(id)
    }
}
