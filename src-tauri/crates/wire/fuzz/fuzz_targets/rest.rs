//! Bodies of REST. The first byte says which kind is expected; nothing panics,
//! and what was read and written once is from then on read and written the
//! same.
#![no_main]

use kith_wire::rest::{
    BlobBody, BlobComplete, Credentials, Date, Deleted, Dialog, DialogChange, ErrorBody, Message,
    MessageChange, NewDialog, NewMessage, NewSession, NewUser, NotificationsBody, Online, Page,
    Reactors, Record, Records, SearchBody, SessionBody, Unread, User, UserBody, count, upload_form,
};
use libfuzzer_sys::fuzz_target;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

fn read<T: DeserializeOwned + Serialize>(body: &[u8]) {
    let Ok(read) = serde_json::from_slice::<T>(body) else {
        return;
    };
    let written = serde_json::to_value(&read).expect("what was read can be written");
    let again: T = serde_json::from_value(written.clone()).expect("what was written can be read");
    let again = serde_json::to_value(&again).expect("and written again");
    assert_eq!(again, written);
}

fuzz_target!(|data: &[u8]| {
    let Some((kind, body)) = data.split_first() else {
        return;
    };
    match kind % 21 {
        0 => read::<Message>(body),
        1 => read::<Page<Message>>(body),
        2 => read::<Dialog>(body),
        3 => read::<Page<Dialog>>(body),
        4 => read::<User>(body),
        5 => read::<Page<User>>(body),
        6 => read::<UserBody>(body),
        7 => read::<SessionBody>(body),
        8 => read::<SearchBody>(body),
        9 => read::<Records>(body),
        10 => read::<Record>(body),
        11 => read::<Unread>(body),
        12 => read::<NotificationsBody>(body),
        13 => read::<Online>(body),
        14 => read::<Reactors>(body),
        15 => read::<BlobBody>(body),
        16 => read::<Deleted>(body),
        17 => {
            read::<NewDialog>(body);
            read::<DialogChange>(body);
        }
        18 => {
            read::<NewMessage>(body);
            read::<MessageChange>(body);
        }
        19 => {
            read::<NewSession>(body);
            read::<NewUser>(body);
            read::<Credentials>(body);
        }
        _ => {
            let error = ErrorBody::read(body);
            let _ = error.texts().count();
            if let Ok(value) = serde_json::from_slice::<Value>(body) {
                let _ = (BlobComplete::from_value(&value), count(&value));
            }
            if let Ok(text) = str::from_utf8(body) {
                let _ = (Date::parse(text), upload_form(text));
            }
        }
    }
});
