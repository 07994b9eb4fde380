//! One plan: what happens, and what everybody holds in the end.

use std::time::Duration;

use anyhow::Result;
use kith_model::{Delivery, DialogId, MessageId};
use kith_testkit::{ALEX, BEA, CAROL, TestPerson, Town};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use serde_json::{Value, json};

/// How long everybody may take, in the end, to hold everything.
const PATIENCE: Duration = Duration::from_secs(60);

/// What went wrong, counted.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    lost: usize,
    doubled: usize,
    misordered: usize,
    false_reads: usize,
}

impl Tally {
    /// Counts another one in.
    pub(crate) fn add(&mut self, other: &Self) {
        self.lost += other.lost;
        self.doubled += other.doubled;
        self.misordered += other.misordered;
        self.false_reads += other.false_reads;
    }

    /// Whether nothing went wrong.
    pub(crate) fn is_clean(&self) -> bool {
        self.lost + self.doubled + self.misordered + self.false_reads == 0
    }

    /// As it is printed.
    pub(crate) fn json(&self) -> Value {
        json!({
            "lost": self.lost,
            "doubled": self.doubled,
            "misordered": self.misordered,
            "false_reads": self.false_reads,
        })
    }
}

/// Everything that a plan can do.
#[derive(Debug, Clone, Copy)]
enum Step {
    Say,
    CutOne,
    CutAll,
    Forget,
    SwallowAcks,
    HoldRelays,
    Refuse,
    RestartServer,
    RestartApp,
    Heal,
    Rest,
}

/// Each as often as it stands here.
const STEPS: &[Step] = &[
    Step::Say,
    Step::Say,
    Step::Say,
    Step::Say,
    Step::Say,
    Step::Say,
    Step::CutOne,
    Step::CutAll,
    Step::Forget,
    Step::SwallowAcks,
    Step::HoldRelays,
    Step::Refuse,
    Step::RestartServer,
    Step::RestartApp,
    Step::Heal,
    Step::Heal,
    Step::Rest,
];

/// Runs the plan of this seed; answers its steps and what went wrong.
pub(crate) async fn run(seed: u64) -> Result<(Vec<String>, Tally)> {
    let mut chance = StdRng::seed_from_u64(seed);
    let mut town = Town::open().await?;
    let mut people = Vec::new();
    for actor in [ALEX, BEA, CAROL] {
        people.push(town.person(actor).await?);
    }
    let dialog = {
        let others: Vec<&TestPerson> = people.iter().skip(1).collect();
        people[0].group("Fault plan", &others).await?
    };
    let mut written = vec![people[0].say(&dialog, "the first word").await?];
    for person in &people {
        person.sees(&written[0], Delivery::Sent).await;
    }

    let mut story = Vec::new();
    for number in 0..chance.random_range(15..40) {
        let step = *STEPS.choose(&mut chance).unwrap_or(&Step::Say);
        let who = chance.random_range(0..people.len());
        story.push(format!("{step:?} {}", people[who].actor.login));
        match step {
            Step::Say => written.push(people[who].say(&dialog, &format!("word {number}")).await?),
            Step::CutOne => town.faults().cut_links(Some(people[who].id().0)),
            Step::CutAll => town.faults().cut_links(None),
            Step::Forget => town.faults().forget_sessions(),
            Step::SwallowAcks => town.faults().swallow_acks(true),
            Step::HoldRelays => town.faults().hold_relays(true),
            Step::Refuse => town.faults().refuse_connections(true),
            Step::RestartServer => {
                town.stop().await;
                town.start().await?;
            }
            Step::RestartApp => {
                let person = people.remove(who).stop().await.returns().await?;
                people.insert(who, person);
            }
            Step::Heal => heal(&town),
            // Real time is part of what is tried here: something gets through in between.
            Step::Rest => {
                tokio::time::sleep(Duration::from_millis(chance.random_range(5..300))).await
            }
        }
    }

    heal(&town);
    // What was held back or swallowed is only found after a link that is fresh.
    town.faults().cut_links(None);
    town.faults().forget_sessions();
    for person in &people {
        person.engine.reconnect_now();
    }
    let tally = judge(&people, &dialog, &written).await;
    for person in people {
        person.stop().await;
    }
    town.stop().await;
    Ok((story, tally))
}

fn heal(town: &Town) {
    let faults = town.faults();
    faults.refuse_connections(false);
    faults.swallow_acks(false);
    faults.hold_relays(false);
}

async fn judge(people: &[TestPerson], dialog: &DialogId, written: &[MessageId]) -> Tally {
    let everywhere = async {
        for person in people {
            let mut changes = person.engine.changes();
            while !holds_all(person, written).await {
                if changes.next().await.is_none() {
                    break;
                }
            }
        }
    };
    // Running out of time is no error here: what is missing is counted below.
    let _ = tokio::time::timeout(PATIENCE, everywhere).await;

    let mut tally = Tally::default();
    let mut order: Option<Vec<MessageId>> = None;
    for person in people {
        let timeline = person.timeline(dialog).await;
        let held: Vec<MessageId> = timeline
            .iter()
            .map(|held| held.message.id.clone())
            .collect();
        for id in written {
            match held.iter().filter(|held| *held == id).count() {
                0 => tally.lost += 1,
                times => tally.doubled += times - 1,
            }
        }
        let unsent = timeline
            .iter()
            .filter(|held| held.delivery < Delivery::Sent)
            .count();
        tally.lost += unsent;
        let read = |delivery| delivery == Delivery::Read;
        tally.false_reads += timeline.iter().filter(|held| read(held.delivery)).count();
        match &order {
            None => order = Some(held),
            Some(order) => tally.misordered += usize::from(*order != held),
        }
    }
    tally
}

async fn holds_all(person: &TestPerson, written: &[MessageId]) -> bool {
    for id in written {
        if person
            .message(id)
            .await
            .is_none_or(|held| held.delivery < Delivery::Sent)
        {
            return false;
        }
    }
    true
}
