//! Who may do what in a dialog (`protocol/rest.md` §5.6). The server decides;
//! this says what is worth offering.

use serde::{Deserialize, Serialize};

use crate::{Dialog, DialogKind, Message, UserId};

/// What somebody is in a dialog.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Made it.
    Owner,
    /// Was appointed by the owner.
    Admin,
    /// Is in it.
    Member,
    /// Looks at it from outside.
    None,
}

impl Role {
    /// What `who` is in a dialog. `is_joined` says whether they are in it at
    /// all, which a public dialog's list of people does not tell.
    #[must_use]
    pub fn of(dialog: &Dialog, who: UserId, is_joined: bool) -> Self {
        if !is_joined {
            Self::None
        } else if dialog.kind == DialogKind::Private {
            Self::Member
        } else if dialog.owner == Some(who) {
            Self::Owner
        } else if dialog.admins.contains(&who) {
            Self::Admin
        } else {
            Self::Member
        }
    }

    /// Whether they lead the dialog.
    #[must_use]
    pub const fn leads(self) -> bool {
        matches!(self, Self::Owner | Self::Admin)
    }
}

/// What this person may do in a dialog. What is false is not offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[allow(clippy::struct_excessive_bools)] // ten answers to ten questions
pub struct Rights {
    /// Send messages.
    pub write: bool,
    /// Change name, description and picture.
    pub edit_info: bool,
    /// Bring others in.
    pub add_people: bool,
    /// Take others out.
    pub remove_people: bool,
    /// Say who leads it.
    pub appoint_admins: bool,
    /// Pin messages, and unpin them.
    pub pin: bool,
    /// Take messages of others away for everybody.
    pub delete_any_message: bool,
    /// Delete the dialog for everybody.
    pub delete_for_all: bool,
    /// Clear the history for everybody.
    pub clear_for_all: bool,
    /// Leave it and have it stay.
    pub leave: bool,
}

impl Rights {
    /// What `who` may do in a dialog.
    #[must_use]
    pub fn of(dialog: &Dialog, who: UserId, is_joined: bool) -> Self {
        let role = Role::of(dialog, who, is_joined);
        if role == Role::None {
            return Self::default();
        }
        let leads = role.leads();
        let owns = role == Role::Owner;
        match dialog.kind {
            DialogKind::Private => Self {
                write: true,
                delete_for_all: true,
                clear_for_all: true,
                ..Self::default()
            },
            DialogKind::Group => Self {
                write: true,
                edit_info: true,
                add_people: true,
                remove_people: leads,
                appoint_admins: owns,
                pin: leads,
                delete_any_message: leads,
                delete_for_all: owns,
                clear_for_all: owns,
                leave: true,
            },
            DialogKind::Public => Self {
                write: true,
                edit_info: leads,
                add_people: leads,
                remove_people: leads,
                appoint_admins: owns,
                pin: leads,
                delete_any_message: leads,
                delete_for_all: owns,
                clear_for_all: owns,
                leave: true,
            },
            DialogKind::Broadcast => Self {
                write: leads,
                edit_info: leads,
                appoint_admins: owns,
                pin: leads,
                delete_any_message: leads,
                delete_for_all: owns,
                clear_for_all: owns,
                ..Self::default()
            },
        }
    }

    /// Whether `who`, who has these rights, may take a message away for
    /// everybody. In a broadcast nobody but those who lead may, not even the
    /// author.
    #[must_use]
    pub fn delete_for_all(&self, dialog: &Dialog, message: &Message, who: UserId) -> bool {
        self.delete_any_message || (message.sender == who && dialog.kind != DialogKind::Broadcast)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Timestamp;

    const OWNER: UserId = UserId(1);
    const ADMIN: UserId = UserId(2);
    const MEMBER: UserId = UserId(3);

    fn dialog(kind: DialogKind) -> Dialog {
        Dialog {
            owner: Some(OWNER),
            admins: vec![ADMIN],
            occupants: vec![OWNER, ADMIN, MEMBER],
            ..Dialog::new(
                format!("{:024x}", 1).parse().unwrap(),
                kind,
                Timestamp::default(),
            )
        }
    }

    /// The rights as letters, one for each that is held.
    fn letters(kind: DialogKind, who: UserId) -> String {
        let r = Rights::of(&dialog(kind), who, true);
        [
            (r.write, 'w'),
            (r.edit_info, 'i'),
            (r.add_people, 'a'),
            (r.remove_people, 'r'),
            (r.appoint_admins, 'o'),
            (r.pin, 'p'),
            (r.delete_any_message, 'm'),
            (r.delete_for_all, 'd'),
            (r.clear_for_all, 'c'),
            (r.leave, 'l'),
        ]
        .into_iter()
        .filter_map(|(is, letter)| is.then_some(letter))
        .collect()
    }

    #[test]
    fn each_role_has_its_rights_in_each_kind_of_dialog() {
        let check = |kind, owner: &str, admin: &str, member: &str| {
            let found = [OWNER, ADMIN, MEMBER].map(|who| letters(kind, who));
            assert_eq!(found, [owner, admin, member], "{kind:?}");
        };
        check(DialogKind::Private, "wdc", "wdc", "wdc");
        check(DialogKind::Group, "wiaropmdcl", "wiarpml", "wial");
        check(DialogKind::Public, "wiaropmdcl", "wiarpml", "wl");
        check(DialogKind::Broadcast, "wiopmdc", "wipm", "");
    }

    #[test]
    fn who_is_not_in_it_may_do_nothing() {
        let dialog = dialog(DialogKind::Public);
        assert_eq!(Rights::of(&dialog, OWNER, false), Rights::default());
        assert_eq!(Role::of(&dialog, OWNER, false), Role::None);
    }
}
