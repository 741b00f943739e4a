//! A store in memory, as plain as can be.

use std::collections::BTreeMap;
use std::ops::{Bound, ControlFlow};
use std::sync::{Arc, Mutex};

use matchdesk::domain::record::{Match, Need, Service};
use matchdesk::domain::{AnyRecord, Code, Kind, Record};
use matchdesk::store::{
    Decide, Entry, Executed, Feed, Head, Ledger, Request, RequestId, Rows, Store, StoreError,
    Undecided, Views,
};

type Tables = BTreeMap<Kind, BTreeMap<Code, AnyRecord>>;

#[derive(Default)]
pub struct Memory(Mutex<Arc<Tables>>);

struct Snapshot(Arc<Tables>);

impl Ledger for Memory {
    fn execute(&self, _: &Request, decide: &mut Decide<'_>) -> Result<Executed, StoreError> {
        let mut tables = self.0.lock().unwrap();
        let decided = decide(&Snapshot(Arc::clone(&tables)));
        match decided {
            Ok(events) => {
                for event in &events {
                    let table = Arc::make_mut(&mut tables)
                        .entry(event.after.kind())
                        .or_default();
                    table.insert(event.after.key(), event.after.clone());
                }
                Ok(Executed::Done(events))
            }
            Err(Undecided::Refused(refusal)) => Ok(Executed::Refused(refusal)),
            Err(Undecided::Failed(error)) => Err(error),
        }
    }

    fn result(&self, _: RequestId) -> Result<Option<Vec<(Kind, Code)>>, StoreError> {
        Ok(None)
    }
}

impl Views for Memory {
    fn rows(&self) -> Result<Box<dyn Rows + '_>, StoreError> {
        Ok(Box::new(Snapshot(Arc::clone(&self.0.lock().unwrap()))))
    }
}

impl Feed for Memory {
    fn entries(
        &self,
        _: &Code,
        _: u64,
        _: &mut dyn FnMut(Entry) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        Ok(())
    }

    fn heads(&self) -> Result<Vec<Head>, StoreError> {
        Ok(Vec::new())
    }
}

impl Store for Memory {}

impl Snapshot {
    fn those<R: Record>(&self, wanted: impl Fn(&R) -> bool) -> Vec<R> {
        let records = self.0.get(&R::KIND).into_iter().flat_map(BTreeMap::values);
        records
            .filter_map(R::ref_any)
            .filter(|record| wanted(record))
            .cloned()
            .collect()
    }
}

impl Rows for Snapshot {
    fn get(&self, kind: Kind, key: &Code) -> Result<Option<AnyRecord>, StoreError> {
        Ok(self.0.get(&kind).and_then(|table| table.get(key)).cloned())
    }

    fn scan(
        &self,
        kind: Kind,
        after: Option<&Code>,
        each: &mut dyn FnMut(AnyRecord) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        if let Some(table) = self.0.get(&kind) {
            for (_, record) in table.range::<Code, _>((from, Bound::Unbounded)) {
                if each(record.clone()).is_break() {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    fn count(&self, kind: Kind) -> Result<u64, StoreError> {
        Ok(self.0.get(&kind).map_or(0, BTreeMap::len) as u64)
    }

    fn matches_of_need(&self, need: &Code) -> Result<Vec<Match>, StoreError> {
        Ok(self.those(|found: &Match| found.need == *need))
    }

    fn matches_of_supplier(&self, supplier: &Code) -> Result<Vec<Match>, StoreError> {
        Ok(self.those(|found: &Match| found.supplier == *supplier))
    }

    fn needs_of_resident(&self, resident: &Code) -> Result<Vec<Need>, StoreError> {
        Ok(self.those(|found: &Need| found.resident == *resident))
    }

    fn services_of_need(&self, need: &Code) -> Result<Vec<Service>, StoreError> {
        Ok(self.those(|found: &Service| found.need.as_ref() == Some(need)))
    }

    fn services_of_supplier(&self, supplier: &Code) -> Result<Vec<Service>, StoreError> {
        Ok(self.those(|found: &Service| found.supplier == *supplier))
    }

    fn services_of_resident(&self, resident: &Code) -> Result<Vec<Service>, StoreError> {
        Ok(self.those(|found: &Service| found.resident == *resident))
    }
}
