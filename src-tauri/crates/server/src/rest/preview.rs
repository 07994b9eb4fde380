//! Looking into a dialog before joining it (`protocol/rest.md` §6.2): the last
//! messages, where its owner allows that.

use serde_json::{Value, json};

use crate::db::dialogs::{Dialog, PRIVATE};
use crate::db::messages::Message;
use crate::rest::answer::{Answer, Fault};
use crate::rest::{params, shape};
use crate::site::Site;

/// So many messages are shown, whatever was asked for.
const MOST: i64 = 20;

/// Answers `preview=1` of somebody who is not in the dialog. Marks nothing as read.
pub(crate) async fn answer(site: &Site, me: i64, dialog: &Dialog) -> Result<Answer, Fault> {
    let permissions: Value = dialog
        .permissions
        .as_deref()
        .and_then(|text| serde_json::from_str(text).ok())
        .unwrap_or_default();
    let is_allowed = permissions.get("allow_preview").and_then(params::flag) == Some(true);
    if dialog.kind == PRIVATE || !is_allowed {
        return Err(Fault::forbidden("This conversation allows no preview."));
    }
    let mut found: Vec<Message> = sqlx::query_as(
        "SELECT seq, id, dialog_id, sender_id, recipient_id, body, date_sent, attachments, params,
                views, created_at, updated_at, edited_at
         FROM messages WHERE dialog_id = ? ORDER BY date_sent DESC, seq DESC LIMIT ?",
    )
    .bind(&dialog.id)
    .bind(MOST)
    .fetch_all(site.db.read())
    .await?;
    found.reverse();
    let items = shape::messages(site.db.read(), me, &found).await?;
    Ok(Answer::Json(
        json!({ "skip": 0, "limit": MOST, "items": items }),
    ))
}
