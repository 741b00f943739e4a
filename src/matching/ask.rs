//! A question: a need with the visits looked at, as rules and criteria see it.

use std::collections::{BTreeMap, HashMap};

use super::index::{Booking, Index, Served, Slot};
use super::relax::{self, Relaxation};
use super::rules::RULES;
use super::space::Glance;
use super::{Candidate, Explanation, Ranking, Verdict, criteria};
use crate::domain::geo::Point;
use crate::domain::record::Need;
use crate::domain::{Code, Day, Minute, Outcome, Sex, Stamp};

/// Minutes that must lie between visits for different residents.
pub(super) const APART: i32 = 15;

/// Bookings supposed on top of those recorded, by supplier.
pub(super) type Scratch = HashMap<u32, Vec<Booking>>;

#[derive(Clone)]
pub(super) struct Ask<'a> {
    pub(super) index: &'a Index,
    pub(super) now: Stamp,
    pub(super) need: Option<u32>,
    pub(super) visits: Vec<Minute>,
    minutes: u16,
    pub(super) resident: Option<u32>,
    pub(super) resident_row: Option<&'a Served>,
    point: Option<Point>,
    within: Vec<bool>,
    pub(super) remote: bool,
    pub(super) sex: Option<Sex>,
    /// Effective capabilities.
    pub(super) required: Vec<u32>,
    weeks: BTreeMap<i32, i32>,
    pub(super) last_day: Option<Day>,
    scratch: Option<&'a Scratch>,
    /// Kilometres by which every radius is extended.
    extra_km: f64,
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
        let count = u32::try_from(tree.names.len()).unwrap_or(u32::MAX);
        let within = (0..count)
            .map(|id| category.is_some_and(|c| tree.within(id, c)))
            .collect();
        let resident = index.residents.find(&need.resident);
        let resident_row = resident.and_then(|id| index.served.get(&id));
        let known = &index.capabilities;
        let mut weeks = BTreeMap::new();
        for visit in &visits {
            *weeks.entry(visit.day().iso_week()).or_default() += i32::from(need.minutes);
        }
        Self {
            index,
            now,
            need: index.needs.find(&need.code),
            minutes: need.minutes,
            resident,
            resident_row,
            point: index.resident_point(resident_row),
            within,
            remote: category
                .and_then(|c| tree.nodes.get(&c))
                .is_some_and(|node| node.remote),
            sex: need.sex,
            required: need
                .capabilities
                .iter()
                .map(|code| {
                    known
                        .names
                        .find(code)
                        .map_or(u32::MAX, |id| known.effective(id))
                })
                .collect(),
            weeks,
            last_day: visits.iter().max().map(|visit| visit.day()),
            visits,
            scratch,
            extra_km: 0.0,
        }
    }

    /// The same question with other bookings supposed.
    pub(super) fn beside<'b>(&self, scratch: &'b Scratch) -> Ask<'b>
    where
        'a: 'b,
    {
        Ask {
            scratch: Some(scratch),
            ..self.clone()
        }
    }

    pub(super) fn supplier(&self, s: u32) -> &'a Slot {
        static NONE: std::sync::OnceLock<Slot> = std::sync::OnceLock::new();
        self.index
            .slots
            .get(s as usize)
            .unwrap_or_else(|| NONE.get_or_init(Slot::default))
    }

    /// The highest level among the matching skills; 0 without any.
    pub(super) fn level(&self, s: u32) -> u8 {
        let matching = |id: u32| self.within.get(id as usize).copied().unwrap_or_default();
        self.supplier(s)
            .skills
            .iter()
            .filter(|(id, _)| matching(*id))
            .map(|(_, level)| *level)
            .max()
            .unwrap_or_default()
    }

    /// The last valid day of a capability that the supplier has; the end of days when it does not run out.
    pub(super) fn held(&self, s: u32, capability: u32) -> Option<Day> {
        let tree = &self.index.capabilities;
        let all = self.supplier(s).held.iter();
        all.filter(|(id, _)| tree.effective(*id) == capability)
            .map(|(_, until)| until.unwrap_or(Day(i32::MAX)))
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
        let slot = self.supplier(s);
        let day = visit.day();
        slot.week.covers(visit, self.minutes)
            && !slot
                .away
                .iter()
                .any(|away| away.from <= day && day <= away.to)
    }

    fn bookings(&self, s: u32) -> impl Iterator<Item = &Booking> {
        let more = self.scratch.and_then(|scratch| scratch.get(&s));
        self.index
            .history(s)
            .booked
            .iter()
            .chain(more.into_iter().flatten())
    }

    /// The booked visits with which a visit clashes.
    pub(super) fn clashing(&self, s: u32, visit: Minute) -> impl Iterator<Item = &Booking> {
        self.bookings(s).filter(move |b| {
            let gap = if Some(b.resident) == self.resident {
                0
            } else {
                APART
            };
            visit.0 < b.start.0 + i32::from(b.minutes) + gap
                && b.start.0 < visit.0 + i32::from(self.minutes) + gap
        })
    }

    pub(super) fn distance(&self, s: u32) -> Option<f64> {
        Some(self.supplier(s).point?.distance_km(self.point?))
    }

    pub(super) fn too_far(&self, s: u32) -> bool {
        let Some(radius) = self.supplier(s).radius.filter(|_| !self.remote) else {
            return false;
        };
        self.distance(s).is_none_or(|d| d > radius + self.extra_km)
    }

    /// Booked for the visit, or called it off before.
    pub(super) fn taken(&self, s: u32, visit: Minute) -> bool {
        let Some(need) = self.need else { return false };
        self.bookings(s).any(|b| b.need == need && b.start == visit)
            || self.index.facts(need).dropped.contains(&(visit, s))
    }

    /// The minutes of the first week that would be too full.
    pub(super) fn overfull(&self, s: u32) -> Option<i32> {
        let limit = self.supplier(s).max_hours? * 60.0 + 1e-6;
        self.weeks
            .iter()
            .map(|(week, minutes)| minutes + self.week_minutes(s, *week))
            .find(|total| f64::from(*total) > limit)
    }

    fn week_minutes(&self, s: u32, week: i32) -> i32 {
        let inside = |start: Minute| start.day().iso_week() == week;
        let open = self
            .bookings(s)
            .filter(|b| b.open && inside(b.start))
            .map(|b| i32::from(b.minutes))
            .sum::<i32>();
        let mut once = Vec::new();
        let mut closed = 0;
        for row in self.index.history(s).rows.iter().filter(|r| {
            inside(r.start) && matches!(r.outcome, Outcome::Completed | Outcome::NoShow)
        }) {
            let key = row.need.map(|need| (need, row.start));
            if key.is_none() || !once.contains(&key) {
                once.push(key);
                closed += i32::from(row.minutes);
            }
        }
        open + closed
    }

    pub(super) fn passes(&self, s: u32) -> bool {
        // Those that look at bookings come last: most suppliers have been refused by then.
        let all = |history: bool| {
            RULES
                .iter()
                .filter(|rule| rule.history == history)
                .all(|rule| !(rule.refuses)(self, s))
        };
        all(false) && all(true)
    }

    pub(super) fn failed(&self, s: u32) -> Vec<&'static str> {
        RULES
            .iter()
            .filter(|rule| (rule.refuses)(self, s))
            .map(|rule| rule.name)
            .collect()
    }

    fn survivors(&self) -> Vec<u32> {
        let from = self.point.filter(|_| !self.remote);
        let asked = Glance::asked(&self.visits, self.minutes, self.sex);
        let mut ids = Vec::new();
        for (category, postings) in &self.index.postings {
            if self
                .within
                .get(*category as usize)
                .copied()
                .unwrap_or_default()
            {
                postings.near(from, self.extra_km, asked, &mut ids);
            }
        }
        ids.sort_unstable();
        ids.dedup();
        ids.retain(|id| self.supplier(*id).known && self.passes(*id));
        ids
    }

    /// How many suppliers pass every rule, and the best of them with their scores, the best first.
    pub(super) fn best(&self, top: usize) -> (usize, Vec<(f64, u32)>) {
        let ids = if self.visits.is_empty() {
            Vec::new()
        } else {
            self.survivors()
        };
        let eligible = ids.len();
        let weights = &self.index.weights;
        let mut all: Vec<(f64, u32)> = ids
            .into_iter()
            .map(|s| (criteria::score(&criteria::values(self, s), weights), s))
            .collect();
        let better = |a: &(f64, u32), b: &(f64, u32)| {
            let codes = || {
                self.index
                    .suppliers
                    .code_ref(a.1)
                    .cmp(&self.index.suppliers.code_ref(b.1))
            };
            rounded(b.0).total_cmp(&rounded(a.0)).then_with(codes)
        };
        if top < all.len() && top > 0 {
            all.select_nth_unstable_by(top - 1, better);
        }
        all.truncate(top);
        all.sort_unstable_by(better);
        (eligible, all)
    }

    fn ranking(&self, need: Code, top: usize) -> Ranking {
        let (eligible, best) = self.best(top);
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
            weights: self.index.weights,
        }
    }

    fn candidate(&self, s: u32) -> Candidate {
        let values = criteria::values(self, s);
        Candidate {
            rank: 0,
            supplier: self.index.suppliers.code(s),
            score: criteria::score(&values, &self.index.weights),
            distance_km: self.distance(s),
            criteria: values,
        }
    }
}

