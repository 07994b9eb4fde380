//! Whatever is written by type reads back, and nothing that arrives panics.

#![allow(clippy::unwrap_used)] // all of this file is a test

use kith_wire::Attachment;
use kith_wire::rest::{self, ErrorBody, Page};
use kith_wire::xml::Element;
use kith_wire::xmpp::privacy::List;
use kith_wire::xmpp::{
    Carbon, ChatState, ClientState, Delay, Direction, Extra, Iq, Jid, Kind, LastActivity, Marker,
    Message, Plain, Presence, ReactionChange, Replacement, Sasl, Sm, StanzaError, Subscription,
};
use proptest::prelude::*;
use serde_json::Value;

/// Any text that XML can carry, line ends and odd characters included.
const TEXT: &str = "[ -~\t\n\r\u{80}-\u{D7FF}\u{E000}-\u{FFFD}😀]{1,24}";

fn extra() -> impl Strategy<Value = Extra> {
    let attachment =
        prop::collection::btree_map("[a-z][a-z-]{0,8}", TEXT, 0..4).prop_map(|fields| Attachment {
            fields: fields
                .into_iter()
                .filter(|(name, _)| name != "xmlns")
                .collect(),
        });
    let custom =
        prop::collection::btree_map("[a-z]{1,6}_[a-z0-9]{1,4}_x", TEXT, 0..3).prop_map(|params| {
            params
                .into_iter()
                .map(|(name, text)| Element::new(name, "jabber:client").with_text(text))
                .collect::<Vec<_>>()
        });
    let id = prop::option::of("[0-9a-f]{24}");
    (
        any::<bool>(),
        id,
        prop::option::of(0..4_000_000_000_i64),
        any::<bool>(),
        prop::collection::vec(attachment, 0..3),
        custom,
    )
        .prop_map(
            |(save_to_history, dialog_id, date_sent, silent, attachments, custom)| Extra {
                save_to_history,
                dialog_id,
                date_sent,
                silent,
                attachments,
                custom,
                ..Extra::default()
            },
        )
}

fn message() -> impl Strategy<Value = Message> {
    let kind = prop::sample::select(vec![
        Kind::Chat,
        Kind::Groupchat,
        Kind::Headline,
        Kind::Error,
        Kind::Other,
    ]);
    let marker = prop::option::of("[0-9a-f]{24}".prop_map(|id| Marker::Displayed { id }));
    let replace = prop::option::of(
        ("[0-9a-f]{24}", any::<Option<bool>>()).prop_map(|(id, last)| Replacement { id, last }),
    );
    let delay = prop::option::of((0..4_000_000_000_000_i64).prop_map(|stamp| Delay {
        from: Some("c".into()),
        stamp: Some(rest::Date(stamp)),
        reason: "Offline Storage".into(),
    }));
    let error = prop::option::of(
        (prop::sample::select(vec![403_u16, 404, 406, 503]), TEXT)
            .prop_map(|(code, text)| StanzaError::new(code, text)),
    );
    (
        kind,
        prop::option::of(TEXT),
        any::<bool>(),
        marker,
        replace,
        delay,
        prop::option::of(extra()),
        error,
    )
        .prop_map(
            |(kind, body, markable, marker, replace, delay, extra, error)| Message {
                id: Some("65b000000000000000000001".into()),
                from: Some("11-100@c/r".into()),
                to: Some("22-100@c".into()),
                body,
                markable,
                chat_state: markable.then_some(ChatState::Paused),
                marker,
                replace,
                delay,
                extra,
                error,
                ..Message::new(kind)
            },
        )
}

