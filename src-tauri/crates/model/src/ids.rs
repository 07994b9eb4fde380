//! Newtypes for every id, so that no bare string or number passes this line.

use std::fmt;
use std::str::FromStr;
use std::sync::atomic::{AtomicU32, Ordering};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::Timestamp;

/// Why a text is no id.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum IdError {
    /// Dialog and message ids are 24 hexadecimal digits (`protocol/README.md` §3).
    #[error("an id is 24 hexadecimal digits")]
    NotAnObjectId,
    /// User and application ids are positive whole numbers.
    #[error("an id is a positive whole number")]
    NotANumber,
}

macro_rules! number_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub u64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                match text.trim().parse::<u64>() {
                    Ok(n) if n > 0 => Ok(Self(n)),
                    _ => Err(IdError::NotANumber),
                }
            }
        }
    };
}

number_id! {
    /// A user of an application: a positive integer (`protocol/README.md` §3).
    UserId
}
number_id! {
    /// An application, the platform's word for one customer's space of users.
    AppId
}

number_id! {
    /// A file on its way out, on this device alone.
    UploadId
}

macro_rules! object_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The 24 lower-case hexadecimal digits.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                let text = text.trim();
                if text.len() == 24 && text.bytes().all(|b| b.is_ascii_hexdigit()) {
                    Ok(Self(text.to_ascii_lowercase()))
                } else {
                    Err(IdError::NotAnObjectId)
                }
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;
            fn try_from(text: String) -> Result<Self, IdError> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0
            }
        }
    };
}

object_id! {
    /// A conversation: 24 hexadecimal digits.
    DialogId
}
object_id! {
    /// A message. The sender makes it, it travels as the stanza's id, and the
    /// server stores the message under it (`protocol/rest.md` §6.1), so one id
    /// names a message everywhere and sending it twice is harmless.
    MessageId
}

/// Makes message ids in the platform's form (`protocol/README.md` §3): eight
/// digits of unix seconds, ten that are random for this process, six of a
/// counter. Unlike the JavaScript SDK's, the counter counts, so ids made here
/// within one second sort in the order they were made.
#[derive(Debug)]
pub struct MessageIds {
    random: u64,
    counter: AtomicU32,
}

impl MessageIds {
    /// A source whose middle part is the low 40 bits of `random`.
    #[must_use]
    pub fn new(random: u64) -> Self {
        Self {
            random: random & 0xff_ffff_ffff,
            counter: AtomicU32::new(0),
        }
    }

    /// The next id, for a message written at `now`.
    #[must_use]
    pub fn next(&self, now: Timestamp) -> MessageId {
        let count = self.counter.fetch_add(1, Ordering::Relaxed) & 0xff_ffff;
        let seconds = now.seconds().clamp(0, i64::from(u32::MAX));
        MessageId(format!("{seconds:08x}{:010x}{count:06x}", self.random))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_one_second_sort_in_the_order_they_were_made() {
        let ids = MessageIds::new(7);
        let now = Timestamp::from_seconds(1_767_323_045);
        let made: Vec<_> = (0..300).map(|_| ids.next(now)).collect();
        let mut sorted = made.clone();
        sorted.sort();
        assert_eq!(made, sorted, "the counter must decide within a second");
        assert_eq!(made[0].as_str(), "695735a50000000007000000");
    }

    #[test]
    fn only_24_hexadecimal_digits_are_an_object_id() {
        assert!("65A000000000000000000001".parse::<DialogId>().is_ok());
        assert_eq!("65a0".parse::<DialogId>(), Err(IdError::NotAnObjectId));
        assert_eq!(
            "65a00000000000000000000g".parse::<MessageId>(),
            Err(IdError::NotAnObjectId)
        );
        assert_eq!("0".parse::<UserId>(), Err(IdError::NotANumber));
    }
}
