//! People, dialogs and sessions.

use anyhow::Result;
use kith_client::{ClientError, Secret};
use kith_model::{DialogKind, Timestamp, UserId};

use crate::house::*;

#[tokio::test]
async fn people_and_dialogs_are_found() -> Result<()> {
    let house = House::open().await?;
    for n in 0..130 {
        let login = format!("person{n:03}");
        house
            .server
            .add_person(Some(5000 + n), &login, PASSWORD, &format!("Person {n}"))
            .await?;
    }
    let rest = house.rest("ada").await?;
    let signed_in = rest.sign_in("ada", &Secret::new(PASSWORD)).await?;
    assert_eq!(
        (signed_in.person.id, signed_in.person.full_name.as_str()),
        (house.ada, "Ada Lovelace")
    );
    let many: Vec<_> = (0..130).map(|n| UserId(5000 + n)).collect();
    assert_eq!(rest.people(&many).await?.len(), 130);
    assert_eq!(rest.people(&[]).await?.len(), 0);
    let names = |people: Vec<kith_model::Person>| {
        people.into_iter().map(|p| p.full_name).collect::<Vec<_>>()
    };
    assert_eq!(names(rest.find_people("Bob Ross").await?), ["Bob Ross"]);
    assert_eq!(names(rest.find_people("bo").await?), ["Bob Ross"]);
    assert!(rest.find_people("").await?.len() > 50);
    assert_eq!(
        names(rest.find_people("nobody at all").await?),
        Vec::<String>::new()
    );
    for n in 0..110 {
        rest.create_dialog(
            DialogKind::Group,
            &format!("Group {n}"),
            &[UserId(5000 + n)],
        )
        .await?;
    }
    let all = rest.dialogs(None).await?;
    assert_eq!(all.len(), 110, "all pages");
    assert_eq!(
        rest.dialogs(Some(Timestamp::from_seconds(now_seconds() + 60)))
            .await?
            .len(),
        0
    );
    assert_eq!(
        rest.dialogs(Some(Timestamp::from_seconds(now_seconds() - 600)))
            .await?
            .len(),
        110
    );
    assert_eq!(
        rest.dialog(&"65a0000000000000000000ff".parse()?).await?,
        None
    );
    rest.sign_out().await;
    assert_eq!(rest.dialogs(None).await, Err(ClientError::Expired));
    house.server.stop().await;
    Ok(())
}

#[tokio::test]
async fn a_session_that_ran_out_is_renewed_without_a_word() -> Result<()> {
    let house = House::open().await?;
    let rest = house.rest("ada").await?;
    house.server.faults().expire_tokens().await?;
    let calls = (0..10).map(|_| rest.dialogs(None));
    for answer in futures::future::join_all(calls).await {
        assert_eq!(answer?.len(), 0);
    }
    house.server.stop().await;
    Ok(())
}
