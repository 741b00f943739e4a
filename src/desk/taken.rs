//! What others took: candidates who are none any more, and needs that have left the queue, with what is known of why.

use super::query::unname;
use super::{Desk, DeskError};
use crate::domain::record::{Match, Need};
use crate::domain::{Code, Kind, Minute, Right};
use crate::matching::{Ranking, State, Verdict, reach};
use crate::store::{Rows, StoreError, fetch};

/// Minutes that must lie between visits to different residents (SPEC §3).
const APART: i32 = 15;

/// A supplier who was a candidate for a need and is none now.
#[derive(Clone, Debug, PartialEq)]
pub struct Lost {
    /// The supplier.
    pub supplier: Code,
    /// The rules that refuse now, and what they looked at.
    pub failed: Vec<Verdict>,
    /// The newest match that stands in the way, when one does.
    pub by: Option<Match>,
}

/// A need that is in the queue no more.
#[derive(Clone, Debug, PartialEq)]
pub struct Left {
    /// The need.
    pub need: Code,
    /// Where it stands now; none when that is not known.
    pub state: Option<State>,
    /// The newest match of it, when it has one that was not ended.
    pub by: Option<Match>,
}

impl Desk {
    /// The candidates of a stored need, and those of `shown` who are none any more.
    ///
    /// # Errors
    /// When there is no such need, or the store can't be read.
    pub fn candidates_and_lost(
        &self,
        need: &Code,
        top: usize,
        shown: &[Code],
    ) -> Result<(Ranking, Vec<Lost>), DeskError> {
        let now = self.now();
        let index = self.index()?;
        let ranking = index
            .candidates(need, now, top)
            .ok_or_else(|| DeskError::not_found(Kind::Need, need.as_str()))?;
        if ranking.visits.is_empty() {
            return Ok((ranking, Vec::new()));
        }
        let is_listed = |code: &Code| ranking.candidates.iter().any(|c| c.supplier == *code);
        let failed: Vec<(Code, Vec<Verdict>)> = shown
            .iter()
            .filter(|supplier| !is_listed(supplier))
            .filter_map(|supplier| {
                let why = index.why(need, supplier, now, None)?;
                let failed: Vec<Verdict> =
                    why.rules.into_iter().filter(|rule| !rule.pass).collect();
                (!failed.is_empty()).then(|| (supplier.clone(), failed))
            })
            .collect();
        drop(index);
        let rows = self.rows()?;
        let mut lost = Vec::with_capacity(failed.len());
        let scope = self.access().scope(Right::Demand);
        for (supplier, mut failed) in failed {
            unname(&scope, &*rows, &mut failed)?;
            let by = in_the_way(&*rows, need, &supplier, &ranking.visits, &failed)?;
            lost.push(Lost {
                supplier,
                failed,
                by,
            });
        }
        Ok((ranking, lost))
    }

    /// What became of a need that was in the queue.
    ///
    /// # Errors
    /// When the store can't be read.
    pub fn left(&self, need: &Code) -> Result<Left, DeskError> {
        let state = self.index()?.state(need, self.now());
        let matches = self.rows()?.matches_of_need(need)?;
        Ok(Left {
            need: need.clone(),
            state,
            by: newest(matches.into_iter().filter(|m| m.ended_at.is_none())),
        })
    }
}

fn newest(matches: impl Iterator<Item = Match>) -> Option<Match> {
    matches.max_by_key(|found| (found.confirmed_at, found.before))
}

/// The newest of a supplier's matches that one of the rules about bookings can mean.
fn in_the_way(
    rows: &dyn Rows,
    need: &Code,
    supplier: &Code,
    visits: &[Minute],
    failed: &[Verdict],
) -> Result<Option<Match>, StoreError> {
    let fails = |name| failed.iter().any(|verdict| verdict.rule == name);
    let (booked, again, full) = (
        fails("booked"),
        fails("already_matched"),
        fails("weekly_hours"),
    );
    if !(booked || again || full) {
        return Ok(None);
    }
    let (Some(need), Some(first)) = (fetch::<Need>(rows, need)?, visits.iter().min().copied())
    else {
        return Ok(None);
    };
    let mut found = Vec::new();
    for matched in rows.matches_of_supplier(supplier, reach(first))? {
        let Some(other) = fetch::<Need>(rows, &matched.need)? else {
            continue;
        };
        let held = || matched.visits.iter().filter(|start| matched.holds(**start));
        let clashes = |start: Minute| {
            visits
                .iter()
                .any(|visit| clash(&need, *visit, &other, start))
        };
        let same_week = |start: Minute| {
            let week = start.day().iso_week();
            visits.iter().any(|visit| visit.day().iso_week() == week)
        };
        let in_the_way = again && other.code == need.code
            || booked && held().any(|start| clashes(*start))
            || full && held().any(|start| same_week(*start));
        if in_the_way {
            found.push(matched);
        }
    }
    Ok(newest(found.into_iter()))
}

/// Whether visits of two needs are too near to each other for one person (SPEC §3).
fn clash(need: &Need, visit: Minute, other: &Need, start: Minute) -> bool {
    let apart = if need.resident == other.resident {
        0
    } else {
        APART
    };
    visit < start.plus(i32::from(other.minutes) + apart)
        && start < visit.plus(i32::from(need.minutes) + apart)
}
