//! Why something that was asked of the engine was not done, in the kinds that
//! lead to another sentence or another way on.

use kith_client::ClientError;
use kith_store::StoreError;
use thiserror::Error;

/// Why the engine did not do it.
#[derive(Debug, Error)]
pub enum EngineError {
    /// Login or password are wrong.
    #[error("the sign-in was refused")]
    WrongPassword,
    /// The connection's addresses or certificate cannot be used.
    #[error("the connection cannot be used")]
    BadConnection,
    /// The host's name is not known.
    #[error("the host's name is not known")]
    UnknownHost,
    /// Nothing answers there.
    #[error("nothing answers at that address")]
    Unreachable,
    /// The certificate is not trusted.
    #[error("the server's certificate is not trusted")]
    Certificate,
    /// Something answers that is not a server of this kind.
    #[error("what answers is not a chat server")]
    NotAServer,
    /// The answer did not come in time.
    #[error("the answer did not come in time")]
    TimedOut,
    /// The server has a problem of its own, or too much to do.
    #[error("the server failed")]
    ServerFailed,
    /// The person may not do this.
    #[error("the server does not allow it")]
    NotAllowed,
    /// It does not exist (any more), on the server.
    #[error("it does not exist any more")]
    Gone,
    /// There is no link, and this needs one.
    #[error("there is no link")]
    Offline,
    /// A message that is larger than servers take.
    #[error("it is too large")]
    TooLarge,
    /// Something that makes no sense: an empty message, a group without a name.
    #[error("the input makes no sense")]
    InvalidInput,
    /// There is no such message or dialog here, or it is not in a state in
    /// which this can be done to it.
    #[error("there is no such thing here")]
    NotFound,
    /// The database.
    #[error(transparent)]
    Store(StoreError),
}

impl From<StoreError> for EngineError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Missing(_) => Self::NotFound,
            error => Self::Store(error),
        }
    }
}

impl From<ClientError> for EngineError {
    fn from(error: ClientError) -> Self {
        match error {
            ClientError::BadConnection => Self::BadConnection,
            ClientError::UnknownHost => Self::UnknownHost,
            ClientError::Unreachable => Self::Unreachable,
            ClientError::Certificate => Self::Certificate,
            ClientError::NotAServer => Self::NotAServer,
            ClientError::TimedOut => Self::TimedOut,
            ClientError::SignInRefused | ClientError::Expired => Self::WrongPassword,
            ClientError::NotAllowed => Self::NotAllowed,
            ClientError::Gone => Self::Gone,
            ClientError::TooLarge => Self::TooLarge,
            ClientError::Rejected(_) => Self::InvalidInput,
            ClientError::Busy | ClientError::Server(_) => Self::ServerFailed,
        }
    }
}

/// Why a piece of background work did not come to its end.
#[derive(Debug, Error)]
pub(crate) enum WorkError {
    /// The server, or the way to it.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The link it was done for is gone.
    #[error("the link is another one now")]
    LinkChanged,
}

impl From<WorkError> for EngineError {
    fn from(error: WorkError) -> Self {
        match error {
            WorkError::Client(error) => error.into(),
            WorkError::Store(error) => error.into(),
            WorkError::LinkChanged => Self::Offline,
        }
    }
}
