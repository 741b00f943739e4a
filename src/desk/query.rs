//! Questions that take more than one of store and index to answer.

use std::collections::HashSet;
use std::ops::ControlFlow;

use super::decide::chain_of;
use super::{Desk, DeskError, Scope, is_demand};
use crate::domain::record::{Match, Need, Resident, Service};
use crate::domain::{Code, Kind, Record, Right, Stamp};
use crate::figures::{By, Facts, Period, Row, stats};
use crate::matching::plan::{Choices, Plan, Progress};
use crate::matching::{Awaiting, Explanation, Index, QueueRow, Ranking, Verdict};
use crate::store::{Rows, StoreError, fetch};

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
        let why = self.index()?.why(need, supplier, self.now(), None);
        let mut why = why.ok_or_else(|| DeskError::not_found(Kind::Supplier, supplier.as_str()))?;
        unname(
            &self.access().scope(Right::Demand),
            &*self.rows()?,
            &mut why.rules,
        )?;
        Ok(why)
    }

    /// The queue, each need with the best of its candidates.
    ///
    /// # Errors
    /// When the store can't be read.
    pub fn queue(&self) -> Result<Vec<BestRow>, DeskError> {
        let now = self.now();
        let index = self.index()?;
        let seen = self.seen_of(index.queue(now), |row| &row.need)?;
        let rows = seen.into_iter();
        Ok(rows.map(|row| best_row(&index, row, now)).collect())
    }

    /// The needs in the queue, in its order.
    ///
    /// # Errors
    /// When the store can't be read.
    pub fn open_needs(&self) -> Result<Vec<Code>, DeskError> {
        let rows = self.index()?.queue(self.now());
        let needs = rows.into_iter().map(|row| row.need).collect();
        self.seen_of(needs, |need| need)
    }

    /// The visits that await their outcome, the oldest first.
    ///
    /// # Errors
    /// When the store can't be read.
    pub fn awaiting(&self) -> Result<Vec<Awaiting>, DeskError> {
        let awaiting = self.index()?.awaiting(self.now());
        let mut awaiting = self.seen_of(awaiting, |visit| &visit.need)?;
        awaiting.sort_by(|a, b| a.start.cmp(&b.start).then_with(|| a.need.cmp(&b.need)));
        Ok(awaiting)
    }

    /// A proposal for the whole queue; of needs that whoever calls may not see it says nothing.
    ///
    /// # Errors
    /// When the store can't be read.
    pub fn plan(&self) -> Result<Plan, DeskError> {
        self.plan_with(&Choices::default(), &mut |_, _| {})
    }

    /// The same with something settled before.
    ///
    /// # Errors
    /// When the store can't be read.
    pub fn plan_with(
        &self,
        choices: &Choices,
        progress: &mut Progress<'_>,
    ) -> Result<Plan, DeskError> {
        let mut plan = self.index()?.plan_with(self.now(), choices, progress);
        let scope = self.access().scope(Right::Demand);
        if scope == Scope::Everywhere {
            return Ok(plan);
        }
        let named = plan.needs();
        let seen: HashSet<Code> = self
            .seen_in(&scope, named, |need| need)?
            .into_iter()
            .collect();
        plan.narrow(&|need| seen.contains(need));
        Ok(plan)
    }

    /// The codes of the records of a kind that whoever calls may see, of those given.
    ///
    /// # Errors
    /// When the store can't be read.
    pub fn seen_codes(&self, kind: Kind, codes: &[Code]) -> Result<Vec<Code>, DeskError> {
        let scope = self.access().scope(Right::Demand);
        let rows = self.rows()?;
        let mut seen = Vec::new();
        for code in codes {
            let is_seen = !is_demand(kind)
                || match rows.get(kind, code)? {
                    Some(record) => scope.sees(&*rows, &record)?,
                    None => false,
                };
            if is_seen {
                seen.push(code.clone());
            }
        }
        Ok(seen)
    }

    /// Whether whoever calls sees the demand of the whole district.
    #[must_use]
    pub fn sees_all_demand(&self) -> bool {
        self.access().scope(Right::Demand) == Scope::Everywhere
    }

    /// What is about needs that whoever calls may see.
    pub(super) fn seen_of<T>(
        &self,
        all: Vec<T>,
        need: impl Fn(&T) -> &Code,
    ) -> Result<Vec<T>, DeskError> {
        self.seen_in(&self.access().scope(Right::Demand), all, need)
    }

    /// What is about needs within a scope.
    pub(super) fn seen_in<T>(
        &self,
        scope: &Scope,
        all: Vec<T>,
        need: impl Fn(&T) -> &Code,
    ) -> Result<Vec<T>, DeskError> {
        if *scope == Scope::Everywhere {
            return Ok(all);
        }
        let rows = self.rows()?;
        let mut seen = Vec::new();
        for one in all {
            if sees_need(scope, &*rows, need(&one))? {
                seen.push(one);
            }
        }
        Ok(seen)
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
        let mut found = stats(&self.facts()?, by, period, self.now());
        let scope = self.access().scope(Right::Figures);
        if scope == Scope::Everywhere {
            return Ok(found);
        }
        let kind = match by {
            By::Street => Kind::Street,
            By::Community => Kind::Community,
            By::Category | By::Supplier | By::Month => return Ok(Vec::new()),
        };
        let rows = self.rows()?;
        let mut seen = Vec::new();
        for row in found.drain(..) {
            if let Some(place) = rows.get(kind, &Code::composed(&row.key))?
                && scope.reaches(&*rows, &chain_of(&*rows, &place)?)?
            {
                seen.push(row);
            }
        }
        Ok(seen)
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
}

/// A need in the queue with the best of its candidates.
fn best_row(index: &Index, row: QueueRow, now: Stamp) -> BestRow {
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

/// Leaves out of verdicts the needs that are not within a scope; the times stay.
pub(super) fn unname(
    scope: &Scope,
    rows: &dyn Rows,
    verdicts: &mut [Verdict],
) -> Result<(), StoreError> {
    for verdict in verdicts {
        if let Some(other) = &verdict.other
            && !sees_need(scope, rows, &other.need)?
        {
            verdict.detail = other.unnamed.clone();
            verdict.other = None;
        }
    }
    Ok(())
}

fn sees_need(scope: &Scope, rows: &dyn Rows, need: &Code) -> Result<bool, StoreError> {
    match fetch::<Need>(rows, need)? {
        Some(need) => scope.sees(rows, &need.into()),
        None => Ok(false),
    }
}
