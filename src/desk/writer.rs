//! The one write path: commands of all sessions wait in a queue, and what waits goes into one transaction.
//!
//! There is no thread for it. Whoever comes while nobody writes takes all that waits and writes it; the others sleep
//! until their result is there. So a lone command never waits, and many share one sync of the disk.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use sha2::{Digest as _, Sha256};

use super::import::{self, Imported};
use super::reading::ReadRow;
use super::{Actor, Caller, Change, Command, Desk, DeskError, Scope, decide};
use crate::both;
use crate::domain::{AnyRecord, Kind, Note, Right, Stamp};
use crate::store::{
    Decision, DraftChange, Executed, Job, Refusal, Request, RequestId, Rows, StoreError, Undecided,
    random_id,
};

/// Commands that go into one transaction at most, so that the first of them does not wait for ever.
const MOST: usize = 256;

/// A change that waits to be decided.
pub(super) struct Task {
    pub id: RequestId,
    pub actor: Actor,
    pub real: DateTime<Utc>,
    pub now: Stamp,
    /// Who may do only what the grants say; none for the store's own process.
    pub caller: Option<Arc<Caller>>,
    pub work: Work,
}

/// What is to be decided.
pub(super) enum Work {
    Command(Command),
    Import {
        kind: Kind,
        /// Taken out when they are decided.
        rows: Mutex<Vec<ReadRow>>,
        source: String,
    },
    /// Something was asked for that no role grants.
    Denied(Refusal, Vec<Note>),
    /// The journal is to keep something.
    Note(Note),
    Draft(DraftChange),
}

impl Work {
    /// What tells it from any other work of the same id.
    fn digest(&self) -> [u8; 32] {
        match self {
            Self::Command(command) => Sha256::digest(told(command)).into(),
            // Their ids are never used again.
            Self::Import { .. } | Self::Denied(..) | Self::Note(_) | Self::Draft(_) => [0; 32],
        }
    }

    fn draft(&self) -> Option<&DraftChange> {
        match self {
            Self::Draft(change) => Some(change),
            _ => None,
        }
    }
}

/// What was asked for, in a text of its own. Of an edit that is how the record shall be: who repeats it may have read what
/// the first one left, with the date that the desk gave to a changed status.
fn told(command: &Command) -> String {
    match command {
        Command::Edit { after, reason, .. } => {
            let mut after = after.clone();
            if let AnyRecord::Supplier(supplier) = &mut after {
                supplier.status_since = None;
            }
            format!("{after:?} {reason:?}")
        }
        command => format!("{command:?}"),
    }
}

/// What became of a task.
pub(super) type Outcome = Result<(Arc<Change>, Imported), DeskError>;

/// The queue before the store.
#[derive(Default)]
pub(super) struct Writer {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    busy: bool,
    waiting: Vec<(Task, Arc<Slot>)>,
}

/// Where a task's outcome is put.
type Slot = Mutex<Option<Outcome>>;

/// The right to write, or to keep others from it; given back when it goes.
pub(super) struct Turn<'a>(&'a Writer);

impl Writer {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until nobody writes, and keeps others from it.
    pub fn turn(&self) -> Turn<'_> {
        let mut state = self.state();
        while state.busy {
            state = self
                .changed
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
        state.busy = true;
        Turn(self)
    }

    /// Queues a task and waits for its outcome; `write` is called by whoever's turn it is, with all that waits.
    pub fn submit(&self, task: Task, write: impl Fn(&[Task]) -> Vec<Outcome>) -> Outcome {
        let slot = Arc::new(Slot::default());
        let mut state = self.state();
        state.waiting.push((task, Arc::clone(&slot)));
        loop {
            if let Some(outcome) = take(&slot) {
                return outcome;
            }
            if state.busy {
                state = self
                    .changed
                    .wait(state)
                    .unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            state.busy = true;
            let count = state.waiting.len().min(MOST);
            let batch: Vec<(Task, Arc<Slot>)> = state.waiting.drain(..count).collect();
            drop(state);
            let turn = Turn(self);
            let (tasks, slots): (Vec<Task>, Vec<Arc<Slot>>) = batch.into_iter().unzip();
            let outcomes = write(&tasks);
            for (slot, outcome) in slots.iter().zip(outcomes) {
                *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(outcome);
            }
            drop(turn);
            state = self.state();
        }
    }
}

fn take(slot: &Slot) -> Option<Outcome> {
    slot.lock().unwrap_or_else(PoisonError::into_inner).take()
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.state().busy = false;
        self.0.changed.notify_all();
    }
}

