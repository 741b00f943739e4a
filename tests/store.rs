//! What a user can rely on of the store: it opens exactly as it was left, says clearly when it can't, and notices damage.

use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use matchdesk::desk::{Actor, Clock, Desk, DeskError, ImportRow};
use matchdesk::domain::record::Supplier;
use matchdesk::domain::{AnyRecord, Code, Kind, Lang, Minute, Stamp, Zone};
use matchdesk::exchange;
use matchdesk::store::{self, Store, StoreError};
use redb::{Database, ReadableDatabase, ReadableTable, TableDefinition};

type Bytes = TableDefinition<'static, &'static [u8], &'static [u8]>;
const RECORDS: Bytes = TableDefinition::new("records");
const JOURNAL: Bytes = TableDefinition::new("journal");
const LINKS: Bytes = TableDefinition::new("links");
const COUNTS: Bytes = TableDefinition::new("counts");
const META: Bytes = TableDefinition::new("meta");

/// A change of the file behind the program's back.
type Alter = dyn Fn(&redb::WriteTransaction);

const PHONE: &str = "10046006180";

struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn store(&self) -> PathBuf {
        self.path("store.redb")
    }

    fn desk(&self) -> Desk {
        Desk::open_or_create(
            &self.store(),
            Clock::Fixed(Stamp::parse("2026-11-23T08:00", Zone::default()).unwrap()),
        )
        .unwrap()
    }

    /// A store with three suppliers, one of them changed once, in one street's chain.
    fn filled() -> Self {
        let place = Self::new();
        let desk = place.desk();
        take(&desk, Kind::Street, &[("code", "s1"), ("name_zh", "安贞")]);
        for code in ["V1", "V2", "V3"] {
            take(
                &desk,
                Kind::Supplier,
                &[
                    ("code", code),
                    ("kind", "person"),
                    ("name", "王秀英"),
                    ("phone", PHONE),
                    ("street", "s1"),
                ],
            );
        }
        take(
            &desk,
            Kind::Supplier,
            &[("code", "V2"), ("status", "paused")],
        );
        take(
            &desk,
            Kind::Category,
            &[("code", "c1"), ("name_zh", "理发")],
        );
        take(
            &desk,
            Kind::Resident,
            &[("code", "R1"), ("name", "李大爷"), ("street", "s1")],
        );
        let need = [
            ("code", "N1"),
            ("resident", "R1"),
            ("category", "c1"),
            ("start", "2026-11-24T09:00"),
            ("minutes", "60"),
        ];
        take(&desk, Kind::Need, &need);
        place
    }

    /// Changes the file behind the program's back.
    fn tamper(&self, change: impl FnOnce(&redb::WriteTransaction)) {
        let db = Database::open(self.store()).unwrap();
        let transaction = db.begin_write().unwrap();
        change(&transaction);
        transaction.commit().unwrap();
    }

    fn problems(&self) -> Vec<String> {
        let report = store::open(&self.store())
            .unwrap()
            .verify(&[], &mut |_, _| {})
            .unwrap();
        report.problems.into_iter().map(|said| said.en).collect()
    }
}

