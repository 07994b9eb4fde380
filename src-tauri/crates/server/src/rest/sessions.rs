//! Sessions and logging in (`protocol/rest.md` §3).

use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use crate::db::sessions::{self, Session};
use crate::db::users::{self, FieldValue, User};
use crate::limits::LoginLimits;
use crate::password;
use crate::random;
use crate::rest::answer::{Answer, Fault, iso};
use crate::rest::params;
use crate::rest::request::Call;
use crate::rest::{shape, signature};
use crate::site::Site;

/// `POST /session`: of the application alone, or with a person who logs in.
pub(crate) async fn create(site: &Site, call: &Call) -> Result<Answer, Fault> {
    if call
        .number("application_id")
        .and_then(|id| u64::try_from(id).ok())
        != Some(site.identity.app_id)
    {
        return Err(Fault::field(
            "application_id",
            "is not an application of this server",
        ));
    }
    if call.text("auth_key").as_deref() != Some(site.identity.auth_key.as_str()) {
        return Err(Fault::field("auth_key", "is wrong"));
    }
    if !signature::fits(&call.params, &site.identity.auth_secret) {
        return Err(Fault::base(
            StatusCode::UNPROCESSABLE_ENTITY,
            "Unexpected signature",
        ));
    }
    if call.param("provider").is_some() {
        return Err(Fault::invalid("This server knows no other providers."));
    }
    let user = match call.param("user") {
        Some(Value::Object(fields)) => Some(who(site, fields).await?),
        _ => None,
    };
    let token = site.new_token();
    let now = site.now();
    let mut turn = site.db.turn().await?;
    let user_id = user.as_ref().map(|user| user.id);
    let session = sessions::insert(turn.connection(), &token, user_id, now).await?;
    drop(turn);
    Ok(Answer::Created(
        json!({ "session": shape_of(site, &session, &token, user.as_ref()) }),
    ))
}

fn shape_of(site: &Site, session: &Session, token: &str, user: Option<&User>) -> Value {
    let mut value = json!({
        "id": session.id,
        "user_id": session.user_id.unwrap_or(0),
        "application_id": site.identity.app_id,
        "token": token,
        "ts": session.created_at / 1000,
        "created_at": iso(session.created_at),
        "updated_at": iso(session.updated_at),
    });
    if let Some(user) = user {
        value["user"] = shape::user(user);
    }
    value
}

/// Who logs in, by login or e-mail and password, or as a guest.
async fn who(site: &Site, fields: &Map<String, Value>) -> Result<User, Fault> {
    let text = |name: &str| {
        fields
            .get(name)
            .and_then(params::text)
            .map(|text| text.trim().to_owned())
    };
    if fields.get("guest").and_then(params::flag) == Some(true) {
        return guest(site, text("full_name")).await;
    }
    let (column, name) = match (text("login"), text("email")) {
        (Some(login), _) if !login.is_empty() => ("login", login),
        (_, Some(email)) if !email.is_empty() => ("email", email),
        _ => return Err(Fault::invalid("login or email is required")),
    };
    let secret = fields
        .get("password")
        .and_then(params::text)
        .unwrap_or_default();
    if secret.is_empty() {
        return Err(Fault::invalid("password is required"));
    }
    check(site, column, &name, secret).await
}

async fn check(
    site: &Site,
    column: &'static str,
    name: &str,
    secret: String,
) -> Result<User, Fault> {
    let denied = || Fault::list(StatusCode::UNAUTHORIZED, "Unauthorized");
    let now = site.now();
    let user = users::by_text(site.db.read(), column, name).await?;
    // Whoever is known has one account, by whichever name and through whichever door; names
    // that nobody has are counted too, so that they answer like the others.
    let account = match &user {
        Some(user) => LoginLimits::account(user.id),
        None => format!("{column} {}", name.to_lowercase()),
    };
    if !site.logins.allows(&account, now) {
        return Err(Fault::too_often());
    }
    let Some(user) = user else {
        if site.create_on_login {
            return on_the_fly(site, column, name, secret).await;
        }
        site.logins.failed(&account, now);
        return Err(denied());
    };
    let hash = users::password(site.db.read(), user.id)
        .await?
        .unwrap_or_default();
    if hash.is_empty() || !password::fits(secret, hash).await {
        site.logins.failed(&account, now);
        return Err(denied());
    }
    site.logins.succeeded(&account);
    Ok(user)
}

