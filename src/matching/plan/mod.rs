//! A proposal for the whole queue at once: the most urgent needs filled first, and the highest sum of scores (SPEC §6).

use std::collections::HashMap;

use super::index::Index;
use crate::domain::{Code, Minute, Stamp};

pub mod assign;
mod eject;
mod lines;
pub mod market;
mod reason;
mod refine;
#[cfg(test)]
mod tests;

use lines::Lines;
use market::Market;
pub use reason::{Elsewhere, Naming, Reason, Shortage, by_code};

/// Told how many of how many needs are ranked.
pub type Progress<'a> = dyn FnMut(usize, usize) + 'a;

/// What is settled before a plan is made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choices {
    /// Needs and suppliers that go together whatever else is good; those who are no candidates any more do not.
    pub fixed: Vec<(Code, Code)>,
    /// Needs that nothing is proposed for.
    pub without: Vec<Code>,
}

/// A supplier proposed for a need.
#[derive(Clone, Debug, PartialEq)]
pub struct Proposal {
    /// The need.
    pub need: Code,
    /// Its place among the needs of the plan, in the order of the queue.
    pub at: usize,
    /// The supplier.
    pub supplier: Code,
    /// The score before the plan.
    pub score: f64,
    /// The rank among the need's own candidates.
    pub rank: u32,
    /// The visits that confirming it would book.
    pub visits: Vec<Minute>,
    /// Why this one.
    pub reason: Reason,
}

/// A need with a place that stays empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfilled {
    /// The need.
    pub need: Code,
    /// Its place among the needs of the plan, in the order of the queue.
    pub at: usize,
    /// Suppliers missing.
    pub missing: usize,
    /// Why.
    pub reason: Shortage,
}

/// What the whole queue could get. Nothing is booked by it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    /// Who would go where, in the order of the queue.
    pub proposals: Vec<Proposal>,
    /// What stays empty.
    pub unfilled: Vec<Unfilled>,
}

impl Plan {
    /// The sum of the proposals' scores.
    #[must_use]
    pub fn total_score(&self) -> f64 {
        // An empty sum would be -0.
        self.proposals.iter().fold(0.0, |sum, p| sum + p.score)
    }

    /// The needs that it is about.
    #[must_use]
    pub fn needs(&self) -> Vec<Code> {
        let proposed = self.proposals.iter().map(|proposal| &proposal.need);
        let unfilled = self.unfilled.iter().map(|unfilled| &unfilled.need);
        let mut needs: Vec<Code> = proposed.chain(unfilled).cloned().collect();
        needs.sort_unstable();
        needs.dedup();
        needs
    }

    /// Keeps what is about needs that may be seen, and names no others.
    pub fn narrow(&mut self, sees: &dyn Fn(&Code) -> bool) {
        self.proposals.retain(|proposal| sees(&proposal.need));
        self.unfilled.retain(|unfilled| sees(&unfilled.need));
        for proposal in &mut self.proposals {
            proposal.reason.narrow(sees);
        }
        for unfilled in &mut self.unfilled {
            unfilled.reason.narrow(sees);
        }
    }
}

impl Index {
    /// Proposes suppliers for all needs in the queue; no proposal breaks a rule, the others counted as booked.
    #[must_use]
    pub fn plan(&self, now: Stamp) -> Plan {
        self.plan_with(now, &Choices::default(), &mut |_, _| {})
    }

    /// The same with something settled before.
    #[must_use]
    pub fn plan_with(&self, now: Stamp, choices: &Choices, progress: &mut Progress<'_>) -> Plan {
        let lines = Lines::of(self, now, choices, progress);
        let wanted = lines.wanted(choices);
        let assignment = assign::assign(&wanted, &lines);
        Picture::new(&lines, &wanted, &assignment).plan()
    }
}

/// An assignment with who has whom both ways.
struct Picture<'a> {
    lines: &'a Lines<'a>,
    fixed: &'a [market::Wanted],
    given: &'a assign::Assignment,
    /// The needs of each supplier.
    load: HashMap<usize, Vec<usize>>,
}

impl<'a> Picture<'a> {
    fn new(
        lines: &'a Lines<'a>,
        fixed: &'a [market::Wanted],
        given: &'a assign::Assignment,
    ) -> Self {
        let mut load: HashMap<usize, Vec<usize>> = HashMap::new();
        for (need, suppliers) in given.iter().enumerate() {
            for supplier in suppliers {
                load.entry(*supplier).or_default().push(need);
            }
        }
        Self {
            lines,
            fixed,
            given,
            load,
        }
    }

    fn plan(&self) -> Plan {
        let mut plan = Plan::default();
        for (at, (line, given)) in self.lines.all.iter().zip(self.given).enumerate() {
            let mut chosen: Vec<(usize, usize, f64)> = given
                .iter()
                .filter_map(|s| {
                    self.lines
                        .place(at, *s)
                        .map(|(place, score)| (place, *s, score))
                })
                .collect();
            chosen.sort_by_key(|(place, ..)| *place);
            for (place, supplier, score) in &chosen {
                plan.proposals.push(Proposal {
                    need: line.need.code.clone(),
                    at,
                    supplier: self.lines.code(*supplier),
                    score: *score,
                    rank: u32::try_from(place + 1).unwrap_or(u32::MAX),
                    visits: line.visits().to_vec(),
                    reason: self.reason(at, *supplier, *place, *score),
                });
            }
            if chosen.len() < line.places {
                plan.unfilled.push(Unfilled {
                    need: line.need.code.clone(),
                    at,
                    missing: line.places - chosen.len(),
                    reason: self.shortage(at, chosen.len()),
                });
            }
        }
        plan
    }
}
