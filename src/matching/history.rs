//! What is worked out of matches and closed visits on first use, and dropped when they change: the histories of suppliers,
//! the coverage of needs, the dates of series.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::{Arc, OnceLock};

use super::glance::Sums;
use super::index::{Booking, Closed, Index, Past, WINDOW, Wanted};
use crate::domain::record::Need;
use crate::domain::{Code, Minute, Outcome, Stamp};

/// What a supplier has booked and done.
#[derive(Debug, Default)]
pub(super) struct History {
    /// The earliest first.
    pub(super) booked: Vec<Booking>,
    /// The earliest first.
    pub(super) rows: Vec<Closed>,
    pub(super) sums: Sums,
}

impl History {
    /// Completed visits to a resident that were not rated below 3.
    pub(super) fn good_for(&self, resident: u32) -> f64 {
        let good = |r: &&Closed| {
            r.resident == resident
                && r.outcome == Outcome::Completed
                && r.rating.is_none_or(|n| n.get() >= 3)
        };
        self.rows.iter().filter(good).map(|_| 1.0).sum()
    }

    /// Minutes of the fairness criterion: completed in the 30 days before now, booked in the 28 days from now.
    pub(super) fn load_minutes(&self, now: Stamp) -> f64 {
        // What starts before a moment starts before the first whole minute from it on.
        let days = |n: i64| Stamp(now.0 + n * 86_400).minute_up();
        let done = between(&self.rows, days(-30), days(0), |r| r.start)
            .iter()
            .filter(|r| r.outcome == Outcome::Completed);
        let due = between(&self.booked, days(0), days(28), |b| b.start);
        done.map(|r| f64::from(r.minutes)).sum::<f64>()
            + due.iter().map(|b| f64::from(b.minutes)).sum::<f64>()
    }
}

/// What became of a need's occurrences.
#[derive(Debug, Default)]
pub(super) struct Facts {
    pub(super) booked: Vec<Booking>,
    pub(super) per_start: HashMap<Minute, u16>,
    pub(super) served: HashSet<Minute>,
    pub(super) cancelled: HashSet<Minute>,
    pub(super) dropped: HashSet<(Minute, u32)>,
}

/// A need's starts from its first on.
#[derive(Debug)]
pub(super) struct Starts {
    pub(super) list: Vec<Minute>,
    /// All starts before this are in the list.
    until: Minute,
    pub(super) complete: bool,
}

