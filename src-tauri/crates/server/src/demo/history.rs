//! Two years of conversations, drawn from the script with a fixed die: the same
//! clock gives the same history.

use rand::rngs::StdRng;
use rand::seq::{IndexedRandom, SliceRandom};
use rand::{Rng, SeedableRng};

use crate::demo::avatar::{Face, Hair};
use crate::demo::people::CAST;
use crate::demo::script::{self, Scene, Script};

const SCENES: &str = include_str!("scenes.txt");
const DIE: u64 = 0x6b69_7468_0001;
const DAY: i64 = 24 * 60 * 60;
/// How far back it goes.
const DAYS: i64 = 730;

/// One conversation.
#[derive(Debug)]
pub(crate) struct Conversation {
    /// Its name in the script.
    key: &'static str,
    /// None for two people.
    pub(crate) title: Option<&'static str>,
    pub(crate) members: &'static [&'static str],
    pub(crate) photo: Option<Face>,
    /// The kinds of scenes that are played in it, and how many.
    places: &'static [&'static str],
    scenes: usize,
    pub(crate) started_at: i64,
}

/// One message.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) conversation: usize,
    pub(crate) by: &'static str,
    /// Seconds.
    pub(crate) at: i64,
    pub(crate) text: String,
    pub(crate) unread: Vec<&'static str>,
    pub(crate) undelivered: Vec<&'static str>,
}

/// Everything that was said, in order.
#[derive(Debug)]
pub(crate) struct History {
    pub(crate) conversations: Vec<Conversation>,
    pub(crate) said: Vec<Said>,
}

fn conversations() -> Vec<Conversation> {
    let pair = |key, members, places, scenes| Conversation {
        key,
        title: None,
        members,
        photo: None,
        places,
        scenes,
        started_at: 0,
    };
    let group = |key, title, members, photo, places, scenes| Conversation {
        key,
        title: Some(title),
        members,
        photo: Some(photo),
        places,
        scenes,
        started_at: 0,
    };
    vec![
        pair("bea", &["alex", "bea"], &["private"], 48),
        pair("chidi", &["alex", "chidi"], &["private"], 26),
        pair("emi", &["alex", "emi"], &["private"], 30),
        pair("dalia", &["dalia", "alex"], &["arabic", "private"], 20),
        pair("mateo", &["alex", "mateo"], &["private"], 18),
        group(
            "garden",
            "Garden behind the station",
            &["alex", "bea", "chidi", "emi", "mateo"],
            Face::sign("#4f8a3c", "#eaf5d8", Hair::Leaf),
            &["garden"],
            44,
        ),
        group(
            "workshop",
            "Repair workshop",
            &["bea", "alex", "chidi", "dalia"],
            Face::sign("#a8643a", "#fbeee0", Hair::Hammer),
            &["workshop"],
            40,
        ),
        group(
            "football",
            "Sunday football ⚽",
            &["mateo", "alex", "bea", "chidi", "dalia", "emi"],
            Face::sign("#2b6cb0", "#f4f8ff", Hair::Ball),
            &["football"],
            42,
        ),
    ]
}

fn actor(login: &str) -> Result<&'static str, String> {
    CAST.iter()
        .find(|actor| actor.login == login)
        .map(|actor| actor.login)
        .ok_or_else(|| format!("the scenes speak of {login}, who is not in the cast"))
}

/// Writes the history that ends now.
pub(crate) fn write(now: i64) -> Result<History, String> {
    let script = script::read(SCENES)?;
    let mut die = StdRng::seed_from_u64(DIE);
    let mut conversations = conversations();
    let mut said = Vec::new();
    for (index, conversation) in conversations.iter_mut().enumerate() {
        let mut told = Vec::new();
        let tail = script
            .tails
            .get(conversation.key)
            .map_or(&[][..], Vec::as_slice);
        let tail_from = tail.first().map_or(0, |line| line.minutes_ago) * 60;
        // Scenes end well before the written-out last hours begin.
        let until = now - tail_from - DAY;
        play(&script, conversation, index, until, &mut die, &mut told);
        for line in tail {
            let names = |list: &[String]| {
                list.iter()
                    .map(|login| actor(login))
                    .collect::<Result<Vec<_>, _>>()
            };
            told.push(Said {
                conversation: index,
                by: actor(&line.by)?,
                at: now - line.minutes_ago * 60 + die.random_range(0..40),
                text: line.text.clone(),
                unread: names(&line.unread)?,
                undelivered: names(&line.undelivered)?,
            });
        }
        conversation.started_at = told.iter().map(|said| said.at).min().unwrap_or(now) - 60;
        said.extend(told);
    }
    said.sort_by_key(|said| (said.at, said.conversation));
    Ok(History {
        conversations,
        said,
    })
}

