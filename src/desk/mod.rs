//! The desk: the one way to change the world, and the questions that can be asked of it.
//!
//! A [`Command`] is decided inside one store transaction and becomes events; the events bring the index up to date and
//! go to everyone who listens. Nothing else calls the store's write side.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock, RwLockReadGuard};
use std::time::{Duration, Instant};

use crate::both;
use crate::domain::record::{Grant, Settings};
use crate::domain::{Code, Event, Kind, Said, Stamp, Zone};
use crate::matching::Index;
use crate::store::{self, Refusal, RequestId, Rows, Store, StoreError, fetch, random_id};

mod access;
mod actor;
mod authorise;
mod board;
mod command;
mod decide;
mod denials;
mod drafts;
mod feed;
mod import;
mod journal;
mod loading;
mod mend;
mod overlay;
mod query;
mod reading;
mod reviews;
mod taken;
mod touched;
mod verify;
mod weights;
mod what_if;
mod writer;

pub use access::{Access, Caller, Scope, is_demand, lacks};
pub use actor::{Actor, Clock};
pub use authorise::right_to_import;
pub use board::Board;
pub use command::Command;
use drafts::Held;
pub use drafts::{Claim, Hold, Resumed, Unfinished};
use feed::Listeners;
pub use feed::{Change, Ear, News};
pub use import::{Imported, Rejected};
pub use journal::Journal;
pub use overlay::Overlay;
pub use query::{BestRow, Card};
pub use reading::{ImportRow, ReadRow};
use reviews::Reviews;
pub use reviews::{Attendance, Others, Reviewer};
pub use taken::{Left, Lost};
pub use weights::{Branch, Shift, WeightsPreview, WeightsTable, WeightsVersion};
pub use what_if::Offers;
use writer::{Task, Work, Writer};

/// How often standing matches are rolled forward (SPEC §4).
const HOUR: Duration = Duration::from_secs(3600);

/// Why a command or a question has no answer.
#[derive(Clone, Debug, PartialEq)]
pub enum DeskError {
    /// A rule, a conflict or a mistake in what was given; nothing changed.
    Refused(Refusal),
    /// The store can't do its part.
    Store(StoreError),
}

impl DeskError {
    /// What happened and what to do.
    #[must_use]
    pub fn said(&self) -> &Said {
        match self {
            Self::Refused(refusal) => &refusal.said,
            Self::Store(error) => error.said(),
        }
    }

    /// That there is no such record.
    #[must_use]
    pub fn not_found(kind: Kind, code: &str) -> Self {
        Self::Refused(decide::not_found(kind, code))
    }
}

impl From<StoreError> for DeskError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<Refusal> for DeskError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

/// What became of a command that was done.
#[derive(Clone, Debug, PartialEq)]
pub struct Done {
    /// What it changed.
    pub events: Vec<Event>,
}

/// The desk as one session has it: one store with its index, shared by all, a clock of its own, and who calls.
#[derive(Clone)]
pub struct Desk {
    core: Arc<Core>,
    clock: Clock,
    /// Who may do only what the grants say; none for the store's own process.
    caller: Option<Arc<Caller>>,
}

struct Core {
    store: Box<dyn Store>,
    zone: Zone,
    index: OnceLock<RwLock<Index>>,
    loading: loading::Loading,
    /// Grows with every change of the index.
    version: AtomicU64,
    board: Mutex<board::Kept>,
    /// What changed since the board was worked out.
    touched: touched::Gathered,
    writer: Writer,
    mending: Mutex<mend::Mending>,
    denials: denials::Denials,
    listeners: Listeners,
    reviews: Reviews,
    /// The roles that are given.
    grants: RwLock<Vec<Grant>>,
    /// The drafts that sessions have open.
    held: Arc<Held>,
    /// When standing matches were rolled forward last, by the machine's clock.
    rolled: Mutex<Option<Instant>>,
}

impl Desk {
    /// Opens the store at a path, which must be there.
    ///
    /// # Errors
    /// When there is no store, or it can't be opened.
    pub fn open(path: &Path, clock: Clock) -> Result<Self, DeskError> {
        Self::new(store::open(path)?, clock)
    }

    /// Opens the store at a path, making it when nothing is there.
    ///
    /// # Errors
    /// When it can't be made or opened.
    pub fn open_or_create(path: &Path, clock: Clock) -> Result<Self, DeskError> {
        if path.exists() {
            Self::open(path, clock)
        } else {
            Self::new(store::create(path)?, clock)
        }
    }

    /// A desk over an open store.
    ///
    /// # Errors
    /// When the store can't be read.
    pub fn new(store: Box<dyn Store>, clock: Clock) -> Result<Self, DeskError> {
        let settings: Settings =
            fetch(&*store.rows()?, &Code::composed(Settings::KEY))?.unwrap_or_default();
        let grants = access::read_grants(&*store.rows()?)?;
        let core = Core {
            zone: settings.zone(),
            grants: RwLock::new(grants),
            store,
            index: OnceLock::new(),
            loading: loading::Loading::default(),
            version: AtomicU64::default(),
            board: Mutex::default(),
            touched: touched::Gathered::default(),
            writer: Writer::default(),
            mending: Mutex::default(),
            denials: denials::Denials::default(),
            listeners: Listeners::default(),
            reviews: Reviews::default(),
            held: Arc::default(),
            rolled: Mutex::default(),
        };
        Ok(Self {
            core: Arc::new(core),
            clock,
            caller: None,
        })
    }

    /// The same desk with another clock.
    #[must_use]
    pub fn at(&self, clock: Clock) -> Self {
        Self {
            clock,
            ..self.clone()
        }
    }

