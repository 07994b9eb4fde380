//! Links that break (XEP-0198).

use kith_wire::xml::Element;
use kith_wire::xmpp::ns;

use crate::town::{ANN, BOB, Live, Over, PASSWORD, Town, id};

async fn resume(town: &Town, user: u64, previd: &str, h: u32) -> (Live, Element) {
    let mut live = Live::connect(town.server.ready(), Over::Tcp).await;
    live.log_in(user, PASSWORD).await;
    live.send(&format!(
        "<resume xmlns='{}' previd='{previd}' h='{h}'/>",
        ns::SM
    ))
    .await;
    let answer = live.until("an answer", |e| e.ns == ns::SM).await;
    (live, answer)
}

#[tokio::test]
async fn a_cut_link_resumes_without_loss_or_repetition() {
    let town = Town::open().await;
    let mut ann = town.live(ANN, Over::Tcp).await;
    let mut bob = town.live(BOB, Over::WebSocket).await;
    let previd = bob.manage().await;
    let to = ann.user(BOB);
    ann.say(&to, "chat", &id(1), "one").await;
    bob.message(&id(1)).await;
    bob.until("the server's question", |e| e.is("r", ns::SM))
        .await;
    bob.send(&format!("<a xmlns='{}' h='1'/>", ns::SM)).await;
    ann.say(&to, "chat", &id(2), "two").await;
    bob.message(&id(2)).await;
    bob.say(&bob.user(ANN), "chat", &id(9), "from me").await;
    ann.message(&id(9)).await;

    town.server.faults().cut_links(Some(BOB));
    while bob.next().await.is_some() {}
    ann.say(&to, "chat", &id(3), "three").await;
    ann.settle().await;

    let (mut bob, answer) = resume(&town, BOB, &previd, 1).await;
    assert_eq!(answer.local(), "resumed");
    assert_eq!(answer.attr("h"), Some("1"), "what was taken before the cut");
    let mut again = Vec::new();
    while again.len() < 2 {
        again.push(bob.until("a message", |e| e.local() == "message").await);
    }
    let ids: Vec<_> = again
        .iter()
        .filter_map(|message| message.attr("id"))
        .collect();
    assert_eq!(
        ids,
        [id(2), id(3)],
        "what was not acknowledged, in order, and nothing else"
    );
    assert_eq!(
        town.server.faults().sessions_of(BOB),
        1,
        "it is the same session"
    );
}

#[tokio::test]
async fn a_forgotten_session_fails_with_a_count() {
    let town = Town::open().await;
    let mut bob = town.live(BOB, Over::Tcp).await;
    let previd = bob.manage().await;
    town.server.faults().forget_sessions();
    town.server.faults().cut_links(Some(BOB));
    while bob.next().await.is_some() {}
    let (mut bob, answer) = resume(&town, BOB, &previd, 0).await;
    assert_eq!(answer.local(), "failed");
    assert!(answer.attr("h").is_some(), "strict clients loop without it");
    bob.bind().await;
}

#[tokio::test]
async fn swallowed_acknowledgements_hide_nothing_but_themselves() {
    let town = Town::open().await;
    let token = town.token("ann").await;
    let mut ann = town.live(ANN, Over::Tcp).await;
    ann.manage().await;
    town.server.faults().swallow_acks(true);
    ann.say(&ann.user(BOB), "chat", &id(1), "x").await;
    ann.send(&format!("<r xmlns='{}'/>", ns::SM)).await;
    ann.settle().await;
    assert_eq!(
        town.stored(&token, &id(1)).await["message"],
        "x",
        "stored all the same"
    );
    town.server.faults().swallow_acks(false);
    assert_eq!(ann.acked().await, 2, "the message and the ping");
}

#[tokio::test]
async fn acknowledgements_in_the_wrong_order_are_the_same_numbers() {
    let town = Town::open().await;
    let mut ann = town.live(ANN, Over::Tcp).await;
    ann.manage().await;
    town.server.faults().reorder_acks(true);
    let to = ann.user(BOB);
    for n in 1..=5 {
        ann.say(&to, "chat", &id(n), "x").await;
        ann.send(&format!("<r xmlns='{}'/>", ns::SM)).await;
    }
    let mut counts = Vec::new();
    while counts.len() < 3 {
        counts.push(ann.until("an acknowledgement", |e| e.is("a", ns::SM)).await);
    }
    ann.settle().await;
    town.server.faults().reorder_acks(false);
    while counts.len() < 5 {
        counts.push(ann.until("an acknowledgement", |e| e.is("a", ns::SM)).await);
    }
    let counts: Vec<_> = counts.iter().filter_map(|a| a.attr("h")).collect();
    assert_eq!(
        counts,
        ["3", "2", "1", "5", "4"],
        "three at a time, the rest when it is taken back, the newest first"
    );
    assert_eq!(
        ann.acked().await,
        6,
        "in order again: messages and the ping"
    );
}

#[tokio::test]
async fn refused_connections_come_back_when_the_gate_opens() {
    let town = Town::open().await;
    let mut ann = town.live(ANN, Over::Tcp).await;
    town.server.faults().refuse_connections(true);
    while ann.next().await.is_some() {}
    let refused = town.rest.request("GET", "/session", "x").send().await;
    assert!(refused.is_err(), "REST is behind the gate as well");
    town.server.faults().refuse_connections(false);
    town.live(ANN, Over::WebSocket).await;
    assert_eq!(town.rest.get("/session", "x").await.0, 401);
}
