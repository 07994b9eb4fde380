//! What a block list keeps out, and what it does not.

use kith_wire::xml::Element;
use kith_wire::xmpp::ns;
use serde_json::{Value, json};

use crate::chat::{self, Author};
use crate::house::{House, Online, Person};
use crate::xmpp::{iq, watch};

/// Asks the server, and gives its answer.
async fn ask(
    house: &House,
    who: &mut Online,
    kind: &str,
    to: Option<&str>,
    child: &str,
) -> Element {
    who.heard();
    let stanza = Element::new("iq", ns::CLIENT)
        .with("type", kind)
        .with("id", "q1")
        .with_some("to", to)
        .with_child(Element::parse(child).expect("XML"));
    iq::take(&house.site, &who.session, &stanza).await;
    let mut answers = who.heard();
    assert_eq!(answers.len(), 1, "every question has one answer");
    answers.remove(0)
}

#[track_caller]
fn code(answer: &Element) -> Option<&str> {
    answer
        .child_named("error")
        .and_then(|error| error.attr("code"))
}

fn item(value: &str, order: usize, is_mutual: bool) -> String {
    let children = if is_mutual {
        ""
    } else {
        "<message/><presence-in/><presence-out/><iq/>"
    };
    format!("<item type='jid' value='{value}' action='deny' order='{order}'>{children}</item>")
}

/// A list as the SDK writes it.
async fn block(house: &House, who: &mut Online, blocked: &[&Person], is_mutual: bool) {
    let muc = &house.site.identity.muc_domain;
    let items: String = blocked
        .iter()
        .enumerate()
        .map(|(n, person)| {
            item(&house.site.bare_jid(person.id), 2 * n + 1, is_mutual)
                + &item(&format!("{muc}/{}", person.id), 2 * n + 2, is_mutual)
        })
        .collect();
    let list =
        format!("<query xmlns='jabber:iq:privacy'><list name='block'>{items}</list></query>");
    let answer = ask(house, who, "set", None, &list).await;
    assert_eq!(answer.attr("type"), Some("result"), "{}", answer.to_xml());
    let default = "<query xmlns='jabber:iq:privacy'><default name='block'/></query>";
    let answer = ask(house, who, "set", None, default).await;
    assert_eq!(answer.attr("type"), Some("result"), "{}", answer.to_xml());
}

async fn say(house: &House, who: &Online, to: &str, kind: &str, body: &str) -> Result<(), u16> {
    let xml = format!(
        "<message xmlns='jabber:client' to='{to}' type='{kind}' id='{}'><body>{body}</body>\
         <extraParams><save_to_history>1</save_to_history></extraParams></message>",
        house.site.ids.next(house.site.now() / 1000)
    );
    let stanza = Element::parse(&xml).expect("XML");
    chat::take_now(&house.site, &who.author(), stanza)
        .await
        .map_err(|refusal| refusal.condition().0)
}

async fn history(house: &House, who: &Person, dialog: &str) -> usize {
    let path = format!("/chat/Message?chat_dialog_id={dialog}&mark_as_read=0");
    let page = house.ok(who, "GET", &path, Value::Null).await;
    page["items"].as_array().map_or(0, Vec::len)
}

#[tokio::test]
async fn lists_are_kept_read_named_and_deleted() {
    let house = House::open().await;
    let (alex, bea) = (house.person("alex").await, house.person("bea").await);
    let mut me = house.online(&alex);
    let names = "<query xmlns='jabber:iq:privacy'/>";
    let answer = ask(&house, &mut me, "get", None, names).await;
    let query = answer.child("query", ns::PRIVACY).expect("a query");
    assert_eq!(query.elements().count(), 0, "there are no lists yet");
    let missing = "<query xmlns='jabber:iq:privacy'><list name='block'/></query>";
    assert_eq!(
        code(&ask(&house, &mut me, "get", None, missing).await),
        Some("404")
    );
    let no_default = "<query xmlns='jabber:iq:privacy'><default name='none'/></query>";
    assert_eq!(
        code(&ask(&house, &mut me, "set", None, no_default).await),
        Some("404")
    );

    block(&house, &mut me, &[&bea], false).await;
    let answer = ask(&house, &mut me, "get", None, names).await;
    let query = answer.child("query", ns::PRIVACY).expect("a query");
    let named: Vec<_> = query
        .elements()
        .map(|list| (list.local(), list.attr("name").unwrap_or("")))
        .collect();
    assert_eq!(named, [("default", "block"), ("list", "block")]);
    let answer = ask(&house, &mut me, "get", None, missing).await;
    let list = answer
        .child("query", ns::PRIVACY)
        .and_then(|query| query.child_named("list"));
    let values: Vec<_> = list
        .expect("a list")
        .elements()
        .map(|item| item.attr("value").unwrap_or(""))
        .collect();
    let room = format!("{}/{}", house.site.identity.muc_domain, bea.id);
    assert_eq!(
        values,
        [house.site.bare_jid(bea.id), room],
        "the person first, then rooms"
    );

    let none = "<query xmlns='jabber:iq:privacy'><default/></query>";
    assert_eq!(
        ask(&house, &mut me, "set", None, none).await.attr("type"),
        Some("result")
    );
    assert!(
        !house
            .site
            .keeps_apart(&Author::over_rest(&house.site, bea.id), alex.id),
        "a list without force blocks nobody"
    );
    let delete = "<query xmlns='jabber:iq:privacy'><list name='block'/></query>";
    assert_eq!(
        ask(&house, &mut me, "set", None, delete).await.attr("type"),
        Some("result")
    );
    assert_eq!(
        code(&ask(&house, &mut me, "set", None, delete).await),
        Some("404")
    );
    let nonsense = "<query xmlns='jabber:iq:privacy'><list name='x'><item/></list></query>";
    assert_eq!(
        code(&ask(&house, &mut me, "set", None, nonsense).await),
        Some("400")
    );
}

