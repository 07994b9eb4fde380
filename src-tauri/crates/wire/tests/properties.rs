//! Whatever is written by type reads back, and nothing that arrives panics.

#![allow(clippy::unwrap_used)] // all of this file is a test

use kith_wire::Attachment;
use kith_wire::rest::{self, ErrorBody, Page};
use kith_wire::xml::Element;
use kith_wire::xmpp::{
    Carbon, ChatState, Delay, Direction, Extra, Iq, Jid, Kind, Marker, Message, Plain, Presence,
    Replacement, Sasl, Sm, StanzaError,
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