proptest! {
    #[test]
    fn messages_read_back(message in message()) {
        let xml = message.write().to_xml();
        prop_assert_eq!(Message::read(&Element::parse(&xml).unwrap()), Some(message.clone()), "{}", xml);
        let copy = Carbon { direction: Direction::Sent, message: message.write() };
        let wrapped = Element::new("message", "jabber:client").with_child(copy.write());
        let read = Message::read(&Element::parse(&wrapped.to_xml()).unwrap()).unwrap();
        prop_assert_eq!(Message::read(&read.carbon.unwrap().message), Some(message));
    }

    #[test]
    fn any_element_can_be_read_as_anything(xml in "<(message|iq|presence|r|a|auth|failed|extraParams)( (type|id|h|xmlns)='[a-z0-9:]{0,12}'){0,3}>(<(body|error|extraParams|delay|reaction|0)/>|[a-z0-9=]{0,4}){0,5}</") {
        let name: String = xml[1..].chars().take_while(char::is_ascii_alphabetic).collect();
        if let Ok(element) = Element::parse(&format!("{xml}{name}>")) {
            let _ = (Message::read(&element), Iq::read(&element), Presence::read(&element));
            let _ = (Sasl::read(&element), Sm::read(&element), Extra::read(&element));
        }
    }

    #[test]
    fn a_block_list_keeps_what_it_is_not_told_to_change(
        blocks in prop::collection::btree_map(1..50_u64, any::<bool>(), 0..8),
        changed in 1..50_u64,
        how in any::<Option<bool>>(),
    ) {
        let mut list = List { name: "b".into(), items: Vec::new() };
        for (who, mutual) in &blocks {
            list.block(*who, &format!("{who}-1@c"), "muc.c", *mutual);
        }
        prop_assert_eq!(list.blocked(), blocks.clone());
        let mut expected = blocks;
        match how {
            Some(mutual) => {
                list.block(changed, &format!("{changed}-1@c"), "muc.c", mutual);
                expected.insert(changed, mutual);
            }
            None => {
                list.unblock(changed);
                expected.remove(&changed);
            }
        }
        let read = List::read(&list.write()).unwrap();
        prop_assert_eq!(read.blocked(), expected);
        prop_assert_eq!(&read, &list);
        // The SDK looks at every second rule and wants people there.
        let paired = read.paired("muc.c");
        prop_assert_eq!(paired.items.len(), read.items.len());
        for item in paired.items.iter().step_by(2) {
            prop_assert!(item.value.as_deref().unwrap().contains('@'));
        }
    }

    #[test]
    fn small_things_read_back(
        seconds in any::<Option<u64>>(),
        is_active in any::<bool>(),
        user in 1..u64::MAX,
        added in prop::collection::vec(TEXT, 0..3),
        fields in prop::collection::btree_map("[a-z]{1,8}", TEXT, 1..4),
    ) {
        let last = LastActivity { seconds };
        prop_assert_eq!(LastActivity::read(&through(&last.write())), Some(last));
        let state = ClientState { is_active };
        prop_assert_eq!(ClientState::read(&through(&state.write())), Some(state));
        let wish = Subscription { user_jid: format!("{user}-1@c"), enable: is_active };
        prop_assert_eq!(Subscription::read(&through(&wish.write())), Some(wish.clone()));
        let change = ReactionChange {
            user_id: user,
            message_id: "65b000000000000000000001".into(),
            removed: added.clone(),
            added,
        };
        prop_assert_eq!(ReactionChange::read(&through(&change.write())), Some(change.clone()));
        let fields: serde_json::Map<String, Value> =
            fields.into_iter().map(|(name, text)| (name, Value::from(text))).collect();
        let contact = Attachment::default().with_contact(fields.clone());
        prop_assert_eq!(contact.contact(), Some(fields));
    }

    #[test]
    fn odd_answers_are_read_or_refused(json in json_value()) {
        let _ = serde_json::from_value::<rest::SearchBody>(json.clone());
        let _ = serde_json::from_value::<rest::Records>(json.clone());
        let _ = serde_json::from_value::<rest::Online>(json.clone());
        let _ = serde_json::from_value::<rest::NotificationsBody>(json.clone());
        let _ = serde_json::from_value::<rest::BlobBody>(json.clone());
        let _ = rest::count(&json);
        if let Ok(unread) = serde_json::from_value::<rest::Unread>(json.clone()) {
            let written = serde_json::to_value(&unread).unwrap();
            prop_assert_eq!(serde_json::from_value::<rest::Unread>(written).unwrap(), unread);
        }
        if let Ok(reactors) = serde_json::from_value::<rest::Reactors>(json) {
            let written = serde_json::to_value(&reactors).unwrap();
            prop_assert_eq!(serde_json::from_value::<rest::Reactors>(written).unwrap(), reactors);
        }
    }

    #[test]
    fn addresses_and_logins_never_panic(text: String, bytes: Vec<u8>) {
        if let Some(jid) = Jid::parse(&text) {
            prop_assert_eq!(Jid::parse(&jid.to_string()), Some(jid));
        }
        let _ = Plain::read(&bytes);
        let _ = ErrorBody::read(&bytes);
        let _ = rest::Date::parse(&text);
    }

    #[test]
    fn odd_json_is_read_or_refused(json in json_value()) {
        let _ = serde_json::from_value::<rest::Dialog>(json.clone());
        let _ = serde_json::from_value::<rest::SessionBody>(json.clone());
        let _ = serde_json::from_value::<rest::User>(json.clone());
        let _ = serde_json::from_value::<Page<rest::Message>>(json.clone());
        let _ = ErrorBody::from_value(&json);
        if let Ok(message) = serde_json::from_value::<rest::Message>(json) {
            // Dates are written to the second, so what was read may be finer
            // than what is written; what was written reads back as it is.
            let written = serde_json::to_value(&message).unwrap();
            let again: rest::Message = serde_json::from_value(written.clone()).unwrap();
            prop_assert_eq!(serde_json::to_value(&again).unwrap(), written);
        }
    }
}

/// An element as it is after the wire.
fn through(element: &Element) -> Element {
    Element::parse(&element.to_xml()).unwrap()
}

fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "[0-9a-zTZ:,.-]{0,12}".prop_map(Value::from),
    ];
    let key = prop_oneof![
        prop::sample::select(vec![
            "_id",
            "type",
            "items",
            "session",
            "token",
            "id",
            "date_sent",
            "read_ids",
            "attachments",
            "created_at",
            "reactions",
            "sender_id",
            "errors",
            "base",
            "message",
            "custom",
            "total",
            "results",
            "notifications",
            "users",
            "count",
            "blob",
            "0",
            "1",
        ])
        .prop_map(str::to_owned),
        "[a-z]{1,4}",
    ];
    leaf.prop_recursive(4, 32, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((key.clone(), inner), 0..8)
                .prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}
