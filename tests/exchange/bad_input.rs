//! Bad rows and bad files.

use std::fs;

use matchdesk::domain::{Kind, Lang};
use matchdesk::exchange::ImportOptions;

use super::{World, counts};

/// The only rejection of a file whose other row is good: its line, column and value, and its reason in English.
#[track_caller]
fn rejection(kind: Kind, header: &str, good: &str, bad: &str) -> (u64, String, String, String) {
    let world = World::furnished();
    let report = world.take(kind, &format!("{header}\n{good}\n{bad}\n"));
    assert_eq!(
        (report.taken(), report.rejected_count, report.rejected.len()),
        (1, 1, 1),
        "{:?}",
        report.rejected
    );
    let found = report.rejected[0].clone();
    assert!(found.reason(Lang::Zh) != found.reason(Lang::En));
    (found.line, found.column, found.value, found.said.en)
}

#[test]
fn a_row_that_is_too_short_is_named_with_its_line() {
    let (line, column, _, said) = rejection(Kind::Street, "code,name_zh", "S8,甲", "S9");
    assert_eq!((line, column.as_str()), (3, ""));
    assert!(said.contains("line 3 has 1 cells"), "{said}");
}

#[test]
fn a_file_cut_short_inside_quotes_loses_only_the_last_row() {
    let (line, _, _, said) = rejection(Kind::Street, "code,name_zh", "S8,甲", "S9,\"乙");
    assert_eq!(line, 3);
    assert!(said.contains("never closed"), "{said}");
}

#[test]
fn a_wrong_check_character_is_named_without_repeating_the_number() {
    let (header, good, bad) = ("code,name,id_number", "R8,甲,", "R9,乙,110105194912310021");
    let (line, column, value, said) = rejection(Kind::Resident, header, good, bad);
    assert_eq!(
        (line, column.as_str(), value.as_str()),
        (3, "id_number", "")
    );
    assert!(said.contains("check character"), "{said}");
}

#[test]
fn an_unknown_category_is_named() {
    let (header, good, bad) = (
        "code,resident,category,start,minutes",
        "N8,R1,hair,2026-11-24T09:00,60",
        "N9,R1,hare,2026-11-24T09:00,60",
    );
    let (line, column, value, said) = rejection(Kind::Need, header, good, bad);
    assert_eq!(
        (line, column.as_str(), value.as_str()),
        (3, "category", "hare")
    );
    assert!(said.contains("categories"), "{said}");
}

#[test]
fn a_window_off_the_half_hour_is_named() {
    let (header, good, bad) = (
        "code,kind,name,availability",
        "V8,person,甲,mon 09:00-10:30",
        "V9,person,乙,mon 09:10-10:00",
    );
    let (line, column, value, _) = rejection(Kind::Supplier, header, good, bad);
    assert_eq!((line, column.as_str()), (3, "availability"));
    assert_eq!(value, "mon 09:10-10:00");
}

#[test]
fn a_visit_past_midnight_is_named() {
    let (header, good, bad) = (
        "code,resident,category,start,minutes",
        "N8,R1,hair,2026-11-24T23:00,60",
        "N9,R1,hair,2026-11-24T23:00,90",
    );
    let (line, column, value, _) = rejection(Kind::Need, header, good, bad);
    assert_eq!(
        (line, column.as_str(), value.as_str()),
        (3, "minutes", "90")
    );
}

#[test]
fn a_recurrence_without_any_visit_is_named() {
    let (header, good, bad) = (
        "code,resident,category,start,minutes,recurrence",
        "N8,R1,hair,2026-11-24T09:00,60,FREQ=DAILY;COUNT=2",
        "N9,R1,hair,2026-11-24T09:00,60,FREQ=DAILY;UNTIL=20261101",
    );
    let (line, column, value, _) = rejection(Kind::Need, header, good, bad);
    assert_eq!((line, column.as_str()), (3, "recurrence"));
    assert!(value.contains("FREQ=DAILY"));
}

#[test]
fn a_code_that_exists_with_another_kind_is_named() {
    let (header, good, bad) = ("code,kind,name", "V8,person,甲", "V2,person,乙");
    let (line, column, value, said) = rejection(Kind::Supplier, header, good, bad);
    assert_eq!(
        (line, column.as_str(), value.as_str()),
        (3, "kind", "person")
    );
    assert!(said.contains("V2"), "{said}");
}

#[test]
fn a_loop_in_the_category_tree_enters_not_even_half() {
    let world = World::new();
    let text = "code,parent,name_zh\na,b,甲\nb,a,乙\nc,,丙\n";
    let report = world.take(Kind::Category, text);
    assert_eq!(counts(&report), (1, 0, 0, 2));
    let first = &report.rejected[0];
    assert_eq!((first.line, first.column.as_str()), (2, "parent"));
    assert!(first.said.en.contains("a → b → a"));
    assert_eq!(world.exported(Kind::Category).lines().count(), 2);
}

