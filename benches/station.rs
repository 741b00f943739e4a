//! What a station does: commits a second and how long each waits, beside the disk's own sync; and how soon a session
//! begins on a store of 360,000 suppliers.
//!
//! All of it goes the way of a user: processes of the program, and commands over the station's socket. The stores lie in
//! the folder for temporary files (`TMPDIR`): the disk that is measured is that one.

#[path = "../tests/place/mod.rs"]
mod place;
#[path = "../tests/place/terminal.rs"]
mod terminal;

use std::fmt::Write as _;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use place::Place;
use place::pool::{Pool, need, supplier};
use portable_pty::CommandBuilder;
use terminal::Console;

/// One need for each supplier; two hundred candidates for each.
const POOL: Pool = Pool {
    suppliers: 40_000,
    needs: 40_000,
    days: 28,
    services: 200,
    year: 2090,
};
/// How long each row of the table is measured.
const WHILE: Duration = Duration::from_secs(3);
/// How often a start is measured.
const STARTS: usize = 30;

/// How long things took, shortest first.
struct Times(Vec<Duration>);

impl Times {
    fn of(mut all: Vec<Duration>) -> Self {
        all.sort_unstable();
        Self(all)
    }

    fn share(&self, thousandths: usize) -> f64 {
        let at = self.0.len().saturating_sub(1) * thousandths / 1000;
        self.0
            .get(at)
            .map_or(f64::NAN, |took| took.as_secs_f64() * 1e3)
    }

    fn row(&self, what: &str, rate: Option<f64>) {
        let rate = rate.map_or_else(|| "-".to_owned(), |rate| format!("{rate:.0}"));
        let (half, most, longest) = (self.share(500), self.share(990), self.share(1000));
        println!("{what:<44} {rate:>9} {half:>11.2} {most:>11.2} {longest:>11.2}");
    }
}

fn head(title: &str) {
    println!(
        "\n{title:<44} {:>9} {:>11} {:>11} {:>11}",
        "a second", "median ms", "99% ms", "longest ms"
    );
}

fn a_second(times: &[Duration], began: Instant) -> f64 {
    let count = u32::try_from(times.len()).unwrap();
    f64::from(count) / began.elapsed().as_secs_f64()
}

/// Appends of 4 KiB, each synced.
fn sync(place: &Place) {
    let path = place.path("sync");
    let mut file = OpenOptions::new()
        .create(true)
        .append(true)
        .open(path)
        .unwrap();
    let (mut times, began) = (Vec::new(), Instant::now());
    while began.elapsed() < WHILE {
        let one = Instant::now();
        file.write_all(&[7; 4096]).unwrap();
        file.sync_data().unwrap();
        times.push(one.elapsed());
    }
    let rate = a_second(&times, began);
    Times::of(times).row("append 4 KiB and fdatasync", Some(rate));
}

/// Sessions that confirm one need after the other, each with a supplier of its own.
fn confirm(place: &Place, sessions: usize, next: &AtomicUsize) {
    let began = Instant::now();
    let work = || {
        let mut times = Vec::new();
        while began.elapsed() < WHILE {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= POOL.needs {
                break;
            }
            let (need, supplier) = (need(number), supplier(number));
            let one = Instant::now();
            let answer = place.ask_at(None, &["confirm", &need, &supplier, "--json"], None);
            times.push(one.elapsed());
            let answer = answer.unwrap();
            assert_eq!(answer.status, 0, "{}", answer.words());
        }
        times
    };
    let times: Vec<Duration> = thread::scope(|scope| {
        let all: Vec<_> = (0..sessions).map(|_| scope.spawn(work)).collect();
        all.into_iter()
            .flat_map(|one| one.join().unwrap())
            .collect()
    });
    let rate = a_second(&times, began);
    Times::of(times).row(&format!("confirm, {sessions} sessions"), Some(rate));
}

/// A command of a user, by the machine's clock.
fn run(place: &Place, args: &[&str]) -> Output {
    let mut command = place.command(args);
    command.env_remove("MATCHDESK_NOW").output().unwrap()
}

fn commits() {
    let place = Place::with(&POOL);
    // The index is loaded before anything is measured.
    let ready = run(&place, &["candidates", &need(0), "--json"]);
    assert!(ready.status.success(), "{}", place::words(&ready));
    head("Commits");
    sync(&place);
    let next = AtomicUsize::new(0);
    for sessions in [1, 8, 64] {
        confirm(&place, sessions, &next);
    }
}

fn district() -> Place {
    let files = tempfile::tempdir().unwrap();
    let folder = files.path().to_str().unwrap();
    let made = Command::new(env!("CARGO_BIN_EXE_matchdesk"))
        .args([
            "generate",
            folder,
            "--suppliers",
            "360000",
            "--residents",
            "100000",
        ])
        .args(["--needs", "300", "--services", "300000"])
        .stdout(Stdio::null())
        .status()
        .unwrap();
    assert!(made.success());
    Place::of(files.path())
}

