//! Rows out of redb's tables, in a snapshot or inside a write transaction.

use std::ops::ControlFlow;

use redb::ReadableTable;

use super::any;
use crate::domain::kinds::Word;
use crate::domain::record::{Match, Need, Service};
use crate::domain::{AnyRecord, Code, Kind, Minute, Record};
use crate::store::tables::{Link, after, link_from, link_prefix, record_key};
use crate::store::{Rows, StoreError, codec};

/// The tables that rows are read from.
pub(super) struct View<T> {
    pub records: T,
    pub links: T,
    pub counts: T,
}

type Key = &'static [u8];

impl<T: ReadableTable<Key, Key>> View<T> {
    /// The records to which the index rows of an owner lead, from a row on.
    fn linked<R: Record>(
        &self,
        link: Link,
        owner: &Code,
        from: &[u8],
    ) -> Result<Vec<R>, StoreError> {
        let prefix = link_prefix(link, owner.as_str());
        let end = after(&prefix);
        let mut found = Vec::new();
        for row in self.links.range(from..end.as_slice()).map_err(any)? {
            let (key, _) = row.map_err(any)?;
            let target = key.value().get(prefix.len() + link.between()..);
            let target = String::from_utf8_lossy(target.unwrap_or_default()).into_owned();
            let record = self
                .get(R::KIND, &Code::composed(&target))?
                .and_then(R::of_any);
            found.push(record.ok_or_else(|| codec::corrupt(R::KIND, &target))?);
        }
        Ok(found)
    }

    /// Every record of a kind from the one after a key on, as `read` reads it.
    fn walk(
        &self,
        kind: Kind,
        after_key: Option<&Code>,
        read: impl Fn(Kind, &str, &[u8]) -> Result<AnyRecord, StoreError>,
        each: &mut dyn FnMut(AnyRecord) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        let mut from = record_key(kind, after_key.map_or("", Code::as_str));
        if after_key.is_some() {
            from.push(0);
        }
        let end = [kind as u8 + 1];
        for row in self
            .records
            .range(from.as_slice()..end.as_slice())
            .map_err(any)?
        {
            let (key, value) = row.map_err(any)?;
            let key = String::from_utf8_lossy(key.value().get(1..).unwrap_or_default());
            if each(read(kind, &key, value.value())?).is_break() {
                break;
            }
        }
        Ok(())
    }

    fn linked_since<R: Record>(
        &self,
        link: Link,
        owner: &Code,
        from: Minute,
    ) -> Result<Vec<R>, StoreError> {
        self.linked(link, owner, &link_from(link, owner.as_str(), from))
    }
}

impl<T: ReadableTable<Key, Key>> Rows for View<T> {
    fn get(&self, kind: Kind, key: &Code) -> Result<Option<AnyRecord>, StoreError> {
        match self
            .records
            .get(record_key(kind, key.as_str()).as_slice())
            .map_err(any)?
        {
            Some(value) => codec::decode(kind, key.as_str(), value.value()).map(Some),
            None => Ok(None),
        }
    }

    fn scan(
        &self,
        kind: Kind,
        after_key: Option<&Code>,
        each: &mut dyn FnMut(AnyRecord) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        self.walk(kind, after_key, codec::decode, each)
    }

    fn skim(
        &self,
        kind: Kind,
        each: &mut dyn FnMut(AnyRecord) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        self.walk(kind, None, codec::skim, each)
    }

    fn count(&self, kind: Kind) -> Result<u64, StoreError> {
        let found = self.counts.get(kind.word().as_bytes()).map_err(any)?;
        let bytes = found.and_then(|guard| <[u8; 8]>::try_from(guard.value()).ok());
        Ok(bytes.map_or(0, u64::from_le_bytes))
    }

    fn matches_of_need(&self, need: &Code) -> Result<Vec<Match>, StoreError> {
        let prefix = record_key(Kind::Match, &format!("{need}/"));
        let end = after(&prefix);
        let mut found = Vec::new();
        for row in self
            .records
            .range(prefix.as_slice()..end.as_slice())
            .map_err(any)?
        {
            let (key, value) = row.map_err(any)?;
            let key = String::from_utf8_lossy(key.value().get(1..).unwrap_or_default());
            found.extend(Match::of_any(codec::decode(
                Kind::Match,
                &key,
                value.value(),
            )?));
        }
        Ok(found)
    }

    fn matches_of_supplier(&self, supplier: &Code, from: Minute) -> Result<Vec<Match>, StoreError> {
        self.linked_since(Link::SupplierMatch, supplier, from)
    }

    fn needs_of_resident(&self, resident: &Code) -> Result<Vec<Need>, StoreError> {
        let link = Link::ResidentNeed;
        self.linked(link, resident, &link_prefix(link, resident.as_str()))
    }

    fn services_of_need(&self, need: &Code, from: Minute) -> Result<Vec<Service>, StoreError> {
        self.linked_since(Link::NeedService, need, from)
    }

    fn services_of_supplier(
        &self,
        supplier: &Code,
        from: Minute,
    ) -> Result<Vec<Service>, StoreError> {
        self.linked_since(Link::SupplierService, supplier, from)
    }

    fn services_of_resident(&self, resident: &Code) -> Result<Vec<Service>, StoreError> {
        self.linked_since(Link::ResidentService, resident, Minute::EVER)
    }
}
