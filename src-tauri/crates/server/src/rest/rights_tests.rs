//! The whole table of roles and calls (`protocol/rest.md` §5.6): who may do
//! what in which kind of dialog, over REST and over XMPP. What is refused must
//! also have changed nothing.

use kith_wire::xml::Element;
use serde_json::{Value, json};

use crate::chat;
use crate::house::{House, Person};

const KINDS: [(&str, i64); 4] = [("private", 3), ("group", 2), ("public", 4), ("channel", 1)];
const ROLES: [&str; 4] = ["owner", "admin", "member", "stranger"];

/// A call, and for every kind who may do it: owner, admin, member, stranger. `-` where
/// there is nobody in the role.
type Row = (
    &'static str,
    &'static str,
    &'static str,
    fn(&Names) -> Value,
    [&'static str; 4],
);

/// What a call can be about.
struct Names {
    dialog: String,
    owner: i64,
    member: i64,
    /// Somebody who is in none of the dialogs and asks for nothing.
    other: i64,
    message: String,
}

fn nothing(_: &Names) -> Value {
    Value::Null
}

//                     private   group    public   channel
const TABLE: [Row; 35] = [
    (
        "read the history",
        "GET",
        "/chat/Message?chat_dialog_id={d}&mark_as_read=0",
        nothing,
        ["Y-YN", "YYYN", "YYYN", "YYYY"],
    ),
    (
        "find a message",
        "GET",
        "/chat/Message?_id={m}&mark_as_read=0",
        nothing,
        ["Y-YN", "YYYN", "YYYN", "YYYY"],
    ),
    (
        "see the dialog",
        "GET",
        "/chat/Dialog?_id={d}",
        nothing,
        ["Y-YN", "YYYN", "YYYN", "YYYY"],
    ),
    (
        "write",
        "POST",
        "/chat/Message",
        |n| json!({"chat_dialog_id": n.dialog, "message": "new"}),
        ["Y-YN", "YYYN", "YYYN", "YYNN"],
    ),
    (
        "write and tell",
        "POST",
        "/chat/Message",
        |n| json!({"chat_dialog_id": n.dialog, "message": "new", "send_to_chat": 1}),
        ["Y-YN", "YYYN", "YYYN", "YYNN"],
    ),
    (
        "mark everything read",
        "PUT",
        "/chat/Message",
        |n| json!({"chat_dialog_id": n.dialog, "read": 1}),
        ["Y-YN", "YYYN", "YYYN", "YYYY"],
    ),
    (
        "mark a message read",
        "PUT",
        "/chat/Message/{m}",
        |_| json!({"read": 1}),
        ["Y-YN", "YYYN", "YYYN", "YYYY"],
    ),
    (
        "correct the owner's message",
        "PUT",
        "/chat/Message/{m}",
        |_| json!({"message": "changed"}),
        ["Y-NN", "YNNN", "YNNN", "YNNN"],
    ),
    (
        "remove the owner's message for all",
        "DELETE",
        "/chat/Message/{m}",
        |_| json!({"force": 1}),
        ["Y-NN", "YYNN", "YYNN", "YYNN"],
    ),
    (
        "remove a message for oneself",
        "DELETE",
        "/chat/Message/{m}",
        nothing,
        ["Y-YN", "YYYN", "YYYN", "YYYY"],
    ),
    (
        "react",
        "PUT",
        "/chat/Message/{m}/reactions",
        |_| json!({"add": "👍"}),
        ["Y-YN", "YYYN", "YYYN", "YYYY"],
    ),
    (
        "read reactions",
        "GET",
        "/chat/Message/{m}/reactions",
        nothing,
        ["Y-YN", "YYYN", "YYYN", "YYYY"],
    ),
    (
        "rename",
        "PUT",
        "/chat/Dialog/{d}",
        |_| json!({"name": "Other"}),
        ["N-NN", "YYYN", "YYNN", "YYNN"],
    ),
    (
        "change the picture",
        "PUT",
        "/chat/Dialog/{d}",
        |_| json!({"photo": "p"}),
        ["N-NN", "YYYN", "YYNN", "YYNN"],
    ),
    (
        "describe",
        "PUT",
        "/chat/Dialog/{d}",
        |_| json!({"description": "d", "extensions": null}),
        ["N-NN", "YYYN", "YYNN", "YYNN"],
    ),
    (
        "let strangers look in",
        "PUT",
        "/chat/Dialog/{d}",
        |_| json!({"permissions": {"allow_preview": true}}),
        ["N-NN", "YYYN", "YYNN", "YYNN"],
    ),
    (
        "look in where strangers may not",
        "GET",
        "/chat/Message?chat_dialog_id={d}&mark_as_read=0&preview=1",
        nothing,
        ["Y-YN", "YYYN", "YYYN", "YYYY"],
    ),
    (
        "add somebody",
        "PUT",
        "/chat/Dialog/{d}",
        |n| json!({"push_all": {"occupants_ids": [n.other]}}),
        ["N-NN", "YYYN", "YYNN", "NNNN"],
    ),
    (
        "remove another member",
        "PUT",
        "/chat/Dialog/{d}",
        |n| json!({"pull_all": {"occupants_ids": [n.member]}}),
        ["N-NN", "YYYN", "YYYN", "NNNN"],
    ),
    (
        "remove the owner",
        "PUT",
        "/chat/Dialog/{d}",
        |n| json!({"pull_all": {"occupants_ids": [n.owner]}}),
        ["N-NN", "YNNN", "YNNN", "NNNN"],
    ),
    (
        "make somebody an admin",
        "PUT",
        "/chat/Dialog/{d}/admins",
        |n| json!({"push_all": {"admins_ids": [n.member]}}),
        ["N-NN", "YNNN", "YNNN", "YNNN"],
    ),
    (
        "make somebody an admin by the other call",
        "PUT",
        "/chat/Dialog/{d}",
        |n| json!({"push_all": {"admins_ids": [n.member]}}),
        ["N-NN", "YNNN", "YNNN", "YNNN"],
    ),
    (
        "pin",
        "PUT",
        "/chat/Dialog/{d}",
        |n| json!({"push_all": {"pinned_messages_ids": [n.message]}}),
        ["N-NN", "YYNN", "YYNN", "YYNN"],
    ),
    (
        "unpin",
        "PUT",
        "/chat/Dialog/{d}",
        |n| json!({"pull_all": {"pinned_messages_ids": [n.message]}}),
        ["N-NN", "YYNN", "YYNN", "YYNN"],
    ),
    (
        "take the lead from somebody",
        "PUT",
        "/chat/Dialog/{d}/admins",
        |n| json!({"pull_all": {"admins_ids": [n.member]}}),
        ["N-NN", "YNNN", "YNNN", "YNNN"],
    ),
    (
        "delete the dialog for oneself",
        "DELETE",
        "/chat/Dialog/{d}",
        nothing,
        ["Y-YN", "YYYN", "YYYN", "YYYY"],
    ),
    (
        "delete the dialog for all",
        "DELETE",
        "/chat/Dialog/{d}",
        |_| json!({"force": 1}),
        ["Y-YN", "YNNN", "YNNN", "YNNN"],
    ),
    (
        "clear the history for oneself",
        "DELETE",
        "/chat/Dialog/clearHistory/{d}",
        nothing,
        ["Y-YN", "YYYN", "YYYN", "YYYY"],
    ),
    (
        "clear the history for all",
        "DELETE",
        "/chat/Dialog/clearHistory/{d}",
        |_| json!({"force": 1}),
        ["Y-YN", "YNNN", "YNNN", "YNNN"],
    ),
    (
        "subscribe",
        "POST",
        "/chat/Dialog/{d}/subscribe",
        nothing,
        ["N-NN", "NNNN", "YYYY", "NNNN"],
    ),
    (
        "unsubscribe",
        "DELETE",
        "/chat/Dialog/{d}/subscribe",
        nothing,
        ["N-NN", "YYYN", "YYYN", "NNNN"],
    ),
    (
        "see who is in it",
        "GET",
        "/chat/Dialog/{d}/occupants",
        nothing,
        ["Y-YN", "YYYN", "YYYY", "YYYY"],
    ),
    (
        "see the notification setting",
        "GET",
        "/chat/Dialog/{d}/notifications",
        nothing,
        ["Y-YN", "YYYN", "YYYN", "YYYY"],
    ),
    (
        "change the notification setting",
        "PUT",
        "/chat/Dialog/{d}/notifications",
        |_| json!({"enabled": 0}),
        ["Y-YN", "YYYN", "YYYN", "YYYY"],
    ),
    (
        "search in it",
        "GET",
        "/chat/search?search_text=owner's&chat_dialog_ids={d}",
        nothing,
        ["Y-YN", "YYYN", "YYYN", "YYYY"],
    ),
];

struct Cast {
    house: House,
    owner: Person,
    admin: Person,
    member: Person,
    stranger: Person,
    other: Person,
    application: Person,
}

impl Cast {
    async fn gather() -> Self {
        let house = House::open().await;
        let (owner, admin) = (house.person("owner").await, house.person("admin").await);
        let (member, stranger) = (house.person("member").await, house.person("stranger").await);
        let other = house.person("other").await;
        let application = Person {
            id: 0,
            token: house.session(None).await,
        };
        Self {
            house,
            owner,
            admin,
            member,
            stranger,
            other,
            application,
        }
    }

    fn person(&self, role: &str) -> &Person {
        match role {
            "owner" => &self.owner,
            "admin" => &self.admin,
            "member" => &self.member,
            _ => &self.stranger,
        }
    }

    /// A dialog of a kind with everybody in their roles, and a message of the owner's.
    async fn dialog(&self, kind: i64) -> Names {
        let (owner, house) = (&self.owner, &self.house);
        let (admin, member) = (self.admin.id, self.member.id);
        let body = match kind {
            3 => json!({"type": 3, "occupants_ids": [member]}),
            1 => json!({"type": 1, "name": "Room", "admins_ids": [admin]}),
            _ => {
                json!({"type": kind, "name": "Room", "occupants_ids": [admin, member], "admins_ids": [admin]})
            }
        };
        let dialog = house.dialog(owner, body).await;
        let body = json!({"chat_dialog_id": dialog, "message": "the owner's"});
        let message = house.ok(owner, "POST", "/chat/Message", body).await;
        Names {
            dialog,
            owner: owner.id,
            member,
            other: self.other.id,
            message: message["_id"].as_str().expect("an id").to_owned(),
        }
    }

    /// Everything that a refused call could have changed, as text.
    async fn state(&self, names: &Names) -> String {
        let mut state = String::new();
        for query in [
            "SELECT json_array(id, name, description, photo, extensions, permissions, owner_id) FROM dialogs WHERE id = ?",
            "SELECT json_array(user_id, is_admin, notifications, hidden, cleared_seq) FROM members WHERE dialog_id = ? ORDER BY user_id",
            "SELECT json_array(message_id) FROM pins WHERE dialog_id = ?",
            "SELECT json_array(id, body, sender_id) FROM messages WHERE dialog_id = ? ORDER BY seq",
            "SELECT json_array(seq, user_id, delivered, read) FROM receipts WHERE dialog_id = ? ORDER BY seq, user_id",
            "SELECT json_array(r.user_id, r.emoji) FROM reactions r JOIN messages g ON g.seq = r.seq WHERE g.dialog_id = ?",
            "SELECT json_array(h.user_id) FROM hidden_messages h JOIN messages g ON g.seq = h.seq WHERE g.dialog_id = ?",
        ] {
            let rows: Vec<String> = sqlx::query_scalar(query)
                .bind(&names.dialog)
                .fetch_all(self.house.site.db.read())
                .await
                .expect("read");
            state += &rows.join("\n");
            state += "\n\n";
        }
        state
    }
}

/// Whether an answer means that it was done: a list that does not have it, or a deletion
/// of nothing, means that it was not.
fn is_done(status: u16, answer: &Value) -> bool {
    let has = |path: &str| {
        answer
            .pointer(path)
            .and_then(Value::as_array)
            .map(|list| !list.is_empty())
    };
    (200..300).contains(&status)
        && has("/SuccessfullyDeleted/ids").unwrap_or(true)
        && has("/results/messages").unwrap_or(true)
        && (answer.get("notifications").is_some() || has("/items").unwrap_or(true))
}

#[tokio::test]
async fn everybody_may_do_what_the_table_says_and_nothing_else() {
    let cast = Cast::gather().await;
    let mut wrong = Vec::new();
    for (what, method, path, body, allowed) in TABLE {
        for ((kind, number), allowed) in KINDS.iter().zip(allowed) {
            for (role, allowed) in ROLES.iter().zip(allowed.chars()) {
                if allowed == '-' {
                    continue;
                }
                let names = cast.dialog(*number).await;
                let path = path
                    .replace("{d}", &names.dialog)
                    .replace("{m}", &names.message);
                let before = cast.state(&names).await;
                let who = cast.person(role);
                let (status, answer) = cast
                    .house
                    .call(Some(who), method, &path, body(&names))
                    .await;
                let done = is_done(status, &answer);
                if done != (allowed == 'Y') {
                    wrong.push(format!("{kind}: {role}: {what}: {status} {answer}"));
                }
                if !done && cast.state(&names).await != before {
                    wrong.push(format!(
                        "{kind}: {role}: {what}: was refused and changed something"
                    ));
                }
                if *number == 3 {
                    // One private dialog a pair: make room for the next.
                    let path = format!("/chat/Dialog/{}", names.dialog);
                    let force = json!({"force": 1});
                    let _gone = cast
                        .house
                        .call(Some(&cast.owner), "DELETE", &path, force)
                        .await;
                }
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} differ from the table:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[tokio::test]
async fn nobody_and_the_application_alone_can_do_nothing_with_dialogs() {
    let cast = Cast::gather().await;
    let names = cast.dialog(2).await;
    let before = cast.state(&names).await;
    for (what, method, path, body, _) in TABLE {
        let path = path
            .replace("{d}", &names.dialog)
            .replace("{m}", &names.message);
        let (status, _) = cast.house.call(None, method, &path, body(&names)).await;
        assert_eq!(status, 401, "{what}: nobody");
        let application = Some(&cast.application);
        let (status, _) = cast
            .house
            .call(application, method, &path, body(&names))
            .await;
        assert_eq!(status, 403, "{what}: the application");
    }
    assert_eq!(cast.state(&names).await, before);
}

#[tokio::test]
async fn over_xmpp_the_same_holds() {
    let cast = Cast::gather().await;
    let room = |names: &Names| cast.house.site.room_jid(&names.dialog);
    let body = "<body>new</body><extraParams><save_to_history>1</save_to_history></extraParams>";
    let rows: [(&str, &str, [&str; 4]); 3] = [
        ("write", body, ["Y-YN", "YYYN", "YYYN", "YYNN"]),
        (
            "correct the owner's message",
            "<body>new</body><replace xmlns='urn:xmpp:message-correct:0' id='{m}'/>",
            ["Y-NN", "YNNN", "YNNN", "YNNN"],
        ),
        (
            "remove the owner's message",
            "<remove xmlns='urn:xmpp:message-delete:0' id='{m}'/>",
            ["Y-NN", "YYNN", "YYNN", "YYNN"],
        ),
    ];
    let mut wrong = Vec::new();
    for (what, inside, allowed) in rows {
        for ((kind, number), allowed) in KINDS.iter().zip(allowed) {
            for (role, allowed) in ROLES.iter().zip(allowed.chars()) {
                if allowed == '-' {
                    continue;
                }
                let names = cast.dialog(*number).await;
                let mut hearing = cast.house.online(&cast.member);
                let me = cast.house.online(cast.person(role));
                let xml = format!(
                    "<message xmlns='jabber:client' type='groupchat' id='{}' to='{}'>{}</message>",
                    cast.house.site.ids.next(cast.house.site.now() / 1000),
                    room(&names),
                    inside.replace("{m}", &names.message)
                );
                let before = cast.state(&names).await;
                let stanza = Element::parse(&xml).expect("XML");
                let done = chat::take_now(&cast.house.site, &me.author(), stanza)
                    .await
                    .is_ok();
                if done != (allowed == 'Y') {
                    wrong.push(format!("{kind}: {role}: {what}: {done}"));
                }
                if !done {
                    if cast.state(&names).await != before {
                        wrong.push(format!("{kind}: {role}: {what}: refused and changed"));
                    }
                    if !hearing.heard().is_empty() {
                        wrong.push(format!("{kind}: {role}: {what}: refused and passed on"));
                    }
                }
                if *number == 3 {
                    let path = format!("/chat/Dialog/{}", names.dialog);
                    let force = json!({"force": 1});
                    let _gone = cast
                        .house
                        .call(Some(&cast.owner), "DELETE", &path, force)
                        .await;
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn a_strangers_markers_and_typing_go_nowhere() {
    let cast = Cast::gather().await;
    let names = cast.dialog(2).await;
    let (mut owner, mut member) = (
        cast.house.online(&cast.owner),
        cast.house.online(&cast.member),
    );
    let me = cast.house.online(&cast.stranger);
    let before = cast.state(&names).await;
    let room = cast.house.site.room_jid(&names.dialog);
    let to_owner = cast.house.site.bare_jid(cast.owner.id);
    for xml in [
        format!(
            "<message xmlns='jabber:client' type='chat' to='{to_owner}'><displayed xmlns='urn:xmpp:chat-markers:0' id='{}'/><extraParams><dialog_id>{}</dialog_id></extraParams></message>",
            names.message, names.dialog
        ),
        format!(
            "<message xmlns='jabber:client' type='chat' to='{to_owner}'><received xmlns='urn:xmpp:chat-markers:0' id='{}'/></message>",
            "0".repeat(24)
        ),
        format!(
            "<message xmlns='jabber:client' type='groupchat' to='{room}'><composing xmlns='http://jabber.org/protocol/chatstates'/></message>"
        ),
    ] {
        let stanza = Element::parse(&xml).expect("XML");
        let _taken = chat::take_now(&cast.house.site, &me.author(), stanza).await;
        assert!(
            owner.heard().is_empty() && member.heard().is_empty(),
            "{xml}"
        );
    }
    assert_eq!(cast.state(&names).await, before);
}

#[tokio::test]
async fn an_account_is_its_owners() {
    let cast = Cast::gather().await;
    let (owner, other) = (&cast.owner, &cast.other);
    let name = json!({"user": {"full_name": "Mine now"}});
    for (method, path, body) in [
        ("PUT", format!("/users/{}", owner.id), name),
        ("DELETE", format!("/users/{}", owner.id), Value::Null),
    ] {
        let (status, answer) = cast
            .house
            .call(Some(other), method, &path, body.clone())
            .await;
        assert!(
            matches!(status, 403 | 404),
            "{method} {path}: {status} {answer}"
        );
        assert_eq!(cast.house.call(None, method, &path, body).await.0, 401);
    }
    let session = cast.house.ok(owner, "GET", "/session", Value::Null).await;
    let path = format!("/session/{}", session["session"]["id"]);
    let (status, _) = cast
        .house
        .call(Some(other), "DELETE", &path, Value::Null)
        .await;
    let still = cast
        .house
        .call(Some(owner), "GET", "/session", Value::Null)
        .await;
    assert_eq!(
        still.0, 200,
        "another's session was ended, answered {status}"
    );
    let user = cast
        .house
        .ok(other, "GET", &format!("/users/{}", owner.id), Value::Null)
        .await;
    assert!(user["user"].get("password").is_none());
    let wrong = json!({"user": {"password": "new password", "old_password": "not mine"}});
    let path = format!("/users/{}", owner.id);
    let (status, answer) = cast.house.call(Some(owner), "PUT", &path, wrong).await;
    assert!(
        (400..500).contains(&status),
        "without the old password: {status} {answer}"
    );
}
