//! A client that begins in the open gets TLS, or nothing.

use std::sync::Arc;

use kith_wire::xmpp::ns;
use rustls_pki_types::ServerName;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::town::{ANN, Live, PASSWORD, Town, tls};

async fn until(socket: &mut TcpStream, what: &str) -> String {
    let mut text = String::new();
    let mut buffer = [0u8; 1024];
    while !text.contains(what) {
        let count = socket.read(&mut buffer).await.expect("readable");
        if count == 0 {
            return text;
        }
        text.push_str(&String::from_utf8_lossy(&buffer[..count]));
    }
    text
}

async fn open(town: &Town) -> (TcpStream, String) {
    let mut socket = TcpStream::connect(&town.server.ready().chat_addr)
        .await
        .expect("a connection");
    let header = format!(
        "<?xml version='1.0'?><stream:stream xmlns='{}' xmlns:stream='{}' to='chat.kith.local' version='1.0'>",
        ns::CLIENT,
        ns::STREAM
    );
    socket.write_all(header.as_bytes()).await.expect("written");
    let features = until(&mut socket, "</stream:features>").await;
    (socket, features)
}

#[tokio::test]
async fn starttls_leads_to_a_stream_like_any_other() {
    let town = Town::open().await;
    let (mut socket, features) = open(&town).await;
    assert!(
        features.contains("<required/>") && !features.contains("mechanism"),
        "no password in the open: {features}"
    );
    // What stands behind the request in the open is not believed.
    let request = format!(
        "<starttls xmlns='{}'/><auth xmlns='{}' mechanism='PLAIN'>AA==</auth>",
        ns::TLS,
        ns::SASL
    );
    socket.write_all(request.as_bytes()).await.expect("written");
    let proceed = until(&mut socket, "proceed").await;
    assert!(!proceed.contains("failure"), "{proceed}");
    let name = ServerName::try_from("chat.kith.local").expect("a name");
    let stream = TlsConnector::from(Arc::new(tls(town.server.ready())))
        .connect(name, socket)
        .await
        .expect("the certificate is good for the chat's domain, too");
    let mut ann = Live::over(town.server.ready(), stream);
    ann.log_in(ANN, PASSWORD).await;
    ann.bind().await;
}

#[tokio::test]
async fn without_tls_nothing_is_done() {
    let town = Town::open().await;
    for (sent, answer) in [
        (
            "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>AA==</auth>",
            "policy-violation",
        ),
        ("<message to='x'/>", "policy-violation"),
        ("<!DOCTYPE a>", "not-well-formed"),
        ("</stream:stream>", "</stream:stream>"),
    ] {
        let (mut socket, _) = open(&town).await;
        socket.write_all(sent.as_bytes()).await.expect("written");
        let told = until(&mut socket, "nothing that is ever said").await;
        assert!(told.contains(answer), "{sent}: {told}");
    }
}
