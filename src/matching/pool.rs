//! Whom questions about refused suppliers look at, and the order in which they answer: all that they need of the index.

use super::ask::Ask;
use super::rules::{RULES, Rule};
use super::space::{Hit, Sought};
use super::taken::Hours;
use super::{Candidate, criteria};
use crate::domain::Minute;

/// The rules, those that look at bookings last: most suppliers have been refused by then.
pub(super) fn rules(but: &[&str]) -> Vec<&'static Rule> {
    let of = |history: bool| {
        RULES
            .iter()
            .filter(move |rule| rule.history == history && !but.contains(&rule.name))
    };
    of(false).chain(of(true)).collect()
}

impl Ask<'_> {
    /// Everybody with a skill in the need's category or below it.
    pub(super) fn skilled(&self) -> Vec<u32> {
        let mut ids = Vec::new();
        for (category, postings) in (0..).zip(&self.index.postings) {
            if self.is_within(category) {
                postings.near(None, 0.0, &Sought::default(), &mut ids);
            }
        }
        once_each(ids)
    }

    /// Those who may reach the resident at some visits by what the index knows at a glance: with a skill in the need's
    /// category, or with another and without any.
    pub(super) fn around(&self, visits: &[Minute], skilled: bool) -> Vec<u32> {
        let hours = Hours::of(visits, self.minutes);
        let sought = Sought::of(&self.index.weeks, &hours, self.sex);
        let from = self.point.filter(|_| !self.remote);
        let mut ids = Vec::new();
        for (category, postings) in (0..).zip(&self.index.postings) {
            if self.is_within(category) == skilled {
                postings.near(from, 0.0, &sought, &mut ids);
            }
        }
        if !skilled {
            self.index.unskilled.near(from, 0.0, &sought, &mut ids);
        }
        once_each(ids)
    }

    /// The best of some suppliers, the best first, ranked as candidates are; each carries something along.
    pub(super) fn best<T>(&self, all: Vec<(u32, T)>, top: usize) -> Vec<(u32, Candidate, T)> {
        let names = &self.index.suppliers;
        let mut scored: Vec<(f64, u32, T)> = all
            .into_iter()
            .map(|(s, with)| {
                let score = criteria::score(&criteria::values(self, s), &self.weighed.weights);
                (criteria::rounded(score), s, with)
            })
            .collect();
        let better = |a: &(f64, u32, T), b: &(f64, u32, T)| {
            b.0.total_cmp(&a.0).then_with(|| names.order(a.1, b.1))
        };
        if top > 0 && top < scored.len() {
            scored.select_nth_unstable_by(top - 1, better);
        }
        scored.truncate(top);
        scored.sort_unstable_by(better);
        (1..)
            .zip(scored)
            .map(|(rank, (_, s, with))| {
                let candidate = Candidate {
                    rank,
                    ..self.candidate(s)
                };
                (s, candidate, with)
            })
            .collect()
    }
}

/// Somebody with several skills was met several times.
fn once_each(hits: Vec<Hit>) -> Vec<u32> {
    let mut ids: Vec<u32> = hits.into_iter().map(|hit| hit.id).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}
