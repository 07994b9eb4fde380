//! How far an outgoing message has come. The state only rises (failed <
//! queued < uploading < sending < sent < delivered < read), so news that
//! arrives late, twice or out of order cannot take anything back.

use serde::{Deserialize, Serialize};

/// The state of a message. Messages of other people are simply [`Delivery::Sent`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Delivery {
    /// Will not go out by itself; waits, with its reason, for the person.
    Failed = 0,
    /// On disk, waiting for its turn.
    Queued = 1,
    /// Its files are on their way.
    Uploading = 2,
    /// Handed to the stream; no acknowledgement yet.
    Sending = 3,
    /// The server has it.
    Sent = 4,
    /// It reached at least one of the other people's devices.
    Delivered = 5,
    /// At least one of the other people has read it.
    Read = 6,
}

impl Delivery {
    /// The number that the store keeps.
    #[must_use]
    pub const fn rank(self) -> i64 {
        self as i64
    }

    /// The state of a stored number, if it is one.
    #[must_use]
    pub const fn from_rank(rank: i64) -> Option<Self> {
        Some(match rank {
            0 => Self::Failed,
            1 => Self::Queued,
            2 => Self::Uploading,
            3 => Self::Sending,
            4 => Self::Sent,
            5 => Self::Delivered,
            6 => Self::Read,
            _ => return None,
        })
    }

    /// What the state becomes on hearing `news`: the higher of the two. A
    /// failure is believed up to [`Delivery::Sent`], because an acknowledgement
    /// (XEP-0198 §4) only says that the server has taken the stanza, and its
    /// refusal follows. Of what somebody has received it is not believed.
    #[must_use]
    pub fn hear(self, news: Self) -> Self {
        match news {
            Self::Failed if self <= Self::Sent => Self::Failed,
            news => self.max(news),
        }
    }

    /// Whether the server holds the message.
    #[must_use]
    pub fn is_on_server(self) -> bool {
        self >= Self::Sent
    }
}

/// Why a message waits for its writer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureReason {
    /// The server says that the person may not write here (403).
    NotAllowed,
    /// The dialog does not exist any more (404).
    DialogGone,
    /// The recipient does not take messages from this person (503).
    Blocked,
    /// The message is larger than the server takes (406).
    TooLarge,
    /// A file on it is larger than the server takes (413).
    FileTooLarge,
    /// The server does not take a file on it.
    FileRefused,
    /// This device's copy of a file on it is gone or cannot be read.
    FileLost,
    /// Refused for another reason.
    Refused,
}

#[cfg(test)]
mod tests {
    use super::Delivery::{self, *};

    const ALL: [Delivery; 7] = [Failed, Queued, Uploading, Sending, Sent, Delivered, Read];

    #[test]
    fn good_news_never_lowers_a_state() {
        for old in ALL {
            for news in &ALL[1..] {
                assert!(old.hear(*news) >= old, "{old:?} hearing {news:?}");
            }
        }
    }

    #[test]
    fn a_failure_is_not_believed_of_what_somebody_has() {
        assert_eq!(Sending.hear(Failed), Failed);
        assert_eq!(
            Sent.hear(Failed),
            Failed,
            "the refusal comes after the acknowledgement"
        );
        assert_eq!(Delivered.hear(Failed), Delivered);
        assert_eq!(Read.hear(Failed), Read);
        assert_eq!(
            Failed.hear(Sent),
            Sent,
            "a late acknowledgement leaves failed"
        );
    }

    #[test]
    fn ranks_go_there_and_back() {
        for state in ALL {
            assert_eq!(Delivery::from_rank(state.rank()), Some(state));
        }
        assert_eq!(Delivery::from_rank(7), None);
    }
}
