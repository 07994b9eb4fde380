//! The server as its clients see it: real sockets, real TLS, a folder of its own.

#![allow(clippy::expect_used, reason = "a helper of a test fails the test")]

mod apps;
mod bad_input;
mod demo;
mod folder;
mod kill;
mod live;
mod offline;
mod refusals;
mod rest;
mod resume;
mod starttls;
mod town;
