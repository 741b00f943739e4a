//! Ranking a need among 360,000 suppliers.

use std::hint::black_box;
use std::time::Instant;

use criterion::{Criterion, criterion_group, criterion_main};
use matchdesk::domain::record::{Category, Need, Resident, Skill, Supplier};
use matchdesk::domain::{Code, Minute, Recurrence, Sex, Stamp, Week};
use matchdesk::matching::Index;

const SUPPLIERS: u64 = 360_000;
const NEEDS: u64 = 200;

/// A small generator of numbers: the same for the same seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % n
    }

    fn point(&mut self) -> (Option<f64>, Option<f64>) {
        let mut step = || f64::from(u32::try_from(self.below(2_500)).unwrap_or_default()) / 1e4;
        (Some(116.4 + step()), Some(39.8 + step()))
    }
}

fn code(letter: char, n: u64) -> Code {
    Code::composed(&format!("{letter}{n:07}"))
}

fn supplier(dice: &mut Dice, n: u64) -> Supplier {
    let (lon, lat) = dice.point();
    let windows = [
        "weekdays 18:00-21:00; weekends 08:00-18:00",
        "daily 08:00-12:00",
        "weekdays 08:00-18:00",
    ];
    let pick = usize::try_from(dice.below(3)).unwrap_or_default();
    let skill = |dice: &mut Dice| Skill {
        category: code('C', dice.below(60)),
        level: 1 + u8::try_from(dice.below(3)).unwrap_or(1),
    };
    Supplier {
        code: code('V', n),
        sex: Some(if dice.below(2) == 0 {
            Sex::Male
        } else {
            Sex::Female
        }),
        lon,
        lat,
        skills: vec![skill(dice), skill(dice)],
        availability: Week::parse(windows[pick]).unwrap_or_default(),
        radius_km: (dice.below(20) > 0)
            .then(|| [1.0, 2.0, 3.0, 5.0][usize::try_from(dice.below(4)).unwrap_or_default()]),
        capacity: 1,
        ..Supplier::default()
    }
}

fn world() -> Index {
    let (mut index, mut dice) = (Index::new(), Dice(7));
    for n in 0..60 {
        index.load(
            Category {
                code: code('C', n),
                parent: (n >= 10).then(|| code('C', n % 10)),
                ..Category::default()
            }
            .into(),
        );
    }
    for n in 0..SUPPLIERS {
        index.load(supplier(&mut dice, n).into());
    }
    for n in 0..NEEDS {
        let (lon, lat) = dice.point();
        index.load(
            Resident {
                code: code('R', n),
                lon,
                lat,
                ..Resident::default()
            }
            .into(),
        );
        let start = Minute::parse("2026-11-24T09:00")
            .unwrap_or_default()
            .plus(1_440 * i32::try_from(n % 7).unwrap_or_default());
        let need = Need {
            code: code('N', n),
            resident: code('R', n),
            category: code('C', 10 + n % 50),
            start,
            minutes: 60,
            ..Need::default()
        };
        index.load(need.into());
    }
    index
}

fn ranking(c: &mut Criterion) {
    let index = world();
    let now =
        Stamp::parse("2026-11-23T08:00", matchdesk::domain::Zone::default()).unwrap_or_default();
    let mut times: Vec<u128> = Vec::new();
    for round in 0..2 {
        times = (0..NEEDS)
            .map(|n| {
                let before = Instant::now();
                black_box(index.candidates(&code('N', n), now, 10));
                before.elapsed().as_micros()
            })
            .collect();
        times.sort_unstable();
        let (median, high) = (times[times.len() / 2], times[times.len() * 99 / 100]);
        println!("round {round}: median {median} us, p99 {high} us");
    }
    black_box(times);
    let mut n = 0;
    c.bench_function("candidates of one need among 360,000", |b| {
        b.iter(|| {
            n = (n + 1) % NEEDS;
            black_box(index.candidates(&code('N', n), now, 10))
        });
    });
}

/// Median and 99th percentile of a question about each need.
fn each<T>(what: &str, ask: impl Fn(&Code) -> T) {
    let mut times: Vec<u128> = (0..NEEDS)
        .map(|n| {
            let before = Instant::now();
            black_box(ask(&code('N', n)));
            before.elapsed().as_micros()
        })
        .collect();
    times.sort_unstable();
    let (median, high) = (times[times.len() / 2], times[times.len() * 99 / 100]);
    println!("{what}: median {median} us, p99 {high} us");
}

/// What is asked while a need is typed, or when it finds nobody.
fn what_if(_: &mut Criterion) {
    let mut index = world();
    let now =
        Stamp::parse("2026-11-23T08:00", matchdesk::domain::Zone::default()).unwrap_or_default();
    each("near misses", |need| index.near(need, now, 10));
    let mut drafts = Vec::new();
    for n in 0..NEEDS {
        let start = Minute::parse("2026-11-24T09:00").unwrap_or_default();
        let need = Need {
            code: code('N', n),
            resident: code('R', n),
            category: code('C', 10 + n % 50),
            start: start.plus(1_440 * i32::try_from(n % 7).unwrap_or_default()),
            minutes: 60,
            sex: Some(Sex::Female),
            recurrence: Recurrence::parse("FREQ=WEEKLY").ok(),
            ..Need::default()
        };
        index.load(need.clone().into());
        drafts.push(need);
    }
    each("part of a weekly series", |need| {
        index.partial(need, now, 10)
    });
    each("candidates and costs while typing", |need| {
        let draft = drafts.iter().find(|draft| draft.code == *need);
        draft.map(|draft| index.sketch(draft, now, 10))
    });
    each("relaxations", |need| index.relax(need, now));
}

criterion_group!(benches, ranking, what_if);
criterion_main!(benches);
