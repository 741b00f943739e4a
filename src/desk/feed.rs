//! Who hears of what others do, as it happens.
//!
//! Whoever tells never waits for whoever listens: news lie in a box until they are taken, and a box that is full is
//! emptied, with a note that everything must be read again.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Actor;
use crate::domain::Event;

/// Events that may wait for a listener.
const MOST: usize = 8192;

/// What one command or import changed, and who gave it.
#[derive(Clone, Debug)]
pub struct Change {
    /// Who, and from which station.
    pub actor: Actor,
    /// What became different.
    pub events: Vec<Event>,
}

/// What a listener has heard since it last took the news.
#[derive(Clone, Debug, Default)]
pub struct News {
    /// The changes, in the order in which they were made.
    pub changes: Vec<Arc<Change>>,
    /// More happened than could wait: what is shown must be read again.
    pub missed: bool,
    /// Who is there, or who reviews which need, has become different.
    pub reviews: bool,
}

impl News {
    /// Whether records have become different.
    #[must_use]
    pub fn changed(&self) -> bool {
        self.missed || !self.changes.is_empty()
    }

    fn is_empty(&self) -> bool {
        !self.reviews && !self.changed()
    }

    fn add(&mut self, change: &Arc<Change>) {
        let waiting: usize = self.changes.iter().map(|change| change.events.len()).sum();
        if self.missed || waiting + change.events.len() > MOST {
            self.miss();
        } else {
            self.changes.push(Arc::clone(change));
        }
    }

    fn miss(&mut self) {
        self.changes = Vec::new();
        self.missed = true;
    }
}

/// One who listens.
struct Listener {
    news: Mutex<News>,
    wake: Box<dyn Fn() + Send + Sync>,
}

impl Listener {
    fn news(&self) -> MutexGuard<'_, News> {
        self.news.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts something into the box, and wakes the listener when it was empty.
    fn put(&self, put: impl Fn(&mut News)) {
        let mut news = self.news();
        let was_empty = news.is_empty();
        put(&mut news);
        drop(news);
        if was_empty {
            (self.wake)();
        }
    }
}

/// All who listen.
#[derive(Clone, Default)]
pub(super) struct Listeners(Arc<Mutex<Vec<Arc<Listener>>>>);

/// While it is there, somebody listens.
pub struct Ear {
    listener: Arc<Listener>,
    of: Listeners,
}

impl Listeners {
    fn all(&self) -> MutexGuard<'_, Vec<Arc<Listener>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Someone more who listens. `wake` is called on the teller's thread when there are news and none waited: it must
    /// be quick.
    pub fn listen(&self, wake: impl Fn() + Send + Sync + 'static) -> Ear {
        let listener = Arc::new(Listener {
            news: Mutex::default(),
            wake: Box::new(wake),
        });
        self.all().push(Arc::clone(&listener));
        Ear {
            listener,
            of: self.clone(),
        }
    }

    /// Tells everyone of a change.
    pub fn tell(&self, change: &Arc<Change>) {
        if !change.events.is_empty() {
            self.put(|news| news.add(change));
        }
    }

    /// Tells everyone that who is there or who reviews what has become different.
    pub fn tell_reviews(&self) {
        self.put(|news| news.reviews = true);
    }

    /// Tells everyone to read everything again.
    pub fn tell_missed(&self) {
        self.put(News::miss);
    }

    fn put(&self, put: impl Fn(&mut News)) {
        for listener in self.all().iter() {
            listener.put(&put);
        }
    }
}

impl Ear {
    /// Takes what was heard since the last time.
    #[must_use]
    pub fn take(&self) -> News {
        std::mem::take(&mut *self.listener.news())
    }
}

impl Drop for Ear {
    fn drop(&mut self) {
        self.of
            .all()
            .retain(|known| !Arc::ptr_eq(known, &self.listener));
    }
}

impl fmt::Debug for Ear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ear").finish_non_exhaustive()
    }
}
