//! Stanzas a second that the client reads, from the socket to the event: what
//! was recorded of a conversation of the official SDK, again and again, beside
//! the XML library alone, which makes elements of the same bytes.

use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use kith_client::{Chat, Link, Secret, ServerEvent};
use kith_model::{AppId, ChatAddress, ChatSecurity, Connection, SystemClock, UserId};
use minidom::Element;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

const RECORDED: &str = include_str!("../data/stanzas/sdk-6.1.2.json");
/// Whose stream was recorded.
const ME: UserId = UserId(11);
const ADDRESS: &str = "11-100@chat.local.test";
/// About so many stanzas are read.
const STANZAS: usize = 60_000;
/// The bytes go out in pieces of this size.
const PIECE: usize = 16 * 1024;
/// Behind the last one, by which its end is known.
const LAST: &str = "<message xmlns='jabber:client' type='chat' from='22-100@chat.local.test/a-resource-of-22' to='11-100@chat.local.test' id='65b00000000000000000ffff'><body>the last</body><extraParams><save_to_history>1</save_to_history><dialog_id>65a000000000000000000001</dialog_id></extraParams></message>";

/// Measures and prints `{"value":…,"baseline":…}`, in stanzas a second.
pub(crate) async fn run() -> Result<()> {
    let mix = mix()?;
    let rounds = STANZAS.div_ceil(mix.len());
    let n_stanzas = rounds * mix.len();
    let baseline = bare(&mix, rounds)?;
    let value = read(&mix, rounds).await?;
    println!(
        "{}",
        json!({
            "value": n_stanzas as f64 / value, "baseline": n_stanzas as f64 / baseline,
            "stanzas": n_stanzas, "kinds": mix.len(),
        })
    );
    Ok(())
}

/// The stanzas that the recorded server sent to one of the two people.
fn mix() -> Result<Vec<String>> {
    let frames: Vec<Value> = serde_json::from_str(RECORDED)?;
    let mut mix = Vec::new();
    for frame in &frames {
        let xml = frame["xml"].as_str().context("a frame has text")?;
        if frame["from"] != "server" {
            continue;
        }
        // Some are ill-formed on purpose; the library alone could not read them.
        let Ok(element) = parse(xml) else { continue };
        let is_mine = element.attr("to").is_some_and(|to| to.starts_with(ADDRESS));
        let is_stanza = matches!(element.name(), "message" | "presence" | "iq");
        if is_stanza && is_mine {
            mix.push(xml.to_owned());
        }
    }
    if mix.len() < 50 {
        bail!("the recording has only {} stanzas", mix.len());
    }
    Ok(mix)
}

fn parse(xml: &str) -> Result<Element, minidom::Error> {
    Element::from_reader_with_prefixes(xml.as_bytes(), "jabber:client".to_owned())
}

/// Seconds in which the XML library makes elements of everything.
fn bare(mix: &[String], rounds: usize) -> Result<f64> {
    let began = Instant::now();
    for _ in 0..rounds {
        for xml in mix {
            std::hint::black_box(parse(xml)?);
        }
    }
    Ok(began.elapsed().as_secs_f64())
}

/// Seconds from the first byte on the socket to the event of the last stanza.
async fn read(mix: &[String], rounds: usize) -> Result<f64> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let port = listener.local_addr()?.port();
    let (events, mut heard) = mpsc::channel(256);
    let chat = Chat::start(
        connection(port),
        ME,
        Secret::new("a password"),
        Arc::new(SystemClock),
        events,
    );
    let mut peer = Peer::log_in(listener.accept().await?.0).await?;
    while let Some(event) = heard.recv().await {
        if event == ServerEvent::Link(Link::Fresh) {
            break;
        }
    }
    let mut all = mix.concat().repeat(rounds);
    all.push_str(LAST);
    let began = Instant::now();
    let (mut reading, mut writing) = peer.wire.split();
    let speak = async {
        for piece in all.as_bytes().chunks(PIECE) {
            writing.write_all(piece).await?;
        }
        anyhow::Ok(())
    };
    // It answers questions and asks for acknowledgements; somebody has to take that.
    let listen = async {
        let mut bytes = vec![0; PIECE];
        while reading.read(&mut bytes).await? > 0 {}
        anyhow::Ok(())
    };
    let hear = async {
        while let Some(event) = heard.recv().await {
            if let ServerEvent::Message(message) = event
                && message.body == "the last"
            {
                return Ok(began.elapsed().as_secs_f64());
            }
        }
        bail!("the stream ended before the last stanza")
    };
    let took = tokio::select! {
        took = async { tokio::try_join!(speak, hear) } => took?.1,
        ended = listen => { ended?; bail!("the client has left") }
    };
    chat.stop().await;
    Ok(took)
}

