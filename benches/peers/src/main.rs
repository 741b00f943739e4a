//! matchdesk's index beside SQLite and tantivy: the same suppliers, the same needs, the same process.
//!
//! All three are asked for the suppliers who pass the rules that need no history: status, category, sex, capability and
//! its last day, availability with days away, distance, blocked. SQLite and tantivy narrow down by their indexes and
//! leave to the same few lines here what they cannot say; matchdesk checks every rule and scores as well.

mod sqlite;
mod text;
#[path = "../../worlds/mod.rs"]
mod worlds;

use std::collections::{HashMap, HashSet};
use std::hint::black_box;
use std::time::Instant;

use matchdesk::domain::geo::Point;
use matchdesk::domain::record::{Category, Community, Need, Resident, Street, Supplier};
use matchdesk::domain::{AnyRecord, Code, Minute, Sex, Status};
use matchdesk::matching::Index;
use peak_alloc::PeakAlloc;
use worlds::{District, Done, now, spread};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

const RUNS: usize = 3;
const NEEDS: u32 = 600;
/// Degrees of a cell's side.
const SIDE: f64 = 0.02;

/// A question: a need with everything that it means.
pub struct Ask {
    need: Need,
    visits: Vec<Minute>,
    /// The need's category and those below it, by number.
    categories: Vec<u32>,
    remote: bool,
    from: Option<Point>,
    blocked: HashSet<u32>,
}

/// Half hours of a weekday that visits take.
type Hours = (usize, u64);

