//! Whom a stanza is for. Addresses are read by their text, as the SDK reads
//! them (`protocol/xmpp.md` §3).

/// Whom a stanza is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Target {
    /// A person.
    User(i64),
    /// A dialog's room, and perhaps the nickname in it.
    Room(String),
    /// The server itself, or nobody.
    Server,
}

impl Target {
    /// Reads an address. The room domain contains `muc`, the chat domain does not.
    pub(crate) fn read(to: Option<&str>) -> Self {
        let Some((local, domain)) = to.and_then(|to| to.split_once('@')) else {
            return Self::Server;
        };
        if domain.split('/').next().unwrap_or_default().contains("muc") {
            return match local.split_once('_') {
                Some((_, dialog_id)) => Self::Room(dialog_id.to_ascii_lowercase()),
                None => Self::Server,
            };
        }
        user_id(local).map_or(Self::Server, Self::User)
    }
}

/// The person in the local part of an address: the number before the first `-`.
pub(crate) fn user_id(local: &str) -> Option<i64> {
    local.split('-').next()?.parse().ok().filter(|id| *id > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_as_the_sdk_reads_them() {
        for (to, target) in [
            (Some("22-1@chat.kith.local"), Target::User(22)),
            (Some("22-1@chat.kith.local/abc"), Target::User(22)),
            (Some("22-1@chat.kith.local/muc"), Target::User(22)),
            (
                Some("1_65A0@muc.chat.kith.local"),
                Target::Room("65a0".into()),
            ),
            (
                Some("1_65a0@muc.chat.kith.local/11"),
                Target::Room("65a0".into()),
            ),
            (Some("chat.kith.local"), Target::Server),
            (Some("nobody@chat.kith.local"), Target::Server),
            (None, Target::Server),
        ] {
            assert_eq!(Target::read(to), target, "{to:?}");
        }
    }
}
