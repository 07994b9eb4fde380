//! The one task behind a [`super::Chat`].

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use futures::{FutureExt, StreamExt};
use kith_model::{Clock, Timestamp};
use kith_wire::xmpp::{Carbon, Iq, IqKind, Presence};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep_until};
use tokio_xmpp::stanzastream::{Connection, Event, StreamEvent};

use super::NotConnected;
use super::ask::{Answer, Question, Questions};
use super::backoff::Backoff;
use super::connector::Door;
use super::password::Password;
use super::stream::Stream;
use super::tap::KillSwitch;
use super::window::{Fate, Window};
use crate::convert::Account;
use crate::{Link, LinkLost, Outgoing, Proxy, ServerEvent, tls};

/// Something to send, and whom to tell.
pub(super) enum Parcel {
    /// That it was handed over.
    Outgoing(Outgoing, oneshot::Sender<Result<(), NotConnected>>),
    /// What the answer is.
    Question(Question, oneshot::Sender<Answer>),
}

/// What a handle can ask for.
#[derive(Debug)]
pub(super) enum Order {
    ReconnectNow,
    Reconnect(bool),
    Password(Password),
    Active(bool),
    Cut,
    Stop(oneshot::Sender<()>),
}

/// A connection that was given away must become a session in this time.
const READY_WITHIN: Duration = Duration::from_secs(30);
/// A connection that was cut is noticed in this time.
const BREAK_WITHIN: Duration = Duration::from_secs(2);
/// The server answers the wish for carbons in this time, or goes without.
const CARBONS_WITHIN: Duration = Duration::from_secs(5);
/// A proper end may take so long.
const CLOSE_WITHIN: Duration = Duration::from_secs(3);
/// So many events may wait for the listener before reading waits as well.
const OUTBOX: usize = 32;
/// A stream that so often got a connection and made no session of it is in a
/// loop that only a new stream object ends: a refused resumption that the
/// library cannot read makes it try again for ever.
const MAX_BARREN: u32 = 2;

type Opened = Result<Box<Connection>, LinkLost>;
type Opening = Pin<Box<dyn Future<Output = Opened> + Send>>;

/// What the link is doing.
pub(super) enum State {
    /// Waiting for the time of the next attempt; `None` when a person must ask.
    Waiting(Option<Instant>),
    /// Opening a connection.
    Opening(Opening),
    /// The stream has a connection and negotiates, until then at most. When that
    /// took too long once, the connection was cut.
    Negotiating { until: Instant, is_cut: bool },
    /// A fresh session waits for the answer to this IQ, until then at most.
    Greeting { id: String, until: Instant },
    /// Up since then.
    Up(Instant),
}

pub(super) struct Task {
    pub(super) account: Arc<Account>,
    pub(super) clock: Arc<dyn Clock>,
    events: mpsc::Sender<ServerEvent>,
    parcels: mpsc::Receiver<Parcel>,
    orders: mpsc::UnboundedReceiver<Order>,
    door: Result<Door, LinkLost>,
    password: Password,
    /// Events that the listener has not taken yet. While there are many, nothing
    /// more is read from the stream; but acknowledgements are heard, or a
    /// listener that sends would wait for itself.
    pub(super) outbox: VecDeque<ServerEvent>,
    pub(super) stream: Stream,
    pub(super) state: State,
    switch: KillSwitch,
    pub(super) window: Window,
    backoff: Backoff,
    /// The next wait is none, once: somebody cut the link to get a new one.
    is_hurried: bool,
    /// Whether the server acknowledges what it gets. One that does not leaves
    /// every message's fate unknown, to be looked up.
    pub(super) is_managed: bool,
    pub(super) n_ids: u64,
    /// Questions that wait for their answer.
    pub(super) questions: Questions,
    /// Whether anybody looks at the app.
    pub(super) is_active: bool,
    /// Whether a link that ends is replaced without being asked.
    reconnects: bool,
    /// The last attempt was refused, and only a person can change that.
    is_refused: bool,
}

/// What woke the task.
#[allow(clippy::large_enum_variant)] // one at a time, taken apart at once
enum Wake {
    Order(Option<Order>),
    Parcel(Parcel),
    Delivered(bool),
    Slot(Option<oneshot::Sender<Connection>>),
    Opened(Opened),
    Stream(Option<Event>),
    Fate(Option<Fate>),
    Time,
}

