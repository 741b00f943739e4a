//! Many sessions at once confirm against a pool that is too small for them, and somebody kills the station meanwhile.
//!
//! The usual run is short. For a long one, with figures:
//!
//! ```text
//! MATCHDESK_TEST_SESSIONS=64 MATCHDESK_TEST_SECONDS=60 MATCHDESK_TEST_KILLS=200 \
//!     cargo test --release --test many_sessions -- --nocapture --test-threads=1
//! ```
//!
//! `MATCHDESK_TEST_SESSIONS` (16): sessions at once. `MATCHDESK_TEST_SECONDS` (3): how long they work undisturbed.
//! `MATCHDESK_TEST_KILLS` (5): how often the station is killed under them.

mod place;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use place::pool::{Pool, need};
use place::{Answer, Place, until};

const POOL: Pool = Pool {
    suppliers: 6,
    needs: 240,
    days: 5,
    services: 1,
    year: 2026,
};

fn setting(name: &str, usual: usize) -> usize {
    std::env::var(name).map_or(usual, |text| text.parse().unwrap())
}

/// A small generator of numbers.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(n).unwrap()).unwrap()
    }
}

/// A need and a supplier.
type Pair = (String, String);

/// What all sessions were told.
#[derive(Default)]
struct Told {
    /// How many confirmations of a pair were acknowledged, and how many ends of it.
    acknowledged: Mutex<BTreeMap<Pair, (usize, usize)>>,
    refusals: Mutex<BTreeMap<String, usize>>,
    waits: Mutex<Vec<Duration>>,
    commands: AtomicUsize,
}

impl Told {
    /// Notes the answer to a change; whether it was done. There may be no error other than a refusal.
    fn take(&self, answer: &Answer) -> bool {
        match answer.status {
            0 => true,
            1 => {
                let refused = answer.json()["refused"].clone();
                let mut refusals = self.refusals.lock().unwrap();
                for code in refused.as_array().unwrap() {
                    *refusals
                        .entry(code.as_str().unwrap().to_owned())
                        .or_default() += 1;
                }
                false
            }
            _ => panic!("no refusal: {}", answer.words()),
        }
    }
}

/// The work is over when this goes, also when something fails.
struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// How a session has its commands done.
type Ask<'a> = &'a (dyn Fn(&[&str]) -> Answer + Sync);

/// One broker: looks at a need's candidates, confirms one of the best, and sometimes ends a match of hers to begin anew.
fn work(seed: usize, ask: Ask<'_>, told: &Told, is_over: &AtomicBool) {
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15 ^ (u64::try_from(seed).unwrap() << 17));
    let mut own: Vec<Pair> = Vec::new();
    while !is_over.load(Ordering::Relaxed) {
        let need = need(dice.below(POOL.needs));
        let began = Instant::now();
        let ranked = ask(&["candidates", &need, "--top", "3", "--json"]);
        told.waits.lock().unwrap().push(began.elapsed());
        assert_eq!(ranked.status, 0, "{}", ranked.words());
        let ranked = ranked.json();
        let best = ranked["candidates"].as_array().unwrap();
        if best.is_empty() || dice.below(20) == 0 {
            if !own.is_empty() {
                let pair = own.swap_remove(dice.below(own.len()));
                end(&pair, ask, told);
            }
            continue;
        }
        let supplier = best[dice.below(best.len())]["supplier"].as_str().unwrap();
        let began = Instant::now();
        let answer = ask(&["confirm", &need, supplier, "--json"]);
        told.waits.lock().unwrap().push(began.elapsed());
        if told.take(&answer) {
            assert_eq!(answer.json()["need"], need.as_str());
            let pair = (need, supplier.to_owned());
            told.acknowledged
                .lock()
                .unwrap()
                .entry(pair.clone())
                .or_default()
                .0 += 1;
            own.push(pair);
        }
        told.commands.fetch_add(1, Ordering::Relaxed);
    }
}

fn end(pair: &Pair, ask: Ask<'_>, told: &Told) {
    let answer = ask(&["unmatch", &pair.0, &pair.1, "--reason", "anew", "--json"]);
    assert!(told.take(&answer), "{pair:?}: {}", answer.words());
    told.acknowledged
        .lock()
        .unwrap()
        .entry(pair.clone())
        .or_default()
        .1 += 1;
}

