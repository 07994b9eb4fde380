//! Stanzas in, events out; outgoing things in, stanzas out.

use kith_model::{AppId, ChatAddress, ChatSecurity};

use super::*;

const DIALOG: &str = "65a000000000000000000001";
const ID: &str = "65b000000000000000000001";

fn account() -> Account {
    let connection = Connection {
        name: "test".into(),
        api_url: "http://127.0.0.1:1".into(),
        chat: ChatAddress {
            host: "127.0.0.1".into(),
            port: 1,
            security: ChatSecurity::Plain,
        },
        chat_domain: "c".into(),
        muc_domain: "muc.c".into(),
        app_id: AppId(100),
        auth_key: "k".into(),
        ca_cert: None,
    };
    Account {
        connection,
        me: UserId(11),
    }
}

fn event(xml: &str) -> Option<ServerEvent> {
    let xml = xml.replace("DIALOG", DIALOG).replace("ID", ID);
    let stanza = Element::parse(&xml.replacen('>', " xmlns='jabber:client'>", 1)).unwrap();
    account().event(&stanza, Timestamp::from_seconds(99))
}

fn a_message(sender: u64, body: &str, sent_at: i64) -> Message {
    Message {
        id: ID.parse().unwrap(),
        dialog_id: DIALOG.parse().unwrap(),
        sender: UserId(sender),
        body: body.into(),
        sent_at: Timestamp::from_seconds(sent_at),
        edited_at: None,
        attachments: Vec::new(),
        delivered_to: Vec::new(),
        read_by: Vec::new(),
    }
}

#[test]
fn private_and_room_messages_are_messages() {
    let private = "<message type='chat' from='22-100@c/r' to='11-100@c' id='ID'><body>hi</body><extraParams><dialog_id>DIALOG</dialog_id><date_sent>1767323045000</date_sent></extraParams></message>";
    assert_eq!(
        event(private),
        Some(ServerEvent::Message(a_message(22, "hi", 1_767_323_045)))
    );
    let room = "<message type='groupchat' from='100_DIALOG@muc.c/11' to='11-100@c' id='ID'><body>echo</body></message>";
    assert_eq!(
        event(room),
        Some(ServerEvent::Message(a_message(11, "echo", 99)))
    );
    let delayed = "<message type='groupchat' from='100_DIALOG@muc.c/22' id='ID'><body>late</body><delay xmlns='urn:xmpp:delay' stamp='2026-01-02T03:04:05.678Z'/></message>";
    assert_eq!(
        event(delayed),
        Some(ServerEvent::Message(a_message(22, "late", 1_767_323_045)))
    );
}

#[test]
fn a_private_message_without_its_dialog_is_unplaced() {
    let Some(ServerEvent::Unplaced(unplaced)) =
        event("<message type='chat' from='22-100@c/r' id='ID'><body>hi</body></message>")
    else {
        panic!("not unplaced")
    };
    assert_eq!((unplaced.with, unplaced.sender), (UserId(22), UserId(22)));
    assert_eq!(
        unplaced.in_dialog(DIALOG.parse().unwrap()),
        a_message(22, "hi", 99)
    );
}

#[test]
fn an_odd_id_is_replaced_by_the_one_that_the_server_tells() {
    let told = "<message type='chat' from='22-100@c' id='odd'><body>hi</body><extraParams><dialog_id>DIALOG</dialog_id><message_id>ID</message_id></extraParams></message>";
    assert_eq!(
        event(told),
        Some(ServerEvent::Message(a_message(22, "hi", 99)))
    );
    assert_eq!(
        event("<message type='chat' from='22-100@c' id='odd'><body>hi</body></message>"),
        None
    );
}

#[test]
fn copies_are_believed_from_the_own_account_only() {
    let copy = |from: &str, direction: &str, inner: &str| {
        event(&format!(
            "<message type='chat' from='{from}' to='11-100@c/r'><{direction} xmlns='urn:xmpp:carbons:2'><forwarded xmlns='urn:xmpp:forward:0'><message xmlns='jabber:client' {inner}</message></forwarded></{direction}></message>"
        ))
    };
    let sent = "type='chat' from='11-100@c/x' to='22-100@c' id='ID'><body>mine</body><extraParams><dialog_id>DIALOG</dialog_id></extraParams>";
    assert_eq!(
        copy("11-100@c", "sent", sent),
        Some(ServerEvent::Message(a_message(11, "mine", 99)))
    );
    assert_eq!(
        copy("22-100@c", "sent", sent),
        None,
        "somebody else cannot put words in one's mouth"
    );
    let unplaced = "type='chat' from='11-100@c/x' to='22-100@c' id='ID'><body>mine</body>";
    assert!(
        matches!(copy("11-100@c", "sent", unplaced), Some(ServerEvent::Unplaced(u)) if u.with == UserId(22) && u.sender == UserId(11))
    );
    let read =
        "type='chat' to='22-100@c' id='x'><displayed xmlns='urn:xmpp:chat-markers:0' id='ID'/>";
    assert!(matches!(
        copy("11-100@c", "sent", read),
        Some(ServerEvent::Marker {
            kind: MarkerKind::Read,
            by: UserId(11),
            ..
        })
    ));
}

