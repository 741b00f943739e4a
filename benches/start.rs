//! What it costs to begin: making files up, taking them in, opening the store, and the index; and how much memory a station
//! then has, before and after sessions. `cargo bench --bench start [SUPPLIERS]`, 360,000 unless given.
//!
//! Steps of the library are measured in this process, a station as the process that it is, from outside. The store lies in
//! the folder for temporary files (`TMPDIR`): the disk that is measured is that one.

use std::fs;
use std::ops::ControlFlow;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use matchdesk::console::app::library::Library;
use matchdesk::desk::{Actor, Clock, Desk};
use matchdesk::domain::Kind;
use matchdesk::domain::kinds::Word as _;
use matchdesk::exchange::{ImportOptions, import_file};

/// Sessions after which the station's memory is looked at again.
const SESSIONS: usize = 20;
const NOW: &str = "2026-11-25T09:00";

fn main() {
    let given = std::env::args().find_map(|arg| arg.parse::<u32>().ok());
    let suppliers = given.unwrap_or(360_000).to_string();
    let folder = tempfile::tempdir().unwrap();
    let (files, store) = (folder.path().join("files"), folder.path().join("s.redb"));
    println!("{:<44} {:>9} {:>12}", "step", "ms", "records");

    let began = Instant::now();
    let make = [
        "generate",
        "--suppliers",
        &suppliers,
        files.to_str().unwrap(),
    ];
    assert!(program(&store, &make).status().unwrap().success());
    row("generate the files", began.elapsed(), None);

    import(&files, &store);
    read(&store);
    attend(&store);
}

fn row(what: &str, took: Duration, records: Option<u64>) {
    let ms = took.as_secs_f64() * 1e3;
    let records = records.map_or_else(|| "-".to_owned(), |count| count.to_string());
    println!("{what:<44} {ms:>9.0} {records:>12}");
}

/// Files one after the other, as `import all` takes them.
fn import(files: &Path, store: &Path) {
    let desk = Desk::open_or_create(store, Clock::Machine).unwrap();
    let (actor, options) = (Actor::desk(), ImportOptions::default());
    let all = Instant::now();
    let mut rows = 0;
    for kind in Kind::FILES {
        let file = files.join(format!("{}.csv", kind.word()));
        if !file.exists() {
            continue;
        }
        let began = Instant::now();
        let report = import_file(&desk, &actor, kind, file.as_path(), &options, &mut |_| {
            ControlFlow::Continue(())
        });
        let report = report.unwrap();
        assert_eq!(report.rejected_count, 0, "{:?}", report.rejected);
        let what = format!("import {}", kind.word());
        row(&what, began.elapsed(), Some(report.rows));
        rows += report.rows;
    }
    row("import all", all.elapsed(), Some(rows));
    memory("this process after that", std::process::id());
}

/// What a station does before it can rank, and before it can search.
fn read(store: &Path) {
    let began = Instant::now();
    let desk = Desk::open(store, Clock::Machine).unwrap();
    row("open the store", began.elapsed(), None);

    let began = Instant::now();
    let rows = desk.rows().unwrap();
    let mut count = 0;
    for kind in Kind::FILES {
        let scanned = rows.scan(kind, None, &mut |record| {
            std::hint::black_box(&record);
            count += 1;
            ControlFlow::Continue(())
        });
        scanned.unwrap();
    }
    row(
        "read every record, on one thread",
        began.elapsed(),
        Some(count),
    );
    drop(rows);

    let began = Instant::now();
    desk.load(&mut |_, _| {}).unwrap();
    row(
        "load the index, reading included",
        began.elapsed(),
        Some(count),
    );

    let began = Instant::now();
    Library::default().load_all(&desk).unwrap();
    row(
        "make the search keys, reading included",
        began.elapsed(),
        None,
    );
}

/// A station from its start to its first answers, and its memory.
fn attend(store: &Path) {
    let began = Instant::now();
    let mut station = program(store, &["station", "--own"]).spawn().unwrap();
    let answer = |args: &[&str]| assert!(program(store, args).status().unwrap().success());
    // A session that comes before would start a station of its own.
    let socket = store.with_extension("redb.sock");
    while !socket.exists() {
        assert!(station.try_wait().unwrap().is_none(), "the station left");
        std::thread::sleep(Duration::from_millis(1));
    }
    answer(&["whoami", "--json"]);
    row("a cold station's first answer", began.elapsed(), None);
    answer(&["queue", "--json"]);
    row("its first ranked queue", began.elapsed(), None);
    answer(&["list", "suppliers", "--filter", "code:V0000001"]);
    row("its first search", began.elapsed(), None);
    std::thread::sleep(Duration::from_secs(5));
    memory("a station at rest", station.id());
    for _ in 0..SESSIONS {
        answer(&["candidates", "--open", "--json"]);
    }
    memory("after 20 sessions that rank every open need", station.id());
    for format in ["--quiet", "--json"] {
        let began = Instant::now();
        let list = ["list", "suppliers", "--filter", "v", format];
        let mut session = program(store, &list).spawn().unwrap();
        let mut most = None;
        while session.try_wait().unwrap().is_none() {
            most = kept(session.id()).or(most);
            std::thread::sleep(Duration::from_millis(2));
        }
        row(
            &format!("list every supplier, {format}"),
            began.elapsed(),
            None,
        );
        let (_, most) = most.unwrap();
        println!("{:<44} {:>9} {most:>9} MB at most", "  its session", "");
        memory("  its station", station.id());
    }
    station.kill().unwrap();
    station.wait().unwrap();
}

/// A run of the program, silent.
fn program(store: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_matchdesk"));
    command.args(args).arg("--store").arg(store);
    command.env("MATCHDESK_NOW", NOW).stdin(Stdio::null());
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command
}

fn memory(what: &str, of: u32) {
    let (now, most) = kept(of).unwrap();
    println!("{what:<44} {now:>6} MB {most:>9} MB at most");
}

/// The memory of a process now and at most, in MB; none when it has gone.
fn kept(of: u32) -> Option<(u64, u64)> {
    let status = fs::read_to_string(format!("/proc/{of}/status")).ok()?;
    let mb = |name: &str| {
        let line = status.lines().find(|line| line.starts_with(name))?;
        let kib: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
        Some(kib / 1024)
    };
    Some((mb("VmRSS")?, mb("VmHWM")?))
}
