//! A proposal for the whole queue at once: the most urgent needs filled first, and the highest sum of scores.

use std::collections::HashMap;

use super::ask::{Ask, Scratch};
use super::index::{Booking, Index};
use super::{Candidate, QueueRow, Ranking};
use crate::both;
use crate::domain::record::Need;
use crate::domain::{Code, Said, Stamp, Urgency};

pub mod assign;

use assign::Wanted;

/// Candidates of a need that a plan looks at.
const CANDIDATES: usize = 256;

/// A supplier proposed for a need.
#[derive(Clone, Debug, PartialEq)]
pub struct Proposal {
    /// The need.
    pub need: Code,
    /// The supplier.
    pub supplier: Code,
    /// The score before the plan.
    pub score: f64,
    /// The rank among the need's own candidates.
    pub rank: u32,
    /// Why this one.
    pub reason: Said,
}

/// A need with a place that stays empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfilled {
    /// The need.
    pub need: Code,
    /// Why.
    pub reason: Said,
}

/// What the whole queue could get. Nothing is booked by it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    /// Who would go where, in the order of the queue.
    pub proposals: Vec<Proposal>,
    /// What stays empty.
    pub unfilled: Vec<Unfilled>,
    /// The sum of the proposals' scores.
    pub total_score: f64,
}

/// A need of the queue with its candidates.
struct Line<'a> {
    id: u32,
    need: &'a Need,
    places: usize,
    ranking: Ranking,
}

impl Index {
    /// Proposes suppliers for all needs in the queue; no proposal breaks a rule, the others counted as booked.
    #[must_use]
    pub fn plan(&self, now: Stamp) -> Plan {
        let lines: Vec<Line<'_>> = self
            .queue(now)
            .iter()
            .filter_map(|row| self.line(row, now))
            .collect();
        let mut suppliers: Vec<&Code> = lines
            .iter()
            .flat_map(|line| line.ranking.candidates.iter().map(|c| &c.supplier))
            .collect();
        suppliers.sort_unstable();
        suppliers.dedup();
        let places: HashMap<&Code, usize> = suppliers
            .iter()
            .enumerate()
            .map(|(place, code)| (*code, place))
            .collect();
        let wanted: Vec<Wanted> = lines.iter().map(|line| line.wanted(&places)).collect();
        let fits = |supplier: usize, needs: &[usize]| {
            suppliers
                .get(supplier)
                .is_some_and(|code| self.fits(code, &lines, needs, now))
        };
        let assignment = assign::assign(&wanted, suppliers.len(), &fits);
        let taken: HashMap<&Code, usize> = assignment
            .iter()
            .enumerate()
            .flat_map(|(line, given)| {
                given
                    .iter()
                    .filter_map(|s| suppliers.get(*s))
                    .map(move |code| (*code, line))
            })
            .collect();
        let mut plan = Plan::default();
        for (line, given) in lines.iter().zip(&assignment) {
            let mut chosen: Vec<&Candidate> = given
                .iter()
                .filter_map(|s| {
                    line.ranking
                        .candidates
                        .iter()
                        .find(|c| Some(&&c.supplier) == suppliers.get(*s))
                })
                .collect();
            chosen.sort_by_key(|candidate| candidate.rank);
            for candidate in &chosen {
                plan.total_score += candidate.score;
                plan.proposals
                    .push(propose(line, candidate, &taken, &lines));
            }
            if chosen.len() < line.places {
                plan.unfilled.push(unfilled(line, chosen.len()));
            }
        }
        plan
    }

