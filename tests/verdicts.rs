//! What a confirmation decides is what the rules say of all that ever was: it reads only what is recent, and nobody can
//! tell by its verdict.

use std::collections::BTreeSet;

use matchdesk::desk::{Actor, Clock, Command, Desk, DeskError, ImportRow};
use matchdesk::domain::record::Match;
use matchdesk::domain::{AnyRecord, Code, Event, Kind, Stamp, Zone};

/// A Thursday.
const NOW: &str = "2026-11-19T08:00";
/// Days of the visits of November: before, in this week, and around the next Monday.
const DAYS: [&str; 9] = ["02", "09", "16", "18", "20", "22", "22", "23", "23"];
/// Starts and lengths: some end at midnight, and some begin there.
const TIMES: [(&str, &str); 6] = [
    ("00:00", "60"),
    ("00:10", "45"),
    ("09:00", "120"),
    ("11:10", "60"),
    ("22:30", "90"),
    ("23:00", "60"),
];

struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % n as u64).unwrap()
    }
    fn of<'a>(&mut self, list: &[&'a str]) -> &'a str {
        list[self.below(list.len())]
    }
}

fn code(text: &str) -> Code {
    Code::parse(text).unwrap()
}

struct World {
    _folder: tempfile::TempDir,
    desk: Desk,
    actor: Actor,
}

impl World {
    fn take(&self, kind: Kind, columns: &str, rows: Vec<String>) {
        let columns: Vec<&'static str> = columns
            .split(',')
            .map(|column| &*column.to_owned().leak())
            .collect();
        let rows: Vec<ImportRow> = (2..)
            .zip(rows)
            .map(|(line, row)| ImportRow {
                line,
                cells: columns
                    .iter()
                    .copied()
                    .zip(row.split(',').map(str::to_owned))
                    .collect(),
            })
            .collect();
        let imported = self.desk.import(&self.actor, kind, rows, "test").unwrap();
        assert!(imported.rejected.is_empty(), "{:?}", imported.rejected);
    }

    /// Suppliers who have been there for years, and needs that were asked for before and are again.
    fn of(seed: u64, suppliers: usize, needs: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Clock::Fixed(Stamp::parse(NOW, Zone::default()).unwrap());
        let world = Self {
            desk: Desk::open_or_create(&folder.path().join("store.redb"), clock).unwrap(),
            _folder: folder,
            actor: Actor {
                who: "wang".to_owned(),
                station: "anzhen".to_owned(),
            },
        };
        let d = &mut Dice(seed);
        world.take(Kind::Category, "code,name_zh", vec!["c,理发".to_owned()]);
        let residents = (0..4).map(|n| format!("R{n},李大爷")).collect();
        world.take(Kind::Resident, "code,name", residents);
        let rows = (0..suppliers).map(|n| {
            let (hours, capacity) = (d.of(&["", "2", "3", "5"]), d.of(&["1", "1", "2"]));
            format!("V{n},person,王师傅,c,daily 00:00-24:00,{hours},{capacity}")
        });
        world.take(
            Kind::Supplier,
            "code,kind,name,skills,availability,max_hours_week,capacity",
            rows.collect(),
        );
        let mut starts = Vec::new();
        let rows = (0..needs).map(|n| {
            let (day, (time, minutes)) = (d.of(&DAYS), TIMES[d.below(TIMES.len())]);
            let start = format!("2026-11-{day}T{time}");
            let (rule, people) = (
                d.of(&["", "", "FREQ=DAILY;COUNT=20", "FREQ=WEEKLY;COUNT=4"]),
                d.of(&["1", "2"]),
            );
            starts.push((time, minutes));
            let resident = d.below(4);
            format!("N{n},R{resident},c,{start},{minutes},{rule},{people},2026-11-01T08:00")
        });
        world.take(
            Kind::Need,
            "code,resident,category,start,minutes,recurrence,people,opened_at",
            rows.collect(),
        );
        let mut matches = BTreeSet::new();
        let mut services = Vec::new();
        for n in 0..suppliers * 12 {
            let (need, supplier) = (d.below(needs), d.below(suppliers));
            let (time, minutes) = starts[need];
            let day = d.of(&DAYS);
            let visit = format!("2026-11-{day}T{time}");
            if d.below(2) == 0 {
                let outcome = d.of(&[
                    "completed",
                    "no_show",
                    "cancelled_by_supplier",
                    "cancelled_by_resident",
                ]);
                let (resident, of) = (
                    d.below(4),
                    [String::new(), format!("N{need}")][d.below(2)].clone(),
                );
                services.push(format!(
                    "S{n},R{resident},V{supplier},c,{visit},{minutes},{outcome},{of}"
                ));
            }
            let ended = d.of(&["", "2026-11-17T08:00", "2026-11-23T00:30"]);
            matches.insert((need, supplier, format!("{visit},2026-10-01T08:00,{ended}")));
        }
        let mut pairs = BTreeSet::new();
        let rows = matches
            .into_iter()
            .filter(|(need, supplier, _)| pairs.insert((*need, *supplier)))
            .map(|(need, supplier, rest)| format!("N{need},V{supplier},{rest}"));
        world.take(
            Kind::Match,
            "need,supplier,visits,confirmed_at,ended_at",
            rows.collect(),
        );
        world.take(
            Kind::Service,
            "code,resident,supplier,category,start,minutes,outcome,need",
            services,
        );
        world
    }

    /// Confirms a pair; gives the rules that refused and those that would have, of all there is to know.
    fn confirm(&self, need: usize, supplier: usize) -> Option<(Vec<String>, Vec<String>)> {
        let (need, supplier) = (code(&format!("N{need}")), code(&format!("V{supplier}")));
        let why = self.desk.why(&need, &supplier).unwrap();
        if why.visits.is_empty() {
            return None;
        }
        let command = Command::Confirm {
            need,
            supplier,
            visits: None,
            place: None,
        };
        let failed = why.failed().into_iter().map(str::to_owned).collect();
        let refused = match self.desk.execute(&self.actor, &command) {
            Ok(done) => {
                let [
                    Event {
                        before,
                        after: AnyRecord::Match(Match { visits, score, .. }),
                        ..
                    },
                ] = done.events.as_slice()
                else {
                    panic!("{:?}", done.events);
                };
                assert!(why.visits.iter().all(|visit| visits.contains(visit)));
                // A match that goes on keeps the score that it was made with.
                if before.is_none() {
                    let bits = score.map(f64::to_bits);
                    assert_eq!(bits, Some(why.score.to_bits()), "{why:?}");
                }
                Vec::new()
            }
            Err(DeskError::Refused(refusal)) => refusal.codes,
            Err(error) => panic!("{error:?}"),
        };
        Some((refused, failed))
    }
}

#[test]
fn a_confirmation_decides_as_the_rules_do_over_all_that_ever_was() {
    let (mut done, mut refused_by) = (0, BTreeSet::new());
    for seed in 0..20 {
        let (suppliers, needs) = (8, 14);
        let world = World::of(seed, suppliers, needs);
        let d = &mut Dice(seed);
        for _ in 0..150 {
            let (need, supplier) = (d.below(needs), d.below(suppliers));
            let Some((refused, failed)) = world.confirm(need, supplier) else {
                continue;
            };
            assert_eq!(refused, failed, "seed {seed}: N{need} V{supplier}");
            done += usize::from(refused.is_empty());
            refused_by.extend(refused);
        }
    }
    let rules: Vec<&str> = refused_by.iter().map(String::as_str).collect();
    assert_eq!(rules, ["already_matched", "booked", "weekly_hours"]);
    assert!(done > 100, "{done}");
}
