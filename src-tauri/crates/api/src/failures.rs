//! The one table from what goes wrong below to what the UI is told. It is
//! matched without a wildcard, so a new kind of failure has to be given its
//! code and its words here.

use kith_engine::EngineError;
use kith_store::{OpenError, StoreError};

use crate::error::{Code, UiError};
use crate::local::LocalError;
use crate::vault::VaultError;
use crate::view::ProblemView;

impl From<EngineError> for UiError {
    fn from(error: EngineError) -> Self {
        let code = match error {
            EngineError::Store(store) => return store.into(),
            EngineError::WrongPassword => Code::WrongPassword,
            EngineError::UnknownHost => Code::UnknownHost,
            EngineError::Unreachable => Code::Unreachable,
            EngineError::Certificate => Code::Certificate,
            EngineError::NotAServer => Code::NotAServer,
            EngineError::TimedOut => Code::TimedOut,
            EngineError::ServerFailed => Code::ServerFailed,
            EngineError::NotAllowed => Code::NotAllowed,
            EngineError::Gone | EngineError::NotFound => Code::Gone,
            EngineError::Offline => Code::Offline,
            EngineError::TooLarge => Code::TooLarge,
            EngineError::InvalidInput | EngineError::BadConnection => Code::InvalidInput,
        };
        code.into()
    }
}

impl From<StoreError> for UiError {
    fn from(error: StoreError) -> Self {
        tracing::warn!(%error, "the store refused");
        match error {
            StoreError::Corrupt(_) => Code::DatabaseCorrupt.into(),
            StoreError::Disk(_) => Code::Disk.into(),
            StoreError::Missing(_) => Code::Gone.into(),
            StoreError::Database(error) => Self::internal(error),
        }
    }
}

impl From<VaultError> for UiError {
    fn from(error: VaultError) -> Self {
        match error {
            VaultError::Unavailable(_) => Self::from(Code::NoKeychain).with_detail(error),
            VaultError::Disk(_) => Self::from(Code::Disk).with_detail(error),
        }
    }
}

impl From<LocalError> for UiError {
    fn from(error: LocalError) -> Self {
        Self::from(Code::LocalServer).with_detail(error)
    }
}

/// Why a database of this profile cannot be opened, and whether setting it
/// aside would help.
pub(crate) fn problem(error: &OpenError) -> ProblemView {
    let (code, can_set_aside) = match error {
        OpenError::Newer { .. } => (Code::DatabaseNewer, true),
        OpenError::Corrupt { .. } => (Code::DatabaseCorrupt, true),
        OpenError::Busy => (Code::DatabaseBusy, false),
        OpenError::Io(_) => (Code::Disk, false),
    };
    ProblemView {
        code,
        message: code.sentence().to_owned(),
        can_set_aside,
    }
}

impl From<OpenError> for UiError {
    fn from(error: OpenError) -> Self {
        Self::from(problem(&error).code).with_detail(error)
    }
}