    fn line(&self, row: &QueueRow, now: Stamp) -> Option<Line<'_>> {
        let id = self.needs.find(&row.need)?;
        let need = self.need(id)?;
        let per_start = &self.facts(id).per_start;
        let most = row
            .visits
            .iter()
            .map(|visit| per_start.get(visit).copied().unwrap_or_default())
            .max()
            .unwrap_or_default();
        let places = usize::from(need.people().saturating_sub(most));
        Some(Line {
            id,
            need,
            places,
            ranking: self.candidates_for(need, now, None, CANDIDATES),
        })
    }

    /// Whether a supplier, a candidate for each of some needs, can take all of them together.
    fn fits(&self, supplier: &Code, lines: &[Line<'_>], needs: &[usize], now: Stamp) -> bool {
        let Some(s) = self.suppliers.find(supplier) else {
            return false;
        };
        let lines: Vec<&Line<'_>> = needs.iter().filter_map(|need| lines.get(*need)).collect();
        lines.len() < 2
            || lines.iter().all(|line| {
                let others = lines
                    .iter()
                    .filter(|other| other.id != line.id)
                    .flat_map(|other| self.bookings_of(s, other))
                    .collect();
                let scratch: Scratch = [(s, others)].into_iter().collect();
                Ask::new(
                    self,
                    line.need,
                    now,
                    line.ranking.visits.clone(),
                    Some(&scratch),
                )
                .passes(s)
            })
    }

    fn bookings_of(&self, supplier: u32, line: &Line<'_>) -> Vec<Booking> {
        let resident = self.residents.find(&line.need.resident).unwrap_or(u32::MAX);
        let booking = |start| Booking {
            supplier,
            need: line.id,
            resident,
            start,
            minutes: line.need.minutes,
            open: true,
        };
        line.ranking
            .visits
            .iter()
            .map(|start| booking(*start))
            .collect()
    }
}

impl Line<'_> {
    fn wanted(&self, places: &HashMap<&Code, usize>) -> Wanted {
        let class = match self.need.urgency {
            Urgency::Low => 0,
            Urgency::Normal => 1,
            Urgency::High => 2,
            Urgency::Urgent => 3,
        };
        let candidates = self
            .ranking
            .candidates
            .iter()
            .filter_map(|c| Some((*places.get(&c.supplier)?, c.score)))
            .collect();
        Wanted {
            class,
            places: self.places,
            candidates,
        }
    }
}

fn propose(
    line: &Line<'_>,
    chosen: &Candidate,
    taken: &HashMap<&Code, usize>,
    lines: &[Line<'_>],
) -> Proposal {
    let elsewhere = line
        .ranking
        .candidates
        .iter()
        .filter(|better| better.rank < chosen.rank)
        .find_map(|better| {
            let other = lines.get(*taken.get(&better.supplier)?)?;
            (other.id != line.id).then_some((better, other))
        });
    let reason = match elsewhere {
        None => both!(zh: "最合适的候选人", en: "the best candidate"),
        Some((better, other)) => {
            let (supplier, need) = (&better.supplier, &other.need.code);
            if other.ranking.eligible <= other.places {
                both!(zh: "{supplier} 留给 {need}：那边没有别人", en: "{supplier} goes to {need}, who has nobody else")
            } else {
                both!(zh: "{supplier} 去 {need}，总分更高", en: "{supplier} goes to {need}: the sum of scores is higher so")
            }
        }
    };
    Proposal {
        need: line.need.code.clone(),
        supplier: chosen.supplier.clone(),
        score: chosen.score,
        rank: chosen.rank,
        reason,
    }
}

fn unfilled(line: &Line<'_>, filled: usize) -> Unfilled {
    let (eligible, missing) = (line.ranking.eligible, line.places - filled);
    let reason = if eligible == 0 {
        both!(zh: "没有候选人；relax 可以看放宽什么有用", en: "nobody is eligible; relax shows what would help")
    } else if eligible == 1 {
        both!(zh: "还缺 {missing} 人：唯一的候选人另有安排", en: "{missing} more wanted: the only candidate is needed elsewhere")
    } else {
        both!(zh: "还缺 {missing} 人：{eligible} 位候选人都另有安排", en: "{missing} more wanted: the {eligible} candidates are needed elsewhere")
    };
    Unfilled {
        need: line.need.code.clone(),
        reason,
    }
}
