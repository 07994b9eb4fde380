//! What the tests of several rooms share: a cast of people with fixed ids, a
//! town with a real server in it, real engines for its people, a clock that
//! stands still, and a wait that is woken by changes instead of looking again
//! and again.
//!
//! A journey reads like this: open a [`Town`], let people move in, have them
//! write, break something through [`Town::faults`], and ask what each of them
//! sees in the end.

#![expect(clippy::expect_used, reason = "what cannot happen in a test ends it")]

mod books;
mod cast;
mod clock;
mod desk;
mod imposter;
mod person;
mod road;
mod town;
mod turnstile;
mod wait;

pub use books::{Books, Said};
pub use cast::{ALEX, Actor, BEA, CAROL, PASSWORD};
pub use clock::{ShiftedClock, StillClock};
pub use desk::{TestDesk, connection_view};
pub use imposter::Imposter;
pub use person::{Absent, TestPerson};
pub use road::{Road, Weather};
pub use town::Town;
pub use turnstile::{Asked, Turnstile};
pub use wait::{PATIENCE, within};