impl Ask {
    fn hours(&self) -> Vec<Hours> {
        let minutes = self.need.minutes;
        let mut all: Vec<Hours> = self
            .visits
            .iter()
            .map(|v| {
                (
                    usize::from(v.day().weekday()),
                    matchdesk::domain::Week::taken(*v, minutes),
                )
            })
            .collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// Of the rules, those that no index of the engines says; `s` is the supplier's number.
    fn lets(&self, s: u32, supplier: &Supplier, point: Option<Point>) -> bool {
        let last = self.visits.iter().max().map(|visit| visit.day());
        let held = |code: &Code| {
            supplier.capabilities.iter().any(|held| {
                held.capability == *code
                    && held
                        .until
                        .is_none_or(|until| last.is_none_or(|day| until >= day))
            })
        };
        let away = |visit: &Minute| {
            let day = visit.day();
            supplier
                .away
                .iter()
                .any(|away| away.from <= day && day <= away.to)
        };
        let near = || match (supplier.radius_km, self.from, point) {
            _ if self.remote => true,
            (None, ..) => true,
            (Some(km), Some(from), Some(point)) => point.distance_km(from) <= km,
            _ => false,
        };
        !self.blocked.contains(&s)
            && !self.visits.iter().any(away)
            && self
                .hours()
                .iter()
                .all(|(day, taken)| supplier.availability.0[*day] & taken == *taken)
            && self.need.capabilities.iter().all(held)
            && near()
    }

    /// Whether a supplier is of the sex that is asked for.
    fn is_of_sex(&self, supplier: &Supplier) -> bool {
        match self.need.sex {
            Some(Sex::Male | Sex::Female) => {
                supplier.sex == self.need.sex || supplier.sex == Some(Sex::Any)
            }
            _ => true,
        }
    }
}

/// Everything that the engines are made of.
#[derive(Default)]
pub struct World {
    suppliers: Vec<Supplier>,
    points: Vec<Option<Point>>,
    categories: HashMap<Code, u32>,
}

/// An engine that answers with the numbers of the suppliers who pass.
trait Engine {
    fn eligible(&mut self, world: &World, ask: &Ask) -> Done<Vec<u32>>;
}

/// The cells within reach of a point.
pub fn cells(point: Point, km: f64) -> ([i32; 2], [i32; 2]) {
    let up = km * 1.01 / 111.0;
    let right = up / point.lat.to_radians().cos();
    (
        [cell(point.lat - up), cell(point.lon - right)],
        [cell(point.lat + up), cell(point.lon + right)],
    )
}

/// The row or column in which some degrees lie.
#[allow(clippy::cast_possible_truncation, reason = "degrees are small")]
pub fn cell(degrees: f64) -> i32 {
    (degrees / SIDE).floor() as i32
}

/// The radii into which suppliers are sorted, in km; those who go farther are looked at everywhere.
pub const TIERS: [f64; 4] = [1.0, 3.0, 8.0, 20.0];

/// The tier of a supplier.
pub fn tier(supplier: &Supplier, point: Option<Point>) -> usize {
    match (supplier.radius_km, point) {
        (Some(km), Some(_)) => TIERS
            .iter()
            .position(|most| km <= *most)
            .unwrap_or(TIERS.len()),
        _ => TIERS.len(),
    }
}

fn main() -> Done<()> {
    let district = District::make(360_000, 2_000, 7)?;
    let (world, asks, index, bytes) = read(&district)?;
    println!("{} suppliers, {} needs", world.suppliers.len(), asks.len());
    println!(
        "{:<28} {:>11} {:>11} {:>14}",
        "engine", "median us", "p99 us", "bytes/supplier"
    );
    let count = world.suppliers.len();
    let told = |name: &str, times: Vec<f64>, bytes: usize| {
        let (median, high) = spread(times);
        println!(
            "{name:<28} {median:>11.1} {high:>11.1} {:>14}",
            bytes / count
        );
    };
    let mut times = Vec::new();
    for ask in &asks {
        let shortest = (0..RUNS).map(|_| {
            let before = Instant::now();
            black_box(index.candidates(&ask.need.code, now(), 10));
            before.elapsed().as_secs_f64() * 1e6
        });
        times.push(shortest.fold(f64::INFINITY, f64::min));
    }
    told("matchdesk, all rules, scored", times, bytes);
    let folder = tempfile::tempdir()?;
    let wanted = expected(&world, &asks);
    for (name, plan) in [
        ("SQLite, covering index", sqlite::Plan::Covering),
        ("SQLite, R*Tree", sqlite::Plan::Tree),
    ] {
        let (mut engine, bytes) = sqlite::Sqlite::make(&world, plan, folder.path())?;
        told(name, run(&mut engine, &world, &asks, &wanted)?, bytes);
    }
    let (mut engine, bytes) = text::Tantivy::make(&world, folder.path())?;
    told("tantivy", run(&mut engine, &world, &asks, &wanted)?, bytes);
    agree(&index, &world, &asks, &wanted);
    Ok(())
}

/// The suppliers who pass, by looking at all of them.
fn expected(world: &World, asks: &[Ask]) -> Vec<Vec<u32>> {
    let number = |code: &Code| world.categories.get(code).copied();
    asks.iter()
        .map(|ask| {
            (0..)
                .zip(world.suppliers.iter().zip(&world.points))
                .filter(|(s, (supplier, point))| {
                    let skilled = |code| number(code).is_some_and(|n| ask.categories.contains(&n));
                    supplier.status == Status::Active
                        && supplier.skills.iter().any(|skill| skilled(&skill.category))
                        && ask.is_of_sex(supplier)
                        && ask.lets(*s, supplier, **point)
                })
                .map(|(s, _)| s)
                .collect()
        })
        .collect()
}

/// The shortest times; fails when an answer is another.
fn run(
    engine: &mut dyn Engine,
    world: &World,
    asks: &[Ask],
    wanted: &[Vec<u32>],
) -> Done<Vec<f64>> {
    let mut times = Vec::new();
    for (ask, wanted) in asks.iter().zip(wanted) {
        let mut shortest = f64::INFINITY;
        for _ in 0..RUNS {
            let before = Instant::now();
            let mut found = black_box(engine.eligible(world, ask)?);
            shortest = shortest.min(before.elapsed().as_secs_f64() * 1e6);
            found.sort_unstable();
            found.dedup();
            if found != *wanted {
                return Err(
                    format!("{}: {} of {}", ask.need.code, found.len(), wanted.len()).into(),
                );
            }
        }
        times.push(shortest);
    }
    Ok(times)
}

/// Says how many of those who pass without history matchdesk's bookings refuse; none may come on top.
fn agree(index: &Index, world: &World, asks: &[Ask], wanted: &[Vec<u32>]) {
    let numbers: HashMap<&Code, u32> = world.suppliers.iter().map(|r| &r.code).zip(0..).collect();
    let (mut all, mut more, mut fewer) = (0, 0, 0);
    for (ask, wanted) in asks.iter().zip(wanted) {
        let Some(ranking) = index.candidates(&ask.need.code, now(), usize::MAX) else {
            continue;
        };
        let found: HashSet<u32> = ranking
            .candidates
            .iter()
            .filter_map(|candidate| numbers.get(&candidate.supplier).copied())
            .collect();
        all += wanted.len();
        more += found
            .iter()
            .filter(|s| wanted.binary_search(s).is_err())
            .count();
        fewer += wanted.iter().filter(|s| !found.contains(s)).count();
    }
    println!(
        "all engines find the same {all} suppliers before bookings; of these matchdesk's bookings refuse {fewer}, and it finds {more} others"
    );
}

type Read = (World, Vec<Ask>, Index, usize);

fn read(district: &District) -> Done<Read> {
    let before = MEMORY.current_usage();
    let mut index = Index::new();
    district.each(&mut |record| index.load(record))?;
    index.pack();
    let bytes = MEMORY.current_usage().saturating_sub(before);
    let mut world = World::default();
    let mut points: HashMap<Code, Point> = HashMap::new();
    let (mut tree, mut residents, mut needs) = (Vec::<Category>::new(), HashMap::new(), Vec::new());
    let mut put = |code: Code, lon, lat| {
        if let Some(point) = Point::of(lon, lat) {
            points.insert(code, point);
        }
    };
    let mut rest: Vec<AnyRecord> = Vec::new();
    district.each(&mut |record| match record {
        AnyRecord::Street(Street { code, lon, lat, .. })
        | AnyRecord::Community(Community { code, lon, lat, .. }) => put(code, lon, lat),
        AnyRecord::Service(_) | AnyRecord::Match(_) => {}
        other => rest.push(other),
    })?;
    let home = |own: Option<Point>, community: Option<&Code>, street: Option<&Code>| {
        let of = |code: Option<&Code>| code.and_then(|code| points.get(code).copied());
        own.or_else(|| of(community)).or_else(|| of(street))
    };
    for record in rest {
        match record {
            AnyRecord::Category(r) => {
                let next = u32::try_from(tree.len())?;
                world.categories.insert(r.code.clone(), next);
                tree.push(r);
            }
            AnyRecord::Supplier(r) => {
                world
                    .points
                    .push(home(r.point(), r.community.as_ref(), r.street.as_ref()));
                world.suppliers.push(r);
            }
            AnyRecord::Resident(r) => {
                let point = home(r.point(), r.community.as_ref(), r.street.as_ref());
                residents.insert(r.code.clone(), (r, point));
            }
            AnyRecord::Need(r) => needs.push(r),
            _ => {}
        }
    }
    let numbers: HashMap<&Code, u32> = world.suppliers.iter().map(|r| &r.code).zip(0..).collect();
    let remote = |code: &Code| tree.iter().any(|r| r.code == *code && r.remote);
    let mut asks = Vec::new();
    for need in needs {
        let visits = index.considered(&need.code, now());
        let Some((resident, from)) = residents.get(&need.resident) else {
            continue;
        };
        if visits.is_empty() || asks.len() >= NEEDS as usize {
            continue;
        }
        let resident: &Resident = resident;
        let within = |r: &&Category| index.category_within(&r.code, &need.category);
        asks.push(Ask {
            categories: tree
                .iter()
                .filter(within)
                .filter_map(|r| world.categories.get(&r.code).copied())
                .collect(),
            remote: remote(&need.category),
            from: *from,
            blocked: resident
                .blocked
                .iter()
                .filter_map(|code| numbers.get(code).copied())
                .collect(),
            visits,
            need,
        });
    }
    drop(numbers);
    Ok((world, asks, index, bytes))
}
