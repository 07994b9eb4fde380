//! What a failed command says. The UI branches on the code and shows the
//! sentence: what happened, what Kith does about it, what the person can do.
//! A code exists only where the UI does something of its own with it.

use std::fmt;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The kinds of failure that the UI tells apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// The server does not know this login with this password.
    WrongPassword,
    /// The host's name is not known here.
    UnknownHost,
    /// Nothing listens there, or nothing answers.
    Unreachable,
    /// The certificate is not one that this computer trusts.
    Certificate,
    /// Something answers, but it is no server of this kind.
    NotAServer,
    /// No answer in time.
    TimedOut,
    /// The server failed by its own account.
    ServerFailed,
    /// The server does not allow it.
    NotAllowed,
    /// The thing does not exist any more.
    Gone,
    /// It needs a connection, and there is none.
    Offline,
    /// It is larger than the server takes.
    TooLarge,
    /// Something that was typed cannot be used.
    InvalidInput,
    /// The join link or file cannot be read.
    JoinLink,
    /// The keychain does not work.
    NoKeychain,
    /// The data was written by a newer Kith.
    DatabaseNewer,
    /// The data is damaged.
    DatabaseCorrupt,
    /// Another program holds the data.
    DatabaseBusy,
    /// The disk does not take what Kith writes.
    Disk,
    /// The server on this machine does not start.
    LocalServer,
    /// Nobody is signed in.
    NotSignedIn,
    /// A mistake in Kith.
    Internal,
}

impl Code {
    /// The sentence for this code when nothing more exact is known.
    #[must_use]
    pub fn sentence(self) -> &'static str {
        match self {
            Self::WrongPassword => {
                "The server does not know this login with this password. Check both and try again."
            }
            Self::UnknownHost => {
                "The server's name was not found. Check the address and your network connection, then try again."
            }
            Self::Unreachable => {
                "The server does not answer. It may be switched off, or something on the way blocks it. Try again in a while."
            }
            Self::Certificate => {
                "The server shows a certificate that this computer does not trust, so Kith sent nothing. Use the join link of the server, or ask who runs it; and see whether this computer's clock is right."
            }
            Self::NotAServer => {
                "Something answers at this address, but it is not a chat server that Kith knows. Check the address."
            }
            Self::TimedOut => "The server took too long to answer. Try again in a while.",
            Self::ServerFailed => {
                "The server could not do this because of a failure of its own. Try again in a while, or tell who runs it."
            }
            Self::NotAllowed => "The server does not allow this to you.",
            Self::Gone => "This does not exist any more.",
            Self::Offline => {
                "There is no connection just now. Kith keeps trying; do this again when you are online."
            }
            Self::TooLarge => {
                "This is larger than the server takes. Make it shorter and try again."
            }
            Self::InvalidInput => {
                "Something that was entered cannot be used. Check it and try again."
            }
            Self::JoinLink => {
                "This is not a join link or join file that Kith can read. Ask for it again, and copy all of it."
            }
            Self::NoKeychain => {
                "The keychain of this computer does not work, so the password was not kept there. You can stay signed in until Kith closes, or keep the password in a private file."
            }
            Self::DatabaseNewer => {
                "The data of this profile was written by a newer Kith. Nothing was changed. Install the newer version, or set the data aside and start anew from the server."
            }
            Self::DatabaseCorrupt => {
                "The file that holds your messages is damaged, and Kith has stopped using it. You can set it aside: Kith keeps the old file, takes over what was not sent yet and your drafts, and fetches your conversations from the server again."
            }
            Self::DatabaseBusy => {
                "Another program holds the data of this profile. Close it and try again."
            }
            Self::Disk => {
                "The disk does not take what Kith wants to write. Check that there is room and that the folder may be written to, then try again."
            }
            Self::LocalServer => {
                "The server on this machine did not start. Try again; if it stays so, start Kith with KITH_LOG=debug and look at what it says."
            }
            Self::NotSignedIn => "Nobody is signed in. Sign in first.",
            Self::Internal => {
                "Kith made a mistake. What you wrote is kept. Try again; if it stays so, start Kith with KITH_LOG=debug and report what it says."
            }
        }
    }
}

/// What a failed command says. The UI branches on `code`, never on `message`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct UiError {
    /// What kind of failure.
    pub code: Code,
    /// What happened, what Kith does, what you can do.
    pub message: String,
    /// What a person who knows computers may want to see.
    pub detail: Option<String>,
}

impl UiError {
    /// A failure with a sentence of its own.
    #[must_use]
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            detail: None,
        }
    }

    /// The same with a detail.
    #[must_use]
    pub fn with_detail(mut self, detail: impl fmt::Display) -> Self {
        self.detail = Some(detail.to_string());
        self
    }

    /// Something that was typed cannot be used; `message` says what.
    #[must_use]
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(Code::InvalidInput, message)
    }

    /// A mistake in Kith.
    #[must_use]
    pub fn internal(detail: impl fmt::Display) -> Self {
        Self::from(Code::Internal).with_detail(detail)
    }
}

impl From<Code> for UiError {
    fn from(code: Code) -> Self {
        Self::new(code, code.sentence())
    }
}

impl fmt::Display for UiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for UiError {}

/// The answer of a command.
pub type Answer<T> = Result<T, UiError>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_are_for_people() {
        let all = [
            Code::WrongPassword,
            Code::UnknownHost,
            Code::Unreachable,
            Code::Certificate,
            Code::NotAServer,
            Code::TimedOut,
            Code::ServerFailed,
            Code::NotAllowed,
            Code::Gone,
            Code::Offline,
            Code::TooLarge,
            Code::InvalidInput,
            Code::JoinLink,
            Code::NoKeychain,
            Code::DatabaseNewer,
            Code::DatabaseCorrupt,
            Code::DatabaseBusy,
            Code::Disk,
            Code::LocalServer,
            Code::NotSignedIn,
            Code::Internal,
        ];
        for code in all {
            let sentence = code.sentence();
            assert!(sentence.ends_with('.'), "{code:?}");
            assert!(!sentence.contains('!'), "{code:?}");
            assert!(sentence.len() > 20, "{code:?}");
        }
    }

    #[test]
    fn a_code_travels_by_its_name() {
        let error = UiError::from(Code::NotAServer).with_detail("HTML");
        let json = serde_json::to_value(&error).unwrap();
        assert_eq!(json["code"], "not_a_server");
        assert_eq!(json["detail"], "HTML");
    }
}
