use proptest::prelude::*;

use super::*;

const OPEN: &str = "<?xml version='1.0'?><stream:stream to='h' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>";

fn read(text: &str, cap: usize, chunk: usize) -> (Vec<StreamEvent>, Result<(), StreamError>) {
    let mut reader = StreamReader::new(cap);
    let mut events = Vec::new();
    for part in text.as_bytes().chunks(chunk) {
        if let Err(error) = reader.push(part, &mut events) {
            return (events, Err(error));
        }
    }
    (events, Ok(()))
}

#[test]
fn a_stream_opens_restarts_and_closes() {
    let text = format!(
        "{OPEN} <auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>AA==</auth>\n{OPEN}<message><body>ü &amp; <0>x</0></body></message> </stream:stream>"
    );
    for chunk in [1, 2, 5, 10_000] {
        let (events, result) = read(&text, 1000, chunk);
        assert_eq!(result, Ok(()));
        let [
            StreamEvent::Open(first),
            StreamEvent::Element(auth),
            StreamEvent::Open(_),
            StreamEvent::Element(message),
            StreamEvent::Close,
        ] = events.as_slice()
        else {
            panic!("unexpected {events:?}");
        };
        assert_eq!(first.attr("to"), Some("h"));
        assert_eq!(auth.text(), "AA==");
        assert!(
            message.is("message", ns::CLIENT),
            "the default namespace is the stream's"
        );
        assert_eq!(
            message.to_xml_within(ns::CLIENT),
            "<message><body>ü &amp; <0>x</0></body></message>"
        );
    }
}

#[test]
fn an_oversized_stanza_is_read_over() {
    let big = format!(
        "{OPEN}<message id='7' to='x'><a><b>{}</b></a></message><iq id='8'/>",
        "y".repeat(500)
    );
    for chunk in [1, 13, 10_000] {
        let (events, result) = read(&big, 200, chunk);
        assert_eq!(result, Ok(()));
        assert_eq!(events.len(), 3);
        assert!(matches!(&events[1], StreamEvent::Oversized(head) if head.attr("id") == Some("7")));
        assert!(matches!(&events[2], StreamEvent::Element(iq) if iq.attr("id") == Some("8")));
    }
}

#[test]
fn a_stream_of_something_else_ends() {
    assert_eq!(
        read("GET / HTTP/1.1\r\n\r\n<x/>", 100, 4).1,
        Err(ParseError::NotAnElement.into())
    );
    assert_eq!(read("<html>", 100, 4).1, Err(StreamError::NoHeader));
    assert_eq!(
        read("<!DOCTYPE html>", 100, 4).1,
        Err(ParseError::Declaration.into())
    );
    assert_eq!(
        read(&format!("{OPEN}<a></b>"), 500, 4).1,
        Err(ParseError::Mismatch.into())
    );
    assert_eq!(
        read(&format!("<a b='{}", "y".repeat(500)), 200, 4).1,
        Err(StreamError::TagTooLarge)
    );
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes: Vec<u8>, cut in 1_usize..40) {
        let mut reader = StreamReader::new(64);
        let mut events = Vec::new();
        let _ = reader.push(OPEN.as_bytes(), &mut events);
        for part in bytes.chunks(cut) {
            if reader.push(part, &mut events).is_err() { break; }
        }
    }

    #[test]
    fn arbitrary_marks_never_panic(text in "[<>/!\\[\\]?a0&;'\"= -]{0,200}", cut in 1_usize..40) {
        let _ = read(&format!("{OPEN}{text}"), 60, cut);
    }
}

#[test]
fn nesting_without_end_is_read_over() {
    let mut reader = StreamReader::new(1 << 20);
    let mut events = Vec::new();
    let deep = |n: usize| {
        format!(
            "<message id='m{n}'>{}<b/>{}</message>",
            "<a>".repeat(n),
            "</a>".repeat(n)
        )
    };
    let stream = format!(
        "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>\
         {}{}{}<iq id='after'/>",
        deep(63),
        deep(64),
        deep(500)
    );
    reader
        .push(stream.as_bytes(), &mut events)
        .expect("the stream goes on");
    let ids: Vec<_> = events
        .iter()
        .map(|event| match event {
            StreamEvent::Element(element) => ("whole", element.attr("id").map(str::to_owned)),
            StreamEvent::Oversized(head) => ("over", head.attr("id").map(str::to_owned)),
            StreamEvent::Open(_) => ("open", None),
            StreamEvent::Close => ("close", None),
        })
        .collect();
    let id = |id: &str| Some(id.to_owned());
    assert_eq!(
        ids,
        [
            ("open", None),
            ("whole", id("m63")),
            ("over", id("m64")),
            ("over", id("m500")),
            ("whole", id("after")),
        ]
    );
    let Some(StreamEvent::Element(last)) = events.last() else {
        panic!("unexpected {events:?}");
    };
    assert_eq!(last.ns, ns::CLIENT, "the stream's namespace holds on");
}
