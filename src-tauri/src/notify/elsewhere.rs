//! Windows and macOS, through notify-rust. Neither has a way to take a
//! notification back or to replace it through it, so what was read stays there
//! until it goes by itself, and only what calls for attention is shown.
//! Waiting for what the person does blocks, so each has a thread of its own.

use std::thread;

use kith_api::{Notification, NotificationAct, NotificationKey};
use notify_rust::{CloseReason, NotificationResponse};
use tokio::sync::mpsc;

use super::Wish;

const MARK_READ: &str = "mark-read";
/// As in `tauri.conf.json`; the installer registers it on Windows.
#[cfg(windows)]
const APP: &str = "chat.kith.desktop";

/// The desktop.
#[derive(Debug, Default)]
pub(super) struct System;

impl System {
    /// Does what is wished, as far as that can be done.
    pub(super) async fn serve(
        self,
        mut wishes: mpsc::UnboundedReceiver<Wish>,
        acts: mpsc::UnboundedSender<(NotificationKey, NotificationAct)>,
    ) {
        while let Some(wish) = wishes.recv().await {
            match wish {
                Wish::Show(notification) if notification.is_call => {
                    let acts = acts.clone();
                    thread::spawn(move || show(&notification, &acts));
                }
                Wish::Show(_) | Wish::Withdraw(_) => {}
                Wish::Probe(tell) => {
                    let _ = tell.send(true);
                }
                Wish::Clear(tell) => {
                    let _ = tell.send(());
                }
            }
        }
    }
}

fn show(
    notification: &Notification,
    acts: &mpsc::UnboundedSender<(NotificationKey, NotificationAct)>,
) {
    let mut toast = notify_rust::Notification::new();
    toast
        .summary(&notification.title)
        .body(&notification.body)
        .action(MARK_READ, "Mark as read");
    #[cfg(windows)]
    toast.app_id(APP);
    if notification.has_sound {
        toast.sound_name("Default");
    }
    let handle = match toast.show() {
        Ok(handle) => handle,
        Err(error) => {
            tracing::info!(%error, "this desktop shows no notifications");
            return;
        }
    };
    let answered = handle.wait_for_response(|response: &NotificationResponse| {
        let act = match response {
            NotificationResponse::Default => NotificationAct::Open,
            NotificationResponse::Action(_) => NotificationAct::MarkRead,
            NotificationResponse::Reply(text) => NotificationAct::Reply(text.clone()),
            NotificationResponse::Closed(CloseReason::Dismissed) => NotificationAct::Dismiss,
            _ => return,
        };
        let _ = acts.send((notification.key.clone(), act));
    });
    if let Err(error) = answered {
        tracing::debug!(%error, "nobody answers for a notification");
    }
}
