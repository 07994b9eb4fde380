//! Notifications (`protocol/rest.md` §10). This server has no way to wake a
//! telephone: it remembers what devices asked for, answers in form, and sends
//! nothing. Who is connected is told over the chat.

use axum::http::StatusCode;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use crate::db::devices::{self, Subscription};
use crate::rest::answer::{Answer, Fault, iso};
use crate::rest::params;
use crate::rest::request::Call;
use crate::site::Site;

/// One person may have so many devices.
const MOST_DEVICES: usize = 100;
/// A word of a subscription has at most so many bytes.
const MOST_WORD: usize = 512;

/// `POST /subscriptions`.
pub(crate) async fn subscribe(site: &Site, call: &Call) -> Result<Answer, Fault> {
    let user_id = call.user()?;
    let nested = |outer: &str, inner: &str| {
        call.param(outer)
            .and_then(|value| value.get(inner))
            .and_then(params::text)
    };
    let channel = call
        .text("notification_channel")
        .or_else(|| call.text("notification_channels"))
        .ok_or_else(|| Fault::field("notification_channel", "can't be blank"))?;
    let udid =
        nested("device", "udid").ok_or_else(|| Fault::field("device", "udid can't be blank"))?;
    let platform = nested("device", "platform").unwrap_or_default();
    if [&channel, &udid, &platform]
        .iter()
        .any(|word| word.len() > MOST_WORD)
    {
        return Err(Fault::field("device", "is too long"));
    }
    if devices::subscriptions(site.db.read(), user_id).await?.len() >= MOST_DEVICES {
        return Err(Fault::base(
            StatusCode::UNPROCESSABLE_ENTITY,
            "You have too many devices.",
        ));
    }
    let mut turn = site.db.turn().await?;
    let made = devices::subscribe(
        turn.connection(),
        user_id,
        &channel,
        &platform,
        &udid,
        site.now(),
    )
    .await?;
    Ok(Answer::Created(json!([shape(&made)])))
}

/// `GET /subscriptions`.
pub(crate) async fn subscriptions(site: &Site, call: &Call) -> Result<Answer, Fault> {
    let found = devices::subscriptions(site.db.read(), call.user()?).await?;
    Ok(Answer::Json(Value::Array(
        found.iter().map(shape).collect(),
    )))
}

/// `DELETE /subscriptions/<id>`.
pub(crate) async fn unsubscribe(site: &Site, call: &Call, id: &str) -> Result<Answer, Fault> {
    let user_id = call.user()?;
    let id = id.parse().map_err(|_| Fault::not_found())?;
    let mut turn = site.db.turn().await?;
    if devices::unsubscribe(turn.connection(), user_id, id).await? {
        Ok(Answer::Empty)
    } else {
        Err(Fault::not_found())
    }
}

/// `POST /events`: taken in form and sent to nobody.
pub(crate) fn event(site: &Site, call: &Call) -> Result<Answer, Fault> {
    let user_id = call.user()?;
    let none = Map::new();
    let event = call
        .param("event")
        .and_then(Value::as_object)
        .unwrap_or(&none);
    let text = |key: &str| event.get(key).and_then(params::text);
    let kind = text("notification_type");
    if kind.as_deref() != Some("push") {
        return Err(Fault::field("notification_type", "should be push"));
    }
    let message = text("message").ok_or_else(|| Fault::field("message", "can't be blank"))?;
    if STANDARD.decode(message.trim()).is_err() {
        return Err(Fault::field("message", "should be base64"));
    }
    let now = site.now();
    Ok(Answer::Created(json!([{ "event": {
        "id": now,
        "event_type": text("event_type").unwrap_or_else(|| "one_shot".to_owned()),
        "message": message,
        "date": null,
        "end_date": null,
        "period": null,
        "name": text("name"),
        "occured_count": 0,
        "created_at": iso(now),
        "updated_at": iso(now),
        "active": false,
        "application_id": site.identity.app_id,
        "user_id": user_id,
        "kind": "API",
        "environment": text("environment"),
        "tag_query": null,
        "notification_channel": { "name": text("push_type") },
    } }])))
}

fn shape(subscription: &Subscription) -> Value {
    json!({ "subscription": {
        "id": subscription.id,
        "notification_channel": { "name": subscription.channel },
        "device": {
            "udid": subscription.udid,
            "platform": { "name": subscription.platform },
        },
    } })
}
