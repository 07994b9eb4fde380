//! Signing in where it cannot work: each way of failing has a name of its own,
//! from which the user interface makes a sentence.

use std::net::TcpListener;
use std::sync::Arc;

use anyhow::Result;
use kith_client::Secret;
use kith_engine::{EngineError, sign_in};
use kith_model::{Connection, SystemClock};
use kith_testkit::{ALEX, Imposter, PASSWORD, Town, within};

async fn refusal(connection: &Connection, password: &str) -> EngineError {
    let secret = Secret::new(password);
    let attempt = sign_in(connection, ALEX.login, &secret, Arc::new(SystemClock));
    match within("the sign-in to fail", attempt).await {
        Ok(_) => panic!("this sign-in cannot have worked"),
        Err(error) => error,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password() -> Result<()> {
    let town = Town::open().await?;
    assert!(matches!(
        refusal(town.connection(), "wrong").await,
        EngineError::WrongPassword
    ));
    let secret = Secret::new(PASSWORD);
    let person = sign_in(
        town.connection(),
        ALEX.login,
        &secret,
        Arc::new(SystemClock),
    )
    .await?;
    assert_eq!(
        (person.id, person.full_name.as_str()),
        (ALEX.id, ALEX.full_name),
        "and the right one works after it"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_does_not_exist() -> Result<()> {
    let town = Town::open().await?;
    let connection = Connection {
        api_url: "https://nobody.invalid".to_owned(),
        ..town.connection().clone()
    };
    assert!(matches!(
        refusal(&connection, PASSWORD).await,
        EngineError::UnknownHost
    ));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_where_nobody_listens() -> Result<()> {
    let town = Town::open().await?;
    let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let connection = Connection {
        api_url: format!("https://127.0.0.1:{port}"),
        ..town.connection().clone()
    };
    assert!(matches!(
        refusal(&connection, PASSWORD).await,
        EngineError::Unreachable
    ));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_nobody_vouches_for() -> Result<()> {
    let town = Town::open().await?;
    let stranger = Town::open().await?;
    for ca_cert in [None, stranger.connection().ca_cert.clone()] {
        let connection = Connection {
            ca_cert,
            ..town.connection().clone()
        };
        assert!(matches!(
            refusal(&connection, PASSWORD).await,
            EngineError::Certificate
        ));
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn something_else_answers() -> Result<()> {
    let town = Town::open().await?;
    let pages = [
        Imposter::page(
            "text/html",
            "<!doctype html><title>Welcome to the hotel</title>",
        )
        .await?,
        Imposter::page("application/json", "{\"session\":").await?,
        Imposter::page("application/json", "{\"unexpected\":true}").await?,
        Imposter::page("text/plain", "").await?,
    ];
    for page in pages {
        let connection = Connection {
            api_url: page.url(),
            ..town.connection().clone()
        };
        let error = refusal(&connection, PASSWORD).await;
        assert!(matches!(error, EngineError::NotAServer), "{error:?}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn something_that_does_not_speak_http_answers() -> Result<()> {
    let town = Town::open().await?;
    let imposter = Imposter::answering("220 mail ready\r\n").await?;
    let connection = Connection {
        api_url: imposter.url(),
        ..town.connection().clone()
    };
    let error = refusal(&connection, PASSWORD).await;
    assert!(
        matches!(error, EngineError::NotAServer | EngineError::Unreachable),
        "{error:?}"
    );
    Ok(())
}