async fn on_the_fly(
    site: &Site,
    column: &'static str,
    name: &str,
    secret: String,
) -> Result<User, Fault> {
    let hash = password::hash(secret)
        .await
        .map_err(|error| Fault::inside(&error))?;
    let fields = [(column, FieldValue::Text(Some(name.to_owned())))];
    add(site, &fields, &hash, false).await
}

async fn guest(site: &Site, full_name: Option<String>) -> Result<User, Fault> {
    let login = format!("guest_login_{}", random::hex_token(8));
    let fields = [
        ("login", FieldValue::Text(Some(login))),
        ("full_name", FieldValue::Text(full_name)),
    ];
    add(site, &fields, "", true).await
}

async fn add(
    site: &Site,
    fields: &[(&'static str, FieldValue)],
    hash: &str,
    is_guest: bool,
) -> Result<User, Fault> {
    let mut turn = site.db.turn().await?;
    let id = users::insert(turn.connection(), fields, hash, is_guest, site.now()).await?;
    users::by_id(turn.connection(), id)
        .await?
        .ok_or_else(Fault::not_found)
}

/// `GET /session`.
pub(crate) async fn get(call: &Call, site: &Site) -> Result<Answer, Fault> {
    let session = call.session()?;
    let user = match session.user_id {
        Some(id) => users::by_id(site.db.read(), id).await?,
        None => None,
    };
    let token = call.token.as_deref().unwrap_or_default();
    Ok(Answer::Json(
        json!({ "session": shape_of(site, session, token, user.as_ref()) }),
    ))
}

/// `DELETE /session`.
pub(crate) async fn destroy(site: &Site, call: &Call) -> Result<Answer, Fault> {
    let id = call.session()?.id;
    sessions::delete(site.db.turn().await?.connection(), id).await?;
    Ok(Answer::Empty)
}

/// `DELETE /session/<id>`, or `list` for all but this one.
pub(crate) async fn destroy_other(site: &Site, call: &Call, which: &str) -> Result<Answer, Fault> {
    let session = call.session()?;
    let mut turn = site.db.turn().await?;
    if which == "list" {
        sessions::delete_others(turn.connection(), call.user()?, session.id).await?;
        return Ok(Answer::Empty);
    }
    if which.parse() != Ok(session.id) {
        return Err(Fault::not_found());
    }
    sessions::delete(turn.connection(), session.id).await?;
    Ok(Answer::Empty)
}

/// `POST /login`: a session of the application becomes a person's.
pub(crate) async fn log_in(site: &Site, call: &Call) -> Result<Answer, Fault> {
    let session = call.session()?;
    if call.param("provider").is_some() {
        return Err(Fault::invalid("This server knows no other providers."));
    }
    let fields = match call.param("user") {
        Some(Value::Object(fields)) => fields,
        _ => &call.params,
    };
    let user = who(site, fields).await?;
    let mut turn = site.db.turn().await?;
    sessions::set_user(turn.connection(), session.id, Some(user.id), site.now()).await?;
    Ok(Answer::Accepted(json!({ "user": shape::user(&user) })))
}

/// `DELETE /login`: back to a session of the application.
pub(crate) async fn log_out(site: &Site, call: &Call) -> Result<Answer, Fault> {
    let session = call.session()?;
    let mut turn = site.db.turn().await?;
    sessions::set_user(turn.connection(), session.id, None, site.now()).await?;
    Ok(Answer::Empty)
}
