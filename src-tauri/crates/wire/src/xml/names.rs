//! Which names are well-formed, and what becomes of those that are not.
//!
//! The mapping is that of ISO/IEC 9075-14 (SQL/XML): a character that may not
//! stand where it stands becomes `_x` + its code point in at least four
//! upper-case hexadecimal digits + `_`. So `0` becomes `_x0030_` and `a b`
//! becomes `a_x0020_b`. It is reversible by [`original`], and a name that is
//! well-formed stays as it is.

use std::borrow::Cow;

/// Whether `c` may begin a name (XML 1.0 §2.3, without the colon).
#[must_use]
pub fn is_name_start(c: char) -> bool {
    matches!(c,
        'A'..='Z' | 'a'..='z' | '_'
        | '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{2FF}'
        | '\u{370}'..='\u{37D}' | '\u{37F}'..='\u{1FFF}' | '\u{200C}'..='\u{200D}'
        | '\u{2070}'..='\u{218F}' | '\u{2C00}'..='\u{2FEF}' | '\u{3001}'..='\u{D7FF}'
        | '\u{F900}'..='\u{FDCF}' | '\u{FDF0}'..='\u{FFFD}' | '\u{10000}'..='\u{EFFFF}')
}

/// Whether `c` may stand inside a name (XML 1.0 §2.3, without the colon).
#[must_use]
pub fn is_name_char(c: char) -> bool {
    is_name_start(c)
        || matches!(c, '-' | '.' | '0'..='9' | '\u{B7}' | '\u{300}'..='\u{36F}' | '\u{203F}'..='\u{2040}')
}

/// Whether `name` is a name without a colon (an `NCName`).
#[must_use]
pub fn is_plain_name(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(is_name_start) && chars.all(is_name_char)
}

/// Whether `name` is a name with at most one prefix (a `QName`).
#[must_use]
pub fn is_well_formed(name: &str) -> bool {
    match name.split_once(':') {
        Some((prefix, local)) => is_plain_name(prefix) && is_plain_name(local),
        None => is_plain_name(name),
    }
}

/// `name` as a well-formed name without a prefix; unchanged when it is one.
#[must_use]
pub fn sanitise(name: &str) -> Cow<'_, str> {
    if is_plain_name(name) {
        return Cow::Borrowed(name);
    }
    let mut out = String::with_capacity(name.len() + 8);
    for (i, c) in name.chars().enumerate() {
        if if i == 0 {
            is_name_start(c)
        } else {
            is_name_char(c)
        } {
            out.push(c);
        } else {
            out.push_str(&format!("_x{:04X}_", u32::from(c)));
        }
    }
    if out.is_empty() {
        out.push('_');
    }
    Cow::Owned(out)
}

/// The name that [`sanitise`] was given, as far as it can be told: a name that
/// looked escaped from the start is unescaped as well.
#[must_use]
pub fn original(name: &str) -> Cow<'_, str> {
    if !name.contains("_x") {
        return Cow::Borrowed(name);
    }
    let mut out = String::with_capacity(name.len());
    let mut rest = name;
    while let Some(at) = rest.find("_x") {
        out.push_str(&rest[..at]);
        let after = &rest[at + 2..];
        let code = after
            .find('_')
            .filter(|n| (4..=6).contains(n))
            .and_then(|n| {
                let digits = &after[..n];
                let upper = digits
                    .bytes()
                    .all(|b| matches!(b, b'0'..=b'9' | b'A'..=b'F'));
                let c = u32::from_str_radix(digits, 16)
                    .ok()
                    .and_then(char::from_u32)?;
                upper.then_some((c, n + 1))
            });
        match code {
            Some((c, used)) => {
                out.push(c);
                rest = &after[used..];
            }
            None => {
                out.push_str("_x");
                rest = after;
            }
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ill_formed_names_become_well_formed_and_come_back() {
        for (name, mapped) in [
            ("0", "_x0030_"),
            ("a b", "a_x0020_b"),
            ("1x", "_x0031_x"),
            ("it's", "it_x0027_s"),
            ("a:b:c", "a_x003A_b_x003A_c"),
            ("😀", "😀"),
            ("×", "_x00D7_"),
        ] {
            assert_eq!(sanitise(name), mapped);
            assert!(
                is_plain_name(&sanitise(name)),
                "{mapped} must be well-formed"
            );
            assert_eq!(original(mapped), name);
        }
    }

    #[test]
    fn a_good_name_is_left_alone() {
        for name in ["dialog_id", "content-type", "x", "_x", "_xyz_", "größe"] {
            assert_eq!(sanitise(name), name);
            assert_eq!(original(name), name);
        }
    }
}
