//! What fuzzing kept (`fuzz/corpus`), run by everybody: the targets are compiled into
//! this test as they are, and every file goes through its own once.

#![allow(clippy::unwrap_used, clippy::expect_used)] // all of this file is a test

/// The targets take this from the fuzzer's crate, which is called like this one here.
extern crate self as libfuzzer_sys;

macro_rules! target {
    (|$data:ident: $kind:ty| $body:block) => {
        pub(crate) fn once($data: $kind) $body
    };
}
pub(crate) use target as fuzz_target;

#[path = "../fuzz/fuzz_targets/rest.rs"]
#[allow(unused_attributes)] // a target is a crate of its own elsewhere
mod rest;
#[path = "../fuzz/fuzz_targets/stanza.rs"]
#[allow(unused_attributes)]
mod stanza;
#[path = "../fuzz/fuzz_targets/stream.rs"]
#[allow(unused_attributes)]
mod stream;

fn corpus(target: &str) -> Vec<Vec<u8>> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fuzz/corpus")
        .join(target);
    let files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| std::fs::read(entry.unwrap().path()).unwrap())
        .collect();
    assert!(files.len() > 10, "{target} has {} files", files.len());
    files
}

#[test]
fn streams() {
    corpus("stream")
        .iter()
        .for_each(|bytes| stream::once(bytes));
}

#[test]
fn stanzas() {
    // The fuzzer gives this target text only.
    for bytes in corpus("stanza") {
        if let Ok(text) = str::from_utf8(&bytes) {
            stanza::once(text);
        }
    }
}

#[test]
fn bodies() {
    corpus("rest").iter().for_each(|bytes| rest::once(bytes));
}