/// A row of a file by its columns.
fn rows(file: &Path) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(file).unwrap();
    let head = reader.headers().unwrap().clone();
    let row = |record: csv::StringRecord| {
        let cells = head.iter().zip(record.iter());
        cells.map(|(a, b)| (a.to_owned(), b.to_owned())).collect()
    };
    reader
        .records()
        .map(|record| row(record.unwrap()))
        .collect()
}

/// A booked visit, in minutes of the pool's time.
#[derive(Clone, Debug)]
struct Booked {
    from: i64,
    to: i64,
    resident: String,
}

/// Minutes from the first of November.
fn minute(text: &str) -> i64 {
    let part = |from: usize, to: usize| text[from..to].parse::<i64>().unwrap();
    let day = (part(5, 7) - 11) * 30 + part(8, 10);
    (day * 24 + part(11, 13)) * 60 + part(14, 16)
}

/// SPEC §3: they overlap, or are for different residents and less than 15 minutes lie between them.
fn clash(a: &Booked, b: &Booked) -> bool {
    let between = (a.from - b.to).max(b.from - a.to);
    between < 0 || (between < 15 && a.resident != b.resident)
}

/// Whether more than `most` of these clash with each other, the first among them.
fn too_many(visits: &[&Booked], most: usize) -> bool {
    let Some((first, rest)) = visits.split_first() else {
        return false;
    };
    let with: Vec<&Booked> = rest
        .iter()
        .copied()
        .filter(|other| clash(first, other))
        .collect();
    most == 0 || (0..with.len()).any(|from| too_many(&with[from..], most - 1))
}

/// Reads an export and finds who is booked twice, or which need has more than it asked for.
fn check(place: &Place, told: &Told) {
    let verified = place.json(&["verify", "--json"]);
    assert_eq!(verified["ok"], true, "{verified}");
    let folder = place.path("export");
    let _ = std::fs::remove_dir_all(&folder);
    let exported = place.run(&["export", "all", folder.to_str().unwrap()]);
    assert!(exported.status.success(), "{}", place::words(&exported));
    let by_code = |name: &str| -> BTreeMap<String, BTreeMap<String, String>> {
        let all = rows(&folder.join(name));
        all.into_iter()
            .map(|row| (row["code"].clone(), row))
            .collect()
    };
    let (needs, suppliers) = (by_code("needs.csv"), by_code("suppliers.csv"));
    let mut booked: BTreeMap<String, Vec<Booked>> = BTreeMap::new();
    let mut filled: BTreeMap<String, usize> = BTreeMap::new();
    let mut open: BTreeSet<Pair> = BTreeSet::new();
    let mut known: BTreeSet<Pair> = BTreeSet::new();
    for row in rows(&folder.join("matches.csv")) {
        let pair = (row["need"].clone(), row["supplier"].clone());
        known.insert(pair.clone());
        if !row.get("ended_at").is_none_or(String::is_empty) {
            continue;
        }
        let need = &needs[&pair.0];
        assert_eq!(row["visits"], need["start"], "{pair:?}");
        let from = minute(&need["start"]);
        booked.entry(pair.1.clone()).or_default().push(Booked {
            from,
            to: from + need["minutes"].parse::<i64>().unwrap(),
            resident: need["resident"].clone(),
        });
        *filled.entry(pair.0.clone()).or_default() += 1;
        assert!(open.insert(pair.clone()), "{pair:?} stands twice");
    }
    for (need, count) in &filled {
        let people = needs[need]["people"].parse::<usize>().unwrap_or(1);
        assert!(*count <= people, "{need} wants {people} and has {count}");
    }
    for (supplier, visits) in &booked {
        let capacity = suppliers[supplier]["capacity"].parse().unwrap_or(1);
        let visits: Vec<&Booked> = visits.iter().collect();
        for from in 0..visits.len() {
            assert!(
                !too_many(&visits[from..], capacity),
                "{supplier} serves {capacity} at once and has {:?}",
                visits
                    .iter()
                    .filter(|other| clash(visits[from], other))
                    .collect::<Vec<_>>()
            );
        }
    }
    let acknowledged = told.acknowledged.lock().unwrap();
    for (pair, (confirmed, ended)) in &*acknowledged {
        assert!(
            known.contains(pair),
            "{pair:?} was acknowledged and is lost"
        );
        assert_eq!(
            open.contains(pair),
            confirmed > ended,
            "{pair:?}: confirmed {confirmed} times, ended {ended} times"
        );
    }
    // Nor is there one that nobody was told of.
    for pair in &open {
        assert!(acknowledged.contains_key(pair), "{pair:?} was never asked");
    }
}

