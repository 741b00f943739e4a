//! Keeping: where records, the journal and the results of commands lie.
//!
//! The seam is commands in, events out. An engine runs the desk's decision inside one of its transactions, over the
//! rows as they stand there, and writes the events, the rows, the journal and the command's result together, or nothing.

use std::fs::File;
use std::ops::ControlFlow;
use std::path::Path;

use chrono::{DateTime, Utc};

use crate::both;
use crate::domain::record::{Match, Need, Service};
use crate::domain::{AnyRecord, Code, Event, Kind, Minute, Note, Record, Said, Stamp, Verb};

mod codec;
mod draft;
mod journal;
mod redb;
mod tables;

pub use draft::{DraftChange, KeptDraft};

/// 128 random bits that name a command, so that one sent again is answered and not done twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RequestId(pub u128);

/// Who asks for a change, from where, and when.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// The command's id.
    pub id: RequestId,
    /// The person.
    pub who: String,
    /// The station or machine.
    pub station: String,
    /// The real time.
    pub real: DateTime<Utc>,
    /// The rules' clock, local to the store.
    pub now: Stamp,
}

/// Why a command is not done, in words and as codes for programs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// What refuses: names of rules (SPEC §3), or `filled`, `exists`, `not_found`, `invalid`, `conflict`.
    pub codes: Vec<String>,
    /// What happened and what to do.
    pub said: Said,
}

impl Refusal {
    /// The code of a refusal because a record does not exist.
    pub const NOT_FOUND: &'static str = "not_found";
    /// The code of a refusal because no role grants it.
    pub const NOT_PERMITTED: &'static str = "not_permitted";

    /// A refusal with one code.
    #[must_use]
    pub fn new(code: &str, said: Said) -> Self {
        Self {
            codes: vec![code.to_owned()],
            said,
        }
    }
}

/// What a command comes to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Decision {
    /// The changes of records.
    pub events: Vec<Event>,
    /// What the journal keeps besides.
    pub notes: Vec<Note>,
}

impl Decision {
    /// Whether nothing is to be written.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.events.is_empty() && self.notes.is_empty()
    }
}

impl From<Vec<Event>> for Decision {
    fn from(events: Vec<Event>) -> Self {
        Self {
            events,
            notes: Vec::new(),
        }
    }
}

impl From<Note> for Decision {
    fn from(note: Note) -> Self {
        Self {
            events: Vec::new(),
            notes: vec![note],
        }
    }
}

/// Why a decision inside a transaction gives no events.
#[derive(Clone, Debug, PartialEq)]
pub enum Undecided {
    /// The command is refused.
    Refused(Refusal),
    /// The command is refused, and the journal keeps this of it.
    Denied(Refusal, Vec<Note>),
    /// The store could not be read.
    Failed(StoreError),
}

impl From<StoreError> for Undecided {
    fn from(error: StoreError) -> Self {
        Self::Failed(error)
    }
}

impl From<Refusal> for Undecided {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

/// What became of a command that was decided.
#[derive(Clone, Debug, PartialEq)]
pub enum Executed {
    /// Done now, with these events.
    Done(Vec<Event>),
    /// Done before under the same id, with these events; the fields that they did not touch are as they are now.
    Repeated(Vec<Event>),
    /// Refused; nothing changed.
    Refused(Refusal),
    /// The rows that its decision needed can't be read; nothing changed.
    Failed(StoreError),
}

/// Why the store can't do its part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreError {
    /// There is no store at the path, or it can't be opened, read or written now.
    Unavailable(Said),
    /// Another process has the store open.
    Busy(Said),
    /// A commit failed: whether its commands were done is known only by their ids after opening the store again.
    Unknown(Said),
    /// What was read can't be right.
    Corrupt(Said),
}

impl StoreError {
    /// What happened and what to do.
    #[must_use]
    pub fn said(&self) -> &Said {
        match self {
            Self::Unavailable(said)
            | Self::Busy(said)
            | Self::Unknown(said)
            | Self::Corrupt(said) => said,
        }
    }
}

/// The rows as they stand in one snapshot or transaction.
pub trait Rows {
    /// The record under a key.
    ///
    /// # Errors
    /// When the store can't be read.
    fn get(&self, kind: Kind, key: &Code) -> Result<Option<AnyRecord>, StoreError>;

    /// Every record of a kind in the order of keys, from the one after `after`, until `each` breaks.
    ///
    /// # Errors
    /// When the store can't be read.
    fn scan(
        &self,
        kind: Kind,
        after: Option<&Code>,
        each: &mut dyn FnMut(AnyRecord) -> ControlFlow<()>,
    ) -> Result<(), StoreError>;

