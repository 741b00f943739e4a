//! What can be relied on in made-up data, read back from its files with nothing of the code that made it.

mod demonstration;
mod queue;
mod valid;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use chrono::{NaiveDate, NaiveDateTime};
use rrule::RRuleSet;
use sha2::{Digest, Sha256};

use super::*;
use valid::check_all;

type Row = BTreeMap<String, String>;

const FILES: [&str; 9] = [
    "streets",
    "communities",
    "categories",
    "capabilities",
    "suppliers",
    "residents",
    "needs",
    "matches",
    "services",
];

/// The files of a folder.
struct Files(BTreeMap<&'static str, Vec<Row>>);

impl Files {
    fn read(dir: &Path) -> Self {
        Self(
            FILES
                .into_iter()
                .map(|name| (name, rows(dir, name)))
                .collect(),
        )
    }

    fn of(&self, name: &str) -> &[Row] {
        &self.0[name]
    }

    fn codes(&self, name: &str) -> BTreeSet<&str> {
        let codes: BTreeSet<&str> = self
            .of(name)
            .iter()
            .map(|row| row["code"].as_str())
            .collect();
        assert_eq!(
            codes.len(),
            self.of(name).len(),
            "codes of {name} are given once"
        );
        codes
    }

    fn by_code(&self, name: &str) -> BTreeMap<&str, &Row> {
        self.of(name)
            .iter()
            .map(|row| (row["code"].as_str(), row))
            .collect()
    }
}

fn rows(dir: &Path, name: &str) -> Vec<Row> {
    let mut reader = csv::Reader::from_path(dir.join(format!("{name}.csv"))).expect("a file");
    reader
        .deserialize()
        .map(|row| row.expect("a row"))
        .collect()
}

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

fn moment(text: &str) -> NaiveDateTime {
    NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M").expect("a moment")
}

fn list<'a>(row: &'a Row, column: &str) -> impl Iterator<Item = &'a str> {
    row[column]
        .split(';')
        .map(str::trim)
        .filter(|part| !part.is_empty())
}

fn number<T: std::str::FromStr>(text: &str) -> Option<T> {
    text.parse().ok()
}

const AS_OF: &str = "2026-11-23";

fn small() -> Size {
    Size {
        suppliers: 3000,
        residents: 4000,
        needs: 900,
        services: 12_000,
        seed: 5,
        as_of: day(AS_OF),
    }
}

fn made(size: &Size) -> (tempfile::TempDir, Summary) {
    let dir = tempfile::tempdir().expect("a folder");
    let summary = district(dir.path(), size, &mut |_, _| {}).expect("a district");
    (dir, summary)
}

fn demo(as_of: &str) -> (tempfile::TempDir, Summary, Files) {
    let dir = tempfile::tempdir().expect("a folder");
    let summary = demo::community(dir.path(), day(as_of)).expect("a community");
    let files = Files::read(dir.path());
    (dir, summary, files)
}

