//! Near misses: suppliers whom exactly one rule keeps from a need, the best of each rule.

use super::Candidate;
use super::ask::Ask;
use super::index::Index;
use super::pool;
use super::rules::{RULES, Rule};
use crate::domain::record::Need;
use crate::domain::{Code, Said, Stamp};

/// A supplier who fails one rule.
#[derive(Clone, Debug, PartialEq)]
pub struct Miss {
    /// The supplier, ranked among those who fail the same rule as if it let them pass.
    pub candidate: Candidate,
    /// What the rule says.
    pub detail: Said,
}

/// Those who fail one rule and no other.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// The rule's name (SPEC §3).
    pub rule: &'static str,
    /// How many there are.
    pub count: usize,
    /// The best of them, the best first.
    pub misses: Vec<Miss>,
}

impl Index {
    /// The suppliers who fail exactly one rule for a need, the best `top` of each rule, in the order of SPEC §3; none
    /// when there is no such need. Rules that keep nobody by themselves are left out.
    #[must_use]
    pub fn near(&self, need: &Code, now: Stamp, top: usize) -> Option<Vec<Group>> {
        let need = self.need(self.needs.find(need)?)?;
        Some(self.near_for(need, now, top))
    }

    /// The same for a need as it would be.
    #[must_use]
    pub fn near_for(&self, draft: &Need, now: Stamp, top: usize) -> Vec<Group> {
        let ask = Ask::new(self, draft, now, self.looked_at(draft, now, None), None);
        if ask.visits.is_empty() {
            return Vec::new();
        }
        let rules = pool::rules(&[]);
        let mut found: Vec<Vec<(u32, ())>> = RULES.iter().map(|_| Vec::new()).collect();
        // Without a matching skill every other rule must let them pass, so that the index can rule most of them out.
        let everybody = ask
            .skilled()
            .into_iter()
            .chain(ask.around(&ask.visits, false));
        for s in everybody {
            let place = only_failed(&ask, s, &rules)
                .and_then(|name| RULES.iter().position(|rule| rule.name == name));
            if let Some(list) = place.and_then(|place| found.get_mut(place)) {
                list.push((s, ()));
            }
        }
        RULES
            .iter()
            .zip(found)
            .filter(|(_, list)| !list.is_empty())
            .map(|(rule, mut list)| {
                // Somebody with several skills may have been met twice.
                list.sort_unstable();
                list.dedup();
                group(&ask, rule, list, top)
            })
            .collect()
    }
}

/// The rule that a supplier fails, when it is one.
fn only_failed(ask: &Ask<'_>, s: u32, rules: &[&'static Rule]) -> Option<&'static str> {
    let mut failed = rules.iter().filter(|rule| (rule.refuses)(ask, s));
    let first = failed.next()?;
    failed.next().is_none().then_some(first.name)
}

fn group(ask: &Ask<'_>, rule: &Rule, list: Vec<(u32, ())>, top: usize) -> Group {
    let count = list.len();
    let misses = ask
        .best(list, top)
        .into_iter()
        .map(|(s, candidate, ())| Miss {
            candidate,
            detail: (rule.say)(ask, s),
        })
        .collect();
    Group {
        rule: rule.name,
        count,
        misses,
    }
}
