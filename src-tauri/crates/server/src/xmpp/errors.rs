//! Errors, always with the legacy `code` and a text: the SDK reads nothing else
//! (`protocol/xmpp.md` §16).

use kith_wire::xml::Element;
use kith_wire::xmpp::ns;

use crate::chat::Refusal;

/// An answer to a stanza that says why it was not done.
pub(crate) fn answer(
    stanza: &Element,
    own_jid: Option<&str>,
    code: u16,
    kind: &str,
    condition: &str,
    text: &str,
) -> Element {
    let mut error = Element::new(stanza.local(), ns::CLIENT).with("type", "error");
    for (ours, theirs) in [("id", "id"), ("from", "to")] {
        if let Some(value) = stanza.attr(theirs) {
            error.set(ours, value);
        }
    }
    if let Some(jid) = own_jid {
        error.set("to", jid);
    }
    // The text that could not be sent travels back, unless it is what was too much.
    if code != 406
        && let Some(body) = stanza.child_named("body")
    {
        error.push(body.clone());
    }
    if stanza.local() == "presence" {
        error.push(Element::new("x", ns::MUC));
    }
    error.push(
        Element::new("error", ns::CLIENT)
            .with("code", code.to_string())
            .with("type", kind)
            .with_child(Element::new(condition, ns::STANZA_ERRORS))
            .with_child(
                Element::new("text", ns::STANZA_ERRORS)
                    .with("xml:lang", "en")
                    .with_text(text),
            ),
    );
    error
}

/// The same for something the rules of conversations refused.
pub(crate) fn refusal(stanza: &Element, own_jid: &str, refusal: &Refusal) -> Element {
    let (code, kind, condition) = refusal.condition();
    answer(
        stanza,
        Some(own_jid),
        code,
        kind,
        condition,
        &refusal.text(),
    )
}

/// The end of a stream, with the reason.
pub(crate) fn stream(condition: &str, text: &str) -> Element {
    Element::new("stream:error", ns::STREAM)
        .with("xmlns:stream", ns::STREAM)
        .with_child(Element::new(condition, ns::STREAM_ERRORS))
        .with_child(
            Element::new("text", ns::STREAM_ERRORS)
                .with("xml:lang", "en")
                .with_text(text),
        )
}
