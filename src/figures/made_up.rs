//! Made-up worlds for the comparison with plain loops.

use super::naive::World;
use crate::domain::record::{
    Category, Community, Match, Need, Resident, Service, Skill, Street, Supplier,
};
use crate::domain::{Code, Day, Minute, Outcome, Recurrence, Status};

fn code(text: &str) -> Code {
    Code::parse(text).unwrap()
}

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

/// A made-up world of a seed, small enough that everything collides.
pub(super) struct Dice(pub u64);

impl Dice {
    pub(super) fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    pub(super) fn code(&mut self, letter: &str, sides: u64) -> Code {
        code(&format!("{letter}{}", self.roll(sides)))
    }

    pub(super) fn maybe(&mut self, letter: &str, sides: u64) -> Option<Code> {
        (self.roll(2) == 0).then(|| self.code(letter, sides))
    }

    pub(super) fn day(&mut self) -> Day {
        Day(day("2026-10-20").0 + i32::try_from(self.roll(60)).unwrap())
    }

    pub(super) fn start(&mut self) -> Minute {
        self.day()
            .start()
            .plus(if self.roll(2) == 0 { 540 } else { 480 })
    }

    pub(super) fn choose<T: Copy>(&mut self, of: &[T]) -> T {
        of[usize::try_from(self.roll(of.len() as u64)).unwrap()]
    }

    pub(super) fn world(&mut self) -> World {
        let mut world = World::default();
        for n in 0..3 {
            world.streets.push(Street {
                code: code(&format!("s{n}")),
                merged_into: (n == 0 && self.roll(2) == 0).then(|| code("s1")),
                retired: self.roll(3) == 0,
                ..Street::default()
            });
            world.communities.push(Community {
                code: code(&format!("m{n}")),
                street: self.code("s", 3),
                ..Community::default()
            });
            world.categories.push(Category {
                code: code(&format!("c{n}")),
                merged_into: (n == 2 && self.roll(2) == 0).then(|| code("c0")),
                ..Category::default()
            });
            world.residents.push(Resident {
                code: code(&format!("r{n}")),
                street: self.maybe("s", 3),
                community: self.maybe("m", 3),
                ..Resident::default()
            });
        }
        for n in 0..4 {
            world.suppliers.push(self.supplier(n));
        }
        for n in 0..4 {
            world.needs.push(self.need(n));
        }
        for n in 0..self.roll(10) {
            let matched = self.matched(&world.needs, n);
            world.matches.push(matched);
        }
        for n in 0..self.roll(16) {
            let service = self.service(&world.matches, n);
            world.services.push(service);
        }
        world
    }

    fn supplier(&mut self, n: u64) -> Supplier {
        let skill = |category| Skill { category, level: 2 };
        Supplier {
            code: code(&format!("v{n}")),
            street: self.maybe("s", 3),
            community: self.maybe("m", 3),
            skills: vec![skill(self.code("c", 3)), skill(self.code("c", 3))],
            status: self.choose(&[Status::Active, Status::Paused]),
            status_since: (self.roll(2) == 0).then(|| self.day()),
            joined_on: (self.roll(2) == 0).then(|| self.day()),
            ..Supplier::default()
        }
    }

    fn need(&mut self, n: u64) -> Need {
        let rule = self.choose(&[
            "",
            "FREQ=WEEKLY",
            "FREQ=DAILY;COUNT=9",
            "FREQ=DAILY;INTERVAL=3;UNTIL=20261120",
        ]);
        let start = self.start();
        let rule = Recurrence::parse(rule).ok();
        Need {
            code: code(&format!("n{n}")),
            resident: self.code("r", 3),
            category: self.code("c", 3),
            start,
            minutes: 60,
            recurrence: rule.filter(|rule| rule.check_start(start).is_ok()),
            people: self.choose(&[1, 1, 2]),
            opened_at: self.start().stamp(),
            cancelled_at: (self.roll(4) == 0).then(|| self.start().stamp()),
            ..Need::default()
        }
    }

    fn matched(&mut self, needs: &[Need], n: u64) -> Match {
        let need = &needs[usize::try_from(self.roll(4)).unwrap()];
        let visits = need.visits().take(12);
        Match {
            need: need.code.clone(),
            supplier: self.code("v", 4),
            visits: visits.filter(|_| self.roll(3) > 0).collect(),
            confirmed_at: self.start().stamp(),
            ended_at: (self.roll(3) == 0).then(|| self.start().stamp()),
            before: u16::try_from(n).unwrap(),
            ..Match::default()
        }
    }

    fn service(&mut self, matches: &[Match], n: u64) -> Service {
        let mut service = Service {
            code: code(&format!("x{n}")),
            resident: self.code("r", 3),
            supplier: self.code("v", 4),
            category: self.code("c", 3),
            start: self.start(),
            minutes: self.choose(&[30, 60]),
            outcome: self.choose(&[
                Outcome::Completed,
                Outcome::Completed,
                Outcome::NoShow,
                Outcome::CancelledByResident,
                Outcome::CancelledBySupplier,
            ]),
            rating: self.choose(&[None, Some(2), Some(5)]),
            need: self.maybe("n", 4),
        };
        if !matches.is_empty() && self.roll(3) > 0 {
            let one = &matches[usize::try_from(self.roll(matches.len() as u64)).unwrap()];
            if !one.visits.is_empty() {
                service.need = Some(one.need.clone());
                service.supplier = one.supplier.clone();
                service.start = self.choose(&one.visits);
            }
        }
        service
    }
}
