//! The index answers as a slow, literal reading of SPEC §3 does, however it came to know what it knows.

mod matching_reference;

use matchdesk::domain::record::{
    Away, Capability, Category, Held, Match, Need, Resident, Service, Skill, Supplier,
};
use matchdesk::domain::{
    AnyRecord, Code, Day, Minute, Outcome, Recurrence, Sex, Stamp, Status, Urgency, Week,
};
use matchdesk::matching::Index;
use matching_reference::World;
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
        skills: vec![
            Skill {
                category: d.code('C', 6),
                level: d.of(&[1, 2, 3]),
            },
            Skill {
                category: d.code('C', 6),
                level: 2,
            },
        ],
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
            for v in &w.suppliers {
                let why = index.why(&need.code, &v.code, now(), None).unwrap();
                let (failed, score) = w.judge(need, v, now());
                prop_assert_eq!(why.failed(), failed, "{} {}", need.code, v.code);
                prop_assert!((why.score - score).abs() < 1e-9);
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
        prop_assert_eq!(kept.queue(now()), fresh.queue(now()));
        prop_assert_eq!(kept.rolls(now()), fresh.rolls(now()));
        for need in &new.needs {
            prop_assert_eq!(kept.candidates(&need.code, now(), 3), fresh.candidates(&need.code, now(), 3));
        }
    }
}
