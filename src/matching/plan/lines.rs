//! The needs of a plan with their candidates, as the search asks for them.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;

use super::market::{Market, Wanted};
use super::{Choices, Progress};
use crate::domain::record::Need;
use crate::domain::{Code, Minute, Stamp, Urgency};
use crate::matching::QueueRow;
use crate::matching::ask::{APART, Ask, Scratch};
use crate::matching::index::{Booking, Index};

/// Candidates of a need that are ranked at first, beyond its places; most plans look at no more.
const FIRST: usize = 31;
/// By how much a list of candidates grows when it is too short.
const GROWTH: usize = 8;

/// A need of the queue with its candidates.
pub(super) struct Line<'a> {
    pub id: u32,
    pub need: &'a Need,
    /// Suppliers that it can still have for all visits considered.
    pub places: usize,
    /// How many suppliers pass every rule.
    pub eligible: usize,
    ask: Ask<'a>,
    /// Suppliers by their number in the plan, and scores, the best first; as many as were asked for.
    best: RefCell<Vec<(usize, f64)>>,
    /// The weeks in which it has visits.
    weeks: Vec<i32>,
}

impl Line<'_> {
    /// The visits considered, the earliest first.
    pub fn visits(&self) -> &[Minute] {
        &self.ask.visits
    }
}

/// All needs of a plan.
pub(super) struct Lines<'a> {
    index: &'a Index,
    now: Stamp,
    pub all: Vec<Line<'a>>,
    suppliers: RefCell<Numbers>,
    /// For each pair of needs what two visits of them are to each other, once that was asked.
    pairs: Vec<Cell<Option<Pair>>>,
    /// What the rules said of suppliers and several needs.
    asked: RefCell<HashMap<(usize, Vec<usize>), bool>>,
}

/// The suppliers of a plan, numbered as they come up.
#[derive(Default)]
struct Numbers {
    of: HashMap<u32, usize>,
    ids: Vec<u32>,
}

impl Numbers {
    fn of(&mut self, id: u32) -> usize {
        *self.of.entry(id).or_insert_with(|| {
            self.ids.push(id);
            self.ids.len() - 1
        })
    }
}

/// What two needs are to each other at one supplier.
#[derive(Clone, Copy)]
struct Pair {
    /// Some visit of the one clashes with one of the other.
    clash: bool,
    /// Both have visits in one week.
    share_week: bool,
}

impl<'a> Lines<'a> {
    /// The needs of the queue that are to be planned.
    pub fn of(
        index: &'a Index,
        now: Stamp,
        choices: &Choices,
        progress: &mut Progress<'_>,
    ) -> Self {
        let rows: Vec<QueueRow> = index
            .queue(now)
            .into_iter()
            .filter(|row| !choices.without.contains(&row.need))
            .collect();
        let total = rows.len();
        let mut lines = Self {
            index,
            now,
            all: Vec::with_capacity(total),
            suppliers: RefCell::default(),
            pairs: Vec::new(),
            asked: RefCell::default(),
        };
        for (done, row) in rows.iter().enumerate() {
            progress(done, total);
            lines.all.extend(lines.line(row));
        }
        progress(total, total);
        let count = lines.all.len();
        lines.pairs = vec![Cell::new(None); count * count];
        lines
    }

