//! Plans beside the best of all, on small districts: who may take what is read off SPEC §3 word by word, and every way to
//! fill every place is tried.

#[allow(dead_code, reason = "what would be if is another test's question")]
mod matching_reference;

use std::collections::HashMap;

use matchdesk::domain::record::{Category, Match, Need, Resident, Service, Skill, Supplier};
use matchdesk::domain::{
    AnyRecord, Code, Minute, Outcome, Recurrence, Sex, Stamp, Status, Urgency, Week,
};
use matchdesk::matching::Index;
use matchdesk::matching::plan::{Plan, Shortage};
use matching_reference::World;
use proptest::prelude::*;

const MONDAY: i32 = 20_780; // 2026-11-23

fn now() -> Stamp {
    Minute(MONDAY * 1440 + 480).stamp()
}

fn named(letter: char, n: usize) -> Code {
    Code::composed(&format!("{letter}{n}"))
}

prop_compose! {
    fn supplier()(
        organisation in prop::bool::weighted(0.3),
        skills in prop::collection::btree_map(0_usize..3, 1_u8..4, 1..3),
        hours in prop::sample::select(vec!["daily 08:00-20:00", "daily 08:00-12:00", "weekdays 09:00-18:00"]),
        sex in prop::sample::select(vec![Some(Sex::Male), Some(Sex::Female), Some(Sex::Any)]),
        max_hours_week in prop::sample::select(vec![None, None, Some(1.0), Some(2.0), Some(3.0)]),
        capacity in 2_u16..4,
        east in 0_i32..4,
        paused in prop::bool::weighted(0.1),
    ) -> Supplier {
        Supplier {
            status: if paused { Status::Paused } else { Status::Active },
            sex,
            lon: Some(116.40 + f64::from(east) * 0.005),
            lat: Some(39.9),
            skills: skills
                .into_iter()
                .map(|(category, level)| Skill { category: named('C', category), level })
                .collect(),
            availability: Week::parse(hours).unwrap(),
            radius_km: Some(2.0),
            max_hours_week,
            capacity: if organisation { capacity } else { 1 },
            ..Supplier::default()
        }
    }
}

prop_compose! {
    fn need()(
        resident in 0_usize..3,
        category in 0_usize..3,
        start in prop::sample::select(vec![
            "2026-11-24T09:00", "2026-11-24T09:50", "2026-11-24T10:00", "2026-11-24T10:14",
            "2026-11-24T10:15", "2026-11-25T09:30", "2026-12-01T09:00",
        ]),
        minutes in prop::sample::select(vec![45_u16, 60, 75, 120]),
        rule in prop::sample::select(vec!["", "", "FREQ=WEEKLY;COUNT=3", "FREQ=DAILY;COUNT=2"]),
        people in prop::sample::select(vec![1_u16, 1, 1, 2]),
        sex in prop::sample::select(vec![None, None, Some(Sex::Female)]),
        urgency in prop::sample::select(vec![Urgency::Low, Urgency::Normal, Urgency::Normal, Urgency::Urgent]),
    ) -> Need {
        Need {
            resident: named('R', resident),
            category: named('C', category),
            start: Minute::parse(start).unwrap(),
            minutes,
            recurrence: Recurrence::parse(rule).ok(),
            people,
            sex,
            urgency,
            ..Need::default()
        }
    }
}

