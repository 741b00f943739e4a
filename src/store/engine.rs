//! What every engine does alike over tables of bytes: rows, links, the journal and the results of commands.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ops::ControlFlow;

use super::codec;
use super::journal::{self, Open, Tip};
use super::{Entry, Executed, Head, Request, RequestId, Rows, StoreError, Undecided};
use crate::both;
use crate::domain::record::{Match, Need, Service};
use crate::domain::{AnyRecord, Code, Event, Kind, Record};

/// A table of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Table {
    Records,
    Links,
    Journal,
    Heads,
    Personal,
    Results,
    ResultOrder,
    Meta,
}

impl Table {
    pub(crate) const ALL: [Self; 8] = [
        Self::Records,
        Self::Links,
        Self::Journal,
        Self::Heads,
        Self::Personal,
        Self::Results,
        Self::ResultOrder,
        Self::Meta,
    ];
}

/// The name under which the store's random key lies in `Meta`.
pub(crate) const SECRET: &[u8] = b"secret";
/// How many commands' results are kept.
const RESULTS: u64 = 10_000;

pub(crate) type Each<'a> = dyn FnMut(&[u8], &[u8]) -> Result<ControlFlow<()>, StoreError> + 'a;

/// Reading tables.
pub(crate) trait Reading {
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError>;
    /// Rows from a key on, in order, until `each` breaks.
    fn walk(&self, table: Table, key: &[u8], each: &mut Each<'_>) -> Result<(), StoreError>;
}

/// Writing tables inside one transaction.
pub(crate) trait Writing: Reading {
    fn put(&self, table: Table, key: &[u8], value: &[u8]) -> Result<(), StoreError>;
    fn remove(&self, table: Table, key: &[u8]) -> Result<(), StoreError>;
}

/// Rows whose keys begin with `prefix`; `each` gets the rest of the key.
fn under<T: Reading + ?Sized>(
    tables: &T,
    table: Table,
    prefix: &[u8],
    each: &mut Each<'_>,
) -> Result<(), StoreError> {
    tables.walk(
        table,
        prefix,
        &mut |key, value| match key.strip_prefix(prefix) {
            Some(rest) => each(rest, value),
            None => Ok(ControlFlow::Break(())),
        },
    )
}

fn record_key(kind: Kind, key: &Code) -> Vec<u8> {
    [&[codec::kind_byte(kind)], key.as_str().as_bytes()].concat()
}

fn count_key(kind: Kind) -> [u8; 6] {
    [b'c', b'o', b'u', b'n', b't', codec::kind_byte(kind)]
}

fn number<T: Reading + ?Sized>(tables: &T, table: Table, key: &[u8]) -> Result<u64, StoreError> {
    Ok(tables
        .get(table, key)?
        .and_then(|bytes| bytes.try_into().ok())
        .map_or(0, u64::from_be_bytes))
}

/// What a record can be found by, besides its key.
#[derive(Clone, Copy)]
enum Link {
    MatchSupplier = 1,
    NeedResident = 2,
    ServiceNeed = 3,
    ServiceSupplier = 4,
    ServiceResident = 5,
}

fn link_prefix(link: Link, owner: &Code) -> Vec<u8> {
    [&[link as u8], owner.as_str().as_bytes(), &[0]].concat()
}

/// The keys of a record's rows in `Links`.
pub(crate) fn links(any: &AnyRecord) -> Vec<Vec<u8>> {
    let own = any.key();
    let row = |link, owner: &Code| [&link_prefix(link, owner), own.as_str().as_bytes()].concat();
    match any {
        AnyRecord::Match(one) => vec![row(Link::MatchSupplier, &one.supplier)],
        AnyRecord::Need(one) => vec![row(Link::NeedResident, &one.resident)],
        AnyRecord::Service(one) => [
            row(Link::ServiceSupplier, &one.supplier),
            row(Link::ServiceResident, &one.resident),
        ]
        .into_iter()
        .chain(one.need.iter().map(|need| row(Link::ServiceNeed, need)))
        .collect(),
        _ => Vec::new(),
    }
}

/// The rows over some tables.
pub(crate) struct View<T>(pub T);

impl<T: Reading> View<T> {
    fn linked<R: Record>(&self, link: Link, owner: &Code) -> Result<Vec<R>, StoreError> {
        let mut keys = Vec::new();
        under(
            &self.0,
            Table::Links,
            &link_prefix(link, owner),
            &mut |key, _| {
                keys.push(codec::code(key));
                Ok(ControlFlow::Continue(()))
            },
        )?;
        let mut found = Vec::new();
        for key in keys {
            let record = super::fetch::<R>(self, &key)?.ok_or_else(|| {
                StoreError::Corrupt(both!(zh: "索引指向不存在的记录 {key}，请用备份恢复", en: "an index names the record {key}, which is not there; restore a backup"))
            })?;
            found.push(record);
        }
        Ok(found)
    }
}

impl<T: Reading> Rows for View<T> {
    fn get(&self, kind: Kind, key: &Code) -> Result<Option<AnyRecord>, StoreError> {
        self.0
            .get(Table::Records, &record_key(kind, key))?
            .map(|bytes| codec::open(kind, key.as_str(), &bytes))
            .transpose()
    }

