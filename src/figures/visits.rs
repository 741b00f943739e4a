//! Visits: by outcome, due, minutes, ratings, and who was served by whom.

use super::By;
use super::facts::{Asked, Case, Closed};
use super::lens::{Group, Lens, WHOLE, month_of};
use super::tally::{Tallies, Tally, distinct, first, pair};
use crate::domain::{Minute, Outcome};

/// Counts every visit of the period. Returns which suppliers completed one: pairs of month (or 0) and supplier, sorted.
pub(super) fn count(lens: &Lens, tallies: &mut Tallies) -> Vec<u64> {
    let mut people = People::default();
    for closed in &lens.facts.closed {
        count_closed(lens, tallies, &mut people, closed);
    }
    for (_, case) in lens.facts.needs.iter() {
        count_booked(lens, tallies, case);
    }
    people.count(tallies)
}

/// Who met in completed visits.
#[derive(Default)]
struct People {
    residents: Vec<u64>,
    suppliers: Vec<u64>,
    taking_part: Vec<u64>,
}

impl People {
    fn count(self, tallies: &mut Tallies) -> Vec<u64> {
        for seen in distinct(self.residents) {
            tallies
                .entry(first(seen))
                .or_default()
                .figures
                .residents_served += 1;
        }
        for seen in distinct(self.suppliers) {
            tallies
                .entry(first(seen))
                .or_default()
                .figures
                .suppliers_active += 1;
        }
        distinct(self.taking_part)
    }
}

fn count_closed(lens: &Lens, tallies: &mut Tallies, people: &mut People, closed: &Closed) {
    let day = closed.start.day();
    if !lens.counts(day) {
        return;
    }
    let group = lens
        .group(closed.resident, closed.category, day)
        .unwrap_or(closed.supplier);
    let ended = lens.has_ended(closed.start, closed.minutes);
    tallies.entry(group).or_default().take(closed, ended);
    if closed.outcome == Outcome::Completed {
        people.residents.push(pair(group, closed.resident));
        people.suppliers.push(pair(group, closed.supplier));
        let window = window(lens, closed.start);
        people.taking_part.push(pair(window, closed.supplier));
    }
}

/// The part of the period within which a supplier takes part: its month, or all of it.
fn window(lens: &Lens, start: Minute) -> Group {
    if lens.by == Some(By::Month) {
        month_of(start.day())
    } else {
        WHOLE
    }
}

impl Tally {
    fn take(&mut self, closed: &Closed, ended: bool) {
        let figures = &mut self.figures;
        match closed.outcome {
            Outcome::Completed => {
                figures.completed += 1;
                figures.minutes_served += u64::from(closed.minutes);
                if closed.rating > 0 {
                    self.ratings.0 += u64::from(closed.rating);
                    self.ratings.1 += 1;
                }
            }
            Outcome::NoShow => figures.no_show += 1,
            Outcome::CancelledByResident => figures.cancelled_by_resident += 1,
            Outcome::CancelledBySupplier => figures.cancelled_by_supplier += 1,
        }
        if ended && closed.outcome != Outcome::CancelledByResident {
            figures.visits_due += 1;
        }
    }
}

/// Counts the bookings of a need that no row has closed.
fn count_booked(lens: &Lens, tallies: &mut Tallies, case: &Case) {
    let Some(asked) = &case.asked else { return };
    if case.matches.is_empty() {
        return;
    }
    let mut closed: Vec<(Minute, u32)> = lens
        .facts
        .closed_of(case)
        .map(|row| (row.start, row.supplier))
        .collect();
    closed.sort_unstable();
    for (start, supplier) in case.booked() {
        if closed.binary_search(&(start, supplier)).is_err() {
            count_open(lens, tallies, asked, start, supplier);
        }
    }
}

fn count_open(lens: &Lens, tallies: &mut Tallies, asked: &Asked, start: Minute, supplier: u32) {
    let day = start.day();
    if !lens.counts(day) {
        return;
    }
    let group = lens
        .group(asked.resident, asked.category, day)
        .unwrap_or(supplier);
    let figures = &mut tallies.entry(group).or_default().figures;
    if lens.has_ended(start, asked.minutes) {
        figures.visits_due += 1;
        figures.awaiting_outcome += 1;
    }
}