prop_compose! {
    fn world()(
        suppliers in prop::collection::vec(supplier(), 2..6),
        needs in prop::collection::vec(need(), 2..7),
        booked in prop::collection::vec((0_usize..6, 0_usize..6), 0..3),
        served in prop::collection::vec((0_usize..6, 0_usize..3, 0_i32..20), 0..5),
        blocked in prop::collection::vec(prop::option::weighted(0.3, 0_usize..6), 3),
    ) -> World {
        let mut world = World::default();
        for (n, blocked) in blocked.into_iter().enumerate() {
            world.categories.push(Category { code: named('C', n), parent: (n == 1).then(|| named('C', 0)), ..Category::default() });
            world.residents.push(Resident {
                code: named('R', n),
                lon: Some(116.4),
                lat: Some(39.9),
                blocked: blocked.map(|s| named('V', s)).into_iter().collect(),
                ..Resident::default()
            });
        }
        world.suppliers = suppliers;
        for (n, supplier) in world.suppliers.iter_mut().enumerate() {
            supplier.code = named('V', n);
        }
        world.needs = needs;
        for (n, need) in world.needs.iter_mut().enumerate() {
            need.code = named('N', n);
        }
        for (need, supplier) in booked {
            let need = &world.needs[need % world.needs.len()];
            let supplier = world.suppliers[supplier % world.suppliers.len()].code.clone();
            if world.matches.iter().all(|m| m.need != need.code || m.supplier != supplier) {
                let visits = need.visits().take(1).collect();
                world.matches.push(Match { need: need.code.clone(), supplier, visits, ..Match::default() });
            }
        }
        for (n, (supplier, resident, day)) in served.into_iter().enumerate() {
            world.services.push(Service {
                code: named('S', n),
                resident: named('R', resident),
                supplier: world.suppliers[supplier % world.suppliers.len()].code.clone(),
                start: Minute((MONDAY - day) * 1440 + 480),
                minutes: 60,
                outcome: Outcome::Completed,
                rating: Some(5),
                ..Service::default()
            });
        }
        world
    }
}

fn index(w: &World) -> Index {
    let mut index = Index::new();
    let mut load = |record: AnyRecord| index.load(record);
    w.categories.iter().cloned().for_each(|r| load(r.into()));
    w.suppliers.iter().cloned().for_each(|r| load(r.into()));
    w.residents.iter().cloned().for_each(|r| load(r.into()));
    w.needs.iter().cloned().for_each(|r| load(r.into()));
    w.matches.iter().cloned().for_each(|r| load(r.into()));
    w.services.iter().cloned().for_each(|r| load(r.into()));
    index
}

/// What is proposed, as matches: needs and suppliers by their numbers.
type Pairs = Vec<(usize, usize)>;

/// All that decides about plans, worked out once.
struct Judge<'a> {
    world: &'a World,
    visits: Vec<Vec<Minute>>,
    places: Vec<usize>,
    candidates: Vec<Vec<(usize, f64)>>,
    known: std::cell::RefCell<HashMap<(usize, Vec<usize>), bool>>,
}

impl<'a> Judge<'a> {
    fn new(world: &'a World) -> Self {
        let visits: Vec<Vec<Minute>> = world
            .needs
            .iter()
            .map(|need| {
                world
                    .considered(need, now())
                    .into_iter()
                    .map(Minute)
                    .collect()
            })
            .collect();
        let booked = |need: &Need, start: &Minute| {
            let matches = world.matches.iter();
            matches
                .filter(|m| m.need == need.code && m.visits.contains(start))
                .count()
        };
        let places = world.needs.iter().zip(&visits).map(|(need, visits)| {
            let most = visits.iter().map(|start| booked(need, start)).max();
            usize::from(need.people()) - most.unwrap_or_default()
        });
        let number = |code: &Code| {
            world
                .suppliers
                .iter()
                .position(|v| v.code == *code)
                .unwrap()
        };
        let ranked = |need| world.ranked(need, now()).into_iter();
        let candidates = world.needs.iter().map(|need| {
            ranked(need)
                .map(|(code, score)| (number(&code), score))
                .collect()
        });
        Self {
            places: places.collect(),
            candidates: candidates.collect(),
            visits,
            world,
            known: std::cell::RefCell::default(),
        }
    }

    /// Whether a supplier can take all of some needs: each passes every rule, the others counted as booked.
    fn can(&self, supplier: usize, needs: &[usize]) -> bool {
        let key = (supplier, needs.to_vec());
        if let Some(known) = self.known.borrow().get(&key) {
            return *known;
        }
        let code = &self.world.suppliers[supplier];
        let can = needs.iter().all(|need| {
            let mut world = self.world.clone();
            for other in needs.iter().filter(|other| *other != need) {
                let (visits, need) = (self.visits[*other].clone(), &self.world.needs[*other].code);
                let known = world
                    .matches
                    .iter_mut()
                    .find(|m| m.need == *need && m.supplier == code.code);
                match known {
                    Some(known) => known.visits.extend(visits),
                    None => world.matches.push(Match {
                        need: need.clone(),
                        supplier: code.code.clone(),
                        visits,
                        ..Match::default()
                    }),
                }
            }
            world
                .judge(&self.world.needs[*need], code, now())
                .0
                .is_empty()
        });
        self.known.borrow_mut().insert(key, can);
        can
    }

