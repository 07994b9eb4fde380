//! What must be true in the end, and what is not. Each conversation is judged
//! on the devices of those who are in it, and must not be seen on any other.

use std::collections::BTreeMap;
use std::time::Duration;

use kith_model::{Delivery, MessageId};
use kith_store::StoredMessage;
use tokio::time::Instant;

use crate::cast::{Cast, Device};
use crate::tally::Tally;
use crate::truth::Talk;

/// How long nothing may get any better, in the end, while something is wrong.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long it may take in all; a machine with much else to do is slow.
const PATIENCE_IN_ALL: Duration = Duration::from_secs(300);
/// Looked at again after so long even when nobody tells of a change.
const GLANCE: Duration = Duration::from_millis(50);

/// Waits until everything is as it must be, and counts what is not.
pub(crate) async fn judge(cast: &Cast, talks: &[Talk]) -> Tally {
    let mut tally = settled(cast, || look_at_all(cast, talks)).await;
    if !tally.is_clean() {
        // Whoever has no link lacks things for another reason than whoever has one.
        for device in &cast.devices {
            let link = device.person().engine.link().borrow().clone();
            tally.found.push(format!("{}: {link:?}", device.label()));
        }
    }
    tally
}

async fn look_at_all(cast: &Cast, talks: &[Talk]) -> Tally {
    let mut tally = Tally::default();
    for talk in talks {
        look(cast, talk, &mut tally).await;
    }
    tally
}

/// Waits until a look finds nothing, and answers what the last one found.
pub(crate) async fn settled<F>(cast: &Cast, look: impl Fn() -> F) -> Tally
where
    F: Future<Output = Tally>,
{
    let began = Instant::now();
    let mut better_at = began;
    let mut found = Vec::new();
    loop {
        let tally = look().await;
        if tally.found != found {
            better_at = Instant::now();
            found.clone_from(&tally.found);
        }
        let is_over = better_at.elapsed() > PATIENCE || began.elapsed() > PATIENCE_IN_ALL;
        if tally.is_clean() || is_over {
            return tally;
        }
        // Woken by whatever changes next, on whichever device; reactions and
        // deletions come by a path of their own, so it looks again anyway.
        let mut first = cast.devices[0].person().engine.changes();
        let _ = tokio::time::timeout(GLANCE, first.next()).await;
    }
}

/// A device that belongs to a conversation, as it is looked at.
struct Seat<'a> {
    device: &'a Device,
    number: usize,
    label: String,
    timeline: Vec<StoredMessage>,
}

async fn look(cast: &Cast, talk: &Talk, tally: &mut Tally) {
    let (inside, outside) = cast.devices.split_at(talk.n_devices);
    let mut seats = Vec::new();
    for (number, device) in inside.iter().enumerate() {
        let timeline = device.person().timeline(&talk.dialog).await;
        let seat = Seat {
            device,
            number,
            label: format!("{} in the {}", device.label(), talk.name),
            timeline,
        };
        one_device(&seat, talk, tally).await;
        unread(&seat, talk, tally).await;
        seats.push(seat);
    }
    if let Some((first, others)) = seats.split_first() {
        for other in others {
            let before = tally.misordered;
            compare(other, first, talk, tally);
            if tally.misordered > before {
                tally.found.extend(ways_of_own(&seats).await);
            }
        }
    }
    // The two devices of one person.
    same_states(&seats[0], &seats[1], talk, tally);
    for device in outside {
        let shown = device.person().timeline_length(&talk.dialog).await;
        if shown > 0 || device.person().entry(&talk.dialog).await.is_some() {
            let label = device.label();
            tally.disagree(format!("{label} shows the {}, with {shown}", talk.name));
        }
    }
}

/// What one device shows, by itself.
async fn one_device(seat: &Seat<'_>, talk: &Talk, tally: &mut Tally) {
    let (label, truth) = (&seat.label, &talk.truth);
    let mut times: BTreeMap<&MessageId, usize> = BTreeMap::new();
    for held in &seat.timeline {
        *times.entry(&held.message.id).or_default() += 1;
    }
    for id in truth.all() {
        match times.get(id).copied().unwrap_or_default() {
            0 if truth.must_show(seat.number, id) => {
                tally.lost += 1;
                let way = way(seat.device, id).await;
                tally.found.push(format!("{label} lacks {id}; {way}"));
            }
            1.. if truth.must_hide(seat.number, id) => {
                tally.disagree(format!("{label} shows deleted {id}"));
            }
            shown @ 2.. => {
                tally.doubled += shown - 1;
                let found = format!("{label} shows {id} {shown} times");
                tally.found.push(found);
            }
            _ => {}
        }
    }
    for held in &seat.timeline {
        let id = &held.message.id;
        if held.delivery < Delivery::Sent {
            tally.lost += 1;
            let way = way(seat.device, id).await;
            tally.found.push(format!(
                "{label} has not sent {id}: {:?}; {way}",
                held.delivery
            ));
        }
        if truth.is_over(id) {
            tally.disagree(format!("{label} shows {id}, whose time is over"));
        } else if !truth.has(id) {
            tally.disagree(format!("{label} shows {id}, which nobody wrote"));
        }
        let author = held.message.sender;
        if held.delivery == Delivery::Read
            && author == seat.device.who()
            && !truth.is_read_by_others(author, id)
        {
            tally.false_reads += 1;
            tally.found.push(format!(
                "{label} says {id} is read, and nobody looked at it"
            ));
        }
    }
}

