//! Bytes off a socket. However they are cut into reads, the reader says the
//! same and never panics; what it says can be written and read again; and what
//! passes the filter is the same however it was cut, too.
#![no_main]

use kith_wire::xml::{Element, Filter, StreamEvent, StreamReader};
use libfuzzer_sys::fuzz_target;

/// Small, so that stanzas over the cap come up often.
const CAP: usize = 4096;

/// What was said up to the end or the first error, and whether there was one.
fn said<'a>(reads: impl Iterator<Item = &'a [u8]>) -> (Vec<StreamEvent>, bool) {
    let mut reader = StreamReader::new(CAP);
    let mut events = Vec::new();
    for read in reads {
        if reader.push(read, &mut events).is_err() {
            return (events, true);
        }
    }
    (events, false)
}

fn passed<'a>(reads: impl Iterator<Item = &'a [u8]>) -> (Vec<u8>, bool) {
    let mut filter = Filter::new();
    let mut out = Vec::new();
    for read in reads {
        if filter.push(read, &mut out).is_err() {
            return (out, true);
        }
    }
    (out, false)
}

fuzz_target!(|data: &[u8]| {
    let Some((&cut, bytes)) = data.split_first() else {
        return;
    };
    let size = usize::from(cut).max(1);
    let whole = said(std::iter::once(bytes));
    assert_eq!(whole, said(bytes.chunks(size)), "cut into reads of {size}");
    for event in &whole.0 {
        if let StreamEvent::Element(element) = event {
            // Raw names may mean something else the second time; strict ones
            // do not. Writing replaces what XML cannot carry, so the first
            // writing decides.
            let _ = Element::parse(&element.to_xml());
            let xml = element.to_sanitised_xml();
            let once = Element::parse(&xml).expect("what was read can be written and read again");
            let twice = Element::parse(&once.to_sanitised_xml()).expect("and again");
            assert!(twice.means_the_same(&once), "{xml}");
        }
    }
    let (out, is_over) = passed(std::iter::once(bytes));
    let (out_of_cut, is_cut_over) = passed(bytes.chunks(size));
    assert_eq!(is_over, is_cut_over);
    if !is_over {
        assert_eq!(out, out_of_cut);
    }
});
