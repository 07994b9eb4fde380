//! What a person types into a search, as words to look for.
//!
//! Words are found by their beginnings, all of them; what stands in quotes is
//! found as it stands. The index takes a text apart where something stands that
//! is neither letter nor digit. Scripts that write no spaces between words
//! (Chinese, Japanese, Thai and their like) become long "words" there, and signs
//! like emoji none at all: a search with one of those looks into the texts
//! themselves instead.

/// More words than this are not looked for.
const MOST: usize = 16;
/// Nor is more of what was typed read than this, in characters.
const LONGEST: usize = 256;

/// What to look for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// Nothing was typed.
    Nothing,
    /// An expression for the index.
    Indexed(String),
    /// Pieces of text that must all be there, in small letters.
    Pieces(Vec<String>),
}

/// One word, or several in quotes.
#[derive(Debug, PartialEq, Eq)]
struct Term {
    text: String,
    /// Whether words that go on are meant, too.
    is_beginning: bool,
}

impl Wanted {
    /// Reads what was typed. Nothing that can be typed is an error.
    pub(crate) fn read(typed: &str) -> Self {
        let terms = terms(typed);
        if terms.is_empty() {
            return Self::Nothing;
        }
        let is_spoken = |text: &str| text.chars().any(char::is_alphanumeric);
        if terms.iter().any(|term| term.text.chars().any(is_unspaced))
            || !terms.iter().any(|term| is_spoken(&term.text))
        {
            let pieces = terms.into_iter().map(|term| term.text.to_lowercase());
            return Self::Pieces(pieces.collect());
        }
        let words = terms.iter().filter(|term| is_spoken(&term.text));
        let expressions: Vec<String> = words
            .map(|term| {
                let star = if term.is_beginning { "*" } else { "" };
                format!("\"{}\"{star}", term.text)
            })
            .collect();
        Self::Indexed(expressions.join(" AND "))
    }
}

/// Takes apart what was typed. Whoever has not closed a quote is still typing.
fn terms(typed: &str) -> Vec<Term> {
    let mut terms = Vec::new();
    let mut text = String::new();
    let mut is_quoted = false;
    let mut end = |text: &mut String, is_beginning: bool| {
        let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
        text.clear();
        if !words.is_empty() && terms.len() < MOST {
            terms.push(Term {
                text: words,
                is_beginning,
            });
        }
    };
    for character in typed.chars().take(LONGEST) {
        match character {
            '"' | '“' | '”' | '„' | '«' | '»' => {
                end(&mut text, !is_quoted);
                is_quoted = !is_quoted;
            }
            '\0' => {}
            space if space.is_whitespace() && !is_quoted => end(&mut text, true),
            other => text.push(other),
        }
    }
    end(&mut text, true);
    terms
}

/// Whether a letter belongs to a script that writes no spaces between words.
fn is_unspaced(letter: char) -> bool {
    matches!(letter,
        '\u{0e00}'..='\u{0eff}' // Thai, Lao
        | '\u{1000}'..='\u{109f}' // Myanmar
        | '\u{1780}'..='\u{17ff}' // Khmer
        | '\u{3040}'..='\u{30ff}' // Hiragana, Katakana
        | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' // Han
        | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_begin_and_quotes_are_exact() {
        let check = |typed: &str, expected: &str| {
            assert_eq!(
                Wanted::read(typed),
                Wanted::Indexed(expected.into()),
                "{typed}"
            );
        };
        check("boat", "\"boat\"*");
        check("  old  boat ", "\"old\"* AND \"boat\"*");
        check("\"the old boat\"", "\"the old boat\"");
        check("“the old” bo", "\"the old\" AND \"bo\"*");
        check("\"the old bo", "\"the old bo\"*");
        check("a\"b\"c", "\"a\"* AND \"b\" AND \"c\"*");
        check(
            "NEAR(a b) OR NOT *",
            "\"NEAR(a\"* AND \"b)\"* AND \"OR\"* AND \"NOT\"*",
        );
        check("body:x ^y - z", "\"body:x\"* AND \"^y\"* AND \"z\"*");
        check("don't; DROP", "\"don't;\"* AND \"DROP\"*");
    }

    #[test]
    fn what_has_no_words_is_looked_for_as_it_stands() {
        let pieces = |of: &[&str]| Wanted::Pieces(of.iter().map(ToString::to_string).collect());
        assert_eq!(Wanted::read("🎉"), pieces(&["🎉"]));
        assert_eq!(Wanted::read("天气 Boot"), pieces(&["天气", "boot"]));
        assert_eq!(Wanted::read("สวัสดี"), pieces(&["สวัสดี"]));
        assert_eq!(Wanted::read("\"\" \u{0} "), Wanted::Nothing);
        assert_eq!(Wanted::read(""), Wanted::Nothing);
        let many = "a ".repeat(1000);
        let Wanted::Indexed(many) = Wanted::read(&many) else {
            panic!("words");
        };
        assert_eq!(many.matches("AND").count(), MOST - 1);
    }
}
