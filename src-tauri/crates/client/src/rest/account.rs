//! Sessions and one's own account (`protocol/rest.md` §3, §4).

use kith_model::{Person, Profile, UserId};
use kith_wire::rest as wire;
use reqwest::{Method, StatusCode};
use serde_json::{Map, Value, json};
use thiserror::Error;

use super::http::{Answer, Pass, Request};
use super::{Rest, SignIn};
use crate::{ClientError, Secret, convert};

/// Who has signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedIn {
    /// The person whose account it is.
    pub person: Person,
}

/// What a new account begins with. A login or an e-mail address is needed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewAccount {
    /// 3 to 70 characters; empty for none.
    pub login: String,
    /// An e-mail address; empty for none.
    pub email: String,
    /// 8 to 40 characters.
    pub password: Option<Secret>,
    /// The name to show.
    pub full_name: String,
    /// Words by which the application groups its people, five at most.
    pub tags: Vec<String>,
    /// The number or name by which another system knows the person.
    pub external_id: String,
}

/// What to change about oneself: `None` leaves things as they are, an empty
/// text takes them away.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProfileUpdate {
    /// The name to show.
    pub full_name: Option<String>,
    /// An e-mail address.
    pub email: Option<String>,
    /// A telephone number.
    pub phone: Option<String>,
    /// A web address.
    pub website: Option<String>,
    /// A picture: the uid of a stored file, or an address.
    pub avatar: Option<String>,
    /// The number of the picture's file.
    pub blob: Option<u64>,
    /// Whatever the application keeps with the person.
    pub custom_data: Option<String>,
    /// The number or name by which another system knows the person.
    pub external_id: Option<String>,
    /// Words by which the application groups its people, five at most.
    pub tags: Option<Vec<String>>,
    /// Minutes east of Greenwich.
    pub timezone: Option<i32>,
    /// The old password and the new one.
    pub password: Option<(Secret, Secret)>,
}

/// Why an account was not made or changed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AccountError {
    /// The login or the address is somebody else's.
    #[error("the login or the e-mail address is taken")]
    Taken,
    /// The server does not accept what these fields say.
    #[error("the server does not accept some fields")]
    Invalid(Vec<String>),
    /// The old password is not the account's.
    #[error("the old password is wrong")]
    WrongPassword,
    /// The call failed.
    #[error(transparent)]
    Client(#[from] ClientError),
}

impl Rest {
    /// Signs in with a login or an e-mail address (`protocol/rest.md` §3.1).
    /// Token and credentials stay in memory, so that a session that ran out is
    /// renewed without asking, once for all calls that wait for it.
    ///
    /// # Errors
    /// [`ClientError::SignInRefused`] when login or password are wrong.
    pub async fn sign_in(&self, login: &str, password: &Secret) -> Result<SignedIn, ClientError> {
        self.sign_in_with(SignIn::by_name(login, password)).await
    }

    /// Signs in in any of the platform's ways, but for
    /// [`SignIn::Application`], which signs nobody in:
    /// [`Rest::open_application`].
    ///
    /// # Errors
    /// [`ClientError::SignInRefused`] when the server does not take it.
    pub async fn sign_in_with(&self, how: SignIn) -> Result<SignedIn, ClientError> {
        let session = self.session.sign_in(&self.http, how).await?.session;
        if let Some(person) = session.user.and_then(convert::person) {
            return Ok(SignedIn { person });
        }
        let mut people = self.people(&[UserId(session.user_id)]).await?;
        people
            .pop()
            .map(|person| SignedIn { person })
            .ok_or(ClientError::NotAServer)
    }

    /// Opens a session of the application alone, in which nobody is signed in.
    ///
    /// # Errors
    /// As every call.
    pub async fn open_application(&self) -> Result<(), ClientError> {
        self.session
            .sign_in(&self.http, SignIn::Application)
            .await
            .map(drop)
    }

    /// Makes the application's session a person's (`protocol/rest.md` §3.3).
    ///
    /// # Errors
    /// [`ClientError::SignInRefused`] when the server does not take it.
    pub async fn log_in(&self, how: SignIn) -> Result<SignedIn, ClientError> {
        let user = self.session.upgrade(&self.http, how).await?.user;
        convert::person(user)
            .map(|person| SignedIn { person })
            .ok_or(ClientError::NotAServer)
    }

    /// Makes a person's session the application's again; the token lives on.
    ///
    /// # Errors
    /// As every call.
    pub async fn log_out(&self) -> Result<(), ClientError> {
        self.session.downgrade(&self.http).await
    }

    /// Ends the session here and, if it can be reached, on the server.
    pub async fn sign_out(&self) {
        if let Some(token) = self.session.forget().await {
            let request = Request::delete("/session", Vec::new());
            if let Err(error) = self.http.ask(&request, Pass::Token(&token)).await {
                tracing::debug!(%error, "the session ends here only; on the server it runs out by itself");
            }
        }
    }

