//! Drafts as the desk keeps them.

use std::fs::File;
use std::path::Path;
use std::time::Duration;

use matchdesk::desk::{Actor, Claim, Clock, Command, Desk, Hold, Resumed};
use matchdesk::domain::record::{Resident, Street};
use matchdesk::domain::{Code, Draft, Kind, Stamp, Subject, Zone};
use matchdesk::store::{self, RequestId};
use redb::{Database, ReadableDatabase, ReadableTable, TableDefinition};

const DRAFTS: TableDefinition<'static, &'static [u8], &'static [u8]> =
    TableDefinition::new("drafts");

const NOW: Claim = Claim::Wait(Duration::ZERO);

fn desk(folder: &Path) -> Desk {
    let now = Stamp::parse("2026-11-23T08:00", Zone::default()).unwrap();
    Desk::open_or_create(&folder.join("store.redb"), Clock::Fixed(now)).unwrap()
}

fn person(who: &str) -> Actor {
    Actor {
        who: who.to_owned(),
        station: "anzhen".to_owned(),
    }
}

fn draft(name: &str) -> Draft {
    Draft {
        subject: Subject::Add(Resident::default().into()),
        values: [("name".to_owned(), name.to_owned())].into(),
        focus: "name".to_owned(),
        caret: 3,
        changed: Stamp::default(),
        terminal: 1,
        inputs: 2,
    }
}

fn keep(desk: &Desk, who: &str, name: &str) -> Hold {
    let hold = desk.new_draft().unwrap();
    desk.keep_draft(&person(who), &hold, draft(name)).unwrap();
    hold
}

fn names(desk: &Desk, who: &str) -> Vec<String> {
    let drafts = desk.free_drafts(&person(who), Duration::ZERO).unwrap();
    drafts.iter().map(|one| one.draft.value("name")).collect()
}

fn add(name: &str) -> Command {
    let record = Resident {
        name: name.to_owned(),
        ..Resident::default()
    };
    Command::Add {
        record: record.into(),
    }
}

#[test]
fn a_draft_is_there_after_the_store_was_opened_again_and_nobody_elses() {
    let folder = tempfile::tempdir().unwrap();
    let id = {
        let desk = desk(folder.path());
        let hold = keep(&desk, "li", "王");
        desk.keep_draft(&person("li"), &hold, draft("王淑珍"))
            .unwrap();
        keep(&desk, "lin", "李");
        hold.id()
    };
    let desk = desk(folder.path());
    assert_eq!(names(&desk, "li"), ["王淑珍"]);
    assert_eq!(names(&desk, "lin"), ["李"]);
    assert_eq!(names(&desk, "l"), [""; 0]);
    let resume = |who| desk.resume(&person(who), id, NOW).unwrap();
    assert!(matches!(resume("lin"), Resumed::Gone));
    let Resumed::Draft(found, hold) = resume("li") else {
        panic!("no draft");
    };
    assert_ne!(found.changed, Stamp::default());
    let changed = found.changed;
    assert_eq!(
        found,
        Draft {
            changed,
            ..draft("王淑珍")
        }
    );
    assert!(matches!(resume("li"), Resumed::Elsewhere));
    assert_eq!(names(&desk, "li"), [""; 0], "it is open");
    desk.discard_draft(&person("li"), &hold).unwrap();
    drop(hold);
    assert!(matches!(resume("li"), Resumed::Gone));
}

#[test]
fn saving_a_draft_twice_makes_one_record_and_leaves_no_draft() {
    let folder = tempfile::tempdir().unwrap();
    let id = {
        let desk = desk(folder.path());
        let hold = keep(&desk, "li", "王淑珍");
        desk.execute_once(hold.id(), &person("li"), &add("王淑珍"))
            .unwrap();
        hold.id()
    };
    // The answer was lost with the station.
    let desk = desk(folder.path());
    let resumed = desk.resume(&person("li"), id, NOW).unwrap();
    assert!(matches!(&resumed, Resumed::Saved(events) if events.len() == 1));
    let again = desk
        .execute_once(id, &person("li"), &add("王淑珍"))
        .unwrap();
    assert_eq!(again.events.len(), 1);
    assert_eq!(desk.rows().unwrap().count(Kind::Resident).unwrap(), 1);
    assert_eq!(names(&desk, "li"), [""; 0]);
}

#[test]
fn a_refused_save_leaves_the_draft_and_a_late_keep_does_not_bring_a_saved_one_back() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path());
    let hold = keep(&desk, "li", "王淑珍");
    let unknown = Command::Cancel {
        need: Code::composed("N9"),
        reason: "moved".to_owned(),
    };
    assert!(
        desk.execute_once(hold.id(), &person("li"), &unknown)
            .is_err()
    );
    desk.execute(&person("li"), &add("张桂英")).unwrap();
    let saved = hold.id();
    drop(hold);
    assert_eq!(
        names(&desk, "li"),
        ["王淑珍"],
        "another's saving is not its own"
    );
    let Resumed::Draft(_, hold) = desk.resume(&person("li"), saved, NOW).unwrap() else {
        panic!("no draft");
    };
    desk.execute_once(saved, &person("li"), &add("王淑珍"))
        .unwrap();
    desk.keep_draft(&person("li"), &hold, draft("王淑珍 2"))
        .unwrap();
    drop(hold);
    assert_eq!(names(&desk, "li"), [""; 0]);
}

#[test]
fn a_session_that_ends_is_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path());
    let hold = keep(&desk, "li", "王");
    let id = hold.id();
    let ending = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(50));
        drop(hold);
    });
    let resumed = desk.resume(&person("li"), id, Claim::Wait(Duration::from_secs(20)));
    assert!(matches!(resumed, Ok(Resumed::Draft(..))));
    ending.join().unwrap();
}