fn take(desk: &Desk, kind: Kind, cells: &[(&'static str, &str)]) {
    let actor = Actor {
        who: "wang".to_owned(),
        station: "anzhen".to_owned(),
    };
    let row = ImportRow {
        line: 2,
        cells: cells
            .iter()
            .map(|(column, text)| (*column, (*text).to_owned()))
            .collect(),
    };
    let imported = desk.import(&actor, kind, &[row], "test").unwrap();
    assert!(imported.rejected.is_empty(), "{:?}", imported.rejected);
}

fn words(error: &StoreError) -> (String, String) {
    (
        error.said().get(Lang::Zh).to_owned(),
        error.said().get(Lang::En).to_owned(),
    )
}

fn opening(path: &Path) -> StoreError {
    match store::open(path) {
        Ok(_) => panic!("{} opened", path.display()),
        Err(error) => error,
    }
}

/// So many that what they leave in the store is prepared beside the writing.
#[test]
fn many_rows_leave_a_journal_that_gives_the_records() {
    let place = Place::new();
    let desk = Desk::open_or_create(&place.store(), Clock::Machine).unwrap();
    for phone in ["10000000001", "10000000002"] {
        let rows: Vec<ImportRow> = (0..2_500)
            .map(|n| ImportRow {
                line: n + 2,
                cells: vec![
                    ("code", format!("V{n:05}")),
                    ("kind", "person".to_owned()),
                    ("name", format!("王{n}")),
                    ("phone", phone.to_owned()),
                ],
            })
            .collect();
        let imported = desk.import(&Actor::desk(), Kind::Supplier, rows, "test");
        let imported = imported.unwrap();
        assert_eq!(imported.added + imported.changed, 2_500);
    }
    let report = desk.store().verify(&[], &mut |_, _| {}).unwrap();
    assert_eq!(report.problems, []);
    assert_eq!((report.records, report.entries), (2_500, 5_000));
}

#[test]
fn what_is_no_store_is_named_and_left_as_it_is() {
    let place = Place::new();
    let filled = Place::filled();
    let whole = fs::read(filled.store()).unwrap();
    let cases: [(&str, Vec<u8>); 5] = [
        ("empty.redb", Vec::new()),
        ("text.redb", b"code,name\nV1,x\n".to_vec()),
        (
            "noise.redb",
            (0..200_000_u32)
                .map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()[2])
                .collect(),
        ),
        ("cut.redb", whole[..whole.len() / 3].to_vec()),
        ("head.redb", whole[..100].to_vec()),
    ];
    for (name, bytes) in cases {
        let path = place.path(name);
        fs::write(&path, &bytes).unwrap();
        let (zh, en) = words(&opening(&path));
        assert!(en.contains(name) && zh.contains(name), "{name}: {en}");
        assert_eq!(fs::read(&path).unwrap(), bytes, "{name} was changed");
    }
    assert!(
        words(&opening(&place.path("nothing.redb")))
            .1
            .contains("there is no store")
    );
    assert!(
        !place.path("nothing.redb").exists(),
        "opening makes nothing"
    );
    assert!(
        words(&opening(place.folder.path()))
            .1
            .contains("is a folder")
    );
}

#[test]
fn a_database_of_something_else_is_no_store() {
    let place = Place::new();
    drop(Database::create(place.path("other.redb")).unwrap());
    assert!(
        words(&opening(&place.path("other.redb")))
            .1
            .contains("not a store of matchdesk")
    );
}

#[test]
fn a_store_of_a_newer_release_is_not_touched() {
    let place = Place::filled();
    place.tamper(|transaction| {
        let mut meta = transaction.open_table(META).unwrap();
        meta.insert(b"format".as_slice(), 3_u16.to_le_bytes().as_slice())
            .unwrap();
    });
    assert!(words(&opening(&place.store())).1.contains("newer release"));
}

#[test]
fn a_store_of_the_first_format_is_brought_up_to_this_one() {
    let place = Place::filled();
    let service = [
        ("code", "S1"),
        ("resident", "R1"),
        ("supplier", "V1"),
        ("category", "c1"),
        ("start", "2026-11-20T09:00"),
        ("minutes", "60"),
        ("outcome", "completed"),
        ("need", "N1"),
    ];
    take(&place.desk(), Kind::Service, &service);
    place.tamper(|transaction| {
        let mut links = transaction.open_table(LINKS).unwrap();
        let rows: Vec<Vec<u8>> = links
            .iter()
            .unwrap()
            .map(|row| row.unwrap().0.value().to_vec())
            .collect();
        for row in rows {
            // There was no time between owner and target.
            let owner = row.iter().position(|byte| *byte == 0).unwrap() + 1;
            let target = owner + if row[0] == b'n' { 0 } else { 4 };
            links.remove(row.as_slice()).unwrap();
            let old = [&row[..owner], &row[target..]].concat();
            links.insert(old.as_slice(), [].as_slice()).unwrap();
        }
        let mut meta = transaction.open_table(META).unwrap();
        meta.insert(b"format".as_slice(), 1_u16.to_le_bytes().as_slice())
            .unwrap();
    });
    assert_eq!(place.problems(), Vec::<String>::new());
    let desk = place.desk();
    let rows = desk.rows().unwrap();
    let since = |day: &str| {
        let from = Minute::parse(&format!("{day}T09:00")).unwrap();
        rows.services_of_supplier(&Code::composed("V1"), from)
            .unwrap()
            .len()
    };
    assert_eq!((since("2026-11-20"), since("2026-11-21")), (1, 0));
    let needs = rows.needs_of_resident(&Code::composed("R1")).unwrap();
    assert_eq!(needs.len(), 1);
}

#[test]
fn a_store_in_use_turns_a_second_away() {
    let place = Place::filled();
    let _first = store::open(&place.store()).unwrap();
    assert!(words(&opening(&place.store())).1.contains("in use"));
}

#[test]
fn a_store_is_made_once_and_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::new();
    drop(store::create(&place.store()).unwrap());
    assert_eq!(
        fs::metadata(place.store()).unwrap().permissions().mode() & 0o777,
        0o600
    );
    assert!(
        store::create(&place.store()).is_err(),
        "what is there is not overwritten"
    );
    assert!(store::create(&place.store().join("below/x.redb")).is_err());
}

