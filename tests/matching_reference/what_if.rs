//! What would be if, tried out one change at a time over plain records.

use std::collections::BTreeMap;

use matchdesk::domain::record::Need;
use matchdesk::domain::{Code, Minute, Record, Stamp};
use matchdesk::matching::cost::Requirement;

use super::World;

/// The rules that are about when a supplier can come.
const TIME: [&str; 3] = ["availability", "booked", "weekly_hours"];

/// A change of a need as SPEC §6 names it.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    Sex,
    Drop(Code),
    Start(Minute),
    Less(u16),
    Parent(Code),
    Farther(f64),
}

impl World {
    /// The suppliers who fail one rule, by rule, with the scores that they would have; the best first.
    pub fn near(&self, need: &Need, now: Stamp) -> BTreeMap<&'static str, Vec<Code>> {
        let mut all: BTreeMap<&'static str, Vec<(Code, f64)>> = BTreeMap::new();
        if self.considered(need, now).is_empty() {
            return BTreeMap::new();
        }
        for v in &self.suppliers {
            let (failed, score) = self.judge(need, v, now);
            if let [rule] = failed.as_slice() {
                all.entry(rule).or_default().push((v.code.clone(), score));
            }
        }
        let sorted = |mut list: Vec<(Code, f64)>| {
            list.sort_by(|a, b| {
                ((b.1 * 1e9).round())
                    .total_cmp(&(a.1 * 1e9).round())
                    .then_with(|| a.0.cmp(&b.0))
            });
            list.into_iter().map(|(code, _)| code).collect()
        };
        all.into_iter()
            .map(|(rule, list)| (rule, sorted(list)))
            .collect()
    }

    /// How many suppliers would pass without a requirement.
    pub fn without(&self, need: &Need, requirement: &Requirement, now: Stamp) -> usize {
        let visits = self.considered(need, now);
        let but = |rules: &[&str]| {
            self.suppliers
                .iter()
                .filter(|v| {
                    let (failed, _) = self.judge(need, v, now);
                    failed.iter().all(|rule| rules.contains(rule))
                })
                .count()
        };
        let changed = |change: &dyn Fn(&mut Need)| {
            let mut need = need.clone();
            change(&mut need);
            self.ranked(&need, now).len()
        };
        match requirement {
            Requirement::Sex(_) => changed(&|n| n.sex = None),
            Requirement::Capability(code) => changed(&|n| n.capabilities.retain(|c| c != code)),
            Requirement::Category(_, parent) => changed(&|n| n.category = parent.clone()),
            Requirement::Time => but(&TIME),
            Requirement::Distance => but(&["distance"]),
            Requirement::Blocked => but(&["blocked"]),
            Requirement::Recurrence => self
                .suppliers
                .iter()
                .filter(|v| self.judge_for(need, v, now, &visits[..1]).0.is_empty())
                .count(),
        }
    }

    /// The most visits that a supplier can take together, by trying every set of them.
    pub fn most(&self, need: &Need, supplier: &Code, now: Stamp) -> usize {
        let visits = self.considered(need, now);
        let v = self.suppliers.iter().find(|v| v.code == *supplier).unwrap();
        (1_u32..1 << visits.len())
            .filter(|set| {
                self.judge_for(need, v, now, &chosen(&visits, *set))
                    .0
                    .is_empty()
            })
            .map(|set| set.count_ones() as usize)
            .max()
            .unwrap_or(0)
    }

    fn changes(&self, need: &Need) -> Vec<Change> {
        let mut all: Vec<Change> = [0.5, 1.0, 2.0, 5.0].map(Change::Farther).to_vec();
        all.extend([15, 30].map(Change::Less));
        let week = 7 * 1440;
        all.extend(
            (need.start.0 - week..=need.start.0 + week)
                .filter(|at| at % 30 == 0 && *at != need.start.0)
                .map(|at| Change::Start(Minute(at))),
        );
        all.extend(need.capabilities.iter().cloned().map(Change::Drop));
        all.extend(need.sex.map(|_| Change::Sex));
        let of = self.categories.iter().find(|c| c.code == need.category);
        all.extend(of.and_then(|c| c.parent.clone()).map(Change::Parent));
        all
    }

    /// How many would pass after some changes; none when the need can't be so.
    fn after(&self, need: &Need, changes: &[Change], now: Stamp) -> Option<usize> {
        let (mut need, mut world) = (need.clone(), self.clone());
        for change in changes {
            match change {
                Change::Sex => need.sex = None,
                Change::Drop(code) => need.capabilities.retain(|c| c != code),
                Change::Start(start) => need.start = *start,
                Change::Less(less) => need.minutes = need.minutes.checked_sub(*less)?,
                Change::Parent(parent) => need.category = parent.clone(),
                Change::Farther(km) => world
                    .suppliers
                    .iter_mut()
                    .for_each(|v| v.radius_km = v.radius_km.map(|r| r + km)),
            }
        }
        if need.minutes < 15 || need.check().is_err() {
            return None;
        }
        for stored in world.needs.iter_mut().filter(|n| n.code == need.code) {
            *stored = need.clone();
        }
        Some(world.ranked(&need, now).len())
    }

    /// The single changes that give more candidates; the pairs when none does.
    pub fn relax(&self, need: &Need, now: Stamp) -> Vec<(Vec<Change>, usize)> {
        let eligible = self.ranked(need, now).len();
        let more = |changes: Vec<Change>| {
            let count = self.after(need, &changes, now)?;
            (count > eligible).then_some((changes, count))
        };
        let singles = self.changes(need);
        let found: Vec<_> = singles
            .iter()
            .filter_map(|c| more(vec![c.clone()]))
            .collect();
        if !found.is_empty() {
            return found;
        }
        let mut pairs = Vec::new();
        for (at, one) in singles.iter().enumerate() {
            let others = singles.iter().skip(at + 1);
            for other in others.filter(|other| !excludes(one, other)) {
                pairs.extend(more(vec![one.clone(), other.clone()]));
            }
        }
        pairs
    }
}

/// Whether two changes are two values for the same thing.
fn excludes(one: &Change, other: &Change) -> bool {
    matches!(
        (one, other),
        (Change::Start(_), Change::Start(_))
            | (Change::Less(_), Change::Less(_))
            | (Change::Farther(_), Change::Farther(_))
    )
}

fn chosen(visits: &[i32], set: u32) -> Vec<i32> {
    visits
        .iter()
        .enumerate()
        .filter(|(at, _)| set >> at & 1 == 1)
        .map(|(_, visit)| *visit)
        .collect()
}