    /// A token that the server takes now, renewed if it had run out. It opens
    /// the chat as well, in a password's place (`protocol/xmpp.md` §2).
    ///
    /// # Errors
    /// [`ClientError::Expired`] or [`ClientError::SignInRefused`] when there is
    /// none to be had.
    pub async fn live_token(&self) -> Result<Secret, ClientError> {
        let request = Request::get("/session", Vec::new());
        self.session.ask(&self.http, &request).await?;
        self.session.held_token().await.ok_or(ClientError::Expired)
    }

    /// Makes an account. Nobody needs to be signed in, and nobody is afterwards.
    ///
    /// # Errors
    /// [`AccountError::Taken`] and [`AccountError::Invalid`] say what to change.
    pub async fn sign_up(&self, new: &NewAccount) -> Result<Profile, AccountError> {
        let mut user = Map::new();
        let texts = [
            ("login", new.login.trim()),
            ("email", new.email.trim()),
            (
                "password",
                new.password
                    .as_ref()
                    .map(Secret::expose)
                    .unwrap_or_default(),
            ),
            ("full_name", new.full_name.trim()),
            ("external_id", new.external_id.trim()),
        ];
        for (name, text) in texts {
            if !text.is_empty() {
                user.insert(name.to_owned(), Value::from(text));
            }
        }
        if !new.tags.is_empty() {
            user.insert("tag_list".to_owned(), json!(new.tags));
        }
        let request = Request::with_body(Method::POST, "/users", json!({ "user": user }));
        let answer = self
            .http
            .ask(&request, Pass::Key(self.session.key()))
            .await?;
        read_profile(answer)
    }

    /// Changes the account of who is signed in.
    ///
    /// # Errors
    /// As [`Rest::sign_up`], and [`AccountError::WrongPassword`].
    pub async fn update_profile(
        &self,
        me: UserId,
        change: &ProfileUpdate,
    ) -> Result<Profile, AccountError> {
        let mut user = Map::new();
        let texts = [
            ("full_name", &change.full_name),
            ("email", &change.email),
            ("phone", &change.phone),
            ("website", &change.website),
            ("avatar", &change.avatar),
            ("custom_data", &change.custom_data),
            ("external_id", &change.external_id),
        ];
        for (name, text) in texts {
            if let Some(text) = text {
                let value = if text.is_empty() {
                    Value::Null
                } else {
                    Value::from(text.as_str())
                };
                user.insert(name.to_owned(), value);
            }
        }
        if let Some(tags) = &change.tags {
            user.insert("tag_list".to_owned(), json!(tags));
        }
        if let Some(zone) = change.timezone {
            user.insert("timezone".to_owned(), zone.into());
        }
        if let Some(blob) = change.blob {
            user.insert("blob_id".to_owned(), blob.into());
        }
        if let Some((old, new)) = &change.password {
            user.insert("old_password".to_owned(), old.expose().into());
            user.insert("password".to_owned(), new.expose().into());
        }
        let request =
            Request::with_body(Method::PUT, format!("/users/{me}"), json!({ "user": user }));
        let answer = self.session.ask_unchecked(&self.http, &request).await?;
        if change.password.is_some() && answer.status == StatusCode::UNAUTHORIZED {
            return Err(AccountError::WrongPassword);
        }
        read_profile(answer)
    }

    /// Deletes the account of who is signed in, with everything that is theirs.
    ///
    /// # Errors
    /// As every call.
    pub async fn delete_account(&self, me: UserId) -> Result<(), ClientError> {
        self.delete(format!("/users/{me}"), Vec::new()).await?;
        self.session.forget().await;
        Ok(())
    }

    /// Has a new password sent to an address, if it is somebody's. Nobody needs
    /// to be signed in.
    ///
    /// # Errors
    /// As every call.
    pub async fn reset_password(&self, email: &str) -> Result<(), ClientError> {
        let body = json!({ "email": email.trim() });
        let request = Request::with_body(Method::POST, "/users/password/reset", body);
        let pass = self.session.held_token().await;
        let pass = pass
            .as_ref()
            .map_or(Pass::Key(self.session.key()), |token| {
                Pass::Token(token.expose())
            });
        self.http.ask(&request, pass).await?.check().map(drop)
    }
}

fn read_profile(answer: Answer) -> Result<Profile, AccountError> {
    if answer.status == StatusCode::UNPROCESSABLE_ENTITY {
        let error = answer.error();
        // The platform has no codes; these are the texts of `protocol/rest.md` §2.
        let is_taken = |text: &str| text.contains("taken") || text.contains("unique");
        if error.texts().any(is_taken) {
            return Err(AccountError::Taken);
        }
        let fields = error.fields.into_keys().filter(|field| field != "base");
        return Err(AccountError::Invalid(fields.collect()));
    }
    let body: wire::UserBody = answer.check()?.json()?;
    convert::profile(body.user).ok_or(AccountError::Client(ClientError::NotAServer))
}
