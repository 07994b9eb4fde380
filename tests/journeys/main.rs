//! Journeys: what people do, with real engines and the real server in one
//! process, while things go well and while they break.

#![expect(clippy::expect_used, reason = "what cannot happen in a test ends it")]

mod absent;
mod accounts;
mod announced;
mod at_a_time;
mod broken;
mod damaged;
mod deeds;
mod dialogs;
mod files;
mod first_login;
mod history;
mod late;
mod leftovers;
mod notified;
mod odd;
mod readers;
mod recovers;
mod rights;
mod screens;
mod search;
mod surface;
mod sync;
mod talk;
mod unknown;
mod unwelcome;
mod uploads;
mod weather;