fn connection(port: u16) -> Connection {
    Connection {
        name: "Recorded".to_owned(),
        api_url: "http://127.0.0.1:1".to_owned(),
        chat: ChatAddress {
            host: "127.0.0.1".to_owned(),
            port,
            security: ChatSecurity::Plain,
        },
        chat_domain: "chat.local.test".to_owned(),
        muc_domain: "muc.chat.local.test".to_owned(),
        app_id: AppId(100),
        auth_key: String::new(),
        ca_cert: None,
    }
}

/// The server's side of one connection, which says what has to be said.
struct Peer {
    wire: TcpStream,
    heard: String,
}

impl Peer {
    /// Logs the client in and gives it a session (`protocol/xmpp.md` §2).
    async fn log_in(wire: TcpStream) -> Result<Self> {
        let mut peer = Self {
            wire,
            heard: String::new(),
        };
        peer.open("<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>PLAIN</mechanism></mechanisms>")
            .await?;
        peer.expect("</auth>").await?;
        peer.say("<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>")
            .await?;
        peer.open("<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/><sm xmlns='urn:xmpp:sm:3'/>")
            .await?;
        let bind = peer.expect("</iq>").await?;
        let jid = format!("{ADDRESS}/a-resource-of-11");
        peer.say(&format!(
            "<iq type='result' id='{}'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>{jid}</jid></bind></iq>",
            id_in(&bind)?
        ))
        .await?;
        peer.expect("urn:xmpp:sm:3").await?;
        peer.say("<enabled xmlns='urn:xmpp:sm:3'/>").await?;
        let carbons = peer.expect("</iq>").await?;
        peer.say(&format!("<iq type='result' id='{}'/>", id_in(&carbons)?))
            .await?;
        Ok(peer)
    }

    async fn say(&mut self, xml: &str) -> Result<()> {
        Ok(self.wire.write_all(xml.as_bytes()).await?)
    }

    async fn open(&mut self, features: &str) -> Result<()> {
        self.expect("<stream:stream").await?;
        self.expect(">").await?;
        self.say(&format!("<?xml version='1.0'?><stream:stream from='chat.local.test' id='1' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'><stream:features>{features}</stream:features>"))
            .await
    }

    /// What comes up to and with this text.
    async fn expect(&mut self, text: &str) -> Result<String> {
        let mut bytes = [0; 4096];
        loop {
            if let Some(at) = self.heard.find(text) {
                let rest = self.heard.split_off(at + text.len());
                return Ok(std::mem::replace(&mut self.heard, rest));
            }
            let n = self.wire.read(&mut bytes).await?;
            if n == 0 {
                bail!("the client left before {text}");
            }
            self.heard.push_str(&String::from_utf8_lossy(&bytes[..n]));
        }
    }
}

/// The id of the last iq in a text.
fn id_in(text: &str) -> Result<String> {
    let iq = text.rfind("<iq").context("an iq")?;
    let from = text[iq..].find(" id=").context("its id")? + iq + 5;
    let id: String = text[from..]
        .chars()
        .take_while(|c| !matches!(c, '\'' | '"'))
        .collect();
    Ok(id)
}