/// The way of a message, as its journal tells it.
async fn way(device: &Device, id: &MessageId) -> String {
    let journal = device.person().engine.journal(id).await.unwrap_or_default();
    let steps: Vec<String> = journal.into_iter().map(|entry| entry.reason).collect();
    steps.join(" ")
}

/// The ways of all that each device shows of its own.
async fn ways_of_own(seats: &[Seat<'_>]) -> Vec<String> {
    let mut ways = Vec::new();
    for seat in seats {
        let me = seat.device.who();
        for held in seat
            .timeline
            .iter()
            .filter(|held| held.message.sender == me)
        {
            let id = &held.message.id;
            ways.push(format!(
                "{} {id} {}",
                seat.label,
                way(seat.device, id).await
            ));
        }
    }
    ways
}

/// What another device shows. What destroys itself may be missing on one of
/// them, and of its text and its reactions no history tells; but where both
/// have it, it stands in the same place.
fn compare(seat: &Seat<'_>, first: &Seat<'_>, talk: &Talk, tally: &mut Tally) {
    let label = &seat.label;
    let order = |one: &Seat<'_>, other: &Seat<'_>| -> Vec<MessageId> {
        let is_there = |id: &MessageId| other.timeline.iter().any(|held| held.message.id == *id);
        let ids = one.timeline.iter().map(|held| held.message.id.clone());
        ids.filter(|id| !talk.truth.is_timed(id) || is_there(id))
            .collect()
    };
    let (here, there) = (order(seat, first), order(first, seat));
    if here != there {
        tally.misordered += 1;
        let times = |seat: &Seat<'_>| -> Vec<_> {
            let held = seat.timeline.iter().map(|held| &held.message);
            held.map(|message| (message.sent_at, message.destroy_after))
                .collect()
        };
        let (here, there) = ((here, times(seat)), (there, times(first)));
        tally.found.push(format!(
            "{label} shows another order than the first device: {here:?} and {there:?}",
        ));
        return;
    }
    let lasting = |seat: &Seat<'_>| -> Vec<StoredMessage> {
        let held = seat.timeline.iter();
        held.filter(|held| !talk.truth.is_timed(&held.message.id))
            .cloned()
            .collect()
    };
    for (held, other) in lasting(seat).iter().zip(&lasting(first)) {
        let id = &held.message.id;
        if held.message.body != other.message.body {
            tally.disagree(format!(
                "{label} shows {id} as {:?}, the first device as {:?}",
                held.message.body, other.message.body
            ));
        }
        let files = |held: &StoredMessage| -> Vec<Option<String>> {
            let all = held.message.attachments.iter();
            all.map(|attachment| attachment.uid.clone()).collect()
        };
        if files(held) != files(other) || files(held).contains(&None) {
            tally.disagree(format!(
                "{label} shows {id} with {:?}, the first device with {:?}",
                files(held),
                files(other)
            ));
        }
        let reactions = |held: &StoredMessage| -> BTreeMap<String, u32> {
            held.message
                .reactions
                .iter()
                .flatten()
                .map(|reaction| (reaction.emoji.clone(), reaction.count))
                .collect()
        };
        if reactions(held) != reactions(other) {
            tally.disagree(format!(
                "{label} shows reactions {:?} to {id}, the first device {:?}",
                reactions(held),
                reactions(other)
            ));
        }
    }
}

/// The states of own messages on two devices of one person. Of what destroys
/// itself only markers tell, to whoever is there.
fn same_states(first: &Seat<'_>, second: &Seat<'_>, talk: &Talk, tally: &mut Tally) {
    let states = |seat: &Seat<'_>| -> BTreeMap<MessageId, Delivery> {
        seat.timeline
            .iter()
            .filter(|held| held.message.sender == seat.device.who())
            .filter(|held| !talk.truth.is_timed(&held.message.id))
            .map(|held| (held.message.id.clone(), held.delivery))
            .collect()
    };
    let here = states(second);
    for (id, state) in states(first) {
        if let Some(other) = here.get(&id).filter(|other| **other != state) {
            tally.disagree(format!(
                "{} says {id} is {other:?}, the other device {state:?}",
                second.label
            ));
        }
    }
}

/// The unread count: messages of others that this person has not had on screen.
/// That somebody has read what destroys itself is told to their other devices
/// by a marker alone, which may be missed.
async fn unread(seat: &Seat<'_>, talk: &Talk, tally: &mut Tally) {
    let (who, truth) = (seat.device.who(), &talk.truth);
    let others = || {
        let ids = seat
            .timeline
            .iter()
            .filter(|held| held.message.sender != who);
        ids.map(|held| &held.message.id)
    };
    let most = others()
        .filter(|id| !truth.is_shown_to(who, id) || truth.is_timed(id))
        .count();
    let least = others()
        .filter(|id| !truth.is_perhaps_shown_to(who, id))
        .count();
    let told = match seat.device.person().entry(&talk.dialog).await {
        Some(entry) => entry.unread as usize,
        None => 0,
    };
    if told < least {
        tally.false_reads += least - told;
    }
    if told > most {
        tally.disagreed += 1;
    }
    if !(least..=most).contains(&told) {
        let store = seat.device.person().engine.store();
        let unseen: Vec<_> = others()
            .filter(|id| !truth.is_perhaps_shown_to(who, id))
            .collect();
        let read = store.read_up_to(&talk.dialog).await;
        let late = store.late(&talk.dialog).await;
        tally.found.push(format!(
            "{} counts {told} unread of {most}: nobody looked at {unseen:?}, read up to {read:?}, late {late:?}",
            seat.label
        ));
    }
}
