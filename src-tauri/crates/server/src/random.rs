//! Chance that others must not guess: tokens, resources, salts, ids.

use std::sync::atomic::{AtomicU32, Ordering};

use rand::RngCore;

/// `bytes` random bytes in hexadecimal.
pub(crate) fn hex_token(bytes: usize) -> String {
    let mut buffer = vec![0u8; bytes];
    rand::rng().fill_bytes(&mut buffer);
    hex::encode(buffer)
}

/// Makes ids in the platform's form (`protocol/README.md` §3): eight digits of
/// unix seconds, ten random ones, six of a counter that counts.
#[derive(Debug)]
pub(crate) struct ObjectIds {
    middle: u64,
    counter: AtomicU32,
}

impl ObjectIds {
    /// A source with its own random middle part.
    pub(crate) fn new() -> Self {
        Self::with_middle(rand::rng().next_u64())
    }

    /// A source whose middle part is given, for sample data that is the same every time.
    pub(crate) fn with_middle(middle: u64) -> Self {
        Self {
            middle: middle & 0xff_ffff_ffff,
            counter: AtomicU32::new(0),
        }
    }

    /// The next id.
    pub(crate) fn next(&self, seconds: i64) -> String {
        let count = self.counter.fetch_add(1, Ordering::Relaxed) & 0xff_ffff;
        let seconds = seconds.clamp(0, i64::from(u32::MAX));
        format!("{seconds:08x}{:010x}{count:06x}", self.middle)
    }
}

/// Whether a text has the form of an object id.
pub(crate) fn is_object_id(text: &str) -> bool {
    text.len() == 24 && text.bytes().all(|b| b.is_ascii_hexdigit())
}
