//! Who is eligible for a need, kept so that a booking of one supplier changes one entry and not the whole ranking.

use super::ask::Ask;
use super::criteria::{self, rounded};
use super::index::Index;
use super::rules::RULES;
use crate::domain::{Code, Minute, Stamp};

/// How many of the best are kept with their scores.
const BEST: usize = 8;
/// More than these are not kept.
const KEPT: usize = 20_000;

/// The eligible suppliers of a need, and the best of them.
#[derive(Clone, Debug, Default)]
pub struct Contenders {
    /// By number, in order; none when there are too many.
    all: Option<Box<[u32]>>,
    count: usize,
    /// The best first.
    best: Vec<(f64, u32)>,
}

impl Contenders {
    /// How many there are.
    #[must_use]
    pub fn eligible(&self) -> usize {
        self.count
    }
}

impl Index {
    /// The eligible suppliers of a need for its visits considered; none when there is no such need.
    #[must_use]
    pub fn contenders(&self, need: &Code, visits: &[Minute], now: Stamp) -> Option<Contenders> {
        let ask = self.ask(need, visits, now)?;
        let found = ask.found();
        let count = found.len();
        let all = (count <= KEPT).then(|| {
            let mut ids: Box<[u32]> = found.iter().map(|one| one.id).collect();
            ids.sort_unstable();
            ids
        });
        let best = ask.best_of(&found, BEST);
        Some(Contenders { all, count, best })
    }

    /// Brings them up to date after only bookings and closed visits of some suppliers changed. Tells whether that was
    /// possible: otherwise they must be found anew.
    #[must_use]
    pub fn follow<'a>(
        &self,
        contenders: &mut Contenders,
        need: &Code,
        visits: &[Minute],
        suppliers: impl Iterator<Item = &'a Code>,
        now: Stamp,
    ) -> bool {
        let Some(ask) = self.ask(need, visits, now) else {
            return false;
        };
        // Who is refused by what a record says was refused before, too.
        let may_take = |s: &u32| {
            let mut rules = RULES.iter().filter(|rule| !rule.history);
            rules.all(|rule| !(rule.refuses)(&ask, *s))
        };
        suppliers
            .filter_map(|code| self.suppliers.find(code))
            .filter(may_take)
            .all(|s| self.follow_one(contenders, &ask, s))
    }

    fn follow_one(&self, contenders: &mut Contenders, ask: &Ask<'_>, s: u32) -> bool {
        let Some(all) = contenders.all.take() else {
            return false;
        };
        let mut all = all.into_vec();
        let is = ask.passes(s);
        let place = all.binary_search(&s);
        let others = all.len() - usize::from(place.is_ok());
        match (place, is) {
            (Ok(at), false) => {
                all.remove(at);
            }
            (Err(at), true) => all.insert(at, s),
            _ => {}
        }
        let best = &mut contenders.best;
        best.retain(|(_, known)| *known != s);
        let has_all = best.len() == others;
        if is {
            let score = criteria::score(&criteria::values(ask, s), &ask.weighed.weights);
            let at = best.partition_point(|known| self.better(known, &(score, s)).is_lt());
            if at < best.len() || has_all {
                best.insert(at, (score, s));
                best.truncate(BEST);
            }
        }
        contenders.count = all.len();
        contenders.all = Some(all.into_boxed_slice());
        !contenders.best.is_empty() || contenders.count == 0
    }

    /// The best of them and the score.
    #[must_use]
    pub fn best_of(&self, contenders: &Contenders) -> Option<(Code, f64)> {
        let (score, s) = contenders.best.first()?;
        Some((self.suppliers.code(*s), *score))
    }

    fn ask<'a>(&'a self, need: &Code, visits: &[Minute], now: Stamp) -> Option<Ask<'a>> {
        let record = self.need(self.needs.find(need)?)?;
        Some(Ask::new(self, record, now, visits.to_vec(), None))
    }

    /// The order of candidates (SPEC §3): higher score first, then by code.
    pub(super) fn better(&self, a: &(f64, u32), b: &(f64, u32)) -> std::cmp::Ordering {
        let scores = rounded(b.0).total_cmp(&rounded(a.0));
        scores.then_with(|| self.suppliers.order(a.1, b.1))
    }
}
