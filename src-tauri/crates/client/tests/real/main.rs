//! The client against our server, by subject.

mod account;
mod dialogs;
mod files;
mod house;
mod links;
mod messages;
mod people;
mod presence;
mod reading;
mod talking;
