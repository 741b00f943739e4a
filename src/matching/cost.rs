//! What each requirement of a need costs: how many more suppliers would pass without it.

use super::Ranking;
use super::ask::Ask;
use super::index::Index;
use super::pool;
use crate::domain::record::Need;
use crate::domain::{Code, Minute, Sex, Stamp};

/// Something that a need asks of suppliers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Requirement {
    /// To be of that sex.
    Sex(Sex),
    /// To have that capability, valid to the last visit.
    Capability(Code),
    /// To have time for every visit: their hours, their bookings, their week.
    Time,
    /// To come again: without it only the first visit considered counts.
    Recurrence,
    /// To go as far.
    Distance,
    /// To have a skill in that category rather than in the one above it, which is the second.
    Category(Code, Code),
    /// Not to be somebody whom the resident has blocked.
    Blocked,
}

/// A requirement with what it costs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cost {
    /// The requirement.
    pub requirement: Requirement,
    /// How many suppliers would pass every rule without it.
    pub without: usize,
}

/// The rules that are about when a supplier can come.
const TIME: [&str; 3] = ["availability", "booked", "weekly_hours"];

/// The candidates of a need that is being typed, and what its requirements cost.
#[derive(Clone, Debug, PartialEq)]
pub struct Sketch {
    /// The candidates.
    pub ranking: Ranking,
    /// What each requirement costs, in the order of a need's columns.
    pub costs: Vec<Cost>,
}

impl Index {
    /// The candidates of a need as it would be, and what each of its requirements costs.
    #[must_use]
    pub fn sketch(&self, draft: &Need, now: Stamp, top: usize) -> Sketch {
        let ranking = self.candidates_for(draft, now, None, top);
        let costs = if ranking.visits.is_empty() {
            Vec::new()
        } else {
            self.costs(draft, now, &ranking)
        };
        Sketch { ranking, costs }
    }

    fn costs(&self, draft: &Need, now: Stamp, ranking: &Ranking) -> Vec<Cost> {
        let count = |changed: &Need, only: Option<&[Minute]>| {
            let visits = self.looked_at(changed, now, only);
            Ask::new(self, changed, now, visits, None).eligible()
        };
        let ask = Ask::new(self, draft, now, ranking.visits.clone(), None);
        let mut costs = Vec::new();
        let mut add = |requirement, without| {
            costs.push(Cost {
                requirement,
                without,
            });
        };
        if let Some(parent) = self.wider(&draft.category) {
            let wider = Need {
                category: parent.clone(),
                ..draft.clone()
            };
            let requirement = Requirement::Category(draft.category.clone(), parent);
            add(requirement, count(&wider, None));
        }
        let freed = Freed::of(&ask);
        add(Requirement::Time, ranking.eligible + freed.time);
        if let [first, _, ..] = ranking.visits.as_slice() {
            add(Requirement::Recurrence, count(draft, Some(&[*first])));
        }
        if let Some(sex @ (Sex::Male | Sex::Female)) = draft.sex {
            let either = Need {
                sex: None,
                ..draft.clone()
            };
            add(Requirement::Sex(sex), count(&either, None));
        }
        for capability in &draft.capabilities {
            let mut without = draft.clone();
            without.capabilities.retain(|other| other != capability);
            add(
                Requirement::Capability(capability.clone()),
                count(&without, None),
            );
        }
        if !ask.remote {
            add(Requirement::Distance, ranking.eligible + freed.distance);
        }
        if ask.resident_row.is_some_and(|row| !row.blocked.is_empty()) {
            add(Requirement::Blocked, ranking.eligible + freed.blocked);
        }
        costs
    }
}

/// How many suppliers pass every rule but those of one requirement, and fail one of those.
#[derive(Default)]
struct Freed {
    time: usize,
    distance: usize,
    blocked: usize,
}

impl Freed {
    fn of(ask: &Ask<'_>) -> Self {
        let mut others = TIME.to_vec();
        others.extend(["distance", "blocked"]);
        let others = pool::rules(&others);
        let of = |names: &[&str]| -> Vec<_> {
            pool::rules(&[])
                .into_iter()
                .filter(|rule| names.contains(&rule.name))
                .collect()
        };
        let [time, distance, blocked] = [of(&TIME), of(&["distance"]), of(&["blocked"])];
        let mut freed = Self::default();
        for s in ask.skilled() {
            if others.iter().any(|rule| (rule.refuses)(ask, s)) {
                continue;
            }
            let fails = |rules: &[&super::rules::Rule]| rules.iter().any(|r| (r.refuses)(ask, s));
            match (fails(&distance), fails(&blocked)) {
                (true, true) => {}
                (true, false) => freed.distance += usize::from(!fails(&time)),
                (false, true) => freed.blocked += usize::from(!fails(&time)),
                (false, false) => freed.time += usize::from(fails(&time)),
            }
        }
        freed
    }
}
