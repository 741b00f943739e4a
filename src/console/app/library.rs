//! The search keys of the registries, shared by the worker that keeps them and the views that search them.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use super::model::Names;
use crate::desk::{Desk, DeskError, Ear, News};
use crate::domain::record::{Capability, Category, Community, Resident, Street};
use crate::domain::{AnyRecord, Code, Event, Kind};
use crate::search::{Filter, SearchKey};
use crate::store::{Rows, fetch};

/// The street and the community in which somebody lives.
pub type Home = (Option<Code>, Option<Code>);

/// One registry's codes in order with their search keys.
#[derive(Debug, Default)]
pub struct Book {
    /// The codes, in the order of the store. Shared with the lists that show all of them.
    pub codes: Arc<Vec<Code>>,
    /// The key of each, at the same place.
    pub keys: Vec<SearchKey>,
    /// Where those live who are part of a street's demand, at the same place.
    homes: Vec<Home>,
    places: HashMap<Code, usize>,
    /// Grows with every change, so that a filter knows that its last result is old.
    pub version: u64,
}

impl Book {
    /// Adds or replaces a record's key.
    pub fn put(&mut self, code: Code, key: SearchKey, home: Home) {
        let known = self.places.get(&code).copied();
        if let Some((at, old)) = known.and_then(|at| Some((at, self.keys.get_mut(at)?))) {
            let lived = self.homes.get_mut(at);
            if *old != key || lived.as_ref().is_none_or(|lived| **lived != home) {
                *old = key;
                if let Some(lived) = lived {
                    *lived = home;
                }
                self.version += 1;
            }
        } else {
            self.version += 1;
            self.places.insert(code.clone(), self.codes.len());
            Arc::make_mut(&mut self.codes).push(code);
            self.keys.push(key);
            self.homes.push(home);
        }
    }

    /// The best codes for a text, of those who live where it is seen.
    pub fn find(&self, text: &str, most: usize, mut sees: impl FnMut(&Home) -> bool) -> Vec<Code> {
        let mut filter = Filter::new();
        let ids = filter.query(&self.keys, text).iter();
        ids.map(|&id| id as usize)
            .filter(|at| self.homes.get(*at).is_some_and(&mut sees))
            .take(most)
            .filter_map(|at| self.codes.get(at).cloned())
            .collect()
    }
}

/// The registries that can be filtered; all sessions of a station share one, and whoever asks first brings it up to date.
#[derive(Debug, Default)]
pub struct Library {
    suppliers: Shelf,
    residents: Shelf,
    needs: Shelf,
    names: RwLock<Arc<Names>>,
    /// What has changed since the library was read; held while it is brought up to date.
    hearing: Mutex<Option<Ear>>,
}

#[derive(Debug, Default)]
struct Shelf {
    book: RwLock<Book>,
    loaded: AtomicBool,
}

impl Shelf {
    fn write(&self) -> RwLockWriteGuard<'_, Book> {
        self.book.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The registries that the library holds.
const KINDS: [Kind; 3] = [Kind::Need, Kind::Resident, Kind::Supplier];

impl Library {
    fn shelf(&self, kind: Kind) -> &Shelf {
        match kind {
            Kind::Supplier => &self.suppliers,
            Kind::Resident => &self.residents,
            _ => &self.needs,
        }
    }

    /// A registry, to read.
    pub fn book(&self, kind: Kind) -> RwLockReadGuard<'_, Book> {
        self.shelf(kind)
            .book
            .read()
            .unwrap_or_else(PoisonError::into_inner)
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
        let mut hearing = self.hearing();
        self.hear(&mut hearing, desk)?;
        self.read(kind, desk)
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
        let mut hearing = self.hearing();
        self.hear(&mut hearing, desk)
    }

