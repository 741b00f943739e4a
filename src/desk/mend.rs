//! What becomes of a desk whose store could not be written: it opens the store again and goes on.

use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use super::import::Imported;
use super::writer::{Outcome, Task};
use super::{Change, Desk, DeskError, access};
use crate::both;
use crate::store::StoreError;

/// How long nothing is written after a failure, at least and at most.
const PAUSE: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));

/// How it stands with a store that could not be written.
#[derive(Default)]
pub(super) struct Mending {
    /// Index or grants may hold what was not written.
    is_stale: bool,
    /// Until when nothing is written, and why. A disk stays full for a while, and opening a large store takes its time.
    pause: Option<(Instant, StoreError)>,
}

impl Desk {
    /// Opens the store again when a write has failed and the time has come.
    ///
    /// # Errors
    /// When it can't be opened yet.
    pub fn mend(&self) -> Result<(), DeskError> {
        if !self.core.store.is_failed() {
            return Ok(());
        }
        let _turn = self.core.writer.turn();
        Ok(self.mend_in_turn()?)
    }

    /// Makes the store ready to be written, or says why it is not.
    pub(super) fn mend_in_turn(&self) -> Result<(), StoreError> {
        {
            let mending = self.mending();
            match &mending.pause {
                Some((until, why)) if Instant::now() < *until => return Err(why.clone()),
                _ if !mending.is_stale && !self.core.store.is_failed() => return Ok(()),
                _ => {}
            }
        }
        self.open_again()
    }

    /// Opens the store and reads what was made of it again; the next write waits the longer, the longer this took.
    fn open_again(&self) -> Result<(), StoreError> {
        self.mending().is_stale = true;
        let began = Instant::now();
        let reopened = self.core.store.reopen();
        let done = reopened.and_then(|()| self.read_again());
        let pause = (began.elapsed() * 10).clamp(PAUSE.0, PAUSE.1);
        self.mending().pause = done
            .clone()
            .err()
            .map(|error| (Instant::now() + pause, error));
        done
    }

    /// What became of tasks whose transaction failed: the store is opened again, and asked.
    pub(super) fn after_failure(
        &self,
        tasks: &[Task],
        imported: Vec<Imported>,
        error: &StoreError,
    ) -> Vec<Outcome> {
        let began = Instant::now();
        let known = self.open_again();
        // Where even that fails, the pause is set already.
        if known.is_ok() {
            let pause = (began.elapsed() * 10).clamp(PAUSE.0, PAUSE.1);
            self.mending().pause = Some((Instant::now() + pause, not_kept(error)));
        }
        // All of one transaction was kept, or nothing.
        let kept = |task: &Task| match self.core.store.result(task.id) {
            Ok(found) if known.is_ok() => Ok(found),
            _ => Err(error.clone()),
        };
        let found: Vec<_> = tasks.iter().map(kept).collect();
        let is_kept = found.iter().any(|found| matches!(found, Ok(Some(_))));
        let all = tasks.iter().zip(imported).zip(found);
        all.map(|((task, imported), found)| match found? {
            Some(events) => {
                let actor = task.actor.clone();
                Ok((Arc::new(Change { actor, events }), imported))
            }
            None if is_kept => Err(error.clone().into()),
            None => Err(not_kept(error).into()),
        })
        .collect()
    }

    /// Reads index and grants again, after events that they took in were not written. Somebody may have seen those.
    pub(super) fn read_again(&self) -> Result<(), StoreError> {
        self.mending().is_stale = true;
        self.core.loading.forget();
        let fresh = access::read_grants(&*self.core.store.rows()?)?;
        *self
            .core
            .grants
            .write()
            .unwrap_or_else(PoisonError::into_inner) = fresh;
        if let Some(index) = self.core.index.get() {
            let fresh = self.read_index(&mut |_, _| {})?;
            let mut index = index.write().unwrap_or_else(PoisonError::into_inner);
            *index = fresh;
            self.core.touched.everything();
            self.core.version.fetch_add(1, Ordering::Release);
        }
        self.mending().is_stale = false;
        self.core.listeners.tell_missed();
        Ok(())
    }

    fn mending(&self) -> std::sync::MutexGuard<'_, Mending> {
        let mending = self.core.mending.lock();
        mending.unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is said when nothing was written for certain.
fn not_kept(error: &StoreError) -> StoreError {
    match error {
        StoreError::Unknown(_) => StoreError::Unavailable(both!(
            zh: "写入失败，没有保存；请检查磁盘是否有空间，然后再试",
            en: "the write failed and nothing was kept; check that the disk has room, and try again"
        )),
        other => other.clone(),
    }
}
