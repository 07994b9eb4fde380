//! Damage in the database that is met while working.
//!
//! Opening looks at the head of the file only. A page that cannot be read is met
//! later, by whatever work needs it, and that work fails. It is noted beside the
//! file then, so that no later opening shows a part of what there is, and told
//! to whoever runs the engine, who can set the file aside and begin a new one
//! with what only this device had (`kith_store::set_aside`).

use kith_store::StoreError;
use tokio::sync::watch;

use crate::Engine;
use crate::error::{EngineError, WorkError};
use crate::shared::Shared;

/// A failure behind which there may be one of the database.
pub trait MayBeDamage {
    /// That one, if there is one.
    fn of_store(&self) -> Option<&StoreError>;
}

impl MayBeDamage for StoreError {
    fn of_store(&self) -> Option<&StoreError> {
        Some(self)
    }
}

impl MayBeDamage for WorkError {
    fn of_store(&self) -> Option<&StoreError> {
        match self {
            Self::Store(error) => Some(error),
            Self::Client(_) | Self::LinkChanged => None,
        }
    }
}

impl MayBeDamage for EngineError {
    fn of_store(&self) -> Option<&StoreError> {
        match self {
            Self::Store(error) => Some(error),
            _ => None,
        }
    }
}

impl Shared {
    /// Work failed. Where the file is damaged, that is noted and told.
    pub(crate) fn met(&self, error: &impl MayBeDamage) {
        if error.of_store().is_some_and(StoreError::is_damaged_file) {
            self.note_damage();
        }
    }

    fn note_damage(&self) {
        let is_first = !self.damaged.send_replace(true);
        if is_first {
            tracing::error!("the database is damaged; the next opening will say so");
            self.store.note_damage();
        }
    }
}

impl Engine {
    /// Whether damage was met in the database, now and from now on.
    #[must_use]
    pub fn damaged(&self) -> watch::Receiver<bool> {
        self.shared.damaged.subscribe()
    }

    /// Something that was done with this engine or its store failed. Where the
    /// file is damaged, that is noted and told.
    pub fn met(&self, error: &impl MayBeDamage) {
        self.shared.met(error);
    }

    /// Looks whether the file is damaged, and notes and tells it if so. For
    /// whoever met damage and does not know where.
    pub async fn look_for_damage(&self) {
        if self.shared.store.is_damaged().await {
            self.shared.note_damage();
        }
    }
}
