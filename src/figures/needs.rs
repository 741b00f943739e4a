//! Needs: opened, matched, how long that took, unfilled places and the backlog.

use super::By;
use super::facts::{Asked, Case, Closed, Taken};
use super::lens::{Group, Lens};
use super::occurrences::occurrences;
use super::tally::Tallies;
use crate::domain::{Day, Minute, Outcome, Recurrence, Stamp};

/// Counts the needs opened in the period and the places left empty in it.
pub(super) fn count(lens: &Lens, tallies: &mut Tallies) {
    for (_, case) in lens.facts.needs.iter() {
        if let Some(asked) = &case.asked {
            count_opened(lens, tallies, case, asked);
            count_unfilled(lens, tallies, case, asked);
            touch_matched(lens, tallies, case);
        }
    }
}

/// The groups in which a need counts on a day: one, or its suppliers.
fn groups(lens: &Lens, case: &Case, asked: &Asked, day: Day) -> Vec<Group> {
    if let Some(group) = lens.group(asked.resident, asked.category, day) {
        return vec![group];
    }
    let mut suppliers: Vec<Group> = case.matches.iter().map(|taken| taken.supplier).collect();
    suppliers.sort_unstable();
    suppliers.dedup();
    suppliers
}

fn count_opened(lens: &Lens, tallies: &mut Tallies, case: &Case, asked: &Asked) {
    let day = asked.opened.day();
    if !lens.counts(day) {
        return;
    }
    let first = History::of(case, asked).first();
    for group in groups(lens, case, asked, day) {
        let tally = tallies.entry(group).or_default();
        tally.figures.needs_opened += 1;
        if let Some(filled) = first {
            tally.figures.needs_matched += 1;
            tally.waits.push(filled.0 - asked.opened.0);
        }
    }
}

/// A supplier with a match confirmed in the period has a row, whatever came of it.
fn touch_matched(lens: &Lens, tallies: &mut Tallies, case: &Case) {
    if lens.by == Some(By::Supplier) {
        for taken in &case.matches {
            if lens.counts(taken.confirmed.day()) {
                tallies.entry(taken.supplier).or_default();
            }
        }
    }
}

/// Whether a need has enough suppliers, as it changed over time.
struct History(Vec<(Stamp, bool)>);

impl History {
    fn of(case: &Case, asked: &Asked) -> Self {
        let mut changes: Vec<(Stamp, bool, u32)> = Vec::new();
        for taken in case.matches.iter().filter(|taken| was_ever_active(taken)) {
            changes.push((taken.confirmed, true, taken.supplier));
            changes.extend(taken.ended.map(|ended| (ended, false, taken.supplier)));
        }
        // False sorts before true: at the same moment an end comes before a confirmation.
        changes.sort_unstable();
        let mut active: Vec<u32> = Vec::new();
        let states = changes.into_iter().map(|(at, begins, supplier)| {
            if begins {
                active.push(supplier);
            } else if let Some(place) = active.iter().position(|one| *one == supplier) {
                active.swap_remove(place);
            }
            (at, different(&active) >= usize::from(asked.people))
        });
        Self(states.collect())
    }

    /// When it first had enough.
    fn first(&self) -> Option<Stamp> {
        self.0.iter().find(|(_, filled)| *filled).map(|(at, _)| *at)
    }

    fn is_filled(&self, moment: Stamp) -> bool {
        let past = self.0.iter().rev().find(|(at, _)| *at <= moment);
        past.is_some_and(|(_, filled)| *filled)
    }
}

fn was_ever_active(taken: &Taken) -> bool {
    taken.ended.is_none_or(|ended| taken.confirmed < ended)
}

fn different(suppliers: &[u32]) -> usize {
    let mut suppliers = suppliers.to_vec();
    suppliers.sort_unstable();
    suppliers.dedup();
    suppliers.len()
}

