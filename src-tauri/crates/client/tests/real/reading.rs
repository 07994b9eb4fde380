//! History and read states.

use anyhow::{Context, Result};
use kith_client::{HistoryQuery, Link};

use crate::house::*;

#[tokio::test]
async fn history_is_paged_by_seconds_and_never_marks_as_read() -> Result<()> {
    let house = House::open().await?;
    let (ada_rest, bob_rest) = (house.rest("ada").await?, house.rest("bob").await?);
    let (dialog, to_bob) = private_dialog(&ada_rest, house.bob).await?;
    let mut ada = house.chat(house.ada);
    ada.link(Link::Fresh).await?;
    let (ids, mut sent) = (ids(), Vec::new());
    for n in 0..250 {
        let id = next(&ids);
        ada.say(&to_bob, &id, &format!("{n}")).await?;
        sent.push(id);
    }
    ada.acknowledged(sent.last().context("sent")?).await?;
    let newest = bob_rest
        .history(&HistoryQuery::newest(dialog.clone(), 20))
        .await?;
    assert_eq!(newest.len(), 20);
    let all = bob_rest
        .history(&HistoryQuery::newest(dialog.clone(), 1000))
        .await?;
    assert_eq!(all.len(), 250, "more than a page is several pages");
    let last = now_seconds() + 10;
    let from = HistoryQuery {
        sent_after: Some(last),
        ..HistoryQuery::newest(dialog.clone(), 10)
    };
    assert_eq!(bob_rest.history(&from).await?.len(), 0);
    let until = HistoryQuery {
        sent_before: Some(last),
        newest_first: false,
        skip: 245,
        ..HistoryQuery::newest(dialog.clone(), 10)
    };
    assert_eq!(bob_rest.history(&until).await?.len(), 5);
    let state = bob_rest.dialog(&dialog).await?.context("bob's dialog")?;
    assert_eq!(state.unread, 250, "reading history is not reading");
    assert_eq!(state.last_message.map(|m| m.body), Some("249".to_owned()));
    bob_rest.mark_read(&dialog, &sent).await?;
    bob_rest.mark_read(&dialog, &[]).await?;
    assert_eq!(
        bob_rest
            .dialog(&dialog)
            .await?
            .context("bob's dialog")?
            .unread,
        0
    );
    let found = bob_rest.messages_by_id(&dialog, &sent[..120]).await?;
    assert_eq!(found.len(), 120);
    assert_eq!(
        bob_rest
            .history(&HistoryQuery::newest(
                "65a0000000000000000000ff".parse()?,
                1
            ))
            .await
            .ok(),
        None
    );
    house.server.stop().await;
    Ok(())
}