    /// The rules' clock.
    #[must_use]
    pub fn now(&self) -> Stamp {
        self.clock.now(self.core.zone)
    }

    /// The store's time zone.
    #[must_use]
    pub fn zone(&self) -> Zone {
        self.core.zone
    }

    /// The store, for reading and keeping: rows, journal, verification, backup.
    #[must_use]
    pub fn store(&self) -> &dyn Store {
        &*self.core.store
    }

    /// A snapshot of the rows.
    ///
    /// # Errors
    /// When the store can't be read.
    pub fn rows(&self) -> Result<Box<dyn Rows + '_>, DeskError> {
        Ok(self.core.store.rows()?)
    }

    /// Whether nobody else has written to the store's file.
    #[must_use]
    pub fn is_untouched(&self) -> bool {
        let _turn = self.core.writer.turn();
        self.core.store.is_untouched()
    }

    /// Makes the next opening quick, for a moment in which nobody works.
    pub fn settle(&self) {
        let _turn = self.core.writer.turn();
        self.core.store.settle();
    }

    /// Does a command under a new id.
    ///
    /// # Errors
    /// When it is refused, or the store can't be written; nothing has changed then.
    pub fn execute(&self, actor: &Actor, command: &Command) -> Result<Done, DeskError> {
        self.execute_once(random_id()?, actor, command)
    }

    /// Does a command, or says what became of it when one of the same id was done before.
    ///
    /// # Errors
    /// When it is refused, or the store can't be written.
    pub fn execute_once(
        &self,
        id: RequestId,
        actor: &Actor,
        command: &Command,
    ) -> Result<Done, DeskError> {
        let task = self.task(id, actor, Work::Command(command.clone()));
        let (change, _) = self.submit(task)?;
        Ok(Done {
            events: Arc::unwrap_or_clone(change).events,
        })
    }

    fn task(&self, id: RequestId, actor: &Actor, work: Work) -> Task {
        Task {
            id,
            actor: actor.clone(),
            real: self.clock.real(),
            now: self.now(),
            caller: self.caller.clone(),
            work,
        }
    }

    /// Brings index and grants up to date with events.
    fn apply(&self, events: &[Event]) {
        if events.iter().any(|event| event.after.kind() == Kind::Grant) {
            let mut grants = self
                .core
                .grants
                .write()
                .unwrap_or_else(PoisonError::into_inner);
            for event in events {
                access::apply_grant(&mut grants, event);
            }
        }
        let Some(index) = self.core.index.get() else {
            return self.core.loading.note(events);
        };
        let mut index = index.write().unwrap_or_else(PoisonError::into_inner);
        for event in events {
            index.apply(event);
        }
        self.core.touched.note(events);
        self.core.version.fetch_add(1, Ordering::Release);
    }

    /// What happens from now on, while the ear is there. `wake` is called when there are news and none waited to be
    /// taken; whoever made them waits for it, so it must be quick.
    #[must_use]
    pub fn listen(&self, wake: impl Fn() + Send + Sync + 'static) -> Ear {
        self.core.listeners.listen(wake)
    }

    fn listeners(&self) -> &Listeners {
        &self.core.listeners
    }

    fn reviews(&self) -> &Reviews {
        &self.core.reviews
    }

    /// The rank and score that a confirmation keeps are those of the moment before it.
    fn with_rank(
        &self,
        command: &Command,
        rows: &dyn Rows,
        now: Stamp,
    ) -> Result<Command, StoreError> {
        let (Some((need, supplier, visits)), Some(index)) =
            (command.books(), self.core.index.get())
        else {
            return Ok(command.clone());
        };
        let Some(stored) = fetch(rows, need)? else {
            return Ok(command.clone());
        };
        let index = index.read().unwrap_or_else(PoisonError::into_inner);
        Ok(command.placed(index.place_of(supplier, &stored, now, visits)))
    }

    fn read_index(&self, progress: &mut dyn FnMut(u64, u64)) -> Result<Index, StoreError> {
        loading::index_of(&*self.core.store.rows()?, progress)
    }

    /// The index, loaded on first use.
    ///
    /// # Errors
    /// When the store can't be read.
    pub fn index(&self) -> Result<RwLockReadGuard<'_, Index>, DeskError> {
        if self.core.index.get().is_none() {
            self.load(&mut |_, _| {})?;
        }
        let index = self.core.index.get().ok_or_else(|| {
            DeskError::Store(StoreError::Unavailable(both!(zh: "索引没有载入，请重新打开", en: "the index is not loaded; open matchdesk again")))
        })?;
        Ok(index.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Books the later visits of standing matches that have come near (SPEC §4).
    ///
    /// # Errors
    /// When the store can't be read or written.
    pub fn roll(&self) -> Result<usize, DeskError> {
        let rolls = self.index()?.rolls(self.now());
        if rolls.is_empty() {
            return Ok(0);
        }
        // The desk does this by itself, whoever is there.
        let own = Self {
            caller: None,
            ..self.clone()
        };
        let done = own.execute(&Actor::desk(), &Command::Roll { rolls })?;
        Ok(done.events.len())
    }

    /// Rolls when that was not done within the last hour: to be called when somebody begins to work, and hourly. A clock
    /// that stands still is moved by hand, so it rolls each time.
    ///
    /// # Errors
    /// When the store can't be read or written.
    pub fn roll_when_due(&self) -> Result<(), DeskError> {
        self.tell_denials(false)?;
        if self.clock != Clock::Machine {
            return self.roll().map(drop);
        }
        let mut rolled = self
            .core
            .rolled
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if rolled.is_none_or(|at| at.elapsed() >= HOUR) {
            self.roll()?;
            *rolled = Some(Instant::now());
        }
        Ok(())
    }
}
