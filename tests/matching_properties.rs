//! The index answers as a slow, literal reading of SPEC §3 does, however it came to know what it knows.

mod matching_reference;

use matchdesk::domain::record::{
    Away, Capability, Category, Held, Match, Need, Resident, Service, Skill, Supplier,
};
use matchdesk::domain::{
    AnyRecord, Code, Day, Minute, Outcome, Recurrence, Sex, Stamp, Status, Urgency, Week,
};
use matchdesk::matching::cost::Requirement;
use matchdesk::matching::{Index, relax};
use matching_reference::World;
use matching_reference::what_if::Change;
use proptest::prelude::*;

const MONDAY: i32 = 20_780; // 2026-11-23

struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }
    fn of<T: Clone>(&mut self, list: &[T]) -> T {
        list[usize::try_from(self.below(list.len() as u64)).unwrap()].clone()
    }
    fn code(&mut self, letter: char, n: u64) -> Code {
        Code::composed(&format!("{letter}{}", self.below(n)))
    }
    fn maybe(&mut self) -> bool {
        self.below(4) == 0
    }
}

fn named(letter: char, n: u64) -> Code {
    Code::composed(&format!("{letter}{n}"))
}

fn supplier(d: &mut Dice, n: u64) -> Supplier {
    Supplier {
        code: named('V', n),
        status: d.of(&[
            Status::Active,
            Status::Active,
            Status::Active,
            Status::Paused,
        ]),
        sex: d.of(&[None, Some(Sex::Male), Some(Sex::Female), Some(Sex::Any)]),
        lon: Some(d.of(&[116.40, 116.41, 116.43])),
        lat: Some(d.of(&[39.90, 39.905])),
        skills: [
            Skill {
                category: d.code('C', 6),
                level: d.of(&[1, 2, 3]),
            },
            Skill {
                category: d.code('C', 6),
                level: 2,
            },
        ]
        .into_iter()
        .take(d.of(&[2, 2, 2, 1, 0]))
        .collect(),
        capabilities: if d.maybe() {
            vec![]
        } else {
            vec![Held {
                capability: d.code('K', 3),
                until: d.of(&[None, Some(Day(MONDAY + 7)), Some(Day(MONDAY + 8))]),
            }]
        },
        availability: Week::parse(d.of(&[
            "daily 00:00-24:00",
            "daily 08:00-12:00",
            "weekdays 09:00-10:30",
        ]))
        .unwrap(),
        radius_km: d.of(&[None, Some(0.5), Some(1.0), Some(9.0)]),
        max_hours_week: d.of(&[None, Some(1.0), Some(2.0), Some(3.5)]),
        capacity: d.of(&[1, 1, 2]),
        away: if d.maybe() {
            vec![Away {
                from: Day(MONDAY + 8),
                to: Day(MONDAY + 9),
            }]
        } else {
            vec![]
        },
        ..Supplier::default()
    }
}

fn need(d: &mut Dice, n: u64) -> Need {
    let at = |text: &str| Minute::parse(text).unwrap();
    Need {
        code: named('N', n),
        resident: d.code('R', 3),
        category: d.code('C', 6),
        start: d.of(&[
            at("2026-11-17T09:00"),
            at("2026-11-24T09:00"),
            at("2026-11-24T10:00"),
            at("2026-11-24T10:14"),
            at("2026-11-24T10:15"),
        ]),
        minutes: d.of(&[45, 60, 75]),
        recurrence: d
            .of(&[
                "",
                "FREQ=WEEKLY",
                "FREQ=WEEKLY;COUNT=3",
                "FREQ=DAILY;COUNT=2",
                "FREQ=DAILY;COUNT=5",
            ])
            .parse_rule(),
        people: d.of(&[1, 1, 2]),
        sex: d.of(&[None, None, Some(Sex::Female)]),
        capabilities: if d.maybe() {
            vec![d.code('K', 3)]
        } else {
            vec![]
        },
        urgency: d.of(&[Urgency::Normal, Urgency::Urgent]),
        opened_at: Stamp(i64::try_from(d.below(3)).unwrap()),
        cancelled_at: d.of(&[None, None, None, None, Some(Minute(MONDAY * 1440).stamp())]),
        ..Need::default()
    }
}

