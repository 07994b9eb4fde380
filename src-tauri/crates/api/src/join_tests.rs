use super::*;

const PEM: &str = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";

fn link(extra: &str) -> String {
    format!(
        "kith://join?name=Garden%20Club&api=https%3A%2F%2F192.168.1.7%3A4443%2F&chat=192.168.1.7:5223&security=direct\
         &domain=chat.kith.local&muc=muc.chat.kith.local&app=1&key=K{extra}"
    )
}

#[test]
fn a_whole_link_gives_a_whole_connection() {
    let ca = URL_SAFE_NO_PAD.encode(PEM);
    let found = read_join(&format!("  {}\n", link(&format!("&ca={ca}")))).unwrap();
    assert_eq!(
        found,
        Connection {
            name: "Garden Club".into(),
            api_url: "https://192.168.1.7:4443".into(),
            chat: ChatAddress {
                host: "192.168.1.7".into(),
                port: 5223,
                security: ChatSecurity::Direct
            },
            chat_domain: "chat.kith.local".into(),
            muc_domain: "muc.chat.kith.local".into(),
            app_id: AppId(1),
            auth_key: "K".into(),
            ca_cert: Some(PEM.into()),
        }
    );
}

#[test]
fn an_application_of_the_cloud_needs_only_id_and_key() {
    let found = read_join("kith://join?app=7&key=abc").unwrap();
    assert_eq!(found.api_url, CLOUD_API);
    assert_eq!(found.chat.host, "chat.connectycube.com");
    assert_eq!(found.chat.port, 5223);
    assert_eq!(found.muc_domain, "muc.chat.connectycube.com");
    assert_eq!(found.name, "api.connectycube.com");
}

#[test]
fn a_file_may_have_the_link_s_keys_or_the_ready_line_s() {
    let by_link_keys = read_join(
        r#"{"name":"X","api":"https://h:1","chat":"h:2","security":"start_tls","domain":"d","app":1,"key":"k"}"#,
    )
    .unwrap();
    assert_eq!(by_link_keys.chat.security, ChatSecurity::StartTls);
    assert_eq!(by_link_keys.muc_domain, "muc.d");
    let ready = serde_json::json!({
        "ready": true, "api_url": "http://127.0.0.1:4443", "chat_addr": "127.0.0.1:5223",
        "chat_domain": "chat.kith.local", "muc_domain": "muc.chat.kith.local",
        "ca_cert": PEM, "app_id": 1, "auth_key": "k"
    });
    let by_ready_line = read_join(&ready.to_string()).unwrap();
    assert_eq!(by_ready_line.chat.security, ChatSecurity::Plain);
    assert_eq!(by_ready_line.ca_cert.as_deref(), Some(PEM.trim()));
    let with_link = serde_json::json!({"ready": true, "join_link": link(""), "app_id": 5});
    assert_eq!(read_join(&with_link.to_string()).unwrap().app_id, AppId(1));
}

#[test]
fn what_cannot_be_used_is_refused_with_a_reason() {
    for (text, word) in [
        ("", "nothing here"),
        ("hello", "kith://join"),
        ("https://join?app=1&key=k", "kith://join"),
        ("kith://leave?app=1&key=k", "kith://join"),
        ("kith://join?key=k", "application id"),
        ("kith://join?app=x&key=k", "not a number"),
        ("kith://join?app=1", "authorization key"),
        ("kith://join?app=1&key=k&chat=nowhere", "host and a port"),
        ("kith://join?app=1&key=k&security=rot13", "encryption"),
        ("kith://join?app=1&key=k&ca=AAAA", "certificate"),
        (
            "kith://join?app=1&key=k&api=http://example.com&domain=d",
            "https",
        ),
        ("kith://join?app=1&key=k&api=https://example.com", "domain"),
        ("kith://join?app=1&key=k&security=plain", "unencrypted"),
        ("kith://join?app=1&key=k&domain=<b>&chat=h:1", "domain"),
        ("{\"app\":", "damaged"),
        ("[1]", "kith://join"),
    ] {
        let error = read_join(text).unwrap_err();
        assert_eq!(error.code, Code::JoinLink, "{text}");
        assert!(error.message.contains(word), "{text}: {}", error.message);
    }
}

#[test]
fn unencrypted_is_for_this_machine_only() {
    for host in ["127.0.0.1", "localhost", "[::1]"] {
        let text = format!(
            "kith://join?app=1&key=k&api=http://{host}:80&domain=d&chat={host}:1&security=plain"
        );
        let found = read_join(&text).unwrap_or_else(|error| panic!("{host}: {error}"));
        assert_eq!(found.chat.security, ChatSecurity::Plain);
    }
}