#[test]
fn a_mended_rejects_file_imports_clean() {
    let world = World::new();
    let text = "name_zh,colour,code\n甲,red,S1\n,blue,S2\n丙,S3\n丁,green,S4\n";
    let report = world.take(Kind::Street, text);
    assert_eq!(counts(&report), (2, 0, 0, 2));
    assert_eq!(report.unknown_columns, ["colour"]);
    let rejects = world.path("in.rejects.csv");
    assert_eq!(report.rejects_path.as_deref(), Some(rejects.as_path()));
    let written = fs::read_to_string(&rejects).unwrap();
    let lines: Vec<&str> = written.lines().collect();
    assert_eq!(lines[0], "name_zh,colour,code,error");
    assert!(lines[1].starts_with(",blue,S2,name_zh: "), "{}", lines[1]);
    assert!(lines[2].starts_with("丙,S3,,"), "{}", lines[2]);
    let mended = "name_zh,colour,code,error\n乙,blue,S2,old\n丙,red,S3,old\n";
    fs::write(&rejects, mended).unwrap();
    let report = world
        .import_with(Kind::Street, &rejects, &ImportOptions::default())
        .unwrap();
    assert_eq!(counts(&report), (2, 0, 0, 0));
    assert_eq!(
        (
            report.rejects_path,
            world.path("in.rejects.rejects.csv").exists()
        ),
        (None, false)
    );
    assert_eq!(world.exported(Kind::Street).lines().count(), 5);
}

#[test]
fn the_error_column_speaks_the_language_asked_for() {
    let world = World::new();
    fs::write(world.path("a.csv"), "code,name_zh\nS1,\n").unwrap();
    let options = ImportOptions {
        lang: Lang::Zh,
        rejects: Some(world.path("bad.csv")),
        dry_run: false,
    };
    world
        .import_with(Kind::Street, &world.path("a.csv"), &options)
        .unwrap();
    let written = fs::read_to_string(world.path("bad.csv")).unwrap();
    assert_eq!(written, "code,name_zh,error\nS1,,name_zh: 必须填写\n");
}

#[test]
fn rejects_never_replace_the_file_that_they_come_from() {
    let world = World::new();
    let path = world.path("a.csv");
    fs::write(&path, "code,name_zh\nS1,甲\n").unwrap();
    let options = ImportOptions {
        rejects: Some(world.dir.path().join(".").join("a.csv")),
        ..ImportOptions::default()
    };
    let error = world
        .import_with(Kind::Street, &path, &options)
        .unwrap_err();
    assert!(error.say(Lang::En).contains("another name"));
    assert!(!error.is_store());
    assert_eq!(world.exported(Kind::Street).lines().count(), 1);
}

#[test]
fn rejects_that_could_not_be_written_are_refused_before_anything_enters() {
    let world = World::new();
    let path = world.path("a.csv");
    fs::write(&path, "code,name_zh\nS1,甲\n").unwrap();
    for rejects in [world.path("none/b.csv"), world.dir.path().to_owned()] {
        let options = ImportOptions {
            rejects: Some(rejects),
            ..ImportOptions::default()
        };
        assert!(world.import_with(Kind::Street, &path, &options).is_err());
    }
    assert_eq!(world.exported(Kind::Street).lines().count(), 1);
}

#[test]
fn what_is_no_text_or_lacks_its_key_enters_nothing() {
    let world = World::new();
    for (kind, bytes, part) in [
        (
            Kind::Street,
            b"code,name_zh\nS1,a\n\0\x01" as &[u8],
            "not a text file",
        ),
        (Kind::Street, b"name_zh\nS1\n", "column code"),
        (Kind::Match, b"need,visits\nN1,\n", "column supplier"),
        (Kind::Street, b"", "empty"),
    ] {
        let error = world.try_bytes(kind, bytes).unwrap_err();
        let said = error.say(Lang::En);
        assert!(said.contains(part) && said.contains("in.csv"), "{said}");
        assert!(!error.is_store());
    }
    assert_eq!(world.everything(), World::new().everything());
}

#[test]
fn a_folder_stops_at_a_file_that_cannot_be_read_and_says_what_is_in() {
    let world = World::new();
    let dir = world.path("in");
    fs::create_dir(&dir).unwrap();
    let refused = |world: &World| {
        let error = world.import_folder(&dir, &ImportOptions::default());
        error.unwrap_err().say(Lang::En)
    };
    assert!(refused(&world).contains("streets.csv, communities.csv"));
    fs::write(dir.join("streets.csv"), "code,name_zh\nS1,甲\n").unwrap();
    fs::write(dir.join("communities.csv"), b"code\0").unwrap();
    let said = refused(&world);
    assert!(said.contains("communities.csv: not a text file"), "{said}");
    assert!(said.contains("streets.csv (1 row)"), "{said}");
    assert!(
        world
            .import_folder(&world.path("none"), &ImportOptions::default())
            .is_err()
    );
    assert!(
        world
            .import_folder(&dir.join("streets.csv"), &ImportOptions::default())
            .is_err()
    );
}
