//! Everybody who passes every rule for a need, and the best of them, without working out everybody's score.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::ask::Ask;
use super::criteria;
use super::glance::{Glance, Sums, Verdict};
use super::index::Index;
use super::space::Hit;
use crate::domain::record::Weights;

/// Suppliers of whom the same is read together.
const TOGETHER: usize = 32;
/// What makes up for rounding, of scores and of bounds.
const ROUNDING: f64 = 1e-6;

/// Somebody who passes every rule.
#[derive(Clone, Copy, Debug)]
pub(super) struct Eligible {
    /// The score is not above this.
    bound: f64,
    pub(super) id: u32,
    level: u8,
    /// Whether the bound is the score.
    exact: bool,
}

/// A few suppliers of whom a resident's record says something, or who have served the resident before.
#[derive(Clone, Debug, Default)]
pub(super) struct Few {
    ids: Vec<u32>,
    /// A bit for each number modulo 64 that is among them.
    bits: u64,
}

impl Few {
    pub(super) fn of(ids: impl Iterator<Item = u32>) -> Self {
        let mut ids: Vec<u32> = ids.collect();
        ids.sort_unstable();
        let bits = ids.iter().fold(0, |bits, id| bits | 1 << (id % 64));
        Self { ids, bits }
    }

    fn has(&self, id: u32) -> bool {
        self.bits >> (id % 64) & 1 == 1 && self.ids.binary_search(&id).is_ok()
    }
}

/// What the criteria are worth to a need at most, in points of the score.
struct Scale {
    remote: bool,
    /// Of those of whom nothing else is known, by level.
    fixed: [f64; 4],
    proximity: f64,
    rating: f64,
    reliability: f64,
    /// By level, the scores of suppliers who have done nothing and make no journey.
    blank: [f64; 4],
}

impl Scale {
    fn of(weights: &Weights, remote: bool) -> Self {
        let total: f64 = weights.0.iter().sum();
        let [proximity, _, rating, reliability, fairness, proficiency, _] =
            weights.0.map(|weight| {
                if total > 0.0 {
                    100.0 * weight / total
                } else {
                    0.0
                }
            });
        let none = Sums::default();
        let level = |level: u8| f64::from(level) / 3.0;
        let blank = |of| {
            let values = [
                1.0,
                0.0,
                none.rating(),
                none.reliability(),
                1.0,
                level(of),
                0.0,
            ];
            criteria::score(&values, weights)
        };
        let near = if remote { proximity } else { 0.0 };
        Self {
            remote,
            fixed: [0, 1, 2, 3].map(|of| fairness + near + proficiency * level(of) + ROUNDING),
            proximity: if remote { 0.0 } else { proximity },
            rating: rating / 255.0,
            reliability: reliability / 255.0,
            blank: [0, 1, 2, 3].map(blank),
        }
    }

    /// Somebody who is not among the few.
    fn eligible(&self, hit: &Hit, glance: &Glance) -> Eligible {
        let of = |levels: &[f64; 4]| {
            let at = usize::from(hit.level);
            levels.get(at).copied().unwrap_or(f64::INFINITY)
        };
        let exact = self.remote && glance.is_blank();
        let bound = if exact {
            of(&self.blank)
        } else {
            of(&self.fixed)
                + self.proximity / (1.0 + f64::from(hit.km) / 2.0)
                + self.rating * f64::from(glance.rating())
                + self.reliability * f64::from(glance.reliability())
        };
        Eligible {
            bound,
            id: hit.id,
            level: hit.level,
            exact,
        }
    }
}

