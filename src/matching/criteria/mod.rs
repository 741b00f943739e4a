//! The criteria of SPEC §3, one file each, each worth 0 to 1.

use super::ask::Ask;
use crate::domain::record::Weights;

mod continuity;
mod fairness;
mod preference;
mod proficiency;
mod proximity;
mod rating;
mod reliability;

const ALL: [fn(&Ask<'_>, u32) -> f64; 7] = [
    proximity::value,
    continuity::value,
    rating::value,
    reliability::value,
    fairness::value,
    proficiency::value,
    preference::value,
];

/// The value of each criterion, in their order.
pub(super) fn values(a: &Ask<'_>, s: u32) -> [f64; 7] {
    // A sum over nothing is -0.0, which would print as such.
    ALL.map(|value| value(a, s) + 0.0)
}

/// Scores are compared to nine decimals (SPEC §3).
pub(super) fn rounded(score: f64) -> f64 {
    (score * 1e9).round()
}

/// The weighted mean, 0 to 100.
pub(super) fn score(values: &[f64; 7], weights: &Weights) -> f64 {
    let total: f64 = weights.0.iter().sum();
    let sum: f64 = values.iter().zip(weights.0).map(|(v, w)| v * w).sum();
    if total > 0.0 {
        100.0 * sum / total
    } else {
        0.0
    }
}
