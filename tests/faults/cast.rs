//! Who takes part: a server, three people, four devices, each with a road of
//! its own to the server.

use std::sync::Arc;

use anyhow::{Context, Result};
use kith_model::{Clock, DialogId, SystemClock, UserId};
use kith_testkit::{ALEX, Actor, BEA, CAROL, Road, ShiftedClock, TestPerson, Town};

/// The devices: Alex has two.
const DEVICES: [(Actor, &str); 4] = [
    (ALEX, "desk"),
    (ALEX, "lap"),
    (BEA, "desk"),
    (CAROL, "desk"),
];

/// Bea's clock is behind, so that what she writes often comes late: with a place
/// that others have read already.
const BEHIND: i64 = -8_000;

fn clock_of(actor: Actor) -> Arc<dyn Clock> {
    if actor.id == BEA.id {
        Arc::new(ShiftedClock::ahead_by(BEHIND))
    } else {
        Arc::new(SystemClock)
    }
}

/// A device and its road.
#[derive(Debug)]
pub(crate) struct Device {
    pub(crate) name: &'static str,
    pub(crate) road: Road,
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

    /// Closes the app and opens it again.
    pub(crate) async fn restart(&mut self) -> Result<()> {
        let person = self.person.take().context("there is an app")?;
        person.engine.store().pretend_full(false).await?;
        self.person = Some(person.stop().await.returns().await?);
        Ok(())
    }

    /// Kills the app and opens it again.
    pub(crate) async fn kill(&mut self) -> Result<()> {
        let person = self.person.take().context("there is an app")?;
        self.road.change(|weather| weather.is_closed = true);
        person.engine.store().pretend_full(false).await?;
        let left = person.kill().await?;
        self.road.change(|weather| weather.is_closed = false);
        self.person = Some(left.returns().await?);
        Ok(())
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
            let person = town
                .device_over(actor, name, &road, clock_of(actor))
                .await?;
            devices.push(Device {
                name,
                road,
                person: Some(person),
            });
        }
        for device in &devices {
            device.person().online().await;
        }
        Ok(Self { town, devices })
    }

    /// A group of all of them, which every device knows.
    pub(crate) async fn group(&self, name: &str) -> Result<DialogId> {
        let first = self.devices[0].person();
        let others: Vec<&TestPerson> = self.devices[2..].iter().map(Device::person).collect();
        let dialog = first.group(name, &others).await?;
        Ok(dialog)
    }

    /// Nothing goes wrong from now on.
    pub(crate) async fn heal(&self) -> Result<()> {
        let faults = self.town.faults();
        faults.refuse_connections(false);
        faults.swallow_acks(false);
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