    /// The places filled by urgency, the most urgent first, and the sum of scores.
    fn worth(&self, pairs: &Pairs) -> ([usize; 4], f64) {
        let (mut filled, mut sum) = ([0; 4], 0.0);
        for (need, supplier) in pairs {
            let at = match self.world.needs[*need].urgency {
                Urgency::Urgent => 0,
                Urgency::High => 1,
                Urgency::Normal => 2,
                Urgency::Low => 3,
            };
            filled[at] += 1;
            let found = self.candidates[*need].iter().find(|(s, _)| s == supplier);
            sum += found.expect("a candidate").1;
        }
        (filled, sum)
    }

    /// Tries every way from a candidate of a need on.
    fn best(&self, need: usize, from: usize, pairs: &mut Pairs) -> ([usize; 4], f64) {
        let Some(candidates) = self.candidates.get(need) else {
            return self.worth(pairs);
        };
        let mut top = self.best(need + 1, 0, pairs);
        let filled = pairs.iter().filter(|(other, _)| *other == need).count();
        if filled == self.places[need] {
            return top;
        }
        for (at, (supplier, _)) in candidates.iter().enumerate().skip(from) {
            let mut needs: Vec<usize> = pairs
                .iter()
                .filter(|(_, s)| s == supplier)
                .map(|(need, _)| *need)
                .collect();
            needs.push(need);
            if self.can(*supplier, &needs) {
                pairs.push((need, *supplier));
                let found = self.best(need, at + 1, pairs);
                if found.0 > top.0 || (found.0 == top.0 && found.1 > top.1) {
                    top = found;
                }
                pairs.pop();
            }
        }
        top
    }

    fn pairs(&self, plan: &Plan) -> Pairs {
        let need = |code: &Code| {
            self.world
                .needs
                .iter()
                .position(|n| n.code == *code)
                .unwrap()
        };
        let supplier = |code: &Code| {
            self.world
                .suppliers
                .iter()
                .position(|v| v.code == *code)
                .unwrap()
        };
        plan.proposals
            .iter()
            .map(|p| (need(&p.need), supplier(&p.supplier)))
            .collect()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_plan_breaks_no_rule_and_none_is_better(world in world()) {
        let judge = Judge::new(&world);
        let plan = index(&world).plan(now());
        let pairs = judge.pairs(&plan);
        for (at, (need, supplier)) in pairs.iter().enumerate() {
            prop_assert!(!pairs[..at].contains(&(*need, *supplier)));
        }
        for supplier in 0..world.suppliers.len() {
            let mut needs: Vec<usize> =
                pairs.iter().filter(|(_, s)| *s == supplier).map(|(need, _)| *need).collect();
            needs.sort_unstable();
            prop_assert!(judge.can(supplier, &needs), "V{} can't take {:?}", supplier, needs);
        }
        for (need, places) in judge.places.iter().enumerate() {
            let filled = pairs.iter().filter(|(other, _)| *other == need).count();
            let missing = plan.unfilled.iter().find(|u| u.need == named('N', need));
            let wanted = if judge.visits[need].is_empty() { 0 } else { *places };
            prop_assert_eq!(filled + missing.map_or(0, |u| u.missing), wanted);
            if let Some(missing) = missing {
                let nobody = judge.candidates[need].is_empty();
                prop_assert_eq!(missing.reason == Shortage::Nobody, nobody);
            }
        }
        for proposal in &plan.proposals {
            let need = world.needs.iter().find(|n| n.code == proposal.need).unwrap();
            let ranked = world.ranked(need, now());
            let rank = ranked.iter().position(|(code, _)| *code == proposal.supplier).unwrap();
            prop_assert_eq!(rank + 1, proposal.rank as usize);
            prop_assert!((ranked[rank].1 - proposal.score).abs() < 1e-9);
        }
        let (filled, sum) = judge.worth(&pairs);
        let (best_filled, best_sum) = judge.best(0, 0, &mut Vec::new());
        prop_assert_eq!(filled, best_filled);
        prop_assert!(sum >= best_sum - 1e-6, "{} of {}", sum, best_sum);
        prop_assert!((plan.total_score() - sum).abs() < 1e-6);
    }
}
