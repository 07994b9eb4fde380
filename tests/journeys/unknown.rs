//! A message that was on a stream that broke: before it is sent again, the
//! server's history is asked for its id. Until the answer is there its dialog
//! waits, and the others go on.

use std::sync::Arc;

use anyhow::Result;
use kith_client::{Rest, Secret};
use kith_model::{Clock as _, Delivery, DialogId, MessageId, SystemClock};
use kith_testkit::{ALEX, BEA, CAROL, PASSWORD, TestPerson, Town, Turnstile, within};

/// Alex behind a turnstile, Bea and Carol, and Alex's dialogs with both.
struct Scene {
    town: Town,
    turnstile: Turnstile,
    alex: TestPerson,
    bea: TestPerson,
    carol: TestPerson,
    with_bea: DialogId,
    with_carol: DialogId,
}

impl Scene {
    async fn open() -> Result<Self> {
        let town = Town::open_plain().await?;
        let turnstile = Turnstile::before(town.connection(), |_| false).await?;
        let path = town.folder().join("alex-desk.db");
        let connection = turnstile.lead(town.connection());
        let alex = TestPerson::start(ALEX, connection, path, Arc::new(SystemClock)).await?;
        alex.online().await;
        let bea = town.person(BEA).await?;
        let carol = town.person(CAROL).await?;
        let with_bea = alex.private(&bea).await?;
        let with_carol = alex.private(&carol).await?;
        for (person, dialog) in [(&bea, &with_bea), (&carol, &with_carol)] {
            let first = alex.say(dialog, "first").await?;
            person.hears(&first).await;
            alex.sees(&first, Delivery::Delivered).await;
        }
        Ok(Self {
            town,
            turnstile,
            alex,
            bea,
            carol,
            with_bea,
            with_carol,
        })
    }

    /// Waits until the history was asked for this message; the answer is held
    /// back from then on.
    async fn is_asked_for(&self, id: &MessageId) {
        let wanted = id.to_string();
        self.turnstile
            .until("the question for the message", |asked| {
                asked.waiting.iter().any(|line| line.contains(&wanted))
            })
            .await;
    }

    fn hold_the_answer(&self, id: &MessageId) {
        let wanted = id.to_string();
        self.turnstile.hold(move |line| line.contains(&wanted));
    }

    /// What is written meanwhile waits in this dialog, and goes in the other.
    async fn others_go_on(&self) -> Result<MessageId> {
        let behind = self.alex.say(&self.with_bea, "behind it").await?;
        let beside = self.alex.say(&self.with_carol, "beside it").await?;
        self.carol.hears(&beside).await;
        let held = self.alex.message(&behind).await.expect("on disk");
        assert_eq!(held.delivery, Delivery::Queued, "it does not overtake");
        assert!(self.bea.message(&behind).await.is_none());
        Ok(behind)
    }

    async fn way(&self, id: &MessageId) -> Result<Vec<String>> {
        let journal = self.alex.engine.journal(id).await?;
        Ok(journal.into_iter().map(|entry| entry.reason).collect())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_server_has_is_not_sent_again() -> Result<()> {
    let scene = Scene::open().await?;
    let (faults, alex) = (scene.town.faults(), &scene.alex);
    // Nobody is there whose receipt would tell that it has arrived.
    let Scene { bea, .. } = &scene;
    let rest = Rest::new(scene.town.connection().clone(), Arc::new(SystemClock))?;
    rest.sign_in(BEA.login, &Secret::new(PASSWORD)).await?;
    bea.engine.stop().await;
    faults.swallow_acks(true);
    let id = alex.say(&scene.with_bea, "did it arrive?").await?;
    let ids = std::slice::from_ref(&id);
    within("the server to have it", async {
        while rest.messages_by_id(&scene.with_bea, ids).await?.is_empty() {}
        anyhow::Ok(())
    })
    .await?;
    let held = alex.message(&id).await.expect("on disk");
    assert_eq!(held.delivery, Delivery::Sending, "nobody has told Alex");
    scene.hold_the_answer(&id);
    faults.forget_sessions();
    faults.cut_links(Some(alex.id().0));
    faults.forget_sessions();
    faults.swallow_acks(false);
    scene.is_asked_for(&id).await;
    let behind = scene.others_go_on().await?;
    scene.turnstile.hold(|_| false);
    alex.sees(&behind, Delivery::Sent).await;
    alex.sees(&id, Delivery::Sent).await;
    let way = scene.way(&id).await?;
    assert_eq!(
        way,
        ["written", "handed_over", "link_broke", "found"],
        "and not handed over once more"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_server_has_not_is_sent_again_and_nothing_overtakes_it() -> Result<()> {
    let scene = Scene::open().await?;
    let (faults, alex) = (scene.town.faults(), &scene.alex);
    // The link ends between the note that it leaves and its leaving.
    faults.refuse_connections(true);
    faults.forget_sessions();
    alex.offline().await;
    let id = alex.say(&scene.with_bea, "half-way out").await?;
    let mut write = alex.engine.store().write().await?;
    let left = write.handing_over(&id, SystemClock.now()).await?;
    assert!(left.is_some());
    write.commit().await?;
    scene.hold_the_answer(&id);
    faults.refuse_connections(false);
    alex.engine.reconnect_now();
    scene.is_asked_for(&id).await;
    let behind = scene.others_go_on().await?;
    let handed = |way: &[String]| way.iter().filter(|step| *step == "handed_over").count();
    let way = scene.way(&id).await?;
    assert_eq!(handed(&way), 1, "not before the answer: {way:?}");
    scene.turnstile.hold(|_| false);
    scene.bea.hears(&behind).await;
    let way = scene.way(&id).await?;
    assert!(way.contains(&"not_on_server".to_owned()), "{way:?}");
    assert_eq!(handed(&way), 2, "{way:?}");
    assert_eq!(
        scene.bea.texts(&scene.with_bea).await,
        ["first", "half-way out", "behind it"]
    );
    Ok(())
}
