//! Killed at any moment, the store has what was acknowledged.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use matchdesk::desk::{Actor, Clock, Desk, ImportRow};
use matchdesk::domain::{Code, Kind};
use matchdesk::store;

const CHILD: &str = "MATCHDESK_TEST_CRASH_STORE";

fn supplier(number: u32) -> ImportRow {
    let cells = [
        ("code", format!("V{number}")),
        ("kind", "person".to_owned()),
        ("name", "王秀英".to_owned()),
    ];
    ImportRow {
        line: 2,
        cells: cells.to_vec(),
    }
}

/// Not a test of its own: the process that is killed. It says each number once the desk has acknowledged it.
#[test]
fn the_writer_that_is_killed() {
    let Some(path) = std::env::var_os(CHILD) else {
        return;
    };
    let desk = Desk::open_or_create(Path::new(&path), Clock::Machine).unwrap();
    let actor = Actor {
        who: "wang".to_owned(),
        station: "anzhen".to_owned(),
    };
    let first = u32::try_from(desk.rows().unwrap().count(Kind::Supplier).unwrap()).unwrap();
    for number in first.. {
        desk.import(&actor, Kind::Supplier, &[supplier(number)], "")
            .unwrap();
        println!("acknowledged {number}");
    }
}

#[test]
fn what_was_acknowledged_is_there_after_every_kill() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.redb");
    let mut acknowledged: Option<u32> = None;
    for round in 0..12_u64 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "the_writer_that_is_killed", "--nocapture"])
            .env(CHILD, &path)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap())
            .lines()
            .map_while(Result::ok);
        // The first acknowledgement shows that it is under way; then it dies at some moment.
        let number = |line: String| {
            line.strip_prefix("acknowledged ")
                .and_then(|rest| rest.parse().ok())
        };
        acknowledged = lines.by_ref().find_map(number).or(acknowledged);
        std::thread::sleep(Duration::from_millis(3 + round * 11 % 40));
        child.kill().unwrap();
        child.wait().unwrap();
        acknowledged = lines.filter_map(number).last().or(acknowledged);
        let last = acknowledged.expect("the writer wrote something");
        let kept = store::open(&path).unwrap();
        let rows = kept.rows().unwrap();
        for number in 0..=last {
            assert!(
                rows.get(Kind::Supplier, &Code::composed(&format!("V{number}")))
                    .unwrap()
                    .is_some(),
                "round {round}: V{number} of {last}"
            );
        }
        drop(rows);
        let report = kept.verify(&[], &mut |_, _| {}).unwrap();
        assert!(
            report.problems.is_empty(),
            "round {round}: {:?}",
            report.problems
        );
    }
    assert!(fs::metadata(&path).is_ok());
}
