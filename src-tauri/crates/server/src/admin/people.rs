//! People and what they may do.

use std::io::BufRead;

use serde_json::{Value, json};

use super::office::Office;
use super::{AdminError, User, words};
use crate::db::users::{self, FieldValue};
use crate::db::{roles, sessions};
use crate::{password, random};

pub(super) async fn run(office: &Office, command: User) -> Result<Vec<Value>, AdminError> {
    match command {
        User::List => list(office).await,
        User::Create {
            login,
            email,
            full_name,
            password_stdin,
        } => create(office, login, email, full_name, given(password_stdin)?).await,
        User::Password {
            login,
            password_stdin,
        } => set_password(office, &login, given(password_stdin)?).await,
        User::Moderator { login, remove } => moderator(office, &login, remove).await,
    }
}

/// A password from standard input, so that it is in nobody's list of processes.
fn given(from_stdin: bool) -> Result<Option<String>, AdminError> {
    if !from_stdin {
        return Ok(None);
    }
    let mut line = String::new();
    std::io::stdin()
        .lock()
        .read_line(&mut line)
        .map_err(|cause| AdminError::File {
            what: "standard input".to_owned(),
            cause,
        })?;
    Ok(Some(line.trim_end_matches(['\r', '\n']).to_owned()))
}

async fn hash(secret: &str) -> Result<String, AdminError> {
    if !(8..=40).contains(&secret.chars().count()) {
        return Err(words("A password has 8 to 40 characters."));
    }
    password::hash(secret.to_owned()).await.map_err(words)
}

async fn list(office: &Office) -> Result<Vec<Value>, AdminError> {
    let ids: Vec<i64> = sqlx::query_scalar("SELECT id FROM users ORDER BY id")
        .fetch_all(office.db.read())
        .await?;
    let given = roles::all(office.db.read()).await?;
    let waiting = users::waiting_for_password(office.db.read()).await?;
    let mut lines = Vec::new();
    for id in ids {
        let Some(user) = users::by_id(office.db.read(), id).await? else {
            continue;
        };
        let roles: Vec<&str> = given
            .iter()
            .filter(|(who, _)| *who == id)
            .map(|(_, role)| role.as_str())
            .collect();
        lines.push(json!({
            "id": user.id, "login": user.login, "email": user.email,
            "full_name": user.full_name, "is_guest": user.is_guest, "roles": roles,
            // Since when somebody waits for another password, in milliseconds.
            "asks_for_password_since":
                waiting.iter().find(|(who, _)| *who == id).map(|(_, since)| *since),
        }));
    }
    Ok(lines)
}

async fn create(
    office: &Office,
    login: String,
    email: Option<String>,
    full_name: Option<String>,
    given: Option<String>,
) -> Result<Vec<Value>, AdminError> {
    if !(3..=70).contains(&login.chars().count()) {
        return Err(words("A login has 3 to 70 characters."));
    }
    let made = given.is_none().then(|| random::hex_token(8));
    let secret = given.or_else(|| made.clone()).unwrap_or_default();
    let hash = hash(&secret).await?;
    let fields = [
        ("login", FieldValue::Text(Some(login.clone()))),
        ("email", FieldValue::Text(email)),
        ("full_name", FieldValue::Text(full_name)),
    ];
    let mut turn = office.db.turn().await?;
    let added = users::insert(turn.connection(), &fields, &hash, false, office.now()).await;
    let id = added.map_err(|error| match &error {
        sqlx::Error::Database(inner) if inner.is_unique_violation() => {
            words("Somebody has this login or e-mail address already.")
        }
        _ => error.into(),
    })?;
    let mut line = json!({ "id": id, "login": login });
    if let Some(made) = made {
        line["password"] = Value::String(made);
    }
    Ok(vec![line])
}

async fn set_password(
    office: &Office,
    login: &str,
    given: Option<String>,
) -> Result<Vec<Value>, AdminError> {
    let user = office.person(login).await?;
    let made = given.is_none().then(|| random::hex_token(8));
    let secret = given.or_else(|| made.clone()).unwrap_or_default();
    let hash = hash(&secret).await?;
    let mut turn = office.db.turn().await?;
    let mut tx = turn.begin().await?;
    users::update(&mut tx, user.id, &[], Some(&hash), office.now()).await?;
    // No session has the number 0, so this ends all of them.
    sessions::delete_others(&mut tx, user.id, 0).await?;
    tx.commit().await?;
    let mut line = json!({ "id": user.id, "login": user.login });
    if let Some(made) = made {
        line["password"] = Value::String(made);
    }
    Ok(vec![line])
}

async fn moderator(office: &Office, login: &str, remove: bool) -> Result<Vec<Value>, AdminError> {
    let user = office.person(login).await?;
    let mut turn = office.db.turn().await?;
    if remove {
        roles::revoke(turn.connection(), user.id, roles::MODERATOR).await?;
    } else {
        roles::grant(turn.connection(), user.id, roles::MODERATOR).await?;
    }
    Ok(vec![
        json!({ "id": user.id, "login": user.login, "moderator": !remove }),
    ])
}
