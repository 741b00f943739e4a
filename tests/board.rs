//! The queue that all sessions share is brought up to date need by need, and must be what it would be worked out anew.

use std::path::Path;

use matchdesk::desk::{Actor, Clock, Command, Desk, ImportRow};
use matchdesk::domain::{Code, Kind, Outcome, Stamp, Zone};

const NOW: &str = "2026-11-23T08:00";

struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }

    fn of<'a>(&mut self, list: &[&'a str]) -> &'a str {
        list[usize::try_from(self.below(list.len() as u64)).unwrap()]
    }
}

fn now() -> Stamp {
    Stamp::parse(NOW, Zone::default()).unwrap()
}

fn take(desk: &Desk, kind: Kind, cells: &[(&'static str, String)]) {
    let row = ImportRow {
        line: 2,
        cells: cells.to_vec(),
    };
    let taken = desk
        .import(&Actor::desk(), kind, vec![row], "files")
        .unwrap();
    assert_eq!(taken.rejected, []);
}

fn supplier(d: &mut Dice, n: u64) -> Vec<(&'static str, String)> {
    let hours = [
        "daily 08:00-12:00",
        "weekdays 08:00-18:00",
        "sat 09:00-10:00",
    ];
    vec![
        ("code", format!("V{n}")),
        ("kind", "person".to_owned()),
        ("name", format!("王{n}")),
        (
            "skills",
            d.of(&["cut", "care;cut", "shop", "care:3"]).to_owned(),
        ),
        ("availability", d.of(&hours).to_owned()),
        ("lon", d.of(&["116.40", "116.41", "116.43"]).to_owned()),
        ("lat", "39.90".to_owned()),
        ("radius_km", d.of(&["1", "3", ""]).to_owned()),
        ("max_hours_week", d.of(&["", "2"]).to_owned()),
        ("status", d.of(&["active", "active", "paused"]).to_owned()),
    ]
}

fn need(d: &mut Dice, n: u64) -> Vec<(&'static str, String)> {
    let days = ["2026-11-24T09:00", "2026-11-24T09:30", "2026-11-25T10:00"];
    vec![
        ("code", format!("N{n}")),
        ("resident", format!("R{}", n % 4)),
        (
            "category",
            d.of(&["cut", "care", "home", "shop"]).to_owned(),
        ),
        ("start", d.of(&days).to_owned()),
        ("minutes", "60".to_owned()),
        ("recurrence", d.of(&["", "FREQ=WEEKLY"]).to_owned()),
        ("people", d.of(&["1", "2"]).to_owned()),
    ]
}

fn resident(d: &mut Dice, n: u64) -> Vec<(&'static str, String)> {
    vec![
        ("code", format!("R{n}")),
        ("name", format!("李{n}")),
        ("lon", d.of(&["116.40", "116.42"]).to_owned()),
        ("lat", "39.90".to_owned()),
        ("blocked", d.of(&["", "V1", "V2;V3"]).to_owned()),
        ("preferred", d.of(&["", "V4"]).to_owned()),
    ]
}

fn community(folder: &Path, d: &mut Dice) -> Desk {
    let desk = Desk::open_or_create(&folder.join("store.redb"), Clock::Fixed(now())).unwrap();
    for (code, parent) in [
        ("home", ""),
        ("cut", "home"),
        ("care", "home"),
        ("shop", ""),
    ] {
        let cells = [("code", code), ("parent", parent), ("name_zh", code)];
        take(
            &desk,
            Kind::Category,
            &cells.map(|(c, v)| (c, v.to_owned())),
        );
    }
    for n in 0..12 {
        let cells = supplier(d, n);
        take(&desk, Kind::Supplier, &cells);
    }
    for n in 0..4 {
        let cells = resident(d, n);
        take(&desk, Kind::Resident, &cells);
    }
    for n in 0..16 {
        let cells = need(d, n);
        take(&desk, Kind::Need, &cells);
    }
    desk
}

/// Something that happens at a station; what the rules refuse changes nothing.
fn happen(desk: &Desk, d: &mut Dice) {
    let code = |letter: char, n: u64| Code::parse(&format!("{letter}{n}")).unwrap();
    match d.below(8) {
        0 => {
            let n = d.below(14);
            let cells = supplier(d, n);
            take(desk, Kind::Supplier, &cells);
        }
        1 => {
            let n = d.below(18);
            let cells = need(d, n);
            take(desk, Kind::Need, &cells);
        }
        2 => {
            let n = d.below(4);
            let cells = resident(d, n);
            take(desk, Kind::Resident, &cells);
        }
        3 => {
            let gone = Command::Unmatch {
                need: code('N', d.below(16)),
                supplier: code('V', d.below(12)),
                reason: "moved".to_owned(),
            };
            let _ = desk.execute(&Actor::desk(), &gone);
        }
        4 => {
            let booked = desk.index().unwrap().awaiting(Stamp(i64::MAX / 2));
            if let Some(visit) = booked.first() {
                let close = Command::Close {
                    need: visit.need.clone(),
                    supplier: visit.supplier.clone(),
                    start: visit.start,
                    outcome: Outcome::CancelledBySupplier,
                    rating: None,
                    minutes: None,
                };
                let _ = desk.execute(&Actor::desk(), &close);
            }
        }
        _ => {
            let queue = desk.queue().unwrap();
            let Some(row) = queue.get(usize::try_from(d.below(16)).unwrap()) else {
                return;
            };
            let Some((best, _)) = &row.best else { return };
            let confirm = Command::Confirm {
                need: row.row.need.clone(),
                supplier: best.clone(),
                visits: None,
                place: None,
            };
            desk.execute(&Actor::desk(), &confirm).unwrap();
        }
    }
}

#[test]
fn the_shared_queue_is_what_it_would_be_worked_out_anew_whatever_happens() {
    let folder = tempfile::tempdir().unwrap();
    let mut d = Dice(5);
    let desk = community(folder.path(), &mut d);
    let (mut changed, mut before) = (0, desk.board().unwrap());
    for step in 0..200 {
        happen(&desk, &mut d);
        let board = desk.board().unwrap();
        assert_eq!(board.rows, desk.queue().unwrap(), "step {step}");
        changed += usize::from(board.rows != before.rows);
        before = board;
    }
    assert!(changed > 40, "{changed}");
}
