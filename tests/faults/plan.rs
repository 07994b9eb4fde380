//! One plan: what people do and what goes wrong, drawn from a seed.

use std::time::Duration;

use anyhow::Result;
use kith_engine::{EngineError, SendOptions, StageError};
use kith_model::{Mentions, MessageId, UploadId, UserId};
use kith_store::Draft;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};

use crate::cast::Cast;
use crate::judge;
use crate::tally::Tally;
use crate::timed::{self, Lasts};
use crate::truth::{Glimpse, Talk};

/// Everything that a plan can do, each as often as it stands in [`STEPS`].
#[derive(Debug, Clone, Copy)]
enum Step {
    Say,
    Answer,
    SendFile,
    SayForATime,
    Edit,
    Delete,
    React,
    Pin,
    Draft,
    Read,
    GoOffline,
    ComeBack,
    CutOne,
    CutAll,
    CutAtByte,
    Slow,
    Narrow,
    Silence,
    Forget,
    SwallowAcks,
    ReorderAcks,
    HoldRelays,
    Refuse,
    ExpireTokens,
    RestartServer,
    RestartApp,
    KillApp,
    FillDisk,
    Heal,
    Rest,
}

const STEPS: &[(Step, usize)] = &[
    (Step::Say, 13),
    (Step::Answer, 2),
    (Step::SendFile, 2),
    (Step::SayForATime, 2),
    (Step::Edit, 4),
    (Step::Delete, 2),
    (Step::React, 3),
    (Step::Pin, 1),
    (Step::Draft, 2),
    (Step::Read, 4),
    (Step::GoOffline, 2),
    (Step::ComeBack, 2),
    (Step::CutOne, 2),
    (Step::CutAll, 1),
    (Step::CutAtByte, 3),
    (Step::Slow, 1),
    (Step::Narrow, 1),
    (Step::Silence, 1),
    (Step::Forget, 2),
    (Step::SwallowAcks, 2),
    (Step::ReorderAcks, 2),
    (Step::HoldRelays, 2),
    (Step::Refuse, 1),
    (Step::ExpireTokens, 1),
    (Step::RestartServer, 1),
    (Step::RestartApp, 1),
    (Step::KillApp, 2),
    (Step::FillDisk, 1),
    (Step::Heal, 4),
    (Step::Rest, 4),
];

const EMOJI: [&str; 3] = ["👍", "❤️", "🎉"];

/// What became of a plan.
#[derive(Debug)]
pub(crate) struct Played {
    pub(crate) story: Vec<String>,
    pub(crate) tally: Tally,
}

/// Whose turn it is, and where.
#[derive(Debug, Clone, Copy)]
struct Turn {
    number: u32,
    /// Which device.
    who: usize,
    /// Which conversation.
    at: usize,
}

/// Plays the plan of this seed: in a group of its own, and in the private dialog,
/// which goes on from plan to plan.
pub(crate) async fn run(seed: u64, cast: &mut Cast, mut private: Talk) -> Result<(Played, Talk)> {
    let mut chance = StdRng::seed_from_u64(seed);
    cast.are_online().await;
    let group = cast.group(&format!("Plan {seed}")).await?;
    private.truth.plan_begins();
    let mut talks = [group, private];
    let played = play(cast, &mut talks, &mut chance).await?;
    let [_, private] = talks;
    Ok((played, private))
}

async fn play(cast: &mut Cast, talks: &mut [Talk; 2], chance: &mut StdRng) -> Result<Played> {
    let mut story = Vec::new();
    for talk in talks.iter_mut() {
        let text = format!("{}, the first", talk.words);
        let first = cast.devices[0].person().say(&talk.dialog, &text).await?;
        talk.truth.written(first);
    }
    // With the judge's patience, because a machine with much else to do is slow.
    let tally = judge::judge(cast, talks).await;
    if !tally.is_clean() {
        story.push("before the first step".to_owned());
        return Ok(Played { story, tally });
    }

    for number in 0..chance.random_range(10..28) {
        let step = STEPS
            .choose_weighted(chance, |(_, weight)| *weight)
            .map_or(Step::Rest, |(step, _)| *step);
        let who = chance.random_range(0..cast.devices.len());
        let at = usize::from(chance.random_bool(0.4) && who < talks[1].n_devices);
        story.push(format!(
            "{step:?} {} {}",
            cast.devices[who].label(),
            talks[at].name
        ));
        tracing::info!(step = story.last(), "next");
        take(step, Turn { number, who, at }, cast, talks, chance).await?;
    }
    for talk in talks.iter_mut() {
        for (number, device) in cast.devices[..talk.n_devices].iter().enumerate() {
            let shown = device.person().timeline(&talk.dialog).await;
            talk.truth.is_on(number, &shown);
        }
    }
    cast.meet_again().await?;
    let mut tally = judge::judge(cast, talks).await;
    if tally.is_clean() && talks.iter().any(|talk| talk.truth.has_timed()) {
        story.push("time passes".to_owned());
        tally = timed::let_time_pass(cast, talks, chance, &mut story).await?;
    }
    if tally.is_clean() {
        tally = timed::strangers(cast, &talks[1]);
    }
    Ok(Played { story, tally })
}