    fn scan(
        &self,
        kind: Kind,
        after: Option<&Code>,
        each: &mut dyn FnMut(AnyRecord) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        let byte = codec::kind_byte(kind);
        let mut start = after.map_or_else(|| vec![byte], |key| record_key(kind, key));
        if after.is_some() {
            start.push(0);
        }
        self.0.walk(Table::Records, &start, &mut |key, value| {
            let Some(key) = key.strip_prefix(&[byte]) else {
                return Ok(ControlFlow::Break(()));
            };
            Ok(each(codec::open(
                kind,
                &String::from_utf8_lossy(key),
                value,
            )?))
        })
    }

    fn count(&self, kind: Kind) -> Result<u64, StoreError> {
        number(&self.0, Table::Meta, &count_key(kind))
    }

    fn matches_of_need(&self, need: &Code) -> Result<Vec<Match>, StoreError> {
        let prefix = record_key(Kind::Match, &Code::composed(&format!("{need}/")));
        let mut found = Vec::new();
        under(&self.0, Table::Records, &prefix, &mut |rest, value| {
            let key = format!("{need}/{}", String::from_utf8_lossy(rest));
            found.extend(Match::of_any(codec::open(Kind::Match, &key, value)?));
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(found)
    }

    fn matches_of_supplier(&self, supplier: &Code) -> Result<Vec<Match>, StoreError> {
        self.linked(Link::MatchSupplier, supplier)
    }

    fn needs_of_resident(&self, resident: &Code) -> Result<Vec<Need>, StoreError> {
        self.linked(Link::NeedResident, resident)
    }

    fn services_of_need(&self, need: &Code) -> Result<Vec<Service>, StoreError> {
        self.linked(Link::ServiceNeed, need)
    }

    fn services_of_supplier(&self, supplier: &Code) -> Result<Vec<Service>, StoreError> {
        self.linked(Link::ServiceSupplier, supplier)
    }

    fn services_of_resident(&self, resident: &Code) -> Result<Vec<Service>, StoreError> {
        self.linked(Link::ServiceResident, resident)
    }
}

impl<T: Reading + ?Sized> Reading for &T {
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        (**self).get(table, key)
    }

    fn walk(&self, table: Table, key: &[u8], each: &mut Each<'_>) -> Result<(), StoreError> {
        (**self).walk(table, key, each)
    }
}

/// Decides a command and writes what follows; the caller commits when it is done.
pub(crate) fn execute<W: Writing>(
    tables: &W,
    request: &Request,
    decide: &mut super::Decide<'_>,
) -> Result<Executed, StoreError> {
    if let Some(keys) = result(tables, request.id)? {
        return Ok(Executed::Repeated(keys));
    }
    let events = match decide(&View(tables)) {
        Ok(events) => events,
        Err(Undecided::Refused(refusal)) => return Ok(Executed::Refused(refusal)),
        Err(Undecided::Failed(error)) => return Err(error),
    };
    let batch = Batch {
        tables,
        request,
        secret: tables.get(Table::Meta, SECRET)?.unwrap_or_default(),
        tips: RefCell::default(),
        added: RefCell::default(),
    };
    for event in &events {
        batch.apply(event)?;
    }
    batch.finish(&events)?;
    Ok(Executed::Done(events))
}

struct Batch<'a, W> {
    tables: &'a W,
    request: &'a Request,
    secret: Vec<u8>,
    tips: RefCell<BTreeMap<Code, Tip>>,
    added: RefCell<BTreeMap<u8, (Kind, u64)>>,
}

impl<W: Writing> Batch<'_, W> {
    fn apply(&self, event: &Event) -> Result<(), StoreError> {
        let (kind, key) = (event.after.kind(), event.after.key());
        let row = record_key(kind, &key);
        let old = self.tables.get(Table::Records, &row)?;
        let before = old
            .as_deref()
            .map(|bytes| codec::unseal(kind, key.as_str(), bytes))
            .transpose()?;
        let after = codec::payload(&event.after)?;
        let changes = codec::diff(kind, before, &after)?;
        self.tables
            .put(Table::Records, &row, &codec::seal(kind, &after))?;
        self.relink(kind, &key, old.as_deref(), &event.after)?;
        if old.is_none() {
            self.added
                .borrow_mut()
                .entry(codec::kind_byte(kind))
                .or_insert((kind, 0))
                .1 += 1;
        }
        let version = self.put_aside(kind, &key, old.is_none(), &changes)?;
        let entry = journal::write(&self.secret, self.request, event, &changes, version)?;
        self.append(&event.chain, &entry)
    }

