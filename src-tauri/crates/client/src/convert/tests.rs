//! Stanzas in, events out; outgoing things in, stanzas out.

use kith_model::{
    AppId, Attachment, AttachmentKind, ChatAddress, ChatSecurity, Delivery, DialogKind,
    ReactionCount,
};

use super::*;
use crate::{Outgoing, OutgoingMessage};

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
    let xml = xml
        .replace("NEW_DIALOG", "NEW_…")
        .replace("DIALOG", DIALOG)
        .replace("ID", ID)
        .replace("NEW_…", "NEW_DIALOG");
    let stanza = Element::parse(&xml.replacen('>', " xmlns='jabber:client'>", 1)).unwrap();
    account().event(&stanza, Timestamp::from_seconds(99))
}

fn a_message(sender: u64, body: &str, sent_at: i64) -> Message {
    Message {
        body: body.into(),
        is_in_history: false,
        ..Message::new(
            ID.parse().unwrap(),
            DIALOG.parse().unwrap(),
            UserId(sender),
            Timestamp::from_seconds(sent_at),
        )
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
    assert_eq!(unplaced.with, UserId(22));
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
        matches!(copy("11-100@c", "sent", unplaced), Some(ServerEvent::Unplaced(u)) if u.with == UserId(22) && u.clone().in_dialog(DIALOG.parse().unwrap()).sender == UserId(11))
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
    let late = typing.replace(
        "</message>",
        "<delay xmlns='urn:xmpp:delay' stamp='2026-01-02T03:04:05Z'/></message>",
    );
    assert_eq!(
        event(&late),
        None,
        "who wrote an hour ago does not write now"
    );
}

#[test]
fn system_messages_say_what_happened_to_a_dialog() {
    let system = |body: &str, more: &str| {
        let xml = format!(
            "<message type='headline' from='22-100@c/r' id='x'><body>{body}</body><extraParams><moduleIdentifier>SystemNotifications</moduleIdentifier>{more}</extraParams></message>"
        );
        match event(&xml)? {
            ServerEvent::System { by, message } => Some((by, message)),
            _ => None,
        }
    };
    let in_dialog = "<dialogId>DIALOG</dialogId>";
    let about = |kind| {
        (
            UserId(22),
            SystemMessage::new(kind, DIALOG.parse().unwrap()),
        )
    };
    assert_eq!(
        system("dialog/NEW_DIALOG", in_dialog),
        Some(about(SystemKind::DialogMade))
    );
    let added = "<dialogId>DIALOG</dialogId><addedParticipantsIds>33, 44</addedParticipantsIds>";
    assert_eq!(
        system("dialog/ADD_PARTICIPANTS", added),
        Some(about(SystemKind::PeopleAdded(vec![UserId(33), UserId(44)])))
    );
    let removed = added.replace("added", "removed");
    assert_eq!(
        system("dialog/REMOVE_PARTICIPANTS", &removed),
        Some(about(SystemKind::PeopleRemoved(vec![
            UserId(33),
            UserId(44)
        ])))
    );
    let (_, other) = system("game/MOVE", "<x>1</x><deep><a>2</a></deep>").unwrap();
    assert_eq!(other.kind, SystemKind::Other("game/MOVE".into()));
    assert_eq!(other.dialog, None);
    assert_eq!(other.properties.get("deep"), Some(r#"{"a":"2"}"#));
    // What the SDKs do not take for one, is none here either.
    let call = "<message type='headline' from='22-100@c/r' id='x'><extraParams><moduleIdentifier>WebRTCVideoChat</moduleIdentifier></extraParams></message>";
    assert_eq!(event(call), None);
    assert_eq!(
        event(
            "<message type='headline' from='22-100@c/r' id='x'><body>dialog/NEW_DIALOG</body></message>"
        ),
        None
    );
    let rest = "<message type='headline' from='22-100@c' id='x'><extraParams><moduleIdentifier>SystemNotifications</moduleIdentifier><body>dialog/NEW_DIALOG</body><dialogId>DIALOG</dialogId></extraParams></message>";
    assert_eq!(
        event(rest),
        Some(ServerEvent::System {
            by: UserId(22),
            message: about(SystemKind::DialogMade).1
        })
    );
}

#[test]
fn edits_removals_and_reactions_are_told() {
    let message: MessageId = ID.parse().unwrap();
    let dialog: Option<DialogId> = DIALOG.parse().ok();
    let edit = "<message type='chat' from='22-100@c' id='x'><body>new</body><replace xmlns='urn:xmpp:message-correct:0' id='ID' last='true'/><extraParams><dialog_id>DIALOG</dialog_id><k>v</k></extraParams></message>";
    let Some(ServerEvent::Edited(edit)) = event(edit) else {
        panic!("no edit")
    };
    assert_eq!(
        (&edit.message, &edit.dialog, edit.by),
        (&message, &dialog, UserId(22))
    );
    assert_eq!(
        (edit.body.as_str(), edit.properties.get("k")),
        ("new", Some("v"))
    );
    assert_eq!(edit.at, Timestamp::from_seconds(99));
    let removal = "<message type='groupchat' from='100_DIALOG@muc.c/22' id='x'><remove xmlns='urn:xmpp:message-delete:0' id='ID'/><extraParams><dialog_id></dialog_id></extraParams></message>";
    assert_eq!(
        event(removal),
        Some(ServerEvent::Removed(Removal {
            message: message.clone(),
            dialog: dialog.clone(),
            by: UserId(22),
        }))
    );
    let reacted = |kind: &str, from: &str| {
        let xml = format!(
            "<message type='{kind}' from='{from}' id='x'><extraParams><dialog_id>DIALOG</dialog_id></extraParams><reactions user_id='22' message_id='ID'><reaction add='true' type='👍'/><reaction remove='true' type='👎'/></reactions></message>"
        );
        event(&xml)
    };
    let change = Some(ServerEvent::Reacted(ReactionChange {
        message,
        dialog,
        by: UserId(22),
        added: vec!["👍".into()],
        removed: vec!["👎".into()],
    }));
    assert_eq!(reacted("chat", "22-100@c"), change);
    assert_eq!(reacted("groupchat", "100_DIALOG@muc.c"), change);
    assert_eq!(reacted("groupchat", "100_DIALOG@muc.c/22"), change);
    assert_eq!(
        reacted("chat", "33-100@c"),
        None,
        "nobody reacts in somebody else's name"
    );
}

#[test]
fn what_an_app_adds_to_a_message_is_kept() {
    let xml = "<message type='chat' from='22-100@c' id='ID'><markable xmlns='urn:xmpp:chat-markers:0'/><destroy xmlns='urn:xmpp:message-destroy-after:0' after='5'/><extraParams><save_to_history>1</save_to_history><dialog_id>DIALOG</dialog_id><silent>1</silent><reply_to>ID</reply_to><empty></empty><arr><0>a</0><1>b</1></arr><attachment type='contact' data='%7B%22name%22%3A%22Bea%22%2C%22n%22%3A1%7D'/><attachment type='location' latitude='52.5' longitude='13.4' zoom='7'/></extraParams></message>";
    let Some(ServerEvent::Message(message)) = event(xml) else {
        panic!("no message")
    };
    assert!(message.is_markable && message.is_silent);
    assert_eq!(message.destroy_after, Some(5));
    assert!(
        !message.is_in_history,
        "what destroys itself is never stored"
    );
    assert_eq!(
        message.properties.reply().map(|reply| reply.message),
        ID.parse().ok()
    );
    assert_eq!(message.properties.get("arr"), Some(r#"["a","b"]"#));
    assert_eq!(message.properties.0.len(), 2, "an empty one is none");
    let [contact, place] = &message.attachments[..] else {
        panic!("two attachments")
    };
    assert_eq!(contact.contact["name"], "Bea");
    assert_eq!(contact.contact["n"], "1");
    assert_eq!(place.latitude.as_deref(), Some("52.5"));
    assert_eq!(place.other["zoom"], "7");
    let stored = xml.replace(
        "<destroy xmlns='urn:xmpp:message-destroy-after:0' after='5'/>",
        "",
    );
    assert!(matches!(event(&stored), Some(ServerEvent::Message(m)) if m.is_in_history));
    // Of an app alone, without a text: kept if the app wants it kept.
    let bare = "<message type='chat' from='22-100@c' id='ID'><extraParams><save_to_history>1</save_to_history><dialog_id>DIALOG</dialog_id><x>1</x></extraParams></message>";
    assert!(matches!(event(bare), Some(ServerEvent::Message(_))));
    assert_eq!(
        event(&bare.replace("<save_to_history>1</save_to_history>", "")),
        None
    );
}

#[test]
fn attachments_are_the_same_after_the_wire() {
    let photo = Attachment {
        uid: Some("0011".into()),
        blob: Some(777),
        url: Some("https://files.test/x".into()),
        name: "a \"b\".png".into(),
        content_type: Some("image/png".into()),
        size: Some(5),
        width: Some(640),
        height: Some(480),
        duration: Some(7),
        other: [("data".to_owned(), "blurhash".to_owned())].into(),
        ..Attachment::new(AttachmentKind::Photo)
    };
    let contact = Attachment {
        contact: [("name".to_owned(), "Bea <b>".to_owned())].into(),
        ..Attachment::new(AttachmentKind::Contact)
    };
    let place = Attachment {
        latitude: Some("1.5".into()),
        longitude: Some("-2".into()),
        ..Attachment::new(AttachmentKind::Place)
    };
    for attachment in [photo, contact, place] {
        let outgoing = OutgoingMessage {
            attachments: vec![attachment.clone()],
            ..OutgoingMessage::new(
                ID.parse().unwrap(),
                Recipient::Room {
                    dialog: DIALOG.parse().unwrap(),
                },
                String::new(),
                Timestamp::from_seconds(1),
            )
        };
        let mut stanza = account().stanza(&Outgoing::Message(outgoing), "x");
        stanza.set("from", format!("100_{DIALOG}@muc.c/22"));
        let read = Element::parse(&stanza.to_xml()).unwrap();
        let Some(ServerEvent::Message(message)) = account().event(&read, Timestamp::default())
        else {
            panic!("no message")
        };
        assert_eq!(message.attachments, std::slice::from_ref(&attachment));
        let json = serde_json::to_value(attachments(std::slice::from_ref(&attachment))).unwrap();
        let back: rest::List<kith_wire::Attachment> = serde_json::from_value(json).unwrap();
        assert_eq!(attachment::read(&back.0[0]), attachment);
    }
}

#[test]
fn empty_messages_and_nobodys_are_nothing() {
    for xml in [
        "<message type='chat' from='22-100@c' id='ID'></message>",
        "<message from='22-100@c' id='ID'><body>no type</body></message>",
        "<message type='chat' id='ID'><body>from nobody</body></message>",
        "<message type='chat' from='22-100@c' id='x'><replace xmlns='urn:xmpp:message-correct:0' id='odd'/></message>",
    ] {
        assert_eq!(event(xml), None, "{xml}");
    }
}

#[test]
fn last_activity_is_told_by_results_about_somebody() {
    let activity = |xml: &str| {
        let element = Element::parse(&xml.replacen('>', " xmlns='jabber:client'>", 1)).unwrap();
        let iq = xmpp::Iq::read(&element).unwrap();
        account().activity(&iq, Timestamp::from_seconds(100))
    };
    let push =
        "<iq type='result' id='x' from='22-100@c'><query xmlns='jabber:iq:last' seconds='0'/></iq>";
    assert_eq!(activity(push), Some((UserId(22), Activity::Online)));
    let gone = push.replace("seconds='0'", "seconds='40'");
    let seen = Activity::LastSeen(Timestamp::from_seconds(60));
    assert_eq!(activity(&gone), Some((UserId(22), seen)));
    assert_eq!(activity(&push.replace("seconds='0'", "")), None);
    assert_eq!(activity(&push.replace("from='22-100@c'", "from='c'")), None);
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
    let plain = |to: &Recipient| {
        OutgoingMessage::new(
            ID.parse().unwrap(),
            to.clone(),
            "a < b".into(),
            Timestamp::from_millis(1_767_323_045_678),
        )
    };
    let message = |to: &Recipient| Outgoing::Message(plain(to));
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
    let mut properties = Properties::new();
    properties.set("k", "v");
    properties.set("1 x", "odd");
    properties.set("dialog_id", "not the app's to say");
    let edit = Outgoing::Edit {
        number: 1,
        message: ID.parse().unwrap(),
        to: private.clone(),
        body: "new".into(),
        properties: properties.clone(),
        is_last: true,
        destroy_after: None,
    };
    assert_eq!(
        xml(&edit),
        format!(
            r#"<message to="22-100@c" type="chat" id="kith-1" xmlns="jabber:client"><body>new</body><replace id="{ID}" last="true" xmlns="urn:xmpp:message-correct:0"/><extraParams><dialog_id>{DIALOG}</dialog_id><_x0031__x0020_x>odd</_x0031__x0020_x><k>v</k></extraParams></message>"#
        )
    );
    let passing = Outgoing::Edit {
        number: 1,
        message: ID.parse().unwrap(),
        to: private.clone(),
        body: "new".into(),
        properties: Properties::new(),
        is_last: false,
        destroy_after: Some(5),
    };
    assert!(
        xml(&passing).contains(r#"<destroy after="5" xmlns="urn:xmpp:message-destroy-after:0"/>"#),
        "whoever missed the message does not keep the text: {}",
        xml(&passing)
    );
    let removal = Outgoing::Remove {
        message: ID.parse().unwrap(),
        to: private.clone(),
    };
    assert_eq!(
        xml(&removal),
        format!(
            r#"<message to="22-100@c" type="chat" id="kith-1" xmlns="jabber:client"><remove id="{ID}" xmlns="urn:xmpp:message-delete:0"/><extraParams><dialog_id>{DIALOG}</dialog_id></extraParams></message>"#
        )
    );
    let quiet = Outgoing::Message(OutgoingMessage {
        is_silent: true,
        destroy_after: Some(5),
        properties,
        ..plain(&private)
    });
    let quiet = xml(&quiet);
    assert!(
        quiet.contains("<silent>1</silent>") && quiet.contains(r#"after="5""#),
        "{quiet}"
    );
    assert!(
        !quiet.contains("save_to_history"),
        "what destroys itself is not stored: {quiet}"
    );
    let system = Outgoing::System {
        to: UserId(22),
        message: SystemMessage::new(
            SystemKind::PeopleAdded(vec![UserId(33), UserId(44)]),
            DIALOG.parse().unwrap(),
        ),
    };
    assert_eq!(
        xml(&system),
        format!(
            r#"<message to="22-100@c" type="headline" id="kith-1" xmlns="jabber:client"><body>dialog/ADD_PARTICIPANTS</body><extraParams><moduleIdentifier>SystemNotifications</moduleIdentifier><dialogId>{DIALOG}</dialogId><addedParticipantsIds>33,44</addedParticipantsIds></extraParams></message>"#
        )
    );
}

#[test]
fn stored_things_become_the_models() {
    let stored: rest::Message = serde_json::from_str(&format!(
        r#"{{"_id":"{ID}","chat_dialog_id":"{DIALOG}","message":null,"date_sent":"1767323045","sender_id":"22","read_ids":[22,"11"],"attachments":{{"0":{{"type":"image","uid":"A","size":"5"}}}},"created_at":"2026-01-02T03:05:00Z","reactions":{{"own":["👍"],"total":{{"👍":"2","👎":0}}}},"silent":"1","views_count":3,"country":"USA","n":7,"none":null}}"#
    ))
    .unwrap();
    let message = message(stored, &DIALOG.parse().unwrap()).unwrap();
    assert_eq!((message.body.as_str(), message.read_by.len()), ("", 2));
    assert_eq!(
        (message.attachments[0].kind, message.attachments[0].size),
        (AttachmentKind::Photo, Some(5))
    );
    assert!(message.is_silent && message.is_in_history);
    assert_eq!(message.views, Some(3));
    assert_eq!(
        message.stored_at,
        Some(Timestamp::from_seconds(1_767_323_100))
    );
    let mut expected = Properties::new();
    expected.set("country", "USA");
    expected.set("n", "7");
    assert_eq!(message.properties, expected);
    let thumbs = ReactionCount {
        emoji: "👍".into(),
        count: 2,
        is_own: true,
    };
    assert_eq!(message.reactions, Some(vec![thumbs]));
    let stored: rest::Dialog = serde_json::from_str(&format!(
        r#"{{"_id":"{DIALOG}","type":3,"user_id":22,"occupants_ids":[11,22],"updated_at":"2026-01-02T03:04:05Z","last_message_id":"{ID}","last_message_date_sent":1767323045,"unread_messages_count":null,"last_message_status":"read","pinned_messages_ids":["{ID}","odd"],"extensions":{{"location":"Sun bar","n":5,"x":null}},"permissions":{{"allow_preview":"1"}},"occupants_count":"7"}}"#
    ))
    .unwrap();
    let state = dialog(stored).unwrap();
    assert_eq!((state.dialog.kind, state.unread), (DialogKind::Private, 0));
    let last = state.last_message.unwrap();
    assert_eq!((last.sender, last.delivery), (None, Some(Delivery::Read)));
    assert_eq!(state.dialog.pinned, [ID.parse().unwrap()]);
    assert_eq!(state.dialog.extensions["n"], "5");
    assert_eq!(state.dialog.extensions.len(), 2);
    assert!(state.dialog.allow_preview);
    assert_eq!(state.dialog.occupant_count, Some(7));
    assert_eq!(state.dialog.created_at, state.dialog.updated_at);
}