trait Rule {
    fn parse_rule(self) -> Option<Recurrence>;
}
impl Rule for &str {
    fn parse_rule(self) -> Option<Recurrence> {
        Recurrence::parse(self).ok()
    }
}

fn world(seed: u64) -> World {
    let d = &mut Dice(seed);
    let mut w = World::default();
    for n in 0..6 {
        w.categories.push(Category {
            code: named('C', n),
            parent: (n > 0 && n < 5 && d.below(2) == 0).then(|| named('C', n - 1)),
            merged_into: (n > 1 && d.maybe()).then(|| named('C', n - 2)),
            remote: d.maybe(),
            ..Category::default()
        });
    }
    for n in 0..3 {
        w.capabilities.push(Capability {
            code: named('K', n),
            merged_into: (n == 2 && d.maybe()).then(|| named('K', 0)),
            ..Capability::default()
        });
    }
    w.suppliers = (0..8).map(|n| supplier(d, n)).collect();
    for n in 0..3 {
        let (blocked, preferred) = (vec![d.code('V', 8)], vec![d.code('V', 8)]);
        w.residents.push(Resident {
            code: named('R', n),
            lon: Some(116.4),
            lat: Some(39.9),
            blocked,
            preferred,
            ..Resident::default()
        });
    }
    w.needs = (0..6).map(|n| need(d, n)).collect();
    for n in 0..6 {
        let asked = d.of(&w.needs);
        let visits: Vec<Minute> = asked.visits().take(3).filter(|_| d.below(3) > 0).collect();
        let m = Match {
            need: asked.code,
            supplier: d.code('V', 8),
            visits: visits.clone(),
            ended_at: d.maybe().then(|| Minute(MONDAY * 1440 + 600).stamp()),
            ..Match::default()
        };
        if w.matches
            .iter()
            .any(|k| k.need == m.need && k.supplier == m.supplier)
        {
            continue;
        }
        if let Some(start) = visits.first().filter(|_| d.below(2) == 0) {
            let outcome = d.of(&[
                Outcome::Completed,
                Outcome::NoShow,
                Outcome::CancelledByResident,
                Outcome::CancelledBySupplier,
            ]);
            let (need, supplier) = (Some(m.need.clone()), m.supplier.clone());
            w.services.push(Service {
                code: named('S', n),
                resident: asked.resident,
                supplier,
                start: *start,
                minutes: 50,
                outcome,
                rating: d.of(&[None, Some(2), Some(5)]),
                need,
                ..Service::default()
            });
        }
        w.matches.push(m);
    }
    for n in 10..16 {
        let start = Minute((MONDAY - i32::try_from(d.below(40)).unwrap()) * 1440 + 480);
        w.services.push(Service {
            code: named('S', n),
            resident: d.code('R', 3),
            supplier: d.code('V', 8),
            start,
            minutes: 60,
            outcome: d.of(&[Outcome::Completed, Outcome::NoShow]),
            rating: d.of(&[None, Some(1), Some(4)]),
            ..Service::default()
        });
    }
    w
}

fn records(w: &World) -> Vec<AnyRecord> {
    let mut all: Vec<AnyRecord> = Vec::new();
    all.extend(w.categories.iter().cloned().map(AnyRecord::from));
    all.extend(w.capabilities.iter().cloned().map(AnyRecord::from));
    all.extend(w.suppliers.iter().cloned().map(AnyRecord::from));
    all.extend(w.residents.iter().cloned().map(AnyRecord::from));
    all.extend(w.needs.iter().cloned().map(AnyRecord::from));
    all.extend(w.matches.iter().cloned().map(AnyRecord::from));
    all.extend(w.services.iter().cloned().map(AnyRecord::from));
    all
}

fn index(w: &World) -> Index {
    let mut index = Index::new();
    for record in records(w) {
        index.load(record);
    }
    index
}