#[tokio::test]
async fn one_way_keeps_out_what_the_blocked_person_writes() {
    let house = House::open().await;
    let (alex, bea) = (house.person("alex").await, house.person("bea").await);
    let (mut a, mut b) = (house.online(&alex), house.online(&bea));
    let dialog = house.private(&alex, &bea).await;
    let (to_alex, to_bea) = (house.site.bare_jid(alex.id), house.site.bare_jid(bea.id));
    assert_eq!(say(&house, &b, &to_alex, "chat", "before").await, Ok(()));
    assert_eq!(a.bodies(), ["before"]);

    block(&house, &mut a, &[&bea], false).await;
    assert_eq!(say(&house, &b, &to_alex, "chat", "blocked").await, Err(503));
    let room = house.site.room_jid(&dialog);
    assert_eq!(
        say(&house, &b, &room, "chat", "by the room").await,
        Err(503)
    );
    let system = Element::new("message", ns::CLIENT)
        .with("type", "headline")
        .with("to", to_alex.clone());
    let refused = chat::take_now(&house.site, &b.author(), system)
        .await
        .expect_err("blocked");
    assert_eq!(refused.condition(), (503, "cancel", "service-unavailable"));
    let typing = format!(
        "<message xmlns='jabber:client' type='chat' to='{to_alex}'>\
         <composing xmlns='http://jabber.org/protocol/chatstates'/></message>"
    );
    let typing = Element::parse(&typing).expect("XML");
    assert!(
        chat::take_now(&house.site, &b.author(), typing)
            .await
            .is_ok()
    );
    assert!(a.heard().is_empty(), "nothing of it arrives");
    assert_eq!(
        history(&house, &alex, &dialog).await,
        1,
        "nothing of it is stored"
    );
    let body = json!({"chat_dialog_id": dialog, "message": "over REST", "send_to_chat": 1});
    assert_eq!(
        house
            .call(Some(&bea), "POST", "/chat/Message", body)
            .await
            .0,
        403
    );

    b.heard();
    assert_eq!(
        say(&house, &a, &to_bea, "chat", "the blocker writes").await,
        Ok(())
    );
    assert_eq!(b.bodies(), ["the blocker writes"]);
}

#[tokio::test]
async fn a_mutual_block_works_both_ways() {
    let house = House::open().await;
    let (alex, bea, carol) = (
        house.person("alex").await,
        house.person("bea").await,
        house.person("carol").await,
    );
    let (mut a, b, mut c) = (
        house.online(&alex),
        house.online(&bea),
        house.online(&carol),
    );
    block(&house, &mut a, &[&bea], true).await;
    let to = |person: &Person| house.site.bare_jid(person.id);
    assert_eq!(say(&house, &b, &to(&alex), "chat", "x").await, Err(503));
    assert_eq!(say(&house, &a, &to(&bea), "chat", "x").await, Err(503));
    assert_eq!(
        say(&house, &a, &to(&carol), "chat", "to another").await,
        Ok(())
    );
    assert_eq!(c.bodies(), ["to another"]);
}

#[tokio::test]
async fn in_rooms_only_the_blocker_does_not_hear() {
    let house = House::open().await;
    let (alex, bea, carol) = (
        house.person("alex").await,
        house.person("bea").await,
        house.person("carol").await,
    );
    let (mut a, mut b, mut c) = (
        house.online(&alex),
        house.online(&bea),
        house.online(&carol),
    );
    let body = json!({"type": 2, "name": "All", "occupants_ids": [bea.id, carol.id]});
    let dialog = house.dialog(&alex, body).await;
    block(&house, &mut a, &[&bea], false).await;
    let room = house.site.room_jid(&dialog);
    assert_eq!(
        say(&house, &b, &room, "groupchat", "hello all").await,
        Ok(())
    );
    assert_eq!(
        (a.bodies(), b.bodies(), c.bodies()),
        (
            vec![],
            vec!["hello all".to_owned()],
            vec!["hello all".to_owned()]
        )
    );
    assert_eq!(history(&house, &carol, &dialog).await, 1);
    assert_eq!(
        say(&house, &a, &room, "groupchat", "hello too").await,
        Ok(())
    );
    assert_eq!(b.bodies(), ["hello too"], "what the blocker writes arrives");
}

