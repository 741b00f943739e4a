//! The index out of the store's rows: one thread reads them while another puts them in.
//!
//! Whoever needs the index first loads it; who comes meanwhile waits and is told how far it is. Nobody else waits: what is
//! written while rows are read is noted, and put in when they are.

use std::ops::ControlFlow;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError, RwLock};
use std::thread;
use std::time::Duration;

use super::{Desk, DeskError};
use crate::domain::{AnyRecord, Event, Kind};
use crate::matching::Index;
use crate::store::{Rows, StoreError};

/// Records that are handed over together.
const BATCH: usize = 512;
/// Batches that wait to be put in.
const AHEAD: usize = 4;
/// Records between two reports of progress.
const STEP: u64 = 4096;
/// How often those who wait are told how far it is.
const BEAT: Duration = Duration::from_millis(50);

/// How it stands with the loading of the index.
#[derive(Default)]
pub(super) struct Loading {
    state: Mutex<State>,
    ended: Condvar,
    done: AtomicU64,
    total: AtomicU64,
}

#[derive(Default)]
struct State {
    is_under_way: bool,
    /// What was written since the rows that are being read; none while none are.
    noted: Option<Vec<Event>>,
}

/// The one who loads; the next may when it goes.
struct Turn<'a>(&'a Loading);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        *self.0.state() = State::default();
        self.0.ended.notify_all();
    }
}

impl Loading {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins, unless somebody else has.
    fn begin(&self) -> Option<Turn<'_>> {
        let mut state = self.state();
        let is_free = !state.is_under_way;
        is_free.then(|| {
            state.is_under_way = true;
            Turn(self)
        })
    }

    /// Waits until nobody loads.
    fn wait(&self, progress: &mut dyn FnMut(u64, u64)) {
        let mut state = self.state();
        while state.is_under_way {
            let waited = self.ended.wait_timeout(state, BEAT);
            drop(waited.unwrap_or_else(PoisonError::into_inner));
            // Not under the lock: it may be slow.
            progress(
                self.done.load(Ordering::Relaxed),
                self.total.load(Ordering::Relaxed),
            );
            state = self.state();
        }
    }

    fn tell(&self, done: u64, total: u64) {
        self.total.store(total, Ordering::Relaxed);
        self.done.store(done, Ordering::Relaxed);
    }

    /// Keeps what is written while rows are read. To be called in a turn of the writer, as what follows.
    pub(super) fn note(&self, events: &[Event]) {
        if let Some(noted) = &mut self.state().noted {
            noted.extend_from_slice(events);
        }
    }

    /// What was noted may not have been written: the rows that are being read must be read again.
    pub(super) fn forget(&self) {
        self.state().noted = None;
    }
}

impl Desk {
    /// Loads the index, telling `progress` how many of how many records are read. Who comes while another loads it waits
    /// and hears the same.
    ///
    /// # Errors
    /// When the store can't be read.
    pub fn load(&self, progress: &mut dyn FnMut(u64, u64)) -> Result<(), DeskError> {
        let loading = &self.core.loading;
        while self.core.index.get().is_none() {
            let Some(_loads) = loading.begin() else {
                loading.wait(progress);
                continue;
            };
            // It may have come between the look and the beginning.
            if self.core.index.get().is_none() {
                self.load_in_turn(progress)?;
            }
        }
        Ok(())
    }

    fn load_in_turn(&self, progress: &mut dyn FnMut(u64, u64)) -> Result<(), DeskError> {
        let loading = &self.core.loading;
        let mut tell = |done, total| {
            loading.tell(done, total);
            progress(done, total);
        };
        let rows = {
            let _turn = self.core.writer.turn();
            loading.state().noted = Some(Vec::new());
            self.core.store.rows()?
        };
        let read = index_of(&*rows, &mut tell);
        drop(rows);
        let _turn = self.core.writer.turn();
        let noted = loading.state().noted.take();
        let index = match (read, noted) {
            (Ok(mut index), Some(noted)) => {
                for event in &noted {
                    index.apply(event);
                }
                index
            }
            // A write failed meanwhile, and the store was opened again.
            (_, None) => index_of(&*self.core.store.rows()?, &mut tell)?,
            (Err(error), _) => return Err(error.into()),
        };
        // Nobody else loads.
        let _ = self.core.index.set(RwLock::new(index));
        Ok(())
    }
}

/// The index of all rows, telling `progress` how many of how many records are read.
pub(super) fn index_of(
    rows: &dyn Rows,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Index, StoreError> {
    thread::scope(|scope| {
        let (give, taken) = sync_channel(AHEAD);
        let (give_back, used) = channel();
        let loader = scope.spawn(move || load(&taken, &give_back));
        let scanned = scan(rows, &give, &used, progress);
        // The other thread ends when there is nothing more to come.
        drop(give);
        let index = loader.join().unwrap_or_else(|panic| resume_unwind(panic));
        scanned.map(|()| index)
    })
}

/// Of what is many the index only looks at the records, which go back to the thread that made them: to give memory back is
/// half of the work, and least where it was taken.
fn load(taken: &Receiver<Vec<AnyRecord>>, give_back: &Sender<Vec<AnyRecord>>) -> Index {
    let mut index = Index::new();
    for batch in taken {
        for record in &batch {
            match record {
                AnyRecord::Supplier(supplier) => index.load_supplier(supplier),
                other => index.load(other.clone()),
            }
        }
        // The other thread has gone when it has read all.
        let _ = give_back.send(batch);
    }
    index.pack();
    index
}

/// Reads every row, in the order in which kinds refer to each other.
fn scan(
    rows: &dyn Rows,
    give: &SyncSender<Vec<AnyRecord>>,
    used: &Receiver<Vec<AnyRecord>>,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<(), StoreError> {
    let kinds = [Kind::Settings].into_iter().chain(Kind::FILES);
    let total = kinds
        .clone()
        .map(|kind| rows.count(kind))
        .sum::<Result<u64, StoreError>>()?;
    let mut done = 0;
    let mut batch = Vec::with_capacity(BATCH);
    for kind in kinds {
        rows.skim(kind, &mut |record| {
            batch.push(record);
            done += 1;
            if done % STEP == 0 {
                progress(done, total);
            }
            if batch.len() == BATCH {
                let mut next = used.try_recv().unwrap_or_default();
                next.clear();
                let full = std::mem::replace(&mut batch, next);
                // Nobody takes them when the other thread has panicked, which is told when it is joined.
                if give.send(full).is_err() {
                    return ControlFlow::Break(());
                }
            }
            ControlFlow::Continue(())
        })?;
    }
    let _ = give.send(batch);
    progress(done, total);
    Ok(())
}
