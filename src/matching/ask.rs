//! A question: a need with the visits looked at, as rules and criteria see it.

use std::cell::Cell;
use std::collections::HashMap;
use std::sync::Arc;

use super::cards::Card;
use super::found::{Few, once_each};
use super::glance::{Glimpse, bits};
use super::history::{History, between};
use super::index::{Booking, Index, Served};
use super::rules::{RULES, all_pass};
use super::space::{Hit, Sought};
use super::taken::{Hours, Week, since};
use super::tree::Below;
use super::weighting::Weighed;
use super::{Candidate, Ranking, criteria};
use crate::domain::geo::{Point, Target};
use crate::domain::record::Need;
use crate::domain::time::DAY;
use crate::domain::{Code, Day, Minute, Outcome, Sex, Stamp};

/// Minutes that must lie between visits for different residents.
pub(super) const APART: i32 = 15;

/// Bookings supposed on top of those recorded, by supplier.
pub(super) type Scratch = HashMap<u32, Vec<Booking>>;

pub(super) struct Ask<'a> {
    pub(super) index: &'a Index,
    pub(super) now: Stamp,
    pub(super) need: Option<u32>,
    pub(super) visits: Vec<Minute>,
    pub(super) minutes: u16,
    pub(super) resident: Option<u32>,
    pub(super) resident_row: Option<&'a Served>,
    pub(super) point: Option<Point>,
    target: Option<Target>,
    /// Whom the resident has blocked or prefers, and who has served the resident.
    pub(super) few: Few,
    pub(super) glimpse: Glimpse,
    /// What several rules and criteria look at of one supplier.
    seen: Cell<Option<Seen<'a>>>,
    pub(super) within: Below,
    pub(super) remote: bool,
    pub(super) sex: Option<Sex>,
    /// Effective capabilities.
    pub(super) required: Vec<u32>,
    /// The half hours that visits take of days of the week, each day with the like once.
    hours: Vec<Hours>,
    weeks: Vec<Week>,
    /// Nothing that starts before this is in the way of a visit or in its week.
    since: Minute,
    pub(super) last_day: Option<Day>,
    scratch: Option<&'a Scratch>,
    pub(super) weighed: Weighed,
    /// Kilometres by which every radius is extended.
    pub(super) extra_km: f64,
}

/// What was found out of a supplier and is asked several times in a row.
#[derive(Clone, Copy)]
struct Seen<'a> {
    supplier: u32,
    level: u8,
    distance: Option<f64>,
    history: &'a History,
    idle: bool,
}

impl<'a> Ask<'a> {
    pub(super) fn new(
        index: &'a Index,
        need: &Need,
        now: Stamp,
        visits: Vec<Minute>,
        scratch: Option<&'a Scratch>,
    ) -> Self {
        let tree = &index.categories;
        let category = tree.names.find(&need.category);
        let within = category.map_or_else(|| Below::from([]), |c| tree.below(c));
        let resident = index.residents.find(&need.resident);
        let resident_row = resident.and_then(|id| index.served(id));
        let point = index.resident_point(resident_row);
        let known = &index.capabilities;
        let required: Vec<u32> = need
            .capabilities
            .iter()
            .map(|code| {
                let id = known.names.find(code);
                id.map_or(u32::MAX, |id| known.effective(id))
            })
            .collect();
        let weeks = Week::of(&visits, need.minutes);
        let since = since(&visits);
        let count_as = required.iter().map(|one| bits(known.all_that_are(*one)));
        let glimpse = Glimpse::of(
            count_as.collect(),
            &visits,
            since,
            weeks
                .iter()
                .map(|week| week.taken)
                .max()
                .unwrap_or_default(),
        );
        let few = resident_row.map_or_else(Few::default, |row| {
            let lists = [&row.blocked[..], &row.preferred, &row.regulars];
            Few::of(lists.into_iter().flatten().copied())
        });
        Self {
            index,
            now,
            need: index.needs.find(&need.code),
            minutes: need.minutes,
            resident,
            resident_row,
            point,
            target: point.map(Target::of),
            few,
            glimpse,
            seen: Cell::default(),
            within,
            remote: category
                .and_then(|c| tree.nodes.get(&c))
                .is_some_and(|node| node.remote),
            sex: need.sex,
            required,
            hours: Hours::of(&visits, need.minutes),
            since,
            weeks,
            last_day: visits.iter().max().map(|visit| visit.day()),
            visits,
            scratch,
            weighed: index.weights_for(&need.category),
            extra_km: 0.0,
        }
    }