    fn hearing(&self) -> MutexGuard<'_, Option<Ear>> {
        self.hearing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// It listens before it reads, so that no change is lost in between; one that comes twice does no harm.
    fn hear(&self, hearing: &mut Option<Ear>, desk: &Desk) -> Result<(), DeskError> {
        let news = if let Some(ear) = hearing {
            ear.take()
        } else {
            *hearing = Some(desk.listen(|| {}));
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
            return news
                .changes
                .iter()
                .try_for_each(|change| self.apply(&change.events, desk));
        }
        let known = KINDS.map(|kind| self.shelf(kind).loaded.swap(false, Ordering::AcqRel));
        for (kind, known) in KINDS.into_iter().zip(known) {
            if known {
                self.read(kind, desk)?;
            }
        }
        Ok(())
    }

    /// Reads a registry beside the one that is shown, so that nobody who draws waits for it.
    fn read(&self, kind: Kind, desk: &Desk) -> Result<(), DeskError> {
        let shelf = self.shelf(kind);
        if shelf.loaded.load(Ordering::Acquire) {
            return Ok(());
        }
        let names = self.names();
        let mut book = Book::default();
        let rows = desk.rows()?;
        rows.scan(kind, None, &mut |record| {
            if let Some(key) = key_of(&record, &names, &*rows) {
                book.put(record.key(), key, home_of(&record));
            }
            ControlFlow::Continue(())
        })?;
        let mut shown = shelf.write();
        book.version = shown.version + 1;
        *shown = book;
        shelf.loaded.store(true, Ordering::Release);
        Ok(())
    }

    fn apply(&self, events: &[Event], desk: &Desk) -> Result<(), DeskError> {
        let (rows, names) = (desk.rows()?, self.names());
        let mut keys: Vec<(Kind, (Code, SearchKey, Home))> = Vec::new();
        for event in events {
            if let Some(key) = key_of(&event.after, &names, &*rows) {
                let put = (event.after.key(), key, home_of(&event.after));
                keys.push((event.after.kind(), put));
            }
        }
        for kind in KINDS {
            let mut own = keys.extract_if(.., |(of, _)| *of == kind).peekable();
            if own.peek().is_some() {
                let mut book = self.shelf(kind).write();
                own.for_each(|(_, (code, key, home))| book.put(code, key, home));
            }
        }
        Ok(())
    }
}

/// The kinds whose records others refer to by code and show by name.
const NAMED: [Kind; 4] = [
    Kind::Street,
    Kind::Community,
    Kind::Category,
    Kind::Capability,
];

/// What a record is found by; none for kinds that have no registry here.
fn key_of(record: &AnyRecord, names: &Names, rows: &dyn Rows) -> Option<SearchKey> {
    match record {
        AnyRecord::Supplier(s) => {
            let (place, _) = place(names, s.community.as_ref(), s.street.as_ref());
            Some(SearchKey::with_number(
                &[s.code.as_str(), &s.name, place],
                &s.phone,
            ))
        }
        AnyRecord::Resident(r) => {
            let (place, _) = place(names, r.community.as_ref(), r.street.as_ref());
            Some(SearchKey::with_number(
                &[r.code.as_str(), &r.name, place],
                &r.phone,
            ))
        }
        AnyRecord::Need(n) => {
            let (zh, en) = names.both(Kind::Category, &n.category);
            let who: Option<Resident> = fetch(rows, &n.resident).ok().flatten();
            let who = who.as_ref().map_or("", |resident| &resident.name);
            Some(SearchKey::new(&[n.code.as_str(), who, zh, en]))
        }
        _ => None,
    }
}

/// Where a resident lives. Other kinds are not found by where somebody lives.
fn home_of(record: &AnyRecord) -> Home {
    match record {
        AnyRecord::Resident(r) => (r.street.clone(), r.community.clone()),
        _ => Home::default(),
    }
}

fn place<'a>(
    names: &'a Names,
    community: Option<&Code>,
    street: Option<&Code>,
) -> (&'a str, &'a str) {
    match (community, street) {
        (Some(code), _) => names.both(Kind::Community, code),
        (None, Some(code)) => names.both(Kind::Street, code),
        (None, None) => ("", ""),
    }
}

fn read_names(desk: &Desk) -> Result<Names, DeskError> {
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