impl Ask<'_> {
    /// Everybody who passes every rule, each once; nobody when there is nothing to be booked.
    pub(super) fn found(&self) -> Vec<Eligible> {
        if self.visits.is_empty() {
            return Vec::new();
        }
        let hits = self.hits();
        let scale = Scale::of(&self.weighed.weights, self.remote);
        let mut all = Vec::with_capacity(hits.len());
        let mut open = Vec::new();
        for some in hits.chunks(TOGETHER) {
            self.index.touch_glances(some);
            for hit in some {
                let glance = self.index.glance(hit.id);
                match self.told_by(hit, &glance) {
                    Verdict::Passes => all.push(scale.eligible(hit, &glance)),
                    Verdict::Refused => {}
                    Verdict::Open => open.push(*hit),
                }
            }
        }
        for some in open.chunks(TOGETHER) {
            self.index.touch(some);
            for hit in some {
                self.look_at(hit.id, hit.level);
                if self.passes(hit.id) {
                    let mut one = scale.eligible(hit, &self.index.glance(hit.id));
                    if self.few.has(hit.id) {
                        (one.bound, one.exact) = (f64::INFINITY, false);
                    }
                    all.push(one);
                }
            }
        }
        self.look_away();
        all
    }

    /// What can be told of somebody at a glance; of the few, and of those of whom bookings are supposed, nothing.
    fn told_by(&self, hit: &Hit, glance: &Glance) -> Verdict {
        match self.glimpse.at(glance) {
            Verdict::Passes
                if !(hit.sure || self.remote) || self.few.has(hit.id) || self.supposes(hit.id) =>
            {
                Verdict::Open
            }
            told => told,
        }
    }

    /// How many suppliers pass every rule.
    pub(super) fn eligible(&self) -> usize {
        self.found().len()
    }

    /// How many suppliers pass every rule, and the best of them with their scores, the best first.
    pub(super) fn ranked(&self, top: usize) -> (usize, Vec<(f64, u32)>) {
        let all = self.found();
        (all.len(), self.best_of(&all, top))
    }

    /// The score of somebody who was found.
    pub(super) fn score_of(&self, one: &Eligible) -> f64 {
        if one.exact {
            return one.bound;
        }
        self.look_at(one.id, one.level);
        criteria::score(&criteria::values(self, one.id), &self.weighed.weights)
    }

    /// The best of those who were found, with their scores, the best first. Only of those who may be among them is the
    /// score worked out.
    pub(super) fn best_of(&self, all: &[Eligible], top: usize) -> Vec<(f64, u32)> {
        let promising = promising(all, top);
        let mut best: Vec<(f64, u32)> = promising
            .iter()
            .filter_map(|at| all.get(*at))
            .map(|one| (self.score_of(one), one.id))
            .collect();
        best.sort_unstable_by(|a, b| self.index.better(a, b));
        if best.len() < all.len() {
            let mut known = promising.into_iter().peekable();
            for (at, one) in all.iter().enumerate() {
                if known.next_if_eq(&at).is_none() {
                    self.admit(one, &mut best);
                }
            }
        }
        self.look_away();
        best
    }

    /// Puts somebody among the best, in place of the last of them, if that is better.
    fn admit(&self, one: &Eligible, best: &mut Vec<(f64, u32)>) {
        let Some(last) = best.last().filter(|last| one.bound + ROUNDING >= last.0) else {
            return;
        };
        let own = (self.score_of(one), one.id);
        if self.index.better(&own, last).is_lt() {
            let at = best.partition_point(|other| self.index.better(other, &own).is_lt());
            best.pop();
            best.insert(at, own);
        }
    }

    /// The place of a supplier among all who were found, and the score; none of somebody who was not.
    pub(super) fn place_among(&self, all: &[Eligible], s: u32) -> Option<(usize, f64)> {
        let own = all.iter().find(|one| one.id == s)?;
        let own = (self.score_of(own), s);
        let before = all.iter().filter(|one| {
            one.bound + ROUNDING >= own.0
                && self
                    .index
                    .better(&(self.score_of(one), one.id), &own)
                    .is_lt()
        });
        let place = 1 + before.count();
        self.look_away();
        Some((place, own.0))
    }
}

/// The places of those with the highest bounds, in order; as many as asked for.
fn promising(all: &[Eligible], top: usize) -> Vec<usize> {
    if all.len() <= top {
        return (0..all.len()).collect();
    }
    let mut highest = BinaryHeap::with_capacity(top + 1);
    // Bounds are not negative, so that their bits are in their order.
    let mut lowest = 0;
    for (at, one) in all.iter().enumerate() {
        let key = one.bound.to_bits();
        if highest.len() < top {
            highest.push(Reverse((key, at)));
        } else if top > 0 && key > lowest {
            highest.pop();
            highest.push(Reverse((key, at)));
        } else {
            continue;
        }
        lowest = highest.peek().map_or(0, |Reverse((key, _))| *key);
    }
    let mut places: Vec<usize> = highest.into_iter().map(|Reverse((_, at))| at).collect();
    places.sort_unstable();
    places
}

/// Those who were met, each once and with the highest level; `count`: how many suppliers there are.
pub(super) fn once_each(hits: &mut Vec<Hit>, count: usize) {
    let mut met = vec![0_u64; count.div_ceil(64)];
    let mut again = Vec::new();
    hits.retain(|hit| {
        let Some(bits) = met.get_mut(hit.id as usize / 64) else {
            return true;
        };
        let bit = 1 << (hit.id % 64);
        let is_new = *bits & bit == 0;
        *bits |= bit;
        if !is_new {
            again.push((hit.id, hit.level));
        }
        is_new
    });
    if again.is_empty() {
        return;
    }
    again.sort_unstable_by_key(|(id, level)| (*id, Reverse(*level)));
    for hit in hits {
        let at = again.partition_point(|(id, _)| *id < hit.id);
        if let Some((_, level)) = again.get(at).filter(|(id, _)| *id == hit.id) {
            hit.level = hit.level.max(*level);
        }
    }
}

/// What is read next is read of several at once: the processor then waits for memory once and not once for each.
impl Index {
    fn touch_glances(&self, some: &[Hit]) {
        let mut read = 0;
        for hit in some {
            read ^= self.glance(hit.id).rating();
        }
        std::hint::black_box(read);
    }

    fn touch(&self, some: &[Hit]) {
        let mut read = 0;
        for hit in some {
            read ^= self.cards.touch(hit.id);
        }
        for hit in some {
            let rows = &self.history(hit.id).rows;
            read ^= rows.last().map_or(0, |row| row.minutes.into());
        }
        std::hint::black_box(read);
    }
}
