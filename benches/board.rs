//! How soon the queue that all sessions share follows a change, at the size of a district: 360,000 suppliers and 1,500
//! needs as `matchdesk generate` makes them.
//!
//! The first time the whole queue is ranked; after each confirmation only what that can concern.

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use matchdesk::desk::{Actor, Clock, Command, Desk};
use matchdesk::domain::{Stamp, Zone};
use matchdesk::exchange::{ImportOptions, import_all};
use matchdesk::generate::{Size, district};

const NOW: &str = "2026-11-23T16:00";
const CONFIRMATIONS: usize = 200;

fn main() {
    let folder = tempfile::tempdir().expect("a folder for temporary files");
    let files = folder.path().join("files");
    let now = Stamp::parse(NOW, Zone::default()).expect("a time");
    let size = Size {
        as_of: chrono::NaiveDate::from_ymd_opt(2026, 11, 23).unwrap_or_default(),
        suppliers: 360_000,
        residents: 20_000,
        needs: 3_000,
        services: 20_000,
        seed: 1,
    };
    district(&files, &size, &mut |_, _| {}).expect("files");
    let store = folder.path().join("store.redb");
    let desk = Desk::open_or_create(&store, Clock::Fixed(now)).expect("a store");
    let options = ImportOptions::default();
    let go_on = &mut |_| ControlFlow::Continue(());
    let actor = Actor::desk();
    import_all(&desk, &actor, files.as_path(), &options, go_on).expect("an import");
    desk.load(&mut |_, _| {}).expect("an index");

    let begun = Instant::now();
    let mut board = desk.board().expect("a queue");
    println!("{} needs ranked: {:?}", board.rows.len(), begun.elapsed());
    let (mut confirming, mut following) = (Vec::new(), Vec::new());
    while confirming.len() < CONFIRMATIONS {
        // One after the other through the queue, so that every kind of need is met.
        let row = board
            .rows
            .iter()
            .skip(confirming.len())
            .find(|row| row.best.is_some());
        let Some((need, (supplier, _))) =
            row.and_then(|row| Some((&row.row.need, row.best.as_ref()?)))
        else {
            break;
        };
        let confirm = Command::Confirm {
            need: need.clone(),
            supplier: supplier.clone(),
            visits: None,
            place: None,
        };
        let begun = Instant::now();
        let done = desk.execute(&actor, &confirm);
        confirming.push(begun.elapsed());
        assert!(done.is_ok(), "{done:?}");
        let begun = Instant::now();
        board = desk.board().expect("a queue");
        following.push(begun.elapsed());
    }
    tell("confirming", &mut confirming);
    tell("the queue after it", &mut following);
}

fn tell(what: &str, times: &mut [Duration]) {
    times.sort_unstable();
    let at = |part: usize| {
        times
            .get(times.len() * part / 100)
            .copied()
            .unwrap_or_default()
    };
    let last = times.last().copied().unwrap_or_default();
    println!(
        "{what}: median {:?}, p99 {:?}, longest {last:?}",
        at(50),
        at(99)
    );
}