async fn take(
    step: Step,
    turn: Turn,
    cast: &mut Cast,
    talks: &mut [Talk; 2],
    chance: &mut StdRng,
) -> Result<()> {
    let (number, who) = (turn.number, turn.who);
    let talk = &mut talks[turn.at];
    let device = &cast.devices[who];
    let engine = &device.person().engine;
    match step {
        Step::Say => {
            let text = format!("{} {number}", talk.words);
            if let Some(id) = say(cast, who, talk, text, SendOptions::default()).await? {
                talk.truth.written(id);
            }
        }
        Step::Answer => {
            let options = SendOptions {
                reply_to: pick(cast, who, talk, chance, None).await,
                ..SendOptions::default()
            };
            let text = format!("{} {number}, an answer", talk.words);
            if let Some(id) = say(cast, who, talk, text, options).await? {
                talk.truth.written(id);
            }
        }
        Step::SendFile => {
            let size = chance.random_range(1..40_000);
            if let Some(file) = stage(cast, who, talk, number, size).await? {
                let text = format!("{} {number}, with a file", talk.words);
                let options = SendOptions {
                    files: vec![file],
                    ..SendOptions::default()
                };
                if let Some(id) = say(cast, who, talk, text, options).await? {
                    talk.truth.written(id);
                }
            }
        }
        Step::SayForATime => {
            let lasts = Lasts::draw(chance);
            timed::say(cast, who, talk, lasts, &number.to_string()).await?;
        }
        Step::Edit => {
            if let Some(id) = pick(cast, who, talk, chance, Some(device.who())).await {
                let text = timed::like(talk, &id, &format!("edited {number}"));
                let _ = engine.edit_message(&id, text, &Mentions::default()).await;
            }
        }
        Step::Delete => {
            if let Some(id) = pick(cast, who, talk, chance, Some(device.who())).await {
                delete(cast, who, &id, talk).await;
            }
        }
        Step::React => {
            if let Some(id) = pick(cast, who, talk, chance, None).await {
                let emoji = EMOJI.choose(chance).unwrap_or(&EMOJI[0]);
                let _ = engine.react(&id, emoji, chance.random_bool(0.7)).await;
            }
        }
        Step::Pin => {
            if let Some(id) = pick(cast, who, talk, chance, None).await {
                let _ = engine.pin_message(&id, chance.random_bool(0.7)).await;
            }
        }
        Step::Draft => {
            if let Some(id) = pick(cast, who, talk, chance, None).await {
                draft(cast, who, &id, talk).await;
            }
        }
        Step::Read => {
            if let Some(id) = pick(cast, who, talk, chance, None).await {
                let before = Glimpse::of(device.person(), &talk.dialog).await;
                let late = match chance.random_bool(0.4) {
                    true => before.late.clone(),
                    false => Vec::new(),
                };
                let seen = engine.seen_on_screen(&talk.dialog, &id, &late).await;
                if seen.is_ok() {
                    let after = Glimpse::of(device.person(), &talk.dialog).await;
                    let who = device.who();
                    talk.truth.looked_at(who, &id, &late, &before, &after);
                }
            }
        }
        Step::GoOffline => device.road.change(|weather| weather.is_closed = true),
        Step::ComeBack => {
            device.road.clear();
            engine.reconnect_now();
        }
        Step::CutOne => cast.town.faults().cut_links(Some(device.who().0)),
        Step::CutAll => cast.town.faults().cut_links(None),
        Step::CutAtByte => device.road.break_after(chance.random_range(0..6_000)),
        Step::Slow => device.road.change(|weather| {
            let millis = chance.random_range(5..120);
            weather.latency = Duration::from_millis(millis);
            // One slow road in three is so because it loses packets.
            weather.loss = if millis % 3 == 0 { 10 } else { 0 };
        }),
        Step::Narrow => device.road.change(|weather| {
            weather.bandwidth = Some(chance.random_range(20_000..200_000));
        }),
        Step::Silence => device.road.change(|weather| weather.is_silent = true),
        Step::Forget => cast.town.faults().forget_sessions(),
        Step::SwallowAcks => cast.town.faults().swallow_acks(true),
        Step::ReorderAcks => cast.town.faults().reorder_acks(true),
        Step::HoldRelays => cast.town.faults().hold_relays(true),
        Step::Refuse => cast.town.faults().refuse_connections(true),
        Step::ExpireTokens => cast.town.faults().expire_tokens().await?,
        Step::RestartServer => {
            cast.town.stop().await;
            cast.town.start().await?;
        }
        Step::RestartApp => cast.devices[who].leave_and_return(false, |_| {}).await?,
        Step::KillApp => cast.devices[who].leave_and_return(true, |_| {}).await?,
        Step::FillDisk => engine.store().pretend_full(true).await?,
        Step::Heal => cast.heal().await?,
        // Real time is part of what is tried here: something gets through in between.
        Step::Rest => tokio::time::sleep(Duration::from_millis(chance.random_range(5..250))).await,
    }
    Ok(())
}

