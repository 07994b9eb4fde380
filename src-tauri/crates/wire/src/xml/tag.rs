//! A start or end tag, taken apart without asking whether its names are names.

use super::Attribute;
use super::text::unescape;

/// The name and the attributes of a start tag, given what stands between `<`
/// and `>` (without the `/` of an empty one).
///
/// Words without a value directly after the name belong to the name, since
/// that is how the key `a b` looks: `<a b>`. Words without a value after that
/// are attributes with an empty value. Of two attributes of one name the first
/// counts.
pub(super) fn read_start(inside: &str) -> (String, Vec<Attribute>) {
    let mut rest = inside.trim_start();
    let mut name = String::new();
    let mut attributes: Vec<Attribute> = Vec::new();
    while !rest.is_empty() {
        let end = rest
            .find(|c: char| is_space(c) || c == '=')
            .unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        let after = after.trim_start_matches(is_space);
        let Some(after) = after.strip_prefix('=').filter(|_| !name.is_empty()) else {
            if attributes.is_empty() {
                if !name.is_empty() {
                    name.push(' ');
                }
                name.push_str(word);
            } else if !word.is_empty() {
                push(&mut attributes, word, "");
            }
            // A word of nothing: a stray `=` where a name should stand.
            rest = if word.is_empty() {
                name.push_str(&after[..after.len().min(1)]);
                after.get(1..).unwrap_or_default()
            } else {
                after
            };
            continue;
        };
        let after = after.trim_start_matches(is_space);
        let (value, after) = match after.chars().next() {
            Some(quote @ ('"' | '\'')) => after[1..].split_once(quote).unwrap_or((&after[1..], "")),
            _ => after.split_at(after.find(is_space).unwrap_or(after.len())),
        };
        if !word.is_empty() {
            push(&mut attributes, word, value);
        }
        rest = after.trim_start_matches(is_space);
    }
    (name, attributes)
}

/// The name of an end tag, given what stands between `</` and `>`.
pub(super) fn read_end(inside: &str) -> String {
    inside
        .split(is_space)
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

fn push(attributes: &mut Vec<Attribute>, name: &str, value: &str) {
    if attributes.iter().all(|known| known.name != name) {
        attributes.push(Attribute {
            name: name.to_owned(),
            value: unescape(value).into_owned(),
        });
    }
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(inside: &str, name: &str, attributes: &[(&str, &str)]) {
        let (found, list) = read_start(inside);
        let list: Vec<_> = list
            .iter()
            .map(|a| (a.name.as_str(), a.value.as_str()))
            .collect();
        assert_eq!(
            (found.as_str(), list.as_slice()),
            (name, attributes),
            "in <{inside}>"
        );
    }

    #[test]
    fn tags_of_every_kind_are_read() {
        check("a", "a", &[]);
        check(
            "a x=\"1 &amp; 2\" y = '\"' ",
            "a",
            &[("x", "1 & 2"), ("y", "\"")],
        );
        check("0", "0", &[]);
        check("a b", "a b", &[]);
        check("a  b\tc x='1' d", "a b c", &[("x", "1"), ("d", "")]);
        check("it's", "it's", &[]);
        check("a x=1 y='2'", "a", &[("x", "1"), ("y", "2")]);
        check("a x='1'y='2'", "a", &[("x", "1"), ("y", "2")]);
        check("a x='1' x='2'", "a", &[("x", "1")]);
        check("", "", &[]);
        assert_eq!(read_end("a  b "), "a b");
    }

    #[test]
    fn nonsense_ends() {
        for nonsense in [
            "=", "==", "a==", "a = = b", "a ='", "='x'", "a '=' \"", "é=é", "=é",
        ] {
            let _ = read_start(nonsense);
        }
    }
}
