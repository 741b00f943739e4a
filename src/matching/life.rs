//! A need's life: visits considered, the queue, standing matches, visits without an outcome (SPEC §3, §4).

use super::ask::{Ask, Scratch};
use super::index::{Booking, Index};
use super::rules::RULES;
use super::{Awaiting, QueueRow, Roll, State, Unfit};
use crate::domain::record::{Match, Need};
use crate::domain::{Code, Day, Minute, Stamp};

impl Index {
    /// The visits considered of a need, the earliest first.
    #[must_use]
    pub fn considered(&self, need: &Code, now: Stamp) -> Vec<Minute> {
        let need = self.needs.find(need).and_then(|id| self.need(id));
        need.map(|need| self.considered_of(need, now, None))
            .unwrap_or_default()
    }

    pub(super) fn considered_of(
        &self,
        need: &Need,
        now: Stamp,
        scratch: Option<&Scratch>,
    ) -> Vec<Minute> {
        if need.cancelled_at.is_some() {
            return Vec::new();
        }
        let id = self.needs.find(&need.code);
        // A draft's own dates may differ from those of the stored need.
        let cached = id.filter(|id| {
            self.need(*id)
                .is_some_and(|n| n.start == need.start && n.recurrence == need.recurrence)
        });
        let facts = id.map(|id| self.facts(id));
        let supposed = |start: Minute| {
            scratch
                .into_iter()
                .flat_map(|s| s.values().flatten())
                .filter(|b| Some(b.need) == id && b.start == start)
                .count()
        };
        let wanted = |start: &Minute| {
            let booked = facts
                .and_then(|f| f.per_start.get(start))
                .copied()
                .unwrap_or_default();
            !facts.is_some_and(|f| f.served.contains(start) || f.cancelled.contains(start))
                && usize::from(booked) + supposed(*start) < usize::from(need.people())
        };
        self.starts(cached, need, now)
            .window(now)
            .iter()
            .copied()
            .filter(wanted)
            .collect()
    }

    /// The needs with visits considered: most urgent, earliest visit, oldest, code.
    #[must_use]
    pub fn queue(&self, now: Stamp) -> Vec<QueueRow> {
        let mut rows: Vec<QueueRow> = self
            .wanted
            .iter()
            .filter_map(|w| self.queue_row(w.record.as_ref()?, now))
            .collect();
        rows.sort_by(|a, b| {
            let order = b
                .urgency
                .cmp(&a.urgency)
                .then_with(|| a.visits.first().cmp(&b.visits.first()));
            order
                .then_with(|| a.opened_at.cmp(&b.opened_at))
                .then_with(|| a.need.cmp(&b.need))
        });
        rows
    }

    fn queue_row(&self, need: &Need, now: Stamp) -> Option<QueueRow> {
        let visits = self.considered_of(need, now, None);
        if visits.is_empty() {
            return None;
        }
        let id = self.needs.find(&need.code)?;
        let per_start = &self.facts(id).per_start;
        let matched = visits
            .iter()
            .map(|v| per_start.get(v).copied().unwrap_or_default())
            .min()
            .unwrap_or_default();
        Some(QueueRow {
            need: need.code.clone(),
            resident: need.resident.clone(),
            category: need.category.clone(),
            urgency: need.urgency,
            unfit: self.unfit(id, need, &visits, now),
            visits,
            opened_at: need.opened_at,
            wanted: need.people(),
            matched,
        })
    }

    fn unfit(&self, id: u32, need: &Need, visits: &[Minute], now: Stamp) -> Vec<Unfit> {
        let mut all = Vec::new();
        for m in self.standing(id, need) {
            let Some(s) = self.suppliers.find(&m.supplier) else {
                continue;
            };
            let later = visits
                .iter()
                .filter(|v| m.visits.iter().min().is_none_or(|first| *v > first));
            let refusing: Vec<&str> = later
                .flat_map(|v| Ask::new(self, need, now, vec![*v], None).failed(s))
                .collect();
            let failed: Vec<&str> = RULES
                .iter()
                .map(|rule| rule.name)
                .filter(|name| refusing.contains(name))
                .collect();
            if !failed.is_empty() {
                all.push(Unfit {
                    supplier: m.supplier.clone(),
                    failed,
                });
            }
        }
        all
    }

    /// The standing matches of a series, in the order of confirmation, then supplier.
    fn standing(&self, id: u32, need: &Need) -> Vec<&Match> {
        if need.recurrence.is_none() || need.cancelled_at.is_some() {
            return Vec::new();
        }
        let keys = self
            .wanted
            .get(id as usize)
            .map(|w| w.matches.as_slice())
            .unwrap_or_default();
        let mut all: Vec<&Match> = keys
            .iter()
            .filter_map(|key| self.matches.get(key))
            .filter(|m| m.stands())
            .collect();
        all.sort_by(|a, b| {
            a.confirmed_at
                .cmp(&b.confirmed_at)
                .then_with(|| a.supplier.cmp(&b.supplier))
        });
        all
    }

