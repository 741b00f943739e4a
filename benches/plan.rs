//! A plan for 500 needs among 360,000 suppliers of a made-up district: how long it takes, and how far it may be from the
//! best there is. The bound comes from a linear program that knows nothing of how a plan is made: suppliers may be
//! divided among needs there, so no plan comes to more.

use std::collections::HashMap;
use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

use criterion::{Criterion, criterion_group, criterion_main};
use matchdesk::domain::kinds::Word;
use matchdesk::domain::record::{Need, Supplier};
use matchdesk::domain::{AnyRecord, Code, Kind, Lang, Minute, Record, Stamp, Urgency, Zone};
use matchdesk::for_kind;
use matchdesk::generate::{Size, district};
use matchdesk::matching::plan::{Choices, Plan};
use matchdesk::matching::{Index, QueueRow};
use microlp::{ComparisonOp, OptimizationDirection, Problem, SolveOutcome, Variable};

/// Candidates of a need that the bound knows by name; all others count as one who is always free.
const NAMED: usize = 60;
/// Needs in the queue.
const OPEN: usize = 500;

/// Everything of a made-up district that the queue needs.
struct District {
    index: Index,
    now: Stamp,
    needs: HashMap<Code, Need>,
    suppliers: HashMap<Code, Supplier>,
}

fn read<R: Record>(dir: &Path, take: &mut dyn FnMut(AnyRecord)) {
    let file = dir.join(format!("{}.csv", R::KIND.word()));
    let Ok(mut rows) = csv::Reader::from_path(&file) else {
        return;
    };
    let heads = rows.headers().cloned().unwrap_or_default();
    for row in rows.records().flatten() {
        let mut record = R::default();
        for (head, cell) in heads.iter().zip(&row) {
            if let Some(field) = R::fields().iter().find(|field| field.column == head)
                && let Err(problem) = field.take(&mut record, cell)
            {
                println!("{head}: {}", problem.say(Lang::En));
            }
        }
        take(record.into_any());
    }
}

impl District {
    /// A district whose queue is cut to so many needs.
    fn made(suppliers: u32, open: usize) -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let size = Size {
            suppliers,
            residents: suppliers / 6,
            needs: 4_000,
            services: suppliers,
            seed: 7,
            as_of: chrono::NaiveDate::from_ymd_opt(2026, 11, 23).unwrap_or_default(),
        };
        district(dir.path(), &size, &mut |_, _| {}).expect("a district");
        let mut made = Self {
            index: Index::new(),
            now: Stamp::parse(&format!("{}T08:00", size.as_of), Zone::default())
                .unwrap_or_default(),
            needs: HashMap::new(),
            suppliers: HashMap::new(),
        };
        for kind in Kind::FILES {
            for_kind!(kind, R => read::<R>(dir.path(), &mut |record| made.take(record)));
        }
        let queue = made.index.queue(made.now);
        println!(
            "{} needs in the queue, {} of them planned",
            queue.len(),
            open.min(queue.len())
        );
        for row in queue.iter().skip(open) {
            if let Some(mut need) = made.needs.remove(&row.need) {
                need.cancelled_at = Some(made.now);
                made.index.load(need.into());
            }
        }
        made
    }

    fn take(&mut self, record: AnyRecord) {
        match &record {
            AnyRecord::Need(need) => {
                self.needs.insert(need.code.clone(), need.clone());
            }
            AnyRecord::Supplier(supplier) => {
                self.suppliers
                    .insert(supplier.code.clone(), supplier.clone());
            }
            _ => {}
        }
        self.index.load(record);
    }
}

/// A need as the linear program sees it.
struct Line {
    row: QueueRow,
    minutes: i32,
    places: usize,
    eligible: usize,
    /// The candidates by name, the best first.
    named: Vec<(Code, f64)>,
    /// The score of the best who is not named.
    rest: Option<f64>,
}

