//! Odd things that people and servers send.

use anyhow::Result;
use kith_model::Delivery;
use kith_testkit::{ALEX, BEA, CAROL, Town};

#[tokio::test(flavor = "multi_thread")]
async fn a_message_of_200_kilobytes_arrives_or_is_kept_with_its_reason() -> Result<()> {
    let town = Town::open().await?;
    let alex = town.person(ALEX).await?;
    let bea = town.person(BEA).await?;
    let dialog = alex.private(&bea).await?;
    let small = alex.say(&dialog, "before").await?;
    bea.hears(&small).await;

    let text = "0123456789".repeat(20_000);
    match alex.say(&dialog, &text).await {
        Ok(id) => {
            let settled = alex
                .until("the large message settled", || async {
                    alex.message(&id).await.filter(|held| {
                        held.delivery == Delivery::Failed || held.delivery >= Delivery::Sent
                    })
                })
                .await;
            if settled.delivery == Delivery::Failed {
                assert!(settled.failure.is_some(), "a failed message says why");
                assert_eq!(
                    alex.engine.discard(&id).await?,
                    text,
                    "and gives its text back"
                );
            } else {
                assert_eq!(bea.hears(&id).await.message.body, text);
            }
        }
        Err(error) => {
            let code = error.downcast_ref::<kith_engine::EngineError>();
            assert!(
                matches!(code, Some(kith_engine::EngineError::TooLarge)),
                "{error:?}"
            );
        }
    }
    let after = alex.say(&dialog, "after").await?;
    bea.hears(&after).await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn markup_and_line_breaks_in_names_and_texts_stay_what_they_are() -> Result<()> {
    let town = Town::open().await?;
    let alex = town.person(ALEX).await?;
    let bea = town.person(BEA).await?;
    let carol = town.person(CAROL).await?;
    let name = "<script>alert(1)</script> & \"friends\" \u{202e}\u{1f6a3}";
    let dialog = alex.group(name, &[&bea, &carol]).await?;
    let texts = [
        "<b>bold</b> & <img src=x onerror=alert(1)> ]]> &amp; &#x41;",
        "two\nlines\n\n  and spaces  ",
        "\u{1f469}\u{200d}\u{1f469}\u{200d}\u{1f467} \u{645}\u{631}\u{62d}\u{628}\u{627}",
    ];
    for text in texts {
        let id = alex.say(&dialog, text).await?;
        for person in [&bea, &carol] {
            assert_eq!(person.hears(&id).await.message.body, text);
        }
    }
    assert_eq!(bea.dialog(&dialog).await.dialog.name, name);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_character_that_xml_cannot_carry_does_not_break_the_link() -> Result<()> {
    let town = Town::open().await?;
    let alex = town.person(ALEX).await?;
    let bea = town.person(BEA).await?;
    let dialog = alex.private(&bea).await?;
    let odd = alex
        .say(&dialog, "bell \u{7} and null \u{0} and half \u{fffe}")
        .await?;
    let after = alex.say(&dialog, "after").await?;
    bea.hears(&after).await;
    let held = bea.hears(&odd).await;
    assert!(
        held.message.body.starts_with("bell "),
        "the rest of the text arrives"
    );
    Ok(())
}
