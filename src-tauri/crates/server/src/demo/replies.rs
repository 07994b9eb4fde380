//! What the sample people answer. They understand nothing; they are only
//! attentive enough that a newcomer sees how a conversation looks.

/// What a message is, at a glance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Greeting,
    Thanks,
    Goodbye,
    Question,
    Emoji,
    Link,
    Long,
    Other,
}

/// Looks at a message.
pub(crate) fn kind(text: &str) -> Kind {
    let lower = text.trim().to_lowercase();
    let starts = |list: &[&str]| {
        list.iter().any(|word| {
            lower.strip_prefix(word).is_some_and(|rest| {
                rest.is_empty() || rest.starts_with(|c: char| !c.is_alphanumeric())
            })
        })
    };
    let contains = |list: &[&str]| list.iter().any(|word| lower.contains(word));
    if !lower.chars().any(char::is_alphanumeric) && !lower.contains('?') {
        return Kind::Emoji;
    }
    if contains(&["http://", "https://"]) {
        return Kind::Link;
    }
    if contains(&[
        "thank",
        "danke",
        "merci",
        "gracias",
        "شكرا",
        "ありがとう",
        "grazie",
        "obrigad",
    ]) {
        return Kind::Thanks;
    }
    if lower.contains(['?', '؟', '？']) {
        return Kind::Question;
    }
    if starts(&[
        "bye",
        "goodbye",
        "good night",
        "see you",
        "tschüss",
        "ciao",
        "later",
        "مع السلامة",
    ]) {
        return Kind::Goodbye;
    }
    if starts(&[
        "hi",
        "hello",
        "hey",
        "good morning",
        "good evening",
        "hallo",
        "moin",
        "hola",
        "salut",
        "bonjour",
        "مرحبا",
        "صباح",
        "こんにちは",
        "yo",
        "servus",
    ]) {
        return Kind::Greeting;
    }
    if lower.chars().count() > 240 {
        return Kind::Long;
    }
    Kind::Other
}

/// What somebody says to that; `turn` counts, so that nobody says the same twice running.
pub(crate) fn reply(login: &str, kind: Kind, turn: usize) -> &'static str {
    let list: &[&str] = match (login, kind) {
        ("chidi", Kind::Greeting) => &[
            "Hello hello! I was just sweeping up. How are you?",
            "Hey! Good timing, the kettle is on.",
            "Hi there. What's new on your side?",
        ],
        ("chidi", Kind::Thanks) => &[
            "Any time. You'd do the same for me.",
            "Don't mention it 🙂",
            "With pleasure. Next time you carry the heavy end.",
        ],
        ("chidi", Kind::Goodbye) => &[
            "See you! Don't forget to eat something.",
            "Take care, talk soon.",
            "Good night 🌙",
        ],
        ("chidi", Kind::Question) => &[
            "Good question. Let me look at it tonight and I'll tell you.",
            "I'd say yes, but ask me again after coffee.",
            "Hm. I think it depends on the weather. Most things do.",
            "Probably. Shall we try it together on Thursday?",
            "I've wondered about that too. My cousin would know.",
        ],
        ("chidi", Kind::Emoji) => &["😄", "🔧❤️", "👍", "🙌"],
        ("chidi", Kind::Link) => &[
            "Saved, I'll read it on the tram.",
            "Oh, that looks useful. Thank you for sending it.",
            "Opened it. Now I want one.",
        ],
        ("chidi", Kind::Long) => &[
            "I read all of it, twice. You're right about most of it, and the rest we can argue about over soup.",
            "That's a lot to think about. Give me an evening.",
            "Thank you for writing that down so clearly.",
        ],
        ("chidi", Kind::Other) => &[
            "That makes sense. I'm in.",
            "Ha, I can picture it.",
            "Noted. I'll bring the tools, just in case.",
            "I was thinking the same this morning.",
            "Good. Then we'll do it that way.",
            "You always say that, and you're always right.",
            "Let's talk about it at the workshop.",
        ],
        (_, Kind::Greeting) => &[
            "Hi! 🙂 Lovely to hear from you.",
            "Hey you. I was just sorting photos, please distract me.",
            "Hello! How is your day?",
        ],
        (_, Kind::Thanks) => &["Of course 💛", "You're very welcome!", "Gladly. Always."],
        (_, Kind::Goodbye) => &[
            "Bye! Have a good rest of the day ☀️",
            "See you soon!",
            "Sleep well 🌙",
        ],
        (_, Kind::Question) => &[
            "Ooh. Let me think about it for a moment.",
            "Yes! I mean, probably. Why do you ask?",
            "I'd love to say yes. Can I tell you tomorrow?",
            "Honestly? I have no idea, but I like the question.",
            "I think so. Bea would know for sure.",
        ],
        (_, Kind::Emoji) => &["😊", "🍓", "😂", "💛", "✨"],
        (_, Kind::Link) => &[
            "Opening it now!",
            "Oh nice, I'll look at it with tea.",
            "That's exactly my kind of thing, thank you.",
        ],
        (_, Kind::Long) => &[
            "I read every word. Thank you for telling me.",
            "Wow. There's so much in that. Can we talk about it on Sunday?",
            "That's beautifully put. I'm keeping it.",
        ],
        (_, Kind::Other) => &[
            "I like that.",
            "Haha, yes, exactly.",
            "Tell me more?",
            "That just made me smile on the bus.",
            "Good plan. I'll bring the camera.",
            "Okay! I'm writing it down before I forget.",
            "You and your ideas 😄",
        ],
    };
    list[turn % list.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_told_apart_at_a_glance() {
        for (text, is) in [
            ("Hi Emi", Kind::Greeting),
            ("Highway closed today", Kind::Other),
            ("صباح الخير", Kind::Greeting),
            ("Thanks a lot", Kind::Thanks),
            ("are you there?", Kind::Question),
            ("👍👍", Kind::Emoji),
            ("https://example.org", Kind::Link),
            ("See you tomorrow", Kind::Goodbye),
            ("I bought a ladder", Kind::Other),
        ] {
            assert_eq!(kind(text), is, "{text}");
        }
        assert_eq!(kind(&"word ".repeat(80)), Kind::Long);
    }

    #[test]
    fn nobody_says_the_same_twice_running() {
        for login in ["chidi", "emi"] {
            for kind in [Kind::Greeting, Kind::Question, Kind::Emoji, Kind::Other] {
                assert_ne!(reply(login, kind, 1), reply(login, kind, 2));
            }
        }
    }
}