/// Plays scenes in a conversation, more of them the nearer to today.
fn play(
    script: &Script,
    conversation: &Conversation,
    index: usize,
    until: i64,
    die: &mut StdRng,
    told: &mut Vec<Said>,
) {
    let fitting: Vec<&Scene> = script
        .scenes
        .iter()
        .filter(|scene| conversation.places.contains(&scene.place.as_str()))
        .collect();
    let mut days: Vec<i64> = (0..conversation.scenes)
        .map(|_| {
            let part: f64 = die.random_range(0.0..1.0);
            #[expect(
                clippy::cast_possible_truncation,
                reason = "a part of two years in days"
            )]
            #[expect(clippy::cast_precision_loss, reason = "a few hundred")]
            let day = (part.powf(1.4) * DAYS as f64) as i64;
            day
        })
        .collect();
    days.sort_unstable_by(|a, b| b.cmp(a));
    days.dedup();
    let mut pack: Vec<&Scene> = Vec::new();
    for days_ago in days {
        // Every scene is played once before one comes again.
        if pack.is_empty() {
            pack.clone_from(&fitting);
            pack.shuffle(die);
        }
        let Some(scene) = pack.pop() else { return };
        let midnight = (until - days_ago * DAY).div_euclid(DAY) * DAY - DAY;
        let mut at = midnight + die.random_range(7 * 3600..20 * 3600);
        let mut speakers: Vec<&'static str> = conversation.members.to_vec();
        // The first line of a pair's Arabic scene is the translator's: she is named first.
        if scene.place != "arabic" {
            speakers.shuffle(die);
        }
        let drawn: Vec<(&String, &String)> = script
            .words
            .iter()
            .filter_map(|(name, list)| Some((name, list.choose(die)?)))
            .collect();
        for (speaker, line) in &scene.lines {
            let mut text = line.clone();
            for (name, word) in &drawn {
                text = text.replace(name.as_str(), word);
            }
            let by = speakers[speaker % speakers.len()];
            let typing = i64::try_from(text.chars().count() / 6).unwrap_or(0);
            at += 8 + typing + die.random_range(0..90);
            if die.random_range(0..12) == 0 {
                at += die.random_range(300..3600);
            }
            told.push(Said {
                conversation: index,
                by,
                at: at.min(until),
                text: sentence(&text),
                unread: Vec::new(),
                undelivered: Vec::new(),
            });
        }
    }
}

/// A drawn word may have come to stand at the beginning.
fn sentence(text: &str) -> String {
    if text.contains("://") {
        return text.to_owned();
    }
    let mut chars = text.chars();
    match chars.next() {
        Some(first) if first.is_lowercase() => first.to_uppercase().chain(chars).collect(),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_795_000_000;

    #[test]
    fn the_same_clock_gives_the_same_history() {
        let one = write(NOW).expect("a history");
        let two = write(NOW).expect("a history");
        let text = |history: &History| {
            history
                .said
                .iter()
                .map(|said| {
                    format!(
                        "{} {} {} {}\n",
                        said.at, said.conversation, said.by, said.text
                    )
                })
                .collect::<String>()
        };
        assert_eq!(text(&one), text(&two));
    }

    #[test]
    fn it_is_long_enough_recent_and_of_every_kind() {
        let history = write(NOW).expect("a history");
        let count = history.said.len();
        assert!((1_000..=1_600).contains(&count), "{count} messages");
        assert_eq!(history.conversations.len(), 8);
        let first = history.said.first().expect("something").at;
        let last = history.said.last().expect("something").at;
        assert!(NOW - first > 650 * DAY, "it goes back about two years");
        assert!(
            last <= NOW && NOW - last < 3600,
            "it ends within the last hour"
        );
        assert!(history.said.is_sorted_by_key(|said| said.at));
        let any = |found: &dyn Fn(&str) -> bool| history.said.iter().any(|said| found(&said.text));
        assert!(any(&|text| text.contains("<b>")), "markup-like text");
        assert!(any(&|text| text.contains("https://")), "links");
        assert!(
            any(&|text| text.chars().any(|c| ('\u{600}'..'\u{700}').contains(&c))),
            "Arabic"
        );
        assert!(any(&|text| text.chars().count() > 300), "long ones");
        assert!(any(&|text| text == "🍓"), "emoji alone");
        assert!(
            !any(&|text| text.contains('{') || text.contains('}')),
            "every word is drawn"
        );
        let members_only = history.said.iter().all(|said| {
            history.conversations[said.conversation]
                .members
                .contains(&said.by)
        });
        assert!(members_only, "only members speak");
    }

    #[test]
    fn the_newcomer_has_something_to_read() {
        let history = write(NOW).expect("a history");
        let mut unread = std::collections::BTreeMap::new();
        for said in &history.said {
            if said.unread.contains(&"alex") {
                *unread
                    .entry(history.conversations[said.conversation].key)
                    .or_insert(0) += 1;
            }
        }
        assert_eq!(
            unread.into_iter().collect::<Vec<_>>(),
            [("bea", 2), ("football", 1), ("garden", 5)]
        );
    }
}
