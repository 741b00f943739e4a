//! Many events at once, as an import has them. What they leave in a table goes there in the order of its keys, which costs a
//! third of one by one and leaves no half-empty pages; the rows and the journal, which know nothing of each other, are
//! written side by side.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::panic::resume_unwind;
use std::thread;

use redb::{CursorError, Table};

use super::any;
use super::write::{Key, NAMED, Writer, link_changes};
use crate::domain::kinds::Word;
use crate::domain::{Code, Event};
use crate::store::journal::{Hash, Prepared, Told, Veil};
use crate::store::tables::{entry_key, record_key, side_key};
use crate::store::{Request, StoreError};

/// Events of different records, and the order in which these stand.
pub(super) struct Batch<'e> {
    events: &'e [Event],
    keys: Vec<Code>,
    order: Vec<usize>,
}

impl<'e> Batch<'e> {
    /// None when a record comes twice, since the second event must meet what became of the first.
    pub(super) fn of(events: &'e [Event]) -> Option<Self> {
        let keys: Vec<Code> = events.iter().map(|event| event.after.key()).collect();
        let records = events.iter().zip(&keys);
        let mut keyed: Vec<_> = records
            .map(|(event, key)| (event.after.kind() as u8, key.as_str()))
            .zip(0..)
            .collect();
        keyed.sort_unstable();
        let is_distinct = keyed.is_sorted_by(|a, b| a.0 < b.0);
        let order = keyed.into_iter().map(|(_, at)| at).collect();
        is_distinct.then_some(Self {
            events,
            keys,
            order,
        })
    }

    /// The events with their keys, in the order of these.
    fn sorted(&self) -> impl Iterator<Item = (usize, &Event, &str)> {
        self.order.iter().filter_map(|at| {
            let (event, key) = (self.events.get(*at)?, self.keys.get(*at)?);
            Some((*at, event, key.as_str()))
        })
    }
}

/// Writes events.
pub(super) fn write(
    writer: &mut Writer<'_>,
    batch: &Batch<'_>,
    veil: &Veil,
    request: &Request,
) -> Result<(), StoreError> {
    let events = batch.events;
    let versions = events.iter().map(|event| writer.version(event));
    let versions = versions.collect::<Result<Vec<u32>, StoreError>>()?;
    let chains = chains(writer, events)?;
    for event in events.iter().filter(|event| event.before.is_none()) {
        *writer.added.entry(event.after.kind().word()).or_default() += 1;
    }
    let (mut rows, mut told) = (Vec::new(), Vec::new());
    for prepared in prepare(events, veil) {
        rows.push((prepared.value, prepared.side));
        told.push(prepared.told);
    }
    let Writer {
        records,
        links,
        personal,
        journal,
        ..
    } = writer;
    let grown = thread::scope(|scope| {
        let story = Story {
            batch,
            versions: &versions,
            request,
        };
        let journal = scope.spawn(move || story.append(journal, chains, told));
        let put = put_rows(batch, &rows, records)
            .and_then(|()| put_sides(batch, &rows, &versions, personal))
            .and_then(|()| put_links(events, links));
        let grown = journal.join().unwrap_or_else(|panic| resume_unwind(panic));
        put.and(grown)
    })?;
    writer.grown.extend(grown);
    Ok(())
}

/// What events leave, worked out on two threads.
fn prepare(events: &[Event], veil: &Veil) -> Vec<Prepared> {
    let ready = |events: &[Event]| -> Vec<Prepared> {
        events
            .iter()
            .map(|event| Prepared::new(event, veil))
            .collect()
    };
    let (own, other) = events.split_at(events.len() / 2);
    thread::scope(|scope| {
        let other = scope.spawn(move || ready(other));
        let mut own = ready(own);
        own.extend(other.join().unwrap_or_else(|panic| resume_unwind(panic)));
        own
    })
}

/// A chain's newest entry: its number and hash.
type Newest = (u64, Hash);

/// A chain that grows: its newest entry, and the places of the events that come behind it.
struct Chain {
    head: Newest,
    events: Vec<usize>,
}

