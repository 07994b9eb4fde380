//! What opens the stream: the person's password, or a token of the session
//! (`protocol/xmpp.md` §2).

use crate::{ClientError, LinkLost, Rest, Secret};

/// What is sent as the password of the stream.
#[derive(Debug, Clone)]
pub enum Password {
    /// A password, or a token that somebody else keeps alive.
    Fixed(Secret),
    /// The token of this session as it is when the stream is opened, renewed if
    /// it has run out. For who signed in without a password.
    Session(Box<Rest>),
}

impl From<Secret> for Password {
    fn from(secret: Secret) -> Self {
        Self::Fixed(secret)
    }
}

impl From<Rest> for Password {
    fn from(session: Rest) -> Self {
        Self::Session(Box::new(session))
    }
}

impl Password {
    /// The password for an attempt that begins now.
    pub(super) async fn get(&self) -> Result<Secret, LinkLost> {
        match self {
            Self::Fixed(secret) => Ok(secret.clone()),
            Self::Session(rest) => rest.live_token().await.map_err(|error| match error {
                ClientError::SignInRefused | ClientError::Expired | ClientError::NotAllowed => {
                    LinkLost::SignInRefused
                }
                ClientError::UnknownHost => LinkLost::UnknownHost,
                ClientError::Certificate | ClientError::BadConnection => LinkLost::Certificate,
                ClientError::Unreachable
                | ClientError::TimedOut
                | ClientError::Busy
                | ClientError::Server(_) => LinkLost::Unreachable,
                ClientError::NotAServer
                | ClientError::Gone
                | ClientError::TooLarge
                | ClientError::Rejected(_) => LinkLost::NotAChatServer,
            }),
        }
    }
}
