//! Thinking: who is eligible for a need, in which order, and why (SPEC §3). Pure: no I/O, no clock, no store.

mod answers;
mod ask;
mod cards;
mod contenders;
mod criteria;
mod found;
mod glance;
mod history;
mod index;
mod life;
mod names;
mod places;
mod pool;
mod reach;
mod rules;
mod space;
mod taken;
mod tree;
mod weeks;
mod weighting;

pub use contenders::Contenders;
pub use index::Index;
pub use reach::reach;
pub use weighting::Weighed;

use crate::domain::{Code, Minute, Said, Stamp, Urgency};

/// A supplier who passes every rule.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// 1 is best.
    pub rank: u32,
    /// The supplier.
    pub supplier: Code,
    /// 0 to 100.
    pub score: f64,
    /// From supplier to resident; none when one of them has no point.
    pub distance_km: Option<f64>,
    /// The value of each criterion, 0 to 1, in the order of [`CRITERIA`](crate::domain::record::CRITERIA).
    pub criteria: [f64; 7],
}

/// The candidates of a need.
#[derive(Clone, Debug, PartialEq)]
pub struct Ranking {
    /// The need.
    pub need: Code,
    /// The rules' clock.
    pub as_of: Stamp,
    /// The visits considered, the earliest first.
    pub visits: Vec<Minute>,
    /// How many suppliers pass every rule.
    pub eligible: usize,
    /// The best of them, the best first; as many as were asked for.
    pub candidates: Vec<Candidate>,
    /// The weights used.
    pub weighed: Weighed,
}

/// One rule's verdict on a pair.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The rule's name (SPEC §3).
    pub rule: &'static str,
    /// Whether it lets the pair pass.
    pub pass: bool,
    /// In words: what it looked at and, when it refuses, what would have to be different.
    pub detail: Said,
    /// The other need that the words name, if they name one.
    pub other: Option<Other>,
}

/// A need besides the one that was asked about, in the words of a verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Other {
    /// The need.
    pub need: Code,
    /// The verdict in words for those who may not know of it.
    pub unnamed: Said,
}

/// Why a supplier is, or is not, a candidate for a need.
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation {
    /// The need.
    pub need: Code,
    /// The supplier.
    pub supplier: Code,
    /// The visits considered.
    pub visits: Vec<Minute>,
    /// Every rule, in the order of SPEC §3.
    pub rules: Vec<Verdict>,
    /// The score that the supplier has or would have.
    pub score: f64,
    /// The criteria's values.
    pub criteria: [f64; 7],
    /// The weights used.
    pub weighed: Weighed,
    /// From supplier to resident.
    pub distance_km: Option<f64>,
}

impl Explanation {
    /// Whether no rule refuses and there is something to be booked.
    #[must_use]
    pub fn eligible(&self) -> bool {
        !self.visits.is_empty() && self.rules.iter().all(|verdict| verdict.pass)
    }

    /// The names of the rules that refuse.
    #[must_use]
    pub fn failed(&self) -> Vec<&'static str> {
        self.rules
            .iter()
            .filter(|verdict| !verdict.pass)
            .map(|verdict| verdict.rule)
            .collect()
    }
}

/// A standing supplier whom the rules keep from a later visit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfit {
    /// The supplier of the standing match.
    pub supplier: Code,
    /// The rules that refuse.
    pub failed: Vec<&'static str>,
}

/// A need in the queue.
#[derive(Clone, Debug, PartialEq)]
pub struct QueueRow {
    /// The need.
    pub need: Code,
    /// Who asks.
    pub resident: Code,
    /// What for.
    pub category: Code,
    /// How pressing.
    pub urgency: Urgency,
    /// The visits considered, the earliest first; at least one.
    pub visits: Vec<Minute>,
    /// When it was entered.
    pub opened_at: Stamp,
    /// Suppliers wanted at once.
    pub wanted: u16,
    /// Suppliers booked for the considered visit that has the fewest.
    pub matched: u16,
    /// Standing suppliers who can't take a visit considered.
    pub unfit: Vec<Unfit>,
}

/// Where a need stands (SPEC §4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// It has visits considered.
    Open,
    /// Enough suppliers for every visit in the window.
    Matched,
    /// All visits closed.
    Done,
    /// Called off.
    Cancelled,
    /// The last visit passed unmatched.
    Lapsed,
}

/// A visit past its end without an outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Awaiting {
    /// The need.
    pub need: Code,
    /// The supplier.
    pub supplier: Code,
    /// When it started.
    pub start: Minute,
    /// How long it was to take.
    pub minutes: u16,
}

/// A later visit to be booked for a standing match (SPEC §4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Roll {
    /// The key of the match.
    pub key: Code,
    /// Its need.
    pub need: Code,
    /// Its supplier.
    pub supplier: Code,
    /// The visit's start.
    pub start: Minute,
}

pub mod cost;
pub mod near;
pub mod partial;
pub mod plan;
pub mod relax;