/// The chains of events; the first entries are noted for the command's result.
fn chains(writer: &mut Writer<'_>, events: &[Event]) -> Result<BTreeMap<Code, Chain>, StoreError> {
    let mut chains: BTreeMap<Code, Chain> = BTreeMap::new();
    for (at, event) in events.iter().enumerate() {
        if !chains.contains_key(&event.chain) {
            let chain = Chain {
                head: writer.head(&event.chain)?,
                events: Vec::new(),
            };
            chains.insert(event.chain.clone(), chain);
        }
        if let Some(chain) = chains.get_mut(&event.chain) {
            chain.events.push(at);
            if writer.places.len() < NAMED {
                let sequence = chain.head.0 + chain.events.len() as u64;
                writer.places.push((event.chain.clone(), sequence));
            }
        }
    }
    Ok(chains)
}

/// What the journal is to tell.
#[derive(Clone, Copy)]
struct Story<'a> {
    batch: &'a Batch<'a>,
    versions: &'a [u32],
    request: &'a Request,
}

impl Story<'_> {
    /// Puts the entries behind their chains and gives the newest of each.
    fn append(
        self,
        journal: &mut Table<'_, Key, Key>,
        chains: BTreeMap<Code, Chain>,
        mut told: Vec<Told>,
    ) -> Result<Vec<(Code, Newest)>, StoreError> {
        let mut grown = Vec::with_capacity(chains.len());
        for (code, chain) in chains {
            let (mut sequence, mut newest) = chain.head;
            let entries = chain.events.iter().filter_map(|at| {
                let told = std::mem::take(told.get_mut(*at)?);
                let (event, key) = (self.batch.events.get(*at)?, self.batch.keys.get(*at)?);
                let version = *self.versions.get(*at)?;
                let (bytes, hash) = told.entry(event, key, self.request, newest, version);
                (sequence, newest) = (sequence + 1, hash);
                Some((entry_key(code.as_str(), sequence), bytes, true))
            });
            put(journal, entries)?;
            grown.push((code, (sequence, newest)));
        }
        Ok(grown)
    }
}

type Row = (Vec<u8>, Vec<u8>);

fn put_rows(
    batch: &Batch<'_>,
    rows: &[Row],
    records: &mut Table<'_, Key, Key>,
) -> Result<(), StoreError> {
    let row = |(at, event, key): (usize, &Event, &str)| {
        let (value, _) = rows.get(at)?;
        let key = record_key(event.after.kind(), key);
        Some((key, value, event.before.is_none()))
    };
    put(records, batch.sorted().filter_map(row))
}

fn put_sides(
    batch: &Batch<'_>,
    rows: &[Row],
    versions: &[u32],
    personal: &mut Table<'_, Key, Key>,
) -> Result<(), StoreError> {
    let row = |(at, event, key): (usize, &Event, &str)| {
        let (_, side) = rows.get(at)?;
        let key = side_key(event.after.kind(), key, *versions.get(at)?);
        (!side.is_empty()).then_some((key, side, true))
    };
    put(personal, batch.sorted().filter_map(row))
}

fn put_links(events: &[Event], links: &mut Table<'_, Key, Key>) -> Result<(), StoreError> {
    let mut all = Vec::new();
    for event in events {
        let (gone, come) = link_changes(event);
        for gone in gone {
            links.remove(gone.as_slice()).map_err(any)?;
        }
        all.extend(come);
    }
    all.sort();
    let nothing: &[u8] = &[];
    put(links, all.into_iter().map(|key| (key, nothing, true)))
}

/// Puts rows into a table, best in the order of keys: each with its value, and whether it is new as far as is known.
fn put<V: AsRef<[u8]>>(
    table: &mut Table<'_, Key, Key>,
    rows: impl Iterator<Item = (Vec<u8>, V, bool)>,
) -> Result<(), StoreError> {
    let mut rows = rows.peekable();
    while let Some((key, _, is_new)) = rows.peek() {
        if *is_new {
            let from = Bound::Included(key.as_slice());
            let mut cursor = table.lower_bound_mut(from).map_err(any)?;
            // What is new lies in the gap behind the row before it, up to one that is there already.
            while let Some((key, value, true)) = rows.peek() {
                match cursor.insert_before(key.as_slice(), value.as_ref()) {
                    Ok(()) => {}
                    Err(CursorError::UnorderedKey) => break,
                    Err(CursorError::Storage(error)) => return Err(any(error)),
                    Err(error) => {
                        return Err(super::failure(&redb::Error::Corrupted(error.to_string())));
                    }
                }
                rows.next();
            }
            cursor.close().map_err(any)?;
        }
        if let Some((key, value, _)) = rows.next() {
            table.insert(key.as_slice(), value.as_ref()).map_err(any)?;
        }
    }
    Ok(())
}