#[test]
fn a_flipped_bit_in_a_record_is_an_error_and_never_wrong_data() {
    let place = Place::filled();
    place.tamper(|transaction| {
        let mut records = transaction.open_table(RECORDS).unwrap();
        let key = [&[Kind::Supplier as u8], b"V2".as_slice()].concat();
        let mut value = records
            .get(key.as_slice())
            .unwrap()
            .unwrap()
            .value()
            .to_vec();
        let last = value.len() - 1;
        value[last] ^= 1;
        records.insert(key.as_slice(), value.as_slice()).unwrap();
    });
    let desk = place.desk();
    let found = desk.must::<Supplier>(&Code::composed("V2"));
    assert!(
        matches!(&found, Err(DeskError::Store(StoreError::Corrupt(said))) if said.en.contains("V2")),
        "{found:?}"
    );
    assert!(desk.must::<Supplier>(&Code::composed("V1")).is_ok());
    drop(desk);
    assert!(
        place
            .problems()
            .iter()
            .any(|problem| problem.contains("V2"))
    );
}

#[test]
fn a_whole_store_has_no_problems_and_shows_every_change() {
    let place = Place::filled();
    assert!(place.problems().is_empty());
    let store = store::open(&place.store()).unwrap();
    let mut changes = Vec::new();
    store
        .entries(&Code::composed("s1"), 0, &mut |entry| {
            if entry.key.as_str() == "V2" {
                changes.push(entry.changes);
            }
            ControlFlow::Continue(())
        })
        .unwrap();
    let phone = changes[0]
        .iter()
        .find(|change| change.column == "phone")
        .unwrap();
    assert_eq!(
        (phone.before.as_deref(), phone.after.as_deref()),
        (Some(""), Some(PHONE))
    );
    let status = changes[1]
        .iter()
        .find(|change| change.column == "status")
        .unwrap();
    assert_eq!(
        (status.before.as_deref(), status.after.as_deref()),
        (Some(""), Some("paused"))
    );
}

#[test]
fn personal_values_do_not_lie_in_the_journal() {
    let place = Place::filled();
    let db = Database::open(place.store()).unwrap();
    let transaction = db.begin_read().unwrap();
    for row in transaction.open_table(JOURNAL).unwrap().iter().unwrap() {
        let (_, value) = row.unwrap();
        for secret in [PHONE.as_bytes(), "王秀英".as_bytes()] {
            assert!(
                !value
                    .value()
                    .windows(secret.len())
                    .any(|part| part == secret)
            );
        }
    }
}

