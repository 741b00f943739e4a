//! Figures: what SPEC §5 counts, for a street, community, category, supplier or month and a period. Pure: no I/O, no clock.
//!
//! What SPEC §5 leaves open is decided here. A *visit* is a booked start that its match still holds, up to the need's cancellation, or a
//! row of `services.csv`; a row for a booking is one visit with it, and the row's outcome, minutes and category count. Records that were
//! merged count under the one that took them over. A category counts its own visits only, not those below it. A supplier's needs are those
//! that have a match with it, and it has no unfilled visits. `stats` says which rows there are.

use serde::Serialize;

use crate::domain::kinds::Word;
use crate::domain::lang::Text;
use crate::domain::{Day, Stamp};
use crate::text;

mod facts;
mod lens;
mod needs;
mod occurrences;
mod rows;
mod suppliers;
mod tally;
mod visits;

#[cfg(test)]
mod made_up;
#[cfg(test)]
#[expect(clippy::cast_precision_loss, reason = "a small world has small counts")]
mod naive;
#[cfg(test)]
mod tests;

pub use facts::Facts;

/// By what figures are grouped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum By {
    /// The resident's street, and the supplier's for those registered.
    Street,
    /// The resident's community, and the supplier's for those registered.
    Community,
    /// The category itself, without those below it.
    Category,
    /// One supplier.
    Supplier,
    /// A calendar month of the whole district.
    Month,
}

impl Word for By {
    const ALL: &'static [Self] = &[
        Self::Street,
        Self::Community,
        Self::Category,
        Self::Supplier,
        Self::Month,
    ];

    fn word(self) -> &'static str {
        match self {
            Self::Street => "street",
            Self::Community => "community",
            Self::Category => "category",
            Self::Supplier => "supplier",
            Self::Month => "month",
        }
    }

    fn text(self) -> Text {
        match self {
            Self::Street => text!(zh: "街乡", en: "street"),
            Self::Community => text!(zh: "社区", en: "community"),
            Self::Category => text!(zh: "服务类别", en: "category"),
            Self::Supplier => text!(zh: "供方", en: "supplier"),
            Self::Month => text!(zh: "月份", en: "month"),
        }
    }
}

impl std::fmt::Display for By {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.word())
    }
}

/// The days counted, both included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Period {
    /// The first day; none for the beginning of all records.
    pub from: Option<Day>,
    /// The last day; none for the day of `now`.
    pub to: Option<Day>,
}

/// The figures of SPEC §5, by its names and in its order; none where a denominator is 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Figures {
    /// Needs opened in the period.
    pub needs_opened: u64,
    /// Of those, needs that have at some time had enough suppliers.
    pub needs_matched: u64,
    /// Median hours from opening to the confirmation that first filled the need.
    pub median_hours_to_match: Option<f64>,
    /// Visits that have ended and were not cancelled by the resident.
    pub visits_due: u64,
    /// Places missing in occurrences that have passed.
    pub visits_unfilled: u64,
    /// Visits completed.
    pub completed: u64,
    /// Visits to which the supplier did not come.
    pub no_show: u64,
    /// Visits called off by the supplier.
    pub cancelled_by_supplier: u64,
    /// Visits called off by the resident.
    pub cancelled_by_resident: u64,
    /// Visits that have ended without an outcome.
    pub awaiting_outcome: u64,
    /// Completed of due, 0 to 1 where every completed visit has ended.
    pub completion_rate: Option<f64>,
    /// Minutes of completed visits.
    pub minutes_served: u64,
    /// Residents with a completed visit.
    pub residents_served: u64,
    /// Suppliers with a completed visit.
    pub suppliers_active: u64,
    /// Suppliers who had joined by the period's end and were active then.
    pub suppliers_registered: u64,
    /// Of those, the part with a completed visit anywhere in the period.
    pub participation_rate: Option<f64>,
    /// Mean rating of the completed visits that have one, 1 to 5.
    pub satisfaction: Option<f64>,
    /// Needs opened by the period's end and then neither filled, cancelled nor lapsed.
    pub backlog: u64,
}

impl Figures {
    /// Whether nothing at all was counted.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        *self == Self::default()
    }
}

/// The figures of one street, community, category, supplier or month.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Its code, or `2026-11`; empty where no street or community is given.
    pub key: String,
    /// Its Chinese name.
    pub name_zh: String,
    /// Its English name.
    pub name_en: String,
    /// What was counted.
    pub figures: Figures,
}

/// The figures of every group, by key.
///
/// Streets, communities and categories all have a row, but retired ones only when something was counted, and merged ones none. Suppliers
/// have one when they have a visit in the period, a match confirmed in it, or a need counted. Months run from the first to the last of
/// the period in which anything lies. What has no street or community is counted under the empty key, when there is something.
#[must_use]
pub fn stats(facts: &Facts, by: By, period: Period, now: Stamp) -> Vec<Row> {
    rows::rows(&lens::Lens::new(facts, Some(by), period, now))
}

/// The figures of the whole district; people who appear in several groups count once.
#[must_use]
pub fn total(facts: &Facts, period: Period, now: Stamp) -> Figures {
    rows::whole(&lens::Lens::new(facts, None, period, now))
}