fn now() -> Stamp {
    Stamp(Minute(MONDAY * 1440 + 480).stamp().0 + 7)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn every_answer_is_that_of_the_literal_reading(seed in any::<u64>()) {
        let w = world(seed);
        let index = index(&w);
        for need in &w.needs {
            let ranking = index.candidates(&need.code, now(), 100).unwrap();
            let wanted = w.ranked(need, now());
            let got: Vec<Code> = ranking.candidates.iter().map(|c| c.supplier.clone()).collect();
            prop_assert_eq!(&got, &wanted.iter().map(|(code, _)| code.clone()).collect::<Vec<_>>());
            prop_assert_eq!(ranking.eligible, wanted.len());
            for top in 0..4 {
                let best = index.candidates(&need.code, now(), top).unwrap();
                let first = ranking.candidates.iter().take(top).cloned().collect::<Vec<_>>();
                prop_assert_eq!(best.candidates, first);
            }
            for v in &w.suppliers {
                let why = index.why(&need.code, &v.code, now(), None).unwrap();
                let (failed, score) = w.judge(need, v, now());
                prop_assert_eq!(why.failed(), failed, "{} {}", need.code, v.code);
                prop_assert!((why.score - score).abs() < 1e-9);
                let listed = ranking.candidates.iter().find(|c| c.supplier == v.code);
                let place = index.place_of(&v.code, need, now(), None);
                prop_assert_eq!(place, listed.map(|c| (c.rank, c.score)));
            }
        }
        let first = |n: &Need| w.considered(n, now()).first().copied();
        let mut queue: Vec<&Need> = w.needs.iter().filter(|n| first(n).is_some()).collect();
        queue.sort_by_key(|n| (std::cmp::Reverse(n.urgency), first(n), n.opened_at, n.code.clone()));
        let got: Vec<Code> = index.queue(now()).into_iter().map(|row| row.need).collect();
        prop_assert_eq!(got, queue.into_iter().map(|n| n.code.clone()).collect::<Vec<_>>());
    }

    #[test]
    fn an_index_kept_current_equals_one_loaded_afresh(before in any::<u64>(), after in any::<u64>()) {
        let (old, new) = (world(before), world(after));
        let mut kept = index(&old);
        // What the later world does not replace stays, so it belongs to the fresh index as well.
        let _ = kept.queue(now());
        let keys: Vec<_> = records(&new).iter().map(|r| (r.kind(), r.key())).collect();
        for record in records(&new) {
            kept.load(record);
        }
        let mut fresh = Index::new();
        records(&old).into_iter().filter(|r| !keys.contains(&(r.kind(), r.key()))).for_each(|r| fresh.load(r));
        for record in records(&new) {
            fresh.load(record);
        }
        fresh.pack();
        prop_assert_eq!(kept.queue(now()), fresh.queue(now()));
        prop_assert_eq!(kept.rolls(now()), fresh.rolls(now()));
        for need in &new.needs {
            prop_assert_eq!(kept.candidates(&need.code, now(), 3), fresh.candidates(&need.code, now(), 3));
        }
    }
}

