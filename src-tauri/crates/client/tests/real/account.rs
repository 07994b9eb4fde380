//! One's own account: made, opened in every way, changed, deleted; and reports.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use kith_client::{
    AccountError, ClientError, NewAccount, PeopleBy, ProfileUpdate, Provider, ReportError, Rest,
    Secret, SignIn,
};
use serde_json::{Map, Value, json};

use crate::house::*;

fn fields(value: Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap_or_default()
}

#[tokio::test]
async fn an_account_is_made_and_opened_in_every_way() -> Result<()> {
    let house = House::open().await?;
    let rest = house.nobody()?;
    let new = NewAccount {
        login: "zoe".into(),
        email: "zoe@example.org".into(),
        password: Some(Secret::new("a long secret")),
        full_name: "Zoe Zed".into(),
        tags: vec!["team".into(), "admin".into()],
        external_id: "x-1".into(),
    };
    let made = rest.sign_up(&new).await?;
    assert_eq!(made.person.full_name, "Zoe Zed");
    assert_eq!(made.person.tags, ["team", "admin"]);
    assert_eq!(made.external_id.as_deref(), Some("x-1"));
    assert_eq!(rest.sign_up(&new).await, Err(AccountError::Taken));
    let short = NewAccount {
        login: "yo".into(),
        email: String::new(),
        ..new.clone()
    };
    assert_eq!(
        rest.sign_up(&short).await,
        Err(AccountError::Invalid(vec!["login".into()]))
    );
    assert_eq!(
        rest.dialogs(None).await,
        Err(ClientError::Expired),
        "a sign-up signs nobody in"
    );
    let password = Secret::new("a long secret");
    let ways = [
        SignIn::Login {
            login: "zoe".into(),
            password: password.clone(),
        },
        SignIn::Email {
            email: "zoe@example.org".into(),
            password: password.clone(),
        },
        SignIn::by_name("zoe@example.org", &password),
    ];
    for way in ways {
        let who = rest.sign_in_with(way).await?;
        assert_eq!(who.person.id, made.person.id);
    }
    let token = rest.live_token().await?;
    let other = house.nobody()?;
    let who = other.sign_in_with(SignIn::Token(token.clone())).await?;
    assert_eq!(who.person.id, made.person.id);
    assert_eq!(other.dialogs(None).await?.len(), 0);
    house.server.faults().expire_tokens().await?;
    assert_eq!(
        other.dialogs(None).await,
        Err(ClientError::Expired),
        "a token that was brought along cannot be renewed"
    );
    assert_eq!(
        other.sign_in_with(SignIn::Token(token)).await,
        Err(ClientError::SignInRefused)
    );
    let facebook = SignIn::Provider(Provider::Token {
        name: "facebook".into(),
        token: Secret::new("t"),
    });
    assert!(
        matches!(
            other.sign_in_with(facebook).await,
            Err(ClientError::Rejected(_))
        ),
        "this server knows no other providers"
    );
    let guest = other
        .sign_in_with(SignIn::Guest {
            full_name: "Guest".into(),
        })
        .await?;
    assert_eq!(guest.person.full_name, "Guest");

    // The application first, the person afterwards.
    let third = house.nobody()?;
    third.open_application().await?;
    assert_eq!(third.dialogs(None).await, Err(ClientError::NotAllowed));
    let wrong = SignIn::Login {
        login: "zoe".into(),
        password: Secret::new("wrong secret"),
    };
    assert_eq!(third.log_in(wrong).await, Err(ClientError::SignInRefused));
    third.log_in(SignIn::by_name("zoe", &password)).await?;
    assert_eq!(third.dialogs(None).await?.len(), 0);
    house.server.faults().expire_tokens().await?;
    assert_eq!(third.dialogs(None).await?.len(), 0, "renewed as the person");
    third.log_out().await?;
    assert_eq!(third.dialogs(None).await, Err(ClientError::NotAllowed));
    house.server.stop().await;
    Ok(())
}