    fn line(&self, row: &QueueRow) -> Option<Line<'a>> {
        let index = self.index;
        let id = index.needs.find(&row.need)?;
        let need = index.need(id)?;
        let per_start = &index.facts(id).per_start;
        let booked = row.visits.iter().filter_map(|visit| per_start.get(visit));
        let most = booked.copied().max().unwrap_or_default();
        let places = usize::from(need.people().saturating_sub(most));
        let ask = Ask::new(index, need, self.now, row.visits.clone(), None);
        let mut weeks: Vec<i32> = row.visits.iter().map(|v| v.day().iso_week()).collect();
        weeks.dedup();
        let (eligible, best) = ask.ranked(places + FIRST);
        Some(Line {
            id,
            need,
            places,
            eligible,
            ask,
            best: RefCell::new(self.numbered(best)),
            weeks,
        })
    }

    fn numbered(&self, best: Vec<(f64, u32)>) -> Vec<(usize, f64)> {
        let mut suppliers = self.suppliers.borrow_mut();
        best.into_iter()
            .map(|(score, id)| (suppliers.of(id), score))
            .collect()
    }

    /// The code of a supplier.
    pub fn code(&self, supplier: usize) -> Code {
        self.id(supplier)
            .map(|id| self.index.suppliers.code(id))
            .unwrap_or_default()
    }

    fn id(&self, supplier: usize) -> Option<u32> {
        self.suppliers.borrow().ids.get(supplier).copied()
    }

    /// The place of a supplier in a need's ranking, and the score.
    pub fn place(&self, need: usize, supplier: usize) -> Option<(usize, f64)> {
        (0..)
            .map_while(|at| Some((at, self.candidate(need, at)?)))
            .find(|(_, (other, _))| *other == supplier)
            .map(|(at, (_, score))| (at, score))
    }

    /// What is to be filled of each need.
    pub fn wanted(&self, choices: &Choices) -> Vec<Wanted> {
        let wanted = |(at, line): (usize, &Line<'_>)| Wanted {
            class: match line.need.urgency {
                Urgency::Low => 0,
                Urgency::Normal => 1,
                Urgency::High => 2,
                Urgency::Urgent => 3,
            },
            places: line.places,
            fixed: choices
                .fixed
                .iter()
                .filter(|(need, _)| *need == line.need.code)
                .filter_map(|(_, supplier)| self.fixed(at, supplier))
                .collect(),
        };
        self.all.iter().enumerate().map(wanted).collect()
    }

    /// The number of a supplier whom a need shall have, if it is a candidate.
    fn fixed(&self, need: usize, supplier: &Code) -> Option<usize> {
        let id = self.index.suppliers.find(supplier)?;
        let number = self.suppliers.borrow_mut().of(id);
        self.place(need, number).map(|_| number)
    }

    fn pair(&self, one: usize, other: usize) -> Option<Pair> {
        let known = self.pairs.get(one * self.all.len() + other)?;
        if known.get().is_none() {
            known.set(self.compare(one, other));
        }
        known.get()
    }

    fn compare(&self, one: usize, other: usize) -> Option<Pair> {
        let (one, other) = (self.all.get(one)?, self.all.get(other)?);
        Some(Pair {
            clash: clash(one, other),
            share_week: one.weeks.iter().any(|week| other.weeks.contains(week)),
        })
    }

    /// What the rules say when all of the needs but one count as booked, for each of them.
    fn ask(&self, supplier: u32, needs: &[usize]) -> bool {
        let lines: Vec<&Line<'_>> = needs.iter().filter_map(|at| self.all.get(*at)).collect();
        lines.iter().all(|line| {
            let others = lines.iter().filter(|other| other.id != line.id);
            let booked = others.flat_map(|other| bookings(supplier, other)).collect();
            let scratch: Scratch = [(supplier, booked)].into_iter().collect();
            line.ask.beside(&scratch).passes(supplier)
        })
    }
}

/// What a need's visits would be as bookings of a supplier.
fn bookings(supplier: u32, line: &Line<'_>) -> Vec<Booking> {
    let resident = line.ask.resident.unwrap_or(u32::MAX);
    let booking = |start| Booking {
        supplier,
        need: line.id,
        resident,
        start,
        minutes: line.need.minutes,
        open: true,
    };
    line.ask.visits.iter().copied().map(booking).collect()
}

impl Market for Lines<'_> {
    fn candidate(&self, need: usize, at: usize) -> Option<(usize, f64)> {
        let line = self.all.get(need)?;
        if let Some(found) = line.best.borrow().get(at) {
            return Some(*found);
        }
        if at >= line.eligible {
            return None;
        }
        let (_, best) = line.ask.ranked((at + 1) * GROWTH);
        *line.best.borrow_mut() = self.numbered(best);
        line.best.borrow().get(at).copied()
    }

    /// The rules are asked where it matters: visits that do not clash and lie in different weeks are nothing to each
    /// other, and visits that clash are too many for a supplier who takes one at a time.
    fn fits(&self, supplier: usize, needs: &[usize]) -> bool {
        let Some(id) = self.id(supplier) else {
            return false;
        };
        let (mut clash, mut share_week) = (false, false);
        for (at, one) in needs.iter().enumerate() {
            for other in needs.iter().take(at) {
                if let Some(pair) = self.pair(*one, *other) {
                    clash |= pair.clash;
                    share_week |= pair.share_week;
                }
            }
        }
        let (capacity, max_hours) = self.index.limits(id);
        if clash && capacity <= 1 {
            return false;
        }
        if !(clash || share_week && max_hours.is_some()) {
            return true;
        }
        let mut key = (supplier, needs.to_vec());
        key.1.sort_unstable();
        if let Some(known) = self.asked.borrow().get(&key) {
            return *known;
        }
        let fits = self.ask(id, needs);
        self.asked.borrow_mut().insert(key, fits);
        fits
    }
}

/// Whether visits of two needs clash at one supplier (SPEC §3).
fn clash(one: &Line<'_>, other: &Line<'_>) -> bool {
    let gap = if one.need.resident == other.need.resident {
        0
    } else {
        APART
    };
    let (a, b) = (&one.ask.visits, &other.ask.visits);
    let (long_a, long_b) = (i32::from(one.need.minutes), i32::from(other.need.minutes));
    let (mut i, mut k) = (0, 0);
    // Both are in order of time.
    while let (Some(x), Some(y)) = (a.get(i), b.get(k)) {
        if x.0 + long_a + gap <= y.0 {
            i += 1;
        } else if y.0 + long_b + gap <= x.0 {
            k += 1;
        } else {
            return true;
        }
    }
    false
}

impl Index {
    /// How many visits at once, and how many hours a week, a supplier takes.
    fn limits(&self, supplier: u32) -> (u16, Option<f64>) {
        let capacity = self.cards.card(supplier).capacity;
        (capacity, self.cards.max_hours(supplier))
    }
}
