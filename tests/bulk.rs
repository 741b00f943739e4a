//! Many rows at once leave what few at a time leave: records, index rows, journal, personal side rows, and all of it sound.

use std::ops::ControlFlow;

use matchdesk::desk::{Actor, Clock, Desk, ImportRow};
use matchdesk::domain::{Code, Kind, Minute, Stamp, Zone};
use matchdesk::store::RequestId;

/// More than are written together, and not in the order of their codes.
const MANY: u32 = 3_000;

fn row(line: u32, cells: Vec<(&'static str, String)>) -> ImportRow {
    ImportRow {
        line: line.into(),
        cells,
    }
}

fn supplier(n: u32, name: &str) -> ImportRow {
    let code = format!("V{:05}", n * 7919 % 100_000);
    row(
        n + 2,
        vec![
            ("code", code),
            ("kind", "person".to_owned()),
            ("name", format!("{name}{n}")),
            ("phone", format!("138{n:08}")),
            ("street", format!("s{}", n % 5)),
            ("max_hours_week", ["", "6"][n as usize % 2].to_owned()),
        ],
    )
}

fn service(n: u32, outcome: &str) -> ImportRow {
    row(
        n + 2,
        vec![
            ("code", format!("X{:05}", n * 31 % MANY)),
            ("resident", format!("R{}", n % 3)),
            ("supplier", format!("V{:05}", n % 50 * 7919 % 100_000)),
            ("category", "clean".to_owned()),
            (
                "start",
                format!("2026-{:02}-{:02}T09:00", n % 9 + 1, n % 28 + 1),
            ),
            ("minutes", "60".to_owned()),
            ("outcome", outcome.to_owned()),
        ],
    )
}

/// A store into which rows come so many at a time.
struct Intake {
    _folder: tempfile::TempDir,
    desk: Desk,
    at_once: usize,
}

impl Intake {
    fn of(at_once: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let now = Stamp::parse("2026-11-25T09:00", Zone::default()).unwrap();
        let path = folder.path().join("s.redb");
        let desk = Desk::open_or_create(&path, Clock::Fixed(now)).unwrap();
        let intake = Self {
            _folder: folder,
            desk,
            at_once,
        };
        let cell = |column, text: &str| (column, text.to_owned());
        let street = |n| {
            row(
                n,
                vec![cell("code", &format!("s{n}")), cell("name_zh", "街")],
            )
        };
        intake.take(Kind::Street, &(0..5).map(street).collect::<Vec<_>>());
        let category = row(2, vec![cell("code", "clean"), cell("name_zh", "保洁")]);
        intake.take(Kind::Category, &[category]);
        let resident = |n| {
            let cells = vec![
                cell("code", &format!("R{n}")),
                cell("name", "王"),
                cell("street", "s1"),
            ];
            row(n, cells)
        };
        intake.take(Kind::Resident, &(0..3).map(resident).collect::<Vec<_>>());
        intake
    }

    fn take(&self, kind: Kind, rows: &[ImportRow]) {
        for rows in rows.chunks(self.at_once) {
            let done = self
                .desk
                .import(&Actor::desk(), kind, rows, "a.csv")
                .unwrap();
            assert!(done.rejected.is_empty(), "{:?}", done.rejected);
        }
    }

    /// All that the store holds, without what names the moment and the transaction.
    fn all(&self) -> String {
        let mut told = Vec::new();
        let rows = self.desk.rows().unwrap();
        for kind in Kind::FILES {
            told.push(format!("{kind:?} {}", rows.count(kind).unwrap()));
            rows.scan(kind, None, &mut |record| {
                told.push(format!("{record:?}"));
                ControlFlow::Continue(())
            })
            .unwrap();
        }
        for n in 0..50 {
            let code = Code::composed(&format!("V{:05}", n * 7919 % 100_000));
            let found = rows.services_of_supplier(&code, Minute::EVER).unwrap();
            told.push(format!("{code} {found:?}"));
        }
        drop(rows);
        let store = self.desk.store();
        for head in store.heads().unwrap() {
            told.push(format!("{} {}", head.chain, head.sequence));
            store
                .entries(&head.chain, 0, &mut |mut entry| {
                    entry.request.id = RequestId(0);
                    entry.request.real = chrono::DateTime::default();
                    told.push(format!("{entry:?}"));
                    ControlFlow::Continue(())
                })
                .unwrap();
        }
        told.join("\n")
    }
}

#[test]
fn many_rows_at_once_leave_the_same_store_as_few_at_a_time() {
    let stores = [Intake::of(MANY as usize), Intake::of(500)];
    for intake in &stores {
        // New ones; then new ones between those, changed ones and ones that stay.
        let some: Vec<_> = (0..MANY)
            .filter(|n| n % 2 == 0)
            .map(|n| supplier(n, "王"))
            .collect();
        intake.take(Kind::Supplier, &some);
        let all = (0..MANY).map(|n| supplier(n, if n % 4 == 0 { "李" } else { "王" }));
        intake.take(Kind::Supplier, &all.collect::<Vec<_>>());
        // Rows that are found by others, which change for some.
        for outcome in ["completed", "no_show"] {
            let moved = (0..MANY).map(|n| service(n, outcome)).collect::<Vec<_>>();
            intake.take(Kind::Service, &moved);
        }
        let report = intake.desk.store().verify(&[], &mut |_, _| {}).unwrap();
        assert_eq!(report.problems, [], "{} at once", intake.at_once);
        assert!(report.records > u64::from(2 * MANY));
    }
    let [many, few] = stores.map(|intake| intake.all());
    assert!(many == few);
    assert!(many.contains("李2996"));
}

#[test]
fn a_code_that_comes_twice_in_a_file_of_many_is_what_its_last_row_says() {
    let intake = Intake::of(usize::MAX);
    let rows = (0..MANY)
        .map(|n| supplier(n, "王"))
        .chain((0..MANY).map(|n| supplier(n, "李")));
    intake.take(Kind::Supplier, &rows.collect::<Vec<_>>());
    let told = intake.all();
    assert!(told.contains("李2999") && told.contains("Supplier 3000"));
    let report = intake.desk.store().verify(&[], &mut |_, _| {}).unwrap();
    assert_eq!(report.problems, []);
}
