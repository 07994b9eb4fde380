//! Messages that destroy themselves. Until their time is over they are messages
//! like others, as far as the platform goes: no history has them, so whoever is
//! not there when they come never gets them. When it is over they are on no
//! device, and in no file of one.
//!
//! Nobody waits for that: in the end of a plan the clocks of all devices are set
//! to an hour later, while some of the apps are open and some are not.

use anyhow::Result;
use kith_engine::SendOptions;
use kith_model::MessageId;
use rand::Rng;
use rand::rngs::StdRng;

use crate::cast::{Cast, Device};
use crate::judge;
use crate::plan;
use crate::tally::Tally;
use crate::truth::{Glimpse, Talk};

/// A word of every text that destroys itself, and of no other.
const SECRET: &str = "burn-after-reading";

/// How long a message lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lasts {
    /// A second: it may be gone in the midst of what happens next.
    Short,
    /// An hour: it is there for as long as nobody moves the clocks.
    Long,
}

impl Lasts {
    pub(crate) fn draw(chance: &mut StdRng) -> Self {
        if chance.random_bool(0.3) {
            Self::Short
        } else {
            Self::Long
        }
    }

    fn seconds(self) -> u32 {
        match self {
            Self::Short => 1,
            Self::Long => 3_600,
        }
    }
}

/// After so many milliseconds the time of everything that was seen is over.
const LONG_ENOUGH: i64 = (3_600 + 1) * 1_000;

/// Somebody writes something that destroys itself.
pub(crate) async fn say(
    cast: &Cast,
    who: usize,
    talk: &mut Talk,
    lasts: Lasts,
    word: &str,
) -> Result<Option<MessageId>> {
    let options = SendOptions {
        destroy_after: Some(lasts.seconds()),
        ..SendOptions::default()
    };
    let text = format!("{} {SECRET} {word}", talk.words);
    let said = plan::say(cast, who, talk, text, options).await?;
    if let Some(id) = &said {
        let is_short = lasts == Lasts::Short;
        talk.truth.written_for_a_time(id.clone(), who, is_short);
    }
    Ok(said)
}

/// A new text for a message: as secret as the one before.
pub(crate) fn like(talk: &Talk, id: &MessageId, text: &str) -> String {
    let secret = if talk.truth.is_timed(id) { SECRET } else { "" };
    format!("{} {secret} {text}", talk.words)
}

/// Lets everybody see everything, and the time of it pass.
pub(crate) async fn let_time_pass(
    cast: &mut Cast,
    talks: &mut [Talk; 2],
    chance: &mut StdRng,
    story: &mut Vec<String>,
) -> Result<Tally> {
    // Nothing is in the way of these, so everybody gets them; but whoever is still
    // on the way in would not.
    cast.are_online().await;
    for talk in talks.iter_mut() {
        let who = chance.random_range(0..talk.n_devices);
        if let Some(id) = say(cast, who, talk, Lasts::Long, "in fair weather").await? {
            talk.truth.will_be_on(&id, 0..talk.n_devices);
        }
    }
    let tally = judge::judge(cast, talks).await;
    if !tally.is_clean() {
        story.push("in fair weather".to_owned());
        return Ok(tally);
    }
    everybody_looks(cast, talks).await?;
    let tally = judge::settled(cast, || time_runs(cast, talks)).await;
    if !tally.is_clean() {
        story.push("when everybody had seen everything".to_owned());
        return Ok(tally);
    }

    // Twice as many chances as devices: in half of the cases all apps are open.
    let away = chance.random_range(0..2 * cast.devices.len());
    let is_killed = chance.random_bool(0.5);
    for (number, device) in cast.devices.iter_mut().enumerate() {
        if number == away {
            let label = device.label();
            story.push(format!("{label} is away, killed: {is_killed}"));
            device
                .leave_and_return(is_killed, |clock| clock.shift(LONG_ENOUGH))
                .await?;
        } else {
            device.clock.shift(LONG_ENOUGH);
            // By itself an app looks at its clock again within half a minute, which
            // is too long here; it also does so when something is done.
            let engine = &device.person().engine;
            engine.mark_unread(&talks[0].dialog, true).await?;
        }
    }
    for talk in talks.iter_mut() {
        talk.truth.time_is_over();
    }
    let mut tally = judge::judge(cast, talks).await;
    if tally.is_clean() {
        tally = judge::settled(cast, || std::future::ready(traces(cast))).await;
    }
    if tally.is_clean() && chance.random_bool(0.3) {
        story.push("everybody meets once more".to_owned());
        cast.meet_again().await?;
        tally = judge::judge(cast, talks).await;
    }
    for device in &cast.devices {
        device.clock.shift(-LONG_ENOUGH);
    }
    Ok(tally)
}

/// Everybody has everything on screen, on each of their devices. As a screen does
/// while anything is unread, each says by name what is on it: a message that only
/// this device has comes late at the moment when the word arrives that somebody has
/// read further on another one, which may be between the glimpse and the look.
async fn everybody_looks(cast: &Cast, talks: &mut [Talk; 2]) -> Result<()> {
    for talk in talks {
        for device in &cast.devices[..talk.n_devices] {
            let person = device.person();
            let seen = Glimpse::of(person, &talk.dialog).await;
            if let Some(newest) = seen.newest() {
                person
                    .engine
                    .seen_on_screen(&talk.dialog, newest, &seen.all())
                    .await?;
                talk.truth.looked_at_all(person.id(), &seen);
            }
        }
    }
    Ok(())
}

/// Whether everything is read everywhere, and the time of all that destroys
/// itself runs.
async fn time_runs(cast: &Cast, talks: &[Talk]) -> Tally {
    let mut tally = Tally::default();
    for talk in talks {
        for device in &cast.devices[..talk.n_devices] {
            let (person, label) = (device.person(), device.label());
            for held in person.timeline(&talk.dialog).await {
                let id = &held.message.id;
                if held.message.destroy_after.is_some() && held.expires_at.is_none() {
                    tally.disagree(format!("the time of {id} does not run on {label}"));
                }
            }
            let unread = person.entry(&talk.dialog).await.map(|entry| entry.unread);
            if unread != Some(0) {
                let name = talk.name;
                tally.disagree(format!("{label} has {unread:?} unread in the {name}"));
            }
        }
    }
    tally
}

/// What is left in the files of what has destroyed itself.
fn traces(cast: &Cast) -> Tally {
    found(&cast.devices, SECRET)
}

/// What Carol's files have of what is none of her business.
pub(crate) fn strangers(cast: &Cast, private: &Talk) -> Tally {
    found(&cast.devices[private.n_devices..], private.words)
}

fn found(devices: &[Device], letters: &str) -> Tally {
    let mut tally = Tally::default();
    for device in devices {
        match device.files_with(letters) {
            Ok(files) => {
                for file in files {
                    tally.disagree(format!("{letters:?} is in {file}"));
                }
            }
            Err(error) => tally.disagree(format!("{}: {error}", device.label())),
        }
    }
    tally
}