impl Task {
    pub(super) fn new(
        account: Arc<Account>,
        password: Password,
        proxy: Proxy,
        clock: Arc<dyn Clock>,
        events: mpsc::Sender<ServerEvent>,
        parcels: mpsc::Receiver<Parcel>,
        orders: mpsc::UnboundedReceiver<Order>,
    ) -> Self {
        let connection = &account.connection;
        let door = match tls::config(connection) {
            Ok(tls) => Ok(Door {
                address: connection.chat.clone(),
                domain: connection.chat_domain.clone(),
                user: format!("{}-{}", account.me, connection.app_id),
                tls: Arc::new(tls),
                proxy,
            }),
            Err(_) => Err(LinkLost::Certificate),
        };
        Self {
            account,
            clock,
            events,
            parcels,
            orders,
            door,
            password,
            outbox: VecDeque::new(),
            stream: Stream::new(),
            state: State::Waiting(Some(Instant::now())),
            switch: KillSwitch::default(),
            window: Window::default(),
            backoff: Backoff::default(),
            is_hurried: false,
            is_managed: true,
            n_ids: 0,
            questions: Questions::default(),
            is_active: true,
            reconnects: true,
            is_refused: false,
        }
    }

    pub(super) async fn run(mut self) {
        loop {
            match self.wake().await {
                Wake::Order(Some(Order::Stop(done))) => {
                    self.stop().await;
                    let _ = done.send(());
                    return;
                }
                Wake::Order(None) | Wake::Delivered(false) => {
                    self.stop().await;
                    return;
                }
                Wake::Order(Some(Order::Cut)) => self.cut(),
                Wake::Order(Some(Order::ReconnectNow)) => {
                    if matches!(self.state, State::Waiting(_)) {
                        self.state = State::Waiting(Some(Instant::now()));
                    }
                }
                Wake::Order(Some(Order::Reconnect(on))) => self.set_reconnect(on),
                Wake::Order(Some(Order::Password(password))) => self.password = password,
                Wake::Order(Some(Order::Active(is_active))) => {
                    if std::mem::replace(&mut self.is_active, is_active) != is_active {
                        self.tell_activity().await;
                    }
                }
                Wake::Delivered(true) => {}
                Wake::Parcel(Parcel::Outgoing(outgoing, done)) => {
                    let answer = self.send(&outgoing).await;
                    let _ = done.send(answer);
                }
                Wake::Parcel(Parcel::Question(question, done)) => self.ask(question, done).await,
                Wake::Slot(Some(slot)) => self.stream.slot = Some(slot),
                // Nobody is left who could wish for a connection.
                Wake::Slot(None) => self.heard(None).await,
                Wake::Opened(result) => self.opened(result).await,
                Wake::Stream(event) => self.heard(event).await,
                Wake::Fate(fate) => self.learnt(fate).await,
                Wake::Time => self.time().await,
            }
        }
    }

    /// Waits for the next thing that concerns this task. Every arm can be
    /// abandoned without losing anything.
    async fn wake(&mut self) -> Wake {
        let Self {
            events,
            parcels,
            orders,
            outbox,
            stream,
            state,
            window,
            ..
        } = self;
        let is_ready = matches!(state, State::Up(_));
        let (due, opening) = match state {
            State::Waiting(until) => (*until, None),
            State::Opening(opening) => (None, Some(opening)),
            State::Negotiating { until, .. } | State::Greeting { until, .. } => {
                (Some(*until), None)
            }
            State::Up(_) => (None, None),
        };
        // Sends are answered at once while there is no link, and wait for room
        // in the window while there is one.
        let takes_parcels = !(is_ready && window.is_full());
        let reads = outbox.len() < OUTBOX;
        // What is not read cannot have been answered in time either.
        let due = due.filter(|_| reads);
        tokio::select! {
            biased;
            order = orders.recv() => Wake::Order(order),
            permit = events.reserve(), if !outbox.is_empty() => match permit {
                Ok(permit) => {
                    if let Some(event) = outbox.pop_front() {
                        permit.send(event);
                    }
                    Wake::Delivered(true)
                }
                Err(_) => Wake::Delivered(false),
            },
            () = events.closed() => Wake::Delivered(false),
            slot = stream.slots.recv() => Wake::Slot(slot),
            result = async { match opening { Some(opening) => opening.await, None => std::future::pending().await } } => Wake::Opened(result),
            event = stream.stream.next(), if reads => Wake::Stream(event),
            fate = window.next() => Wake::Fate(fate),
            () = async { match due { Some(due) => sleep_until(due).await, None => std::future::pending().await } } => Wake::Time,
            Some(parcel) = parcels.recv(), if takes_parcels => Wake::Parcel(parcel),
        }
    }

