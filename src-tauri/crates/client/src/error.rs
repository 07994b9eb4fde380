//! Why a call failed, in the kinds that people must be told apart.

use thiserror::Error;

/// Why a call to the server failed. The kinds are those that lead to another
/// sentence on the screen or to another thing to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
pub enum ClientError {
    /// The connection itself is wrong: no web address, a certificate that
    /// cannot be read, a chat without protection on another machine.
    #[error("the connection's addresses or certificate cannot be used")]
    BadConnection,
    /// The host's name is not known.
    #[error("the host's name is not known")]
    UnknownHost,
    /// Nothing listens there, or the network is gone.
    #[error("nothing answers at that address")]
    Unreachable,
    /// The certificate is not one that this computer trusts.
    #[error("the server's certificate is not trusted")]
    Certificate,
    /// Something answers that is not a server of this kind.
    #[error("what answers is not a chat server")]
    NotAServer,
    /// The answer did not come in time.
    #[error("the answer did not come in time")]
    TimedOut,
    /// Login or password are wrong, or the account is closed (401).
    #[error("the sign-in was refused")]
    SignInRefused,
    /// Nobody is signed in, or the sign-in ran out and could not be renewed (401).
    #[error("nobody is signed in")]
    Expired,
    /// The person may not do this (403).
    #[error("the server does not allow it")]
    NotAllowed,
    /// What was asked for does not exist (any more) (404).
    #[error("it does not exist")]
    Gone,
    /// What was sent, or what came, is larger than allowed (413).
    #[error("it is too large")]
    TooLarge,
    /// The server did not accept the request as it was (other 4xx).
    #[error("the server rejects the request with status {0}")]
    Rejected(u16),
    /// Too many requests (429); later they will be taken.
    #[error("the server asks for patience")]
    Busy,
    /// The server has a problem of its own (5xx).
    #[error("the server failed with status {0}")]
    Server(u16),
}

impl ClientError {
    /// Whether the same call may succeed later without anybody changing
    /// anything.
    #[must_use]
    pub fn is_passing(self) -> bool {
        matches!(
            self,
            Self::UnknownHost | Self::Unreachable | Self::TimedOut | Self::Busy | Self::Server(_)
        )
    }
}