#[test]
fn a_draft_that_is_open_elsewhere_is_taken_over_by_its_owner_alone() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path());
    let first = keep(&desk, "li", "王");
    let claim = |who| desk.resume(&person(who), first.id(), Claim::Over).unwrap();
    assert!(matches!(claim("wang"), Resumed::Gone));
    assert!(first.counts());
    let Resumed::Draft(_, second) = claim("li") else {
        panic!("no draft");
    };
    assert!(!first.counts() && second.counts());
    desk.keep_draft(&person("li"), &second, draft("王淑珍"))
        .unwrap();
    for refused in [
        desk.keep_draft(&person("li"), &first, draft("王建国")),
        desk.discard_draft(&person("li"), &first),
    ] {
        assert!(refused.is_err_and(|error| error.said().en.contains("another session")));
    }
    drop(first);
    assert_eq!(names(&desk, "li"), [""; 0], "it is open still");
    drop(second);
    assert_eq!(names(&desk, "li"), ["王淑珍"]);
}

#[test]
fn what_a_session_that_ends_leaves_is_offered_to_the_one_that_begins() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path());
    let hold = keep(&desk, "li", "王");
    let ending = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(50));
        drop(hold);
    });
    let free = desk.free_drafts(&person("li"), Duration::from_secs(20));
    assert_eq!(free.unwrap().len(), 1);
    ending.join().unwrap();
    assert!(
        desk.free_drafts(&person("wang"), Duration::from_secs(20))
            .unwrap()
            .is_empty()
    );
}

#[test]
fn there_is_an_end_to_what_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path());
    let holds: Vec<Hold> = (0..50).map(|n| keep(&desk, "li", &n.to_string())).collect();
    let more = desk.new_draft().unwrap();
    let kept = desk.keep_draft(&person("li"), &more, draft("50"));
    assert!(kept.is_err_and(|error| error.said().en.contains("50 unfinished forms")));
    desk.keep_draft(&person("li"), &holds[3], draft("three"))
        .unwrap();
    keep(&desk, "wang", "0");
    let long = "王".repeat(100_000);
    let kept = desk.keep_draft(&person("li"), &holds[3], draft(&long));
    assert!(kept.is_err_and(|error| error.said().en.contains("too much text")));
    drop(holds);
    assert_eq!(names(&desk, "li").len(), 50);
}

#[test]
fn a_store_of_an_earlier_release_has_no_drafts_and_takes_them() {
    let folder = tempfile::tempdir().unwrap();
    {
        let desk = desk(folder.path());
        desk.execute(&person("li"), &add("张桂英")).unwrap();
    }
    let db = Database::open(folder.path().join("store.redb")).unwrap();
    let transaction = db.begin_write().unwrap();
    transaction.delete_table(DRAFTS).unwrap();
    transaction.commit().unwrap();
    drop(db);
    let desk = desk(folder.path());
    assert_eq!(names(&desk, "li"), [""; 0]);
    let sound = |desk: &Desk| desk.store().verify(&[], &mut |_, _| {}).unwrap().problems;
    assert_eq!(sound(&desk), []);
    drop(keep(&desk, "li", "王"));
    assert_eq!(names(&desk, "li"), ["王"]);
    assert_eq!(sound(&desk), []);
}

#[test]
fn a_damaged_draft_is_told_of_and_keeps_the_others_from_nobody() {
    let folder = tempfile::tempdir().unwrap();
    {
        let desk = desk(folder.path());
        keep(&desk, "li", "王");
        keep(&desk, "li", "张");
    }
    let db = Database::open(folder.path().join("store.redb")).unwrap();
    let (key, mut value) = {
        let drafts = db.begin_read().unwrap().open_table(DRAFTS).unwrap();
        let (key, value) = drafts.first().unwrap().unwrap();
        (key.value().to_vec(), value.value().to_vec())
    };
    *value.last_mut().unwrap() ^= 1;
    let transaction = db.begin_write().unwrap();
    transaction
        .open_table(DRAFTS)
        .unwrap()
        .insert(key.as_slice(), value.as_slice())
        .unwrap();
    transaction.commit().unwrap();
    drop(db);
    let desk = desk(folder.path());
    assert_eq!(names(&desk, "li").len(), 1);
    let problems = desk.store().verify(&[], &mut |_, _| {}).unwrap().problems;
    assert_eq!(problems.len(), 1);
    assert!(problems[0].en.contains("an unfinished form of li"));
}

#[test]
fn drafts_are_in_no_journal_and_no_backup() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path());
    let street = Street {
        code: Code::composed("s1"),
        name_zh: "安贞".to_owned(),
        ..Street::default()
    };
    let record = street.into();
    desk.execute(&person("li"), &Command::Add { record })
        .unwrap();
    let heads = desk.store().heads().unwrap();
    let hold = keep(&desk, "li", "王");
    assert_eq!(desk.store().heads().unwrap(), heads);
    assert!(desk.store().result(hold.id()).unwrap().is_none());
    let copy = folder.path().join("copy.redb");
    let file = File::options()
        .read(true)
        .write(true)
        .create_new(true)
        .open(&copy)
        .unwrap();
    desk.store().backup(&file).unwrap();
    drop(file);
    let copy = store::open_sound(&copy).unwrap();
    assert_eq!(copy.drafts("li").unwrap(), []);
    assert_eq!(copy.heads().unwrap(), heads);
    assert_ne!(hold.id(), RequestId(0));
}