#[test]
fn markers_typing_errors_and_system_messages_are_told_apart() {
    let marker = "<message type='chat' from='22-100@c/r' id='x'><received xmlns='urn:xmpp:chat-markers:0' id='ID'/><extraParams><dialog_id>DIALOG</dialog_id></extraParams></message>";
    let dialog: Option<DialogId> = DIALOG.parse().ok();
    let message: MessageId = ID.parse().unwrap();
    assert_eq!(
        event(marker),
        Some(ServerEvent::Marker {
            kind: MarkerKind::Delivered,
            message: message.clone(),
            dialog: dialog.clone(),
            by: UserId(22)
        })
    );
    let typing = "<message type='groupchat' from='100_DIALOG@muc.c/22'><composing xmlns='http://jabber.org/protocol/chatstates'/></message>";
    assert_eq!(
        event(typing),
        Some(ServerEvent::Typing {
            dialog,
            by: UserId(22),
            is_typing: true
        })
    );
    let own = typing.replace("/22", "/11");
    assert_eq!(event(&own), None, "one knows that one writes");
    let error =
        "<message type='error' from='22-100@c' id='ID'><body>x</body><error code='503'/></message>";
    assert_eq!(
        event(error),
        Some(ServerEvent::Refused {
            id: message,
            code: 503
        })
    );
    let marker_error =
        "<message type='error' from='22-100@c' id='kith-7'><error code='503'/></message>";
    assert_eq!(event(marker_error), None);
    let system = "<message type='headline' from='22-100@c/r' id='x'><body>dialog/NEW_DIALOG</body><extraParams><moduleIdentifier>SystemNotifications</moduleIdentifier><dialogId>DIALOG</dialogId></extraParams></message>";
    assert_eq!(
        event(system),
        Some(ServerEvent::DialogChanged(DIALOG.parse().unwrap()))
    );
}

#[test]
fn edits_removals_reactions_and_empty_messages_are_no_new_messages() {
    for xml in [
        "<message type='chat' from='22-100@c' id='ID'><body>new</body><replace xmlns='urn:xmpp:message-correct:0' id='ID'/></message>",
        "<message type='chat' from='22-100@c' id='ID'><remove xmlns='urn:xmpp:message-delete:0' id='ID'/></message>",
        "<message type='chat' from='22-100@c' id='ID'><reactions user_id='22' message_id='ID'/></message>",
        "<message type='chat' from='22-100@c' id='ID'/>",
        "<message from='22-100@c' id='ID'><body>no type</body></message>",
        "<message type='chat' id='ID'><body>from nobody</body></message>",
    ] {
        let xml = xml
            .replace("'/></message>", "'></x></message>")
            .replace("></x>", "/>");
        let stanza = Element::parse(&xml.replace("ID", ID)).unwrap();
        assert_eq!(
            account().event(&stanza, Timestamp::default()),
            None,
            "{xml}"
        );
    }
}

#[test]
fn outgoing_things_become_stanzas() {
    let account = account();
    let private = Recipient::Private {
        user: UserId(22),
        dialog: DIALOG.parse().unwrap(),
    };
    let room = Recipient::Room {
        dialog: DIALOG.parse().unwrap(),
    };
    let message = |to: &Recipient| Outgoing::Message {
        id: ID.parse().unwrap(),
        to: to.clone(),
        body: "a < b".into(),
        sent_at: Timestamp::from_millis(1_767_323_045_678),
    };
    let xml = |outgoing: &Outgoing| account.stanza(outgoing, "kith-1").to_xml();
    assert_eq!(
        xml(&message(&private)),
        format!(
            r#"<message to="22-100@c" type="chat" id="{ID}" xmlns="jabber:client"><body>a &lt; b</body><markable xmlns="urn:xmpp:chat-markers:0"/><extraParams><save_to_history>1</save_to_history><dialog_id>{DIALOG}</dialog_id><date_sent>1767323045</date_sent></extraParams></message>"#
        )
    );
    assert!(xml(&message(&room)).starts_with(&format!(
        r#"<message to="100_{DIALOG}@muc.c" type="groupchat""#
    )));
    let marker = Outgoing::Marker {
        kind: MarkerKind::Read,
        message: ID.parse().unwrap(),
        dialog: DIALOG.parse().unwrap(),
        to: UserId(22),
    };
    assert_eq!(
        xml(&marker),
        format!(
            r#"<message to="22-100@c" type="chat" id="kith-1" xmlns="jabber:client"><displayed id="{ID}" xmlns="urn:xmpp:chat-markers:0"/><extraParams><dialog_id>{DIALOG}</dialog_id></extraParams></message>"#
        )
    );
    assert!(
        !xml(&Outgoing::Typing {
            to: room,
            is_typing: true
        })
        .contains(" id="),
        "typing has no id"
    );
    assert!(
        xml(&Outgoing::DialogChanged {
            to: UserId(22),
            dialog: DIALOG.parse().unwrap()
        })
        .contains("SystemNotifications")
    );
}

#[test]
fn stored_things_become_the_models() {
    let stored: rest::Message = serde_json::from_str(&format!(
        r#"{{"_id":"{ID}","chat_dialog_id":"{DIALOG}","message":null,"date_sent":"1767323045","sender_id":"22","read_ids":[22,"11"],"attachments":{{"0":{{"type":"image","uid":"A","size":"5"}}}}}}"#
    ))
    .unwrap();
    let message = message(stored, &DIALOG.parse().unwrap()).unwrap();
    assert_eq!((message.body.as_str(), message.read_by.len()), ("", 2));
    assert_eq!(
        (message.attachments[0].kind, message.attachments[0].size),
        (AttachmentKind::Photo, Some(5))
    );
    let stored: rest::Dialog = serde_json::from_str(&format!(
        r#"{{"_id":"{DIALOG}","type":3,"user_id":22,"occupants_ids":[11,22],"updated_at":"2026-01-02T03:04:05Z","last_message_id":"{ID}","last_message_date_sent":1767323045,"unread_messages_count":null}}"#
    ))
    .unwrap();
    let state = dialog(stored).unwrap();
    assert_eq!((state.dialog.kind, state.unread), (DialogKind::Private, 0));
    assert_eq!(state.last_message.unwrap().sender, None);
    assert_eq!(state.dialog.created_at, state.dialog.updated_at);
}