    /// Every record of a kind, of suppliers only [what decides who fits](crate::domain::record::Fitness): for whoever reads all
    /// of them and needs no more.
    ///
    /// # Errors
    /// When the store can't be read.
    fn skim(
        &self,
        kind: Kind,
        each: &mut dyn FnMut(AnyRecord) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        self.scan(kind, None, each)
    }

    /// How many records of a kind there are.
    ///
    /// # Errors
    /// When the store can't be read.
    fn count(&self, kind: Kind) -> Result<u64, StoreError>;

    /// All matches of a need, ended ones too, in the order of keys.
    ///
    /// # Errors
    /// When the store can't be read.
    fn matches_of_need(&self, need: &Code) -> Result<Vec<Match>, StoreError>;

    /// The matches of a supplier, ended ones too, that book a visit at `from` or later; with [`Minute::EVER`] all, those
    /// without a visit too. The cost is that of what is found.
    ///
    /// # Errors
    /// When the store can't be read.
    fn matches_of_supplier(&self, supplier: &Code, from: Minute) -> Result<Vec<Match>, StoreError>;

    /// All needs of a resident.
    ///
    /// # Errors
    /// When the store can't be read.
    fn needs_of_resident(&self, resident: &Code) -> Result<Vec<Need>, StoreError>;

    /// The closed visits of a need that start at `from` or later.
    ///
    /// # Errors
    /// When the store can't be read.
    fn services_of_need(&self, need: &Code, from: Minute) -> Result<Vec<Service>, StoreError>;

    /// The closed visits of a supplier that start at `from` or later.
    ///
    /// # Errors
    /// When the store can't be read.
    fn services_of_supplier(
        &self,
        supplier: &Code,
        from: Minute,
    ) -> Result<Vec<Service>, StoreError>;

    /// All closed visits of a resident.
    ///
    /// # Errors
    /// When the store can't be read.
    fn services_of_resident(&self, resident: &Code) -> Result<Vec<Service>, StoreError>;
}

/// The record of a type under a key.
///
/// # Errors
/// When the store can't be read.
pub fn fetch<R: Record>(rows: &dyn Rows, key: &Code) -> Result<Option<R>, StoreError> {
    Ok(rows.get(R::KIND, key)?.and_then(R::of_any))
}

/// The decision of a command over the rows of its transaction.
pub type Decide<'a> = dyn FnMut(&dyn Rows) -> Result<Decision, Undecided> + 'a;

/// The check of a command's rights over the rows of its transaction.
pub type Allow<'a> = dyn Fn(&dyn Rows) -> Result<(), Undecided> + 'a;

/// A command that waits to be decided and written.
pub struct Job<'a> {
    /// Who asks for it.
    pub request: Request,
    /// A digest of what is asked for: an id is answered again only to who used it, for the same.
    pub what: [u8; 32],
    /// Whether who asks may have it; asked also before an earlier result is told again.
    pub allow: Box<Allow<'a>>,
    /// Its decision.
    pub decide: Box<Decide<'a>>,
    /// What becomes of a draft of who asks, for a decision without events. (The draft of the job's own id goes by itself
    /// with the events that it became.)
    pub draft: Option<&'a DraftChange>,
}

/// The write side.
pub trait Ledger {
    /// Decides commands one after another, each over the rows as those before it left them, and writes what was not
    /// refused in one transaction: all of it or nothing, durable when it returns. Each has its own result, in order.
    ///
    /// # Errors
    /// When the store can't be written; nothing has changed then, or with [`StoreError::Unknown`] perhaps everything.
    fn execute(&self, jobs: &mut [Job<'_>]) -> Result<Vec<Executed>, StoreError>;

    /// The events of a command, by its id; none when it was never done.
    ///
    /// # Errors
    /// When the store can't be read.
    fn result(&self, id: RequestId) -> Result<Option<Vec<Event>>, StoreError>;
}

/// The read side.
pub trait Views {
    /// A snapshot of the rows, which later changes do not touch. Not to be held for long.
    ///
    /// # Errors
    /// When the store can't be read.
    fn rows(&self) -> Result<Box<dyn Rows + '_>, StoreError>;

    /// A person's drafts.
    ///
    /// # Errors
    /// When the store can't be read.
    fn drafts(&self, who: &str) -> Result<Vec<KeptDraft>, StoreError>;
}

/// A journal entry, as it is read back.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The chain.
    pub chain: Code,
    /// Its place in the chain, from 1 without gaps.
    pub sequence: u64,
    /// Who, from where, when.
    pub request: Request,
    /// What happened.
    pub verb: Verb,
    /// To which kind of record.
    pub kind: Kind,
    /// Under which key.
    pub key: Code,
    /// Why; empty where no reason was asked for.
    pub reason: String,
    /// The fields that became different, by column: what was before and what is after (none for a value that was erased).
    pub changes: Vec<FieldChange>,
}

/// One field's change in the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldChange {
    /// The column of SPEC §2.
    pub column: &'static str,
    /// Its cell before; none when it was erased, empty when there was none.
    pub before: Option<String>,
    /// Its cell after; none when it was erased.
    pub after: Option<String>,
    /// Whether it is shown in part only.
    pub masked: bool,
}

