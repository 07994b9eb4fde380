//! A line of a text that shows what was looked for.

use std::ops::Range;

use crate::view::SnippetPart;

/// So much is shown before what was looked for, in characters.
const BEFORE: usize = 14;
/// So much in all.
const LONGEST: usize = 160;

/// The part of a text around the first match, on one line. Matches are in
/// bytes, in their order.
pub(crate) fn snippet(text: &str, matches: &[Range<usize>]) -> Vec<SnippetPart> {
    let mut line: Vec<(char, bool)> = Vec::new();
    for (at, character) in text.char_indices() {
        let is_match = matches.iter().any(|range| range.contains(&at));
        if !character.is_whitespace() {
            line.push((character, is_match));
        } else if line.last().is_some_and(|(last, _)| *last != ' ') {
            line.push((' ', is_match));
        }
        // Nobody sees what lies that far behind.
        if line.len() > LONGEST * 2
            && matches
                .first()
                .is_none_or(|first| at > first.end + 4 * LONGEST)
        {
            break;
        }
    }
    let first = line.iter().position(|(_, is_match)| *is_match).unwrap_or(0);
    let from = match first.checked_sub(BEFORE) {
        None | Some(0) => 0,
        // At the beginning of a word, where there is one.
        Some(from) => line[from - 1..first]
            .iter()
            .position(|(character, _)| *character == ' ')
            .map_or(from, |space| from + space),
    };
    let to = line.len().min(from + LONGEST);
    let mut parts: Vec<SnippetPart> = Vec::new();
    let mut say = |character: char, is_match: bool| match parts.last_mut() {
        Some(part) if part.is_match == is_match => part.text.push(character),
        _ => parts.push(SnippetPart {
            text: character.into(),
            is_match,
        }),
    };
    if from > 0 {
        say('…', false);
    }
    for (character, is_match) in &line[from..to] {
        say(*character, *is_match);
    }
    if to < line.len() {
        say('…', false);
    }
    parts
}

/// Where the server found what was typed: any of the words, or what stands in
/// quotes, letter for letter (`protocol/rest.md` §7).
pub(crate) fn letter_for_letter(text: &str, typed: &str) -> Vec<Range<usize>> {
    let mut matches: Vec<Range<usize>> = Vec::new();
    for (n, part) in typed.split('"').enumerate() {
        let words: Vec<&str> = match n % 2 {
            1 => vec![part],
            _ => part.split_whitespace().collect(),
        };
        for word in words.into_iter().filter(|word| !word.is_empty()) {
            let found = text.match_indices(word);
            matches.extend(found.map(|(at, word)| at..at + word.len()));
        }
    }
    matches.sort_by_key(|range| range.start);
    matches
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, word: &str) -> String {
        let parts = snippet(text, &letter_for_letter(text, word));
        let part = |part: &SnippetPart| match part.is_match {
            true => format!("[{}]", part.text),
            false => part.text.clone(),
        };
        parts.iter().map(part).collect()
    }

    #[test]
    fn a_snippet_is_one_line_around_the_first_match() {
        assert_eq!(shown("the\n  old boat", "old"), "the [old] boat");
        assert_eq!(shown("no match", "x"), "no match");
        assert_eq!(shown("", "x"), "");
        let long = format!(
            "{}the boat {}",
            "word ".repeat(1000),
            "and more ".repeat(100)
        );
        let line = shown(&long, "boat");
        assert!(line.starts_with("…word word the [boat] and more"), "{line}");
        assert!(line.ends_with('…'), "{line}");
        assert_eq!(line.chars().count(), LONGEST + 4);
        assert_eq!(
            shown(&format!("{}boat", "x".repeat(200)), "boat"),
            format!("…{}[boat]", "x".repeat(BEFORE))
        );
        assert_eq!(
            shown("<b>boat</b>", "boat"),
            "<b>[boat]</b>",
            "markup is text"
        );
        assert_eq!(shown("שלום לכולם", "לכו"), "שלום [לכו]לם");
    }

    #[test]
    fn words_are_alternatives_and_quotes_hold_together() {
        let found = |text: &'static str, typed: &str| -> Vec<&str> {
            let matches = letter_for_letter(text, typed).into_iter();
            matches.map(|range| &text[range]).collect()
        };
        assert_eq!(found("a boat, Boats", "boat"), ["boat"]);
        assert_eq!(found("old boat", "\"old boat\" x"), ["old boat"]);
        assert_eq!(found("abc", "\"\""), [""; 0]);
    }
}