    fn relink(
        &self,
        kind: Kind,
        key: &Code,
        old: Option<&[u8]>,
        after: &AnyRecord,
    ) -> Result<(), StoreError> {
        let new = links(after);
        let was = match old {
            Some(bytes) if !new.is_empty() => links(&codec::open(kind, key.as_str(), bytes)?),
            _ => Vec::new(),
        };
        for gone in was.iter().filter(|row| !new.contains(row)) {
            self.tables.remove(Table::Links, gone)?;
        }
        for row in new.iter().filter(|row| !was.contains(row)) {
            self.tables.put(Table::Links, row, &[])?;
        }
        Ok(())
    }

    /// Keeps the personal values aside under the record's next version.
    fn put_aside(
        &self,
        kind: Kind,
        key: &Code,
        new: bool,
        changes: &[codec::Change],
    ) -> Result<Option<u64>, StoreError> {
        let values: Vec<Open> = changes
            .iter()
            .filter(|change| codec::is_personal(kind, change.0))
            .map(|(number, before, after)| {
                journal::open_change(*number, before.as_ref(), after.as_ref())
            })
            .collect();
        if values.is_empty() {
            return Ok(None);
        }
        let prefix = personal_prefix(kind, key);
        let mut version = 1;
        if !new {
            under(self.tables, Table::Personal, &prefix, &mut |rest, _| {
                version = rest.try_into().map_or(0, u64::from_be_bytes) + 1;
                Ok(ControlFlow::Continue(()))
            })?;
        }
        let row = [prefix.as_slice(), &version.to_be_bytes()].concat();
        self.tables
            .put(Table::Personal, &row, &codec::to_bytes(&values)?)?;
        Ok(Some(version))
    }

    fn append(&self, chain: &Code, entry: &[u8]) -> Result<(), StoreError> {
        let known = self.tips.borrow().get(chain).cloned();
        let tip = match known {
            Some(tip) => tip,
            None => tip(self.tables, chain)?,
        }
        .next(chain, entry);
        self.tables
            .put(Table::Journal, &journal::key(chain, tip.sequence), entry)?;
        self.tips.borrow_mut().insert(chain.clone(), tip);
        Ok(())
    }

    fn finish(&self, events: &[Event]) -> Result<(), StoreError> {
        for (chain, tip) in self.tips.borrow().iter() {
            self.tables
                .put(Table::Heads, chain.as_str().as_bytes(), &tip.bytes())?;
        }
        for (kind, more) in self.added.borrow().values() {
            let count = number(self.tables, Table::Meta, &count_key(*kind))? + more;
            self.tables
                .put(Table::Meta, &count_key(*kind), &count.to_be_bytes())?;
        }
        self.remember(events)
    }