/// A relaxation of the program as the plain reading names it.
fn plainly(changes: &[relax::Change], need: &Need) -> Vec<Change> {
    let plain = |change: &relax::Change| match change {
        relax::Change::Farther(km) => Change::Farther(*km),
        relax::Change::Minutes(minutes) => Change::Less(need.minutes - minutes),
        relax::Change::Start(start) => Change::Start(*start),
        relax::Change::Without(code) => Change::Drop(code.clone()),
        relax::Change::AnySex => Change::Sex,
        relax::Change::Category(parent) => Change::Parent(parent.clone()),
    };
    changes.iter().map(plain).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn near_misses_are_all_who_fail_one_rule_the_best_of_each_rule_first(seed in any::<u64>()) {
        let w = world(seed);
        let index = index(&w);
        for need in &w.needs {
            let wanted = w.near(need, now());
            let found = index.near(&need.code, now(), 2).unwrap();
            prop_assert_eq!(found.len(), wanted.len(), "{}", need.code);
            for group in found {
                let all = &wanted[group.rule];
                prop_assert_eq!(group.count, all.len());
                let best: Vec<&Code> = group.misses.iter().map(|m| &m.candidate.supplier).collect();
                prop_assert_eq!(best, all.iter().take(2).collect::<Vec<_>>());
            }
        }
    }

    #[test]
    fn a_requirement_costs_what_leaving_it_out_gives(seed in any::<u64>()) {
        let w = world(seed);
        let index = index(&w);
        for need in &w.needs {
            let sketch = index.sketch(need, now(), 3);
            prop_assert_eq!(&sketch.ranking, &index.candidates(&need.code, now(), 3).unwrap());
            for cost in &sketch.costs {
                let wanted = w.without(need, &cost.requirement, now());
                prop_assert_eq!(cost.without, wanted, "{} {:?}", need.code, cost.requirement);
            }
            let has = |asked: fn(&Requirement) -> bool| sketch.costs.iter().any(|c| asked(&c.requirement));
            let considered = w.considered(need, now()).len();
            prop_assert_eq!(has(|r| *r == Requirement::Time), considered > 0);
            prop_assert_eq!(has(|r| *r == Requirement::Recurrence), considered > 1);
            prop_assert_eq!(has(|r| matches!(r, Requirement::Sex(_))), considered > 0 && need.sex.is_some());
        }
    }

    #[test]
    fn parts_of_a_series_are_the_most_that_the_rules_allow_together(seed in any::<u64>()) {
        let w = world(seed);
        let index = index(&w);
        for need in &w.needs {
            let all = w.considered(need, now());
            let found = index.partial(&need.code, now(), 100).unwrap();
            let mut wanted: Vec<Code> = Vec::new();
            for v in &w.suppliers {
                let most = w.most(need, &v.code, now());
                let part = index.part_of(&need.code, &v.code, now()).unwrap();
                prop_assert_eq!(part.len(), most);
                if most < all.len() && most * 2 > all.len() {
                    wanted.push(v.code.clone());
                }
            }
            prop_assert_eq!(found.count, wanted.len());
            let mut got: Vec<Code> = found.list.iter().map(|p| p.candidate.supplier.clone()).collect();
            got.sort();
            prop_assert_eq!(got, wanted);
            for part in &found.list {
                let v = w.suppliers.iter().find(|v| v.code == part.candidate.supplier).unwrap();
                let visits: Vec<i32> = part.visits.iter().map(|m| m.0).collect();
                prop_assert!(w.judge_for(need, v, now(), &visits).0.is_empty());
                for missing in &part.missing {
                    prop_assert!(!missing.failed.is_empty() && all.contains(&missing.visit.0));
                    let week = |m: &&Minute| m.day().iso_week() == missing.visit.day().iso_week();
                    let is_late = part.visits.iter().filter(week).all(|m| *m < missing.visit);
                    prop_assert!(missing.failed != ["weekly_hours"] || is_late, "the earliest of a week");
                }
                prop_assert_eq!(part.visits.len() + part.missing.len(), all.len());
            }
            let order: Vec<_> = found.list.iter()
                .map(|p| (std::cmp::Reverse(p.visits.len()), -(p.candidate.score * 1e9).round()))
                .collect();
            prop_assert!(order.is_sorted());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn relaxations_are_all_changes_that_give_more_tried_one_by_one_then_in_pairs(seed in any::<u64>()) {
        let w = world(seed);
        let index = index(&w);
        let (at, need) = w.needs.iter().enumerate()
            .max_by_key(|(at, n)| (!w.considered(n, now()).is_empty(), n.capabilities.len(), *at)).unwrap();
        prop_assert!(at < w.needs.len());
        let mut wanted = w.relax(need, now());
        let (eligible, found) = index.relax(&need.code, now()).unwrap();
        prop_assert_eq!(eligible, w.ranked(need, now()).len());
        let mut got: Vec<(Vec<Change>, usize)> = found.iter()
            .map(|r| (plainly(&r.changes, need), r.eligible)).collect();
        let key = |(changes, _): &(Vec<Change>, usize)| format!("{changes:?}");
        wanted.sort_by_key(key);
        got.sort_by_key(key);
        prop_assert_eq!(got, wanted);
        for relaxation in found.iter().filter(|r| r.extra_km == 0.0).take(5) {
            let mut w = w.clone();
            for stored in w.needs.iter_mut().filter(|n| n.code == need.code) {
                *stored = relaxation.need.clone();
            }
            let after = self::index(&w).candidates(&need.code, now(), 1).unwrap();
            prop_assert_eq!(after.eligible, relaxation.eligible, "as it will be when applied");
        }
    }
}
