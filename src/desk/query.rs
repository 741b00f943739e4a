//! Questions that take more than one of store and index to answer.

use std::ops::ControlFlow;

use super::{Desk, DeskError};
use crate::domain::record::{Match, Need, Resident, Service};
use crate::domain::{Code, Kind, Record, Stamp};
use crate::figures::{By, Facts, Period, Row, stats};
use crate::matching::{Explanation, Index, QueueRow, Ranking};
use crate::store::{Entry, fetch};

/// A need in the queue with the best of its candidates.
#[derive(Clone, Debug, PartialEq)]
pub struct BestRow {
    /// The need.
    pub row: QueueRow,
    /// How many suppliers pass every rule.
    pub eligible: usize,
    /// The best of them and the score.
    pub best: Option<(Code, f64)>,
}

/// All that is known of a resident: who asked for what, who came and how it went.
#[derive(Clone, Debug, PartialEq)]
pub struct Card {
    /// The resident.
    pub resident: Resident,
    /// The needs, the newest first.
    pub needs: Vec<Need>,
    /// Their matches.
    pub matches: Vec<Match>,
    /// Closed visits, the newest first.
    pub services: Vec<Service>,
}

/// Which journal entries are asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Journal {
    /// Those of a need, its matches and its visits.
    pub need: Option<Code>,
    /// Those of a supplier, its matches and its visits.
    pub supplier: Option<Code>,
    /// Those recorded at or after this real time, local to the store.
    pub since: Option<Stamp>,
}

impl Desk {
    /// The candidates of a stored need.
    ///
    /// # Errors
    /// When there is no such need, or the store can't be read.
    pub fn candidates(&self, need: &Code, top: usize) -> Result<Ranking, DeskError> {
        self.index()?
            .candidates(need, self.now(), top)
            .ok_or_else(|| DeskError::not_found(Kind::Need, need.as_str()))
    }

    /// Every rule and criterion for a pair.
    ///
    /// # Errors
    /// When one of the two does not exist, or the store can't be read.
    pub fn why(&self, need: &Code, supplier: &Code) -> Result<Explanation, DeskError> {
        self.must::<Need>(need)?;
        self.index()?
            .why(need, supplier, self.now(), None)
            .ok_or_else(|| DeskError::not_found(Kind::Supplier, supplier.as_str()))
    }

    /// The queue, each need with the best of its candidates.
    ///
    /// # Errors
    /// When the store can't be read.
    pub fn queue(&self) -> Result<Vec<BestRow>, DeskError> {
        let now = self.now();
        let index = self.index()?;
        let rows = index.queue(now).into_iter();
        Ok(rows.map(|row| best_row(&index, row, now)).collect())
    }

    /// The record of a type under a code.
    ///
    /// # Errors
    /// When there is none, or the store can't be read.
    pub fn must<R: Record>(&self, code: &Code) -> Result<R, DeskError> {
        fetch(&*self.rows()?, code)?.ok_or_else(|| DeskError::not_found(R::KIND, code.as_str()))
    }

    /// All that is known of a resident.
    ///
    /// # Errors
    /// When there is no such resident, or the store can't be read.
    pub fn card(&self, code: &Code) -> Result<Card, DeskError> {
        let rows = self.rows()?;
        let resident = fetch(&*rows, code)?
            .ok_or_else(|| DeskError::not_found(Kind::Resident, code.as_str()))?;
        let mut needs = rows.needs_of_resident(code)?;
        needs.sort_by(|a, b| {
            b.opened_at
                .cmp(&a.opened_at)
                .then_with(|| a.code.cmp(&b.code))
        });
        let mut matches = Vec::new();
        for need in &needs {
            matches.extend(rows.matches_of_need(&need.code)?);
        }
        let mut services = rows.services_of_resident(code)?;
        services.sort_by(|a, b| b.start.cmp(&a.start).then_with(|| a.code.cmp(&b.code)));
        Ok(Card {
            resident,
            needs,
            matches,
            services,
        })
    }

    /// The figures of a period by street, community, category, supplier or month.
    ///
    /// # Errors
    /// When the store can't be read.
    pub fn stats(&self, by: By, period: Period) -> Result<Vec<Row>, DeskError> {
        Ok(stats(&self.facts()?, by, period, self.now()))
    }

    /// What the figures are made of.
    ///
    /// # Errors
    /// When the store can't be read.
    pub fn facts(&self) -> Result<Facts, DeskError> {
        let rows = self.rows()?;
        let mut facts = Facts::default();
        for kind in Kind::FILES {
            rows.scan(kind, None, &mut |record| {
                facts.load(&record);
                ControlFlow::Continue(())
            })?;
        }
        Ok(facts)
    }

    /// The journal entries asked for, in the order of real time.
    ///
    /// # Errors
    /// When the store can't be read.
    pub fn journal(&self, asked: &Journal) -> Result<Vec<Entry>, DeskError> {
        let mut found = Vec::new();
        for head in self.store().heads()? {
            self.store().entries(&head.chain, 0, &mut |entry| {
                if asked.wants(&entry, |real| self.zone().local(real)) {
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
    fn wants(&self, entry: &Entry, local: impl Fn(chrono::DateTime<chrono::Utc>) -> Stamp) -> bool {
        self.since
            .is_none_or(|since| local(entry.request.real) >= since)
            && self
                .need
                .as_ref()
                .is_none_or(|need| concerns(entry, Kind::Need, "need", need))
            && self
                .supplier
                .as_ref()
                .is_none_or(|supplier| concerns(entry, Kind::Supplier, "supplier", supplier))
    }
}

/// A need in the queue with the best of its candidates.
pub(super) fn best_row(index: &Index, row: QueueRow, now: Stamp) -> BestRow {
    let ranking = index.candidates(&row.need, now, 1);
    let eligible = ranking.as_ref().map_or(0, |ranking| ranking.eligible);
    let best = ranking
        .and_then(|ranking| ranking.candidates.into_iter().next())
        .map(|first| (first.supplier, first.score));
    BestRow {
        row,
        eligible,
        best,
    }
}

/// Whether an entry is about a record itself, or about a match or visit that names it.
fn concerns(entry: &Entry, kind: Kind, column: &str, code: &Code) -> bool {
    let names = |cell: &Option<String>| cell.as_deref() == Some(code.as_str());
    match entry.kind {
        Kind::Match => {
            let mut parts = entry.key.as_str().split('/');
            let (need, supplier) = (parts.next(), parts.next());
            (if kind == Kind::Need { need } else { supplier }) == Some(code.as_str())
        }
        Kind::Service => entry.changes.iter().any(|change| {
            change.column == column && (names(&change.before) || names(&change.after))
        }),
        own => own == kind && entry.key == *code,
    }
}
