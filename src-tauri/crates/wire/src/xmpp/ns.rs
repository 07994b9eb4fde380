//! The namespaces of everything on this wire.

/// Stanzas, and the platform's `extraParams`.
pub const CLIENT: &str = "jabber:client";
/// The stream's own elements (RFC 6120 §4.8.1).
pub const STREAM: &str = "http://etherx.jabber.org/streams";
/// Conditions of stream errors (RFC 6120 §4.9).
pub const STREAM_ERRORS: &str = "urn:ietf:params:xml:ns:xmpp-streams";
/// Conditions of stanza errors (RFC 6120 §8.3).
pub const STANZA_ERRORS: &str = "urn:ietf:params:xml:ns:xmpp-stanzas";
/// Framing over WebSocket (RFC 7395 §3.3).
pub const FRAMING: &str = "urn:ietf:params:xml:ns:xmpp-framing";
/// STARTTLS (RFC 6120 §5).
pub const TLS: &str = "urn:ietf:params:xml:ns:xmpp-tls";
/// Authentication (RFC 6120 §6).
pub const SASL: &str = "urn:ietf:params:xml:ns:xmpp-sasl";
/// Resource binding (RFC 6120 §7).
pub const BIND: &str = "urn:ietf:params:xml:ns:xmpp-bind";
/// The session of RFC 3921, long without a meaning.
pub const SESSION: &str = "urn:ietf:params:xml:ns:xmpp-session";
/// Stream management (XEP-0198).
pub const SM: &str = "urn:xmpp:sm:3";
/// Message carbons (XEP-0280).
pub const CARBONS: &str = "urn:xmpp:carbons:2";
/// Forwarding (XEP-0297).
pub const FORWARD: &str = "urn:xmpp:forward:0";
/// Delayed delivery (XEP-0203).
pub const DELAY: &str = "urn:xmpp:delay";
/// Chat markers (XEP-0333).
pub const MARKERS: &str = "urn:xmpp:chat-markers:0";
/// Chat states (XEP-0085).
pub const CHAT_STATES: &str = "http://jabber.org/protocol/chatstates";
/// Corrections (XEP-0308).
pub const CORRECT: &str = "urn:xmpp:message-correct:0";
/// Removal of a message, the platform's own.
pub const DELETE: &str = "urn:xmpp:message-delete:0";
/// Self-destruction of a message, the platform's own.
pub const DESTROY: &str = "urn:xmpp:message-destroy-after:0";
/// Ping (XEP-0199).
pub const PING: &str = "urn:xmpp:ping";
/// Last activity (XEP-0012).
pub const LAST: &str = "jabber:iq:last";
/// Privacy lists (XEP-0016).
pub const PRIVACY: &str = "jabber:iq:privacy";
/// The roster (RFC 6121 §2).
pub const ROSTER: &str = "jabber:iq:roster";
/// Multi-user chat (XEP-0045).
pub const MUC: &str = "http://jabber.org/protocol/muc";
/// Multi-user chat, what users are told.
pub const MUC_USER: &str = "http://jabber.org/protocol/muc#user";
/// Service discovery, information (XEP-0030).
pub const DISCO_INFO: &str = "http://jabber.org/protocol/disco#info";
/// Service discovery, items (XEP-0030).
pub const DISCO_ITEMS: &str = "http://jabber.org/protocol/disco#items";
/// Client state, the platform's way (`protocol/xmpp.md` §13).
pub const MOBILE: &str = "http://tigase.org/protocol/mobile#v2";
/// Status streaming, the platform's own (`protocol/xmpp.md` §13).
pub const STATUS_STREAMING: &str = "https://connectycube.com/protocol/status_streaming";
