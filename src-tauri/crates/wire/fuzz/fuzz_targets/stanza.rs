//! Stanzas. Whatever is read as one can be written, and what was written reads
//! back as what it is.
#![no_main]

use kith_wire::xml::Element;
use kith_wire::xmpp::{
    Bind, Carbon, ChatState, ClientState, Delay, Extra, Features, Frame, Iq, Jid, LastActivity,
    Marker, Message, Presence, Sasl, Sm, StanzaError, Subscription, privacy, system, to_json,
};
use libfuzzer_sys::fuzz_target;

macro_rules! reads_back {
    ($kind:ident, $element:expr) => {
        if let Some(read) = $kind::read($element) {
            let written = read.write();
            assert_eq!(
                $kind::read(&written).as_ref(),
                Some(&read),
                "{}",
                written.to_xml()
            );
        }
    };
}

fn look(element: &Element) {
    if let Some(message) = Message::read(element) {
        let _ = (
            system::is_notification(&message),
            system::changed_dialog(&message),
        );
        // Writing leaves out an empty body and turns arrays into JSON text, so
        // what is written is what reads back from then on.
        let written = message.write();
        let read = Message::read(&written).expect("a message");
        assert!(
            read.write().means_the_same(&written),
            "{}",
            written.to_xml()
        );
        if let Some(extra) = &read.extra {
            for parameter in &extra.custom {
                let _ = to_json(parameter);
            }
        }
    }
    reads_back!(Iq, element);
    reads_back!(LastActivity, element);
    reads_back!(Subscription, element);
    reads_back!(ClientState, element);
    reads_back!(Marker, element);
    let _ = (
        Presence::read(element),
        Sasl::read(element),
        Sm::read(element),
    );
    let _ = (
        Bind::read(element),
        Features::read(element),
        Frame::read(element),
    );
    let _ = (
        Carbon::read(element),
        ChatState::read(element),
        Delay::read(element),
    );
    let _ = (Extra::read(element), StanzaError::read(element));
    let _ = privacy::Names::read(element);
    for is_set in [true, false] {
        if let Some(request) = privacy::Request::read(element, is_set) {
            let (written, was_set) = request.write();
            assert_eq!(
                privacy::Request::read(&written, was_set).as_ref(),
                Some(&request)
            );
        }
    }
    if let Some(mut list) = privacy::List::read(element) {
        list.block(7, "7-1@c", "muc.c", true);
        assert_eq!(list.blocked().get(&7), Some(&true));
        assert_eq!(list.paired("muc.c").items.len(), list.items.len());
        list.unblock(7);
        assert!(!list.blocked().contains_key(&7));
    }
    for attribute in &element.attributes {
        if let Some(jid) = Jid::parse(&attribute.value) {
            assert_eq!(Jid::parse(&jid.to_string()), Some(jid));
        }
    }
}

fuzz_target!(|text: &str| {
    let Ok(element) = Element::parse(text) else {
        return;
    };
    // Raw names may mean something else the second time; strict ones do not.
    // Writing replaces what XML cannot carry, so the first writing decides.
    let _ = Element::parse(&element.to_xml());
    let xml = element.to_sanitised_xml();
    let once = Element::parse(&xml).expect("strictly written is XML");
    let twice = Element::parse(&once.to_sanitised_xml()).expect("and again");
    assert!(twice.means_the_same(&once), "{xml}");
    look(&element);
    element.elements().for_each(look);
});
