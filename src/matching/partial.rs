//! Parts of a series: suppliers who can't take every visit considered, and can take most of them.

use super::Candidate;
use super::ask::Ask;
use super::index::Index;
use super::pool;
use super::rules::{RULES, Rule};
use crate::domain::record::Need;
use crate::domain::{Code, Minute, Stamp};

/// A visit that a supplier can't take, and the rules that refuse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// The visit.
    pub visit: Minute,
    /// The rules' names (SPEC §3).
    pub failed: Vec<&'static str>,
}

/// A supplier who can take most visits of a need.
#[derive(Clone, Debug, PartialEq)]
pub struct Partial {
    /// The supplier, ranked among those who can take a part: the most visits first, then by score.
    pub candidate: Candidate,
    /// The visits that the rules allow together, the earliest first.
    pub visits: Vec<Minute>,
    /// The other visits considered.
    pub missing: Vec<Missing>,
}

/// The suppliers who can take most visits of a need.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Partials {
    /// How many there are.
    pub count: usize,
    /// The best of them, the best first.
    pub list: Vec<Partial>,
}

/// Whether so many of all visits are most of them.
fn is_most(taken: usize, all: usize) -> bool {
    taken < all && taken * 2 > all
}

impl Index {
    /// The suppliers who can take most, and not all, of the visits considered of a need; none when there is no such need.
    #[must_use]
    pub fn partial(&self, need: &Code, now: Stamp, top: usize) -> Option<Partials> {
        let need = self.need(self.needs.find(need)?)?;
        Some(self.partial_for(need, now, top))
    }

    /// The same for a need as it would be.
    #[must_use]
    pub fn partial_for(&self, draft: &Need, now: Stamp, top: usize) -> Partials {
        let series = Series::new(self, draft, now);
        let total = series.whole.visits.len();
        if !is_most(total.saturating_sub(1), total) {
            return Partials::default();
        }
        let mut by_count: Vec<Vec<(u32, Vec<Minute>)>> = vec![Vec::new(); total];
        for s in series.pool() {
            let visits = series.taken(s);
            if is_most(visits.len(), total)
                && let Some(list) = by_count.get_mut(visits.len())
            {
                list.push((s, visits));
            }
        }
        let count = by_count.iter().map(Vec::len).sum();
        let mut list = Vec::new();
        for same in by_count.into_iter().rev() {
            let more = series.whole.best(same, top - list.len());
            list.extend(
                more.into_iter()
                    .map(|(s, candidate, visits)| series.partial(candidate, visits, s)),
            );
        }
        for (rank, partial) in (1..).zip(&mut list) {
            partial.candidate.rank = rank;
        }
        Partials { count, list }
    }

    /// The visits considered of a need that a supplier can take together, as many as the rules allow; none when one of the
    /// two does not exist.
    #[must_use]
    pub fn part_of(&self, need: &Code, supplier: &Code, now: Stamp) -> Option<Vec<Minute>> {
        let need = self.need(self.needs.find(need)?)?;
        let s = self.suppliers.find(supplier)?;
        let series = Series::new(self, need, now);
        series.whole.supplier(s).known().then(|| series.taken(s))
    }
}

/// A need's visits as one question, and as one for each.
struct Series<'a> {
    draft: &'a Need,
    now: Stamp,
    whole: Ask<'a>,
    each: Vec<Ask<'a>>,
    rules: Vec<&'static Rule>,
}

impl<'a> Series<'a> {
    fn new(index: &'a Index, draft: &'a Need, now: Stamp) -> Self {
        let visits = index.looked_at(draft, now, None);
        let ask = |visits| Ask::new(index, draft, now, visits, None);
        Self {
            draft,
            now,
            each: visits.iter().map(|visit| ask(vec![*visit])).collect(),
            whole: ask(visits),
            rules: pool::rules(&[]),
        }
    }

    /// Everybody who may reach one of the visits.
    fn pool(&self) -> Vec<u32> {
        let mut asked: Vec<(u8, i32)> = Vec::new();
        let mut ids = Vec::new();
        for ask in &self.each {
            for visit in &ask.visits {
                let when = (visit.day().weekday(), visit.of_day());
                if !asked.contains(&when) {
                    asked.push(when);
                    ids.extend(ask.around(&ask.visits, true));
                }
            }
        }
        ids.sort_unstable();
        ids.dedup();
        ids
    }

    /// The visits that a supplier can take together, as many as the rules allow. All rules but that of the hours of a week
    /// look at each visit by itself; weeks do not touch each other, so that the earliest of each are as many as any.
    fn taken(&self, s: u32) -> Vec<Minute> {
        let alone: Vec<Minute> = self
            .each
            .iter()
            .filter(|ask| self.allows(ask, s))
            .flat_map(|ask| ask.visits.iter().copied())
            .collect();
        if alone.len() < 2 || self.allows(&self.of(alone.clone()), s) {
            return alone;
        }
        let mut taken = Vec::new();
        for visit in alone {
            taken.push(visit);
            if !self.allows(&self.of(taken.clone()), s) {
                taken.pop();
            }
        }
        taken
    }

    fn of(&self, visits: Vec<Minute>) -> Ask<'a> {
        Ask::new(self.whole.index, self.draft, self.now, visits, None)
    }

    fn allows(&self, ask: &Ask<'_>, s: u32) -> bool {
        self.rules.iter().all(|rule| !(rule.refuses)(ask, s))
    }

    fn partial(&self, candidate: Candidate, visits: Vec<Minute>, s: u32) -> Partial {
        let missing = self
            .whole
            .visits
            .iter()
            .filter(|visit| !visits.contains(visit))
            .map(|visit| Missing {
                visit: *visit,
                failed: self.why_not(&visits, *visit, s),
            })
            .collect();
        Partial {
            candidate,
            visits,
            missing,
        }
    }

    /// The rules that keep a supplier from a visit beside those taken.
    fn why_not(&self, taken: &[Minute], visit: Minute, s: u32) -> Vec<&'static str> {
        let mut all = taken.to_vec();
        all.push(visit);
        let ask = self.of(all);
        RULES
            .iter()
            .filter(|rule| (rule.refuses)(&ask, s))
            .map(|rule| rule.name)
            .collect()
    }
}
