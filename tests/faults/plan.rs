//! One plan: what people do and what goes wrong, drawn from a seed.

use std::time::Duration;

use anyhow::Result;
use kith_engine::EngineError;
use kith_model::{DialogId, Mentions, MessageId, UserId};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};

use crate::cast::Cast;
use crate::judge::{self, Glimpse, Tally, Truth};

/// Everything that a plan can do, each as often as it stands in [`STEPS`].
#[derive(Debug, Clone, Copy)]
enum Step {
    Say,
    Edit,
    Delete,
    React,
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
    (Step::Say, 14),
    (Step::Edit, 4),
    (Step::Delete, 2),
    (Step::React, 3),
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

/// Plays the plan of this seed.
pub(crate) async fn run(seed: u64, cast: &mut Cast) -> Result<Played> {
    let mut chance = StdRng::seed_from_u64(seed);
    // Whoever's last attempt met the end of the plan before would wait its time.
    for device in &cast.devices {
        device.person().engine.reconnect_now();
        device.person().online().await;
    }
    let dialog = cast.group(&format!("Plan {seed}")).await?;
    let mut truth = Truth::default();
    let mut story = Vec::new();
    let first = cast.devices[0]
        .person()
        .say(&dialog, "the first word")
        .await?;
    truth.written(first);
    // With the judge's patience, because a machine with much else to do is slow.
    let tally = judge::judge(cast, &dialog, &truth).await;
    if !tally.is_clean() {
        story.push("before the first step".to_owned());
        return Ok(Played { story, tally });
    }

    for number in 0..chance.random_range(10..28) {
        let step = STEPS
            .choose_weighted(&mut chance, |(_, weight)| *weight)
            .map_or(Step::Rest, |(step, _)| *step);
        let who = chance.random_range(0..cast.devices.len());
        story.push(format!("{step:?} {}", cast.devices[who].label()));
        tracing::info!(step = story.last(), "next");
        take(step, number, who, &dialog, cast, &mut chance, &mut truth).await?;
    }
    cast.meet_again().await?;
    let tally = judge::judge(cast, &dialog, &truth).await;
    Ok(Played { story, tally })
}

async fn take(
    step: Step,
    number: u32,
    who: usize,
    dialog: &DialogId,
    cast: &mut Cast,
    chance: &mut StdRng,
    truth: &mut Truth,
) -> Result<()> {
    let device = &cast.devices[who];
    let engine = &device.person().engine;
    match step {
        Step::Say => {
            match device.person().say(dialog, &format!("word {number}")).await {
                Ok(id) => truth.written(id),
                // Nobody was told that it is kept, so it is not counted.
                Err(error) if is_about_disk(&error) => {}
                Err(error) => return Err(error),
            }
        }
        Step::Edit => {
            if let Some(id) = pick(cast, who, dialog, chance, Some(device.who())).await {
                let text = format!("edited {number}");
                let _ = engine.edit_message(&id, text, &Mentions::default()).await;
            }
        }
        Step::Delete => {
            if let Some(id) = pick(cast, who, dialog, chance, Some(device.who())).await {
                delete(cast, who, &id, truth).await;
            }
        }
        Step::React => {
            if let Some(id) = pick(cast, who, dialog, chance, None).await {
                let emoji = EMOJI.choose(chance).unwrap_or(&EMOJI[0]);
                let _ = engine.react(&id, emoji, chance.random_bool(0.7)).await;
            }
        }
        Step::Read => {
            if let Some(id) = pick(cast, who, dialog, chance, None).await {
                let before = Glimpse::of(device.person(), dialog).await;
                let late = match chance.random_bool(0.4) {
                    true => before.late.clone(),
                    false => Vec::new(),
                };
                let seen = engine.seen_on_screen(dialog, &id, &late).await;
                if seen.is_ok() {
                    let after = Glimpse::of(device.person(), dialog).await;
                    truth.looked_at(device.who(), &id, &late, &before, &after);
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
        Step::HoldRelays => cast.town.faults().hold_relays(true),
        Step::Refuse => cast.town.faults().refuse_connections(true),
        Step::ExpireTokens => cast.town.faults().expire_tokens().await?,
        Step::RestartServer => {
            cast.town.stop().await;
            cast.town.start().await?;
        }
        Step::RestartApp => cast.devices[who].restart().await?,
        Step::KillApp => cast.devices[who].kill().await?,
        Step::FillDisk => engine.store().pretend_full(true).await?,
        Step::Heal => cast.heal().await?,
        // Real time is part of what is tried here: something gets through in between.
        Step::Rest => tokio::time::sleep(Duration::from_millis(chance.random_range(5..250))).await,
    }
    Ok(())
}

/// Deletes an own message: taken back when it has not left, else for everybody.
async fn delete(cast: &Cast, who: usize, id: &MessageId, truth: &mut Truth) {
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
        truth.deleted(id.clone());
    }
}

/// A message that this device shows now; of one author, when asked.
async fn pick(
    cast: &Cast,
    who: usize,
    dialog: &DialogId,
    chance: &mut StdRng,
    by: Option<UserId>,
) -> Option<MessageId> {
    let shown: Vec<MessageId> = cast.devices[who]
        .person()
        .timeline(dialog)
        .await
        .into_iter()
        .filter(|held| held.notice.is_none())
        .filter(|held| by.is_none_or(|by| held.message.sender == by))
        .map(|held| held.message.id)
        .collect();
    shown.choose(chance).cloned()
}

fn is_about_disk(error: &anyhow::Error) -> bool {
    matches!(
        error.downcast_ref::<EngineError>(),
        Some(EngineError::Store(kith_store::StoreError::Disk(_)))
    )
}