fn lines(district: &District) -> Vec<Line> {
    let queue = district.index.queue(district.now);
    let mut lines: Vec<Line> = queue
        .into_iter()
        .filter_map(|row| {
            let ranking = district
                .index
                .candidates(&row.need, district.now, NAMED + 1)?;
            let mut named: Vec<(Code, f64)> = ranking
                .candidates
                .into_iter()
                .map(|candidate| (candidate.supplier, candidate.score))
                .collect();
            let rest = named.get(NAMED).map(|(_, score)| *score);
            named.truncate(NAMED);
            Some(Line {
                minutes: i32::from(district.needs.get(&row.need)?.minutes),
                places: usize::from(row.wanted - row.matched),
                eligible: ranking.eligible,
                row,
                named,
                rest,
            })
        })
        .collect();
    // Whoever nobody else wants is free; those after as many of them as there are places do not matter.
    let mut wanted: HashMap<Code, usize> = HashMap::new();
    for (code, _) in lines.iter().flat_map(|line| &line.named) {
        *wanted.entry(code.clone()).or_default() += 1;
    }
    for line in &mut lines {
        let free =
            |(at, (code, _)): (usize, &(Code, f64))| (wanted.get(code) == Some(&1)).then_some(at);
        let free = line
            .named
            .iter()
            .enumerate()
            .filter_map(free)
            .nth(line.places.saturating_sub(1));
        if let Some(last) = free {
            line.named.truncate(last + 1);
            line.rest = None;
        }
    }
    lines
}

/// Whether visits of two needs are too near to each other for one person (SPEC §3).
fn clash(one: &Line, other: &Line) -> bool {
    let gap = if one.row.resident == other.row.resident {
        0
    } else {
        15
    };
    let clashes =
        |a: &Minute, b: &Minute| a.0 < b.0 + other.minutes + gap && b.0 < a.0 + one.minutes + gap;
    one.row
        .visits
        .iter()
        .any(|a| other.row.visits.iter().any(|b| clashes(a, b)))
}

/// The linear program: who goes where, in parts.
struct Program<'a> {
    lines: &'a [Line],
    problem: Problem,
    /// For each need its variables and their scores.
    parts: Vec<Vec<(Variable, f64)>>,
}

impl<'a> Program<'a> {
    fn of(
        lines: &'a [Line],
        suppliers: &HashMap<Code, Supplier>,
        worth: &dyn Fn(Urgency, f64) -> f64,
    ) -> Self {
        let mut problem = Problem::new(OptimizationDirection::Maximize);
        let mut parts = Vec::new();
        let mut loads: HashMap<&Code, Vec<(usize, Variable)>> = HashMap::new();
        for (at, line) in lines.iter().enumerate() {
            let mut own = Vec::new();
            for (code, score) in &line.named {
                let part = problem.add_var(worth(line.row.urgency, *score), (0.0, 1.0));
                own.push((part, *score));
                loads.entry(code).or_default().push((at, part));
            }
            let all = number(line.places);
            if let Some(score) = line.rest {
                own.push((
                    problem.add_var(worth(line.row.urgency, score), (0.0, all)),
                    score,
                ));
            }
            let sum: Vec<(Variable, f64)> = own.iter().map(|(part, _)| (*part, 1.0)).collect();
            problem.add_constraint(&sum, ComparisonOp::Le, all);
            parts.push(own);
        }
        let mut program = Self {
            lines,
            problem,
            parts,
        };
        for (code, load) in loads.iter().filter(|(_, load)| load.len() > 1) {
            if let Some(supplier) = suppliers.get(*code) {
                program.share(supplier, load);
            }
        }
        program
    }

    /// What a supplier can't do at once. Who takes several visits at a time is let off the rule about clashes.
    fn share(&mut self, supplier: &Supplier, load: &[(usize, Variable)]) {
        if supplier.capacity() == 1 {
            for (first, _) in load {
                let mut group: Vec<(usize, Variable)> = Vec::new();
                let own = load.iter().filter(|(at, _)| at == first);
                for (at, part) in own.chain(load.iter().filter(|(at, _)| at != first)) {
                    if group
                        .iter()
                        .all(|(other, _)| clash(&self.lines[*other], &self.lines[*at]))
                    {
                        group.push((*at, *part));
                    }
                }
                let sum: Vec<(Variable, f64)> =
                    group.iter().map(|(_, part)| (*part, 1.0)).collect();
                if sum.len() > 1 {
                    self.problem.add_constraint(&sum, ComparisonOp::Le, 1.0);
                }
            }
        }
        let Some(hours) = supplier.max_hours_week else {
            return;
        };
        let mut weeks: HashMap<i32, HashMap<usize, f64>> = HashMap::new();
        for (at, _) in load {
            for visit in &self.lines[*at].row.visits {
                let week = weeks.entry(visit.day().iso_week()).or_default();
                *week.entry(*at).or_default() += f64::from(self.lines[*at].minutes);
            }
        }
        for minutes in weeks.values() {
            let sum: Vec<(Variable, f64)> = load
                .iter()
                .filter_map(|(at, part)| Some((*part, *minutes.get(at)?)))
                .collect();
            self.problem
                .add_constraint(&sum, ComparisonOp::Le, hours * 60.0);
        }
    }

