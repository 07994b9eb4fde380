//! Whole trees: what is read, and that what is written reads back.

use proptest::prelude::*;

use crate::xml::{Element, Node, ParseError, names, parse_all};
use crate::xmpp::ns;

#[test]
fn a_message_of_the_sdk_is_kept_to_the_letter() {
    let text = r#"<message from="11-100@c/RES" to="22-100@c" type="chat" id="1" xmlns="jabber:client"><body>How are &lt;you&gt; &amp; &quot;me&quot;?</body><extraParams xmlns="jabber:client"><arr><0>1</0><1>2</1></arr><a b>1</a b><o><n>1</n></o></extraParams></message>"#;
    let element = Element::parse(text).unwrap();
    assert_eq!(element.to_xml(), text);
    assert_eq!(
        element.child_text("body").as_deref(),
        Some("How are <you> & \"me\"?")
    );
    let extra = element.child("extraParams", ns::CLIENT).unwrap();
    assert_eq!(extra.child_text("a b").as_deref(), Some("1"));
    assert_eq!(
        extra.child_named("arr").unwrap().child_text("0").as_deref(),
        Some("1")
    );
    assert!(element.to_sanitised_xml().contains("<_x0030_>1</_x0030_>"));
}

#[test]
fn namespaces_are_declared_where_they_are_needed() {
    let inner = Element::new("received", ns::MARKERS).with("id", "1");
    let message = Element::new("message", ns::CLIENT)
        .with_child(inner)
        .with_child(Element::new("body", ns::CLIENT));
    let short = r#"<message><received id="1" xmlns="urn:xmpp:chat-markers:0"/><body/></message>"#;
    assert_eq!(message.to_xml_within(ns::CLIENT), short);
    assert_eq!(
        message.to_xml(),
        short.replace("<message>", r#"<message xmlns="jabber:client">"#)
    );
    let features =
        Element::new("stream:features", ns::STREAM).with_child(Element::new("sm", ns::SM));
    assert_eq!(
        features.to_xml(),
        r#"<stream:features xmlns:stream="http://etherx.jabber.org/streams"><sm xmlns="urn:xmpp:sm:3"/></stream:features>"#
    );
}

#[test]
fn a_child_taken_out_keeps_its_namespace() {
    let frame = Element::parse("<a xmlns='u' xmlns:p='v'><p:b><c/></p:b></a>").unwrap();
    let taken = frame.child("b", "v").unwrap();
    assert_eq!(taken.to_xml(), r#"<p:b xmlns:p="v"><c xmlns="u"/></p:b>"#);
}

#[test]
fn broken_frames_are_refused_by_kind() {
    for (text, error) in [
        ("<a>", ParseError::Incomplete),
        ("<a", ParseError::Incomplete),
        ("<a></b>", ParseError::Mismatch),
        ("</a>", ParseError::Mismatch),
        ("x", ParseError::NotAnElement),
        ("", ParseError::NotAnElement),
        ("<>", ParseError::NotAnElement),
        ("<a/><b/>", ParseError::NotAnElement),
        (
            "<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>",
            ParseError::Declaration,
        ),
    ] {
        assert_eq!(Element::parse(text), Err(error), "{text}");
    }
    assert_eq!(
        parse_all("<?xml version='1.0'?> <a/><!-- c --><b/> ").map(|all| all.len()),
        Ok(2)
    );
    assert_eq!(
        Element::parse(&format!("{}{}", "<a>".repeat(90), "</a>".repeat(90))),
        Err(ParseError::TooDeep)
    );
    assert_eq!(
        Element::parse_head("<a x='1'><b>").unwrap().attr("x"),
        Some("1")
    );
}

fn arb_element(names: &'static str) -> impl Strategy<Value = Element> {
    let text = "[ -~\r\n\t\u{80}-\u{2FF}😀]{1,12}";
    let spaces = prop::sample::select(vec!["", "u", "v", ns::CLIENT]);
    let attributes = prop::collection::btree_map("[a-z]{1,4}", text, 0..3);
    let leaf = (names, spaces, attributes).prop_map(|(name, space, attributes)| {
        let mut element = Element::new(name, space);
        for (name, value) in attributes {
            if name != "xmlns" {
                element.set(&name, value);
            }
        }
        element
    });
    leaf.prop_recursive(4, 24, 4, move |inner| {
        let node = prop_oneof![
            inner.clone().prop_map(Node::Element),
            text.prop_map(Node::Text)
        ];
        (inner, prop::collection::vec(node, 0..4)).prop_map(|(mut element, nodes)| {
            for node in nodes {
                match node {
                    Node::Element(child) => element.push(child),
                    Node::Text(text) => element.push_text(text),
                }
            }
            element
        })
    })
}

proptest! {
    #[test]
    fn what_is_written_reads_back(element in arb_element("[a-z][a-z0-9_.-]{0,6}")) {
        let read = Element::parse(&element.to_xml()).unwrap();
        prop_assert!(read.means_the_same(&element), "{}", element.to_xml());
        prop_assert_eq!(read.to_xml(), element.to_xml());
        let sanitised = Element::parse(&element.to_sanitised_xml()).unwrap();
        prop_assert!(sanitised.means_the_same(&element), "good names stay in {}", element.to_sanitised_xml());
    }

    #[test]
    fn odd_names_read_back_too(element in arb_element("[0-9a-z$é'\"][0-9a-z$é'\"&;.:]{0,6}( [0-9a-z]{1,3})?")) {
        let read = Element::parse(&element.to_xml()).unwrap();
        prop_assert_eq!(&read.name, &element.name);
        prop_assert_eq!(read.to_xml(), element.to_xml());
        let sanitised = Element::parse(&element.to_sanitised_xml()).unwrap();
        prop_assert!(names::is_well_formed(&sanitised.name), "{}", sanitised.name);
    }

    #[test]
    fn arbitrary_text_never_panics(text: String) {
        let _ = parse_all(&text);
        let _ = Element::parse_head(&text);
    }

    #[test]
    fn arbitrary_marks_never_panic(text in "[<>/!\\[\\]?a0&;'\"= -]{0,100}") {
        let _ = parse_all(&text);
    }
}
