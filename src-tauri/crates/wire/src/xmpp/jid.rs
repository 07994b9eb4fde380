//! Addresses (`protocol/xmpp.md` §3). The SDKs take them apart as text, and so
//! does this file, which accepts everything that they do.

use std::fmt;

/// The part before the resource.
#[must_use]
pub fn bare(jid: &str) -> &str {
    jid.split_once('/').map_or(jid, |(bare, _)| bare)
}

/// The resource, if there is one.
#[must_use]
pub fn resource(jid: &str) -> Option<&str> {
    jid.split_once('/')
        .map(|(_, resource)| resource)
        .filter(|resource| !resource.is_empty())
}

/// The domain.
#[must_use]
pub fn domain(jid: &str) -> &str {
    let bare = bare(jid);
    bare.split_once('@').map_or(bare, |(_, domain)| domain)
}

/// The user of a user's address: the number before the first `-`.
#[must_use]
pub fn user_id(jid: &str) -> Option<u64> {
    jid.split_once('-')?.0.parse().ok().filter(|id| *id > 0)
}

/// The dialog of a room's address: what stands between the first `_` and the `@`.
#[must_use]
pub fn dialog_id(jid: &str) -> Option<&str> {
    let local = bare(jid).split_once('@')?.0;
    local
        .split_once('_')
        .map(|(_, dialog)| dialog)
        .filter(|dialog| !dialog.is_empty())
}

/// The sender of a room's message: the number after the first `/`.
#[must_use]
pub fn room_sender(jid: &str) -> Option<u64> {
    resource(jid)?.parse().ok().filter(|id| *id > 0)
}

/// `<user>-<app>@<chat>`, with or without a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserJid {
    /// Which user.
    pub user: u64,
    /// In which application.
    pub app: u64,
    /// The chat domain.
    pub domain: String,
    /// The resource, when it is one device's address.
    pub resource: Option<String>,
}

/// `<app>_<dialog>@<muc>`, with or without a member's id as nick.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoomJid {
    /// In which application.
    pub app: u64,
    /// Which dialog.
    pub dialog: String,
    /// The room domain.
    pub domain: String,
    /// Which member.
    pub nick: Option<u64>,
}

/// An address of this platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Jid {
    /// A user's.
    User(UserJid),
    /// A room's.
    Room(RoomJid),
    /// A member of rooms in privacy lists: `<muc>/<user>`.
    Member {
        /// The room domain.
        domain: String,
        /// Which user.
        user: u64,
    },
    /// A server's.
    Domain(String),
}

impl Jid {
    /// Reads an address. Rooms are told from users by their form, since the
    /// text `muc` in the domain is a habit of the platform's and not a rule.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (bare, resource) = match text.split_once('/') {
            Some((bare, resource)) => (bare, Some(resource).filter(|r| !r.is_empty())),
            None => (text, None),
        };
        let Some((local, domain)) = bare.split_once('@') else {
            let domain = Some(bare).filter(|d| !d.is_empty())?.to_owned();
            return match resource {
                Some(user) => Some(Self::Member {
                    domain,
                    user: user.parse().ok()?,
                }),
                None => Some(Self::Domain(domain)),
            };
        };
        let domain = Some(domain).filter(|d| !d.is_empty())?.to_owned();
        if let Some((app, dialog)) = local.split_once('_') {
            let nick = match resource {
                Some(nick) => Some(nick.parse().ok()?),
                None => None,
            };
            let dialog = Some(dialog).filter(|d| !d.is_empty())?.to_owned();
            return Some(Self::Room(RoomJid {
                app: app.parse().ok()?,
                dialog,
                domain,
                nick,
            }));
        }
        let (user, app) = local.split_once('-')?;
        let resource = resource.map(str::to_owned);
        Some(Self::User(UserJid {
            user: user.parse().ok()?,
            app: app.parse().ok()?,
            domain,
            resource,
        }))
    }
}

impl fmt::Display for UserJid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}@{}", self.user, self.app, self.domain)?;
        self.resource
            .as_ref()
            .map_or(Ok(()), |resource| write!(f, "/{resource}"))
    }
}

impl fmt::Display for RoomJid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}_{}@{}", self.app, self.dialog, self.domain)?;
        self.nick.map_or(Ok(()), |nick| write!(f, "/{nick}"))
    }
}

impl fmt::Display for Jid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(user) => user.fmt(f),
            Self::Room(room) => room.fmt(f),
            Self::Member { domain, user } => write!(f, "{domain}/{user}"),
            Self::Domain(domain) => domain.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_goes_there_and_back() {
        for text in [
            "11-100@chat.local.test",
            "11-100@chat.local.test/1571722472-connectycube-2386480",
            "100_65a000000000000000000001@muc.chat.local.test",
            "100_65a000000000000000000001@muc.chat.local.test/11",
            "muc.chat.local.test/34",
            "chat.local.test",
        ] {
            assert_eq!(
                Jid::parse(text).map(|jid| jid.to_string()).as_deref(),
                Some(text)
            );
        }
    }

    #[test]
    fn what_is_no_address_is_none() {
        for text in [
            "",
            "@",
            "a@b",
            "11@chat",
            "x-1@c",
            "1_@m",
            "1_d@m/nick",
            "/x",
        ] {
            assert_eq!(Jid::parse(text), None, "{text}");
        }
    }

    #[test]
    fn parts_are_found_as_the_sdk_finds_them() {
        let room = "100_65a0@muc.c/11";
        assert_eq!(
            (dialog_id(room), room_sender(room), domain(room)),
            (Some("65a0"), Some(11), "muc.c")
        );
        let user = "11-100@c/res-1_2/3";
        assert_eq!(
            (user_id(user), bare(user), resource(user)),
            (Some(11), "11-100@c", Some("res-1_2/3"))
        );
        assert_eq!(
            (user_id("x"), dialog_id("c"), resource("a@b/")),
            (None, None, None)
        );
    }
}