/// Scores are compared to nine decimals (SPEC §3).
fn rounded(score: f64) -> f64 {
    (score * 1e9).round()
}

impl Index {
    /// The candidates of a need; none when there is no such need.
    #[must_use]
    pub fn candidates(&self, need: &Code, now: Stamp, top: usize) -> Option<Ranking> {
        let need = self.need(self.needs.find(need)?)?;
        Some(self.candidates_for(need, now, None, top))
    }

    /// The candidates of a need as it would be; for the named visits only when there are some.
    #[must_use]
    pub fn candidates_for(
        &self,
        draft: &Need,
        now: Stamp,
        only: Option<&[Minute]>,
        top: usize,
    ) -> Ranking {
        Ask::new(self, draft, now, self.looked_at(draft, now, only), None)
            .ranking(draft.code.clone(), top)
    }

    /// What a need could give up to have candidates, or more of them; none when there is no such need.
    #[must_use]
    pub fn relax(&self, need: &Code, now: Stamp) -> Option<(usize, Vec<Relaxation>)> {
        let need = self.need(self.needs.find(need)?)?;
        let ask = |draft: &Need, extra_km: f64| {
            let visits = self.considered_of(draft, now, None);
            let ask = Ask {
                extra_km,
                ..Ask::new(self, draft, now, visits, None)
            };
            let ranking = ask.ranking(draft.code.clone(), 1);
            let best = ranking
                .candidates
                .into_iter()
                .next()
                .map(|first| (first.supplier, first.score));
            (ranking.eligible, best)
        };
        let category = self.categories.names.find(&need.category);
        let parent = category
            .and_then(|id| self.categories.nodes.get(&id)?.parent)
            .map(|id| self.categories.names.code(id));
        let (eligible, _) = ask(need, 0.0);
        Some((
            eligible,
            relax::relax(need, parent.as_ref(), eligible, &ask),
        ))
    }