    /// The later visits to be booked now for standing matches, each allowed with those before it.
    #[must_use]
    pub fn rolls(&self, now: Stamp) -> Vec<Roll> {
        use crate::domain::Record;
        let mut needs: Vec<(u32, &Need)> = (0..)
            .zip(&self.wanted)
            .filter_map(|(id, w)| Some((id, w.record.as_ref()?)))
            .collect();
        needs.sort_by(|a, b| a.1.code.cmp(&b.1.code));
        let (mut scratch, mut rolls) = (Scratch::new(), Vec::new());
        for (id, need) in needs {
            let standing = self.standing(id, need);
            if standing.is_empty() || self.considered_of(need, now, None).is_empty() {
                continue;
            }
            for m in standing {
                let Some(s) = self.suppliers.find(&m.supplier) else {
                    continue;
                };
                for start in self.considered_of(need, now, Some(&scratch)) {
                    if m.visits.iter().max().is_some_and(|last| start <= *last)
                        || !Ask::new(self, need, now, vec![start], Some(&scratch)).passes(s)
                    {
                        continue;
                    }
                    let resident = self.residents.find(&need.resident).unwrap_or(u32::MAX);
                    scratch.entry(s).or_default().push(Booking {
                        supplier: s,
                        need: id,
                        resident,
                        start,
                        minutes: need.minutes,
                        open: true,
                    });
                    rolls.push(Roll {
                        key: m.key(),
                        need: need.code.clone(),
                        supplier: m.supplier.clone(),
                        start,
                    });
                }
            }
        }
        rolls
    }

    /// Where a need stands; none when there is no such need.
    #[must_use]
    pub fn state(&self, need: &Code, now: Stamp) -> Option<State> {
        let id = self.needs.find(need)?;
        let need = self.need(id)?;
        if need.cancelled_at.is_some() {
            return Some(State::Cancelled);
        }
        if !self.considered_of(need, now, None).is_empty() {
            return Some(State::Open);
        }
        let starts = self.starts(Some(id), need, now);
        if !need.is_finite() || !starts.window(now).is_empty() {
            return Some(State::Matched);
        }
        let facts = self.facts(id);
        let short = starts.list.last().is_some_and(|last| {
            !facts.cancelled.contains(last)
                && facts.per_start.get(last).copied().unwrap_or_default() < need.people()
        });
        Some(if short {
            State::Lapsed
        } else if facts.booked.iter().all(|b| !b.open) {
            State::Done
        } else {
            State::Matched
        })
    }

    /// The visits past their end without an outcome, the oldest first.
    #[must_use]
    pub fn awaiting(&self, now: Stamp) -> Vec<Awaiting> {
        let ids = 0..u32::try_from(self.wanted.len()).unwrap_or(u32::MAX);
        let over = |b: &&Booking| b.open && b.start.plus(i32::from(b.minutes)).stamp() <= now;
        let mut all: Vec<Awaiting> = ids
            .flat_map(|id| self.facts(id).booked.iter().filter(over))
            .map(|b| self.as_awaiting(b))
            .collect();
        all.sort_by(|a, b| {
            a.start
                .cmp(&b.start)
                .then_with(|| a.need.cmp(&b.need))
                .then_with(|| a.supplier.cmp(&b.supplier))
        });
        all
    }

    fn as_awaiting(&self, b: &Booking) -> Awaiting {
        Awaiting {
            need: self.needs.code(b.need),
            supplier: self.suppliers.code(b.supplier),
            start: b.start,
            minutes: b.minutes,
        }
    }

    /// The booked visits that start from `from` to `to`, both days included, of one supplier or need where given.
    #[must_use]
    pub fn booked_visits(
        &self,
        supplier: Option<&Code>,
        need: Option<&Code>,
        from: Day,
        to: Day,
    ) -> Vec<Awaiting> {
        let inside = |b: &&Booking| from <= b.start.day() && b.start.day() <= to;
        let found: Vec<&Booking> = match (supplier, need) {
            (Some(code), _) => self
                .suppliers
                .find(code)
                .map(|s| self.history(s).booked.iter().filter(inside).collect())
                .unwrap_or_default(),
            (None, Some(code)) => self
                .needs
                .find(code)
                .map(|n| self.facts(n).booked.iter().filter(inside).collect())
                .unwrap_or_default(),
            (None, None) => (0..u32::try_from(self.wanted.len()).unwrap_or(u32::MAX))
                .flat_map(|id| self.facts(id).booked.iter().filter(inside))
                .collect(),
        };
        let mut all: Vec<Awaiting> = found.into_iter().map(|b| self.as_awaiting(b)).collect();
        all.retain(|a| need.is_none_or(|need| a.need == *need));
        all.sort_by(|a, b| {
            a.start
                .cmp(&b.start)
                .then_with(|| a.need.cmp(&b.need))
                .then_with(|| a.supplier.cmp(&b.supplier))
        });
        all
    }

    /// How many suppliers there are.
    #[must_use]
    pub fn suppliers(&self) -> usize {
        self.cards.known()
    }

    /// How many needs have visits considered.
    #[must_use]
    pub fn open_needs(&self, now: Stamp) -> usize {
        self.wanted
            .iter()
            .filter_map(|w| w.record.as_ref())
            .filter(|need| !self.considered_of(need, now, None).is_empty())
            .count()
    }

    /// Whether category `low` is `high` or below it, what was merged resolved.
    #[must_use]
    pub fn category_within(&self, low: &Code, high: &Code) -> bool {
        let names = &self.categories.names;
        names
            .find(low)
            .zip(names.find(high))
            .is_some_and(|(low, high)| self.categories.within(low, high))
    }
}
