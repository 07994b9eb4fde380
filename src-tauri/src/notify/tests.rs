//! The way to a desktop and back, over a real bus of its own.
#![cfg(target_os = "linux")]

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use kith_api::{Notification, NotificationAct, NotificationKey};
use tokio::sync::mpsc::UnboundedReceiver;

use super::pretend::{Pretend, Told};
use super::{Desktop, system::System};

const ALL: &[&str] = &["actions", "body", "body-markup", "inline-reply"];

/// A message bus that nobody else is on.
struct Bus {
    daemon: Child,
    address: String,
}

impl Bus {
    fn start() -> Self {
        let mut daemon = Command::new("dbus-daemon")
            .args([
                "--nofork",
                "--nopidfile",
                "--print-address",
                "--config-file",
            ])
            .arg(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/../tests/support/session-bus.conf"
            ))
            .stdout(Stdio::piped())
            .spawn()
            .expect("dbus-daemon is installed");
        let mut address = String::new();
        let said = daemon.stdout.take().expect("its standard output");
        BufReader::new(said)
            .read_line(&mut address)
            .expect("its address");
        Self {
            daemon,
            address: address.trim().to_owned(),
        }
    }

    fn desktop(&self) -> (Desktop, super::Acts) {
        Desktop::on(System::at(&self.address))
    }

    async fn pretend(&self, capabilities: &[&str]) -> (Pretend, UnboundedReceiver<Told>) {
        Pretend::on(&self.address, capabilities)
            .await
            .expect("the name is free")
    }
}

impl Drop for Bus {
    fn drop(&mut self) {
        let _ = self.daemon.kill();
        let _ = self.daemon.wait();
    }
}

fn key(n: u32) -> NotificationKey {
    NotificationKey {
        account: 1,
        dialog: format!("d0{n:022x}").parse().expect("an id"),
    }
}

fn notification(n: u32, body: &str) -> Notification {
    Notification {
        key: key(n),
        message: format!("{n:024x}").parse().expect("an id"),
        title: "Bea & Co".to_owned(),
        body: body.to_owned(),
        picture: None,
        is_call: true,
        has_sound: true,
        can_reply: true,
    }
}

fn shown(id: u32, replaces: u32, body: &str, actions: &[&str]) -> Told {
    Told::Shown {
        id,
        replaces,
        summary: "Bea & Co".to_owned(),
        body: body.to_owned(),
        actions: actions.iter().map(|&one| one.to_owned()).collect(),
        has_sound: true,
        has_picture: false,
    }
}

const ACTIONS: &[&str] = &["default", "mark-read", "inline-reply"];

async fn next<T>(heard: &mut UnboundedReceiver<T>) -> T {
    heard.recv().await.expect("it goes on")
}

#[tokio::test]
async fn one_is_shown_replaced_and_withdrawn() {
    let bus = Bus::start();
    let (_server, mut told) = bus.pretend(ALL).await;
    let (desktop, _acts) = bus.desktop();
    desktop.show(&notification(1, "<b>1 < 2</b> & more"));
    let first = shown(1, 0, "&lt;b&gt;1 &lt; 2&lt;/b&gt; &amp; more", ACTIONS);
    assert_eq!(next(&mut told).await, first, "text is no markup");
    desktop.show(&notification(1, "two"));
    assert_eq!(next(&mut told).await, shown(1, 1, "two", ACTIONS));
    let quiet = Notification {
        is_call: false,
        has_sound: false,
        can_reply: false,
        picture: Some("/pictures/bea".into()),
        ..notification(1, "three")
    };
    desktop.show(&quiet);
    let Told::Shown {
        replaces,
        actions,
        has_sound,
        has_picture,
        ..
    } = next(&mut told).await
    else {
        panic!("it is shown");
    };
    assert_eq!((replaces, has_sound, has_picture), (1, false, true));
    assert_eq!(actions, ["default", "mark-read"]);
    desktop.withdraw(&key(1));
    desktop.withdraw(&key(1));
    assert_eq!(next(&mut told).await, Told::Closed { id: 1 });
    // What only says something else does not come up again for that.
    desktop.show(&quiet);
    desktop.show(&notification(2, "next"));
    assert_eq!(next(&mut told).await, shown(2, 0, "next", ACTIONS));
    desktop.clear().await;
    assert_eq!(next(&mut told).await, Told::Closed { id: 2 });
}

#[tokio::test]
async fn what_the_person_does_comes_back() {
    let bus = Bus::start();
    let (server, mut told) = bus.pretend(ALL).await;
    let (desktop, mut acts) = bus.desktop();
    for n in 1..=5 {
        desktop.show(&notification(n, "text"));
        next(&mut told).await;
    }
    server.invoke(1, "default").await.expect("signalled");
    assert_eq!(next(&mut acts).await, (key(1), NotificationAct::Open));
    server.invoke(2, "mark-read").await.expect("signalled");
    assert_eq!(next(&mut acts).await, (key(2), NotificationAct::MarkRead));
    server.invoke(3, "inline-reply").await.expect("signalled");
    server.reply(3, " ").await.expect("signalled");
    server.reply(3, "I come").await.expect("signalled");
    let reply = NotificationAct::Reply("I come".to_owned());
    assert_eq!(next(&mut acts).await, (key(3), reply));
    // One of somebody else, one that went by itself, and one that was taken away.
    server.invoke(77, "default").await.expect("signalled");
    server.close(4, 1).await.expect("signalled");
    server.close(5, 2).await.expect("signalled");
    assert_eq!(next(&mut acts).await, (key(5), NotificationAct::Dismiss));
    for id in [1, 2, 3, 5] {
        assert_eq!(next(&mut told).await, Told::Closed { id });
    }
}

#[tokio::test]
async fn a_plain_server_gets_plain_text_and_nothing_to_click() {
    let bus = Bus::start();
    let (_server, mut told) = bus.pretend(&["body"]).await;
    let (desktop, _acts) = bus.desktop();
    assert!(desktop.is_there().await);
    desktop.show(&notification(1, "1 < 2"));
    assert_eq!(next(&mut told).await, shown(1, 0, "1 < 2", &[]));
}

#[tokio::test]
async fn where_there_is_no_server_nothing_breaks_and_one_that_comes_is_used() {
    let nowhere = Desktop::on(System::at("unix:path=/nonexistent/bus")).0;
    nowhere.show(&notification(1, "text"));
    assert!(!nowhere.is_there().await);
    nowhere.clear().await;

    let bus = Bus::start();
    let (desktop, mut acts) = bus.desktop();
    assert!(!desktop.is_there().await);
    desktop.show(&notification(1, "lost"));
    let (server, mut told) = bus.pretend(ALL).await;
    desktop.show(&notification(1, "seen"));
    assert_eq!(next(&mut told).await, shown(1, 0, "seen", ACTIONS));
    server.invoke(1, "default").await.expect("signalled");
    assert_eq!(next(&mut acts).await, (key(1), NotificationAct::Open));
}