    /// Asks for at least so many places of an urgency.
    fn at_least(&mut self, urgency: Urgency, places: f64) {
        let sum: Vec<(Variable, f64)> = self
            .lines
            .iter()
            .zip(&self.parts)
            .filter(|(line, _)| line.row.urgency == urgency)
            .flat_map(|(_, parts)| parts.iter().map(|(part, _)| (*part, 1.0)))
            .collect();
        self.problem.add_constraint(&sum, ComparisonOp::Ge, places);
    }
}

fn solved(outcome: SolveOutcome) -> Option<f64> {
    match outcome {
        SolveOutcome::Solution(found) => Some(found.objective()),
        SolveOutcome::Interrupted(_) => None,
    }
}

fn number(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::NAN, f64::from)
}

const URGENCIES: [Urgency; 4] = [
    Urgency::Urgent,
    Urgency::High,
    Urgency::Normal,
    Urgency::Low,
];

/// The places of each urgency that no plan fills more of, and the sum of scores that none exceeds then.
fn bound(lines: &[Line], suppliers: &HashMap<Code, Supplier>) -> ([f64; 4], f64) {
    let mut most = [0.0; 4];
    for at in 0..URGENCIES.len() {
        let worth = |urgency, _| f64::from(u8::from(urgency == URGENCIES[at]));
        let mut program = Program::of(lines, suppliers, &worth);
        for (urgency, places) in URGENCIES.iter().zip(most).take(at) {
            program.at_least(*urgency, places);
        }
        let found = program
            .problem
            .solve()
            .ok()
            .and_then(solved)
            .unwrap_or(f64::NAN);
        most[at] = (found + 1e-6).floor();
    }
    let mut program = Program::of(lines, suppliers, &|_, score| score);
    for (urgency, places) in URGENCIES.iter().zip(most) {
        program.at_least(*urgency, places);
    }
    let sum = program
        .problem
        .solve()
        .ok()
        .and_then(solved)
        .unwrap_or(f64::NAN);
    (most, sum)
}

fn filled(plan: &Plan, needs: &HashMap<Code, Need>) -> [f64; 4] {
    URGENCIES.map(|urgency| {
        let of = plan.proposals.iter().filter(|proposal| {
            needs
                .get(&proposal.need)
                .is_some_and(|need| need.urgency == urgency)
        });
        number(of.count())
    })
}

/// The processor's time that this thread has had, in microseconds: what others do on the machine does not count.
fn processor() -> u64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanos: Option<u64> = text.split(' ').next().and_then(|first| first.parse().ok());
    nanos.unwrap_or_default() / 1_000
}

/// A plan, with what its ranking and its solving took.
fn timed(district: &District) -> (Plan, [u64; 2]) {
    let (began, mut ranked) = (processor(), 0);
    let plan = district
        .index
        .plan_with(district.now, &Choices::default(), &mut |done, all| {
            if done == all {
                ranked = processor();
            }
        });
    (plan, [ranked - began, processor() - ranked])
}

/// Says how long a plan takes and how good it is.
fn report(district: &District) {
    black_box(timed(district));
    let (plan, [ranking, solving]) = timed(district);
    println!("ranking {ranking} us, solving {solving} us of the processor");
    let lines = lines(district);
    let moved = plan.proposals.iter().filter(|p| p.rank > 1).count();
    let wanted: usize = lines.iter().map(|line| line.places).sum();
    let nobody = lines.iter().filter(|line| line.eligible == 0).count();
    println!(
        "{} of {wanted} places filled, {moved} not by the best; {nobody} needs have no candidate",
        plan.proposals.len()
    );
    let began = Instant::now();
    let (most, sum) = bound(&lines, &district.suppliers);
    let total = plan.total_score();
    println!(
        "places by urgency {:?}, at most {most:?}; scores {total:.3}, at most {sum:.3}: {:.4} % below ({:?} for the bound)",
        filled(&plan, &district.needs),
        ((sum - total) / sum * 100.0).max(0.0),
        began.elapsed()
    );
}

fn planning(c: &mut Criterion) {
    // A district with few suppliers for its needs is harder than a large one.
    for suppliers in [1_000, 3_000, 10_000] {
        report(&District::made(suppliers, OPEN));
    }
    let district = District::made(360_000, OPEN);
    report(&district);
    c.bench_function("plan of 500 needs among 360,000", |b| {
        b.iter(|| black_box(district.index.plan(district.now)));
    });
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20);
    targets = planning
}
criterion_main!(benches);
