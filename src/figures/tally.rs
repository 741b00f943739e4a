//! Sums on the way to figures.

use std::collections::HashMap;

use super::Figures;
use super::lens::Group;

/// What was counted for a group, with what its means and medians need.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub figures: Figures,
    /// Seconds from opening to filling.
    pub waits: Vec<i64>,
    /// Sum and number of ratings.
    pub ratings: (u64, u64),
    /// Registered suppliers with a completed visit.
    pub taking_part: u64,
}

/// The groups met so far.
pub(super) type Tallies = HashMap<Group, Tally>;

impl Tally {
    /// The figures, with rates, mean and median.
    pub(super) fn finish(mut self) -> Figures {
        let figures = &mut self.figures;
        figures.median_hours_to_match = median_hours(&mut self.waits);
        figures.completion_rate = ratio(figures.completed, figures.visits_due);
        figures.participation_rate = ratio(self.taking_part, figures.suppliers_registered);
        figures.satisfaction = ratio(self.ratings.0, self.ratings.1);
        self.figures
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
fn ratio(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

#[expect(clippy::cast_precision_loss, reason = "seconds stay far below 2^53")]
fn median_hours(waits: &mut [i64]) -> Option<f64> {
    waits.sort_unstable();
    let upper = *waits.get(waits.len() / 2)?;
    let lower = *waits.get((waits.len() - 1) / 2)?;
    Some((lower + upper) as f64 / 2.0 / 3600.0)
}

/// Two numbers as one that sorts by the first.
pub(super) fn pair(first: u32, second: u32) -> u64 {
    u64::from(first) << 32 | u64::from(second)
}

/// Pairs sorted, each once.
pub(super) fn distinct(mut pairs: Vec<u64>) -> Vec<u64> {
    pairs.sort_unstable();
    pairs.dedup();
    pairs
}

/// The first number of a pair.
pub(super) fn first(pair: u64) -> u32 {
    u32::try_from(pair >> 32).unwrap_or_default()
}
