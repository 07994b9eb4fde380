use proptest::prelude::*;

use super::*;
use crate::xml::{Element, parse_all};

const OPEN: &str =
    "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>";

fn filtered(input: &str, chunk: usize) -> String {
    let mut filter = Filter::new();
    let mut out = Vec::new();
    for part in input.as_bytes().chunks(chunk.max(1)) {
        filter
            .push(part, &mut out)
            .expect("nothing here is beyond repair");
    }
    String::from_utf8(out).expect("what passes is UTF-8")
}

#[track_caller]
fn check(stanza: &str, expected: &str) {
    let open = OPEN.replace('\'', "\"");
    for chunk in [1, 2, 3, 7, 10_000] {
        let out = filtered(&format!("{OPEN}{stanza}"), chunk);
        assert_eq!(
            out.strip_prefix(&open),
            Some(expected),
            "in chunks of {chunk}"
        );
    }
}

#[test]
fn what_is_well_formed_passes() {
    let stanza = r#"<message id="1" xml:lang="en"><body>a &lt; b &amp; ü 😀 &#128512;</body><x xmlns:a="u"><a:b a:c="1"/></x></message>"#;
    check(stanza, stanza);
}

#[test]
fn names_that_are_no_names_are_mapped() {
    check(
        "<message><extraParams><arr><0>1</0><1/></arr><a b>1</a b><it's>2</it's><p:q>3</p:q></extraParams></message>",
        "<message><extraParams><arr><_x0030_>1</_x0030_><_x0031_/></arr><a_x0020_b>1</a_x0020_b><it_x0027_s>2</it_x0027_s><p_x003A_q>3</p_x003A_q></extraParams></message>",
    );
}

#[test]
fn attributes_are_cleaned() {
    check(
        r#"<message 1a="1" x="1" x="2" p:y="3" xmlns:e="" xmlns:xml="no" long=unquoted flag><a b="&nbsp;&amp;&lt;<"/></message>"#,
        r#"<message _x0031_a="1" x="1" p_x003A_y="3" long="unquoted" flag=""><a b="&amp;nbsp;&amp;&lt;&lt;"/></message>"#,
    );
    let long = "x".repeat(9000);
    check(
        &format!("<message><a b='{long}' c='1'/></message>"),
        r#"<message><a c="1"/></message>"#,
    );
}

#[test]
fn text_is_repaired_and_comments_vanish() {
    check(
        "<message><!-- <x> --><body>a & b &nbsp; &#8; \u{8} ]]> <![CDATA[<&>]]></body><?php ?></message>",
        "<message><body>a &amp; b &amp;nbsp; \u{FFFD} \u{FFFD} ]]&gt; &lt;&amp;&gt;</body></message>",
    );
}

#[test]
fn unknown_elements_of_the_stream_vanish_with_all_inside() {
    check(
        "<mobile xmlns='x'><a/><b>1</b></mobile> <iq id='1'/>",
        " <iq id=\"1\"/>",
    );
    check("<r xmlns='urn:xmpp:sm:3'/>", "<r xmlns=\"urn:xmpp:sm:3\"/>");
    check(
        "<stream:error><x/></stream:error>",
        "<stream:error><x/></stream:error>",
    );
}

#[test]
fn what_nests_too_deep_vanishes() {
    let deep = format!(
        "<message>{}{}</message>",
        "<a>".repeat(500),
        "</a>".repeat(500)
    );
    let out = filtered(&format!("{OPEN}{deep}<iq/>"), 100);
    assert_eq!(out.matches("<a>").count(), MAX_DEPTH - 1);
    assert!(
        out.ends_with("</message><iq/>"),
        "what follows must not suffer: {out}"
    );
}

#[test]
fn a_restart_begins_anew() {
    let out = filtered(
        &format!("{OPEN}<success xmlns='{}'/>{OPEN}<iq/>", ns::SASL),
        5,
    );
    assert_eq!(out.matches("<stream:stream").count(), 2);
    assert!(
        out.ends_with("<iq/>"),
        "the second stream's stanzas are at the top: {out}"
    );
}

