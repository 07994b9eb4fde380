//! The session: a token, kept fresh. When a call finds that it ran out, one
//! sign-in renews it and all calls that wait go on with the new one.

use kith_wire::rest::{Credentials, NewSession, SessionBody, UserBody};
use reqwest::Method;
use serde_json::{Map, Value, json};
use tokio::sync::Mutex;

use super::http::{Answer, Http, Pass, Request};
use crate::{ClientError, Secret};

/// How somebody says who they are (`protocol/rest.md` §3.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignIn {
    /// With a login and a password.
    Login {
        /// The login.
        login: String,
        /// The password.
        password: Secret,
    },
    /// With an e-mail address and a password.
    Email {
        /// The address.
        email: String,
        /// The password.
        password: Secret,
    },
    /// With what another service vouches for.
    Provider(Provider),
    /// With the token of a session that was made elsewhere. It cannot be
    /// renewed here: when it has run out, another one is needed.
    Token(Secret),
    /// As a guest, whose account ends after a day. It cannot be renewed: signing
    /// in again would make another guest.
    Guest {
        /// The name to show.
        full_name: String,
    },
    /// As the application alone, without a person.
    Application,
}

/// What another service vouches for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Provider {
    /// A token of `facebook` or another service that gives one.
    Token {
        /// The service's name on the platform.
        name: String,
        /// Its token.
        token: Secret,
    },
    /// A token and its secret, of `twitter`.
    TokenAndSecret {
        /// The service's name on the platform.
        name: String,
        /// Its token.
        token: Secret,
        /// The token's secret.
        secret: Secret,
    },
    /// A telephone number that Firebase has checked.
    FirebasePhone {
        /// Which project of Firebase.
        project_id: String,
        /// Its token.
        access_token: Secret,
    },
    /// An e-mail address that Firebase has checked.
    FirebaseEmail {
        /// Which project of Firebase.
        project_id: String,
        /// Its token.
        access_token: Secret,
    },
}

impl Provider {
    /// The fields of the body, which are the same for a session and a login.
    fn fields(&self) -> Map<String, Value> {
        let (name, key, value) = match self {
            Self::Token { name, token } => {
                (name.as_str(), "keys", json!({ "token": token.expose() }))
            }
            Self::TokenAndSecret {
                name,
                token,
                secret,
            } => (
                name.as_str(),
                "keys",
                json!({ "token": token.expose(), "secret": secret.expose() }),
            ),
            Self::FirebasePhone {
                project_id,
                access_token,
            } => (
                "firebase_phone",
                "firebase_phone",
                json!({ "project_id": project_id, "access_token": access_token.expose() }),
            ),
            Self::FirebaseEmail {
                project_id,
                access_token,
            } => (
                "firebase_email",
                "firebase_email",
                json!({ "project_id": project_id, "access_token": access_token.expose() }),
            ),
        };
        Map::from_iter([
            ("provider".to_owned(), Value::from(name)),
            (key.to_owned(), value),
        ])
    }
}

impl SignIn {
    /// With a login or an e-mail address, whichever `name` looks like.
    #[must_use]
    pub fn by_name(name: &str, password: &Secret) -> Self {
        let name = name.trim().to_owned();
        let password = password.clone();
        if name.contains('@') {
            Self::Email {
                email: name,
                password,
            }
        } else {
            Self::Login {
                login: name,
                password,
            }
        }
    }

    fn user(&self) -> Option<Credentials> {
        match self {
            Self::Login { login, password } => Some(Credentials {
                login: Some(login.clone()),
                password: Some(password.expose().to_owned()),
                ..Credentials::default()
            }),
            Self::Email { email, password } => Some(Credentials {
                email: Some(email.clone()),
                password: Some(password.expose().to_owned()),
                ..Credentials::default()
            }),
            Self::Guest { full_name } => Some(Credentials {
                guest: true,
                full_name: Some(full_name.clone()),
                ..Credentials::default()
            }),
            Self::Provider(_) | Self::Token(_) | Self::Application => None,
        }
    }

    fn others(&self) -> Map<String, Value> {
        match self {
            Self::Provider(provider) => provider.fields(),
            Self::Login { .. }
            | Self::Email { .. }
            | Self::Token(_)
            | Self::Guest { .. }
            | Self::Application => Map::new(),
        }
    }

    /// Whether the same again gives another session of the same person.
    const fn is_renewable(&self) -> bool {
        !matches!(self, Self::Token(_) | Self::Guest { .. })
    }
}

/// Tokens and what is needed to get one.
#[derive(Debug)]
pub(super) struct Session {
    application_id: u64,
    auth_key: String,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    credentials: Option<SignIn>,
    token: Option<String>,
    /// Counts tokens, so that a call knows whether its token is still the last.
    generation: u64,
    /// Why renewing is of no use any more.
    refused: Option<ClientError>,
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("State")
            .field("generation", &self.generation)
            .finish_non_exhaustive()
    }
}

impl Session {
    pub(super) fn new(application_id: u64, auth_key: &str) -> Self {
        Self {
            application_id,
            auth_key: auth_key.to_owned(),
            state: Mutex::default(),
        }
    }