impl Index {
    /// Every start that a match holds; each pair's start once.
    fn held<'a>(&'a self, keys: &'a [Code]) -> BTreeMap<(u32, u32, Minute), Booking> {
        let mut all = BTreeMap::new();
        for m in keys.iter().filter_map(|key| self.matches.get(key)) {
            let (Some(need), Some(supplier)) =
                (self.needs.find(&m.need), self.suppliers.find(&m.supplier))
            else {
                continue;
            };
            let Some(n) = self.need(need) else { continue };
            let resident = self.residents.find(&n.resident).unwrap_or(u32::MAX);
            let kept = |v: &&Minute| m.holds(**v) && n.cancelled_at.is_none_or(|at| v.stamp() < at);
            for start in m.visits.iter().copied().filter(|v| kept(&v)) {
                let booking = Booking {
                    supplier,
                    need,
                    resident,
                    start,
                    minutes: n.minutes,
                    open: true,
                };
                all.insert((need, supplier, start), booking);
            }
        }
        all
    }

    fn close<'a>(
        mut all: BTreeMap<(u32, u32, Minute), Booking>,
        rows: impl Iterator<Item = &'a Closed>,
    ) -> Vec<Booking> {
        let mut gone = BTreeSet::new();
        for row in rows {
            let Some(need) = row.need() else { continue };
            let key = (need, row.supplier, row.start);
            if let Some(booking) = all.get_mut(&key) {
                booking.open = false;
                if row.outcome.is_cancelled() {
                    gone.insert(key);
                }
            }
        }
        all.into_iter()
            .filter(|(key, _)| !gone.contains(key))
            .map(|(_, b)| b)
            .collect()
    }

    pub(super) fn history(&self, supplier: u32) -> &History {
        static NONE: OnceLock<History> = OnceLock::new();
        match self.past(supplier) {
            Some(past) => past
                .history
                .get_or_init(|| Box::new(self.make_history(past))),
            None => NONE.get_or_init(History::default),
        }
    }

    fn make_history(&self, past: &Past) -> History {
        let mut rows: Vec<Closed> = past
            .services
            .iter()
            .filter_map(|number| self.closed.get(*number as usize))
            .copied()
            .collect();
        rows.sort_by_key(|row| row.start);
        let mut booked = Self::close(self.held(&past.matches), rows.iter());
        booked.sort_by_key(|booking| booking.start);
        History {
            booked,
            rows,
            sums: past.sums,
        }
    }

    pub(super) fn facts(&self, need: u32) -> &Facts {
        static NONE: OnceLock<Facts> = OnceLock::new();
        match self.wanted.get(need as usize) {
            Some(wanted) => wanted.facts.get_or_init(|| self.make_facts(wanted)),
            None => NONE.get_or_init(Facts::default),
        }
    }

    fn make_facts(&self, wanted: &Wanted) -> Facts {
        let rows: Vec<&Closed> = wanted
            .services
            .iter()
            .filter_map(|number| self.closed.get(*number as usize))
            .collect();
        let mut facts = Facts {
            booked: Self::close(self.held(&wanted.matches), rows.iter().copied()),
            ..Facts::default()
        };
        for booking in &facts.booked {
            *facts.per_start.entry(booking.start).or_default() += 1;
        }
        for row in rows {
            match row.outcome {
                Outcome::Completed => {
                    facts.served.insert(row.start);
                }
                Outcome::CancelledByResident => {
                    facts.cancelled.insert(row.start);
                }
                Outcome::CancelledBySupplier => {
                    facts.dropped.insert((row.start, row.supplier));
                }
                Outcome::NoShow => {}
            }
        }
        facts
    }

    /// The starts of a need, at least to the end of its window.
    pub(super) fn starts(&self, id: Option<u32>, need: &Need, now: Stamp) -> Arc<Starts> {
        let cache = id
            .and_then(|id| self.wanted.get(id as usize))
            .map(|w| &w.starts);
        let from = now.minute_up();
        let mut held = cache.map(|c| c.lock().unwrap_or_else(std::sync::PoisonError::into_inner));
        if let Some(Some(known)) = held.as_deref()
            && known.reaches(from)
        {
            return Arc::clone(known);
        }
        let made = Arc::new(Starts::of(need, from));
        if let Some(held) = held.as_deref_mut() {
            *held = Some(Arc::clone(&made));
        }
        made
    }
}

/// Of a list in the order of starts, those that start at `from` or later and before `to`.
pub(super) fn between<T>(
    list: &[T],
    from: Minute,
    to: Minute,
    start: impl Fn(&T) -> Minute,
) -> &[T] {
    let first = list.partition_point(|one| start(one) < from);
    let rest = list.get(first..).unwrap_or_default();
    let count = rest.partition_point(|one| start(one) < to);
    rest.get(..count).unwrap_or_default()
}

impl Starts {
    fn of(need: &Need, from: Minute) -> Self {
        let mut list = Vec::new();
        let mut until = None;
        for start in need.visits() {
            if start >= from && until.is_none() {
                until = Some(start.plus(2 * WINDOW));
            }
            if let Some(until) = until.filter(|until| start >= *until) {
                return Self {
                    list,
                    until,
                    complete: false,
                };
            }
            list.push(start);
        }
        Self {
            list,
            until: Minute(i32::MAX),
            complete: true,
        }
    }

    fn reaches(&self, from: Minute) -> bool {
        self.complete
            || self
                .from(from)
                .first()
                .is_some_and(|first| first.plus(WINDOW) <= self.until)
    }

    fn from(&self, from: Minute) -> &[Minute] {
        self.list
            .get(self.list.partition_point(|start| *start < from)..)
            .unwrap_or_default()
    }

    /// The starts inside the need's window.
    pub(super) fn window(&self, now: Stamp) -> &[Minute] {
        let rest = self.from(now.minute_up());
        let end = rest.first().map_or(Minute(0), |first| first.plus(WINDOW));
        rest.get(..rest.partition_point(|start| *start < end))
            .unwrap_or_default()
    }
}