#[tokio::test]
async fn a_profile_is_changed_and_an_account_deleted() -> Result<()> {
    let house = House::open().await?;
    let rest = house.rest("ada").await?;
    let me = house.ada;
    let changed = rest
        .update_profile(
            me,
            &ProfileUpdate {
                full_name: Some("Ada L.".into()),
                email: Some("ada@example.org".into()),
                phone: Some("+44 1".into()),
                website: Some("https://example.org".into()),
                avatar: Some("0011223344556677889900aabbccddee00".into()),
                custom_data: Some("{}".into()),
                tags: Some(vec!["maths".into(), "logic".into()]),
                timezone: Some(60),
                ..ProfileUpdate::default()
            },
        )
        .await?;
    assert_eq!(changed.person.full_name, "Ada L.");
    assert_eq!(changed.phone.as_deref(), Some("+44 1"));
    assert_eq!(changed.timezone, Some(60));
    let bob = house.rest("bob").await?;
    let seen = bob.profile(me).await?.context("ada")?;
    assert_eq!(seen.person.avatar, changed.person.avatar);
    let cleared = ProfileUpdate {
        avatar: Some(String::new()),
        ..ProfileUpdate::default()
    };
    let cleared = rest.update_profile(me, &cleared).await?;
    assert_eq!(cleared.person.avatar, None);
    assert_eq!(
        cleared.person.full_name, "Ada L.",
        "what is not named stays"
    );

    for (by, text) in [
        (PeopleBy::Name, "Ada L"),
        (PeopleBy::Login, "ada"),
        (PeopleBy::Email, "ada@example.org"),
        (PeopleBy::Tag, "maths"),
        (PeopleBy::Tag, "logic"),
        (PeopleBy::Phone, "+44 1"),
    ] {
        let found = bob.find_people_by(by, text).await?;
        let found: Vec<_> = found.into_iter().map(|person| person.id).collect();
        assert_eq!(found, [me], "{by:?}");
    }
    assert_eq!(bob.find_people_by(PeopleBy::Tag, "mat").await?.len(), 0);
    let zoe = house.nobody()?;
    let new = NewAccount {
        login: "zoe".into(),
        email: String::new(),
        password: Some(Secret::new("a long secret")),
        full_name: "Zoe Zed".into(),
        tags: Vec::new(),
        external_id: "x-1".into(),
    };
    let zoe = zoe.sign_up(&new).await?.person.id;
    let found = bob.find_people_by(PeopleBy::ExternalId, "x-1").await?;
    assert_eq!(found.iter().map(|who| who.id).collect::<Vec<_>>(), [zoe]);
    assert_eq!(
        bob.find_people_by(PeopleBy::ExternalId, "none")
            .await?
            .len(),
        0
    );

    let password = |old: &str| ProfileUpdate {
        password: Some((Secret::new(old), Secret::new("another secret"))),
        ..ProfileUpdate::default()
    };
    assert_eq!(
        rest.update_profile(me, &password("wrong")).await,
        Err(AccountError::WrongPassword)
    );
    rest.update_profile(me, &password(PASSWORD)).await?;
    house
        .nobody()?
        .sign_in("ada", &Secret::new("another secret"))
        .await?;
    let taken = ProfileUpdate {
        email: Some("ada@example.org".into()),
        ..ProfileUpdate::default()
    };
    assert_eq!(
        bob.update_profile(house.bob, &taken).await,
        Err(AccountError::Taken)
    );
    rest.reset_password("ada@example.org").await?;
    rest.delete_account(me).await?;
    assert_eq!(bob.profile(me).await?, None);
    assert_eq!(rest.dialogs(None).await, Err(ClientError::Expired));
    house.server.stop().await;
    Ok(())
}

#[tokio::test]
async fn who_is_online_is_listed_and_counted() -> Result<()> {
    let house = House::open().await?;
    let rest = house.rest("ada").await?;
    let before = rest.online_count().await?;
    let mut bob = house.chat(house.bob);
    bob.link(kith_client::Link::Fresh).await?;
    let online = rest.online_people(0, 100).await?;
    assert!(online.iter().any(|person| person.id == house.bob));
    assert_eq!(rest.online_count().await?, online.len() as u64);
    assert!(rest.online_count().await? > before || before > 0);
    house.server.stop().await;
    Ok(())
}