    /// Signs in and remembers how. What was remembered before is forgotten only
    /// when it worked.
    pub(super) async fn sign_in(
        &self,
        http: &Http,
        credentials: SignIn,
    ) -> Result<SessionBody, ClientError> {
        let mut state = self.state.lock().await;
        let body = self.open(http, &credentials).await?;
        *state = State {
            token: Some(body.session.token.clone()),
            credentials: Some(credentials),
            generation: state.generation + 1,
            refused: None,
        };
        Ok(body)
    }

    /// Makes the session, which is the application's, that of a person.
    pub(super) async fn upgrade(
        &self,
        http: &Http,
        credentials: SignIn,
    ) -> Result<UserBody, ClientError> {
        let mut body = credentials.others();
        if let Some(user) = credentials.user() {
            match serde_json::to_value(&user) {
                Ok(Value::Object(fields)) => body.extend(fields),
                _ => return Err(ClientError::BadConnection),
            }
        }
        let request = Request::with_body(Method::POST, "/login", body.into());
        let (token, _) = self.token(http, None).await?;
        let answer = http.ask(&request, Pass::Token(&token)).await?;
        if answer.is_expired() {
            return Err(ClientError::SignInRefused);
        }
        let user = answer.check()?.json()?;
        self.state.lock().await.credentials = Some(credentials);
        Ok(user)
    }

    /// Makes the session, which is a person's, that of the application.
    pub(super) async fn downgrade(&self, http: &Http) -> Result<(), ClientError> {
        self.ask(http, &Request::delete("/login", Vec::new()))
            .await?;
        self.state.lock().await.credentials = Some(SignIn::Application);
        Ok(())
    }

    /// The token as it is, if there is one.
    pub(super) async fn held_token(&self) -> Option<Secret> {
        self.state.lock().await.token.clone().map(Secret::new)
    }

    /// The application's key.
    pub(super) fn key(&self) -> &str {
        &self.auth_key
    }

    /// Forgets everything and tells the last token.
    pub(super) async fn forget(&self) -> Option<String> {
        let mut state = self.state.lock().await;
        let token = state.token.take();
        *state = State {
            generation: state.generation + 1,
            ..State::default()
        };
        token
    }

    /// Asks with a token; once more with a new one if that ran out.
    pub(super) async fn ask(&self, http: &Http, request: &Request) -> Result<Answer, ClientError> {
        self.ask_unchecked(http, request).await?.check()
    }

    /// The same, whatever the answer says.
    pub(super) async fn ask_unchecked(
        &self,
        http: &Http,
        request: &Request,
    ) -> Result<Answer, ClientError> {
        let (token, generation) = self.token(http, None).await?;
        let mut answer = http.ask(request, Pass::Token(&token)).await?;
        if answer.is_expired() {
            let (token, _) = self.token(http, Some(generation)).await?;
            answer = http.ask(request, Pass::Token(&token)).await?;
        }
        if !answer.status.is_success() {
            answer.note(request);
        }
        Ok(answer)
    }

    /// The token and its number; a newer one than `stale`. Whoever comes while
    /// it is renewed waits here for the lock and finds it done.
    pub(super) async fn token(
        &self,
        http: &Http,
        stale: Option<u64>,
    ) -> Result<(String, u64), ClientError> {
        let mut state = self.state.lock().await;
        if let Some(refused) = state.refused {
            return Err(refused);
        }
        if let Some(token) = &state.token
            && stale != Some(state.generation)
        {
            return Ok((token.clone(), state.generation));
        }
        let Some(credentials) = state.credentials.clone() else {
            return Err(ClientError::Expired);
        };
        if !credentials.is_renewable() {
            state.refused = Some(ClientError::Expired);
            return Err(ClientError::Expired);
        }
        tracing::info!("the session ran out and is renewed");
        match self.open(http, &credentials).await {
            Ok(body) => {
                state.generation += 1;
                state.token = Some(body.session.token.clone());
                Ok((body.session.token, state.generation))
            }
            Err(error) => {
                if error == ClientError::SignInRefused {
                    state.refused = Some(error);
                }
                Err(error)
            }
        }
    }

    async fn open(&self, http: &Http, credentials: &SignIn) -> Result<SessionBody, ClientError> {
        let answer = if let SignIn::Token(token) = credentials {
            let request = Request::get("/session", Vec::new());
            http.ask(&request, Pass::Token(token.expose())).await?
        } else {
            let new = NewSession {
                application_id: self.application_id,
                auth_key: self.auth_key.clone(),
                user: credentials.user(),
                other: credentials.others(),
            };
            let body = serde_json::to_value(&new).map_err(|_| ClientError::BadConnection)?;
            let request = Request::with_body(Method::POST, "/session", body);
            http.ask(&request, Pass::None).await?
        };
        if answer.is_expired() {
            return Err(ClientError::SignInRefused);
        }
        let mut body: SessionBody = answer.check()?.json()?;
        if let SignIn::Token(token) = credentials {
            token.expose().clone_into(&mut body.session.token);
        }
        let is_nobodys = body.session.user_id == 0 && *credentials != SignIn::Application;
        if is_nobodys || body.session.token.is_empty() {
            return Err(ClientError::SignInRefused);
        }
        Ok(body)
    }
}
