//! A bounded queue of events between the pump and one web view.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, watch};

use super::{FeedEvent, FeedId};
use crate::notify::Attention;

/// More than this many events waiting means that the web view sleeps or is
/// far behind, and a new snapshot is cheaper.
const LIMIT: usize = 256;

#[derive(Debug, Default)]
struct Waiting {
    events: VecDeque<FeedEvent>,
    is_closed: bool,
}

#[derive(Debug, Default)]
pub(super) struct Queue {
    waiting: Mutex<Waiting>,
    news: Notify,
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes an event, or answers false when there is no room.
    pub(super) fn push(&self, event: FeedEvent) -> bool {
        let mut waiting = self.lock();
        if waiting.events.len() >= LIMIT {
            return false;
        }
        waiting.events.push_back(event);
        drop(waiting);
        self.news.notify_one();
        true
    }

    /// Empties the queue into one reset. What was said last about the
    /// application and its accounts stays, for it is in no snapshot.
    pub(super) fn reset(&self) {
        let mut waiting = self.lock();
        let mut kept = Vec::new();
        for event in waiting.events.drain(..).rev() {
            let is_first = |kept: &[FeedEvent]| {
                kept.iter()
                    .all(|other| std::mem::discriminant(other) != std::mem::discriminant(&event))
            };
            let is_in_no_snapshot = matches!(
                event,
                FeedEvent::App { .. } | FeedEvent::Accounts { .. } | FeedEvent::Show { .. }
            );
            if is_in_no_snapshot && is_first(&kept) {
                kept.push(event);
            }
        }
        waiting.events.extend(kept.into_iter().rev());
        waiting.events.push_back(FeedEvent::Reset);
        drop(waiting);
        self.news.notify_one();
    }

    pub(super) fn close(&self) {
        self.lock().is_closed = true;
        self.news.notify_one();
    }

    pub(super) fn is_closed(&self) -> bool {
        self.lock().is_closed
    }
}

/// The receiving end of a feed. Dropping it ends the feed and its windows.
#[derive(Debug)]
pub struct FeedReceiver {
    queue: Arc<Queue>,
    id: FeedId,
    attention: Arc<watch::Sender<Attention>>,
}

impl FeedReceiver {
    pub(super) fn new(
        queue: Arc<Queue>,
        id: FeedId,
        attention: Arc<watch::Sender<Attention>>,
    ) -> Self {
        Self {
            queue,
            id,
            attention,
        }
    }

    /// The next event; none when the application has ended.
    pub async fn next(&mut self) -> Option<FeedEvent> {
        loop {
            {
                let mut waiting = self.queue.lock();
                if let Some(event) = waiting.events.pop_front() {
                    return Some(event);
                }
                if waiting.is_closed {
                    return None;
                }
            }
            self.queue.news.notified().await;
        }
    }
}

impl Drop for FeedReceiver {
    fn drop(&mut self) {
        self.queue.close();
        // Nobody looks at what a page showed that is gone.
        self.attention
            .send_if_modified(|attention| attention.remove(&self.id).is_some());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn receiver(queue: &Arc<Queue>) -> FeedReceiver {
        FeedReceiver::new(Arc::clone(queue), FeedId(1), Arc::default())
    }

    #[tokio::test]
    async fn an_overflow_leaves_one_reset() {
        let queue = Arc::new(Queue::default());
        let mut receiver = receiver(&queue);
        let mut count = 0;
        while queue.push(FeedEvent::Reset) {
            count += 1;
        }
        assert_eq!(count, LIMIT);
        queue.reset();
        queue.close();
        assert_eq!(receiver.next().await, Some(FeedEvent::Reset));
        assert_eq!(receiver.next().await, None);
    }

    #[tokio::test]
    async fn a_dropped_receiver_ends_the_feed() {
        let queue = Arc::new(Queue::default());
        drop(receiver(&queue));
        assert!(queue.is_closed());
    }
}
