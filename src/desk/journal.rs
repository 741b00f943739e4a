//! The journal as it is asked for: by need, supplier, resident, person, station and time.

use std::collections::HashSet;
use std::ops::ControlFlow;

use super::{Desk, DeskError};
use crate::domain::record::Service;
use crate::domain::{Code, Kind, Minute, Stamp};
use crate::store::{Entry, FieldChange, Rows, StoreError};

/// Which journal entries are asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Journal {
    /// Those of a need, its matches and its visits.
    pub need: Option<Code>,
    /// Those of a supplier, its matches and its visits.
    pub supplier: Option<Code>,
    /// Those of a resident, their needs, and the matches and visits of those.
    pub resident: Option<Code>,
    /// Those of a person's deeds.
    pub who: Option<String>,
    /// Those of deeds at a station or machine.
    pub station: Option<String>,
    /// Those recorded at or after this real time, local to the store.
    pub since: Option<Stamp>,
    /// Those recorded before this real time, local to the store.
    pub until: Option<Stamp>,
}

impl Desk {
    /// The journal entries asked for, in the order of real time.
    ///
    /// # Errors
    /// When the store can't be read.
    pub fn journal(&self, asked: &Journal) -> Result<Vec<Entry>, DeskError> {
        let subjects = asked.subjects(&*self.rows()?)?;
        let mut found = Vec::new();
        for head in self.store().heads()? {
            self.store().entries(&head.chain, 0, &mut |entry| {
                let real = self.zone().local(entry.request.real);
                if asked.wants(&entry, real) && subjects.iter().all(|one| one.is_of(&entry)) {
                    found.push(entry);
                }
                ControlFlow::Continue(())
            })?;
        }
        found.sort_by(|a, b| {
            a.request
                .real
                .cmp(&b.request.real)
                .then_with(|| a.chain.cmp(&b.chain))
                .then(a.sequence.cmp(&b.sequence))
        });
        Ok(found)
    }
}

impl Journal {
    fn wants(&self, entry: &Entry, real: Stamp) -> bool {
        let is = |asked: &Option<String>, own: &str| asked.as_deref().is_none_or(|one| one == own);
        is(&self.who, &entry.request.who)
            && is(&self.station, &entry.request.station)
            && self.since.is_none_or(|since| real >= since)
            && self.until.is_none_or(|until| real < until)
    }

    fn subjects(&self, rows: &dyn Rows) -> Result<Vec<Subject>, StoreError> {
        let mut subjects = Vec::new();
        if let Some(need) = &self.need {
            let services = rows.services_of_need(need, Minute::EVER)?;
            subjects.push(Subject::new(Kind::Need, need, services));
        }
        if let Some(supplier) = &self.supplier {
            let services = rows.services_of_supplier(supplier, Minute::EVER)?;
            subjects.push(Subject::new(Kind::Supplier, supplier, services));
        }
        if let Some(resident) = &self.resident {
            let services = rows.services_of_resident(resident)?;
            let mut subject = Subject::new(Kind::Resident, resident, services);
            let needs = rows.needs_of_resident(resident)?;
            subject.needs = needs.into_iter().map(|need| need.code).collect();
            subjects.push(subject);
        }
        Ok(subjects)
    }
}

/// What an entry is to be about: a record, and what hangs on it.
struct Subject {
    kind: Kind,
    code: Code,
    /// A resident's needs.
    needs: HashSet<Code>,
    services: HashSet<Code>,
}

impl Subject {
    fn new(kind: Kind, code: &Code, services: Vec<Service>) -> Self {
        Self {
            kind,
            code: code.clone(),
            needs: HashSet::new(),
            services: services.into_iter().map(|service| service.code).collect(),
        }
    }

    fn is_of(&self, entry: &Entry) -> bool {
        match entry.kind {
            Kind::Match => self.is_of_match(entry.key.as_str()),
            Kind::Service => {
                self.services.contains(&entry.key)
                    || entry.changes.iter().any(|change| self.is_named(change))
            }
            Kind::Need if self.kind == Kind::Resident => self.needs.contains(&entry.key),
            own => own == self.kind && entry.key == self.code,
        }
    }

    /// A match's key is its need, a slash, and its supplier.
    fn is_of_match(&self, key: &str) -> bool {
        let mut parts = key.split('/');
        let (need, supplier) = (
            parts.next().unwrap_or_default(),
            parts.next().unwrap_or_default(),
        );
        match self.kind {
            Kind::Need => need == self.code.as_str(),
            Kind::Supplier => supplier == self.code.as_str(),
            _ => self.needs.contains(need),
        }
    }

    /// Whether a field that refers to it became different.
    fn is_named(&self, change: &FieldChange) -> bool {
        let names = |cell: &Option<String>| cell.as_deref() == Some(self.code.as_str());
        change.column == self.kind.singular() && (names(&change.before) || names(&change.after))
    }
}
