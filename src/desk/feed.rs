//! Who hears of events as they happen.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::domain::Event;

/// What a listener hears: the events of one command.
type Told = Arc<Vec<Event>>;

#[derive(Default)]
struct Known {
    next: u64,
    listeners: Vec<(u64, Sender<Told>)>,
}

/// All who listen.
#[derive(Clone, Default)]
pub(super) struct Listeners(Arc<Mutex<Known>>);

/// While it is there, somebody listens.
pub struct Ear {
    number: u64,
    of: Listeners,
}

impl Listeners {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Someone more who listens.
    pub fn listen(&self) -> (Ear, Receiver<Told>) {
        let (sender, receiver) = channel();
        let mut known = self.known();
        known.next += 1;
        let number = known.next;
        known.listeners.push((number, sender));
        let of = self.clone();
        (Ear { number, of }, receiver)
    }

    /// Tells everyone, and gives the events back.
    pub fn tell(&self, events: Vec<Event>) -> Vec<Event> {
        let mut known = self.known();
        if known.listeners.is_empty() || events.is_empty() {
            return events;
        }
        let told = Arc::new(events);
        known
            .listeners
            .retain(|(_, listener)| listener.send(Arc::clone(&told)).is_ok());
        Arc::unwrap_or_clone(told)
    }
}

impl Drop for Ear {
    fn drop(&mut self) {
        let number = self.number;
        self.of
            .known()
            .listeners
            .retain(|(known, _)| *known != number);
    }
}
