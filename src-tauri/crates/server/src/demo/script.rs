//! Reads `scenes.txt`.

use std::collections::BTreeMap;

/// A short exchange that fits some kinds of conversations.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Scene {
    pub(crate) place: String,
    /// Speakers are counted from 0 in the order of their letters.
    pub(crate) lines: Vec<(usize, String)>,
}

/// A line of the last hours, written out with its time and who has not read it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TailLine {
    pub(crate) by: String,
    pub(crate) minutes_ago: i64,
    pub(crate) unread: Vec<String>,
    pub(crate) undelivered: Vec<String>,
    pub(crate) text: String,
}

/// Everything in the file.
#[derive(Debug, Default)]
pub(crate) struct Script {
    pub(crate) words: BTreeMap<String, Vec<String>>,
    pub(crate) scenes: Vec<Scene>,
    pub(crate) tails: BTreeMap<String, Vec<TailLine>>,
}

/// Reads the script; the error names the line.
pub(crate) fn read(text: &str) -> Result<Script, String> {
    let mut script = Script::default();
    let mut tail: Option<String> = None;
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        let wrong = || format!("line {} of the scenes cannot be read", number + 1);
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(head) = line.strip_prefix('[') {
            let head = head.strip_suffix(']').ok_or_else(wrong)?;
            tail = head.strip_prefix("tail ").map(str::to_owned);
            if tail.is_none() {
                script.scenes.push(Scene {
                    place: head.to_owned(),
                    lines: Vec::new(),
                });
            }
            continue;
        }
        if script.scenes.is_empty() && line.starts_with('{') {
            let (name, list) = line.split_once(" = ").ok_or_else(wrong)?;
            let list = list
                .split(" | ")
                .map(|word| word.trim().to_owned())
                .collect();
            script.words.insert(name.to_owned(), list);
            continue;
        }
        let (who, text) = line.split_once(": ").ok_or_else(wrong)?;
        match &tail {
            Some(place) => {
                let said = tail_line(who, text).ok_or_else(wrong)?;
                script.tails.entry(place.clone()).or_default().push(said);
            }
            None => {
                let letter = who
                    .bytes()
                    .next()
                    .filter(u8::is_ascii_uppercase)
                    .ok_or_else(wrong)?;
                let scene = script.scenes.last_mut().ok_or_else(wrong)?;
                scene
                    .lines
                    .push((usize::from(letter - b'A'), text.to_owned()));
            }
        }
    }
    Ok(script)
}

/// `login minutes [!unread,…] [!!undelivered,…]`.
fn tail_line(who: &str, text: &str) -> Option<TailLine> {
    let mut words = who.split(' ');
    let mut line = TailLine {
        by: words.next()?.to_owned(),
        minutes_ago: words.next()?.parse().ok()?,
        unread: Vec::new(),
        undelivered: Vec::new(),
        text: text.to_owned(),
    };
    for word in words {
        let names = |list: &str| list.split(',').map(str::to_owned).collect();
        match (word.strip_prefix("!!"), word.strip_prefix('!')) {
            (Some(list), _) => line.undelivered = names(list),
            (None, Some(list)) => line.unread = names(list),
            (None, None) => return None,
        }
    }
    Some(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_is_read() {
        let script = read(
            "{food} = soup | cake\n\n[private]\nA: Hi: there\nB: {food}\n\n[tail bea]\nalex 12 !bea !!emi: x\n",
        )
        .expect("a script");
        assert_eq!(script.words["{food}"], ["soup", "cake"]);
        assert_eq!(script.scenes[0].lines[0], (0, "Hi: there".to_owned()));
        let tail = &script.tails["bea"][0];
        assert_eq!(
            (tail.minutes_ago, tail.unread.as_slice()),
            (12, &["bea".to_owned()][..])
        );
        assert_eq!(tail.undelivered, ["emi"]);
        assert!(read("[private]\nnonsense\n").is_err());
    }
}
