//! What the index answers of a need: its candidates, a supplier's place among them, and why somebody is one or not.

use super::ask::Ask;
use super::index::Index;
use super::rules::RULES;
use super::{Explanation, Ranking, Verdict};
use crate::domain::record::Need;
use crate::domain::{Code, Minute, Stamp};

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

    /// The rank and score of a supplier among the candidates of a need as it would be; none when they are no candidate.
    #[must_use]
    pub fn place_of(
        &self,
        supplier: &Code,
        draft: &Need,
        now: Stamp,
        only: Option<&[Minute]>,
    ) -> Option<(u32, f64)> {
        let s = self.suppliers.find(supplier)?;
        let ask = Ask::new(self, draft, now, self.looked_at(draft, now, only), None);
        let (place, score) = ask.place_among(&ask.found(), s)?;
        Some((u32::try_from(place).unwrap_or(u32::MAX), score))
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
            .filter(|s| self.cards.card(*s).known())?;
        let ask = Ask::new(self, record, now, self.looked_at(record, now, only), None);
        let found = ask.candidate(s);
        let rules = RULES
            .iter()
            .map(|rule| Verdict {
                rule: rule.name,
                pass: !(rule.refuses)(&ask, s),
                detail: (rule.say)(&ask, s),
                other: rule.other.and_then(|other| other(&ask, s)),
            })
            .collect();
        Some(Explanation {
            need: need.clone(),
            supplier: supplier.clone(),
            rules,
            score: found.score,
            criteria: found.criteria,
            weighed: ask.weighed,
            distance_km: found.distance_km,
            visits: ask.visits,
        })
    }

    /// The visits named, or those considered when none are.
    pub(super) fn looked_at(
        &self,
        need: &Need,
        now: Stamp,
        only: Option<&[Minute]>,
    ) -> Vec<Minute> {
        let Some(only) = only else {
            return self.considered_of(need, now, None);
        };
        let mut visits = only.to_vec();
        visits.sort_unstable();
        visits.dedup();
        visits
    }
}