fn count_unfilled(lens: &Lens, tallies: &mut Tallies, case: &Case, asked: &Asked) {
    if lens.by == Some(By::Supplier) || asked.start.day() > lens.to {
        return;
    }
    let passed = passed(lens, asked);
    if passed.is_empty() {
        return;
    }
    let rows: Vec<&Closed> = lens.facts.closed_of(case).collect();
    let places = places(case, &rows);
    let called_off = called_off(&rows);
    for start in passed {
        let from = places.partition_point(|(at, _)| *at < start);
        let to = places.partition_point(|(at, _)| *at <= start);
        let missing = usize::from(asked.people).saturating_sub(to - from);
        if missing > 0 && called_off.binary_search(&start).is_err() {
            for group in groups(lens, case, asked, start.day()) {
                let figures = &mut tallies.entry(group).or_default().figures;
                figures.visits_unfilled += u64::try_from(missing).unwrap_or_default();
            }
        }
    }
}

/// The occurrences of the period that have passed while the need was open.
fn passed(lens: &Lens, asked: &Asked) -> Vec<Minute> {
    occurrences(asked.start, asked.rule.as_ref())
        .take_while(|start| start.day() <= lens.to && lens.has_ended(*start, asked.minutes))
        .filter(|start| start.day() >= lens.from && start.stamp() >= asked.opened)
        .take_while(|start| asked.cancelled.is_none_or(|at| start.stamp() < at))
        .collect()
}

/// The suppliers booked or on record for each start, without those who called it off; sorted.
fn places(case: &Case, rows: &[&Closed]) -> Vec<(Minute, u32)> {
    let mut answered: Vec<(Minute, u32)> =
        rows.iter().map(|row| (row.start, row.supplier)).collect();
    answered.sort_unstable();
    let mut places: Vec<(Minute, u32)> = rows
        .iter()
        .filter(|row| row.outcome != Outcome::CancelledBySupplier)
        .map(|row| (row.start, row.supplier))
        .collect();
    let open = case.booked();
    places.extend(
        open.into_iter()
            .filter(|booking| answered.binary_search(booking).is_err()),
    );
    places.sort_unstable();
    places.dedup();
    places
}

/// The starts that the resident called off, sorted.
fn called_off(rows: &[&Closed]) -> Vec<Minute> {
    let mut starts: Vec<Minute> = rows
        .iter()
        .filter(|row| row.outcome == Outcome::CancelledByResident)
        .map(|row| row.start)
        .collect();
    starts.sort_unstable();
    starts
}

/// Counts the backlog at the end of each window: a group of its own, or the need's groups.
pub(super) fn count_backlog(lens: &Lens, tallies: &mut Tallies, windows: &[(Option<Group>, Day)]) {
    for (_, case) in lens.facts.needs.iter() {
        let Some(asked) = &case.asked else { continue };
        let waiting = Waiting::of(case, asked);
        for (group, last) in windows {
            if !waiting.at(lens, *last) {
                continue;
            }
            let own = || groups(lens, case, asked, *last);
            for group in group.map_or_else(own, |group| vec![group]) {
                tallies.entry(group).or_default().figures.backlog += 1;
            }
        }
    }
}

/// A need that may be waiting for suppliers.
struct Waiting<'a> {
    asked: &'a Asked,
    history: History,
    last: std::cell::OnceCell<Minute>,
}

impl<'a> Waiting<'a> {
    fn of(case: &Case, asked: &'a Asked) -> Self {
        Self {
            asked,
            history: History::of(case, asked),
            last: std::cell::OnceCell::new(),
        }
    }

    /// Whether it is in the backlog at the end of a day, or now when that is earlier.
    fn at(&self, lens: &Lens, day: Day) -> bool {
        let end = Stamp(i64::from(day.0).saturating_add(1) * 86_400 - 1);
        let moment = end.min(lens.now);
        self.asked.opened <= end
            && !self.history.is_filled(moment)
            && self.asked.cancelled.is_none_or(|at| at > moment)
            && !self.has_lapsed(moment)
    }

    fn has_lapsed(&self, moment: Stamp) -> bool {
        let rule = self.asked.rule.as_ref();
        rule.is_none_or(Recurrence::is_finite)
            && self.asked.start.stamp() < moment
            && self.history.first().is_none_or(|first| first > moment)
            && self.last().stamp() < moment
    }

    fn last(&self) -> Minute {
        let asked = self.asked;
        let starts = || occurrences(asked.start, asked.rule.as_ref());
        let last = || starts().last().unwrap_or(asked.start);
        *self.last.get_or_init(last)
    }
}
