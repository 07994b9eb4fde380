//! Conversations: making them, and who may do what in them (`protocol/rest.md` §5.6).

use sqlx::{SqliteConnection, SqliteExecutor};

use crate::chat::Refusal;
use crate::db::dialogs::{self, BROADCAST, Dialog, Member, PRIVATE};
use crate::db::users;
use crate::site::Site;

/// The private dialog of two people, made on first use (`protocol/xmpp.md` §7.1).
pub(crate) async fn private(
    tx: &mut SqliteConnection,
    site: &Site,
    one: i64,
    two: i64,
) -> Result<Dialog, Refusal> {
    if let Some(dialog) = dialogs::by_pair(&mut *tx, one, two).await? {
        return Ok(dialog);
    }
    if users::by_id(&mut *tx, two).await?.is_none() {
        return Err(Refusal::NotFound("There is no such person."));
    }
    let now = site.now();
    let dialog = Dialog {
        id: site.ids.next(now / 1000),
        kind: PRIVATE,
        owner_id: one,
        name: String::new(),
        description: None,
        photo: None,
        extensions: None,
        permissions: None,
        pair_low: Some(one.min(two)),
        pair_high: Some(one.max(two)),
        created_at: now,
        updated_at: now,
    };
    dialogs::insert(tx, &dialog).await?;
    dialogs::add_member(tx, &dialog.id, one, false, now).await?;
    dialogs::add_member(tx, &dialog.id, two, false, now).await?;
    Ok(dialog)
}

/// Everybody a message in a dialog is for: its members, and for a broadcast everybody.
pub(crate) async fn audience(
    tx: &mut SqliteConnection,
    dialog: &Dialog,
) -> Result<Vec<i64>, sqlx::Error> {
    if dialog.kind == BROADCAST {
        return sqlx::query_scalar("SELECT id FROM users ORDER BY id")
            .fetch_all(tx)
            .await;
    }
    Ok(dialogs::members(tx, &dialog.id)
        .await?
        .iter()
        .map(|member| member.user_id)
        .collect())
}

/// What somebody is in a dialog.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Standing {
    pub(crate) member: Option<Member>,
    pub(crate) is_owner: bool,
}

impl Standing {
    /// Owner or admin.
    pub(crate) fn leads(&self) -> bool {
        self.is_owner || self.member.is_some_and(|member| member.is_admin)
    }

    /// Whether somebody sees what is in the dialog.
    pub(crate) fn sees(&self, dialog: &Dialog) -> bool {
        self.member.is_some() || dialog.kind == BROADCAST
    }
}

/// What somebody is in a dialog.
pub(crate) async fn standing(
    db: impl SqliteExecutor<'_>,
    dialog: &Dialog,
    user_id: i64,
) -> Result<Standing, sqlx::Error> {
    let member = dialogs::member(db, &dialog.id, user_id).await?;
    let is_owner = dialog.owner_id == user_id && dialog.kind != PRIVATE;
    Ok(Standing { member, is_owner })
}

/// Why somebody who is not in a dialog cannot write in it.
pub(crate) const NOT_A_MEMBER: Refusal =
    Refusal::Forbidden("You are not a member of this conversation.");

/// Members write in their dialogs; in a broadcast only those who lead it.
pub(crate) async fn check_may_write(
    tx: &mut SqliteConnection,
    dialog: &Dialog,
    user_id: i64,
) -> Result<(), Refusal> {
    let standing = standing(tx, dialog, user_id).await?;
    if dialog.kind == BROADCAST {
        return if standing.leads() {
            Ok(())
        } else {
            Err(Refusal::Forbidden(
                "Only those who lead this channel can write in it.",
            ))
        };
    }
    if standing.member.is_none() {
        return Err(NOT_A_MEMBER);
    }
    Ok(())
}
