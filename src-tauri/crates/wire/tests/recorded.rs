//! Recorded traffic and documented bodies: each is read, and written equal in
//! meaning.

#![allow(clippy::unwrap_used)] // all of this file is a test

use std::path::PathBuf;

use kith_wire::rest::{
    BlobComplete, Credentials, Date, Dialog, DialogChange, ErrorBody, Message as StoredMessage,
    MessageChange, NewBlob, NewDialog, NewMessage, NewSession, NewUser, Notifications, Page,
    SessionBody, User, UserBody, message_report, user_report,
};
use kith_wire::xml::{Element, Node, StreamEvent, StreamReader, parse_all};
use kith_wire::xmpp::{
    Bind, Features, Frame, Iq, Kind, Message, Plain, Presence, Sasl, Sm, StreamFault, ns, system,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

fn data(path: &str) -> Value {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../../tests/data")
        .join(path);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    serde_json::from_str(&text).unwrap()
}

/// Step, sender, frame.
fn frames() -> Vec<(String, String, String)> {
    let text = |row: &Value, key: &str| row[key].as_str().unwrap().to_owned();
    let rows = data("stanzas/sdk-6.1.2.json");
    rows.as_array()
        .unwrap()
        .iter()
        .map(|r| (text(r, "step"), text(r, "from"), text(r, "xml")))
        .collect()
}

/// Children in any order, as the parts of a message may come.
fn sorted(element: &Element) -> Element {
    let mut copy = element.clone();
    copy.attributes.retain(|a| !a.name.starts_with("xmlns"));
    copy.attributes.sort_by(|a, b| a.name.cmp(&b.name));
    let is_text_only = copy.elements().next().is_none();
    copy.elements_mut().for_each(|child| *child = sorted(child));
    if !is_text_only {
        copy.children
            .retain(|node| matches!(node, Node::Element(_)));
        copy.children.sort_by_key(|node| match node {
            Node::Element(child) => child.to_xml(),
            Node::Text(_) => String::new(),
        });
    }
    copy
}

#[test]
fn every_frame_is_read_and_written_to_the_letter_of_its_meaning() {
    let all = frames();
    assert!(all.len() > 300, "the recording is large");
    for (step, from, xml) in all {
        let Ok(elements) = parse_all(&xml) else {
            assert!(
                step.contains("bad") || step.contains("broken"),
                "{step} ({from}): {xml}"
            );
            continue;
        };
        for element in elements {
            let again = Element::parse(&element.to_xml()).unwrap();
            assert_eq!(again, Element::parse(&again.to_xml()).unwrap(), "{step}");
            assert!(again.means_the_same(&element), "{step}: {xml}");
        }
    }
}

#[test]
fn every_frame_is_read_from_a_tcp_stream_too() {
    let open =
        "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>";
    let mut reader = StreamReader::new(1 << 18);
    let mut events = Vec::new();
    reader.push(open.as_bytes(), &mut events).unwrap();
    for (step, _, xml) in frames() {
        let Ok(elements) = parse_all(&xml) else {
            continue;
        };
        events.clear();
        for chunk in xml.as_bytes().chunks(5) {
            reader
                .push(chunk, &mut events)
                .unwrap_or_else(|e| panic!("{step}: {e} in {xml}"));
        }
        let names: Vec<_> = events
            .iter()
            .map(|event| match event {
                StreamEvent::Element(element) => element.name.as_str(),
                other => panic!("{step}: {other:?}"),
            })
            .collect();
        assert_eq!(
            names,
            elements.iter().map(|e| e.name.as_str()).collect::<Vec<_>>(),
            "{step}"
        );
    }
}

/// Writes `element` by its type. `None` for what has no type here.
fn rewritten(element: &Element) -> Option<Element> {
    match element.local() {
        "message" => Message::read(element).map(|m| m.write()),
        "iq" => Iq::read(element).map(|iq| iq.write()),
        "presence" => Presence::read(element).map(|p| p.write()),
        _ => Frame::read(element)
            .map(|f| f.write())
            .or_else(|| Features::read(element).map(|f| f.write()))
            .or_else(|| Sasl::read(element).map(|s| s.write()))
            .or_else(|| Sm::read(element).map(|s| s.write()))
            .or_else(|| StreamFault::read(element).map(|f| f.write())),
    }
}

#[test]
fn every_stanza_that_is_written_by_type_means_the_same() {
    let mut n_compared = 0;
    for (step, from, xml) in frames() {
        for element in parse_all(&xml).unwrap_or_default() {
            let Some(written) = rewritten(&element) else {
                panic!("{step} ({from}) has no type: {xml}");
            };
            let again = rewritten(&Element::parse(&written.to_xml()).unwrap()).unwrap();
            assert!(again.means_the_same(&written), "{step}: writing is stable");
            // What the server of the recording made up beyond the protocol,
            // what normalising takes away, codes that errors lack, and what is
            // not XML.
            let is_normalised = from == "server"
                || element.attr("type") == Some("error")
                || xml.contains("<0>")
                || xml.contains("<dialog_id></dialog_id>")
                || xml.contains("<dialog_id/>")
                || element.attr("mechanism") == Some("ANONYMOUS")
                || element.local() == "open";
            if !is_normalised {
                n_compared += 1;
                assert_eq!(
                    sorted(&written).to_xml(),
                    sorted(&element).to_xml(),
                    "{step}"
                );
            }
        }
    }
    assert!(n_compared > 80, "only {n_compared} were compared");
}

fn message_of(wanted: &str, from_wanted: &str) -> Message {
    let found = frames().into_iter().find(|(step, from, xml)| {
        step == wanted && from == from_wanted && xml.starts_with("<message")
    });
    let (.., xml) = found.unwrap_or_else(|| panic!("no {wanted}"));
    Message::read(&Element::parse(&xml).unwrap()).unwrap()
}

#[test]
fn the_parts_of_messages_are_found() {
    let sent = message_of("send 1-1", "client");
    let extra = sent.extra.as_ref().unwrap();
    assert_eq!(sent.kind, Kind::Chat);
    assert_eq!(sent.body.as_deref(), Some("How are <you> & \"me\"?"));
    assert!(extra.save_to_history);
    assert_eq!(extra.dialog_id.as_deref(), Some("65a000000000000000000001"));
    assert_eq!(extra.date_sent, Some(1_767_323_045));

    let files = message_of("send attachments", "client")
        .extra
        .unwrap()
        .attachments;
    assert_eq!(
        (files[0].get("uid"), files[0].number("width")),
        (Some("ABC"), Some(640))
    );

    assert_eq!(
        message_of("delivered", "client").marker.unwrap().id(),
        "65b000000000000000000001"
    );
    assert!(message_of("typing 1-1", "client").chat_state.is_some());
    assert!(message_of("edit 1-1", "client").replace.is_some());
    assert!(message_of("delete group", "client").remove.is_some());
    let headline = message_of("system message", "client");
    assert_eq!(
        system::changed_dialog(&headline).as_deref(),
        Some("65a000000000000000000001")
    );
    assert!(message_of("recv carbon sent", "server").carbon.is_some());
}

#[test]
fn logins_are_taken_apart() {
    let auth = Element::parse(
        "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>ADExLTEwMABzZWNyZXQ=</auth>",
    );
    let Some(Sasl::Auth {
        mechanism,
        data: Some(data),
    }) = Sasl::read(&auth.unwrap())
    else {
        panic!("no auth")
    };
    let plain = Plain::read(&data).unwrap();
    assert_eq!(
        (
            mechanism.as_str(),
            plain.user.as_str(),
            plain.password.as_str()
        ),
        ("PLAIN", "11-100", "secret")
    );
    assert_eq!(plain.write(), data);
    assert!(
        !format!("{plain:?}").contains("secret"),
        "a password is never shown"
    );
    let bound = Bind {
        resource: None,
        jid: Some("11-100@c/R".into()),
    };
    assert_eq!(Bind::read(&bound.write()), Some(bound));
}

#[test]
fn milliseconds_become_seconds_and_arrays_become_json() {
    let xml = "<message xmlns='jabber:client' type='chat' id='1'><extraParams><date_sent>1767323045678</date_sent><arr><0>1</0><1><k>v</k></1></arr></extraParams></message>";
    let message = Message::read(&Element::parse(xml).unwrap()).unwrap();
    assert_eq!(
        message.extra.as_ref().unwrap().date_sent,
        Some(1_767_323_045)
    );
    let written = message.write().to_xml_within(ns::CLIENT);
    assert!(
        written.contains("<arr>[&quot;1&quot;,{&quot;k&quot;:&quot;v&quot;}]</arr>"),
        "{written}"
    );
}

/// What Node says over TCP, from the header to the end, and what a server answers:
/// read in the order of the bytes, the new beginning after the login included.
#[test]
fn a_recorded_conversation_over_tcp_is_read_from_its_header_to_its_end() {
    let rows = data("stanzas/tcp-sdk-6.1.2.json");
    for side in ["client", "server"] {
        let mut reader = StreamReader::new(1 << 18);
        let mut said = Vec::new();
        for row in rows
            .as_array()
            .unwrap()
            .iter()
            .filter(|r| r["from"] == side)
        {
            let bytes = row["bytes"].as_str().unwrap();
            for chunk in bytes.as_bytes().chunks(7) {
                reader.push(chunk, &mut said).unwrap();
            }
        }
        let is_end = |event: &StreamEvent| matches!(event, StreamEvent::Close);
        let is_open = |event: &&StreamEvent| matches!(event, StreamEvent::Open(_));
        assert_eq!(said.iter().filter(is_open).count(), 2, "{side}");
        assert!(said.last().is_some_and(is_end), "{side}");
        let mut names = Vec::new();
        for event in &said {
            let StreamEvent::Element(element) = event else {
                continue;
            };
            let written = rewritten(element).unwrap_or_else(|| panic!("{side}: {element:?}"));
            if side == "client" {
                assert_eq!(sorted(&written).to_xml(), sorted(element).to_xml());
            }
            names.push(element.local().to_owned());
        }
        let wanted: &[&str] = if side == "client" {
            &["auth", "iq", "iq", "presence", "message"]
        } else {
            &["features", "success", "features", "iq"]
        };
        assert_eq!(names, wanted, "{side}");
    }
}

/// Reads `value` as a `T`, writes it, and reads that again.
fn there_and_back<T: DeserializeOwned + Serialize + PartialEq + std::fmt::Debug>(
    value: &Value,
) -> T {
    let read: T = serde_json::from_value(value.clone()).unwrap_or_else(|e| panic!("{e}: {value}"));
    let again: T = serde_json::from_value(serde_json::to_value(&read).unwrap()).unwrap();
    assert_eq!(read, again, "writing keeps the meaning of {value}");
    read
}

/// What a body says, however it says it: numbers and flags as text, and lists of
/// ids and tags as lists, whether they stood in one text or not.
fn meaning(key: &str, value: &Value) -> Value {
    let is_list = key.ends_with("_ids") || key == "tag_list";
    match value {
        Value::Bool(flag) => Value::from(if *flag { "1" } else { "0" }),
        Value::Number(number) if is_list => Value::from(vec![number.to_string()]),
        Value::Number(number) => Value::from(number.to_string()),
        Value::String(text) if is_list => {
            let parts = text.split(',').map(str::trim).map(Value::from);
            parts.collect::<Vec<_>>().into()
        }
        Value::Array(list) => list.iter().map(|item| meaning("", item)).collect(),
        Value::Object(map) => {
            let pairs = map.iter();
            Value::Object(
                pairs
                    .map(|(key, value)| (key.clone(), meaning(key, value)))
                    .collect(),
            )
        }
        other => other.clone(),
    }
}

/// Reads `value` as a `T` and writes it: everything that was said is said again,
/// and nothing else.
fn says_the_same<T: DeserializeOwned + Serialize + PartialEq + std::fmt::Debug>(value: &Value) {
    let written = serde_json::to_value(there_and_back::<T>(value)).unwrap();
    assert_eq!(meaning("", &written), meaning("", value), "{value}");
}

#[test]
fn every_recorded_request_body_is_read_and_says_the_same_when_it_is_written() {
    let mut n_read = 0;
    for row in data("rest/requests-sdk-6.1.2.json").as_array().unwrap() {
        let (method, path) = (
            row["method"].as_str().unwrap(),
            row["path"].as_str().unwrap(),
        );
        let Some(body) = row["body"]
            .as_str()
            .and_then(|body| serde_json::from_str::<Value>(body).ok())
        else {
            continue;
        };
        n_read += 1;
        match (method, path.trim_end_matches(".json")) {
            ("POST", "/session") => says_the_same::<NewSession>(&body),
            ("POST", "/login") => says_the_same::<Credentials>(&body),
            ("POST", "/users") => says_the_same::<UserBody<NewUser>>(&body),
            ("POST", "/users/password/reset") => says_the_same::<Credentials>(&body),
            ("PUT", path) if path.starts_with("/users") => {
                says_the_same::<UserBody<NewUser>>(&body);
            }
            ("POST", "/chat/Dialog") => says_the_same::<NewDialog>(&body),
            ("PUT", path) if path.ends_with("/notifications") => {
                says_the_same::<Notifications>(&body);
            }
            ("PUT", path) if path.starts_with("/chat/Dialog/") => {
                says_the_same::<DialogChange>(&body);
            }
            ("POST", "/chat/Message") => says_the_same::<NewMessage>(&body),
            ("POST", "/blobs") => says_the_same::<NewBlob>(&body["blob"]),
            ("PUT", path) if path.ends_with("/complete") => {
                let complete = BlobComplete::from_value(&body);
                assert_eq!(complete.size, body["size"].as_u64());
                assert_eq!(BlobComplete::from_value(&complete.to_value()), complete);
            }
            ("PUT", path) if path.ends_with("/reactions") => {
                // Two texts and nothing else: they have no type.
                assert!(body.as_object().is_some_and(|map| {
                    map.iter().all(|(key, value)| {
                        matches!(key.as_str(), "add" | "remove") && value.is_string()
                    })
                }));
            }
            ("PUT", path) if path.starts_with("/chat/Message") => {
                says_the_same::<MessageChange>(&body);
            }
            ("POST", "/data/UserReports") => {
                let id = body["reportedUserId"].as_u64().unwrap();
                let report = user_report(id, body["reason"].as_str().unwrap());
                assert_eq!(Value::Object(report), body);
            }
            ("POST", "/data/MessageReports") => {
                let id = body["reportedMessageId"].as_str().unwrap();
                let report = message_report(id, body["reason"].as_str().unwrap());
                assert_eq!(Value::Object(report), body);
            }
            // Free in form, or of no interest to a client: kith-server reads
            // them as the maps that they are.
            ("POST", "/chat/Message/system" | "/subscriptions" | "/events")
            | (
                "POST" | "PUT",
                "/data/X" | "/data/X/multi" | "/data/X/id1" | "/data/X/by_criteria",
            ) => {
                n_read -= 1;
            }
            other => panic!("{other:?} is read by nothing"),
        }
    }
    assert!(n_read > 35, "only {n_read} bodies were read");
}

#[test]
fn ids_are_read_from_the_texts_that_the_sdk_makes_of_them() {
    let body =
        serde_json::json!({"type":2,"name":"Room & co","occupants_ids":"22, 33","admins_ids":"22"});
    let dialog: NewDialog = there_and_back(&body);
    assert_eq!(
        (dialog.occupants_ids, dialog.admins_ids),
        (vec![22, 33], vec![22])
    );
    let change: DialogChange =
        there_and_back(&serde_json::json!({"photo":null,"push_all":{"occupants_ids":["44"]}}));
    assert_eq!(
        (
            change.name,
            change.photo,
            change.push_all.unwrap().occupants_ids
        ),
        (None, Some(None), vec![44])
    );
}

#[test]
fn every_recorded_answer_is_read() {
    let answers = data("rest/answers-sdk-6.1.2.json");
    let ok = |call: &str| answers[call]["ok"].clone();
    let signed_up: UserBody = there_and_back(&ok("users.signup (no session)"));
    assert_eq!(signed_up.user.login.as_deref(), Some("user44"));
    let users: Page<User> = there_and_back(&ok("users.getV2 id"));
    assert_eq!(users.items.0[0].id, 22);
    let dialogs: Page<Dialog> = there_and_back(&ok("after destroy"));
    assert_eq!(dialogs.items.0[0].id, "65a000000000000000000001");
    let error = ErrorBody::from_value(&answers["expired, no handler"]["err"]["info"]);
    assert!(error.is_session_expired());
    assert_eq!(
        ErrorBody::from_value(&answers["error array"]["err"]["info"])
            .list
            .len(),
        1
    );
}

#[test]
fn every_documented_body_is_read() {
    let documented = data("rest/documented.json");
    let rows = |key: &str| documented[key].as_array().unwrap().clone();

    let sessions: Vec<SessionBody> = rows("sessions").iter().map(there_and_back).collect();
    assert_eq!(
        (sessions[0].session.user_id, sessions[1].session.user_id),
        (81, 0)
    );
    assert_eq!(sessions[1].session.application_id, 100);

    let users: Vec<User> = rows("users").iter().map(there_and_back).collect();
    assert_eq!(users[1].user_tags.as_deref(), Some("team,admin"));
    assert_eq!(
        (users[1].id, users[1].external_user_id.as_deref()),
        (12, Some("7"))
    );
    assert_eq!(users[1].created_at, Some(Date::from_seconds(1_767_323_045)));

    let dialogs: Vec<Dialog> = rows("dialogs").iter().map(there_and_back).collect();
    assert_eq!(
        (
            dialogs[1].kind,
            dialogs[1].occupants_count,
            dialogs[1].unread_messages_count
        ),
        (4, Some(12), None)
    );
    assert_eq!(dialogs[2].occupants_ids, [11, 22]);
    assert_eq!(dialogs[2].last_message_date_sent, Some(1_767_434_400));

    let messages: Vec<StoredMessage> = rows("messages").iter().map(there_and_back).collect();
    let uids: Vec<_> = messages[1]
        .attachments
        .0
        .iter()
        .map(|a| a.get("uid").unwrap())
        .collect();
    assert_eq!(
        uids,
        ["A", "B"],
        "numeric keys are in the order of the numbers"
    );
    assert_eq!(messages[1].custom["field_one"], "v1");
    assert_eq!(
        messages[2].date_sent,
        Some(1_767_323_045),
        "milliseconds are divided"
    );
    assert_eq!(messages[2].read_ids, [11, 22]);

    for row in rows("pages") {
        let page: Page<StoredMessage> = there_and_back(&row);
        assert_eq!(page.items.0.len(), 1, "{row}");
    }
    for row in rows("errors") {
        let error = ErrorBody::from_value(&row);
        assert_eq!(ErrorBody::from_value(&error.to_value()), error);
        assert_eq!(error.texts().count(), 1, "{row}");
    }
}