/// Writes a message; answers its id when its writer was told that it is kept.
pub(crate) async fn say(
    cast: &Cast,
    who: usize,
    talk: &Talk,
    text: String,
    options: SendOptions,
) -> Result<Option<MessageId>> {
    let person = cast.devices[who].person();
    let id = person.new_id();
    let sent = person
        .engine
        .send_with(&talk.dialog, id.clone(), text, options)
        .await;
    match sent {
        Ok(()) => Ok(Some(id)),
        // Nobody was told that it is kept, so it is not counted.
        Err(error) if is_about_disk(&error) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Puts a file beside a draft, which is gone right afterwards; answers it when
/// somebody was told that it is there.
async fn stage(
    cast: &Cast,
    who: usize,
    talk: &Talk,
    number: u32,
    size: usize,
) -> Result<Option<UploadId>> {
    let path = cast.town.folder().join(format!("{number}.bin"));
    std::fs::write(&path, vec![b'f'; size])?;
    let engine = &cast.devices[who].person().engine;
    let staged = engine.stage_file(&talk.dialog, path.clone()).await;
    std::fs::remove_file(path)?;
    match staged {
        Ok(id) => Ok(Some(id)),
        Err(StageError::Store(kith_store::StoreError::Disk(_))) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Begins to edit an own message, or to answer somebody else's, and does not
/// get any further.
async fn draft(cast: &Cast, who: usize, id: &MessageId, talk: &Talk) {
    let person = cast.devices[who].person();
    let Some(held) = person.message(id).await else {
        return;
    };
    let draft = if held.message.sender == person.id() {
        Draft {
            text: format!("{} and", held.message.body),
            editing: Some(id.clone()),
            ..Draft::default()
        }
    } else {
        Draft {
            text: format!("{}, an answer", talk.words),
            reply_to: Some(id.clone()),
            ..Draft::default()
        }
    };
    let _ = person.engine.save_draft_state(&talk.dialog, &draft).await;
}

/// Deletes an own message: taken back when it has not left, else for everybody.
async fn delete(cast: &Cast, who: usize, id: &MessageId, talk: &mut Talk) {
    let engine = &cast.devices[who].person().engine;
    let is_done = match engine.discard(id).await {
        Ok(_) => true,
        Err(EngineError::NotFound) => engine
            .delete_messages(std::slice::from_ref(id), true)
            .await
            .is_ok_and(|deleted| deleted.deleted.contains(id)),
        Err(_) => false,
    };
    if is_done {
        talk.truth.deleted(id.clone(), who);
    }
}

/// A message of this plan that this device shows now; of one author, when asked.
async fn pick(
    cast: &Cast,
    who: usize,
    talk: &Talk,
    chance: &mut StdRng,
    by: Option<UserId>,
) -> Option<MessageId> {
    let shown: Vec<MessageId> = cast.devices[who]
        .person()
        .timeline(&talk.dialog)
        .await
        .into_iter()
        .filter(|held| by.is_none_or(|by| held.message.sender == by))
        .map(|held| held.message.id)
        .filter(|id| talk.truth.is_of_this_plan(id))
        .collect();
    shown.choose(chance).cloned()
}

fn is_about_disk(error: &EngineError) -> bool {
    matches!(error, EngineError::Store(kith_store::StoreError::Disk(_)))
}