    /// The time came that the state waits for.
    async fn time(&mut self) {
        match &self.state {
            State::Waiting(Some(_)) => self.open(),
            State::Negotiating { is_cut: false, .. } => {
                tracing::warn!("the server makes no session of the connection");
                self.switch.cut();
                self.state = State::Negotiating {
                    until: Instant::now() + BREAK_WITHIN,
                    is_cut: true,
                };
            }
            State::Negotiating { is_cut: true, .. } => {
                self.renew_stream();
                self.broke(None);
            }
            State::Greeting { .. } => self.up(Link::Fresh).await,
            State::Waiting(None) | State::Opening(_) | State::Up(_) => {}
        }
    }

    fn open(&mut self) {
        self.outbox.push_back(ServerEvent::Link(Link::Connecting));
        self.switch = KillSwitch::default();
        let door = self.door.clone();
        let switch = self.switch.clone();
        let password = self.password.clone();
        // A new resource each time: two sessions never fight over one.
        let resource = format!("kith-{:032x}", rand::random::<u128>());
        self.state = State::Opening(Box::pin(async move {
            let door = door?;
            let password = password.get().await?;
            door.open(&resource, &password, &switch).await.map(Box::new)
        }));
    }

    async fn opened(&mut self, result: Opened) {
        match result {
            Ok(connection) => {
                let wish = self.stream.wish().await;
                if wish.is_some_and(|slot| slot.send(*connection).is_ok()) {
                    let until = Instant::now() + READY_WITHIN;
                    self.state = State::Negotiating {
                        until,
                        is_cut: false,
                    };
                } else {
                    self.renew_stream();
                    self.broke(None);
                }
            }
            Err(reason) => self.down(reason, None),
        }
    }

    /// The link is lost. `lasted` is how long a session was up.
    fn down(&mut self, reason: LinkLost, lasted: Option<Duration>) {
        // A link that was cut on purpose did not fail.
        let wait = if std::mem::take(&mut self.is_hurried) {
            Duration::ZERO
        } else {
            self.backoff.next(lasted, rand::random())
        };
        let is_refused = match reason {
            LinkLost::SignInRefused | LinkLost::Stopped => true,
            LinkLost::UnknownHost
            | LinkLost::Unreachable
            | LinkLost::Certificate
            | LinkLost::NotAChatServer
            | LinkLost::Broken => false,
        };
        self.is_refused = is_refused;
        let is_final = is_refused || !self.reconnects;
        if is_refused {
            // Whatever was under way belongs to a session that is not wanted back.
            self.renew_stream();
        }
        self.state = State::Waiting((!is_final).then(|| Instant::now() + wait));
        let retry_at = (!is_final).then(|| {
            let wait = i64::try_from(wait.as_millis()).unwrap_or(i64::MAX);
            Timestamp::from_millis(self.clock.now().millis().saturating_add(wait))
        });
        tracing::info!(?reason, ?wait, is_final, "the link is down");
        self.outbox
            .push_back(ServerEvent::Link(Link::Down { reason, retry_at }));
    }

    /// Stops or begins to replace links that end. A wait is given up, or begun
    /// again, and the listener is told.
    fn set_reconnect(&mut self, on: bool) {
        let was_on = std::mem::replace(&mut self.reconnects, on);
        match self.state {
            State::Waiting(Some(_)) if was_on && !on => {
                self.state = State::Waiting(None);
                self.outbox.push_back(ServerEvent::Link(Link::Down {
                    reason: LinkLost::Stopped,
                    retry_at: None,
                }));
            }
            // What was refused stays refused until a person asks.
            State::Waiting(None) if !was_on && on && !self.is_refused => {
                self.state = State::Waiting(Some(Instant::now()));
            }
            State::Waiting(_)
            | State::Opening(_)
            | State::Negotiating { .. }
            | State::Greeting { .. }
            | State::Up(_) => {}
        }
    }

    /// The stream lost its connection.
    fn broke(&mut self, lasted: Option<Duration>) {
        if lasted.is_none() {
            self.stream.n_barren += 1;
            if self.stream.n_barren >= MAX_BARREN {
                tracing::warn!("the session cannot be resumed; begin anew");
                self.renew_stream();
            }
        }
        self.down(LinkLost::Broken, lasted);
    }

