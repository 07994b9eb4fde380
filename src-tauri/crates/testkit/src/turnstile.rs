//! A way to REST that counts: which requests are waiting for their answers, how
//! many at a time at most, in which order they were asked; and holds back the
//! answers to those that somebody names.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Result;
use kith_model::Connection;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::wait::within;

type Fits = Arc<dyn Fn(&str) -> bool + Send + Sync>;
/// What becomes of a request, by its number, from 0, and its first line.
type Rule = Arc<dyn Fn(usize, &str) -> Passage + Send + Sync>;

/// What becomes of the answer to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Passage {
    Through,
    Held,
    /// It ends with its connection.
    Cut,
}

/// What has passed so far.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// The first line of each request, in order.
    pub lines: Vec<String>,
    /// Those of them that wait for their answers now.
    pub waiting: Vec<String>,
    /// How many of those that are counted waited at the same time, at most.
    pub most: usize,
}

/// Between one device and the server's REST, without TLS.
pub struct Turnstile {
    asked: watch::Sender<Asked>,
    rule: watch::Sender<Rule>,
    port: u16,
    gate: JoinHandle<()>,
}

impl std::fmt::Debug for Turnstile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Turnstile")
            .field("port", &self.port)
            .finish_non_exhaustive()
    }
}

impl Turnstile {
    /// Stands before the REST of `connection`; of the requests whose first line
    /// fits `counted` it is known how many waited at the same time.
    ///
    /// # Errors
    /// When no port is free.
    pub async fn before(
        connection: &Connection,
        counted: impl Fn(&str) -> bool + Send + Sync + 'static,
    ) -> Result<Self> {
        let there: SocketAddr = crate::road::authority(&connection.api_url).parse()?;
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let port = listener.local_addr()?.port();
        let asked = watch::Sender::new(Asked::default());
        let all: Rule = Arc::new(|_, _| Passage::Through);
        let rule = watch::Sender::new(all);
        let counted: Fits = Arc::new(counted);
        let gate = tokio::spawn({
            let (asked, rule) = (asked.clone(), rule.clone());
            async move {
                while let Ok((near, _)) = listener.accept().await {
                    let counted = Arc::clone(&counted);
                    tokio::spawn(carry(near, there, asked.clone(), rule.subscribe(), counted));
                }
            }
        });
        Ok(Self {
            asked,
            rule,
            port,
            gate,
        })
    }

    /// The same connection, through here.
    #[must_use]
    pub fn lead(&self, connection: &Connection) -> Connection {
        let mut through = connection.clone();
        let there = crate::road::authority(&connection.api_url);
        let here = format!("127.0.0.1:{}", self.port);
        through.api_url = connection.api_url.replacen(there, &here, 1);
        through
    }

    /// Holds back the answers to requests whose first line fits, and no others,
    /// from now on.
    pub fn hold(&self, fits: impl Fn(&str) -> bool + Send + Sync + 'static) {
        self.pass(move |_, line| fits(line), Passage::Held);
    }

    /// Holds back the answers to those requests that have been asked so far and
    /// whose first line fits, and no others, from now on.
    pub fn hold_earlier(&self, fits: impl Fn(&str) -> bool + Send + Sync + 'static) {
        let earlier = self.asked().lines.len();
        let fits = move |number: usize, line: &str| number < earlier && fits(line);
        self.pass(fits, Passage::Held);
    }

    /// Ends the connections on which something is asked whose first line fits,
    /// and no others, from now on: also those whose answers were held back.
    pub fn cut(&self, fits: impl Fn(&str) -> bool + Send + Sync + 'static) {
        self.pass(move |_, line| fits(line), Passage::Cut);
    }

    fn pass(&self, fits: impl Fn(usize, &str) -> bool + Send + Sync + 'static, passage: Passage) {
        let rule = move |number: usize, line: &str| match fits(number, line) {
            true => passage,
            false => Passage::Through,
        };
        self.rule.send_replace(Arc::new(rule));
    }

    /// What has passed so far.
    #[must_use]
    pub fn asked(&self) -> Asked {
        self.asked.borrow().clone()
    }

    /// Waits until what has passed fits.
    pub async fn until(&self, what: &str, fits: impl Fn(&Asked) -> bool) -> Asked {
        let mut asked = self.asked.subscribe();
        within(what, async move {
            match asked.wait_for(|asked| fits(asked)).await {
                Ok(asked) => asked.clone(),
                Err(_) => panic!("the turnstile ended"),
            }
        })
        .await
    }
}

impl Drop for Turnstile {
    fn drop(&mut self) {
        self.gate.abort();
    }
}

/// Carries one connection, on which one request at a time waits for its answer.
async fn carry(
    near: TcpStream,
    there: SocketAddr,
    asked: watch::Sender<Asked>,
    mut rule: watch::Receiver<Rule>,
    counted: Fits,
) {
    let Ok(far) = TcpStream::connect(there).await else {
        return;
    };
    let _ = near.set_nodelay(true);
    let _ = far.set_nodelay(true);
    let (mut near_in, mut near_out) = near.into_split();
    let (mut far_in, mut far_out) = far.into_split();
    let (mut question, mut answer) = (vec![0; 16 * 1024], vec![0; 16 * 1024]);
    let mut line: Option<(usize, String)> = None;
    loop {
        tokio::select! {
            read = near_in.read(&mut question) => {
                let Ok(n @ 1..) = read else { break };
                if line.is_none() {
                    let text = String::from_utf8_lossy(&question[..n]);
                    let first = text.lines().next().unwrap_or_default().to_owned();
                    let mut number = 0;
                    asked.send_modify(|asked| {
                        number = asked.lines.len();
                        asked.lines.push(first.clone());
                        asked.waiting.push(first.clone());
                        let together = asked.waiting.iter().filter(|line| counted(line)).count();
                        asked.most = asked.most.max(together);
                    });
                    line = Some((number, first));
                }
                if far_out.write_all(&question[..n]).await.is_err() { break }
            }
            read = far_in.read(&mut answer) => {
                let Ok(n @ 1..) = read else { break };
                if let Some((number, line)) = line.take() {
                    let rule = rule.wait_for(|rule| rule(number, &line) != Passage::Held).await;
                    let is_over = rule.map_or(true, |rule| rule(number, &line) == Passage::Cut);
                    forget(&asked, &line);
                    if is_over { break }
                }
                if near_out.write_all(&answer[..n]).await.is_err() { break }
            }
        }
    }
    if let Some((_, line)) = line {
        forget(&asked, &line);
    }
}

fn forget(asked: &watch::Sender<Asked>, line: &str) {
    asked.send_modify(|asked| {
        if let Some(at) = asked.waiting.iter().position(|waiting| waiting == line) {
            asked.waiting.remove(at);
        }
    });
}