#[test]
fn a_document_type_is_beyond_repair() {
    let mut out = Vec::new();
    assert_eq!(
        Filter::new().push(b"<!DOCTYPE a>", &mut out),
        Err(FilterError::Declaration)
    );
}

/// Whether quick-xml, which checks neither names nor namespaces, and our own
/// rules for both are content.
fn is_strictly_well_formed(xml: &str) -> bool {
    fn names_are_fine(element: &Element) -> bool {
        crate::xml::names::is_well_formed(&element.name)
            && (element.prefix().is_none() || !element.ns.is_empty())
            && element
                .attributes
                .iter()
                .all(|a| crate::xml::names::is_well_formed(&a.name))
            && element.elements().all(names_are_fine)
    }
    let mut reader = quick_xml::Reader::from_str(xml);
    loop {
        match reader.read_event() {
            Ok(quick_xml::events::Event::Start(tag) | quick_xml::events::Event::Empty(tag)) => {
                if tag.attributes().any(|a| a.is_err()) {
                    return false;
                }
            }
            Ok(quick_xml::events::Event::Eof) => break,
            Ok(_) => {}
            Err(_) => return false,
        }
    }
    parse_all(xml).is_ok_and(|all| all.iter().all(names_are_fine))
}

#[test]
fn an_older_acknowledgement_vanishes() {
    check(
        "<a xmlns='urn:xmpp:sm:3' h='2'/><a xmlns='urn:xmpp:sm:3' h='1'></a><r xmlns='urn:xmpp:sm:3'/><x><a xmlns='urn:xmpp:sm:3' h='9'/></x><a xmlns='urn:xmpp:sm:3' h='3'/>",
        r#"<a xmlns="urn:xmpp:sm:3" h="2"/><r xmlns="urn:xmpp:sm:3"/><a xmlns="urn:xmpp:sm:3" h="3"/>"#,
    );
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes: Vec<u8>, cut in 1_usize..40) {
        let mut filter = Filter::new();
        let mut out = Vec::new();
        for part in bytes.chunks(cut) {
            if filter.push(part, &mut out).is_err() { break; }
        }
    }

    #[test]
    fn anything_closed_becomes_well_formed(inside in r#"(<[a0:' ="&]{1,8}>|</[a]>|[&;<#x0 ]{0,4}|<[a:]{1,3}/>|text|]]>){0,12}"#, cut in 1_usize..40) {
        // Whatever is inside, the stanza is closed often enough in the end.
        let stanza = format!("{OPEN}<message><body>{inside}\"'>{}", "</x>".repeat(40));
        let out = filtered(&stanza, cut);
        prop_assert!(is_strictly_well_formed(&out), "{out}");
    }

    #[test]
    fn cuts_do_not_matter(text in "[<>/a0&;'\"= ]{0,60}", cut in 1_usize..20) {
        let input = format!("{OPEN}<message>{text}");
        prop_assert_eq!(filtered(&input, cut).len(), filtered(&input, 10_000).len());
    }
}

/// Found by fuzzing: half a character was lost when a byte before it was none.
#[test]
fn a_character_in_two_reads_survives_what_is_no_character() {
    let head: &[u8] = b"<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'><message><body>";
    let pass = |reads: &[&[u8]]| {
        let (mut filter, mut out) = (Filter::new(), Vec::new());
        for read in reads {
            filter.push(read, &mut out).unwrap();
        }
        String::from_utf8(out).unwrap()
    };
    let whole = pass(&[head, b"\xff\xc3\xa4\xc3</body></message>"]);
    assert!(
        whole.ends_with("\u{fffd}\u{e4}\u{fffd}</body></message>"),
        "{whole}"
    );
    assert_eq!(
        pass(&[head, b"\xff\xc3", b"\xa4\xc3", b"</body></message>"]),
        whole
    );
}