#[tokio::test]
async fn reports_go_to_the_moderators() -> Result<()> {
    let house = House::open().await?;
    let rest = house.rest("ada").await?;
    assert_eq!(
        rest.report_person(house.bob, "spam").await,
        Err(ReportError::NotEnabled)
    );
    house
        .admin(&["class", "create", "UserReports", "--reports"])
        .await?;
    house
        .admin(&["class", "create", "MessageReports", "--reports"])
        .await?;
    rest.report_person(house.bob, "spam").await?;
    let message = next(&ids());
    rest.report_message(&message, "rude").await?;
    house.admin(&["user", "moderator", "bob"]).await?;
    let bob = house.rest("bob").await?;
    let reports = bob
        .records("MessageReports", &BTreeMap::new(), 0)
        .await?
        .records;
    assert_eq!(reports.len(), 1);
    assert_eq!(reports[0].by, Some(house.ada));
    assert_eq!(
        reports[0].fields["reportedMessageId"],
        json!(message.as_str())
    );
    let reports = bob
        .records("UserReports", &BTreeMap::new(), 0)
        .await?
        .records;
    assert_eq!(reports[0].fields["reportedUserId"], json!(house.bob.0));
    house.server.stop().await;
    Ok(())
}

#[tokio::test]
async fn records_are_made_found_changed_and_deleted() -> Result<()> {
    let house = House::open().await?;
    house.admin(&["class", "create", "Cars"]).await?;
    let rest = house.rest("ada").await?;
    let one = rest
        .create_record("Cars", &fields(json!({ "make": "BMW", "age": 1 })))
        .await?;
    assert_eq!(
        (one.by, one.fields["make"].as_str()),
        (Some(house.ada), Some("BMW"))
    );
    assert!(one.created_at.is_some());
    let more = rest
        .create_records(
            "Cars",
            vec![
                fields(json!({ "make": "Fiat", "age": 5 })),
                fields(json!({ "make": "Saab", "age": 9 })),
            ],
        )
        .await?;
    assert_eq!(more.len(), 2);
    let filter = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
        let own = pairs.iter();
        own.map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect()
    };
    let old = rest
        .records(
            "Cars",
            &filter(&[("age[gt]", "4"), ("sort_desc", "age")]),
            0,
        )
        .await?;
    let makes: Vec<_> = old
        .records
        .iter()
        .map(|r| r.fields["make"].clone())
        .collect();
    assert_eq!(makes, [json!("Saab"), json!("Fiat")]);
    let page = rest.records("Cars", &filter(&[("limit", "2")]), 0).await?;
    assert!(page.has_more && page.records.len() == 2);
    let changed = rest
        .update_record(
            "Cars",
            &one.id,
            &fields(json!({ "make": "Audi", "inc": { "age": 2 } })),
        )
        .await?;
    assert_eq!(changed.fields["make"], json!("Audi"));
    assert_eq!(changed.fields["age"], json!(3));
    let several = vec![fields(json!({ "id": more[0].id, "make": "Lada" }))];
    assert_eq!(
        rest.update_records("Cars", several).await?[0].fields["make"],
        json!("Lada")
    );
    let all_old = json!({ "age": { "gt": 4 } });
    let changed = rest
        .update_records_where("Cars", &all_old, &fields(json!({ "make": "Old" })))
        .await?;
    assert_eq!(changed.len(), 2);
    let ids = [one.id.clone(), more[0].id.clone()];
    assert_eq!(rest.records_by_id("Cars", &ids).await?.len(), 2);
    assert_eq!(rest.delete_records("Cars", &ids[..1]).await?, ids[..1]);
    assert_eq!(rest.delete_records("Cars", &ids).await?, ids[1..]);
    let gone = rest
        .delete_records_where("Cars", &filter(&[("age[gt]", "0")]))
        .await?;
    assert_eq!(gone, 1);
    assert_eq!(
        rest.create_record("Nothing", &Map::new()).await,
        Err(ClientError::Gone)
    );
    house.server.stop().await;
    Ok(())
}

/// Twenty calls that find the session gone renew it once between them.
#[tokio::test]
async fn a_password_that_changed_ends_renewing() -> Result<()> {
    let house = House::open().await?;
    let rest = house.rest("ada").await?;
    let admin = house.rest("ada").await?;
    let change = ProfileUpdate {
        password: Some((Secret::new(PASSWORD), Secret::new("another secret"))),
        ..ProfileUpdate::default()
    };
    admin.update_profile(house.ada, &change).await?;
    house.server.faults().expire_tokens().await?;
    let calls = (0..20).map(|_| Rest::dialogs(&rest, None));
    for answer in futures::future::join_all(calls).await {
        assert_eq!(answer, Err(ClientError::SignInRefused));
    }
    rest.sign_in("ada", &Secret::new("another secret")).await?;
    assert_eq!(rest.dialogs(None).await?.len(), 0);
    house.server.stop().await;
    Ok(())
}