    /// Throws the stream object away, and with it the session. What was under
    /// way may have arrived or not.
    fn renew_stream(&mut self) {
        let fates = self.window.close();
        self.tell_fates(fates);
        self.questions.give_up();
        self.switch.cut();
        std::mem::replace(&mut self.stream, Stream::new()).bury();
    }

    fn cut(&mut self) {
        match self.state {
            State::Negotiating { .. } | State::Greeting { .. } | State::Up(_) => {
                self.is_hurried = true;
                self.switch.cut();
            }
            State::Opening(_) => self.open(),
            State::Waiting(_) => {}
        }
    }

    /// What became of a message. An error about it comes before its
    /// acknowledgement, and the two are told in that order; but what becomes of
    /// the link is told afterwards.
    async fn learnt(&mut self, fate: Option<Fate>) {
        let mut after = None;
        while let Some(Some(event)) = self.stream.stream.next().now_or_never() {
            match event {
                Event::Stanza(stanza) => self.take(&stanza).await,
                event @ Event::Stream(_) => {
                    after = Some(event);
                    break;
                }
            }
        }
        self.tell_fates(fate);
        if after.is_some() {
            self.heard(after).await;
        }
    }

    async fn heard(&mut self, event: Option<Event>) {
        match event {
            Some(Event::Stanza(stanza)) => self.take(&stanza).await,
            Some(Event::Stream(StreamEvent::Resumed)) => self.up(Link::Resumed).await,
            Some(Event::Stream(StreamEvent::Reset { features, .. })) => {
                self.is_managed = features.stream_management.is_some();
                self.greet().await;
            }
            Some(Event::Stream(StreamEvent::Suspended)) => self.suspended(),
            None => {
                // The library's worker ended; it has no business to.
                self.renew_stream();
                self.suspended();
            }
        }
    }

    fn suspended(&mut self) {
        match self.state {
            State::Up(since) => self.broke(Some(since.elapsed())),
            State::Greeting { .. } => self.broke(Some(Duration::ZERO)),
            State::Negotiating { .. } => self.broke(None),
            // It was noticed before, from outside.
            State::Waiting(_) | State::Opening(_) => {}
        }
    }

    /// A fresh session: say what became of the old one's messages, be present,
    /// and ask for copies of what other devices send.
    async fn greet(&mut self) {
        self.stream.n_barren = 0;
        let fates = self.window.settle();
        self.tell_fates(fates);
        self.questions.give_up();
        let id = self.new_id();
        let carbons = Iq::new(IqKind::Set, &id, Some(Carbon::enable())).write();
        let is_sent = self
            .hand_over(&Presence::default().write(), None)
            .await
            .is_ok()
            && self.hand_over(&carbons, None).await.is_ok();
        if is_sent {
            self.state = State::Greeting {
                id,
                until: Instant::now() + CARBONS_WITHIN,
            };
        }
    }

    pub(super) async fn up(&mut self, link: Link) {
        let is_fresh = link == Link::Fresh;
        self.stream.n_barren = 0;
        self.is_hurried = false;
        self.state = State::Up(Instant::now());
        tracing::info!(?link, "the link is up");
        self.outbox.push_back(ServerEvent::Link(link));
        // A session begins as one that somebody looks at.
        if is_fresh && !self.is_active {
            self.tell_activity().await;
        }
    }

    pub(super) fn is_up(&self) -> bool {
        matches!(self.state, State::Up(_))
    }

    /// Ends the session: the server is told if it can be, and the listener is
    /// told if it still listens.
    async fn stop(self) {
        let is_up = matches!(self.state, State::Up(_) | State::Greeting { .. });
        let Self {
            stream,
            mut window,
            events,
            switch,
            mut outbox,
            ..
        } = self;
        if is_up {
            stream.close(CLOSE_WITHIN).await;
        } else {
            stream.bury();
        }
        switch.cut();
        outbox.extend(window.close().into_iter().map(ServerEvent::from));
        outbox.push_back(ServerEvent::Link(Link::Down {
            reason: LinkLost::Stopped,
            retry_at: None,
        }));
        for event in outbox {
            // Whoever stops the stream may wait for that and not listen.
            if events.try_send(event).is_err() {
                break;
            }
        }
    }
}
