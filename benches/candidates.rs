//! Ranking the needs of a queue, what is asked beside it, and what an event costs: in made-up districts as `generate`
//! makes them, and in a sparser world of even chances.
//!
//! `MATCHDESK_LARGE=1` adds ten times as many suppliers, once in the same district and once in a city of ten; that takes
//! 3 GB of memory and a few minutes.

mod worlds;

use std::hint::black_box;
use std::time::Instant;

use criterion::{Criterion, criterion_group, criterion_main};
use matchdesk::domain::record::{Category, Match, Need, Resident, Service, Skill, Supplier};
use matchdesk::domain::{
    AnyRecord, Code, Event, Minute, Outcome, Recurrence, Sex, Status, Verb, Week,
};
use matchdesk::matching::Index;
use peak_alloc::PeakAlloc;
use worlds::{District, Done, now, spread};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

const SUPPLIERS: u32 = 360_000;
const NEEDS: u64 = 200;
/// Needs of a made-up district; half of them are open.
const OF_DISTRICT: u32 = 2_000;
/// How often each need is ranked; its time is the shortest.
const RUNS: usize = 7;
/// How many events of a sort are applied.
const EVENTS: usize = 2_000;

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
    for n in 0..u64::from(SUPPLIERS) {
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

/// The index of some districts, with the bytes that it takes.
fn known(districts: &[District]) -> Done<(Index, usize)> {
    let before = MEMORY.current_usage();
    let mut index = Index::new();
    for district in districts {
        district.each(&mut |record| index.load(record))?;
    }
    index.pack();
    let bytes = MEMORY.current_usage().saturating_sub(before);
    Ok((index, bytes))
}

/// Ranks every need of the queue several times over; tells the spread of first and of shortest times.
fn rank(index: &Index, name: &str) {
    let queue: Vec<Code> = index.queue(now()).into_iter().map(|row| row.need).collect();
    let mut shortest = vec![f64::INFINITY; queue.len()];
    let (mut first, mut eligible) = (Vec::new(), vec![0.0; queue.len()]);
    for run in 0..RUNS {
        for ((need, time), count) in queue.iter().zip(&mut shortest).zip(&mut eligible) {
            let before = Instant::now();
            let ranking = black_box(index.candidates(need, now(), 10));
            let us = before.elapsed().as_secs_f64() * 1e6;
            *time = time.min(us);
            if run == 0 {
                first.push(us);
                *count = ranking.map_or(0.0, |ranking| {
                    f64::from(u32::try_from(ranking.eligible).unwrap_or(u32::MAX))
                });
            }
        }
    }
    let (first, shortest, eligible) = (spread(first), spread(shortest), spread(eligible));
    println!(
        "{name}: {} needs, eligible {} / {}; shortest of {RUNS}: median {:.1} us, p99 {:.1} us; first time: {:.1} / {:.1} us",
        queue.len(),
        eligible.0,
        eligible.1,
        shortest.0,
        shortest.1,
        first.0,
        first.1
    );
}

/// The spread of the times that some events take.
fn apply(index: &mut Index, what: &str, verb: Verb, records: Vec<AnyRecord>) {
    let mut times = Vec::new();
    for after in records {
        let event = Event {
            verb,
            chain: Code::composed(Event::DISTRICT),
            before: None,
            after,
            reason: String::new(),
        };
        let before = Instant::now();
        index.apply(&event);
        times.push(before.elapsed().as_secs_f64() * 1e6);
    }
    let count = times.len();
    let (median, high) = spread(times);
    println!("  {what}: median {median:.2} us, p99 {high:.2} us of {count}");
}

/// What it takes to follow events: confirmations of the queue's best, their outcomes, edits, pauses.
fn events(index: &mut Index, district: &District) -> Done<()> {
    let (mut suppliers, mut count) = (Vec::new(), 0);
    district.each(&mut |record| {
        if let AnyRecord::Supplier(supplier) = record {
            if count % (SUPPLIERS as usize / EVENTS) == 0 && suppliers.len() < EVENTS {
                suppliers.push(supplier);
            }
            count += 1;
        }
    })?;
    let (mut matches, mut outcomes) = (Vec::new(), Vec::new());
    for row in index.queue(now()) {
        let best = index
            .candidates(&row.need, now(), 1)
            .and_then(|ranking| ranking.candidates.into_iter().next());
        let Some(best) = best else { continue };
        if let Some(start) = row.visits.first() {
            outcomes.push(Service {
                code: Code::composed(&format!("X{}", outcomes.len())),
                resident: row.resident,
                supplier: best.supplier.clone(),
                category: row.category,
                start: *start,
                minutes: 60,
                outcome: Outcome::Completed,
                need: Some(row.need.clone()),
                ..Service::default()
            });
        }
        matches.push(Match {
            need: row.need,
            supplier: best.supplier,
            visits: row.visits,
            confirmed_at: now(),
            ..Match::default()
        });
    }
    let edited = suppliers.iter().cloned().map(|mut supplier| {
        supplier.radius_km = supplier.radius_km.map(|km| km + 0.5);
        supplier.skills.truncate(1);
        supplier.into()
    });
    let edited = edited.collect();
    let paused = suppliers.iter().cloned().map(|mut supplier| {
        supplier.status = Status::Paused;
        supplier.into()
    });
    let paused = paused.collect();
    let (matches, outcomes): (Vec<_>, Vec<_>) = (
        matches.into_iter().map(Into::into).collect(),
        outcomes.into_iter().map(Into::into).collect(),
    );
    apply(index, "confirm", Verb::Confirmed, matches);
    apply(index, "edit", Verb::Edited, edited);
    apply(index, "pause", Verb::Edited, paused);
    apply(index, "outcome", Verb::Closed, outcomes);
    Ok(())
}

/// Everything about a world of some districts.
fn measure(name: &str, suppliers: u32, districts: &[District]) -> Done<()> {
    let before = Instant::now();
    let (mut index, bytes) = known(districts)?;
    let seconds = before.elapsed().as_secs_f64();
    let each = |bytes: usize| bytes / suppliers as usize;
    rank(&index, name);
    println!(
        "  {} bytes a supplier, needs, residents and closed visits among them; read in {seconds:.1} s",
        each(bytes)
    );
    if let Some(district) = districts.first() {
        events(&mut index, district)?;
    }
    Ok(())
}

fn districts(_: &mut Criterion) {
    let measured = || -> Done<()> {
        let district = District::make(SUPPLIERS, OF_DISTRICT, 7)?;
        measure("360,000 in a district", SUPPLIERS, &[district])?;
        if std::env::var_os("MATCHDESK_LARGE").is_none() {
            return Ok(());
        }
        let crowd = District::make(10 * SUPPLIERS, OF_DISTRICT, 7)?;
        measure("3,600,000 in a district", 10 * SUPPLIERS, &[crowd])?;
        let city = (0..10).map(|n| {
            let made = District::make(SUPPLIERS, OF_DISTRICT / 10, 7 + u64::from(n));
            made.map(|district| district.placed(n))
        });
        let city = city.collect::<Done<Vec<District>>>()?;
        measure("3,600,000 in a city", 10 * SUPPLIERS, &city)
    };
    if let Err(error) = measured() {
        println!("could not make and read the districts: {error}");
    }
}

/// A sparser world, all of it by even chances.
fn even(c: &mut Criterion) {
    let index = world();
    rank(&index, "360,000 by even chances");
    let mut n = 0;
    c.bench_function("candidates of one need among 360,000", |b| {
        b.iter(|| {
            n = (n + 1) % NEEDS;
            black_box(index.candidates(&code('N', n), now(), 10))
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
    let now = now();
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

criterion_group!(benches, districts, even, what_if);
criterion_main!(benches);
