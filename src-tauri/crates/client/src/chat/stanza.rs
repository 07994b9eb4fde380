//! Between the library's stanzas and elements of our wire, by way of text:
//! what the library does not know stays as it is.

use kith_wire::xml::Element;
use kith_wire::xmpp::ns;
use tokio_xmpp::Stanza;

/// A stanza as an element of ours.
pub(super) fn to_element(stanza: &Stanza) -> Option<Element> {
    let bytes = xso::to_vec(stanza).ok()?;
    Element::parse(std::str::from_utf8(&bytes).ok()?).ok()
}

/// An element of ours as a stanza.
pub(super) fn from_element(element: &Element) -> Option<Stanza> {
    debug_assert_eq!(element.ns, ns::CLIENT);
    xso::from_bytes(element.to_sanitised_xml().as_bytes()).ok()
}
