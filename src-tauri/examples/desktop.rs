//! A desktop for tests of the real window: a notification server on the bus
//! whose address it is given. It prints each thing that it is asked as a line of
//! JSON, and takes lines like `invoke 1 default`, `reply 1 some text` and
//! `close 1 2`, which are what a person does.

#[cfg(target_os = "linux")]
#[path = "../src/notify/pretend.rs"]
mod pretend;

#[cfg(target_os = "linux")]
#[tokio::main]
async fn main() -> anyhow::Result<()> {
    use std::io::Write;

    use anyhow::Context;
    use tokio::io::{AsyncBufReadExt, BufReader};

    let address = std::env::args().nth(1).context("the address of a bus")?;
    let capabilities = ["actions", "body", "body-markup", "inline-reply"];
    let (server, mut told) = pretend::Pretend::on(&address, &capabilities).await?;
    let mut out = std::io::stdout();
    writeln!(out, "{{\"kind\":\"ready\"}}")?;
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    loop {
        tokio::select! {
            told = told.recv() => {
                let told = told.context("the server ended")?;
                writeln!(out, "{}", serde_json::to_string(&told)?)?;
                out.flush()?;
            }
            line = lines.next_line() => {
                let Some(line) = line? else { return Ok(()) };
                let mut words = line.splitn(3, ' ');
                let (deed, id) = (words.next(), words.next().context("a number")?.parse()?);
                let rest = words.next().context("what")?;
                match deed {
                    Some("invoke") => server.invoke(id, rest).await?,
                    Some("reply") => server.reply(id, rest).await?,
                    _ => server.close(id, rest.parse()?).await?,
                }
            }
        }
    }
}

#[cfg(not(target_os = "linux"))]
fn main() {}
