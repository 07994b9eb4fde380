//! Whether anybody looks at the app, the platform's way (`protocol/xmpp.md`
//! §13). It stands where XEP-0352 stands elsewhere.

use super::ns;
use crate::xml::Element;

/// `<mobile/>`: an inactive session gets pushes as if it were offline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientState {
    /// Whether somebody looks.
    pub is_active: bool,
}

impl ClientState {
    /// Reads it.
    #[must_use]
    pub fn read(element: &Element) -> Option<Self> {
        element.is("mobile", ns::MOBILE).then(|| Self {
            is_active: !matches!(element.attr("enable"), Some("true" | "1")),
        })
    }

    /// Writes it. What is enabled is the saving, so active is `false`.
    #[must_use]
    pub fn write(self) -> Element {
        Element::new("mobile", ns::MOBILE).with("enable", (!self.is_active).to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn active_is_not_enabled() {
        for is_active in [true, false] {
            let state = ClientState { is_active };
            assert_eq!(ClientState::read(&state.write()), Some(state));
        }
        let inactive = "<mobile xmlns='http://tigase.org/protocol/mobile#v2' enable='true'/>";
        let inactive = Element::parse(inactive).unwrap();
        assert_eq!(
            ClientState::read(&inactive),
            Some(ClientState { is_active: false })
        );
    }
}
