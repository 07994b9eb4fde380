//! The client against our server, by subject.

mod house;
mod links;
mod people;
mod reading;
mod talking;