fn hash(dir: &Path) -> String {
    let mut hash = Sha256::new();
    for name in FILES {
        hash.update(std::fs::read(dir.join(format!("{name}.csv"))).expect("a file"));
    }
    let bytes = hash.finalize();
    bytes
        .iter()
        .fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_seed_others() {
    let size = Size {
        suppliers: 300,
        residents: 300,
        needs: 90,
        services: 700,
        ..small()
    };
    let first = hash(made(&size).0.path());
    assert_eq!(first, hash(made(&size).0.path()));
    assert_ne!(first, hash(made(&Size { seed: 6, ..size }).0.path()));
    // The bytes are those of every machine. Whoever changes what is made on purpose changes this too.
    assert_eq!(first, PINNED);
}

const PINNED: &str = "ffaa68c6bdb14ffa0b2099a4e5012ee442967763110e4ae289daac7ef1a1a5a0";

#[test]
fn a_district_has_as_many_rows_as_asked_for() {
    let size = small();
    let (dir, summary) = made(&size);
    let files = Files::read(dir.path());
    let counted = FILES.map(|name| files.of(name).len() as u64);
    let said = [
        summary.streets,
        summary.communities,
        summary.categories,
        summary.capabilities,
        summary.suppliers,
        summary.residents,
        summary.needs,
        summary.matches,
        summary.services,
    ];
    assert_eq!(counted, said);
    assert_eq!(said[4..7], [3000, 4000, 900]);
    assert_eq!(summary.services, 12_000);
    assert!(summary.matches > 300);
}

#[test]
fn districts_without_somebody_or_something_are_made_too() {
    for (suppliers, residents, needs, services) in [
        (0, 0, 5, 5),
        (0, 40, 9, 9),
        (40, 0, 9, 9),
        (1, 1, 30, 30),
        (9, 9, 0, 0),
    ] {
        let size = Size {
            suppliers,
            residents,
            needs,
            services,
            ..small()
        };
        let (dir, summary) = made(&size);
        check_all(&Files::read(dir.path()), size.as_of);
        assert_eq!(
            summary.needs,
            if residents == 0 { 0 } else { u64::from(needs) }
        );
        let served = suppliers > 0 && residents > 0;
        assert_eq!(
            summary.services,
            if served { u64::from(services) } else { 0 }
        );
    }
}

#[test]
fn progress_ends_with_all_rows() {
    let mut last = (0, 1);
    let dir = tempfile::tempdir().expect("a folder");
    district(dir.path(), &small(), &mut |done, total| {
        assert!(done <= total);
        last = (done, total);
    })
    .expect("a district");
    assert_eq!(last.0, last.1);
}

#[test]
fn every_row_of_a_district_is_valid() {
    let size = small();
    check_all(&Files::read(made(&size).0.path()), size.as_of);
}

#[test]
fn every_row_of_the_demonstration_is_valid_on_any_day() {
    for as_of in [AS_OF, "2027-02-28", "2028-02-29", "2026-12-31"] {
        check_all(&demo(as_of).2, day(as_of));
    }
}

/// The first visits of a need, by the rrule crate.
fn visits(need: &Row, start: NaiveDateTime) -> Vec<NaiveDateTime> {
    if need["recurrence"].is_empty() {
        return vec![start];
    }
    let rule = match need["recurrence"].split_once("UNTIL=") {
        Some((before, until)) => format!("{before}UNTIL={until}T235959Z"),
        None => need["recurrence"].clone(),
    };
    let text = format!("DTSTART:{}Z\nRRULE:{rule}", start.format("%Y%m%dT%H%M%S"));
    let set: RRuleSet = text.parse().expect("a rule");
    set.all(300)
        .dates
        .iter()
        .map(chrono::DateTime::naive_utc)
        .collect()
}

/// The half hours of a week in an availability.
fn windows(text: &str) -> BTreeSet<(u32, u32)> {
    let mut slots = BTreeSet::new();
    for window in text.split(';').map(str::trim) {
        let (days, hours) = window.split_once(' ').expect("days and hours");
        let (from, to) = hours.split_once('-').expect("a span");
        let (from, to) = (half_hour(from), half_hour(to));
        assert!(from < to && to <= 48);
        slots.extend(
            weekdays(days)
                .into_iter()
                .flat_map(|day| (from..to).map(move |slot| (day, slot))),
        );
    }
    slots
}

fn half_hour(text: &str) -> u32 {
    let (hour, minute) = text.split_once(':').expect("a time");
    assert!(["00", "30"].contains(&minute) && hour.len() == 2);
    number::<u32>(hour).expect("an hour") * 2 + number::<u32>(minute).expect("a minute") / 30
}

fn weekdays(text: &str) -> Vec<u32> {
    let names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let one = |name| {
        names
            .iter()
            .position(|known| *known == name)
            .expect("a day")
    };
    match text {
        "daily" => (0..7).collect(),
        "weekdays" => (0..5).collect(),
        "weekends" => vec![5, 6],
        days => days
            .split(',')
            .map(|name| u32::try_from(one(name)).expect("small"))
            .collect(),
    }
}