impl Desk {
    /// Decides and writes a task, together with what else waits, and tells everyone of its events.
    pub(super) fn submit(&self, task: Task) -> Outcome {
        if matches!(&task.work, Work::Command(command) if command.books().is_some()) {
            // Before the turn comes: loading takes a turn, too.
            self.load(&mut |_, _| {})?;
        }
        self.core
            .writer
            .submit(task, |tasks| self.write_guarded(tasks))
    }

    /// A mistake in a rule must not leave the others waiting.
    fn write_guarded(&self, tasks: &[Task]) -> Vec<Outcome> {
        catch_unwind(AssertUnwindSafe(|| self.write(tasks))).unwrap_or_else(|_| {
            // What can't be read now is read before the next write.
            let _ = self.read_again();
            let broken = || {
                DeskError::Store(StoreError::Unavailable(
                    both!(zh: "处理命令时程序出错，没有写入；请重试", en: "a fault in the program stopped the command and nothing was written; try again"),
                ))
            };
            tasks.iter().map(|_| Err(broken())).collect()
        })
    }

    fn write(&self, tasks: &[Task]) -> Vec<Outcome> {
        if let Err(error) = self.mend_in_turn() {
            return tasks.iter().map(|_| Err(error.clone().into())).collect();
        }
        let mut imported: Vec<Imported> = tasks.iter().map(|_| Imported::default()).collect();
        let executed = {
            let mut jobs: Vec<Job<'_>> = Vec::with_capacity(tasks.len());
            for (task, imported) in tasks.iter().zip(&mut imported) {
                jobs.push(Job {
                    request: request(task),
                    what: task.work.digest(),
                    allow: Box::new(move |rows| self.authorise(task, rows)),
                    decide: Box::new(move |rows| self.decide(task, rows, imported)),
                    draft: task.work.draft(),
                });
            }
            self.core.store.execute(&mut jobs)
        };
        match executed {
            Ok(executed) => executed
                .into_iter()
                .zip(tasks.iter().zip(imported))
                .map(|(executed, (task, imported))| Ok((self.told(task, executed)?, imported)))
                .collect(),
            // What is damaged is so after opening again, too.
            Err(error @ StoreError::Corrupt(_)) => {
                let _ = self.read_again();
                tasks.iter().map(|_| Err(error.clone().into())).collect()
            }
            Err(error) => self.after_failure(tasks, imported, &error),
        }
    }

    /// Decides a task over the rows of the transaction. The index takes the events in at once, so that the next
    /// decision's rank is that of the moment before it; if the transaction fails after all, it is read again.
    fn decide(
        &self,
        task: &Task,
        rows: &dyn Rows,
        imported: &mut Imported,
    ) -> Result<Decision, Undecided> {
        let decision = match &task.work {
            Work::Command(command) => {
                let context = decide::Context {
                    now: task.now,
                    actor: &task.actor,
                    demand: match &task.caller {
                        Some(caller) => self.access_of(caller).scope(Right::Demand),
                        None => Scope::Everywhere,
                    },
                };
                decide::decide(&self.with_rank(command, rows, task.now)?, rows, &context)?
            }
            Work::Import {
                kind,
                rows: given,
                source,
            } => {
                let given =
                    std::mem::take(&mut *given.lock().unwrap_or_else(PoisonError::into_inner));
                let (result, events) = import::decide(rows, *kind, given, task.now, source)?;
                *imported = result;
                events.into()
            }
            Work::Denied(refusal, notes) => {
                let denied = Undecided::Denied(refusal.clone(), notes.clone());
                return Err(self.counted(task, denied));
            }
            Work::Note(note) => note.clone().into(),
            Work::Draft(_) => Decision::default(),
        };
        self.apply(&decision.events);
        Ok(decision)
    }

    /// Keeps in the journal that something was asked for which no role grants.
    pub(super) fn keep_denied(
        &self,
        actor: &Actor,
        refusal: Refusal,
        notes: Vec<Note>,
    ) -> Result<(), DeskError> {
        let work = Work::Denied(refusal, notes);
        self.submit(self.task(random_id()?, actor, work)).map(drop)
    }

    /// Tells everyone of what was done now; what was done before was told then.
    fn told(&self, task: &Task, executed: Executed) -> Result<Arc<Change>, DeskError> {
        let change = |events| {
            Arc::new(Change {
                actor: task.actor.clone(),
                events,
            })
        };
        match executed {
            Executed::Done(events) => {
                let change = change(events);
                self.core.listeners.tell(&change);
                Ok(change)
            }
            Executed::Repeated(events) => Ok(change(events)),
            Executed::Refused(refusal) => Err(DeskError::Refused(refusal)),
            Executed::Failed(error) => Err(DeskError::Store(error)),
        }
    }
}

fn request(task: &Task) -> Request {
    Request {
        id: task.id,
        who: task.actor.who.clone(),
        station: task.actor.station.clone(),
        real: task.real,
        now: task.now,
    }
}