    fn remember(&self, events: &[Event]) -> Result<(), StoreError> {
        let mut keys: Vec<(u8, Code)> = events
            .iter()
            .map(|event| (codec::kind_byte(event.after.kind()), event.after.key()))
            .collect();
        keys.sort_unstable();
        keys.dedup();
        let id = self.request.id.0.to_be_bytes();
        self.tables
            .put(Table::Results, &id, &codec::to_bytes(&keys)?)?;
        let place = number(self.tables, Table::Meta, b"results")? + 1;
        self.tables
            .put(Table::Meta, b"results", &place.to_be_bytes())?;
        self.tables
            .put(Table::ResultOrder, &place.to_be_bytes(), &id)?;
        let Some(oldest) = place.checked_sub(RESULTS) else {
            return Ok(());
        };
        if let Some(id) = self.tables.get(Table::ResultOrder, &oldest.to_be_bytes())? {
            self.tables.remove(Table::Results, &id)?;
            self.tables
                .remove(Table::ResultOrder, &oldest.to_be_bytes())?;
        }
        Ok(())
    }
}

fn personal_prefix(kind: Kind, key: &Code) -> Vec<u8> {
    [record_key(kind, key).as_slice(), &[0]].concat()
}

fn tip<T: Reading>(tables: &T, chain: &Code) -> Result<Tip, StoreError> {
    match tables.get(Table::Heads, chain.as_str().as_bytes())? {
        None => Ok(Tip::default()),
        Some(bytes) => Tip::of(&bytes).ok_or_else(|| journal::damaged(chain, 0)),
    }
}

/// The records that a command changed; none when it was never done.
pub(crate) fn result<T: Reading>(
    tables: &T,
    id: RequestId,
) -> Result<Option<Vec<(Kind, Code)>>, StoreError> {
    let Some(bytes) = tables.get(Table::Results, &id.0.to_be_bytes())? else {
        return Ok(None);
    };
    let keys: Vec<(u8, Code)> = minicbor::decode(&bytes).map_err(|error| {
        StoreError::Corrupt(
            both!(zh: "命令结果无法读出：{error}", en: "a command's result can't be read: {error}"),
        )
    })?;
    Ok(Some(
        keys.into_iter()
            .filter_map(|(kind, key)| Some((codec::kind_of(kind)?, key)))
            .collect(),
    ))
}

/// The entries of a chain after a position.
pub(crate) fn entries<T: Reading>(
    tables: &T,
    chain: &Code,
    after: u64,
    each: &mut dyn FnMut(Entry) -> ControlFlow<()>,
) -> Result<(), StoreError> {
    let Some(first) = after.checked_add(1) else {
        return Ok(());
    };
    let prefix = [chain.as_str().as_bytes(), &[0]].concat();
    let aside = |kind: Kind, key: &Code, version: u64| {
        let row = [
            personal_prefix(kind, key).as_slice(),
            &version.to_be_bytes(),
        ]
        .concat();
        let Some(bytes) = tables.get(Table::Personal, &row)? else {
            return Ok(None);
        };
        minicbor::decode(&bytes)
            .map(Some)
            .map_err(|_| journal::damaged(chain, 0))
    };
    tables.walk(
        Table::Journal,
        &journal::key(chain, first),
        &mut |key, value| {
            let Some(rest) = key.strip_prefix(prefix.as_slice()) else {
                return Ok(ControlFlow::Break(()));
            };
            let sequence = rest.try_into().map_or(0, u64::from_be_bytes);
            Ok(each(journal::read(chain, sequence, value, &aside)?))
        },
    )
}

/// Every chain's head.
pub(crate) fn heads<T: Reading>(tables: &T) -> Result<Vec<Head>, StoreError> {
    let mut found = Vec::new();
    tables.walk(Table::Heads, &[], &mut |key, value| {
        let chain = codec::code(key);
        let tip = Tip::of(value).ok_or_else(|| journal::damaged(&chain, 0))?;
        found.push(tip.head(chain));
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(found)
}

/// Random bytes.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], StoreError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| {
        StoreError::Unavailable(both!(zh: "系统没有给出随机数：{error}", en: "the system gives no random numbers: {error}"))
    })?;
    Ok(bytes)
}
