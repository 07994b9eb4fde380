//! What happened to dialogs, people and receipts while somebody was away.

use anyhow::Result;
use kith_engine::DialogUpdate;
use kith_model::{Delivery, Role};
use kith_testkit::{ALEX, BEA, CAROL, Town};

#[tokio::test(flavor = "multi_thread")]
async fn names_pins_and_who_is_where_are_so_after_coming_back() -> Result<()> {
    let town = Town::open_plain().await?;
    let alex = town.person(ALEX).await?;
    let bea = town.person(BEA).await?;
    let carol = town.person(CAROL).await?;
    let kept = alex.group("Boat", &[&bea]).await?;
    let left = alex.group("Old crew", &[&bea, &carol]).await?;
    let deleted = alex.group("Done with", &[&bea]).await?;
    let id = alex.say(&kept, "Read this").await?;
    bea.hears(&id).await;
    for dialog in [&kept, &left, &deleted] {
        bea.dialog(dialog).await;
    }
    alex.sees(&id, Delivery::Delivered).await;
    let bea = bea.stop().await;

    let rename = DialogUpdate {
        name: Some("Ship".into()),
        ..DialogUpdate::default()
    };
    alex.engine.update_dialog(&kept, rename).await?;
    alex.engine.add_people(&kept, &[carol.id()]).await?;
    alex.engine.set_admin(&kept, BEA.id, true).await?;
    alex.engine.pin_message(&id, true).await?;
    alex.deeds_are_done().await;
    alex.engine.remove_people(&left, &[BEA.id]).await?;
    alex.engine
        .delete_dialogs(std::slice::from_ref(&deleted), true)
        .await?;
    let new = carol.private_with(BEA.id).await?;
    let hello = carol.say(&new, "hello").await?;
    carol.sees(&hello, Delivery::Sent).await;

    let bea = bea.returns().await?;
    bea.online().await;
    let entry = bea.dialog(&kept).await;
    assert_eq!(entry.dialog.name, "Ship");
    assert!(entry.dialog.occupants.contains(&carol.id()));
    assert_eq!(entry.role(bea.id()), Role::Admin);
    let pinned = bea.engine.store().pinned(&kept).await?;
    assert_eq!(pinned.len(), 1);
    assert!(bea.entry(&left).await.is_none(), "Bea was taken out of it");
    assert!(bea.entry(&deleted).await.is_none());
    bea.sees_unread(&new, 1).await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_it_and_who_has_read_it_is_told_after_coming_back() -> Result<()> {
    let town = Town::open_plain().await?;
    let alex = town.person(ALEX).await?;
    let bea = town.person(BEA).await?;
    let dialog = alex.private(&bea).await?;
    let bea = bea.stop().await;
    let mut ids = Vec::new();
    for number in 0..3 {
        ids.push(alex.say(&dialog, &format!("word {number}")).await?);
    }
    alex.sees(&ids[2], Delivery::Sent).await;
    let alex = alex.stop().await;
    let bea = bea.returns().await?;
    bea.hears(&ids[2]).await;
    bea.sees_unread(&dialog, 3).await;
    bea.engine.seen(&dialog, &ids[1]).await?;
    // That the server knows is seen from another device.
    let lap = town.device(BEA, "lap").await?;
    lap.sees_unread(&dialog, 1).await;
    let alex = alex.returns().await?;
    for id in &ids[..2] {
        alex.sees(id, Delivery::Read).await;
    }
    let last = alex.sees(&ids[2], Delivery::Delivered).await;
    assert_eq!(last.delivery, Delivery::Delivered, "nobody has seen it");
    Ok(())
}
