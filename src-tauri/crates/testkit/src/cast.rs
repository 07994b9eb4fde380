//! The people of the tests. Their ids are far apart, so that an id of one
//! account that strays into another is noticed.

use kith_model::UserId;

/// Somebody with a part to play.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Actor {
    /// The number on the server.
    pub id: UserId,
    /// The name to sign in with.
    pub login: &'static str,
    /// The name that others see.
    pub full_name: &'static str,
}

/// Everybody's password.
pub const PASSWORD: &str = "correct horse battery";

/// Alex, who usually begins.
pub const ALEX: Actor = Actor {
    id: UserId(1_001),
    login: "alex",
    full_name: "Alex Sander",
};

/// Bea, who usually answers.
pub const BEA: Actor = Actor {
    id: UserId(20_002),
    login: "bea",
    full_name: "Bea Berg",
};

/// Carol, who makes a group of it.
pub const CAROL: Actor = Actor {
    id: UserId(300_003),
    login: "carol",
    full_name: "Carol Chen",
};