/// A chain's newest entry: kept elsewhere, it proves that the chain only grew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// The chain.
    pub chain: Code,
    /// The number of its entries.
    pub sequence: u64,
    /// SHA-256 over all of them, in hexadecimal.
    pub hash: String,
}

/// The journal as a feed of changes.
pub trait Feed {
    /// The entries of a chain after a position, until `each` breaks.
    ///
    /// # Errors
    /// When the store can't be read.
    fn entries(
        &self,
        chain: &Code,
        after: u64,
        each: &mut dyn FnMut(Entry) -> ControlFlow<()>,
    ) -> Result<(), StoreError>;

    /// Every chain's head, in the order of chains.
    ///
    /// # Errors
    /// When the store can't be read.
    fn heads(&self) -> Result<Vec<Head>, StoreError>;
}

/// What a check of the whole store found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Records looked at.
    pub records: u64,
    /// Journal entries looked at.
    pub entries: u64,
    /// What is wrong; empty when all is well.
    pub problems: Vec<Said>,
}

/// A storage engine.
pub trait Store: Ledger + Views + Feed + Send + Sync {
    /// Checks every record, the journal's chains, and that the journal gives the records; and that the chains hold the
    /// heads that were kept elsewhere. `progress` hears how many of how many rows are done.
    ///
    /// # Errors
    /// When the store can't be read at all.
    fn verify(
        &self,
        since: &[Head],
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<Report, StoreError>;

    /// Writes a consistent copy into an empty file, while others go on working, and checks it.
    ///
    /// # Errors
    /// When it can't be written, or the copy is not equal.
    fn backup(&self, into: &File) -> Result<(), StoreError>;

    /// Whether the store's file is as this engine wrote it last, as far as its date and size tell. Not to be asked while
    /// a command is executed.
    fn is_untouched(&self) -> bool;

    /// Makes the next opening quick, for a moment in which nobody works.
    fn settle(&self);

    /// Whether a write has failed. Nothing more is written then, and reads may fail, until the store is opened again.
    fn is_failed(&self) -> bool;

    /// Opens the store again, so that it is known what is on the disk and work goes on. Snapshots that are still held give
    /// an error from then on. Not to be asked while a command is executed.
    ///
    /// # Errors
    /// When it can't be opened now; it can be tried again.
    fn reopen(&self) -> Result<(), StoreError>;
}

/// Opens the store at a path, which must be there.
///
/// # Errors
/// When there is none, it is no store, it is in use, or it may not be opened.
pub fn open(path: &Path) -> Result<Box<dyn Store>, StoreError> {
    Ok(Box::new(redb::RedbStore::open(path)?))
}

/// Makes a store where nothing is yet.
///
/// # Errors
/// When something is there, or the folder can't be written.
pub fn create(path: &Path) -> Result<Box<dyn Store>, StoreError> {
    Ok(Box::new(redb::RedbStore::create(path)?))
}

/// Opens a backup after checking all of it.
///
/// # Errors
/// When it is not sound.
pub fn open_sound(from: &Path) -> Result<Box<dyn Store>, StoreError> {
    Ok(Box::new(redb::open_sound(from)?))
}

/// An id for a new command.
///
/// # Errors
/// When the system gives no random numbers.
pub fn random_id() -> Result<RequestId, StoreError> {
    let mut bytes = [0; 16];
    let wrong = |error| {
        StoreError::Unavailable(
            both!(zh: "系统没有随机数：{error}", en: "the system gives no random numbers: {error}"),
        )
    };
    getrandom::fill(&mut bytes).map_err(wrong)?;
    Ok(RequestId(u128::from_be_bytes(bytes)))
}
