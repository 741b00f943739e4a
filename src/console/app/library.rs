//! The search keys of the registries, shared by the worker that keeps them and the views that search them.
//!
//! Who searches has a copy of a book, which costs nothing and stays as it is: nobody waits for whoever writes.

use std::collections::HashSet;
use std::ops::ControlFlow;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{channel, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::thread;

use super::model::Names;
use crate::desk::{Desk, DeskError, Ear, News, Scope, is_demand};
use crate::domain::record::{Capability, Category, Community, Resident, Street, Supplier};
use crate::domain::{AnyRecord, Code, Event, Kind, Right};
use crate::search::{
    Beside, Book, Entry, Eyes, Finder, Found, Hit, Home, Lexicon, Query, QueryError, Scribe,
};
use crate::store::{Rows, fetch};

/// The registries that can be searched; all sessions of a station share one, and whoever asks first brings it up to date.
#[derive(Debug)]
pub struct Library {
    shelves: [Shelf; 3],
    names: RwLock<Arc<Names>>,
    writing: Mutex<Writing>,
}

/// What whoever brings the library up to date holds meanwhile.
#[derive(Debug, Default)]
struct Writing {
    /// What has changed since the library was read.
    ear: Option<Ear>,
    /// Who writes the books that have been read.
    scribes: [Option<Scribe>; 3],
}

#[derive(Debug)]
struct Shelf {
    book: Mutex<Arc<Book>>,
    loaded: AtomicBool,
}

impl Shelf {
    fn show(&self, book: Arc<Book>) {
        *self.book.lock().unwrap_or_else(PoisonError::into_inner) = book;
    }
}

/// The registries that the library holds.
pub const KINDS: [Kind; 3] = [Kind::Supplier, Kind::Resident, Kind::Need];

impl Default for Library {
    fn default() -> Self {
        Self {
            shelves: KINDS.map(|kind| Shelf {
                book: Mutex::new(Arc::new(Book::new(kind))),
                loaded: AtomicBool::default(),
            }),
            names: RwLock::default(),
            writing: Mutex::default(),
        }
    }
}

/// The place of a kind's registry among the others.
fn place(kind: Kind) -> usize {
    match kind {
        Kind::Supplier => 0,
        Kind::Resident => 1,
        _ => 2,
    }
}

impl Library {
    fn shelf(&self, kind: Kind) -> &Shelf {
        let [suppliers, residents, needs] = &self.shelves;
        [suppliers, residents, needs][place(kind)]
    }

    /// A registry as it is now.
    pub fn book(&self, kind: Kind) -> Arc<Book> {
        let book = self.shelf(kind).book.lock();
        Arc::clone(&book.unwrap_or_else(PoisonError::into_inner))
    }

    /// How many records a registry holds; none before it is read.
    #[must_use]
    pub fn count(&self, kind: Kind) -> Option<usize> {
        let is_read = self.shelf(kind).loaded.load(Ordering::Acquire);
        is_read.then(|| self.book(kind).len())
    }

    /// The names of everything that records refer to.
    #[must_use]
    pub fn names(&self) -> Arc<Names> {
        Arc::clone(&self.names.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Reads a registry from the store, unless that was done.
    ///
    /// # Errors
    /// When the store can't be read.
    pub fn load(&self, kind: Kind, desk: &Desk) -> Result<(), DeskError> {
        if self.shelf(kind).loaded.load(Ordering::Acquire) {
            return Ok(());
        }
        let mut writing = self.writing();
        self.hear(&mut writing, desk)?;
        self.read(kind, &mut writing, desk)
    }

    /// Reads every registry, so that the first session finds them ready.
    ///
    /// # Errors
    /// When the store can't be read.
    pub fn load_all(&self, desk: &Desk) -> Result<(), DeskError> {
        KINDS.into_iter().try_for_each(|kind| self.load(kind, desk))
    }

    /// Takes in what has changed.
    ///
    /// # Errors
    /// When the store can't be read.
    pub fn catch_up(&self, desk: &Desk) -> Result<(), DeskError> {
        let mut writing = self.writing();
        self.hear(&mut writing, desk)
    }

    /// What answers a query of a registry, of what whoever calls may see; none once `cancel` is true.
    ///
    /// # Errors
    /// When the query can't be read.
    pub fn search(
        &self,
        finder: &mut Finder,
        kind: Kind,
        typed: &str,
        desk: &Desk,
        cancel: &AtomicBool,
    ) -> Result<Option<Found>, QueryError> {
        let query = Query::new(kind, typed)?;
        let book = self.book(kind);
        if query.is_empty() && !is_veiled(kind, desk) {
            let positions = Arc::clone(book.order());
            return Ok(Some(Found { book, positions }));
        }
        let hits = self.hits(finder, &book, &query, desk, cancel);
        Ok(hits.map(|hits| Found {
            book,
            positions: Arc::new(hits.iter().map(|hit| hit.position).collect()),
        }))
    }

    /// The same with how well each answers.
    pub fn hits(
        &self,
        finder: &mut Finder,
        book: &Book,
        query: &Query,
        desk: &Desk,
        cancel: &AtomicBool,
    ) -> Option<Vec<Hit>> {
        let names = self.names();
        let lexicon: &dyn Lexicon = &*names;
        if !is_veiled(book.kind(), desk) {
            let sees = None;
            return finder.find(book, query, Eyes { lexicon, sees }, cancel);
        }
        let scope = desk.access().scope(Right::Demand);
        // What can't be read is not shown.
        let rows = desk.rows().ok()?;
        let sees = |(street, community): &Home| {
            let resident = Resident {
                street: street.clone(),
                community: community.clone(),
                ..Resident::default()
            };
            scope.sees(&*rows, &resident.into()).unwrap_or(false)
        };
        let sees: Option<&dyn Fn(&Home) -> bool> = Some(&sees);
        finder.find(book, query, Eyes { lexicon, sees }, cancel)
    }

    fn writing(&self) -> MutexGuard<'_, Writing> {
        self.writing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// It listens before it reads, so that no change is lost in between; one that comes twice does no harm.
    fn hear(&self, writing: &mut Writing, desk: &Desk) -> Result<(), DeskError> {
        let news = if let Some(ear) = &mut writing.ear {
            ear.take()
        } else {
            writing.ear = Some(desk.listen(|| {}));
            News {
                missed: true,
                ..News::default()
            }
        };
        let is_name = |event: &Event| NAMED.contains(&event.after.kind());
        if news.missed || news.changes.iter().flat_map(|c| &c.events).any(is_name) {
            let names = Arc::new(read_names(desk)?);
            *self.names.write().unwrap_or_else(PoisonError::into_inner) = names;
        }
        if !news.missed {
            let events = news.changes.iter().flat_map(|change| &change.events);
            return self.apply(events, writing, desk);
        }
        let known = KINDS.map(|kind| self.shelf(kind).loaded.swap(false, Ordering::AcqRel));
        for (kind, known) in KINDS.into_iter().zip(known) {
            if known {
                self.read(kind, writing, desk)?;
            }
        }
        Ok(())
    }

    /// Reads a registry beside the one that is shown, so that nobody waits for it.
    fn read(&self, kind: Kind, writing: &mut Writing, desk: &Desk) -> Result<(), DeskError> {
        let shelf = self.shelf(kind);
        if shelf.loaded.load(Ordering::Acquire) {
            return Ok(());
        }
        let scribe = Scribe::new(kind).after(&self.book(kind));
        let mut scribe = written(scribe, kind, &*desk.rows()?)?;
        shelf.show(scribe.finish());
        if let Some(own) = writing.scribes.get_mut(place(kind)) {
            *own = Some(scribe);
        }
        shelf.loaded.store(true, Ordering::Release);
        Ok(())
    }

    /// Takes records in as events left them; the needs of a resident go by what the resident is called and where they live.
    fn apply<'e>(
        &self,
        events: impl Iterator<Item = &'e Event>,
        writing: &mut Writing,
        desk: &Desk,
    ) -> Result<(), DeskError> {
        let rows = desk.rows()?;
        let beside = Neighbours(&*rows);
        let mut changed = HashSet::new();
        let mut put = |record: &AnyRecord| {
            let kind = record.kind();
            if let Some(Some(scribe)) = writing.scribes.get_mut(place(kind)) {
                scribe.put(&Entry::of(record, &beside));
                changed.insert(kind);
            }
        };
        for event in events.filter(|event| KINDS.contains(&event.after.kind())) {
            put(&event.after);
            if let AnyRecord::Resident(resident) = &event.after
                && event.before.is_some()
            {
                for need in rows.needs_of_resident(&resident.code)? {
                    put(&need.into());
                }
            }
        }
        for kind in changed {
            if let Some(Some(scribe)) = writing.scribes.get_mut(place(kind)) {
                self.shelf(kind).show(scribe.finish());
            }
        }
        Ok(())
    }
}

/// Records that are handed over together.
const BATCH: usize = 256;

/// Writes all records of a kind down: one thread reads them, another writes.
fn written(mut scribe: Scribe, kind: Kind, rows: &dyn Rows) -> Result<Scribe, DeskError> {
    thread::scope(|scope| {
        let (give, taken) = sync_channel::<Vec<Entry>>(4);
        // What was written down goes back to whoever read it: memory is given back soonest where it was taken.
        let (give_back, used) = channel::<Vec<Entry>>();
        let writer = scope.spawn(move || {
            for batch in taken {
                for entry in &batch {
                    scribe.put(entry);
                }
                let _ = give_back.send(batch);
            }
            scribe
        });
        let (beside, mut batch) = (Neighbours(rows), Vec::with_capacity(BATCH));
        let scanned = rows.scan(kind, None, &mut |record| {
            batch.push(Entry::of(&record, &beside));
            if batch.len() == BATCH {
                let mut next = used.try_recv().unwrap_or_default();
                next.clear();
                let full = std::mem::replace(&mut batch, next);
                // Nobody takes it when the other thread has panicked, which is told when it is joined.
                if give.send(full).is_err() {
                    return ControlFlow::Break(());
                }
            }
            ControlFlow::Continue(())
        });
        let _ = give.send(batch);
        drop(give);
        let scribe = writer.join().unwrap_or_else(|panic| resume_unwind(panic));
        scanned?;
        Ok(scribe)
    })
}

/// Whether something of a kind's records may not be seen by whoever calls.
fn is_veiled(kind: Kind, desk: &Desk) -> bool {
    is_demand(kind) && desk.access().scope(Right::Demand) != Scope::Everywhere
}

/// Whom records name, looked up in rows. What can't be read has no name, and lives where nobody sees it.
pub struct Neighbours<'a>(pub &'a dyn Rows);

impl Beside for Neighbours<'_> {
    fn name(&self, kind: Kind, code: &Code) -> String {
        let name = match kind {
            Kind::Resident => fetch::<Resident>(self.0, code).map(|r| r.map(|r| r.name)),
            Kind::Supplier => fetch::<Supplier>(self.0, code).map(|s| s.map(|s| s.name)),
            _ => Ok(None),
        };
        name.ok().flatten().unwrap_or_default()
    }

    fn home(&self, resident: &Code) -> Home {
        let found = fetch::<Resident>(self.0, resident).ok().flatten();
        found.map_or((None, None), |r| (r.street, r.community))
    }
}

