//! A text without the signs of its formatting. As in the list
//! (`ui/src/lib/unmarked.ts`) it only looks at pairs of signs.

/// The signs that stand in pairs, the longer ones first.
const PAIRS: [&str; 9] = ["***", "**", "*", "___", "__", "_", "~~", "~", "`"];
/// What a desktop shows of a text is short, so no more than this is looked at,
/// in characters.
const LOOKED_AT: usize = 1_000;

/// The text as it reads.
pub(super) fn plain(text: &str) -> String {
    let text: String = text.chars().take(LOOKED_AT).collect();
    if !text.contains(['*', '_', '~', '`', '>', ']']) {
        return text;
    }
    let lines = text.lines().filter_map(|line| {
        let line = unquoted(line);
        // A fence stands on a line of its own, perhaps with a language.
        if line.starts_with("```") && !line[3..].contains('`') {
            return None;
        }
        let line = without_addresses(&line.replace("```", ""));
        Some(PAIRS.iter().fold(line, |line, sign| unpaired(&line, sign)))
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn unquoted(line: &str) -> &str {
    let inner = line.trim_start_matches(' ');
    match inner.strip_prefix('>') {
        Some(quoted) if line.len() - inner.len() <= 3 => quoted.trim_start(),
        _ => line,
    }
}

/// `[words](address)` reads as its words.
fn without_addresses(line: &str) -> String {
    let mut rest = line;
    let mut plain = String::new();
    while let Some((before, after)) = rest.split_once('[') {
        let link = after.split_once("](").and_then(|(words, after)| {
            let (address, after) = after.split_once(')')?;
            let is_address = ["http:", "https:", "mailto:"]
                .iter()
                .any(|scheme| address.starts_with(scheme));
            let fits = is_address && !words.is_empty() && !words.contains(['[', ']']);
            (fits && !address.contains(char::is_whitespace)).then_some((words, after))
        });
        plain.push_str(before);
        match link {
            Some((words, after)) => {
                plain.push_str(words);
                rest = after;
            }
            None => {
                plain.push('[');
                rest = after;
            }
        }
    }
    plain + rest
}

/// Takes the pairs of one sign out of a line.
fn unpaired(line: &str, sign: &str) -> String {
    let mut plain = String::new();
    let mut rest = line;
    while let Some(at) = rest.find(sign) {
        let (before, inner) = (&rest[..at], &rest[at + sign.len()..]);
        let is_edge = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
        let last = before
            .chars()
            .next_back()
            .or_else(|| plain.chars().next_back());
        let opens = is_edge(last) && inner.chars().next().is_some_and(|c| !c.is_whitespace());
        let closing = inner.match_indices(sign).map(|(at, _)| at).find(|at| {
            let within = &inner[..*at];
            within
                .chars()
                .next_back()
                .is_some_and(|c| !c.is_whitespace())
                && is_edge(inner[at + sign.len()..].chars().next())
        });
        plain.push_str(before);
        match closing.filter(|_| opens) {
            Some(end) => {
                plain.push_str(&inner[..end]);
                rest = &inner[end + sign.len()..];
            }
            None => {
                plain.push_str(sign);
                rest = inner;
            }
        }
    }
    plain + rest
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn a_text_reads_without_its_signs() {
        let check = |text: &str, expected: &str| assert_eq!(plain(text), expected, "{text}");
        check("see you at six", "see you at six");
        check("**see** _you_ `at` ~~five~~ six", "see you at five six");
        check("*_both_*", "both");
        check("> she said\nyes", "she said\nyes");
        check("[the map](https://example.org/a)", "the map");
        check("[not](file:///etc) [x] a]", "[not](file:///etc) [x] a]");
        check(
            "2*3*4 snake_case_name a * b * c",
            "2*3*4 snake_case_name a * b * c",
        );
        check("```rust\nlet a = 1;\n```", "let a = 1;");
        check("```one line```", "one line");
        check("*", "*");
        check("**", "**");
        check("größer *ist* größer", "größer ist größer");
        check("<b>bold</b> & so on", "<b>bold</b> & so on");
    }

    #[test]
    fn a_very_long_text_is_cut() {
        assert_eq!(plain(&"*a* ".repeat(100_000)).chars().count(), 500);
    }
}