/// What happened, for who looks; and that the pool was small enough for conflicts.
fn report(what: &str, told: &Told, took: Duration) {
    let mut waits = told.waits.lock().unwrap();
    waits.sort_unstable();
    let at = |share: usize| waits[(waits.len() - 1) * share / 1000];
    let confirmed: usize = told
        .acknowledged
        .lock()
        .unwrap()
        .values()
        .map(|pair| pair.0)
        .sum();
    let refusals = told.refusals.lock().unwrap();
    println!(
        "{what}: {:.1} s, {confirmed} confirmed, {} answers, refused {refusals:?}; waits median {:?}, 99% {:?}, 99.9% {:?}, longest {:?}",
        took.as_secs_f64(),
        waits.len(),
        at(500),
        at(990),
        at(999),
        at(1000),
    );
    assert!(confirmed > 10, "{confirmed}");
    assert!(
        refusals.contains_key("booked") || refusals.contains_key("filled"),
        "nobody was in another's way: {refusals:?}"
    );
}

#[test]
fn sessions_that_confirm_against_a_small_pool_never_book_twice() {
    let sessions = setting("MATCHDESK_TEST_SESSIONS", 16);
    let limit = Duration::from_secs(setting("MATCHDESK_TEST_SECONDS", 3) as u64);
    let place = Place::with(&POOL);
    place.json(&["queue", "--json"]);
    let (told, is_over) = (Told::default(), AtomicBool::new(false));
    let ask = |args: &[&str]| place.ask(args, None).unwrap();
    let began = Instant::now();
    thread::scope(|scope| {
        let _over = Over(&is_over);
        for seed in 0..sessions {
            let (told, is_over, ask) = (&told, &is_over, &ask);
            scope.spawn(move || work(seed, ask, told, is_over));
        }
        thread::sleep(limit);
    });
    report("many sessions", &told, began.elapsed());
    check(&place, &told);
}

#[test]
fn sessions_come_back_by_themselves_however_often_the_station_is_killed() {
    let sessions = setting("MATCHDESK_TEST_SESSIONS", 16);
    let kills = setting("MATCHDESK_TEST_KILLS", 5);
    let place = Place::with(&POOL);
    let (told, is_over) = (Told::default(), AtomicBool::new(false));
    let ask = |args: &[&str]| {
        let output = place.run(args);
        let status = output
            .status
            .code()
            .and_then(|code| u8::try_from(code).ok());
        Answer {
            status: status.unwrap_or_else(|| panic!("{}", place::words(&output))),
            out: output.stdout,
            err: output.stderr,
        }
    };
    let began = Instant::now();
    thread::scope(|scope| {
        let _over = Over(&is_over);
        for seed in 0..sessions {
            let (told, is_over, ask) = (&told, &is_over, &ask);
            scope.spawn(move || work(seed, ask, told, is_over));
        }
        let mut dice = Dice(7);
        for _ in 0..kills {
            // Killed at any moment, but not so fast that nothing is ever done.
            let done = told.commands.load(Ordering::Relaxed);
            until("commands are done", || {
                told.commands.load(Ordering::Relaxed) > done + 3
            });
            thread::sleep(Duration::from_millis(
                u64::try_from(dice.below(120)).unwrap(),
            ));
            until("a station is killed", || place.kill_if_there());
        }
    });
    report(&format!("{kills} kills"), &told, began.elapsed());
    check(&place, &told);
}
