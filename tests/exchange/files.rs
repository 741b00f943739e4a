//! Good files.

use std::fs;
use std::ops::ControlFlow;

use matchdesk::domain::Kind;
use matchdesk::exchange::{ImportOptions, export_all, export_file, import_file};

use super::{World, counts, dry};

#[test]
fn a_row_updates_its_record_and_leaves_absent_columns() {
    let world = World::furnished();
    let report = world.good(Kind::Supplier, "note,code\n=1+1,V1\n");
    assert_eq!(counts(&report), (0, 1, 0, 0));
    let exported = world.exported(Kind::Supplier);
    let row = exported
        .lines()
        .find(|line| line.starts_with("V1,"))
        .unwrap();
    assert!(
        row.starts_with("V1,person,王芳,,,555,") && row.ends_with(",'=1+1"),
        "{row}"
    );
}

#[test]
fn a_file_imported_again_changes_nothing() {
    let world = World::furnished();
    let text = "need,supplier,visits,confirmed_at,ended_at\n\
        N1,V1,2026-11-24T09:00,2026-11-20T08:00,2026-11-21T08:00\n\
        N1,V1,2026-11-24T09:00,2026-11-22T08:00,\n";
    assert_eq!(counts(&world.good(Kind::Match, text)), (2, 0, 0, 0));
    assert_eq!(counts(&world.good(Kind::Match, text)), (0, 0, 2, 0));
    let text = "code,kind,name\nV1,person,王芳\n";
    assert_eq!(counts(&world.good(Kind::Supplier, text)), (0, 0, 1, 0));
}

#[test]
fn a_gbk_file_says_the_same_as_a_utf8_file() {
    let text = "code,name_zh\nS1,安贞街道\nS2,和平街街道\n";
    let (utf8, gbk) = (World::new(), World::new());
    let report = utf8.good(Kind::Street, text);
    assert_eq!(report.encoding, "UTF-8");
    let (bytes, _, _) = encoding_rs::GBK.encode(text);
    let report = gbk.try_bytes(Kind::Street, &bytes).unwrap();
    assert_eq!((report.encoding, counts(&report)), ("GBK", (2, 0, 0, 0)));
    assert_eq!(gbk.everything(), utf8.everything());
}

#[test]
fn a_row_may_refer_to_a_later_row() {
    let world = World::new();
    let report = world.good(
        Kind::Category,
        "code,parent,name_zh\na,b,甲\nb,c,乙\nc,,丙\n",
    );
    assert_eq!(report.added, 3);
}

#[test]
fn a_file_longer_than_a_batch_keeps_lines_and_order() {
    let world = World::furnished();
    let mut text = "code,kind,name\n".to_owned();
    for number in 0..12_345 {
        let kind = if number % 5000 == 4999 {
            "robot"
        } else {
            "person"
        };
        text.extend([format!("X{number:05},{kind},甲\n")]);
    }
    let path = world.path("in.csv");
    fs::write(&path, &text).unwrap();
    let mut seen = Vec::new();
    let (desk, actor) = (&world.desk, matchdesk::desk::Actor::desk());
    let options = ImportOptions::default();
    let report = import_file(
        desk,
        &actor,
        Kind::Supplier,
        &path,
        &options,
        &mut |progress| {
            seen.push(progress);
            ControlFlow::Continue(())
        },
    )
    .unwrap();
    let lines: Vec<u64> = report.rejected.iter().map(|row| row.line).collect();
    assert_eq!((report.added, lines), (12_343, vec![5001, 10_001]));
    let last = seen.last().unwrap();
    assert_eq!(
        (last.rows, last.done, last.total),
        (12_345, text.len() as u64, text.len() as u64)
    );
    assert!(seen.is_sorted_by_key(|progress| progress.done));
}

