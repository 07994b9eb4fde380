//! Where tokens begin and end, byte by byte. Names are not looked at. The
//! state is a few bytes, so a stream may be cut anywhere.

/// What a finished token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token {
    /// `<name …>` or, when `empty`, `<name …/>`.
    Start {
        /// Whether it closes itself.
        empty: bool,
    },
    /// `</name>`.
    End,
    /// `<!--…-->`.
    Comment,
    /// `<![CDATA[…]]>`.
    CData,
    /// `<?…?>`, the XML declaration included.
    Instruction,
    /// `<!…>`: a document type declaration or something else nobody wants.
    Declaration,
}

/// What a byte meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// It is text.
    Text,
    /// It begins a token: it is the `<`.
    Begins,
    /// It is inside a token.
    Inside,
    /// It is the last byte of a token.
    Ends(Token),
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum State {
    #[default]
    Text,
    /// After `<`.
    Opened,
    /// After `<!` and `n` bytes that could become a comment or CDATA.
    Bang {
        n: u8,
        cdata: bool,
    },
    /// In a comment, after `n` dashes in a row.
    Comment {
        n: u8,
    },
    /// In CDATA, after `n` closing brackets in a row.
    CData {
        n: u8,
    },
    /// In `<?`, after a question mark or not.
    Instruction {
        mark: bool,
    },
    /// In `<!DOCTYPE`, with so many open square brackets.
    Declaration {
        depth: u16,
    },
    End,
    /// In a start tag. A quotation mark opens a value only after `=`, since a
    /// key such as `it's` puts one into a name.
    Start {
        quote: u8,
        last: u8,
    },
}

/// The tokenizer.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Scanner {
    state: State,
}

impl Scanner {
    /// Whether the next byte is outside every tag.
    pub(super) fn is_in_text(&self) -> bool {
        self.state == State::Text
    }

    /// Takes the next byte.
    pub(super) fn step(&mut self, byte: u8) -> Step {
        const CDATA: &[u8] = b"[CDATA[";
        let (state, step) = match self.state {
            State::Text if byte == b'<' => (State::Opened, Step::Begins),
            State::Text => (State::Text, Step::Text),
            State::Opened => match byte {
                b'!' => (State::Bang { n: 0, cdata: false }, Step::Inside),
                b'?' => (State::Instruction { mark: false }, Step::Inside),
                b'/' => (State::End, Step::Inside),
                b'>' => (State::Text, Step::Ends(Token::Start { empty: false })),
                _ => (
                    State::Start {
                        quote: 0,
                        last: byte,
                    },
                    Step::Inside,
                ),
            },
            State::Bang { n: 0, .. } if byte == b'-' => {
                (State::Bang { n: 1, cdata: false }, Step::Inside)
            }
            State::Bang { n: 1, cdata: false } if byte == b'-' => {
                (State::Comment { n: 0 }, Step::Inside)
            }
            State::Bang { n, cdata } if (n == 0 || cdata) && byte == CDATA[usize::from(n)] => {
                if usize::from(n) + 1 == CDATA.len() {
                    (State::CData { n: 0 }, Step::Inside)
                } else {
                    (
                        State::Bang {
                            n: n + 1,
                            cdata: true,
                        },
                        Step::Inside,
                    )
                }
            }
            State::Bang { .. } if byte == b'>' => (State::Text, Step::Ends(Token::Declaration)),
            State::Bang { .. } => (
                State::Declaration {
                    depth: u16::from(byte == b'['),
                },
                Step::Inside,
            ),
            State::Comment { n } => match byte {
                b'-' => (State::Comment { n: (n + 1).min(2) }, Step::Inside),
                b'>' if n == 2 => (State::Text, Step::Ends(Token::Comment)),
                _ => (State::Comment { n: 0 }, Step::Inside),
            },
            State::CData { n } => match byte {
                b']' => (State::CData { n: (n + 1).min(2) }, Step::Inside),
                b'>' if n == 2 => (State::Text, Step::Ends(Token::CData)),
                _ => (State::CData { n: 0 }, Step::Inside),
            },
            State::Instruction { mark: true } if byte == b'>' => {
                (State::Text, Step::Ends(Token::Instruction))
            }
            State::Instruction { .. } => (State::Instruction { mark: byte == b'?' }, Step::Inside),
            State::Declaration { depth } => match byte {
                b'[' => (
                    State::Declaration {
                        depth: depth.saturating_add(1),
                    },
                    Step::Inside,
                ),
                b']' => (
                    State::Declaration {
                        depth: depth.saturating_sub(1),
                    },
                    Step::Inside,
                ),
                b'>' if depth == 0 => (State::Text, Step::Ends(Token::Declaration)),
                _ => (State::Declaration { depth }, Step::Inside),
            },
            State::End if byte == b'>' => (State::Text, Step::Ends(Token::End)),
            State::End => (State::End, Step::Inside),
            State::Start { quote: 0, last } => match byte {
                b'>' => (
                    State::Text,
                    Step::Ends(Token::Start {
                        empty: last == b'/',
                    }),
                ),
                b'"' | b'\'' if last == b'=' => (
                    State::Start {
                        quote: byte,
                        last: byte,
                    },
                    Step::Inside,
                ),
                b' ' | b'\t' | b'\r' | b'\n' if last == b'=' => {
                    (State::Start { quote: 0, last }, Step::Inside)
                }
                _ => (
                    State::Start {
                        quote: 0,
                        last: byte,
                    },
                    Step::Inside,
                ),
            },
            State::Start { quote, last } if byte == quote => {
                let _ = last;
                (
                    State::Start {
                        quote: 0,
                        last: byte,
                    },
                    Step::Inside,
                )
            }
            State::Start { quote, last } => (State::Start { quote, last }, Step::Inside),
        };
        self.state = state;
        step
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &str) -> Vec<(Token, String)> {
        let mut scanner = Scanner::default();
        let mut found = Vec::new();
        let mut from = 0;
        for (i, byte) in text.bytes().enumerate() {
            match scanner.step(byte) {
                Step::Begins => from = i,
                Step::Ends(token) => found.push((token, text[from..=i].to_owned())),
                Step::Text | Step::Inside => {}
            }
        }
        found
    }

    #[test]
    fn marks_inside_values_comments_and_cdata_end_nothing() {
        let text = r#"<a x="1>2" y = '<"/>'>t</a><!-- <b> -- > --><![CDATA[ <c>]]]></d/><it's>"#;
        let kinds: Vec<_> = tokens(text)
            .into_iter()
            .map(|(kind, text)| (kind, text.len()))
            .collect();
        assert_eq!(
            kinds,
            [
                (Token::Start { empty: false }, 22),
                (Token::End, 4),
                (Token::Comment, 17),
                (Token::CData, 17),
                (Token::End, 5),
                (Token::Start { empty: false }, 6),
            ]
        );
    }

    #[test]
    fn a_document_type_is_one_declaration() {
        let found = tokens("<!DOCTYPE a [<!ENTITY b 'c'>]><a/>");
        assert_eq!(found[0].0, Token::Declaration);
        assert_eq!(found[1], (Token::Start { empty: true }, "<a/>".to_owned()));
    }
}