#[tokio::test]
async fn presence_and_last_activity_are_hidden_and_streamed_to_others() {
    let house = House::open().await;
    let (alex, bea, carol) = (
        house.person("alex").await,
        house.person("bea").await,
        house.person("carol").await,
    );
    let (mut a, mut b, mut c) = (
        house.online(&alex),
        house.online(&bea),
        house.online(&carol),
    );
    let jid = house.site.bare_jid(alex.id);
    let last = "<query xmlns='jabber:iq:last'/>";
    let answer = ask(&house, &mut b, "get", Some(&jid), last).await;
    assert_eq!(answer.attr("from"), Some(jid.as_str()));
    let query = answer.child("query", ns::LAST).expect("an answer");
    assert_eq!(query.attr("seconds"), Some("0"));
    let subscribe = format!(
        "<subscribe xmlns='{}' user_jid='{jid}' enable='true'/>",
        ns::STATUS_STREAMING
    );
    for who in [&mut b, &mut c] {
        let answer = ask(&house, who, "set", None, &subscribe).await;
        assert_eq!(answer.attr("type"), Some("result"));
    }
    block(&house, &mut a, &[&bea], false).await;
    assert_eq!(
        code(&ask(&house, &mut b, "get", Some(&jid), last).await),
        Some("503")
    );
    watch::tell(&house.site, alex.id);
    assert!(b.heard().is_empty(), "a blocked person is told nothing");
    let told = c.heard();
    assert_eq!(told.len(), 1);
    assert_eq!(
        told[0].attr("type"),
        Some("result"),
        "any other kind of iq upsets the SDK"
    );
    let unsubscribe = subscribe.replace("true", "false");
    ask(&house, &mut c, "set", None, &unsubscribe).await;
    watch::tell(&house.site, alex.id);
    assert!(c.heard().is_empty());
}

#[tokio::test]
async fn a_session_may_go_by_a_list_of_its_own() {
    let house = House::open().await;
    let (alex, bea) = (house.person("alex").await, house.person("bea").await);
    let (mut desk, mut phone) = (house.online(&alex), house.online(&alex));
    let b = house.online(&bea);
    let (to_alex, to_bea) = (house.site.bare_jid(alex.id), house.site.bare_jid(bea.id));
    let list = format!(
        "<query xmlns='jabber:iq:privacy'><list name='quiet'>{}</list></query>",
        item(&to_bea, 1, false)
    );
    let done = |answer: Element| answer.attr("type") == Some("result");
    assert!(done(ask(&house, &mut desk, "set", None, &list).await));
    let active = |name: &str| format!("<query xmlns='jabber:iq:privacy'><active{name}/></query>");
    let unknown = ask(&house, &mut desk, "set", None, &active(" name='none'")).await;
    assert_eq!(code(&unknown), Some("404"));
    assert!(done(
        ask(&house, &mut desk, "set", None, &active(" name='quiet'")).await
    ));
    let names = ask(
        &house,
        &mut desk,
        "get",
        None,
        "<query xmlns='jabber:iq:privacy'/>",
    )
    .await;
    assert!(
        names.to_xml().contains("<active name=\"quiet\"/>"),
        "{}",
        names.to_xml()
    );

    say(&house, &b, &to_alex, "chat", "one")
        .await
        .expect("the telephone takes it");
    assert!(desk.bodies().is_empty());
    assert_eq!(phone.bodies(), ["one"]);
    assert!(done(
        ask(&house, &mut phone, "set", None, &active(" name='quiet'")).await
    ));
    assert_eq!(
        say(&house, &b, &to_alex, "chat", "two").await,
        Err(503),
        "nobody takes it"
    );
    let default = "<query xmlns='jabber:iq:privacy'><list name='quiet'/></query>";
    assert!(done(ask(&house, &mut desk, "set", None, default).await));
    say(&house, &b, &to_alex, "chat", "three")
        .await
        .expect("the list is gone");
    assert_eq!(
        (desk.bodies(), phone.bodies()),
        (vec!["three".to_owned()], vec!["three".to_owned()])
    );
}

#[tokio::test]
async fn a_block_outlives_the_server() {
    let house = House::open().await;
    let (alex, bea) = (house.person("alex").await, house.person("bea").await);
    let mut a = house.online(&alex);
    block(&house, &mut a, &[&bea], false).await;
    let loaded = crate::chat::privacy::Blocks::load(&house.site.db)
        .await
        .expect("loaded");
    assert_eq!(format!("{loaded:?}"), format!("{:?}", house.site.blocks));
}
