//! Who takes part: a server, three people, four devices, each with a road of
//! its own to the server and a clock of its own.

use std::sync::Arc;

use anyhow::{Context, Result};
use kith_model::UserId;
use kith_testkit::{ALEX, Actor, BEA, CAROL, Road, ShiftedClock, TestPerson, Town};

use crate::truth::{Talk, Truth};

/// The devices: Alex has two. Carol's is the last, so that those of Alex and Bea
/// are the first three.
const DEVICES: [(Actor, &str); 4] = [
    (ALEX, "desk"),
    (ALEX, "lap"),
    (BEA, "desk"),
    (CAROL, "desk"),
];

/// Bea's clock is behind, so that what she writes often comes late: with a place
/// that others have read already.
const BEHIND: i64 = -8_000;

fn clock_of(actor: Actor) -> Arc<ShiftedClock> {
    let ahead = if actor.id == BEA.id { BEHIND } else { 0 };
    Arc::new(ShiftedClock::ahead_by(ahead))
}

/// A device and its road.
#[derive(Debug)]
pub(crate) struct Device {
    pub(crate) name: &'static str,
    pub(crate) road: Road,
    pub(crate) clock: Arc<ShiftedClock>,
    /// `None` for a moment, while it is started again.
    person: Option<TestPerson>,
}

impl Device {
    /// Who sits there.
    pub(crate) fn person(&self) -> &TestPerson {
        match &self.person {
            Some(person) => person,
            None => unreachable!("a device is only without an app while it is started again"),
        }
    }

    pub(crate) fn who(&self) -> UserId {
        self.person().id()
    }

    /// For reports.
    pub(crate) fn label(&self) -> String {
        format!("{}-{}", self.person().actor.login, self.name)
    }

    /// Closes or kills the app, lets something happen meanwhile, and opens it again.
    pub(crate) async fn leave_and_return(
        &mut self,
        is_killed: bool,
        meanwhile: impl FnOnce(&ShiftedClock),
    ) -> Result<()> {
        let person = self.person.take().context("there is an app")?;
        if is_killed {
            self.road.change(|weather| weather.is_closed = true);
        }
        person.engine.store().pretend_full(false).await?;
        let left = if is_killed {
            person.kill().await?
        } else {
            person.stop().await
        };
        if is_killed {
            self.road.change(|weather| weather.is_closed = false);
        }
        meanwhile(&self.clock);
        self.person = Some(left.returns().await?);
        Ok(())
    }

    /// Which files of this device's database hold these letters, in whatever
    /// table, index or log.
    pub(crate) fn files_with(&self, letters: &str) -> Result<Vec<String>> {
        let mut found = Vec::new();
        for suffix in ["", "-wal"] {
            let path = format!("{}{suffix}", self.person().path().display());
            match std::fs::read(&path) {
                // Whatever is no text in it does not matter here.
                Ok(bytes) if String::from_utf8_lossy(&bytes).contains(letters) => found.push(path),
                Ok(_) => {}
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(found)
    }
}

/// Everybody.
#[derive(Debug)]
pub(crate) struct Cast {
    pub(crate) town: Town,
    pub(crate) devices: Vec<Device>,
}

impl Cast {
    /// Starts a server and signs everybody in.
    pub(crate) async fn gather(with_tls: bool) -> Result<Self> {
        let town = if with_tls {
            Town::open().await?
        } else {
            Town::open_plain().await?
        };
        let mut devices = Vec::new();
        for (actor, name) in DEVICES {
            let road = Road::to(town.connection()).await?;
            let clock = clock_of(actor);
            let person = town
                .device_over(actor, name, &road, Arc::<ShiftedClock>::clone(&clock))
                .await?;
            devices.push(Device {
                name,
                road,
                clock,
                person: Some(person),
            });
        }
        for device in &devices {
            device.person().online().await;
        }
        Ok(Self { town, devices })
    }

    /// A group of all of them.
    pub(crate) async fn group(&self, name: &str) -> Result<Talk> {
        let first = self.devices[0].person();
        let others: Vec<&TestPerson> = self.devices[2..].iter().map(Device::person).collect();
        Ok(Talk {
            name: "group",
            words: "word",
            dialog: first.group(name, &others).await?,
            n_devices: self.devices.len(),
            truth: Truth::default(),
        })
    }

    /// The one conversation that Alex and Bea have without Carol, on three devices.
    pub(crate) async fn private(&self) -> Result<Talk> {
        let (alex, bea) = (self.devices[0].person(), self.devices[2].person());
        Ok(Talk {
            name: "private dialog",
            words: "between us",
            dialog: alex.private(bea).await?,
            n_devices: 3,
            truth: Truth::default(),
        })
    }

    /// Nothing goes wrong from now on.
    pub(crate) async fn heal(&self) -> Result<()> {
        let faults = self.town.faults();
        faults.refuse_connections(false);
        faults.swallow_acks(false);
        faults.reorder_acks(false);
        faults.hold_relays(false);
        for device in &self.devices {
            device.road.clear();
            device.person().engine.store().pretend_full(false).await?;
        }
        Ok(())
    }

    /// Everybody gets a link that is fresh: what was held back or swallowed is
    /// only found after one.
    pub(crate) async fn meet_again(&self) -> Result<()> {
        self.heal().await?;
        for device in &self.devices {
            device.road.close().await;
        }
        // Nobody is half-way in, so nobody can learn of a session after this.
        self.town.faults().forget_sessions();
        for device in &self.devices {
            device.road.clear();
            device.person().engine.reconnect_now();
        }
        Ok(())
    }

    /// Waits until everybody has a link. Whoever's last attempt met a closed road
    /// would wait its time otherwise.
    pub(crate) async fn are_online(&self) {
        for device in &self.devices {
            device.person().engine.reconnect_now();
            device.person().online().await;
        }
    }

    /// Everybody goes home.
    pub(crate) async fn leave(mut self) {
        for device in &mut self.devices {
            if let Some(person) = device.person.take() {
                person.stop().await;
            }
        }
        self.town.stop().await;
    }
}