    /// The same question with other bookings supposed.
    pub(super) fn beside<'b>(&self, scratch: &'b Scratch) -> Ask<'b>
    where
        'a: 'b,
    {
        // What was seen of a supplier stays with the question that saw it.
        Ask {
            index: self.index,
            now: self.now,
            need: self.need,
            visits: self.visits.clone(),
            minutes: self.minutes,
            resident: self.resident,
            resident_row: self.resident_row,
            point: self.point,
            target: self.target,
            few: self.few.clone(),
            glimpse: self.glimpse.clone(),
            seen: Cell::default(),
            within: Arc::clone(&self.within),
            remote: self.remote,
            sex: self.sex,
            required: self.required.clone(),
            hours: self.hours.clone(),
            weeks: self.weeks.clone(),
            since: self.since,
            last_day: self.last_day,
            scratch: Some(scratch),
            weighed: self.weighed.clone(),
            extra_km: self.extra_km,
        }
    }

    pub(super) fn supplier(&self, s: u32) -> &'a Card {
        self.index.cards.card(s)
    }

    /// The highest level among the matching skills; 0 without any.
    pub(super) fn level(&self, s: u32) -> u8 {
        if let Some(seen) = self.seen(s) {
            return seen.level;
        }
        self.index
            .cards
            .skills(s)
            .filter(|(category, _)| self.is_within(*category))
            .map(|(_, level)| level)
            .max()
            .unwrap_or_default()
    }

    /// Whether a category is the need's or below it.
    pub(super) fn is_within(&self, category: u32) -> bool {
        self.within
            .get(category as usize)
            .copied()
            .unwrap_or_default()
    }

    /// The last valid day of a capability that the supplier has; the end of days when it does not run out.
    pub(super) fn held(&self, s: u32, capability: u32) -> Option<Day> {
        let tree = &self.index.capabilities;
        let all = self.index.cards.held(s);
        all.filter(|(id, _)| tree.effective(*id) == capability)
            .map(|(_, until)| until)
            .max()
    }

    pub(super) fn expired(&self, s: u32, capability: u32, day: Day) -> bool {
        self.held(s, capability).is_some_and(|until| until < day)
    }

    /// The required capabilities of which `wrong` holds, as a list.
    pub(super) fn tags(&self, wrong: impl Fn(u32) -> bool) -> String {
        let names = &self.index.capabilities.names;
        let all: Vec<String> = self
            .required
            .iter()
            .filter(|c| wrong(**c))
            .map(|c| names.code(*c).to_string())
            .collect();
        all.join(", ")
    }

    pub(super) fn free(&self, s: u32, visit: Minute) -> bool {
        let hours = Hours::of(&[visit], self.minutes);
        self.gives(s, &hours) && !self.is_away(s, visit)
    }

    /// Whether half hours lie inside the weekly windows of a supplier.
    fn gives(&self, s: u32, hours: &[Hours]) -> bool {
        let (weeks, week) = (&self.index.weeks, self.supplier(s).week);
        hours.iter().all(|hours| weeks.gives(week, *hours))
    }

    /// Whether a supplier is away on the day of a visit.
    pub(super) fn is_away(&self, s: u32, visit: Minute) -> bool {
        self.index.cards.is_away(s, visit.day())
    }

    /// Whether all visits lie inside the weekly windows of a supplier who is not away on any of their days.
    pub(super) fn always_free(&self, s: u32) -> bool {
        let card = self.supplier(s);
        let cards = &self.index.cards;
        self.gives(s, &self.hours)
            && (!card.is_ever_away() || !self.visits.iter().any(|v| cards.is_away(s, v.day())))
    }

    /// What a supplier has booked and done.
    pub(super) fn history(&self, s: u32) -> &'a History {
        match self.seen(s) {
            Some(seen) => seen.history,
            None => self.index.history(s),
        }
    }

    /// Whether nothing that a supplier has booked or done matters for the visits.
    pub(super) fn is_idle(&self, s: u32) -> bool {
        match self.seen(s) {
            Some(seen) => seen.idle,
            None => self.idles(s, self.index.history(s)),
        }
    }

    fn idles(&self, s: u32, history: &History) -> bool {
        history.booked.last().is_none_or(|b| b.start < self.since)
            && history.rows.last().is_none_or(|r| r.start < self.since)
            && !self.supposes(s)
    }

    /// Whether bookings are supposed of a supplier.
    pub(super) fn supposes(&self, s: u32) -> bool {
        self.scratch.is_some_and(|more| more.contains_key(&s))
    }

    /// The booked visits that start from `from` and before `to`, and those supposed at any time.
    fn bookings(&self, s: u32, from: Minute, to: Minute) -> impl Iterator<Item = &Booking> {
        let more = self.scratch.and_then(|scratch| scratch.get(&s));
        between(&self.history(s).booked, from, to, |b| b.start)
            .iter()
            .chain(more.into_iter().flatten())
    }

    /// How long a booked visit takes: of the need itself as long as is asked now.
    fn lasts(&self, b: &Booking) -> i32 {
        let is_own = Some(b.need) == self.need;
        i32::from(if is_own { self.minutes } else { b.minutes })
    }

    /// The booked visits with which a visit clashes.
    pub(super) fn clashing(&self, s: u32, visit: Minute) -> impl Iterator<Item = &Booking> {
        // None takes longer than a day.
        let (from, to) = (visit.plus(-DAY - 15), visit.plus(DAY + 15));
        self.bookings(s, from, to).filter(move |b| {
            let gap = if Some(b.resident) == self.resident {
                0
            } else {
                APART
            };
            visit.0 < b.start.0 + self.lasts(b) + gap
                && b.start.0 < visit.0 + i32::from(self.minutes) + gap
        })
    }

    pub(super) fn distance(&self, s: u32) -> Option<f64> {
        match self.seen(s) {
            Some(seen) => seen.distance,
            None => self.measured(s),
        }
    }

    fn measured(&self, s: u32) -> Option<f64> {
        Some(self.target?.distance_km(self.index.cards.point(s)?))
    }

    fn seen(&self, s: u32) -> Option<Seen<'a>> {
        self.seen.get().filter(|seen| seen.supplier == s)
    }

    pub(super) fn too_far(&self, s: u32) -> bool {
        let Some(radius) = self.supplier(s).radius().filter(|_| !self.remote) else {
            return false;
        };
        self.distance(s).is_none_or(|d| d > radius + self.extra_km)
    }

    /// Booked for the visit, or called it off before.
    pub(super) fn taken(&self, s: u32, visit: Minute) -> bool {
        let Some(need) = self.need else { return false };
        let dropped = &self.index.facts(need).dropped;
        self.bookings(s, visit, visit.plus(1))
            .any(|b| b.need == need && b.start == visit)
            || !dropped.is_empty() && dropped.contains(&(visit, s))
    }

    /// The minutes of the first week that would be too full.
    pub(super) fn overfull(&self, s: u32) -> Option<i32> {
        let (card, idle) = (self.supplier(s), self.is_idle(s));
        let more = |week| {
            if idle { 0 } else { self.week_minutes(s, week) }
        };
        let mut totals = self.weeks.iter().map(|week| week.taken + more(week));
        let too_full = |total: &i32| {
            let limit = || self.index.cards.max_hours(s);
            !card.surely_within(*total)
                && limit().is_some_and(|hours| f64::from(*total) > hours * 60.0 + 1e-6)
        };
        totals.find(too_full)
    }

    fn week_minutes(&self, s: u32, week: &Week) -> i32 {
        let open = self
            .bookings(s, week.from, week.to)
            .filter(|b| b.open && week.from <= b.start && b.start < week.to)
            .map(|b| self.lasts(b))
            .sum::<i32>();
        let mut once = Vec::new();
        let mut closed = 0;
        let rows = between(&self.history(s).rows, week.from, week.to, |r| r.start);
        for row in rows
            .iter()
            .filter(|r| matches!(r.outcome, Outcome::Completed | Outcome::NoShow))
        {
            let key = row.need().map(|need| (need, row.start));
            if key.is_none() || !once.contains(&key) {
                once.push(key);
                closed += i32::from(row.minutes);
            }
        }
        open + closed
    }

    pub(super) fn passes(&self, s: u32) -> bool {
        // Those that look at bookings come last: most suppliers have been refused by then.
        all_pass(self, s, false) && all_pass(self, s, true)
    }

    pub(super) fn failed(&self, s: u32) -> Vec<&'static str> {
        RULES
            .iter()
            .filter(|rule| (rule.refuses)(self, s))
            .map(|rule| rule.name)
            .collect()
    }

    /// Those who are sought in the need's category or below it by what the index knows, each once and with the highest level.
    pub(super) fn hits(&self) -> Vec<Hit> {
        let from = self.point.filter(|_| !self.remote);
        let sought = Sought::of(&self.index.weeks, &self.hours, self.sex);
        let (mut hits, mut lists) = (Vec::new(), 0);
        for (category, postings) in (0..).zip(&self.index.postings) {
            if self.is_within(category) {
                let before = hits.len();
                postings.near(from, self.extra_km, &sought, &mut hits);
                lists += usize::from(hits.len() > before);
            }
        }
        // Nobody is twice in one list.
        if lists > 1 {
            once_each(&mut hits, self.index.suppliers.len());
        }
        hits
    }

    /// Keeps at hand what rules and criteria look at of a supplier.
    pub(super) fn look_at(&self, s: u32, level: u8) {
        // Without a journey nothing that is asked here looks at the distance.
        let distance = if self.remote { None } else { self.measured(s) };
        let history = self.index.history(s);
        self.seen.set(Some(Seen {
            supplier: s,
            level,
            distance,
            history,
            idle: self.idles(s, history),
        }));
    }

    /// Forgets who was looked at last.
    pub(super) fn look_away(&self) {
        self.seen.set(None);
    }

    pub(super) fn ranking(&self, need: Code, top: usize) -> Ranking {
        let (eligible, best) = self.ranked(top);
        let candidates = (1..)
            .zip(best)
            .map(|(rank, (_, s))| Candidate {
                rank,
                ..self.candidate(s)
            })
            .collect();
        Ranking {
            need,
            as_of: self.now,
            visits: self.visits.clone(),
            eligible,
            candidates,
            weighed: self.weighed.clone(),
        }
    }

    pub(super) fn candidate(&self, s: u32) -> Candidate {
        let values = criteria::values(self, s);
        Candidate {
            rank: 0,
            supplier: self.index.suppliers.code(s),
            score: criteria::score(&values, &self.weighed.weights),
            distance_km: self.distance(s),
            criteria: values,
        }
    }
}
