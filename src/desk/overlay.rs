//! Rows with changes put over them that are not stored: of a batch under way, or of a rehearsal.

use std::collections::{BTreeMap, HashMap};
use std::ops::ControlFlow;

use crate::domain::record::{Match, Need, Service};
use crate::domain::{AnyRecord, Code, Kind, Minute, Record};
use crate::store::{Rows, StoreError};

/// Rows with some records put over them that are not stored.
pub struct Overlay<'a> {
    base: &'a dyn Rows,
    put: HashMap<Kind, BTreeMap<Code, AnyRecord>>,
}

impl<'a> Overlay<'a> {
    /// Nothing put over `base` yet.
    #[must_use]
    pub fn new(base: &'a dyn Rows) -> Self {
        Self {
            base,
            put: HashMap::new(),
        }
    }

    /// Puts a record over the rows.
    pub fn put(&mut self, record: AnyRecord) {
        self.put
            .entry(record.kind())
            .or_default()
            .insert(record.key(), record);
    }

    /// Puts back what was there before.
    pub(super) fn take_back(&mut self, kind: Kind, key: &Code, before: Option<AnyRecord>) {
        match before {
            Some(before) => self.put(before),
            None => {
                self.put.entry(kind).or_default().remove(key);
            }
        }
    }

    fn over<R: Record>(&self, stored: Vec<R>, belongs: impl Fn(&R) -> bool) -> Vec<R> {
        let Some(put) = self.put.get(&R::KIND) else {
            return stored;
        };
        let mut records: BTreeMap<Code, R> = stored
            .into_iter()
            .map(|record| (record.key(), record))
            .collect();
        for (key, record) in put {
            match R::ref_any(record) {
                Some(record) if belongs(record) => {
                    records.insert(key.clone(), record.clone());
                }
                _ => {
                    records.remove(key);
                }
            }
        }
        records.into_values().collect()
    }
}

impl Rows for Overlay<'_> {
    fn get(&self, kind: Kind, key: &Code) -> Result<Option<AnyRecord>, StoreError> {
        match self.put.get(&kind).and_then(|put| put.get(key)) {
            Some(record) => Ok(Some(record.clone())),
            None => self.base.get(kind, key),
        }
    }

    fn scan(
        &self,
        kind: Kind,
        after: Option<&Code>,
        each: &mut dyn FnMut(AnyRecord) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        let put = self.put.get(&kind);
        self.base.scan(
            kind,
            after,
            &mut |record| match put.and_then(|put| put.get(&record.key())) {
                Some(newer) => each(newer.clone()),
                None => each(record),
            },
        )?;
        for (key, record) in put.into_iter().flatten() {
            if after.is_none_or(|after| key > after)
                && self.base.get(kind, key)?.is_none()
                && each(record.clone()).is_break()
            {
                break;
            }
        }
        Ok(())
    }

    fn count(&self, kind: Kind) -> Result<u64, StoreError> {
        let mut count = self.base.count(kind)?;
        for key in self.put.get(&kind).into_iter().flat_map(BTreeMap::keys) {
            count += u64::from(self.base.get(kind, key)?.is_none());
        }
        Ok(count)
    }

    fn matches_of_need(&self, need: &Code) -> Result<Vec<Match>, StoreError> {
        let stored = self.base.matches_of_need(need)?;
        let Some(put) = self.put.get(&Kind::Match) else {
            return Ok(stored);
        };
        let mut records: BTreeMap<Code, Match> = stored
            .into_iter()
            .map(|found| (found.key(), found))
            .collect();
        // A match's key begins with its need's code and a slash.
        let from = Code::composed(&format!("{need}/"));
        for (key, record) in put.range(from..).take_while(|(key, _)| {
            key.as_str()
                .strip_prefix(need.as_str())
                .is_some_and(|rest| rest.starts_with('/'))
        }) {
            records.extend(Match::ref_any(record).map(|found| (key.clone(), found.clone())));
        }
        Ok(records.into_values().collect())
    }

    fn matches_of_supplier(&self, supplier: &Code, from: Minute) -> Result<Vec<Match>, StoreError> {
        let stored = self.base.matches_of_supplier(supplier, from)?;
        Ok(self.over(stored, |found: &Match| {
            let last = found.visits.iter().copied().max();
            found.supplier == *supplier && last.unwrap_or(Minute::EVER) >= from
        }))
    }

    fn needs_of_resident(&self, resident: &Code) -> Result<Vec<Need>, StoreError> {
        Ok(
            self.over(self.base.needs_of_resident(resident)?, |found: &Need| {
                found.resident == *resident
            }),
        )
    }

    fn services_of_need(&self, need: &Code, from: Minute) -> Result<Vec<Service>, StoreError> {
        let stored = self.base.services_of_need(need, from)?;
        Ok(self.over(stored, |found: &Service| {
            found.need.as_ref() == Some(need) && found.start >= from
        }))
    }

    fn services_of_supplier(
        &self,
        supplier: &Code,
        from: Minute,
    ) -> Result<Vec<Service>, StoreError> {
        let stored = self.base.services_of_supplier(supplier, from)?;
        Ok(self.over(stored, |found: &Service| {
            found.supplier == *supplier && found.start >= from
        }))
    }

    fn services_of_resident(&self, resident: &Code) -> Result<Vec<Service>, StoreError> {
        Ok(self.over(
            self.base.services_of_resident(resident)?,
            |found: &Service| found.resident == *resident,
        ))
    }
}
