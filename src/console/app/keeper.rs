//! The thread that keeps drafts as they are typed, so that the one that draws never waits for the disk.
//!
//! Only the newest state of a draft waits: what is typed while one state is written is written next, as one. What is
//! asked of it is answered like the other workers' requests; what it is told to keep is not.

use std::collections::VecDeque;
use std::io;
use std::sync::mpsc::Sender;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::Msg;
use super::worker::{Answer, Request};
use crate::desk::{Actor, Desk, DeskError, Hold, Resumed};
use crate::domain::Draft;
use crate::store::{KeptDraft, RequestId};

/// What shall become of a draft.
#[derive(Clone, Debug)]
pub enum Wish {
    /// It is as this now.
    Keep(Box<Draft>, Arc<Hold>),
    /// It is wanted no more.
    Discard(Arc<Hold>),
}

impl Wish {
    fn id(&self) -> RequestId {
        match self {
            Self::Keep(_, hold) | Self::Discard(hold) => hold.id(),
        }
    }
}

/// What is safe when the line drops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settled {
    /// So many inputs have done what they do, and what they typed is on the disk.
    pub inputs: u64,
    /// The form that is open and kept.
    pub form: Option<RequestId>,
}

/// Hears what is safe.
pub type Tell = Box<dyn Fn(Settled) + Send>;

#[derive(Default)]
struct State {
    /// The newest wish for each draft.
    wishes: Vec<Wish>,
    requests: VecDeque<Request>,
    /// How many inputs the wishes are up to.
    inputs: u64,
    tell: Option<Tell>,
    closed: bool,
}

impl State {
    fn wish(&mut self, wish: Wish) {
        self.wishes.retain(|older| older.id() != wish.id());
        self.wishes.push(wish);
    }
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state());
        self.changed.notify_one();
    }
}

/// The way to the thread. When it goes, what waits has been written.
pub struct Keeper {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl Keeper {
    /// Starts the thread.
    ///
    /// # Errors
    /// When the system gives none.
    pub(super) fn start(desk: &Arc<Desk>, actor: &Actor, out: &Sender<Msg>) -> io::Result<Self> {
        let shared = Arc::<Shared>::default();
        let writer = Writer {
            desk: Arc::clone(desk),
            actor: actor.clone(),
            out: out.clone(),
            shared: Arc::clone(&shared),
            unkept: Vec::new(),
            settled: Settled {
                inputs: 0,
                form: None,
            },
        };
        let thread = thread::Builder::new().name("drafts".to_owned());
        Ok(Self {
            thread: Some(thread.spawn(move || writer.run())?),
            shared,
        })
    }

    /// Says whom to tell what is safe.
    pub(super) fn tell(&self, tell: Tell) {
        self.shared.change(|state| state.tell = Some(tell));
    }

    /// Has a draft kept or discarded, soon.
    pub(super) fn wish(&self, wish: Wish) {
        self.shared.change(|state| state.wish(wish));
    }

    /// So many inputs have been taken, and what was wished is up to them.
    pub(super) fn taken(&self, inputs: u64) {
        self.shared.change(|state| state.inputs = inputs);
    }

    /// Hands a request on; false when the thread is gone.
    pub(super) fn ask(&self, request: Request) -> bool {
        self.shared
            .change(|state| state.requests.push_back(request));
        self.thread.as_ref().is_some_and(|t| !t.is_finished())
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.shared.change(|state| state.closed = true);
        if let Some(thread) = self.thread.take() {
            // A thread that broke has nothing more to write.
            let _ = thread.join();
        }
    }
}

struct Writer {
    desk: Arc<Desk>,
    actor: Actor,
    out: Sender<Msg>,
    shared: Arc<Shared>,
    /// What could not be written, to be tried again with what comes next.
    unkept: Vec<Wish>,
    settled: Settled,
}

/// What there is to do at once.
struct Batch {
    wishes: Vec<Wish>,
    request: Option<Request>,
    inputs: u64,
    closed: bool,
}

impl Writer {
    fn run(mut self) {
        loop {
            let batch = self.next();
            self.write(batch.wishes, batch.inputs);
            if let Some(request) = batch.request {
                let answer = self.answer(request);
                let _ = self.out.send(Msg::Answer(answer));
            }
            if batch.closed {
                return;
            }
        }
    }

    /// Waits until there is something to do.
    fn next(&self) -> Batch {
        let told = self.settled.inputs;
        let is_idle = |state: &mut State| {
            !state.closed
                && state.wishes.is_empty()
                && state.requests.is_empty()
                && (state.inputs == told || !self.unkept.is_empty())
        };
        let mut state = self
            .shared
            .changed
            .wait_while(self.shared.state(), is_idle)
            .unwrap_or_else(PoisonError::into_inner);
        Batch {
            wishes: std::mem::take(&mut state.wishes),
            request: state.requests.pop_front(),
            inputs: state.inputs,
            closed: state.closed,
        }
    }

    fn write(&mut self, newer: Vec<Wish>, inputs: u64) {
        let mut wishes = std::mem::take(&mut self.unkept);
        let was_failing = !wishes.is_empty();
        wishes.retain(|older| newer.iter().all(|wish| wish.id() != older.id()));
        let before = self.settled;
        for wish in wishes.into_iter().chain(newer) {
            match self.fulfil(&wish) {
                Ok(()) => self.note(&wish),
                Err(error) => {
                    if !was_failing {
                        let _ = self.out.send(Msg::Unkept(error.said().clone()));
                    }
                    self.unkept.push(wish);
                }
            }
        }
        if self.unkept.is_empty() {
            self.settled.inputs = inputs;
        }
        if self.settled != before {
            self.told();
        }
    }

    fn fulfil(&self, wish: &Wish) -> Result<(), DeskError> {
        match wish {
            Wish::Keep(draft, hold) => self.desk.keep_draft(&self.actor, hold, Draft::clone(draft)),
            Wish::Discard(hold) => self.desk.discard_draft(&self.actor, hold),
        }
    }

    fn note(&mut self, wish: &Wish) {
        match wish {
            Wish::Keep(_, hold) => self.settled.form = Some(hold.id()),
            Wish::Discard(hold) if self.settled.form == Some(hold.id()) => self.settled.form = None,
            Wish::Discard(_) => {}
        }
    }

    fn told(&self) {
        // Whoever hears it may be slow; what is typed must not wait for that.
        let tell = self.shared.state().tell.take();
        if let Some(tell) = tell {
            tell(self.settled);
            self.shared.state().tell = Some(tell);
        }
    }

    fn answer(&mut self, request: Request) -> Answer {
        match request {
            Request::Drafts => Answer::Drafts(self.desk.drafts(&self.actor)),
            Request::Resume(id, patience) => Answer::Resumed(self.resume(id, patience)),
            Request::Discard(id) => Answer::Drafts(self.discard(id)),
            _ => Answer::Replaced,
        }
    }

    fn resume(&mut self, id: RequestId, patience: Duration) -> Result<Resumed, DeskError> {
        let resumed = self.desk.resume(&self.actor, id, patience)?;
        if let Resumed::Draft(..) = resumed {
            self.settled.form = Some(id);
            self.told();
        }
        Ok(resumed)
    }

    /// Discards a draft unless another session has it open, and gives those that are left.
    fn discard(&self, id: RequestId) -> Result<Vec<KeptDraft>, DeskError> {
        if let Resumed::Draft(_, hold) = self.desk.resume(&self.actor, id, Duration::ZERO)? {
            self.desk.discard_draft(&self.actor, &hold)?;
        }
        self.desk.drafts(&self.actor)
    }
}
