//! What can be relied on while a register is being opened: who needs the index waits for it and is told how far it is, and
//! nobody else waits.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use matchdesk::desk::{Actor, Clock, Command, Desk};
use matchdesk::domain::record::Supplier;
use matchdesk::domain::{AnyRecord, Code, Kind, Stamp, Zone};
use matchdesk::exchange::{ImportOptions, import_all};
use matchdesk::generate::{self, Size};
use matchdesk::matching::Index;
use matchdesk::store::fetch;

/// A made-up district.
fn district() -> (tempfile::TempDir, Stamp) {
    let folder = tempfile::tempdir().unwrap();
    let size = Size {
        suppliers: 6_000,
        residents: 200,
        needs: 60,
        services: 600,
        seed: 7,
        as_of: chrono::NaiveDate::from_ymd_opt(2026, 11, 25).unwrap(),
    };
    let files = folder.path().join("files");
    generate::district(&files, &size, &mut |_, _| {}).unwrap();
    let now = Stamp::parse("2026-11-25T09:00", Zone::default()).unwrap();
    let desk = open_at(folder.path(), now);
    let import = ImportOptions::default();
    let carry_on = &mut |_| std::ops::ControlFlow::Continue(());
    import_all(&desk, &Actor::desk(), files.as_path(), &import, carry_on).unwrap();
    (folder, now)
}

fn open_at(folder: &std::path::Path, now: Stamp) -> Desk {
    Desk::open_or_create(&folder.join("s.redb"), Clock::Fixed(now)).unwrap()
}

fn known(desk: &Desk, supplier: &Code) -> Supplier {
    fetch(&*desk.rows().unwrap(), supplier).unwrap().unwrap()
}

/// Everything that is said of the queue.
fn told(desk: &Desk) -> String {
    let needs = desk.open_needs().unwrap();
    let rankings = needs
        .iter()
        .map(|need| desk.candidates(need, usize::MAX).unwrap());
    format!("{:?}", rankings.collect::<Vec<_>>())
}

#[test]
fn what_is_written_while_the_register_is_read_is_in_the_index_and_waits_for_nobody() {
    let (folder, now) = district();
    let desk = open_at(folder.path(), now);
    let need = {
        let other = desk.clone();
        other.open_needs().unwrap().into_iter().next().unwrap()
    };
    let best = desk.candidates(&need, 3).unwrap().candidates;
    let (paused, gone) = (best[0].supplier.clone(), best[1].supplier.clone());
    drop(desk);

    let desk = open_at(folder.path(), now);
    let mut edits = vec![paused.clone(), gone.clone()];
    let began = Instant::now();
    desk.load(&mut |_, _| {
        // In the middle of it: the store can be read and written, and be looked at by whoever lets sessions in.
        let Some(code) = edits.pop() else { return };
        let before = known(&desk, &code);
        let after = Supplier {
            skills: Vec::new(),
            ..before.clone()
        };
        let edit = Command::Edit {
            before: before.into(),
            after: after.into(),
            reason: String::new(),
        };
        desk.execute(&Actor::desk(), &edit).unwrap();
        assert!(desk.is_untouched());
    })
    .unwrap();
    assert!(edits.is_empty());
    assert!(began.elapsed() < Duration::from_secs(60));
    let ranked = desk.candidates(&need, usize::MAX).unwrap().candidates;
    assert!(!ranked.is_empty());
    assert!(
        ranked
            .iter()
            .all(|one| one.supplier != paused && one.supplier != gone)
    );
    let whole = told(&desk);
    drop(desk);
    assert!(whole == told(&open_at(folder.path(), now)), "as read anew");
}

#[test]
fn all_who_wait_for_the_index_are_told_how_far_it_is_and_it_is_read_once() {
    let (folder, now) = district();
    let desk = open_at(folder.path(), now);
    let (heard, waits) = (AtomicU64::new(0), AtomicBool::new(false));
    let reads = AtomicU64::new(0);
    std::thread::scope(|scope| {
        let mut second = None;
        desk.load(&mut |_, total| {
            reads.fetch_add(1, Ordering::Relaxed);
            if second.is_some() {
                return;
            }
            second = Some(scope.spawn(|| {
                desk.load(&mut |done, of| {
                    heard.store(of, Ordering::Relaxed);
                    assert!(done <= of);
                    waits.store(true, Ordering::Relaxed);
                })
                .unwrap();
            }));
            // The other hears of it though this one has come no further.
            let began = Instant::now();
            while !waits.load(Ordering::Relaxed) && began.elapsed() < Duration::from_secs(60) {
                std::thread::sleep(Duration::from_millis(1));
            }
            assert_eq!(heard.load(Ordering::Relaxed), total);
        })
        .unwrap();
        second.unwrap().join().unwrap();
    });
    assert!(total_of(&desk) > 0 && heard.load(Ordering::Relaxed) == total_of(&desk));
    let before = reads.load(Ordering::Relaxed);
    desk.load(&mut |_, _| panic!("it is there")).unwrap();
    assert_eq!(reads.load(Ordering::Relaxed), before);
}

fn total_of(desk: &Desk) -> u64 {
    let rows = desk.rows().unwrap();
    let kinds = [Kind::Settings].into_iter().chain(Kind::FILES);
    kinds.map(|kind| rows.count(kind).unwrap()).sum()
}

#[test]
fn the_index_of_what_is_skimmed_answers_as_that_of_whole_records() {
    let (folder, now) = district();
    let desk = open_at(folder.path(), now);
    let mut whole = Index::new();
    let rows = desk.rows().unwrap();
    for kind in [Kind::Settings].into_iter().chain(Kind::FILES) {
        rows.scan(kind, None, &mut |record: AnyRecord| {
            whole.load(record);
            std::ops::ControlFlow::Continue(())
        })
        .unwrap();
    }
    drop(rows);
    whole.pack();
    let needs = desk.open_needs().unwrap();
    assert!(needs.len() > 10);
    for need in &needs {
        let expected = whole.candidates(need, now, usize::MAX).unwrap();
        assert_eq!(
            desk.candidates(need, usize::MAX).unwrap(),
            expected,
            "{need}"
        );
        for candidate in expected.candidates.iter().take(3) {
            let supplier = &candidate.supplier;
            let why = whole.why(need, supplier, now, None).unwrap();
            assert_eq!(desk.why(need, supplier).unwrap(), why, "{need} {supplier}");
        }
    }
}