fn starts() {
    let place = district();
    let began = Instant::now();
    let cold = run(&place, &["show", "need", "N000001"]);
    assert!(cold.status.success(), "{}", place::words(&cold));
    println!(
        "\nThe first answer of a station that is started for it, 360,000 suppliers: {:.2} s",
        began.elapsed().as_secs_f64()
    );
    // What a station reads beside its first sessions is read.
    let need = "N000001";
    let ranked = run(&place, &["candidates", need, "--top", "1", "--json"]);
    let ranked: serde_json::Value = serde_json::from_slice(&ranked.stdout).unwrap();
    let supplier = ranked["candidates"][0]["supplier"]
        .as_str()
        .unwrap_or("V0000001")
        .to_owned();
    let console = || {
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_matchdesk"));
        command.env_clear();
        command.env("MATCHDESK_STORE", place.store());
        command.env("MATCHDESK_LANG", "en");
        command.env("TERM", "xterm-256color");
        command
    };
    let queue = run(&place, &["queue", "--json"]);
    let queue: serde_json::Value = serde_json::from_slice(&queue.stdout).unwrap();
    // On a machine whose date is after the district's, nobody wants anything.
    let filled = if queue["needs"]
        .as_array()
        .is_some_and(|needs| !needs.is_empty())
    {
        "candidates ─"
    } else {
        "Match queue"
    };
    Console::run(console()).sees(filled);
    head("From exec to the first frame or the answer");
    let frames = (0..STARTS).map(|_| {
        let began = Instant::now();
        let mut console = Console::run(console());
        console.sees("Match queue");
        began.elapsed()
    });
    Times::of(frames.collect()).row("console", None);
    let frames = (0..STARTS).map(|_| {
        let began = Instant::now();
        let mut console = Console::run(console());
        console.sees(filled);
        began.elapsed()
    });
    Times::of(frames.collect()).row("console, with queue and candidates", None);
    for args in [
        &["help"][..],
        &["show", "need", need],
        &["why", need, &supplier],
        &["candidates", need],
    ] {
        let times = (0..STARTS).map(|_| {
            let began = Instant::now();
            let answer = run(&place, args);
            let took = began.elapsed();
            assert!(answer.status.success(), "{}", place::words(&answer));
            took
        });
        Times::of(times.collect()).row(args[0], None);
    }
    // The station dies right after a commit; who comes next starts another, which checks the store.
    let again = (0..5).map(|_| {
        run(
            &place,
            &[
                "edit",
                "need",
                need,
                "--note",
                &format!("{:?}", Instant::now()),
            ],
        );
        place.kill();
        let began = Instant::now();
        let answer = run(&place, &["show", "need", need]);
        assert!(answer.status.success(), "{}", place::words(&answer));
        began.elapsed()
    });
    Times::of(again.collect()).row("show, after the station was killed", None);
}

/// Confirmations of one supplier who has been there for years: 5,000 matches that were ended, 5,000 visits that are over.
fn old_hand() {
    const BEFORE: usize = 5_000;
    let pool = Pool {
        suppliers: 1,
        needs: BEFORE + 200,
        services: 1,
        ..POOL
    };
    let files = tempfile::tempdir().unwrap();
    pool.write(files.path());
    let hand = supplier(0);
    let mut matches = "need,supplier,visits,confirmed_at,ended_at,end_reason\n".to_owned();
    let mut services = "code,resident,supplier,category,start,minutes,outcome,rating\n".to_owned();
    for number in 0..BEFORE {
        let (need, resident) = (need(number), number / 2);
        let day = format!(
            "20{:02}-{:02}-{:02}",
            10 + number / 400,
            1 + number / 30 % 12,
            1 + number % 28
        );
        let _ = writeln!(matches, "{need},{hand},,{day}T08:00,{day}T09:00,moved");
        let _ = writeln!(
            services,
            "W{number},R{resident:05},{hand},S0,{day}T10:00,60,completed,5"
        );
    }
    std::fs::write(files.path().join("matches.csv"), matches).unwrap();
    std::fs::write(files.path().join("services.csv"), services).unwrap();
    let place = Place::of(files.path());
    let ready = run(&place, &["candidates", &need(0), "--json"]);
    assert!(ready.status.success(), "{}", place::words(&ready));
    let times = (BEFORE..pool.needs).map(|number| {
        let need = need(number);
        let began = Instant::now();
        let answer = place
            .ask_at(None, &["confirm", &need, &hand], None)
            .unwrap();
        let took = began.elapsed();
        assert_eq!(answer.status, 0, "{}", answer.words());
        let ended = place.ask_at(None, &["unmatch", &need, &hand, "--reason", "moved"], None);
        assert_eq!(ended.unwrap().status, 0);
        took
    });
    let times = Times::of(times.collect());
    head("One supplier with 5,000 ended matches and 5,000 closed visits");
    times.row("confirm, then ended again", None);
}

fn main() {
    // What is named, or everything.
    let named: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| !word.starts_with('-'))
        .collect();
    let all: [(&str, fn()); 3] = [
        ("old_hand", old_hand),
        ("commits", commits),
        ("starts", starts),
    ];
    for (name, measure) in all {
        if named.is_empty() || named.iter().any(|one| one == name) {
            measure();
        }
    }
}
