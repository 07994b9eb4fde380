//! Sleep, a clock that was set, and another network: noticed here, every two
//! seconds, because the operating systems tell of them unreliably and a dead
//! link is silent for most of a minute.
//!
//! There is one authority that connects, the stream itself (`client`). This
//! only advises it: break the link that is probably dead, or do not wait any
//! longer. Advice is given once for one event, and never touches the growth of
//! the waits, so a computer that dozes and wakes all night does not knock at
//! the server each time.

use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::time::Duration;

use kith_model::{Connection, Timestamp};
use tokio::time::{Instant, MissedTickBehavior};

use crate::shared::Shared;

/// How often.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// A busy computer may be late by so much without having slept.
const MAY_BE_LATE: i64 = 15_000;
/// After advice, none for so long.
const REST: i64 = 10_000;
/// An address that is reserved for documents (RFC 5737): which way leads out
/// is asked of the system, nothing is sent.
const ANYWHERE: SocketAddr = SocketAddr::new(IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1)), 9);

/// What to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Advice {
    /// The link is probably dead.
    Cut,
    /// Connecting may work now.
    TryNow,
    /// The clock was set; what waits for a time waits for a wrong one.
    TimeIsNew,
}

/// What one look sees.
#[derive(Debug, Clone, Copy)]
struct Sight {
    /// By the clock on the wall.
    wall: Timestamp,
    /// Milliseconds by the clock that nobody sets and that may stop in sleep.
    steady: i64,
    /// This computer's address on the way out, if there is one.
    address: Option<IpAddr>,
}

/// Compares each look with the one before.
#[derive(Debug, Default)]
struct Watch {
    last: Option<Sight>,
    advised_at: Option<i64>,
}

impl Watch {
    fn look(&mut self, now: Sight) -> Option<Advice> {
        let last = self.last.replace(now)?;
        let passed = now.steady - last.steady;
        let jump = now.wall.millis() - last.wall.millis() - passed;
        let tick = i64::try_from(LOOK_EVERY.as_millis()).unwrap_or(i64::MAX);
        let advice = if jump < -MAY_BE_LATE {
            return Some(Advice::TimeIsNew);
        } else if jump > MAY_BE_LATE || passed > tick + MAY_BE_LATE {
            Advice::Cut
        } else {
            match (last.address, now.address) {
                (Some(before), Some(after)) if before != after => Advice::Cut,
                (None, Some(_)) => Advice::TryNow,
                _ => return None,
            }
        };
        if self.advised_at.is_some_and(|at| now.steady - at < REST) {
            return None;
        }
        self.advised_at = Some(now.steady);
        Some(advice)
    }
}

/// Where the way out is looked for: to the server if its address is plain, so
/// that one on this computer is never cut off by a change of network.
pub(crate) fn way_out(connection: &Connection) -> SocketAddr {
    let host = connection.chat.host.as_str();
    if host == "localhost" {
        return SocketAddr::new(IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 9);
    }
    host.parse()
        .map_or(ANYWHERE, |address| SocketAddr::new(address, 9))
}

/// This computer's address on the way to another. Nothing is sent: connecting
/// a datagram socket only asks for the route.
fn address_towards(target: SocketAddr) -> Option<IpAddr> {
    let any: IpAddr = if target.is_ipv4() {
        std::net::Ipv4Addr::UNSPECIFIED.into()
    } else {
        std::net::Ipv6Addr::UNSPECIFIED.into()
    };
    let socket = UdpSocket::bind((any, 0)).ok()?;
    socket.connect(target).ok()?;
    socket.local_addr().ok().map(|address| address.ip())
}

impl Shared {
    /// Looks at the clocks and the way out, for as long as the engine runs.
    pub(crate) async fn watch_the_world(self: Arc<Self>) {
        let began = Instant::now();
        let mut watch = Watch::default();
        let mut tick = tokio::time::interval(LOOK_EVERY);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tick.tick().await;
            let sight = Sight {
                wall: self.clock.now(),
                steady: i64::try_from(began.elapsed().as_millis()).unwrap_or(i64::MAX),
                address: address_towards(self.way_out),
            };
            let Some(advice) = watch.look(sight) else {
                continue;
            };
            tracing::info!(?advice, "the world has changed");
            match advice {
                Advice::Cut => {
                    self.chat.cut();
                    self.chat.reconnect_now();
                    self.forget_waits().await;
                }
                Advice::TryNow => self.chat.reconnect_now(),
                Advice::TimeIsNew => self.forget_waits().await,
            }
        }
    }

    /// What waits for a time does not wait any longer: the time may never come.
    async fn forget_waits(&self) {
        let forgotten = async {
            let mut write = self.store.write().await?;
            write.forget_waits().await?;
            self.commit(write).await
        };
        if let Err(error) = forgotten.await {
            tracing::warn!(%error, "messages wait for a time that may be wrong");
        }
        self.outbox_wake.notify_one();
        self.markers_wake.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOME: Option<IpAddr> = Some(IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 5)));
    const TRAIN: Option<IpAddr> = Some(IpAddr::V4(std::net::Ipv4Addr::new(172, 16, 0, 9)));

    /// Looks at these moments (seconds on the wall, seconds by the steady
    /// clock, address) and tells the advice of each.
    fn advice(looks: &[(i64, i64, Option<IpAddr>)]) -> Vec<Option<Advice>> {
        let mut watch = Watch::default();
        looks
            .iter()
            .map(|(wall, steady, address)| {
                watch.look(Sight {
                    wall: Timestamp::from_seconds(*wall),
                    steady: steady * 1000,
                    address: *address,
                })
            })
            .collect()
    }

    #[test]
    fn time_that_passes_is_no_news() {
        assert_eq!(
            advice(&[
                (100, 0, HOME),
                (102, 2, HOME),
                (110, 10, HOME),
                (123, 23, HOME)
            ]),
            [None, None, None, None],
            "also when the computer is a little late"
        );
    }

    #[test]
    fn sleep_is_noticed_with_a_steady_clock_that_stops_and_with_one_that_runs_on() {
        assert_eq!(
            advice(&[(100, 0, HOME), (3702, 2, HOME)])[1],
            Some(Advice::Cut)
        );
        assert_eq!(
            advice(&[(100, 0, HOME), (3700, 3600, HOME)])[1],
            Some(Advice::Cut)
        );
    }

    #[test]
    fn one_event_is_one_advice() {
        assert_eq!(
            advice(&[
                (100, 0, HOME),
                (3702, 2, HOME),
                (7304, 4, None),
                (7306, 6, TRAIN),
                (7318, 18, HOME)
            ]),
            [None, Some(Advice::Cut), None, None, Some(Advice::Cut)],
            "waking, the network going and coming within seconds is one event"
        );
    }

    #[test]
    fn a_clock_that_is_set_back_cuts_nothing() {
        assert_eq!(
            advice(&[(9000, 0, HOME), (102, 2, HOME), (104, 4, HOME)]),
            [None, Some(Advice::TimeIsNew), None]
        );
    }

    #[test]
    fn another_network_cuts_and_a_first_one_hurries() {
        assert_eq!(
            advice(&[(100, 0, HOME), (102, 2, TRAIN)])[1],
            Some(Advice::Cut)
        );
        assert_eq!(
            advice(&[(100, 0, None), (102, 2, TRAIN)])[1],
            Some(Advice::TryNow)
        );
        assert_eq!(
            advice(&[(100, 0, HOME), (102, 2, None)])[1],
            None,
            "the link will notice by itself"
        );
    }
}