impl Lexicon for Names {
    fn names(&self, kind: Kind, code: &Code) -> (String, String) {
        let (zh, en) = self.both(kind, code);
        (zh.to_owned(), en.to_owned())
    }
}

/// The kinds whose records others refer to by code and show by name.
const NAMED: [Kind; 4] = [
    Kind::Street,
    Kind::Community,
    Kind::Category,
    Kind::Capability,
];

/// The names of everything that others refer to.
///
/// # Errors
/// When the store can't be read.
pub fn read_names(desk: &Desk) -> Result<Names, DeskError> {
    let mut names = Names::default();
    let rows = desk.rows()?;
    for kind in NAMED {
        rows.scan(kind, None, &mut |record| {
            put_name(&mut names, &record);
            ControlFlow::Continue(())
        })?;
    }
    Ok(names)
}

fn put_name(names: &mut Names, record: &AnyRecord) {
    let kind = record.kind();
    match record {
        AnyRecord::Street(Street {
            code,
            name_zh,
            name_en,
            retired,
            ..
        })
        | AnyRecord::Community(Community {
            code,
            name_zh,
            name_en,
            retired,
            ..
        })
        | AnyRecord::Category(Category {
            code,
            name_zh,
            name_en,
            retired,
            ..
        })
        | AnyRecord::Capability(Capability {
            code,
            name_zh,
            name_en,
            retired,
            ..
        }) => names.put(kind, code.clone(), name_zh, name_en, *retired),
        _ => {}
    }
}