#[test]
fn a_dry_run_over_a_folder_says_the_same_and_writes_nothing() {
    let (rehearsed, done) = (World::new(), World::new());
    let dir = rehearsed.path("in");
    fs::create_dir(&dir).unwrap();
    fs::write(dir.join("categories.csv"), "code,name_zh\nhair,理发\n").unwrap();
    let suppliers = "code,kind,name,skills\nV1,person,王芳,hair:3\nV2,person,甲,none\n";
    fs::write(dir.join("suppliers.csv"), suppliers).unwrap();
    let before = rehearsed.everything();
    let dry = rehearsed.import_folder(&dir, &dry()).unwrap();
    assert_eq!(rehearsed.everything(), before);
    assert_eq!(fs::read_dir(&dir).unwrap().count(), 2);
    let wet = done.import_folder(&dir, &ImportOptions::default()).unwrap();
    for (dry, wet) in dry.iter().zip(&wet) {
        assert_eq!(
            (dry.kind, counts(dry), &dry.rejected),
            (wet.kind, counts(wet), &wet.rejected)
        );
    }
    assert_eq!(counts(&wet[1]), (1, 0, 0, 1));
    assert!(dir.join("suppliers.rejects.csv").exists());
}

#[test]
fn personal_columns_are_left_out_unless_asked_for() {
    let world = World::furnished();
    let dir = world.path("a/b");
    let written = export_all(&world.desk, &dir, false, &mut |_| ControlFlow::Continue(())).unwrap();
    assert_eq!(written.len(), 9);
    let header = |name: &str| {
        let text = fs::read_to_string(dir.join(name)).unwrap();
        text.lines().next().unwrap().to_owned()
    };
    assert_eq!(
        header("suppliers.csv"),
        "code,kind,name,sex,birth_date,street,community,lon,lat,skills,capabilities,availability,\
         radius_km,max_hours_week,capacity,status,status_since,away,joined_on"
    );
    assert_eq!(
        header("residents.csv"),
        "code,name,sex,birth_date,street,community,lon,lat,blocked,preferred"
    );
    let path = world.path("r.csv");
    let written = export_file(&world.desk, Kind::Resident, &path, true, &mut |_| {
        ControlFlow::Continue(())
    })
    .unwrap();
    assert_eq!((written.rows, written.left_out.len()), (1, 0));
    assert!(fs::read_to_string(&path).unwrap().contains("circumstances"));
}

#[test]
fn columns_beyond_the_usual_ones_appear_only_when_used() {
    let world = World::furnished();
    let header = |kind| world.exported(kind).lines().next().unwrap().to_owned();
    assert_eq!(header(Kind::Street), "code,name_zh,name_en,lon,lat");
    assert!(header(Kind::Match).ends_with(",end_reason"));
    world.good(Kind::Street, "code,name_zh,merged_into\nS2,旧街道,S1\n");
    assert_eq!(
        header(Kind::Street),
        "code,name_zh,name_en,lon,lat,merged_into"
    );
    world.good(
        Kind::Match,
        "need,supplier,visits,standing\nN1,V1,2026-11-24T09:00,no\n",
    );
    assert!(header(Kind::Match).ends_with(",end_reason,standing"));
}

#[test]
fn an_import_that_nobody_wants_any_more_stops_with_what_it_has_taken() {
    let world = World::new();
    let mut text = String::from("code,kind,name\n");
    for number in 0..20_000 {
        text.extend([format!("X{number:05},person,甲\n")]);
    }
    let path = world.path("in.csv");
    fs::write(&path, text).unwrap();
    let mut asked = 0;
    let stopped = import_file(
        &world.desk,
        &matchdesk::desk::Actor::desk(),
        Kind::Supplier,
        &path,
        &ImportOptions::default(),
        &mut |_| {
            asked += 1;
            if asked < 15 {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        },
    )
    .unwrap_err();
    let taken = stopped.before()[0].added;
    assert_eq!(taken, 7500, "whole rows, those that had been read");
    let kept = world.desk.rows().unwrap().count(Kind::Supplier).unwrap();
    assert_eq!(kept, taken);
}