    /// Every rule and criterion for a pair; none when one of them does not exist.
    #[must_use]
    pub fn why(
        &self,
        need: &Code,
        supplier: &Code,
        now: Stamp,
        only: Option<&[Minute]>,
    ) -> Option<Explanation> {
        let record = self.need(self.needs.find(need)?)?;
        let s = self
            .suppliers
            .find(supplier)
            .filter(|s| self.slots.get(*s as usize).is_some_and(|slot| slot.known))?;
        let ask = Ask::new(self, record, now, self.looked_at(record, now, only), None);
        let found = ask.candidate(s);
        let rules = RULES
            .iter()
            .map(|rule| Verdict {
                rule: rule.name,
                pass: !(rule.refuses)(&ask, s),
                detail: (rule.say)(&ask, s),
            })
            .collect();
        Some(Explanation {
            need: need.clone(),
            supplier: supplier.clone(),
            rules,
            score: found.score,
            criteria: found.criteria,
            weights: self.weights,
            distance_km: found.distance_km,
            visits: ask.visits,
        })
    }

    fn looked_at(&self, need: &Need, now: Stamp, only: Option<&[Minute]>) -> Vec<Minute> {
        let Some(only) = only else {
            return self.considered_of(need, now, None);
        };
        let mut visits = only.to_vec();
        visits.sort_unstable();
        visits.dedup();
        visits
    }
}
