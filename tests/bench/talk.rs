//! From the `send` command in one application to the patch in another one,
//! over a server that runs by itself.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use kith_model::{
    AppId, ChatAddress, ChatSecurity, Clock as _, Connection, MessageIds, SystemClock,
};
use kith_testkit::{PASSWORD, TestDesk};
use serde_json::{Value, json};

const ROUNDS: usize = 300;
const WARMING: usize = 20;

/// Between two messages, as between two people's: a message is not to queue
/// behind the one before it.
const PAUSE: Duration = Duration::from_millis(40);

/// Measures and prints.
pub(crate) async fn run(server: &str, data: &Path) -> Result<()> {
    let ready: Value = serde_json::from_str(server)?;
    let connection = connection(&ready)?;
    let logins = ["bench-kith-one", "bench-kith-two"];
    let mut desks = Vec::new();
    let mut ids = Vec::new();
    for login in logins {
        // They were signed up by `talk.js`, which runs before.
        let mut desk = TestDesk::open(data, login).await?;
        let home = desk.sign_in(&connection, login, PASSWORD).await?;
        ids.push(home["me"]["id"].clone());
        desks.push(desk);
    }
    let (mut to, from) = (
        desks.pop().context("two desks")?,
        desks.pop().context("two desks")?,
    );
    let people = json!([ids.last()]);
    let dialog = from
        .call(
            "create_dialog",
            json!({"kind": "private", "name": "", "people": people}),
        )
        .await?;
    to.until("the dialog", |event| {
        event["patch"]["dialogs"]
            .as_array()?
            .iter()
            .any(|entry| entry["id"] == dialog)
            .then_some(())
    })
    .await;
    to.call("open_timeline", json!({"dialog": dialog, "at": null}))
        .await?;

    let message_ids = MessageIds::new(11);
    let mut times = Vec::new();
    for round in 0..WARMING + ROUNDS {
        tokio::time::sleep(PAUSE).await;
        let id = message_ids.next(SystemClock.now()).to_string();
        let start = Instant::now();
        from.call(
            "send",
            json!({"dialog": dialog, "id": id, "text": format!("message {round}")}),
        )
        .await?;
        to.until("the message", |event| {
            event["patch"]["upserts"]
                .as_array()?
                .iter()
                .any(|message| message["id"] == id)
                .then_some(())
        })
        .await;
        if round >= WARMING {
            times.push(start.elapsed().as_secs_f64() * 1000.0);
        }
    }
    times.sort_by(f64::total_cmp);
    let at = |share: f64| times.get((times.len() as f64 * share) as usize).copied();
    println!("{}", json!({"median": at(0.5), "p99": at(0.99)}));
    from.close().await;
    to.close().await;
    Ok(())
}

fn connection(ready: &Value) -> Result<Connection> {
    let text = |name: &str| {
        Ok::<_, anyhow::Error>(
            ready[name]
                .as_str()
                .with_context(|| format!("no {name}"))?
                .to_owned(),
        )
    };
    let chat = text("chat_addr")?;
    let (host, port) = chat
        .rsplit_once(':')
        .context("the chat's address has no port")?;
    Ok(Connection {
        name: "Bench".to_owned(),
        api_url: text("api_url")?,
        chat: ChatAddress {
            host: host.to_owned(),
            port: port.parse()?,
            security: ChatSecurity::Direct,
        },
        chat_domain: text("chat_domain")?,
        muc_domain: text("muc_domain")?,
        app_id: AppId(ready["app_id"].as_u64().context("no app_id")?),
        auth_key: text("auth_key")?,
        ca_cert: Some(std::fs::read_to_string(text("ca_cert")?)?),
    })
}
