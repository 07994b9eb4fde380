//! The session: a token, kept fresh. When a call finds that it ran out, one
//! sign-in renews it and all calls that wait go on with the new one.

use kith_wire::rest::{Credentials, NewSession, SessionBody};
use reqwest::Method;
use serde_json::Map;
use tokio::sync::Mutex;

use super::http::{Answer, Http, Request};
use crate::{ClientError, Secret};

/// Tokens and what is needed to get one.
#[derive(Debug)]
pub(super) struct Session {
    application_id: u64,
    auth_key: String,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    credentials: Option<(String, Secret)>,
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
        login: &str,
        password: &Secret,
    ) -> Result<SessionBody, ClientError> {
        let mut state = self.state.lock().await;
        let body = self.open(http, login, password).await?;
        *state = State {
            credentials: Some((login.to_owned(), password.clone())),
            token: Some(body.session.token.clone()),
            generation: state.generation + 1,
            refused: None,
        };
        Ok(body)
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
        let (token, generation) = self.token(http, None).await?;
        let mut answer = http.ask(request, Some(&token)).await?;
        if answer.is_expired() {
            let (token, _) = self.token(http, Some(generation)).await?;
            answer = http.ask(request, Some(&token)).await?;
        }
        if !answer.status.is_success() {
            answer.note(request);
        }
        answer.check()
    }

    /// The token and its number; a newer one than `stale`. Whoever comes while
    /// it is renewed waits here for the lock and finds it done.
    async fn token(&self, http: &Http, stale: Option<u64>) -> Result<(String, u64), ClientError> {
        let mut state = self.state.lock().await;
        if let Some(refused) = state.refused {
            return Err(refused);
        }
        if let Some(token) = &state.token
            && stale != Some(state.generation)
        {
            return Ok((token.clone(), state.generation));
        }
        let Some((login, password)) = state.credentials.clone() else {
            return Err(ClientError::Expired);
        };
        tracing::info!("the session ran out and is renewed");
        match self.open(http, &login, &password).await {
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

    async fn open(
        &self,
        http: &Http,
        login: &str,
        password: &Secret,
    ) -> Result<SessionBody, ClientError> {
        let (name, email) = if login.contains('@') {
            (None, Some(login.to_owned()))
        } else {
            (Some(login.to_owned()), None)
        };
        let new = NewSession {
            application_id: self.application_id,
            auth_key: self.auth_key.clone(),
            user: Some(Credentials {
                login: name,
                email,
                password: Some(password.expose().to_owned()),
                ..Credentials::default()
            }),
            other: Map::new(),
        };
        let body = serde_json::to_value(&new).map_err(|_| ClientError::BadConnection)?;
        let request = Request::with_body(Method::POST, "/session", body);
        let answer = http.ask(&request, None).await?;
        if answer.is_expired() {
            return Err(ClientError::SignInRefused);
        }
        let body: SessionBody = answer.check()?.json()?;
        if body.session.user_id == 0 || body.session.token.is_empty() {
            return Err(ClientError::SignInRefused);
        }
        Ok(body)
    }
}
