//! How far the other side has said that it is (XEP-0198 §4).
//!
//! Its count only rises. An acknowledgement that comes late, behind a newer
//! one, says nothing that is not known; the strict library takes it for a
//! breach and ends the stream over it, and the session with the stream.

/// The highest number that was told.
#[derive(Debug, Default)]
pub(super) struct Counted(Option<u32>);

impl Counted {
    /// Takes note of an element of stream management; whether it says anything.
    pub(super) fn says_something(&mut self, local: &str, h: Option<&str>) -> bool {
        let h: Option<u32> = h.and_then(|h| h.trim().parse().ok());
        match local {
            // Counting begins with this.
            "enabled" => self.0 = Some(0),
            "resumed" => self.0 = h.or(self.0),
            "a" => {
                if let (Some(told), Some(h)) = (self.0, h)
                    && is_behind(h, told)
                {
                    return false;
                }
                self.0 = h.or(self.0);
            }
            _ => {}
        }
        true
    }
}

/// Whether one number is older than another. They begin again after 2^32
/// (XEP-0198 §4), so the shorter way round tells.
fn is_behind(h: u32, told: u32) -> bool {
    h.wrapping_sub(told) > u32::MAX / 2
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passing(elements: &[(&str, &str)]) -> Vec<bool> {
        let mut counted = Counted::default();
        let says = |(local, h): &(&str, &str)| counted.says_something(local, Some(h));
        elements.iter().map(says).collect()
    }

    #[test]
    fn an_older_number_says_nothing() {
        assert_eq!(
            passing(&[
                ("enabled", ""),
                ("a", "3"),
                ("a", "1"),
                ("a", "3"),
                ("a", "4")
            ]),
            [true, true, false, true, true]
        );
    }

    #[test]
    fn a_resumed_session_goes_on_counting_and_a_new_one_begins_again() {
        assert_eq!(
            passing(&[
                ("resumed", "7"),
                ("a", "6"),
                ("a", "8"),
                ("enabled", ""),
                ("a", "1")
            ]),
            [true, false, true, true, true]
        );
    }

    #[test]
    fn a_number_that_begins_again_is_newer() {
        let last = u32::MAX.to_string();
        assert_eq!(
            passing(&[("a", &last), ("a", "1"), ("a", &last), ("a", "2")]),
            [true, true, false, true]
        );
    }

    #[test]
    fn what_is_no_number_is_for_others_to_judge() {
        assert_eq!(
            passing(&[("a", "3"), ("a", "x"), ("a", "2")]),
            [true, true, false]
        );
    }
}
