//! Journeys: what people do, with real engines and the real server in one
//! process, while things go well and while they break.

mod broken;
mod damaged;
mod odd;
mod screens;
mod talk;
mod unwelcome;