#[test]
fn whatever_is_altered_behind_the_journal_is_found() {
    let entry = |number: u64| [b"s1\0".as_slice(), &number.to_be_bytes()].concat();
    let alter: [(&str, Box<Alter>, &str); 6] = [
        (
            "an entry altered",
            Box::new(move |transaction| {
                let mut journal = transaction.open_table(JOURNAL).unwrap();
                let mut value = journal
                    .get(entry(2).as_slice())
                    .unwrap()
                    .unwrap()
                    .value()
                    .to_vec();
                let place = value.windows(4).position(|part| part == b"wang").unwrap();
                value[place] = b'x';
                journal
                    .insert(entry(2).as_slice(), value.as_slice())
                    .unwrap();
            }),
            "was altered",
        ),
        (
            "an entry removed",
            Box::new(move |transaction| {
                let mut journal = transaction.open_table(JOURNAL).unwrap();
                journal.remove(entry(3).as_slice()).unwrap();
            }),
            "lacks entry 3",
        ),
        (
            "the last entry removed",
            Box::new(move |transaction| {
                let mut journal = transaction.open_table(JOURNAL).unwrap();
                let last = journal
                    .iter()
                    .unwrap()
                    .map(|row| row.unwrap().0.value().to_vec())
                    .rfind(|key| key.starts_with(b"s1\0"))
                    .unwrap();
                journal.remove(last.as_slice()).unwrap();
            }),
            "is not its head",
        ),
        (
            "a record put back",
            Box::new(|transaction| {
                let mut records = transaction.open_table(RECORDS).unwrap();
                let key = |code: &[u8]| [&[Kind::Supplier as u8], code].concat();
                let other = records
                    .get(key(b"V1").as_slice())
                    .unwrap()
                    .unwrap()
                    .value()
                    .to_vec();
                records
                    .insert(key(b"V2").as_slice(), other.as_slice())
                    .unwrap();
            }),
            "V2",
        ),
        (
            "an index row lost",
            Box::new(|transaction| {
                let mut links = transaction.open_table(LINKS).unwrap();
                let key = links.first().unwrap().unwrap().0.value().to_vec();
                links.remove(key.as_slice()).unwrap();
            }),
            "missing in an index",
        ),
        (
            "a count changed",
            Box::new(|transaction| {
                let mut counts = transaction.open_table(COUNTS).unwrap();
                counts
                    .insert(b"suppliers".as_slice(), 9_u64.to_le_bytes().as_slice())
                    .unwrap();
            }),
            "count of suppliers",
        ),
    ];
    for (name, change, named) in alter {
        let place = Place::filled();
        place.tamper(|transaction| change(transaction));
        let problems = place.problems();
        assert!(
            problems.iter().any(|problem| problem.contains(named)),
            "{name}: {problems:?}"
        );
    }
}

#[test]
fn a_head_kept_elsewhere_proves_that_the_chain_only_grew() {
    let place = Place::filled();
    let kept = store::open(&place.store()).unwrap().heads().unwrap();
    take(
        &place.desk(),
        Kind::Supplier,
        &[
            ("code", "V9"),
            ("kind", "person"),
            ("name", "赵敏"),
            ("street", "s1"),
        ],
    );
    let store = store::open(&place.store()).unwrap();
    assert!(
        store
            .verify(&kept, &mut |_, _| {})
            .unwrap()
            .problems
            .is_empty()
    );
    let mut other = kept;
    other[0].hash = "00".repeat(32);
    assert!(
        !store
            .verify(&other, &mut |_, _| {})
            .unwrap()
            .problems
            .is_empty()
    );
}

#[test]
fn a_backup_is_whole_and_is_restored_only_where_nothing_is() {
    let place = Place::filled();
    let (copy, again) = (place.path("copy.redb"), place.path("again.redb"));
    let open = |path: &Path| store::open(path).unwrap();
    exchange::copy(&*open(&place.store()), &(&copy).into()).unwrap();
    assert!(
        exchange::copy(&*open(&place.store()), &(&copy).into()).is_err(),
        "a backup is never overwritten"
    );
    let sound = store::open_sound(&copy).unwrap();
    exchange::copy(&*sound, &(&again).into()).unwrap();
    drop(sound);
    let heads = |path: &Path| store::open(path).unwrap().heads().unwrap();
    assert_eq!(heads(&place.store()), heads(&again));
    let left: Vec<_> = fs::read_dir(place.folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(left.len(), 3, "no draft is left behind: {left:?}");
}

#[test]
fn a_backup_to_nowhere_says_so_and_leaves_nothing() {
    let place = Place::filled();
    let store: Box<dyn Store> = store::open(&place.store()).unwrap();
    let failed = exchange::copy(&*store, &(&place.path("no/such/folder/x.redb")).into());
    assert!(failed.is_err_and(|error| error.say(Lang::En).contains("no/such/folder")));
}

#[test]
fn a_reader_sees_what_was_when_it_began() {
    let place = Place::filled();
    let desk = place.desk();
    let before = desk.rows().unwrap();
    take(
        &desk,
        Kind::Supplier,
        &[("code", "V7"), ("kind", "person"), ("name", "赵敏")],
    );
    let find = |rows: &dyn matchdesk::store::Rows| -> Option<AnyRecord> {
        rows.get(Kind::Supplier, &Code::composed("V7")).unwrap()
    };
    assert!(find(&*before).is_none());
    assert!(find(&*desk.rows().unwrap()).is_some());
}
